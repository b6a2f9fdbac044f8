"""The pages of 诉求 with as many petitions as a province has: the county's own, each many times over, on PostgreSQL."""

from __future__ import annotations

import asyncio
import math
import statistics
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from bench import servers
from bench.databases import Filled
from bench.viewers import Viewer
from data_access.engine import engine
from data_access.tables import Petition, PetitionEvent, PetitionRating

COPIES = 68
"""The demo county has 12,000 petitions: with so many copies there are 800,000."""
MULTIPLIED = (Petition, PetitionEvent, PetitionRating)
PAGES = {"诉求": "petitions", "诉求清单": "cases", "清单搜索": "cases?words=%E7%A7%AF%E6%B0%B4", "总览": ""}
"""Page and address; the search is for 积水."""
RUNS = 5
MARKS_AGE = 1.2
"""Seconds after which a server has read the change marks anew."""


@dataclass(frozen=True)
class PageSeconds:
    """Seconds until a page is drawn, as a websocket client sees it: asked for the first time, again, and after a petition has changed.

    Infinite where the first answer was given up (``viewers.PATIENCE``).
    """

    page: str
    first: float
    again: float
    changed: float


def petitions_in(url: str) -> int:
    with engine(url).connect() as connection:
        return connection.scalar(text("SELECT count(*) FROM petition")) or 0


def multiply(url: str, copies: int = COPIES) -> None:
    """Every petition ``copies`` times, under numbers of their own, with its events and ratings. PostgreSQL only."""
    with engine(url).begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        highest = {table.__tablename__: connection.scalar(text(f"SELECT max(id) FROM {table.__tablename__}")) or 0 for table in MULTIPLIED}
        for table in MULTIPLIED:
            name = table.__tablename__
            copied = {column.name: f"p.{column.name}" for column in table.__table__.columns}
            copied["id"] = f"p.id + g * {highest[name]}"
            if table is Petition:
                copied |= {"number": "p.number || '-' || g", "source_ref": "NULL"}
            else:
                copied["petition_id"] = f"p.petition_id + g * {highest['petition']}"
            statement = (
                f"INSERT INTO {name} ({', '.join(copied)}) SELECT {', '.join(copied.values())} FROM {name} p, generate_series(1, :more) g"
            )
            connection.execute(text(statement), {"more": copies - 1})
    with engine(url).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        for table in MULTIPLIED:
            connection.execute(text(f"VACUUM ANALYZE {table.__tablename__}"))
        connection.execute(text("RESET statement_timeout"))


def change(url: str) -> None:
    """Another program commits a petition's progress."""
    with engine(url).begin() as connection:
        connection.execute(text("UPDATE petition SET last_progress_at = last_progress_at WHERE id = (SELECT max(id) FROM petition)"))


async def _page(port: int, cookie: str, url: str, name: str, address: str) -> PageSeconds:
    viewer = Viewer(port, cookie)
    await viewer.connect()
    await viewer.run()  # the navigation says under which hash the server knows a page
    try:
        first = await viewer.run(address=address)
    except TimeoutError:
        return PageSeconds(name, math.inf, math.inf, math.inf)
    again = [await viewer.run(address=address) for _ in range(RUNS)]
    changed = []
    for _ in range(RUNS):
        change(url)
        await asyncio.sleep(MARKS_AGE)
        changed.append(await viewer.run(address=address))
    await viewer.close()
    return PageSeconds(name, first, statistics.median(again), statistics.median(changed))


def measured(county: Filled, folder: Path) -> tuple[int, list[PageSeconds]]:
    """How many petitions there are, and the pages' seconds, on a server of their own."""
    cookie = servers.a_cookie(county.url, "xinfangju")
    with servers.running(county.url, "tuned", folder) as server:
        servers.quiet(server)
        pages = [asyncio.run(_page(server.port, cookie, county.url, name, address)) for name, address in PAGES.items()]
    return petitions_in(county.url), pages
