"""A month that nobody has touched is read no more: what one commit into the running month asks the database again."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine

from data_access.answers import Answers
from data_access.facts import FACTS
from data_access.window import Window
from metrics.definition import Indicator
from metrics.period import Period
from metrics.registry import REGISTRY, indicator
from metrics.vocabulary import Level, Module
from reports import source
from reports.source import DatabaseSource
from tests.builders import EVERYTHING, TOWNSHIP, a_county, a_night_visit, a_petition, a_session, a_stay, a_turn, an_appointment, an_event
from tests.opened_pages import counted_statements

NOW = datetime(2026, 11, 25, 9)
THIS_MONTH, FIRST = Period.parse("2026-11"), date(2026, 11, 1)
LINE = tuple(THIS_MONTH.trailing(12))
"""The twelve months of a line, oldest first."""


class Asked(NamedTuple):
    fact: str
    window: Window


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Asked]:
    """The facts asked of the database, with what they were asked about."""
    found: list[Asked] = []

    def recorded(name: str) -> object:
        query = FACTS[name].query

        def noted(scope: object, connection: Connection, window: Window) -> pd.DataFrame:
            found.append(Asked(name, window))
            return query(scope, connection, window)  # type: ignore[arg-type]

        return FACTS[name]._replace(query=noted)

    monkeypatch.setattr(source, "FACTS", {name: recorded(name) for name in FACTS})
    return found


def line(database: Engine, entry: Indicator) -> list[pd.DataFrame]:
    """The twelve months of an indicator as a process asks them that has just started on a database which is counted."""
    with database.connect() as connection:
        asking = DatabaseSource(connection, EVERYTHING, at=NOW, kept=Answers(source.made_by, database=lambda: database))
        return [asking.past(entry, Level.TOWNSHIP, month, NOW.date()) for month in LINE]


def counted(database: Engine, entry: Indicator) -> list[pd.DataFrame]:
    """The same without anything that was kept."""
    with database.connect() as connection:
        asking = DatabaseSource(connection, EVERYTHING, at=NOW)
        return [asking.past(entry, Level.TOWNSHIP, month, NOW.date()) for month in LINE]


def of_modules(*modules: Module) -> list[str]:
    return [entry.id for entry in REGISTRY.values() if entry.module in modules and Level.TOWNSHIP in entry.levels and entry.needs]


@pytest.fixture
def chief(database: Engine) -> int:
    """A township's chief with a night, a meeting and a petition in each of the twelve months; who it is."""
    with database.begin() as connection:
        a_county(connection)
        person = an_appointment(connection, "township_chief")
        for month in LINE:
            day = month.first.replace(day=5)
            a_stay(connection, person, day)
            a_session(connection, "study", day.isoformat())
            an_event(connection, a_petition(connection, f"{day} 09:00", dispatched=f"{day} 10:00"), f"{day} 10:00", "dispatch")
    return person


@pytest.mark.parametrize("indicator_id", of_modules(Module.DUTY, Module.NIGHTS))
def test_a_record_of_this_month_asks_nothing_of_closed_months(database: Engine, chief: int, asked: list[Asked], indicator_id: str) -> None:
    entry = indicator(indicator_id)
    line(database, entry)
    asked.clear()
    with counted_statements(database) as statements:
        line(database, entry)
    assert not asked, "after a start nothing is counted again"
    assert all("calendar_day" in each for each in statements)
    with database.begin() as connection:
        a_stay(connection, chief, "2026-11-20")
        a_session(connection, "study", "2026-11-20")
        a_night_visit(connection, chief, "2026-11-20")
        a_turn(connection, chief, "2026-11-20")
    asked.clear()
    found = line(database, entry)
    assert asked or "petition" in {FACTS[name].tables[0] for name in entry.needs}
    assert {each.fact for each in asked if each.window.last < FIRST} == set()
    for kept, fresh in zip(found, counted(database, entry), strict=True):
        pd.testing.assert_frame_equal(kept, fresh, check_column_type=False)


@pytest.mark.parametrize("indicator_id", of_modules(Module.PETITIONS))
def test_a_petition_opened_this_month_is_none_of_those_opened_before(
    database: Engine, chief: int, asked: list[Asked], indicator_id: str
) -> None:
    entry = indicator(indicator_id)
    line(database, entry)
    with database.begin() as connection:
        a_petition(connection, "2026-11-20 09:00", area=TOWNSHIP)
    asked.clear()
    found = line(database, entry)
    assert {each.fact for each in asked if each.window.last < FIRST} == set()
    assert any(each.window.last >= FIRST for each in asked)
    for kept, fresh in zip(found, counted(database, entry), strict=True):
        pd.testing.assert_frame_equal(kept, fresh, check_column_type=False)
