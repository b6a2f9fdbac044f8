"""A file's content → sheets of cells, whatever its name says: workbooks by calamine, HTML and XML tables saved as .xls, and CSV.

:func:`main` runs in a process of its own, which :mod:`ingest.ledgers.files` starts: a small file may unpack
to gigabytes, and a parser written for good files may fall over a broken one. The answer is a pickle on its standard output.
"""

from __future__ import annotations

import io
import pickle
import re
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from ingest.ledgers import delimited

if sys.platform != "win32":
    import resource

MOST_UNPACKED = 500 * 1024 * 1024
MOST_MEMORY = 2 * 1024 * 1024 * 1024
MOST_SECONDS = 120
MOST_CELLS = 8_000_000
"""A year of a county's busiest ledger has a quarter of it."""
MOST_LINES, MOST_COLUMNS = 2**20, 2**14
"""Of a sheet in Excel: what names a place beyond was made to be large, and would be before anything is refused."""
MOST_MERGED = 500_000
"""Cells that merged ranges cover: more is a sheet made to be large."""
SAVE_AGAIN = "请用 Excel 或 WPS 打开后另存为 .xlsx"
OLE, ZIP = b"\xd0\xcf\x11\xe0", b"PK"
OTHER_CONTENT = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"BM", "图片"),
    (b"{\\rtf", "Word 文档"),
    (b"Rar!", "压缩包"),
    (b"7z\xbc\xaf", "压缩包"),
)
"""Beginnings of files that hold no table."""

Place = tuple[int, int]
"""Line and column, from 0."""


class Unreadable(Exception):
    """The file as a whole cannot be read; the text (Chinese) says why and what to do."""


@dataclass(frozen=True)
class NoValue:
    """A cell of which the file does not tell the value: a formula that was never computed, or one that ended in an error."""

    reason: str


Cell = str | int | float | bool | date | datetime | time | timedelta | NoValue | None


@dataclass
class Sheet:
    """One sheet, from its first line and column on. ``numbers``: the line in the file where each row begins, from 1.

    ``merged``: a covered cell → the cell whose value it shows.
    """

    name: str
    rows: list[list[Cell]]
    numbers: list[int]
    hidden: bool = False
    merged: dict[Place, Place] = field(default_factory=dict)


def sheets_of(path: Path) -> list[Sheet]:
    """Raises :class:`Unreadable`."""
    head = path.read_bytes()[:4096]
    if head.startswith(ZIP):
        return _zipped(path)
    if head.startswith(OLE):
        return _old_workbook(path)
    for beginning, what in OTHER_CONTENT:
        if head.startswith(beginning):
            raise Unreadable(f"打不开:这是{what},不是表格。")
    data = path.read_bytes()
    if not data.strip(b"\x00 \r\n\t"):
        raise Unreadable("打不开:文件是空的。")
    try:
        text = delimited.decoded(data)
        return _written(data, text)
    except ValueError as problem:
        raise Unreadable("不是文本:CSV 请存为 UTF-8 或 GB18030 编码。") from problem


def _written(data: bytes, text: str) -> list[Sheet]:
    """What is text: XML, HTML, or CSV."""
    start = text[:4096].lstrip("\ufeff \r\n\t").lower()
    if start.startswith("<?xml") and "urn:schemas-microsoft-com:office:spreadsheet" in start:
        return _xml_tables(data)
    if start.startswith("<") and ("<html" in start or "<table" in start or "<!doctype html" in start):
        return _html_tables(delimited.decoded(data, declared=True))
    if delimited.most_cells(text) > MOST_CELLS:
        raise MemoryError
    lines = delimited.lines(text)
    return [Sheet("", [cells for _, cells in lines], [number for number, _ in lines])]  # type: ignore[misc]


# --- workbooks ---------------------------------------------------------------------------------------------------------


def _zipped(path: Path) -> list[Sheet]:
    try:
        with zipfile.ZipFile(path) as file:
            parts = file.infolist()
            if sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise Unreadable(f"展开后超过 {MOST_UNPACKED // 1024 // 1024} MB,请按月份分开,或删去多余的空行空列再存。")
            names = {part.filename for part in parts}
            for folder, what in (("word/", "Word 文档"), ("ppt/", "演示文稿")):
                if any(name.startswith(folder) for name in names):
                    raise Unreadable(f"打不开:这是{what},不是表格。")
            if any(part.flag_bits & 1 for part in parts):
                raise Unreadable("打不开:文件有密码,请去掉密码后另存。")
            missing = _cells_without_value(file) if "xl/workbook.xml" in names else {}
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as problem:
        raise Unreadable(f"打不开:文件已损坏,{SAVE_AGAIN}。") from problem
    return _workbook(path, missing)


def _old_workbook(path: Path) -> list[Sheet]:
    """The container of .xls and .et, of other old documents, and of whatever Office has encrypted."""
    data = path.read_bytes()
    for entry, why in (("EncryptedPackage", "文件有密码,请去掉密码后另存"), ("WordDocument", "这是Word 文档,不是表格")):
        if entry.encode("utf-16-le") in data:
            raise Unreadable(f"打不开:{why}。")
    return _workbook(path, {})


def _workbook(path: Path, missing: dict[str, dict[Place, NoValue]]) -> list[Sheet]:
    found: list[Sheet] = []
    name = ""
    try:
        with path.open("rb") as file, CalamineWorkbook.from_filelike(file) as book:
            for entry in book.sheets_metadata:
                if entry.typ is not SheetTypeEnum.WorkSheet:
                    continue
                name = entry.name
                sheet = book.get_sheet_by_name(name)
                rows: list[list[Cell]] = sheet.to_python(skip_empty_area=False)  # type: ignore[assignment]
                for (line, column), instead in missing.get(name, {}).items():
                    _put(rows, line, column, instead)
                rows = [row if any(value != "" for value in row) else [] for row in rows]  # a format that reaches to line 1,048,576
                hidden = entry.visible is not SheetVisibleEnum.Visible
                found.append(Sheet(name, rows, list(range(1, len(rows) + 1)), hidden, _covered(sheet.merged_cell_ranges or [], len(rows))))
    except PasswordError as problem:
        raise Unreadable("打不开:文件有密码,请去掉密码后另存。") from problem
    except CalamineError as problem:
        where = f"工作表“{name}”" if name else "文件"
        raise Unreadable(f"打不开:{where}已损坏,{SAVE_AGAIN}。") from problem
    return found


def _put(rows: list[list[Cell]], line: int, column: int, value: Cell) -> None:
    """Also where the last lines hold nothing else. Raises :class:`Unreadable` for a place that no sheet has."""
    if line >= MOST_LINES or column >= MOST_COLUMNS:
        raise Unreadable(f"展开后过大,{SAVE_AGAIN}。")
    while len(rows) <= line:
        rows.append([])
    rows[line] += [None] * (column + 1 - len(rows[line]))
    rows[line][column] = value


def _covered(ranges: list[tuple[Place, Place]], lines: int) -> dict[Place, Place]:
    found: dict[Place, Place] = {}
    for (top, left), (bottom, right) in ranges:
        last = min(bottom, lines - 1)
        if len(found) + max(0, last - top + 1) * (right - left + 1) > MOST_MERGED:
            raise Unreadable(f"合并的单元格过多,请取消合并后再存,或{SAVE_AGAIN}。")
        found |= {
            (line, column): (top, left)
            for line in range(top, last + 1)
            for column in range(left, right + 1)
            if (line, column) != (top, left)
        }
    return found


_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_VALUELESS = re.compile(
    rb"<(?:\w+:)?c\b(?P<head>[^>]*)>(?:<(?:\w+:)?f\b[^>]*/>|<(?:\w+:)?f\b[^>]*>[^<]*</(?:\w+:)?f>)?"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>(?P<value>[^<]*)</(?:\w+:)?v>)?</(?:\w+:)?c>"
)
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')


def _attribute(tag: bytes, name: str) -> str:
    found = re.search(rb"\b" + name.encode() + rb'="([^"]*)"', tag)
    return ElementTree.fromstring(b"<a>" + found[1] + b"</a>").text or "" if found else ""  # noqa: S314 (one attribute's text)


def _cells_without_value(file: zipfile.ZipFile) -> dict[str, dict[Place, NoValue]]:
    """Sheet's name → cells that calamine gives as empty though something stands there: formulas without a stored value, and errors."""
    try:
        relations = file.read("xl/_rels/workbook.xml.rels")
        targets = {_attribute(tag, "Id"): _attribute(tag, "Target") for tag in _RELATION.findall(relations)}
        sheets = [
            (_attribute(tag, "name"), targets.get(_attribute(tag, "r:id"), "")) for tag in _SHEET.findall(file.read("xl/workbook.xml"))
        ]
    except (KeyError, ElementTree.ParseError):
        return {}  # calamine will say what is wrong with it
    found: dict[str, dict[Place, NoValue]] = {}
    names = set(file.namelist())
    for name, target in sheets:
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if part in names:
            found[name] = dict(_valueless(file.read(part)))
    return found


def _valueless(xml: bytes) -> Iterator[tuple[Place, NoValue]]:
    if b"<f" not in xml and b":f" not in xml and b't="e"' not in xml:
        return
    for cell in _VALUELESS.finditer(xml):
        head, value = cell["head"], cell["value"] or b""
        is_error = b't="e"' in head
        reference = _REFERENCE.search(head)
        if reference is None or not (is_error or (not value and b"f" in cell[0][len(head) :] and b"<f" in cell[0])):
            continue
        letters, line = reference.groups()
        column = 0
        for letter in letters:
            column = column * 26 + letter - ord("A") + 1
        said = f"公式出错({value.decode(errors='replace')})" if is_error else "公式没有值,请用 Excel 或 WPS 打开保存一次"
        yield (int(line) - 1, column - 1), NoValue(said)


# --- HTML and XML tables -------------------------------------------------------------------------------------------------


class _Tables(HTMLParser):
    """Every table of a page; a cell that spans others is a merged one."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[Sheet] = []
        self.open: list[Sheet] = []
        self.taken: list[set[Place]] = []
        self.spans: list[tuple[int, int]] = []
        self.text: list[str] | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.open.append(Sheet("", [], []))
            self.taken.append(set())
        elif tag == "tr" and self.open:
            self.close_cell()
            self.open[-1].rows.append([])
        elif tag in ("td", "th") and self.open:
            self.close_cell()
            given = dict(attributes)
            self.spans = [(_span(given.get("rowspan")), _span(given.get("colspan")))]
            self.text = []
        elif tag in ("br", "p", "div") and self.text:
            self.text.append("\n")

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            self.text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr"):
            self.close_cell()
        elif tag == "table" and self.open:
            self.close_cell()
            sheet = self.open.pop()
            self.taken.pop()
            sheet.numbers = list(range(1, len(sheet.rows) + 1))
            self.sheets.append(sheet)

    def close_cell(self) -> None:
        if self.text is None or not self.open:
            return
        if not self.open[-1].rows:
            self.open[-1].rows.append([])
        sheet, taken = self.open[-1], self.taken[-1]
        line, column = len(sheet.rows) - 1, 0
        while (line, column) in taken:
            column += 1
        said = "\n".join(re.sub(r"[ \t\r\n\xa0]+", " ", part).strip() for part in "".join(self.text).split("\n"))
        _put(sheet.rows, line, column, said.strip())
        down, right = self.spans[0]
        if down * right > MOST_MERGED:
            raise Unreadable(f"展开后过大,{SAVE_AGAIN}。")
        cells = [(line + more, column + beside) for more in range(down) for beside in range(right)]
        taken.update(cells)
        sheet.merged |= dict.fromkeys(cells[1:], (line, column))
        if len(taken) > MOST_MERGED * 20:
            raise Unreadable(f"展开后过大,{SAVE_AGAIN}。")
        self.text = None


def _span(said: str | None) -> int:
    return max(1, min(int(said), 10_000)) if said and said.strip().isdigit() else 1


def _html_tables(text: str) -> list[Sheet]:
    parser = _Tables()
    parser.feed(text)
    while parser.open:  # what is left open at the end of a cut file
        parser.handle_endtag("table")
    if not parser.sheets:
        raise Unreadable(f"打不开:网页里没有表格,{SAVE_AGAIN}。")
    several = len(parser.sheets) > 1
    for number, sheet in enumerate(parser.sheets, start=1):
        sheet.name = f"表{number}" if several else ""
    return parser.sheets


_OFFICE = "{urn:schemas-microsoft-com:office:spreadsheet}"


def _xml_tables(data: bytes) -> list[Sheet]:
    """XML Spreadsheet 2003, which many systems export as .xls."""
    try:
        root = ElementTree.fromstring(data)  # noqa: S314 (in a process with little memory and time)
    except ElementTree.ParseError as problem:
        raise Unreadable(f"打不开:文件已损坏,{SAVE_AGAIN}。") from problem
    found = []
    for sheet in root.iter(f"{_OFFICE}Worksheet"):
        rows: list[list[Cell]] = []
        ranges: list[tuple[Place, Place]] = []
        line = -1
        for row in sheet.iter(f"{_OFFICE}Row"):
            line = int(row.get(f"{_OFFICE}Index", line + 2)) - 1
            column = -1
            for cell in row.iter(f"{_OFFICE}Cell"):
                column = int(cell.get(f"{_OFFICE}Index", column + 2)) - 1
                across, down = (int(cell.get(f"{_OFFICE}{way}", 0)) for way in ("MergeAcross", "MergeDown"))
                if across or down:
                    ranges.append(((line, column), (line + down, column + across)))
                _put(rows, line, column, _xml_value(cell.find(f"{_OFFICE}Data")))
                column += across
        found.append(Sheet(sheet.get(f"{_OFFICE}Name", ""), rows, list(range(1, len(rows) + 1)), merged=_covered(ranges, len(rows))))
    return found


def _xml_value(data: ElementTree.Element | None) -> Cell:
    if data is None:
        return None
    said = "".join(data.itertext())
    match data.get(f"{_OFFICE}Type"):
        case "Number":
            return float(said)
        case "DateTime":
            return datetime.fromisoformat(said)
        case "Error":
            return NoValue(f"公式出错({said})")
    return said


# --- the process ---------------------------------------------------------------------------------------------------------


def main() -> None:
    """The command line's one argument is the file."""
    path = Path(sys.argv[1])
    if sys.platform != "win32":  # Windows limits no process from within: there the other process stops it when its time is over
        for limit, most in ((resource.RLIMIT_AS, MOST_MEMORY), (resource.RLIMIT_CPU, MOST_SECONDS)):
            resource.setrlimit(limit, (most, most))
    answer: list[Sheet] | str
    try:
        answer = sheets_of(path)
        if sum(len(row) for sheet in answer for row in sheet.rows) > MOST_CELLS:
            raise MemoryError
    except Unreadable as problem:
        answer = str(problem)
    except MemoryError:
        answer = f"展开后过大,请按月份分开,或删去多余的空行空列再存;{SAVE_AGAIN}。"
    except Exception:
        answer = f"打不开:文件已损坏,{SAVE_AGAIN}。"
    out = io.BufferedWriter(io.FileIO(sys.stdout.fileno(), "wb", closefd=False), 1 << 20)
    pickle.dump(answer, out, protocol=pickle.HIGHEST_PROTOCOL)
    out.flush()
