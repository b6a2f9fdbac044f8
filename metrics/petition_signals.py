"""What rises: a category in a township against its own past, with care for how many cells are looked at."""

from __future__ import annotations

import pandas as pd
from scipy import stats

LEAST_RECENT = 5
FALSE_ALARMS = 0.05
"""The share of named cells that may be chance (Benjamini–Hochberg)."""


def rising(counts: pd.DataFrame, recent_days: int, past_days: int, groups: list[str]) -> pd.DataFrame:
    """Groups whose recent petitions are more than their own past explains, surest first.

    ``counts``: the groups, recent, past. Given the total of a group, its recent share is binomial if nothing changed; p-values over
    all groups are adjusted for their number. Columns: groups, recent, past, usual (what its past leads one to expect), times, p.
    """
    rows = counts.groupby(groups, dropna=False)[["recent", "past"]].sum().reset_index()
    rows["usual"] = rows["past"] * recent_days / past_days
    looked_at = rows[(rows["recent"] + rows["past"]) >= LEAST_RECENT].copy()
    if looked_at.empty:
        return looked_at.assign(times=pd.Series(dtype="float64"), p=pd.Series(dtype="float64"))
    share = recent_days / (recent_days + past_days)
    chance = stats.binom.sf(looked_at["recent"] - 1, looked_at["recent"] + looked_at["past"], share)
    looked_at["p"] = stats.false_discovery_control(chance)
    looked_at["times"] = looked_at["recent"] / looked_at["usual"].where(looked_at["usual"] > 0)
    named = (looked_at["p"] <= FALSE_ALARMS) & (looked_at["recent"] >= LEAST_RECENT)
    return looked_at[named].sort_values(["p", "recent"], ascending=[True, False], kind="stable").reset_index(drop=True)
