"""A year's 放假安排 as a small table, loaded from the State Council's notice without waiting for a new version of anything.

::

    节日,安排,开始日期,结束日期
    春节,放假,2027-02-05,2027-02-11
    春节,上班,2027-01-30,

One row is a stretch of days off (放假) or of days worked instead (上班, 调休). An empty 结束日期 is one day. What is not named is Monday to
Friday. A table with a fault is not loaded at all, and every fault is said with its row and column.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select, update

from data_access.board_tables import BoardProperty
from data_access.calendar import HOLIDAY_NAMES, PROVISIONAL, SATURDAY, provisional_years
from data_access.tables import CalendarDay

COLUMNS = ("节日", "安排", "开始日期", "结束日期")
OFF, WORKED = "放假", "上班"
YEARLY = tuple(name for name in HOLIDAY_NAMES.values() if "抗战" not in name)
"""Every year has these; a notice that lacks one was not copied to its end."""
ENCODINGS = ("utf-8-sig", "gb18030")
DATE_FORMS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日")
LONGEST_STRETCH = 16
DECEMBER = 12


class NoticeError(ValueError):
    """What is wrong with the table: one Chinese sentence a fault."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(";".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Notice:
    """The days of one year that are not as their weekday says: ``{day: (is_workday, name)}``. 元旦 may begin in the December before."""

    year: int
    days: dict[date, tuple[bool, str]]

    @property
    def off(self) -> int:
        return sum(not is_workday for is_workday, _ in self.days.values())


def read_notice(path: Path) -> Notice:
    """Raises :class:`NoticeError`."""
    return notice(_text(path))


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as problem:
        raise NoticeError([f"{path} 打不开:{problem.strerror}"]) from problem
    for encoding in ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NoticeError([f"{path} 不是文本文件:请另存为 CSV(UTF-8 或 GBK)"])


def notice(text: str) -> Notice:
    faults: list[str] = []
    lines = list(csv.reader(io.StringIO(text)))
    head = [cell.strip() for cell in lines[0]] if lines else []
    missing = [name for name in COLUMNS if name not in head]
    if missing:
        raise NoticeError([f"第 1 行缺少列 {'、'.join(missing)};第一行应为 {','.join(COLUMNS)}"])
    days: dict[date, tuple[bool, str]] = {}
    for number, line in enumerate(lines[1:], start=2):
        row = {name: (line[at].strip() if (at := head.index(name)) < len(line) else "") for name in COLUMNS}
        if not any(row.values()):
            continue
        found = list(_faults(row))
        faults += [f"第 {number} 行 {fault}" for fault in found]
        if found:
            continue
        is_workday, name = row["安排"] == WORKED, row["节日"]
        for day in _stretch(row):
            if is_workday and day.weekday() < SATURDAY:
                faults.append(f"第 {number} 行 开始日期 {day} 是周一至周五,本来就上班")
            if day in days:
                faults.append(f"第 {number} 行 开始日期 {day} 在前面的行里已经有了")
            days[day] = (is_workday, f"{name}调休" if is_workday else name)
    if not days and not faults:
        faults.append("表里没有一天")
    years = {day.year for day in days}
    year = max(years, default=0)
    faults += [
        f"{day} 不属于 {year} 年:一张表只写一年" for day in days if day.year != year and (day.year, day.month) != (year - 1, DECEMBER)
    ]
    named = " ".join(name for is_workday, name in days.values() if not is_workday)
    absent = [name for name in YEARLY if name not in named]
    if absent and not faults:
        faults.append(f"缺少 {'、'.join(absent)} 的放假:请照通知补全")
    if faults:
        raise NoticeError(faults)
    return Notice(year, days)


def _faults(row: dict[str, str]) -> Iterator[str]:
    if not any(name in row["节日"] for name in YEARLY):
        yield f"节日 “{row['节日']}”:写 {'、'.join(YEARLY)} 之一"
    if row["安排"] not in (OFF, WORKED):
        yield f"安排 “{row['安排']}”:写 {OFF} 或 {WORKED}"
    first, last = _day(row["开始日期"]), _day(row["结束日期"])
    if first is None:
        yield f"开始日期 “{row['开始日期']}” 不是日期:写作 2027-02-05"
    if row["结束日期"] and last is None:
        yield f"结束日期 “{row['结束日期']}” 不是日期:写作 2027-02-11,只有一天的留空"
    if first and last and not timedelta(0) <= last - first <= timedelta(days=LONGEST_STRETCH):
        yield f"结束日期 {last}:应在开始日期 {first} 当天或之后,最多 {LONGEST_STRETCH} 天"


def _day(text: str) -> date | None:
    for form in DATE_FORMS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None


def _stretch(row: dict[str, str]) -> Iterator[date]:
    day = _day(row["开始日期"])
    last = _day(row["结束日期"]) or day
    while day and last and day <= last:
        yield day
        day += timedelta(days=1)


def load_notice(connection: Connection, said: Notice, today: date, *, past: bool = False) -> int:
    """Writes the year; returns how many of its days are another kind of day than before. Raises :class:`NoticeError` where one of them is
    over already and ``past`` does not say that this is meant: figures of that time would change."""
    first, last = min(date(said.year, 1, 1), *said.days), date(said.year, 12, 31)
    wanted = {}
    day = first
    while day <= last:
        if day.year == said.year or day in said.days:
            wanted[day] = said.days.get(day, (day.weekday() < SATURDAY, None))
        day += timedelta(days=1)
    query = select(CalendarDay.day, CalendarDay.is_workday).where(CalendarDay.day.in_(wanted))
    before = {row.day: row.is_workday for row in connection.execute(query)}
    changed = sorted(day for day, (is_workday, _) in wanted.items() if day in before and before[day] != is_workday)
    over = [day for day in changed if day <= today]
    if over and not past:
        told = "、".join(map(str, over[:5]))
        raise NoticeError([f"{told}{' 等' if len(over) > 5 else ''} {len(over)} 天已经过去,改了会改变那时的数字;确要更正的加 --past"])  # noqa: PLR2004
    connection.execute(delete(CalendarDay).where(CalendarDay.day.in_(wanted)))
    connection.execute(
        insert(CalendarDay), [{"day": day, "is_workday": is_workday, "name": name} for day, (is_workday, name) in wanted.items()]
    )
    still = [year for year in provisional_years(connection) if year != said.year]
    connection.execute(update(BoardProperty).where(BoardProperty.name == PROVISIONAL).values(value=",".join(map(str, still))))
    return len(changed)
