"""Every fact the indicators are made from: milliseconds, statements, rows the database read and rows it returned."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, event

from bench.databases import Filled
from data_access.clock import beijing_now
from data_access.engine import engine
from data_access.facts import FACTS
from data_access.scope import Scope
from metrics.definition import Span
from metrics.period import Period, PeriodKind
from metrics.registry import REGISTRY
from metrics.vocabulary import Level
from reports.frames import question
from reports.source import DatabaseSource, window


@dataclass(frozen=True)
class Measured:
    """One fact on one database. ``read``: rows that PostgreSQL's plan visited in tables and indexes; SQLite does not tell."""

    fact: str
    milliseconds: float
    statements: int
    returned: int
    read: int | None


def asked_facts() -> dict[str, tuple[Level, Span]]:
    """Each fact at the level and over the stretch of days that the first indicator needing it asks for."""
    found: dict[str, tuple[Level, Span]] = {}
    for entry in REGISTRY.values():
        for level in (Level.TOWNSHIP, *entry.levels):
            if level in entry.levels:
                for name, span in entry.needs_at(level).items():
                    found.setdefault(name, (level, span))
    return {name: found[name] for name in FACTS if name in found}


@contextmanager
def heard(connection: Connection) -> Iterator[list[tuple[str, Any]]]:
    """The statements a connection runs meanwhile."""
    statements: list[tuple[str, Any]] = []

    def hear(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        statements.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", hear)
    yield statements
    event.remove(connection, "before_cursor_execute", hear)


SETTING = "SET "
"""What a query tells its planner, and reads nothing."""


def rows_visited(connection: Connection, statement: str, parameters: Any) -> int:
    """Rows that the scans of a PostgreSQL plan produced or discarded, by EXPLAIN ANALYZE."""
    cursor: Any = connection.connection.cursor()
    cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}", parameters)
    answer = cursor.fetchone()[0]
    plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]

    def visited(node: dict[str, Any]) -> int:
        own = 0
        if "Scan" in node["Node Type"] and ("Relation Name" in node or "Index Name" in node) and node["Node Type"] != "Bitmap Heap Scan":
            discarded = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
            own = round((node["Actual Rows"] + discarded) * node["Actual Loops"])
        return own + sum(visited(child) for child in node.get("Plans", []))

    return visited(plan)


def measured(filled: Filled, scope: Scope, runs: int = 3) -> list[Measured]:
    """Medians over ``runs``; the first, which reads from the disk and compiles, is not counted."""
    as_of, results = beijing_now().date(), []
    month = Period.holding(PeriodKind.MONTH, as_of)
    with engine(filled.url).connect() as connection:
        source = DatabaseSource(connection, scope)
        for name, (level, span) in asked_facts().items():
            asked = window(question(source, level, month, as_of), span)
            with heard(connection) as statements:
                frame = FACTS[name].query(scope, connection, asked)
            taken = []
            for _ in range(runs):
                began = time.perf_counter()
                FACTS[name].query(scope, connection, asked)
                taken.append(1000 * (time.perf_counter() - began))
            read = None
            if filled.name == "PostgreSQL":
                read = sum(rows_visited(connection, *each) for each in statements if not each[0].startswith(SETTING))
            results.append(Measured(name, statistics.median(taken), len(statements), len(frame), read))
    return results
