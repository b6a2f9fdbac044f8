"""``python -m reports selection``: rows as agreed, narrowed by area with county-wide ranks, and the check of frozen rankings."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime

import pytest
from sqlalchemy import Engine

from data_access.selection_flow import freeze, open_draft
from metrics.selection.result import ROW_COLUMNS
from metrics.selection.snapshot import digest, snapshot_text
from metrics.vocabulary import Role
from reports.__main__ import main
from reports.selection import configured_rules, selection_of
from reports.source import DatabaseSource
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
