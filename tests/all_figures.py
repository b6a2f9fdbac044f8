"""Every figure of a county at once, as plain values that two databases can be compared by."""

from __future__ import annotations

import math
from typing import Any

from sqlalchemy import Connection, Engine

from data_access.scope import Scope
from metrics.period import Period
from metrics.registry import REGISTRY
from metrics.vocabulary import Level
from reports.frames import indicator_frame
from reports.source import DatabaseSource
from tests.random_worlds import AS_OF, stored

MADE_OF_OTHERS = {"quality.perfect"}
"""Lists units whose other figures stand at 100%: what holds for those holds for the list."""

Figures = dict[tuple[str, str], dict[str, Any]]


def plain(value: Any) -> Any:
    if value is None or value != value or str(value) == "<NA>":
        return None
    return round(float(value), 9) if isinstance(value, float) and not math.isnan(value) else value


def figures(connection: Connection, scope: Scope, levels: tuple[Level, ...], period: Period) -> Figures:
    """Every indicator at these levels: (id, level) → code → k, n, value, rank, status."""
    source, found = DatabaseSource(connection, scope), {}
    for entry in REGISTRY.values():
        for level in set(levels) & set(entry.levels):
            if entry.id not in MADE_OF_OTHERS:
                frame = indicator_frame(source, entry, level, period, AS_OF)
                found[entry.id, str(level)] = {
                    row["code"]: tuple(plain(row[column]) for column in ("k", "n", "value", "rank", "status"))
                    for row in frame.to_dict("records")
                }
    return found


def answered(database: Engine, rows: list, scope: Scope, levels: tuple[Level, ...], period: Period) -> Figures:
    """The figures of a database that holds these rows and nothing else."""
    with database.connect() as connection:
        stored(connection, rows)
        try:
            return figures(connection, scope, levels, period)
        finally:
            connection.rollback()


def differing(one: Figures, other: Figures) -> dict:
    return {key: (one.get(key), other.get(key)) for key in one.keys() | other.keys() if one.get(key) != other.get(key)}
