"""评选位次: the place in the own township, the line, the gap that its items add up to, and no one else's name."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from docx import Document

from metrics.rulebook import rulebook
from metrics.selection.flow import LISTED, OFF_LIST, Record, Step
from metrics.selection.result import Selection
from metrics.selection.rules import selection_rules
from metrics.selection.scores import Counts, scores, terms
from metrics.vocabulary import Role
from reports.links import CAPTAIN
from reports.selection_files import standing_bytes
from reports.views import standing as views
from reports.views.score_sheet import candidate
from reports.views.selection import Ranking, ranking_of
from reports.views.standing import Explained, explained, gap_words, items_table, result

RULES = selection_rules(rulebook().on(date(2026, 12, 31)), Role.CELL_CAPTAIN)
NAMES = {1: "张三", 2: "李四", 3: "王五", 4: "赵六", 5: "钱七"}
# key visits, ordinary visits, small on time, 恳谈会, in time: done of due
WORK = {
    1: ((60, 60), (30, 30), (4, 4), (4, 4), (90, 90)),
    2: ((60, 60), (30, 30), (0, 0), (4, 4), (90, 90)),
    3: ((48, 60), (30, 30), (0, 0), (4, 4), (90, 90)),
    4: ((60, 60), (30, 30), (4, 4), (4, 4), (90, 90)),
    5: ((60, 60), (30, 30), (4, 4), (4, 4), (90, 90)),
}
STARS = {1: [0, 0, 0, 0, 40], 2: [0, 0, 0, 0, 2], 3: [0, 0, 0, 0, 40], 4: [0, 0, 0, 20, 0], 5: [0, 0, 0, 0, 40]}
TOWNS = {"149981101": "泥河镇", "149981102": "西沟乡"}


def a_selection(seats: int = 1, gate: str = "样本不足:测评2户,需3户", bonus: tuple[float, ...] = (0, 0, 0, 0, 0)) -> Selection:
    """四 candidates of 泥河镇, of whom 张三 has the seat and 钱七 is not ranked; all judged by the real scores."""
    people = np.array(list(NAMES))
    work = np.array([WORK[person] for person in NAMES])
    answers = np.array([[0, 0, 0, 5, 5]] * len(people))
    counts = Counts(people, work[:, :, 0], work[:, :, 1], np.array([STARS[one] for one in NAMES]), answers, np.array(bonus, dtype=float))
    scored = scores(counts, RULES)
    rows = pd.DataFrame({"person_id": people, "name": list(NAMES.values()), "score": scored.total})
    rows = rows.assign(
        township_code="149981101",
        area_code="149981101201010101001",
        gate=["ok", "ok", "ok", "ok", gate],
        to_settle=False,
        in_quota=False,
        chance_in_quota=0.5,
        weight_stability=0.9,
        group=1,
        moved=False,
        units=1,
        days=300,
        households=10,
        surveyed=5,
    )
    order = rows[rows["gate"] == "ok"].sort_values("score", ascending=False).index
    rows["rank"] = pd.Series(range(1, len(order) + 1), index=order, dtype="Int64").reindex(rows.index)
    rows["rank_low"], rows["rank_high"] = rows["rank"], rows["rank"]
    rows.loc[order[:seats], "in_quota"] = True
    return Selection(
        2026, date(2026, 12, 31), RULES, rows, terms(counts, scored, RULES), {"149981101": seats}, {"149981101": 5}, TOWNS,
        {"ratings": scored.ratings_mean, "survey": scored.survey_mean},
    )  # fmt: skip


def of(person: int, ranking: Ranking | None = None, **more: object) -> Explained:
    found = candidate(ranking or ranking_of(a_selection(**more), lambda code: True), person)  # type: ignore[arg-type]
    assert found is not None
    return explained(found)


@pytest.mark.parametrize("person", NAMES)
@pytest.mark.parametrize("bonus", [(0, 0, 0, 0, 0), (1, 0, 2, 0, 0)])
def test_the_items_add_up_to_the_gap(person: int, bonus: tuple[float, ...]) -> None:
    stands = of(person, bonus=bonus).stands
    assert stands.gap is not None
    assert stands.against is not None
    assert stands.terms["difference"].sum() == pytest.approx(stands.gap)
    assert stands.gap == pytest.approx(float(stands.row["score"]) - stands.against)


def test_who_is_on_the_list_is_held_against_the_first_outside_and_the_others_against_the_line() -> None:
    first, second = of(1), of(2)
    assert (first.stands.place, second.stands.place, first.stands.ranked) == (1, 2, 4)
    assert first.stands.row["standing"] in LISTED
    assert first.stands.line == pytest.approx(float(first.stands.row["score"]))
    assert first.stands.against == pytest.approx(float(second.stands.row["score"]))
    assert second.stands.against == pytest.approx(float(first.stands.row["score"]))
    assert (first.other, second.other) == ("名额外第一名", "入选线")


def test_few_ratings_are_named_as_what_the_gap_consists_of() -> None:
    it = of(2)
    assert it.stands.row["name"] == "李四"
    assert gap_words(it).startswith("差 ")
    assert "差在群众评单样本少(-" in gap_words(it), "all of his ratings have five stars, and he has two"
    assert "走访" not in gap_words(it), "what was not due is no loss, though its points lie elsewhere"
    assert result(it).title == "泥河镇第 2 名(排名 4 人)"
    assert "名额外。泥河镇名额 1 个,入选线" in result(it).words


def test_what_was_left_undone_and_low_stars_are_called_by_their_names() -> None:
    assert "差在重点户走访(-" in gap_words(of(3))
    assert "差在群众评单(-" in gap_words(of(4)), "twenty ratings of four stars are no small sample"
    why = dict(zip(*(items_table(of(3)).frame[key] for key in ("item", "why")), strict=True))
    assert why["重点户走访"].startswith("12 户月没有做到,少 ")
    assert why["小事按期办结"] == "当年没有应做的,这一项的分值摊到其余各项"


def test_who_is_not_ranked_reads_the_reason_and_the_line() -> None:
    it = of(5)
    assert it.stands.place is None
    assert result(it).title == "列出不排名"
    assert result(it).words.startswith("样本不足:测评2户,需3户。得分照算,")
    assert "泥河镇名额 1 个,入选线" in result(it).words


def test_with_a_seat_for_everyone_and_with_none_there_is_nothing_to_compare() -> None:
    assert gap_words(of(1, seats=4)) == "本乡镇没有名额外的人可比"
    assert gap_words(of(1, seats=0)) == "没有可比的入选线"
    assert items_table(of(1, seats=0)).frame["difference"].tolist() == [""] * 9


def test_a_line_that_the_meeting_has_moved_says_so() -> None:
    at = datetime(2027, 1, 5, 9)
    off = Record(1, Step.WITHDRAW, at, "one", "核实有误", person_id=1)
    ranking = ranking_of(a_selection(), lambda code: True, (off, Record(2, Step.CONFIRM, at, "two", "属实", confirms=1)))
    left, moved_up = of(1, ranking), of(2, ranking)
    assert left.stands.row["standing"] == OFF_LIST
    assert left.stands.line == pytest.approx(float(moved_up.stands.row["score"]))
    assert "名单经会议调整" in gap_words(left)
    assert moved_up.stands.is_listed
    assert gap_words(moved_up).startswith("比名额外第一名高 "), "against who is outside, not against who has left"


def test_each_item_leads_to_the_captains_rows() -> None:
    table = items_table(of(3), lambda item: "2026-10" if item == "key_visits" else "")
    assert [link and link.page for link in table.links] == [CAPTAIN] * 8 + [None]
    assert table.links[0] is not None
    assert dict(table.links[0].query) == {"person": "p:3", "year": "2026", "rows": "2026-10"}
    assert table.links[1] is not None
    assert "rows" not in table.links[1].query


def test_the_paper_is_one_page_of_one_person() -> None:
    ranking = ranking_of(a_selection(), lambda code: True)
    for person, name in NAMES.items():
        document = Document(io.BytesIO(standing_bytes(of(person, ranking))))
        cells = "".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
        text = "".join(paragraph.text for paragraph in document.paragraphs) + cells
        assert name in text
        assert not any(other in text for other in NAMES.values() if other != name)
        assert "2026年度最佳邻长评选说明" in text
        assert len(document.tables) == 1


def test_without_names_few_answers_are_not_told() -> None:
    ranking = replace(ranking_of(a_selection(), lambda code: True), masked=True)
    it = of(2, ranking)
    shown = dict(zip(*(items_table(it).frame[key] for key in ("item", "counted")), strict=True))
    why = dict(zip(*(items_table(it).frame[key] for key in ("item", "why")), strict=True))
    assert shown["群众评单"] == "不足5条评价"
    assert "平均 5" not in why["群众评单"]
    assert views.NOT_A_CANDIDATE
