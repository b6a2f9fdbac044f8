"""Tables → rows of a ledger, however an office lays them out; every row knows the cells it comes from.

A list has a row a line. A roster has a day a line (or several days) and a column a post, with the names of whoever is on, or a post a
line and a day a column. A person × day table has a name a line, a day a column, and marks. Names that share a cell become rows of their
own.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ingest.ledgers import cells as values
from ingest.ledgers.cells import Fault, plain, text_of, written_day
from ingest.ledgers.formats import Cell
from ingest.ledgers.matrices import DAY, NAME, WEEKDAYS, day_by_person, day_columns, mark_columns, person_by_day
from ingest.ledgers.names import people_in, phone_in
from ingest.ledgers.presence import CHECK_IN, CHECK_OUT, DAYTIME, MARK, SHIFTS, STAYED, is_night_check_in, is_night_mark
from ingest.ledgers.tables import (
    ADDED_TITLES,
    FEWEST_DAYS,
    SERIAL_TITLE,
    Table,
    Unread,
    is_day_title,
    is_footer,
    is_post,
    is_sum,
    letters,
    title_of,
)
from ingest.ledgers.years import Calendar

if TYPE_CHECKING:
    from ingest.ledgers.kind import Kind
    from ingest.ledgers.mappings import LedgerMapping

PHONE = "手机号"
EXAMPLE = frozenset({"示例", "例", "样例", "例如"})
NOBODY = frozenset({"无", "/", "-", "—", "——", "休", "休息", "放假", "节假日", "空"})
TURN = "岗位"
"""A roster's column says what somebody is on for; of its ledger's own column the words are these."""
LEAD, MEMBER, STAFF = "带班领导", "值班成员", "值班人员"


@dataclass(frozen=True)
class Row:
    """One row of a ledger: the line it begins at, its cells by the header's own titles, and the table it stands in.

    ``column``: the cell that a derived row comes from. ``part``: which of the names in one cell.
    """

    number: int
    cells: Mapping[str, Cell]
    rows: Rows | None = None
    column: int | None = None
    part: str = ""
    unit: str | None = None
    """Code of the unit whose name stands in a line of its own above it, for rows that name none."""

    @property
    def sheet(self) -> str:
        return self.rows.table.sheet.name if self.rows is not None else ""

    def shown(self) -> list[list[str]]:
        return [[title, text_of(value)] for title, value in self.cells.items()]

    def place(self, title: str) -> str:
        """10月!C5: the sheet and the cell under a (canonical) title; '' for a file without sheets."""
        if self.rows is None or not self.sheet:
            return ""
        column = self.column if self.column is not None else self.rows.table.places.get(self.rows.known.get(title, ""))
        return f"{self.sheet}!{letters(column) if column is not None else ''}{self.number}"


@dataclass
class Rows:
    """A table read as a ledger's. ``known``: canonical title → the header's own."""

    kind: Kind
    table: Table
    known: dict[str, str]
    calendar: Calendar
    names: Container[str]
    unit: str | None = None
    """Code of the unit that the titles name, for rows that name none."""
    unit_name: str | None = None
    count: int = 0
    skipped: list[Unread] = field(default_factory=list)
    passed_over: dict[str, list[int]] = field(default_factory=dict)
    """Why lines are none of this ledger's rows, with their numbers."""
    mapping: LedgerMapping | None = None
    sections: dict[int, str] = field(default_factory=dict)
    """Number of a line that holds nothing but a unit's name → its code: the lines below it are that unit's."""
    section_names: dict[str, str] = field(default_factory=dict)
    """Code of such a unit → its name from the township down."""
    tells_stay: bool = False
    """Some line of a ledger of nights says whether it is one."""

    @property
    def told(self) -> set[str]:
        """Canonical titles of columns that stand in the header or that the mapping tells."""
        return told_titles(self.known, self.mapping)

    def __iter__(self) -> Iterator[Row]:
        layout = layout_of(self.kind, self.table, self.told)
        numbers = sorted(self.sections)
        for row in layout(self) if layout is not None else ():
            self.count += 1
            section = bisect_right(numbers, row.number)
            yield replace(row, unit=self.sections[numbers[section - 1]]) if section else row

    def lines(self) -> Iterator[int]:
        """Lines that may be rows: not those that name the unit of the lines below."""
        return (line for line in self.table.lines() if self.table.sheet.numbers[line] not in self.sections)

    def derived(self, line: int, column: int, made: dict[str, Cell]) -> Row:
        """A row of its own out of one cell, with what else the line says of it."""
        own = {title: written for title, written in self.known.items() if title not in made}
        others = {title: self.table.cell(line, self.table.places[written]) for title, written in own.items()}
        return Row(self.table.sheet.numbers[line], {**made, **others}, self, column, plain(made.get(NAME)))

    def skip(self, line: int, texts: list[str]) -> None:
        self.skipped.append(Unread(self.table.address(line), f"“{'、'.join(texts)[:40]}”未读"))

    def pass_over(self, why: str, number: int) -> None:
        self.passed_over.setdefault(why, []).append(number)

    def unread_titles(self) -> list[str]:
        """Columns that hold something and are not taken in."""
        taken = set(self.known.values()) | {MARK}
        layout = layout_of(self.kind, self.table, self.told)
        roster = layout is not _listed
        posts = post_column(self.table) if layout is _roster_across else None
        bare = [f"{letters(column)} 列(没有列名)" for column in self.table.untitled]
        return bare + [
            title
            for title in self.table.places
            if title not in taken
            and title_of(title) not in (SERIAL_TITLE, *ADDED_TITLES)
            and not (roster and (is_post(title_of(title)) or is_day_title(title)))
            and title_of(title) not in (PHONE, "电话", "手机", "星期", *(SHIFTS if STAYED in self.kind.by_title() else ()), *DAY_PARTS)
            and not (layout is day_by_person and self.table.places[title] in mark_columns(self.table))
            and self.table.places[title] != posts
        ]


Layout = Callable[[Rows], Iterator[Row]]


def known_titles(table: Table, canonical: Mapping[str, str], mapping: LedgerMapping | None = None) -> dict[str, str]:
    """Canonical title → the header's own: what the mapping points at, else a column called exactly so, else one called by a synonym."""
    there = {title_of(title): title for title in reversed(list(table.places))}
    pointed = dict(mapping.columns) if mapping is not None else {}
    if mapping is not None and mapping.known_by:  # one of the board's own does not say what the header says itself
        pointed = {name: (name,) if title_of(name) in there else headings for name, headings in pointed.items()}
    found: dict[str, str] = {}
    for name, headings in pointed.items():
        pointed_at = next((there[title_of(each)] for each in headings if title_of(each) in there), None)
        if pointed_at is not None:
            found[name] = pointed_at
    taken = set(found.values())
    for title in sorted(table.places, key=lambda each: canonical.get(title_of(each)) != title_of(each)):
        called = canonical.get(title_of(title))
        if called is not None and title not in taken and pointed.get(called) != ():
            found.setdefault(called, title)
    if DAY in canonical.values() and DAY not in found and {"月", "日"} <= there.keys():
        found[DAY] = there["日"]
    return found


def told_titles(known: Mapping[str, str], mapping: LedgerMapping | None) -> set[str]:
    return {*known, *(mapping.defaults if mapping is not None else ())}


def layout_of(kind: Kind, table: Table, known: Container[str]) -> Layout | None:
    """The function that reads it, or None: a table without the ledger's required columns."""
    if all(column.title in known or any(other in known for other in column.instead) for column in kind.columns if column.required):
        return _listed if not kind.any_of or any(title in known for title in kind.any_of) else None
    if {column.title for column in kind.columns if column.required} != {DAY, NAME}:
        return None  # a roster tells who and when, nothing else
    days = [title for title in table.places if is_day_title(title)]
    if len(days) >= FEWEST_DAYS and (NAME in known or post_column(table) is not None):
        return person_by_day if NAME in known else _roster_across
    if DAY in known and any(is_post(title_of(title)) for title in table.places):
        return _roster
    if DAY in known and mark_columns(table):
        return day_by_person
    return None


# --- lists ---------------------------------------------------------------------------------------------------------------


def _listed(rows: Rows) -> Iterator[Row]:
    table = rows.table
    counts = {rows.known[column.title] for column in rows.kind.columns if column.is_count and column.title in rows.known}
    places = [(title, column, title not in counts) for title, column in table.places.items()]
    serial = next((title for title in table.places if title_of(title) == SERIAL_TITLE), None)
    required = [rows.known[column.title] for column in rows.kind.columns if column.required and column.title in rows.known]
    named = rows.known.get(NAME) if rows.kind.a_person_a_row else None
    merged = bool(table.sheet.merged)
    checked_in, stayed, shifts = _of_nights(rows)
    rows.tells_stay = stayed is not None
    left = next((title for title in table.places if title_of(title) in (CHECK_OUT, "签退", "离岗时间")), "")
    parts = _day_parts(rows)
    month, noted = "", False
    for line in rows.lines():
        row = table.sheet.rows[line]
        width = len(row)
        if merged:
            found = {title: table.cell(line, column, filled) for title, column, filled in places}
        else:
            found = {title: row[column] if column < width else None for title, column, _ in places}
        filled_titles = [title for title, value in found.items() if text_of(value)]
        if serial is not None and filled_titles == [serial] and re.fullmatch(r"\d+(\.0)?", plain(found[serial])):
            continue  # nothing but its serial number
        first = found[filled_titles[0]]
        signed = is_footer([text_of(first)]) and all(":" in plain(found[title]) for title in filled_titles)
        if is_sum(first) or signed or (is_footer([text_of(first)]) and not all(title in filled_titles for title in required)):
            rows.skip(line, [text_of(found[title]) for title in filled_titles])
            noted = True
            continue
        if noted and len(filled_titles) == 1 and not is_day_title(first):  # a note goes on below
            rows.skip(line, [text_of(first)])
            continue
        noted = False
        if serial and plain(found[serial]) in EXAMPLE and _is_example(rows, found):
            rows.skip(line, ["示例"])
            continue
        at_night = is_night_check_in(found[checked_in], found.get(left)) if checked_in is not None else True
        if at_night is False or any(DAYTIME.fullmatch(plain(found[title])) for title in shifts):
            rows.pass_over("白天的打卡或没有打卡,不是住夜" if at_night is False else "白天的班,不是住夜", table.sheet.numbers[line])
            continue
        if stayed is not None and text_of(found[stayed]) and is_night_mark(found[stayed]) is False:
            rows.pass_over("写明没有住夜", table.sheet.numbers[line])
            continue
        if parts:
            month = plain(found[parts[1]]) or month
            found[parts[2]] = _whole_day(plain(found.get(parts[0])), month, found[parts[2]])
        whole = Row(table.sheet.numbers[line], found, rows)
        yield from _each_named(whole, named, counts) if named else (whole,)


def _of_nights(rows: Rows) -> tuple[str | None, str | None, list[str]]:
    """The headings under which a ledger of nights tells of check-ins, whether it is a night, and the shift, where anything stands there."""
    if STAYED not in rows.kind.by_title():
        return None, None, []
    filled = {title for title, column in rows.table.places.items() if any(text_of(rows.table.cell(line, column)) for line in rows.lines())}
    told = [title for title in (rows.known.get(CHECK_IN), rows.known.get(STAYED)) if title is None or title in filled]
    checked_in, stayed = (rows.known.get(title) if rows.known.get(title) in told else None for title in (CHECK_IN, STAYED))
    return checked_in, stayed, [title for title in filled if title_of(title) in SHIFTS]


DAY_PARTS = ("年", "年份", "月", "月份", "日")
"""A ledger may write a day in one column, or in one for each part."""


def _day_parts(rows: Rows) -> tuple[str, str, str] | None:
    """The headings of year ('' where there is none), month and day, where a day stands in several columns."""
    there = {title_of(title): title for title in rows.table.places if title not in rows.known.values() or title == rows.known.get(DAY)}
    month = there.get("月") or there.get("月份")
    return (there.get("年") or there.get("年份") or "", month, rows.known[DAY]) if month and DAY in rows.known else None


def _whole_day(year: str, month: str, day: Cell) -> Cell:
    """10 and 8 → 10月8日; a cell that says its month itself, or no day at all, stays."""
    said = plain(day).removesuffix(".0").removesuffix("日").removesuffix("号")
    if not month or not re.fullmatch(r"\d{1,2}", said):
        return day
    number = month.removesuffix(".0").removesuffix("份").removesuffix("月")
    return f"{year.removesuffix('.0').removesuffix('年')}年{number}月{said}日" if year else f"{number}月{said}日"


def _is_example(rows: Rows, found: Mapping[str, Cell]) -> bool:
    """The template's own example; one that somebody has typed over is a row."""
    given = [(column, found.get(rows.known.get(column.title, ""))) for column in rows.kind.columns]
    return all(text_of(value) in ("", column.example) for column, value in given)


def _each_named(row: Row, named: str, counts: set[str]) -> Iterator[Row]:
    """A row for each name in the cell; what is counted stands in the first, so that it is counted once."""
    said = row.cells.get(named)
    people = people_in(text_of(said), row.rows.names) if row.rows is not None else []
    if len(people) < 2:  # noqa: PLR2004 (one person: the row as it is)
        yield row
        return
    for place, one in enumerate(people):
        other = dict.fromkeys(counts) if place else {}
        yield replace(row, cells={**row.cells, named: one, **other}, part=one)


# --- rosters -------------------------------------------------------------------------------------------------------------


def _roster(rows: Rows) -> Iterator[Row]:
    table = rows.table
    days = [column for title, column in table.places.items() if title_of(title) == title_of(rows.known[DAY])]
    posts = [column for title, column in table.places.items() if is_post(title_of(title))]
    phones = {column: _phone_beside(table, column, posts) for column in posts}
    turns = _turns(rows.kind, [title_of(title) for title in table.places], {column: title_of(table.titles[column]) for column in posts})
    for line in rows.lines():
        texts = [text_of(table.cell(line, column, False)) for column in table.places.values()]
        texts = [text for text in texts if text]
        if is_footer(texts) or is_sum(texts[0]):
            rows.skip(line, texts)
            continue
        shared = _group_line(table, line)
        own = _day_text(table, line, days)
        on = own or (_day_text(table, shared, days) if shared is not None else "")
        for column in posts:
            # A name merged downwards is on for every day of its own below it; of one group of lines it is one person.
            said = text_of(table.cell(line, column, bool(own)))
            people = people_in(said, rows.names)
            phone = phones[column]
            for one in people:
                beside = text_of(table.cell(line, phone)) if phone is not None and len(people) == 1 else ""
                told = phone_in(one) or phone_in(beside) or ""
                if plain(one) in NOBODY:
                    continue
                for day in days_in(on) or [""]:
                    yield rows.derived(line, column, {DAY: day, NAME: one, PHONE: told, **turns[column]})


def post_column(table: Table) -> int | None:
    """The column left of the days that holds posts, of a roster with a post a line."""
    first = min((column for title, column in table.places.items() if is_day_title(title)), default=0)
    return next((column for column in range(first) if any(is_post(_post_at(table, line, column)) for line in table.lines())), None)


def _post_at(table: Table, line: int, column: int) -> str:
    return title_of(text_of(table.cell(line, column)))


def _across(table: Table, line: int, column: int) -> str:
    """What a cell says; one merged over several days says it of each."""
    origin = table.sheet.merged.get((line, column), (line, column))
    return text_of(table.cell(line, column)) or text_of(table.cell(line, origin[1]))


def _roster_across(rows: Rows) -> Iterator[Row]:
    table, column = rows.table, post_column(rows.table)
    if column is None:
        return
    days = day_columns(table, rows.calendar.span is not None)
    posts = {line: _post_at(table, line, column) for line in rows.lines()}
    turns = _turns(rows.kind, list(posts.values()), posts)
    phones = set[int]()
    for line, post in posts.items():
        texts = [text for place in (column, *days) if (text := text_of(table.cell(line, place, False)))]
        others = [text.strip("周星期") for text in texts if title_of(text) != post]
        if line in phones or (others and not is_post(post) and all(text in WEEKDAYS for text in others)):
            continue  # whose number it is stands above it; the weekdays below the days
        if not is_post(post) or is_footer(texts) or is_sum(texts[0]):
            rows.skip(line, texts)
            continue
        beside = line + 1 if re.fullmatch("(?:联系)?(?:电话|手机)(?:号码?)?", posts.get(line + 1, "")) else None
        phones |= {beside} if beside is not None else set()
        for place, day in days.items():
            people = [one for one in people_in(_across(table, line, place), rows.names) if plain(one) not in NOBODY]
            for one in people:
                told = phone_in(_across(table, beside, place)) if beside is not None and len(people) == 1 else None
                yield rows.derived(line, place, {DAY: day, NAME: one, PHONE: phone_in(one) or told or "", **turns[line]})


def _turns(kind: Kind, titles: list[str], posts: Mapping[int, str]) -> dict[int, dict[str, Cell]]:
    """By column (or line) what its people are on for, where the ledger keeps that. 值班领导 leads where nobody else does (带班)."""
    if TURN not in kind.by_title():
        return {column: {} for column in posts}
    leads = any("带班" in title or "主班" in title for title in titles)
    found: dict[int, dict[str, Cell]] = {}
    for column, title in posts.items():
        if "带班" in title or "主班" in title:
            turn = LEAD
        elif "领导" in title or "班子" in title or "成员" in title or "副班" in title:
            turn = MEMBER if leads or "领导" not in title else LEAD
        else:
            turn = STAFF
        found[column] = {TURN: turn}
    return found


def _phone_beside(table: Table, column: int, posts: list[int]) -> int | None:
    """The next column of phones right of a post, before the next post; the office's own number is nobody's."""
    after = min((other for other in posts if other > column), default=len(table.titles))
    for beside in range(column + 1, after):
        title = title_of(table.titles[beside])
        if re.search("电话|手机", title) and not re.search("值班|24|办公", title):
            return beside
    return None


def _group_line(table: Table, line: int) -> int | None:
    """The first line of a group whose number or leader is merged over this one."""
    origins = [
        table.sheet.merged[line, column][0]
        for column in table.places.values()
        if (line, column) in table.sheet.merged and table.sheet.merged[line, column][1] == column
    ]
    return min(origins) if origins else None


def _day_text(table: Table, line: int, days: list[int]) -> Cell:
    found = [table.cell(line, column) for column in days]
    filled = [value for value in found if text_of(value)]
    return filled[0] if len(filled) == 1 else "".join(text_of(value) for value in filled)


def days_in(said: Cell) -> list[Cell]:
    """One day as it is, or each of a list (10月1日17日, 2日、18日), with the month that stands before it; a stretch is no list."""
    text = text_of(said)
    if not text:
        return []
    try:
        written_day(said)
    except Fault:
        pass
    else:
        return [said]
    found: list[Cell] = []
    year = month = ""
    place = 0
    half = unicodedata.normalize("NFKC", text)
    for one in re.finditer(r"(?:(20\d\d)年)?(?:(\d{1,2})月)?(\d{1,2})(?:日|号|(?=[、,;\s]|$))[、,;\s及和]*", half):
        if one.start() != place:
            return [said]
        year, month = one[1] or year, one[2] or month
        found.append(f"{year}年{month}月{one[3]}日" if year and month else f"{month}月{one[3]}日" if month else f"{one[3]}日")
        place = one.end()
    return found if place == len(half) and found else [said]


# --- what the year is checked against ------------------------------------------------------------------------------------


def weekday_of(value: Cell) -> int | None:
    """星期四, 周四, 四 → 3 (0 = Monday)."""
    text = plain(value).removeprefix("星期").removeprefix("周").replace("天", "日")
    return WEEKDAYS.index(text) if len(text) == 1 and text in WEEKDAYS else None


def first_days(table: Table, known: Mapping[str, str], lines: int = 200) -> list[tuple[values.Written, int | None]]:
    """Days of the first lines as they are written, each with the weekday beside it: what the year is checked against."""
    column = table.places.get(known.get(DAY, ""))
    weekdays = next((place for title, place in table.places.items() if title_of(title) in ("星期", "周", "星期几")), None)
    found: list[tuple[values.Written, int | None]] = []
    if column is None:
        return found
    for line in table.lines():
        if len(found) >= lines:
            break
        try:
            day = written_day(table.cell(line, column))
        except Fault:
            continue
        if day is not None:
            beside = weekday_of(table.cell(line, weekdays)) if weekdays is not None else None
            inside = re.search(r"(?:星期|周)([一二三四五六日天])", day.said)
            found.append((day, weekday_of(inside[1]) if inside else beside))
    return found
