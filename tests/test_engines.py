"""Where the board reads and where it writes: settings of a connection, and a replica that lags."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from data_access.decisions import Decision, decide
from data_access.engine import MANY_ROWS, engine, engine_of, reading_engine
from data_access.migrate import upgrade
from data_access.scope import Scope
from metrics.period import Period
from metrics.vocabulary import Level
from pages.common import loaders
from pages.petitions.decisions import decisions_of
from reports.source import operators_source
from tests.builders import TOWNSHIP, a_county, a_petition, a_stay, an_appointment, moment, nights

EVERYTHING = Scope.operator()
NOW = "2026-10-08 10:00:00"


def test_settings_of_a_session_outlive_its_first_transaction(postgresql_url: str) -> None:
    with engine(postgresql_url).connect() as connection:
        for _ in range(2):
            shown = [connection.scalar(text(f"SHOW {name}")) for name in ("jit", "random_page_cost", "statement_timeout")]
            assert shown == ["off", "1.1", "1min"]
            connection.rollback()


def test_no_setting_stands_in_the_address_that_a_pooler_would_refuse(postgresql_url: str) -> None:
    with engine(postgresql_url).connect() as connection:
        options = connection.connection.driver_connection.info.get_parameters().get("options")  # type: ignore[union-attr]
    assert not options


def test_a_sqlite_connection_is_tuned(tmp_path: Path) -> None:
    with engine(f"sqlite:///{tmp_path / 'own.db'}").connect() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA busy_timeout")) == 30000
        assert connection.scalar(text("PRAGMA cache_size")) == -4096, "KB a connection, of which there are many"
        assert connection.scalar(text("PRAGMA mmap_size")) == 0, "mapped, the file would count once a connection"


def test_a_sqlite_connection_that_has_changed_many_rows_gives_their_pages_back(tmp_path: Path) -> None:
    database, said = engine(f"sqlite:///{tmp_path / 'own.db'}"), list[str]()
    with database.begin() as connection:
        connection.execute(text("CREATE TABLE many (number INTEGER)"))
    for rows, gives_back in ((1, False), (MANY_ROWS, True), (1, False)):  # the pool hands out the one connection it has
        with database.begin() as connection:
            driver = connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            driver.set_trace_callback(said.append)
            connection.execute(text("INSERT INTO many VALUES (:number)"), [{"number": number} for number in range(rows)])
            said.clear()
        assert ("PRAGMA shrink_memory" in said) == gives_back


@pytest.fixture
def replica(served_alone: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A replica of the app's database as of this moment: what is committed from now on has not come to it yet."""
    upgrade(served_alone)
    with served_alone.begin() as connection:
        a_county(connection)
        an_appointment(connection, "township_chief")
        a_petition(connection, "2026-10-08 09:00:00")
    url = f"sqlite:///{tmp_path / 'replica.db'}"
    copy_to(tmp_path / "replica.db", served_alone)
    monkeypatch.setenv("READ_DATABASE_URL", url)
    yield engine(url)
    engine(url).dispose()


def copy_to(replica: Path, primary: Engine) -> None:
    """What replication does some time later."""
    with sqlite3.connect(str(primary.url.database)) as source, sqlite3.connect(replica) as target:
        source.backup(target)


def look_again() -> None:
    """What a page does a second later."""
    loaders.FRESHNESS.look()


def nights_stayed() -> int:
    frame = loaders.frame(EVERYTHING, "duty.chief_nights", Level.TOWNSHIP, Period.parse("2026-10"), date(2026, 10, 31))
    return int(frame.set_index("code").loc[TOWNSHIP, "k"])


def test_without_a_replica_everything_is_one_database(served_alone: Engine) -> None:
    assert reading_engine() is engine_of(["petition"]) is engine_of(["board_decision"]) is engine()


def test_figures_and_their_marks_are_the_replicas(replica: Engine, served_alone: Engine) -> None:
    before, shown = nights_stayed(), loaders.state()
    with served_alone.begin() as connection:
        for night in nights("2026-10-08", "2026-10-31"):
            a_stay(connection, 1, night)
    look_again()
    assert loaders.state() is shown
    assert nights_stayed() == before
    copy_to(Path(str(replica.url.database)), served_alone)
    look_again()
    assert "night_stay" in loaders.state().changed_tables(shown)
    assert nights_stayed() > before


def test_a_decision_is_seen_at_once_by_who_made_it(replica: Engine, served_alone: Engine) -> None:
    assert decisions_of(EVERYTHING, date(2026, 10, 8)).empty
    with served_alone.begin() as connection:
        decide(EVERYTHING, connection, 1, Decision.TASK, "面谈一次", date(2026, 10, 12), "shuji", moment(NOW))  # type: ignore[arg-type]
    look_again()
    assert list(decisions_of(EVERYTHING, date(2026, 10, 8))["note"]) == ["面谈一次"]


def test_the_command_line_reads_the_replica_too(replica: Engine) -> None:
    with operators_source() as source:
        assert source.connection.engine is replica
