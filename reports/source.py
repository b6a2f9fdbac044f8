"""Facts straight from the database, each asked once: what the command line and the tests use."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
from sqlalchemy import Connection

from data_access import areas
from data_access.calendar import working_calendar
from data_access.facts import FACTS
from data_access.scope import Scope
from data_access.window import Window
from metrics.definition import Question, Span
from metrics.rulebook import Rulebook, rulebook
from metrics.workdays import Workdays

BOUND_TABLES = ("duty", "nights", "reception", "petitions", "captains", "satisfaction", "quality")


def window(asked: Question, span: Span) -> Window:
    """The query's side of a question: grain, days and the thresholds to bind."""
    first, last = asked.span(span)
    numbers = tuple(
        (f"{table}.{name}", value)
        for table in BOUND_TABLES
        for name, value in sorted(asked.rules.tables[table].items())
        if isinstance(value, int | float)
    )
    return Window(str(asked.level), first, last, asked.as_of, numbers)


class DatabaseSource:
    """A source over one open connection; facts are remembered for its lifetime."""

    def __init__(self, connection: Connection, scope: Scope, rules: Rulebook | None = None) -> None:
        self.connection, self.scope = connection, scope
        self.rules = rules or rulebook()
        self._workdays: Workdays | None = None
        self._facts: dict[tuple[str, Window], pd.DataFrame] = {}

    def workdays(self) -> Workdays:
        if self._workdays is None:
            self._workdays = Workdays.from_frame(working_calendar(self.connection))
        return self._workdays

    def fact(self, name: str, question: Question, span: Span) -> pd.DataFrame:
        asked = window(question, span)
        if (name, asked) not in self._facts:
            self._facts[name, asked] = FACTS[name].query(self.scope, self.connection, asked)
        return self._facts[name, asked]

    def units(self, question: Question) -> pd.DataFrame:
        return areas.units(self.scope, self.connection, window(question, Span.PERIOD))

    def people(self, person_ids: Iterable[int]) -> pd.DataFrame:
        return areas.people(self.scope, self.connection, person_ids)
