"""One engine per database address, with the settings each database needs."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection as Connection  # SQLAlchemy's names that other layers need: they import nothing of it themselves
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError as DBAPIError
from sqlalchemy.exc import OperationalError as OperationalError

DEFAULT_URL = "sqlite:///var/board.db"

_POSTGRES_SETTINGS = (
    "statement_timeout = 60000",
    "jit = off",  # compiling takes longer than a leaderboard's statement runs
    "random_page_cost = 1.1",  # an index on a disk without a head
)
_SQLITE_SETTINGS = (
    "journal_mode=WAL",  # readers go on while a feed writes
    "synchronous=NORMAL",
    "busy_timeout=30000",
    "cache_size=-65536",
    "mmap_size=1073741824",
    "temp_store=MEMORY",
)


def database_url(url: str | None = None) -> URL:
    """The address to use: ``url``, else ``DATABASE_URL``, else the embedded default. Bare PostgreSQL addresses use psycopg 3."""
    address = make_url(url or os.environ.get("DATABASE_URL") or DEFAULT_URL)
    if address.drivername in ("postgresql", "postgres"):
        address = address.set(drivername="postgresql+psycopg")
    return address


@lru_cache(maxsize=8)
def _engine(rendered: str) -> Engine:
    url = make_url(rendered)
    if url.get_backend_name() != "sqlite":
        # A restarted server costs one ping, not an error page.
        made = create_engine(url, pool_pre_ping=True, pool_size=5, max_overflow=10, connect_args={"connect_timeout": 5})
        _on_connect(made, [f"SET {setting}" for setting in _POSTGRES_SETTINGS])
        return made
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    made = create_engine(url, connect_args={"timeout": 30})
    _on_connect(made, [f"PRAGMA {setting}" for setting in _SQLITE_SETTINGS])
    return made


def _on_connect(database: Engine, statements: list[str]) -> None:
    """Settings are statements and no part of the address: a PgBouncer between refuses ``options``."""

    @event.listens_for(database, "connect")
    def _tune(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        cursor.close()
        connection.commit()  # a SET that is rolled back with the first transaction has never been


def engine(url: str | None = None) -> Engine:
    """The engine for an address, made once per process. Raises :class:`sqlalchemy.exc.ArgumentError` for a malformed address."""
    return _engine(database_url(url).render_as_string(hide_password=False))


def reading_engine() -> Engine:
    """Where figures, lists and their change marks are read: ``READ_DATABASE_URL``, a replica that may lag, else the one database.

    What the board writes itself (accounts, decisions, steps of a selection) is read where it is written: who has done it sees it at once.
    """
    return engine(os.environ.get("READ_DATABASE_URL") or None)


def engine_of(tables: Iterable[str]) -> Engine:
    """Where a question about these tables is asked: as soon as one of the board's own is among them, where those are written."""
    return engine() if any(boards_own(table) for table in tables) else reading_engine()


def boards_own(table: str) -> bool:
    """A table that nobody but the board writes."""
    return table.startswith("board_")
