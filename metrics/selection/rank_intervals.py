"""Points without luck, drawn: between which places a candidate belongs, who of a township has a seat, who cannot be told apart.

Drawing again from what was seen (:mod:`metrics.selection.resampling`) takes the luck of the year for merit: whoever was lucky is drawn
lucky again, and one matter done of one shows no spread at all. Here each term of a score (the share done of an item, the mean star, the
mean answer) is a captain's own level plus luck of known size. How much the levels of a role differ, and go together, is what the terms of
this very list vary beyond luck (a normal prior over the terms: the multivariate model of Fay and Herriot). What is seen of a captain then
leaves a mean and a spread of the points they would have without luck. Points drawn from it say everything that is said of how sure a
place is, so that no two of these figures can contradict each other; the interval is the narrowest one that holds enough of the draws.

Few cases widen an interval and never narrow it: luck is reckoned from shares pulled to those of the role, what the prior itself does not
know is added to it, and spreads are widened by :data:`ALLOWANCE` for levels that are not normal. docs/selection.md has the coverage.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from metrics.selection.resampling import in_parts, resampled_ranks
from metrics.selection.rules import SelectionRules
from metrics.selection.scores import STARS, Counts, Scores, shares

PULLED = 4.0
"""The role's share counts as so many cases of everyone's own, where luck is reckoned."""
ALLOWANCE = 1.2
ROUNDS = 20
"""Steps of the EM algorithm from the moments' first estimate; more change no interval by more than a place in a hundred."""
FITTED = 3_000
"""So many captains tell how much a role's levels differ; of more, every second or third is asked."""
BY_LOT = 1e-3
"""Points within which a place falls by lot."""
LEVELS = 1 << 16
NOTHING = 1e-9


@dataclass(frozen=True)
class Terms:
    """Candidates × terms of a score: work items, then stars, then answers."""

    seen: np.ndarray
    """The share done (0–1) or the mean star (1–5); anything where there is no case."""
    luck: np.ndarray
    """The variance of ``seen`` around the captain's own level; infinite where there is no case."""
    worth: np.ndarray
    """Points of the score that one unit of ``seen`` is worth; 0 where there is no case."""

    def taken(self, rows: slice) -> Terms:
        return Terms(self.seen[rows], self.luck[rows], self.worth[rows])


@dataclass(frozen=True)
class Levels:
    """How the captains of a role differ: the mean of each term and the covariances, luck left out."""

    mean: np.ndarray
    spread: np.ndarray


def scores_without_luck(counts: Counts, scored: Scores, rules: SelectionRules) -> np.ndarray:
    """Scores that the candidates may have without luck, given everything seen of the role: candidates × resamples, float32."""
    points, spread = points_without_luck(score_terms(counts, scored, rules), scored)
    return _drawn(points, ALLOWANCE * np.sqrt(spread + BY_LOT**2), rules)


def narrowest_interval(ranks: np.ndarray, interval: float) -> tuple[np.ndarray, np.ndarray]:
    """The fewest neighbouring places that hold ``interval`` of the draws: (better end, worse end). ``ranks``: candidates × draws.

    At the top and at the bottom ranks spread to one side only; leaving out as many draws at both ends would say of the first that the
    place is more likely a lower one, and would miss those who truly are the best.
    """
    held = math.ceil(ranks.shape[1] * interval)
    low, high = np.empty(len(ranks), dtype=ranks.dtype), np.empty(len(ranks), dtype=ranks.dtype)

    def part(rows: slice) -> None:
        ordered = np.sort(ranks[rows], axis=1)
        first = (ordered[:, held - 1 :] - ordered[:, : ordered.shape[1] - held + 1]).argmin(axis=1)
        here = np.arange(len(ordered))
        low[rows], high[rows] = ordered[here, first], ordered[here, first + held - 1]

    in_parts(part, len(ranks), max(1, len(ranks) // 64))
    return low, high


def intervals_around(rank: np.ndarray, totals: np.ndarray, interval: float) -> tuple[np.ndarray, np.ndarray]:
    """The places that hold a candidate's true one in ``interval`` of cases; the own rank is always inside."""
    low, high = narrowest_interval(resampled_ranks(totals), interval)
    return np.minimum(low, rank), np.maximum(high, rank)


def score_terms(counts: Counts, scored: Scores, rules: SelectionRules) -> Terms:
    """What was seen of each captain, how much of it may be luck, and what it is worth."""
    n = counts.n.astype(float)
    share = shares(counts.k, counts.n)
    pulled = (share * n + PULLED * _pooled_shares(share, n)) / (n + PULLED)
    columns = [(share, _over(pulled * (1 - pulled), n), scored.possible * (n > 0))]
    for seen, prior, points in (
        (counts.stars, rules.ratings_prior, rules.ratings_points),
        (counts.answers, rules.survey_prior, rules.survey_points),
    ):
        size = seen.sum(axis=1).astype(float)
        mean = np.divide(seen @ STARS, size, out=np.zeros(len(size)), where=size > 0)
        worth = np.divide(points / 4 * size, prior + size, out=np.zeros(len(size)), where=size > 0)
        columns.append((mean[:, None], _over(_star_variance(seen, mean, size, prior), size)[:, None], worth[:, None]))
    return Terms(*(np.hstack(parts) for parts in zip(*columns, strict=True)))


def _pooled_shares(share: np.ndarray, n: np.ndarray) -> np.ndarray:
    """The role's share of each item, half a case off 0 and 1: nothing is certain because it has not happened yet."""
    return ((share * n).sum(axis=0) + 0.5) / (n.sum(axis=0) + 1)


def _star_variance(seen: np.ndarray, mean: np.ndarray, size: np.ndarray, prior: float) -> np.ndarray:
    """Variance of one star around the captain's own level, pulled to the role's as the score pulls the mean."""
    squares = np.maximum(seen @ np.square(STARS) - size * mean**2, 0)
    freedom = np.maximum(size - 1, 0)
    role = (squares.sum() + 0.5) / (freedom.sum() + 1)
    pull = max(prior, 1.0)
    return (squares + pull * role) / (freedom + pull)


def _over(variance: np.ndarray, n: np.ndarray) -> np.ndarray:
    return np.divide(variance, n, out=np.full(n.shape, np.inf), where=n > 0)


def points_without_luck(terms: Terms, scored: Scores) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of the points each candidate would have without luck, given everything seen of the role."""
    known = np.isfinite(terms.luck).any(axis=0)
    terms = Terms(terms.seen[:, known], terms.luck[:, known], terms.worth[:, known])
    points, spread = scored.total.copy(), np.zeros(len(scored.total))
    if not known.any():
        return points, spread
    role = levels(terms.taken(slice(None, None, -(-len(points) // FITTED))))

    def part(rows: slice) -> None:
        here = terms.taken(rows)
        mean, covariance = _given_what_was_seen(here, role)
        points[rows] += (here.worth * (mean - here.seen)).sum(axis=1)
        spread[rows] = np.einsum("ni,nij,nj->n", here.worth, covariance, here.worth)

    in_parts(part, len(points), max(1, len(points) // 1_000))
    return points, np.maximum(spread, 0)


def levels(terms: Terms) -> Levels:
    """How the levels of a role differ: moments first, then the EM algorithm; what a list of this size cannot know is added."""
    role = _by_moments(terms)
    for _ in range(ROUNDS):
        mean, covariance = _given_what_was_seen(terms, role)
        centre = mean.mean(axis=0)
        off = mean - centre
        role = Levels(centre, covariance.mean(axis=0) + off.T @ off / len(off))
    known = np.isfinite(terms.luck)
    cases = np.maximum(known.sum(axis=0), 2)
    unknown = (_mean_luck(terms) + np.diag(role.spread)) * np.sqrt(2 / cases)
    return Levels(role.mean, role.spread + np.diag(unknown))


def _mean_luck(terms: Terms) -> np.ndarray:
    known = np.isfinite(terms.luck)
    return np.where(known, terms.luck, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)


def _by_moments(terms: Terms) -> Levels:
    known = np.isfinite(terms.luck)
    mean = np.where(known, terms.seen, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    off = np.where(known, terms.seen - mean, 0)
    together = off.T @ off / np.maximum(known.T.astype(float) @ known, 1)
    own = np.maximum(np.diag(together) - _mean_luck(terms), 0.02 * np.diag(together)) + NOTHING
    most = 0.95 * np.sqrt(np.outer(own, own))
    spread = np.clip(together, -most, most)
    np.fill_diagonal(spread, own)
    values, vectors = np.linalg.eigh(spread)
    return Levels(mean, (vectors * np.maximum(values, NOTHING)) @ vectors.T)


def _given_what_was_seen(terms: Terms, role: Levels) -> tuple[np.ndarray, np.ndarray]:
    """Mean (candidates × terms) and covariance (candidates × terms × terms) of each captain's own levels."""
    weight = np.where(np.isfinite(terms.luck), 1 / np.maximum(terms.luck, NOTHING), 0)
    spread = np.broadcast_to(role.spread, (len(weight), *role.spread.shape))
    covariance = np.linalg.solve(np.eye(len(role.mean)) + role.spread * weight[:, None, :], spread)
    covariance = (covariance + covariance.transpose(0, 2, 1)) / 2
    off = weight * np.where(weight > 0, terms.seen - role.mean, 0)
    return role.mean + np.einsum("nij,nj->ni", covariance, off), covariance


def _drawn(points: np.ndarray, spread: np.ndarray, rules: SelectionRules) -> np.ndarray:
    """Points drawn around ``points`` with ``spread``: candidates × resamples, from raw bits as every draw of a selection."""
    draws = len(points) * rules.resamples
    bits = np.random.PCG64(rules.seed + 2).random_raw(-(-draws // 4)).astype("<u8").view(np.uint16)[:draws].reshape(len(points), -1)
    normal = ndtri((np.arange(LEVELS) + 0.5) / LEVELS).astype(np.float32)
    drawn = np.empty(bits.shape, dtype=np.float32)

    def part(rows: slice) -> None:
        drawn[rows] = normal.take(bits[rows])
        drawn[rows] *= spread[rows, None].astype(np.float32)
        drawn[rows] += points[rows, None].astype(np.float32)

    in_parts(part, len(points), max(1, len(points) // 64))
    return drawn
