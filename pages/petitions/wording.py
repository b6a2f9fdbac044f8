"""The office's words for a petition: how it stands, who has it, how long it has lain."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from data_access.petition_lists import AGE_BOUNDS
from metrics.petition_case import known
from metrics.rulebook import Edition
from metrics.vocabulary import (
    CHANNEL_NAMES,
    HANDLING_LEVEL_NAMES,
    OUTCOME_NAMES,
    SIZE_NAMES,
    Channel,
    HandlingLevel,
    Outcome,
    Size,
    Status,
)
from metrics.wording import day_text
from metrics.workdays import Workdays

SPHERE_NAMES = {"public": "公共事务", "private": "个人事务"}
STEP_NAMES = {"dispatch": "派单", "accept": "接单", "resolve": "办结", "rate": "评单", "close": "销号"}
METHOD_NAMES = {"phone": "电话", "questionnaire": "问卷", "face": "当面"}
UNKNOWN = "未记录"


def ages(rules: Edition) -> tuple[int, ...]:
    """The first day of each ageing bucket; the last one is 积案."""
    return 0, *AGE_BOUNDS, int(rules.number("petitions", "backlog_days"))


def age_name(first: int, rules: Edition) -> str:
    after = next((end for end in ages(rules) if end > first), None)
    return f"{first} 天以上" if after is None else f"{first}–{after} 天"


def size_name(value: Any) -> str:
    return SIZE_NAMES[Size(value)] if value in set(Size) else UNKNOWN


def level_name(value: Any) -> str:
    return HANDLING_LEVEL_NAMES[HandlingLevel(value)] if value in set(HandlingLevel) else UNKNOWN


def channel_name(value: Any) -> str:
    return CHANNEL_NAMES[Channel(value)] if value in set(Channel) else UNKNOWN


def outcome_name(value: Any) -> str:
    return OUTCOME_NAMES[Outcome(value)] if value in set(Outcome) else "已结,结果未记录"


def headline(row: Mapping[str, Any]) -> str:
    """Category and title; without the right to titles category and number."""
    title = known(row["title"])
    return f"{known(row['category']) or '未分类'} · {title or row['number']}"


def standing_words(row: Mapping[str, Any], as_of: date, workdays: Workdays) -> tuple[str, Status]:
    """How a petition stands at the end of a day, with its verdict: 超期 12 天, 还剩 2 个工作日, 已化解 …"""
    ended = known(row["ended_at"])
    due: date | None = known(row["due_day"])
    if ended is not None and ended.date() <= as_of:
        word = outcome_name(known(row["outcome"]))
        late = due is not None and row["outcome"] == Outcome.RESOLVED and _late(row, ended, due)
        return (f"{word} · 超时", Status.NEAR) if late else (word, Status.NONE)
    if due is None:
        return "在办 · 时限未定", Status.NONE
    if due <= as_of:
        return (f"超期 {(as_of - due).days} 天", Status.LOW) if due < as_of else ("今天到期", Status.LOW)
    left = workdays.count(as_of, due)
    return f"还剩 {left} 个工作日", Status.NEAR if left <= 2 else Status.NONE


def _late(row: Mapping[str, Any], ended: datetime, due: date) -> bool:
    instant = known(row["due_instant"])
    return ended > instant if instant is not None else ended.date() > due


def owner_words(row: Mapping[str, Any], names: Mapping[int, str]) -> str:
    """Level and handler, and the leader who 包案."""
    handler, lead = known(row["handler_id"]), known(row["lead_id"])
    who = "无经办人" if handler is None else names.get(int(handler), "经办人不详")
    words = f"{level_name(row['level'])} · {who}"
    return words if lead is None else f"{words} · 包案 {names.get(int(lead), '不详')}"


def rest_words(moved_at: Any, as_of: date) -> str:
    moved = known(moved_at)
    if moved is None:
        return ""
    days = (as_of - moved.date()).days
    return "今天有进展" if days <= 0 else f"{days} 天未动"


def place_words(row: Mapping[str, Any]) -> str:
    township, village = known(row["township"]), known(row["village"])
    return f"{township or row['area_code']}{village or ''}"


def opened_words(opened_at: datetime, as_of: date) -> str:
    year = "" if opened_at.year == as_of.year else f"{opened_at.year}年"
    return f"{year}{day_text(opened_at.date())}点单"
