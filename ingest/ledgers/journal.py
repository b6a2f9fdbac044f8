"""What a loading writes, row by row with the values before it: kept beside the log so that the loading can be taken back whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, Connection, Insert, Table, bindparam, func, insert, select, update

from data_access.board_tables import BoardImportChange
from data_access.freshness import marked_at_once
from data_access.tables import Table as Base

AT_ONCE = 5000


def key_column(table: Table) -> Any:
    return next(column for column in table.columns if column.primary_key)


def told(value: Any) -> Any:
    """A value as JSON keeps it."""
    return value.isoformat() if isinstance(value, date | datetime) else value


_CHANGES: Any = BoardImportChange.__table__
HOW_IT_CAME = "backfilled"
"""Says how a row came, not what it holds."""


def digest_of(table: Table, row: Mapping[str, Any]) -> str:
    """The same for the values that were written and for the row as it is read again; empty columns say nothing."""
    key = key_column(table).name
    parts = [f"{name}={_said(row[name])}" for name in sorted(row) if row[name] is not None and name not in (key, HOW_IT_CAME)]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:20]


def _said(value: Any) -> Any:
    """A value in words that do not depend on the database: it may give 1 back for true, and 3.0 for 3."""
    if isinstance(value, bool):
        return int(value)
    return float(value) if isinstance(value, (int, float)) else told(value)


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
            inserted(connection, _CHANGES, self._rows[start : start + AT_ONCE])


def added_rows(
    connection: Connection, table: type[Base], rows: Sequence[Mapping[str, Any]], journal: Journal, *, in_order: bool = False
) -> list[Mapping[str, Any]]:
    """Inserts and notes; returns the rows as the database has them, in the order given only if asked: SQLite then takes them one by one."""
    made: list[Mapping[str, Any]] = []
    whole = table.metadata.tables[table.__tablename__]
    names = [column.name for column in whole.columns]
    statement = insert(whole).returning(*whole.columns, sort_by_parameter_order=in_order)
    at_once = connection.dialect.name == "postgresql" and not in_order
    with marked_at_once(connection, table.__tablename__, rows):
        for start in range(0, len(rows), AT_ONCE):
            piece = list(rows[start : start + AT_ONCE])
            done = (
                connection.execute(_of_arrays(whole, piece).returning(*whole.columns)) if at_once else connection.execute(statement, piece)
            )
            made += (dict(zip(names, row, strict=True)) for row in done.all())
    key = key_column(whole).name
    journal.added(whole, ((row[key], row) for row in made))
    return made


def inserted(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows of one form, which nobody asks for again."""
    if rows and connection.dialect.name == "postgresql":
        connection.execute(_of_arrays(table, rows))
    elif rows:
        connection.execute(insert(table), list(rows))


def updated(connection: Connection, table: Table, rows: Mapping[Any, Mapping[str, Any]]) -> None:
    """``rows``: by key the new values, of the same columns each."""
    if not rows:
        return
    key, names = key_column(table), list(next(iter(rows.values())))
    if connection.dialect.name == "postgresql":
        arrays = {
            "of_key": _array(key, list(rows)),
            **{f"to_{name}": _array(table.c[name], [row[name] for row in rows.values()]) for name in names},
        }
        given = select(*(func.unnest(array).label(name) for name, array in arrays.items())).subquery("given")
        moved: dict[str, Any] = {name: given.c[f"to_{name}"] for name in names}
        connection.execute(update(table).where(key == given.c.of_key).values(moved))
        return
    statement = update(table).where(key == bindparam("of_key")).values({name: bindparam(f"to_{name}") for name in names})
    connection.execute(statement, [{"of_key": of_key, **{f"to_{name}": row[name] for name in names}} for of_key, row in rows.items()])


def _of_arrays(table: Table, rows: Sequence[Mapping[str, Any]]) -> Insert:
    """PostgreSQL: one short statement with an array a column. Thousands of parameters take longer to read than the rows to write, and the
    driver's ``executemany`` is a statement, and so a change mark's trigger, a row."""
    names = list(rows[0])
    arrays = [_array(table.c[name], [row[name] for row in rows]) for name in names]
    return insert(table).from_select(names, select(*(func.unnest(array) for array in arrays)))


def _array(column: Any, values: list[Any]) -> Any:
    return bindparam(None, values, ARRAY(column.type))


def _rows(connection: Connection, table: Table, keys: Sequence[Any]) -> Iterable[dict[str, Any]]:
    for start in range(0, len(keys), AT_ONCE):
        query = select(table).where(key_column(table).in_(keys[start : start + AT_ONCE]))
        yield from (dict(row) for row in connection.execute(query).mappings())
