"""Which migrations a database has, and which this program brings: asked by a server all the time, which migrates nothing.

So without Alembic, whose modules take 10 MB of every process that imports them.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "board_migration"


def head() -> str:
    """The last of this program's migrations: their files begin with their numbers, and each comes after the one before it."""
    return max(file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def revision(connection: Connection) -> str:
    """The last of the migrations that the database has; empty where it has none."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return ""
    return ",".join(sorted(connection.scalars(text(f"SELECT version_num FROM {VERSION_TABLE}"))))  # noqa: S608 (a constant)


def at_head(connection: Connection) -> bool:
    """Whether the database has this program's tables: it was upgraded to the last of the migrations, and to none beyond."""
    return revision(connection) == head()


def is_made(connection: Connection) -> bool:
    """Whether ``migrate`` has ever made a board of this database."""
    return bool(revision(connection))
