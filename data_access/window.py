"""What a fact query is asked besides its scope: the grain and the days."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta


@dataclass(frozen=True)
class Window:
    """``level`` is the grain of the answer (empty for a fact that has no use for one); days are inclusive. ``numbers`` are thresholds
    from the rulebook, bound as parameters.

    ``as_of`` is the day at whose end everything later is unknown; ``last`` never lies beyond it. ``until``: the first instant of the as-of
    day that counts no more, where the question is asked before the day is over.
    """

    level: str
    first: date
    last: date
    as_of: date
    numbers: tuple[tuple[str, float], ...] = field(default=())
    until: datetime | None = None

    def number(self, name: str) -> float:
        """A threshold by ``table.name``, e.g. ``petitions.small_workdays``. Raises ``KeyError``."""
        return dict(self.numbers)[name]

    @property
    def start(self) -> datetime:
        """The first instant of ``first``."""
        return datetime.combine(self.first, time())

    @property
    def end(self) -> datetime:
        """The instant after the end of ``last``, or after the moment: compare with ``<``."""
        return self._cut(self.last)

    @property
    def as_of_end(self) -> datetime:
        """The instant after the as-of moment: compare with ``<``."""
        return self._cut(self.as_of)

    def _cut(self, day: date) -> datetime:
        end = datetime.combine(day + timedelta(days=1), time())
        return end if self.until is None else min(end, self.until)

    def days_back(self, count: int) -> datetime:
        """The first instant of the last ``count`` days, of which ``last`` is the last one."""
        return datetime.combine(self.last - timedelta(days=count - 1), time())

    @property
    def last_over(self) -> date:
        """The last of the days that is over at the moment."""
        return over(self.end)

    @property
    def day_over(self) -> date:
        """The last day that is over as of the moment: a deadline that ends with a day is past when the day is over."""
        return over(self.as_of_end)


def over(end: datetime) -> date:
    """The last day that is over before an instant that counts no more."""
    return end.date() - timedelta(days=1)
