"""One person's months: working days in post, nights that count, what else was done. The same rule as ``duty.chief_nights`` (R03)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from metrics.definition import Question
from metrics.duty import required_chief_nights
from metrics.period import Period
from metrics.vocabulary import TOWNSHIP_CADRES, VILLAGE_CADRES, Role
from metrics.wording import is_missing

NIGHT_POSTS = (*TOWNSHIP_CADRES, *VILLAGE_CADRES)
Spell = dict[str, Any]
"""A post (role, code, valid_from, valid_to) or leave (kind, first_day, last_day)."""


@dataclass(frozen=True)
class Month:
    """``workdays``: in post and not on leave. ``nights``: distinct ones of those, stayed at the unit of the post. ``due``: a chief's, else
    None. ``done``: records by kind. ``changes``: what made the month shorter: (begin, end or the kind of leave, first day, last day)."""

    period: Period
    workdays: int
    nights: int
    due: int | None
    done: Mapping[str, int]
    changes: tuple[tuple[str, date, date | None], ...]


def months_of(posts: pd.DataFrame, leave: pd.DataFrame, days: pd.DataFrame, question: Question, count: int = 12) -> list[Month]:
    """The last ``count`` months, the latest first. Frames as ``posts_of``, ``leave_of`` and ``days_of`` of ``data_access.profiles``."""
    held, away = posts.to_dict("records"), leave.to_dict("records")
    stayed = {(row["code"], row["day"]) for row in days[days["kind"] == "stay"].to_dict("records")}
    return [_month(period, held, away, days, stayed, question) for period in reversed(question.period.trailing(count))]


def _month(
    period: Period, posts: list[Spell], leave: list[Spell], days: pd.DataFrame, stayed: set[tuple[Any, Any]], question: Question
) -> Month:
    last, night = min(period.last, question.as_of), min(period.last, question.night_over)
    workdays = question.workdays.between(period.first, night) if night >= period.first else []
    held = {day: night_posts(posts, day) for day in workdays if not on_leave(leave, day)}
    in_post = [day for day, spells in held.items() if spells]
    nights = [day for day in in_post if any((spell["code"], day) in stayed for spell in held[day])]
    chief = [day for day in in_post if any(spell["role"] == Role.TOWNSHIP_CHIEF for spell in held[day])]
    inside = days[(days["day"] >= period.first) & (days["day"] <= last)] if len(days) else days
    done = {str(kind): int(part["records"].sum()) for kind, part in inside.groupby("kind")} if len(inside) else {}
    due = required_chief_nights(len(chief), question) if chief else None
    changes = _changes(period.first, last, posts, leave) if len(in_post) < len(workdays) else ()
    return Month(period, len(in_post), len(nights), due, done, changes)


def covering(spells: list[Spell], day: date, first: str = "valid_from", last: str = "valid_to") -> list[Spell]:
    """The spells that cover a day; an open end reaches all days."""
    return [spell for spell in spells if _known(spell[first], date.min) <= day <= _known(spell[last], date.max)]


def on_leave(leave: list[Spell], day: date) -> list[Spell]:
    return covering(leave, day, "first_day", "last_day")


def night_posts(posts: list[Spell], day: date) -> list[Spell]:
    """The posts held on a day that ask for nights."""
    return [spell for spell in covering(posts, day) if spell["role"] in NIGHT_POSTS]


def _known(value: Any, otherwise: date) -> date:
    return otherwise if is_missing(value) else value


def _changes(first: date, last: date, posts: list[Spell], leave: list[Spell]) -> tuple[tuple[str, date, date | None], ...]:
    found: list[tuple[str, date, date | None]] = []
    for post in posts:
        if first < _known(post["valid_from"], date.min) <= last:
            found.append(("begin", post["valid_from"], None))
        if first <= _known(post["valid_to"], date.max) < last:
            found.append(("end", post["valid_to"], None))
    for spell in leave:
        if spell["first_day"] <= last and _known(spell["last_day"], date.max) >= first:
            found.append((str(spell["kind"]), spell["first_day"], None if is_missing(spell["last_day"]) else spell["last_day"]))
    return tuple(dict.fromkeys(found))


def why_not_counted(code: str, day: date, posts: pd.DataFrame, leave: pd.DataFrame, question: Question) -> str:
    """Why a stay counts nowhere, in words; empty where it counts."""
    if day > question.as_of:
        return "日期在今天之后"
    if day > question.night_over:
        return "这一夜还没过完"
    if not question.workdays.is_workday(day):
        return "非工作日"
    held = night_posts(posts.to_dict("records"), day)
    if not held:
        return "当日没有任职"
    if all(spell["code"] != code for spell in held):
        return "不在任职单位"
    return "当日请假、借调或培训" if on_leave(leave.to_dict("records"), day) else ""
