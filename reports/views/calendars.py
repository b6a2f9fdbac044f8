"""A month as a wall calendar, Monday to Sunday, with what was held on each day and a word at the end of each week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from metrics.period import Period, PeriodKind
from metrics.workdays import Workdays
from reports.days import CalendarDay, CalendarEntry, CalendarWeek, MonthCalendar
from reports.view import View


@dataclass(frozen=True)
class WeekNote:
    """What is said at a week's end, with its shade (ok, low, none)."""

    words: str
    shade: str = "none"


def week_name(sunday: date, view: View) -> str:
    """What the last counted week is called: 上周, 最近一个完整周 where that was not the last, of a past period 最后一周."""
    if view.is_past:
        return "最后一周"
    return "上周" if view.as_of - sunday < timedelta(days=7) else "最近一个完整周"


def begun_months(period: Period, as_of: date) -> list[Period]:
    """The months of a period that have begun, the latest first; its first one where none has."""
    months = period.months()
    return [month for month in reversed(months) if month.first <= as_of] or months[:1]


def whole_weeks(month: Period) -> Period:
    """The days of the weeks that a month touches, as a stretch."""
    first = month.first - timedelta(days=month.first.weekday())
    return Period(PeriodKind.QUARTER, first, month.last + timedelta(days=6 - month.last.weekday()))


def mondays(month: Period) -> list[date]:
    """Of the weeks that a month touches."""
    days = whole_weeks(month)
    return [days.first + timedelta(days=past) for past in range(0, (days.last - days.first).days, 7)]


def month_calendar(
    month: Period,
    held: Mapping[date, Sequence[CalendarEntry]],
    notes: Mapping[date, WeekNote],
    workdays: Workdays,
    today: date,
    last_column: str,
    *,
    title: str = "",
    remark: str = "",
    about: str = "",
) -> MonthCalendar:
    """``held`` by day; ``notes`` by Monday, over the end of which ``last_column`` stands.

    Days outside the month are pale, days off tinted, holidays named.
    """
    weeks = []
    for monday in mondays(month):
        days = tuple(_day(monday + timedelta(days=past), month, held, workdays, today) for past in range(7))
        note = notes.get(monday, WeekNote(""))
        weeks.append(CalendarWeek(days, note.words, note.shade))
    return MonthCalendar(month, tuple(weeks), last_column, title, remark, about)


def _day(day: date, month: Period, held: Mapping[date, Sequence[CalendarEntry]], workdays: Workdays, today: date) -> CalendarDay:
    inside = month.first <= day <= month.last
    shades = {"outside": not inside, "off": not workdays.is_workday(day), "today": day == today, "ahead": day > today}
    label = f"{day.month}/{day.day}" if day.day == 1 or not inside else str(day.day)
    feast = (workdays.name(day) or "").replace("调休", "班")
    return CalendarDay(tuple(shade for shade, on in shades.items() if on), label, feast, tuple(held.get(day, ())))
