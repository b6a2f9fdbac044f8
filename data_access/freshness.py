"""Change marks: has anything been committed to a table, of this month or that, since I last looked?

Triggers on every contract table raise a counter in the writer's own transaction (see ``BoardChangeMark``), so a mark
moves exactly when a commit becomes visible, whichever program made it. A mark belongs to the months of the rows' own dates, old and
new; month 0 holds what has no month and belongs to every range of months.

PostgreSQL raises a mark once a transaction: a load of a thousand statements writes one version of it, where each statement's own
would be searched by all that follow. SQLite raises it a row. Either way it moves with a commit, which is all that a mark says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any, TypeAlias

from sqlalchemy import DDL, Connection, Engine, UniqueConstraint, func, select, text

from data_access.board_tables import BoardChangeMark
from data_access.deadline import MARKS_SECONDS, within
from data_access.engine import reserved
from data_access.tables import CONTRACT, Table

MONTH_OF: Mapping[str, str] = {
    "night_stay": "night",
    "duty_roster": "night",
    "night_session": "held_on",
    "night_visit": "visited_on",
    "reception_slot": "day",
    "petition": "opened_at",
    "petition_event": "at",
    "petition_rating": "rated_at",
    "captain_visit": "visited_on",
    "captain_meeting": "held_on",
    "training_attendance": "held_on",
    "good_deed": "done_on",
}
"""Tables whose marks are kept by month → the column with the rows' own date. What stands at a moment (an area, an appointment, a
household), what is asked by year (survey_response, captain_mark) and what has no date of its own (night_lecturer) is marked whole.
A petition is marked in the month it was opened in, whatever changes in it later: what holds at a moment depends on all months up to it."""
MARKED = (*CONTRACT, "board_decision", "board_spot_check", "board_night_entry")
"""Tables with marks: the contract's, and decisions, spot checks and what units tell of a night, so that open pages notice one at once."""
EVERY_MONTH = 0
WRITERS = 256
"""Rows that a month of a table has at most on PostgreSQL."""
FOLDED = -1
"""The writer whose rows hold what many writers' held in closed months."""

Marks: TypeAlias = dict[tuple[str, int], int]
"""(table name, month as 202611 or 0) → how often it has been changed; what was never changed is absent."""


def change_marks(connection: Connection) -> Marks:
    """All marks: the number of transactions (PostgreSQL) or rows (SQLite) that have changed a table's month so far."""
    mark = BoardChangeMark
    rows = connection.execute(select(mark.table_name, mark.month, func.sum(mark.version)).group_by(mark.table_name, mark.month))
    return {(table, month): int(version) for table, month, version in rows}


def marks_within(database: Engine, seconds: float = MARKS_SECONDS) -> Marks:
    """All marks, or one of ``DATABASE_AWAY`` when the database has not told them after so long: hanging is as good as gone.

    For one thread at a time: it reads over a connection of its own.
    """
    with within(seconds), reserved(database).connect() as connection:
        return change_marks(connection)


def mark_between(marks: Marks, table: str, first: date | None = None, last: date | None = None) -> int:
    """The mark of a table's rows dated from ``first`` to ``last`` (None: open): it moves if and only if one of their months' marks does.

    Of a table that is marked whole it is the table's mark.
    """
    low = EVERY_MONTH if first is None else month_number(first)
    return sum(
        version
        for (name, month), version in marks.items()
        if name == table and (month == EVERY_MONTH or (low <= month and (last is None or month <= month_number(last))))
    )


def month_number(day: date) -> int:
    """202611 for a day or moment of November 2026."""
    return 100 * day.year + day.month


def fold_marks(database: Engine, today: date) -> None:
    """PostgreSQL: one row a table and month for the months before the last one, whose writers come no more; on SQLite there is but one.

    No mark moves: one statement takes the writers' rows away and adds what they held to the folded one, so every reader sees the same
    sum. It waits for no writer (a row that one holds is left for the next time), and a writer who comes meanwhile waits for its commit.
    ONLY: the marks that a city's database inherits are the counties' own. Month 0 is left: anybody may be writing there now.
    """
    if database.dialect.name != "postgresql":
        return
    last_month = month_number(today.replace(day=1) - timedelta(days=1))
    with within(MARKS_SECONDS), database.begin() as connection:
        connection.execute(text(_FOLD), {"folded": FOLDED, "every_month": EVERY_MONTH, "last_month": last_month})


_FOLD = """
WITH held AS (
    SELECT table_name, month, writer FROM ONLY board_change_mark
    WHERE writer <> :folded AND month > :every_month AND month < :last_month FOR UPDATE SKIP LOCKED
), taken AS (
    DELETE FROM ONLY board_change_mark AS mark USING held
    WHERE mark.table_name = held.table_name AND mark.month = held.month AND mark.writer = held.writer
    RETURNING mark.table_name, mark.month, mark.version
)
INSERT INTO board_change_mark AS mark (table_name, month, writer, version)
SELECT table_name, month, :folded, sum(version) FROM taken GROUP BY table_name, month ORDER BY table_name, month
ON CONFLICT (table_name, month, writer) DO UPDATE SET version = mark.version + excluded.version
"""


# --- triggers -------------------------------------------------------------------------------------------------------


def mark_triggers(dialect: str, tables: Iterable[str] = CONTRACT) -> list[str]:
    """DDL that makes every writer, ours or not, raise the marks."""
    if dialect == "sqlite":
        return [trigger for table in tables for trigger in _sqlite_triggers(table)]
    if dialect == "postgresql":
        return [
            _postgres_function("board_raise_mark", _POSTGRES_WHOLE),
            *(trigger for table in tables for trigger in _postgres_triggers(table)),
        ]
    raise ValueError(f"no change marks for the dialect {dialect!r}")


def drop_mark_triggers(tables: Iterable[str] = CONTRACT) -> list[str]:
    """DDL that lets SQLite load many rows without a trigger for each; afterwards :func:`marks_of_all_rows` and :func:`mark_triggers`."""
    return [
        f"DROP TRIGGER IF EXISTS board_mark_{table}_{when}"
        for table in tables
        for when in ("insert", "update", "delete", *(("replace", "replace_key") if table in MONTH_OF else ()))
    ]


def marks_of_all_rows(table: str) -> str:
    """SQLite: raises the marks as if each row of the table had just been inserted."""
    return (
        "INSERT INTO board_change_mark (table_name, month, writer, version) "
        f"SELECT '{table}', {_sqlite_month(table, table)}, 0, count(*) FROM {table} WHERE true GROUP BY 2 "
        "ON CONFLICT (table_name, month, writer) DO UPDATE SET version = version + excluded.version"
    )


@contextmanager
def marked_at_once(connection: Connection, table: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[None]:
    """Around the inserting of these rows: on SQLite the mark of each of their months is raised once, and the table's triggers are away.

    They are away in the caller's transaction alone: SQLite has one writer at a time, and what fails or is killed brings them back with
    the rest. The marks come first, as the statement that begins a transaction: Python's driver lets a DROP go by itself.
    """
    if not rows or connection.dialect.name != "sqlite":
        yield
        return
    months = {month_number(row[MONTH_OF[table]]) if table in MONTH_OF else EVERY_MONTH for row in rows}
    connection.execute(text(_sqlite_raise(table, ":month")), [{"month": month} for month in sorted(months)])
    for statement in drop_mark_triggers([table]):
        connection.execute(as_ddl(statement))
    yield
    for statement in mark_triggers("sqlite", [table]):
        connection.execute(as_ddl(statement))


def _sqlite_month(table: str, row: str) -> str:
    """The month of ``NEW``, ``OLD`` or a row of the table, read off its digits: what is no date is refused (``value_types``), and
    ``strftime`` takes half as long again as raising the mark. A time zone is not heeded, as queries compare texts."""
    if table not in MONTH_OF:
        return str(EVERY_MONTH)
    day = f"{row}.{MONTH_OF[table]}"
    return f"coalesce(CAST(substr({day}, 1, 4) || substr({day}, 6, 2) AS INTEGER), {EVERY_MONTH})"


def _sqlite_raise(table: str, month: str, rows: str = "") -> str:
    """``rows``: FROM and WHERE, or WHERE alone, of what is raised for; without them once."""
    values = f"'{table}', {month}, 0, 1"
    return (
        f"INSERT INTO board_change_mark (table_name, month, writer, version) {f'SELECT {values} {rows}' if rows else f'VALUES ({values})'} "
        "ON CONFLICT (table_name, month, writer) DO UPDATE SET version = version + 1"
    )


def _sqlite_triggers(table: str) -> list[str]:
    old, new = _sqlite_month(table, "OLD"), _sqlite_month(table, "NEW")
    raise_old, raise_new = (_sqlite_raise(table, month) for month in (old, new))
    raise_both = f"{raise_new}; {_sqlite_raise(table, old, f'WHERE {old} <> {new}')}" if table in MONTH_OF else raise_new
    found = [
        f"CREATE TRIGGER board_mark_{table}_{verb} AFTER {verb.upper()} ON {table} BEGIN {raising}; END"
        for verb, raising in (("insert", raise_new), ("update", raise_both), ("delete", raise_old))
    ]
    return found + (_sqlite_replacements(table) if table in MONTH_OF else [])


def _sqlite_replacements(table: str) -> list[str]:
    """REPLACE takes away a row with the same key without a DELETE trigger: if it was of another month, that month's mark is raised."""
    defined = Table.metadata.tables[table]
    unique = [each for each in defined.constraints if isinstance(each, UniqueConstraint)]
    keys = [each.columns.keys() for each in (defined.primary_key, *unique)]
    # Each key is asked for by itself and by its own index: an OR of them within one question is a scan of the whole table where ANALYZE met
    # many empty ones, and a UNION, which SQLite puts together anew for each row, makes loading dearer by half.
    other_month = f"{_sqlite_month(table, 'held')} <> {_sqlite_month(table, 'NEW')}"
    same = [" AND ".join(f"held.{column} = NEW.{column}" for column in key) for key in keys]
    replaced = [f"FROM {table} AS held WHERE {key} AND {other_month}" for key in same]
    moving = ", ".join(column for key in keys for column in key)
    any_replaced = " OR ".join(f"EXISTS (SELECT 1 {rows})" for rows in replaced)
    raising = "; ".join(_sqlite_raise(table, _sqlite_month(table, "held"), rows) for rows in replaced)
    return [
        f"CREATE TRIGGER board_mark_{table}_{name} BEFORE {when} ON {table} WHEN {any_replaced} BEGIN {raising}; END"
        for name, when in (("replace", "INSERT"), ("replace_key", f"UPDATE OF {moving}"))
    ]


def _postgres_function(name: str, body: str) -> str:
    """A trigger's function that writes with its owner's rights, and sees no other schema than the tables' own: who may write the
    contract's tables need not be allowed to write marks. The schema is the one that is migrated."""
    create = (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
        f"SECURITY DEFINER SET search_path = %I, pg_temp AS $body$ BEGIN {body} RETURN NULL; END $body$"
    )
    return f"DO $do$ BEGIN EXECUTE format($create${create}$create$, current_schema()); END $do$"


TRANSACTIONS = 2**32
"""``xmin`` is a transaction's number without its epoch (pg_current_xact_id() would say it, from PostgreSQL 13 on)."""


def _postgres_raise(table: str, months: str) -> str:
    """``months``: a SELECT of the column ``month``. In order, so that two writers wait for each other and do not deadlock."""
    return (
        f"INSERT INTO board_change_mark AS mark (table_name, month, writer, version) "
        f"SELECT {table}, changed.month, mod(pg_backend_pid(), {WRITERS}), 1 FROM ({months}) AS changed ORDER BY changed.month "
        "ON CONFLICT (table_name, month, writer) DO UPDATE SET version = mark.version + 1 "
        f"WHERE mark.xmin::text::bigint <> mod(txid_current(), {TRANSACTIONS});"
    )


_POSTGRES_WHOLE = _postgres_raise("TG_TABLE_NAME", f"SELECT {EVERY_MONTH} AS month")


def _postgres_months(table: str, rows: str) -> str:
    day = MONTH_OF[table]
    return (
        f"SELECT DISTINCT CASE WHEN isfinite({day}) THEN CAST(100 * date_part('year', {day}) + date_part('month', {day}) AS integer) "
        f"ELSE {EVERY_MONTH} END AS month FROM {rows}"
    )


def _postgres_triggers(table: str) -> list[str]:
    whole = f"ON {table} FOR EACH STATEMENT EXECUTE FUNCTION board_raise_mark()"
    if table not in MONTH_OF:
        return [f"CREATE TRIGGER board_mark AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE {whole}"]
    old, new = _postgres_months(table, "old_rows"), _postgres_months(table, "new_rows")
    inserted, deleted, updated = (_postgres_raise(f"'{table}'", months) for months in (new, old, f"{old} UNION {new}"))
    body = f"IF TG_OP = 'INSERT' THEN {inserted} ELSIF TG_OP = 'DELETE' THEN {deleted} ELSE {updated} END IF;"
    return [
        _postgres_function(f"board_mark_{table}", body),
        *(
            f"CREATE TRIGGER board_mark_{verb.lower()} AFTER {verb} ON {table} REFERENCING {rows} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION board_mark_{table}()"
            for verb, rows in (
                ("INSERT", "NEW TABLE AS new_rows"),
                ("UPDATE", "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
                ("DELETE", "OLD TABLE AS old_rows"),
            )
        ),
        f"CREATE TRIGGER board_mark_truncate AFTER TRUNCATE {whole}",
    ]


def as_ddl(statement: str) -> DDL:
    """DDL text with literal percent signs kept."""
    return DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
