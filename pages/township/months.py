"""One person's months: working days in post, nights that count, what else was done. Pure; the same rule as ``duty.chief_nights`` (R03)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from metrics.definition import Question
from metrics.duty import required_chief_nights
from metrics.period import Period
from metrics.vocabulary import LEAVE_NAMES, TOWNSHIP_CADRES, VILLAGE_CADRES, LeaveKind, Role
from metrics.wording import day_text

NIGHT_POSTS = (*TOWNSHIP_CADRES, *VILLAGE_CADRES)


@dataclass(frozen=True)
class Month:
    """``workdays``: in post and not on leave. ``nights``: distinct ones of those, stayed at the unit of the post. ``due``: a chief's; else
    None. ``done``: records by kind (visit, slot, lecture, home). ``because``: what made the month shorter."""

    period: Period
    workdays: int
    nights: int
    due: int | None
    done: Mapping[str, int]
    because: str


def months_of(posts: pd.DataFrame, leave: pd.DataFrame, days: pd.DataFrame, question: Question, count: int = 12) -> list[Month]:
    """The last ``count`` months, the latest first. Frames as ``data_access.profiles`` gives them."""
    stayed = {(row["code"], row["day"]) for row in days[days["kind"] == "stay"].to_dict("records")}
    return [_month(period, posts, leave, days, stayed, question) for period in reversed(question.period.trailing(count))]


def _month(period: Period, posts: pd.DataFrame, leave: pd.DataFrame, days: pd.DataFrame, stayed: set, question: Question) -> Month:
    last = min(period.last, question.as_of)
    workdays = question.workdays.between(period.first, last) if last >= period.first else []
    present = [day for day in workdays if not covering(leave, "first_day", "last_day", day)]
    held = {day: [row for row in covering(posts, "valid_from", "valid_to", day) if row["role"] in NIGHT_POSTS] for day in present}
    in_post = [day for day in present if held[day]]
    nights = [day for day in in_post if any((row["code"], day) in stayed for row in held[day])]
    chief = [day for day in in_post if any(row["role"] == Role.TOWNSHIP_CHIEF for row in held[day])]
    inside = days[(days["day"] >= period.first) & (days["day"] <= last)] if len(days) else days
    done = {str(kind): int(part["records"].sum()) for kind, part in inside.groupby("kind")} if len(inside) else {}
    due = required_chief_nights(len(chief), question) if chief else None
    return Month(period, len(in_post), len(nights), due, done, _because(period.first, last, posts, leave, len(workdays), len(in_post)))


def covering(spells: pd.DataFrame, first: str, last: str, day: date) -> list[dict[str, Any]]:
    """The spells that cover a day; an open end reaches all days."""
    return [row for row in spells.to_dict("records") if _known(row[first], date.min) <= day <= _known(row[last], date.max)]


def _known(value: Any, otherwise: date) -> date:
    return value if isinstance(value, date) and not pd.isna(value) else otherwise


def _because(first: date, last: date, posts: pd.DataFrame, leave: pd.DataFrame, workdays: int, in_post: int) -> str:
    if in_post == workdays:
        return ""
    words = []
    for row in posts.to_dict("records"):
        if first < _known(row["valid_from"], date.min) <= last:
            words.append(f"{day_text(row['valid_from'])}到任")
        if first <= _known(row["valid_to"], date.max) < last:
            words.append(f"{day_text(row['valid_to'])}离任")
    for row in leave.to_dict("records"):
        if row["first_day"] <= last and _known(row["last_day"], date.max) >= first:
            kind = LEAVE_NAMES[LeaveKind(row["kind"])] if row["kind"] in set(LeaveKind) else "离岗"
            until = _known(row["last_day"], date.max)
            words.append(f"{kind} {day_text(row['first_day'])}{'起' if until == date.max else f'至{day_text(until)}'}")
    return " · ".join(dict.fromkeys(words))


def why_not_counted(code: str, day: date, posts: pd.DataFrame, leave: pd.DataFrame, question: Question) -> str:
    """Why a stay counts nowhere, in words; empty where it counts."""
    if day > question.as_of:
        return "日期在今天之后"
    held = [row for row in covering(posts, "valid_from", "valid_to", day) if row["role"] in NIGHT_POSTS]
    if not question.workdays.is_workday(day):
        return "非工作日"
    if not held:
        return "当日没有任职"
    if all(row["code"] != code for row in held):
        return "不在任职单位"
    return "当日请假、借调或培训" if covering(leave, "first_day", "last_day", day) else ""
