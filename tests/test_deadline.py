"""A database that hangs is told as one that is gone, within the deadline; afterwards it is there again."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from data_access.deadline import HUNG_SECONDS, POOL_SECONDS, within
from data_access.engine import DATABASE_AWAY, engine, reserved
from data_access.freshness import marks_within
from data_access.migrate import upgrade
from tests.own_postgresql import OwnPostgresql, an_own_postgresql

SECONDS = 1.5


@contextmanager
def away_in_time(seconds: float = SECONDS) -> Iterator[None]:
    """What is done is refused as with a database that is away, and not later than it may be (connecting: two seconds at least)."""
    began = time.monotonic()
    with pytest.raises(DATABASE_AWAY):
        yield
    assert time.monotonic() - began < seconds + 2


@pytest.fixture
def own_server() -> Iterator[OwnPostgresql]:
    with an_own_postgresql() as own:
        yield own


def test_a_server_that_hangs_is_away_whether_connected_or_not(own_server: OwnPostgresql) -> None:
    database = own_server.database
    known = marks_within(database, SECONDS)
    assert known == marks_within(database, SECONDS)
    with own_server.hung():
        with away_in_time():
            marks_within(database, SECONDS)  # the connection that stood
        with away_in_time():
            marks_within(database, SECONDS)  # a new one
    assert marks_within(database, 10) == known


def test_a_statement_that_runs_when_the_server_stops_is_given_up_and_its_connection_closed(own_server: OwnPostgresql) -> None:
    database = own_server.database
    with database.connect() as connection:
        connection.execute(text("SELECT 1"))
        with own_server.hung(), away_in_time(), within(SECONDS):
            connection.execute(text("SELECT 1"))
        assert connection.invalidated
    with database.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1


def test_marks_that_another_program_has_locked_are_away(migrated: Engine) -> None:
    if migrated.dialect.name == "sqlite":
        pytest.skip("SQLite locks the whole file")
    with migrated.connect() as holder:
        holder.execute(text("LOCK TABLE board_change_mark IN ACCESS EXCLUSIVE MODE"))
        with away_in_time():
            marks_within(migrated, SECONDS)
        holder.rollback()
    marks_within(migrated, SECONDS)


@pytest.mark.parametrize("known", [True, False], ids=["connected", "not connected"])
def test_a_locked_file_is_away(tmp_path: Path, known: bool) -> None:
    file = tmp_path / "locked.db"
    database = engine(f"sqlite:///{file}")
    upgrade(database)
    database.dispose()
    if known:
        marks_within(database, SECONDS)
    reserved(database).dispose()
    with closing(sqlite3.connect(file, isolation_level=None)) as holder:
        holder.execute("PRAGMA locking_mode=EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")
        holder.execute("DELETE FROM person")
        with away_in_time(0.5):
            marks_within(database, 0.5)
        holder.execute("ROLLBACK")
    marks_within(database, SECONDS)


def test_a_reader_after_a_deadline_has_its_own_patience_again(tmp_path: Path) -> None:
    database = engine(f"sqlite:///{tmp_path / 'patient.db'}")
    with within(0.5), database.connect() as connection:
        assert connection.scalar(text("PRAGMA busy_timeout")) <= 500
    with database.connect() as connection:
        assert connection.scalar(text("PRAGMA busy_timeout")) == 30_000


def test_marks_are_read_while_all_connections_of_readers_wait(migrated: Engine) -> None:
    readers = [migrated.connect() for _ in range(15)]
    try:
        marks_within(migrated, SECONDS)
    finally:
        for reader in readers:
            reader.close()


def test_a_connection_that_is_taken_is_a_database_that_is_away(migrated: Engine) -> None:
    with reserved(migrated).connect(), away_in_time():
        marks_within(migrated, SECONDS)


def test_a_mistake_in_a_statement_is_no_database_that_is_away(migrated: Engine) -> None:
    if migrated.dialect.name == "sqlite":
        pytest.skip("SQLite has one error for both")
    with pytest.raises(ProgrammingError), migrated.connect() as connection:
        connection.execute(text("SELECT nothing FROM nowhere"))
    assert not issubclass(ProgrammingError, DATABASE_AWAY)


def test_a_statement_is_ended_before_it_is_given_up_and_that_before_others_give_up_waiting(migrated: Engine) -> None:
    assert HUNG_SECONDS < POOL_SECONDS
    if migrated.dialect.name == "postgresql":
        with migrated.connect() as connection:
            milliseconds = connection.scalar(text("SELECT setting::int FROM pg_settings WHERE name = 'statement_timeout'"))
        assert 0 < milliseconds / 1000 < HUNG_SECONDS
