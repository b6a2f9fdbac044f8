"""Change marks: they move with every commit of any program, in the months it touches, and with nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, create_engine, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from data_access.board_tables import BoardAccount, BoardChangeMark, BoardProperty
from data_access.freshness import (
    FOLDED,
    MARKED,
    MONTH_OF,
    WRITERS,
    Marks,
    as_ddl,
    change_marks,
    fold_marks,
    mark_between,
    mark_triggers,
    marked_at_once,
    month_number,
)
from data_access.tables import CONTRACT, NightStay, Table
from tests.builders import a_person, a_stay

STAY = {"person_id": 1, "area_code": "149981101"}
OCTOBER, NOVEMBER = date(2026, 10, 8), date(2026, 11, 9)


def marks(database: Engine) -> Marks:
    with database.connect() as connection:
        return change_marks(connection)


@contextmanager
def moved(database: Engine) -> Iterator[set[tuple[str, int]]]:
    """Afterwards the marks that what was committed meanwhile has moved."""
    before, found = marks(database), set()
    yield found
    found |= {key for key, version in marks(database).items() if version != before.get(key, 0)}


def stays_on(database: Engine, *nights: date) -> None:
    with database.begin() as connection:
        connection.execute(insert(NightStay), [{**STAY, "night": night} for night in nights])


# --- by table and month ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        insert(NightStay).values(**STAY, night=OCTOBER),
        update(NightStay).values(note="改"),
        delete(NightStay),
    ],
    ids=["insert", "update", "delete"],
)
def test_every_kind_of_change_moves_the_mark_of_its_table_and_month_only(database: Engine, change: object) -> None:
    stays_on(database, OCTOBER)
    with moved(database) as found, database.begin() as connection:
        connection.execute(change)  # type: ignore[call-overload]
    assert found == {("night_stay", 202610)}


def test_a_row_that_moves_to_another_month_moves_both(database: Engine) -> None:
    stays_on(database, OCTOBER, date(2026, 9, 1))
    with moved(database) as found, database.begin() as connection:
        connection.execute(update(NightStay).where(NightStay.night == OCTOBER).values(night=NOVEMBER))
    assert found == {("night_stay", 202610), ("night_stay", 202611)}


def test_a_statement_over_many_months_moves_each_of_them(database: Engine) -> None:
    with moved(database) as found:
        stays_on(database, date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 1))
    assert found == {("night_stay", month) for month in (202512, 202601, 202602)}


def test_a_statement_that_finds_no_row_moves_nothing(database: Engine) -> None:
    stays_on(database, OCTOBER)
    with moved(database) as found, database.begin() as connection:
        connection.execute(update(NightStay).where(NightStay.night == NOVEMBER).values(note="改"))
        connection.execute(delete(NightStay).where(NightStay.night == NOVEMBER))
    assert not found


def test_a_table_that_keeps_no_months_is_marked_whole(database: Engine) -> None:
    with moved(database) as found, database.begin() as connection:
        a_person(connection)
    assert found == {("person", 0)}


def test_a_date_that_no_calendar_knows_is_refused_and_moves_nothing(database: Engine) -> None:
    written = "infinity" if database.dialect.name == "postgresql" else "昨晚"
    with moved(database) as found, pytest.raises(DBAPIError), database.begin() as connection:
        connection.execute(text(f"INSERT INTO night_stay (person_id, area_code, night) VALUES (1, '149981101', '{written}')"))
    assert found == set()


@pytest.mark.parametrize("table", sorted(MONTH_OF))
def test_a_row_without_its_date_belongs_to_every_month(database: Engine, table: str, tmp_path: Path) -> None:
    """The columns are NOT NULL today; the triggers do not rest on it."""
    columns = Table.metadata.tables[table].columns
    day = MONTH_OF[table]
    if database.dialect.name == "sqlite":  # which cannot take a NOT NULL back
        database = create_engine(f"sqlite:///{tmp_path / 'loose.db'}")
        loosened = [
            f"CREATE TABLE {table} ({', '.join(f'{column.name} NUMERIC' for column in columns)})",
            "CREATE TABLE board_change_mark (table_name, month, writer, version, PRIMARY KEY (table_name, month, writer))",
            *mark_triggers("sqlite", [table]),
        ]
    else:
        loosened = [f"ALTER TABLE {table} ALTER COLUMN {each.name} DROP NOT NULL" for each in columns if not each.primary_key]
    with database.connect() as connection:
        for statement in loosened:
            connection.execute(as_ddl(statement))
        before = change_marks(connection)
        connection.execute(text(f"INSERT INTO {table} (id) VALUES (1)"))
        after = change_marks(connection)
        assert after == {**before, (table, 0): before.get((table, 0), 0) + 1}
        connection.execute(text(f"UPDATE {table} SET {day} = '2026-11-09'"))
        assert change_marks(connection).get((table, 202611), 0) == before.get((table, 202611), 0) + 1
        connection.rollback()


def test_an_emptied_table_moves_every_month(database: Engine) -> None:
    if database.dialect.name == "sqlite":
        pytest.skip("SQLite knows no TRUNCATE; its DELETE tells every row")
    stays_on(database, OCTOBER)
    before = marks(database)
    with moved(database) as found, database.begin() as connection:
        connection.execute(text("TRUNCATE night_stay, person"))
    assert found == {("night_stay", 0), ("person", 0)}
    after = marks(database)
    assert mark_between(after, "night_stay", NOVEMBER, NOVEMBER) > mark_between(before, "night_stay", NOVEMBER, NOVEMBER)


# --- any program, and only what is committed --------------------------------------------------------------------------


def test_what_is_rolled_back_moves_nothing(database: Engine) -> None:
    with moved(database) as found, database.connect() as connection:
        a_stay(connection, a_person(connection), "2026-10-08")
        connection.rollback()
    assert not found


def test_what_a_savepoint_takes_back_moves_nothing_and_what_follows_does(database: Engine) -> None:
    with moved(database) as found, database.begin() as connection:
        point = connection.begin_nested()
        connection.execute(insert(NightStay).values(**STAY, night=OCTOBER))
        point.rollback()
        connection.execute(insert(NightStay).values(**STAY, night=NOVEMBER))
    assert found == {("night_stay", 202611)}


def test_each_transaction_of_one_program_moves_the_mark(database: Engine) -> None:
    with database.connect() as connection:
        for _ in range(3):
            with moved(database) as found:
                connection.execute(insert(NightStay).values(**STAY, night=OCTOBER))
                connection.execute(insert(NightStay).values(**STAY, night=OCTOBER))
                connection.commit()
            assert found == {("night_stay", 202610)}


def test_what_is_not_committed_yet_is_not_seen(database: Engine) -> None:
    before = marks(database)
    with database.connect() as writer:
        a_stay(writer, a_person(writer), "2026-10-08")
        assert marks(database) == before
        writer.commit()
    assert marks(database) != before


def test_reading_moves_nothing(database: Engine) -> None:
    stays_on(database, OCTOBER)
    with moved(database) as found, database.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM night_stay")).scalar() == 1
    assert not found


def test_the_boards_own_writing_wakes_no_page(database: Engine) -> None:
    """A sign-in or a property is no news: no open board reruns for it."""
    with moved(database) as found, database.begin() as connection:
        connection.execute(insert(BoardProperty).values(name="note", value="1"))
        connection.execute(delete(BoardAccount))
    assert not found


def test_two_feeds_that_load_at_once_both_move_the_mark(database: Engine) -> None:
    if database.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    key = ("night_stay", 202610)
    before = marks(database).get(key, 0)
    with database.connect() as one, database.connect() as other:
        for feed in (one, other):  # neither waits for the other's commit
            feed.exec_driver_sql("SET lock_timeout = '3s'")
            a_stay(feed, 1, "2026-10-08")
        other.commit()
        assert marks(database)[key] == before + 1
        one.commit()
    assert marks(database)[key] == before + 2


def test_a_load_of_many_statements_leaves_one_version_of_a_mark(database: Engine) -> None:
    """Each version in one transaction would be searched by the statements that follow: the load would grow with its square."""
    if database.dialect.name == "sqlite":
        pytest.skip("SQLite changes its marks in place")
    before = marks(database).get(("night_stay", 202610), 0)
    with database.begin() as connection:
        for _ in range(50):
            connection.execute(insert(NightStay).values(**STAY, night=OCTOBER))
    assert marks(database)["night_stay", 202610] == before + 1


def test_the_writers_of_a_mark_stay_few(database: Engine) -> None:
    for _ in range(3):
        stays_on(database, OCTOBER)
    with database.connect() as connection:
        assert connection.scalar(select(func.max(BoardChangeMark.writer))) < WRITERS  # type: ignore[operator]


def test_a_program_with_rights_on_the_contracts_tables_only_can_write(database: Engine) -> None:
    if database.dialect.name == "sqlite":
        pytest.skip("SQLite knows no roles")
    with database.begin() as connection:
        for statement in (
            "CREATE ROLE feed LOGIN",
            *(f"GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON {table} TO feed" for table in CONTRACT),
            "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO feed",
            "CREATE SCHEMA trap AUTHORIZATION feed",
            "CREATE TABLE trap.board_change_mark (LIKE public.board_change_mark INCLUDING ALL)",
            "GRANT ALL ON trap.board_change_mark TO feed",
        ):
            connection.exec_driver_sql(statement)
    feed = create_engine(database.url.set(username="feed"))
    try:
        with moved(database) as found, feed.begin() as connection:
            connection.exec_driver_sql("SET search_path = trap, public")  # nothing of the writer's own stands in the marks' place
            connection.execute(insert(NightStay).values(**STAY, night=OCTOBER))
            connection.execute(update(NightStay).values(night=NOVEMBER))
            a_person(connection)
            connection.execute(text("TRUNCATE public.petition"))
            assert connection.scalar(text("SELECT count(*) FROM trap.board_change_mark")) == 0
        assert found == {("night_stay", 202610), ("night_stay", 202611), ("person", 0), ("petition", 0)}
        with pytest.raises(Exception, match="permission denied"), feed.begin() as connection:
            connection.execute(text("UPDATE public.board_change_mark SET version = 0"))
    finally:
        feed.dispose()
        with database.begin() as connection:
            for statement in ("DROP SCHEMA trap CASCADE", "DROP OWNED BY feed", "DROP ROLE feed"):
                connection.exec_driver_sql(statement)


# --- many rows and many writers ---------------------------------------------------------------------------------------


def triggers(database: Engine) -> set[str]:
    with database.connect() as connection:
        return set(connection.scalars(text("SELECT sql FROM sqlite_master WHERE type = 'trigger'")))


@pytest.mark.parametrize("table", [*sorted(MONTH_OF), "person", "night_lecturer"])
def test_rows_that_are_marked_at_once_move_their_months_and_leave_the_triggers_as_they_were(database: Engine, table: str) -> None:
    days = [date(2025, 12, 31), OCTOBER, OCTOBER, NOVEMBER]
    rows = [a_row(table, number, day) for number, day in enumerate(days, 1)]
    before = triggers(database) if database.dialect.name == "sqlite" else set()
    with moved(database) as found, database.begin() as connection, marked_at_once(connection, table, rows):
        connection.execute(insert(Table.metadata.tables[table]), rows)
    assert found == {(table, month) for month in ({202512, 202610, 202611} if table in MONTH_OF else {0})}
    assert database.dialect.name != "sqlite" or triggers(database) == before
    with moved(database) as found, database.begin() as connection:
        connection.execute(delete(Table.metadata.tables[table]))
    assert len(found) == (3 if table in MONTH_OF else 1)


def test_nothing_to_insert_marks_nothing_at_once(database: Engine) -> None:
    with moved(database) as found, database.begin() as connection, marked_at_once(connection, "person", []):
        pass
    assert not found


def test_a_load_that_fails_under_way_brings_the_triggers_back(database: Engine) -> None:
    if database.dialect.name != "sqlite":
        pytest.skip("PostgreSQL's stay")
    before = triggers(database)
    rows = [a_row("night_stay", 1, OCTOBER)]

    def fail() -> None:
        with database.begin() as connection, marked_at_once(connection, "night_stay", rows):
            connection.execute(insert(NightStay), rows)
            assert triggers(database) == before, "no other connection sees them away"
            raise ZeroDivisionError

    with moved(database) as found, pytest.raises(ZeroDivisionError):
        fail()
    assert not found
    assert triggers(database) == before


def writers_of(database: Engine, month: int) -> set[int]:
    with database.connect() as connection:
        mark = BoardChangeMark
        return set(connection.scalars(select(mark.writer).where(mark.table_name == "night_stay", mark.month == month)))


def test_writers_of_closed_months_are_folded_into_one_and_no_mark_moves(database: Engine) -> None:
    if database.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer")
    months = (202608, 202609, 202610, 202611)
    with database.begin() as connection:
        connection.execute(
            insert(BoardChangeMark),
            [
                dict(zip(("table_name", "month", "writer", "version"), ("night_stay", month, writer, writer + 1), strict=True))
                for month in (0, *months)
                for writer in range(1, 40)
            ],
        )
    for _ in range(2):
        with moved(database) as found:
            fold_marks(database, date(2026, 11, 25))
        assert not found
        assert writers_of(database, 202608) == writers_of(database, 202609) == {FOLDED}
        assert all(len(writers_of(database, month)) >= 39 for month in (0, 202610, 202611))
        with moved(database) as found:
            stays_on(database, date(2026, 8, 1))
        assert found == {("night_stay", 202608)}
        assert len(writers_of(database, 202608)) == 2
        fold_marks(database, date(2026, 11, 25))


def test_folding_waits_for_no_writer_and_loses_none(database: Engine) -> None:
    if database.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer")
    key = ("night_stay", 202608)
    stays_on(database, date(2026, 8, 1))
    before = marks(database)[key]
    with database.connect() as feed:
        own = feed.scalar(text(f"SELECT mod(pg_backend_pid(), {WRITERS})"))
        feed.execute(insert(NightStay).values(**STAY, night=date(2026, 8, 2)))
        feed.commit()
        feed.execute(insert(NightStay).values(**STAY, night=date(2026, 8, 3)))
        fold_marks(database, date(2026, 11, 25))
        assert own in writers_of(database, 202608), "what a writer holds is left"
        feed.commit()
    assert marks(database)[key] == before + 2


# --- every table, any change --------------------------------------------------------------------------------------------


def test_every_marked_table_is_known_and_every_month_is_of_a_column_it_has() -> None:
    assert set(MONTH_OF) <= set(MARKED)
    assert all(column in Table.metadata.tables[table].columns for table, column in MONTH_OF.items())


def a_row(table: str, number: int, day: date) -> dict[str, object]:
    """A row of a table with nothing but what it must have, dated ``day``."""
    row: dict[str, object] = {}
    for column in Table.metadata.tables[table].columns:
        kind = column.type.python_type
        if column.name == MONTH_OF.get(table):
            row[column.name] = datetime.combine(day, time(23, 59)) if kind is datetime else day
        elif column.primary_key or column.unique:
            row[column.name] = number if kind is int else str(number)
        elif not column.nullable:
            row[column.name] = {int: 1, str: "x", date: OCTOBER, datetime: datetime(2026, 1, 1)}[kind]
    return row


MONTHS = [date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1), date(2026, 11, 1)]
DAYS = st.builds(lambda month, day: month + timedelta(days=day), st.sampled_from(MONTHS), st.sampled_from((-1, 0, 14)))
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("insert"), st.lists(DAYS, min_size=1, max_size=4)),
        st.tuples(st.just("update"), st.tuples(DAYS, DAYS)),
        st.tuples(st.just("move"), st.tuples(DAYS, st.integers(1, 3))),
        st.tuples(st.just("delete"), st.tuples(DAYS, DAYS)),
    ),
    min_size=1,
    max_size=5,
)


def changed(connection: Connection, table: str, kind: str, what: Sequence[object], numbers: Callable[[], int]) -> set[int]:
    """Makes the change; the months of the rows it has touched, before and after."""
    defined = Table.metadata.tables[table]
    dated = defined.columns[MONTH_OF[table]]
    if kind == "insert":
        connection.execute(insert(defined), [a_row(table, numbers(), day) for day in what])  # type: ignore[arg-type]
        return {month_number(day) for day in what}  # type: ignore[arg-type]
    if kind == "move":
        day, many = what
        rows = connection.execute(select(defined.columns.id, dated).order_by(defined.columns.id).limit(many)).all()  # type: ignore[arg-type]
        value = a_row(table, 0, day)[dated.name]  # type: ignore[arg-type]
        connection.execute(update(defined).where(defined.columns.id.in_([row.id for row in rows])).values({dated.name: value}))
        return {month_number(row[1]) for row in rows} | ({month_number(day)} if rows else set())  # type: ignore[arg-type]
    first, last = sorted(what)  # type: ignore[type-var]
    within = (dated >= first) & (dated <= last)
    months = {month_number(day) for day in connection.scalars(select(dated).where(within))}
    connection.execute(delete(defined).where(within) if kind == "delete" else update(defined).where(within).values({dated.name: dated}))
    return months


@pytest.mark.parametrize("table", sorted(MONTH_OF))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES, bounds=st.tuples(st.none() | DAYS, st.none() | DAYS))
def test_a_change_moves_the_mark_of_the_ranges_that_hold_its_rows_and_of_no_other(
    database: Engine, table: str, changes: list, bounds: tuple[date | None, date | None]
) -> None:
    count = iter(range(1, 1000))
    first, last = bounds if None in bounds else sorted(bounds)  # type: ignore[type-var]
    with database.begin() as connection:
        connection.execute(delete(Table.metadata.tables[table]))
    for kind, what in changes:
        before = marks(database)
        with database.begin() as connection:
            months = changed(connection, table, kind, what, lambda: next(count))
        after = marks(database)
        inside = {m for m in months if (first is None or m >= month_number(first)) and (last is None or m <= month_number(last))}
        assert (mark_between(after, table, first, last) != mark_between(before, table, first, last)) == bool(inside)
        assert {key for key in after if after[key] != before.get(key, 0)} == {(table, month) for month in months}


# --- what is made of them -------------------------------------------------------------------------------------------------


def test_a_range_holds_its_months_and_what_has_none() -> None:
    known = {("petition", 0): 1000, ("petition", 202609): 100, ("petition", 202610): 10, ("petition", 202611): 1, ("area", 0): 5}
    assert mark_between(known, "petition", None, None) == 1111
    assert mark_between(known, "petition", date(2026, 10, 31), None) == 1011
    assert mark_between(known, "petition", None, date(2026, 10, 1)) == 1110
    assert mark_between(known, "petition", date(2026, 9, 30), date(2026, 9, 30)) == 1100
    assert mark_between(known, "area", OCTOBER, OCTOBER) == 5
    assert mark_between(known, "household", None, None) == 0


def test_an_unknown_database_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="oracle"):
        mark_triggers("oracle")
