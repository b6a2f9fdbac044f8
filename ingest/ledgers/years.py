"""Which year 10月8日 is: from a title's own 20xx年, checked against weekdays and neighbours, and asked for where it is not certain."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from ingest.ledgers.cells import Fault, Written, numerals

DAY = "日期"
NEAR = 62
"""Days: a row of January in a ledger of December belongs to the next year."""
JUMP = 300
"""Days back from one row to the next: the year has turned, and nothing says so."""
FEWEST_WEEKDAYS = 2
YEARS_BACK = 2
DECEMBER = 12

_NOT_A_YEAR = re.compile(
    r"[〔\[(【]\s*20\d\d\s*[〕\])】]\s*第?\s*\d+\s*号?"  # 〔2025〕36号
    r"|20\d\d\s*年?\s*[-—–~至到]\s*20\d\d\s*年?度"  # 2025-2026年度
    r"|20\d\d\s*[-—–~至到]\s*20\d\d(?!\d)"
    r"|\d{3,4}-\d{7,8}|\d{7,}"  # telephones and other long numbers
    r"|(?:填报|制表|报送|打印|导出|更新|上报|印发)(?:时间|日期)?\s*:\s*[^\s,;。)]*"
)
_STATED = re.compile(r"(?<!\d)(20\d\d)\s*年度?(?:\s*(\d{1,2})\s*月(?:份)?(?:\s*(\d{1,2})\s*日)?)?")
_NUMERIC = re.compile(r"(?<![\d.])(20\d\d)[.\-/](\d{1,2})(?:[.\-/](\d{1,2}))?(?![\d])")
_FROM_TO = re.compile(
    r"(?:(20\d\d)年)?(?<!\d)(\d{1,2})月(\d{1,2})日?\s*[-—–~至到]+\s*(?:(20\d\d)年)?(?:(\d{1,2})月)?(\d{1,2})日"
    r"|(20\d\d)年(\d{1,2})月\s*[-—–~至到]+\s*(20\d\d)年(\d{1,2})月(?!\d)"
)
_ANSWERED = re.compile(r"年份\s*:\s*(20\d\d)\s*年?")
_MONTH = re.compile(r"(?<!\d)(1[0-2]|0?[1-9])\s*月")


@dataclass(frozen=True)
class Stated:
    """What titles say: years in order of appearance, the month where there is one, the first and last day where both are told."""

    years: tuple[int, ...] = ()
    month: int | None = None
    span: tuple[date, date] | None = None
    in_passing: bool = False
    """The year stands apart from the month: 10月住夜(2025年机构改革后人员) is not of 2025 because it says so."""


def stated(texts: Iterable[str], numeric: bool = True) -> Stated:
    """``numeric``: 2026.10 and 2026-10 tell it too, as in a sheet's name."""
    years: dict[int, None] = {}
    months: dict[int, None] = {}
    in_passing = False
    from_to: re.Match[str] | None = None
    for text in texts:
        kept = _NOT_A_YEAR.sub(" ", numerals(unicodedata.normalize("NFKC", text)))
        found = [*_STATED.finditer(kept), *(_NUMERIC.finditer(kept) if numeric else ())]
        for one in found:
            years[int(one[1])] = None
            if one[2] and 1 <= int(one[2]) <= 12:  # noqa: PLR2004 (months of a year)
                months[int(one[2])] = None
        apart = {int(one[1]): None for one in _MONTH.finditer(kept)}
        if not any(one[2] for one in found):
            months |= apart
        in_passing = in_passing or bool(found and apart and not any(one[2] for one in found))
        from_to = from_to or _FROM_TO.search(kept)
    span = _span(from_to, tuple(years), tuple(months)) if from_to is not None else None
    return Stated(tuple(years), next(iter(months)) if len(months) == 1 else None, span, in_passing)


def _span(told: re.Match[str], years: tuple[int, ...], months: tuple[int, ...]) -> tuple[date, date] | None:
    """9月26日至10月25日, of the year it writes or the title does; 12月26日至1月25日 in a title of January began the year before."""
    first_year, first_month, first_day, last_year, last_month, last_day, *whole = (int(part) if part else 0 for part in told.groups())
    if not first_month:
        first_year, first_month, last_year, last_month = whole
        first_day, last_day = 1, monthrange(last_year, last_month)[1] if 1 <= last_month <= DECEMBER else 0
    last_month = last_month or first_month
    turns = last_month < first_month
    if not first_year and not last_year:
        if len(years) != 1:
            return None
        first_year = years[0] - (turns and months[:1] == (last_month,))
    first_year = first_year or last_year - turns
    try:
        span = date(first_year, first_month, first_day), date(last_year or first_year + turns, last_month, last_day)
    except ValueError:
        return None
    return span if span[0] < span[1] else None


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
        if written.month is None and column not in ("", DAY) and re.fullmatch(r"\d+", written.said):
            raise Fault(f"看不懂日期“{written.said}”,请写成 2026-10-08")  # 5 may be anything but a day
        if written.month is None and self.span is not None:
            return _in_span(written, *self.span)
        month = written.month or self.month
        if month is None:
            raise Fault(f"“{written.said}”没有月份,请写成 2026-10-08")
        if written.year is not None:
            found = written.on(written.year, month)
            self._check_title(written, found, column)
            self.last[column] = found
            return found
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
            raise Fault(f"“{written.said}”的年份不确定:上一行是 {before},标题或别的行写的是 {self.year} 年")
        self.last[column] = found
        return found

    def _check_title(self, written: Written, found: date, column: str) -> None:
        """In a table of October 2026 a night of October 2025 is a slip of the year."""
        if column != DAY or self.year is None or self.month is None or abs(found.year - self.year) != 1:
            return
        if self._is_near(found.replace(year=self.year) if (found.month, found.day) != (2, 29) else found) and not self._is_near(found):
            raise Fault(f"“{written.said}”与标题的 {self.year} 年 {self.month} 月对不上,请核对年份")

    def _is_near(self, day: date) -> bool:
        return self.year is not None and self.month is not None and abs((day - date(self.year, self.month, 15)).days) <= NEAR

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


def _in_span(written: Written, first: date, last: date) -> date:
    """The one day of the titles' stretch that bears the number."""
    fitting = [day for place in range((last - first).days + 1) if (day := first + timedelta(days=place)).day == written.day]
    if len(fitting) != 1:
        raise Fault(f"“{written.said}”没有月份,标题所写的 {first} 至 {last} 里有 {len(fitting)} 个这样的日子")
    return fitting[0]


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
            year = told.years[0]
            if told.in_passing and year < today.year and _could_be_later(year, month, today):
                return Calendar(None, month, doubt=f"不知道是哪一年(标题里的 {year} 年没有和月份写在一起)")
            if own and year not in own and not (month in (1, DECEMBER) and {year - 1, year + 1} & set(own)):
                return Calendar(None, month, doubt=f"不知道是哪一年(标题写 {year} 年,行里写 {'、'.join(str(each) for each in own)} 年)")
            return _checked(year, month, days)
    if len(own) == 1:
        return _checked(own[0], month, days)
    return Calendar(_by_weekday(days, today), month)


def _could_be_later(year: int, month: int | None, today: date) -> bool:
    return month is not None and date(year + 1, month, 1) <= today


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
