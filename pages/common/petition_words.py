"""Beside each township's on-time rate its k/n, and how much of what is open there is overdue, without ranking by it (减负)."""

from __future__ import annotations

from metrics.vocabulary import Level
from metrics.wording import fraction
from pages.common import loaders
from pages.common.filters import Filters


def open_words(filters: Filters) -> dict[str, str]:
    """By township code: (44/46) 超期2/13."""
    scope, asked = filters.narrowed, (Level.TOWNSHIP, filters.period, filters.as_of)
    on_time = loaders.frame(scope, "petitions.closed_on_time", *asked).set_index("code")
    overdue = loaders.frame(scope, "petitions.overdue", *asked).set_index("code")
    return {
        str(code): f"({fraction(on_time['k'].get(code), on_time['n'].get(code))}) 超期{fraction(row['k'], row['n'])}"
        for code, row in overdue[["k", "n"]].to_dict("index").items()
    }
