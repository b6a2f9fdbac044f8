"""填报 as it is read: who can be ticked, what is not saved yet, how the unit stands."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd

from metrics.vocabulary import DUTY_POST_NAMES, LEAVE_NAMES, ROLE_NAMES, DutyPost, LeaveKind, Role
from metrics.wording import day_text, is_missing
from reports.parts import Sentence
from reports.views.duty import person_name
from reports.views.tonight import Unit, present_words


@dataclass(frozen=True)
class Lines:
    """By person what the form says: those on tonight's roster, everybody else of the unit."""

    planned: Mapping[int, str]
    others: Mapping[int, str]

    @property
    def everybody(self) -> dict[int, str]:
        return {**self.others, **self.planned}


def title(name: str, night: date, now: datetime, evening: int) -> str:
    """泥河镇今晚住夜; in the morning hours 泥河镇昨晚(11月25日)住夜."""
    if not name:
        return "填报"
    when = "今晚" if night == now.date() else f"昨晚({day_text(night)})"
    begun = night < now.date() or now.hour >= evening
    return f"{name}{when}住夜{'' if begun else f'({evening}时起填报)'}"


def lines(turns: pd.DataFrame, posts: pd.DataFrame, there: Collection[int]) -> Lines:
    """``turns``: the unit's roster of the night; ``posts``: who serves there, on leave or not; ``there``: who is on record already."""
    planned: dict[int, str] = {}
    for row in turns.to_dict("records"):
        words = [person_name(row["name"], row["person_id"])]
        words += [] if is_missing(row["post"]) else [DUTY_POST_NAMES[DutyPost(row["post"])]]
        words += [] if is_missing(row["leave"]) else [LEAVE_NAMES[LeaveKind(row["leave"])]]
        words += [] if is_missing(row["substitute"]) else [f"由{row['substitute']}替"]
        planned[int(row["person_id"])] = " · ".join(words)
    others: dict[int, str] = {}
    for row in posts.to_dict("records"):
        person = int(row["person_id"])
        if person in planned or (not is_missing(row["leave"]) and person not in there):
            continue
        others.setdefault(person, f"{person_name(row['name'], person)} · {ROLE_NAMES[Role(row['role'])]}")
    for person in sorted(set(there) - set(planned) - set(others)):
        others[person] = person_name(None, person)
    return Lines(planned, others)


def changes(came: int, left: int, noted: bool, moved: int) -> str:
    """新增 2 人、取消 1 人、说明; empty where nothing is unsaved."""
    parts = [f"新增 {came} 人"] if came else []
    parts += [f"取消 {left} 人"] if left else []
    parts += [f"替班 {moved} 处"] if moved else []
    return "、".join([*parts, *(["说明"] if noted else [])])


def saved_words(entry: Mapping[str, Any], people: int) -> str:
    """已存 22:05(tianbao),住夜 3 人. To the office's eye: a night with nobody is told too."""
    at = entry["saved_at"]
    return f"已存 {at:%H:%M}（{entry['saved_by']}）：住夜 {people} 人"


def standing(unit: Unit) -> Sentence:
    """What the board says of the unit now."""
    words = present_words(unit) or "还没有人住夜的记录"
    return Sentence(words, "quiet", unit.verdict)
