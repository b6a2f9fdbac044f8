"""What an answer is said to depend on is what it depends on: whatever changes it changes the part of the state that it was made under."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine, delete, insert, select, update

from data_access.facts import FACTS
from data_access.freshness import change_marks
from data_access.scope import Scope
from data_access.state import CLOCKS, State
from data_access.tables import CONTRACT, Table
from data_access.window import Window
from metrics.definition import Span
from metrics.period import Period
from metrics.registry import REGISTRY
from metrics.rulebook import rulebook
from metrics.vocabulary import Level
from reports.frames import indicator_frame, question
from reports.source import DatabaseSource, bound_numbers, frame_question, settled, window
from tests.all_answers import texts
from tests.conftest import migrated_file
from tests.random_worlds import AS_OF, a_world, stored

EVERYTHING = Scope(area="")
NUMBERS = bound_numbers(rulebook().on(AS_OF))
STILL = dict.fromkeys(CLOCKS, datetime(2026, 11, 5))
SEPTEMBER, OCTOBER = (date(2026, 9, 1), date(2026, 9, 30)), (date(2026, 10, 1), date(2026, 10, 31))
WINDOWS = [
    (SEPTEMBER, AS_OF, None),
    (OCTOBER, AS_OF, datetime(2026, 11, 5, 12)),
    ((date(2026, 10, 5), date(2026, 10, 11)), OCTOBER[1], None),
]
CHANGES = 15


@pytest.fixture
def county(tmp_path: Path) -> Iterator[Engine]:
    database = migrated_file(tmp_path / "county.db")
    with database.begin() as connection:
        connection.execute(delete(Table.metadata.tables["calendar_day"]))
        stored(connection, a_world(7).rows)
    yield database
    database.dispose()


def under(connection: Connection) -> State:
    return State(change_marks(connection), STILL, datetime(2026, 11, 5))


def changed(connection: Connection, dice: random.Random) -> str:
    """One change as another system might make it: a row goes, comes, moves in time, or gets something of another row."""
    table = Table.metadata.tables[dice.choice([name for name in CONTRACT if name not in ("area", "department")])]
    rows = connection.execute(select(table)).mappings().all()
    if not rows:
        return "nothing"
    row, other = dict(dice.choice(rows)), dict(dice.choice(rows))
    key = [column.name for column in table.primary_key]
    mine = [table.c[name] == row[name] for name in key]
    kind = dice.choice(["delete", "insert", "move", "copy", "copy"])
    if kind == "delete":
        connection.execute(delete(table).where(*mine))
    elif kind == "insert" and key == ["id"]:
        connection.execute(insert(table), [{**moved(other, dice), "id": 900_000 + dice.randrange(90_000), **unlike(other)}])
    else:
        found = moved(row, dice) if kind == "move" else {**row, **{name: other[name] for name in dice.sample(sorted(row), 3)}}
        values = {name: value for name, value in found.items() if name not in key and name not in unlike(row)}
        connection.execute(update(table).where(*mine).values(values))
    return f"{kind} {table.name} {row}"


def unlike(row: dict[str, Any]) -> dict[str, Any]:
    """What no two rows may share."""
    return {name: None for name in ("source_ref", "number") if name in row and name != "number"} | (
        {"number": f"N{random.randrange(10**9)}"} if "number" in row else {}
    )


def moved(row: dict[str, Any], dice: random.Random) -> dict[str, Any]:
    days = timedelta(days=dice.randrange(-40, 41))
    return {name: value + days if isinstance(value, date) else value for name, value in row.items()}


@pytest.mark.parametrize("seed", [1, pytest.param(4, marks=pytest.mark.slow)])
def test_a_change_that_changes_a_fact_changes_what_it_was_made_under(county: Engine, seed: int) -> None:
    dice, told = random.Random(seed), 0
    asked = {
        (name, number): fact.asked(Window("township", *days, as_of, NUMBERS, until))
        for name, fact in FACTS.items()
        for number, (days, as_of, until) in enumerate(WINDOWS)
    }

    def answers(connection: Connection) -> dict[Any, list[str]]:
        return {key: texts(FACTS[key[0]].query(EVERYTHING, connection, each)) for key, each in asked.items()}

    with county.begin() as connection:
        before, state = answers(connection), under(connection)
    for _ in range(CHANGES):
        with county.begin() as connection:
            what = changed(connection, dice)
        with county.begin() as connection:
            after, now = answers(connection), under(connection)
        for key, each in asked.items():
            reads = FACTS[key[0]].reads(each)
            if before[key] != after[key]:
                told += 1
                assert state.under(reads) != now.under(reads), (key, what)
        before, state = after, now
    assert told > CHANGES, "hardly anything was changed"


def test_a_commit_into_this_month_leaves_the_closed_months_alone(county: Engine) -> None:
    table = Table.metadata.tables["night_stay"]
    with county.begin() as connection:
        before = under(connection)
        row = dict(connection.execute(select(table)).mappings().first() or {})
        connection.execute(insert(table), [{**row, "id": 900_001, "night": date(2026, 11, 4), "source_ref": None}])
    with county.begin() as connection:
        after = under(connection)
    read = {
        month: FACTS["township_roll"].reads(Window("", Period.parse(month).first, Period.parse(month).last, AS_OF, NUMBERS))
        for month in ("2026-09", "2026-10", "2026-11")
    }
    assert {month: before.under(reads) != after.under(reads) for month, reads in read.items()} == {
        "2026-09": False,
        "2026-10": False,
        "2026-11": True,
    }


LATER = date(2027, 3, 9)


def test_a_figure_that_is_settled_is_the_same_whenever_it_is_asked(county: Engine) -> None:
    lasting = 0
    with county.connect() as connection:
        source = DatabaseSource(connection, EVERYTHING)
        for entry in REGISTRY.values():
            for level in {Level.TOWNSHIP, Level.VILLAGE, Level.PERSON} & set(entry.levels):
                for period in (Period.parse("2026-09"), Period.parse("2026-W40"), Period.parse("2026-Q3")):
                    if not entry.needs_at(level) or not settled(entry, level, period, LATER):
                        continue
                    lasting += 1
                    asked = frame_question(source, entry, level, period, LATER)
                    assert asked.name == frame_question(source, entry, level, period, LATER + timedelta(days=1)).name
                    now, then = asked.count(), indicator_frame(source, entry, level, period, LATER)
                    pd.testing.assert_frame_equal(now, then, obj=f"{entry.id} {level} {period.text}")
    assert lasting > 50


def test_what_goes_on_after_its_period_is_asked_anew_every_day(county: Engine) -> None:
    with county.connect() as connection:
        source = DatabaseSource(connection, EVERYTHING)
        resolved = REGISTRY["petitions.resolved"]
        september = Period.parse("2026-09")
        first, second = (frame_question(source, resolved, Level.TOWNSHIP, september, LATER + timedelta(days=more)) for more in (0, 1))
        assert first.name != second.name
        asked = question(source, Level.TOWNSHIP, september, LATER)
        read = FACTS["petitions_ended_and_rated"].reads(window(asked, Span.PERIOD))
        assert {part.last for part in read if part.name == "petition_rating"} == {LATER}
