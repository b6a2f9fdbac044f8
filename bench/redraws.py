"""What it costs to draw a whole page again when nothing has to be counted: processor time of the server, elements sent.

Processor time and counts say the same on a busy machine, seconds do not.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from bench.servers import Server, quiet
from bench.viewers import Viewer

PAGES = {
    "总览": "",
    "住夜": "duty",
    "三夜": "nights",
    "诉求": "petitions",
    "三长": "captains",
    "评选": "selection",
    "乡镇画像": "township",
    "数据": "quality",
}
RUNS = 20
REST_SECONDS = 3.0
"""A server at rest looks at the database and hears its open tabs' ticks: measured for so long, once it has counted what the page made it
count ahead, and taken off."""


@dataclass(frozen=True)
class Redraw:
    """One page: milliseconds of the server's processor a drawing, and elements a drawing, those the browser holds already included."""

    page: str
    cpu_ms: float
    elements: float


def cpu_seconds(server: Server) -> float:
    taken = [each.cpu_times() for each in (server.process, *server.process.children(recursive=True))]
    return sum(each.user + each.system for each in taken)


async def one_page(server: Server, cookie: str, name: str, path: str) -> Redraw:
    tab = Viewer(server.port, cookie)
    await tab.connect()
    await tab.run()
    for _ in range(3):  # the first drawings count, pack and keep
        await tab.run(address=path)
    await asyncio.to_thread(quiet, server)
    at_rest, began = cpu_seconds(server), time.perf_counter()
    await asyncio.sleep(REST_SECONDS)
    rate = (cpu_seconds(server) - at_rest) / (time.perf_counter() - began)
    before, began, elements = cpu_seconds(server), time.perf_counter(), tab.elements
    for _ in range(RUNS):
        await tab.run(address=path)
    used = cpu_seconds(server) - before - rate * (time.perf_counter() - began)
    await tab.close()
    return Redraw(name, 1000 * max(0.0, used) / RUNS, (tab.elements - elements) / RUNS)


async def _all_pages(server: Server, cookie: str) -> list[Redraw]:
    return [await one_page(server, cookie, name, path) for name, path in PAGES.items()]


def measured(server: Server, cookie: str) -> list[Redraw]:
    return asyncio.run(_all_pages(server, cookie))
