"""RESULTS.md: counts and ratios with the date and the machine, so that a reader can tell what to believe."""

from __future__ import annotations

import math
import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from bench.browser import Overview
from bench.commits import COMMITS, Shown
from bench.databases import Filled
from bench.first_readers import FirstReader
from bench.history import Recount
from bench.marks import ROWS, Loading
from bench.marks import RUNS as MARK_RUNS
from bench.petitions import COPIES, RUNS, PageSeconds
from bench.queries import Measured
from bench.redraws import RUNS as REDRAWS
from bench.redraws import Redraw
from bench.viewers import EVERY, PATIENCE, Round
from data_access.clock import beijing_now

FILE = Path(__file__).with_name("RESULTS.md")


def machine() -> str:
    model = next(
        (line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), platform.processor() or "?"
    )
    memory = psutil.virtual_memory().total / 2**30
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} × {model}, {memory:.0f} GiB, {platform.system()} {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}, load {load:.1f}"
    )


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    aligned = ["---", *("---:" for _ in head[1:])]
    return [f"| {' | '.join(each)} |" for each in (head, aligned, *rows)]


def seconds(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.2f} s ({min(values):.2f}–{max(values):.2f})" if values else "—"


def written(value: float | None, digits: int = 0, unit: str = "") -> str:
    return "—" if value is None else f"{value:,.{digits}f}{unit}"


def overview_part(opened: Mapping[str, Sequence[Overview]]) -> list[str]:
    rows = [
        (what, seconds([each.seconds for each in runs]), written(max(each.megabytes for each in runs), 2, " MB"), str(len(runs)))
        for what, runs in opened.items()
    ]
    return [
        "## From an empty browser to a complete overview (总览)",
        "",
        "Chromium with an empty profile and a signed-in cookie, county ×1 on SQLite, 1440 × 900. The clock runs from the first",
        "request until the leaderboards are drawn and nothing is being drawn anew. Median (least–most). Megabytes are files as they",
        "came, packed, and the messages of the socket unpacked.",
        "",
        *table(("situation", "seconds", "over the wire", "runs"), rows),
    ]


def clicks_part(clicked: Mapping[str, Sequence[float]]) -> list[str]:
    rows = [(what, seconds(taken), str(len(taken))) for what, taken in clicked.items()]
    return [
        "## From a click to the next page's data",
        "",
        "The same Chromium and server with caches filled; from a click in the navigation until the page stands and nothing is being",
        "drawn. Median (least–most).",
        "",
        *table(("page", "seconds", "clicks"), rows),
    ]


def page_seconds(value: float) -> str:
    if math.isnan(value):
        return "—"
    return f"over {PATIENCE:.0f} s" if math.isinf(value) else f"{value:.2f} s"


def petitions_part(counts: Sequence[int], found: Sequence[Sequence[PageSeconds]]) -> list[str]:
    head = ["page", *(f"{what}, {count:,}" for count in counts for what in ("first", "again", "shown after"))]
    rows = [
        [pages[0].page, *(page_seconds(value) for each in pages for value in (each.first, each.again, each.shown))]
        for pages in zip(*found, strict=True)
    ]
    return [
        "## 诉求 with 800,000 petitions",
        "",
        f"PostgreSQL with its default settings; the county's petitions, then each {COPIES} times with its events and ratings. Seconds",
        "until the page's figures stand, as a websocket client sees it, for the petition office: first (nobody has asked before, caches",
        "warmed at start; lines and what was before are drawn when they are there), and again; “shown after”: from another program's",
        "change to a petition until the open page has been drawn with it, as the server tells it, unasked.",
        f"Medians of {RUNS}.",
        "",
        *table(head, rows),
    ]


def marks_part(loadings: Sequence[Loading]) -> list[str]:
    rows = [
        (
            f"{each.database} · {each.way}",
            f"{each.without:.2f} s",
            written(each.idle, 2, " s"),
            f"{each.with_marks:.2f} s",
            f"{each.ratio:.2f}×",
        )
        for each in loadings
    ]
    return [
        "## What change marks cost who writes",
        "",
        f"{ROWS:,} night stays over thirteen months into one table with its indexes, in one transaction, without the triggers and with",
        f"them, taking turns in one run; the least of {MARK_RUNS} each. “idle trigger” is one that does nothing: SQLite copies each page",
        "that a statement changes as soon as its table has any trigger. Ledgers: the rows read back and each with its line of the journal,",
        "as `added_rows` does it; each month is raised once. Any other writer pays a trigger a statement on PostgreSQL, and on SQLite one",
        "a row, which asks by each key whether a row is replaced, and raises: SQLite tells a trigger nothing of its transaction.",
        "",
        *table(("loading", "without", "idle trigger", "with marks", "ratio"), rows),
    ]


def selection_part(taken: Mapping[int, float]) -> list[str]:
    rows = [(f"{size:,} candidates × 2,000 resamples", f"{value:.2f} s") for size, value in taken.items()]
    return ["## Selection: intervals, chances, stability, neighbours that cannot be told apart", "", *table(("ranking", "seconds"), rows)]


def viewers_part(rounds: Mapping[str, Sequence[Round]], memory: Mapping[str, float]) -> list[str]:
    names = {
        "page": "The whole overview is drawn anew (what happens to every open board when data have changed)",
        "tick": "The live tick finds nothing new (what happens the rest of the time)",
    }
    lines = [
        "## Simultaneous viewers",
        "",
        f"Each viewer holds a websocket and a session of its own and refreshes every {EVERY:g} s; viewers and server share the cores.",
        "“due” counts the refreshes that were to happen, “lost” those not answered before the next was due, or never; p50 and p95",
        "are over those answered.",
        "**Defaults** are Streamlit's own: file watcher on, a full garbage collection after each rerun, magic on.",
    ]
    for kind, words in names.items():
        chosen = {settings: [each for each in found if each.kind == kind] for settings, found in rounds.items()}
        if not any(chosen.values()):
            continue
        rows = [
            (
                f"{each.viewers} · {settings}",
                written(each.per_second, 1),
                written(1000 * p50 if (p50 := each.quantile(0.5)) is not None else None, 0, " ms"),
                written(1000 * p95 if (p95 := each.quantile(0.95)) is not None else None, 0, " ms"),
                str(each.due),
                str(each.lost),
            )
            for position in range(max(len(found) for found in chosen.values()))
            for settings, found in chosen.items()
            for each in found[position : position + 1]
        ]
        lines += ["", f"### {words}", "", *table(("viewers · settings", "reruns/s", "p50", "p95", "due", "lost"), rows)]
        lines += ["", *ratios(chosen)]
    lines += ["", "Memory of the server after all rounds: " + ", ".join(f"{name} {size:,.0f} MB" for name, size in memory.items()) + "."]
    return lines


def redraws_part(found: Mapping[str, Sequence[Redraw]]) -> list[str]:
    tuned, defaults = found["tuned"], found["defaults"]
    rows = [
        (one.page, f"{one.cpu_ms:.0f} ms", f"{other.cpu_ms:.0f} ms", f"{other.cpu_ms / max(one.cpu_ms, 1):.1f}×", f"{one.elements:.0f}")
        for one, other in zip(tuned, defaults, strict=True)
    ]
    return [
        "## A page drawn again, nothing to be counted",
        "",
        f"Processor time of the server (not seconds: other work on the machine does not count), mean of {REDRAWS} drawings of the",
        "whole page. **Defaults** are Streamlit's own settings, files watched by polling. Elements are those sent, by hash",
        "where the browser holds them already.",
        "",
        *table(("page", "tuned", "defaults", "defaults ÷ tuned", "elements"), rows),
        "",
        f"One process on one core draws {1000 / max(tuned[0].cpu_ms, 1):.0f} whole overviews a second.",
    ]


def first_readers_part(found: Sequence[FirstReader]) -> list[str]:
    return [
        "## The first reader of each page",
        "",
        "A server that started this moment, on a database that was counted before, one for each page: seconds over the websocket",
        "until the page is drawn whole.",
        "",
        *table(("page", "seconds", "elements"), [(each.page, f"{each.seconds:.2f} s", f"{each.elements}") for each in found]),
    ]


def history_part(short: Recount, long: Recount) -> list[str]:
    rows = [
        (what, f"{one:.1f} s", f"{ten:.1f} s", f"{ten / max(one, 0.01):.2f}×")
        for what, one, ten in (
            ("never counted before", short.from_nothing, long.from_nothing),
            ("after one commit into the running month", short.after_a_commit, long.after_a_commit),
            ("nothing new", short.nothing_new, long.nothing_new),
        )
    ]
    return [
        "## Counting again over a long history",
        "",
        f"County ×1 on SQLite with {short.months} months of records ({short.rows:,} rows) and with {long.months} ({long.rows:,}).",
        "Every indicator of the townships, this month and the eleven before, by a process that has just started. Seconds of its",
        "processor, the database's included.",
        "",
        *table(("state", f"{short.months} months", f"{long.months} months", "ratio"), rows),
    ]


def commits_part(shown: Sequence[Shown]) -> list[str]:
    rows = [
        (
            f"{each.viewers} · {each.processes}",
            f"{each.quantile(0.5):.2f} s",
            f"{each.quantile(0.95):.2f} s",
            str(len(each.seconds)),
            str(each.lost),
            f"{each.memory_mb:,.0f} MB",
        )
        for each in shown
    ]
    return [
        "## From a commit to every open board",
        "",
        f"Another program files an overdue petition, {COMMITS} times; each viewer has the overview open and ticks as a browser does.",
        "Seconds from the commit until his page has been drawn whole with the new figure. Viewers and server share the cores. Memory is",
        "that of all the server's processes afterwards.",
        "",
        *table(("viewers · processes", "p50", "p95", "seen", "never", "memory"), rows),
    ]


def ratios(chosen: Mapping[str, Sequence[Round]]) -> list[str]:
    """Tuned against defaults at the same number of viewers, where both answered."""
    found = []
    for tuned, plain in zip(chosen.get("tuned", ()), chosen.get("defaults", ()), strict=False):
        one, other = tuned.quantile(0.5), plain.quantile(0.5)
        if one and other:
            found.append(
                f"{tuned.viewers} viewers: p50 {other / one:.1f}× shorter, {tuned.per_second / max(plain.per_second, 0.01):.1f}× the reruns"
            )
        elif one:
            found.append(f"{tuned.viewers} viewers: the defaults answered nothing")
    return [f"Tuned against defaults — {'; '.join(found)}."] if found else []


def queries_part(filled: Sequence[Filled], found: Mapping[str, Sequence[Measured]]) -> list[str]:
    columns = list(found)
    by_fact = {name: {each.fact: each for each in measured} for name, measured in found.items()}
    facts = list(dict.fromkeys(each.fact for measured in found.values() for each in measured))
    head = ["fact", "statements", *(f"{name} ms" for name in columns), *(f"{name} rows" for name in columns), "rows read"]
    rows = []
    for fact in facts:
        cells = [by_fact[name].get(fact) for name in columns]
        some = next(cell for cell in cells if cell is not None)
        read = [f"{cell.read:,}" for cell in cells if cell is not None and cell.read is not None]
        rows.append(
            [
                f"`{fact}`",
                str(some.statements),
                *(written(cell.milliseconds if cell else None, 1) for cell in cells),
                *(written(cell.returned if cell else None) for cell in cells),
                " / ".join(read) or "—",
            ]
        )
    sizes = [(f"{each.name} ×{each.scale}", f"{each.rows:,}", f"{each.seconds:.0f} s") for each in filled]
    totals = [f"{name} {sum(each.milliseconds for each in measured):,.0f} ms" for name, measured in found.items()]
    return [
        "## Queries",
        "",
        "Each fact that indicators are made from, asked as the overview of this month asks it (those of weeks and quarters: over",
        "these). Milliseconds are medians of three after a first run, with the frame built. “statements” are SQL statements a fact:",
        "their number does not grow with units. “rows” came back; “rows read” were visited by PostgreSQL's scans (EXPLAIN ANALYZE),",
        "×1 first where ×10 follows.",
        "",
        *table(("database", "rows", "filled in"), sizes),
        "",
        *table(head, rows),
        "",
        f"All of them once: {', '.join(totals)}.",
    ]


HEAD = [
    "# Benchmark",
    "",
    "`make bench` writes this file, a section at a time; one that is not measured anew stays. Everything runs on one machine over",
    "the loopback: compare ratios and counts, not milliseconds, with those of another one.",
]


def sections(file: Path) -> dict[str, list[str]]:
    """What the file holds: heading → its lines."""
    found: dict[str, list[str]] = {}
    for line in _lines(str(file)):
        if line.startswith("## "):
            found[line] = []
        if found:
            next(reversed(found.values())).append(line)
    return found


def write(part: Sequence[str], settings: str, file: Path = FILE) -> None:
    """Puts a part (its first line the heading) in its place, with when and on what it was measured."""
    held = sections(file)
    held[part[0]] = [*part, "", f"*{beijing_now():%Y-%m-%d %H:%M} (Beijing) · {machine()}{settings}*"]
    texts = ["\n".join(lines).strip() for lines in (HEAD, *held.values())]
    file.write_text("\n\n".join(texts) + "\n", encoding="utf-8")
