"""Change marks: they move with every commit of any program, and with nothing else."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, Engine, delete, insert, text, update

from data_access.board_tables import BoardAccount, BoardProperty
from data_access.freshness import change_marks, freshness_mark, mark_triggers
from data_access.tables import NightStay
from tests.builders import a_person, a_stay


def marks(database: Engine) -> dict[str, int]:
    with database.connect() as connection:
        return change_marks(connection)


@pytest.mark.parametrize(
    "change",
    [
        insert(NightStay).values(person_id=1, area_code="149981101", night=text("'2026-10-09'")),
        update(NightStay).values(note="改"),
        delete(NightStay),
    ],
    ids=["insert", "update", "delete"],
)
def test_every_kind_of_change_moves_the_mark_of_its_table_only(connection: Connection, change: object) -> None:
    a_stay(connection, a_person(connection), "2026-10-08")
    before = change_marks(connection)
    connection.execute(change)  # type: ignore[call-overload]
    after = change_marks(connection)
    assert {table for table in after if after[table] != before.get(table, 0)} == {"night_stay"}
    assert after["night_stay"] > before["night_stay"]


def test_what_is_rolled_back_moves_nothing(database: Engine) -> None:
    before = marks(database)
    with database.connect() as connection:
        a_stay(connection, a_person(connection), "2026-10-08")
        connection.rollback()
    assert marks(database) == before


def test_what_is_not_committed_yet_is_not_seen(database: Engine) -> None:
    before = marks(database)
    with database.connect() as writer:
        a_stay(writer, a_person(writer), "2026-10-08")
        assert marks(database) == before
        writer.commit()
    assert marks(database) != before


def test_reading_moves_nothing(database: Engine) -> None:
    with database.begin() as connection:
        a_stay(connection, a_person(connection), "2026-10-08")
    before = marks(database)
    with database.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM night_stay")).scalar() == 1
    assert marks(database) == before


def test_the_boards_own_writing_wakes_no_page(database: Engine) -> None:
    """A sign-in or a property is no news: no open board reruns for it."""
    before = marks(database)
    with database.begin() as connection:
        connection.execute(insert(BoardProperty).values(name="note", value="1"))
        connection.execute(delete(BoardAccount))
    assert marks(database) == before


def test_two_feeds_that_load_at_once_both_move_the_mark(database: Engine) -> None:
    if database.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    before = marks(database).get("night_stay", 0)
    with database.connect() as one, database.connect() as other:
        for feed in (one, other):  # neither waits for the other's commit
            feed.exec_driver_sql("SET lock_timeout = '3s'")
            a_stay(feed, 1, "2026-10-08")
        other.commit()
        assert marks(database)["night_stay"] == before + 1
        one.commit()
    assert marks(database)["night_stay"] == before + 2


def test_a_key_holds_only_the_tables_asked_for_and_their_order() -> None:
    known = {"area": 3, "night_stay": 7, "petition": 9}
    assert freshness_mark(known, ("night_stay", "area", "person")) == (7, 3, 0)


def test_an_unknown_database_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="oracle"):
        mark_triggers("oracle")
