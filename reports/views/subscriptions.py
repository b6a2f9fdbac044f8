"""推送 on 管理: channels, who gets what, and what became of each notice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from metrics.notices import NOTICE_NAMES, Notice
from metrics.registry import REGISTRY
from metrics.vocabulary import Status
from metrics.wording import is_missing, moment_text
from reports.tables import Column, Kind, Table, Verdict
from reports.views.admin import Names, reading_table
from reports.wording import chinese_marks

CHANNEL_COLUMNS = (
    Column("name", "通道", small=("kind",)),
    Column("kind", "种类", screen=False),
    Column("made_by", "设置人", phone=False),
    Column("made_at", "时间", Kind.TIMESTAMP, tight=True),
)


SUBSCRIPTION_COLUMNS = (
    Column("id", "编号", tight=True),
    Column("notice", "推送"),
    Column("whose", "给谁", small=("channel",)),
    Column("channel", "通道", screen=False),
    Column("state", "状态", Kind.VERDICT, tight=True),
)


OUTBOX_COLUMNS = (
    Column("notice", "推送", small=("whose",)),
    Column("whose", "给谁", screen=False),
    Column("at", "应发", Kind.TIMESTAMP, tight=True),
    Column("channel", "通道", phone=False),
    Column("state", "状态", Kind.VERDICT, small=("said",)),
    Column("said", "说明", screen=False),
)


NOTICE_STATES = {
    "waiting": Verdict(Status.NEAR, "待发"),
    "sent": Verdict(Status.OK, "已发"),
    "skipped": Verdict(Status.NONE, "未发"),
    "failed": Verdict(Status.LOW, "已放弃"),
}


def channel_table(channels: pd.DataFrame, kinds: Names) -> Table:
    """``channels``: see ``data_access.notices.channels``."""
    rows = [{**row, "kind": _kind_words(row["scheme"], kinds)} for row in channels.to_dict("records")]
    return reading_table("推送通道", CHANNEL_COLUMNS, rows, empty="还没有通道")


def _kind_words(scheme: str | None, kinds: Names) -> str:
    return "打不开,密钥不对" if scheme is None else kinds.get(scheme, scheme)


def subscription_table(held: pd.DataFrame, places: Names) -> Table:
    """``held``: see ``data_access.notices.subscriptions``; ``places``: areas by code."""
    rows = [
        {
            **row,
            "notice": _notice_words(row),
            "whose": _whose(row, places),
            "state": Verdict(Status.NEAR, "待授权") if is_missing(row["granted_at"]) else Verdict(Status.OK, "有效"),
        }
        for row in held.to_dict("records")
    ]
    return reading_table("订阅", SUBSCRIPTION_COLUMNS, rows, empty="还没有人订阅推送")


def _whose(row: Mapping[Any, Any], places: Names) -> str:
    """账号 shuji; 群组 · 泥河镇."""
    return f"群组 · {places.get(row['area_code'], row['area_code'])}" if is_missing(row["username"]) else f"账号 {row['username']}"


def _notice_words(row: Mapping[Any, Any]) -> str:
    """晨报; 指标提醒:按期办结率 0.9."""
    name = NOTICE_NAMES[Notice(row["what"])]
    if is_missing(row["indicator"]):
        return name
    entry = REGISTRY.get(row["indicator"])
    limit = "目标值" if is_missing(row["threshold"]) else f"{row['threshold']:g}"
    return f"{name}:{entry.name if entry else row['indicator']} {limit}"


def subscriptions_by_number(held: pd.DataFrame) -> dict[int, str]:
    """By number: 3 · 晨报 · shuji · 书记工作群."""
    return {
        int(row["id"]): " · ".join(
            [str(row["id"]), _notice_words(row), "群组" if is_missing(row["username"]) else row["username"], row["channel"]]
        )
        for row in held.to_dict("records")
    }


def outbox_table(sent: pd.DataFrame) -> Table:
    """``sent``: see ``data_access.notices.outbox``."""
    rows = [
        {
            **row,
            "notice": NOTICE_NAMES[Notice(row["what"])],
            "whose": "群组" if is_missing(row["username"]) else f"账号 {row['username']}",
            "state": NOTICE_STATES[row["state"]],
            "said": _outbox_words(row),
        }
        for row in sent.to_dict("records")
    ]
    return reading_table("发件箱", OUTBOX_COLUMNS, rows, empty="还没有发过推送")


def _outbox_words(row: Mapping[Any, Any]) -> str:
    """对方应答 500;已试 3 次,09:14 再试."""
    problem = "" if is_missing(row["problem"]) else str(row["problem"])
    if row["state"] == "waiting":
        again = f"已试 {row['tries']} 次,{row['next_try_at']:%H:%M} 再试" if row["tries"] else "一分钟内发出"
        return ";".join(part for part in (problem, again) if part)
    done = "" if is_missing(row["done_at"]) else moment_text(row["done_at"])
    return ";".join(part for part in (problem, done) if part)


def notice_trouble(sent: pd.DataFrame) -> str:
    """2 条推送发不出去,1 条已放弃; empty where nothing is wrong."""
    waits = int(((sent["state"] == "waiting") & (sent["tries"] > 0)).sum()) if len(sent) else 0
    given_up = int((sent["state"] == "failed").sum()) if len(sent) else 0
    parts = (f"{waits} 条推送没有送到,正在重试" if waits else "", f"{given_up} 条推送已放弃,可在下面重发" if given_up else "")
    return chinese_marks(";".join(part for part in parts if part))


def notices_given_up(sent: pd.DataFrame) -> dict[int, str]:
    """By id: 晨报 11月26日 08:10 · 书记工作群."""
    return {
        int(row["id"]): f"{NOTICE_NAMES[Notice(row['what'])]} {moment_text(row['at'])} · {row['channel']}"
        for row in sent.to_dict("records")
        if row["state"] == "failed"
    }
