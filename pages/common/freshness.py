"""Which state of the data all pages show, and how they come to the next one together.

The change marks (``data_access.freshness``) say when any program has committed anything; three more say how far the clock has come
(``pages.common.clock``), so that a deadline that passes is taken over like data that arrive. A server counts ahead: what its readers have
open is counted for the new marks by a thread of its own, and only then do the pages hear of them, so that nobody waits for
figures he has open. Without that thread (tests, one page alone) new marks hold at once and figures are counted when they are asked for.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from data_access.clock import beijing_now
from data_access.engine import Connection, DBAPIError, boards_own, engine, reading_engine
from data_access.freshness import change_marks
from pages.common.clock import StepClock

LOG = logging.getLogger(__name__)
MARKS_AGE_SECONDS = 1.0
"""All viewers of a process share one reading of the marks a second."""
LONGEST_HOLD_SECONDS = 30.0
"""How long new marks wait at most while readers are kept busy by the last ones; see :class:`Freshness`."""
LONGEST_LATELY_SECONDS, GRACE_SECONDS = 900.0, 10.0
"""An open page asks again within a few seconds after marks were taken over: what nobody has asked since then, nobody has open."""
MOST_QUESTIONS = 1000
LONGEST_COUNT_SECONDS = 5.0
"""So long the pages wait for what is counted ahead; the rest is counted when it is asked for."""
OPEN_BOARD_SECONDS = 30.0
"""An open board asks for the marks every few seconds; where nobody has, there is nobody to count for."""

Marks = dict[str, int]
Asking = Callable[[], object]


class DatabaseAway(Exception):
    """The database does not answer and what is asked was not seen before."""


def _current_marks(connection: Connection) -> Marks:
    """The marks as of where figures are read; of the board's own tables where they are written: no replica's lag hides a decision."""
    found = change_marks(connection)
    if connection.engine is engine():
        return found
    with engine().connect() as primary:
        return {**found, **{table: mark for table, mark in change_marks(primary).items() if boards_own(table)}}


class Freshness:
    """The change marks as the pages go by them, as of when they were right, and since when the database has been away.

    Where data never stop coming, every commit makes what is on screen old. So that a server does not do nothing but draw anew, new
    marks are taken over only when as much time has passed as readers' runs have taken of the processor since the last: two or three
    seconds for one reader of a county's overview, up to half a minute for two hundred, or for a year of every indicator. All take them
    over together, so that figures agree. The board's own tables (a decision somebody has just made) never wait.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._marks: Marks = {}
        self._clock = StepClock()
        self._waiting: tuple[Marks, datetime] | None = None
        self._read_at = self._counts_until = self._asked_at = float("-inf")
        self.taken_at = float("-inf")
        """When marks were last taken over, by the monotonic clock."""
        self._spent = 0.0
        self.good_at: datetime | None = None
        """The last moment at which the marks in force were the database's."""
        self.away_since: datetime | None = None

    def spent(self, seconds: float) -> None:
        """Readers' runs, or counting for them, have taken so much of the processor."""
        with self._lock:
            self._spent += seconds

    def counts_ahead(self, seconds: float) -> None:
        """Somebody promises to look at :meth:`waiting` for so long; without a promise new marks hold at once."""
        with self._lock:
            self._counts_until = time.monotonic() + seconds

    def waiting(self) -> tuple[Marks, datetime] | None:
        """New marks to count for, and the moment at which they were read; read anew while a board is open."""
        with self._lock:
            if time.monotonic() - self._asked_at < OPEN_BOARD_SECONDS:
                self._read()
            return self._waiting

    def take_over(self, found: Marks, moment: datetime) -> None:
        """From now on the pages go by these marks."""
        with self._lock:
            self._take_over({**found, **{table: mark for table, mark in self._marks.items() if boards_own(table)}}, moment)

    def marks(self) -> Marks:
        """The marks in force, compared with the database's at most a second ago."""
        with self._lock:
            self._asked_at = time.monotonic()
            self._read()
            return self._marks

    def _read(self) -> None:
        if time.monotonic() - self._read_at < MARKS_AGE_SECONDS:
            return
        try:
            with reading_engine().connect() as connection:
                now, found = beijing_now(), _current_marks(connection)
                self._found({**found, **self._clock.marks(connection, found, now)}, now)
            self.away_since = None
        except DBAPIError:
            self.away_since = self.away_since or beijing_now()
        self._read_at = time.monotonic()

    def _found(self, found: Marks, moment: datetime) -> None:
        now = time.monotonic()
        first = not self._marks
        self._marks = {
            **{table: mark for table, mark in self._marks.items() if not boards_own(table)},
            **{table: mark for table, mark in found.items() if boards_own(table)},
        }
        if found == self._marks:
            self._waiting, self.good_at = None, moment
        elif now - self.taken_at < min(self._spent, LONGEST_HOLD_SECONDS):
            pass  # held
        elif now < self._counts_until and not first:
            self._waiting = found, moment
        else:
            self._take_over(found, moment)

    def _take_over(self, marks: Marks, moment: datetime) -> None:
        self.taken_at, self._spent = time.monotonic(), 0.0
        self._marks, self._waiting, self.good_at = marks, None, moment


class Lately:
    """The questions that readers have asked of late."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: OrderedDict[str, tuple[float, Asking]] = OrderedDict()

    def note(self, key: str, question: Asking) -> None:
        """``key`` tells questions apart; it must not hold the marks, under which ``question`` will be asked again."""
        with self._lock:
            self._asked[key] = time.monotonic(), question
            self._asked.move_to_end(key)
            if len(self._asked) > MOST_QUESTIONS:
                self._asked.popitem(last=False)

    def newest_first(self, since: float) -> list[Asking]:
        """Those asked since a moment of the monotonic clock, and no longer ago than a quarter of an hour."""
        since = max(since, time.monotonic() - LONGEST_LATELY_SECONDS)
        with self._lock:
            return [question for asked_at, question in reversed(self._asked.values()) if asked_at >= since]


_here = threading.local()


@contextmanager
def _under(marks: Marks) -> Iterator[None]:
    _here.marks = marks
    try:
        yield
    finally:
        _here.marks = None


def counted_for() -> Marks | None:
    """The marks for which this thread counts ahead; None in a reader's run."""
    return getattr(_here, "marks", None)


def count_ahead(fresh: Freshness, lately: Lately) -> bool:
    """Count for the marks that are waiting, if any, then take them over; whether that was done.

    While the database is away nothing is taken over: the pages keep what they have.
    """
    waiting = fresh.waiting()
    if waiting is None:
        return False
    found, moment = waiting
    began, until = time.thread_time(), time.monotonic() + LONGEST_COUNT_SECONDS
    with _under(found):
        for question in lately.newest_first(fresh.taken_at - GRACE_SECONDS):
            if time.monotonic() > until:
                break
            fresh.counts_ahead(2 * LONGEST_COUNT_SECONDS)
            try:
                question()
            except DatabaseAway:
                return False
            except Exception as problem:  # a page that asks this will say what is wrong with it
                LOG.warning("not counted ahead: %s", problem)
    fresh.take_over(found, moment)
    fresh.spent(time.thread_time() - began)
    return True


def run_began() -> None:
    """A page's run has begun in this thread."""
    _here.began = time.thread_time()


def run_ended(fresh: Freshness) -> None:
    """The page stands; its run has taken this thread so much of the processor."""
    began, _here.began = getattr(_here, "began", None), None
    if began is not None:
        fresh.spent(time.thread_time() - began)
