"""Counted once: what has been counted for a state of the data is not counted again, by no page, no process and after no start.

An answer is looked for in the process's memory, then in the database, then it is counted. The database holds one answer a question, the
last one, with what it was made under (the part of the state it depends on, the rulebook and the program); it is right as long as that is
what is asked for, and otherwise counted anew in its place.

Modes. *Memory alone*: an answer without ``keep_until``, or one that has no bytes (``Unpackable``). *Kept*: everything else.

Races. Two threads of a process that ask the same count once: the second waits for the first. Two processes count once: who counts has put
a claim on the row, the others look for the answer until the claim runs out (its process may have died). A commit between the reading of
the state and the counting puts newer rows into an answer; whoever asks under the newer state counts it anew, and nobody asks under the
older one again. A database that cannot be written just now (a ledger is being loaded, a replica) keeps nothing: the answer stands in
memory and the next process counts it too. A row that cannot be read is counted again.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from itertools import count
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from data_access.board_tables import BoardAnswer
from data_access.clock import beijing_now
from data_access.deadline import WRITE_SECONDS, within
from data_access.engine import DATABASE_AWAY, Connection, Engine, engine
from data_access.packed import Unpackable, bytes_of, packed, unpacked
from data_access.state import Reads, State

LOG = logging.getLogger(__name__)
MEMORY_BYTES = 40_000_000
"""What answers may take of a process's memory, as ``bytes_of`` reckons it; those used longest ago go first."""
STATES_HELD = 2
"""Of a question in memory: the state that pages show, and the one that they come to next."""
LARGEST_KEPT_BYTES = 4_000_000
"""A larger answer is a list for a file: it is not kept in the database."""
CLAIM = timedelta(seconds=20)
LOOK_SECONDS = 0.01
"""How often a process looks for an answer that another one counts: much may wait for it."""
LOOKS_A_CLAIM = 10
"""With how many looks it tries to claim it, which writes."""
QUIET_SECONDS = 5.0
"""How long nothing is kept after the database could not be written at once."""


class _Missing(Enum):
    PENDING = "pending"


PENDING: Final = _Missing.PENDING
"""There is no answer yet."""


@dataclass(frozen=True)
class Question:
    """What is asked of the data.

    ``name`` tells questions apart and is the same in every process. ``reads``: what of the state the answer depends on. ``count`` makes the
    answer. ``keep_until``: the day up to which the database keeps it; None: it stays in memory.
    """

    name: str
    reads: Reads
    count: Callable[[], Any]
    keep_until: date | None = None


@dataclass
class _Held:
    value: Any
    size: int


class Answers:
    """The answers of one process. ``made_by``: the program and the rulebook; answers of another are not taken. ``types``: see ``unpacked``.

    ``database`` gives the engine, at each use: tests change it.
    """

    def __init__(
        self,
        made_by: Callable[[], str] = str,
        types: Mapping[str, type] | None = None,
        database: Callable[[], Engine] = engine,
        most_bytes: int = MEMORY_BYTES,
    ) -> None:
        self._made_by, self._types, self._database, self._most = made_by, types or {}, database, most_bytes
        self._lock = threading.Lock()
        self._held: OrderedDict[str, dict[str, _Held]] = OrderedDict()
        self._size = 0
        self._counting: dict[tuple[str, str], Future[Any]] = {}
        self._quiet_until = 0.0

    @property
    def size(self) -> int:
        """Bytes that the answers in memory take."""
        return self._size

    def value(self, question: Question, state: State) -> Any:
        """The answer, counted in this thread where nobody has. Raises what ``question.count`` raises."""
        key = question.name, state.under(question.reads)
        while True:
            with self._lock:
                found = self._in_memory(key)
                if found is not PENDING:
                    return found
                running = self._counting.get(key)
                if running is None:
                    mine = self._counting[key] = Future()
                    break
            found = running.result()
            if found is not PENDING:
                return found
        return self._counted(question, key, mine)

    def _counted(self, question: Question, key: tuple[str, str], mine: Future[Any]) -> Any:
        """Counted for all who wait for ``mine``. What fails is raised to them too; where this run alone is ended (a reader clicks while his
        page is drawn) one of them goes on."""
        try:
            value = self._fetched_or_counted(question, key[1])
            with self._lock:
                self._hold(key, value)
            mine.set_result(value)
        except Exception as problem:
            mine.set_exception(problem)
            raise
        finally:
            with self._lock:
                del self._counting[key]
            if not mine.done():
                mine.set_result(PENDING)
        return value

    def held(self, question: Question, state: State) -> Any:
        """The answer where it stands in memory, else PENDING."""
        with self._lock:
            return self._in_memory((question.name, state.under(question.reads)))

    def forget(self) -> None:
        """Empties the memory; what the database keeps stays."""
        with self._lock:
            self._held.clear()
            self._size = 0

    # --- memory: under the lock -------------------------------------------------------------------------------------

    def _in_memory(self, key: tuple[str, str]) -> Any:
        name, under = key
        held = self._held.get(name, {}).get(under)
        if held is None:
            return PENDING
        self._held.move_to_end(name)
        return held.value

    def _hold(self, key: tuple[str, str], value: Any) -> None:
        name, under = key
        states = self._held.setdefault(name, {})
        states[under] = _Held(value, bytes_of(value) + len(name))
        self._size += states[under].size
        if len(states) > STATES_HELD:
            self._size -= states.pop(next(iter(states))).size
        self._held.move_to_end(name)
        while self._size > self._most and len(self._held) > 1:
            _, oldest = self._held.popitem(last=False)
            self._size -= sum(each.size for each in oldest.values())

    # --- the database -----------------------------------------------------------------------------------------------

    def _fetched_or_counted(self, question: Question, under: str) -> Any:
        if question.keep_until is None:
            return question.count()
        row = _Row(_digest(question.name), _digest(under, self._made_by()))
        found, looks = self._fetched(row), count()
        while found is PENDING and (next(looks) % LOOKS_A_CLAIM or not self._claimed(row, question)):
            time.sleep(LOOK_SECONDS)
            found = self._fetched(row)
        if found is not PENDING:
            return found
        try:
            value = question.count()
        except BaseException:
            self._written(lambda connection: connection.execute(row.released()))
            raise
        self._keep(row, value)
        return value

    def _fetched(self, row: _Row) -> Any:
        with self._database().connect() as connection:
            content = connection.execute(row.content()).scalar()
        if content is None:
            return PENDING
        try:
            return unpacked(content, self._types)
        except Exception as problem:  # whatever these bytes are, they are no answer
            LOG.warning("an answer that cannot be read is counted again: %s", problem)
            self._written(lambda connection: connection.execute(row.dropped()))
            return PENDING

    def _claimed(self, row: _Row, question: Question) -> bool:
        """Whether this process may count; False where another one does. Where nothing can be written everybody counts for himself."""
        now = beijing_now()

        def claim(connection: Connection) -> bool:
            if connection.execute(row.taken_over(now, question.keep_until)).rowcount:
                return True
            return connection.execute(row.begun(connection.dialect.name, now, question)).first() is not None

        return self._written(claim) is not False

    def _keep(self, row: _Row, value: Any) -> None:
        try:
            content = packed(value)
        except Unpackable as problem:
            LOG.debug("kept in memory alone: %s", problem)
            content = b""
        if 0 < len(content) <= LARGEST_KEPT_BYTES:
            self._written(lambda connection: connection.execute(row.finished(content, beijing_now())))
        else:
            self._written(lambda connection: connection.execute(row.dropped()))

    def _written(self, write: Callable[[Connection], Any]) -> Any:
        """What ``write`` returns; None where the database cannot be written at once, and for some seconds after that."""
        if time.monotonic() < self._quiet_until:
            return None
        try:
            with within(WRITE_SECONDS), self._database().begin() as connection:
                if connection.dialect.name == "postgresql":  # what is lost with the power is counted again
                    connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
                return write(connection)
        except DATABASE_AWAY as problem:
            LOG.info("answers are not kept for some seconds: %s", type(problem).__name__)
            self._quiet_until = time.monotonic() + QUIET_SECONDS
            return None

    def pruned(self, today: date) -> None:
        """The database without the answers that nobody asks for any more."""
        self._written(lambda connection: connection.execute(delete(BoardAnswer).where(BoardAnswer.keep_until < today)))


@dataclass(frozen=True)
class _Row:
    """One question's row, and the statements about it."""

    digest: str
    under: str

    @property
    def _mine(self) -> ColumnElement[bool]:
        return and_(BoardAnswer.question_digest == self.digest, BoardAnswer.under == self.under)

    def content(self) -> Any:
        return select(BoardAnswer.content).where(self._mine)

    def taken_over(self, now: datetime, keep_until: date | None) -> Any:
        """A row that holds another state's answer, or whose claim has run out, becomes ours to count."""
        claimed_until = BoardAnswer.claimed_until
        over = or_(claimed_until.is_(None), claimed_until < now, claimed_until > now + CLAIM)  # the last: the clock has been put back
        free = and_(BoardAnswer.content.is_(None), over)
        mine = {"under": self.under, "content": None, "claimed_until": now + CLAIM, "keep_until": keep_until}
        return (
            update(BoardAnswer).where(BoardAnswer.question_digest == self.digest, or_(BoardAnswer.under != self.under, free)).values(mine)
        )

    def begun(self, dialect: str, now: datetime, question: Question) -> Any:
        row = {
            "question_digest": self.digest,
            "question": question.name,
            "under": self.under,
            "claimed_until": now + CLAIM,
            "keep_until": question.keep_until,
        }
        if dialect == "postgresql":
            return postgresql.insert(BoardAnswer).values(row).on_conflict_do_nothing().returning(BoardAnswer.question_digest)
        return sqlite.insert(BoardAnswer).values(row).on_conflict_do_nothing().returning(BoardAnswer.question_digest)

    def finished(self, content: bytes, now: datetime) -> Any:
        return update(BoardAnswer).where(self._mine).values(content=content, claimed_until=None, made_at=now)

    def released(self) -> Any:
        return update(BoardAnswer).where(self._mine).values(claimed_until=None)

    def dropped(self) -> Any:
        return delete(BoardAnswer).where(self._mine)


def _digest(*texts: str) -> str:
    return hashlib.blake2b("\0".join(texts).encode(), digest_size=16).hexdigest()
