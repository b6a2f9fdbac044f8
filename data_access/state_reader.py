"""Reads the state of the data: the change marks, and the steps of the clocks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from data_access.clock_steps import STEP_TABLES, last_hour, next_step
from data_access.freshness import change_marks, mark_between
from data_access.state import CLOCK, HOURS, TENTHS, State

TENTH = timedelta(minutes=6)

Numbers = Callable[[date], Mapping[str, float]]
"""The rulebook's thresholds by ``table.name`` that hold on a day."""


class StateReader:
    """Reads states one after the other; asks when the clock's next step is when the last one has come or petitions have changed."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers
        self._asked_at = self._next = datetime.max
        self._under: tuple[int, ...] = ()

    def read(self, connection: Connection, now: datetime) -> State:
        """The state at ``now``. A commit between the marks and the step is seen by the next reading."""
        marks, numbers = change_marks(connection), self._numbers(now.date())
        under = tuple(mark_between(marks, table) for table in STEP_TABLES)
        if not self._asked_at <= now < self._next or under != self._under:
            self._asked_at, self._next, self._under = now, next_step(connection, now, numbers), under
        steps = {CLOCK: self._next, HOURS: last_hour(now, numbers), TENTHS: now - (now - datetime.min) % TENTH}
        return State(marks, steps, now)
