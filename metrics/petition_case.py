"""One petition's clocks and who holds it, for its page. Pure: from its columns and events, the calendar and the rulebook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

import pandas as pd

from metrics.rulebook import Edition
from metrics.vocabulary import EventKind
from metrics.wording import is_missing
from metrics.workdays import Workdays


class ClockState(StrEnum):
    KEPT = "kept"
    LATE = "late"
    RUNNING = "running"
    OVERDUE = "overdue"
    STOPPED = "stopped"


CLOCK_NAMES = {
    ClockState.KEPT: "按时",
    ClockState.LATE: "超时完成",
    ClockState.RUNNING: "计时中",
    ClockState.OVERDUE: "已超期",
    ClockState.STOPPED: "已停",
}


@dataclass(frozen=True)
class Clock:
    """``due`` is the last second that is in time; ``done`` when it was met; ``rule`` an id of the rulebook."""

    name: str
    due: datetime
    done: datetime | None
    state: ClockState
    how: str
    rule: str


def end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59))


def known(value: Any) -> Any:
    """None for everything that is missing (NaN, NaT, NA)."""
    return None if is_missing(value) else value


def case_clocks(case: Mapping[str, Any], workdays: Workdays, rules: Edition, now: datetime) -> list[Clock]:
    """派单, 接单, 响应, for 信访件 受理告知, and 办结: those that have begun."""

    def number(name: str) -> int:
        return int(rules.number("petitions", name))

    opened, dispatched = case["opened_at"], known(case["dispatched_at"])
    ended = known(case["ended_at"])
    clocks = [
        _clock(
            "派单",
            end_of(workdays.after(opened.date(), number("dispatch_workdays"))),
            dispatched,
            now,
            ended,
            f"点单后 {number('dispatch_workdays')} 个工作日内",
            "R27",
        )
    ]
    if dispatched is not None:
        due = end_of(workdays.after(dispatched.date(), number("accept_workdays")))
        clocks.append(_clock("接单", due, known(case["accepted_at"]), now, ended, f"派单后 {number('accept_workdays')} 个工作日内", "R27"))
        due = dispatched + timedelta(hours=number("response_hours"))
        clocks.append(_clock("联系群众", due, known(case["contacted_at"]), now, ended, f"派单后 {number('response_hours')} 小时内", "R27"))
    if case["is_xinfang"]:
        due = end_of(opened.date() + timedelta(days=number("notify_days")))
        clocks.append(
            _clock("受理告知", due, known(case["notified_at"]), now, None, f"信访件,{number('notify_days')} 日内书面告知", "LAW22")
        )
    if known(case["due_day"]) is not None:
        due = known(case["due_instant"]) or end_of(case["due_day"])
        done = ended if case["outcome"] == "resolved" else None
        stopped = ended if done is None else None
        clocks.append(_clock("办结", due, done, now, stopped, _closing_words(case, number), "LAW34" if case["is_xinfang"] else "R29"))
    return clocks


def _clock(name: str, due: datetime, done: datetime | None, now: datetime, stopped: datetime | None, how: str, rule: str) -> Clock:
    if done is not None:
        state = ClockState.KEPT if done <= due else ClockState.LATE
    elif stopped is not None:
        state = ClockState.STOPPED
    else:
        state = ClockState.OVERDUE if due < now else ClockState.RUNNING
    return Clock(name, due, done, state, how, rule)


def _closing_words(case: Mapping[str, Any], number: Any) -> str:
    if known(case["extended_to"]) is not None:
        return "已延期" if not case["is_xinfang"] else "信访件,已延期(只能一次)"
    if known(case["due_at"]) is not None:
        return "交办时指定"
    if case["is_xinfang"]:
        return f"信访件,{number('xinfang_days')} 日内"
    size = known(case["size"]) or ("small" if number("unjudged_as_small") else "")
    days = {"small": "small_workdays", "big": "big_workdays", "hard": "hard_workdays"}.get(size)
    return f"点单后 {number(days)} 个工作日内{'' if known(case['size']) else '(大小待定)'}" if days else "大小待定"


def extension_beyond_law(case: Mapping[str, Any], rules: Edition) -> bool:
    """Whether a 信访件 was extended beyond the statutory days (信访工作条例 art. 34: once, by at most 30 days)."""
    extended = known(case["extended_to"])
    if not case["is_xinfang"] or extended is None:
        return False
    most = int(rules.number("petitions", "xinfang_days")) + int(rules.number("petitions", "xinfang_extension_days"))
    return extended > end_of(case["opened_at"].date() + timedelta(days=most))


def held_since(case: Mapping[str, Any], events: pd.DataFrame) -> datetime:
    """Since when the present level has the case: the last dispatch, escalation or reopening, else its opening."""
    moves = events[events["kind"].isin([EventKind.DISPATCH, EventKind.ESCALATE, EventKind.REOPEN])]
    return case["opened_at"] if moves.empty else moves["at"].max()


def last_moved(case: Mapping[str, Any], events: pd.DataFrame) -> datetime:
    """When anything last moved: the newest event, or what the source says."""
    said = [known(case["last_progress_at"]), known(case["accepted_at"]), known(case["dispatched_at"]), case["opened_at"]]
    return max([moment for moment in said if moment is not None] + list(events["at"]))
