"""An error that no page foresaw: what it means and what to do, a number for its reader that the server's log holds with the traceback, and
another try by itself. What can be shown is shown: :func:`contained` keeps to one part of a page what fails in it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

import streamlit as st
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from streamlit.errors import FragmentHandledException

from data_access.engine import trouble
from data_access.faults import logged
from pages.common import loaders
from pages.common.auth import live_rerun
from pages.common.headers import EVERYWHERE, NOTHING, POLICY
from reports.wording import chinese_marks

LOG = logging.getLogger(__name__)
LOOK_SECONDS = 2.0
FIRST_TRY_SECONDS, LONGEST_WAIT_SECONDS = 5.0, 60.0
"""A page with a fault is drawn again after a while, each time after twice as long; at once when a database that was away is back."""

_MET = "board_faults_met"
"""Session state: the numbers of the faults that the page's run has met; what told the first one tries again."""
_TRIES = "board_fault_tries"
"""Session state: how many runs before this one have met one."""

_TOLD = Markup('<div class="board-said" role="alert"><p>{meaning}。</p><p>{advice}</p><p>出错编号 <b>{number}</b></p></div>')
_TOLD_AGAIN = Markup('<p class="board-note" role="status">{meaning}（出错编号 {number}）。</p>')
"""The same fault in another part of the page."""
_AWAY = "已显示的内容不受影响。数据库恢复后这里自动恢复，不必刷新；长时间不恢复，请联系管理员。"
_UNFORESEEN = "其他内容不受影响。原因消除后这里自动恢复，不必刷新；请把出错编号告诉管理员，日志里有它的原因。"


def run_begins() -> None:
    """The first thing of a run of the whole page (app.py)."""
    st.session_state[_TRIES] = st.session_state.get(_TRIES, 0) + 1 if st.session_state.pop(_MET, None) else 0


def told(problem: Exception) -> bool:
    """Says it where the page broke off, and that it has been said (``st.App``'s ``on_script_error``)."""
    number = logged(problem, LOG, "a page could not show something")
    words, met = trouble(problem), st.session_state.setdefault(_MET, set[str]())
    meaning = chinese_marks(f"{words or '程序出错'}，这里暂时显示不了")
    if number in met and not loaders.by_itself():
        st.html(_TOLD_AGAIN.format(meaning=meaning, number=number))
    else:
        st.html(_TOLD.format(meaning=meaning, advice=chinese_marks(_AWAY if words else _UNFORESEEN), number=number))
    is_watched = bool(met) and not loaders.by_itself()  # a part that draws itself may be gone with its watch
    met.add(number)
    if not is_watched:
        waits = min(LONGEST_WAIT_SECONDS, FIRST_TRY_SECONDS * 2 ** st.session_state.get(_TRIES, 0))
        _try_again(loaders.away_since() is not None, monotonic() + waits)
    return True


def unanswered(_request: Request, problem: Exception) -> PlainTextResponse:
    """The answer to a request that failed outside any page (``st.App``'s ``exception_handlers``), around which no middleware stands."""
    headers = {**EVERYWHERE, POLICY: NOTHING, "cache-control": "no-store"}
    number = logged(problem, LOG, "a request was not answered")
    return PlainTextResponse(f"服务器出错，没有完成。出错编号 {number}", 500, headers)


@contextmanager
def contained() -> Iterator[None]:
    """A part of a page: what fails in it is told in its place, and the page goes on."""
    try:
        yield
    except FragmentHandledException:
        pass  # told already, inside the fragment
    except Exception as problem:
        told(problem)


@st.fragment(run_every=LOOK_SECONDS)
def _try_again(was_away: bool, due: float) -> None:
    """Its page is drawn again when the database is back, or when it is time. The fragment keeps its arguments from tick to tick."""
    is_away = loaders.away_since() is not None
    if loaders.by_itself() and not is_away and (was_away or monotonic() >= due):
        live_rerun()
