"""What rises: a category in a township against its own past and last year's season, with care for how many cells are looked at.

The distributions are written with scipy.special: scipy.stats, which the tests compare them with, takes a process 55 MB and half a second.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

LEAST_RECENT = 5
FALSE_ALARMS = 0.05
"""The share of named cells that may be chance (Benjamini–Hochberg)."""


SEASON_PRIOR = 4
"""So many cases of a year without seasons are added to last year's: few cases then make no season. More of them would break the promise of
FALSE_ALARMS where there is one."""


def rising(counts: pd.DataFrame, recent_days: int, past_days: int, groups: list[str], *, seasonal: bool = False) -> pd.DataFrame:
    """Groups whose recent petitions are more than their own past explains, surest first.

    ``counts``: the groups, recent, past; where ``seasonal``, also category and last_recent, last_past: the same days a year ago. Given the
    total of a group, its recent share is binomial if nothing changed; if a season moves a category, the share is that of all its
    cases a year ago, which were themselves counted, so that it is beta-binomial. A group is named only where it has risen in plain numbers
    too. p-values over all groups are adjusted for their number. Columns: groups, recent, past, usual (what its past, and the season, lead
    one to expect), times, p; where ``seasonal``, last_recent.
    """
    columns = ["recent", "past", *(["last_recent"] if seasonal else [])]
    rows = counts.groupby(groups, dropna=False)[columns].sum().reset_index()
    flat = recent_days / (recent_days + past_days)
    rows["in_season"], rows["before_season"] = flat, 1 - flat
    if seasonal:
        then = counts.groupby("category", dropna=False)[["last_recent", "last_past"]].sum()
        rows["in_season"] = rows["category"].map(then["last_recent"]).astype("float64") + flat * SEASON_PRIOR
        rows["before_season"] = rows["category"].map(then["last_past"]).astype("float64") + (1 - flat) * SEASON_PRIOR
    rows["usual"] = rows["past"] * (rows["in_season"] / rows["before_season"])
    looked_at = rows[(rows["recent"] + rows["past"]) >= LEAST_RECENT].copy()
    if looked_at.empty:
        return looked_at.assign(times=pd.Series(dtype="float64"), p=pd.Series(dtype="float64"))
    looked_at["p"] = adjusted(_chances(looked_at, flat, seasonal=seasonal))
    looked_at["times"] = looked_at["recent"] / looked_at["usual"].where(looked_at["usual"] > 0)
    more = looked_at["recent"] * past_days > looked_at["past"] * recent_days
    named = (looked_at["p"] <= FALSE_ALARMS) & (looked_at["recent"] >= LEAST_RECENT) & more
    found = looked_at[named].sort_values(["p", "recent"], ascending=[True, False], kind="stable").reset_index(drop=True)
    return found.drop(columns=["in_season", "before_season"])


def _chances(rows: pd.DataFrame, flat: float, *, seasonal: bool) -> np.ndarray:
    """How probable so many recent ones are, or more, if nothing changed."""
    recent, total = rows["recent"].to_numpy("int64"), (rows["recent"] + rows["past"]).to_numpy("int64")
    if seasonal:
        each = zip(recent, total, rows["in_season"], rows["before_season"], strict=True)
        return np.clip([beta_binomial_tail(*case) for case in each], 0.0, 1.0)
    return np.asarray(special.bdtrc(recent - 1, total, flat))


def beta_binomial_tail(least: int, total: int, a: float, b: float) -> float:
    """The probability of ``least`` or more of ``total``, the share of each being drawn from Beta(a, b)."""
    k = np.arange(least, total + 1)
    ways = -np.log(total + 1) - special.betaln(k + 1, total - k + 1)
    return float(np.exp(ways + special.betaln(k + a, total - k + b) - special.betaln(a, b)).sum())


def adjusted(chances: np.ndarray) -> np.ndarray:
    """p-values adjusted for their number (Benjamini and Hochberg 1995): those up to q hold at most the share q of chance, on average."""
    falling = np.argsort(-chances, kind="stable")
    ranks = np.arange(len(chances), 0, -1)
    found = np.empty(len(chances))
    found[falling] = np.minimum.accumulate(chances[falling] * len(chances) / ranks)
    return found
