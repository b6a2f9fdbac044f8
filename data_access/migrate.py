"""Create or upgrade the tables, and fill the calendar."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine

from data_access.revisions import MIGRATIONS


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
