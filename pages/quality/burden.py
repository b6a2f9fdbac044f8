"""减负账: how many rows the ledgers ask of each township, from where, and what was asked twice."""

from __future__ import annotations

from metrics.definition import Span
from metrics.vocabulary import Level
from pages.common import loaders
from pages.common.page import Page
from reports.views import burden as views


def burden(p: Page) -> None:
    filters = p.filters
    asked = loaders.question_for(filters.narrowed, Level.TOWNSHIP, filters.period, filters.as_of)
    rows, twice = (loaders.fact(filters.narrowed, name, asked, Span.PERIOD) for name in ("rows_asked", "rows_asked_twice"))
    p.show(views.township_table(rows, twice, filters.townships_here, p.view), key="burden")
    p.show(views.source_table(rows, twice), key="burden-sources")
    p.show(views.DEFINITIONS, key="burden-definitions")
