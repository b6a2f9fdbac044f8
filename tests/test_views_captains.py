"""三长 as they are read: one declaration of a table for screen and file, numbers of the edition, a captain's year that adds up."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest

from metrics.captain_months import CaptainYear, due_by_month, month_figures, posts_held
from metrics.period import Period
from metrics.registry import indicator
from metrics.rulebook import Edition, Rulebook, rulebook
from metrics.vocabulary import HouseholdKind, Level, Role, Status
from metrics.workdays import Workdays
from reports.csv_file import csv_bytes
from reports.html import HtmlWriter
from reports.links import CAPTAIN
from reports.parts import Leaderboard
from reports.tables import Table
from reports.view import View
from reports.views import captain as one
from reports.views import captain_records as of_month
from reports.views import captains
from reports.views.captain import Captain

TODAY = date(2026, 11, 22)
NOVEMBER, OCTOBER = Period.parse("2026-11"), Period.parse("2026-10")
TOWNS = {"149981101": "泥河镇"}
WRITER = HtmlWriter(lambda page: True)
FIRST = Rulebook(rulebook().editions[:1], {})
OTHER_NUMBERS = {
    "captains": {"least_households": 8, "most_households": 20},
    "margins": {"rate": 0.5},
    "quality": {"entry_hours": 24},
}
LATER = Rulebook((Edition("later", date(2026, 11, 1), {**FIRST.editions[0].tables, **OTHER_NUMBERS}),), {})
VIEW = View(NOVEMBER, TODAY, Workdays({TODAY: False}, {}), rules=FIRST)
YEAR = View(Period.parse("2026"), TODAY, VIEW.workdays, rules=FIRST)


def lines(table: Table) -> list[dict[str, str]]:
    """The rows of a table's file by heading."""
    return list(csv.DictReader(io.StringIO(csv_bytes(table).decode("utf-8-sig"))))


def figures(*rows: tuple[str, int, int]) -> pd.DataFrame:
    return pd.DataFrame([{"code": code, "name": TOWNS.get(code, code), "k": k, "n": n} for code, k, n in rows])


def gaps(*rows: tuple[int, int, int]) -> pd.DataFrame:
    """Cells with (households, appointed, in_post)."""
    named = [("14998110120101010" + f"{place:02d}", f"第{place}邻", "河东村", *row) for place, row in enumerate(rows)]
    return pd.DataFrame(named, columns=["code", "name", "village", "households", "appointed", "in_post"])


NO_POSTS = pd.DataFrame(columns=["code", "name", "level", "village"])

# --- the page of all ------------------------------------------------------------------------------------------------------


def test_the_sentence_says_who_is_not_visited_and_which_posts_nobody_holds() -> None:
    assert captains.sentence(2953, gaps((6, 0, 0), (6, 1, 0)), VIEW) == "本月还有 2,953 户重点户没有走访,1 个邻没有邻长"
    past = replace(VIEW, period=Period.parse("2026-Q3"))
    assert captains.sentence(2953, gaps((6, 0, 0), (6, 1, 0)), past) == "2026年9月有 2,953 户重点户没有走访,截至9月30日 1 个邻没有邻长"
    assert captains.sentence(0, gaps((6, 1, 0)), VIEW, due=0) == "本月没有应走访的重点户,邻长没有空缺"
    assert captains.sentence(0, gaps((6, 1, 0)), past) == "2026年9月重点户都已走访,截至9月30日邻长没有空缺"
    assert captains.sentence(0, gaps(), View(OCTOBER, TODAY, VIEW.workdays)) == "2026年10月重点户都已走访,截至10月31日邻长没有空缺"


def test_townships_with_most_households_to_visit_come_first_and_those_without_any_are_left_out() -> None:
    group = captains.unvisited_group(HouseholdKind.KEY, figures(("149981101", 5, 9), ("149981102", 9, 9), ("149981103", 1, 9)), VIEW)
    assert (group.title, group.count, group.severity) == ("重点户未走访", "12 户 · 11月30日止", Status.NEAR)
    assert [(line.name, line.words) for line in group.lines] == [("149981103", "8 户 / 9"), ("泥河镇", "4 户 / 9")]
    assert group.lines[1].link is not None
    assert group.lines[1].link.query == {"view": "未走访", "kind": "重点户", "township": "149981101"}
    over = captains.unvisited_group(HouseholdKind.KEY, figures(("149981101", 5, 9)), View(OCTOBER, TODAY, VIEW.workdays))
    assert (over.count, over.severity) == ("4 户 · 2026年10月", Status.LOW)


def test_on_a_months_last_day_its_visits_may_still_be_made() -> None:
    last = date(2026, 11, 30)
    morning = replace(VIEW, as_of=last, at=datetime(2026, 11, 30, 8, 1))
    group = captains.unvisited_group(HouseholdKind.KEY, figures(("149981101", 5, 9)), morning)
    assert (group.count, group.severity) == ("4 户 · 11月30日止", Status.NEAR)
    assert len(captains.people_remarks(morning)) == 2
    over = replace(morning, at=None)
    assert captains.unvisited_group(HouseholdKind.KEY, figures(("149981101", 5, 9)), over).severity is Status.LOW
    assert len(captains.people_remarks(over)) == 1


def test_empty_posts_of_a_patch_or_group_stand_before_those_of_cells() -> None:
    upper = pd.DataFrame(
        [("14998110120101", "一片", "patch", "河东村"), ("1499811012010101", "一组", "group", None)], columns=NO_POSTS.columns
    )
    group = captains.vacancy_group(gaps((6, 0, 0), (7, 1, 0), (30, 1, 1)), upper)
    assert [(line.name, line.words) for line in group.lines] == [
        ("河东村一片", "片长空缺"),
        ("一组", "组长空缺"),
        ("河东村第0邻", "邻长空缺 · 6 户"),
        ("河东村第1邻", "邻长请假 · 7 户"),
    ]
    assert group.count == "空缺 3 · 请假 1"


@pytest.mark.parametrize(("rules", "title", "outside"), [(FIRST, "不在 5–15 户的邻", 2), (LATER, "不在 8–20 户的邻", 3)])
def test_the_size_of_a_cell_is_the_editions(rules: Any, title: str, outside: int) -> None:
    edition = View(NOVEMBER, TODAY, VIEW.workdays, rules=rules).edition
    found = gaps((4, 1, 1), (7, 1, 1), (15, 1, 1), (21, 0, 0))
    group = captains.size_group(found, 3302, edition)
    assert (group.title, group.count) == (title, f"{outside} 个")
    assert (group.lines[0].name, group.lines[0].words) == ("未编邻的户", "3,302 户")
    table = captains.gap_table(found, TOWNS, edition)
    assert title.removesuffix("的邻").removeprefix("不在 ") in table.remark
    assert [line["需要补上的"] for line in lines(table)] == ["户数不足", "" if rules is FIRST else "户数不足", "", "邻长空缺、户数过多"]


def test_a_list_of_households_says_on_screen_and_in_its_file_where_they_are_and_whose() -> None:
    rows = pd.DataFrame(
        [
            ("3009", "1499811012010101001", None, "河东村", None, None),
            ("3010", "1499811012010101001", "第1邻", "河东村", date(2025, 6, 23), 7),
        ],
        columns=["household_id", "code", "cell", "village", "seen", "captain_id"],
    )
    month = captains.due_period(HouseholdKind.KEY, VIEW)
    table = captains.unvisited_table(rows, HouseholdKind.KEY, month, 2666, TOWNS, {7: "李四海"}, VIEW)
    assert table.conclusion == "2026年11月未走访的重点户 2,666 户"
    assert [tuple(line.values()) for line in lines(table)] == [
        ("泥河镇", "河东村", "未编邻", "3009", "从未走访", "", "空缺"),
        ("泥河镇", "河东村", "第1邻", "3010", "2025-06-23", "517", "李四海"),
    ]
    assert (table.links[0], table.links[1] and table.links[1].query) == (None, {"person": "p:7"})
    shown = str(WRITER.render(table))
    for said in ("泥河镇 河东村", "户号 3010", "2025年6月23日", "517天"):
        assert said in shown


def test_the_people_of_one_role_stand_furthest_first_while_nobody_is_ranked() -> None:
    entry, columns = indicator("captains.key_visits"), ["code", "name", "k", "n", "value", "rank", "status"]
    frame = pd.DataFrame([(f"p:{n}", str(n), n, 9, n / 9, None, "running") for n in range(4)], columns=columns)
    held = [(0, "cell_captain", "第1邻", "马塘村"), (1, "group_captain", "一组", "马塘村"), (2, "cell_captain", "第2邻", None)]
    posts = pd.DataFrame(held, columns=["person_id", "role", "unit", "village"])
    own = captains.people_of(frame, entry, posts, Role.CELL_CAPTAIN)
    assert list(own["code"]) == ["p:2", "p:0"]
    assert list(own["name"]) == ["第2邻邻长 2", "马塘村第1邻邻长 0"]
    board = Leaderboard(entry, frame, "全县", "", 1.0).of_people(own, "邻长")
    assert (board.title, [unit.code for unit in board.units()]) == ("重点户月走访率:邻长 2 人", ["p:2", "p:0"])
    assert [unit.code for unit in board.page(2, 1).units()] == ["p:0"]
    ranked = captains.people_of(frame.assign(rank=[1, 2, 3, 4]), entry, posts, Role.CELL_CAPTAIN)
    assert list(ranked["code"]) == ["p:0", "p:2"]
    assert captains.people_of(frame.head(0), entry, posts, Role.CELL_CAPTAIN).empty


def test_a_role_is_ranked_by_the_units_it_leads_and_by_person() -> None:
    assert list(captains.levels_of(Role.CELL_CAPTAIN)) == ["乡镇", "村", "本人"]
    assert captains.levels_of(Role.PATCH_CAPTAIN) == {"乡镇": Level.TOWNSHIP, "村": Level.VILLAGE, "片": Level.PATCH, "本人": Level.PERSON}
    assert len(captains.people_remarks(VIEW)) == 2
    assert len(captains.people_remarks(View(OCTOBER, TODAY, VIEW.workdays))) == 1


# --- one captain ----------------------------------------------------------------------------------------------------------


def a_captain(role: str = "cell_captain") -> Captain:
    columns = ["role", "code", "name", "village", "valid_from", "valid_to", "certificate_on"]
    posts = [
        (role, "1499811012010101004", "第4邻", "马塘村", date(2025, 2, 13), None, None),
        (role, "1499811012010101005", "第5邻", "马塘村", None, date(2025, 2, 12), None),
    ]
    return Captain(17, "欧阳勤", pd.DataFrame(posts, columns=columns))


def a_petition(number: str, opened: datetime, **other: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {"number": number, "category": None, "size": "small", "opened_at": opened, "due": None, "ended_at": None}
    plain |= {"outcome": None, "in_time": 0, "escalated": 0, "dispatched_at": None, "accept_due": None, "accepted_in_time": 0}
    return plain | {"past": int("due" in other), "accept_past": 0} | other


def a_year(role: Role = Role.CELL_CAPTAIN, due: list[tuple[str, str, int, int]] | None = None, **other: Any) -> CaptainYear:
    slots = due or [("key_visits", "2026-10", 19, 20), ("key_visits", "2026-11", 3, 6), ("ordinary_visits", "2026-Q4", 2, 10)]
    handled = pd.DataFrame(
        [
            a_petition("K-2", datetime(2026, 11, 2, 9), due=date(2026, 11, 9), size="big"),
            a_petition(
                "K-1", datetime(2026, 10, 5, 9), due=date(2026, 11, 5), ended_at=datetime(2026, 11, 4, 9), outcome="resolved", in_time=1
            ),
            a_petition("K-0", datetime(2026, 3, 5, 9)),
        ]
    )
    nothing = {"absences": ["kind", "first_day", "last_day"], "trainings": ["held_on", "kind"]}
    nothing |= {"marks": ["kind", "points", "passed", "reason", "evidence", "decided_on"], "entries": ["sort", "day", "recorded_at"]}
    empty = {name: pd.DataFrame(columns=columns) for name, columns in nothing.items()}
    entries = empty.pop("entries")
    facts: dict[str, Any] = {
        "year": 2026,
        "role": role,
        "due": due_by_month(pd.DataFrame(slots, columns=["item", "slot", "k", "n"]), TODAY),
        "done": month_figures(handled, entries, date(2026, 1, 1), TODAY, 72),
        "handled": handled,
        "ratings": pd.DataFrame([{"rated_at": datetime(2026, 11, 6), "stars": 4, "independent": 0, "number": "K-1"}]),
        "answers": (11, 47, 2),
        "last": TODAY,
    }
    return CaptainYear(**(facts | empty | other))


def test_a_captain_is_named_with_the_newest_post_and_what_is_missing() -> None:
    assert a_captain().title == "马塘村第4邻邻长 欧阳勤"
    assert a_captain().subtitle == "2025年2月13日起任职 · 未发代表证 · 另有 1 段任职"
    assert "代表证" not in a_captain("group_captain").subtitle
    assert [post["name"] for post in posts_held(a_captain().posts, date(2025, 2, 12))] == ["第5邻"]


def test_a_week_counts_in_the_month_of_its_thursday_and_a_running_quarter_in_the_month_of_today() -> None:
    rows = [
        ("weekly", "2026-09-28", 1, 1),
        ("weekly", "2026-10-26", 0, 1),
        ("heart_talks", "2026-Q3", 1, 1),
        ("heart_talks", "2026-Q4", 0, 1),
    ]
    found = due_by_month(pd.DataFrame([*rows, rows[0]], columns=["item", "slot", "k", "n"]), TODAY)
    assert found[["slot", "k", "n", "month", "running"]].values.tolist() == [
        ["2026-09-28", 2, 2, "2026-10", False],
        ["2026-10-26", 0, 1, "2026-10", False],
        ["2026-Q3", 1, 1, "2026-09", False],
        ["2026-Q4", 0, 1, "2026-11", True],
    ]


def test_a_month_is_progress_until_its_last_day_is_over() -> None:
    due = pd.DataFrame([("monthly", "2026-10", 0, 1)], columns=["item", "slot", "k", "n"])
    last = date(2026, 10, 31)
    assert [due_by_month(due, last, over)["running"].tolist() for over in (date(2026, 10, 30), last, None)] == [[True], [False], [False]]


def test_months_stand_newest_first_over_the_year_as_it_is_scored() -> None:
    table = one.month_table(a_captain(), a_year(), OCTOBER, YEAR)
    rows = lines(table)
    assert [row["月份"] for row in rows] == [*(f"2026-{month:02d}" for month in range(11, 0, -1)), "全年(计分)"]
    november, october, total = rows[0], rows[1], rows[-1]
    assert (november["重点户走访 做了"], november["重点户走访 应做"]) == ("3", "6")
    assert (total["重点户走访 做了"], total["重点户走访 应做"]) == ("19", "20"), "the running month is progress only"
    assert (november["按期办结 做了"], november["按期办结 应做"], total["按期办结 应做"]) == ("1", "2", "2")
    assert (october["按期办结 应做"], november["收到评价(条)"], november["评价合计(星)"]) == ("", "1", "4")
    shown = str(WRITER.render(table))
    assert '19/20 <span class="near">△</span>' in shown
    assert '3/6 <span class="running">进行中</span>' in shown
    assert "其中小事 1/1" in shown
    assert table.links[1] is not None
    assert (table.links[1].page, table.links[1].query["rows"], len(table.links)) == (CAPTAIN, "2026-10", 11)


@pytest.mark.parametrize(
    ("k", "rules", "status"), [(10, FIRST, "ok"), (9, FIRST, "near"), (8, FIRST, "low"), (8, LATER, "near"), (4, LATER, "low")]
)
def test_the_sign_of_a_share_reaches_from_the_target_as_far_as_the_edition_says(k: int, rules: Any, status: str) -> None:
    year = a_year(due=[("key_visits", "2026-10", k, 10)])
    table = one.month_table(a_captain(), year, OCTOBER, View(YEAR.period, TODAY, YEAR.workdays, rules=rules))
    assert table.frame["key_visits_sign"].iloc[1].status == status


def test_each_role_has_the_columns_it_answers_for() -> None:
    heads = {role: [column.head for column in one.month_columns(a_year(role).items) if column.head] for role in captains.ROLES.values()}
    assert heads[Role.PATCH_CAPTAIN][:4] == ["重点户走访", "普通户走访(季)", "例会", "碰头会"]
    assert "大事化解" in heads[Role.GROUP_CAPTAIN]
    assert "恳谈会(季)" in heads[Role.CELL_CAPTAIN]


def test_the_lines_over_the_tables_add_up_the_same_figures() -> None:
    year = a_year()
    assert one.year_heading(year).remark.startswith("重点户走访 19/20 · 按期办结 1/2")
    assert (
        one.month_heading(year, NOVEMBER).remark
        == "重点户走访 3/6(进行中) · 普通户走访 2/10(进行中) · 按期办结 1/2(其中小事 1/1) · 收到评价 1条共4星"
    )
    assert one.month_heading(year, Period.parse("2026-01")).remark == "这个月没有应做的,也没有记录"
    scored = one.scored(year).remark
    assert scored.startswith("重点户走访 19/20 · 普通户走访 没有应做的 · 小事按期办结 1/1")
    assert scored.endswith("群众评单 1条共4星 · 满意度测评 11份共47分(另有2份来自所辖以外,不计) · 加分 0分")


def test_a_petition_says_what_it_counts_in_and_one_that_counts_nowhere_says_so() -> None:
    november = of_month.petition_table(a_captain(), a_year(), NOVEMBER)
    assert [(row["编号"], row["当月计入"]) for row in lines(november)] == [("K-2", "未按期办结、大事未化解"), ("K-1", "按期办结")]
    assert '<span class="verdict low">✕ 未按期办结</span><br><span class="verdict low">✕ 大事未化解</span>' in str(WRITER.render(november))
    march = of_month.petition_table(a_captain(), a_year(), Period.parse("2026-03"))
    assert [(row["编号"], row["当月计入"], row["结果"]) for row in lines(march)] == [("K-0", "不计入当月", "办理中")]
    year = of_month.petitions_of_the_year(a_captain(), a_year())
    assert [row["编号"] for row in lines(year)] == ["K-2", "K-1", "K-0"]
    assert "当月计入" not in lines(year)[0]


@pytest.mark.parametrize(
    ("recorded", "by_file", "rules", "said", "sign"),
    [
        (datetime(2026, 11, 13, 23, 59), None, FIRST, "及时", Status.OK),
        (datetime(2026, 11, 14), False, FIRST, "超过72小时", Status.LOW),
        (datetime(2026, 11, 12), None, LATER, "超过24小时", Status.LOW),
        (None, None, FIRST, "未注明,不算及时", Status.NONE),
        (datetime(2026, 11, 14), True, FIRST, "以文件补录,不计", Status.NONE),
    ],
)
def test_an_entry_says_whether_it_was_in_time_by_the_editions_hours(
    recorded: datetime | None, by_file: bool | None, rules: Any, said: str, sign: Status
) -> None:
    columns = ["visited_on", "household_id", "kind", "cell", "note", "recorded_at", "backfilled"]
    visits = pd.DataFrame([(date(2026, 11, 10), 3009, "key", "第4邻", None, recorded, by_file)], columns=columns)
    table = of_month.visit_table(a_captain(), visits, NOVEMBER, View(NOVEMBER, TODAY, YEAR.workdays, rules=rules))
    assert (lines(table)[0]["录入情况"], table.frame["entry"].iloc[0].status) == (said, sign)
    assert lines(table)[0]["户别"] == "重点户"
    shown = str(WRITER.render(table))
    assert ("未注明" in shown) if recorded is None else (f"11月{recorded.day}日" in shown)
    assert ("以文件补录" in shown) is bool(by_file)


def test_only_the_own_meetings_are_entries_of_the_captain() -> None:
    columns = ["held_on", "kind", "attendees", "convener_id", "recorded_at", "backfilled"]
    rows = [
        (date(2026, 11, 2), "heart_talk", 10, 17, datetime(2026, 11, 2, 20), False),
        (date(2026, 11, 1), "party", None, 18, datetime(2026, 11, 2), None),
    ]
    table = of_month.meeting_table(a_captain(), pd.DataFrame(rows, columns=columns), {17: "欧阳勤"}, NOVEMBER, VIEW)
    assert [(row["会议"], row["到会(人)"], row["主持"], row["录入情况"]) for row in lines(table)] == [
        ("民情恳谈会", "10", "欧阳勤", "及时"),
        ("party", "", "编号18(不明)", "不是本人主持"),
    ]


def a_few_homes() -> pd.DataFrame:
    rows = [(number, "key", "第1邻", 0, None) for number in range(8)] + [(90, "ordinary", None, 2, date(2026, 11, 3))]
    return pd.DataFrame(rows, columns=["household_id", "kind", "cell", "visits", "seen"])


def test_households_are_counted_by_whoever_came_and_all_missed_ones_are_in_the_file() -> None:
    homes = of_month.household_table(a_captain(), a_few_homes(), NOVEMBER, "第1邻")
    assert homes.conclusion == "第1邻 9 户,2026年11月重点户走访 0/8"
    assert (lines(homes)[0]["当月走访(次)"], lines(homes)[-1]["最近一次"]) == ("0", "2026-11-03")
    assert "当月未走访" in str(WRITER.render(homes))
    cells = of_month.cell_table(a_captain("patch_captain"), a_few_homes(), NOVEMBER, "西片")
    assert cells.title == "马塘村第4邻片长 欧阳勤 西片所辖各邻"
    first = next(row for row in lines(cells) if row["邻"] == "第1邻")
    assert [row["邻"] for row in lines(cells) if row != first] == ["未编邻"]
    assert (first["重点户走访(户)"], first["重点户(户)"], first["普通户走访(户)"]) == ("0", "8", "")
    assert first["未走访的重点户"] == "、".join(map(str, range(8)))
    assert "户号 0、1、2、3、4、5等8户" in str(WRITER.render(cells))


def test_remarks_say_leave_marks_and_training_up_to_the_month() -> None:
    year = a_year(
        absences=pd.DataFrame([("leave", date(2026, 11, 20), None)], columns=["kind", "first_day", "last_day"]),
        trainings=pd.DataFrame([(date(2026, 3, 8), "pooled"), (date(2026, 11, 4), "x")], columns=["held_on", "kind"]),
        marks=pd.DataFrame(
            [("bonus", 2, None, "先进", " ", date(2026, 11, 8)), ("spot_check", None, 0, None, None, date(2026, 10, 8))],
            columns=["kind", "points", "passed", "reason", "evidence", "decided_on"],
        ),
    )
    assert of_month.remarks(year, NOVEMBER) == [
        "请假:11月20日 至今。",
        "11月8日认定加分 2分(没有佐证,不计):先进。",
        "2026年参训:3月8日 集中培训、11月4日 培训",
    ]
    assert of_month.remarks(year, OCTOBER) == ["10月8日认定抽查 未通过:没有写事由。", "2026年参训:3月8日 集中培训"]
    assert one.besides(year, NOVEMBER) == "请假 3天、培训、加分 2分(没有佐证,不计)"
    assert year.bonus == 0
