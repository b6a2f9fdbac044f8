"""A copy of the whole database in one file, and back from it.

SQLite: SQLite's own copying of a database that is in use, into a file of the same kind. PostgreSQL: ``pg_dump`` (custom format) and
``pg_restore``, of at least the server's version. Copy and account (:class:`Account`) are of one moment: both are taken under one
transaction's view. A file that stands under its name is whole; it and the account are for their owner's eyes only (0600).
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import psycopg
from sqlalchemy import Connection, Engine, func, inspect, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ProgrammingError

from data_access import board_tables  # noqa: F401 (its tables belong to the metadata)
from data_access.engine import database_url, engine
from data_access.revisions import revision
from data_access.tables import Table

PG_FOLDERS = "/usr/lib/postgresql/*/bin"
"""Where Debian and its kin keep each version's programs; those in PATH are taken first."""
OWNERS_ONLY = 0o600
CONNECTED_BY = ("host", "hostaddr", "port", "user", "dbname", "options", "service", "sslmode", "sslcert", "sslkey", "sslrootcert")
"""What PostgreSQL's programs are told of the board's connection. Its library is newer than theirs and names options that they refuse."""
Figures = Callable[[Connection, datetime], str]
"""A digest of every figure of a database as at a moment."""


class BackupError(Exception):
    """Why there is no copy, in words for an operator."""


@dataclass(frozen=True)
class Account:
    """What a copy must hold: asked of the database at the moment it was made, and of each that is restored from it."""

    made_at: str
    revision: str
    rows: dict[str, int]
    figures: str
    sha256: str = ""

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.made_at)


def account_of(connection: Connection, at: datetime, figures: Figures) -> Account:
    tables = Table.metadata.sorted_tables
    rows = {table.name: int(connection.scalar(select(func.count()).select_from(table)) or 0) for table in tables}
    return Account(at.isoformat(), revision(connection), rows, figures(connection, at))


def account_beside(path: Path) -> Account:
    """The account of a copy; raises :class:`BackupError` where the file is not what was written."""
    try:
        found = Account(**json.loads(_beside(path).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as problem:
        raise BackupError(f"没有 {path} 的备份说明({_beside(path).name})") from problem
    if _sha256(path) != found.sha256:
        raise BackupError(f"{path} 与备份时不同:文件已损坏或被改动")
    return found


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --- there ----------------------------------------------------------------------------------------------------------


def backup(database: Engine, folder: Path, at: datetime, figures: Figures) -> Path:
    """Writes a copy and its account into the folder; returns the copy."""
    is_sqlite = database.dialect.name == "sqlite"
    path = folder / f"board-{at:%Y%m%d-%H%M%S}.{'db' if is_sqlite else 'dump'}"
    part = path.with_name(f"{path.name}.part")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, OWNERS_ONLY))
        account = (_sqlite_copy if is_sqlite else _postgresql_copy)(database, part, at, figures)
        said = json.dumps({**asdict(account), "sha256": _sha256(part)}, ensure_ascii=False, indent=1)
        beside = _beside(path)
        beside.touch(mode=OWNERS_ONLY)
        beside.write_text(said, encoding="utf-8")
        part.rename(path)
    except OSError as problem:
        raise BackupError(f"备份写不进 {folder}:{problem.strerror}") from problem
    finally:
        with suppress(OSError):
            part.unlink()
    return path


def _sqlite_copy(database: Engine, path: Path, at: datetime, figures: Figures) -> Account:
    with database.connect() as connection, closing(sqlite3.connect(path)) as copy:
        connection.exec_driver_sql("BEGIN")  # Python's driver begins with the first change only: until then each query sees a newer state
        account = account_of(connection, at, figures)
        cast(sqlite3.Connection, connection.connection.driver_connection).backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # all of it in this one file
    return account


def _postgresql_copy(database: Engine, path: Path, at: datetime, figures: Figures) -> Account:
    with database.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        dump, *target = _program("pg_dump", connection)
        account = account_of(connection, at, figures)
        snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
        _run(dump, *target, "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={path}", of=connection)
    return account


# --- and back -------------------------------------------------------------------------------------------------------


def restore(path: Path, url: URL) -> None:
    """Into a database that holds nothing yet. Raises :class:`BackupError`."""
    database = engine(url.render_as_string(hide_password=False))
    with database.connect() as connection:
        if inspect(connection).get_table_names():
            raise BackupError("目标库不是空的:备份只恢复到空库")
        if database.dialect.name != "sqlite":
            back, *target = _program("pg_restore", connection)
            connection.rollback()
            _run(back, *target, "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", str(path), of=connection)
            return
    database.dispose()
    with (
        closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as copy,
        closing(sqlite3.connect(str(url.database))) as new,
    ):
        Path(str(url.database)).chmod(OWNERS_ONLY)
        copy.backup(new)
        if new.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise BackupError(f"{path} 恢复后数据库不完整")


@contextmanager
def restored_aside(path: Path) -> Iterator[Engine]:
    """A database of its own, restored from the copy and gone afterwards; the board's own is not touched."""
    if path.suffix == ".db":
        with tempfile.TemporaryDirectory(dir=path.parent, prefix="drill-") as folder:
            yield from _restored(path, make_url(f"sqlite:///{Path(folder) / 'board.db'}"))
        return
    board, name = engine(), f"board_drill_{secrets.token_hex(4)}"
    try:
        _administered(board, f"CREATE DATABASE {name} TEMPLATE template0")
    except ProgrammingError as problem:
        raise BackupError("本账号无权建库:演练需要 CREATEDB 权限,或请数据库管理员代做") from problem
    try:
        yield from _restored(path, database_url().set(database=name))
    finally:
        _administered(board, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")  # noqa: S608 (our own name)
        _administered(board, f"DROP DATABASE IF EXISTS {name}")  # WITH (FORCE) would do both, from PostgreSQL 13 on


def _restored(path: Path, url: URL) -> Iterator[Engine]:
    restore(path, url)
    scratch = engine(url.render_as_string(hide_password=False))
    try:
        yield scratch
    finally:
        scratch.dispose()


def _administered(database: Engine, statement: str) -> None:
    with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))


# --- PostgreSQL's programs ------------------------------------------------------------------------------------------


def _program(name: str, connection: Connection) -> list[str]:
    """The program that is new enough for the server, and which database it is to work on; the password goes by the environment."""
    server = cast(psycopg.Connection[Any], connection.connection.driver_connection).info
    needed = server.server_version // 10000
    folders = [*os.get_exec_path(), *map(str, sorted(Path("/").glob(PG_FOLDERS.lstrip("/")), reverse=True))]
    for program in filter(None, (shutil.which(name, path=folder) for folder in folders)):
        version = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
        if any(word.partition(".")[0].isdigit() and int(word.partition(".")[0]) >= needed for word in version.split()):
            target = {word: value for word, value in server.get_parameters().items() if word in CONNECTED_BY}
            return [program, f"--dbname={psycopg.conninfo.make_conninfo(**target)}"]
    raise BackupError(f"没有找到 {needed} 版或更新的 {name}:请安装 postgresql-client-{needed},或把它的目录放进 PATH")


def _run(*command: str, of: Connection) -> None:
    server = cast(psycopg.Connection[Any], of.connection.driver_connection).info
    environment = os.environ | ({"PGPASSWORD": server.password} if server.password else {})
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 (our own command)
    if done.returncode:
        raise BackupError(
            f"{Path(command[0]).name} 没有做成:{done.stderr.strip().splitlines()[-1] if done.stderr.strip() else done.returncode}"
        )
