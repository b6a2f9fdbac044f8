"""Workbook and CSV: cells are typed, headings stay, text stays text."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime

import openpyxl
import pandas as pd
import pytest

from reports.csv_file import csv_bytes
from reports.meeting_files import annex_bytes
from reports.tables import Column, Kind, Table
from reports.wording import clean
from reports.workbook import HEADER_ROW, sheet_names, workbook_bytes
from tests.meeting_worlds import HOSTILE, UP, a_chapter, a_long_reading, a_pack, a_reading, hostile_pack


def opened(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def rows_of(page) -> list[list]:
    return [[cell.value for cell in row] for row in page.iter_rows(min_row=HEADER_ROW + 1)]


def test_the_cells_of_a_leaderboard_are_the_frames_values():
    reading = a_reading(UP, [(13, 21), (20, 20), (0, 0)])
    page = opened(workbook_bytes([a_chapter(reading).table])).worksheets[0]
    head, *rows = rows_of(page)
    assert head == ["名次", "代码", "乡镇", "分子(夜)", "分母(夜)", "乡镇住夜达标率", "评价"]
    assert rows[0][2:] == ["西沟乡", 20, 20, 1, "达标"]
    assert rows[1][:5] == [2, "149981101", "泥河镇", 13, 21]
    assert rows[1][5] == pytest.approx(13 / 21)
    assert rows[2] == ["—", "149981103", "东川镇", 0, 0, "—", "无应统计"]
    share = page.cell(HEADER_ROW + 3, 6)
    assert (share.data_type, share.number_format) == ("n", "0.0%")
    assert page.freeze_panes == f"A{HEADER_ROW + 2}"
    assert page.print_title_rows == f"${HEADER_ROW + 1}:${HEADER_ROW + 1}"
    assert page.auto_filter.ref == "A3:G6"


def test_dates_and_timestamps_are_dates_and_timestamps():
    frame = pd.DataFrame({"day": [date(2026, 10, 1)], "at": [datetime(2026, 10, 1, 8, 30)], "days": [2.5], "code": ["149981101"]})
    columns = (
        Column("day", "日期", Kind.DATE),
        Column("at", "时间", Kind.TIMESTAMP),
        Column("days", "时长", Kind.NUMBER, "天"),
        Column("code", "代码"),
    )
    page = opened(workbook_bytes([Table("表", columns, frame)])).worksheets[0]
    row = page[HEADER_ROW + 2]
    assert row[0].value.date() == date(2026, 10, 1)
    assert row[1].value == datetime(2026, 10, 1, 8, 30)
    assert row[2].value == 2.5
    assert (row[3].value, row[3].data_type) == ("149981101", "s")


def test_the_notes_sheet_says_what_was_counted():
    book = opened(annex_bytes(hostile_pack()))
    texts = {row[0].value: row[1].value for row in book["说明"].iter_rows() if row[0].value}
    assert "工作日夜数" in texts["口径"]
    assert texts["截至"] == "2026年11月1日"
    assert texts["筛选"] == "全县"
    assert texts["规则手册"] == "2024.1\uff08自2024年1月1日起\uff09"
    assert texts["行数"] == f"{len(HOSTILE)} 行\uff0c为筛选后的全部\uff1b末行为合计"


def test_the_whole_ends_a_leaderboard_without_a_place_and_stays_below_what_is_sorted():
    reading = a_reading(UP, [(13, 21), (20, 20)], whole=[(30, 40), (33, 41)])
    table = a_chapter(reading).table
    for page in (opened(workbook_bytes([table])).worksheets[0], opened(annex_bytes(a_pack(reading))).worksheets[0]):
        *_, last = rows_of(page)
        assert last[:5] == ["—", "", "全县", 33, 41]
        assert last[5] == pytest.approx(33 / 41)
        assert page.cell(HEADER_ROW + 4, 3).font.bold
        assert page.auto_filter.ref == "A3:G5"
    assert csv_bytes(table).decode("utf-8-sig").splitlines()[-1] == f",,全县,33,41,{33 / 41},未达标"


def test_hostile_names_are_text_in_the_workbook():
    page = opened(annex_bytes(hostile_pack())).worksheets[0]
    cells = [cell for row in page.iter_rows(min_row=HEADER_ROW + 2) for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert {clean(name) for name in HOSTILE} <= {cell.value for cell in cells if cell.data_type == "s"}


def test_hostile_names_are_harmless_in_csv_and_come_back():
    content = csv_bytes(hostile_pack().chapters[0].table)
    assert content.startswith(b"\xef\xbb\xbf")
    head, *rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    position = head.index("乡镇")
    names = [row[position] for row in rows]
    assert not [name for name in names if name.lstrip()[:1] in ("=", "+", "-", "@")]
    assert {name.removeprefix("'") for name in names} == {*map(clean, HOSTILE), "全县"}
    assert float(rows[0][head.index("乡镇住夜达标率")]) == hostile_pack().chapters[0].reading.frame["value"].iloc[0]


def test_all_rows_are_exported():
    table = a_chapter(a_long_reading(200)).table
    assert len(rows_of(opened(workbook_bytes([table])).worksheets[0])) == 201
    assert len(csv_bytes(table).splitlines()) == 201


def test_sheet_names_are_what_excel_takes():
    names = sheet_names(["在办", "在办", "a/b:c", "甲" * 40, "甲" * 40, "😀" * 20, "", "说明", "History"])
    assert len({name.lower() for name in names}) == len(names)
    assert all(0 < len(name.encode("utf-16-le")) // 2 <= 31 and not set(name) & set("[]:*?/\\") for name in names)
    opened(workbook_bytes([Table(name, (Column("x", "数"),), pd.DataFrame({"x": ["1"]})) for name in names]))


def test_a_table_whose_frame_lacks_a_column_is_refused():
    with pytest.raises(ValueError, match="缺少列:y"):
        Table("表", (Column("y", "数"),), pd.DataFrame({"x": [1]}))
