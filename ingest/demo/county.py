"""The whole demo: counties one after another into an empty, migrated database, in one transaction."""

from __future__ import annotations

import sys
import time
from datetime import date, datetime, timedelta
from datetime import time as clock_time

import numpy as np
from sqlalchemy import Connection, Engine, delete, insert, select

from data_access.board_tables import BoardAccount, BoardProperty
from data_access.calendar import fill_calendar, working_calendar
from data_access.migrate import upgrade
from data_access.tables import IDS_A_COUNTY, Table, own_ids
from ingest.demo.captains import captain_meetings, captain_visits, good_deeds, marks, survey, training
from ingest.demo.geography import county_code, county_name, geography
from ingest.demo.nights import night_sessions, night_stays, night_visits
from ingest.demo.people import people
from ingest.demo.petitions import petitions
from ingest.demo.reception import announced_slots, reception_slots
from ingest.demo.rosters import rosters
from ingest.demo.sink import BulkSink, bulk_load
from ingest.demo.world import Ids, Size, World

TONIGHT = clock_time(21, 30)
"""A past last day is shown as it stood at half past nine in the evening."""

DEMO = "demo"
"""``board_property`` name: this database holds the demo county; the value is its seed."""

ROWS_A_COUNTY = 1_070_000
"""About what county ×1 comes to in 18 months; only the progress bar uses it."""


class NotEmpty(Exception):
    """The database already holds a county."""


class Progress:
    """A bar on a terminal, a line per county elsewhere."""

    def __init__(self, expected: int, quiet: bool) -> None:
        self.expected, self.quiet, self.done, self.began, self.subject = expected, quiet, 0, time.monotonic(), ""
        self.terminal = sys.stderr.isatty()

    def rows(self, count: int) -> None:
        self.done += count
        self._show()

    def at(self, subject: str) -> None:
        self.subject = subject
        self._show()

    def _show(self) -> None:
        if self.quiet or not self.terminal:
            return
        share = min(self.done / self.expected, 0.99)
        bar = "█" * int(28 * share) + "░" * (28 - int(28 * share))
        sys.stderr.write(f"\r{bar} {share:4.0%} {self.done:>10,} 行 {self.subject}\033[K")
        sys.stderr.flush()

    def finished(self) -> None:
        if not self.quiet:
            end = "\r" if self.terminal else ""
            sys.stderr.write(f"{end}演示数据已装入:{self.done:,} 行,用时 {time.monotonic() - self.began:.0f} 秒\033[K\n")


def refuse_unless_empty(connection: Connection) -> None:
    """Raise :class:`NotEmpty` where any contract table but the calendar has a row, or somebody has an account: a real county begins so."""
    if connection.scalar(select(BoardAccount.username).limit(1)) is not None:
        raise NotEmpty("数据库已有账号,演示数据只能装入空库;请换一个 DATABASE_URL。")
    for table in Table.metadata.sorted_tables:
        if table.name == "calendar_day" or table.name.startswith("board_"):
            continue
        if connection.execute(select(table.c[0]).limit(1)).first() is not None:
            raise NotEmpty("数据库已有数据(表 " + table.name + "),演示数据只能装入空库;请换一个 DATABASE_URL,或删除演示库后重试。")


def period_start(until: date, months: int) -> date:
    """The first day of the first of ``months`` months, the last one being that of ``until``."""
    count = until.year * 12 + until.month - months
    return date(count // 12, count % 12 + 1, 1)


def fill(
    database: Engine,
    *,
    seed: int = 1,
    until: date,
    moment: datetime | None = None,
    scale: int = 1,
    size: Size | None = None,
    quiet: bool = False,
) -> dict[str, int]:
    """Migrate, then fill an empty database with ``scale`` fictional counties. Returns rows by table.

    ``moment`` is the present where ``until`` is today: nothing is written that would be later. The same arguments give
    the same rows. Raises :class:`NotEmpty`.
    """
    size = size or Size()
    evening = datetime.combine(until, TONIGHT)
    moment = min(moment or evening, evening)
    upgrade(database)
    with database.begin() as connection:
        refuse_unless_empty(connection)
        fill_calendar(connection, last_year=until.year + 1)
        calendar = working_calendar(connection)
    start = period_start(until, size.months)
    if start < calendar["day"].iloc[0]:
        raise ValueError(f"the calendar begins on {calendar['day'].iloc[0]}, after the first day of the period, {start}")
    workday = calendar.loc[[day >= start for day in calendar["day"]], "is_workday"].to_numpy(dtype=bool)
    # petitions still open today end later, some more than a year on: the calendar goes on by plain weeks there
    beyond = [(calendar["day"].iloc[-1] + timedelta(days=1 + n)).weekday() < 5 for n in range(1000)]
    workday = np.concatenate([workday, beyond])
    progress = Progress(ROWS_A_COUNTY * scale, quiet)
    with database.connect() as connection:
        if database.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")  # the driver would begin at the first INSERT only; the DDL belongs to the transaction too
        sink = BulkSink(connection, progress.rows)
        with bulk_load(connection, sink):
            for number in range(scale):
                code = county_code(number)
                ids = Ids(range(1, IDS_A_COUNTY) if scale == 1 else own_ids(code))
                world = World(number, code, county_name(number), seed, size, start, until, moment, workday, ids, sink)
                _one_county(world, progress)
            progress.at("建立索引")
        connection.execute(delete(BoardProperty).where(BoardProperty.name == DEMO))
        connection.execute(insert(BoardProperty), {"name": DEMO, "value": str(seed)})
        connection.exec_driver_sql("ANALYZE")  # or the planner knows nothing of a million new rows
        connection.commit()
    progress.finished()
    return sink.rows


def _one_county(world: World, progress: Progress) -> None:
    progress.at(f"{world.name} 区划与人员")
    land = geography(world)
    staff = people(world, land)
    progress.at(f"{world.name} 住夜")
    rosters(world, land, staff, night_stays(world, land, staff))
    progress.at(f"{world.name} 三夜")
    night_sessions(world, land, staff)
    visits = night_visits(world, land, staff)
    progress.at(f"{world.name} 接待")
    slots = reception_slots(world, land, staff)
    announced_slots(world, land, staff)
    progress.at(f"{world.name} 诉求")
    petitions(world, land, staff, visits, slots)
    progress.at(f"{world.name} 三长")
    captain_visits(world, land, staff)
    captain_meetings(world, land, staff)
    training(world, land, staff)
    survey(world, land, staff)
    marks(world, land, staff)
    good_deeds(world, land, staff)
