"""Twelve periods of every indicator of every township: more than a first reader waits for. The page shows its figures at once and is drawn
again with the lines when they are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from data_access.answers import PENDING
from data_access.freshness import MARKED
from data_access.scope import Scope
from data_access.state import CLOCKS
from metrics.period import Period
from metrics.registry import REGISTRY
from metrics.vocabulary import Level
from pages.common import loaders
from reports import readings
from reports.modules import runs

EVERYTHING = (*MARKED, *CLOCKS)
"""A profile shows something of everything."""
Lines = Mapping[str, Mapping[str, Sequence[float | None]]]
"""Indicator → township code → the values of the periods before, oldest first."""
COMING = "十二期走势正在后台计算，算好后自动出现。"


def lines_of(scope: Scope, period: Period, as_of: date) -> Lines:
    """The periods before ``period``, of every indicator that townships have."""
    source, count = loaders.source(scope), readings.CARD_PERIODS[period.kind]
    entries = [entry for entry in REGISTRY.values() if Level.TOWNSHIP in entry.levels and runs(entry)]
    return {entry.id: readings.unit_lines(source, entry, Level.TOWNSHIP, period, as_of, count) for entry in entries}


def has_lines(scope: Scope, period: Period, as_of: date) -> bool:
    """Whether the lines are there by now; they are asked for."""
    return loaders.made_soon(lines_of, EVERYTHING, scope, period, as_of, waits=False) is not PENDING


def township_lines(scope: Scope, period: Period, as_of: date) -> Lines:
    """The lines, at once where :func:`has_lines` said so."""
    return loaders.made_once(lines_of, EVERYTHING, scope, period, as_of)
