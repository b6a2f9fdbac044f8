"""The clock as the pages go by it: three more marks beside the change marks, so that a step of the clock comes to all pages as data do.

Between two steps every figure stands still (``data_access.clock_steps``). So the pages count as at the last step that has passed, what
they count is exact for the present minute, and no minute asks anything anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from data_access.clock_steps import STEP_TABLES, last_hour, next_step
from data_access.engine import Connection
from data_access.facts import FACTS
from data_access.freshness import freshness_mark
from metrics.rulebook import rulebook
from reports.source import bound_numbers

CLOCK = "clock"
"""The moment at which what has times of the day is counted: the last step, or when petitions last changed."""
HOURS = "hours"
"""The last midnight, end of a night or evening: what is counted by days and nights changes with no other step."""
TENTHS = "tenths"
"""The moment to which hours of silence are reckoned: when a record was last entered, else the last tenth of an hour."""
TENTH = timedelta(minutes=6)
RECORDED = FACTS["newest_records"].tables
EPOCH = datetime(2000, 1, 1)


def as_mark(moment: datetime) -> int:
    return int((moment - EPOCH).total_seconds())


def moment_of(mark: int) -> datetime:
    return EPOCH + timedelta(seconds=mark)


class StepClock:
    """Asks for the next step when the last one has passed or petitions have changed, and not otherwise."""

    def __init__(self) -> None:
        self._at = self._next = self._grown = datetime.min
        self._timed: tuple[int, ...] = ()
        self._recorded: tuple[int, ...] = ()

    def marks(self, connection: Connection, found: Mapping[str, int], now: datetime) -> dict[str, int]:
        """The three marks at ``now``, under the change marks ``found``."""
        numbers = dict(bound_numbers(rulebook().on(now.date())))
        timed, recorded = freshness_mark(found, STEP_TABLES), freshness_mark(found, RECORDED)
        if now >= self._next or timed != self._timed:
            self._next = next_step(connection, now, numbers)
            self._at, self._timed = now, timed
        if now >= self._grown + TENTH or recorded != self._recorded:
            self._grown, self._recorded = now, recorded
        return {CLOCK: as_mark(self._at), HOURS: as_mark(last_hour(self._at, numbers)), TENTHS: as_mark(self._grown)}
