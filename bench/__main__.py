"""``python -m bench``: fills databases of its own, measures, writes bench/RESULTS.md. Nothing of yours is read or changed.

Bounded: at most 200 viewers, a fixed number of seconds a round, three runs a query; about 15 minutes with everything at its default
on a quiet machine with two cores, and about 30 more for ``--tenfold``.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from bench import browser, databases, queries, results, servers, viewers
from data_access.clock import beijing_now
from data_access.scope import Scope
from ingest.demo.world import Size

MOST_VIEWERS = 200
FIRST = "first reader of a server that started this moment"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WARM_SECONDS = 180
"""How long the server may take to fill its caches before the viewers come."""


def say(text: str) -> None:
    print(f"{beijing_now():%H:%M:%S}  {text}", flush=True)


def opened_overviews(county: databases.Filled, folder: Path, runs: int) -> dict[str, list[float]]:
    """Seconds by situation; empty where there is no Chromium."""
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), None)
    if not program:
        say("no Chromium: the overview in a browser is left out")
        return {}
    from playwright.sync_api import sync_playwright

    cookie = servers.a_cookie(county.url)
    found: dict[str, list[float]] = {FIRST: [], "caches filled": []}
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=browser.FLAGS)
        with servers.running(county.url, "tuned", folder) as server:
            found[FIRST].append(browser.seconds_to_overview(chromium, server, cookie, county.townships))
            for _ in range(runs):
                found["caches filled"].append(browser.seconds_to_overview(chromium, server, cookie, county.townships))
        chromium.close()
    return found


def quiet(server: servers.Server) -> None:
    """Waits until the server has filled its caches: it then uses no processor time."""
    server.process.cpu_percent()
    calm, end = 0, time.monotonic() + WARM_SECONDS
    while calm < 3 and time.monotonic() < end:
        time.sleep(1)
        calm = calm + 1 if server.process.cpu_percent() < 8 else 0


def rounds_of_viewers(
    county: databases.Filled, folder: Path, counts: Sequence[int], seconds: float
) -> tuple[dict[str, list[viewers.Round]], dict[str, float]]:
    found: dict[str, list[viewers.Round]] = {}
    memory: dict[str, float] = {}
    cookie = servers.a_cookie(county.url)
    for settings in servers.SETTINGS:
        found[settings] = []
        with servers.running(county.url, settings, folder) as server:
            viewers.measured(server.port, cookie, 1, "page", 1)  # the first reader fills what no later one waits for
            quiet(server)
            for kind in ("tick", "page"):
                for count in counts:
                    result = viewers.measured(server.port, cookie, count, kind, seconds)
                    found[settings].append(result)
                    p50 = result.quantile(0.5)
                    middle = "—" if p50 is None else f"{1000 * p50:.0f} ms"
                    say(f"{settings}, {count} viewers, {kind}: {result.per_second:.1f}/s, p50 {middle}, lost {result.lost} of {result.due}")
            memory[settings] = server.memory_mb()
    return found, memory


def measured_queries(
    folder: Path, county: databases.Filled, *, postgresql: bool, tenfold: bool, size: Size | None
) -> tuple[list[databases.Filled], dict[str, list[queries.Measured]]]:
    filled, found = [], {}
    with ExitStack() as stack:
        for scale in (1, 10) if tenfold else (1,):
            pair = [county if scale == 1 else databases.sqlite(folder, scale, size)]
            if postgresql:
                pair.append(stack.enter_context(databases.postgresql(folder, scale, size)))
            for database in pair:
                say(f"{database.name} ×{scale}: {database.rows:,} rows in {database.seconds:.0f} s; asking every fact")
                found[f"{database.name} ×{scale}"] = queries.measured(database, Scope.operator())
            filled += pair
    return filled, found


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="How quick the board is; writes bench/RESULTS.md")
    parser.add_argument("--viewers", type=int, nargs="*", default=[1, 20, 100, 200], help="simultaneous viewers, at most 200")
    parser.add_argument("--seconds", type=float, default=20, help="how long each round of viewers lasts (at most 120)")
    parser.add_argument("--browser-runs", type=int, default=5, help="overviews opened in Chromium; 0 leaves them out")
    parser.add_argument("--tenfold", action="store_true", help="queries on ×10 too (about 10 million rows, 4 GB of disk)")
    parser.add_argument("--no-postgresql", action="store_true", help="SQLite only")
    parser.add_argument("--no-queries", action="store_true", help="leave the queries out")
    parser.add_argument("--tiny", action="store_true", help="a miniature county: to try the benchmark itself, the figures say nothing")
    parser.add_argument("--output", type=Path, default=results.FILE)
    options = parser.parse_args(arguments)
    if any(not 1 <= count <= MOST_VIEWERS for count in options.viewers) or not 1 <= options.seconds <= 120:
        parser.error(f"at most {MOST_VIEWERS} viewers and 120 seconds a round")
    parts, size = [], databases.TINY if options.tiny else None
    with databases.a_folder() as folder:
        say("filling county ×1 on SQLite")
        county = databases.sqlite(folder, 1, size)
        if options.browser_runs:
            found = opened_overviews(county, folder, options.browser_runs)
            for what, taken in found.items():
                say(f"{what}: {results.seconds(taken)}")
            if found:
                parts.append(results.overview_part(found))
        if options.viewers:
            parts.append(results.viewers_part(*rounds_of_viewers(county, folder, options.viewers, options.seconds)))
        if not options.no_queries:
            postgresql = not options.no_postgresql
            measured = measured_queries(folder, county, postgresql=postgresql, tenfold=options.tenfold, size=size)
            parts.append(results.queries_part(*measured))
    given = " ".join(sys.argv[1:] if arguments is None else arguments)
    results.write(parts, f" (`{given}`)" if given else "", options.output)
    say(f"written: {options.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
