"""What a failing machine can do to the board, each on the real thing: nobody is left with a broken page, and nothing is lost.

``BOARD_READERS`` and ``BOARD_KILLS`` ask for more than a test run does: 50 readers, 200 kills.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from bench.servers import a_cookie
from tests.demo_county import filled
from tests.e2e.board import a_running_board
from tests.own_postgresql import OwnPostgresql, an_own_postgresql
from tests.readers import Reader

READERS = int(os.environ.get("BOARD_READERS", "12"))
PAGES = ("", "duty", "nights", "petitions", "captains", "township", "quality", "reception")
COMES_MEANWHILE = ("definitions", "duty", "petitions", "cases")


# --- PostgreSQL stopped, hung, restarted, slow ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def own_county() -> Iterator[OwnPostgresql]:
    with an_own_postgresql() as own:
        filled(own.database)
        yield own


async def until(holds: Callable[[], bool], seconds: float) -> bool:
    for _ in range(round(seconds / 0.3)):
        if holds():
            return True
        await asyncio.sleep(0.3)
    return holds()


def all_well(readers: list[Reader]) -> bool:
    return not any(reader.is_broken or reader.is_told_stale for reader in readers)


async def read_through(port: int, cookie: str, outages: dict[str, tuple[Callable[[], object], Callable[[], object]]]) -> None:
    """Readers at open pages, and some who come while the database is away, through one outage after the other."""
    there, over = [Reader(port, cookie, PAGES[number % len(PAGES)]) for number in range(READERS)], asyncio.Event()
    for reader in there:
        await reader.open()
    staying = [asyncio.create_task(reader.stay(over)) for reader in there]
    assert await until(lambda: not any(reader.is_broken for reader in there), 60)
    for name, (begins, ends) in outages.items():
        begins()
        assert await until(lambda: all(reader.is_told_stale for reader in there), 30), f"{name}: not all are told how old it is"
        assert not any(reader.is_broken for reader in there), f"{name}: what was on screen stays there"
        late = [Reader(port, cookie, path) for path in COMES_MEANWHILE]
        for reader in late:
            await asyncio.wait_for(reader.open(), 30)
            assert "数据库暂时连不上" in reader.words
        staying += [asyncio.create_task(reader.stay(over)) for reader in late]
        await asyncio.sleep(5)
        ends()
        assert await until(partial(all_well, [*there, *late]), 60), f"{name}: not all have come back"
    over.set()
    await asyncio.gather(*staying)


@pytest.mark.slow
def test_nobody_is_left_with_a_broken_page_when_postgresql_stops_hangs_and_comes_back(own_county: OwnPostgresql, tmp_path: Path) -> None:
    log, cookie, hangs = tmp_path / "server.log", a_cookie(own_county.url), ExitStack()
    outages = {
        "stopped": (own_county.stop, own_county.start),
        "hung": (lambda: hangs.enter_context(own_county.hung()), hangs.close),
        "stopped again": (own_county.stop, own_county.start),
    }
    with a_running_board(own_county.url, log, healthy=False) as board:
        asyncio.run(read_through(int(board.url.rsplit(":", 1)[1]), cookie, outages))
    said = log.read_text(encoding="utf-8")
    assert said.count("Traceback") < 20, "one fault is one traceback and not each reader's"
    assert said.count("\n") < 1000


@pytest.mark.slow
def test_a_database_that_is_slow_makes_readers_wait_and_breaks_no_page(own_county: OwnPostgresql, tmp_path: Path) -> None:
    async def wait_for_the_lock(port: int) -> None:
        reader = Reader(port, a_cookie(own_county.url), "petitions")
        coming = asyncio.create_task(reader.open())
        await asyncio.sleep(6)
        holder.rollback()
        await asyncio.wait_for(coming, 60)
        assert not reader.is_broken
        assert not reader.is_told_stale

    with a_running_board(own_county.url, tmp_path / "server.log") as board, own_county.database.connect() as holder:
        holder.execute(text("LOCK TABLE petition IN ACCESS EXCLUSIVE MODE"))
        asyncio.run(wait_for_the_lock(int(board.url.rsplit(":", 1)[1])))
