"""总览 as it is read: the exceptions, in the order a leader would act on them; of a past period those there were at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from metrics.vocabulary import HANDLING_LEVEL_NAMES, HandlingLevel, Status
from metrics.wording import MISSING, fraction, is_missing, share
from reports.links import to_case, to_cases, to_township
from reports.parts import Card, Exceptional, ExceptionSection
from reports.view import View
from reports.views.posts import captain_title

MOST_LINES, MOST_SAID = 4, 3


@dataclass(frozen=True)
class Fallen:
    """A township below a target of a period that it met in the period before."""

    code: str
    unit: str
    words: str


def fallen_words(name: str, row: Mapping[Any, Any]) -> str:
    """住夜达标率 80.0% (4/5)."""
    return f"{name.removeprefix('乡镇')} {share(row['value'])} ({fraction(row['k'], row['n'])})"


def fallen_group(found: Sequence[Fallen], view: View) -> ExceptionSection:
    """Who fell below a target this week, or in the past period that is looked at."""
    lines = tuple(Exceptional(each.unit, each.words, to_township(each.code)) for each in found[: 2 * MOST_LINES])
    before, now = ("上期", "本期") if view.is_past else ("上周", "本周")
    return ExceptionSection(f"{now}跌破目标", f"{len(found)} 项", lines, f"没有{before}达标、{now}不达标的单位", Status.NEAR)


def overdue_group(overdue: pd.DataFrame, view: View) -> ExceptionSection:
    """Overdue petitions with their owner. ``overdue``: see ``data_access.attention.overdue_petitions``."""
    lines = tuple(petition_line(row, f"超期{_days(row['due_on'], view.moment)}天") for row in overdue.to_dict("records"))
    return ExceptionSection(
        f"{view.until}超期诉求",
        f"{_total(overdue)} 件",
        lines,
        "没有超期诉求",
        about="petitions.overdue",
        link=to_cases("overdue", view.township),
    )


def unmoved_group(still: pd.DataFrame, view: View, days: int) -> ExceptionSection:
    """积案 in which nothing has moved for so many days."""
    lines = tuple(petition_line(row, f"{_days(row['moved_on'], view.moment)}天未动") for row in still.to_dict("records"))
    return ExceptionSection(
        f"{view.until}积案{days}天未动",
        f"{_total(still)} 件",
        lines,
        f"没有{days}天未动的积案",
        about="petitions.backlog",
        link=to_cases("backlog_still", view.township, sort="moved"),
    )


def sentence(cards: Sequence[Card], view: View) -> str:
    """2026年6月:乡镇住夜达标率 85.4% (205/240),按期办结率 91.2% (301/330): where there is no tonight, the first figures of the period."""
    said = [f"{card.entry.name} {card.shown}" for card in cards if not card.entry.moment and not is_missing(card.row["value"])]
    return f"{view.period.label}:{','.join(said[:MOST_SAID])}" if said else f"{view.period.label}县域治理总览"


def _total(rows: pd.DataFrame) -> int:
    return int(rows["petitions"].iloc[0]) if len(rows) else 0


def _days(day: object, moment: date) -> str:
    if not isinstance(day, date) or is_missing(day):
        return MISSING
    return str((moment - day).days or "不到1")


def petition_line(row: Mapping[Any, Any], since: str, *, named: bool = True) -> Exceptional:
    """泥河镇 超期3天 · 马塘村西片片长 王强. ``row``: see ``data_access.attention``. Where nobody is ``named`` the case's number
    stands there."""
    who = _owner(row) if named else str(row["number"])
    return Exceptional(str(row["area_name"] or row["area_code"]), f"{since} · {who}", to_case(row["number"]))


def _owner(row: Mapping[Any, Any]) -> str:
    """马塘村西片片长 王强; of anybody else the level that handles it: 村民情会 李四."""
    if not is_missing(row["handler"]) and not is_missing(row["role"]):
        return f"{captain_title(row['village'], row['unit'], row['role'])} {row['handler']}"
    level = HANDLING_LEVEL_NAMES[HandlingLevel(row["level"])] if row["level"] in set(HandlingLevel) else "级别不明"
    return f"{level} {'未指定经办人' if is_missing(row['handler']) else row['handler']}"
