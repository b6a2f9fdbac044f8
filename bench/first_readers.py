"""The first reader of a server that started this moment, page by page, on a database that was counted before.

Each page is opened by its address in a server of its own that has just begun to answer, over the websocket: seconds until it is drawn
whole, and the number of elements, by which a page that was refused or came to nothing would be seen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from bench.databases import Filled
from bench.redraws import PAGES
from bench.servers import Server, a_cookie, quiet, running
from bench.viewers import Viewer


class FirstReader(NamedTuple):
    """Of one page."""

    page: str
    seconds: float
    elements: int


async def _counted(server: Server, cookie: str) -> Mapping[str, str]:
    """Opens each page once; returns their hashes by path: with them a tab's first message can ask for a page."""
    tab = Viewer(server.port, cookie)
    await tab.connect()
    await tab.run()
    for path in PAGES.values():
        await tab.run(address=path)
    await tab.close()
    return tab.pages


async def _opened(server: Server, cookie: str, path: str, hashes: Mapping[str, str]) -> tuple[float, int]:
    tab = Viewer(server.port, cookie)
    tab.pages = dict(hashes)
    await tab.connect()
    taken = await tab.run(address=path)
    await tab.close()
    return taken, tab.elements


def measured(county: Filled, folder: Path) -> list[FirstReader]:
    cookie, found = a_cookie(county.url), []
    with running(county.url, "tuned", folder) as server:
        hashes = asyncio.run(_counted(server, cookie))
        quiet(server)
    for name, path in PAGES.items():
        with running(county.url, "tuned", folder) as server:
            found.append(FirstReader(name, *asyncio.run(_opened(server, cookie, path, hashes))))
    return found
