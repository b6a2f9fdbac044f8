"""The state of the data: what has been committed, and how far the clock has come.

Two questions of the same words under the same state have the same answer. A state is read in one go, by one thread of a process; what an
answer depends on (:class:`Part`) tells which part of the state it was made under, so that a commit or a step of the clock touches no
answer that it cannot have changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from data_access.freshness import Marks, mark_between
from data_access.rules import with_looked_up

CLOCK = "clock"
"""When the clock alone will next change something that has times of the day: until then, and without new data, it stands still."""
HOURS = "hours"
"""The last midnight, end of a night or evening: what is counted by days and nights changes with no other step."""
TENTHS = "tenths"
"""The last tenth of an hour: what grows with the clock alone is counted once in it."""
CLOCKS = (CLOCK, HOURS, TENTHS)


class Part(NamedTuple):
    """What an answer depends on: the rows of a table that are dated within some days (open where None), or a clock by its name."""

    name: str
    first: date | None = None
    last: date | None = None


Reads = tuple[Part, ...]


def whole(names: Iterable[str]) -> Reads:
    """All rows of tables (of their valid rows also what makes them so), and clocks, by name."""
    return tuple(Part(name) for name in with_looked_up(names))


@dataclass(frozen=True)
class State:
    """``steps``: by clock the step that tells its stretch of time from every other. ``read_at``: when all this was so, and the moment at
    which what is asked under it is counted: at every other moment of the same stretch the answer is the same."""

    marks: Marks
    steps: Mapping[str, datetime]
    read_at: datetime
    _known: dict[Part, str] = field(default_factory=dict, compare=False, repr=False)

    def under(self, reads: Reads) -> str:
        """The part of the state on which an answer depends, as a text that is another one as soon as any of it has changed."""
        known = self._known
        return " ".join(known.get(part) or known.setdefault(part, self._text(part)) for part in reads)

    def _text(self, part: Part) -> str:
        if part.name in CLOCKS:
            return f"{self.steps[part.name]:%y%m%d%H%M%S}"
        return str(mark_between(self.marks, *part))

    def changed_tables(self, other: State) -> set[str]:
        """The tables that have been written to, and the clocks that have struck, between two states."""
        marks = {table for table, month in self.marks.keys() | other.marks.keys() if self._differs(other, table, month)}
        return marks | {name for name in CLOCKS if self.steps[name] != other.steps[name]}

    def _differs(self, other: State, table: str, month: int) -> bool:
        return self.marks.get((table, month)) != other.marks.get((table, month))
