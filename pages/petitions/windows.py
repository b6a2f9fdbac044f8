"""The days that views of 诉求 look at beside their period, and the tables that their queries read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from data_access.window import Window
from pages.common.filters import Filters

TABLES = ("petition", "petition_event", "petition_rating", "area", "calendar_day")


def moment_window(filters: Filters) -> Window:
    """The one day at whose end the view looks."""
    return days_before(filters.window, 1)


def days_before(asked: Window, days: int) -> Window:
    """The stretch of so many days that ends with a window's last day."""
    return replace(asked, first=asked.last - timedelta(days=days - 1))


def week_end(day: date) -> date:
    """The Sunday of a day's week, Monday to Sunday: until then a case is 本周到期."""
    return day + timedelta(days=6 - day.weekday())
