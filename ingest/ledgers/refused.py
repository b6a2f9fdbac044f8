"""Refused rows on their way back to the office: kept whole with the log, and written as a workbook that loads as it is once mended."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.ledgers.kind import Kind
from ingest.ledgers.reading import Refusal
from ingest.ledgers.tables import ADDED_TITLES, title_of
from ingest.ledgers.template import text_workbook
from ingest.ledgers.years import answered, days_between, stated


@dataclass(frozen=True)
class Returned:
    """A refused row without the file it came from. ``above``: the lines over its table, which tell year, month and unit."""

    sheet: str
    above: tuple[str, ...]
    number: int
    column: str
    reason: str
    cells: tuple[tuple[str, str], ...]


def returned(one: Refusal, kind: Kind) -> Returned:
    cells = tuple((title, text) for title, text in one.row.shown())
    return Returned(one.row.sheet, _above(one, kind), one.row.number, one.column, one.reason, cells)


def _above(one: Refusal, kind: Kind) -> tuple[str, ...]:
    """The titles, and what the file knew from elsewhere: its own name, its sheet's, or what the clerk answered."""
    rows = one.row.rows
    if rows is None:
        return ()
    when, told = rows.calendar, stated(rows.table.above)
    lines: list[str] = []
    year = month = ""
    if when.span is not None:
        lines += [days_between(when.span)] if told.span != when.span else []
    elif when.year is not None and told.years:
        lines += [answered(when.year)] if told.years != (when.year,) else []
    elif when.year is not None:
        year = f"{when.year}年"
    if when.month is not None and (year or told.month is None):
        month = f"{when.month}月"
    unit = "" if rows.unit_name is None or any(rows.unit_name in said for said in rows.table.above) else rows.unit_name
    if unit or year or month:
        lines.insert(0, f"{unit}{year}{month}{kind.name}")
    section = rows.section_names.get(one.row.unit or "")  # nearer than the titles, so before them
    return (*([section] if section else []), *rows.table.above, *lines)


def write_refused(rows: Sequence[Returned], wanted: Path) -> Path:
    """The rows as they were, with 行号 and 退回原因 first, a sheet for each sheet they come from, under the titles they stood under.

    Returns where: at ``wanted``, or beside it with a number where a file stands there already, which somebody may be mending. It appears
    whole or not at all.
    """
    path = free_path(wanted)
    part = path.with_name(f".{path.name}.part")
    try:
        _write(rows, part)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        raise
    return path


def free_path(wanted: Path) -> Path:
    """``wanted``, with a number where that is taken: an empty file that holds the name, so that of two that write at once none takes the
    other's."""
    path, number = wanted, 2
    while True:
        try:
            path.touch(exist_ok=False)
        except FileExistsError:
            path = wanted.with_stem(f"{wanted.stem}-{number}")
            number += 1
        else:
            return path


def _write(rows: Sequence[Returned], path: Path) -> None:
    book = text_workbook(path)
    head = book.add_format({"bold": True, "bg_color": "#E8EDF3", "border": 1, "border_color": "#C8CDD3"})
    text = book.add_format({"num_format": "@"})
    why = book.add_format({"num_format": "@", "font_color": "#A8322A", "text_wrap": True, "valign": "top"})
    wrong = book.add_format({"num_format": "@", "bg_color": "#FBEEEC", "font_color": "#A8322A"})
    tables: dict[tuple[str, tuple[str, ...]], list[Returned]] = {}
    for one in rows:
        tables.setdefault((one.sheet, one.above), []).append(one)
    names: set[str] = set()
    for (name, above), listed in tables.items():
        sheet = book.add_worksheet(_sheet_name(name, names))
        titles = list(dict.fromkeys(title for one in listed for title, _ in one.cells))
        for line, said in enumerate(above):
            sheet.write_string(line, 0, said, text)
        top = len(above)
        sheet.freeze_panes(top + 1, 2)
        sheet.set_column(0, 0, 7, text)
        sheet.set_column(1, 1, 52, text)
        sheet.set_column(2, max(2, len(titles) + 1), 16, text)
        for place, title in enumerate((*ADDED_TITLES, *titles)):
            sheet.write_string(top, place, title, head)
        for line, one in enumerate(listed, start=top + 1):
            sheet.write_string(line, 0, str(one.number), text)
            sheet.write_string(line, 1, f"{one.column}:{one.reason}", why)
            cells = dict(one.cells)
            for place, title in enumerate(titles, start=2):
                sheet.write_string(line, place, cells.get(title, ""), wrong if title_of(title) == one.column else text)
    book.close()


LONGEST_SHEET_NAME = 31


def _sheet_name(name: str, taken: set[str]) -> str:
    """A name that a workbook takes and that is not ``taken`` yet."""
    wanted = re.sub(r"[\[\]:*?/\\]", "_", name)[: LONGEST_SHEET_NAME - 4].strip("'") or "退回的行"
    number = 2
    found = wanted
    while found.lower() in taken:
        found = f"{wanted}({number})"
        number += 1
    taken.add(found.lower())
    return found
