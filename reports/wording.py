"""How figures and texts are written in every file of a meeting: one way, so that screen, slide, circular and annex agree."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime

from metrics.definition import Indicator
from metrics.period import Period, PeriodKind
from metrics.vocabulary import Measure
from metrics.wording import MISSING, day_text, is_missing, rounded, share, whole

COUNTED_PERIODS = {PeriodKind.WEEK: "周", PeriodKind.MONTH: "个月", PeriodKind.QUARTER: "个季度", PeriodKind.YEAR: "年"}
"""Behind a number: 连续三个月."""
PERIOD_WORDS = {PeriodKind.WEEK: "周", PeriodKind.MONTH: "月", PeriodKind.QUARTER: "季", PeriodKind.YEAR: "年"}

# What XML 1.0 cannot hold: the C0 controls but tab, LF and CR, lone surrogates, and two non-characters. Each would make
# a DOCX or PPTX that Office refuses to open.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile(r"[\t\r\n\x85\u2028\u2029]+")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def clean(text: object) -> str:
    """One line of text that any format can hold: no control characters, line breaks as a space. Emoji and 𠮷 stay."""
    return _BREAKS.sub(" ", _NOT_XML.sub("", str(text)))


_HAN = "\u3400-\u9fff\u3000-\u303f\uff00-\uffef\u201c\u201d\U00020000-\U0003ffff"
_CHINESE = re.compile(f"[{_HAN}]")
_WIDE = {",": "\uff0c", ";": "\uff1b", ":": "\uff1a"}
_BESIDE_BRACKETS = re.compile("[ ]+(?=[\uff08\uff0c\uff1b\uff1a\uff09])|(?<=[\uff08\uff0c\uff1b\uff1a])[ ]+|(?<=\uff09)[ ]+(?!·)")


def chinese_marks(text: str) -> str:
    """A Chinese text with the full-width marks of Chinese. What is no running text keeps its own: thousands, times, a call (``min(1,n)``).

    Every sentence of a file goes through here. A text without Chinese signs is no sentence and stays as it is: ``61.9% (13/21)`` in a cell.
    """
    if not _CHINESE.search(text):
        return text
    signs, open_at = list(text), list[int]()
    for place, sign in enumerate(text):
        before, after = text[place - 1 : place], text[place + 1 : place + 2]
        if sign == "(":
            open_at.append(place)
        elif sign == ")" and open_at:
            first = open_at.pop()
            if not _is_call(text, first):
                signs[first], signs[place] = "\uff08", "\uff09"
        elif sign in _WIDE and not any(_is_call(text, first) for first in open_at) and not _between_latin(before, text[place + 1 :]):
            signs[place] = sign if sign == ":" and after == "/" else _WIDE[sign]
    return _BESIDE_BRACKETS.sub("", "".join(signs))


def _is_call(text: str, bracket: int) -> bool:
    before, after = text[bracket - 1 : bracket], text[bracket + 1 : bracket + 2]
    return before.isascii() and before.isalpha() and after.isascii()


def _between_latin(before: str, rest: str) -> bool:
    after = rest.lstrip(" ")[:1]
    return before.isascii() and before.isalnum() and after.isascii() and after.isalnum()


def official(text: str) -> str:
    """Running text of a circular: the marks of Chinese, and no blanks between Chinese and figures."""
    text = chinese_marks(text)
    return re.sub(rf"(?<=[{_HAN}%])[ ]+(?=[0-9A-Za-z{_HAN}])|(?<=[0-9A-Za-z])[ ]+(?=[{_HAN}])", "", text)


def formula_safe(text: str) -> str:
    """For CSV, where a program guesses what a cell is: text that could be a formula gets an apostrophe in front.

    Full-width signs count too: Chinese input methods produce them and spreadsheets read them as their ASCII twins.
    """
    return f"'{text}" if text.startswith(_FORMULA) or text.replace("\ufeff", "").strip().startswith(_FORMULA) else text


def number(value: object) -> str:
    """``12`` or ``3.5``: a whole value without decimals, any other with one, as the workbook's cells show them."""
    if is_missing(value):
        return MISSING
    return str(rounded(float(value), 0 if float(value).is_integer() else 1))  # type: ignore[arg-type]


def spoken(value: object) -> str:
    """``1,234`` or ``3.5``: a number in a sentence, with separators as on screen; a table's cells keep the bare digits."""
    if is_missing(value):
        return MISSING
    return f"{rounded(float(value), 0 if float(value).is_integer() else 1):,}"  # type: ignore[arg-type]


def of(k: object, n: object) -> str:
    """``(13/21)``, ``(8,592/10,675)``: the numerator and denominator that stand beside every percentage, written as on screen."""
    return f"({whole(k)}/{whole(n)})"


def quantity(entry: Indicator, k: object, n: object, value: object) -> str:
    """A figure as a sentence writes it: ``61.9% (13/21)``, ``1,234 件``, ``5 夜``."""
    if is_missing(value):
        return MISSING if is_missing(n) else f"{MISSING} {of(k, n)}"
    if entry.measure is Measure.RATE:
        return f"{share(value)} {of(k, n)}"
    return f"{spoken(value)} {entry.unit}".rstrip()


def bare(entry: Indicator, value: object) -> str:
    """The value alone, as a chart labels it."""
    if entry.measure is Measure.RATE:
        return share(value)
    return MISSING if is_missing(value) else f"{spoken(value)} {entry.unit}".rstrip()


def day(value: date) -> str:
    return f"{value.year}年{value.month}月{value.day}日"


def moment(value: datetime) -> str:
    return f"{day(value)}{value:%H:%M}"


def as_of_words(moment: date | datetime) -> str:
    """截至2026年11月25日 of a day, which counts once it is over; 截至2026年11月26日 00:01 of a minute."""
    return f"截至{day(moment)} {moment:%H:%M}" if isinstance(moment, datetime) else f"截至{day(moment)}"


def counted_at(entry: Indicator, period: Period, moment: date | datetime) -> date | datetime:
    """The moment a figure is of: what looks at a moment looks, of a period that is over, at its end."""
    day_of_moment = moment.date() if isinstance(moment, datetime) else moment
    return period.last if entry.moment and period.last < day_of_moment else moment


def days_words(first: date, last: date) -> str:
    """10月1日至31日, 10月1日至12月31日, 2025年12月29日至2026年1月4日."""
    if first.year != last.year:
        return f"{day(first)}至{day(last)}"
    if first == last:
        return day_text(first)
    return f"{day_text(first)}至{f'{last.day}日' if first.month == last.month else day_text(last)}"


def this(period: Period, as_of: date | None = None) -> str:
    """``本月``; of a period that is over as of a later day its name: ``6月``, ``2025年12月``."""
    return f"本{PERIOD_WORDS[period.kind]}" if as_of is None or period.last >= as_of else named(period, as_of.year)


def previous(period: Period, as_of: date | None = None) -> str:
    """``上月``; beside a period that is over as of a later day the name of the one before it: ``5月``."""
    return f"上{PERIOD_WORDS[period.kind]}" if as_of is None or period.last >= as_of else named(period.before, period.first.year)


def same_of_last_year(period: Period) -> str:
    """``上年同月``."""
    return f"上年同{PERIOD_WORDS[period.kind]}"


def named(period: Period, year: int) -> str:
    """A period's name where it is clear which year is meant."""
    return period.label.removeprefix(f"{year}年") or period.label


def own_period(period: Period, as_of: date) -> str:
    """What a figure says whose period is another than that of the page it stands on: 2026年以来, 2025年全年, 2026年三季度."""
    if period.kind is not PeriodKind.YEAR:
        return period.label
    return f"{period.label}{'全年' if period.last < as_of else '以来'}"


def counted_words(entry: Indicator, period: Period, as_of: date, shown: Period | None = None) -> str:
    """What a figure asked for ``period`` says where it counts another than ``shown``, its page's (else the same): 2026年四季度, 2026年以来,
    2026年1月1日至8月31日. Empty where it is the one shown."""
    until = min(period.last, as_of)
    if entry.since_new_year:
        year = Period.holding(PeriodKind.YEAR, until)
        if year == (shown or period):
            return ""
        return own_period(year, as_of) if until == min(year.last, as_of) else f"{year.label}{days_words(year.first, until)}"
    counted = entry.counted_over(period)
    return "" if counted == (shown or period) else own_period(counted, as_of)


def display_width(text: str) -> int:
    """In half-width cells: a Chinese character or an emoji takes two."""
    return sum(0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def shortened(text: str, width: int) -> str:
    """At most ``width`` half-width cells, the rest as ``…``; for places that cannot grow (chart axes, slide titles)."""
    if display_width(text) <= width:
        return text
    kept, used = "", 0
    for sign in text:
        used += display_width(sign)
        if used > width - 2:
            break
        kept += sign
    return f"{kept}…"


def lines_needed(text: str, width: int) -> int:
    """Lines the text takes at ``width`` half-width cells a line."""
    return max(1, math.ceil(display_width(text) / max(1, width)))
