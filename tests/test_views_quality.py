"""数据 as it is read: whom to ask first, who is too thin to be listed, what a row that counts nowhere says."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pandas as pd
import pytest

from metrics.period import Period
from metrics.registry import REGISTRY
from metrics.rulebook import Edition, rulebook
from metrics.vocabulary import Level, Status
from reports.csv_file import csv_bytes
from reports.html import HtmlWriter
from reports.links import Link
from reports.views import quality

OCTOBER = Period.parse("2026-10")
EDITION = rulebook().editions[0]
WRITER = HtmlWriter(lambda page: True)


def units(*rows: tuple[str, int | None, int | None, float, Status]) -> pd.DataFrame:
    codes = [f"149981{place:03d}" for place in range(101, 101 + len(rows))]
    frame = pd.DataFrame(rows, columns=["name", "k", "n", "value", "status"]).assign(code=codes)
    return frame.astype({"k": "Int64", "n": "Int64"})


FINE = units(("泥河镇", 0, 100, 0.0, Status.OK))
COPIED = units(("泥河镇", 20, 100, 0.2, Status.LOW), ("西沟乡", 40, 100, 0.4, Status.LOW))
FRAMES = {
    "quality.bulk": units(("泥河镇", 5, 100, 0.05, Status.LOW), ("西沟乡", 0, 100, 0.0, Status.OK)),
    "quality.same_text": COPIED,
    "quality.in_time": FINE,
    "quality.stale": FINE,
    "quality.two_places": units(("西沟乡", 7, None, 7.0, Status.LOW)),
}
PROBLEMS = pd.DataFrame(
    [
        ("住夜.person", "住夜", "没有这个人", "核对人员编号", None, 1203),
        ("夜访.place", "夜访", "没有这个地方", "核对区划代码", "算本人夜访,不算当地", 2),
    ],
    columns=["id", "ledger", "reason", "remedy", "counted", "rows"],
)


def other_edition(table: str, **numbers: float) -> Edition:
    return replace(EDITION, tables={**EDITION.tables, table: {**EDITION.tables[table], **numbers}})


def test_the_sentence_names_who_misses_most_and_counts_the_others() -> None:
    assert quality.sentence(OCTOBER, FRAMES) == "泥河镇批量录入占比5.0%、雷同文本率20.0%,先核实;另有 1 个乡镇各有一两项要看"
    assert quality.sentence(OCTOBER, dict.fromkeys(FRAMES, FINE)) == "2026年10月泥河镇台账及时、没有明显异常"
    both = units(("泥河镇", 0, 100, 0.0, Status.OK), ("西沟乡", 0, 100, 0.0, Status.OK))
    assert quality.sentence(OCTOBER, dict.fromkeys(FRAMES, both)) == "2026年10月各乡镇台账及时、没有明显异常"


def test_what_needs_no_action_has_no_group_but_rows_that_fit_nowhere_always_have_one() -> None:
    groups = quality.groups(FRAMES, PROBLEMS)
    assert [(group.title, group.count) for group in groups] == [
        ("批量录入偏多", "1 个乡镇"),
        ("备注雷同偏多", "2 个乡镇"),
        ("同一夜在两处", "1 个乡镇"),
        ("对不上的记录", "1205 条"),
    ]
    assert [(line.name, line.words) for line in groups[1].lines] == [("西沟乡", "40.0% (40/100)"), ("泥河镇", "20.0% (20/100)")]
    assert groups[2].lines[0].words == "7人夜"
    quiet = quality.groups(dict.fromkeys(FRAMES, FINE), PROBLEMS.iloc[:0])
    assert [(group.count, group.shade, group.quiet) for group in quiet] == [("0 条", Status.NONE, "每条记录都对得上")]


def a_person(person: int, k: int, n: int | None, value: float) -> dict[str, object]:
    return {"code": f"p:{person}", "name": None if person == 4 else f"人{person}", "k": k, "n": n, "value": value}


PEOPLE = pd.DataFrame([a_person(1, 5, 9, 5 / 9), a_person(2, 6, 12, 0.5), a_person(3, 0, 40, 0.0), a_person(4, 9, 10, 0.9)]).astype(
    {"k": "Int64", "n": "Int64"}
)


def test_of_too_few_rows_nothing_is_said_about_a_person() -> None:
    assert quality.person_ids(quality.people_to_ask(PEOPLE, EDITION)) == (4, 2)
    assert quality.person_ids(quality.people_to_ask(PEOPLE, other_edition("samples", least_people_rows=9))) == (4, 2, 1)


def test_a_list_of_people_shows_the_share_over_its_cases_and_says_how_many_there_are() -> None:
    rows = quality.people_to_ask(PEOPLE, EDITION)
    shown = quality.people_table(REGISTRY["quality.same_text"], rows.head(1), {4: "泥河镇 班子成员"}, len(rows))
    assert (shown.conclusion, shown.remark) == ("备注雷同", "2 人,列出前 1 人")
    html = str(WRITER.render(shown))
    assert "编号4" in html
    assert "泥河镇 班子成员" in html
    assert "90.0%<small>9/10</small>" in html
    assert [line.split(",")[:4] for line in csv_bytes(shown).decode("utf-8-sig").splitlines()] == [
        ["人员", "单位职务", "条数", "总条数"],
        ["编号4", "泥河镇 班子成员", "9", "10"],
    ]


def test_a_count_of_nights_has_no_share() -> None:
    nights = pd.DataFrame([a_person(1, 2, None, 2.0)]).astype({"k": "Int64", "n": "Int64"})
    html = str(WRITER.render(quality.people_table(REGISTRY["quality.two_places"], nights, {}, 1)))
    assert "2人夜" in html
    assert "<small>" not in html


PERFECT = pd.DataFrame(
    [("149981101001", "河东村", "nights.village_visits", "村夜访达标率", 31, 31), ("149981101002", "河西村", "x", "某率", 50, 50)],
    columns=["code", "name", "id", "indicator", "k", "n"],
)


def test_full_marks_are_listed_by_their_cases_and_asked_about_one_by_one() -> None:
    made = quality.perfect_table(PERFECT, Level.VILLAGE, EDITION, most=1)
    assert made.conclusion == "2 个村共 2 项恰为 100%"
    assert quality.perfect_table(PERFECT.iloc[:1], Level.VILLAGE, EDITION, most=1).conclusion == "河东村 1 项恰为 100%", "by name"
    assert made.remark == "分母不少于30、一次不差;按分母从大到小,列出前 1 项"
    assert made.links == (Link("township/village", {"village": "149981101002"}),)
    assert "100% (50/50)" in str(WRITER.render(made))
    assert made.texts() == [["河西村", "某率", "50", "50"]]


@pytest.mark.parametrize("level", [Level.TOWNSHIP, Level.VILLAGE])
def test_a_rulebook_that_asks_for_more_cases_says_so(level: Level) -> None:
    made = quality.perfect_table(PERFECT.iloc[:0], level, other_edition("quality", perfect_least_n=50))
    assert made.empty == "本期没有恰为100%且分母≥50的指标"
    assert made.remark.startswith("分母不少于50")


def test_why_rows_count_nowhere_stands_over_what_to_do() -> None:
    made = quality.problem_table(PROBLEMS, OCTOBER)
    assert made.conclusion == "2026年10月有 1,203 条记录没有计入"
    assert made.links[0] == Link("quality/quality", {"view": "对不上的记录", "problem": "住夜.person"})
    assert made.texts() == [
        ["住夜", "没有这个人", "核对人员编号", "1203", "没有计入"],
        ["夜访", "没有这个地方", "核对区划代码", "2", "算本人夜访,不算当地"],
    ]


def test_a_record_says_what_is_known_of_its_place_and_person() -> None:
    when = datetime(2026, 10, 9, 8, 30)
    rows = pd.DataFrame(
        [
            (7, "149981999", None, when.date(), 12, "李**", "", "oa", "A-1", when),
            (8, None, None, None, 99, None, "", None, None, None),
        ],
        columns=["row_id", "area_code", "area_name", "day", "person_id", "person_name", "detail", "source", "source_ref", "recorded_at"],
    ).astype({"person_id": "Int64"})
    made = quality.problem_row_table(rows, "没有这个人")
    assert made.chosen == "没有这个人"
    assert made.texts() == [
        ["7", "2026-10-09", "149981999(不明)", "149981999", "李**", "12", "oa", "A-1", "2026-10-09 08:30"],
        ["8", "", "", "", "99(不明)", "99", "", "", ""],
    ]
    assert "2026年10月9日" in str(WRITER.render(made))
