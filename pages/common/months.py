"""A month as a wall calendar, Monday to Sunday, with what was held on each day and who went without in each week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape

from metrics.period import Period
from metrics.workdays import Workdays

WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class Held:
    """One entry of a day: a short name, and words on hovering."""

    name: str
    words: str = ""


@dataclass(frozen=True)
class WeekNote:
    """What is said at a week's end, with its shade (ok, low, none)."""

    words: str
    shade: str = "none"


def month_calendar(
    month: Period, held: Mapping[date, Sequence[Held]], notes: Mapping[date, WeekNote], workdays: Workdays, today: date, last_column: str
) -> str:
    """``held`` by day; ``notes`` by Monday; days outside the month are shown pale, days off are tinted, holidays named."""
    head = (
        "".join(f'<span class="weekday">{name}</span>' for name in WEEKDAYS) + f'<span class="weekday at-end">{escape(last_column)}</span>'
    )
    monday = month.first - timedelta(days=month.first.weekday())
    weeks = []
    while monday <= month.last:
        days = "".join(_day(monday + timedelta(days=offset), month, held, workdays, today) for offset in range(7))
        note = notes.get(monday, WeekNote(""))
        weeks.append(f'{days}<span class="week-note {note.shade}">{escape(note.words)}</span>')
        monday += timedelta(days=7)
    return f'<div class="month" role="table">{head}{"".join(weeks)}</div>'


def _day(day: date, month: Period, held: Mapping[date, Sequence[Held]], workdays: Workdays, today: date) -> str:
    inside = month.first <= day <= month.last
    shades = [
        name
        for name, on in (("outside", not inside), ("off", not workdays.is_workday(day)), ("today", day == today), ("ahead", day > today))
        if on
    ]
    feast = (workdays.name(day) or "").replace("调休", "班")
    entries = held.get(day, ())
    names = "".join(f'<span title="{escape(each.words)}">{escape(each.name)}</span>' for each in entries)
    count = f'<b class="count">{len(entries)}</b>' if entries else ""
    label = f"{day.month}/{day.day}" if day.day == 1 or not inside else str(day.day)
    return (
        f'<div class="day {" ".join(shades)}"><span class="date">{label}<small>{escape(feast)}</small></span>'
        f'{count}<span class="names">{names}</span></div>'
    )
