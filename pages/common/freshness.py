"""Which state of the data all pages show, and how they come to the next one together.

A server looks for a new state eight times a second, in a thread of its own with a deadline, while a board is open. What the open pages have
asked is counted for the new state by the worker, and only then do the pages hear of it: all go over together, and nobody waits for
figures he has open. They are told at once, also that the database is away or back. Without that thread (tests) a
reader's own run looks, once a second, and what is new holds at once.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import datetime
from typing import Any

from data_access.answers import Answers, Question
from data_access.clock import beijing_now
from data_access.deadline import MARKS_SECONDS, within
from data_access.engine import DATABASE_AWAY, DatabaseAway, boards_own, engine, reading_engine, reserved, watched
from data_access.faults import logged
from data_access.freshness import marks_within
from data_access.state import TENTHS, State
from data_access.state_reader import StateReader
from data_access.worker import Urgency, Worker

LOG = logging.getLogger(__name__)
LOOK_SECONDS = 0.125
"""How often a server looks for a new state; a look is a millisecond or two."""
OWN_LOOK_SECONDS = 1.0
"""How often readers' runs look where no server does."""
MINUTE = 60.0
OPEN_BOARD_SECONDS = 30.0
"""An open board asks for the state with each tick (four a minute); where none does, a server looks as rarely as this."""
LONGEST_HOLD_SECONDS = 30.0
"""How long a new state waits at most while readers are kept busy by the last one; see :meth:`Freshness.spent`."""
GRACE_SECONDS = 10.0
"""An open page asks again within a few seconds after a state was taken over: what nobody has asked since then, nobody has open."""
MOST_ASKED = 1000
"""Questions that are remembered for the next state; a county's open pages have some hundreds."""
LONGEST_COUNT_SECONDS = 5.0
"""So long the pages wait for what is counted for a new state; the rest is counted when it is asked for."""


class Asked:
    """The questions that readers have asked of late."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: OrderedDict[str, tuple[float, Question]] = OrderedDict()

    def note(self, question: Question) -> None:
        with self._lock:
            self._asked[question.name] = time.monotonic(), question
            self._asked.move_to_end(question.name)
            if len(self._asked) > MOST_ASKED:
                self._asked.popitem(last=False)

    def newest_first(self, since: float) -> list[Question]:
        """Those asked since a moment of the monotonic clock."""
        with self._lock:
            return [question for asked_at, question in reversed(self._asked.values()) if asked_at >= since]


_counted_for: ContextVar[State | None] = ContextVar("counted_for", default=None)


@contextmanager
def _under(state: State) -> Iterator[None]:
    before = _counted_for.set(state)
    try:
        yield
    finally:
        _counted_for.reset(before)


class Freshness:
    """The state that the pages show, as of when it was right, and since when the database has been away.

    Threads. :meth:`look` is called by one thread at a time: by the server's, or by a reader's run that finds nobody looking; nobody waits
    for it but at the very start. What readers read (``_shown``, ``good_at``, ``away_since``) is replaced whole, never changed.
    """

    def __init__(self, reader: StateReader, answers: Answers, worker: Worker) -> None:
        self._reader, self._answers, self._worker = reader, answers, worker
        self.asked = Asked()
        self._looking = threading.Lock()
        self._shown: State | None = None
        self._looked_at = self._open_at = self._taken_at = float("-inf")
        self._spent = 0.0
        self.has_server = False
        """Whether a server looks, so that readers need not."""
        self.begins_at = 0.0
        """Where in the list of what is on screen this process begins to count, as a share of it: who begins apart shares what is kept."""
        self.good_at: datetime | None = None
        """The last moment at which the state shown was the database's."""
        self.away_since: datetime | None = None
        self.tell: Callable[[], None] = lambda: None
        """Called, from any thread, when open pages have something new to show."""

    # --- for pages --------------------------------------------------------------------------------------------------

    def state(self) -> State:
        """The state that the pages show, or that this thread counts for. Raises :class:`DatabaseAway` where there never was one."""
        counted = _counted_for.get()
        if counted is not None:
            return counted
        if self._shown is None or (not self.has_server and time.monotonic() - self._looked_at >= OWN_LOOK_SECONDS):
            self.look(wait=self._shown is None)
        if self._shown is None:
            raise DatabaseAway
        return self._shown

    def is_open(self) -> None:
        """A board is open at this moment."""
        self._open_at = time.monotonic()

    def spent(self, seconds: float) -> None:
        """A reader's run has taken so much of the processor. A new state is taken over only when as much time has passed as runs have taken
        since the last one, so that a server into which data never stop coming does not do nothing but draw anew."""
        self._spent += seconds

    # --- looking ----------------------------------------------------------------------------------------------------

    def look(self, *, wait: bool = False) -> None:
        """Read the database's state and see to it that the pages come to it. Who finds another thread looking leaves it to that one."""
        if not self._looking.acquire(blocking=wait):
            return
        try:
            if wait and self._shown is not None:
                return
            found = self._read()
            self._looked_at = time.monotonic()
            was_away, self.away_since = self.away_since, None
            self._found(found)
            if was_away:
                self.tell()
        except Exception as problem:
            self._looked_at = time.monotonic()
            if self.away_since is None:
                self.away_since = beijing_now()
                self.tell()
            if not isinstance(problem, DATABASE_AWAY):
                raise  # told in the log; the pages say how old they are all the same
        finally:
            self._looking.release()

    def _read(self) -> State:
        """The state of where figures are read; the marks of the board's own tables are read where those are written, so that no replica's
        lag hides a decision."""
        with watched(reading_engine()), within(MARKS_SECONDS), reserved(reading_engine()).connect() as connection:
            found = self._reader.read(connection, beijing_now())
        if reading_engine() is engine():
            return found
        with watched(engine()):
            own = {mark: version for mark, version in marks_within(engine()).items() if boards_own(mark[0])}
        return replace(found, marks={**found.marks, **own})

    def _found(self, found: State) -> None:
        changed = set[str]() if self._shown is None else found.changed_tables(self._shown)
        if self._shown is None or any(map(boards_own, changed)):
            self._take_over(found)  # what a reader has just decided here never waits
        elif not changed:
            self.good_at = found.read_at
        elif time.monotonic() - self._taken_at < min(self._spent, LONGEST_HOLD_SECONDS):
            pass  # held
        elif not self.has_server:
            self._take_over(found)
        else:
            self._worker.ask("state", lambda: self.count_for(found), Urgency.ON_SCREEN)

    def counted(self, question: Question, state: State) -> Any:
        """The answer under a state, whichever the pages show."""
        with _under(state):
            return self._answers.value(question, state)

    def count_for(self, state: State) -> None:
        """Count what is on screen for a state, then let the pages come to it; while the database is away they keep what they have."""
        until = time.monotonic() + LONGEST_COUNT_SECONDS
        asked = self.asked.newest_first(self._taken_at - GRACE_SECONDS)
        first = int(self.begins_at * len(asked))
        for question in (*asked[first:], *asked[:first]):
            if time.monotonic() > until:
                break
            try:
                self.counted(question, state)
            except DATABASE_AWAY:
                return
            except Exception as problem:  # a page that asks this will say what is wrong with it
                logged(problem, LOG, f"not counted: {question.name}")
        self._take_over(state)

    def _take_over(self, state: State) -> None:
        if self._shown is None or state.changed_tables(self._shown) != {TENTHS}:  # for a tenth of an hour hardly a page is drawn anew
            self._taken_at, self._spent = time.monotonic(), 0.0
        self._shown, self.good_at = state, state.read_at
        self.tell()

    # --- the server -------------------------------------------------------------------------------------------------

    def keep_looking(self, stop: threading.Event, every_minute: Callable[[], None]) -> None:
        """Look for new states until it is told to stop; ``every_minute`` is called as soon as there is one, then every minute."""
        self.has_server, called_at = True, float("-inf")
        while not stop.is_set():
            if time.monotonic() - self._open_at < OPEN_BOARD_SECONDS or time.monotonic() - self._looked_at >= OPEN_BOARD_SECONDS:
                self.look()
            if self._shown is not None and time.monotonic() - called_at >= MINUTE:
                called_at = time.monotonic()
                self._worker.ask("every minute", every_minute, Urgency.AHEAD)
            stop.wait(LOOK_SECONDS)
        self.has_server = False
