"""``/metrics``: how this server process is, in Prometheus's text form; for whom ``BOARD_METRICS_TOKEN`` was given, and nobody else.

Without that setting there is no such address. A request from the machine itself is no proof: behind a proxy all of them are. Nothing here
tells of a person, a township or a figure. Of several processes behind one address each tells of itself (label ``process``): ask with the
cookie ``board_process=1``, ``=2`` ….
"""

from __future__ import annotations

import hmac
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from data_access import faults
from data_access.clock import beijing_now
from pages.common import loaders
from pages.common.processes import NUMBER

TOKEN = "BOARD_METRICS_TOKEN"  # noqa: S105 (the name of a setting)
SHORTEST_TOKEN = 16
FORM = "text/plain; version=0.0.4; charset=utf-8"
STARTED = time.time()
Metric = tuple[str, str, str, float]
"""Name, kind, what it says, value."""


def metrics_route(work_is_alive: Callable[[], bool], sessions: Callable[[], int]) -> list[Route]:
    """``sessions``: how many pages are open."""

    async def answered(request: Request) -> PlainTextResponse:
        token, given = os.environ.get(TOKEN, ""), request.headers.get("authorization", "")
        if len(token) < SHORTEST_TOKEN:
            return PlainTextResponse("", 404)
        if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            return PlainTextResponse("", 401, {"www-authenticate": "Bearer", "cache-control": "no-store"})
        return PlainTextResponse(written(metrics(work_is_alive(), sessions())), headers={"content-type": FORM, "cache-control": "no-store"})

    return [Route("/metrics", answered)]


def metrics(work_is_alive: bool, sessions: int) -> Iterator[Metric]:
    good_at, away = loaders.FRESHNESS.good_at, loaders.FRESHNESS.away_since
    yield "board_open_pages", "gauge", "pages that browsers have open", sessions
    yield "board_faults_total", "counter", "errors that no page foresaw (see the log)", faults.met()
    yield "board_database_away", "gauge", "1 while the database does not answer", float(away is not None)
    yield "board_worker_alive", "gauge", "1 while the work beside the server goes on", float(work_is_alive and loaders.WORKER.is_alive)
    if good_at is not None:
        yield (
            "board_data_age_seconds",
            "gauge",
            "since the pages' figures were last the database's",
            (beijing_now() - good_at).total_seconds(),
        )
    yield "process_start_time_seconds", "gauge", "when the process began", STARTED
    yield "process_cpu_seconds_total", "counter", "processor time", time.process_time()
    resident = Path("/proc/self/statm")
    if resident.exists():
        pages = int(resident.read_text(encoding="ascii").split()[1])
        yield "process_resident_memory_bytes", "gauge", "memory in use", pages * os.sysconf("SC_PAGE_SIZE")


def written(values: Iterator[Metric]) -> str:
    label = f'{{process="{os.environ.get(NUMBER, "1")}"}}'
    return "".join(f"# HELP {name} {words}\n# TYPE {name} {kind}\n{name}{label} {value:.15g}\n" for name, kind, words, value in values)
