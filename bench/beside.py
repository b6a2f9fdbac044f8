"""The board beside Apache Superset: ``python -m bench.beside DASHBOARD USERNAME PASSWORD DATABASE`` writes its section of RESULTS.md.

``DASHBOARD`` is the address of a dashboard of charts alike to the overview's, as ``bench.superset`` makes it, in a Superset that runs;
``DATABASE`` is the PostgreSQL of its charts, on which the board is started with two processes.

A redraw is, for the board, the whole overview run again over the websocket; for Superset, all requests for chart data that its own page
sends, answered: recorded once in Chromium and sent again, over as many connections as a browser opens, with and without its cache.
Eight viewers ask without pause, the two sides taking turns.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
from playwright.sync_api import Browser, Request, sync_playwright

from bench import browser, databases, results, servers
from bench.viewers import PATIENCE, Viewer
from data_access.clock import beijing_now
from data_access.engine import engine

VIEWERS = 8
CONNECTIONS = 6
"""A browser opens so many to one host."""
CHART_DATA = "/api/v1/chart/data"
CHARTS_DRAWN = """(charts) => {
  const found = [...document.querySelectorAll('[data-test-chart-id]')];
  return found.length >= charts && found.every(each => each.querySelector('canvas, table'))
    && !document.querySelector('[data-test="loading-indicator"]');
}"""
"""Each chart has its picture or its table, and none is waited for."""
CHARTS_STILL = f"""(charts) => {{
  const before = window.pictures;
  window.pictures = ({CHARTS_DRAWN})(charts) && [...document.querySelectorAll('canvas')].map(each => each.toDataURL()).join();
  return window.pictures && window.pictures === before;
}}"""
"""And the pictures have not changed since they were last looked at: bars grow and lines run for a second."""
BOARD, CACHED, UNCACHED = "board", "Superset, cached", "Superset, uncached"
DRAWN, STILL = "Superset, each chart begun", "Superset, all charts stand"


@dataclass(frozen=True)
class Dashboard:
    """A signed-in dashboard of Superset: its address, its browser's cookies, the chart data it asks for (addresses and bodies)."""

    url: str
    cookies: dict[str, str]
    asked: list[tuple[str, dict[str, Any]]]

    @property
    def charts(self) -> int:
        return len(self.asked)


def signed_in(chromium: Browser, url: str, username: str, password: str) -> Dashboard:
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(urljoin(url, "/login/"))
    page.locator("#username").fill(username)
    page.locator("#password").fill(password)
    page.locator("[type=submit]").click()
    page.wait_for_url(lambda address: "login" not in address)
    asked: list[tuple[str, dict[str, Any]]] = []

    def heard(sent: Request) -> None:
        if urlsplit(sent.url).path == CHART_DATA:
            asked.append((sent.url, json.loads(sent.post_data or "{}")))

    page.on("request", heard)
    page.goto(url)
    page.wait_for_function(CHARTS_DRAWN, arg=1)
    cookies = {each.get("name", ""): each.get("value", "") for each in context.cookies()}
    charts = page.locator("[data-test-chart-id]").count()
    context.close()
    if len(asked) != charts:
        raise RuntimeError(f"{url}: {charts} charts, and data were asked for {len(asked)} times")
    return Dashboard(url, cookies, asked)


@dataclass
class Round:
    """Redraws that were answered within a round, in seconds each."""

    lasted: float
    seconds: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return len(self.seconds) / self.lasted


Redraw = Callable[[], Awaitable[object]]


async def without_pause(redraws: Sequence[Redraw], seconds: float) -> Round:
    """Each viewer asks again as soon as he is answered; what is under way at the end does not count."""
    result, until = Round(seconds), time.perf_counter() + seconds

    async def watch(redraw: Redraw) -> None:
        while (began := time.perf_counter()) < until:
            await redraw()
            if (now := time.perf_counter()) <= until:
                result.seconds.append(now - began)

    await asyncio.gather(*(watch(each) for each in redraws))
    return result


async def board_round(port: int, cookie: str, seconds: float) -> Round:
    tabs = [Viewer(port, cookie) for _ in range(VIEWERS)]
    for tab in tabs:
        await tab.connect()
        await tab.run()
    result = await without_pause([tab.run for tab in tabs], seconds)
    await asyncio.gather(*(tab.close() for tab in tabs))
    return result


async def superset_round(dashboard: Dashboard, uncached: bool, seconds: float) -> Round:
    bodies = [(url, json.dumps({**body, "force": uncached}).encode()) for url, body in dashboard.asked]

    def redraw_of(client: httpx.AsyncClient) -> Redraw:
        async def one(url: str, body: bytes) -> None:
            answer = (await client.post(url, content=body)).raise_for_status().json()
            if any(bool(each["is_cached"]) is uncached for each in answer["result"]):
                raise RuntimeError(f"{url}: an answer {'out of' if uncached else 'past'} the cache")

        async def redraw() -> None:
            await asyncio.gather(*(one(*each) for each in bodies))

        return redraw

    limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
    headers = {"Content-Type": "application/json"}
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(
                httpx.AsyncClient(cookies=dashboard.cookies, headers=headers, limits=limits, timeout=PATIENCE, trust_env=False)
            )
            for _ in range(VIEWERS)
        ]
        redraws = [redraw_of(each) for each in clients]
        await redraws[0]()
        return await without_pause(redraws, seconds)


def _in_process(pipe: Any, measure: Callable[..., Any], *arguments: object) -> None:
    pipe.send(asyncio.run(measure(*arguments)))


def in_process(measure: Callable[..., Any], *arguments: object) -> Round:
    """A round in a process of its own: what one side has left there costs the other nothing."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_in_process, args=(theirs, measure, *arguments))
    process.start()
    theirs.close()
    try:
        found: Round = ours.recv()
    finally:
        process.join()
    return found


def compared(ours: Sequence[float], theirs: Sequence[float], digits: int) -> str:
    """The board's value by the other's, neighbour by neighbour in the run: median (least–most)."""
    ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
    return f"{statistics.median(ratios):.{digits}f}× ({min(ratios):.{digits}f}–{max(ratios):.{digits}f})"


def part(rounds: dict[str, list[Round]], loads: dict[str, list[browser.Overview]], charts: int) -> list[str]:
    rates = {name: [each.per_second for each in found] for name, found in rounds.items()}
    opened = {name: [each.seconds for each in found] for name, found in loads.items()}
    redrawn = [
        (
            name,
            f"{statistics.median(found):.1f} ({min(found):.1f}–{max(found):.1f})",
            f"{1000 * statistics.median(taken for each in rounds[name] for taken in each.seconds):,.0f} ms",
            "—" if name == BOARD else compared(rates[BOARD], found, 1),
        )
        for name, found in rates.items()
    ]
    shown = [
        (
            name,
            results.seconds(found),
            f"{max(each.megabytes for each in loads[name]):.2f} MB",
            "—" if name == BOARD else compared(opened[BOARD], found, 2),
        )
        for name, found in opened.items()
    ]
    return [
        "## Beside Apache Superset",
        "",
        f"The overview by two processes, beside a dashboard of {charts} like charts in Superset as bench/superset.py sets it up, on the",
        "same PostgreSQL, taking turns in one run; viewers and servers share the cores.",
        "",
        f"{VIEWERS} viewers ask without pause, {len(rounds[BOARD])} rounds of {rounds[BOARD][0].lasted:.0f} s each; median (least–most),",
        "ratios of neighbouring rounds. A redraw is the whole overview run again, nothing to be counted; of Superset all chart data that",
        "its page asks for, answered from its cache, or past it (force).",
        "",
        *results.table(("redraws", "a second", "one takes", "the board draws"), redrawn),
        "",
        f"Chromium with an empty profile, signed in, both sides warm; median of {len(loads[BOARD])} (least–most). The board is complete",
        "when the leaderboards stand and nothing is being drawn anew; Superset when each chart has begun its picture, and again when no",
        "picture moves any more (bars grow for a second).",
        "",
        *results.table(("from an empty browser", "seconds", "over the wire", "the board takes"), shown),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.beside", description=__doc__)
    parser.add_argument("dashboard", help="http://127.0.0.1:8088/superset/dashboard/1/")
    parser.add_argument("username")
    parser.add_argument("password")
    parser.add_argument("database", help="postgresql://…, filled with the demo county")
    parser.add_argument("--seconds", type=float, default=20, help="how long each round lasts")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--browser-runs", type=int, default=5)
    parser.add_argument("--output", type=Path, default=results.FILE)
    options = parser.parse_args()

    def say(text: str) -> None:
        print(f"{beijing_now():%H:%M:%S}  {text}", flush=True)

    rounds: dict[str, list[Round]] = {BOARD: [], CACHED: [], UNCACHED: []}
    loads: dict[str, list[browser.Overview]] = {BOARD: [], DRAWN: [], STILL: []}
    with engine(options.database).connect() as connection:
        townships = databases.ranked_townships(connection)
    with ExitStack() as stack:
        folder = stack.enter_context(databases.a_folder())
        server = stack.enter_context(servers.running(options.database, "tuned", folder, *servers.TWO_PROCESSES))
        playwright = stack.enter_context(sync_playwright())
        chromium = playwright.chromium.launch(executable_path=browser.program(), args=browser.FLAGS)
        cookie = servers.a_cookie(options.database)
        dashboard = signed_in(chromium, options.dashboard, options.username, options.password)
        say(f"{dashboard.charts} charts; the board fills its caches")
        in_process(board_round, server.port, cookie, 1)
        servers.quiet(server)
        for number in range(options.browser_runs + 2):
            opened = {BOARD: browser.overview(chromium, server, cookie, townships)}
            for name, complete in ((DRAWN, CHARTS_DRAWN), (STILL, CHARTS_STILL)):
                opened[name] = browser.first_load(chromium, dashboard.url, dashboard.cookies, complete, dashboard.charts)
            say("; ".join(f"{name} {each.seconds:.2f} s, {each.megabytes:.2f} MB" for name, each in opened.items()))
            for name, each in opened.items() if number >= 2 else ():  # the first two warm both processes of a side
                loads[name].append(each)
        chromium.close()
        for _ in range(options.rounds):
            rounds[BOARD].append(in_process(board_round, server.port, cookie, options.seconds))
            rounds[CACHED].append(in_process(superset_round, dashboard, False, options.seconds))
            rounds[UNCACHED].append(in_process(superset_round, dashboard, True, options.seconds))
            say(", ".join(f"{name} {found[-1].per_second:.1f}/s" for name, found in rounds.items()))
    lines = part(rounds, loads, dashboard.charts)
    print("\n".join(lines))
    results.write(lines, " · `python -m bench.beside`", options.output)


if __name__ == "__main__":
    main()
