"""The office's words for a petition: how it stands, who has it, how long it has lain, what its lists are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from metrics.decisions import DECISION_NAMES, KEPT_NAMES, KEPT_STATUS, Kept
from metrics.period import Period, PeriodKind
from metrics.petition_case import known
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
from metrics.wording import day_text, moment_text
from reports.tables import Verdict
from reports.view import View
from reports.views.people import name_of

SPHERE_NAMES = {"public": "公共事务", "private": "个人事务"}
STEP_NAMES = {"dispatch": "派单", "accept": "接单", "resolve": "办结", "rate": "评单", "close": "销号"}
METHOD_NAMES = {"phone": "电话", "questionnaire": "问卷", "face": "当面"}
UNKNOWN, UNSORTED, NOBODY = "未记录", "未分类", "无经办人"
FEW_WORKDAYS = 2
"""So many working days before its deadline a case is shown in amber."""

LAST_MINUTE = time(23, 59)
"""A deadline from then on is the end of its day."""

AWAITED_NAMES = {f"awaits_{step}": f"待{name}" for step, name in STEP_NAMES.items()}
STANDING_NAMES = {
    "open": "在办",
    "overdue": "超期在办",
    "due_soon": "本周到期",
    "backlog": "积案",
    "backlog_unled": "积案未包案",
    "backlog_still": "积案{petitions.still_days}天未动",
    "supervised": "挂牌督办",
    "led": "领导包案",
    **AWAITED_NAMES,
    "ended": "本期办结",
    "left_out": "撤回、转送、不予受理",
    "repeats": "本期重复诉求",
    "mass": "集体访、越级访",
    "late": "未按期办结",
    "unresolved": "到期或已结未化解",
    "undispatched": "派单超时",
    "unaccepted": "接单超时",
    "unanswered": "{petitions.response_hours}小时内未响应",
    "unnotified": "未按时告知受理",
    "improper": "销号不规范",
    "returned": "退单",
    "reopened": "不满意重办",
    "not_on_the_spot": "夜访诉求未现场解决",
    "not_followed_up": "夜访诉求未回头看",
    "unresolved_at_reception": "接待纠纷到期或已结未化解",
    "unhappy": "评单不满意",
    "unhappy_callback": "回访不满意",
    "all": "本期全部",
}
"""By standing (the values of ``reports.subjects.CASES_BEHIND`` and more): the list's name, with places for the edition's numbers."""
AT_A_MOMENT = frozenset({"open", "overdue", "due_soon", "backlog", "backlog_unled", "backlog_still", "supervised", "led", *AWAITED_NAMES})
"""The standings that look at the end of a day; the others look at the days of a period."""
AHEAD = frozenset({"due_soon"})
"""The standings that look ahead from now."""
FLAG_NAMES = {"is_xinfang": "信访件", "is_group": "集体访", "skip_level": "越级访", "repeat": "重复诉求"}
"""By flag of ``data_access.petition_lists.FLAGS``."""
SORT_NAMES = {"due": "时限从早到晚", "moved": "最久没有进展", "opened": "点单从早到晚", "newest": "最新点单", "number": "按编号"}


def age_name(first: int, buckets: Sequence[int]) -> str:
    """A bucket of days in hand by its first day: 7–15 天; the oldest is 90 天以上. ``buckets``: see ``petition_lists.age_buckets``."""
    after = next((end for end in buckets if end > first), None)
    return f"{first} 天以上" if after is None else f"{first}–{after} 天"


def due_soon_words(view: View) -> str:
    """至11月29日到期: what is 本周到期, as a file says it, which is read in another week."""
    return f"至{day_text(Period.holding(PeriodKind.WEEK, view.as_of).last)}到期"


def size_name(value: Any) -> str:
    return SIZE_NAMES[Size(value)] if value in set(Size) else UNKNOWN


def level_name(value: Any) -> str:
    return HANDLING_LEVEL_NAMES[HandlingLevel(value)] if value in set(HandlingLevel) else UNKNOWN


def channel_name(value: Any) -> str:
    return CHANNEL_NAMES[Channel(value)] if value in set(Channel) else UNKNOWN


def sphere_name(value: Any) -> str:
    return SPHERE_NAMES.get(known(value) or "", UNKNOWN)


def outcome_name(value: Any) -> str:
    return OUTCOME_NAMES[Outcome(value)] if value in set(Outcome) else "已结,结果未记录"


def category_name(value: Any) -> str:
    return known(value) or UNSORTED


def decision_words(row: Mapping[Any, Any], names: Mapping[int, str]) -> str:
    """领导包案 王守田. ``row``: of ``metrics.decisions.judged_decisions``."""
    return f"{DECISION_NAMES[row['kind']]} {name_of(names, row['lead_id'], '')}".strip()


def kept_verdict(kept: Kept) -> Verdict:
    """Whether a decision was kept."""
    return Verdict(KEPT_STATUS[kept], KEPT_NAMES[kept])


def headline(row: Mapping[Any, Any]) -> str:
    """Category and title; without the right to titles category and number."""
    return f"{category_name(row['category'])} · {known(row['title']) or row['number']}"


def has_ended(row: Mapping[Any, Any], as_of: date) -> bool:
    ended = known(row["ended_at"])
    return ended is not None and ended.date() <= as_of


def case_verdict(row: Mapping[Any, Any], view: View) -> Verdict:
    """How a petition stands at the view's moment: 超期 12 天, 还剩 2 个工作日, 已化解 …"""
    due: date | None = known(row["due_day"])
    if has_ended(row, view.moment):
        word = outcome_name(known(row["outcome"]))
        late = due is not None and row["outcome"] == Outcome.RESOLVED and _late(row, row["ended_at"], due)
        return Verdict(Status.NEAR, f"{word} · 超时") if late else Verdict(Status.NONE, word)
    if due is None:
        return Verdict(Status.NONE, "在办 · 时限未定")
    pressing = pressing_verdict(row, view)
    if pressing is not None:
        return pressing
    left = view.workdays.count(view.moment, due)
    return Verdict(Status.NEAR if left <= FEW_WORKDAYS else Status.NONE, f"还剩 {left} 个工作日")


def pressing_verdict(row: Mapping[Any, Any], view: View) -> Verdict | None:
    """Of an open petition whose deadline has passed, or passes today: 超期 12 天, 今天到期, 今天12时到期."""
    due: date | None = known(row["due_day"])
    if due is None:
        return None
    if _has_passed(row, due, view):
        days = (view.moment - due).days
        return Verdict(Status.LOW, f"超期 {days} 天" if days else "超期不到 1 天")
    return Verdict(Status.NEAR, f"{view.day_words}{_hour_words(known(row['due_instant']))}到期") if due == view.moment else None


def _hour_words(instant: datetime | None) -> str:
    """12时, 12:30; empty where the day itself is the deadline, or as good as over then."""
    if instant is None or instant.time() >= LAST_MINUTE:
        return ""
    return f"{instant:%H:%M}" if instant.minute else f"{instant.hour}时"


def _has_passed(row: Mapping[Any, Any], due: date, view: View) -> bool:
    """Whether a deadline is past: its instant, or the end of its day. A moment without a minute is the day once it is over."""
    if view.is_past or view.at is None:
        return due <= view.moment
    instant: datetime | None = known(row["due_instant"])
    return instant <= view.at if instant is not None else due < view.at.date()


def _late(row: Mapping[Any, Any], ended: datetime, due: date) -> bool:
    instant: datetime | None = known(row["due_instant"])
    return ended > instant if instant is not None else ended.date() > due


def owner_words(row: Mapping[Any, Any], names: Mapping[int, str]) -> str:
    """Level and handler, and the leader who 包案; a captain's title says the level."""
    level, handler = level_name(row["level"]), name_of(names, row["handler_id"], NOBODY)
    words = handler if f"{level}长 " in handler else f"{level} · {handler}"
    lead = name_of(names, row["lead_id"], "")
    return f"{words} · 包案 {lead}" if lead else words


def still_days(moved_at: Any, as_of: date) -> int | None:
    """Days since anything moved; None where nobody knows."""
    moved = known(moved_at)
    return None if moved is None else max(0, (as_of - moved.date()).days)


def rest_words(moved_at: Any, view: View) -> str:
    """48 天未动 as of the view's moment; 今天有进展, or the day in words where that was another day."""
    days = still_days(moved_at, view.moment)
    if days is None or days:
        return "" if days is None else f"{days} 天未动"
    return f"{view.day_words}有进展"


def place_words(row: Mapping[Any, Any]) -> str:
    return f"{known(row['township']) or row['area_code']}{known(row['village']) or ''}"


def opened_words(opened_at: datetime, as_of: date) -> str:
    return f"{_year(opened_at, as_of)}{day_text(opened_at.date())}点单"


def moment_words(moment: datetime, as_of: date) -> str:
    """11月21日 09:30, with its year where that is another than the view's."""
    return f"{_year(moment, as_of)}{moment_text(moment)}"


def _year(day: date, as_of: date) -> str:
    return "" if day.year == as_of.year else f"{day.year}年"
