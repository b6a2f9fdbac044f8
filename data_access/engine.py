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
from sqlalchemy.exc import DBAPIError as DBAPIError
from sqlalchemy.exc import OperationalError as OperationalError

DEFAULT_URL = "sqlite:///var/board.db"


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
        return create_engine(
            url,
            pool_pre_ping=True,  # a restarted server costs one ping, not an error page
            pool_size=5,
            max_overflow=10,
            # jit: compiling takes longer than a leaderboard's statement runs; random pages: an index on a disk without a head
            connect_args={"connect_timeout": 5, "options": "-c statement_timeout=60000 -c jit=off -c random_page_cost=1.1"},
        )
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def _tune(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",  # readers go on while a feed writes
            "synchronous=NORMAL",
            "busy_timeout=30000",
            "cache_size=-65536",
            "mmap_size=1073741824",
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


def engine(url: str | None = None) -> Engine:
    """The engine for an address, made once per process. Raises :class:`sqlalchemy.exc.ArgumentError` for a malformed address."""
    return _engine(database_url(url).render_as_string(hide_password=False))
