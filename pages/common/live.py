"""The live part of a page: 截至 which moment, and a rerun when another process has committed something."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from data_access.clock import beijing_now
from data_access.state import State
from metrics.wording import moment_text
from pages.common import loaders
from pages.common.auth import live_rerun
from pages.common.layout import freshness_note

TICK_SECONDS = 1


def now() -> datetime:
    """This moment in Beijing."""
    return beijing_now()


def run_begins() -> None:
    """The first thing of a page: its run is accounted for, what it misses is found out anew."""
    loaders.run_began()


def live_note() -> None:
    """Put it in the bar's right end. A tick compares the state that all pages show with the one this page was drawn from."""
    _tick(loaders.state())


def draw_again_when_all_is_there() -> None:
    """The end of a page that was drawn without something that was not counted yet."""
    if loaders.something_awaited():
        _look()


@st.fragment(run_every=1)
def _look() -> None:
    if loaders.all_is_there():
        live_rerun()
    st.html('<i class="board-awaiting" hidden></i>')  # for whoever waits for a whole page: the browser tests


@st.fragment(run_every=TICK_SECONDS)
def _tick(shown: State) -> None:
    """``shown`` is what the page was drawn from: the fragment keeps its arguments from tick to tick."""
    if loaders.moved_since(shown):
        live_rerun()  # data have come or a step of the clock has passed: every "today" on the page is built anew, filters stay
    away, good = loaders.away_since(), loaders.good_at()
    if away is None and good is not None:
        freshness_note(f"截至 {moment_text(good)}")
    else:
        since = moment_text(good) if good else "启动"
        freshness_note(f"数据库连接中断,以下为 {since} 的数据,恢复后自动更新", stale=True)
