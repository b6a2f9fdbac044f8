"""Seats by township, and who takes them by rank."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

import numpy as np


def county_seats(captains: int, share: float) -> int:
    """The quota of the county, rounded up. Exact: 5% of 20 is one seat, not two."""
    return math.ceil(Fraction(str(share)) * captains)


def township_seats(captains: Mapping[str, int], share: float, at_least: int = 1) -> dict[str, int]:
    """Township → seats: shared out by largest remainder in proportion to its captains, then at least one each.

    Equal remainders go to the larger township, then to the lower code. The last step can raise the total.
    """
    total = sum(captains.values())
    if not total:
        return {}
    seats = county_seats(total, share)
    exact = {code: Fraction(seats * count, total) for code, count in captains.items()}
    whole = {code: int(claim) for code, claim in exact.items()}
    by_remainder = sorted(captains, key=lambda code: (-(exact[code] - whole[code]), -captains[code], code))
    for code in by_remainder[: seats - sum(whole.values())]:
        whole[code] += 1
    return {code: max(whole[code], at_least) if captains[code] else 0 for code in sorted(captains)}


def seated(ranks: np.ndarray, townships: np.ndarray, seats: Mapping[str, int]) -> tuple[np.ndarray, np.ndarray]:
    """Who has a seat by rank within the township, and who shares the last one in a tie that the meeting must settle.

    ``ranks`` are county-wide and may be shared. Returns two arrays of booleans.
    """
    has_seat, to_settle = np.zeros(len(ranks), dtype=bool), np.zeros(len(ranks), dtype=bool)
    for township in np.unique(townships):
        here = np.flatnonzero(townships == township)
        own = ranks[here]
        up_to = np.searchsorted(np.sort(own), own, side="right")
        before = np.searchsorted(np.sort(own), own, side="left")
        limit = seats.get(str(township), 0)
        has_seat[here] = up_to <= limit
        to_settle[here] = (before < limit) & (up_to > limit)
    return has_seat, to_settle


def seated_by_score(scores: np.ndarray, townships: np.ndarray, seats: Mapping[str, int]) -> np.ndarray:
    """For many score vectors at once (draws × candidates): who would have a seat. Columns keep their order."""
    inside = np.zeros(scores.shape, dtype=bool)
    for township in np.unique(townships):
        here = np.flatnonzero(townships == township)
        limit = min(seats.get(str(township), 0), len(here))
        if limit:
            own = scores[:, here]
            last = np.partition(own, len(here) - limit, axis=1)[:, len(here) - limit]
            inside[:, here] = own >= last[:, None]
    return inside
