"""The working-day calendar: filled from ``chinesecalendar`` (the State Council's notices, with 调休), read as a frame."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
from chinese_calendar.constants import holidays, workdays
from sqlalchemy import Connection, delete, insert, select

from data_access.board_tables import BoardProperty
from data_access.frames import frame
from data_access.tables import CalendarDay

PROVISIONAL = "calendar_provisional_years"
"""``board_property`` name: the years filled by plain weekdays because no notice is known yet, comma separated."""

FIRST_YEAR = 2023
SATURDAY = 5
"""As ``date.weekday`` counts."""


def _named_days() -> dict[date, tuple[bool, str]]:
    names = {day: (False, name) for day, name in holidays.items()}
    names.update({day: (True, f"{name}调休") for day, name in workdays.items()})
    return names


HOLIDAY_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利70周年",
}


def _chinese(name: str) -> str:
    for english, chinese in HOLIDAY_NAMES.items():
        name = name.replace(english, chinese)
    return name


def known_years() -> range:
    """The years for which the library carries the State Council's notice."""
    return range(min(holidays).year, max(holidays).year + 1)


def calendar_days(first_year: int, last_year: int) -> list[dict[str, object]]:
    """One row a day: ``day``, ``is_workday``, ``name``. Years without a notice are Monday to Friday."""
    named, known = _named_days(), known_years()
    rows: list[dict[str, object]] = []
    day = date(first_year, 1, 1)
    while day.year <= last_year:
        ordinary = (day.weekday() < SATURDAY, None)
        is_workday, name = named.get(day, ordinary) if day.year in known else ordinary
        rows.append({"day": day, "is_workday": is_workday, "name": name and _chinese(name)})
        day += timedelta(days=1)
    return rows


def fill_calendar(connection: Connection, last_year: int) -> list[int]:
    """Add the years that are missing and refresh those filled provisionally. Returns the years that are still provisional.

    Days another system has written are kept: only absent days are added, and only provisional years are replaced.
    """
    recorded = connection.scalar(select(BoardProperty.value).where(BoardProperty.name == PROVISIONAL))
    provisional = {int(year) for year in (recorded or "").split(",") if year}
    settled = {year for year in provisional if year in known_years()}
    for year in settled:
        connection.execute(delete(CalendarDay).where(CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31))))
    present = set(connection.scalars(select(CalendarDay.day)))
    missing = [row for row in calendar_days(FIRST_YEAR, last_year) if row["day"] not in present]
    if missing:
        connection.execute(insert(CalendarDay), missing)
    guessed = {row["day"].year for row in missing} - set(known_years())  # type: ignore[attr-defined]
    still = sorted((provisional - settled) | guessed)
    connection.execute(delete(BoardProperty).where(BoardProperty.name == PROVISIONAL))
    connection.execute(insert(BoardProperty), {"name": PROVISIONAL, "value": ",".join(map(str, still))})
    return still


def working_calendar(connection: Connection) -> pd.DataFrame:
    """Every calendar day in order: ``day`` (date), ``is_workday`` (bool), ``name`` (text or None)."""
    statement = select(CalendarDay.day, CalendarDay.is_workday, CalendarDay.name).order_by(CalendarDay.day)
    return frame(connection, statement, ["day", "is_workday", "name"])


def provisional_years(connection: Connection) -> list[int]:
    """Years whose 调休 is not published yet; the board says so wherever such a year is shown."""
    value = connection.scalar(select(BoardProperty.value).where(BoardProperty.name == PROVISIONAL))
    return [int(year) for year in (value or "").split(",") if year]
