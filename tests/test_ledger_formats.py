"""What a file is its content tells; a file made to be large or broken is one sentence, in a process with limits."""

from __future__ import annotations

import struct
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from ingest.ledgers import formats
from ingest.ledgers.delimited import lines
from ingest.ledgers.files import opened
from ingest.ledgers.formats import NoValue, Sheet, Unreadable
from ingest.ledgers.tables import Table, letters

XML = """<?xml version="1.0"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Worksheet ss:Name="10月"><Table>
<Row><Cell><Data ss:Type="String">日期</Data></Cell><Cell><Data ss:Type="String">姓名</Data></Cell></Row>
<Row ss:Index="4"><Cell ss:MergeDown="1"><Data ss:Type="DateTime">2026-10-08T00:00:00.000</Data></Cell>
<Cell ss:Index="2"><Data ss:Type="Number">12</Data></Cell></Row>
</Table></Worksheet></Workbook>"""


def only_sheet(path: Path) -> Sheet:
    sheets = opened(path)
    assert len(sheets) == 1
    return sheets[0]


def test_an_xml_spreadsheet_named_xls(tmp_path: Path) -> None:
    (tmp_path / "导出.xls").write_text(XML, encoding="utf-8")
    sheet = only_sheet(tmp_path / "导出.xls")
    assert (sheet.name, sheet.rows[0], sheet.rows[3]) == ("10月", ["日期", "姓名"], [datetime(2026, 10, 8), 12.0])


def test_cells_of_a_page_that_span_others_are_merged(tmp_path: Path) -> None:
    page = "<html><table><tr><td rowspan=2>甲</td><td colspan=2>乙</td></tr><tr><td>丙<br>丁</td><td>戊</td></tr></table></html>"
    (tmp_path / "x.xls").write_text(page, encoding="utf-8")
    sheet = only_sheet(tmp_path / "x.xls")
    assert sheet.rows[1] == [None, "丙\n丁", "戊"]
    assert sheet.merged == {(1, 0): (0, 0), (0, 2): (0, 1)}


def test_hidden_sheets_and_merged_cells_are_known(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["甲", "乙"])
    book.active.append([None, "丙"])
    book.active.merge_cells("A1:A2")
    book.create_sheet("旧表").sheet_state = "veryHidden"
    book.save(tmp_path / "x.xlsx")
    shown, hidden = opened(tmp_path / "x.xlsx")
    assert (shown.hidden, hidden.hidden, shown.merged) == (False, True, {(1, 0): (0, 0)})
    table = Table(shown, (), ["一", "二"], 0, 0, 2)
    assert (table.cell(1, 0), table.cell(1, 0, filled=False), table.address(1, 1)) == ("甲", "", "Sheet!B2")


def test_a_formula_without_a_value_and_one_that_failed_say_so(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "x.xlsx"))
    sheet = book.add_worksheet("表 & 一")
    sheet.write_formula("A1", "=1+1", None, "")
    sheet.write_formula("B1", "=1/0", None, "#DIV/0!")
    sheet.write_formula("C1", "=1+1", None, 2)
    book.close()
    first, second, third = only_sheet(tmp_path / "x.xlsx").rows[0]
    assert isinstance(first, NoValue)
    assert second == NoValue("公式出错(#DIV/0!)")
    assert third == 2.0


def test_a_cell_at_the_far_corner_does_not_take_the_machine_down(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "x.xlsx"))
    sheet = book.add_worksheet()
    sheet.write(0, 0, "日期")
    sheet.write(1_048_575, 16_383, "x")
    book.close()
    with pytest.raises(Unreadable, match="太大或已损坏"):
        opened(tmp_path / "x.xlsx")


def test_a_file_that_unpacks_too_large_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "x.xlsx"))
    book.add_worksheet().write(0, 0, "日期")
    book.close()
    monkeypatch.setattr(formats, "MOST_UNPACKED", 1000)
    with pytest.raises(Unreadable, match="展开后超过"):
        formats.sheets_of(tmp_path / "x.xlsx")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a,b\n"x\ny",1\n', [(1, ["a", "b"]), (2, ["x\ny", "1"])]),
        ('a,b\n"x,1\ny,2\n', [(1, ["a", "b"]), (2, ['"x', "1"]), (3, ["y", "2"])]),
        ('a,b\n"x,1\ny,2\nz,"3"\n', [(1, ["a", "b"]), (2, ['"x', "1"]), (3, ["y", "2"]), (4, ["z", "3"])]),
        ('a,b\n"x""y",1\n5"管,2\n', [(1, ["a", "b"]), (2, ['x"y', "1"]), (3, ['5"管', "2"])]),
        ("a;b\n1,2,3;4\n", [(1, ["a", "b"]), (2, ["1,2,3", "4"])]),
        ('sep=|\r\na|b\r\n="01"|2', [(2, ["a", "b"]), (3, ["01", "2"])]),
    ],
)
def test_rows_of_csv(text: str, expected: list) -> None:
    assert lines(text) == expected


@pytest.mark.parametrize(("column", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_are_called_as_a_workbook_calls_them(column: int, name: str) -> None:
    assert letters(column) == name


def test_a_note_over_several_lines_may_have_as_many_commas_as_a_row() -> None:
    head, note = "日期,姓名,单位,备注", "第一,路灯,不亮,已修\n第二,水管,漏水,已修\n第三,好"
    found = lines(f'{head}\n2026-10-08,张三,泥河镇,"{note}"\n2026-10-09,李四,泥河镇,好\n')
    assert found[1:] == [(2, ["2026-10-08", "张三", "泥河镇", note]), (5, ["2026-10-09", "李四", "泥河镇", "好"])]
    unclosed = lines(f'{head}\n2026-10-08,张三,泥河镇,"好\n2026-10-09,李四,泥河镇,好\n2026-10-10,王五",泥河镇,好\n')
    assert [number for number, _ in unclosed] == [1, 2, 3, 4], "what would be wider than a row is none"


# --- binary workbooks ----------------------------------------------------------------------------------------------------


def binary_record(kind: int, data: bytes = b"") -> bytes:
    """A record of an .xlsb part: its kind and length in seven bits a byte, then its bytes."""
    return b"".join(_sevens(number) for number in (kind, len(data))) + data


def _sevens(number: int) -> bytes:
    return bytes([number & 0x7F | 0x80, number >> 7]) if number > 0x7F else bytes([number])


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def a_binary_workbook(path: Path, *lines: tuple[str, ...], hidden: tuple[tuple[str, ...], ...] = ()) -> Path:
    """An .xlsb of two sheets as Excel writes one: 住夜, and 旧表, which is hidden."""
    sheets = b""
    relations = ""
    with zipfile.ZipFile(path, "w") as file:
        for number, (name, state, rows) in enumerate((("住夜", 0, lines), ("旧表", 1, hidden)), start=1):
            sheets += binary_record(156, struct.pack("<II", state, number) + wide(f"rId{number}") + wide(name))
            relations += f'<Relationship Id="rId{number}" Type="x/worksheet" Target="worksheets/sheet{number}.bin"/>'
            width = max((len(row) for row in rows), default=1)
            body = (
                binary_record(129) + binary_record(148, struct.pack("<IIII", 0, max(0, len(rows) - 1), 0, width - 1)) + binary_record(145)
            )
            for line, row in enumerate(rows):
                body += binary_record(0, struct.pack("<I", line) + bytes(13))
                body += b"".join(binary_record(6, struct.pack("<II", column, 0) + wide(text)) for column, text in enumerate(row))
            file.writestr(f"xl/worksheets/sheet{number}.bin", body + binary_record(146) + binary_record(130))
        file.writestr("xl/workbook.bin", binary_record(131) + binary_record(143) + sheets + binary_record(144) + binary_record(132))
        schema = "http://schemas.openxmlformats.org/package/2006/relationships"
        file.writestr("xl/_rels/workbook.bin.rels", f'<Relationships xmlns="{schema}">{relations}</Relationships>')
    return path


def test_a_binary_workbook_is_read_with_its_hidden_sheet_named(tmp_path: Path) -> None:
    rows = (("日期", "姓名", "单位"), ("2026-10-08", "张三", "泥河镇"))
    shown, hidden = opened(a_binary_workbook(tmp_path / "住夜.xlsb", *rows, hidden=(("甲",),)))
    assert (shown.name, shown.hidden, [tuple(row) for row in shown.rows]) == ("住夜", False, list(rows))
    assert (hidden.name, hidden.hidden) == ("旧表", True)
