"""What must hold in every county: a scope shows its own and nothing else, parents are Σk/Σn, the order of rows says nothing."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from data_access.scope import Scope
from metrics.period import Period
from metrics.registry import REGISTRY
from metrics.vocabulary import CODE_LENGTHS, Level, Measure
from reports.frames import indicator_frame
from reports.source import DatabaseSource
from tests.random_worlds import AS_OF, a_world, only_of, stored

SEEDS = st.integers(min_value=0, max_value=10**6)
FEW = settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck), database=None)
PERIODS = [Period.parse(text) for text in ("2026-10", "2026-Q4")]
BELOW = (Level.TOWNSHIP, Level.VILLAGE, Level.PATCH, Level.GROUP, Level.CELL)

Figures = dict[tuple[str, str, str], dict[str, Any]]


def plain(value: Any) -> Any:
    if value is None or value != value or str(value) == "<NA>":
        return None
    return round(float(value), 9) if isinstance(value, float) and not math.isnan(value) else value


def figures(connection: Connection, scope: Scope, levels: tuple[Level, ...]) -> Figures:
    """Every indicator at these levels: (id, level, period) → code → what is shown of it."""
    source, found = DatabaseSource(connection, scope), {}
    for period in PERIODS:
        for entry in REGISTRY.values():
            for level in set(levels) & set(entry.levels):
                frame = indicator_frame(source, entry, level, period, AS_OF)
                found[entry.id, str(level), period.text] = {
                    row["code"]: tuple(plain(row[column]) for column in ("k", "n", "value", "rank", "status"))
                    for row in frame.to_dict("records")
                }
    return found


def answered(database: Engine, rows: list, scope: Scope, levels: tuple[Level, ...]) -> Figures:
    """The figures of a database that holds these rows and nothing else."""
    with database.connect() as connection:
        stored(connection, rows)
        try:
            return figures(connection, scope, levels)
        finally:
            connection.rollback()


def differing(one: Figures, other: Figures) -> dict:
    return {key: (one.get(key), other.get(key)) for key in one.keys() | other.keys() if one.get(key) != other.get(key)}


@FEW
@given(seed=SEEDS, own_village=st.booleans())
def test_a_scope_shows_what_a_database_of_its_own_would_show(migrated: Engine, seed: int, own_village: bool) -> None:
    world = a_world(seed)
    area = world.villages[0] if own_village else world.townships[0]
    levels = tuple(level for level in BELOW if CODE_LENGTHS[level] >= len(area))
    everywhere = answered(migrated, world.rows, Scope(area=area), levels)
    alone = answered(migrated, only_of(world, area), Scope(area=area), levels)
    assert differing(everywhere, alone) == {}
    shown = {code for rows in everywhere.values() for code in rows}
    assert shown
    assert all(code.startswith(area) for code in shown)


@FEW
@given(seed=SEEDS)
def test_nobody_sees_nothing(migrated: Engine, seed: int) -> None:
    found = answered(migrated, a_world(seed).rows, Scope(), (Level.COUNTY, *BELOW, Level.PERSON, Level.CATEGORY))
    assert {key: rows for key, rows in found.items() if rows} == {}


NOT_A_SUM = {"quality.perfect"}
"""Lists the units that stand at 100%: the county's list is no sum of the townships' lists."""


@FEW
@given(seed=SEEDS)
def test_parents_are_the_sums_of_their_units(migrated: Engine, seed: int) -> None:
    found = answered(migrated, a_world(seed).rows, Scope(area=""), (Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE))
    checked = 0
    for (indicator_id, level, period), rows in found.items():
        entry, unit = REGISTRY[indicator_id], {"county": "township", "township": "village"}.get(level)
        below = found.get((indicator_id, unit or "", period))
        other_rows = entry.needs_at(Level(level)) != entry.needs_at(Level(unit)) if unit else False
        if below is None or entry.measure is Measure.VALUE or other_rows or indicator_id in NOT_A_SUM:
            continue
        for code, row in rows.items():
            parts = [part for unit_code, part in below.items() if unit_code.startswith(code)]
            for position, name in ((0, "k"), (1, "n")):
                if row[position] is not None:
                    assert row[position] == sum(part[position] for part in parts), (indicator_id, level, period, code, name)
                    checked += 1
    assert checked > 100


@FEW
@given(seed=SEEDS, shuffle=SEEDS)
def test_the_order_of_rows_says_nothing(migrated: Engine, seed: int, shuffle: int) -> None:
    world, levels = a_world(seed), (Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE, Level.CELL, Level.PERSON, Level.CATEGORY)
    shuffled = random.Random(shuffle).sample(world.rows, len(world.rows))
    assert differing(answered(migrated, world.rows, Scope(area=""), levels), answered(migrated, shuffled, Scope(area=""), levels)) == {}


@FEW
@given(seed=SEEDS)
def test_a_share_lies_between_nothing_and_all(migrated: Engine, seed: int) -> None:
    """Attainment is capped, nothing is negative, and n = 0 is missing and unranked, never 0% or 100%."""
    for (indicator_id, level, _period), rows in answered(migrated, a_world(seed).rows, Scope(area=""), (Level.COUNTY, *BELOW)).items():
        if REGISTRY[indicator_id].measure is not Measure.RATE:
            continue
        for code, (k, n, value, rank, _status) in rows.items():
            where = (indicator_id, level, code)
            assert k >= 0, where
            assert n >= 0, where
            assert (value is None) == (n == 0), where
            assert value is None or 0 <= value <= 1, where
            assert n > 0 or rank is None, where


@pytest.mark.parametrize("seed", range(3))
def test_the_random_counties_have_something_to_show(migrated: Engine, seed: int) -> None:
    """The properties above are worth something only where figures are there."""
    found = answered(migrated, a_world(seed).rows, Scope(area=""), (Level.COUNTY, Level.TOWNSHIP))
    shown = {key[0] for key, rows in found.items() for row in rows.values() if row[2] is not None}
    assert len(shown) > 40
