"""The cheats that the data page is to find: entries in bursts, notes copied over and over."""

from __future__ import annotations

import numpy as np

from ingest.demo.geography import Geography
from ingest.demo.world import DAY, HOUR, World


def copying_people(world: World, land: Geography, person: np.ndarray, township: np.ndarray) -> np.ndarray:
    """Rows of people who write the same sentence every time: bool by row. At least one person copies."""
    rates = np.array([habit.steady("copied") for habit in land.habits])
    people, first = np.unique(person, return_index=True)
    chance = world.rng("copying").random(len(people))
    copies = chance < rates[township[first]]
    if len(people) and not copies.any():
        copies[np.argmin(chance)] = True
    return np.isin(person, people[copies])


def entered_in_bursts(
    world: World,
    rng: np.random.Generator,
    land: Geography,
    person: np.ndarray,
    township: np.ndarray,
    day: np.ndarray,
    recorded: np.ndarray,
    per_quarter: bool = False,
) -> np.ndarray:
    """``recorded`` with some person-months (or quarters) of ten or more rows entered within five minutes at the period's end.

    At least two bursts happen, so that even a miniature county has them.
    """
    period = (world.quarter if per_quarter else world.month)[day].astype(np.int64)
    key = person * 1000 + period
    order = np.lexsort((day, key))
    keys, start, count = np.unique(key[order], return_index=True, return_counts=True)
    enough = count >= 10
    rates = np.array([habit.steady("bulk") for habit in land.habits])[township[order[start]]]
    chance = rng.random(len(keys))
    bursts = np.flatnonzero(enough & (chance < rates))
    if len(bursts) < 2:
        bursts = np.flatnonzero(enough)[np.argsort(chance[enough])[:2]]
    result = recorded.copy()
    for burst in bursts.tolist():
        rows = order[start[burst] : start[burst] + count[burst]]
        base = min((int(day[rows].max()) * DAY) + int(rng.integers(20 * HOUR, 22 * HOUR)), world.now - 20 * 60)
        steps = np.cumsum(rng.integers(4, 22, len(rows)))
        known = day[rows] * DAY + 19 * HOUR < base  # nobody enters a visit before it happened
        result[rows[known]] = (base + steps)[known]
    return result
