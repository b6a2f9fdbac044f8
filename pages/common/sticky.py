"""One address for several server processes: each request goes to the process that its browser belongs to.

A Streamlit session lives in one process: its websocket, its uploads and the files it hands out have to reach that one. Every process tells
a browser its number in a cookie (:class:`ProcessCookie`); the :class:`Proxy` reads the head of each request, picks the process by that
cookie and from then on hands bytes on, both ways. A connection carries one request, or one websocket, so that a proxy in front may send
the requests of many browsers over what it likes.

Who brings no number gets the process with the fewest open connections. Who brings the number of a process that is no more gets its heir,
the same for all that come with that number: the tabs of a browser move together. Numbers are never given twice while the proxy runs.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import itertools
import re
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.common.headers import EVERYWHERE, NOTHING, POLICY

COOKIE = "board_process"
NUMBER = re.compile(rf"(?:^|;)\s*{COOKIE}=(\d{{1,9}})\s*(?:;|$)")
HERE = "127.0.0.1"
LONGEST_HEAD = 65_536
"""Bytes, as uvicorn's own limit. Also what a connection holds of a body at most, each way, twice."""
HEAD_SECONDS = 30.0
"""A browser may open a connection before it needs one; after this it is closed without a word."""
CONNECT_SECONDS = 5.0
FAREWELL_SECONDS = 30.0
"""How long a slow browser may take for the last bytes after the process has said all."""
MOST_HEIRS = 1000
SPLIT = re.compile(rb"[\r\n\0]|^[ \t]")
ONE_REQUEST = (b"connection", b"keep-alive", b"proxy-connection")
FORWARDED_FOR = b"x-forwarded-for"
NOBODY_YET = "看板正在启动，请稍候。"


def number_in(cookies: str) -> int | None:
    """The process that a ``Cookie`` header names."""
    found = NUMBER.search(cookies)
    return int(found[1]) if found else None


class ProcessCookie:
    """The middleware of a process: tells a browser that does not know it yet the process's number, in no answer that others may keep."""

    def __init__(self, app: ASGIApp, number: int) -> None:
        self._app, self._number = app, number
        self._cookie = b"set-cookie", f"{COOKIE}={number}; Path=/; HttpOnly; SameSite=Lax".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or number_in("; ".join(Headers(scope=scope).getlist("cookie"))) == self._number:
            await self._app(scope, receive, send)
            return

        async def telling(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.accept"):
                headers = list(message.get("headers", ()))
                if "public" not in Headers(raw=headers).get("cache-control", ""):
                    message = {**message, "headers": [*headers, self._cookie]}
            await send(message)

        await self._app(scope, receive, telling)


# --- a request's head -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Head:
    """The first line of a request and its headers, as they came."""

    line: bytes
    headers: list[tuple[bytes, bytes]]
    """Names in small letters."""

    @classmethod
    def read(cls, raw: bytes) -> Head:
        """Raises ``ValueError`` where the process behind would see other lines than are seen here: it ends one also at a bare line feed, so
        that a header could hold a second request, from wherever it says, and goes on with one that begins with a space."""
        line, *rest = raw.removesuffix(b"\r\n\r\n").split(b"\r\n")
        if not line or any(SPLIT.search(each) for each in (line, *rest)):
            raise ValueError("no head")
        parts = (each.partition(b":") for each in rest)
        return cls(line, [(name.lower(), value.strip()) for name, _, value in parts])

    def values(self, name: bytes) -> list[bytes]:
        return [value for each, value in self.headers if each == name]

    @property
    def process(self) -> int | None:
        return number_in(b"; ".join(self.values(b"cookie")).decode("latin-1"))

    def handed_on(self, address: str) -> bytes:
        """The head for the process, which learns from it where the browser is. What a browser itself says of that counts only from a
        proxy on this machine. A second request on the same connection would be heard as it stands: there is none."""
        kept = [(name, value) for name, value in self.headers if name != FORWARDED_FOR and name not in ONE_REQUEST]
        upgraded = b"websocket" in b",".join(self.values(b"upgrade")).lower()
        kept += [(b"connection", b"Upgrade, close" if upgraded else b"close")]  # whatever the process takes it for, nothing follows it
        if ipaddress.ip_address(address.partition("%")[0]).is_loopback:
            path = [*self.values(FORWARDED_FOR), address.encode()]
        else:
            path, kept = [address.encode()], [(name, value) for name, value in kept if not name.startswith(b"x-forwarded-")]
        lines = [self.line, *(name + b": " + value for name, value in [*kept, (FORWARDED_FOR, b", ".join(path))])]
        return b"\r\n".join(lines) + b"\r\n\r\n"


def refusal(status: str, words: str, *headers: str) -> bytes:
    body = f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{words}</title><p>{words}</p>'.encode()
    lines = [f"HTTP/1.1 {status}", "Content-Type: text/html; charset=utf-8", f"Content-Length: {len(body)}", "Cache-Control: no-store"]
    lines += [f"{name}: {value}" for name, value in {**EVERYWHERE, POLICY: NOTHING}.items()]
    return "\r\n".join([*lines, "Connection: close", *headers, "", ""]).encode() + body


# --- the proxy ------------------------------------------------------------------------------------------------------


@dataclass
class Process:
    """A server process that answers on a port of this machine. ``turn``: when it was last given a browser."""

    number: int
    port: int
    connections: int = 0
    turn: int = 0

    @contextlib.contextmanager
    def connected(self) -> Iterator[None]:
        self.connections += 1
        try:
            yield
        finally:
            self.connections -= 1


class Proxy:
    """Who answers whom. All of it runs in one event loop."""

    def __init__(self) -> None:
        self._living: dict[int, Process] = {}
        self._heirs: OrderedDict[int, int] = OrderedDict()
        self._turns = itertools.count(1)
        self._answering: set[asyncio.Task[None] | None] = set()

    @property
    def living(self) -> frozenset[int]:
        return frozenset(self._living)

    def joined(self, number: int, port: int) -> None:
        """The process answers on the port."""
        self._living.setdefault(number, Process(number, port))

    def left(self, number: int) -> None:
        self._living.pop(number, None)

    def process_of(self, number: int | None) -> Process | None:
        """The process that a browser with this number belongs to; None while none lives."""
        if number is None or not self._living:
            return self._quietest()
        found = self._living.get(number) or self._living.get(self._heirs.get(number, 0)) or self._quietest()
        if found is not None and found.number != number:
            self._heirs[number] = found.number
            if len(self._heirs) > MOST_HEIRS:
                self._heirs.popitem(last=False)
        return found

    def _quietest(self) -> Process | None:
        found = min(self._living.values(), key=lambda process: (process.connections, process.turn), default=None)
        if found is not None:
            found.turn = next(self._turns)
        return found

    async def answer(self, browser: asyncio.StreamReader, to_browser: asyncio.StreamWriter) -> None:
        """One connection, from its first byte to its last."""
        mine = asyncio.current_task()
        self._answering.add(mine)  # asyncio itself holds none whose browser has said all
        try:
            async with asyncio.timeout(HEAD_SECONDS):
                raw = await browser.readuntil(b"\r\n\r\n")
            await self._answered(Head.read(raw), browser, to_browser)
        except ValueError:
            to_browser.write(refusal("400 Bad Request", "请求写法不对。"))
        except asyncio.LimitOverrunError:
            to_browser.write(refusal("431 Request Header Fields Too Large", "请求头过长。"))
        except (asyncio.IncompleteReadError, TimeoutError, OSError):
            pass  # it has gone, or has never said a word
        finally:
            await _closed(to_browser)
            self._answering.discard(mine)

    async def _answered(self, head: Head, browser: asyncio.StreamReader, to_browser: asyncio.StreamWriter) -> None:
        while (process := self.process_of(head.process)) is not None:
            with process.connected():
                try:
                    async with asyncio.timeout(CONNECT_SECONDS):
                        answers, to_process = await asyncio.open_connection(HERE, process.port, limit=LONGEST_HEAD)
                except (OSError, TimeoutError):
                    self.left(process.number)  # who watches over it lets it join again when it answers
                    continue
                to_process.write(head.handed_on(to_browser.get_extra_info("peername")[0]))
                await _spliced(browser, to_process, answers, to_browser)
                return
        to_browser.write(refusal("503 Service Unavailable", NOBODY_YET, "Refresh: 2", "Retry-After: 2"))


async def _spliced(
    browser: asyncio.StreamReader, to_process: asyncio.StreamWriter, answers: asyncio.StreamReader, to_browser: asyncio.StreamWriter
) -> None:
    """Bytes both ways until the process has said all, or the browser has gone. A slow reader stops its own writer and nobody else."""
    asking = asyncio.create_task(_handed_on(browser, to_process))
    try:
        await _handed_on(answers, to_browser)
    finally:
        asking.cancel()
        to_process.transport.abort()


async def _handed_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """All of it, then the end of it; where either side breaks off, the other one is told at once."""
    try:
        while data := await source.read(LONGEST_HEAD):
            target.write(data)
            await target.drain()
        if target.can_write_eof():
            target.write_eof()
    except OSError:
        target.transport.abort()


async def _closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    try:
        async with asyncio.timeout(FAREWELL_SECONDS):
            await writer.wait_closed()
    except (OSError, TimeoutError):
        writer.transport.abort()
