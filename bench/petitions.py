"""The pages of 诉求 with as many petitions as a province has: the county's own, each many times over, on PostgreSQL."""

from __future__ import annotations

import asyncio
import math
import statistics
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from bench import servers
from bench.databases import Filled
from bench.viewers import Viewer
from data_access.deadline import within
from data_access.engine import engine
from data_access.tables import Petition, PetitionEvent, PetitionRating

COPIES = 68
"""The demo county has 12,000 petitions: with so many copies there are 800,000."""
COPYING_SECONDS = 3600.0
MULTIPLIED = (Petition, PetitionEvent, PetitionRating)
PAGES = {"诉求": "petitions", "诉求清单": "cases", "清单搜索": "cases?words=%E7%A7%AF%E6%B0%B4", "总览": ""}
"""Page and address; the search is for 积水."""
FILTERS = {"诉求·本季": "petitions?period=%E6%9C%AC%E5%AD%A3", "诉求·石桥镇": "petitions?township=149981101"}
"""What a reader chooses next: only how long it takes the first time, and again."""
RUNS = 3
LONGEST_WAIT, SETTLED, AT_REST = 60.0, 8.0, 1.0
"""Seconds: for a change to be shown; for what follows a page's figures; for the messages after an answer."""


@dataclass(frozen=True)
class PageSeconds:
    """Seconds until a page is drawn, as a websocket client sees it: asked for the first time, and again; ``shown``: from another program's
    change to a petition until the open page has been drawn with it, unasked.

    Infinite where the first answer was given up (``viewers.PATIENCE``), or the change not seen (``LONGEST_WAIT``); NaN where it was not
    measured. A page is drawn when its figures stand; what was before may follow (``loaders.made_soon``).
    """

    page: str
    first: float
    again: float
    shown: float


def petitions_in(url: str) -> int:
    with engine(url).connect() as connection:
        return connection.scalar(text("SELECT count(*) FROM petition")) or 0


def multiply(url: str, copies: int = COPIES) -> None:
    """Every petition ``copies`` times, under numbers of their own, with its events and ratings. PostgreSQL only."""
    with within(COPYING_SECONDS), engine(url).begin() as connection:
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
    with within(COPYING_SECONDS), engine(url).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        for table in MULTIPLIED:
            connection.execute(text(f"VACUUM ANALYZE {table.__tablename__}"))
        connection.execute(text("RESET statement_timeout"))


def change(url: str) -> None:
    """Another program commits that a case about 积水 is settled after all, or open again: every page measured here shows it."""
    one = "(SELECT max(id) FROM petition WHERE title LIKE '%积水%' AND restricted IS NOT TRUE)"
    with engine(url).begin() as connection:
        connection.exec_driver_sql(
            "UPDATE petition SET outcome = CASE WHEN ended_at IS NULL THEN 'resolved' END, closed_at = NULL, "
            f"ended_at = CASE WHEN ended_at IS NULL THEN opened_at + interval '1 hour' END WHERE id = {one}".replace("%", "%%")
        )


async def _page(port: int, cookie: str, url: str, name: str, address: str) -> PageSeconds:
    viewer = Viewer(port, cookie)
    await viewer.connect()
    await viewer.run()  # the navigation says under which hash the server knows a page
    try:
        first = await viewer.run(address=address)
    except TimeoutError:
        return PageSeconds(name, math.inf, math.inf, math.inf)
    await viewer.listen(SETTLED)  # what was before has followed
    again = []
    for _ in range(RUNS):
        again.append(await viewer.run(address=address))
        await viewer.listen(AT_REST)
    if name in FILTERS:
        await viewer.close()
        return PageSeconds(name, first, statistics.median(again), math.nan)
    shown = []
    for _ in range(RUNS):
        await viewer.listen(SETTLED)  # what came before is shown
        await viewer.run(address=address)
        await viewer.listen(AT_REST)
        before, began = set(viewer.drawn), time.perf_counter()
        change(url)
        shown.append(await _shown(viewer, before) - began)
    await viewer.close()
    return PageSeconds(name, first, statistics.median(again), statistics.median(shown))


async def _shown(viewer: Viewer, before: set[str | bytes]) -> float:
    """When the page has been drawn with something that it did not show before, on the monotonic clock; infinite if it never was."""
    with suppress(TimeoutError):
        async with asyncio.timeout(LONGEST_WAIT):
            while True:
                drawn = await viewer.redrawn()
                viewer.read()
                if viewer.drawn - before:
                    return drawn
    return math.inf


def measured(county: Filled, folder: Path) -> tuple[int, list[PageSeconds]]:
    """How many petitions there are, and the pages' seconds, on a server of their own."""
    cookie = servers.a_cookie(county.url, "xinfangju")
    with servers.running(county.url, "tuned", folder) as server:
        servers.quiet(server)
        pages = [asyncio.run(_page(server.port, cookie, county.url, name, address)) for name, address in (PAGES | FILTERS).items()]
    return petitions_in(county.url), pages
