"""SQLite's change marks where one statement writes over another row: REPLACE, upserts, what is ignored."""

from __future__ import annotations

import sqlite3
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, insert, text
from sqlalchemy.exc import IntegrityError

from data_access.engine import engine
from data_access.migrate import upgrade
from data_access.tables import NightStay
from tests.test_freshness import NOVEMBER, OCTOBER, STAY, moved


@pytest.fixture(scope="module")
def sqlite_database(sqlite_url: str) -> Engine:
    database = engine(sqlite_url)
    upgrade(database)
    return database


@pytest.fixture
def sqlite(sqlite_database: Engine) -> Engine:
    with sqlite_database.begin() as connection:
        connection.execute(delete(NightStay))
    return sqlite_database


def test_a_row_that_replaces_one_of_another_month_moves_both(sqlite: Engine) -> None:
    """SQLite takes the replaced row away without telling a trigger of DELETE."""
    with sqlite.begin() as connection:
        connection.execute(insert(NightStay).values(**STAY, id=5, night=OCTOBER, source="feed", source_ref="1"))
        connection.execute(insert(NightStay).values(**STAY, id=6, night=date(2026, 8, 1), source="feed", source_ref="2"))
    by_ref = "REPLACE INTO night_stay (person_id, area_code, night, source, source_ref) VALUES (1, '149981101', '2026-11-09', 'feed', '1')"
    by_id = "REPLACE INTO night_stay (id, person_id, area_code, night) VALUES (6, 1, '149981101', '2026-07-01')"
    moving = "UPDATE OR REPLACE night_stay SET source = 'feed', source_ref = '1' WHERE id = 6"
    for statement, months in ((by_ref, {202610, 202611}), (by_id, {202608, 202607}), (moving, {202607, 202611})):
        with moved(sqlite) as found, sqlite.begin() as connection:
            connection.execute(text(statement))
        assert found == {("night_stay", month) for month in months}, statement


def test_looking_for_a_replaced_row_does_not_grow_with_the_table(sqlite: Engine) -> None:
    """Where rows have no number of their own, ANALYZE lets an index on numbers look useless."""
    steps: list[int] = []
    for rows in (100, 4000):
        with sqlite.begin() as connection:
            connection.execute(insert(NightStay), [{**STAY, "night": NOVEMBER, "source": "feed"} for _ in range(rows)])
            connection.execute(text("ANALYZE"))
            counted, driver = [0], connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            driver.set_progress_handler(lambda counted=counted: counted.__setitem__(0, counted[0] + 1), 10)
            connection.execute(insert(NightStay).values(**STAY, night=NOVEMBER, source="feed"))
            driver.set_progress_handler(None, 0)
        steps += counted
    assert steps[1] < 2 * steps[0], steps


def test_a_feed_that_is_loaded_twice_and_ignored_moves_nothing_new(sqlite: Engine) -> None:
    row = (
        "INSERT OR IGNORE INTO night_stay (person_id, area_code, night, source, source_ref) VALUES (1, '149981101', '2026-10-08', 'f', '1')"
    )
    with sqlite.begin() as connection:
        connection.execute(text(row))
    with moved(sqlite) as found, sqlite.begin() as connection:
        connection.execute(text(row))
    assert not found


INTO = "INTO night_stay (id, person_id, area_code, night, source, source_ref) VALUES (:id, 1, '149981101', :night, 'feed', :ref)"
WRITING = {
    "insert": f"INSERT {INTO}",
    "replace": f"REPLACE {INTO}",
    "ignore": f"INSERT OR IGNORE {INTO}",
    "upsert": f"INSERT {INTO} ON CONFLICT (source, source_ref) DO UPDATE SET night = excluded.night",
    "take its ref": "UPDATE OR REPLACE night_stay SET source_ref = :ref WHERE id = :id",
    "take its id": "UPDATE OR REPLACE night_stay SET id = :id WHERE source_ref = :ref",
    "move": "UPDATE OR REPLACE night_stay SET night = :night, source_ref = :ref WHERE id = :id",
    "delete": "DELETE FROM night_stay WHERE id = :id OR source_ref = :ref",
}
STATEMENTS = st.tuples(
    st.sampled_from(sorted(WRITING)),
    st.one_of(st.none(), st.integers(1, 3)),
    st.one_of(st.none(), st.sampled_from("abc")),
    st.sampled_from(("2026-08-01", "2026-09-30", "2026-10-01", "2025-10-01")),
)


def by_month(database: Engine) -> dict[int, set[tuple[object, ...]]]:
    found: dict[int, set[tuple[object, ...]]] = {}
    with database.connect() as connection:
        for row in connection.execute(text("SELECT id, night, source_ref FROM night_stay")):
            found.setdefault(int(row.night[:4] + row.night[5:7]), set()).add(tuple(row))
    return found


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(statements=st.lists(STATEMENTS, min_size=2, max_size=8))
def test_whatever_a_statement_writes_over_the_months_that_hold_something_else_have_moved(
    sqlite: Engine, statements: list[tuple[str, int | None, str | None, str]]
) -> None:
    """The slow, obvious way: what each month holds before and after."""
    with sqlite.begin() as connection:
        connection.execute(delete(NightStay))
    for kind, number, ref, night in statements:
        before = by_month(sqlite)
        with moved(sqlite) as found:
            try:
                with sqlite.begin() as connection:
                    connection.execute(text(WRITING[kind]), {"id": number, "ref": ref, "night": night})
            except IntegrityError:
                continue
        after = by_month(sqlite)
        changed = {month for month in before | after if before.get(month) != after.get(month)}
        assert {month for _, month in found} >= changed, (kind, number, ref, night)
        assert {month for _, month in found} <= set(before | after), "a month that never held anything"
