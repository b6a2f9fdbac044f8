"""The days a view of 诉求 looks at, as the queries take them, and the tables that these read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from data_access.window import Window
from metrics.definition import Span
from metrics.vocabulary import Level
from pages.common import loaders
from pages.common.filters import Filters
from reports.source import window

TABLES = ("petition", "petition_event", "petition_rating", "area", "calendar_day")


def period_window(filters: Filters) -> Window:
    """The days of the period up to as-of, with the rulebook's numbers."""
    return _window(filters, Span.PERIOD)


def moment_window(filters: Filters) -> Window:
    """The one day at whose end the view looks."""
    return _window(filters, Span.MOMENT)


def _window(filters: Filters, span: Span) -> Window:
    return window(loaders.question_for(filters.narrowed, Level.COUNTY, filters.period, filters.as_of), span)


def days_before(asked: Window, days: int) -> Window:
    """The stretch of so many days that ends with a window's last day."""
    return replace(asked, first=asked.last - timedelta(days=days - 1))


def week_end(day: date) -> date:
    """The Sunday of a day's week: until then a case is 本周到期; on a weekend the Sunday after."""
    ahead = 6 - day.weekday()
    return day + timedelta(days=ahead if ahead > 1 else ahead + 7)
