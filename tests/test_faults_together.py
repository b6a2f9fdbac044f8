"""A line to the database that is slow, and two servers on one database that fails: both come back by themselves, and go on counting."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from bench.servers import a_cookie
from tests.demo_county import filled
from tests.e2e.board import Board, a_running_board
from tests.outages import PAGES, READERS, a_line, all_well, read_through, until
from tests.own_postgresql import OwnPostgresql, an_own_postgresql
from tests.readers import Reader

pytestmark = pytest.mark.slow
SLOW_SECONDS, TOO_SLOW_SECONDS = 0.05, 8.0
"""Of each answer: a line that is overloaded (a page asks hundreds of questions), and one that is slower than anybody's patience."""
WORD_SECONDS = 30
"""Within which a reader who waits has the page's frame, with its filters and the shapes of what comes."""


@pytest.fixture(scope="module")
def own_county() -> Iterator[OwnPostgresql]:
    with an_own_postgresql() as own:
        filled(own.database)
        yield own


def works(board: Board) -> bool:
    """The database answers, and no work of the server beside its pages has fallen."""
    return httpx.get(f"{board.url}/readyz", timeout=30).json() == {"ready": True, "failing": []}


def open_petitions(own: OwnPostgresql) -> int:
    statement = "SELECT count(*) FROM petition WHERE ended_at IS NULL AND restricted IS NOT TRUE"
    with own.database.connect() as connection:
        return int(connection.scalar(text(statement)) or 0)


def one_more_petition(own: OwnPostgresql) -> None:
    with own.database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO petition (number, area_code, opened_at, due_at, size, level, restricted) "
                "SELECT 'AFTER-' || count(*), min(area_code), max(opened_at), NULL, 'small', 'village', FALSE FROM petition "
                "WHERE ended_at IS NULL AND restricted IS NOT TRUE"
            )
        )


async def counts_again(boards: list[Board], cookie: str, own: OwnPostgresql) -> None:
    """What another program writes after it all reaches an open page of every server: those who look and those who count are alive."""
    readers = [Reader(board.port, cookie, "petitions") for board in boards]
    for reader in readers:
        await reader.open()
    before, over = [reader.words for reader in readers], asyncio.Event()
    staying = [asyncio.create_task(reader.stay(over)) for reader in readers]
    number = open_petitions(own) + 1
    one_more_petition(own)
    new = [f"{number} 件" for _ in readers]
    told = await until(lambda: all(words in reader.words for words, reader in zip(new, readers, strict=True)), 60)
    over.set()
    await asyncio.gather(*staying)
    assert told, [reader.words[:300] for reader in readers]
    assert all(reader.words != words for reader, words in zip(readers, before, strict=True))


def test_two_servers_on_a_database_that_stops_and_hangs_both_come_back_and_count_on(own_county: OwnPostgresql, tmp_path: Path) -> None:
    logs, cookie, hangs = [tmp_path / "one.log", tmp_path / "other.log"], a_cookie(own_county.url), ExitStack()
    outages = {
        "stopped": (own_county.stop, own_county.start),
        "hung": (lambda: hangs.enter_context(own_county.hung()), hangs.close),
    }
    with ExitStack() as running:
        boards = [running.enter_context(a_running_board(own_county.url, log, healthy=False)) for log in logs]
        asyncio.run(read_through([board.port for board in boards], cookie, outages))
        assert all(works(board) for board in boards)
        asyncio.run(counts_again(boards, cookie, own_county))
    for log in logs:
        said = log.read_text(encoding="utf-8")
        assert said.count("Traceback") < 20, "one fault is one traceback and not each reader's"
        assert "has failed and begins anew" not in said, "no work of the server has fallen"


async def all_come(board: Board, cookie: str, seconds: float) -> None:
    """Readers who come all at once to pages of which nothing has been counted; each is shown at once that his page comes, and then has it,
    none a broken one or a false alarm."""
    readers, began = [Reader(board.port, cookie, PAGES[number % len(PAGES)]) for number in range(READERS)], time.monotonic()
    over = asyncio.Event()

    async def comes(reader: Reader) -> None:
        while not reader.texts and not over.is_set():
            with suppress(TimeoutError):  # a browser goes on waiting
                await reader.open()
        await reader.stay(over)

    staying = [asyncio.create_task(comes(reader)) for reader in readers]
    assert await until(lambda: all(reader.texts or reader.drawn_now for reader in readers), WORD_SECONDS), "who waits is told nothing"
    came = await until(lambda: all(reader.texts for reader in readers) and all_well(readers), seconds)
    told = [(reader.path, reader.words[:200]) for reader in readers if not reader.texts or not all_well([reader])]
    over.set()
    await asyncio.gather(*staying)
    assert came, (round(time.monotonic() - began), told)


def test_over_a_slow_line_readers_get_their_pages_and_over_one_too_slow_they_are_told(own_county: OwnPostgresql, tmp_path: Path) -> None:
    """Each answer of the database takes its time: pages come late and whole. Each takes longer than anybody waits: that is a database that
    is away, and it is told as one, to those who are there and to those who come."""
    cookie, log = a_cookie(own_county.url), tmp_path / "server.log"
    with a_line(own_county.url) as line, a_running_board(line.address, log, healthy=False) as board:
        line.seconds = SLOW_SECONDS
        asyncio.run(all_come(board, cookie, 240))
        assert "Traceback" not in log.read_text(encoding="utf-8")

        def becomes(seconds: float) -> None:
            line.seconds = seconds

        asyncio.run(read_through([board.port], cookie, {"too slow": (lambda: becomes(TOO_SLOW_SECONDS), lambda: becomes(0.0))}))
        assert works(board)
        asyncio.run(counts_again([board], cookie, own_county))
    assert "has failed and begins anew" not in log.read_text(encoding="utf-8")
