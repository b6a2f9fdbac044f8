"""Sheets → tables: where headers stand, what stands above them, and which lines belong to which. Nothing a reader sees is left unnamed.

A sheet may hold several tables, one below the other or side by side, each under titles of its own; headers may be up to three lines high
and stand anywhere. What is not read as a table of the ledger that is asked for comes back as :class:`Unread`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import pairwise

from ingest.ledgers.cells import plain, text_of
from ingest.ledgers.formats import Cell, Sheet
from ingest.ledgers.presence import is_night_mark

FEWEST_TITLES = 2
FEWEST_GUESSED = 3
HEADER_LINES = 3
LONGEST_TITLE = 24
FEWEST_DAYS = 5
"""A header with that many days in it is a person × day table's."""
SERIAL_TITLE = "序号"
POST_TITLE = "岗位"
"""Of the first column of a roster with a day a column, where its header leaves that empty."""
ADDED_TITLES = ("行号", "退回原因")
"""Columns that the board puts before refused rows; what stands in them says nothing of the row."""
AREA_PARTS = ("乡镇", "村", "片", "组", "邻")
"""A ledger may write an area in one column, or in one for each level."""
COMMON_TITLES = frozenset({"序号", "星期", "职务", "电话", "手机", "手机号", "联系电话", "姓名", "日期", "值班日期", "备注", "性别"})

_FOOTER = re.compile(
    r"^(注|备注|说明|填表说明|审核|审核人|审批|审批人|(?:制表|填表|填报)(?:人|日期|时间)?|报送单位|负责人|单位负责人|分管领导|主要领导|签字|签名|联系人|以上)"
    r"(签字|签名|意见)?\s*(:|$|\d+[.、])"
)
_SUM = re.compile(r"^(本页|本月|全镇|全县|本表)?(合计|总计|小计|共计|累计)")
_DAY_TITLE = re.compile(
    r"(?:(?:20\d\d[-/.年])?(?:1[0-2]|0?[1-9])[-/.月])?(?:[12]\d|3[01]|0?[1-9])[日号]?(?:\(?(?:星期|周)?[一二三四五六日天]\)?)?"
)
_POST = re.compile(r"(?:带班|值班|值守|住夜|当班|在岗).*|.*(?:领导|干部|人员|成员|保安|职工|门卫|驾驶员)\d?")
_NO_POST = re.compile("电话|手机|时间|日期|地点|地址|单位|星期|次数|人数|签字|签名|职务|情况|内容|编号|事项|包案")
_NAME = re.compile(r"[\u4e00-\u9fff·]{2,6}")
_OF_MONTH = re.compile(r"(?:20\d\d\s*年\s*)?\d{1,2}\s*月(?:份)?$")
"""What a header may say over its days."""
_NUMBERS = re.compile(r"\d+")
_VALUE = re.compile(r"\d{1,4}[-/.年月]\d|\d{5,}$|\d+(\.\d+)?$")


@dataclass(frozen=True)
class Unread:
    """Something a reader sees that is not taken in: where, and why."""

    where: str
    why: str

    def sentence(self) -> str:
        return f"{self.where}: {self.why}"


@dataclass
class Table:
    """Lines under one header. ``titles`` by column, '' where the column is not this table's; ``places``: a written title → its column."""

    sheet: Sheet
    above: tuple[str, ...]
    titles: list[str]
    top: int
    first: int
    last: int
    """Places in ``sheet.rows``: the header's first line, the first line below it, the line after the last."""
    untitled: tuple[int, ...] = ()
    """Columns with something below a header that names nothing there."""
    places: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.titles = _distinct(self.titles)
        self.places = {title: column for column, title in enumerate(self.titles) if title}

    @property
    def name(self) -> str:
        return self.sheet.name or "表"

    def lines(self) -> Iterator[int]:
        """Lines with something in this table's columns."""
        columns = sorted(self.places.values())
        for line in range(self.first, self.last):
            row = self.sheet.rows[line]
            if any(column < len(row) and text_of(row[column]) for column in columns):
                yield line

    def cell(self, line: int, column: int, filled: bool = True) -> Cell:
        """A cell; ``filled``: one that a merged cell covers downwards shows that one's value."""
        row = self.sheet.rows[line]
        value = row[column] if column < len(row) else None
        if filled and self.sheet.merged and not text_of(value):
            origin = self.sheet.merged.get((line, column))
            if origin is not None and origin[1] == column and origin[0] >= self.first:
                return self.sheet.rows[origin[0]][column]
        return value

    def address(self, line: int, column: int | None = None) -> str:
        """10月!C5, as a workbook calls it; without the column 第 5 行."""
        at = f"{letters(column)}{self.sheet.numbers[line]}" if column is not None else f"第 {self.sheet.numbers[line]} 行"
        return f"{self.sheet.name}!{at}" if self.sheet.name else at


def letters(column: int) -> str:
    """0 → A, 27 → AB."""
    return (letters(column // 26 - 1) if column >= 26 else "") + chr(ord("A") + column % 26)  # noqa: PLR2004 (letters)


@lru_cache(maxsize=65536)
def _title_of(text: str) -> str:
    return re.sub(r"\(.*?\)|[*:]", "", plain(text))


def title_of(value: Cell) -> str:
    """A header's title for comparing: 姓 名*(必填) → 姓名."""
    return _title_of(value) if isinstance(value, str) else plain(value)


@lru_cache(maxsize=65536, typed=True)  # True is 1 to a cache that asks no types
def is_day_title(value: Cell) -> bool:
    """1, 1日, 10.1, 10月1日, 1(周四), or Excel's own date."""
    return bool(_DAY_TITLE.fullmatch(plain(value))) or (hasattr(value, "year") and not isinstance(value, str))


def is_post(title: str) -> bool:
    """A column of a roster that names people: 带班领导, 值班干部, 保安1."""
    return bool(_POST.fullmatch(title)) and not _NO_POST.search(title)


def is_sum(value: Cell) -> bool:
    return bool(_SUM.match(plain(value)))


def is_title_line(texts: Sequence[str]) -> bool:
    """One text over the table, or several that each name what they are (填报单位:…  填报人:…); no line of values."""
    return (len(texts) == 1 and not _VALUE.match(plain(texts[0]))) or (len(texts) > 1 and all(":" in plain(text) for text in texts))


def is_footer(texts: Sequence[str]) -> bool:
    """审核人:…, 注:…: a line below a table that is none of its rows."""
    return bool(texts) and bool(_FOOTER.match(plain(texts[0])))


def _distinct(titles: Sequence[str]) -> list[str]:
    """Titles that stand twice get a number, so that no column is lost."""
    seen: dict[str, int] = {}
    found = []
    for title in titles:
        seen[title] = seen.get(title, 0) + 1
        found.append(title if not title or seen[title] == 1 else f"{title}({seen[title]})")
    return found


# --- headers -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Header:
    top: int
    bottom: int
    titles: list[str]


def _own_titles(row: Sequence[Cell], vocabulary: Mapping[str, object]) -> int:
    """How many known titles stand in a line that could be a header's; 0 where it holds a value."""
    known: set[str] = set()
    parts: set[str] = set()
    days = 0
    value_seen = False
    for value in row:
        if value is None or value == "":
            continue
        if is_day_title(value):
            days += 1
        elif not isinstance(value, str):
            value_seen = True
        elif len(value) <= LONGEST_TITLE:
            title = title_of(value)
            parts.add(title)
            if (title in vocabulary and title not in AREA_PARTS) or is_post(title):
                known.add(title)
            elif _VALUE.match(title):
                value_seen = True
    if {"月", "日"} <= parts:
        known.add("日")
    if days >= FEWEST_DAYS and "姓名" in known:
        return max(len(known), FEWEST_TITLES)
    return 0 if value_seen or days else len(known)


def _headers(sheet: Sheet, vocabulary: Mapping[str, object]) -> list[_Header]:
    found: list[_Header] = []
    line = 0
    while line < len(sheet.rows):
        row = sheet.rows[line]
        below = sheet.rows[line + 1] if line + 1 < len(sheet.rows) else ()
        over_posts = _is_days_over_posts(sheet, line)
        over_marks = (_is_line_of_days(below) and _names_people([row])) or _is_people_over_marks(row, below) or over_posts
        if not row or (_own_titles(row, vocabulary) < FEWEST_TITLES and not over_marks):
            line += 1
            continue
        bottom = line if over_posts else _bottom(sheet, line, vocabulary)
        top = line
        for above in range(line - 1, max(found[-1].bottom if found else -1, bottom - HEADER_LINES), -1):
            if not _heads(sheet, above, line, vocabulary):
                break
            top = above
        titles = _titles(sheet, top, bottom, vocabulary)
        if over_posts and not titles[0]:
            titles[0] = POST_TITLE
        found.append(_Header(top, bottom, titles))
        line = bottom + 1
    return found


def _bottom(sheet: Sheet, line: int, vocabulary: Mapping[str, object]) -> int:
    """A header goes on below where one of its cells is merged downwards, or where another line of titles follows."""
    bottom = line
    while bottom + 1 < len(sheet.rows) and bottom + 1 - line < HEADER_LINES:
        below = sheet.rows[bottom + 1]
        if _is_line_of_days(below) and _names_people(sheet.rows[line : bottom + 1]):
            bottom += 1
            continue
        merged = any(
            (bottom + 1, column) in sheet.merged and line <= sheet.merged[bottom + 1, column][0] <= bottom for column in range(len(below))
        )
        own = _own_titles(below, vocabulary)
        here = [title_of(value) for value in sheet.rows[line]]
        repeated = [title_of(value) for value in below] == here
        no_values = all(isinstance(value, str) and not _VALUE.match(title_of(value)) for value in below if value not in (None, ""))
        if repeated or not ((merged and no_values) or (own and no_values and _partly(below, len(here)))):
            return bottom
        bottom += 1
    return bottom


def _is_line_of_days(row: Sequence[Cell]) -> bool:
    """1, 2, 3 … below 日期 or 10月, with nothing else in the line."""
    filled = [value for value in row if text_of(value)]
    return len(filled) >= FEWEST_DAYS and all(is_day_title(value) for value in filled)


def _names_people(rows: Sequence[Sequence[Cell]]) -> bool:
    """A header of people that names no days yet."""
    filled = [value for row in rows for value in row if text_of(value)]
    return any(title_of(value) in ("姓名", "名字") for value in filled) and sum(is_day_title(value) for value in filled) < FEWEST_DAYS


def _is_people_over_marks(row: Sequence[Cell], below: Sequence[Cell]) -> bool:
    """日期, 张三, 李四 over 1日, √, ×."""
    titles, marks = ([value for value in line if text_of(value)] for line in (row, below))
    named = (
        len(titles) > FEWEST_TITLES and title_of(titles[0]).endswith("日期") and all(_NAME.fullmatch(title_of(one)) for one in titles[1:])
    )
    return named and len(marks) > 1 and is_day_title(marks[0]) and all(is_night_mark(mark) is not None for mark in marks[1:])


def _is_days_over_posts(sheet: Sheet, line: int) -> bool:
    """岗位, 1日, 2日 … over 带班领导, 张三, 李四 …; the days go on, so that a line of counts is none."""
    filled = [value for value in sheet.rows[line] if text_of(value)]
    days = [_day_number(value) for value in filled if is_day_title(value)]
    before = len(filled) - len(days)
    if len(days) < FEWEST_DAYS or before > FEWEST_TITLES or any(map(is_day_title, filled[:before])):
        return False
    if sum(later <= earlier for earlier, later in pairwise(days)) > 1:  # one month may turn into the next
        return False
    below = sheet.rows[line + 1 : line + 1 + HEADER_LINES]
    return any(is_post(title_of(text_of(value))) for row in below for value in row[: before + 1])


def _day_number(title: Cell) -> int:
    """The day of the month that a heading (:func:`is_day_title`) says."""
    return int(title.day if isinstance(title, date) else _NUMBERS.findall(plain(title))[-1])


def _partly(row: Sequence[Cell], width: int) -> bool:
    """A second line of titles stands only below some of the first's."""
    return sum(1 for value in row if text_of(value)) < max(2, width)


def _heads(sheet: Sheet, above: int, line: int, vocabulary: Mapping[str, object]) -> bool:
    """Whether a line above belongs to the header: one of its cells reaches down to it, or it holds titles too."""
    row = sheet.rows[above]
    texts = [value for value in row if text_of(value)]
    if not texts or any(not isinstance(value, str) for value in texts):
        return False
    reaches = any(origin[0] <= above for (at, _), origin in sheet.merged.items() if at == line) if sheet.merged else False
    return reaches or (len(texts) >= FEWEST_TITLES and _own_titles(row, vocabulary) > 0)


def _titles(sheet: Sheet, top: int, bottom: int, vocabulary: Mapping[str, object]) -> list[str]:
    """Column by column the lowest text; under a group's title (A岗 over 姓名 and 电话) both, where together they are known."""
    width = max(len(sheet.rows[line]) for line in range(top, bottom + 1))
    found = []
    for column in range(width):
        stack = [text for line in range(top, bottom + 1) if (text := _header_text(sheet, line, column, top))]
        stack = list(dict.fromkeys(stack))
        if not stack:
            found.append("")
            continue
        title = stack[-1]
        group = stack[-2] if len(stack) > 1 else ""
        if group and title_of(title) in ("姓名", "名字") and title_of(group) in vocabulary:
            title = group
        elif group and title_of(group + title) in vocabulary:
            title = title_of(group) + title
        found.append(title)
    return found


def _header_text(sheet: Sheet, line: int, column: int, top: int) -> str:
    row = sheet.rows[line]
    text = text_of(row[column]) if column < len(row) else ""
    if text:
        return text
    origin = sheet.merged.get((line, column))
    return text_of(sheet.rows[origin[0]][origin[1]]) if origin is not None and origin[0] >= top else ""


# --- tables --------------------------------------------------------------------------------------------------------------


def tables_on(sheet: Sheet, vocabulary: Mapping[str, object]) -> tuple[list[Table], list[Unread]]:
    """The tables of one sheet and what else stands on it. ``vocabulary``: titles, normalised, that any ledger knows."""
    headers = _headers(sheet, vocabulary)
    if not headers:
        filled = sum(1 for row in sheet.rows if any(text_of(value) for value in row))
        return [], [Unread(sheet.name or "文件", f"{filled} 行,没有表头,未读")] if filled else []
    found: list[Table] = []
    unread: list[Unread] = []
    starts = [_titles_begin(sheet, header, headers[place - 1].bottom + 1 if place else 0) for place, header in enumerate(headers)]
    for place, header in enumerate(headers):
        last = starts[place + 1] if place + 1 < len(headers) else len(sheet.rows)
        lines = [[text for value in row if (text := text_of(value))] for row in sheet.rows[starts[place] : header.top]]
        above = tuple(text for texts in lines for text in dict.fromkeys(texts))
        strange = [sheet.numbers[starts[place] + line] for line, texts in enumerate(lines) if len(texts) > 1 and not is_title_line(texts)]
        above += tuple(
            text for row in sheet.rows[header.top : header.bottom + 1] for value in row if _OF_MONTH.match(text := text_of(value))
        )
        if place and not above:
            above = found[-1].above  # the header printed again on the next page
        if len(strange) > 1:
            unread.append(Unread(sheet.name or "文件", f"第 {strange[0]}–{strange[-1]} 行在表头之上,未读"))
        untitled = _untitled(sheet, header, last)
        for titles in _side_by_side(header.titles, vocabulary):
            found.append(Table(sheet, above, titles, header.top, header.bottom + 1, last, untitled=untitled))
            untitled = ()
    return found, unread


def table_guessed(sheet: Sheet) -> Table | None:
    """A table of headings that nobody knows: under the first line of several different texts without a value, with a line below it."""
    for line, row in enumerate(sheet.rows[:-1]):
        texts = [text_of(value) for value in row if text_of(value)]
        plain_texts = all(isinstance(value, str) and not _VALUE.match(plain(value)) for value in row if text_of(value))
        if len(set(texts)) < FEWEST_GUESSED or len(set(texts)) < len(texts) or not plain_texts or is_title_line(texts):
            continue
        if all(len(text) <= LONGEST_TITLE for text in texts):
            above = tuple(text for up in sheet.rows[:line] for value in up if (text := text_of(value)))
            return Table(sheet, above, [text_of(value) for value in row], line, line + 1, len(sheet.rows))
    return None


def _untitled(sheet: Sheet, header: _Header, last: int) -> tuple[int, ...]:
    width = max((len(sheet.rows[line]) for line in range(header.bottom + 1, last)), default=0)
    bare = [column for column in range(width) if column >= len(header.titles) or not header.titles[column]]
    return tuple(
        column for column in bare if any(column < len(row) and text_of(row[column]) for row in sheet.rows[header.bottom + 1 : last])
    )


def _titles_begin(sheet: Sheet, header: _Header, earliest: int) -> int:
    """The first of the title lines directly above a header; a line that fills more cells, or ends the table above, is not one."""
    if earliest == 0:
        return 0
    begin = header.top
    for line in range(header.top - 1, earliest - 1, -1):
        texts = [text_of(value) for value in sheet.rows[line] if text_of(value)]
        if not texts:
            continue
        if not is_title_line(texts) or is_footer(texts) or is_sum(texts[0]):
            break
        begin = line
    return begin


def _side_by_side(titles: list[str], vocabulary: Mapping[str, object]) -> list[list[str]]:
    """One list of titles for each table in a header: where the first title that comes again comes again, another table begins.

    Columns before it (a unit, a number, a day with several names) belong to each.
    """
    known = [title_of(title) if title and title_of(title) in vocabulary else "" for title in titles]
    again = [title for title in dict.fromkeys(known) if title and title not in (SERIAL_TITLE, "备注") and known.count(title) > 1]
    paired = [title for title in again if re.search("电话|手机|职务", title)]
    if not again or len(paired) == len(again):
        return [titles]
    anchor = min(again, key=known.index)
    if anchor in paired or not ({"日期", "编号", "姓名"} & set(again)):
        return [titles]
    starts = [place for place, title in enumerate(known) if title == anchor]
    shared = titles[: starts[0]]
    found = []
    for begin, end in zip(starts, [*starts[1:], len(titles)], strict=True):
        leading = begin - 1 if begin and known[begin - 1] == SERIAL_TITLE and begin != starts[0] else begin
        stop = end - 1 if end < len(titles) and known[end - 1] == SERIAL_TITLE else end
        head = shared if begin == starts[0] else ["" if title_of(title) == SERIAL_TITLE else title for title in shared]
        found.append([*head, *[""] * (leading - len(shared)), *titles[leading:stop], *[""] * (len(titles) - stop)])
    return found
