"""Whether what a meeting decided was kept: pure, from the decisions and what became of their petitions."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import pandas as pd

from metrics.vocabulary import Outcome, Status
from metrics.wording import is_missing

DECISION_NAMES = {"supervise": "挂牌督办", "lead": "领导包案", "task": "交办事项", "lift": "撤销决定"}
"""By kind of a decision (``data_access.decisions.Decision``)."""


class Kept(StrEnum):
    KEPT = "kept"
    LATE = "late"
    BROKEN = "broken"
    PENDING = "pending"
    LIFTED = "lifted"


KEPT_NAMES = {
    Kept.KEPT: "已兑现",
    Kept.LATE: "超时办结",
    Kept.BROKEN: "未兑现",
    Kept.PENDING: "未到期",
    Kept.LIFTED: "已撤销",
}
KEPT_STATUS = {
    Kept.KEPT: Status.OK,
    Kept.LATE: Status.NEAR,
    Kept.BROKEN: Status.LOW,
    Kept.PENDING: Status.RUNNING,
    Kept.LIFTED: Status.NONE,
}


def judged_decisions(decisions: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Adds ``kept`` (:class:`Kept`) and ``moved`` (the case moved after the decision) to decisions, newest first; ``lift`` rows drop out.

    Kept: the petition ended by the end of the day that was set; broken: that day is past and it is still open. A later ``lift``
    of the same petition takes back what was decided before it.
    """
    rows = []
    lifted: set[Any] = set()
    for row in decisions.to_dict("records"):  # newest first, so a lift is met before what it takes back
        if row["kind"] == "lift":
            lifted.add(row["petition_id"])
            continue
        moved = not is_missing(row["last_progress_at"]) and row["last_progress_at"] > row["decided_at"]
        rows.append({**row, "kept": Kept.LIFTED if row["petition_id"] in lifted else _kept(row, as_of), "moved": moved})
    return pd.DataFrame(rows, columns=[*decisions.columns, "kept", "moved"])


def _kept(row: dict[Any, Any], as_of: date) -> Kept:
    ended: datetime | None = None if is_missing(row["ended_at"]) or pd.isna(row["ended_at"]) else row["ended_at"]
    due: date | None = None if is_missing(row["due_on"]) else row["due_on"]
    if ended is not None and ended.date() <= as_of and row["outcome"] in (Outcome.RESOLVED, Outcome.TRANSFERRED, Outcome.WITHDRAWN):
        return Kept.KEPT if due is None or ended.date() <= due else Kept.LATE
    return Kept.BROKEN if due is not None and due < as_of else Kept.PENDING
