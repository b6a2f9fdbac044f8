"""Facts straight from the database, each asked once: what the command line and the tests use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import pandas as pd

from data_access import areas, contents
from data_access.calendar import working_calendar
from data_access.engine import Connection, engine, reading_engine
from data_access.facts import FACTS
from data_access.scope import Scope
from data_access.selection import Ballot, selection_facts
from data_access.selection_flow import frozen_texts
from data_access.slots import Slot
from data_access.window import Window
from metrics.definition import Indicator, Question, Span
from metrics.period import Period
from metrics.rulebook import Edition, Rulebook, rulebook
from metrics.vocabulary import Level, Role
from metrics.workdays import Workdays
from reports.frames import indicator_frame, question
from reports.views.contents import Contents, contents_of

BOUND_TABLES = ("duty", "nights", "reception", "petitions", "captains", "satisfaction", "quality")


def bound_numbers(rules: Edition) -> tuple[tuple[str, float], ...]:
    """An edition's thresholds by ``table.name``, as queries bind them."""
    return tuple(
        (f"{table}.{name}", value)
        for table in BOUND_TABLES
        for name, value in sorted(rules.tables[table].items())
        if isinstance(value, int | float)
    )


def window(asked: Question, span: Span) -> Window:
    """The query's side of a question: grain, days and the thresholds to bind."""
    first, last = asked.span(span)
    numbers = bound_numbers(asked.rules)
    return Window(str(asked.level), first, last, asked.as_of, numbers, None if asked.at is None else asked.until)


def ballot(asked: Question, role: Role) -> Ballot:
    """The query's side of a selection: the year up to as-of, and the months, quarters and weeks in it that are complete."""
    months, quarters = ([Slot(part.text, part.first, part.last) for part in parts] for parts in (asked.months(), asked.quarters()))
    weeks = [Slot(week.monday.isoformat(), week.monday, week.sunday) for week in asked.weeks]
    return Ballot(asked.period.first.year, str(role), window(asked, Span.PERIOD), tuple(months), tuple(quarters), tuple(weeks))


class DatabaseSource:
    """A source over one open connection; facts are remembered for its lifetime. ``at``: see :class:`~reports.frames.Source`."""

    def __init__(self, connection: Connection, scope: Scope, rules: Rulebook | None = None, at: datetime | None = None) -> None:
        self.connection, self.scope = connection, scope
        self.rules, self.at, self.told_at = rules or rulebook(), at, at
        self._workdays: Workdays | None = None
        self._facts: dict[tuple[str, Window], pd.DataFrame] = {}
        self._units: dict[Window, pd.DataFrame] = {}
        self._frames: dict[tuple[str, Level, Period, date], pd.DataFrame] = {}

    def workdays(self) -> Workdays:
        if self._workdays is None:
            self._workdays = Workdays.from_frame(working_calendar(self.connection))
        return self._workdays

    def fact(self, name: str, question: Question, span: Span) -> pd.DataFrame:
        fact, given = FACTS[name], window(question, span)
        asked = fact.asked(given)
        if (name, asked) not in self._facts:
            self._facts[name, asked] = fact.query(self.scope, self.connection, asked)
        return fact.answer(self._facts[name, asked], given)

    def units(self, question: Question) -> pd.DataFrame:
        asked = window(question, Span.PERIOD)
        if asked not in self._units:
            self._units[asked] = areas.units(self.scope, self.connection, asked)
        return self._units[asked]

    def units_of(self, level: Level, codes: Sequence[str]) -> pd.DataFrame:
        return areas.units_of(self.scope, self.connection, str(level), codes)

    def contents(self) -> Contents:
        """What the county's database holds so far."""
        return contents_of(contents.contents(self.scope, self.connection))

    def people(self, person_ids: Iterable[int]) -> pd.DataFrame:
        return areas.people(self.scope, self.connection, person_ids)

    def frame(self, entry: Indicator, level: Level, period: Period, as_of: date) -> pd.DataFrame:
        asked = (entry.id, level, period, as_of)
        if asked not in self._frames:
            self._frames[asked] = indicator_frame(self, entry, level, period, as_of)
        return self._frames[asked]

    def past(self, entry: Indicator, level: Level, period: Period, as_of: date) -> pd.DataFrame:
        return self.frame(entry, level, period, as_of)

    def selection_facts(self, year: int, role: Role, as_of: date) -> dict[str, pd.DataFrame]:
        """What 年度评选 of a role is made from. The ranking is county-wide: ask with the whole county in scope."""
        asked = question(self, Level.PERSON, Period.parse(str(year)), as_of)
        return selection_facts(self.scope, self.connection, ballot(asked, role))


@contextmanager
def operators_source(area: str = "", at: datetime | None = None) -> Iterator[DatabaseSource]:
    """The command line's source: everything but restricted petitions, narrowed by ``area``."""
    with reading_engine().connect() as connection:
        yield DatabaseSource(connection, Scope.operator(area), at=at)


def frozen_selections() -> list[dict[str, Any]]:
    """Every frozen selection with its snapshot: id, year, role, digest, snapshot, ranking."""
    with engine().connect() as connection:
        return frozen_texts(Scope.operator(), connection)
