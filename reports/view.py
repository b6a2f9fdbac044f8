"""What a reader looks at: the period, the moment, whose units, and the rulebook edition that judges it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

from metrics.period import Period, PeriodKind
from metrics.rulebook import Edition, Rulebook, rulebook
from metrics.wording import day_of
from metrics.workdays import Workdays


@dataclass(frozen=True)
class View:
    """``township`` is the chosen one's code, ``where`` says it in words; ``masked``: the reader may not see names."""

    period: Period
    as_of: date
    workdays: Workdays
    township: str | None = None
    where: str = "全部乡镇"
    masked: bool = False
    rules: Rulebook | None = None
    at: datetime | None = None
    """The minute of the as-of day for which what is shown holds; None: the day once it is over."""

    @cached_property
    def edition(self) -> Edition:
        """The edition in force at the moment the view looks at; its numbers and words stand beside the figures."""
        return (self.rules or rulebook()).on(self.moment)

    @property
    def moment(self) -> date:
        """The day at whose end figures about a moment look."""
        return min(self.period.last, self.as_of)

    @property
    def told_at(self) -> date | datetime:
        """What files say it is as of."""
        return self.at or self.as_of

    @property
    def is_past(self) -> bool:
        """The period ended before the day that is looked from: nothing of it is "today", "this week" or still to come."""
        return self.period.last < self.as_of

    def is_running(self, period: Period) -> bool:
        """Whether a period is not over: its last day counts once it is over."""
        return period.last > self.as_of or (period.last == self.as_of and self.at is not None)

    @property
    def until(self) -> str:
        """截至6月30日, where what is said of a moment is of another than now; empty in a period that runs."""
        return f"截至{day_of(self.moment, self.as_of)}" if self.is_past else ""

    @property
    def day_words(self) -> str:
        """今天, or the day of the moment where that was another."""
        return day_of(self.moment, self.as_of) if self.is_past else "今天"

    def lately(self, days: int) -> str:
        """近 28 天, 至6月30日的 28 天: the days that end with the view's moment."""
        return f"至{day_of(self.moment, self.as_of)}的 {days} 天" if self.is_past else f"近 {days} 天"

    def of_year(self) -> View:
        """The same view over the year of its period."""
        return replace(self, period=Period.holding(PeriodKind.YEAR, self.period.representative))
