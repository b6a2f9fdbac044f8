"""Who is signed in, asked of the account table on every rerun; and signing in and out.

``signed_in_scope()`` is where a page (and every fragment, callback and download of it) gets its :class:`Scope`. It looks into the
database, at most once a second, so that a disabled account, a new password, role or area take effect at once; a page that only the server
draws anew, within half a minute. streamlit-authenticator shows the form; what is right is decided by :mod:`data_access.sessions`. The
browser gets its cookie for a ticket (:mod:`pages.common.entrance`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta

import streamlit as st
from streamlit.runtime.scriptrunner import RerunException

from data_access import accounts, attempts, sessions, tickets
from data_access.accounts import Account, Role
from data_access.audit import Action, record
from data_access.clock import beijing_now
from data_access.deadline import SESSION_SECONDS, within
from data_access.engine import DATABASE_AWAY, OTHER_TABLES, DBAPIError, engine, trouble
from data_access.scope import Scope
from pages.common import address, cookie, entrance, loaders, sign_on
from pages.common.live_sessions import KNOWN, TOKEN, idle_limit, stands
from pages.common.sign_in_form import sign_in_form
from pages.common.telling import asked_by_browser, hears_nothing

# Session state, with TOKEN and KNOWN: TOKEN says which session this is; everything else is asked of the table.
_ACTIVE = "board_active_at"
_SIGNED_OUT = "board_signed_out"
_TICKET = "board_ticket"
_SAID = "board_login_said"
_LIVE = "board_live_rerun"
_LEAVES_PROVIDER = "board_leaves_provider"
"""Session state: this browser has still to sign out at the provider of the single sign-on."""
_REFUSED = "board_sign_on_refused"

_MEMORY = 1.0  # seconds within which one run need not ask the table twice
_UNWATCHED = 15.0  # seconds within which a page that the server draws anew need not ask: as long as between two ticks
_WRITTEN_EVERY = timedelta(minutes=1)

_patience: ContextVar[float] = ContextVar("patience", default=_MEMORY)
"""How many seconds what the table has said holds in this run of a page; in a part of it that runs by itself, :data:`_MEMORY`."""

NOBODY = Scope()
"""The scope of nobody: no rows."""

BLANK = "请输入账号和密码。"
UNREACHABLE = "数据库暂时连不上，请稍后再试；如一直如此，请联系管理员。"


@dataclass(frozen=True)
class Known:
    """What the table last said in this tab."""

    account: Account
    asked: float
    said_at: datetime


def signed_in_account() -> Account | None:
    """The account of this rerun, from the table; None where nobody is signed in. app.py calls it first.

    While the database is away, who was signed in stays so (the page shows its last good data), until the idle limit. A page that the
    server draws anew asks as rarely as it ticks.
    """
    live = st.session_state.pop(_LIVE, False)
    by_reader = asked_by_browser() and not live
    _patience.set(_MEMORY if by_reader else _UNWATCHED)
    known: Known | None = st.session_state.get(KNOWN)
    return _asked(active=by_reader) if by_reader or known is None or not _holds(known) else known.account


def _holds(known: Known) -> bool:
    return time.monotonic() - known.asked < (_MEMORY if loaders.by_itself() else _patience.get())


def signed_in_scope() -> Scope:
    """What the reader of this rerun may see. Inside a fragment it notices, within a second, that the account may no longer."""
    known: Known | None = st.session_state.get(KNOWN)
    if known is not None and _holds(known):
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
    known: Known | None = st.session_state.get(KNOWN)
    return None if known is None else known.account


def live_rerun() -> None:
    """``st.rerun`` of the whole page because the data are new: not an activity, so it does not keep an idle session alive."""
    address.settled()  # the tick may have been sent before the browser knew of the last choice, and the whole page's run takes its address
    try:
        st.rerun(scope="app")
    except RerunException:  # and not where a click has come meanwhile: that run is the reader's
        st.session_state[_LIVE] = True
        raise


def session_asked_later() -> Callable[[], Account | None]:
    """Asks this session again, whenever and outside the run (a click on a download): its account as the table then has it, None once it
    is over, however that came about."""
    token, active_at = st.session_state.get(TOKEN), st.session_state.get(_ACTIVE)

    def asked() -> Account | None:
        with engine().connect() as connection:
            return sessions.standing(connection, token or "", beijing_now(), idle=idle_limit(), active_at=active_at).account

    return asked


def reader_origin() -> dict[str, str]:
    """Where the reader is, as far as is known, and with what. The server takes the address from a proxy on this machine only, and there
    the one that the proxy itself has seen (uvicorn's ``forwarded_allow_ips``)."""
    return {"address": attempts.known_address(st.context.ip_address), "device": st.context.headers.get("User-Agent") or ""}


def audited(action: Action, detail: str) -> None:
    """Puts an act of the signed-in account on record: ``audited(Action.EXPORT, "住夜排名 2026-10 xlsx")``. Raises where that fails."""
    known: Known | None = st.session_state.get(KNOWN)
    with engine().begin() as connection:
        record(connection, known.account.username if known else "?", action, beijing_now(), detail)


def _asked(*, active: bool) -> Account | None:
    now = beijing_now()
    token = st.session_state.get(TOKEN)
    try:
        with within(SESSION_SECONDS):
            if token is None and not st.session_state.get(_SIGNED_OUT):
                token = _token_of_browser(now)
            return None if token is None else _from_table(token, now, active=active)
    except DATABASE_AWAY:
        known: Known | None = st.session_state.get(KNOWN)
        if known is not None and known.account.role is not Role.WALL and now - known.said_at >= idle_limit():
            _forget(None)
            del st.session_state[_SIGNED_OUT]
            st.session_state[TOKEN] = token  # whether this session still stands the table says when it is back
            known = None
        if known is None:
            st.session_state[_SAID] = UNREACHABLE
            return None
        st.session_state[KNOWN] = Known(known.account, time.monotonic(), known.said_at)
        return known.account
    except DBAPIError as problem:
        if KNOWN in st.session_state or trouble(problem) != OTHER_TABLES:
            raise
        return None  # nobody can have signed in: the login page says what is to be made (PostgreSQL; SQLite's error is one of the above)


def _token_of_browser(now: datetime) -> str | None:
    """Of a browser that is signed in here its own cookie says as whom: a word of the provider that somebody has planted beside it (a
    sibling site can) does not make it another reader's."""
    remembered = _remembered_token()
    return remembered if remembered is not None and stands(remembered) else _sign_on_token(now) or remembered


def _sign_on_token(now: datetime) -> str | None:
    """The session of the county's single sign-on, where this browser comes from there; else the login page says why there is none."""
    said = sign_on.said_by_provider()
    if said is None:
        return None
    origin = reader_origin()
    result = sessions.signed_on(engine(), said, now, idle=idle_limit(), **origin)
    refused = {
        sessions.Outcome.UNKNOWN: f"统一身份已确认，但本看板没有您的账号。请把标识“{said.subject}”告诉本县系统管理员。",
        sessions.Outcome.DISABLED: "账号已停用，请联系管理员。",
    }
    if result.outcome in refused:
        st.session_state[_SAID] = refused[result.outcome]
        if st.session_state.get(_REFUSED) != said.mark:
            sessions.refuse_sign_on(engine(), said, result.account, now, address=origin["address"])
            st.session_state[_REFUSED] = said.mark
    if result.token is not None:
        _enter(result.token, now)  # with the board's own cookie, which uploads, files and a connection cut short ask for
    return result.token


def _from_table(token: str, now: datetime, *, active: bool) -> Account | None:
    active_at: datetime | None = st.session_state.get(_ACTIVE)
    with engine().connect() as connection:
        found = sessions.standing(connection, token, now, idle=idle_limit(), active_at=active_at)
    if found.account is None:
        if found.ending not in (sessions.Ending.UNKNOWN, sessions.Ending.SIGNED_OUT, sessions.Ending.ENDED, None):
            _end(token, now, found.ending)
        mine = TOKEN in st.session_state
        _forget(_farewell(found.ending) if mine or found.ending is sessions.Ending.IDLE else None)
        return None
    st.session_state[TOKEN] = token
    st.session_state[KNOWN] = Known(found.account, time.monotonic(), now)
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
        sessions.Ending.ENDED: "本次登录已由管理员结束，请重新登录。",
    }.get(ending, "已退出，请重新登录。")  # type: ignore[arg-type]


def _forget(said: str | None) -> None:
    """Nothing of the account stays in this browser session: filters, masks and drafts of one reader are not the next one's."""
    for key in list(st.session_state.keys()):
        del st.session_state[key]
    st.session_state[_SIGNED_OUT] = True
    if said:
        st.session_state[_SAID] = said


def _remembered_token() -> str | None:
    """The token in the cookie that this tab's connection was opened with."""
    remembered = cookie.text_in(st.context.cookies)
    return cookie.signed_token(remembered, cookie.signing_key()) if isinstance(remembered, str) else None


# --- the form -----------------------------------------------------------------------------------------------------


def said_at_login() -> str | None:
    """What the login page has to say: why the last attempt failed or the last session ended."""
    return st.session_state.get(_SAID)


def login_form() -> None:
    """The form in front of our account table. Who may come in sees the page that was asked for at once."""
    if st.session_state.pop(_LEAVES_PROVIDER, False):
        sign_on.leave()
    try:
        cookie.signing_key()
    except DATABASE_AWAY:
        st.session_state[_SAID] = UNREACHABLE
        _try_again()
        return
    if st.session_state.get(_SAID) == UNREACHABLE:
        del st.session_state[_SAID]
    sign_in_form(_attempt)
    if TOKEN in st.session_state:
        st.rerun(scope="app")


@st.fragment(run_every=5)
def _try_again() -> None:
    """The login page comes back by itself when the database does."""
    try:
        cookie.signing_key()
    except DATABASE_AWAY:
        return
    st.rerun(scope="app")


def _attempt(username: str, password: str) -> bool:
    now = beijing_now()
    try:
        result = sessions.sign_in(engine(), username, password, now, **reader_origin())
    except DATABASE_AWAY:
        st.session_state[_SAID] = UNREACHABLE
        return False
    st.session_state[_SAID] = _answer(result, now)
    if result.token is None:
        return False
    _enter(result.token, now)
    return True


def _enter(token: str, now: datetime) -> None:
    """From now on this tab is the session's; its browser gets the cookie for a ticket, where it has not brought it."""
    for key in (_SAID, _SIGNED_OUT):
        st.session_state.pop(key, None)
    st.session_state[TOKEN] = token
    st.session_state[_ACTIVE] = now
    try:
        if _remembered_token() == token:
            return
        with engine().begin() as connection:
            st.session_state[_TICKET] = tickets.issue_ticket(connection, token, now), now + tickets.LIFE
    except DATABASE_AWAY:
        pass  # then only this tab is signed in


def cookie_errand() -> dict[str, str | bool | None]:
    """What this tab's browser is to do about its cookie (frame.js): hand a ticket in, or have a cookie taken away that opens nothing."""
    ticket, until = st.session_state.get(_TICKET) or (None, None)
    if until is not None and beijing_now() >= until:
        del st.session_state[_TICKET]
        ticket = None
    return {"address": entrance.address(), "ticket": ticket, "leave": bool(st.session_state.get(_SIGNED_OUT))}


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
            return f"试错次数过多，{day}{until:%H:%M} 后再试；急用请联系安全管理员解锁。"
        case sessions.Outcome.DISABLED:
            return "账号已停用，请联系管理员。"
        case sessions.Outcome.BUSY:
            return "现在登录的人很多，请稍后再试。"
    return ""


def change_password(old: str, new: str, again: str) -> str | None:
    """The signed-in reader's own change; what is wrong with it in words, None where it is done (and this session over)."""
    account = known_account()
    if account is None or new != again:
        return "两次输入的新密码不一致。"
    now = beijing_now()
    try:
        result = sessions.change_password(engine(), account.username, old, new, now, **reader_origin())
    except accounts.AccountError as fault:
        return f"{fault}。"
    except DATABASE_AWAY:
        return UNREACHABLE
    if result.outcome is sessions.Outcome.WRONG:
        return f"原密码不对，还可再试 {result.tries_left} 次。"
    return None if result.outcome is sessions.Outcome.WELCOME else _answer(result, now)


def sign_out() -> None:
    """Ends this session everywhere (the cookie opens nothing any more), at the provider too where the sign-on there has begun it."""
    token = st.session_state.get(TOKEN)
    leaves_provider = bool(token) and token == _token_of_sign_on()
    if token:
        _end(token, beijing_now(), sessions.Ending.SIGNED_OUT)
    _forget("已退出。")
    if leaves_provider:
        st.session_state[_LEAVES_PROVIDER] = True


def _token_of_sign_on() -> str | None:
    """The token of the session that this browser's sign-on at the provider has begun."""
    said = sign_on.said_by_provider()
    if said is None:
        return None
    try:
        with engine().begin() as connection:
            return sessions.token_of(connection, said)
    except DATABASE_AWAY:
        return None


@st.fragment(run_every=30)
def watch_session() -> None:
    """On a page without a live part, twice a minute: left open, it closes when its session does, without a click."""
    if not loaders.by_itself():
        hears_nothing()
    signed_in_scope()
