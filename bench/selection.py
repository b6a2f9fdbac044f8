"""How long the resampling of one ranking takes, for a county's and a city's 邻长."""

from __future__ import annotations

import time
from datetime import date

import numpy as np

from metrics.rulebook import rulebook
from metrics.selection.order import ranks
from metrics.selection.quotas import township_seats
from metrics.selection.rank_intervals import intervals_around, scores_without_luck
from metrics.selection.resampling import alike
from metrics.selection.result import chance_in_quota
from metrics.selection.rules import selection_rules
from metrics.selection.scores import Counts, scores
from metrics.selection.stability import weight_stability
from metrics.vocabulary import Role

SIZES = (3_000, 30_000)


def a_county(size: int) -> tuple[Counts, np.ndarray]:
    chance = np.random.default_rng(1)
    due = [chance.integers(1, 5, size) * 12, chance.integers(5, 12, size) * 4, chance.integers(0, 8, size)]
    n = np.column_stack([*due, np.full(size, 4), chance.integers(20, 90, size)])
    k = chance.binomial(n, chance.uniform(0.5, 1, (size, 1)))
    stars, answers = (chance.multinomial(count, [0.05, 0.05, 0.1, 0.3, 0.5], size) for count in (3, 6))
    return Counts(np.arange(size), k, n, stars, answers, np.zeros(size)), chance.integers(1, 10, size).astype(str)


def seconds(size: int) -> float:
    rules = selection_rules(rulebook().on(date(2026, 12, 31)), Role.CELL_CAPTAIN)
    field, townships = a_county(size)
    seats = township_seats({name: int((townships == name).sum()) for name in np.unique(townships)}, rules.quota)
    begun = time.perf_counter()
    scored = scores(field, rules)
    totals = scores_without_luck(field, scored, rules)
    intervals_around(ranks(scored.total, scored.survey, scored.work, scored.ratings), totals, rules.interval)
    chance_in_quota(totals, townships, seats)
    weight_stability(field, scored, rules, townships, seats, np.zeros(size, dtype=bool))
    alike(np.argsort(-scored.total), totals, rules.apart)
    return time.perf_counter() - begun
