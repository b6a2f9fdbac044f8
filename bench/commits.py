"""From a commit to the figures on every open board: viewers over the websocket who only look, and another program that files petitions."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert, select

from bench import servers
from bench.databases import Filled
from bench.viewers import PATIENCE, Viewer
from data_access.clock import beijing_now
from data_access.engine import engine
from data_access.tables import Area, Petition

COMMITS = 6
REST_SECONDS = 12.0
"""Between two commits: every board has shown the one before, and the server may go over again at once."""


@dataclass
class Shown:
    """After how many seconds each open board had been drawn whole with what a commit brought; ``lost``: those that never were."""

    viewers: int
    processes: int
    seconds: list[float] = field(default_factory=list)
    lost: int = 0
    memory_mb: float = 0.0

    def quantile(self, share: float) -> float:
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(share * len(self.seconds)))] if self.seconds else float("nan")


def an_overdue_petition(url: str, number: int) -> None:
    now = beijing_now()
    with engine(url).begin() as connection:
        village = connection.scalar(select(Area.code).where(Area.level == "village").limit(1))
        dated = {"opened_at": now - timedelta(days=9), "due_at": now - timedelta(days=5)}
        connection.execute(insert(Petition).values(number=f"BENCH-{number}", area_code=village, size="small", level="village", **dated))


async def watched(server: servers.Server, cookie: str, url: str, result: Shown) -> None:
    tabs = [Viewer(server.port, cookie) for _ in range(result.viewers)]
    for tab in tabs:
        await tab.connect()
        await tab.run()
    for _ in range(COMMITS):
        looking = [asyncio.create_task(tab.redrawn()) for tab in tabs]
        await asyncio.sleep(REST_SECONDS)
        for early in (task for task in looking if task.done()):
            early.result()  # a step of the clock: this board looks again
        looking = [asyncio.create_task(tab.redrawn()) if task.done() else task for tab, task in zip(tabs, looking, strict=True)]
        await asyncio.to_thread(an_overdue_petition, url, time.time_ns())
        committed = time.perf_counter()
        done, never = await asyncio.wait(looking, timeout=PATIENCE)
        result.seconds += [task.result() - committed for task in done]
        result.lost += len(never)
        for task in never:
            task.cancel()
    for tab in tabs:
        await tab.close()


def measured(county: Filled, folder: Path, viewers: int, processes: int) -> Shown:
    result = Shown(viewers, processes)
    cookie = servers.a_cookie(county.url)
    with servers.running(county.url, "tuned", folder, *(servers.TWO_PROCESSES if processes > 1 else ())) as server:
        servers.quiet(server)
        asyncio.run(watched(server, cookie, county.url, result))
        result.memory_mb = server.memory_mb()
    return result
