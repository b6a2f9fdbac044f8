"""Periods: a month ``2026-10``, a quarter ``2026-Q4``, a year ``2026``, and on the board's bar also a week ``2026-W47``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property


class PeriodKind(StrEnum):
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_PATTERNS = {
    PeriodKind.WEEK: re.compile(r"(\d{4})-W(\d{2})"),
    PeriodKind.MONTH: re.compile(r"(\d{4})-(\d{2})"),
    PeriodKind.QUARTER: re.compile(r"(\d{4})-Q([1-4])"),
    PeriodKind.YEAR: re.compile(r"(\d{4})"),
}


@dataclass(frozen=True)
class Period:
    """A stretch of civil days, first and last included."""

    kind: PeriodKind
    first: date
    last: date

    @classmethod
    def parse(cls, text: str) -> Period:
        """``2026-10`` | ``2026-Q4`` | ``2026`` | ``2026-W47``. Raises ``ValueError`` with a Chinese message for anything else."""
        for kind, pattern in _PATTERNS.items():
            if match := pattern.fullmatch(text.strip()):
                year, number = int(match[1]), int(match[2]) if pattern.groups > 1 else 1
                try:
                    return cls._of(kind, year, number)
                except ValueError:
                    break
        raise ValueError(f"时段“{text}”无法识别,应为 2026-10(月)、2026-Q4(季)、2026(年)或 2026-W47(周)")

    @classmethod
    def _of(cls, kind: PeriodKind, year: int, number: int) -> Period:
        if kind is PeriodKind.WEEK:
            monday = date.fromisocalendar(year, number, 1)
            return cls(kind, monday, monday + timedelta(days=6))
        months = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}[kind]
        start = (number - 1) * months + 1
        return cls(kind, date(year, start, 1), _month_end(year, start + months - 1))

    @classmethod
    def holding(cls, kind: PeriodKind, day: date) -> Period:
        """The period of a kind that holds a day."""
        if kind is PeriodKind.WEEK:
            year, week, _ = day.isocalendar()
            return cls._of(kind, year, week)
        months = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}[kind]
        return cls._of(kind, day.year, (day.month - 1) // months + 1)

    @cached_property
    def text(self) -> str:
        """The form that :meth:`parse` reads."""
        if self.kind is PeriodKind.WEEK:
            year, week, _ = self.first.isocalendar()
            return f"{year}-W{week:02d}"
        if self.kind is PeriodKind.MONTH:
            return f"{self.first:%Y-%m}"
        if self.kind is PeriodKind.QUARTER:
            return f"{self.first.year}-Q{(self.first.month + 2) // 3}"
        return f"{self.first.year}"

    @cached_property
    def label(self) -> str:
        """Chinese, for titles: 2026年10月."""
        if self.kind is PeriodKind.WEEK:
            return f"{self.first.month}月{self.first.day}日至{self.last.month}月{self.last.day}日"
        if self.kind is PeriodKind.MONTH:
            return f"{self.first.year}年{self.first.month}月"
        if self.kind is PeriodKind.QUARTER:
            return f"{self.first.year}年{'一二三四'[(self.first.month - 1) // 3]}季度"
        return f"{self.first.year}年"

    @property
    def representative(self) -> date:
        """The day that decides which month or quarter a period belongs to: a week's Thursday, else the first day."""
        return self.first + timedelta(days=3) if self.kind is PeriodKind.WEEK else self.first

    @property
    def before(self) -> Period:
        return Period.holding(self.kind, self.first - timedelta(days=1))

    @property
    def year_ago(self) -> Period | None:
        """The same period of the year before: the same month or quarter, the week 52 weeks earlier; of a year none but the one before."""
        if self.kind is PeriodKind.YEAR:
            return None
        if self.kind is PeriodKind.WEEK:
            return Period.holding(self.kind, self.first - timedelta(weeks=52))
        return Period.holding(self.kind, self.first.replace(year=self.first.year - 1))

    def trailing(self, count: int) -> list[Period]:
        """``count`` periods of this kind, oldest first, ending with this one."""
        periods = [self]
        while len(periods) < count:
            periods.append(periods[-1].before)
        return periods[::-1]

    def months(self) -> list[Period]:
        """The months this period consists of; for a week the month that holds its Thursday."""
        if self.kind in (PeriodKind.WEEK, PeriodKind.MONTH):
            return [Period.holding(PeriodKind.MONTH, self.representative)]
        last = Period.holding(PeriodKind.MONTH, self.last)
        return last.trailing(3 if self.kind is PeriodKind.QUARTER else 12)

    def quarters(self) -> list[Period]:
        """The quarters this period consists of; for a month or week the quarter that holds it."""
        if self.kind is PeriodKind.YEAR:
            return Period.holding(PeriodKind.QUARTER, self.last).trailing(4)
        return [Period.holding(PeriodKind.QUARTER, self.representative)]


def _month_end(year: int, month: int) -> date:
    return (date(year + month // 12, month % 12 + 1, 1)) - timedelta(days=1)
