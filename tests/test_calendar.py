"""The working-day calendar: 调休 as the State Council has it, other programs' days kept, guessed years said and replaced."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, insert, select

from data_access import calendar
from data_access.__main__ import main
from data_access.board_tables import BoardAudit
from data_access.calendar import calendar_days, fill_calendar, provisional_years, working_calendar
from data_access.holiday_notice import NoticeError, load_notice, notice
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


# --- a year's notice as a table ---------------------------------------------------------------------------------------

NOTICE = """节日,安排,开始日期,结束日期
元旦,放假,2030-01-01,2030-01-01
春节,放假,2030/2/2,2030/2/8
春节,上班,2030年1月27日,
清明节,放假,2030.4.5,
劳动节,放假,2030-05-01,2030-05-05
端午节,放假,2030-06-05,
国庆节、中秋节,放假,2030-10-01,2030-10-07
"""


def test_a_notice_makes_a_guessed_year_official(connection: Connection) -> None:
    fill_calendar(connection, last_year=2030)
    assert 2030 in provisional_years(connection)
    changed = load_notice(connection, notice(NOTICE), date(2029, 11, 5))
    assert changed == 17  # of 23 days off the weekends were off before, and one Sunday is worked
    assert 2030 not in provisional_years(connection)
    days = {row.day: row for row in connection.execute(select(CalendarDay.day, CalendarDay.is_workday, CalendarDay.name))}
    assert (days[date(2030, 2, 4)].is_workday, days[date(2030, 2, 4)].name) == (False, "春节")
    assert (days[date(2030, 1, 27)].is_workday, days[date(2030, 1, 27)].name) == (True, "春节调休")
    assert days[date(2030, 2, 11)].is_workday
    assert sum(day.year == 2030 for day in days) == 365
    assert load_notice(connection, notice(NOTICE), date(2029, 11, 6)) == 0
    assert 2030 not in fill_calendar(connection, last_year=2030), "migrate leaves it as it is"


def test_days_that_are_over_change_only_when_that_is_meant(connection: Connection) -> None:
    fill_calendar(connection, last_year=2030)
    with pytest.raises(NoticeError, match=r"2030-01-01.*已经过去.*--past"):
        load_notice(connection, notice(NOTICE), date(2030, 1, 15))
    assert 2030 in provisional_years(connection), "nothing was written"
    assert load_notice(connection, notice(NOTICE), date(2030, 1, 15), past=True) == 17


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("", "第 1 行缺少列 节日、安排、开始日期、结束日期"),
        ("节日,安排,日期\n", "第 1 行缺少列 开始日期、结束日期"),
        (NOTICE.replace("春节,上班", "春节,加班"), "第 4 行 安排 “加班”:写 放假 或 上班"),
        (NOTICE.replace("春节,放假", "春假,放假"), "第 3 行 节日 “春假”"),
        (NOTICE.replace("2030.4.5", "四月五日"), "第 5 行 开始日期 “四月五日” 不是日期"),
        (NOTICE.replace("2030-05-05", "2030-04-05"), "第 6 行 结束日期 2030-04-05:应在开始日期 2030-05-01 当天或之后"),
        (NOTICE.replace("2030年1月27日", "2030年1月28日"), "第 4 行 开始日期 2030-01-28 是周一至周五,本来就上班"),
        (NOTICE.replace("2030-06-05", "2030-05-05"), "第 7 行 开始日期 2030-05-05 在前面的行里已经有了"),
        (NOTICE.replace("2030-06-05", "2031-06-05"), "不属于 2031 年:一张表只写一年"),
        (NOTICE.replace("端午节,放假,2030-06-05,\n", ""), "缺少 端午节 的放假"),
        (NOTICE.splitlines()[0], "表里没有一天"),
    ],
)
def test_what_is_wrong_with_a_notice_is_said_with_row_and_column(wrong: str, said: str) -> None:
    with pytest.raises(NoticeError) as told:
        notice(wrong)
    assert said in str(told.value)


def test_all_faults_are_said_at_once_and_the_command_loads_nothing(
    tmp_path: Path, database: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))
    file = tmp_path / "2030.csv"
    file.write_bytes(NOTICE.replace("春节,上班", "春节,加班").replace("2030.4.5", "?").encode("gb18030"))
    assert main(["calendar", "load", str(file)]) == 1
    assert capsys.readouterr().err.count("\n  第 ") == 2
    file.write_bytes(NOTICE.encode("gb18030"))
    assert main(["calendar", "load", str(file)]) == 0
    assert "放假 22 天,调休上班 1 天" in capsys.readouterr().out
    with database.connect() as connection:
        assert connection.scalar(select(CalendarDay.name).where(CalendarDay.day == date(2030, 2, 4))) == "春节"
        assert "2030 年放假安排" in str(connection.scalar(select(BoardAudit.detail).order_by(BoardAudit.id.desc()).limit(1)))
