"""Facts of 住夜 and 诉求 where one database holds 1, 10 and 100 counties: ``python -m bench.province [--counties 1 10 100]``.

A simulation: county ×1 of the demo over half a year, then copied with codes and ids of its own, so that statistics and plans are those of
a hundred counties, but every county is alike. Milliseconds are medians of three, for everything and for one county among the others.
"""

from __future__ import annotations

import argparse
import statistics
import time
from dataclasses import replace
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Engine, Text, column, func, insert, select, true, values

from bench.databases import a_folder, postgresql
from bench.queries import asked_facts
from data_access.clock import beijing_now
from data_access.engine import engine
from data_access.facts import FACTS
from data_access.scope import Scope
from data_access.tables import IDS_A_COUNTY, NightStay, Petition, Table
from ingest.demo.geography import county_code
from ingest.demo.sink import BulkSink, bulk_load
from ingest.demo.world import Size
from metrics.period import Period, PeriodKind
from reports.frames import question
from reports.source import DatabaseSource, window

COPIED = ("area", "person", "appointment", "leave_period", "night_stay", "petition", "petition_event", "petition_rating")
HALF_A_YEAR = replace(Size(), months=6)
RUNS = 3
FIRST = county_code(0)


def copied(connection: Connection, name: str, counties: list[str]) -> None:
    """The first county's rows of a table once more for each of ``counties``, in their codes and their ranges of ids."""
    made = Table.metadata.tables[name]
    own = made.alias("own")
    county = values(column("code", Text), column("shift", BigInteger), name="county").data(
        [(each, int(each) * IDS_A_COUNTY) for each in counties]
    )

    def of_county(each: ColumnElement[Any]) -> ColumnElement[Any]:
        if each.name in ("code", "parent_code", "area_code", "number"):
            return county.c.code + func.substr(each, len(FIRST) + 1)
        return each + county.c["shift"] if isinstance(each.type, BigInteger) else each

    of_first = own.c.id < IDS_A_COUNTY if "id" in own.c else own.c.code.startswith(FIRST)
    rows = select(*(of_county(each) for each in own.c)).select_from(own.join(county, true())).where(of_first)
    connection.execute(insert(made).from_select(list(made.c), rows))


def grow(database: Engine, counties: range) -> None:
    """More counties beside those that are there."""
    with database.begin() as connection:
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        with bulk_load(connection, BulkSink(connection)):
            for name in COPIED:
                copied(connection, name, [county_code(number) for number in counties])
    with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.exec_driver_sql("VACUUM ANALYZE")


def milliseconds(connection: Connection, scope: Scope) -> dict[str, float]:
    """Each fact that is made of the copied tables alone, over the running month."""
    as_of, found = beijing_now().date(), {}
    source, month = DatabaseSource(connection, scope), Period.holding(PeriodKind.MONTH, as_of)
    for name, (level, span) in asked_facts().items():
        fact = FACTS[name]
        if not set(fact.tables) <= {*COPIED, "calendar_day"}:
            continue
        asked = fact.asked(window(question(source, level, month, as_of), span))
        fact.query(scope, connection, asked)
        taken = []
        for _ in range(RUNS):
            began = time.perf_counter()
            fact.query(scope, connection, asked)
            taken.append(1000 * (time.perf_counter() - began))
        found[name] = statistics.median(taken)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.province", description=__doc__)
    parser.add_argument("--counties", type=int, nargs="+", default=[1, 10, 100])
    counties, there = parser.parse_args().counties, 1
    columns: dict[str, dict[str, float]] = {}
    with a_folder() as folder, postgresql(folder, 1, HALF_A_YEAR) as filled:
        database = engine(filled.url)
        for count in counties:
            if count > there:
                grow(database, range(there, count))
                there = count
            with database.connect() as connection:
                rows = [connection.scalar(select(func.count()).select_from(table)) for table in (NightStay, Petition)]
                print(f"×{count}: {rows[0]:,} night stays, {rows[1]:,} petitions", flush=True)
                columns[f"×{count}, all"] = milliseconds(connection, Scope.operator())
                columns[f"×{count}, one county"] = milliseconds(connection, Scope.operator(FIRST))
    print("| fact |", " | ".join(columns), "|")
    print("| --- |", " ---: |" * len(columns))
    for name in next(iter(columns.values())):
        print(f"| `{name}` |", " | ".join(f"{column[name]:,.1f}" for column in columns.values()), "|")
    print("| all of them |", " | ".join(f"{sum(column.values()):,.0f}" for column in columns.values()), "|")


if __name__ == "__main__":
    main()
