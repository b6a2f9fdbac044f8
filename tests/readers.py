"""Many readers at open pages, over the real websocket: each looks as often as a browser does and knows what stands on its page."""

from __future__ import annotations

import asyncio
import base64
import re
import threading
import time
from collections.abc import Sequence
from contextlib import suppress

import websockets
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from bench.viewers import Viewer

FRAMES = ('class="board-title"', 'class="wall"')
BROKEN = ("出错编号", "encountered an error", "暂时连不上")


class Reader(Viewer):
    """A browser tab: ``texts`` is what its page holds by live part ("" is the page itself), ``parts`` how often each part looks."""

    def __init__(self, port: int, cookie: str, path: str = "") -> None:
        super().__init__(port, cookie)
        self.path = path
        self.texts: dict[str, list[str]] = {}
        self.drawn_now: dict[str, list[str]] = {}
        self.run_parts: list[str] = []
        self.parts: dict[str, float] = {}
        self.looked: dict[str, float] = {}
        self.sent: dict[str, ForwardMsg] = {}

    @property
    def words(self) -> str:
        return " ".join(text for texts in self.texts.values() for text in texts)

    @property
    def is_broken(self) -> bool:
        return not any(frame in self.words for frame in FRAMES) or any(words in self.words for words in BROKEN)

    @property
    def is_told_stale(self) -> bool:
        return "数据库连接中断" in self.words

    async def open(self) -> None:
        """Comes to its page, anew where the connection was lost."""
        await self.connect()
        await self.run(address=self.path)
        if self.path and self.pages.get(self.path) != self.page:
            await self.run(address=self.path)

    async def look(self) -> None:
        """All live parts of the page whose time has come."""
        for part, every in dict(self.parts).items():
            if part in self.parts and time.monotonic() - self.looked.get(part, 0.0) >= every:
                self.looked[part] = time.monotonic()
                await self.run(part, self.path)

    async def stay(self, until: asyncio.Event) -> None:
        while not until.is_set():
            try:
                await self.look()
                await self.listen(0.5)
            except TimeoutError:
                pass  # a part that the server no longer knows is not answered
            except (websockets.ConnectionClosed, OSError):
                with suppress(OSError, TimeoutError, websockets.WebSocketException):
                    await self.open()
                await asyncio.sleep(0.5)

    def _finished(self, data: bytes | str) -> bool:
        message = ForwardMsg.FromString(data)
        kind = message.WhichOneof("type")
        if message.metadata.cacheable and message.hash:
            self.sent[message.hash] = message
        if kind == "ref_hash" and message.ref_hash in self.sent:
            known = self.sent[message.ref_hash]
            known.metadata.CopyFrom(message.metadata)
            message, kind = known, known.WhichOneof("type")
        if kind == "new_session":
            self.run_parts = list(message.metadata.run.fragment_ids)
            self.drawn_now = {part: [] for part in self.run_parts}
            if not self.run_parts:
                self.parts = {}
        if kind == "auto_rerun":
            self.parts[message.auto_rerun.fragment_id] = message.auto_rerun.interval
        if kind == "stop_auto_rerun":
            for part in message.stop_auto_rerun.fragment_ids:
                self.parts.pop(part, None)
                self.texts.pop(part, None)
        if kind == "delta" and message.delta.HasField("new_element"):
            self.drawn_now.setdefault(message.delta.fragment_id, []).append(_text(message.delta.new_element))
        if kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            self.texts = {**(self.texts if self.run_parts else {}), **self.drawn_now}  # until then a browser shows what it had
        return super()._finished(data)


def readable(body: str) -> str:
    """What a browser makes of an HTML element that it is sent: a panel's own HTML stands in an attribute."""
    found = re.search(r'^<div class="panel" .*data-html="([^"]*)"></div>$', body)
    return base64.b64decode(found[1]).decode() if found else body


def _text(element: object) -> str:
    match element.WhichOneof("type"):  # type: ignore[attr-defined]
        case "html":
            return readable(str(element.html.body))  # type: ignore[attr-defined]
        case "exception":
            return f"encountered an error {element.exception.message}"  # type: ignore[attr-defined]
    return ""


class Tabs:
    """Tabs of a real server, in a thread of their own."""

    def __init__(self, port: int, cookie: str, pages: Sequence[str]) -> None:
        self.tabs = [Reader(port, cookie, path) for path in pages]
        self.failed: list[Exception] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._read()), daemon=True)
        self._thread.start()

    async def _read(self) -> None:
        over = asyncio.Event()
        try:
            for tab in self.tabs:
                await tab.open()
            staying = [asyncio.create_task(tab.stay(over)) for tab in self.tabs]
            while not self._over.is_set():
                await asyncio.sleep(0.5)
            over.set()
            await asyncio.gather(*staying)
        except Exception as problem:
            self.failed.append(problem)
            raise

    def are_well(self) -> bool:
        return not any(tab.is_broken or tab.is_told_stale for tab in self.tabs)

    def end(self) -> None:
        self._over.set()
        self._thread.join(60)
