"""Which year 10月8日 is: from a title's own 20xx年, checked against weekdays and neighbours, and asked for where it is not certain."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from ingest.ledgers.cells import Fault, Written, numerals

NEAR = 62
"""Days: a row of January in a ledger of December belongs to the next year."""
JUMP = 300
"""Days back from one row to the next: the year has turned, and nothing says so."""
FEWEST_WEEKDAYS = 2
YEARS_BACK = 2

_NOT_A_YEAR = re.compile(
    r"[〔\[((【]\s*20\d\d\s*[〕\]))】]\s*第?\s*\d+\s*号?"  # 〔2025〕36号
    r"|20\d\d\s*年?\s*[-—–~至到]\s*20\d\d\s*年?度"  # 2025-2026年度
    r"|20\d\d\s*[-—–~至到]\s*20\d\d(?!\d)"
    r"|\d{3,4}-\d{7,8}|\d{7,}"  # telephones and other long numbers
    r"|(?:填报|制表|报送|打印|导出|更新|上报|印发)(?:时间|日期)?\s*[::]\s*[^\s,,;;。))]*"
)
_STATED = re.compile(r"(?<!\d)(20\d\d)\s*年度?(?:\s*(\d{1,2})\s*月(?:份)?(?:\s*(\d{1,2})\s*日)?)?")
_NUMERIC = re.compile(r"(?<![\d.])(20\d\d)[.\-/](\d{1,2})(?:[.\-/](\d{1,2}))?(?![\d])")
_ANSWERED = re.compile(r"年份\s*[::]\s*(20\d\d)\s*年?")
_MONTH = re.compile(r"(?<!\d)(1[0-2]|0?[1-9])\s*月")


@dataclass(frozen=True)
class Stated:
    """What titles say: years in order of appearance, the month where there is one, the first and last day where both are told."""

    years: tuple[int, ...] = ()
    month: int | None = None
    span: tuple[date, date] | None = None


def stated(texts: Iterable[str], numeric: bool = True) -> Stated:
    """``numeric``: 2026.10 and 2026-10 tell it too, as in a sheet's name."""
    years: dict[int, None] = {}
    months: dict[int, None] = {}
    days: list[date] = []
    for text in texts:
        kept = _NOT_A_YEAR.sub(" ", numerals(unicodedata.normalize("NFKC", text)))
        found = [*_STATED.finditer(kept), *(_NUMERIC.finditer(kept) if numeric else ())]
        for one in found:
            years[int(one[1])] = None
            if one[2] and 1 <= int(one[2]) <= 12:  # noqa: PLR2004 (months of a year)
                months[int(one[2])] = None
            if one[2] and one[3]:
                try:
                    days.append(date(int(one[1]), int(one[2]), int(one[3])))
                except ValueError:
                    continue
        if not found:
            months |= {int(one[1]): None for one in _MONTH.finditer(kept)}
    span = (days[0], days[-1]) if len(days) > 1 and days[0] < days[-1] else None
    return Stated(tuple(years), next(iter(months)) if len(months) == 1 else None, span)


def answered(year: int) -> str:
    """A line over refused rows whose titles leave the year in doubt; it settles it."""
    return f"年份:{year}年"


def days_between(span: tuple[date, date]) -> str:
    """2025年12月29日至2026年1月4日, as :func:`stated` reads it."""
    return "至".join(f"{day.year}年{day.month}月{day.day}日" for day in span)


@dataclass
class Calendar:
    """The year and the month of a table, for days that are written without them."""

    year: int | None = None
    month: int | None = None
    span: tuple[date, date] | None = None
    doubt: str = "没有年份"
    doubted: bool = False
    """Some day has asked for the year, and nobody knows it."""
    last: dict[str, date] = field(default_factory=dict)
    """By column: the day of the row before, where the year was not written."""

    def day(self, written: Written, column: str = "") -> date:
        """Raises :class:`Fault` where year or month cannot be known."""
        month = written.month or self.month
        if month is None:
            raise Fault(f"“{written.said}”没有月份,请写成 2026-10-08")
        if written.year is not None:
            return written.on(written.year, month)
        if self.span is not None:
            for year in range(self.span[0].year, self.span[1].year + 1):
                found = written.on(year, month)
                if self.span[0] <= found <= self.span[1]:
                    return found
            raise Fault(f"“{written.said}”不在标题所写的 {self.span[0]} 至 {self.span[1]} 之内")
        if self.year is None:
            self.doubted = True
            raise Fault(f"“{written.said}”{self.doubt},请写成 2026-10-08,或另给年份")
        found = self._near(written, month, self.year)
        before = self.last.get(column)
        if self.month is None and before is not None and (before - found).days > JUMP:
            raise Fault(f"“{written.said}”的年份不确定:上一行是 {before},标题写的是 {self.year} 年")
        self.last[column] = found
        return found

    def _near(self, written: Written, month: int, year: int) -> date:
        found = written.on(year, month)
        if self.month is None:
            return found
        middle = date(year, self.month, 15)
        if abs((found - middle).days) <= NEAR:
            return found
        for other in (year - 1, year + 1):
            beside = written.on(other, month)
            if abs((beside - middle).days) <= NEAR:
                return beside
        return found


def calendar(
    titles: Sequence[str],
    sheet: str,
    file_name: str,
    days: Sequence[tuple[Written, int | None]],
    today: date,
    given: int | None = None,
) -> Calendar:
    """``days``: of the first rows, each with the weekday that is written beside it (0 = Monday); ``given``: what the clerk has answered."""
    above, on_sheet, on_file = stated(titles), stated([sheet]), stated([file_name], numeric=False)
    month = above.month or on_sheet.month or on_file.month
    settled = next((int(one[1]) for text in titles if (one := _ANSWERED.fullmatch(unicodedata.normalize("NFKC", text).strip()))), None)
    if (certain := given or settled) is not None:
        return Calendar(certain, month)
    own = tuple(dict.fromkeys(each.year for each, _ in days if each.year is not None))
    for told in (above, on_sheet, on_file):
        if told.span is not None:
            return Calendar(None, month, told.span)
        if len(told.years) > 1:
            return Calendar(None, month, doubt=f"不知道是哪一年(标题里有 {'、'.join(str(year) for year in told.years)})")
        if told.years:
            return _checked(told.years[0], month, days)
    if len(own) == 1:
        return _checked(own[0], month, days)
    return Calendar(_by_weekday(days, today), month)


def _checked(year: int, month: int | None, days: Sequence[tuple[Written, int | None]]) -> Calendar:
    """A year that no written weekday agrees with is not believed."""
    agreeing = [_agrees(each, weekday, year) for each, weekday in days if weekday is not None and each.year is None and each.month]
    if len(agreeing) >= FEWEST_WEEKDAYS and not any(agreeing):
        return Calendar(None, month, doubt=f"与所写的星期对不上({year} 年)")
    return Calendar(year, month)


def _by_weekday(days: Sequence[tuple[Written, int | None]], today: date) -> int | None:
    told = [(each, weekday) for each, weekday in days if weekday is not None and each.month]
    fitting = [
        year for year in range(today.year, today.year - YEARS_BACK - 1, -1) if all(_agrees(each, weekday, year) for each, weekday in told)
    ]
    return fitting[0] if len(told) >= FEWEST_WEEKDAYS and len(fitting) == 1 else None


def _agrees(each: Written, weekday: int | None, year: int) -> bool:
    try:
        return each.on(year, each.month or 1).weekday() == weekday
    except Fault:
        return False
