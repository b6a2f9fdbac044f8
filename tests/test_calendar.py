"""The working-day calendar: 调休 as the State Council has it, other programs' days kept, guessed years said and replaced."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Connection, insert, select

from data_access import calendar
from data_access.calendar import calendar_days, fill_calendar, provisional_years, working_calendar
from data_access.tables import CalendarDay
from metrics.workdays import Workdays

# Notices of the State Council's general office, 2025 and 2026.
NAMED_DAYS = [
    ("2025-01-26", True, "春节调休"),  # a Sunday worked
    ("2025-01-28", False, "春节"),
    ("2025-02-04", False, "春节"),
    ("2025-02-08", True, "春节调休"),  # a Saturday worked
    ("2025-10-01", False, "国庆节"),
    ("2025-10-11", True, "国庆节调休"),
    ("2026-10-01", False, "国庆节"),
    ("2026-10-10", True, "国庆节调休"),
    ("2026-10-08", True, None),  # the Thursday after the holiday
    ("2026-10-11", False, None),  # a plain Sunday
    ("2026-11-20", True, None),  # a plain Friday
]


@pytest.mark.parametrize(("day", "is_workday", "name"), NAMED_DAYS, ids=[case[0] for case in NAMED_DAYS])
def test_days_are_as_the_notice_has_them(day: str, is_workday: bool, name: str | None) -> None:
    row = next(row for row in calendar_days(int(day[:4]), int(day[:4])) if row["day"] == date.fromisoformat(day))
    assert (row["is_workday"], row["name"]) == (is_workday, name)


def test_every_day_of_a_year_is_there_once() -> None:
    days = [row["day"] for row in calendar_days(2024, 2025)]
    assert len(days) == len(set(days)) == 366 + 365


def test_names_are_chinese() -> None:
    names = {str(row["name"]) for row in calendar_days(2023, 2026) if row["name"]}
    assert not [name for name in names if name.isascii() or any("a" <= letter.lower() <= "z" for letter in name)]


def unpublished() -> int:
    return calendar.known_years().stop


def test_a_year_without_a_notice_is_weekdays_and_said(connection: Connection) -> None:
    year = unpublished()
    assert fill_calendar(connection, last_year=year) == [year]
    assert provisional_years(connection) == [year]
    rows = connection.execute(select(CalendarDay.day, CalendarDay.is_workday).where(CalendarDay.day >= date(year, 1, 1))).all()
    assert len(rows) in (365, 366)
    assert all(is_workday == (day.weekday() < 5) for day, is_workday in rows)


def test_filling_again_changes_nothing(connection: Connection) -> None:
    first = fill_calendar(connection, last_year=unpublished())
    before = working_calendar(connection)
    assert fill_calendar(connection, last_year=unpublished()) == first
    assert working_calendar(connection).equals(before)


def test_a_notice_that_comes_out_replaces_the_guess(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    known = calendar.known_years()
    last = known.stop - 1
    monkeypatch.setattr(calendar, "known_years", lambda: range(known.start, last))
    assert fill_calendar(connection, last_year=last) == [last]
    holiday = date(last, 10, 1)
    assert connection.scalar(select(CalendarDay.is_workday).where(CalendarDay.day == holiday)) is (holiday.weekday() < 5)
    monkeypatch.undo()
    assert fill_calendar(connection, last_year=last) == []
    assert provisional_years(connection) == []
    assert connection.scalar(select(CalendarDay.is_workday).where(CalendarDay.day == holiday)) is False


def test_days_that_another_system_wrote_are_kept(connection: Connection) -> None:
    closed = date(2026, 11, 20)
    connection.execute(insert(CalendarDay).values(day=closed, is_workday=False, name="县庆"))
    fill_calendar(connection, last_year=2026)
    row = connection.execute(select(CalendarDay.is_workday, CalendarDay.name).where(CalendarDay.day == closed)).one()
    assert row == (False, "县庆")


def test_the_board_counts_with_what_the_database_says(connection: Connection) -> None:
    fill_calendar(connection, last_year=2026)
    workdays = Workdays.from_frame(working_calendar(connection))
    # 2026: off from 1 to 7 October, Saturday the 10th worked.
    assert workdays.between(date(2026, 10, 1), date(2026, 10, 11)) == [date(2026, 10, 8), date(2026, 10, 9), date(2026, 10, 10)]
