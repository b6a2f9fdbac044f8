"""Tables with a day a column, or a person a column, and marks: 签到表, 考勤表. Each mark of a night becomes a row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from ingest.ledgers.cells import plain, text_of
from ingest.ledgers.formats import Cell
from ingest.ledgers.presence import DAYTIME, MARK, SHIFTS, is_night_mark, legend
from ingest.ledgers.tables import Table, is_day_title, is_footer, is_post, is_sum, title_of

if TYPE_CHECKING:
    from ingest.ledgers.layouts import Row, Rows

DAY, NAME = "日期", "姓名"
WEEKDAYS = "一二三四五六日天"
FEWEST_PEOPLE = 2
"""Columns of marks under names that make a table of days by people."""
_WHOLE_DAY = re.compile(r"(?:(?P<year>20\d\d)[年./-])?(?P<month>\d{1,2})[月./-](?P<day>\d{1,2})日?")
_NAME = re.compile(r"[\u4e00-\u9fff·]{2,6}")
DECEMBER = 12


def person_by_day(rows: Rows) -> Iterator[Row]:
    table = rows.table
    name = table.places[rows.known[NAME]]
    days = day_columns(table, rows.calendar.span is not None)
    meanings = legend([*table.above, *_explanations(table)])
    shifts = [column for title, column in table.places.items() if title_of(title) in SHIFTS]
    for line in rows.lines():
        person = table.cell(line, name)
        texts = [text for column in table.places.values() if (text := text_of(table.cell(line, column, False)))]
        if is_footer(texts) or is_sum(texts[0]) or _explains(texts):
            rows.skip(line, texts)
            continue
        if not text_of(person) and all(text.strip("周星期") in WEEKDAYS for text in texts):
            continue  # the weekdays below the days
        if any(DAYTIME.fullmatch(plain(table.cell(line, column))) for column in shifts):
            rows.pass_over("白天的班,不是住夜", table.sheet.numbers[line])
            continue
        yield from _marked(rows, line, {column: {DAY: day, NAME: person} for column, day in days.items()}, meanings)


def day_by_person(rows: Rows) -> Iterator[Row]:
    table = rows.table
    day = table.places[rows.known[DAY]]
    people = mark_columns(table)
    meanings = legend([*table.above, *_explanations(table)])
    for line in rows.lines():
        texts = [text for column in table.places.values() if (text := text_of(table.cell(line, column, False)))]
        if is_footer(texts) or is_sum(texts[0]) or _explains(texts):
            rows.skip(line, texts)
            continue
        yield from _marked(rows, line, {column: {DAY: table.cell(line, day), NAME: name} for column, name in people.items()}, meanings)


def _marked(rows: Rows, line: int, cells: dict[int, dict[str, Cell]], meanings: dict[str, str]) -> Iterator[Row]:
    for column, made in cells.items():
        mark = rows.table.cell(line, column, False)
        there = is_night_mark(mark, meanings)
        if there is None:
            meant = meanings.get(plain(mark))
            yield rows.derived(line, column, made | {MARK: f"{text_of(mark)}({meant})" if meant else text_of(mark)})
        elif there:
            yield rows.derived(line, column, made)


def _explanations(table: Table) -> list[str]:
    """Lines below the marks that say what they mean."""
    texts = ([text for value in table.sheet.rows[line] if (text := text_of(value))] for line in range(table.first, table.last))
    return [text for line in texts if _explains(line) or is_footer(line) for text in line]


def _explains(texts: list[str]) -> bool:
    return len(texts) == 1 and (bool(re.match("(图例|符号|标记|说明|注)", texts[0])) or len(legend(texts)) > 1)


def day_columns(table: Table, spanned: bool = False) -> dict[int, Cell]:
    """The day that each column of a person × day table is; a month that one heading says goes on to those right of it.

    ``spanned``: the titles say from which day to which, so that 26 … 30, 1, 2 is no riddle.
    """
    found: dict[int, Cell] = {}
    year, month, before = "", 0, 0
    titles = [(column, _day_text(title)) for title, column in table.places.items() if is_day_title(title)]
    bare = [int(text.removesuffix("日")) for _, text in titles if re.fullmatch(r"\d{1,2}日?", text)]
    turns = any(later < earlier for earlier, later in pairwise(bare))
    for column, text in titles:
        whole = _WHOLE_DAY.fullmatch(text)
        if whole:
            year, month, before = whole["year"] or year, int(whole["month"]), int(whole["day"])
            found[column] = text
            continue
        day = int(text.removesuffix("日")) if re.fullmatch(r"\d{1,2}日?", text) else 0
        if month and day:
            if day < before:
                year, month = (str(int(year) + 1) if year and month == DECEMBER else year), month % DECEMBER + 1
            before = day
            found[column] = f"{year}年{month}月{day}日" if year else f"{month}月{day}日"
        else:
            found[column] = f"{text}(表头跨月,没有写是几月)" if day and turns and not spanned else f"{day}日" if day else text
    return found


def _day_text(title: str) -> str:
    """The day of a heading, without the weekday beside it: 1日(周四), 1(四), 10.1四."""
    text = re.sub(r"\(.*", "", plain(title)).removesuffix(".0").replace("号", "日")
    return re.sub(r"(?:(?:星期|周)[一二三四五六日天]|[一二三四五六天]|(?<=日)日)$", "", text)


def mark_columns(table: Table) -> dict[int, str]:
    """Columns headed by what may be a name, with nothing but marks below: of a table of days by people."""
    found: dict[int, str] = {}
    stayed = False
    for title, column in table.places.items():
        if not _NAME.fullmatch(title_of(title)) or is_post(title_of(title)):
            continue
        marks = [mark for line in table.lines() if text_of(mark := table.cell(line, column, False))]
        understood = [is_night_mark(mark) for mark in marks]
        if sum(one is not None for one in understood) * 2 > len(understood):
            found[column] = title
            stayed = stayed or any(understood)
    return found if stayed and len(found) >= FEWEST_PEOPLE else {}
