"""Notices (推送): where they go, who gets which, and the outbox that sends each exactly once.

The outbox has one row a subscription, kind and occasion; a unique key holds that, so any number of processes may find an occasion due at
once: one of them writes the row, the others find it written. States: ``waiting`` → ``sent``, ``skipped`` (there was nothing to say, or
nobody to say it to) or ``failed`` (given up; who keeps channels may start it again). No row is ever deleted.

Who sends a waiting notice claims its row first: an UPDATE that finds it unclaimed, or its claim run out. Both databases let one of
two such updates change the row. The claim is a lease (:data:`LEASE`): a process that dies leaves it to run out and another sends. The
answer is written only by whoever still holds the claim, in the transaction that also writes the audit row.

Races. Killed before the receiver has answered: sent again, the receiver has not had it (or has refused it). Killed between the receiver's
answer and the commit: sent again under the same key (:func:`idempotency_key`), which a gateway and a mailbox see as the same message;
a group robot knows no keys and shows it twice. A sender that hangs beyond its lease is overtaken; its patience with a channel is
far shorter. A subscription that ends, an account that is disabled and a channel that is removed are asked about after the claim.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine, and_, false, insert, or_, select, true, update
from sqlalchemy.exc import IntegrityError

from data_access.accounts import AccountError, account_named, seen
from data_access.audit import Action, record
from data_access.board_tables import BoardNotice, BoardNoticeChannel, BoardNoticeSubscription
from data_access.frames import frame
from data_access.kept_secret import kept_secret
from data_access.scope import Scope
from data_access.sealed import is_sealed, sealed, unsealed
from data_access.valid import Area

LEASE = timedelta(minutes=10)
"""Longer than any attempt takes: a 月通报 of a city, and a channel's patience."""
LONGEST_PROBLEM = 300
LONGEST_NAME = 40


class State(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True)
class Subscription:
    """Who gets what by which channel, with what opens it, sealed: for the sender alone."""

    id: int
    what: str
    channel: str
    address: str
    secret: str | None
    username: str | None
    area: str
    indicator: str | None
    threshold: float | None
    since: datetime

    @property
    def opens(self) -> tuple[str, str | None]:
        """Address and secret. Raises :class:`AccountError` without the key."""
        return _unsealed(self.address, self.secret)


@dataclass(frozen=True)
class Claimed:
    """A notice that this process alone sends now; ``subscription`` None where it has ended meanwhile."""

    id: int
    what: str
    occasion: str
    at: datetime
    tries: int
    claim: str
    key: str
    subscription: Subscription | None


# --- channels and subscriptions ---------------------------------------------------------------------------------------


def add_channel(connection: Connection, *, name: str, address: str, secret: str | None, now: datetime, by: str, place: str = "") -> int:
    """A channel, on record with the machine it leads to (``place``) and without what opens it.

    Raises :class:`AccountError` for a name that is none or is taken, and where the key is not the one of the channels that are there.
    """
    name = seen(name)
    if not name or len(name) > LONGEST_NAME:
        raise AccountError(f"请给通道起个名称,{LONGEST_NAME} 字以内")
    taken = select(BoardNoticeChannel.id).where(BoardNoticeChannel.name == name, BoardNoticeChannel.removed_at.is_(None))
    if connection.scalar(taken) is not None:
        raise AccountError(f"已有名为“{name}”的通道")
    channel_of(connection, address)
    opens = {"address": sealed(address), "secret": secret and sealed(secret)}
    key = connection.execute(insert(BoardNoticeChannel).values(name=name, **opens, made_at=now, made_by=by)).inserted_primary_key
    record(connection, by, Action.NOTICE, now, f"新增推送通道 {name}{f' · {place}' if place else ''}")
    return int(key[0])  # type: ignore[index]


def _unsealed(address: str, secret: str | None) -> tuple[str, str | None]:
    return unsealed(address), secret and unsealed(secret)


def channel_of(connection: Connection, address: str) -> int | None:
    """The channel with an address, where there is one. Raises :class:`AccountError` without the key."""
    query = select(BoardNoticeChannel.id, BoardNoticeChannel.address).where(BoardNoticeChannel.removed_at.is_(None))
    standing = connection.execute(query.order_by(BoardNoticeChannel.id)).all()
    return next((number for number, kept in standing if unsealed(kept) == address), None)


def seal_all(connection: Connection) -> int:
    """Seals what was kept before there was a key; how many channels that were."""
    query = select(BoardNoticeChannel.id, BoardNoticeChannel.address, BoardNoticeChannel.secret)
    clear = [row for row in connection.execute(query.where(BoardNoticeChannel.removed_at.is_(None))) if not is_sealed(row.address)]
    for row in clear:
        opens = {"address": sealed(row.address), "secret": row.secret and sealed(row.secret)}
        as_it_was = (BoardNoticeChannel.id == row.id, BoardNoticeChannel.address == row.address)
        connection.execute(update(BoardNoticeChannel).where(*as_it_was).values(**opens))
    return len(clear)


def tried_channel(connection: Connection, name: str, *, now: datetime, by: str) -> None:
    """On record that somebody has made the server speak to a channel."""
    record(connection, by, Action.NOTICE, now, f"测试推送通道 {name}")


def remove_channel(connection: Connection, channel_id: int, *, now: datetime, by: str) -> None:
    """Takes a channel away with what opens it; its subscriptions end. What had been sent stays on record."""
    standing = and_(BoardNoticeChannel.id == channel_id, BoardNoticeChannel.removed_at.is_(None))
    emptied = update(BoardNoticeChannel).where(standing).values(removed_at=now, address="", secret=None)
    name = connection.scalar(emptied.returning(BoardNoticeChannel.name))
    if name is None:
        raise AccountError("这个通道已经删除")
    ends = and_(BoardNoticeSubscription.channel_id == channel_id, BoardNoticeSubscription.ended_at.is_(None))
    connection.execute(update(BoardNoticeSubscription).where(ends).values(ended_at=now))
    record(connection, by, Action.NOTICE, now, f"删除推送通道 {name}")


def channels(scope: Scope, connection: Connection) -> pd.DataFrame:
    """The channels there are, without what opens them; nothing without the right to administer.

    Grain: channel. Columns: id, name, scheme (what stands before ``://``; None without the key), made_at, made_by.
    """
    columns = ["id", "name", "scheme", "made_at", "made_by"]
    fields = (BoardNoticeChannel.id, BoardNoticeChannel.name, BoardNoticeChannel.address, BoardNoticeChannel.made_at)
    query = select(*fields, BoardNoticeChannel.made_by).where(BoardNoticeChannel.removed_at.is_(None)).order_by(BoardNoticeChannel.name)
    found = frame(connection, query.where(true() if _may_keep(scope) else false()), columns)
    return found.assign(scheme=pd.Series([_scheme(kept) for kept in found["scheme"]], index=found.index, dtype="object"))


def _scheme(kept: str) -> str | None:
    try:
        return unsealed(kept).partition("://")[0]
    except AccountError:
        return None


def _may_keep(scope: Scope) -> bool:
    """Channels belong to the whole county: who administers a part of it keeps none."""
    return scope.may_administer and scope.area == ""


def _may_grant(scope: Scope) -> bool:
    return scope.may_grant and scope.area == ""


def channel_opened(connection: Connection, channel_id: int) -> tuple[str, str, str | None]:
    """Name, address and secret of a channel, for a test message. Raises :class:`AccountError` where it is gone, or without the key."""
    fields = (BoardNoticeChannel.name, BoardNoticeChannel.address, BoardNoticeChannel.secret)
    standing = and_(BoardNoticeChannel.id == channel_id, BoardNoticeChannel.removed_at.is_(None))
    row = connection.execute(select(*fields).where(standing)).one_or_none()
    if row is None:
        raise AccountError("这个通道已经删除")
    return row.name, *_unsealed(row.address, row.secret)


def subscribe(
    connection: Connection,
    *,
    channel_id: int,
    what: str,
    username: str | None,
    area: str = "",
    indicator: str | None = None,
    threshold: float | None = None,
    now: datetime,
    by: str,
    granted: bool = True,
) -> int:
    """A subscription of an account, or of a group where ``username`` is None. Raises :class:`AccountError`.

    An account's is not ``granted`` where a system administrator asks for it: who says where words go does not say what they open.
    """
    standing = and_(BoardNoticeChannel.id == channel_id, BoardNoticeChannel.removed_at.is_(None))
    name = connection.scalar(select(BoardNoticeChannel.name).where(standing))
    if name is None:
        raise AccountError("这个通道已经删除")
    if username is not None:
        account = account_named(connection, username)
        if account is None:
            raise AccountError(f"没有账号“{username}”")
        username, area = account.username, ""
    if area and connection.scalar(select(Area.code).where(Area.code == area)) is None:
        raise AccountError(f"没有代码为“{area}”的地区")
    whom = {"channel_id": channel_id, "username": username, "area_code": area}
    wanted = {**whom, "what": what, "indicator": indicator, "threshold": threshold}
    same = [getattr(BoardNoticeSubscription, column).is_not_distinct_from(value) for column, value in wanted.items()]
    if connection.scalar(select(BoardNoticeSubscription.id).where(*same, BoardNoticeSubscription.ended_at.is_(None))) is not None:
        raise AccountError("已有同样的订阅")
    at_once = granted or username is None
    granting = {"granted_at": now, "granted_by": by} if at_once else {}
    key = connection.execute(insert(BoardNoticeSubscription).values(**wanted, made_at=now, made_by=by, **granting)).inserted_primary_key
    whose = f"账号 {username}" if username else "群组"
    record(connection, by, Action.NOTICE, now, f"订阅 {what} · {whose} · 通道 {name}{'' if at_once else ' · 待授权'}")
    return int(key[0])  # type: ignore[index]


def unsubscribe(connection: Connection, subscription_id: int, *, now: datetime, by: str) -> None:
    standing = and_(BoardNoticeSubscription.id == subscription_id, BoardNoticeSubscription.ended_at.is_(None))
    if connection.execute(update(BoardNoticeSubscription).where(standing).values(ended_at=now)).rowcount != 1:
        raise AccountError(f"没有编号为 {subscription_id} 的订阅,或已经取消")
    record(connection, by, Action.NOTICE, now, f"取消订阅 {subscription_id}")


def grant_subscription(connection: Connection, subscription_id: int, *, now: datetime, by: str) -> None:
    """A security administrator lets an account's notices go to the channel that was asked for."""
    waiting = and_(
        BoardNoticeSubscription.id == subscription_id,
        BoardNoticeSubscription.granted_at.is_(None),
        BoardNoticeSubscription.ended_at.is_(None),
    )
    username = connection.scalar(select(BoardNoticeSubscription.username).where(waiting))
    if username == by:
        raise AccountError("自己的订阅请由另一位安全管理员授权")
    if connection.execute(update(BoardNoticeSubscription).where(waiting).values(granted_at=now, granted_by=by)).rowcount != 1:
        raise AccountError("这个订阅已经授权或取消")
    record(connection, by, Action.NOTICE, now, f"授权订阅 {subscription_id} · 账号 {username}")


def subscriptions(scope: Scope, connection: Connection) -> pd.DataFrame:
    """The subscriptions that stand, the oldest first; for who keeps channels or grants, nothing for anybody else.

    Grain: subscription. Columns: id, what, username (None: a group), area_code, indicator, threshold, channel (name), made_at, made_by,
    granted_at.
    """
    held = BoardNoticeSubscription
    fields = (held.id, held.what, held.username, held.area_code, held.indicator, held.threshold, BoardNoticeChannel.name)
    query = (
        select(*fields, held.made_at, held.made_by, held.granted_at)
        .join(BoardNoticeChannel, BoardNoticeChannel.id == held.channel_id)
        .where(held.ended_at.is_(None), true() if _may_keep(scope) or _may_grant(scope) else false())
        .order_by(held.id)
    )
    columns = ["id", "what", "username", "area_code", "indicator", "threshold", "channel", "made_at", "made_by", "granted_at"]
    return frame(connection, query, columns)


# --- the outbox -------------------------------------------------------------------------------------------------------

_OPENED = (
    select(
        BoardNoticeSubscription.id,
        BoardNoticeSubscription.what,
        BoardNoticeChannel.name,
        BoardNoticeChannel.address,
        BoardNoticeChannel.secret,
        BoardNoticeSubscription.username,
        BoardNoticeSubscription.area_code,
        BoardNoticeSubscription.indicator,
        BoardNoticeSubscription.threshold,
        BoardNoticeSubscription.granted_at,
    )
    .join(BoardNoticeChannel, BoardNoticeChannel.id == BoardNoticeSubscription.channel_id)
    .where(
        BoardNoticeSubscription.ended_at.is_(None),
        BoardNoticeSubscription.granted_at.is_not(None),
        BoardNoticeChannel.removed_at.is_(None),
    )
    .order_by(BoardNoticeSubscription.id)
)


def _subscription(row: Any) -> Subscription:
    return Subscription(*row)


def open_subscriptions(connection: Connection) -> list[Subscription]:
    """Those that are granted and whose channel stands."""
    return [_subscription(row) for row in connection.execute(_OPENED)]


def queue(connection: Connection, subscription: Subscription, what: str, occasion: str, at: datetime, now: datetime) -> bool:
    """Puts an occasion into the outbox; False where it is there already, whatever became of it."""
    mine = (BoardNotice.subscription_id == subscription.id, BoardNotice.what == what, BoardNotice.occasion == occasion)
    if connection.scalar(select(BoardNotice.id).where(*mine)) is not None:
        return False
    row = {"subscription_id": subscription.id, "what": what, "occasion": occasion, "at": at, "state": State.WAITING.value, "tries": 0}
    try:
        with connection.begin_nested():
            connection.execute(insert(BoardNotice).values(**row, next_try_at=now))
    except IntegrityError:  # another process was quicker
        return False
    return True


def idempotency_key(connection: Connection, notice_id: int) -> str:
    """Tells a notice from every other, of this database and of others: the same at each attempt."""
    own = kept_secret(connection, "notice_key")
    return hmac.new(own.encode(), str(notice_id).encode(), hashlib.sha256).hexdigest()[:32]


def claim(database: Engine, now: datetime, mark: str) -> Claimed | None:
    """The next notice that waits, claimed for :data:`LEASE` under ``mark`` (another at each call); None where none waits."""
    waits = and_(
        BoardNotice.state == State.WAITING.value,
        BoardNotice.next_try_at <= now,
        or_(BoardNotice.claimed_until.is_(None), BoardNotice.claimed_until <= now),
    )
    with database.begin() as connection:
        found = select(BoardNotice.id).where(waits).order_by(BoardNotice.next_try_at, BoardNotice.id)
        candidates = connection.scalars(found.limit(20)).all()
    for candidate in candidates:
        with database.begin() as connection:
            mine = update(BoardNotice).where(BoardNotice.id == candidate, waits)
            if connection.execute(mine.values(claimed_by=mark, claimed_until=now + LEASE)).rowcount != 1:
                continue
            row = connection.execute(select(BoardNotice).where(BoardNotice.id == candidate)).one()
            opened = connection.execute(_OPENED.where(BoardNoticeSubscription.id == row.subscription_id)).one_or_none()
            key = idempotency_key(connection, candidate)
            subscription = None if opened is None else _subscription(opened)
            return Claimed(row.id, row.what, row.occasion, row.at, row.tries, mark, key, subscription)
    return None


def finish(
    connection: Connection, it: Claimed, state: State, now: datetime, problem: str = "", next_try_at: datetime | None = None
) -> bool:
    """Writes what became of an attempt, in the caller's transaction; False where the claim has run out and another has taken it.

    ``next_try_at``: of one that waits for its next attempt.
    """
    held = and_(BoardNotice.id == it.id, BoardNotice.claimed_by == it.claim)
    over: dict[str, Any] = {"done_at": now} if next_try_at is None else {"next_try_at": next_try_at}
    over |= {"state": state.value, "tries": it.tries + 1, "problem": problem[:LONGEST_PROBLEM] or None}
    if connection.execute(update(BoardNotice).where(held).values(**over, claimed_by=None, claimed_until=None)).rowcount != 1:
        return False
    if state is State.SENT and it.subscription is not None and it.subscription.username is not None:
        said = f"{it.what} {it.occasion} · 通道 {it.subscription.channel}"
        record(connection, it.subscription.username, Action.NOTICE, now, f"已推送 {said}")
    return True


def start_again(connection: Connection, notice_id: int, *, now: datetime, by: str) -> None:
    """A notice that was given up waits again, with all its attempts before it."""
    given_up = and_(BoardNotice.id == notice_id, BoardNotice.state == State.FAILED.value)
    values = {"state": State.WAITING.value, "tries": 0, "next_try_at": now, "done_at": None}
    if connection.execute(update(BoardNotice).where(given_up).values(**values)).rowcount != 1:
        raise AccountError("这条推送不在失败之列")
    record(connection, by, Action.NOTICE, now, f"重发推送 {notice_id}")


def outbox(scope: Scope, connection: Connection, limit: int = 100) -> pd.DataFrame:
    """What was and is to be sent, troubles first, then the newest; for who keeps channels.

    Grain: notice. Columns: id, what, at, channel, username (None: a group), state, tries, next_try_at, done_at, problem.
    """
    fields = (BoardNotice.id, BoardNotice.what, BoardNotice.at, BoardNoticeChannel.name, BoardNoticeSubscription.username)
    after = (BoardNotice.state, BoardNotice.tries, BoardNotice.next_try_at, BoardNotice.done_at, BoardNotice.problem)
    trouble = or_(BoardNotice.state == State.FAILED.value, and_(BoardNotice.state == State.WAITING.value, BoardNotice.tries > 0))
    query = (
        select(*fields, *after)
        .join(BoardNoticeSubscription, BoardNoticeSubscription.id == BoardNotice.subscription_id)
        .join(BoardNoticeChannel, BoardNoticeChannel.id == BoardNoticeSubscription.channel_id)
        .where(true() if _may_keep(scope) else false())
        .order_by(trouble.desc(), BoardNotice.at.desc(), BoardNotice.id.desc())
        .limit(limit)
    )
    columns = ["id", "what", "at", "channel", "username", "state", "tries", "next_try_at", "done_at", "problem"]
    return frame(connection, query, columns)
