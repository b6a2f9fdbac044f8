"""Bulk writing: columns of arrays into a table, the quickest honest way each database has.

While the load runs the secondary indexes are away (built once at the end, from the database's own definitions), and on
SQLite the row-level change marks too; the marks are then raised by the rows that are there, which is what the triggers would have done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from sqlalchemy import Connection, text

from data_access.freshness import as_ddl, drop_mark_triggers, mark_triggers, marks_of_all_rows
from data_access.tables import CONTRACT

PIECE = 50_000
"""Rows handed to the driver at a time: bounds the memory that Python objects take."""


def as_values(values: object, first: int, last: int, backend: str) -> list[object]:
    """A slice of a column as Python values for the driver. Negative integers, NaN and NaT are NULL."""
    if not isinstance(values, np.ndarray | list):
        return [values] * (last - first)
    piece = values[first:last]
    if isinstance(piece, list):
        return piece
    if piece.dtype.kind == "M":
        if backend == "sqlite":  # SQLite keeps text: the same form as the tables' own types write
            written = np.datetime_as_string(piece, unit="D" if piece.dtype == np.dtype("datetime64[D]") else "s").tolist()
            return [None if one == "NaT" else one.replace("T", " ") for one in written]
        return piece.tolist()
    if piece.dtype.kind in "iu":
        return [None if one < 0 else one for one in piece.tolist()] if (piece < 0).any() else piece.tolist()
    if piece.dtype.kind == "f":
        return [None if one != one else one for one in piece.tolist()]
    return piece.tolist()


class BulkSink:
    """Writes into an open transaction; counts rows per table; tells ``progress`` after each piece."""

    def __init__(self, connection: Connection, progress: Callable[[int], None] = lambda rows: None) -> None:
        self.backend = connection.dialect.name
        self.rows: dict[str, int] = {}
        self._cursor: Any = connection.connection.cursor()
        self._progress = progress

    def write(self, table: str, columns: dict[str, object], length: int) -> None:
        names = list(columns)
        for first in range(0, length, PIECE):
            last = min(first + PIECE, length)
            rows = zip(*(as_values(columns[name], first, last, self.backend) for name in names), strict=True)
            if self.backend == "sqlite":
                self._cursor.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})", rows)
            else:
                with self._cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
            self._progress(last - first)
        self.rows[table] = self.rows.get(table, 0) + length


def _secondary_indexes(connection: Connection) -> dict[str, str]:
    """Index name → its DDL, for the contract's tables; those behind a constraint stay."""
    if connection.dialect.name == "sqlite":
        found = connection.execute(text("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"))
    else:
        found = connection.execute(
            text(
                "SELECT i.indexname, i.tablename, i.indexdef FROM pg_indexes i WHERE i.schemaname = current_schema() AND NOT EXISTS "
                "(SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)"
            )
        )
    return {name: ddl for name, table, ddl in found if table in CONTRACT}


@contextmanager
def bulk_load(connection: Connection, sink: BulkSink) -> Iterator[None]:
    """Around a load in one transaction: indexes (on SQLite triggers too) away and back; marks and sequences as if they had stayed."""
    sqlite = connection.dialect.name == "sqlite"
    indexes = _secondary_indexes(connection)
    for name in indexes:
        connection.execute(as_ddl(f"DROP INDEX {name}"))
    if sqlite:
        for statement in drop_mark_triggers():
            connection.execute(as_ddl(statement))
    yield
    for ddl in indexes.values():
        connection.execute(as_ddl(ddl))
    if sqlite:
        for statement in mark_triggers("sqlite"):
            connection.execute(as_ddl(statement))
    for table in sink.rows:
        if sqlite:
            connection.execute(as_ddl(marks_of_all_rows(table)))
        elif table not in ("area", "department"):  # ids were given, so the sequences must be told
            connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"))
