"""The proxy in front of several server processes: who answers whom, and what becomes of bytes, ends and broken connections."""

from __future__ import annotations

import asyncio
import gc
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from pages.common import sticky
from pages.common.sticky import COOKIE, HERE, LONGEST_HEAD, Head, ProcessCookie, Proxy, number_in
from tests.asgi import asked

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Serving = Callable[[bytes, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def echoes(head: bytes, _browser: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
    """Answers with the head that has come."""
    answer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(head)}\r\nConnection: close\r\n\r\n".encode() + head)


class Behind:
    """A process behind the proxy. ``heads``: what it was asked."""

    def __init__(self, number: int, serving: Serving = echoes) -> None:
        self.number, self._serving = number, serving
        self.heads: list[bytes] = []
        self.open: list[asyncio.StreamWriter] = []

    async def start(self) -> int:
        self._server = await asyncio.start_server(self._answer, HERE, 0)
        return self._server.sockets[0].getsockname()[1]

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open.append(writer)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            self.heads.append(head)
            await self._serving(head, reader, writer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open.remove(writer)
            writer.close()

    def die(self) -> None:
        self._server.close()
        for writer in self.open:
            writer.transport.abort()


class Door:
    """The proxy on a port of its own, and what browsers say to it."""

    def __init__(self, proxy: Proxy, port: int) -> None:
        self.proxy, self.port = proxy, port

    async def connected(self) -> Streams:
        return await asyncio.open_connection(HERE, self.port)

    async def asked(self, cookie: str | None = None, *more: str, path: str = "/") -> str:
        """The whole answer to a request of a connection of its own."""
        reader, writer = await self.connected()
        writer.write(request(path, *([f"Cookie: {cookie}"] if cookie else []), *more))
        answer = await reader.read()
        writer.close()
        return answer.decode()


def request(path: str, *headers: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: board", *headers, "", ""]).encode()


@asynccontextmanager
async def a_door(*behind: Behind) -> AsyncIterator[Door]:
    proxy = Proxy()
    for each in behind:
        proxy.joined(each.number, await each.start())
    server = await asyncio.start_server(proxy.answer, HERE, 0, limit=LONGEST_HEAD)
    async with asyncio.timeout(20):
        yield Door(proxy, server.sockets[0].getsockname()[1])
    server.close()
    for each in behind:
        each.die()


def asked_of(*behind: Behind) -> list[int]:
    return [len(each.heads) for each in behind]


async def until(holds: Callable[[], Any]) -> None:
    while not holds():
        await asyncio.sleep(0.01)


# --- who answers whom -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cookies", "number"),
    [
        ("board_process=2", 2),
        ("a=b; board_process=12; county_board=x", 12),
        ("a=board_process=2", None),
        ("xboard_process=2", None),
        ("board_process=two", None),
        ("board_process=2x", None),
        ("board_process=1234567890", None),
        ("", None),
    ],
)
def test_a_number_is_read_from_its_own_cookie_alone(cookies: str, number: int | None) -> None:
    assert number_in(cookies) == number


def test_a_browser_stays_with_its_process_and_a_new_one_goes_where_fewest_are() -> None:
    async def test() -> None:
        holding = asyncio.Event()

        async def holds(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if b"GET /hold" in head:
                await holding.wait()
            await echoes(head, reader, writer)

        first, second = Behind(1, holds), Behind(2, holds)
        async with a_door(first, second) as door:
            for _ in range(5):
                await door.asked("a=b; board_process=2")
            assert asked_of(first, second) == [0, 5]
            held = asyncio.create_task(door.asked("board_process=2", path="/hold"))
            await until(lambda: asked_of(first, second) == [0, 6])
            for _ in range(3):
                await door.asked()
            assert asked_of(first, second) == [3, 6], "one page is open with the second"
            holding.set()
            await held
            for _ in range(4):
                await door.asked()
            assert asked_of(first, second) == [5, 8], "equally busy: in turn"

    asyncio.run(test())


def test_the_tabs_of_a_dead_process_move_together_and_stay_when_another_takes_its_place() -> None:
    proxy = Proxy()
    for number in (1, 2, 3):
        proxy.joined(number, 1000 + number)
    proxy.left(1)
    heirs = {proxy.process_of(1).number for _ in range(4)}
    assert len(heirs) == 1
    proxy.joined(4, 1004)
    assert {proxy.process_of(1).number for _ in range(4)} == heirs
    (heir,) = heirs
    proxy.left(heir)
    assert proxy.process_of(1).number not in (1, heir)
    proxy.left(2)
    proxy.left(3)
    proxy.left(4)
    assert proxy.process_of(1) is None
    assert proxy.process_of(None) is None


def test_invented_numbers_fill_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sticky, "MOST_HEIRS", 10)
    proxy = Proxy()
    proxy.joined(1, 1001)
    for number in range(100, 200):
        assert proxy.process_of(number).number == 1
    assert len(proxy._heirs) == 10


def test_a_process_that_does_not_answer_is_passed_over_until_it_joins_again() -> None:
    async def test() -> None:
        first, second = Behind(1), Behind(2)
        async with a_door(first, second) as door:
            first.die()
            answers = [await door.asked("board_process=1") for _ in range(3)]
            assert all(answer.startswith("HTTP/1.1 200") for answer in answers)
            assert asked_of(first, second) == [0, 3]
            assert door.proxy.living == {2}
            door.proxy.joined(1, await first.start())
            await door.asked("board_process=1")
            assert asked_of(first, second) == [1, 3]

    asyncio.run(test())


def test_while_no_process_answers_a_browser_is_told_to_come_again() -> None:
    async def test() -> None:
        only = Behind(1)
        async with a_door(only) as door:
            only.die()
            answer = await door.asked("board_process=1")
            assert answer.startswith("HTTP/1.1 503")
            assert "Refresh: 2" in answer
            assert sticky.NOBODY_YET.encode().decode("utf-8") in answer

    asyncio.run(test())


# --- bytes and ends -------------------------------------------------------------------------------------------------


def test_a_connection_carries_one_request() -> None:
    """Else a proxy in front would send several browsers' requests over one connection to one process."""

    async def test() -> None:
        only = Behind(1)
        async with a_door(only) as door:
            await door.asked(None, "Connection: keep-alive", "Keep-Alive: 5")
            (head,) = only.heads
            assert re.findall(rb"(?im)^(connection|keep-alive): ?(.*)\r$", head) == [(b"connection", b"close")]

    asyncio.run(test())


def test_a_websocket_is_handed_on_both_ways_until_either_ends_it() -> None:
    async def shouts(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert b"connection: Upgrade, close" in head
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n")
        while word := await reader.read(100):
            if word == b"end":
                return
            writer.write(word.upper())

    async def test() -> None:
        only = Behind(1, shouts)
        async with a_door(only) as door:
            for ends_here in (True, False):
                reader, writer = await door.connected()
                writer.write(request("/_stcore/stream", "Connection: Upgrade", "Upgrade: websocket") + b"early")
                assert b"101" in await reader.readuntil(b"\r\n\r\n")
                assert await reader.readexactly(5) == b"EARLY", "what came with the head is not lost"
                writer.write(b"later")
                assert await reader.readexactly(5) == b"LATER"
                if ends_here:
                    writer.transport.abort()
                else:
                    writer.write(b"end")
                    assert await reader.read() == b""
                    writer.close()
                await until(lambda: not only.open)
                await until(lambda: door.proxy.process_of(1).connections == 0)

    asyncio.run(test())


def test_a_process_that_dies_ends_the_connections_to_it_and_no_others() -> None:
    async def waits(_head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.read(100))

    async def test() -> None:
        first, second = Behind(1, waits), Behind(2, waits)
        async with a_door(first, second) as door:
            pages = []
            for number in (1, 2):
                reader, writer = await door.connected()
                writer.write(request("/", f"Cookie: {COOKIE}={number}"))
                pages.append((reader, writer))
            await until(lambda: asked_of(first, second) == [1, 1])
            first.die()
            assert await pages[0][0].read() == b""
            pages[1][1].write(b"still here")
            assert await pages[1][0].read() == b"still here"

    asyncio.run(test())


def test_who_has_said_all_still_gets_his_answer() -> None:
    async def answers_at_the_end(_head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said = len(await reader.read())
        await asyncio.sleep(0.1)
        gc.collect()  # a connection that waits for its answer is not rubbish
        await asyncio.sleep(0.1)
        writer.write(b"read %d" % said)

    async def test() -> None:
        async with a_door(Behind(1, answers_at_the_end)) as door:
            reader, writer = await door.connected()
            writer.write(request("/") + b"x" * 300_000)
            writer.write_eof()
            assert await reader.read() == b"read 300000"

    asyncio.run(test())


def test_a_slow_reader_keeps_nobody_waiting_and_fills_no_memory() -> None:
    sent = 0

    async def pours(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        if b"GET /much" not in head:
            await echoes(head, reader, writer)
            return
        for _ in range(400):
            writer.write(bytes(100_000))
            await writer.drain()
            sent += 100_000

    async def test() -> None:
        async with a_door(Behind(1, pours)) as door:
            reader, writer = await door.connected()
            writer.transport.pause_reading()
            writer.write(request("/much"))
            await until(lambda: sent)
            await asyncio.sleep(0.5)
            stuck = sent
            assert stuck < 20_000_000, "the process waits for its reader"
            assert "200 OK" in await door.asked()
            await asyncio.sleep(0.2)
            assert sent == stuck
            writer.transport.resume_reading()
            assert len(await reader.read()) == 40_000_000

    asyncio.run(test())


def test_a_head_is_bounded_in_length_and_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sticky, "HEAD_SECONDS", 0.2)

    async def test() -> None:
        only = Behind(1)
        async with a_door(only) as door:
            assert (await door.asked("x" * LONGEST_HEAD)).startswith("HTTP/1.1 431")
            for words in (b"", b"GET / HTTP/1.1\r\nHost:"):
                reader, writer = await door.connected()
                writer.write(words)
                assert await reader.read() == b""
                writer.close()
            assert only.heads == []

    asyncio.run(test())


# --- where a browser is ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "said", "told"),
    [
        ("127.0.0.1", [b"X-Forwarded-For: 10.0.0.5"], {b"x-forwarded-for: 10.0.0.5, 127.0.0.1"}),
        ("127.0.0.1", [b"X-Forwarded-Proto: https"], {b"x-forwarded-for: 127.0.0.1", b"x-forwarded-proto: https"}),
        ("::1", [b"X-Forwarded-For: 10.0.0.5", b"X-Forwarded-For: 10.0.0.6"], {b"x-forwarded-for: 10.0.0.5, 10.0.0.6, ::1"}),
        ("127.0.0.1", [], {b"x-forwarded-for: 127.0.0.1"}),
        ("10.0.0.7", [b"X-Forwarded-For: 1.2.3.4", b"X-Forwarded-Proto: https"], {b"x-forwarded-for: 10.0.0.7"}),
        ("fe80::1%eth0", [b"X-FORWARDED-FOR: 1.2.3.4"], {b"x-forwarded-for: fe80::1%eth0"}),
    ],
)
def test_where_a_browser_is_only_a_proxy_on_this_machine_may_say(address: str, said: list[bytes], told: set[bytes]) -> None:
    head = Head.read(b"\r\n".join([b"GET / HTTP/1.1", b"Host: board", *said]) + b"\r\n\r\n").handed_on(address)
    assert {line for line in head.split(b"\r\n") if line.startswith(b"x-forwarded")} == told


@pytest.mark.parametrize(
    "said", [b"X: y\nX-Forwarded-For: 9.9.9.9", b"X: y\n\nGET / HTTP/1.1", b"X: y\rX-Forwarded-For: 9.9.9.9", b" X: y", b"\tX: y", b"X: \0"]
)
def test_a_head_that_the_process_would_read_otherwise_is_none(said: bytes) -> None:
    with pytest.raises(ValueError, match="no head"):
        Head.read(b"GET / HTTP/1.1\r\nHost: board\r\n" + said + b"\r\n\r\n")
    with pytest.raises(ValueError, match="no head"):
        Head.read(b"\r\n\r\n")


@pytest.mark.parametrize(
    "more", [[], [b"Upgrade: websocket"], [b"Upgrade: websocket, h2c", b"Connection: Upgrade"], [b"Connection: keep-alive"]]
)
def test_a_request_is_the_last_of_its_connection_whatever_it_is_taken_for(more: list[bytes]) -> None:
    head = Head.read(b"\r\n".join([b"GET / HTTP/1.1", b"Host: board", *more]) + b"\r\n\r\n").handed_on("10.0.0.7")
    (connection,) = re.findall(rb"(?im)^connection: ?(.*)\r$", head)
    assert b"close" in connection.split(b", ")
    assert b"keep-alive" not in connection


def test_a_head_is_handed_on_whole() -> None:
    head = Head.read(b'GET /x?y=%E5 HTTP/1.1\r\nHost: b:1\r\nCookie: a="b: c"; board_process=3\r\nX-Name: \xe5\xbc\xa0\r\n\r\n')
    assert head.process == 3
    lines = head.handed_on("127.0.0.1").split(b"\r\n")
    assert lines[:4] == [b"GET /x?y=%E5 HTTP/1.1", b"host: b:1", b'cookie: a="b: c"; board_process=3', b"x-name: \xe5\xbc\xa0"]
    assert lines[-2:] == [b"", b""]


# --- the cookie -----------------------------------------------------------------------------------------------------


def test_a_process_tells_its_number_to_who_does_not_know_it_but_in_nothing_that_others_keep() -> None:
    async def page(_request: Any) -> Response:
        return PlainTextResponse("page", headers={"cache-control": "no-cache"})

    async def file(_request: Any) -> Response:
        return PlainTextResponse("file", headers={"cache-control": "public, immutable, max-age=31536000"})

    app = ProcessCookie(Starlette(routes=[Route("/", page), Route("/file", file)]), 2)

    async def told(path: str, **headers: str) -> str | None:
        return (await asked(app, path, **headers)).headers.get("set-cookie")

    async def test() -> None:
        mine = "board_process=2; Path=/; HttpOnly; SameSite=Lax"
        assert [await told("/"), await told("/", cookie="board_process=1"), await told("/", cookie="a=b")] == [mine] * 3
        assert await told("/", cookie="a=b; board_process=2") is None
        assert await told("/file") is None

    asyncio.run(test())


def test_a_websocket_that_comes_back_to_another_process_learns_its_number() -> None:
    async def accepts(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept", "subprotocol": "streamlit"})
        await send({"type": "websocket.send", "bytes": b"1"})

    sent: list[Any] = []

    async def keep(message: Any) -> None:
        sent.append(message)

    scope = {"type": "websocket", "headers": [(b"cookie", b"board_process=1")]}
    asyncio.run(ProcessCookie(accepts, 2)(scope, None, keep))  # type: ignore[arg-type]
    assert sent[0]["headers"][0][1].startswith(b"board_process=2;")
    assert sent[1] == {"type": "websocket.send", "bytes": b"1"}
