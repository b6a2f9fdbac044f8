"""Who is signed in, asked of the account table on every rerun; and signing in and out.

``signed_in_scope()`` is where a page (and every fragment, callback and download of it) gets its :class:`Scope`. It looks into the
database, at most once a second, so that a disabled account, a new password, role or area take effect at once. streamlit-authenticator shows
the form and keeps the cookie; what is right is decided by :mod:`data_access.sessions`.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import streamlit as st
from streamlit.runtime.scriptrunner import RerunException

from data_access import accounts, sessions
from data_access.accounts import Account, Role
from data_access.audit import Action, record
from data_access.clock import beijing_now
from data_access.deadline import SESSION_SECONDS, within
from data_access.engine import DATABASE_AWAY, engine
from data_access.scope import Scope
from pages.common import address, cookie

# Session state. The token says which session this is; everything else is asked of the table.
_TOKEN = "board_token"  # noqa: S105 (the name of a place)
_KNOWN = "board_known"
_ACTIVE = "board_active_at"
_SIGNED_OUT = "board_signed_out"
_SAID = "board_login_said"
_LIVE = "board_live_rerun"

_MEMORY = 1.0  # seconds within which one run need not ask the table twice
_WRITTEN_EVERY = timedelta(minutes=1)

NOBODY = Scope()
"""The scope of nobody: no rows."""

BLANK = "请输入账号和密码。"
UNREACHABLE = "数据库暂时连不上，请稍后再试；如一直如此，请联系管理员。"


def idle_limit() -> timedelta:
    """After how long without a click a session ends: ``BOARD_IDLE_MINUTES``, 30 by default (等保)."""
    return timedelta(minutes=float(os.environ.get("BOARD_IDLE_MINUTES", sessions.IDLE.total_seconds() / 60)))


@dataclass(frozen=True)
class _Known:
    """What the table last said in this tab."""

    account: Account
    asked: float
    said_at: datetime


def signed_in_account() -> Account | None:
    """The account of this rerun, from the table; None where nobody is signed in. app.py calls it first.

    While the database is away, who was signed in stays so (the page shows its last good data), until the idle limit.
    """
    live = st.session_state.pop(_LIVE, False)
    return _asked(active=not live)


def signed_in_scope() -> Scope:
    """What the reader of this rerun may see. Inside a fragment it notices, within a second, that the account may no longer."""
    known: _Known | None = st.session_state.get(_KNOWN)
    if known is not None and time.monotonic() - known.asked < _MEMORY:
        return known.account.scope
    account = _asked(active=False)
    if account is None and known is not None:
        st.rerun(scope="app")
    if account is not None and known is not None and (account.role, account.scope) != (known.account.role, known.account.scope):
        live_rerun()  # other rights: the navigation and the page have to be built anew
    return NOBODY if account is None else account.scope


def known_account() -> Account | None:
    """The account of this rerun as the table last said, for what goes by role or is signed with a name."""
    signed_in_scope()
    known: _Known | None = st.session_state.get(_KNOWN)
    return None if known is None else known.account


def live_rerun() -> None:
    """``st.rerun`` of the whole page because the data are new: not an activity, so it does not keep an idle session alive."""
    address.settled()  # the tick may have been sent before the browser knew of the last choice, and the whole page's run takes its address
    try:
        st.rerun(scope="app")
    except RerunException:  # and not where a click has come meanwhile: that run is the reader's
        st.session_state[_LIVE] = True
        raise


def audited(action: Action, detail: str) -> None:
    """Puts an act of the signed-in account on record: ``audited(Action.EXPORT, "住夜排名 2026-10 xlsx")``. Raises where that fails."""
    known: _Known | None = st.session_state.get(_KNOWN)
    with engine().begin() as connection:
        record(connection, known.account.username if known else "?", action, beijing_now(), detail)


def _asked(*, active: bool) -> Account | None:
    now = beijing_now()
    token = st.session_state.get(_TOKEN)
    try:
        with within(SESSION_SECONDS):
            if token is None and not st.session_state.get(_SIGNED_OUT):
                token = cookie.remembered_token(_cookie_key())
            return None if token is None else _from_table(token, now, active=active)
    except DATABASE_AWAY:
        known: _Known | None = st.session_state.get(_KNOWN)
        if known is not None and known.account.role is not Role.WALL and now - known.said_at >= idle_limit():
            _forget(None)
            del st.session_state[_SIGNED_OUT]
            st.session_state[_TOKEN] = token  # whether this session still stands the table says when it is back
            known = None
        if known is None:
            st.session_state[_SAID] = UNREACHABLE
            return None
        st.session_state[_KNOWN] = _Known(known.account, time.monotonic(), known.said_at)
        return known.account


def _from_table(token: str, now: datetime, *, active: bool) -> Account | None:
    active_at: datetime | None = st.session_state.get(_ACTIVE)
    with engine().connect() as connection:
        found = sessions.standing(connection, token, now, idle=idle_limit(), active_at=active_at)
    if found.account is None:
        if found.ending not in (sessions.Ending.UNKNOWN, sessions.Ending.SIGNED_OUT, None):
            _end(token, now, found.ending)
        mine = _TOKEN in st.session_state
        _forget(_farewell(found.ending) if mine or found.ending is sessions.Ending.IDLE else None)
        return None
    st.session_state[_TOKEN] = token
    st.session_state[_KNOWN] = _Known(found.account, time.monotonic(), now)
    if active:
        st.session_state[_ACTIVE] = now
        if found.seen_at is None or now - found.seen_at >= _WRITTEN_EVERY:
            _keep_alive(token, now)
    return found.account


def _keep_alive(token: str, now: datetime) -> None:
    try:
        with engine().begin() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA busy_timeout=200")  # a page does not wait for a ledger that is being loaded
            try:
                sessions.keep_alive(connection, token, now)
            finally:
                if connection.dialect.name == "sqlite":
                    connection.exec_driver_sql("PRAGMA busy_timeout=30000")
    except DATABASE_AWAY:
        pass  # this tab still knows its own last activity; the next rerun writes it


def _end(token: str, now: datetime, ending: sessions.Ending) -> None:
    try:
        with engine().begin() as connection:
            sessions.end_session(connection, token, now, ending)
    except DATABASE_AWAY:
        pass  # it opens nothing in this tab any more, and the table's own reason keeps it shut elsewhere


def _farewell(ending: sessions.Ending | None) -> str:
    return {
        sessions.Ending.IDLE: f"超过 {idle_limit().total_seconds() / 60:g} 分钟未操作，已自动退出，请重新登录。",
        sessions.Ending.EXPIRED: "本次登录已满时限，请重新登录。",
        sessions.Ending.PASSWORD: "密码已更改，请用新密码登录。",
        sessions.Ending.DISABLED: "账号已停用，请联系管理员。",
    }.get(ending, "已退出，请重新登录。")  # type: ignore[arg-type]


def _forget(said: str | None) -> None:
    """Nothing of the account stays in this browser session: filters, masks and drafts of one reader are not the next one's."""
    for key in list(st.session_state.keys()):
        del st.session_state[key]
    st.session_state[_SIGNED_OUT] = True
    if said:
        st.session_state[_SAID] = said


def _cookie_key() -> str:
    given = os.environ.get("BOARD_COOKIE_KEY")
    if given:
        return given
    with engine().begin() as connection:
        return accounts.cookie_key(connection)


# --- the form -----------------------------------------------------------------------------------------------------


def said_at_login() -> str | None:
    """What the login page has to say: why the last attempt failed or the last session ended."""
    return st.session_state.get(_SAID)


def login_form() -> None:
    """streamlit-authenticator's form, in front of our account table. The asked page follows once the browser has its cookie."""
    now = beijing_now()
    try:
        key = _cookie_key()
    except DATABASE_AWAY:
        st.session_state[_SAID] = UNREACHABLE
        _try_again()
        return
    if st.session_state.get(_SAID) == UNREACHABLE:
        del st.session_state[_SAID]
    leave = bool(st.session_state.get(_SIGNED_OUT))
    if not cookie.form(key, lambda username, password: _attempt(username, password, now), forget=leave):
        st.session_state[_SAID] = BLANK


@st.fragment(run_every=5)
def _try_again() -> None:
    """The login page comes back by itself when the database does."""
    try:
        _cookie_key()
    except DATABASE_AWAY:
        return
    st.rerun(scope="app")


def _attempt(username: str, password: str, now: datetime) -> cookie.Token | None:
    try:
        result = sessions.sign_in(engine(), username, password, now)
    except DATABASE_AWAY:
        st.session_state[_SAID] = UNREACHABLE
        return None
    st.session_state[_SAID] = _answer(result, now)
    if result.outcome is not sessions.Outcome.WELCOME or result.account is None or result.token is None:
        return None
    for key in (_SAID, _SIGNED_OUT):
        st.session_state.pop(key, None)
    st.session_state[_TOKEN] = result.token
    st.session_state[_ACTIVE] = now
    return cookie.Token(result.token, sessions.lifetime(result.account), result.account.display_name)


def _answer(result: sessions.SignIn, now: datetime) -> str:
    match result.outcome:
        case sessions.Outcome.BLANK:
            return BLANK
        case sessions.Outcome.WRONG:
            return f"账号或密码不对，还可再试 {result.tries_left} 次。"
        case sessions.Outcome.LOCKED if result.locked_until is not None:
            # The lock ends at a second, the words name the minute after it, at which it surely has.
            until = result.locked_until + timedelta(seconds=-result.locked_until.second % 60)
            day = "" if until.date() == now.date() else "明天 "
            return f"账号已锁定，{day}{until:%H:%M} 后再试。"
        case sessions.Outcome.DISABLED:
            return "账号已停用，请联系管理员。"
    return ""


def change_password(old: str, new: str, again: str) -> str | None:
    """The signed-in reader's own change; what is wrong with it in words, None where it is done (and this session over)."""
    account = known_account()
    if account is None or new != again:
        return "两次输入的新密码不一致。"
    now = beijing_now()
    try:
        result = sessions.change_password(engine(), account.username, old, new, now)
    except accounts.AccountError as fault:
        return f"{fault}。"
    except DATABASE_AWAY:
        return UNREACHABLE
    if result.outcome is sessions.Outcome.WRONG:
        return f"原密码不对，还可再试 {result.tries_left} 次。"
    return None if result.outcome is sessions.Outcome.WELCOME else _answer(result, now)


def sign_out() -> None:
    """Ends this session everywhere (the cookie opens nothing any more)."""
    token = st.session_state.get(_TOKEN)
    if token:
        _end(token, beijing_now(), sessions.Ending.SIGNED_OUT)
    _forget("已退出。")


@st.fragment(run_every=30)
def watch_session() -> None:
    """Twice a minute: a page left open closes when its session does, without a click."""
    signed_in_scope()
