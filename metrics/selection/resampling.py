"""How much of a rank is luck: ratings, answers and work items drawn again from what was seen, many times, with a fixed seed.

Each term's total over n draws with replacement has an exact distribution (a convolution of the seen shares); it is tabulated
once by its quantiles and then drawn from by one random byte a candidate and resample. Raw bits of PCG64 are the same on every
machine and in every version of numpy; its ready-made distributions are not promised to be.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from statistics import NormalDist

import numpy as np

from metrics.selection.rules import SelectionRules
from metrics.selection.scores import Counts, Scores

LEVELS = 256
"""Quantiles a distribution is tabulated by: one random byte picks one."""
EXACT_UP_TO = 240
"""Largest total that is tabulated exactly; beyond it the normal distribution is closer than anyone can see."""
THREADS = 2


def resampled_totals(counts: np.ndarray) -> np.ndarray:
    """Quantiles of Σ of n values drawn with replacement from n seen ones.

    ``counts``: rows × values 0 … V−1, how often each value was seen. Returns rows × 256 at levels (j + ½)/256.
    """
    distinct, place = np.unique(counts, axis=0, return_inverse=True)
    n = distinct.sum(axis=1)
    values = np.arange(distinct.shape[1])
    table = np.zeros((len(distinct), LEVELS))
    exact = (n > 0) & (n * values[-1] <= EXACT_UP_TO)
    if exact.any():
        table[exact] = _exact_quantiles(distinct[exact], n[exact], int(values[-1]))
    rest = (n > 0) & ~exact
    if rest.any():
        share = distinct[rest] / n[rest, None]
        mean = share @ values
        spread = np.sqrt(np.maximum(share @ values**2 - mean**2, 0) * n[rest])
        normal = NormalDist()
        z = np.array([normal.inv_cdf(level) for level in _levels()])
        table[rest] = np.clip((mean * n[rest])[:, None] + spread[:, None] * z, 0, (n[rest] * values[-1])[:, None])
    return table[place.reshape(-1)]


def _levels() -> np.ndarray:
    return (np.arange(LEVELS) + 0.5) / LEVELS


def _exact_quantiles(counts: np.ndarray, n: np.ndarray, highest: int) -> np.ndarray:
    length = 1 << int(n.max() * highest).bit_length()
    waves = np.fft.rfft(counts / n[:, None], length, axis=1) ** n[:, None]
    mass = np.maximum(np.fft.irfft(waves, length, axis=1), 0)
    below = np.cumsum(mass, axis=1)
    below = np.minimum(below / below[:, -1:] + 1e-12, 1.0)
    # One search for all rows: each row's cumulative shares are lifted by its number, so the whole is ascending.
    lift = np.arange(len(n))[:, None] * 2.0
    found = np.searchsorted((below + lift).ravel(), (_levels()[None, :] + lift).ravel())
    return (found.reshape(len(n), LEVELS) - np.arange(len(n))[:, None] * length).astype(float)


def resampled_scores(counts: Counts, scored: Scores, rules: SelectionRules) -> np.ndarray:
    """Scores of the candidates in each resample: candidates × resamples, float32.

    The role's means m and the points spread stay as they are. Equal scores fall by lot (less than a thousandth of a point).
    """
    lots = np.broadcast_to(np.linspace(0, 1e-3, LEVELS), (len(counts), LEVELS))
    tables = [np.ascontiguousarray(table, dtype=np.float32) for table in (*_point_tables(counts, scored, rules), lots)]
    bits, draws = np.random.PCG64(rules.seed), len(counts) * rules.resamples
    bytes_of = [bits.random_raw(-(-draws // 8)).astype("<u8").view(np.uint8)[:draws].reshape(len(counts), -1) for _ in tables]
    totals = np.repeat(scored.bonus.astype(np.float32)[:, None], rules.resamples, axis=1)

    def part(rows: slice) -> None:  # few enough candidates at once to stay in the processor's cache
        starts = (np.arange(rows.stop - rows.start) * LEVELS)[:, None]
        for table, picked in zip(tables, bytes_of, strict=True):
            totals[rows] += table[rows].ravel().take(picked[rows] + starts)

    in_parts(part, len(counts), max(1, len(counts) // 32))
    return totals


def in_parts(work: Callable[[slice], None], size: int, parts: int) -> None:
    """The same work over slices of 0 … size, on both cores; each slice writes its own part of the answer."""
    edges = [int(edge) for edge in np.linspace(0, size, parts + 1)]
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, [slice(first, last) for first, last in pairwise(edges) if last > first]))


def _point_tables(counts: Counts, scored: Scores, rules: SelectionRules) -> list[np.ndarray]:
    """For each term the points at each quantile: candidates × 256. Terms that cannot vary are folded into the first."""
    tables = []
    for place in range(counts.n.shape[1]):
        n = counts.n[:, place]
        done = np.minimum(counts.k[:, place], n)
        again = resampled_totals(np.column_stack([n - done, done]).astype(int))
        worth = np.divide(scored.possible[:, place], n, out=np.zeros(len(n), dtype=float), where=n > 0)
        tables.append(again * worth[:, None])
    for seen, mean, prior, points in (
        (counts.stars, scored.ratings_mean, rules.ratings_prior, rules.ratings_points),
        (counts.answers, scored.survey_mean, rules.survey_prior, rules.survey_points),
    ):
        n = seen.sum(axis=1)[:, None]
        weight = np.maximum(prior + n, 1e-12)
        value = (
            (prior * mean + resampled_totals(seen) + n) / weight
            if prior > 0
            else np.where(n > 0, (resampled_totals(seen) + n) / weight, mean)
        )
        tables.append(points * (value - 1) / 4)
    return tables


def resampled_ranks(totals: np.ndarray) -> np.ndarray:
    """Ranks (from 1, best first) in each resample. ``totals``: candidates × resamples. Returns the same shape, int32."""
    ranks = np.empty(totals.shape, dtype=np.int32)
    places = np.arange(1, len(totals) + 1, dtype=np.int32)

    def part(draws: slice) -> None:
        order = np.argsort(-np.ascontiguousarray(totals[:, draws].T), axis=1)
        placed = np.empty(order.shape, dtype=np.int32)
        for row, best_first in zip(placed, order, strict=True):
            row[best_first] = places
        ranks[:, draws] = placed.T

    in_parts(part, totals.shape[1], 8 * THREADS)
    return ranks


def rank_interval(ranks: np.ndarray, interval: float) -> tuple[np.ndarray, np.ndarray]:
    """The ranks between which ``interval`` of the resamples lie: (better end, worse end)."""
    draws = ranks.shape[1]
    low = int(np.floor(draws * (1 - interval) / 2))
    high = min(draws - 1, int(np.ceil(draws * (1 + interval) / 2)) - 1)
    ordered = np.partition(ranks, (low, high), axis=1)
    return ordered[:, low], ordered[:, high]


def alike(order: np.ndarray, totals: np.ndarray, apart: float) -> np.ndarray:
    """Groups of neighbours in the list that cannot honestly be told apart, numbered from 1 by rank.

    The best of a group outscores each of its members in fewer than ``apart`` of the resamples; the first one clearly below
    the head opens the next group. ``order``: positions by rank.
    """
    groups = np.zeros(len(order), dtype=int)
    start, number = 0, 0
    while start < len(order):
        number += 1
        groups[order[start]] = number
        head, after = totals[order[start]], start + 1
        while after < len(order) and float((head > totals[order[after]]).mean()) < apart:
            groups[order[after]] = number
            after += 1
        start = after
    return groups
