"""Outages of a database, and readers at open pages of one server or of several who live through them."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial

from sqlalchemy.engine import make_url

from tests.readers import Reader

READERS = int(os.environ.get("BOARD_READERS", "12"))
PAGES = ("", "duty", "nights", "petitions", "captains", "township", "quality", "reception")
COMES_MEANWHILE = ("definitions", "duty", "petitions", "cases")
Outage = tuple[Callable[[], object], Callable[[], object]]
"""How it begins and how it ends."""


async def until(holds: Callable[[], bool], seconds: float) -> bool:
    for _ in range(round(seconds / 0.3)):
        if holds():
            return True
        await asyncio.sleep(0.3)
    return holds()


def all_well(readers: Sequence[Reader]) -> bool:
    return not any(reader.is_broken or reader.is_told_stale for reader in readers)


async def read_through(ports: Sequence[int], cookie: str, outages: Mapping[str, Outage]) -> None:
    """Readers at open pages of every server, and some who come while the database is away, through one outage after the other."""
    there = [Reader(ports[number % len(ports)], cookie, PAGES[number % len(PAGES)]) for number in range(READERS)]
    over = asyncio.Event()
    for reader in there:
        await reader.open()
    staying = [asyncio.create_task(reader.stay(over)) for reader in there]
    assert await until(lambda: not any(reader.is_broken for reader in there), 60)
    for name, (begins, ends) in outages.items():
        begins()
        assert await until(lambda: all(reader.is_told_stale for reader in there), 30), f"{name}: not all are told how old it is"
        assert not any(reader.is_broken for reader in there), f"{name}: what was on screen stays there"
        late = [Reader(port, cookie, path) for port in ports for path in COMES_MEANWHILE]
        for reader in late:
            await asyncio.wait_for(reader.open(), 30)
            assert "数据库暂时连不上" in reader.words
        staying += [asyncio.create_task(reader.stay(over)) for reader in late]
        await asyncio.sleep(5)
        ends()
        assert await until(partial(all_well, [*there, *late]), 60), f"{name}: not all have come back"
    over.set()
    await asyncio.gather(*staying)


class Line:
    """A cable between board and database: each answer of the database takes :attr:`seconds` longer."""

    def __init__(self, address: str) -> None:
        self.seconds = 0.0
        self.url = make_url(address)
        self._socket = f"{self.url.query['host']}/.s.PGSQL.{self.url.port or 5432}"
        self._loop = asyncio.new_event_loop()
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            self.port: int = listening.getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(asyncio.start_server(self._connected, "127.0.0.1", self.port), self._loop).result(10)

    @property
    def address(self) -> str:
        """The database's, over this line."""
        over = self.url.set(host="127.0.0.1", port=self.port, query={}, username=self.url.username or "postgres", password=None)
        return over.render_as_string(hide_password=False)

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            database, to_database = await asyncio.open_unix_connection(self._socket)
        except OSError:
            writer.close()
            return
        await asyncio.gather(self._carried(reader, to_database, slowly=False), self._carried(database, writer, slowly=True))

    async def _carried(self, from_one: asyncio.StreamReader, to_other: asyncio.StreamWriter, *, slowly: bool) -> None:
        with suppress(OSError):
            while data := await from_one.read(2**18):
                if slowly and self.seconds:
                    await asyncio.sleep(self.seconds)
                to_other.write(data)
                await to_other.drain()
        to_other.close()


@contextmanager
def a_line(address: str) -> Iterator[Line]:
    line = Line(address)
    yield line
    line.end()
