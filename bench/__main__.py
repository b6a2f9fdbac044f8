"""``python -m bench``: fills databases of its own, measures, writes bench/RESULTS.md. Nothing of yours is read or changed.

Bounded: at most 200 viewers, a fixed number of seconds a round, three runs a query; about 20 minutes with everything at its default
on a quiet machine with two cores, a quarter of an hour and more for ``--many-petitions`` and 30 for ``--tenfold``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from bench import (
    browser,
    commits,
    databases,
    first_readers,
    history,
    marks,
    petitions,
    queries,
    redraws,
    results,
    selection,
    servers,
    viewers,
)
from data_access.clock import beijing_now
from data_access.scope import Scope
from ingest.demo.world import Size

if TYPE_CHECKING:
    from playwright.sync_api import Browser

MOST_VIEWERS = 200
FIRST = "first reader of a server that started this moment, nothing was ever counted"
AGAIN = "the same, on a database that was counted before"
FILLED = "caches filled"
CLICKED = {"住夜": "/duty", "诉求": "/petitions", "三长": "/captains", "总览": "/"}
"""The pages that stand in the top line of the navigation."""


def say(text: str) -> None:
    print(f"{beijing_now():%H:%M:%S}  {text}", flush=True)


def opened_overviews(county: databases.Filled, folder: Path, runs: int) -> tuple[dict[str, list[browser.Overview]], dict[str, list[float]]]:
    """The overview by situation and seconds of clicks by page; empty where there is no Chromium."""
    program = browser.program()
    if not program:
        say("no Chromium: the overview in a browser is left out")
        return {}, {}
    from playwright.sync_api import sync_playwright

    cookie = servers.a_cookie(county.url)
    found: dict[str, list[browser.Overview]] = {FIRST: [], AGAIN: [], FILLED: []}
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=browser.FLAGS)
        with servers.running(county.url, "tuned", folder) as server:
            found[FIRST].append(browser.overview(chromium, server, cookie, county.townships))
            servers.quiet(server)
            for _ in range(runs):
                found[FILLED].append(browser.overview(chromium, server, cookie, county.townships))
            clicks = clicked(chromium, server, cookie, runs)
        for _ in range(runs):
            with servers.running(county.url, "tuned", folder) as server:
                found[AGAIN].append(browser.overview(chromium, server, cookie, county.townships))
        chromium.close()
    return found, clicks


def clicked(chromium: Browser, server: servers.Server, cookie: str, runs: int) -> dict[str, list[float]]:
    """Seconds from a click in the navigation to the data, by page; the pages one after another, as many times round as there are runs."""
    found: dict[str, list[float]] = {name: [] for name in CLICKED}
    page = browser.opened(chromium, server, cookie)
    for _ in range(runs):
        for name, path in CLICKED.items():
            found[name].append(browser.seconds_to_page(page, path))
    page.context.close()
    return found


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
            servers.quiet(server)
            for kind in ("tick", "page"):
                for count in counts:
                    result = viewers.measured(server.port, cookie, count, kind, seconds)
                    found[settings].append(result)
                    p50 = result.quantile(0.5)
                    middle = "—" if p50 is None else f"{1000 * p50:.0f} ms"
                    say(f"{settings}, {count} viewers, {kind}: {result.per_second:.1f}/s, p50 {middle}, lost {result.lost} of {result.due}")
            memory[settings] = server.memory_mb()
    return found, memory


def redraws_by_settings(county: databases.Filled, folder: Path) -> dict[str, list[redraws.Redraw]]:
    found, cookie = {}, servers.a_cookie(county.url)
    for settings in servers.SETTINGS:
        with servers.running(county.url, settings, folder) as server:
            servers.quiet(server)
            found[settings] = redraws.measured(server, cookie)
        say(f"{settings}: " + ", ".join(f"{each.page} {each.cpu_ms:.0f} ms" for each in found[settings]))
    return found


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


def many_petitions(folder: Path, size: Size | None) -> tuple[list[int], list[list[petitions.PageSeconds]]]:
    """The pages of 诉求 on PostgreSQL with the county's petitions, then with 800,000."""
    counts, found = [], []
    folder.mkdir()
    with databases.postgresql(folder, 1, size) as county:
        for copies in (1, petitions.COPIES):
            if copies > 1:
                petitions.multiply(county.url, copies)
            count, pages = petitions.measured(county, folder)
            say(f"{count:,} petitions: " + ", ".join(f"{each.page} {each.first:.2f}/{each.again:.2f}/{each.shown:.2f} s" for each in pages))
            counts.append(count)
            found.append(pages)
    return counts, found


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="How quick the board is; writes bench/RESULTS.md")
    parser.add_argument("--viewers", type=int, nargs="*", default=[1, 20, 100, 200], help="simultaneous viewers, at most 200")
    parser.add_argument("--seconds", type=float, default=20, help="how long each round of viewers lasts (at most 120)")
    parser.add_argument("--browser-runs", type=int, default=5, help="overviews opened in Chromium; 0 leaves them out")
    parser.add_argument("--tenfold", action="store_true", help="queries on ×10 too (about 10 million rows, 4 GB of disk)")
    parser.add_argument("--no-postgresql", action="store_true", help="SQLite only")
    parser.add_argument("--no-queries", action="store_true", help="leave the queries out")
    parser.add_argument("--no-redraws", action="store_true", help="leave out what a page costs that is drawn again, and its first reader")
    parser.add_argument("--many-petitions", action="store_true", help="the pages of 诉求 on PostgreSQL, with 12,000 and 800,000 petitions")
    parser.add_argument("--marks", action="store_true", help="what change marks cost who loads 200,000 rows, on both databases")
    parser.add_argument("--commits", action="store_true", help="from a commit to every open board, with one process and with two")
    parser.add_argument("--history", action="store_true", help="what one commit costs to count again with 3 and with 30 months of records")
    parser.add_argument("--tiny", action="store_true", help="a miniature county: to try the benchmark itself, the figures say nothing")
    parser.add_argument("--output", type=Path, default=results.FILE)
    options = parser.parse_args(arguments)
    if any(not 1 <= count <= MOST_VIEWERS for count in options.viewers) or not 1 <= options.seconds <= 120:
        parser.error(f"at most {MOST_VIEWERS} viewers and 120 seconds a round")
    size = databases.TINY if options.tiny else None
    given = " ".join(sys.argv[1:] if arguments is None else arguments)

    def keep(*parts: Sequence[str]) -> None:
        for part in parts:
            results.write(part, f" · `{given}`" if given else "", options.output)

    with databases.a_folder() as folder:
        say("filling county ×1 on SQLite")
        county = databases.sqlite(folder, 1, size)
        if options.browser_runs:
            found, clicks = opened_overviews(county, folder, options.browser_runs)
            for what, overviews in found.items():
                say(f"{what}: {results.seconds([each.seconds for each in overviews])}")
            for what, taken in clicks.items():
                say(f"{what}: {results.seconds(taken)}")
            if found:
                keep(results.overview_part(found), results.clicks_part(clicks))
        if not options.no_redraws:
            keep(results.redraws_part(redraws_by_settings(county, folder)))
            keep(results.first_readers_part(first_readers.measured(county, folder)))
        if options.viewers:
            keep(results.viewers_part(*rounds_of_viewers(county, folder, options.viewers, options.seconds)))
        if options.commits:
            shown = [commits.measured(county, folder, count, processes) for count, processes in ((1, 1), (100, 1), (MOST_VIEWERS, 2))]
            for each in shown:
                say(f"commit → {each.viewers} boards of {each.processes} processes: p95 {each.quantile(0.95):.2f} s, never {each.lost}")
            keep(results.commits_part(shown))
        if options.history:
            keep(results.history_part(*(history.measured(folder, months) for months in history.MONTHS)))
        if not options.no_queries:
            postgresql = not options.no_postgresql
            measured = measured_queries(folder, county, postgresql=postgresql, tenfold=options.tenfold, size=size)
            keep(results.queries_part(*measured))
        if options.many_petitions:
            keep(results.petitions_part(*many_petitions(folder / "petitions", size)))
        if options.marks:
            (folder / "marks").mkdir()
            loadings = marks.both(folder / "marks")
            for each in loadings:
                say(f"{each.database}, {each.way}: {each.without:.2f} s, with marks {each.with_marks:.2f} s, {each.ratio:.2f}×")
            keep(results.marks_part(loadings))
        keep(results.selection_part({count: selection.seconds(count) for count in selection.SIZES}))
    say(f"written: {options.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
