"""The order of the eligible: score, then survey, then visits, then sample size; what is still equal the meeting settles."""

from __future__ import annotations

import numpy as np

PRECISION = 9
"""Decimals to which points are the same: beyond them only floating point differs."""


def ranks(score: np.ndarray, survey: np.ndarray, visits: np.ndarray, sample: np.ndarray) -> np.ndarray:
    """Ranks from 1, best first; candidates equal in all four share one (1, 2, 2, 4)."""
    keys = np.round(np.column_stack([score, survey, visits, sample]), PRECISION)
    order = np.lexsort([-keys[:, place] for place in reversed(range(keys.shape[1]))])
    ranked = np.empty(len(score), dtype=int)
    previous = None
    for place, position in enumerate(order):
        same = previous is not None and bool((keys[position] == keys[previous]).all())
        ranked[position] = ranked[previous] if same else place + 1
        previous = position
    return ranked
