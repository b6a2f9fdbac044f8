"""One cell → one value, as office people write it: full-width digits, 2026.10.8, 10月8日, 12人, √. A :class:`Fault` says what is wrong."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from openpyxl.utils.datetime import WINDOWS_EPOCH, from_excel

EARLIEST_YEAR, LATEST_YEAR = 1950, 2100
LONGEST_TEXT = 2000
WHOLE_BELOW = 1e18
"""Beyond it a float is no number somebody has written."""
FIRST_SERIAL, LAST_SERIAL = 18_264, 73_051
"""1950 … 2099 as Excel counts days from 1900."""
WITH_COUNTRY = len("+8613812345678")

Cell = str | int | float | bool | date | datetime | time | timedelta | None


class Fault(ValueError):
    """A value that cannot be taken; the text (Chinese) says why, without naming row and column."""


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\ufeff]")


def text_of(value: Cell) -> str:
    """The cell as text: no control characters, no outer spaces; whole floats without ``.0`` (a phone typed as a number)."""
    if value is None:
        return ""
    if isinstance(value, str) and value.isprintable():  # nearly all: without a regular expression
        return value.strip()
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < WHOLE_BELOW else repr(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == time(0) else f"{value:%Y-%m-%d %H:%M:%S}"
    return _CONTROL.sub("", str(value).replace("\r", "\n").replace("\t", " ")).strip().strip("\u3000")


def plain(value: Cell) -> str:
    """Text for comparing: half-width, without any spaces."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text_of(value)))


def free_text(value: Cell) -> str | None:
    found = text_of(value)
    if len(found) > LONGEST_TEXT:
        raise Fault(f"文字过长,最多 {LONGEST_TEXT} 字")
    return found or None


def whole_number(value: Cell) -> int | None:
    """0, 12, １２, 12人, 1,200. Raises for fractions and negatives."""
    found = plain(value).replace(",", "")
    if not found:
        return None
    matched = re.fullmatch(r"(\d{1,9})(?:\.0+)?(?:人次|人|次|件|条|个|批|户|分钟|分|星)?", found)
    if not matched:
        raise Fault(f"“{text_of(value)}”不是整数")
    return int(matched[1])


_YES = {"是", "√", "✓", "对", "有", "y", "yes", "true", "1"}
_NO = {"否", "×", "✕", "x", "无", "没有", "n", "no", "false", "0"}


def yes_or_no(value: Cell) -> bool | None:
    found = plain(value).lower()
    if not found:
        return None
    if found in _YES:
        return True
    if found in _NO:
        return False
    raise Fault(f"“{text_of(value)}”应填“是”或“否”")


def word(value: Cell, words: Mapping[str, str]) -> str | None:
    """The code of a word; ``words`` holds Chinese words (synonyms too) and codes."""
    found = plain(value)
    if not found:
        return None
    code = words.get(found) or words.get(found.lower())
    if code is None:
        shown = "、".join(dict.fromkeys(_first_words(words)))
        raise Fault(f"“{text_of(value)}”不在可选范围内,可填:{shown}")
    return code


def _first_words(words: Mapping[str, str]) -> list[str]:
    """One word a code, the first named: what the template's list shows."""
    first: dict[str, str] = {}
    for name, code in words.items():
        first.setdefault(code, name)
    return list(first.values())


def choices(words: Mapping[str, str]) -> list[str]:
    return _first_words(words)


def phone(value: Cell) -> str | None:
    found = re.sub(r"[-()]", "", plain(value))
    if not found:
        return None
    if not re.fullmatch(r"\+?\d{5,15}", found):
        raise Fault(f"“{text_of(value)}”不是电话号码")
    return found.removeprefix("+86") if len(found) == WITH_COUNTRY else found


_DAY = re.compile(r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?号?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_TIME = re.compile(r"(\d{1,2})[:时点](?:(\d{1,2})[:分]?(?:(\d{1,2})(?:\.\d+)?秒?)?)?")


def _valid_day(year: int, month: int, day: int, said: str) -> date:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise Fault(f"“{said}”的年份不对")
    try:
        return date(year, month, day)
    except ValueError:
        raise Fault(f"没有“{said}”这一天") from None


def _serial(number: float, epoch: datetime, said: str) -> datetime:
    if not FIRST_SERIAL <= number < LAST_SERIAL:
        raise Fault(f"看不懂日期“{said}”")
    moment = from_excel(number, epoch)
    if not isinstance(moment, datetime):
        raise Fault(f"看不懂日期“{said}”")
    return moment + timedelta(microseconds=500_000) - timedelta(microseconds=moment.microsecond)


@lru_cache(maxsize=8192, typed=True)  # a ledger holds few different days
def moment(value: Cell, year: int | None = None, epoch: datetime = WINDOWS_EPOCH) -> tuple[date, time | None] | None:
    """Day and time of a cell; the time is None where only a day is written. ``year``: of the file, for 10月8日."""
    if isinstance(value, datetime):
        midnight = value.time() == time(0)
        return _valid_day(value.year, value.month, value.day, text_of(value)), None if midnight else value.time().replace(microsecond=0)
    if isinstance(value, date):
        return _valid_day(value.year, value.month, value.day, text_of(value)), None
    said = text_of(value)
    if not said:
        return None
    # ISO's T and the space between day and time part before all spaces go.
    spaced = unicodedata.normalize("NFKC", said).strip().replace("T", " ")
    number = re.sub(r"\s", "", spaced)
    compact = _COMPACT.fullmatch(number)
    if compact:
        return _valid_day(int(compact[1]), int(compact[2]), int(compact[3]), said), None
    if re.fullmatch(r"\d{5}(\.\d+)?", number):
        found = _serial(float(number), epoch, said)
        clock = found.time().replace(microsecond=0)
        return found.date(), None if clock == time(0) else clock
    if re.fullmatch(r"\d+(\.\d+)?", number):
        raise Fault(f"看不懂日期“{said}”,请写成 2026-10-08")
    day_part, _, rest = re.sub(r"\s*([-/.年月日])\s*", r"\1", spaced).replace("日", "日 ", 1).strip().partition(" ")
    compact = _COMPACT.fullmatch(day_part)
    matched = compact or _DAY.fullmatch(day_part)
    if not matched:
        raise Fault(f"看不懂日期“{said}”,请写成 2026-10-08")
    if matched[1] is None and year is None:
        raise Fault(f"“{said}”没有年份,请写成 2026-10-08,或在表头、文件名写明年份")
    found_day = _valid_day(int(matched[1] or year or 0), int(matched[2]), int(matched[3]), said)
    return found_day, _clock(re.sub(r"\s", "", rest), said)


def _clock(written: str, said: str) -> time | None:
    written = re.sub(r"^[((]?(星期|周)[一二三四五六日天][))]?", "", written)
    if not written:
        return None
    matched = _TIME.fullmatch(written)
    try:
        if matched:
            hour, minute, second = (int(part or 0) for part in matched.groups())
            return time(hour, minute, second)
    except ValueError:
        pass
    raise Fault(f"看不懂时间“{said}”,请写成 2026-10-08 09:30")


def day(value: Cell, year: int | None = None, epoch: datetime = WINDOWS_EPOCH) -> date | None:
    found = moment(value, year, epoch)
    return None if found is None else found[0]


def names(value: Cell) -> list[str]:
    """Several people in one cell: 张三、李四;王五."""
    return [part for part in re.split(r"[、,,;;/\n]+", re.sub(r"[ \u3000]+", "", text_of(value))) if part]
