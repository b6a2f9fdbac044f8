"""Values of a column's own type, or none: whoever writes ``至今`` as a date is refused at once, on SQLite as on PostgreSQL.

SQLite keeps any text in any column, and a page that reads a date of it falls. PostgreSQL knows days that Python does not (``infinity``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from sqlalchemy import Boolean, Column, Connection, Date, DateTime, Float, Integer, func, select, text

from data_access.tables import CONTRACT, Table

FIRST_DAY, LAST_DAY = "0001-01-01", "9999-12-31"


class ForeignValues(ValueError):
    """The tables hold values of another type than the column's; the text (Chinese) says where."""


def value_guards(dialect: str, tables: Iterable[str] = CONTRACT, without: Collection[str] = ()) -> list[str]:
    """DDL that makes the database refuse what is not of the column's type.

    ``without``: columns that a database of that time has not yet.
    """
    typed = {name: [column for column in Table.metadata.tables[name].columns if column.name not in without] for name in tables}
    if dialect == "postgresql":
        return [
            f"ALTER TABLE {table} ADD CONSTRAINT board_day_{table}_{column.name} "
            f"CHECK ({column.name} BETWEEN '{FIRST_DAY}' AND '{LAST_DAY} 23:59:59')"
            for table, columns in typed.items()
            for column in columns
            if isinstance(column.type, Date | DateTime)
        ]
    return [
        f"CREATE TRIGGER board_type_{table}_{verb} BEFORE {verb.upper()} ON {table} BEGIN SELECT CASE {refusals} END; END"
        for table, columns in typed.items()
        if (refusals := " ".join(_refusal(table, *other) for other in _others(columns, "NEW.")))
        for verb in ("insert", "update")
    ]


def require_own_types(connection: Connection, tables: Iterable[str] = CONTRACT, without: Collection[str] = ()) -> None:
    """Raises :class:`ForeignValues` where a table holds what would be refused today. ``without``: as in :func:`value_guards`."""
    found, wrong_in = [], _others if connection.dialect.name == "sqlite" else _beyond
    for name in tables:
        typed = [column for column in Table.metadata.tables[name].columns if column.name not in without]
        for column, wrong, what in wrong_in(typed, ""):
            rows = connection.execute(select(func.count(), func.min(text(column))).select_from(text(name)).where(text(wrong))).one()
            if rows[0]:
                found.append(f"{name}.{column} 有 {rows[0]} 行不是{what},例如“{rows[1]}”")
    if found:
        raise ForeignValues("请先改正再升级:" + ";".join(found))


def _beyond(columns: Iterable[Column[object]], _row: str) -> Iterator[tuple[str, str, str]]:
    """The same on PostgreSQL, whose own types leave nothing wrong but a day beyond Python's."""
    for column in columns:
        if isinstance(column.type, Date | DateTime):
            yield column.name, f"{column.name} NOT BETWEEN '{FIRST_DAY}' AND '{LAST_DAY} 23:59:59'", "公元年内的日期"


def _refusal(table: str, column: str, wrong: str, what: str) -> str:
    return f"WHEN {wrong} THEN RAISE(ABORT, '{table}.{column} 不是{what}')"


def _others(columns: Iterable[Column[object]], row: str) -> Iterator[tuple[str, str, str]]:
    """Column, SQLite's condition that a value is of another type, and what it should be. A timestamp may have a fraction of a second.

    "+0 days": without it 30 February is what it says.
    """
    for column in columns:
        value = f"{row}{column.name}"
        if isinstance(column.type, Date):
            wrong, what = f"date({value}, '+0 days') IS NOT {value}", "日期(YYYY-MM-DD)"
        elif isinstance(column.type, DateTime):
            second = f"substr({value}, 1, 19)"
            wrong = f"datetime({second}, '+0 days') IS NOT {second} OR substr({value}, 20, 1) NOT IN ('', '.')"
            what = "时间(YYYY-MM-DD HH:MM:SS)"
        elif isinstance(column.type, Boolean):
            wrong, what = f"{value} NOT IN (0, 1)", "是否(0、1)"
        elif isinstance(column.type, Integer) and not column.primary_key:
            wrong, what = f"typeof({value}) <> 'integer'", "整数"
        elif isinstance(column.type, Float):
            wrong, what = f"typeof({value}) NOT IN ('integer', 'real')", "数字"
        else:
            continue
        yield column.name, f"{value} IS NOT NULL AND ({wrong})", what
