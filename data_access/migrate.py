"""Create or upgrade the tables, and fill the calendar."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "board_migration"


def alembic_config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine) -> None:
    """Bring the database to this program's tables, in one transaction. Running it again changes nothing.

    All or nothing, and one at a time: a run that is killed leaves the database as it was, a second one waits for the first.
    """
    with engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # Python's driver would leave each CREATE TABLE to itself
        else:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(140122)")
        command.upgrade(alembic_config(connection), "head")


def revision(connection: Connection) -> str:
    """The last of the migrations that the database has; empty where it has none."""
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    return ",".join(sorted(context.get_current_heads()))


def at_head(connection: Connection) -> bool:
    """Whether the database has this program's tables: it was upgraded to the last of the migrations, and to none beyond."""
    script = ScriptDirectory.from_config(alembic_config(connection))
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    return set(context.get_current_heads()) == set(script.get_heads())


def is_made(connection: Connection) -> bool:
    """Whether ``migrate`` has ever made a board of this database."""
    return bool(revision(connection))
