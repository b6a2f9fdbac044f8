"""Workbooks the board gives out: the template of a ledger.

Everything is written as text: a value that looks like a formula is a text, a code keeps its zeros, a phone its digits.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import xlsxwriter

from ingest.ledgers import cells
from ingest.ledgers.kind import Kind
from ingest.ledgers.reading import Column, Form

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


def text_workbook(path: Path) -> xlsxwriter.Workbook:
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
    book = text_workbook(path)
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
