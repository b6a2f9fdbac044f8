"""总览 as it is read: today's exceptions, in the order a leader would act on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from metrics.vocabulary import HANDLING_LEVEL_NAMES, HandlingLevel, Status
from metrics.wording import fraction, is_missing, share
from reports.links import to_case, to_township
from reports.parts import Exceptional, ExceptionGroup

MOST_LINES = 4


@dataclass(frozen=True)
class Fallen:
    """A township below a target of this week that it met the week before."""

    code: str
    unit: str
    words: str


def fallen_words(name: str, row: Mapping[Any, Any]) -> str:
    """住夜达标率 80.0% (4/5)."""
    return f"{name.removeprefix('乡镇')} {share(row['value'])} ({fraction(row['k'], row['n'])})"


def fallen_group(found: Sequence[Fallen]) -> ExceptionGroup:
    lines = tuple(Exceptional(each.unit, each.words, to_township(each.code)) for each in found[: 2 * MOST_LINES])
    return ExceptionGroup("本周跌破目标", f"{len(found)} 项", lines, "上周达标的单位本周仍达标", Status.NEAR)


def overdue_group(overdue: pd.DataFrame, as_of: date) -> ExceptionGroup:
    """Overdue petitions with their owner. ``overdue``: see ``data_access.attention.overdue_petitions``."""
    lines = tuple(_petition(row, f"超期{_days(row['due_on'], as_of)}天") for row in overdue.to_dict("records"))
    return ExceptionGroup("超期诉求", f"{_total(overdue)} 件", lines, "没有超期诉求", about="petitions.overdue")


def unmoved_group(still: pd.DataFrame, as_of: date, days: int) -> ExceptionGroup:
    """积案 in which nothing has moved for so many days."""
    lines = tuple(_petition(row, f"{_days(row['moved_on'], as_of)}天未动") for row in still.to_dict("records"))
    return ExceptionGroup(f"积案{days}天未动", f"{_total(still)} 件", lines, "积案都有进展", about="petitions.backlog")


def _total(rows: pd.DataFrame) -> int:
    return int(rows["petitions"].iloc[0]) if len(rows) else 0


def _days(day: object, as_of: date) -> str:
    return str((as_of - day).days) if isinstance(day, date) and not is_missing(day) else "—"


def _petition(row: Mapping[Any, Any], since: str) -> Exceptional:
    level = HANDLING_LEVEL_NAMES[HandlingLevel(row["level"])].removesuffix("民情会") if row["level"] in set(HandlingLevel) else "级别不明"
    owner = f"{level} {'未指定经办人' if is_missing(row['handler']) else row['handler']}"
    return Exceptional(str(row["area_name"] or row["area_code"]), f"{since} · {owner}", to_case(row["number"]))
