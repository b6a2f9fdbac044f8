"""What must hold in every county: a scope shows its own and nothing else, parents are Σk/Σn, the order of rows says nothing."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from data_access.engine import engine
from data_access.migrate import upgrade
from data_access.scope import Scope
from metrics.period import Period
from metrics.registry import REGISTRY
from metrics.vocabulary import Level, Measure
from tests.all_answers import answered, differing
from tests.random_worlds import a_world, only_of

pytestmark = pytest.mark.slow
SEEDS = st.integers(min_value=0, max_value=10**6)
PERIODS = st.sampled_from([Period.parse(text) for text in ("2026-10", "2026-Q4", "2026-W42")])
FEW = settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck), database=None)
"""An example is a whole county asked for every indicator: few examples, each worth a thousand comparisons."""


@pytest.fixture(scope="module")
def one_database(sqlite_url: str) -> Engine:
    """For what no database engine can change once the rows are right."""
    database = engine(sqlite_url)
    upgrade(database)
    return database


@FEW
@given(seed=SEEDS, period=PERIODS, own_village=st.booleans())
def test_a_scope_shows_what_a_database_of_its_own_would_show(migrated: Engine, seed: int, period: Period, own_village: bool) -> None:
    world = a_world(seed)
    area = world.villages[0] if own_village else world.townships[0]
    levels = (Level.VILLAGE, Level.CELL) if own_village else (Level.TOWNSHIP, Level.VILLAGE)
    everywhere = answered(migrated, world.rows, Scope(area=area), levels, period)
    alone = answered(migrated, only_of(world, area), Scope(area=area), levels, period)
    assert differing(everywhere, alone) == {}
    shown = {code for rows in everywhere.values() for code in rows}
    assert shown
    assert all(code.startswith(area) for code in shown)


@FEW
@given(seed=SEEDS, period=PERIODS)
def test_nobody_sees_nothing(migrated: Engine, seed: int, period: Period) -> None:
    found = answered(migrated, a_world(seed).rows, Scope(), (Level.COUNTY, Level.TOWNSHIP, Level.PERSON, Level.CATEGORY), period)
    assert {key: rows for key, rows in found.items() if rows} == {}


@FEW
@given(seed=SEEDS, period=PERIODS)
def test_parents_are_the_sums_of_their_units_and_shares_lie_between_nothing_and_all(
    one_database: Engine, seed: int, period: Period
) -> None:
    found = answered(one_database, a_world(seed).rows, Scope(area=""), (Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE), period)
    compared = 0
    for (indicator_id, level), rows in found.items():
        entry = REGISTRY[indicator_id]
        if entry.measure is Measure.RATE:
            for code, (k, n, value, rank, _status) in rows.items():
                # Attainment is capped, and n = 0 is missing and unranked, never 0% or 100%.
                where = (indicator_id, level, code)
                assert k >= 0, where
                assert n >= 0, where
                assert (value is None) == (n == 0), where
                assert value is None or 0 <= value <= 1, where
                assert n > 0 or rank is None, where
        unit = {"county": Level.TOWNSHIP, "township": Level.VILLAGE}.get(level)
        below = found.get((indicator_id, str(unit)))
        if unit is None or below is None or entry.measure is Measure.VALUE or entry.needs_at(Level(level)) != entry.needs_at(unit):
            continue  # 未填报 of townships and of villages, say, are different nights
        for code, row in rows.items():
            parts = [part for unit_code, part in below.items() if unit_code.startswith(code)]
            for position in (0, 1):
                if row[position] is not None:
                    assert row[position] == sum(part[position] for part in parts), (indicator_id, level, code, "kn"[position])
                    compared += 1
    assert compared > 100


@FEW
@given(seed=SEEDS, shuffle=SEEDS, period=PERIODS)
def test_the_order_of_rows_says_nothing(one_database: Engine, seed: int, shuffle: int, period: Period) -> None:
    world, levels = a_world(seed), (Level.TOWNSHIP, Level.VILLAGE, Level.PERSON)
    shuffled = random.Random(shuffle).sample(world.rows, len(world.rows))
    one, other = (answered(one_database, rows, Scope(area=""), levels, period) for rows in (world.rows, shuffled))
    assert differing(one, other) == {}


def test_the_random_counties_have_something_to_show(one_database: Engine) -> None:
    """The properties above are worth something only where figures are there."""
    found = answered(one_database, a_world(1).rows, Scope(area=""), (Level.COUNTY, Level.TOWNSHIP), Period.parse("2026-Q4"))
    shown = {key[0] for key, rows in found.items() for row in rows.values() if row[2] is not None}
    assert len(shown) > 40
