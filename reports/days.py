"""Days as a reader sees them: a map of a month's nights, a month as a calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from metrics.period import Period
from metrics.wording import day_text
from reports.links import Link

WEEKDAYS = "一二三四五六日"


def weekday(day: date) -> str:
    """周四."""
    return f"周{WEEKDAYS[day.weekday()]}"


def day_and_weekday(day: date) -> str:
    """11月26日 周四."""
    return f"{day_text(day)} {weekday(day)}"


@dataclass(frozen=True)
class State:
    """How a night stands: a class for its colour, one sign that says it without colour, the words."""

    shade: str
    sign: str
    words: str


@dataclass(frozen=True)
class Square:
    """One day of a unit. ``said``: the day and the state in words."""

    day: date
    state: State
    said: str
    link: Link | None = None


@dataclass(frozen=True)
class HeatLine:
    """A unit's days."""

    name: str
    squares: tuple[Square, ...]
    link: Link | None = None


@dataclass(frozen=True)
class HeatMap:
    """Unit × day, each square with a sign. ``days``: (day, class of its heading: today, off or nothing); ``states``: the legend."""

    days: tuple[tuple[date, str], ...]
    lines: tuple[HeatLine, ...]
    states: tuple[State, ...]
    title: str = ""
    remark: str = ""
    about: str = ""


@dataclass(frozen=True)
class CalendarEntry:
    """One entry of a day: a short name, and words on hovering."""

    name: str
    words: str = ""


@dataclass(frozen=True)
class CalendarDay:
    """A day of a wall calendar: classes (outside, off, today, ahead), its number, the feast, what was held."""

    shades: tuple[str, ...]
    label: str
    feast: str
    entries: tuple[CalendarEntry, ...]


@dataclass(frozen=True)
class CalendarWeek:
    """Monday to Sunday, and what is said at the end with its shade (ok, low, none)."""

    days: tuple[CalendarDay, ...]
    words: str = ""
    shade: str = "none"


@dataclass(frozen=True)
class MonthCalendar:
    """A month as a wall calendar."""

    month: Period
    weeks: tuple[CalendarWeek, ...]
    last_column: str
    title: str = ""
    remark: str = ""
    about: str = ""
