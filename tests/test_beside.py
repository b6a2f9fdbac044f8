"""The dashboard that the board is measured beside shows the board's own numbers."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection, text

from bench.superset import CHARTS
from data_access.engine import engine
from ingest.demo.world import MINIATURE
from tests.builders import figure
from tests.demo_county import filled

TOLD = tomllib.loads(CHARTS.read_text(encoding="utf-8"))["dataset"]
CASES = (
    ("nights", "duty.night_compliance", "sum(compliant)", "count(*)", "night"),
    ("petitions", "petitions.overdue", "sum(overdue)", "sum(open)", None),
    ("petitions", "petitions.closed_on_time", "sum(on_time)", "sum(expected)", "due_at"),
    ("households", "captains.key_visits", "sum(visited)", "count(*)", None),
)
"""A dataset, the indicator, its k and n over the dataset, and the column by which the chart narrows it to the month."""


@pytest.fixture(scope="module")
def county(postgresql_url: str) -> Iterator[Connection]:
    """A demo county on PostgreSQL, whose SQL the datasets are written in; one transaction, so that all see the same moment."""
    server = engine(postgresql_url)
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CREATE DATABASE beside"))
    database = engine(server.url.set(database="beside").render_as_string(hide_password=False))
    filled(database, MINIATURE)
    with database.connect() as connection:
        yield connection
    database.dispose()
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("DROP DATABASE beside WITH (FORCE)"))


@pytest.mark.parametrize("hours", [0, 7, 14, 24], ids="{} hours later".format)
@pytest.mark.parametrize(("dataset", "indicator", "k", "n", "column"), CASES)
def test_a_chart_counts_what_the_board_counts(
    county: Connection, dataset: str, indicator: str, k: str, n: str, column: str | None, hours: int
) -> None:
    """Also at the hours to come, without new data: the hour at which the tests run must not decide."""
    moment = county.execute(text("SELECT now() AT TIME ZONE 'Asia/Shanghai'")).scalar_one() + timedelta(hours=hours)
    asked = f"SELECT code, {k}, {n} FROM ({TOLD[dataset]['sql']}) AS dataset"
    if column:
        asked += f" WHERE date_trunc('month', {column}) = date_trunc('month', now() AT TIME ZONE 'Asia/Shanghai')"
    rows = county.execute(text(f"{asked} GROUP BY code".replace("now()", f"(now() + interval '{hours} hours')"))).all()
    shown = figure(county, indicator, "township", f"{moment:%Y-%m}", moment.isoformat(timespec="seconds"))
    assert {code: (done, of) for code, done, of in rows if of} == {code: (row["k"], row["n"]) for code, row in shown.items() if row["n"]}
    assert rows or moment.day <= 8  # before that it may be that no workday night of the month is over
