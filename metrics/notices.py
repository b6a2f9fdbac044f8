"""What notices (推送) there are and when each is due: pure, from the rulebook's hours and the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from metrics.rulebook import Edition
from metrics.workdays import Workdays


class Notice(StrEnum):
    MORNING = "morning"
    TONIGHT = "tonight"
    OVERDUE = "overdue"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    RULE = "rule"


NOTICE_NAMES = dict(zip(Notice, ("晨报", "今晚缺岗", "新增超期", "周报", "月通报", "指标提醒"), strict=True))
LONGEST_LOOK = timedelta(days=32)
"""No notice comes more seldom than once a month."""


@dataclass(frozen=True)
class Occasion:
    """One time that a kind of notice is due: ``at`` is the minute it speaks of, whenever it is sent."""

    what: Notice
    at: datetime

    @property
    def key(self) -> str:
        """Tells the occasions of a kind apart: 2026-11-26T08:10."""
        return f"{self.at:%Y-%m-%dT%H:%M}"


def last_occasion(what: Notice, now: datetime, rules: Edition, workdays: Workdays) -> Occasion | None:
    """The last occasion at or before ``now``; None where it lies further back than the rulebook lets a notice be late (``…_late_hours``).

    An older one is never made up for: who was off for three days gets one 晨报, today's.
    """
    hour = time.fromisoformat(rules.number("notices", f"{what}_at"))
    late = timedelta(hours=rules.number("notices", f"{what}_late_hours"))
    day = now.date()
    while now.date() - day <= LONGEST_LOOK:
        at = datetime.combine(day, hour)
        if at <= now and _is_due_on(what, day, workdays):
            return Occasion(what, at) if now - at <= late else None
        day -= timedelta(days=1)
    return None


def _is_due_on(what: Notice, day: date, workdays: Workdays) -> bool:
    if what is Notice.TONIGHT:
        return workdays.is_workday(day)
    if what is Notice.WEEKLY:
        return day.weekday() == 0
    return what is not Notice.MONTHLY or day.day == 1


def pause(tries: int, rules: Edition) -> timedelta | None:
    """How long to wait after so many attempts that failed: twice as long each time, up to the rulebook's longest; None: give up."""
    if tries >= rules.number("notices", "most_tries"):
        return None
    longest = timedelta(minutes=rules.number("notices", "longest_pause_minutes"))
    return min(timedelta(minutes=rules.number("notices", "first_pause_minutes")) * 2 ** (max(tries, 1) - 1), longest)
