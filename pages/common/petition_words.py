"""在办 and 超期 beside each township's on-time rate: how much lies there, without ranking by it (减负)."""

from __future__ import annotations

from metrics.vocabulary import Level
from pages.common import loaders
from pages.common.filters import Filters


def open_words(filters: Filters) -> dict[str, str]:
    """By township code: 在办12 超期3."""
    scope = filters.narrowed
    overdue = loaders.frame(scope, "petitions.overdue", Level.TOWNSHIP, filters.period, filters.as_of).set_index("code")
    return {str(code): f"在办{row['n']} 超期{row['k']}" for code, row in overdue[["k", "n"]].to_dict("index").items()}
