"""Signing in and staying signed in: attempts, locks and sessions, all in the database, so that any tab, browser or process counts.

An attempt is counted before its password is looked at and taken back when it was right. So at most five passwords are
tried between two locks, also when they arrive at the same moment in different processes.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, Engine, Update, and_, case, delete, func, insert, literal, null, or_, select, update

from data_access.accounts import (
    USERNAME,
    Account,
    AccountError,
    Role,
    account_named,
    normal_username,
    password_fault,
    password_matches,
    set_password,
)
from data_access.audit import Action, record
from data_access.board_tables import BoardAccount, BoardAudit, BoardSession

ATTEMPTS = 5
LOCK = timedelta(minutes=30)
IDLE = timedelta(minutes=30)
LIFETIME = timedelta(hours=12)
"""A sign-in ends with the working day, however busy it was."""
WALL_LIFETIME = timedelta(days=90)
"""A wall screen runs for weeks and has nobody who could sign in again; it has no idle limit either."""

# The hash of a random text nobody knows, made with accounts.ROUNDS: an unknown name costs the same time as a known one.
_NOBODY = "$2b$12$.LB0i4KC4lrUQc8HKOyxOuEAiD/iVXNybtB32flfFHU3ZpW.5lK56"


class Outcome(StrEnum):
    WELCOME = "welcome"
    BLANK = "blank"
    WRONG = "wrong"
    LOCKED = "locked"
    DISABLED = "disabled"


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
    IDLE = "idle"
    EXPIRED = "expired"
    PASSWORD = "password"  # noqa: S105
    DISABLED = "disabled"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def lifetime(account: Account) -> timedelta:
    return WALL_LIFETIME if account.role is Role.WALL else LIFETIME


# --- signing in ---------------------------------------------------------------------------------------------------


def sign_in(engine: Engine, username: str, password: str, now: datetime) -> SignIn:
    """One attempt: counted, verified, answered and put on record. bcrypt runs outside any transaction."""
    name = normal_username(username)
    if not name or not password:
        return SignIn(Outcome.BLANK)
    with engine.begin() as connection:
        counted = connection.execute(_count_attempt(name, now)).rowcount == 1
        attempt = _attempt(connection, name)
        if attempt is None:
            stranger = _stranger(connection, name, now)
        elif not counted:
            record(connection, name, Action.LOCKED, now, "锁定中又试")
            return SignIn(Outcome.LOCKED, locked_until=attempt.locked_until)
    if attempt is None:
        password_matches(password, _NOBODY)
        return _refuse_stranger(engine, name, stranger, now)
    matches = password_matches(password, attempt.password_hash)
    with engine.begin() as connection:
        if not matches:
            return _refuse(connection, name, attempt.failed_attempts, attempt.locked_until, now)
        # Only while the verified hash is still the account's: it may have been changed in this very moment.
        opened = connection.execute(
            update(BoardAccount)
            .where(BoardAccount.username == name, BoardAccount.password_hash == attempt.password_hash)
            .values(failed_attempts=0, locked_until=None)
        )
        if opened.rowcount != 1:
            return _refuse(connection, name, attempt.failed_attempts, attempt.locked_until, now)
        account = account_named(connection, name)
        if account is None or account.disabled_at is not None:
            record(connection, name, Action.REFUSED, now, "账号已停用")
            return SignIn(Outcome.DISABLED)
        token = _start(connection, account, attempt.password_hash, now)
        record(connection, name, Action.SIGN_IN, now)
        return SignIn(Outcome.WELCOME, account=account, token=token)


def _count_attempt(name: str, now: datetime) -> Update:
    """One more attempt, in one statement; no row where the account is locked. The first one after a lock counts from one."""
    expired = BoardAccount.locked_until.is_not(None)
    counted = case((expired, 1), else_=BoardAccount.failed_attempts + 1)
    until = literal(now + LOCK, BoardAccount.locked_until.type)  # to the second, as SQLite compares it
    return (
        update(BoardAccount)
        .where(BoardAccount.username == name, or_(BoardAccount.locked_until.is_(None), BoardAccount.locked_until <= now))
        .values(failed_attempts=counted, locked_until=case((counted >= ATTEMPTS, until), else_=null()))
    )


@dataclass(frozen=True)
class _Attempt:
    password_hash: str
    failed_attempts: int
    locked_until: datetime | None


def _attempt(connection: Connection, name: str) -> _Attempt | None:
    columns = (BoardAccount.password_hash, BoardAccount.failed_attempts, BoardAccount.locked_until)
    row = connection.execute(select(*columns).where(BoardAccount.username == name)).one_or_none()
    return None if row is None else _Attempt(*row)


def _refuse(connection: Connection, name: str, failed: int, locked_until: datetime | None, now: datetime) -> SignIn:
    record(connection, name, Action.REFUSED, now, f"密码不对,连续第 {failed} 次")
    if locked_until is None:
        return SignIn(Outcome.WRONG, tries_left=ATTEMPTS - failed)
    record(connection, name, Action.LOCKED, now, f"锁定至 {locked_until:%Y-%m-%d %H:%M}")
    return SignIn(Outcome.LOCKED, locked_until=locked_until)


def _stranger(connection: Connection, name: str, now: datetime) -> tuple[int, datetime | None]:
    """Attempts with a name that has no account, in the past half hour: how many, and the newest.

    They are answered in the same words as those of an account, so that the answers do not tell which names exist.
    """
    recent = and_(BoardAudit.username == _recorded_name(name), BoardAudit.action == Action.REFUSED.value, BoardAudit.at > now - LOCK)
    row = connection.execute(select(func.count(), func.max(BoardAudit.at)).where(recent)).one()
    return int(row[0]), row[1]


def _refuse_stranger(engine: Engine, name: str, earlier: tuple[int, datetime | None], now: datetime) -> SignIn:
    failed, newest = earlier
    with engine.begin() as connection:
        if failed >= ATTEMPTS and newest is not None:
            record(connection, _recorded_name(name), Action.LOCKED, now, "锁定中又试")
            return SignIn(Outcome.LOCKED, locked_until=newest + LOCK)
        record(connection, _recorded_name(name), Action.REFUSED, now, "没有这个账号")
    if failed + 1 >= ATTEMPTS:
        return SignIn(Outcome.LOCKED, locked_until=now + LOCK)
    return SignIn(Outcome.WRONG, tries_left=ATTEMPTS - failed - 1)


def _recorded_name(name: str) -> str:
    """The name as it stands in the audit: people type their password into the wrong field, so only what could be a name is kept."""
    return name if USERNAME.fullmatch(name) else "(无效账号名)"


def change_password(engine: Engine, username: str, old: str, new: str, now: datetime) -> SignIn:
    """The reader's own change: the old password is an attempt like any other; after it every session has to sign in anew.

    Raises :class:`AccountError` where the new one breaks the rule; nothing is tried then.
    """
    fault = "新密码不能与原密码相同" if old == new else password_fault(new)
    if fault:
        raise AccountError(fault)
    result = sign_in(engine, username, old, now)
    if result.outcome is Outcome.WELCOME:
        with engine.begin() as connection:
            set_password(connection, username, new, now=now, by=normal_username(username))
    return result


# --- staying signed in --------------------------------------------------------------------------------------------


def _start(connection: Connection, account: Account, password_hash: str, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    connection.execute(delete(BoardSession).where(BoardSession.seen_at < now - WALL_LIFETIME))
    connection.execute(
        insert(BoardSession),
        {
            "token_digest": _digest(token),
            "username": account.username,
            "password_mark": _digest(password_hash),
            "started_at": now,
            "seen_at": now,
        },
    )
    return token


@dataclass(frozen=True)
class Standing:
    """What a session token is worth now: the account, or why not. ``seen_at`` is the last activity on record."""

    account: Account | None
    ending: Ending | None = None
    username: str | None = None
    seen_at: datetime | None = None


def standing(connection: Connection, token: str, now: datetime, *, idle: timedelta = IDLE, active_at: datetime | None = None) -> Standing:
    """Asks the tables, each time: the session, its account, that password, that moment.

    ``active_at`` is the newest activity the asking tab knows of itself (``seen_at`` is written only once a minute).
    """
    columns = (BoardSession.username, BoardSession.password_mark, BoardSession.started_at, BoardSession.seen_at, BoardSession.ended_at)
    query = select(*columns, BoardAccount.password_hash).outerjoin(BoardAccount, BoardAccount.username == BoardSession.username)
    row = connection.execute(query.where(BoardSession.token_digest == _digest(token))).one_or_none()
    if row is None:
        return Standing(None, Ending.UNKNOWN)
    try:
        account = account_named(connection, row.username)
    except ValueError:  # a role this program does not know opens nothing
        account = None
    ending: Ending | None = None
    if row.ended_at is not None:
        ending = Ending.SIGNED_OUT
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
