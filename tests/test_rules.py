"""What a row must be to count: the words are the board's, the types the database's, and who reads figures reads valid rows only."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from sqlalchemy import Boolean, Connection, Date, DateTime, Float, Integer, text
from sqlalchemy.exc import DBAPIError

from data_access import words
from data_access.rules import LOOKED_UP, RULES
from data_access.tables import CONTRACT, Table
from data_access.value_types import ForeignValues, require_own_types
from data_access.words import WORDS
from ingest.ledgers import words as office
from metrics import vocabulary

WRITERS_AND_KEEPERS = {
    "__main__",
    "accounts",
    "checks",  # what rules are made of
    "ledger",  # what is not valid
    "areas",  # whose phones are told: a post elsewhere counts against it, whatever else is wrong with it
    "burden",  # how many rows were filled in, sound or not
    "administration",  # how many rows a table holds
    "clock_steps",  # when something may change, whether it counts or not
    "night_entries",  # what a unit tells itself
    "problem_ledgers",  # what is not valid
    "problems",
    "rules",
    "scope",  # the units that count nowhere, whatever else is wrong with them
    "words",
}


def test_whoever_reads_figures_and_lists_reads_valid_rows() -> None:
    ruled = {table.__name__ for table in RULES}
    raw = {
        path.stem
        for path in Path("data_access").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "data_access.tables" and ruled & {name.name for name in node.names}
    }
    assert raw == WRITERS_AND_KEEPERS


def test_every_table_of_the_contract_with_something_to_be_wrong_has_its_rules() -> None:
    assert set(CONTRACT) - {table.__tablename__ for table in RULES} == {"calendar_day", "person"}
    assert LOOKED_UP["night_stay"] == ("area", "person")


def test_the_words_are_the_boards_and_the_offices() -> None:
    same = {
        "LeavePeriod.kind": vocabulary.LeaveKind,
        "Household.kind": vocabulary.HouseholdKind,
        "DutyRoster.post": vocabulary.DutyPost,
        "NightSession.kind": vocabulary.SessionKind,
        "ReceptionSlot.place": vocabulary.Place,
        "Petition.channel": vocabulary.Channel,
        "Petition.size": vocabulary.Size,
        "Petition.outcome": vocabulary.Outcome,
        "Petition.level": vocabulary.HandlingLevel,
        "PetitionEvent.kind": vocabulary.EventKind,
        "TrainingAttendance.kind": vocabulary.TrainingKind,
        "CaptainMark.kind": vocabulary.MarkKind,
    }
    told = {f"{table.__name__}.{column}": list(words) for (table, column), words in WORDS.items()}
    assert {name: told[name] for name in same} == {name: [str(word) for word in words] for name, words in same.items()}
    assert list(words.ROLE_LEVELS) == [str(role) for role in vocabulary.Role]
    assert list(words.MEETING_LEVELS) == [str(kind) for kind in vocabulary.MeetingKind]
    assert (office.ROLE_LEVELS, office.MEETING_LEVELS) == (words.ROLE_LEVELS, words.MEETING_LEVELS)


OTHER_VALUES = {Date: ("至今", "2026-13-40", "2026-02-30"), DateTime: ("昨天", "2026-02-30 08:00:00"), Boolean: ("也许",), Float: ("五分",)}


def test_a_value_of_another_type_is_refused_by_the_database(connection: Connection) -> None:
    tried, said = 0, "不是" if connection.dialect.name == "sqlite" else "invalid input syntax|out of range"
    for name in CONTRACT:
        table = Table.metadata.tables[name]
        for column in table.columns:
            kinds = (*OTHER_VALUES, Integer)
            kind = next((each for each in kinds if isinstance(column.type, each) and not column.primary_key), None)
            for value in OTHER_VALUES.get(kind, ("五",)) if kind else ():
                tried += 1
                before = connection.begin_nested()
                with pytest.raises(DBAPIError, match=said):
                    connection.execute(text(f"INSERT INTO {name} ({column.name}) VALUES ('{value}')"))
                before.rollback()
    assert tried > 100


def test_what_the_database_refuses_it_names(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has its own words")
    stay = "INSERT INTO night_stay (person_id, area_code, night, recorded_at) VALUES (1, '149981101', {}, {})"
    with pytest.raises(DBAPIError, match=r"night_stay\.night 不是日期"):
        connection.execute(text(stay.format("'至今'", "NULL")))
    with pytest.raises(DBAPIError, match=r"night_stay\.recorded_at 不是时间"):
        connection.execute(text(stay.format("'2026-10-08'", "'2026-10-08T22:00:00'")))
    connection.execute(text(stay.format("'2026-10-08'", "'2026-10-08 22:00:00.123456'")))
    connection.execute(text("DROP TRIGGER board_type_night_stay_insert"))
    connection.execute(text(stay.format("'至今'", "NULL")))
    with pytest.raises(ForeignValues, match=r"night_stay\.night 有 1 行不是日期"):
        require_own_types(connection)


def test_a_day_beyond_the_calendar_is_refused_on_postgresql(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        with pytest.raises(DBAPIError, match="board_day_night_stay_night"):
            connection.execute(text("INSERT INTO night_stay (person_id, area_code, night) VALUES (1, '149981101', 'infinity')"))
