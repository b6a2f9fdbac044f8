"""Change marks: has anything been committed to a table since I last looked?

Triggers on every contract table raise a counter in the writer's own transaction (see ``BoardChangeMark``), so a mark
moves exactly when a commit becomes visible, whichever program made it. Reading all marks touches a few dozen rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import DDL, Connection, func, select

from data_access.board_tables import BoardChangeMark
from data_access.tables import CONTRACT

Marks = Mapping[tuple[str, int], int]


def mark_between(marks: Marks, table: str, first: date | None = None, last: date | None = None) -> int:
    """The part of a table's marks that rows dated within some days have (open where None)."""
    return marks.get((table, 0), 0)


def change_marks(connection: Connection) -> dict[tuple[str, int], int]:
    """Table name → number of statements (PostgreSQL) or rows (SQLite) that have changed it so far; untouched tables are absent."""
    rows = connection.execute(select(BoardChangeMark.table_name, func.sum(BoardChangeMark.version)).group_by(BoardChangeMark.table_name))
    return {(name, 0): int(version) for name, version in rows}


def freshness_mark(marks: Mapping[str, int], tables: Iterable[str]) -> tuple[int, ...]:
    """The part of the marks that ``tables`` depend on: a cache key."""
    return tuple(marks.get(table, 0) for table in tables)


def mark_triggers(dialect: str, tables: Iterable[str] = CONTRACT) -> list[str]:
    """DDL that makes every writer, ours or not, raise the marks."""
    if dialect == "sqlite":
        return [_sqlite_trigger(table, verb) for table in tables for verb in ("INSERT", "UPDATE", "DELETE")]
    if dialect == "postgresql":
        return [_POSTGRES_FUNCTION, *(_postgres_trigger(table) for table in tables)]
    raise ValueError(f"no change marks for the dialect {dialect!r}")


def drop_mark_triggers(dialect: str, tables: Iterable[str] = CONTRACT) -> list[str]:
    if dialect == "sqlite":
        return [f"DROP TRIGGER IF EXISTS board_mark_{table}_{verb}" for table in tables for verb in ("insert", "update", "delete")]
    return [f"DROP TRIGGER IF EXISTS board_mark ON {table}" for table in tables]


def _sqlite_trigger(table: str, verb: str) -> str:
    return (
        f"CREATE TRIGGER board_mark_{table}_{verb.lower()} AFTER {verb} ON {table} BEGIN "
        f"INSERT INTO board_change_mark (table_name, writer, version) VALUES ('{table}', 0, 1) "
        "ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END"
    )


_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION board_raise_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO board_change_mark AS m (table_name, writer, version) VALUES (TG_TABLE_NAME, pg_backend_pid(), 1)
  ON CONFLICT (table_name, writer) DO UPDATE SET version = m.version + 1;
  RETURN NULL;
END $$
"""


def _postgres_trigger(table: str) -> str:
    return (
        f"CREATE TRIGGER board_mark AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION board_raise_mark()"
    )


def as_ddl(statement: str) -> DDL:
    """DDL text with literal percent signs kept."""
    return DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
