"""What a reader looks at: the period, the moment, whose units, and the rulebook edition that judges it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from metrics.period import Period, PeriodKind
from metrics.rulebook import Edition, Rulebook, rulebook
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

    @cached_property
    def edition(self) -> Edition:
        """The edition in force at the moment the view looks at; its numbers and words stand beside the figures."""
        return (self.rules or rulebook()).on(self.moment)

    @property
    def moment(self) -> date:
        """The day at whose end figures about a moment look."""
        return min(self.period.last, self.as_of)

    def of_year(self) -> View:
        """The same view over the year of its period."""
        return replace(self, period=Period.holding(PeriodKind.YEAR, self.period.representative))
