"""A small demo county up to the present, for tests that look at whole pages: built once, copied where a test writes."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from data_access import accounts
from data_access.clock import beijing_now
from data_access.engine import engine
from ingest.demo.county import fill
from ingest.demo.world import Size

SMALL = Size(townships=4, villages=3, patches=2, groups=2, cells=2, staff=(8, 12), months=14, petitions_a_village=60)


def a_small_county(folder: Path, size: Size = SMALL) -> str:
    """The address of a new SQLite database with a small demo county up to now and the demo accounts."""
    url = f"sqlite:///{folder / 'county.db'}"
    filled(engine(url), size)
    return url


def filled(database: Engine, size: Size = SMALL) -> None:
    now = beijing_now()
    fill(database, until=now.date(), moment=now, size=size, quiet=True)
    with database.begin() as connection:
        accounts.add_demo_accounts(connection, now=now)
