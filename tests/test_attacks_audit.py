"""What the owner of the tables, a database role or another user of the machine can do to the audit, the rows and the file."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import count
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, create_engine, insert, select, text
from sqlalchemy.exc import DBAPIError

from data_access import sessions
from data_access.__main__ import main
from data_access.accounts import Role, add_account, cookie_key
from data_access.administration import AuditSearch, audit_count, audit_page
from data_access.audit import Action, Chain, record, verified_chain
from data_access.decisions import Decision, decide
from data_access.engine import engine, said
from data_access.freshness import change_marks, fold_marks
from data_access.grants import RUNTIME, GrantError, grants
from data_access.migrate import alembic_config, upgrade
from data_access.revisions import VERSION_TABLE, at_head
from data_access.scope import Scope
from data_access.selection_flow import open_draft
from data_access.tables import CONTRACT, Petition, Table
from ingest.ledgers.choices import keep_choice
from ingest.ledgers.directory import directory
from ingest.ledgers.undo import plan, take_back
from tests.builders import (
    CELL,
    COUNTY,
    EVERYTHING,
    TOWNSHIP,
    VILLAGE,
    a_county,
    a_person,
    a_petition,
    an_appointment,
    an_area,
)
from tests.signed_in import RIGHT, a_token, an_account
from tests.test_attacks_data import KEEPER, NO_ACCUSATIONS, SPELLINGS, put
from tests.test_ledgers import NOW, a_book
from tests.test_migrations import FOREIGN

_numbers = count(1)


# --- the audit ------------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["sqlite", "postgresql"])
def own(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A migrated database of this test alone: what it does to the audit or to roles, no other test meets."""
    if request.param == "sqlite":
        found = engine(f"sqlite:///{tmp_path / 'own.db'}")
    else:
        found = _an_empty_database(request.getfixturevalue("postgresql_url"))
    upgrade(found)
    yield found
    found.dispose()


def _an_empty_database(postgresql_url: str) -> Engine:
    server = engine(postgresql_url)
    name = f"own_{next(_numbers)}"
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    return engine(server.url.set(database=name).render_as_string(hide_password=False))


def told(database: Engine, *names: str) -> None:
    for name in names:
        with database.begin() as connection:
            record(connection, name, Action.SIGN_IN, NOW, "条")


def chain_of(database: Engine, seen: str = "") -> Chain:
    with database.connect() as connection:
        return verified_chain(connection, seen)


def without_triggers(database: Engine, statement: str) -> None:
    """What the owner of the tables can do, and the runtime role cannot."""
    with database.begin() as connection:
        if database.dialect.name == "sqlite":
            kept = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'board_audit'")).all()
            for name, _ in kept:
                connection.execute(text(f"DROP TRIGGER {name}"))
            connection.execute(text(statement))
            for _, sql in kept:
                connection.execute(text(sql))
        else:
            connection.execute(text("ALTER TABLE board_audit DISABLE TRIGGER USER"))
            connection.execute(text(statement))
            connection.execute(text("ALTER TABLE board_audit ENABLE TRIGGER USER"))


@pytest.mark.parametrize(
    ("statement", "whole_before"),
    [
        ("UPDATE board_audit SET detail = '改' WHERE username = 'c'", 2),
        ("UPDATE board_audit SET username = 'x' WHERE username = 'a'", 0),
        ("UPDATE board_audit SET at = '2026-01-01 00:00:00' WHERE username = 'e'", 4),
        ("DELETE FROM board_audit WHERE username = 'b'", 1),
        ("DELETE FROM board_audit WHERE username IN ('a', 'b')", 0),
        ("UPDATE board_audit SET digest = 'x' WHERE username = 'd'", 3),
        ("INSERT INTO board_audit (at, username, action, digest) VALUES ('2026-11-20 20:00:00', 'z', 'sign_in', '')", 5),
    ],
)
def test_whatever_is_changed_in_the_audit_breaks_the_chain_there(own: Engine, statement: str, whole_before: int) -> None:
    told(own, "a", "b", "c", "d", "e")
    assert (chain_of(own).rows, chain_of(own).broken) == (5, None)
    without_triggers(own, statement)
    chain = chain_of(own)
    assert chain.broken is not None
    assert chain.rows == whole_before


def test_an_audit_cut_short_is_noticed_by_the_end_that_was_written_down(own: Engine) -> None:
    told(own, "a", "b", "c")
    seen = chain_of(own).end
    told(own, "d")
    assert chain_of(own, seen).seen
    without_triggers(own, "DELETE FROM board_audit WHERE username IN ('c', 'd')")
    assert (chain_of(own).broken, chain_of(own, seen).seen) == (None, False)


def test_rows_of_many_writers_at_once_follow_one_another(own: Engine) -> None:
    def write(name: str) -> None:
        for _ in range(10):
            told(own, name)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, "abcdef"))
    assert (chain_of(own).rows, chain_of(own).broken) == (60, None)


def test_rows_from_before_the_chain_are_chained_and_spelled_accusations_restricted_by_the_migration(
    postgresql_url: str, tmp_path: Path
) -> None:
    for database in (create_engine(f"sqlite:///{tmp_path / 'old.db'}"), _an_empty_database(postgresql_url)):
        with database.begin() as connection:
            command.upgrade(alembic_config(connection), "0006")
            for name in "abc":
                connection.execute(text(f"INSERT INTO board_audit (at, username, action) VALUES ('2026-10-08 09:00:00', '{name}', 'x')"))
            for number, category in enumerate((*SPELLINGS, *NO_ACCUSATIONS)):
                words = "NULL" if category is None else f"'{category}'"
                values = f"'{number}', '{VILLAGE}', {words}, '2026-10-08 09:00:00'"
                connection.execute(text(f"INSERT INTO petition (number, area_code, category, opened_at) VALUES ({values})"))
        upgrade(database)
        told(database, "d")
        assert (chain_of(database).rows, chain_of(database).broken) == (4, None)
        with database.connect() as connection:
            assert len(connection.scalars(select(Petition.id).where(Petition.restricted.is_(True))).all()) == len(SPELLINGS)
        with pytest.raises(DBAPIError, match="append-only"), database.begin() as connection:
            connection.execute(text("UPDATE board_audit SET username = 'x'"))
        database.dispose()


def test_the_command_says_whether_the_audit_is_whole(
    own: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", own.url.render_as_string(hide_password=False))
    told(own, "a", "b", "c")
    assert main(["audit", "verify"]) == 0
    assert "审计完好:3 条前后相连,链尾 " in capsys.readouterr().out
    assert main(["audit", "verify", "--seen", "0" * 64]) == 1
    assert "不在审计里" in capsys.readouterr().err
    without_triggers(own, "UPDATE board_audit SET detail = '改' WHERE username = 'b'")
    assert main(["audit", "verify"]) == 1
    assert "审计链断在第 2 号(2026-11-20 20:00:00 b):这一条或它之前的一条被改动、删去或插入;此前 1 条完好" in capsys.readouterr().err


def test_an_auditor_of_one_area_reads_what_its_own_accounts_did(connection: Connection) -> None:
    an_area(connection, COUNTY, "county")
    an_area(connection, TOWNSHIP, "township")
    names = {area: f"of-{area or 'all'}" for area in ("", TOWNSHIP)}
    for area, name in names.items():
        add_account(connection, name, name, Role.ADMINISTRATOR, RIGHT, now=NOW, area=area, by=name)
    asked = AuditSearch(NOW - timedelta(days=1), NOW + timedelta(days=1))
    own_scope = Scope(TOWNSHIP, may_audit=True)
    assert set(audit_page(own_scope, connection, asked)["username"]) == {names[TOWNSHIP]}
    assert audit_count(own_scope, connection, asked) == 1
    assert set(names.values()) <= set(audit_page(KEEPER, connection, asked, limit=1000)["username"])
    for nobody in (Scope(TOWNSHIP), Scope("", True, True, True, True, True), Scope(may_audit=True)):
        assert audit_count(nobody, connection, asked) == 0
        assert audit_page(nobody, connection, asked).empty


# --- roles of the database, its file, what errors say -----------------------------------------------------------------------


def test_every_table_of_the_board_has_its_rights() -> None:
    assert set(RUNTIME) == {*Table.metadata.tables, VERSION_TABLE}


@pytest.fixture
def roles(postgresql_url: str) -> Iterator[dict[str, Engine]]:
    """An owner's migrated database, and engines of the two roles that were given their rights by the command."""
    owner = _an_empty_database(postgresql_url)
    upgrade(owner)
    names = {role: f"board_{role}_{next(_numbers)}" for role in ("runtime", "writer")}
    with owner.begin() as connection:
        for name in names.values():
            connection.execute(text(f"CREATE ROLE {name} LOGIN"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", owner.url.render_as_string(hide_password=False))
        for _ in range(2):
            assert main(["grants", "--runtime", names["runtime"], "--writer", names["writer"], "--apply"]) == 0
    found = {role: engine(owner.url.set(username=name).render_as_string(hide_password=False)) for role, name in names.items()}
    yield {"owner": owner, **found}
    for database in (*found.values(), owner):
        database.dispose()


ON_THE_AUDIT = (
    "UPDATE board_audit SET username = 'x'",
    "DELETE FROM board_audit",
    "TRUNCATE board_audit",
    "DROP TABLE board_audit",
    "DROP TRIGGER board_audit_keeps ON board_audit",
    "ALTER TABLE board_audit DISABLE TRIGGER ALL",
    "ALTER TABLE board_audit OWNER TO CURRENT_USER",
    "SET session_replication_role = replica",
    "CREATE OR REPLACE FUNCTION board_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
    "CREATE TABLE mine (id int)",
    "UPDATE board_decision SET note = 'x'",
    "DELETE FROM board_selection_step",
    "DELETE FROM board_selection",
    "DELETE FROM board_account",
    "DELETE FROM board_import",
    "UPDATE board_import_row SET restricted = false",
    "UPDATE board_migration SET version_num = 'x'",
)


@pytest.mark.parametrize("statement", ON_THE_AUDIT)
def test_the_runtime_role_can_take_nothing_back(roles: dict[str, Engine], statement: str) -> None:
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner"), roles["runtime"].begin() as connection:
        connection.execute(text(statement))


def test_the_board_runs_as_the_runtime_role(roles: dict[str, Engine], tmp_path: Path) -> None:
    runtime = roles["runtime"]
    with runtime.connect() as connection:
        assert at_head(connection)
    with runtime.begin() as connection:
        a_county(connection)
        an_appointment(connection, "township_leader", person=a_person(connection, "张三"))
        stays = put(connection, "住夜", a_book(tmp_path, ("日期", "姓名", "单位"), ("2026-10-08", "张三", "泥河镇")))
        households = put(connection, "户", a_book(tmp_path, ("户编号", "所属邻", "户类型"), ("HD-9", CELL, "普通户")))
        petition = a_petition(connection, "2026-10-08 09:00")
        decide(EVERYTHING, connection, petition, Decision.TASK, "限期办结", (NOW + timedelta(days=9)).date(), "shuji", NOW)
        keep_choice(connection, directory(EVERYTHING, connection), "张三", "泥河镇", 1, by="test", now=NOW)
    name = an_account(runtime)
    token = a_token(runtime, name)
    with runtime.begin() as connection:
        sessions.end_session(connection, token, NOW)
        cookie_key(connection)
        for loading in (households, stays):
            take_back(connection, plan(connection, loading.import_id, EVERYTHING), why="w", by="test", now=NOW)
        open_draft(connection, 2026, "cell_captain", name, "评选", NOW)
    fold_marks(runtime, date(2026, 12, 31))
    assert chain_of(runtime).broken is None


def test_a_feed_writes_the_contract_and_reads_nothing_of_the_boards_own(roles: dict[str, Engine]) -> None:
    writer = roles["writer"]
    with writer.begin() as connection:
        for name in CONTRACT:
            connection.execute(text(FOREIGN[name]))
            connection.execute(text(f"SELECT count(*) FROM {name}"))
    with roles["runtime"].connect() as connection:
        assert sum(change_marks(connection).values()) == len(CONTRACT)
    for table in set(Table.metadata.tables) - {*CONTRACT, "board_change_mark"}:
        for statement in (f"SELECT count(*) FROM {table}", f"DELETE FROM {table}"):
            with pytest.raises(DBAPIError, match="permission denied"), writer.begin() as connection:
                connection.execute(text(statement))


def test_rights_are_refused_to_whom_they_could_not_bind(roles: dict[str, Engine], tmp_path: Path) -> None:
    with roles["owner"].connect() as connection:
        me = connection.scalar(text("SELECT current_user"))
        for runtime, writer in ((me, "nobody"), ("nobody", "somebody"), ("same", "same")):
            with pytest.raises(GrantError):
                grants(connection, runtime, writer)
    with engine(f"sqlite:///{tmp_path / 'own.db'}").connect() as connection, pytest.raises(GrantError, match="SQLite"):
        grants(connection, "a", "b")


def test_nobody_else_on_the_machine_reads_the_database(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        file = tmp_path / "var" / "board.db"
        database = engine(f"sqlite:///{file}")
        upgrade(database)
        with database.begin() as connection:
            a_person(connection)
            modes = {each.name: oct(each.stat().st_mode & 0o777) for each in file.parent.iterdir()}
        assert set(modes) == {"board.db", "board.db-wal", "board.db-shm"}
        assert set(modes.values()) == {"0o600"}
        assert file.parent.stat().st_mode & 0o077 == 0
        database.dispose()

        older = tmp_path / "older.db"
        older.touch(0o644)
        engine(f"sqlite:///{older}")
        assert older.stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(before)


def test_an_error_says_no_value_of_a_row(migrated: Engine) -> None:
    secret = {"number": "SECRET-1", "area_code": VILLAGE, "opened_at": NOW, "title": "检举某某"}
    with migrated.connect() as connection:
        connection.execute(insert(Petition), secret)
        with pytest.raises(DBAPIError) as caught:
            connection.execute(insert(Petition), secret)
        connection.rollback()
    printed = "".join(traceback.format_exception(caught.value))
    assert "检举某某" not in printed
    assert "SECRET-1" not in printed, "a log keeps tracebacks"
    assert said(caught.value)
