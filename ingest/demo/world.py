"""What every part of the demo generator shares: the period, the calendar, sources of chance, ids and the sink.

Inside the generator a day is an index from the first day of the period (``0`` … ``days - 1`` is the last day) and a
moment is a number of seconds from the first midnight; a negative number means "none" in any integer column.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol
from zlib import crc32

import numpy as np

DAY = 86_400
HOUR = 3_600
NONE = -1
FOREVER = 10_000_000


class Sink(Protocol):
    def write(self, table: str, columns: dict[str, object], length: int) -> None: ...


@dataclass(frozen=True)
class Size:
    """How large one county is. The default is county ×1 of the contract."""

    townships: int = 9
    villages: int = 12
    patches: int = 3
    groups: int = 3
    cells: int = 3
    staff: tuple[int, int] = (25, 45)
    months: int = 18
    petitions_a_village: float = 73.0  # a year


MINIATURE = Size(townships=2, villages=2, patches=1, groups=2, cells=2, staff=(8, 10), months=3, petitions_a_village=90)


class Ids:
    """Row ids by table, one after another from a county's range."""

    def __init__(self, own: range) -> None:
        self._own = own
        self._taken: Counter[str] = Counter()

    def take(self, table: str, count: int) -> np.ndarray:
        first = self._own[self._taken[table]]
        self._taken[table] += count
        return np.arange(first, first + count, dtype=np.int64)


@dataclass
class World:
    county: int  # 0, 1, 2 …
    code: str
    name: str
    seed: int
    size: Size
    start: date
    until: date
    moment: datetime  # nothing is entered or happens after it
    workday: np.ndarray  # bool by day, at least a year beyond the period
    ids: Ids
    sink: Sink
    days: int = field(init=False)
    now: int = field(init=False)
    month: np.ndarray = field(init=False)  # 0, 1 … by day of the period
    quarter: np.ndarray = field(init=False)
    weekday: np.ndarray = field(init=False)
    week: np.ndarray = field(init=False)  # ISO weeks of the period, 0, 1 …
    season: np.ndarray = field(init=False)  # what the time of year takes off a rate, by day

    def __post_init__(self) -> None:
        self.days = (self.until - self.start).days + 1
        self.now = int((self.moment - datetime.combine(self.start, datetime.min.time())).total_seconds())
        dates = [self.start + timedelta(days=day) for day in range(self.days)]
        months = np.array([d.year * 12 + d.month - 1 for d in dates])
        self.month = months - months[0]
        self.quarter = months // 3 - months[0] // 3
        self.weekday = np.array([d.weekday() for d in dates])
        self.week = (np.arange(self.days) + self.start.weekday()) // 7
        busy = {5: 0.04, 6: 0.03, 9: 0.02, 10: 0.05, 2: 0.03}  # sowing, wheat, autumn harvest, the weeks around the Spring Festival
        self.season = np.array([busy.get(d.month, 0.0) for d in dates])
        self._cumulative = np.cumsum(self.workday).tolist()
        self._working_days = np.flatnonzero(self.workday).tolist()

    def rng(self, subject: str) -> np.random.Generator:
        """An own source of chance per subject, so that a change in one leaves the others as they were."""
        return np.random.default_rng([self.seed, self.county, crc32(subject.encode())])

    def date_of(self, day: int) -> date:
        return self.start + timedelta(days=int(day))

    def day_of(self, day: date) -> int:
        return (day - self.start).days

    def dates(self, days: np.ndarray) -> np.ndarray:
        """Day indices as dates; FOREVER and beyond as none."""
        days = np.asarray(days, dtype=np.int64)
        none = days >= FOREVER
        result = np.datetime64(self.start, "D") + np.where(none, 0, days)
        result[none] = np.datetime64("NaT")
        return result

    def moments(self, seconds: np.ndarray) -> np.ndarray:
        """Seconds as timestamps; negative as none."""
        seconds = np.asarray(seconds, dtype=np.int64)
        result = np.datetime64(self.start, "s") + np.where(seconds < 0, 0, seconds)
        result[seconds < 0] = np.datetime64("NaT")
        return result

    def nth_workday_after(self, day: int, count: int) -> int:
        """The ``count``-th working day after ``day`` (``day`` itself does not count)."""
        return self._working_days[self._cumulative[day] + count - 1]

    def write(self, table: str, **columns: object) -> None:
        lengths = {len(values) for values in columns.values() if isinstance(values, np.ndarray | list)}
        if len(lengths) != 1:
            raise ValueError(f"columns of {table} differ in length: {lengths}")
        self.sink.write(table, columns, lengths.pop())

    def write_events(self, table: str, **columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Write rows of a ``Recorded`` table in the order of their entry; those not entered by now are left out.

        ``recorded_at`` is in seconds. Returns the positions of the rows written, in id order, and their ids.
        """
        recorded = columns["recorded_at"]
        order = np.argsort(recorded, kind="stable")
        order = order[recorded[order] <= self.now]
        arranged: dict[str, object] = {name: values[order] for name, values in columns.items()}
        arranged["recorded_at"] = self.moments(recorded[order])
        ids = self.ids.take(table, len(order))
        self.write(table, id=ids, **arranged, source=f"demo-{self.code}")
        return order, ids


def entered(
    rng: np.random.Generator,
    day: np.ndarray,
    late: np.ndarray | float,
    first_hour: float = 18.5,
    last_hour: float = 22.5,
    at_once: float = 0.82,
) -> np.ndarray:
    """When an event of ``day`` is entered (seconds): that evening (``at_once``), next morning, or 4–16 days on (``late``)."""
    size = len(day)
    evening = rng.integers(int(first_hour * HOUR), int(last_hour * HOUR), size)
    morning = DAY + rng.integers(8 * HOUR, 12 * HOUR, size)
    after = np.where(rng.random(size) < at_once, evening, morning)
    delayed = rng.integers(4, 17, size) * DAY + rng.integers(8 * HOUR, 20 * HOUR, size)
    return day * DAY + np.where(rng.random(size) < late, delayed, after)
