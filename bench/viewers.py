"""Simultaneous viewers over the real websocket: each holds a session of its own and refreshes every five seconds.

The client speaks what a browser speaks (``BackMsg`` up, ``ForwardMsg`` down), keeps the messages that the server may refer to later,
and waits for "script finished". It runs in the same machine as the server, in a process of its own, and takes its share of the cores.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import time
from contextlib import suppress
from dataclasses import dataclass, field

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from bench.servers import COOKIE

EVERY = 5.0
TICK = 15.0
"""``pages.common.live.TICK_SECONDS``: by it the client knows the live part."""
LONGEST_FINISHED = 64
"""Bytes of the message that a run has ended, at most; nearly all others are longer."""
PATIENCE = 60.0
"""Seconds after which an answer is given up."""


@dataclass
class Round:
    """What one number of viewers saw. ``due`` refreshes were to happen, ``seconds`` holds those that were answered."""

    viewers: int
    kind: str
    due: int = 0
    lost: int = 0
    seconds: list[float] = field(default_factory=list)
    lasted: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.seconds) / self.lasted if self.lasted else 0.0

    def quantile(self, share: float) -> float | None:
        if not self.seconds:
            return None
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(share * len(self.seconds)))]


class Viewer:
    """One browser tab."""

    def __init__(self, port: int, cookie: str) -> None:
        self.port, self.cookie = port, cookie
        self.page = ""
        self.pages: dict[str, str] = {}
        self.kept: set[str] = set()
        self.live: list[str] = []
        self.panels: set[str] = set()
        self.drawn: set[str | bytes] = set()
        """The figures and words of the last drawing: equal where nothing has changed."""
        self.unread: list[bytes | str] = []
        self.elements = 0
        """All that were sent, whole or by the hash of what the browser holds."""

    async def connect(self) -> None:
        self.socket = await websockets.connect(
            f"ws://127.0.0.1:{self.port}/_stcore/stream",
            subprotocols=["streamlit"],  # type: ignore[list-item]
            additional_headers={"Cookie": f"{COOKIE}={self.cookie}"},
            max_size=None,
            max_queue=None,  # else what nobody has read yet stands before the server's farewell, and closing waits for it
            open_timeout=PATIENCE,
            ping_interval=None,
            compression=None,
        )

    async def ask(self, fragment: str = "", address: str = "") -> None:
        """Asks for the page (or another by ``address``), or for one live part of it."""
        message = BackMsg()
        path, _, query = address.partition("?")
        message.rerun_script.page_script_hash = self.pages.get(path, self.page)
        message.rerun_script.query_string = query
        message.rerun_script.cached_message_hashes.extend(self.kept)
        message.rerun_script.context_info.url = f"http://127.0.0.1:{self.port}/{path}"
        message.rerun_script.context_info.timezone = "Asia/Shanghai"
        message.rerun_script.context_info.locale = "zh-CN"
        if fragment:
            message.rerun_script.fragment_id, message.rerun_script.is_auto_rerun = fragment, True
        else:
            message.rerun_script.widget_states.SetInParent()
            self.live = []  # a page drawn anew brings its live parts with it; a tick keeps them
        self.drawn = set()
        await self.socket.send(message.SerializeToString())

    async def run(self, fragment: str = "", address: str = "") -> float:
        """Asks, and waits until it is drawn; returns the seconds."""
        began = time.perf_counter()
        await self.ask(fragment, address)
        async with asyncio.timeout(PATIENCE):
            while not self._finished(await self.socket.recv()):
                pass
        return time.perf_counter() - began

    async def redrawn(self) -> float:
        """Ticks as a browser does and asks for nothing else; returns when the whole page has been drawn, on the monotonic clock."""
        due = time.perf_counter() + TICK * random.random()  # noqa: S311: what comes may come at any time between two ticks
        while True:
            try:
                async with asyncio.timeout_at(asyncio.get_running_loop().time() + max(0.0, due - time.perf_counter())):
                    data = await self.socket.recv()
            except TimeoutError:
                self.read()
                await self.ask(self.live[0])
                due += TICK
                continue
            self.unread.append(data)
            if len(data) < LONGEST_FINISHED and ends_page(data):
                return time.perf_counter()

    async def listen(self, seconds: float) -> None:
        """Takes what the server says unasked for so long. Who asks next would else take the end of an earlier run for his answer."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    self._finished(await self.socket.recv())

    def read(self) -> None:
        """What came while the board was redrawn. Not as it comes: a browser reads on a machine of its own."""
        for data in self.unread:
            self._finished(data)
        self.unread = []

    def _finished(self, data: bytes | str) -> bool:
        message = ForwardMsg.FromString(data)
        kind = message.WhichOneof("type")
        if message.metadata.cacheable and message.hash:
            self.kept.add(message.hash)
        self.elements += kind in ("delta", "ref_hash")
        if kind == "delta" and message.delta.new_element.WhichOneof("type") == "html":
            self.panels.add(message.hash)
            self.drawn.add(message.hash or message.delta.SerializeToString())
        elif kind == "ref_hash" and message.ref_hash in self.panels:
            self.drawn.add(message.ref_hash)
        if kind == "navigation":
            self.page = message.navigation.page_script_hash
            self.pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
        elif kind == "auto_rerun" and message.auto_rerun.interval == TICK:
            self.live.append(message.auto_rerun.fragment_id)
        return kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN

    async def close(self) -> None:
        await self.socket.close()


def ends_page(data: bytes | str) -> bool:
    """Whether a run of the whole page has ended, not one of a live part."""
    message = ForwardMsg.FromString(data)
    return message.WhichOneof("type") == "script_finished" and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY


async def watch(viewer: Viewer, result: Round, start: float, until: float) -> None:
    """Refreshes every five seconds from ``start``; a refresh that comes due while the last one is still awaited is missed."""
    due = start
    while due < until:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        result.due += 1
        try:
            fragment = viewer.live[0] if result.kind == "tick" and viewer.live else ""
            result.seconds.append(await viewer.run(fragment))
        except (TimeoutError, websockets.ConnectionClosed):
            result.lost += 1
            return
        due += EVERY
        while due < time.perf_counter() and due < until:
            result.due += 1
            result.lost += 1
            due += EVERY


async def one_round(port: int, cookie: str, viewers: int, kind: str, seconds: float) -> Round:
    """``kind`` is "page" (the whole page is drawn anew, as when data have changed) or "tick" (the live part finds nothing new)."""
    result = Round(viewers, kind)
    tabs = [Viewer(port, cookie) for _ in range(viewers)]
    opened: list[Viewer] = []
    for tab in tabs:  # one after another: the storm is measured by the refreshes, not by the opening
        try:
            await tab.connect()
            await tab.run()
            opened.append(tab)
        except (OSError, TimeoutError, websockets.WebSocketException):
            result.due += 1
            result.lost += 1
            if result.lost > 5:  # the server is down; more knocking proves nothing
                break
    start = time.perf_counter() + 1
    offsets = [EVERY * number / max(1, len(opened)) for number in range(len(opened))]
    await asyncio.gather(*(watch(tab, result, start + offset, start + seconds) for tab, offset in zip(opened, offsets, strict=True)))
    result.lasted = max(seconds, time.perf_counter() - start)
    await asyncio.gather(*(tab.close() for tab in opened), return_exceptions=True)
    return result


def _in_process(pipe: object, *arguments: object) -> None:
    pipe.send(asyncio.run(one_round(*arguments)))  # type: ignore[attr-defined,arg-type]


def measured(port: int, cookie: str, viewers: int, kind: str, seconds: float) -> Round:
    """A round in a process of its own."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_in_process, args=(theirs, port, cookie, viewers, kind, seconds))
    process.start()
    theirs.close()
    try:
        return ours.recv()
    except EOFError:
        return Round(viewers, kind, due=viewers, lost=viewers, lasted=seconds)
    finally:
        process.join()
