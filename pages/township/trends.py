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
from pages.common import boards, loaders
from pages.common.auth import live_rerun
from pages.common.histories import Histories
from pages.common.loaders import TREND_SECONDS
from pages.township.figures import modules

Key = tuple[str, str, str]
Lines = Mapping[str, Mapping[str, Sequence[float]]]
"""Indicator → township code → the values of the periods before, oldest first."""


def _key(scope: Scope, period: Period, as_of: date) -> Key:
    return (scope.area or "", period.text, as_of.isoformat())


def lines_of(scope: Scope, period: Period, as_of: date, alive: Callable[[], bool] = runtime.exists) -> Lines:
    """The periods before ``period``, of every indicator that townships have. Raises ``RuntimeError`` when the server stops meanwhile."""
    lines: dict[str, dict[str, list[float]]] = {}
    shown = set(modules(Level.TOWNSHIP))
    for entry in REGISTRY.values():
        if entry.module in shown and Level.TOWNSHIP in entry.levels:
            if not alive():
                raise RuntimeError("the server has stopped")
            rows = loaders.trend(scope, entry.id, Level.TOWNSHIP, period, as_of, boards.TREND_PERIODS[period.kind])
            past = rows[rows["period"] != period.text]
            lines[entry.id] = {str(code): [float(value) for value in part["value"]] for code, part in past.groupby("code")}
    return lines


@st.cache_resource(show_spinner=False)
def _trends() -> Histories:
    return Histories()


def township_lines(scope: Scope, period: Period, as_of: date) -> Lines | None:
    """The lines if they are there; asking costs nothing."""
    return _trends().value(_key(scope, period, as_of))


def keep_lines(scope: Scope, period: Period, as_of: date) -> None:
    """The end of a page: only now, with all figures on screen, lines are computed; when they are there the page is drawn again."""
    _trends().ask(_key(scope, period, as_of), partial(lines_of, scope, period, as_of), TREND_SECONDS)
    if township_lines(scope, period, as_of) is None:
        _wait(scope, period, as_of)


@st.fragment(run_every=2)
def _wait(scope: Scope, period: Period, as_of: date) -> None:
    if township_lines(scope, period, as_of) is not None:
        live_rerun()
