"""Twelve periods of every indicator of every township: too much for a first reader to wait for, so it is computed beside the page.

One thread a process works through the indicators with the shared loaders; the page shows its figures at once and draws the lines when
they are there. What is older than ten minutes is computed anew while the old lines stay.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date

import streamlit as st
from streamlit import runtime

from data_access.scope import Scope
from metrics.period import Period
from metrics.registry import REGISTRY
from metrics.vocabulary import Level
from pages.common import boards, loaders
from pages.common.auth import live_rerun
from pages.common.loaders import TREND_SECONDS
from pages.township.figures import modules

LOG = logging.getLogger(__name__)
Key = tuple[str, str, str]
Lines = Mapping[str, Mapping[str, Sequence[float]]]
"""Indicator → township code → the values of the periods before, oldest first."""
MOST_KEPT = 24


class Trends:
    """Lines by scope, period and day; asked for from many sessions, computed once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: dict[Key, tuple[float, Lines]] = {}
        self._wanted: dict[Key, tuple[Scope, Period, date]] = {}
        self._working = False

    def lines(self, scope: Scope, period: Period, as_of: date) -> Lines | None:
        """What is known; None where it was never computed."""
        with self._lock:
            return self._lines.get(_key(scope, period, as_of), (0.0, None))[1]

    def ask(self, scope: Scope, period: Period, as_of: date) -> None:
        """See to it that there are lines and that they are not old."""
        key = _key(scope, period, as_of)
        with self._lock:
            made, _ = self._lines.get(key, (float("-inf"), None))
            if time.monotonic() - made > TREND_SECONDS:
                self._wanted.setdefault(key, (scope, period, as_of))
                if not self._working:
                    self._working = True
                    threading.Thread(target=self._work, name="board-trends", daemon=True).start()

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._wanted:
                    self._working = False
                    return
                key, (scope, period, as_of) = next(iter(self._wanted.items()))
            lines: Lines | None = None
            try:
                lines = lines_of(scope, period, as_of)
            except Exception as problem:  # the page goes on without lines; the next reader asks again
                LOG.warning("trends not computed: %s", problem)
            with self._lock:
                del self._wanted[key]
                if lines is not None:
                    self._lines[key] = (time.monotonic(), lines)
                    while len(self._lines) > MOST_KEPT:
                        del self._lines[next(iter(self._lines))]


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
def _trends() -> Trends:
    return Trends()


def township_lines(scope: Scope, period: Period, as_of: date) -> Lines | None:
    """The lines if they are there; asking costs nothing."""
    return _trends().lines(scope, period, as_of)


def keep_lines(scope: Scope, period: Period, as_of: date) -> None:
    """The end of a page: only now, with all figures on screen, lines are computed; when they are there the page is drawn again."""
    _trends().ask(scope, period, as_of)
    if township_lines(scope, period, as_of) is None:
        _wait(scope, period, as_of)


@st.fragment(run_every=2)
def _wait(scope: Scope, period: Period, as_of: date) -> None:
    if township_lines(scope, period, as_of) is not None:
        live_rerun()
