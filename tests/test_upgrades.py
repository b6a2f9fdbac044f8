"""A database that the last release has made is this program's after ``migrate``, and nothing of it is lost.

``tests/releases/`` holds one for each database as SQL, made by the release's own program.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, func, select, text

from data_access import accounts, sessions
from data_access.audit import verified_chain
from data_access.board_tables import BoardAudit
from data_access.calendar import fill_calendar
from data_access.engine import engine
from data_access.migrate import upgrade
from data_access.revisions import at_head, revision
from data_access.tables import NightStay, Petition, Table
from metrics.period import Period
from metrics.registry import indicator
from metrics.vocabulary import Level
from reports.source import DatabaseSource
from tests.builders import EVERYTHING, TOWNSHIP
from tests.test_attacks_audit import _an_empty_database

ROOT = Path(__file__).parents[1]
RELEASES = ROOT / "tests" / "releases"
LAST = "0.1.0"


@pytest.fixture(params=["sqlite", "postgresql"])
def released(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """The last release's database."""
    dump = (RELEASES / f"{LAST}.{request.param}.sql").read_text(encoding="utf-8")
    if request.param == "sqlite":
        file = tmp_path / "released.db"
        with closing(sqlite3.connect(file)) as connection:
            connection.executescript(dump)
        return engine(f"sqlite:///{file}")
    database = _an_empty_database(request.getfixturevalue("postgresql_url"))
    with psycopg.connect(database.url.set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        connection.execute(dump.encode())
    return database


def test_the_last_releases_database_is_brought_to_this_programs_tables(released: Engine) -> None:
    with released.connect() as connection:
        assert revision(connection) == "0002"
        tables = [table for table in Table.metadata.sorted_tables if released.dialect.has_table(connection, table.name)]
        before = {table.name: connection.scalar(text(f"SELECT count(*) FROM {table.name}")) for table in tables}
    assert before["petition"] == 2
    upgrade(released)
    upgrade(released)
    with released.begin() as connection:
        assert at_head(connection)
        assert compare_metadata(MigrationContext.configure(connection, opts={"version_table": "board_migration"}), Table.metadata) == []
        after = {name: connection.scalar(text(f"SELECT count(*) FROM {name}")) for name in before}
        changing = {"board_change_mark", "board_session"}
        assert {name: rows for name, rows in after.items() if name not in changing} == {
            name: rows for name, rows in before.items() if name not in changing
        }
        chain = verified_chain(connection)
        assert (chain.broken, chain.rows) == (None, connection.scalar(select(func.count()).select_from(BoardAudit)))
        assert chain.rows >= 4
        restricted = dict(connection.execute(select(Petition.number, Petition.restricted)).all())
        assert restricted["A-2"], "what names 检举 is restricted since"
        assert connection.scalar(select(func.count()).select_from(NightStay)) == 3
        fill_calendar(connection, last_year=2027)
        source = DatabaseSource(connection, EVERYTHING)
        frame = source.frame(indicator("duty.chief_nights"), Level.TOWNSHIP, Period.parse("2026-11"), date(2026, 11, 20))
        assert list(frame.loc[frame["code"] == TOWNSHIP, "n"]) == [1], "figures are counted on it"


def test_who_could_sign_in_still_can(released: Engine) -> None:
    upgrade(released)
    now = datetime(2026, 11, 26, 9)
    result = sessions.sign_in(released, "shuji", "Old-Pass-2026", now)
    assert result.account is not None
    assert result.account.role is accounts.Role.LEADER
    assert result.account.is_granted


def test_the_note_on_going_back_tells_of_every_migration() -> None:
    newest = max(path.name[:4] for path in (ROOT / "data_access" / "migrations" / "versions").glob("0*.py"))
    table = (ROOT / "docs" / "upgrades.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| [\w.]+ \| \d{4}–(\d{4}) \|", table, re.MULTILINE)[-1] == newest
