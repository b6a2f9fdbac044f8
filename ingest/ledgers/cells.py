"""One cell → one value, as office people write it: full-width digits, 2026.10.8, 10月8日, 12人, √. A :class:`Fault` says what is wrong."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from ingest.ledgers.formats import Cell, NoValue

EARLIEST_YEAR, LATEST_YEAR = 1950, 2100
LONGEST_TEXT = 2000
WHOLE_BELOW = 1e18
"""Beyond it a float is no number somebody has written."""
FIRST_SERIAL, LAST_SERIAL = 18_264, 73_051
"""1950 … 2099 as Excel counts days from 1900."""
WITH_COUNTRY = len("+8613812345678")


class Fault(ValueError):
    """A value that cannot be taken; the text (Chinese) says why, without naming row and column."""


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\ufeff]")


def text_of(value: Cell) -> str:
    """The cell as text: no control characters, no outer spaces; whole floats without ``.0`` (a phone typed as a number)."""
    if value is None:
        return ""
    if isinstance(value, str) and value.isprintable():  # nearly all: without a regular expression
        return value.strip()
    if isinstance(value, NoValue):
        return "(公式)"
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


_DASHES = re.compile(r"[‐‑‒–—―−﹣﹘]")


_YEAR_OF_NUMBER = re.compile(r"[〔\[(【](20\d\d)[〕\])】]")


def normal_number(said: str) -> str:
    """A number of an office's own for comparing: ＹＬ－２０２６－００１, yl-2026- 001 → YL-2026-001; 云信[2026]1号 → 云信〔2026〕1号."""
    half = re.sub(r"\s+", "", _DASHES.sub("-", unicodedata.normalize("NFKC", said))).upper().lstrip("'’‘`")
    return _YEAR_OF_NUMBER.sub(r"〔\1〕", half)


def free_text(value: Cell) -> str | None:
    found = text_of(value)
    if len(found) > LONGEST_TEXT:
        raise Fault(f"文字过长,最多 {LONGEST_TEXT} 字")
    return found or None


_STARS = re.compile("★{1,5}|[一二三四五]颗?星级?")


def whole_number(value: Cell) -> int | None:
    """0, 12, １２, 12人, 1,200. Raises for fractions and negatives."""
    found = plain(value).replace(",", "")
    if not found:
        return None
    if _STARS.fullmatch(found):
        return found.count("★") or "一二三四五".index(found[0]) + 1
    matched = re.fullmatch(r"(\d{1,9})(?:\.0+)?(?:人次|户次|场次|人|次|件|条|个|批|户|家|名|场|起|分钟|分|星|年度|年)?", found)
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
    found = re.sub(r"[-()—]", "", plain(value))
    if found in ("", "无", "/", "没有", "暂无"):
        return None
    mobile = re.search(r"(?<!\d)1\d{10}(?!\d)", found)
    if mobile is not None:
        return mobile[0]  # of several, or with a word beside it, the first
    if not re.fullmatch(r"\+?\d{5,15}", found):
        raise Fault(f"“{text_of(value)}”不是电话号码")
    return found.removeprefix("+86") if len(found) == WITH_COUNTRY else found


_DAY = re.compile(r"(?:(?:(\d{4}|\d{2})[-/.年、])?(\d{1,2})[-/.月、])?(\d{1,2})[日号]*")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_TIME = re.compile(r"(上午|早上|中午|下午|晚上|晚)?(\d{1,2})[:时点](?:(\d{1,2})[:分]?(?:(\d{1,2})(?:\.\d+)?秒?)?)?")
_ZONE = re.compile(r"(?:\+08:?00|Z)$")
_ALMANAC = re.compile(
    r"\((?=[^)]*(?:农历|阴历|夏历|初|廿|卅|十[一二三四五六七八九]?\)|[正冬腊]月|节|假|休|元旦|除夕|春分|清明|立|至\)))[^)\d]*\)|(?:农历|阴历|夏历)[^\d\s]*"
)
"""What a calendar says of a day beside it: (农历八月三十), (九月初二), (国庆节)."""
_TILL_MORNING = re.compile(
    r"(?P<from>.+?(?:晚上?|夜间?|\d{1,2}[:时点]\d{0,2}分?))\s*(?:[-—–~至到]+)\s*"
    r"(?P<to>次日|翌日|第二天|(?:(?:20\d\d[年./-])?(?:\d{1,2}[月./-]))?\d{1,2}日?(?=\s*(?:\d{1,2}[:时点]|[早晨上凌]))|)\s*(?:早上?|早?晨|上午|凌晨)?(?:\d{1,2}[:时点](?:\d{2})?分?)?"
)
_NUMERALS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
NOON = 12


@dataclass(frozen=True)
class Written:
    """A day as a cell writes it: what it does not write, its table has to say."""

    year: int | None
    month: int | None
    day: int
    clock: time | None
    said: str

    def on(self, year: int, month: int) -> date:
        """Raises :class:`Fault` where there is no such day."""
        if not EARLIEST_YEAR <= year <= LATEST_YEAR:
            raise Fault(f"“{self.said}”的年份不对")
        try:
            return date(year, month, self.day)
        except ValueError:
            raise Fault(f"没有“{self.said}”这一天") from None


def _clock_of(moment: datetime) -> time | None:
    """Midnight to the second is a day alone: a workbook and the CSV saved from it say the same."""
    rounded = (moment + timedelta(microseconds=500_000)).replace(microsecond=0)
    return None if rounded.time() == time(0) else rounded.time()


def _whole(moment: datetime, said: str) -> Written:
    return Written(moment.year, moment.month, moment.day, _clock_of(moment), said)


def _serial(number: float, said: str) -> Written:
    if not FIRST_SERIAL <= number < LAST_SERIAL:
        raise Fault(f"看不懂日期“{said}”,请写成 2026-10-08")
    return _whole(datetime(1899, 12, 30) + timedelta(seconds=round(number * 86_400)), said)


@lru_cache(maxsize=8192, typed=True)  # a ledger holds few different days
def written_day(value: Cell) -> Written | None:
    """Day and time of a cell; the time is None where only a day is written. Raises :class:`Fault`."""
    if isinstance(value, datetime):
        return _whole(value, text_of(value))
    if isinstance(value, date):
        return Written(value.year, value.month, value.day, None, text_of(value))
    said = text_of(value)
    if not said:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        if re.fullmatch(r"[12]?\d|3[01]", said) and said != "0":
            return Written(None, None, int(said), None, said)
        compact = _COMPACT.fullmatch(said)
        return Written(int(compact[1]), int(compact[2]), int(compact[3]), None, said) if compact else _serial(float(value), said)
    if not isinstance(value, str):
        raise Fault(f"看不懂日期“{said}”,请写成 2026-10-08")
    return _text_day(said)


def written_night(value: Cell) -> Written | None:
    """As :func:`written_day`; a turn of duty till the next morning (10月8日18:00—9日8:00, 10月8日晚至次日晨) is the evening it begins."""
    if isinstance(value, str) and (turn := _TILL_MORNING.fullmatch(unicodedata.normalize("NFKC", text_of(value)))):
        begun = written_day(turn["from"])
        till = re.fullmatch(r"(?:.*[月./年-])?(\d{1,2})日?", turn["to"])
        if begun is not None and (till is None or int(till[1]) in (begun.day + 1, 1)):
            return replace(begun, said=text_of(value))
    return written_day(value)


def _text_day(said: str) -> Written:
    # ISO's T and the space between day and time part before all spaces go.
    spaced = _ZONE.sub("", numerals(_ALMANAC.sub("", unicodedata.normalize("NFKC", said).strip("'’‘ "))).strip().replace("T", " "))
    number = re.sub(r"\s", "", spaced)
    if re.fullmatch(r"\d{5}(\.\d+)?", number):
        return _serial(float(number), said)
    day_part, _, rest = re.sub(r"\s*([-/.年月日号、])\s*", r"\1", spaced).strip().partition(" ")
    inside = re.match(r"(.*?(?:[日号]+|\d(?=[(上下晚早中夜星周])))(.+)", day_part)
    if inside:
        day_part, rest = inside[1], inside[2] + rest
    matched = _COMPACT.fullmatch(day_part) or _DAY.fullmatch(day_part)
    if not matched or (matched[2] is None and rest and not re.search("[日号]", day_part)):
        raise Fault(f"看不懂日期“{said}”,请写成 2026-10-08")
    year = int(matched[1]) if matched[1] else None
    if year is not None and len(matched[1]) == 2:  # noqa: PLR2004 (26.10.8)
        year += 2000
    return Written(year, int(matched[2]) if matched[2] else None, int(matched[3]), _clock(re.sub(r"\s", "", rest), said), said)


def numerals(text: str) -> str:
    """二〇二六年十月八日 → 2026年10月8日; texts with other signs stay."""
    if not re.search("[〇零○一二三四五六七八九十廿卅]+[年月日号]", text):
        return text

    def counted(found: re.Match[str]) -> str:
        part = found[0].replace("廿", "二十").replace("卅", "三十")
        if "十" not in part:
            return part.translate(_NUMERALS)
        tens, _, ones = part.partition("十")
        return (tens.translate(_NUMERALS) or "1") + (ones.translate(_NUMERALS) or "0")

    return re.sub("[〇零○一二三四五六七八九十廿卅]+(?=[年月日号])", counted, text)


def _clock(written: str, said: str) -> time | None:
    written = re.sub(r"^\(?(星期|周)[一二三四五六日天]\)?", "", written)
    if written in ("", "晚", "晚上", "夜", "夜间", "当晚"):
        return None
    matched = _TIME.fullmatch(written)
    try:
        if matched:
            hour, minute, second = (int(part or 0) for part in matched.groups()[1:])
            if matched[1] in ("下午", "晚上", "晚") and hour < NOON:
                hour += NOON
            found = time(hour, minute, second)
            return None if found == time(0) else found
    except ValueError:
        pass
    raise Fault(f"看不懂时间“{said}”,请写成 2026-10-08 09:30")
