"""A file → rows with their numbers. .xlsx by openpyxl's read-only mode (values, never formulas), .csv in UTF-8, UTF-16 or GB18030."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.utils.datetime import WINDOWS_EPOCH

from ingest.ledgers.cells import Cell, plain, text_of

HEADER_WITHIN = 15
"""Titles, units and dates stand above the header; it is looked for in this many lines."""
EMPTY_LINES_END = 2000
"""A sheet formatted down to line 1,048,576 is not read to its end."""
LARGEST_FILE = 200 * 1024 * 1024
EXAMPLE = frozenset({"示例", "例", "样例", "例如"})
SUMS = ("合计", "总计", "小计", "本页合计")


Line = tuple[int, Sequence[Cell]]
"""A line's number, from 1, and its cells."""
Lines = Iterator[Line]


class Unreadable(Exception):
    """The file as a whole cannot be read; the text (Chinese) says why and what to do."""


@dataclass(frozen=True)
class Row:
    """One line: its number in the file and its cells by the header's own title."""

    number: int
    cells: dict[str, Cell]

    def shown(self) -> list[list[str]]:
        return [[title, text_of(value)] for title, value in self.cells.items()]


@dataclass
class Sheet:
    """The lines under the header. ``titles``: the header as written; ``known``: canonical title → the header's own title."""

    titles: list[str]
    known: dict[str, str]
    year: int | None
    epoch: datetime
    lines: Lines
    skipped: int = 0

    def rows(self) -> Iterator[Row]:
        """Rows with something in them; examples and sums are counted in ``skipped``."""
        first = self.known.get("序号")
        for number, line in self.lines:
            cells = {title: line[place] if place < len(line) else None for place, title in enumerate(self.titles) if title}
            filled = [value for value in cells.values() if text_of(value)]
            if not filled or (len(filled) == 1 and first is not None and text_of(cells.get(first))):
                continue  # nothing, or nothing but its serial number
            if (first is not None and plain(cells.get(first)) in EXAMPLE) or plain(filled[0]) in SUMS:
                self.skipped += 1
                continue
            yield Row(number, cells)


def title_of(value: Cell) -> str:
    """A header's title for comparing: 姓 名*(必填) → 姓名."""
    return re.sub(r"[((].*?[))]|[**::]", "", plain(value))


def _pages(path: Path) -> Iterator[tuple[Lines, datetime]]:
    """Each sheet's lines, numbered from 1."""
    if path.suffix.lower() == ".csv":
        yield iter(list(_csv_lines(path))), WINDOWS_EPOCH
        return
    try:
        # Values, not formulas: what a formula last showed is what the office sees; a text like =cmd|… stays a text.
        book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except Exception as problem:  # zip, XML and encryption errors of many kinds
        hint = "旧版 .xls 或加密文件请另存为 .xlsx" if path.suffix.lower() != ".xlsx" or _is_old(path) else "文件已损坏,请用 Excel 重新另存"
        raise Unreadable(f"打不开“{path.name}”:{hint}。") from problem
    for sheet in book.worksheets:
        if hasattr(sheet, "reset_dimensions"):
            sheet.reset_dimensions()  # some programs write a wrong size
        yield _excel_lines(sheet.iter_rows(values_only=True)), book.epoch


def _is_old(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\xd0\xcf\x11\xe0"


def _excel_lines(rows: Iterable[Sequence[Cell]]) -> Lines:
    empty = 0
    for number, row in enumerate(rows, start=1):
        empty = 0 if any(value is not None for value in row) else empty + 1
        if empty > EMPTY_LINES_END:
            return
        yield number, row


def _csv_lines(path: Path) -> Lines:
    data = path.read_bytes()
    text = None
    encodings = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    if text is None or "\x00" in text:
        raise Unreadable(f"“{path.name}”不是文本:CSV 请存为 UTF-8 或 GB18030 编码。")
    head = text[:4000]
    delimiter = max(",\t;", key=head.count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        for line in reader:
            yield reader.line_num, line
    except csv.Error as problem:
        raise Unreadable(f"“{path.name}”第 {reader.line_num} 行读不出来:{problem}。") from problem


def _year_in(texts: Iterable[str]) -> int | None:
    for text in texts:
        matched = re.search(r"(?<!\d)(20\d{2})(?:年|[-_./]?\d{0,2}(?!\d))", text)
        if matched:
            return int(matched[1])
    return None


def _header(lines: Sequence[Line], canonical: dict[str, str]) -> tuple[int, list[str], dict[str, str]] | None:
    """The header's place among the first lines: where most known titles stand, cells merged from above filled in."""
    best: tuple[int, int, list[str], dict[str, str]] | None = None
    for place in range(len(lines)):
        titles: list[str] = []
        own = 0
        width = max(len(line) for _, line in lines[max(0, place - 2) : place + 1])
        for column in range(width):
            title = ""
            for above in range(place, max(-1, place - 3), -1):
                line = lines[above][1]
                title = text_of(line[column]) if column < len(line) else ""
                if title:
                    own += above == place and title_of(title) in canonical
                    break
            titles.append(title if title_of(title) in canonical or above == place else "")
        known: dict[str, str] = {}
        for title in titles:
            name = canonical.get(title_of(title))
            if name and name not in known:
                known[name] = title
        if own and (best is None or len(known) > best[0]):
            best = (len(known), place, titles, known)
    return None if best is None else (best[1], _distinct(best[2]), best[3])


def _distinct(titles: list[str]) -> list[str]:
    """Titles that stand twice get a number, so that no column is lost."""
    seen: dict[str, int] = {}
    found = []
    for title in titles:
        seen[title] = seen.get(title, 0) + 1
        found.append(title if not title or seen[title] == 1 else f"{title}({seen[title]})")
    return found


def read(path: Path, canonical: dict[str, str], required: Sequence[tuple[str, ...]], year: int | None = None) -> Sheet:
    """The sheet with the best header. ``canonical``: normalised title or synonym → canonical title.

    Of each tuple in ``required`` one title must stand in it. Raises :class:`Unreadable`.
    """
    if not path.is_file():
        raise Unreadable(f"没有文件“{path}”。")
    if path.suffix.lower() not in (".xlsx", ".xlsm", ".csv"):
        raise Unreadable(f"“{path.name}”不是 .xlsx 或 .csv;旧版 .xls 请另存为 .xlsx。")
    if path.stat().st_size > LARGEST_FILE:
        raise Unreadable(f"“{path.name}”超过 {LARGEST_FILE // 1024 // 1024} MB,请按月份分开。")
    best: Sheet | None = None
    for lines, epoch in _pages(path):
        head: list[Line] = []
        for numbered in lines:
            head.append(numbered)
            if len(head) >= HEADER_WITHIN:
                break
        found = _header(head, canonical)
        if found is None:
            continue
        place, titles, known = found
        if best is None or len(known) > len(best.known):
            above = (text_of(value) for _, line in head[:place] for value in line)
            stated = year or _year_in([*above, path.stem])
            best = Sheet(titles, known, stated, epoch, _chained(head[place + 1 :], lines))
    if best is None:
        raise Unreadable(f"“{path.name}”的前 {HEADER_WITHIN} 行里没有找到表头,应有:{'、'.join(titles[0] for titles in required)}。")
    missing = [titles[0] for titles in required if not any(title in best.known for title in titles)]
    if missing:
        raise Unreadable(f"“{path.name}”缺少列:{'、'.join(missing)}。可用 python -m ingest template 取得模板。")
    return best


def _chained(first: Sequence[Line], rest: Lines) -> Lines:
    yield from first
    yield from rest
