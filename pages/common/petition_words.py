"""The words beside a township's on-time rate: how much of what is open there is overdue, without ranking by it (减负)."""

from __future__ import annotations

from datetime import date

from data_access.scope import Scope
from metrics.period import Period
from metrics.vocabulary import Level
from pages.common import loaders
from pages.common.filters import Filters
from reports.source import figures_scope
from reports.views.petitions import overdue_words as words_of

OVERDUE = "petitions.overdue"


def overdue_words(filters: Filters) -> dict[str, str]:
    """By township code: 超期2/13."""
    scope = figures_scope(filters.narrowed, Level.TOWNSHIP)
    return loaders.made_once(_words, loaders.tables_of(OVERDUE, Level.TOWNSHIP), scope, filters.period, filters.as_of)


def _words(scope: Scope, period: Period, as_of: date) -> dict[str, str]:
    return words_of(loaders.frame(scope, OVERDUE, Level.TOWNSHIP, period, as_of))
