"""What a loading writes, row by row with the values before it: kept beside the log so that the loading can be taken back whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, Connection, Table, bindparam, func, insert, select

from data_access.board_tables import BoardImportChange
from data_access.freshness import marked_at_once
from data_access.tables import Table as Base

AT_ONCE = 5000


def key_column(table: Table) -> Any:
    return next(column for column in table.columns if column.primary_key)


def told(value: Any) -> Any:
    """A value as JSON keeps it."""
    return value.isoformat() if isinstance(value, date | datetime) else value


HOW_IT_CAME = "backfilled"
"""Says how a row came, not what it holds."""


def digest_of(table: Table, row: Mapping[str, Any]) -> str:
    """The same for the values that were written and for the row as it is read again; empty columns say nothing."""
    apart = (key_column(table).name, HOW_IT_CAME)
    parts = []
    for name in sorted(row):
        value = row[name]
        if value is not None and name not in apart:
            parts.append(
                f"{name}={int(value) if isinstance(value, bool) else float(value) if isinstance(value, int | float) else told(value)}"
            )
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:20]


class Journal:
    """Collects, then writes at once. Reversed, it leads back to where the database was."""

    def __init__(self, import_id: int) -> None:
        self.import_id = import_id
        self._rows: list[dict[str, Any]] = []

    def _note(self, table: Table, key: Any, before: str | None, after: str | None) -> None:
        self._rows.append({"import_id": self.import_id, "table_name": table.name, "row_key": str(key), "before": before, "after": after})

    def added(self, table: Table, rows: Iterable[tuple[Any, Mapping[str, Any]]]) -> None:
        for key, row in rows:
            self._note(table, key, None, digest_of(table, row))

    def changed(self, connection: Connection, table: Table, values: Mapping[Any, Mapping[str, Any]]) -> None:
        """Before the update is made. ``values``: by key what is about to be written."""
        key = key_column(table)
        for row in _rows(connection, table, list(values)):
            new = values[row[key.name]]
            before, after = ({name: told(source[name]) for name in new} for source in (row, new))
            self._note(table, row[key.name], json.dumps(before, ensure_ascii=False), json.dumps(after, ensure_ascii=False))

    def removed(self, connection: Connection, table: Table, keys: Sequence[Any]) -> None:
        """Before the deletion is made."""
        for row in _rows(connection, table, keys):
            whole = json.dumps({name: told(value) for name, value in row.items()}, ensure_ascii=False)
            self._note(table, row[key_column(table).name], whole, None)

    def write(self, connection: Connection) -> None:
        for start in range(0, len(self._rows), AT_ONCE):
            connection.execute(insert(BoardImportChange), self._rows[start : start + AT_ONCE])


def added_rows(
    connection: Connection, table: type[Base], rows: Sequence[Mapping[str, Any]], journal: Journal, *, in_order: bool = False
) -> list[Mapping[str, Any]]:
    """Inserts and notes; returns the rows as the database has them, in the order given only if asked: SQLite then takes them one by one."""
    made: list[Any] = []
    whole = table.metadata.tables[table.__tablename__]
    statement = insert(whole).returning(*whole.columns, sort_by_parameter_order=in_order)
    at_once = connection.dialect.name == "postgresql" and not in_order
    with marked_at_once(connection, table.__tablename__, rows):
        for start in range(0, len(rows), AT_ONCE):
            piece = list(rows[start : start + AT_ONCE])
            made += (connection.execute(_of_arrays(whole, piece)) if at_once else connection.execute(statement, piece)).mappings().all()
    key = key_column(whole).name
    journal.added(whole, ((row[key], row) for row in made))
    return made


def _of_arrays(table: Table, rows: Sequence[Mapping[str, Any]]) -> Any:
    """PostgreSQL: one short statement with an array a column, where thousands of parameters take longer to read than the rows to write."""
    names = list(rows[0])
    arrays = [bindparam(f"of_{name}", [row[name] for row in rows], ARRAY(table.c[name].type)) for name in names]
    return insert(table).from_select(names, select(*(func.unnest(array) for array in arrays))).returning(*table.columns)


def _rows(connection: Connection, table: Table, keys: Sequence[Any]) -> Iterable[dict[str, Any]]:
    for start in range(0, len(keys), AT_ONCE):
        query = select(table).where(key_column(table).in_(keys[start : start + AT_ONCE]))
        yield from (dict(row) for row in connection.execute(query).mappings())
