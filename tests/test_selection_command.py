"""``python -m reports selection``: rows as agreed, narrowed by area with county-wide ranks, and the check of frozen rankings."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime

import pytest
from sqlalchemy import Engine

from data_access.selection_flow import add_step, freeze, open_draft
from metrics.period import Period
from metrics.selection.result import ROW_COLUMNS
from metrics.selection.snapshot import digest, recomputed, snapshot_text
from metrics.vocabulary import Module, Role
from reports.__main__ import main
from reports.pack import meeting_pack
from reports.selection import configured_rules, selection_of
from reports.selection_annex import with_selection
from reports.source import DatabaseSource, operators_source
from reports.subjects import Audience
from tests.builders import CELL, EVERYTHING, TOWNSHIP, a_captain_visit, a_county, a_household, a_survey_answer, an_appointment, an_area

END = date(2026, 12, 31)
NOW = datetime(2026, 12, 31, 12)
COMMAND = ["selection", "--year", "2026", "--as-of", str(END)]


def two_townships(database: Engine) -> dict[str, int]:
    """A captain in each of two townships, both eligible; the one of the second township does better."""
    with database.begin() as connection:
        a_county(connection)
        other = "149981102"
        for code, level in ((other, "township"), (other + "201", "village"), (other + "20101", "patch"), (other + "2010101", "group")):
            an_area(connection, code, level)
        captains = {}
        for name, cell in (("own", CELL), ("other", an_area(connection, other + "2010101001", "cell"))):
            captains[name] = an_appointment(connection, "cell_captain", cell)
            for _ in range(5):
                home = a_household(connection, "key", cell)
                a_survey_answer(connection, captains[name], 5 if name == "other" else 4, household_id=home)
                if name == "other":
                    a_captain_visit(connection, captains[name], home, "2026-05-05")
    return captains


def printed(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main([*arguments]) == code
    return capsys.readouterr().out


def test_rows_are_exactly_as_agreed(served: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    captains = two_townships(served)
    told = json.loads(printed(capsys, *COMMAND, "--role", "cell_captain"))
    assert [row["person_id"] for row in told["rows"]] == [captains["other"], captains["own"]]
    for row in told["rows"]:
        assert list(row) == [*ROW_COLUMNS, "terms"]
        assert all(list(term) == ["item", "k", "n", "points"] for term in row["terms"])
        assert sum(term["points"] for term in row["terms"]) == pytest.approx(row["score"], abs=1e-3)
        assert (row["gate"], row["in_quota"]) == ("ok", True)
        assert 1 <= row["rank_low"] <= row["rank"] <= row["rank_high"] <= 2


def test_area_narrows_the_rows_and_not_the_ranks(served: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    captains = two_townships(served)
    told = json.loads(printed(capsys, *COMMAND, "--role", "cell_captain", "--area", TOWNSHIP))
    assert [(row["person_id"], row["rank"]) for row in told["rows"]] == [(captains["own"], 2)]
    assert told["captains"] == 2


def test_all_three_roles_are_printed_in_each_format(served: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    two_townships(served)
    lines = printed(capsys, *COMMAND).splitlines()
    assert [json.loads(line)["role_name"] for line in lines] == ["片长", "组长", "邻长"]
    assert len(list(csv.DictReader(io.StringIO(printed(capsys, *COMMAND, "--format", "csv"))))) == 2
    table = printed(capsys, *COMMAND, "--format", "table", "--role", "邻长")
    assert "2026年度最佳邻长" in table
    assert "名额" in table


@pytest.mark.parametrize(
    "wrong",
    [
        ["selection", "--year", "2026", "--as-of", "2025-12-31"],
        ["selection", "--year", "2026"],
        [*COMMAND, "--role", "village_chief"],
    ],
)
def test_a_wrong_question_is_answered_in_words(served: Engine, capsys: pytest.CaptureFixture[str], wrong: list[str]) -> None:
    assert main(wrong) == 2
    assert capsys.readouterr().err.startswith("错误:")


def frozen_on(database: Engine, day: datetime) -> int:
    """A selection of 邻长 drafted and frozen at a moment. Returns its id."""
    with database.begin() as connection:
        source = DatabaseSource(connection, EVERYTHING)
        rules = configured_rules(source.rules, 2026, Role.CELL_CAPTAIN, END)
        text = snapshot_text(source.selection_facts(2026, Role.CELL_CAPTAIN, END), rules, 2026, END)
        made = selection_of(source, 2026, Role.CELL_CAPTAIN, END)
        frozen = {"as_of": END, "rulebook": rules.version, "digest": digest(text, made), "snapshot": text, "ranking": "[]"}
        number = open_draft(connection, 2026, "cell_captain", "one", "立项", day)
        freeze(connection, number, frozen, "one", "部务会", day)
        return number


def test_what_is_on_record_is_shown_from_the_day_it_was_there(served_alone: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    captains = two_townships(served_alone)
    number = frozen_on(served_alone, datetime(2027, 1, 4, 10))
    with served_alone.begin() as connection:
        over = date(2027, 1, 11)
        for step, day, until in (("notice", 5, over), ("final", 12, None)):
            add_step(connection, number, step, "one", "会议", datetime(2027, 1, day, 10), until=until)
        a_captain_visit(connection, captains["own"], a_household(connection, "key"), "2026-06-06")  # too late for the frozen one

    def table(as_of: str) -> str:
        return printed(capsys, "selection", "--year", "2026", "--role", "邻长", "--as-of", as_of, "--format", "table")

    assert "试排,尚未冻结" in table("2027-01-03")
    assert "已冻结" in table("2027-01-04")
    assert "拟入选" in table("2027-01-11")
    decided = table("2027-01-12")
    assert "入选" in decided
    assert "拟入选" not in decided
    asked = ["selection", "--year", "2026", "--role", "邻长", "--format", "json", "--as-of"]
    live, kept = (json.loads(printed(capsys, *asked, day)) for day in ("2027-01-03", "2027-01-12"))
    assert live["rows"] != kept["rows"], "what was frozen stays as it was"
    with operators_source() as source:
        pack = meeting_pack(source, Audience.SELECTION, Period.parse("2026"), date(2027, 1, 12))
        titles = [each.title for each in with_selection(pack, source, "", frozenset({Module.CAPTAINS})).annexes]
    assert titles == ["最佳邻长名额 2 个,入选 2 人,其中稳在名额内的 2 人"]


def test_a_ranking_is_told_as_of_its_minute_and_the_year_runs_until_its_last_day_is_over(
    served: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    two_townships(served)

    def told(*moment: str) -> str:
        return printed(capsys, "selection", "--year", "2026", "--role", "邻长", "--format", "table", *moment)

    early = told("--at", "2026-11-26T00:01")
    assert early.startswith("2026年度最佳邻长 全部人选 · 截至2026年11月26日 00:01 · 规则 2026.1 · 试排")
    assert "年度未结束" in early
    last = told("--at", "2026-12-31T09:00")
    assert "截至2026年12月31日 09:00" in last
    assert "年度未结束" in last, "December is not counted yet"
    assert "年度未结束" not in told("--as-of", "2026-12-31")
    assert "年度未结束" not in told("--at", "2027-01-01T00:01")
    assert "河东一邻邻长" in early, "place and post beside the name"
    with operators_source(at=datetime(2026, 12, 31, 9)) as source:
        pack = meeting_pack(source, Audience.SELECTION, Period.parse("2026-12"), END)
        (annex,) = [each for each in with_selection(pack, source, "", frozenset({Module.CAPTAINS})).annexes if "邻长" in each.title]
    assert "截至2026年12月31日 09:00" in annex.table.subtitle
    notes = dict(annex.table.notes)
    assert notes["截至"] == "2026年12月31日 09:00"
    assert "不能当真" in notes["名次多在"] or "把握" in notes["名次多在"], "a paper says how its columns are read"
    assert "稳在名额内" in notes["名额把握"]


def test_what_is_frozen_in_the_middle_of_a_day_stays_as_of_its_minute(served_alone: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    two_townships(served_alone)
    at = datetime(2026, 12, 31, 9)
    with served_alone.begin() as connection:
        source = DatabaseSource(connection, EVERYTHING, at=at)
        rules = configured_rules(source.rules, 2026, Role.CELL_CAPTAIN, END)
        text = snapshot_text(source.selection_facts(2026, Role.CELL_CAPTAIN, END), rules, 2026, END, at)
        made = selection_of(source, 2026, Role.CELL_CAPTAIN, END)
        frozen = {"as_of": END, "rulebook": rules.version, "digest": digest(text, made), "snapshot": text, "ranking": "[]"}
        freeze(connection, open_draft(connection, 2026, "cell_captain", "one", "立项", NOW), frozen, "one", "部务会", NOW)
    again = recomputed(text)
    assert (again.at, again.complete) == (at, False)
    assert json.loads(printed(capsys, "selection", "--verify"))["same"] is True
    later = printed(capsys, "selection", "--year", "2026", "--role", "邻长", "--as-of", "2027-01-05", "--format", "table")
    assert "截至2026年12月31日 09:00 · 规则 2026.1 · 已冻结" in later
    assert "年度未结束" in later
    assert "at" not in json.loads(snapshot_text({}, rules, 2026, END)), "of a day that is over it says nothing of a minute"


def test_a_selection_given_up_leaves_the_ranking_as_of_the_day(served_alone: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    two_townships(served_alone)
    number = frozen_on(served_alone, datetime(2027, 1, 4, 10))
    with served_alone.begin() as connection:
        add_step(connection, number, "void", "one", "数据有误", datetime(2027, 1, 5, 10))
    asked = ["selection", "--year", "2026", "--role", "邻长", "--format", "table", "--as-of"]
    assert "已冻结" in printed(capsys, *asked, "2027-01-04")
    assert "试排,尚未冻结" in printed(capsys, *asked, "2027-01-05")


def test_verify_finds_a_frozen_ranking_unchanged_whatever_became_of_the_data(
    served_alone: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    captains = two_townships(served_alone)
    with served_alone.begin() as connection:
        source = DatabaseSource(connection, EVERYTHING)
        rules = configured_rules(source.rules, 2026, Role.CELL_CAPTAIN, END)
        text = snapshot_text(source.selection_facts(2026, Role.CELL_CAPTAIN, END), rules, 2026, END)
        made = selection_of(source, 2026, Role.CELL_CAPTAIN, END)
        frozen = {"as_of": END, "rulebook": rules.version, "digest": digest(text, made), "snapshot": text, "ranking": "[]"}
        freeze(connection, open_draft(connection, 2026, "cell_captain", "one", "立项", NOW), frozen, "one", "部务会", NOW)
        a_captain_visit(connection, captains["own"], a_household(connection, "key"), "2026-06-06")
    told = json.loads(printed(capsys, "selection", "--verify"))
    assert told["same"] is True
    assert told["digest"] == told["again"]
    with served_alone.begin() as connection:  # two that were tampered with before they came here
        for snapshot in (text.replace('"work_points":50.0', '"work_points":49.0'), "{"):
            number = open_draft(connection, 2026, "cell_captain", "one", "立项", NOW)
            freeze(connection, number, {**frozen, "snapshot": snapshot}, "one", "部务会", NOW)
    verdicts = [json.loads(line)["same"] for line in printed(capsys, "selection", "--verify", code=1).splitlines()]
    assert verdicts == [True, False, False]
    assert printed(capsys, "selection", "--verify", "--format", "table", code=1).count("不一致") == 2


def test_verify_without_any_frozen_ranking_says_so(served: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["selection", "--verify"]) == 0
    assert "没有已冻结的评选" in capsys.readouterr().err
