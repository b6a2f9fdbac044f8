"""A small demo county up to the present, for tests that look at whole pages: built once, copied where a test writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from data_access import accounts
from data_access.clock import beijing_now
from data_access.engine import engine
from ingest.demo.county import fill
from ingest.demo.world import MINIATURE, Size

SMALL = Size(townships=4, villages=3, patches=2, groups=2, cells=2, staff=(8, 12), months=14, petitions_a_village=60)


def a_small_county(folder: Path, size: Size = SMALL) -> str:
    """The address of a new SQLite database with a small demo county up to now and the demo accounts."""
    url = f"sqlite:///{folder / 'county.db'}"
    filled(engine(url), size)
    return url


@contextmanager
def a_county_on_postgresql(server_url: str, name: str, size: Size = MINIATURE) -> Iterator[str]:
    """The same in a database of its own on the production server."""
    server = engine(server_url)
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = server.url.set(database=name).render_as_string(hide_password=False)
    filled(engine(url), size)
    yield url
    engine(url).dispose()
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def filled(database: Engine, size: Size = SMALL) -> None:
    now = beijing_now()
    fill(database, until=now.date(), moment=now, size=size, quiet=True)
    with database.begin() as connection:
        accounts.add_demo_accounts(connection, now=now)
