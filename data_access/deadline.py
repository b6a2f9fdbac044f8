"""How long a database may take to answer: one that hangs is told as one that is gone.

A stopped server's kernel still takes what is sent to it, so neither keepalives nor the server's own timeouts say that it hangs: the
side that waits must look at its clock. All patience stands here, the shortest first: what looks after the database gives up before a
reader does, a reader before the server ends his statement, the server before this process gives the statement up, and only then do those
give up who wait for its connection.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.errors import _WaitTimeout  # private, but named in the documentation of Connection.wait

WRITE_SECONDS = 1.0
"""An answer that cannot be kept in this time is not worth waiting for."""
READY_SECONDS = 2.0
"""``/readyz`` tells a database that takes longer as away."""
MARKS_SECONDS = 4.0
"""How long reading the marks may take before the database counts as away: from then on readers are refused at once."""
SESSION_SECONDS = 4.0
"""How long a rerun waits to hear who is signed in; who was, stays so."""
CONNECT_SECONDS = 5
BUSY_SECONDS = 30.0
"""How long SQLite waits for another program's lock."""
STATEMENT_SECONDS = 60.0
"""A PostgreSQL server ends a statement after it."""
HUNG_SECONDS = 65.0
"""A server that lives has ended a statement by then."""
POOL_SECONDS = 70.0
"""How long a reader waits for a connection that others hold."""
LINE = {"keepalives": 1, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 20_000}
"""A cable that is cut is noticed in half a minute, not in two hours."""

_here = threading.local()


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """What this thread asks of a database meanwhile is answered within ``seconds`` or raises one of ``engine.DATABASE_AWAY``.

    PostgreSQL: a new connection (to the second, and two at least), the ping of an old one, each statement; whether the server hangs,
    waits for a lock or is gone. A connection that was given up is closed. SQLite: locks are not waited for longer.
    """
    before = getattr(_here, "until", None)
    _here.until = time.monotonic() + seconds
    try:
        yield
    finally:
        _here.until = before


def seconds_left(otherwise: float) -> float:
    """Until the deadline of this thread; ``otherwise`` where it has none."""
    until = getattr(_here, "until", None)
    return otherwise if until is None else max(0.0, until - time.monotonic())


def busy_timeout() -> str:
    """How long SQLite is to wait for a lock from now on."""
    return f"PRAGMA busy_timeout={round(1000 * seconds_left(BUSY_SECONDS))}"


class BoundedConnection(psycopg.Connection[Any]):
    """psycopg's connection that waits for its server no longer than it may."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Every word from the server comes through here; psycopg gives a time of its own only where it gives up itself."""
        try:
            return super().wait(gen, interval, seconds_left(HUNG_SECONDS) if timeout is None else timeout)
        except _WaitTimeout:
            if timeout is None:
                self.pgconn.finish()
            raise


def bounded_connection(arguments: list[Any], parameters: dict[str, Any]) -> BoundedConnection:
    """A connection made in time, or :class:`psycopg.OperationalError`."""
    left = seconds_left(CONNECT_SECONDS)
    if left <= 0:
        raise psycopg.OperationalError("no time is left to connect to the database")
    allowed = min(CONNECT_SECONDS, max(1, round(left)))
    return BoundedConnection.connect(*arguments, **{**LINE, **parameters, "connect_timeout": allowed})
