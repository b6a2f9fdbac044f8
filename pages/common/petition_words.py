"""Beside each township's on-time rate its k/n, and how much of what is open there is overdue, without ranking by it (减负)."""

from __future__ import annotations

from datetime import date

from data_access.scope import Scope
from metrics.period import Period
from metrics.registry import indicator
from metrics.vocabulary import Level
from metrics.wording import fraction
from pages.common import loaders
from pages.common.filters import Filters

INDICATORS = ("petitions.closed_on_time", "petitions.overdue")


def open_words(filters: Filters) -> dict[str, str]:
    """By township code: (44/46) 超期2/13."""
    tables = {table for each in INDICATORS for table in loaders.tables_of(indicator(each), Level.TOWNSHIP)}
    return loaders.kept(_open_words, sorted(tables), filters.narrowed, filters.period, filters.as_of)


def _open_words(scope: Scope, period: Period, as_of: date) -> dict[str, str]:
    on_time, overdue = (loaders.frame(scope, each, Level.TOWNSHIP, period, as_of).set_index("code") for each in INDICATORS)
    return {
        str(code): f"({fraction(on_time['k'].get(code), on_time['n'].get(code))}) 超期{fraction(row['k'], row['n'])}"
        for code, row in overdue[["k", "n"]].to_dict("index").items()
    }
