"""Working days, weeks and deadlines from the calendar with 调休. Pure: built from the frame ``working_calendar`` returns."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

SATURDAY = 5
"""As ``date.weekday`` counts."""


@dataclass(frozen=True)
class Week:
    """A counted ISO week: its Monday, and its working days."""

    monday: date
    workdays: tuple[date, ...]

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)


class Workdays:
    """Questions to the calendar. Days outside it are taken Monday to Friday."""

    def __init__(self, is_workday: Mapping[date, bool], names: Mapping[date, str] | None = None) -> None:
        self._is_workday = dict(is_workday)
        self._names = dict(names or {})
        self._workdays = sorted(day for day, works in self._is_workday.items() if works)
        self._first = min(self._is_workday, default=date.max)
        self._last = max(self._is_workday, default=date.min)

    @classmethod
    def from_frame(cls, calendar: pd.DataFrame) -> Workdays:
        """From columns ``day``, ``is_workday``, ``name``."""
        days = list(calendar["day"])
        names = {day: name for day, name in zip(days, calendar["name"], strict=True) if isinstance(name, str)}
        return cls(dict(zip(days, map(bool, calendar["is_workday"]), strict=True)), names)

    def is_workday(self, day: date) -> bool:
        return self._is_workday.get(day, day.weekday() < SATURDAY)

    def name(self, day: date) -> str | None:
        """The holiday or 调休 this day belongs to."""
        return self._names.get(day)

    def between(self, first: date, last: date) -> list[date]:
        """The working days from ``first`` to ``last``, both included."""
        if first < self._first or last > self._last:
            return [day for day in _days(first, last) if self.is_workday(day)]
        return self._workdays[bisect_left(self._workdays, first) : bisect_right(self._workdays, last)]

    def after(self, day: date, count: int) -> date:
        """The ``count``-th working day after ``day``: a deadline counted in working days ends with it."""
        while count > 0:
            day += timedelta(days=1)
            count -= self.is_workday(day)
        return day

    def count(self, first: date, last: date) -> int:
        """Working days after ``first`` up to and including ``last`` (0 where last ≤ first)."""
        return len(self.between(first + timedelta(days=1), last)) if last > first else 0

    def weeks(self, first: date, last: date, as_of: date, least_workdays: int) -> list[Week]:
        """The counted weeks of a period: Thursday inside it, complete by ``as_of``, and with at least so many working days.

        An ISO week with fewer (National Day, Spring Festival) asks nothing of anyone.
        """
        thursday = first + timedelta(days=(3 - first.weekday()) % 7)
        weeks = []
        while thursday <= last and thursday + timedelta(days=3) <= as_of:
            monday = thursday - timedelta(days=3)
            workdays = tuple(self.between(monday, monday + timedelta(days=6)))
            if len(workdays) >= least_workdays:
                weeks.append(Week(monday, workdays))
            thursday += timedelta(days=7)
        return weeks


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
