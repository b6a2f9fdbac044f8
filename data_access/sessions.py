"""Signing in and staying signed in: locks and sessions, all in the database, so that any tab, browser or process counts.

How often may be tried is said by ``data_access.attempts``. A name with an account and one without are the same work and get the same
answers; the audit names only those with one.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine, bindparam, delete, false, insert, select, update
from sqlalchemy.exc import IntegrityError

from data_access import attempts
from data_access.accounts import (
    ACCOUNT_COLUMNS,
    USERNAME,
    Account,
    AccountError,
    Role,
    account_in,
    account_named,
    normal_username,
    password_fault,
    password_matches,
    set_password,
)
from data_access.attempts import Attempt
from data_access.audit import Action, record
from data_access.board_tables import BoardAccount, BoardSession
from data_access.kept_secret import kept_secret
from data_access.scope import Scope

IDLE = timedelta(minutes=30)
LIFETIME = timedelta(hours=12)
"""A sign-in ends with the working day, however busy it was."""
WALL_LIFETIME = timedelta(days=90)
"""A wall screen runs for weeks and has nobody who could sign in again; it has no idle limit either."""
STRANGER = "(没有这个账号)"
"""Stands in the audit for every name without an account: people type their password into the wrong field."""
LONGEST_DEVICE = 300
LONGEST_SUBJECT = 100

PATIENCE_SECONDS = 15.0
_TURNS = threading.BoundedSemaphore(max(1, (os.cpu_count() or 1) // 2))
"""Who looks at a password: bcrypt takes a quarter of a second of a processor, and half of them stay with the readers."""

# The hash of a random text nobody knows, made with accounts.ROUNDS: an unknown name costs the same time as a known one.
_NOBODY = "$2b$12$.LB0i4KC4lrUQc8HKOyxOuEAiD/iVXNybtB32flfFHU3ZpW.5lK56"


class Outcome(StrEnum):
    WELCOME = "welcome"
    BLANK = "blank"
    WRONG = "wrong"
    LOCKED = "locked"
    DISABLED = "disabled"
    BUSY = "busy"
    UNKNOWN = "unknown"
    STALE = "stale"


@dataclass(frozen=True)
class SignIn:
    """What came of an attempt. ``token`` only with WELCOME, ``tries_left`` with WRONG, ``locked_until`` with LOCKED."""

    outcome: Outcome
    account: Account | None = None
    token: str | None = None
    tries_left: int = 0
    locked_until: datetime | None = None


class Ending(StrEnum):
    """Why a session opens nothing (any more)."""

    UNKNOWN = "unknown"
    SIGNED_OUT = "signed_out"
    ENDED = "ended"
    IDLE = "idle"
    EXPIRED = "expired"
    PASSWORD = "password"  # noqa: S105
    DISABLED = "disabled"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def lifetime(account: Account) -> timedelta:
    return WALL_LIFETIME if account.role is Role.WALL else LIFETIME


# --- signing in ---------------------------------------------------------------------------------------------------


def sign_in(engine: Engine, username: str, password: str, now: datetime, *, address: str = "", device: str = "") -> SignIn:
    """One attempt: counted, verified, answered and put on record. bcrypt runs outside any transaction, a few at a time.

    ``address``: where it comes from, '' where that is not known; ``device``: what the browser says it is.
    """
    name = normal_username(username)
    if not name or not password:
        return SignIn(Outcome.BLANK)
    if not _TURNS.acquire(timeout=PATIENCE_SECONDS):
        return SignIn(Outcome.BUSY)
    try:
        return _judged(engine, name, password, now, address, device)
    finally:
        _TURNS.release()


def _judged(engine: Engine, name: str, password: str, now: datetime, address: str, device: str) -> SignIn:
    with engine.begin() as connection:
        asked = name if USERNAME.fullmatch(name) else ""  # no database takes every text that can be typed
        kept = connection.scalar(select(BoardAccount.password_hash).where(BoardAccount.username == asked))
        recorded = name if kept else STRANGER
        attempt = attempts.counted(connection, name, address, now)
        if attempt.locked_until is not None:
            if attempt.is_first:
                record(connection, recorded, Action.LOCKED, now, f"锁定中又试{_from(address)}")
            return SignIn(Outcome.LOCKED, locked_until=attempt.locked_until)
        if attempt.stopped_until is not None and not _has_been_here(connection, asked, address):
            kept = None  # whoever comes with the password from elsewhere waits, and cannot tell that it was right
    matches = password_matches(password, kept or _NOBODY) and kept is not None
    with engine.begin() as connection:
        if not matches or not _is_still(connection, name, kept):
            return _refused(connection, recorded, attempt, now, address)
        attempts.taken_back(connection, name, address)
        account = account_named(connection, name)
        if account is None or account.disabled_at is not None:
            record(connection, name, Action.REFUSED, now, f"账号已停用{_from(address)}")
            return SignIn(Outcome.DISABLED)
        token = secrets.token_urlsafe(32)
        _start(connection, token, account, str(kept), now, address, device)
        record(connection, name, Action.SIGN_IN, now, _from(address).removeprefix(",") or None)
        return SignIn(Outcome.WELCOME, account=account, token=token)


def _from(address: str) -> str:
    return f",来自 {address}" if address else ""


def _has_been_here(connection: Connection, name: str, address: str) -> bool:
    """Whether the account has signed in from the address before."""
    here = select(BoardSession.username).where(BoardSession.username == name, BoardSession.address == address).limit(1)
    return connection.scalar(here) is not None


def _is_still(connection: Connection, name: str, password_hash: str | None) -> bool:
    """Whether the hash that was verified is the account's: it may have been changed in this very moment. Nobody changes it from now on."""
    mine = (BoardAccount.username == name, BoardAccount.password_hash == password_hash)
    return connection.execute(update(BoardAccount).where(*mine).values(password_hash=password_hash)).rowcount == 1


def _refused(connection: Connection, recorded: str, attempt: Attempt, now: datetime, address: str) -> SignIn:
    why = "没有这个账号" if recorded == STRANGER else "密码不对"
    record(connection, recorded, Action.REFUSED, now, f"{why},第 {attempt.failed} 次{_from(address)}")
    if attempt.stopped_until is not None:
        return SignIn(Outcome.LOCKED, locked_until=attempt.stopped_until)
    if attempt.left:
        return SignIn(Outcome.WRONG, tries_left=attempt.left)
    until = now + attempts.LOCK
    record(connection, recorded, Action.LOCKED, now, f"锁定至 {until:%Y-%m-%d %H:%M}{_from(address)}")
    return SignIn(Outcome.LOCKED, locked_until=until)


def change_password(engine: Engine, username: str, old: str, new: str, now: datetime, *, address: str = "", device: str = "") -> SignIn:
    """The reader's own change: the old password is an attempt like any other; after it every session has to sign in anew.

    Raises :class:`AccountError` where the new one breaks the rule; nothing is tried then.
    """
    fault = "新密码不能与原密码相同" if old == new else password_fault(new)
    if fault:
        raise AccountError(fault)
    result = sign_in(engine, username, old, now, address=address, device=device)
    if result.outcome is Outcome.WELCOME:
        with engine.begin() as connection:
            set_password(connection, username, new, now=now, by=normal_username(username))
    return result


# --- single sign-on -------------------------------------------------------------------------------------------------

SIGN_ON_WINDOW = timedelta(minutes=10)
"""How long after the provider's word a session can begin with it, and how far its clock may be off. A browser keeps the word for weeks."""


@dataclass(frozen=True)
class SignedOn:
    """What the provider has said: its own name for the person (``sub``), when, and what tells this time from every other."""

    subject: str
    issued_at: datetime
    mark: str


def signed_on(engine: Engine, said: SignedOn, now: datetime, *, idle: timedelta = IDLE, address: str = "", device: str = "") -> SignIn:
    """The session of one sign-on: begun with it once, found again afterwards, never begun anew when it is over.

    The account table decides: whom no account names (``sign_on``) gets UNKNOWN, an old word whose session is over STALE. The token is made
    of what was said, so that every tab and process makes the same.
    """
    with engine.begin() as connection:
        token = token_of(connection, said)
        begun = standing(connection, token, now, idle=idle)
        if begun.account is not None:
            return SignIn(Outcome.WELCOME, account=begun.account, token=token)
        if begun.ending is not Ending.UNKNOWN or abs(now - said.issued_at) > SIGN_ON_WINDOW:
            return SignIn(Outcome.STALE)
        row = connection.execute(
            select(BoardAccount.username, BoardAccount.password_hash).where(BoardAccount.sign_on == said.subject)
        ).one_or_none()
        account = None if row is None else account_named(connection, row.username)
        if row is None or account is None:
            return SignIn(Outcome.UNKNOWN)
        if account.disabled_at is not None:
            return SignIn(Outcome.DISABLED, account=account)
        try:
            with connection.begin_nested():
                _start(connection, token, account, row.password_hash, now, address, device)
        except IntegrityError:  # another tab was quicker: it is the same session
            return SignIn(Outcome.WELCOME, token=token)
        record(connection, account.username, Action.SIGN_IN, now, f"统一身份{_from(address)}")
        return SignIn(Outcome.WELCOME, account=account, token=token)


def token_of(connection: Connection, said: SignedOn) -> str:
    """The token of the session that one sign-on begins."""
    key = kept_secret(connection, "sign_on_key")
    return hmac.new(key.encode(), said.mark.encode(), hashlib.sha256).hexdigest()


def refuse_sign_on(engine: Engine, said: SignedOn, account: Account | None, now: datetime, *, address: str = "") -> None:
    """On record: somebody whom the provider knows was not let in."""
    subject = said.subject[:LONGEST_SUBJECT]
    why = f"统一身份登录:账号已停用{_from(address)}" if account else f"统一身份登录:没有对应的账号,标识 {subject}{_from(address)}"
    with engine.begin() as connection:
        record(connection, account.username if account else STRANGER, Action.REFUSED, now, why)


# --- staying signed in --------------------------------------------------------------------------------------------


def _start(connection: Connection, token: str, account: Account, password_hash: str, now: datetime, address: str, device: str) -> None:
    connection.execute(delete(BoardSession).where(BoardSession.seen_at < now - WALL_LIFETIME))
    connection.execute(
        insert(BoardSession),
        {
            "token_digest": _digest(token),
            "username": account.username,
            "password_mark": _digest(password_hash),
            "started_at": now,
            "seen_at": now,
            "address": address,
            "device": device[:LONGEST_DEVICE],
        },
    )


@dataclass(frozen=True)
class Standing:
    """What a session token is worth now: the account, or why not. ``seen_at`` is the last activity on record."""

    account: Account | None
    ending: Ending | None = None
    username: str | None = None
    seen_at: datetime | None = None


_STATE_COLUMNS = (
    BoardSession.token_digest,
    BoardSession.username,
    BoardSession.password_mark,
    BoardSession.started_at,
    BoardSession.seen_at,
    BoardSession.ended_at,
    BoardSession.ended_by,
    BoardAccount.password_hash,
    *(column for column in ACCOUNT_COLUMNS if column.key != "username"),
)
_SESSIONS = select(*_STATE_COLUMNS).outerjoin(BoardAccount, BoardAccount.username == BoardSession.username)
_OF_TOKEN = _SESSIONS.where(BoardSession.token_digest == bindparam("digest"))


def standing(connection: Connection, token: str, now: datetime, *, idle: timedelta = IDLE, active_at: datetime | None = None) -> Standing:
    """Asks the tables, each time: the session, its account, that password, that moment.

    ``active_at`` is the newest activity the asking tab knows of itself (``seen_at`` is written only once a minute).
    """
    row = connection.execute(_OF_TOKEN, {"digest": _digest(token)}).one_or_none()
    return Standing(None, Ending.UNKNOWN) if row is None else _standing(row, now, idle, active_at)


def _standing(row: Any, now: datetime, idle: timedelta, active_at: datetime | None = None) -> Standing:
    try:
        account = None if row.role is None else account_in(row)
    except ValueError:  # a role this program does not know opens nothing
        account = None
    ending: Ending | None = None
    if row.ended_at is not None:
        ending = Ending.ENDED if row.ended_by else Ending.SIGNED_OUT
    elif account is None or account.disabled_at is not None:
        ending = Ending.DISABLED
    elif row.password_mark != _digest(row.password_hash) or row.started_at < account.password_changed_at:
        ending = Ending.PASSWORD
    elif now >= row.started_at + lifetime(account):
        ending = Ending.EXPIRED
    elif account.role is not Role.WALL and now >= max(row.seen_at, active_at or row.seen_at) + idle:
        ending = Ending.IDLE
    return Standing(account if ending is None else None, ending, row.username, row.seen_at)


def keep_alive(connection: Connection, token: str, now: datetime) -> None:
    """Somebody was active in this session."""
    open_session = (BoardSession.token_digest == _digest(token), BoardSession.ended_at.is_(None), BoardSession.seen_at < now)
    connection.execute(update(BoardSession).where(*open_session).values(seen_at=now))


ENDING_WORDS = {
    Ending.IDLE: "长时间未操作",
    Ending.EXPIRED: "登录已满时限",
    Ending.PASSWORD: "密码已更改",
    Ending.DISABLED: "账号已停用",
}


def end_session(connection: Connection, token: str, now: datetime, ending: Ending = Ending.SIGNED_OUT) -> None:
    """Closes a session once and for all and puts that on record; a session that is closed already stays as it is."""
    open_session = (BoardSession.token_digest == _digest(token), BoardSession.ended_at.is_(None))
    if connection.execute(update(BoardSession).where(*open_session).values(ended_at=now)).rowcount == 1:
        username = connection.scalar(select(BoardSession.username).where(BoardSession.token_digest == _digest(token)))
        action = Action.SIGN_OUT if ending is Ending.SIGNED_OUT else Action.SESSION_ENDED
        record(connection, username or "?", action, now, ENDING_WORDS.get(ending))


# --- seen and ended by a security administrator ---------------------------------------------------------------------

_SHOWN = ("token_digest", "username", "display_name", "started_at", "seen_at", "address", "device")


def open_sessions(scope: Scope, connection: Connection, now: datetime, *, idle: timedelta = IDLE) -> pd.DataFrame:
    """Sessions that open something now, of accounts inside the scope, the last active first; nothing without the right to grant.

    Grain: session. Columns: token_digest (tells sessions apart, opens nothing), username, display_name, started_at, seen_at, address,
    device.
    """
    shown = _SESSIONS.add_columns(BoardSession.address, BoardSession.device)
    query = shown.where(BoardSession.ended_at.is_(None)).order_by(BoardSession.seen_at.desc(), BoardSession.token_digest)
    rows = connection.execute(query if scope.may_grant else query.where(false())).all()
    mine = [row for row in rows if scope.covers(row.area_prefix) and _standing(row, now, idle).account is not None]
    return pd.DataFrame([[getattr(row, name) for name in _SHOWN] for row in mine], columns=list(_SHOWN))


def end_session_of(connection: Connection, token_digest: str, *, now: datetime, by: str) -> None:
    """Ends somebody else's session: the reader is signed out at the next tick of his page."""
    open_session = (BoardSession.token_digest == token_digest, BoardSession.ended_at.is_(None))
    ended = update(BoardSession).where(*open_session).values(ended_at=now, ended_by=by)
    username = connection.scalar(ended.returning(BoardSession.username))
    if username is None:
        raise AccountError("这个会话已经结束")
    record(connection, by, Action.SESSION_ENDED, now, f"结束 {username} 的会话")
