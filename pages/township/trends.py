"""Twelve periods of every indicator of every township: too much for a first reader to wait for, so it is computed beside the page.

The page shows its figures at once and draws the lines when they are there (``pages.common.histories``). What is older than ten minutes is
computed anew while the old lines stay.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial

import streamlit as st
from streamlit import runtime

from data_access.scope import Scope
from metrics.period import Period
from metrics.registry import REGISTRY
from metrics.vocabulary import Level
from pages.common import loaders
from pages.common.auth import live_rerun
from pages.common.histories import Histories
from reports import readings
from reports.modules import runs

Lines = Mapping[str, Mapping[str, Sequence[float | None]]]
"""Indicator → township code → the values of the periods before, oldest first."""
COMING = "十二期走势正在后台计算,算好后自动出现。"


def lines_of(scope: Scope, period: Period, as_of: date, alive: Callable[[], bool] = runtime.exists) -> Lines:
    """The periods before ``period``, of every indicator that townships have. Raises ``RuntimeError`` when the server stops meanwhile."""
    source, count = loaders.source(scope), readings.CARD_PERIODS[period.kind]
    lines: dict[str, Mapping[str, Sequence[float | None]]] = {}
    for entry in REGISTRY.values():
        if Level.TOWNSHIP in entry.levels and runs(entry):
            if not alive():
                raise RuntimeError("the server has stopped")
            lines[entry.id] = readings.unit_lines(source, entry, Level.TOWNSHIP, period, as_of, count)
    return lines


@st.cache_resource(show_spinner=False)
def _histories() -> Histories:
    return Histories()


def township_lines(scope: Scope, period: Period, as_of: date) -> Lines | None:
    """The lines if they are there; asking costs nothing."""
    found: Lines | None = _histories().value((scope.area, period, as_of))
    return found


def keep_lines(scope: Scope, period: Period, as_of: date) -> None:
    """The end of a page: only now, with all figures on screen, lines are computed; when they are there the page is drawn again."""
    _histories().ask((scope.area, period, as_of), partial(lines_of, scope, period, as_of), loaders.TREND_SECONDS)
    if township_lines(scope, period, as_of) is None:
        _wait(scope, period, as_of)


@st.fragment(run_every=2)
def _wait(scope: Scope, period: Period, as_of: date) -> None:
    if township_lines(scope, period, as_of) is not None:
        live_rerun()
