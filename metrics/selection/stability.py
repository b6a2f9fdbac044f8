"""Would it be the same people under slightly other weights? Weightings drawn around the configured one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from metrics.selection.quotas import seated_by_score
from metrics.selection.rules import SelectionRules
from metrics.selection.scores import Counts, Scores, shares


def weightings(rules: SelectionRules) -> tuple[np.ndarray, np.ndarray]:
    """Points of the work items (draws × items) and of work, ratings and survey (draws × 3), which always add up to the same total.

    Every weight is moved by a factor within 1 ± ``weight_spread``, evenly and independently.
    """
    items = np.array(list(rules.items.values()))
    parts = np.array([rules.work_points, rules.ratings_points, rules.survey_points])
    raw = np.random.PCG64(rules.seed + 1).random_raw(rules.weightings * (len(items) + 3))
    factors = 1 + rules.weight_spread * (2 * (raw / 2.0**64).reshape(rules.weightings, -1) - 1)
    moved = parts * factors[:, len(items) :]
    return items * factors[:, : len(items)], moved * parts.sum() / moved.sum(axis=1, keepdims=True)


def weight_stability(
    counts: Counts, scored: Scores, rules: SelectionRules, townships: np.ndarray, seats: Mapping[str, int], in_quota: np.ndarray
) -> np.ndarray:
    """The share of weightings under which each candidate stays where the configured weights put them: in the quota, or outside."""
    items, parts = weightings(rules)
    done, due = shares(counts.k, counts.n), (counts.n > 0).astype(float)
    carried = due @ items.T
    attained = np.divide((done * due) @ items.T, carried, out=np.zeros(carried.shape), where=carried > 0)
    rated = _of_full(scored.ratings, rules.ratings_points)
    surveyed = _of_full(scored.survey, rules.survey_points)
    totals = attained.T * parts[:, :1] + rated * parts[:, 1:2] + surveyed * parts[:, 2:] + scored.bonus
    return (seated_by_score(totals, townships, seats) == in_quota).mean(axis=0)


def _of_full(points: np.ndarray, full: float) -> np.ndarray:
    return points / full if full else np.zeros(len(points))
