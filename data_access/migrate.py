"""Create or upgrade the tables, and fill the calendar."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine

MIGRATIONS = Path(__file__).parent / "migrations"


def alembic_config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine) -> None:
    """Bring the database to this program's tables, in one transaction. Running it again changes nothing."""
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "head")
