"""Workbooks the board gives out: the template of a ledger, and the rows that were refused with the reason beside each.

Everything is written as text: a value that looks like a formula is a text, a code keeps its zeros, a phone its digits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from ingest.ledgers import cells
from ingest.ledgers.kinds import Kind
from ingest.ledgers.reading import Column, Form, Refusal
from ingest.ledgers.tables import title_of
from ingest.ledgers.years import stated

LINES = 5000
"""How far down formats and validations reach."""
WIDTHS = {Form.DAY: 13, Form.MOMENT: 18, Form.NUMBER: 11, Form.FLAG: 10, Form.WORD: 15, Form.AREA: 24, Form.NAME: 12, Form.PHONE: 14}
HOW = {
    Form.TEXT: "文字",
    Form.DAY: "日期,如 2026-10-08(也认 2026/10/8、20261008、2026年10月8日、10月8日)",
    Form.MOMENT: "日期和时间,如 2026-10-08 09:30;只有日期也可以",
    Form.NUMBER: "整数",
    Form.FLAG: "是或否",
    Form.WORD: "从下拉里选",
    Form.AREA: "区划全名(泥河镇河东村)或代码;也可分写在乡镇、村、片、组、邻几列",
    Form.NAME: "姓名",
    Form.PHONE: "电话号码",
}
RULES = (
    "第 1 行是表头,不要改列名;列的次序可以换,可以加自己的列(不装入)。",
    "第 2 行是示例,装入时自动跳过(序号写着“示例”);可以删去。",
    "一行一条,不要合并单元格;“合计”“小计”行自动跳过。",
    "表头里有的列,空格就是“空”;整列不要的,删去这一列,原有内容不动。",
    "同一条再次装入不会重复,只更新变动的列;不合格的行原样退回,写明原因,改好后再装入即可。",
    "代码、电话、编号请保持文本格式(模板已设好),否则 Excel 会改写长数字。",
)


def _workbook(path: Path) -> xlsxwriter.Workbook:
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    return xlsxwriter.Workbook(str(path), safe)


def _validation(column: Column) -> dict[str, Any] | None:
    match column.form:
        case Form.WORD if column.words:
            return {"validate": "list", "source": cells.choices(column.words), "ignore_blank": True, "error_message": "请从下拉里选"}
        case Form.FLAG:
            return {"validate": "list", "source": ["是", "否"], "ignore_blank": True, "error_message": "请填“是”或“否”"}
        case Form.NUMBER:
            # Text-formatted digits pass: the reader takes 12, １２ and 12人 alike, so this only warns.
            bounds = {"minimum": column.least, "maximum": column.most}
            said = {"error_message": f"应为 {column.least}–{column.most} 的整数", "error_type": "warning"}
            return {"validate": "integer", "criteria": "between", "ignore_blank": True, **bounds, **said}
    return None


def _prompt(column: Column) -> dict[str, Any]:
    said = "必填。" if column.required else "选填。"
    return {
        "validate": "any",
        "input_title": column.title,
        "input_message": f"{said}{HOW[column.form]}{';' + column.hint if column.hint else ''}"[:250],
    }


def write_template(kind: Kind, path: Path) -> None:
    """The empty ledger: titles, an example row, drop-down lists, text formats; and a sheet 说明."""
    book = _workbook(path)
    head = book.add_format(
        {"bold": True, "bg_color": "#E8EDF3", "border": 1, "border_color": "#C8CDD3", "valign": "vcenter", "num_format": "@"}
    )
    must = book.add_format(
        {"bold": True, "bg_color": "#DCE6F0", "border": 1, "border_color": "#C8CDD3", "valign": "vcenter", "font_color": "#1F4E79"}
    )
    example = book.add_format({"italic": True, "font_color": "#777777", "num_format": "@"})
    text, number = book.add_format({"num_format": "@"}), book.add_format({"num_format": "0"})
    sheet = book.add_worksheet(kind.name)
    sheet.freeze_panes(1, 0)
    sheet.set_row(0, 22)
    sheet.set_column(0, 0, 7, text)
    sheet.write_string(0, 0, "序号", head)
    sheet.write_string(1, 0, "示例", example)
    needed = {title for titles in kind.needed for title in titles[:1]}
    for place, column in enumerate(kind.columns, start=1):
        sheet.set_column(place, place, WIDTHS.get(column.form, 20), number if column.form is Form.NUMBER else text)
        required = column.required or column.title in needed
        sheet.write_string(0, place, f"{column.title}*" if required else column.title, must if required else head)
        sheet.write_string(1, place, column.example, example)
        options = (_validation(column) or {"validate": "any"}) | {key: value for key, value in _prompt(column).items() if key != "validate"}
        sheet.data_validation(1, place, LINES, place, options)
    _explained(book, kind, head, text)
    book.set_properties({"title": f"{kind.name}台账模板"})
    book.close()


def _explained(book: xlsxwriter.Workbook, kind: Kind, head: Any, text: Any) -> None:
    wrap = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    sheet = book.add_worksheet("说明")
    sheet.set_column(0, 0, 14, text)
    sheet.set_column(1, 1, 8, text)
    sheet.set_column(2, 3, 60, wrap)
    sheet.write_string(0, 0, f"{kind.name}台账:{kind.purpose}", book.add_format({"bold": True, "font_size": 13}))
    for line, rule in enumerate(RULES, start=1):
        sheet.write_string(line, 0, f"{line}. {rule}")
    start = len(RULES) + 2
    for place, title in enumerate(("栏目说明", "必填", "怎么填", "可选的词")):
        sheet.write_string(start, place, title, head)
    needed = {title for titles in kind.needed for title in titles[:1]}
    for line, column in enumerate(kind.columns, start=start + 1):
        sheet.write_string(line, 0, column.title, wrap)
        sheet.write_string(line, 1, "必填" if column.required or column.title in needed else "选填", wrap)
        sheet.write_string(line, 2, f"{HOW[column.form]}{'。' + column.hint if column.hint else ''}", wrap)
        sheet.write_string(line, 3, "、".join(cells.choices(column.words)) if column.words else "", wrap)


def write_refused(refused: Sequence[Refusal], path: Path, kind: Kind | None = None) -> None:
    """The refused rows as they were, with 行号 and 退回原因 first; mended, the same file can be loaded.

    A sheet for each sheet they come from, under the titles they stood under: year, month and unit are told there.
    """
    book = _workbook(path)
    head = book.add_format({"bold": True, "bg_color": "#E8EDF3", "border": 1, "border_color": "#C8CDD3"})
    text = book.add_format({"num_format": "@"})
    why = book.add_format({"num_format": "@", "font_color": "#A8322A", "text_wrap": True, "valign": "top"})
    wrong = book.add_format({"num_format": "@", "bg_color": "#FBEEEC", "font_color": "#A8322A"})
    tables: dict[tuple[str, tuple[str, ...]], list[Refusal]] = {}
    for one in refused:
        rows = one.row.rows
        tables.setdefault((one.row.sheet, rows.table.above if rows is not None else ()), []).append(one)
    names: set[str] = set()
    for (name, above), listed in tables.items():
        sheet = book.add_worksheet(_sheet_name(name, names))
        titles = list(dict.fromkeys(title for one in listed for title in one.row.cells))
        lines = [*above, *_context(listed[0], kind)]
        for line, said in enumerate(lines):
            sheet.write_string(line, 0, said, text)
        top = len(lines)
        sheet.freeze_panes(top + 1, 2)
        sheet.set_column(0, 0, 7, text)
        sheet.set_column(1, 1, 52, text)
        sheet.set_column(2, max(2, len(titles) + 1), 16, text)
        for place, title in enumerate(("行号", "退回原因", *titles)):
            sheet.write_string(top, place, title, head)
        for line, one in enumerate(listed, start=top + 1):
            sheet.write_string(line, 0, str(one.row.number), text)
            sheet.write_string(line, 1, f"{one.column}:{one.reason}", why)
            cells_by_title = dict(one.row.shown())
            for place, title in enumerate(titles, start=2):
                sheet.write_string(line, place, cells_by_title.get(title, ""), wrong if title_of(title) == one.column else text)
    book.close()


LONGEST_SHEET_NAME = 31


def _sheet_name(name: str, taken: set[str]) -> str:
    wanted = re.sub(r"[\[\]:*?/\\]", "_", name)[: LONGEST_SHEET_NAME - 4].strip("'") or "退回的行"
    number = 2
    found = wanted
    while found.lower() in taken:
        found = f"{wanted}({number})"
        number += 1
    taken.add(found.lower())
    return found


def _context(one: Refusal, kind: Kind | None) -> list[str]:
    """What the table's own titles do not say and the first file knew from elsewhere: its name, or what the clerk answered."""
    rows = one.row.rows
    if rows is None or kind is None:
        return []
    when, unit = rows.calendar, rows.unit_name
    told = stated(rows.table.above)
    year = f"{when.year}年" if when.year is not None and when.year not in told.years else ""
    month = f"{when.month}月" if when.month is not None and (year or told.month is None) else ""
    unit = "" if unit is None or any(unit in said for said in rows.table.above) else unit
    return [f"{unit}{year}{month}{kind.name}"] if unit or year or month else []
