"""Scores with every term: attainment × points, shrunk stars, shrunk answers, bonus with evidence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from metrics.selection.rules import SelectionRules

STARS = (1, 2, 3, 4, 5)
MIDDLE = 3.0
"""What stands in for the role's mean while nobody in the county has been rated: the same for all, so it orders nobody."""


@dataclass(frozen=True)
class Counts:
    """What the scores are made from: arrays in the order of ``person_ids``."""

    person_ids: np.ndarray
    k: np.ndarray
    """Work items done: candidates × items."""
    n: np.ndarray
    """Work items due: candidates × items."""
    stars: np.ndarray
    """Ratings by value 1–5: candidates × 5."""
    answers: np.ndarray
    """Survey answers by value 1–5: candidates × 5."""
    bonus: np.ndarray
    """Bonus points with evidence, before the cap."""

    def __len__(self) -> int:
        return len(self.person_ids)

    def taken(self, positions: np.ndarray) -> Counts:
        """The candidates at these positions."""
        return Counts(*(getattr(self, name)[positions] for name in ("person_ids", "k", "n", "stars", "answers", "bonus")))


def shares(k: np.ndarray, n: np.ndarray) -> np.ndarray:
    """k/n capped at 1; 0 where nothing was due (such an item carries no points)."""
    return np.minimum(np.divide(k, n, out=np.zeros(k.shape, dtype=float), where=n > 0), 1.0)


def spread_points(n: np.ndarray, points: np.ndarray, total: float) -> np.ndarray:
    """The points each item carries for each candidate: those of items with n = 0 go to the others in proportion to theirs.

    With nothing due at all there is nothing to spread over, and no work points.
    """
    due = (n > 0) * points
    sums = due.sum(axis=1, keepdims=True)
    return np.divide(due * total, sums, out=np.zeros(due.shape, dtype=float), where=sums > 0)


def pooled_mean(counts: np.ndarray) -> float:
    """Mean of all ratings (or answers) of all captains of the role."""
    total = counts.sum()
    return float((counts.sum(axis=0) * STARS).sum() / total) if total else MIDDLE


def shrunk(total: np.ndarray, n: np.ndarray, mean: float, prior: float) -> np.ndarray:
    """(C·m + Σ)/(C + n): a captain with few answers stays near the mean of the role; none is exactly there."""
    weight = prior + n
    return np.divide(prior * mean + total, weight, out=np.full(np.shape(total), mean, dtype=float), where=weight > 0)


def star_points(value: np.ndarray, points: float) -> np.ndarray:
    """1 star is worth nothing, 5 stars all the points."""
    return points * (value - 1) / 4


@dataclass(frozen=True)
class Scores:
    """Points by candidate; ``work_terms`` and ``possible`` are candidates × items."""

    work_terms: np.ndarray
    possible: np.ndarray
    ratings: np.ndarray
    survey: np.ndarray
    bonus: np.ndarray
    ratings_mean: float
    survey_mean: float

    @property
    def work(self) -> np.ndarray:
        return self.work_terms.sum(axis=1)

    @property
    def total(self) -> np.ndarray:
        return self.work + self.ratings + self.survey + self.bonus


def scores(counts: Counts, rules: SelectionRules) -> Scores:
    """The configured score of every captain of the role, gated or not: m is the mean over all of them."""
    points = np.array(list(rules.items.values()))
    possible = spread_points(counts.n, points, rules.work_points)
    ratings_mean, survey_mean = pooled_mean(counts.stars), pooled_mean(counts.answers)
    rated = shrunk(counts.stars @ STARS, counts.stars.sum(axis=1), ratings_mean, rules.ratings_prior)
    answered = shrunk(counts.answers @ STARS, counts.answers.sum(axis=1), survey_mean, rules.survey_prior)
    return Scores(
        work_terms=possible * shares(counts.k, counts.n),
        possible=possible,
        ratings=star_points(rated, rules.ratings_points),
        survey=star_points(answered, rules.survey_points),
        bonus=np.clip(counts.bonus, 0, rules.bonus_most),
        ratings_mean=ratings_mean,
        survey_mean=survey_mean,
    )


def terms(counts: Counts, scored: Scores, rules: SelectionRules) -> pd.DataFrame:
    """Every term of every score, so that the sum can be redone by hand.

    Grain: candidate × term. Columns: person_id, item, k, n (None for the bonus), points, possible (points the term can bring).
    """
    parts = [
        _term(counts, item, counts.k[:, place], counts.n[:, place], scored.work_terms[:, place], scored.possible[:, place])
        for place, item in enumerate(rules.items)
    ]
    rated, answered = counts.stars.sum(axis=1), counts.answers.sum(axis=1)
    parts.append(_term(counts, "ratings", counts.stars @ STARS, rated, scored.ratings, rules.ratings_points))
    parts.append(_term(counts, "survey", counts.answers @ STARS, answered, scored.survey, rules.survey_points))
    bonus = _term(counts, "bonus", counts.bonus, 0, scored.bonus, rules.bonus_most)
    parts.append(bonus.assign(n=None))
    table = pd.concat([part.astype({"n": "object"}) for part in parts])
    return table.sort_values("person_id", kind="stable").reset_index(drop=True)


def _term(counts: Counts, item: str, k: object, n: object, points: object, possible: object) -> pd.DataFrame:
    return pd.DataFrame({"person_id": counts.person_ids, "item": item, "k": k, "n": n, "points": points, "possible": possible})
