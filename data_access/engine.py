"""One engine per database address, with the settings each database needs."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection as Connection  # SQLAlchemy's names that other layers need: they import nothing of it themselves
from sqlalchemy import Engine as Engine
from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError as DBAPIError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.pool import PoolProxiedConnection, QueuePool

from data_access.deadline import (
    BUSY_SECONDS,
    MARKS_SECONDS,
    POOL_SECONDS,
    STATEMENT_SECONDS,
    bounded_connection,
    busy_timeout,
    seconds_left,
)

DEFAULT_URL = "sqlite:///var/board.db"
REFUSED_SECONDS = 2 * MARKS_SECONDS
"""How long readers are refused after the database was seen to be away; it is looked at again well before."""


class DatabaseAway(Exception):
    """It was seen a moment ago that the database does not answer, and nobody is made to wait for it."""


DATABASE_AWAY = (OperationalError, InterfaceError, PoolExhausted, DatabaseAway)
"""What is raised where the database does not answer: it is gone, it hangs, all connections wait for it, or it was seen to be so. A mistake
in a statement is another error."""

OTHER_TABLES = "数据表不是这个程序的版本，请管理员运行 python -m data_access migrate"
FULL = "数据库所在的磁盘已满"
_TROUBLE = {
    "no such": OTHER_TABLES,
    "sqlite 13": FULL,
    "sqlite 5": "数据库正被别的程序占用",
    "sqlite 6": "数据库正被别的程序占用",
    "sqlite 8": "数据库文件不可写",
    "sqlite 10": "数据库所在的磁盘读写出错",
    "sqlite 11": "数据库文件已损坏",
    "sqlite 14": "数据库文件打不开",
    "sqlite 26": "数据库文件已损坏",
    "42P01": OTHER_TABLES,
    "42703": OTHER_TABLES,
    "53100": FULL,
    "53300": "数据库的连接数已满",
    "55P03": "数据库正被别的程序占用",
    "40P01": "数据库正被别的程序占用",
    "57014": "数据库太慢，语句已超时",
    "28P01": "数据库的账号或密码不对",
    "42501": "数据库账号权限不够",
    "25006": "数据库是只读的",
}
"""SQLite's error codes and PostgreSQL's states of what an operator can do something about."""


def trouble(problem: Exception) -> str:
    """What is wrong with the database, in words; empty where the fault is not the database's. Nothing of the statement or of its values."""
    cause = getattr(problem, "orig", None)
    code = getattr(cause, "sqlstate", None)
    if isinstance(cause, sqlite3.Error):
        number = getattr(cause, "sqlite_errorcode", 0) & 0xFF  # the low byte is the kind, the rest says more
        code = "no such" if number == sqlite3.SQLITE_ERROR and str(cause).startswith("no such") else f"sqlite {number}"
    return _TROUBLE.get(code or "", "数据库没有应答" if isinstance(problem, DATABASE_AWAY) else "")


_POSTGRES_SETTINGS = (
    f"statement_timeout = {round(1000 * STATEMENT_SECONDS)}",
    "jit = off",  # compiling takes longer than a leaderboard's statement runs
    "random_page_cost = 1.1",  # an index on a disk without a head
)
_SQLITE_SETTINGS = (
    "journal_mode=WAL",  # readers go on while a feed writes
    "synchronous=NORMAL",
    "cache_size=-4096",  # a connection; the kernel keeps the file for all of them together
    "cache_spill=16384",  # pages: a load keeps what it changes (64 MB) until it commits
    # No mmap_size: what each connection has mapped counts in the process's memory as often as there are connections. It saved no time.
    "temp_store=MEMORY",
)


MANY_ROWS = 1000
"""Changed by one who has had a connection: what SQLite has kept of them goes back to the machine."""


def database_url(url: str | None = None) -> URL:
    """The address to use: ``url``, else ``DATABASE_URL``, else the embedded default. Bare PostgreSQL addresses use psycopg 3."""
    address = make_url(url or os.environ.get("DATABASE_URL") or DEFAULT_URL)
    if address.drivername in ("postgresql", "postgres"):
        address = address.set(drivername="postgresql+psycopg")
    return address


class ReadersPool(QueuePool):
    """The connections of all who read and write. While the database is seen to be away nobody queues for it: who does not get an answer at
    once shows what he has."""

    refused_until = float("-inf")

    @property
    def _timeout(self) -> float:
        """SQLAlchemy's own name for its patience: a thread with a deadline queues no longer than it has left."""
        return min(self._patience, seconds_left(self._patience))

    @_timeout.setter
    def _timeout(self, seconds: float) -> None:
        self._patience = seconds

    def connect(self) -> PoolProxiedConnection:
        if time.monotonic() < self.refused_until:
            raise DatabaseAway
        return super().connect()


@contextmanager
def watched(database: Engine) -> Iterator[None]:
    """Around a look at the database over a connection of its own (:func:`reserved`): where it is away, readers are refused until the next
    look has found it again."""
    pool = cast(ReadersPool, database.pool)
    try:
        yield
    except DATABASE_AWAY as problem:
        if (
            trouble(problem) != OTHER_TABLES
        ):  # without the tables it answers all the same (SQLite's error is of the kind of one that is away)
            pool.refused_until = time.monotonic() + REFUSED_SECONDS
        raise
    pool.refused_until = float("-inf")


@lru_cache(maxsize=16)
def _engine(rendered: str, reserved: bool = False) -> Engine:
    url = make_url(rendered)
    pool: dict[str, Any] = {"poolclass": ReadersPool, "pool_size": 5, "max_overflow": 10, "pool_timeout": POOL_SECONDS}
    if reserved:
        pool = {"pool_size": 1, "max_overflow": 0, "pool_timeout": 0}
    if url.get_backend_name() != "sqlite":
        postgresql = create_engine(
            url,
            hide_parameters=True,  # an error in the log names no person
            pool_pre_ping=True,  # a restarted server costs one ping, not an error page
            **pool,
            connect_args={"connect_timeout": 5},
        )
        if url.get_driver_name() == "psycopg":

            @event.listens_for(postgresql, "do_connect")
            def _connect(_dialect: Any, _record: Any, arguments: list[Any], parameters: dict[str, Any]) -> Any:
                return bounded_connection(arguments, parameters)

        @event.listens_for(postgresql, "handle_error")
        def _without_values(context: Any) -> None:
            problem, told = context.original_exception, context.sqlalchemy_exception
            if getattr(problem, "sqlstate", None):  # wherever either is printed: DETAIL quotes whole rows
                whole, problem.args = str(problem), (_first_line(problem),)
                if told is not None:
                    told.args = tuple(str(each).replace(whole, str(problem)) for each in told.args)

        _on_connect(postgresql, [f"SET {setting}" for setting in _POSTGRES_SETTINGS])
        return postgresql
    if url.database and url.database != ":memory:" and not url.database.startswith("file:"):
        _for_its_owner_alone(Path(url.database))
    sqlite = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS}, **pool)
    _on_connect(sqlite, [f"PRAGMA {setting}" for setting in _SQLITE_SETTINGS])

    @event.listens_for(sqlite, "checkout")
    def _patience(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.execute(busy_timeout())

    @event.listens_for(sqlite, "checkin")
    def _give_back(connection: Any, record: Any) -> None:
        if connection is not None and connection.total_changes - record.info.get("changes", 0) > MANY_ROWS:
            connection.execute("PRAGMA shrink_memory")  # a load's pages would lie there until others need the room
            record.info["changes"] = connection.total_changes

    return sqlite


def _for_its_owner_alone(file: Path) -> None:
    """Nobody else on the machine reads the database's file; what SQLite puts beside it (-wal, -shm, a copy by VACUUM) takes its mode."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(OSError):  # another user's file, or a read-only disk
        if not file.exists():
            file.touch(0o600)
        for each in (file, *(file.with_name(f"{file.name}{end}") for end in ("-wal", "-shm", "-journal"))):
            with suppress(FileNotFoundError):
                each.chmod(each.stat().st_mode & 0o700)


def _on_connect(database: Engine, statements: list[str]) -> None:
    """Settings are statements and no part of the address: a PgBouncer between refuses ``options``."""

    @event.listens_for(database, "connect")
    def _tune(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        if database.dialect.name == "sqlite":
            cursor.execute(busy_timeout())  # the next statement may wait for a lock
        for statement in statements:
            cursor.execute(statement)
        cursor.close()
        connection.commit()  # a SET that is rolled back with the first transaction has never been


def engine(url: str | None = None) -> Engine:
    """The engine for an address, made once per process. Raises :class:`sqlalchemy.exc.ArgumentError` for a malformed address."""
    return _engine(database_url(url).render_as_string(hide_password=False))


def said(problem: DBAPIError) -> str:
    """What a database says of an error, without the values."""
    return _first_line(problem.orig)


def _first_line(problem: BaseException | None) -> str:
    """PostgreSQL's lines after the first quote whole rows."""
    return str(problem).strip().partition("\n")[0]


def reserved(database: Engine) -> Engine:
    """The same database with one connection that no reader takes: who looks after it need not wait until others have their answers.

    For one thread: a second one that asks at the same time is refused at once.
    """
    return _engine(database.url.render_as_string(hide_password=False), reserved=True)


def reading_engine() -> Engine:
    """Where figures, lists and their change marks are read: ``READ_DATABASE_URL``, a replica that may lag, else the one database.

    What the board writes itself (accounts, decisions, steps of a selection) is read where it is written: who has done it sees it at once.
    """
    return engine(os.environ.get("READ_DATABASE_URL") or None)


def engine_of(tables: Iterable[str]) -> Engine:
    """Where a question about these tables is asked: as soon as one of the board's own is among them, where those are written."""
    return engine() if any(boards_own(table) for table in tables) else reading_engine()


def boards_own(table: str) -> bool:
    """A table that nobody but the board writes."""
    return table.startswith("board_")
