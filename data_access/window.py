"""What a fact query is asked besides its scope: the grain and the days."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta


@dataclass(frozen=True)
class Window:
    """``level`` is the grain of the answer (empty for a fact that has no use for one); days are inclusive. ``numbers`` are thresholds
    from the rulebook, bound as parameters.

    ``as_of`` is the day at whose end everything later is unknown; ``last`` never lies beyond it.
    """

    level: str
    first: date
    last: date
    as_of: date
    numbers: tuple[tuple[str, float], ...] = field(default=())

    def number(self, name: str) -> float:
        """A threshold by ``table.name``, e.g. ``petitions.small_workdays``. Raises ``KeyError``."""
        return dict(self.numbers)[name]

    @property
    def start(self) -> datetime:
        """The first instant of ``first``."""
        return datetime.combine(self.first, time())

    @property
    def end(self) -> datetime:
        """The instant after the end of ``last``: compare with ``<``."""
        return datetime.combine(self.last + timedelta(days=1), time())

    @property
    def as_of_end(self) -> datetime:
        """The instant after the as-of moment: compare with ``<``."""
        return datetime.combine(self.as_of + timedelta(days=1), time())
