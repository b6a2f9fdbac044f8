"""The live part of a page: 截至 which moment, and a rerun when another process has committed something.

A server tells every open page at once when the state that all pages show is another one (``pages.common.telling``). The ticks are for the
minutes that 截至 tells, for a session that was ended elsewhere, and for where no server tells (tests).
"""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from data_access.clock import beijing_now
from data_access.state import State
from metrics.wording import moment_text
from pages.common import loaders
from pages.common.address import heard
from pages.common.auth import live_rerun, signed_in_scope
from pages.common.layout import freshness_note
from pages.common.telling import asked_by_browser, hears

TICK_SECONDS = 15
"""A tick costs a third of what drawing 总览 anew does."""


def now() -> datetime:
    """This moment in Beijing."""
    return beijing_now()


def run_begins() -> None:
    """The first thing of a page: its run is accounted for, what it misses is found out anew."""
    loaders.run_began()


def live_note(until: str, shown: State | None = None) -> None:
    """Put it in the bar's right end. A tick compares the state that all pages show with the one this page was drawn from: ``shown``, where
    some of it has been drawn before this note.

    ``until``: 截至10月31日 of a page that shows a period which is over (``View.until``). It is drawn anew like any other, for what is
    known now about then may change; but it is not of this moment, and says both.
    """
    _tick(shown or loaders.state(), until)


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
def _tick(shown: State, until: str) -> None:
    """``shown`` is what the page was drawn from: the fragment keeps its arguments from tick to tick."""
    moved = loaders.page_moves(shown)
    hears(moved)
    if loaders.by_itself():
        if asked_by_browser():
            heard()
            signed_in_scope()
        if moved():
            live_rerun()  # data have come or a step of the clock has passed: every "today" on the page is built anew, filters stay
    away, good = loaders.away_since(), loaders.good_at()
    if away is None and good is not None:
        read = moment_text(good)
        freshness_note(f"{until} · 数据更新至 {read}" if until else f"截至 {read}", live=not until)
    else:
        since = moment_text(good) if good else "启动"
        of_then = f"{until} · " if until else ""
        freshness_note(f"{of_then}数据库连接中断，以下为 {since} 的数据，恢复后自动更新", stale=True)
