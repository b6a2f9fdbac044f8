"""What the frame around every page is made of: its scripts, the title sentence, the breadcrumb, the bar, small notices.

``pages.common.page`` puts them together. Texts are escaped by :class:`markupsafe.Markup`, which takes them as arguments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st
from markupsafe import Markup
from streamlit.delta_generator import DeltaGenerator

from data_access.accounts import PASSWORD_RULE, ROLE_NAMES, Account, Role
from pages.common import auth, navigation
from pages.common.fault import contained
from pages.common.help_way import go_to_help
from pages.common.navigation import plain
from pages.common.panel import clicked
from reports.wording import chinese_marks

Crumb = tuple[str, str, Mapping[str, str] | None]
"""Label, page file (``"pages/township/township.py"``), query parameters of that page."""

_HERE = Path(__file__).parent
_SCRIPTS = ("history.js", "chinese.js", "connection.js", "menu.js", "panel.js", "cookie.js", "frame.js")
_FRAME = "board-frame"


@st.cache_resource(show_spinner=False)
def _scripts() -> Any:
    text = "\n".join((_HERE / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    return st.components.v2.component("board_frame", js=text)


def page_scripts() -> None:
    """The frame in the browser (app.py calls it): one Back is one step, Streamlit's words in Chinese, a lost connection seen at once,
    panels shown and their clicks heard, and the cookie fetched or given back."""
    _scripts()(key=_FRAME, data=auth.cookie_errand(), on_go_change=partial(clicked, _FRAME))


_HELP, _NEW_PASSWORD, _LEAVE = "帮助", "修改密码", "退出登录"


@st.dialog("修改密码")
def _change_password() -> None:
    with st.form("board-password", border=False):
        old = st.text_input("原密码", type="password", autocomplete="current-password")
        new = st.text_input("新密码", type="password", autocomplete="new-password", help=PASSWORD_RULE)
        again = st.text_input("再输入一次新密码", type="password", autocomplete="new-password")
        if st.form_submit_button("修改密码，并重新登录", type="primary"):
            fault = auth.change_password(old, new, again)
            if fault is None:
                st.rerun()
            st.html(Markup('<p class="board-said" role="alert">{}</p>').format(fault))


def account_menu(account: Account | None) -> None:
    """Who is signed in, at the right end of the header, with the way out. A wall screen shows it only under the mouse."""
    if account is None:
        return
    wall = account.role is Role.WALL
    with st.container(key="board-account-wall" if wall else "board-account"):
        chosen = st.menu_button(
            plain(account.display_name),
            [_LEAVE] if wall else [_HELP, _NEW_PASSWORD, _LEAVE],
            key="board-account-menu",
            type="tertiary",
            icon=":material/account_circle:",
            help=f"{account.username} · {ROLE_NAMES[account.role]}",
        )
    if chosen == _LEAVE:
        auth.sign_out()
        st.rerun()
    if chosen == _HELP:
        go_to_help(account)
    if chosen == _NEW_PASSWORD:
        _change_password()


def page_header(title_sentence: str, *, crumbs: Sequence[Crumb] = (), subtitle: str | None = None) -> None:
    """The breadcrumb 县 › 乡镇 › 村 › 人 while drilling, then one sentence that says what is the case, then a quiet line.

    A crumb whose page this account may not open (or whose module is off) is shown as plain text.
    """
    if crumbs:
        _breadcrumb(crumbs)
    below = Markup('<p class="board-subtitle">{}</p>').format(chinese_marks(subtitle)) if subtitle else ""
    st.html(Markup('<h1 class="board-title">{}</h1>{}').format(chinese_marks(title_sentence), below))


def _breadcrumb(crumbs: Sequence[Crumb]) -> None:
    with st.container(horizontal=True, gap=None, vertical_alignment="center", key="board-crumbs"):
        for label, page, query in crumbs:
            if navigation.can_open(page):
                st.page_link(page, label=plain(label), query_params=dict(query) if query else None)
            else:
                st.html(Markup('<span class="board-crumb">{}</span>').format(label), width="content")


def bar() -> tuple[DeltaGenerator, DeltaGenerator]:
    """The one line under the title: ``left`` takes the filters (period, township), ``right`` the 截至 note."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom", key="board-bar"):
        left = st.container(horizontal=True, vertical_alignment="bottom", key="board-bar-left")
        right = st.container(horizontal=True, vertical_alignment="bottom", width="content", key="board-bar-right")
    return left, right


# The words of a lost connection are there before it is lost: then the server can say nothing (connection.js shows them).
_FRESHNESS = Markup(
    '<p class="board-fresh{shade}" role="{role}">{text}<span class="board-live">{live}</span><b class="board-lost"> · {lost}</b></p>'
)
_LOST = "连接中断，恢复后自动更新"


def freshness_note(text: str, *, live: bool = True, stale: bool = False) -> None:
    """``截至 11月21日 20:15 · 实时`` quietly, without 实时 what is not ``live``, or loudly how old the data are (``stale``)."""
    shade, role = (" low", "alert") if stale else ("", "status")
    live_words = " · 实时" if live and not stale else ""
    st.html(_FRESHNESS.format(shade=shade, role=role, text=chinese_marks(text), live=live_words, lost=_LOST), width="content")


def provisional_calendar_notice(provisional_years: Iterable[int], first_day: date, last_day: date) -> None:
    """Says so where the period shown touches a year whose 调休 is not published yet; otherwise nothing."""
    touched = sorted(year for year in provisional_years if first_day.year <= year <= last_day.year)
    if touched:
        years = "、".join(str(year) for year in touched)
        note(f"{years}年放假调休安排尚未公布，工作日暂按周一至周五计算。")


def note(text: str) -> None:
    """A small grey remark beside a figure (a case of fairness, a rule), plain text."""
    st.html(Markup('<p class="board-note">{}</p>').format(chinese_marks(text)))


_SHOWN = "board_shown"
"""Session state: the page and the question whose answer is on screen."""


class Places:
    """Where the parts of a page will stand: skeletons in the shape of what comes for a new ``question``.

    A live update shows none and fills what is on screen. Take the places in the order of the page, work the answer out, then fill:
    ``with place: …``; what a skeleton's place is entered with is drawn at once.
    """

    def __init__(self, page: str, question: object) -> None:
        self._asked = (page, question)
        self._again = st.session_state.get(_SHOWN) == self._asked
        self._places: list[Place] = []

    def place(self, height: int, *, within: DeltaGenerator | None = None) -> Place:
        """A part of the page, about ``height`` px high. One that has nothing to show takes no room once it is entered. ``within``: a
        container that holds nothing else."""
        if self._again:
            holder = st.container() if within is None else within
        else:
            holder = (st if within is None else within).skeleton(height=height)
        self._places.append(Place(holder, self._again, self._asked))
        return self._places[-1]

    @contextmanager
    def last(self, height: int) -> Iterator[None]:
        """The last part of a page, which draws itself piece by piece: the skeleton stands below the pieces until all are there."""
        pieces = st.container()
        waiting = st.empty() if self._again else st.skeleton(height=height)
        try:
            with pieces, contained():
                yield
        finally:
            waiting.empty()

    def none_waits(self) -> None:
        """The end of a page that broke off: what nobody has filled holds no room."""
        for place in self._places:
            place.give_up()


class Place:
    """One part of a page, to be filled once with ``with``; what fails in it is told in it. Entering a skeleton itself would draw into the
    page's end instead."""

    def __init__(self, holder: DeltaGenerator, again: bool, asked: tuple[str, object]) -> None:
        self._holder, self._again, self._asked = holder, again, asked
        self._inside = holder
        self._waits = True

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Around what is worked out for this place before it is filled: where that fails it is told here, and the page goes on."""
        try:
            yield
        except Exception:
            with self:
                raise

    def give_up(self) -> None:
        """Takes the skeleton away that nobody has filled."""
        if self._waits and not self._again:
            self._holder.empty()

    def __enter__(self) -> DeltaGenerator:
        # Only now: a run that a newer one cut short has shown nothing, and the next shows its skeletons again.
        st.session_state[_SHOWN] = self._asked
        self._waits = False
        self._inside = self._holder if self._again else self._holder.container()
        self._inside.__enter__()
        self._contained = contained()
        self._contained.__enter__()
        return self._inside

    def __exit__(self, *raised: Any) -> Any:
        try:
            return self._contained.__exit__(*raised)
        finally:
            self._inside.__exit__(None, None, None)
