"""``python -m reports notify``: notices that are due are put into the outbox and sent; the server does the same beside its work.

A timer, two of them, and any number of servers may do it at once (``data_access.notices`` names modes and races). ``notify subscribe``,
``list`` and ``unsubscribe`` keep who gets what.
"""

from __future__ import annotations

import argparse
import getpass
import logging
import os
import secrets
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from data_access import notices as outbox
from data_access.accounts import AccountError, account_named
from data_access.calendar import working_calendar
from data_access.clock import beijing_now
from data_access.engine import DATABASE_AWAY, Connection, Engine, engine, reading_engine, trouble
from data_access.notices import Claimed, State, Subscription
from data_access.scope import Scope
from metrics.notices import NOTICE_NAMES, Notice, last_occasion, pause
from metrics.registry import REGISTRY, indicator
from metrics.rulebook import rulebook
from metrics.wording import moment_text
from metrics.workdays import Workdays
from reports.channels import SIGNED, deliver, place_of, scheme_of
from reports.letters import Letter
from reports.moment_arguments import a_moment
from reports.notices import Addressee, Asked, letter
from reports.outward import ChannelError

LOG = logging.getLogger(__name__)
TICK_SECONDS = 20
ON_TIME = timedelta(minutes=30)
"""A notice that goes out later says of which moment it is."""
SWITCH = "BOARD_NOTICES"
"""``off``: this server sends none, as beside a copy of the database."""


# --- queueing and sending -----------------------------------------------------------------------------------------------


def queue_due(database: Engine, now: datetime, at: datetime | None = None) -> int:
    """Puts what is due into the outbox; returns how many notices are new there.

    ``at``: what was due at another moment, also before somebody had subscribed; else a subscription begins with the next occasion after it.
    """
    with database.connect() as connection:
        subscriptions = outbox.open_subscriptions(connection)
        workdays = Workdays.from_frame(working_calendar(connection)) if subscriptions else None
    if workdays is None:
        return 0
    moment, new = at or now, 0
    rules = rulebook().on(moment.date())
    for each in subscriptions:
        occasion = last_occasion(Notice(each.what), moment, rules, workdays)
        if occasion is None or (at is None and occasion.at < each.since):
            continue
        with database.begin() as connection:
            new += outbox.queue(connection, each, each.what, occasion.key, occasion.at, now)
    return new


def send_waiting(
    database: Engine, now: Callable[[], datetime], stop: threading.Event | None = None, *, before: Callable[[Claimed], None] | None = None
) -> Counter[State]:
    """Sends what waits, one after the other, until nothing is left whose time has come; counts what became of it.

    ``before``: called with each claim before it is sent (tests stop there).
    """
    done: Counter[State] = Counter()
    while stop is None or not stop.is_set():
        claimed = outbox.claim(database, now(), secrets.token_hex(8))
        if claimed is None:
            return done
        if before is not None:
            before(claimed)
        done[_sent(database, claimed, now)] += 1
    return done


def _sent(database: Engine, it: Claimed, now: Callable[[], datetime]) -> State:
    """One attempt, and what is written of it."""
    problem, again = "", None
    try:
        state, problem = _attempted(database, it, now())
    except Exception as failure:  # whatever it is, the notice waits and the next one is sent
        is_told = isinstance(failure, (ChannelError, AccountError))
        if not is_told:
            LOG.exception("notice %s was not made", it.id)
        problem = str(failure) if is_told else trouble(failure) or f"没有做成({type(failure).__name__})"
        rest = pause(it.tries + 1, rulebook().on(now().date()))
        state, again = (State.FAILED, None) if rest is None else (State.WAITING, now() + rest)
    with database.begin() as connection:
        outbox.finish(connection, it, state, now(), problem, again)
    return state


def _attempted(database: Engine, it: Claimed, now: datetime) -> tuple[State, str]:
    """Makes the letter for whom it is for as his account is now, and hands it over. Raises :class:`ChannelError`."""
    if it.subscription is None:
        return State.SKIPPED, "订阅已取消或通道已删除"
    with database.connect() as connection:
        to = addressee(connection, it.subscription)
    if to is None:
        return State.SKIPPED, "账号已停用、待授权或不存在"
    with reading_engine().connect() as connection:
        made = letter(connection, to, Asked(Notice(it.what), it.at, it.subscription.indicator, it.subscription.threshold))
    if made is None:
        return State.SKIPPED, "没有要说的"
    deliver(*it.subscription.opens, made.sent_late(it.at) if now - it.at > ON_TIME else made, it.key)
    return State.SENT, ""


def addressee(connection: Connection, subscription: Subscription) -> Addressee | None:
    """Whose notice it is, with exactly that scope; a group has the area's figures and no right. None where the account opens nothing."""
    if subscription.username is None:
        return Addressee(Scope(area=subscription.area), named=False, who=subscription.channel)
    account = account_named(connection, subscription.username)
    if account is None or account.disabled_at is not None or not account.is_granted:
        return None
    return Addressee(account.scope, account.scope.may_see_names, f"{account.display_name} {account.username}")


def notify(database: Engine, now: Callable[[], datetime], at: datetime | None = None) -> tuple[int, Counter[State]]:
    """What is due is queued, what waits is sent."""
    return queue_due(database, now(), at), send_waiting(database, now)


def keep_notifying(stop: threading.Event) -> None:
    """Work of the server (``server.py``): every :data:`TICK_SECONDS`, until it is told to stop. While the database is away it waits."""
    if os.environ.get(SWITCH, "").lower() == "off":
        return
    are_sealed = False
    while not stop.wait(TICK_SECONDS):
        try:
            if not are_sealed:
                are_sealed = _sealed(engine())
            queue_due(engine(), beijing_now())
            send_waiting(engine(), beijing_now, stop)
        except DATABASE_AWAY as problem:
            LOG.warning("notices wait for the database: %s", trouble(problem))


def _sealed(database: Engine) -> bool:
    """Seals the channels that an older program has kept in the clear; True, tried once: without a key they stay as they are."""
    try:
        with database.begin() as connection:
            outbox.seal_all(connection)
    except AccountError as problem:
        LOG.warning("channels stay in the clear: %s", problem)
    return True


def try_channel(database: Engine, channel_id: int, now: datetime, by: str) -> str:
    """Sends a message without any data through a channel, on record; returns its name.

    Raises :class:`ChannelError`, :class:`AccountError`."""
    with database.begin() as connection:
        name, address, secret = outbox.channel_opened(connection, channel_id)
        outbox.tried_channel(connection, name, now=now, by=by)
    test = Letter("县域治理看板 测试", (f"这是一条测试消息,{moment_text(now)}发出。收到即表示通道“{name}”可用。",))
    deliver(address, secret, test, f"test-{secrets.token_hex(8)}")
    return name


# --- the command --------------------------------------------------------------------------------------------------------


def _by() -> str:
    try:
        return f"命令行:{getpass.getuser()}"
    except (OSError, KeyError):  # no name for this user id (a container)
        return "命令行"


def new_channel(connection: Connection, address: str, name: str, secret: str, now: datetime, by: str) -> tuple[int, str]:
    """Keeps a channel; a gateway without a secret of its own gets one. Returns its id and the secret that was made, to be shown once.

    Raises :class:`ChannelError` for an address that cannot be used, :class:`AccountError` for a name that is taken."""
    address = address.strip()
    made = secrets.token_urlsafe(32) if scheme_of(address) in SIGNED and not secret.strip() else ""
    kept = made or secret.strip() or None
    return outbox.add_channel(connection, name=name, address=address, secret=kept, now=now, by=by, place=place_of(address)), made


def checked_rule(what: Notice, indicator_id: str | None, threshold: float | None) -> None:
    """Raises ``ValueError`` (Chinese) where a rule names no indicator, or one without a target and no threshold."""
    if (what is Notice.RULE) != bool(indicator_id):
        raise ValueError("指标提醒须写指标编号(--indicator),别的推送不写")
    if indicator_id:
        entry = indicator(indicator_id)
        if threshold is None and rulebook().on(beijing_now().date()).target(entry.id) is None:
            raise ValueError(f"{entry.name}没有目标值,须写界限(--threshold)")
    elif threshold is not None:
        raise ValueError("只有指标提醒有界限")


def _subscribe(options: argparse.Namespace) -> int:
    what, now = Notice(options.what), beijing_now()
    checked_rule(what, options.indicator, options.threshold)
    with engine().begin() as connection:
        channel, made = outbox.channel_of(connection, options.channel), ""
        if channel is None:
            name = options.name or f"{scheme_of(options.channel)} {now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
            channel, made = new_channel(connection, options.channel, name, options.secret or "", now, _by())
        number = outbox.subscribe(
            connection,
            channel_id=channel,
            what=what,
            username=options.account,
            area=options.area or "",
            indicator=options.indicator,
            threshold=options.threshold,
            now=now,
            by=_by(),
        )
    print(f"已订阅 {number}:{NOTICE_NAMES[what]} · {options.account or '群组'}")
    if made:
        print(f"签名密钥(只显示这一次):{made}")
    return 0


def _list(_options: argparse.Namespace) -> int:
    with engine().connect() as connection:
        held = outbox.subscriptions(Scope.operator(), connection)
        late = outbox.outbox(Scope.operator(), connection, limit=1000)
    print("编号\t推送\t收件\t通道\t状态")
    for row in held.astype(object).where(held.notna(), None).to_dict("records"):
        limit = "" if row["threshold"] is None else f" {row['threshold']:g}"
        rule = f"({row['indicator']}{limit})" if row["indicator"] else ""
        whose = row["username"] or f"群组 {row['area_code']}".rstrip()
        state = "待授权" if row["granted_at"] is None else "有效"
        print("\t".join([str(row["id"]), NOTICE_NAMES[Notice(row["what"])] + rule, whose, row["channel"], state]))
    for row in late[late["state"].isin([State.WAITING, State.FAILED])].to_dict("records"):
        said = "已放弃" if row["state"] == State.FAILED else "待发"
        notice = f"{NOTICE_NAMES[Notice(row['what'])]} {row['at']:%Y-%m-%d %H:%M}"
        print("\t".join([said, notice, row["channel"], f"试 {row['tries']} 次", row["problem"] or ""]))
    return 0


def _unsubscribe(options: argparse.Namespace) -> int:
    with engine().begin() as connection:
        outbox.unsubscribe(connection, options.number, now=beijing_now(), by=_by())
    print(f"已取消订阅 {options.number}")
    return 0


def _notify(options: argparse.Namespace) -> int:
    new, done = notify(engine(), beijing_now, options.at)
    states = {State.SENT: "发出", State.SKIPPED: "无事不发", State.WAITING: "待重试", State.FAILED: "放弃"}
    print(f"新增 {new} 条;{','.join(f'{words} {done[state]} 条' for state, words in states.items())}")
    return 1 if done[State.FAILED] or done[State.WAITING] else 0


@contextmanager
def _said() -> Iterator[list[int]]:
    """What a command cannot do, in words, and its exit code."""
    code = [0]
    try:
        yield code
    except (AccountError, ChannelError, LookupError, ValueError) as problem:
        print(f"错误:{problem.args[0]}", file=sys.stderr)
        code[0] = 2
    except DATABASE_AWAY as problem:
        print(f"错误:{trouble(problem)}", file=sys.stderr)
        code[0] = 2


def add_notify(commands: Any) -> None:
    def run(options: argparse.Namespace) -> int:
        with _said() as code:
            code[0] = options.act(options)
        return code[0]

    parser = commands.add_parser("notify", help="推送:到点的放进发件箱,待发的发出;也可维护订阅")
    parser.add_argument("--at", type=a_moment, default=None, metavar="MOMENT", help="当作这个时刻,例如 2026-11-26T08:10;缺省为此刻")
    parser.set_defaults(run=run, act=_notify)
    acts = parser.add_subparsers(dest="subcommand", required=False)
    subscribe = acts.add_parser("subscribe", help="订阅")
    subscribe.add_argument("--channel", required=True, metavar="URL", help="通道地址,写法见 docs/notices.md;已有同一地址的通道就用它")
    kinds = "、".join(f"{what} {name}" for what, name in NOTICE_NAMES.items())
    subscribe.add_argument("--what", required=True, choices=[str(what) for what in Notice], help=kinds)
    whom = subscribe.add_mutually_exclusive_group(required=True)
    whom.add_argument("--account", metavar="NAME", help="按这个账号的范围和权限,内容给他本人")
    whom.add_argument("--group", action="store_true", help="群组:不出现姓名")
    subscribe.add_argument("--area", default="", help="群组看的区划代码,缺省为全部")
    subscribe.add_argument("--name", help="新通道的名称")
    subscribe.add_argument("--secret", help="网关的签名密钥,不写则生成并显示一次")
    subscribe.add_argument("--indicator", choices=list(REGISTRY), metavar="ID", help="指标提醒的指标编号")
    subscribe.add_argument("--threshold", type=float, help="指标提醒的界限,率写作 0.9;不写为目标值")
    subscribe.set_defaults(act=_subscribe)
    acts.add_parser("list", help="列出订阅,和没有发出的推送").set_defaults(act=_list)
    unsubscribe = acts.add_parser("unsubscribe", help="取消订阅")
    unsubscribe.add_argument("number", type=int, help="订阅编号,见 list")
    unsubscribe.set_defaults(act=_unsubscribe)
