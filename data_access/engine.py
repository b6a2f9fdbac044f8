"""One engine per database address, with the settings each database needs."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection as Connection  # SQLAlchemy's names that other layers need: they import nothing of it themselves
from sqlalchemy import Engine as Engine
from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from data_access.deadline import BUSY_SECONDS, POOL_SECONDS, bounded_connection, busy_timeout

DEFAULT_URL = "sqlite:///var/board.db"
DATABASE_AWAY = (OperationalError, InterfaceError, PoolExhausted)
"""What is raised where the database does not answer: it is gone, it hangs, or all connections wait for it. A mistake in a statement is
another error."""


def database_url(url: str | None = None) -> URL:
    """The address to use: ``url``, else ``DATABASE_URL``, else the embedded default. Bare PostgreSQL addresses use psycopg 3."""
    address = make_url(url or os.environ.get("DATABASE_URL") or DEFAULT_URL)
    if address.drivername in ("postgresql", "postgres"):
        address = address.set(drivername="postgresql+psycopg")
    return address


@lru_cache(maxsize=16)
def _engine(rendered: str, reserved: bool = False) -> Engine:
    url = make_url(rendered)
    pool: dict[str, Any] = {"pool_size": 5, "max_overflow": 10, "pool_timeout": POOL_SECONDS}
    if reserved:
        pool = {"pool_size": 1, "max_overflow": 0, "pool_timeout": 0}
    if url.get_backend_name() != "sqlite":
        postgresql = create_engine(
            url,
            pool_pre_ping=True,  # a restarted server costs one ping, not an error page
            **pool,
            # jit: compiling takes longer than a leaderboard's statement runs; random pages: an index on a disk without a head
            connect_args={"connect_timeout": 5, "options": "-c statement_timeout=60000 -c jit=off -c random_page_cost=1.1"},
        )
        if url.get_driver_name() == "psycopg":

            @event.listens_for(postgresql, "do_connect")
            def _connect(_dialect: Any, _record: Any, arguments: list[Any], parameters: dict[str, Any]) -> Any:
                return bounded_connection(arguments, parameters)

        return postgresql
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    sqlite = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, **pool)

    @event.listens_for(sqlite, "connect")
    def _tune(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(busy_timeout())  # the next statement may wait for a lock
        for pragma in (
            "journal_mode=WAL",  # readers go on while a feed writes
            "synchronous=NORMAL",
            "cache_size=-65536",
            "mmap_size=1073741824",
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(sqlite, "checkout")
    def _patience(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.execute(busy_timeout())

    return sqlite


def engine(url: str | None = None) -> Engine:
    """The engine for an address, made once per process. Raises :class:`sqlalchemy.exc.ArgumentError` for a malformed address."""
    return _engine(database_url(url).render_as_string(hide_password=False))


def reserved(database: Engine) -> Engine:
    """The same database with one connection that no reader takes: who looks after it need not wait until others have their answers.

    For one thread: a second one that asks at the same time is refused at once.
    """
    return _engine(database.url.render_as_string(hide_password=False), reserved=True)
