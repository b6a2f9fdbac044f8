"""A workbook an office can compute with: typed cells, frozen headings, widths for Chinese, notes that say what was counted."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from metrics.wording import MISSING, is_missing
from reports.tables import Column, Kind, Table, cell_text
from reports.wording import chinese_marks, clean, display_width

FONT = "等线"
"""What Office and WPS have; LibreOffice takes its own Chinese sans instead."""

NARROWEST, WIDEST, NOTE_WIDTH = 8, 48, 90
LINE = 16.5
"""Points from one line of a cell to the next."""
LONGEST_SHEET_NAME = 31
IN_SUM = " in the sum"
HEADER_ROW = 2
"""Rows 1 and 2 are title and subtitle; row 3 the headings, frozen and repeated on every printed page."""

NUMBER_FORMATS = {
    Kind.COUNT: "0",
    Kind.SHARE: "0.0%",
    Kind.NUMBER: "0.0",
    Kind.SCORE: "0.00",
    Kind.DAYS: "0.00",
    Kind.DATE: "yyyy-mm-dd",
    Kind.TIMESTAMP: "yyyy-mm-dd hh:mm",
}


def workbook_bytes(sheets: Sequence[Table], title: str = "", notes: tuple[tuple[str, str], ...] = ()) -> bytes:
    """One sheet a table and a last sheet 说明 with every table's notes; with several tables a first sheet 目录 that leads to them.

    ``title`` and ``notes`` are the whole file's.
    """
    out = io.BytesIO()
    # Strings are written as strings: a name that looks like a formula, a link or a number stays the name (write_string).
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"title": clean(title or sheets[0].title), "author": "", "comments": ""})
    styles = _styles(book)
    names = sheet_names([sheet.title for sheet in sheets])
    if len(sheets) > 1:
        _contents(book.add_worksheet("目录"), title, sheets, names, styles)
    for name, sheet in zip(names, sheets, strict=True):
        _table(book.add_worksheet(name), sheet, styles)
    _notes(book.add_worksheet("说明"), sheets, notes, styles)
    book.close()
    return out.getvalue()


def sheet_names(titles: Sequence[str]) -> list[str]:
    """Names Excel takes: at most 31 characters, none of ``[]:*?/\\``, unlike each other whatever the case."""
    taken = {"目录", "说明", "history"}
    names = []
    for title in titles:
        base = "".join("·" if sign in "[]:*?/\\" else sign for sign in clean(title)).strip("' ") or "表"
        name, count = _cut(base, LONGEST_SHEET_NAME), 1
        while name.lower() in taken:
            count += 1
            name = f"{_cut(base, LONGEST_SHEET_NAME - len(str(count)) - 1)}_{count}"
        taken.add(name.lower())
        names.append(name)
    return names


def _cut(text: str, units: int) -> str:
    """Excel counts UTF-16 units: 𠮷 and emoji take two."""
    while len(text.encode("utf-16-le")) // 2 > units:
        text = text[:-1]
    return text.rstrip("' ")


def _styles(book: Workbook) -> dict[str, Format]:
    base: dict[str, Any] = {"font_name": FONT, "font_size": 11, "valign": "vcenter"}
    edge = {"border": 1, "border_color": "#C9C4B8"}
    styles = {
        "title": book.add_format({**base, "font_size": 15, "bold": True}),
        "subtitle": book.add_format({**base, "font_color": "#5B5B5B"}),
        "head": book.add_format({**base, **edge, "bold": True, "bg_color": "#EFEBE2", "align": "center", "text_wrap": True}),
        "label": book.add_format({**base, "bold": True, "valign": "top"}),
        "wrapped": book.add_format({**base, "text_wrap": True, "valign": "top"}),
        "missing": book.add_format({**base, **edge, "align": "right", "font_color": "#5B5B5B"}),
        "link": book.add_format({**base, "font_color": "#1F4E79", "underline": 1}),
        str(Kind.TEXT): book.add_format({**base, **edge, "text_wrap": True}),
    }
    for kind, pattern in NUMBER_FORMATS.items():
        styles[str(kind)] = book.add_format({**base, **edge, "num_format": pattern, "align": "right"})
        styles[f"{kind}{IN_SUM}"] = book.add_format({**base, **edge, "num_format": pattern, "align": "right", "bold": True})
    styles[f"{Kind.TEXT}{IN_SUM}"] = book.add_format({**base, **edge, "text_wrap": True, "bold": True})
    styles[f"missing{IN_SUM}"] = styles["missing"]
    return styles


def _said(text: object) -> str:
    """What the board itself says (titles, notes), as it is read; headings and cells stay as they are, for a program may look for them."""
    return chinese_marks(clean(text))


def _table(page: Worksheet, sheet: Table, styles: dict[str, Format]) -> None:
    page.write_string(0, 0, _said(sheet.title), styles["title"])
    page.write_string(1, 0, _said(sheet.subtitle), styles["subtitle"])
    for position, column in enumerate(sheet.file_columns):
        page.write_string(HEADER_ROW, position, clean(column.heading), styles["head"])
    keys = [column.key for column in sheet.file_columns]
    count = 0
    for count, row in enumerate(sheet.frame[keys].itertuples(index=False, name=None), start=1):
        row_style = IN_SUM if sheet.ends_in_sum and count == len(sheet.frame) else ""
        for position, (value, column) in enumerate(zip(row, sheet.file_columns, strict=True)):
            _cell(page, HEADER_ROW + count, position, value, column, styles, row_style)
    texts = sheet.texts()
    widths = []
    for position, column in enumerate(sheet.file_columns):
        widest = max([display_width(column.heading) + 2, *(display_width(row[position]) + 2 for row in texts)])
        widths.append(min(max(widest, NARROWEST), WIDEST))
        page.set_column(position, position, widths[-1])
    for number, row in enumerate(texts, start=HEADER_ROW + 1):
        _high_enough(page, number, max(map(_lines, row, widths), default=1))
    last_row, last_column = HEADER_ROW + count, len(sheet.file_columns) - 1
    page.freeze_panes(HEADER_ROW + 1, 0)
    if count:
        page.autofilter(HEADER_ROW, 0, last_row - sheet.ends_in_sum, last_column)  # the sum stays below whatever is sorted
        # Codes are texts of digits, on purpose: no green corner on each of them.
        page.ignore_errors({"number_stored_as_text": f"A{HEADER_ROW + 2}:XFD{last_row + 1}"})
    page.repeat_rows(HEADER_ROW)
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    if len(sheet.file_columns) > 8:
        page.set_landscape()
    page.set_footer("&C第 &P 页 共 &N 页")


def _lines(text: str, width: int) -> int:
    """Of a text that is wrapped in a column."""
    return sum(max(1, math.ceil(display_width(line) / (width - 1))) for line in text.split("\n"))


def _high_enough(page: Worksheet, row: int, lines: int) -> None:
    """A file without heights is one whose rows LibreOffice and WPS leave one line high."""
    if lines > 1:
        page.set_row(row, LINE * lines)


def _cell(page: Worksheet, row: int, position: int, value: object, column: Column, styles: dict[str, Format], row_style: str) -> None:
    if is_missing(value):
        text = cell_text(value, column)
        page.write_string(row, position, text, styles[("missing" if text == MISSING else str(Kind.TEXT)) + row_style])
    elif column.is_number:
        kind = Kind.COUNT if column.kind is Kind.NUMBER and float(value).is_integer() else column.kind  # type: ignore[arg-type]
        page.write_number(row, position, float(value), styles[f"{kind}{row_style}"])  # type: ignore[arg-type]
    elif column.kind in (Kind.DATE, Kind.TIMESTAMP) and isinstance(value, date | datetime):
        page.write_datetime(row, position, value, styles[f"{column.kind}{row_style}"])
    else:
        page.write_string(row, position, cell_text(value, column), styles[f"{Kind.TEXT}{row_style}"])


def _contents(page: Worksheet, title: str, sheets: Sequence[Table], names: Sequence[str], styles: dict[str, Format]) -> None:
    page.set_column(0, 0, 6)
    page.set_column(1, 1, 36)
    page.set_column(2, 2, 60)
    page.write_string(0, 0, _said(title), styles["title"])
    for position, heading in enumerate(("序号", "表", "内容")):
        page.write_string(2, position, heading, styles["head"])
    for row, (name, sheet) in enumerate(zip(names, sheets, strict=True), start=3):
        page.write_number(row, 0, row - 2, styles[str(Kind.COUNT)])
        quoted = name.replace("'", "''")
        page.write_url(row, 1, f"internal:'{quoted}'!A1", styles["link"], _said(sheet.title))
        page.write_string(row, 2, _said(sheet.subtitle), styles[str(Kind.TEXT)])
    page.freeze_panes(3, 0)
    page.set_paper(9)
    page.fit_to_pages(1, 0)


def _notes(page: Worksheet, sheets: Sequence[Table], notes: tuple[tuple[str, str], ...], styles: dict[str, Format]) -> None:
    page.set_column(0, 0, 14)
    page.set_column(1, 1, NOTE_WIDTH)
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    row = 0
    page.write_string(row, 0, "说明", styles["title"])
    blocks = [("", notes), *((sheet.title, (*sheet.notes, ("行数", _rows_words(sheet)))) for sheet in sheets)]
    for heading, pairs in blocks:
        row += 1
        if heading:
            row += 1
            page.write_string(row, 0, _said(heading), styles["label"])
        for label, text in pairs:
            row += 1
            page.write_string(row, 0, _said(label), styles["label"])
            page.write_string(row, 1, _said(text), styles["wrapped"])
            _high_enough(page, row, _lines(_said(text), NOTE_WIDTH))


def _rows_words(sheet: Table) -> str:
    count = len(sheet.frame) - sheet.ends_in_sum
    if sheet.cut:
        return f"只含前 {count} 行,后面还有;请缩小时段或选一个乡镇后再导出"
    return f"{count} 行,为筛选后的全部{';末行为合计' if sheet.ends_in_sum else ''}"
