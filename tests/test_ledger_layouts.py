"""Tables wherever they stand and however they are laid out: nothing is lost, and what is not read is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import Connection

from ingest.ledgers.checks import Checked, checked, kind_named
from ingest.ledgers.directory import directory
from ingest.ledgers.formats import Unreadable
from ingest.ledgers.refused import returned, write_refused
from tests.builders import EVERYTHING, a_person, an_appointment
from tests.small_county import CELL, SHANGTANG, YUNLING, qinghe
from tests.test_ledger_files import NOW, connection

__all__ = ["connection"]
STAY = ("日期", "姓名", "单位")


@pytest.fixture
def county(connection: Connection) -> Connection:
    qinghe(connection)
    return connection


def filled(sheet: Worksheet, *lines: Iterable[Any], merged: str = "") -> None:
    for line in lines:
        sheet.append(list(line))
    for area in merged.split():
        sheet.merge_cells(area)


def read(
    county: Connection,
    folder: Path,
    kind: str,
    *lines: Iterable[Any],
    merged: str = "",
    more: Callable[[openpyxl.Workbook], None] = lambda book: None,
    name: str = "台账.xlsx",
) -> Checked:
    book = openpyxl.Workbook()
    filled(book.active, *lines, merged=merged)
    more(book)
    book.save(folder / name)
    known = kind_named(kind)
    return checked(known, folder / name, directory(EVERYTHING, county, households=known.households), NOW)


def nights(found: Checked) -> list[tuple[str, int]]:
    """Name and day of October of each row."""
    assert [one.sentence() for one in found.refused] == []
    return [(str(dict(one.row.shown())["姓名"]), one.values["night"].day) for one in found.records]


def test_tables_below_each_other_have_titles_of_their_own(county: Connection, tmp_path: Path) -> None:
    lines = (
        ("云岭镇2026年10月住夜台账",),
        STAY[:2],
        ("10月8日", "云正一"),
        ("合计", 1),
        (),
        ("沙湾镇2026年9月住夜台账",),
        STAY[:2],
        ("9月8日", "沙正一"),
        ("审核人:张三",),
    )
    found = read(county, tmp_path, "住夜", *lines)
    assert [(one.values["night"], one.values["area_code"]) for one in found.records] == [
        (date(2026, 10, 8), YUNLING),
        (date(2026, 9, 8), "990101102"),
    ]
    assert found.left_out() == ["Sheet!第 4 行: “合计、1”未读", "Sheet!第 9 行: “审核人:张三”未读"]


def test_a_header_printed_again_on_the_next_page_is_no_row(county: Connection, tmp_path: Path) -> None:
    found = read(
        county, tmp_path, "住夜", ("云岭镇2026年10月住夜",), STAY, ("10月8日", "云正一", "云岭镇"), STAY, ("10月9日", "云正一", "云岭镇")
    )
    assert nights(found) == [("云正一", 8), ("云正一", 9)]


def test_hidden_sheets_and_other_ledgers_are_named(county: Connection, tmp_path: Path) -> None:
    def more(book: openpyxl.Workbook) -> None:
        filled(book.create_sheet("旧表"), STAY, ("2026-10-09", "云正一", "云岭镇"))
        book["旧表"].sheet_state = "hidden"
        filled(book.create_sheet("夜访"), ("日期", "姓名", "单位", "走访村", "人次"), ("2026-10-09", "云正一", "云岭镇", "上塘村", 2))

    found = read(county, tmp_path, "住夜", STAY, ("2026-10-08", "云正一", "云岭镇"), more=more)
    assert found.counted() == [("Sheet", 1)]
    assert found.left_out() == ["旧表: 隐藏,未读", "夜访!第 1 行: 1 行,是夜访台账,未读"]


def test_short_rows_right_above_another_header_are_rows(county: Connection, tmp_path: Path) -> None:
    head = ("户编号", "村", "户类型")
    found = read(county, tmp_path, "户", head, ("H1", "上塘村", "重点户"), ("H2", "上塘村", "普通户"), head, ("H3", "下塘村", "普通户"))
    assert len(found.records) == 3


def test_what_stands_beside_or_above_the_table_is_named(county: Connection, tmp_path: Path) -> None:
    lines = (("甲", "乙", "丙"), ("1", "2", "3"), STAY, ("2026-10-08", "云正一", "云岭镇", "", "值班电话 0351-2025366"))
    found = read(county, tmp_path, "住夜", *lines)
    assert found.left_out() == ["Sheet: 第 1–2 行在表头之上,未读", "Sheet: 未读的列:E 列(没有列名)"]


def test_a_mark_nobody_understands_is_not_counted_when_the_refused_rows_come_back_unmended(county: Connection, tmp_path: Path) -> None:
    lines = (("云岭镇2026年10月",), ("姓名", 1, 2, 3, 4, 5), ("云正一", "√", "○", "", "", ""))
    found = read(county, tmp_path, "住夜", *lines)
    write_refused([returned(one, found.kind) for one in found.refused], tmp_path / "退回.xlsx")
    again = checked(found.kind, tmp_path / "退回.xlsx", directory(EVERYTHING, county), NOW)
    assert (len(found.records), len(again.records), len(again.refused)) == (1, 0, 1)


def test_neither_empty_lines_nor_a_deep_header_lose_a_row(county: Connection, tmp_path: Path) -> None:
    def far_below(book: openpyxl.Workbook) -> None:
        for column, value in enumerate(("2026-10-09", "云正一", "云岭镇"), start=1):
            book.active.cell(2700, column, value)

    explained = [(f"填表说明第{number}条",) for number in range(40)]
    found = read(county, tmp_path, "住夜", *explained, STAY, ("2026-10-08", "云正一", "云岭镇"), more=far_below)
    assert nights(found) == [("云正一", 8), ("云正一", 9)]


@pytest.mark.parametrize(
    ("head", "line"),
    [
        (("日期", "姓名", "日期", "姓名"), ("10月8日", "云正一", "10月9日", "云正二")),
        (("序号", "日期", "姓名", "序号", "日期", "姓名"), (1, "10月8日", "云正一", 2, "10月9日", "云正二")),
        (("单位", "日期", "姓名", "日期", "姓名"), ("云岭镇", "10月8日", "云正一", "10月9日", "云正二")),
    ],
)
def test_tables_beside_each_other_are_both_read(county: Connection, tmp_path: Path, head: tuple, line: tuple) -> None:
    assert nights(read(county, tmp_path, "住夜", ("云岭镇2026年10月住夜",), head, line)) == [("云正一", 8), ("云正二", 9)]


def test_one_day_with_two_people_beside_each_other(county: Connection, tmp_path: Path) -> None:
    lines = (("日期", "姓名", "电话", "姓名", "电话"), ("10月8日", "云正一", "", "云正二", ""))
    assert nights(read(county, tmp_path, "住夜", ("云岭镇2026年10月住夜",), *lines)) == [("云正一", 8), ("云正二", 8)]


def test_what_several_people_share_is_counted_once(county: Connection, tmp_path: Path) -> None:
    head = ("日期", "姓名", "走访村", "人次")
    lines = (("2026-10-08", "云正一", "上塘村", 5), (None, "云正二", None, None))
    apart = read(county, tmp_path, "夜访", head, *lines, merged="A2:A3 C2:C3 D2:D3")
    together = read(county, tmp_path, "夜访", head, ("2026-10-08", "云正一、云正二", "上塘村", 5))
    for found in (apart, together):
        assert [one.values["people"] for one in found.records] == [5, None]


def test_a_roster_with_phones_and_names_apart_by_spaces(county: Connection, tmp_path: Path) -> None:
    lines = (
        ("云岭镇2026年10月值班表",),
        ("日期", "星期", "带班领导", "电话", "值班人员", "电话"),
        ("1", "四", "云正一", "13800000000", "云职子 云 职 丑", "13900000000"),
        ("2日", "五", "云正二(书记)", "", "云职寅云职卯", ""),
    )
    found = read(county, tmp_path, "住夜", *lines)
    assert [each[1] for each in nights(found)] == [1, 1, 1, 2, 2, 2]
    assert [one.row.place("姓名") for one in found.records] == ["Sheet!C3", "Sheet!E3", "Sheet!E3", "Sheet!C4", "Sheet!E4", "Sheet!E4"]


def test_a_leader_merged_over_several_days_is_on_each_of_them(county: Connection, tmp_path: Path) -> None:
    lines = (("日期", "带班领导", "值班人员"), ("10月1日", "云正一", "云职子"), ("10月2日", None, "云职丑"))
    found = read(county, tmp_path, "住夜", ("云岭镇2026年10月值班表",), *lines, merged="B3:B4")
    assert sorted(nights(found)) == [("云正一", 1), ("云正一", 2), ("云职丑", 2), ("云职子", 1)]


def test_a_table_of_people_and_days_with_ticks_and_punches(county: Connection, tmp_path: Path) -> None:
    lines = (
        ("云岭镇2026年10月打卡",),
        ("序号", "姓名", 1, 2, 3, 4, 5, 6),
        (None, None, "四", "五", "六", "日", "一", "二"),
        (1, "云正一", "08:38、21:30", "√", "", "08:00、17:30", "班", "?"),
    )
    found = read(county, tmp_path, "住夜", *lines)
    assert [one.values["night"].day for one in found.records] == [1, 2, 5]
    assert [one.sentence() for one in found.refused] == ["Sheet!H4 第 4 行“标记”:看不懂“?”:住夜写“√”或“班”,没有住夜的删去这一行"]


def test_a_check_in_after_midnight_belongs_to_the_evening_before(county: Connection, tmp_path: Path) -> None:
    days = ("2026-10-09 00:30", datetime(2026, 10, 11, 5, 59), "2026-10-12 00:00:00", datetime(2026, 10, 13), "2026-10-14 21:00")
    found = read(county, tmp_path, "住夜", STAY, *((each, "云正一", "云岭镇") for each in days))
    assert [each[1] for each in nights(found)] == [8, 10, 12, 13, 14]


@pytest.mark.parametrize(
    ("title", "days", "expected"),
    [
        ("住夜", ("2026-10-08", "10月9日"), ["2026-10-08", "2026-10-09"]),
        ("2025年12月住夜", ("12月30日", "1月1日"), ["2025-12-30", "2026-01-01"]),
        ("住夜(印发:2025年3月1日,县委办〔2024〕8号)2026年10月", ("10月8日",), ["2026-10-08"]),
        ("2026.10住夜", ("8日",), ["2026-10-08"]),
        ("二〇二六年十月住夜", ("8日",), ["2026-10-08"]),
    ],
)
def test_a_year_comes_from_titles_and_neighbours(county: Connection, tmp_path: Path, title: str, days: tuple, expected: list[str]) -> None:
    found = read(county, tmp_path, "住夜", (title,), STAY, *((each, "云正一", "云岭镇") for each in days))
    assert [one.values["night"].isoformat() for one in found.records] == expected


def test_a_year_is_checked_against_weekdays_and_the_turn_of_the_year(county: Connection, tmp_path: Path) -> None:
    head, lines = ("日期", "星期", "姓名", "单位"), [("10月8日", "四", "云正一", "云岭镇"), ("10月9日", "五", "云正一", "云岭镇")]
    told = read(county, tmp_path, "住夜", head, *lines)
    assert [one.values["night"].year for one in told.records] == [2026, 2026]
    wrong = read(county, tmp_path, "住夜", ("2025年10月住夜",), head, *lines)
    assert (wrong.year_asked, len(wrong.records)) == (True, 0)
    turned = read(county, tmp_path, "住夜", ("2025年住夜",), STAY, ("12月31日", "云正一", "云岭镇"), ("1月1日", "云正一", "云岭镇"))
    assert "年份不确定" in turned.refused[0].reason


@pytest.mark.parametrize(
    ("kind", "lines", "named"),
    [
        ("住夜", [("日期", "姓名", "单位", "走访村", "人次"), ("2026-10-08", "云正一", "云岭镇", "上塘村", 3)], "夜访"),
        ("住夜", [("云岭镇夜访台账",), STAY, ("2026-10-08", "云正一", "云岭镇")], "夜访"),
        ("住夜", [("姓名", "职务", "单位", "任职日期"), ("张三", "党政正职", "云岭镇", "2024-01-01")], "人员任职"),
        ("参训", [("日期", "类型", "单位", "召集人", "参加人数"), ("2026-10-08", "民情恳谈会", "第1邻", "邻长一", 5)], "会议"),
        ("走访", [STAY, ("2026-10-08", "云正一", "云岭镇")], "住夜"),
    ],
)
def test_another_ledger_is_refused_by_its_right_name(county: Connection, tmp_path: Path, kind: str, lines: list, named: str) -> None:
    with pytest.raises(Unreadable, match=f"是{named}台账,不是{kind}台账"):
        read(county, tmp_path, kind, *lines, name="表.xlsx")


def test_a_ledger_with_columns_of_its_own_is_still_that_ledger(county: Connection, tmp_path: Path) -> None:
    found = read(county, tmp_path, "住夜", ("住夜登记",), (*STAY, "人次", "领导签字"), ("2026-10-08", "云正一", "云岭镇", 3, "王"))
    assert found.left_out() == ["Sheet: 未读的列:人次、领导签字"]


# --- the right person ----------------------------------------------------------------------------------------------------


def handler(county: Connection, tmp_path: Path, place: str) -> Checked:
    head = ("编号", "发生地", "渠道", "类别", "大小", "点单时间", "经办人")
    return read(county, tmp_path, "诉求", head, ("N-1", place, "热线", "道路", "小事", "2026-10-08", "邻长一"))


def test_a_handler_is_the_captain_nearest_to_the_petition_and_not_a_clerk_of_the_name(county: Connection, tmp_path: Path) -> None:
    captain = next(who for who, (name, _) in directory(EVERYTHING, county).people.items() if name == "邻长一")
    an_appointment(county, "township_staff", YUNLING, person=a_person(county, "邻长一", None))
    assert handler(county, tmp_path, CELL).records[0].values["handler_id"] == captain
    unclear = handler(county, tmp_path, SHANGTANG)
    assert "有 2 名叫“邻长一”的在任人员:云岭镇上塘村东片一组第1邻邻长(人员编号" in unclear.refused[0].reason
    question = next(iter(unclear.questions))
    assert (question.name, question.unit, len(question.choices)) == ("邻长一", SHANGTANG, 2)


def test_a_visitor_is_first_of_all_the_households_own_captain(county: Connection, tmp_path: Path) -> None:
    captain = next(who for who, (name, _) in directory(EVERYTHING, county).people.items() if name == "邻长一")
    an_appointment(county, "village_committee", SHANGTANG, person=a_person(county, "邻长一", None))
    found = read(county, tmp_path, "走访", ("日期", "姓名", "户编号"), ("2026-10-08", "邻长一", "QH-001"))
    assert [one.values["person_id"] for one in found.records] == [captain]


def test_a_phone_beside_a_role_tells_two_of_a_name_apart(county: Connection, tmp_path: Path) -> None:
    other = an_appointment(county, "township_staff", YUNLING, person=a_person(county, "云正一", "13911110000"))
    head = (("日期", "单位", "接待场所", "A岗", None, "B岗"), (None, None, None, "姓名", "电话", None))
    line = ("2026-10-08", "云岭镇", "乡镇机关", "云正一", "13911110000", "云正二")
    found = read(county, tmp_path, "接待", *head, line, merged="A1:A2 B1:B2 C1:C2 D1:E1 F1:F2")
    assert [one.values["leader_id"] for one in found.records] == [other]


def test_somebody_of_another_village_is_not_taken_for_ones_own(county: Connection, tmp_path: Path) -> None:
    found = read(county, tmp_path, "住夜", STAY, ("2026-10-08", "上塘主任", "下塘村"))
    assert found.refused[0].reason == "云岭镇下塘村没有叫“上塘主任”的在任人员"
    assert found.records == []


# --- rosters of nights to come (排班) -----------------------------------------------------------------------------------


def turns(found: Checked) -> list[tuple[int, str, str | None]]:
    """Day of the month, name and post of each row."""
    assert [one.sentence() for one in found.refused] == []
    return [(one.values["night"].day, str(dict(one.row.shown())["姓名"]), one.values["post"]) for one in found.records]


def test_a_roster_of_days_and_posts_is_a_row_a_person_with_what_they_are_on_for(county: Connection, tmp_path: Path) -> None:
    lines = (
        ("云岭镇2026年12月值班(住夜)安排表",),
        ("日期", "星期", "带班领导", "值班领导", "值班干部", "备注"),
        ("12月1日", "二", "云正一", "云班甲、云班乙", "云职子 云职丑", ""),
        ("12月2日", "三", "云正二(镇长)", "云班丙,云班丁", "云职寅\n云职卯", ""),
        ("12月5日", "六", "休息", "", "", ""),
    )
    found = read(county, tmp_path, "排班", *lines, merged="A1:F1")
    assert turns(found) == [
        (1, "云正一", "lead"),
        (1, "云班甲", "member"),
        (1, "云班乙", "member"),
        (1, "云职子", "staff"),
        (1, "云职丑", "staff"),
        (2, "云正二(镇长)", "lead"),
        (2, "云班丙", "member"),
        (2, "云班丁", "member"),
        (2, "云职寅", "staff"),
        (2, "云职卯", "staff"),
    ]
    assert {one.values["area_code"] for one in found.records} == {YUNLING}


def test_a_roster_has_a_sheet_a_month_and_a_phone_beside_the_name(county: Connection, tmp_path: Path) -> None:
    def more(book: openpyxl.Workbook) -> None:
        lines = (("日期", "值班领导", "电话", "值班人员"), ("1日", "云正二", "13900000002", "云职丑"))
        filled(book.create_sheet("2027年1月"), *lines)

    lines = (("云岭镇2026年12月排班表",), ("日期", "值班领导", "电话", "值班人员"), ("12月1日", "云正一", "13900000001", "云职子"))
    found = read(county, tmp_path, "排班", *lines, more=more, name="云岭镇排班表.xlsx")
    assert [(one.values["night"], one.values["post"], one.values["phone"]) for one in found.records] == [
        (date(2026, 12, 1), "lead", "13900000001"),
        (date(2026, 12, 1), "staff", None),
        (date(2027, 1, 1), "lead", "13900000002"),
        (date(2027, 1, 1), "staff", None),
    ], "who is 值班领导 leads where nobody else does"


def test_rows_of_a_roster_tell_who_stands_in(county: Connection, tmp_path: Path) -> None:
    head = ("日期", "姓名", "单位", "岗位", "替班人", "值班电话")
    found = read(county, tmp_path, "排班", head, ("2026-12-01", "云正一", "云岭镇", "带班", "云正二", "0351-2025366"))
    [one] = found.records
    assert one.values["person_id"] != one.values["substitute_id"]
    assert (one.values["post"], one.values["phone"]) == ("lead", "03512025366")
    wrong = read(
        county, tmp_path, "排班", head, ("2026-12-01", "云正一", "云岭镇", "门卫", "云正一", ""), ("12月40日", "谁", "云岭镇", "", "", "")
    )
    assert [each.column for each in wrong.refused] == ["替班人", "日期"]


def test_what_has_been_and_what_is_to_come_are_told_apart_by_whoever_loads(county: Connection, tmp_path: Path) -> None:
    lines = (("云岭镇2026年10月值班表",), ("日期", "带班领导", "值班干部"), ("10月8日", "云正一", "云职子"))
    assert len(read(county, tmp_path, "住夜", *lines).records) == 2
    assert len(read(county, tmp_path, "排班", *lines).records) == 2
    with pytest.raises(Unreadable, match="请改选“住夜”"):
        read(county, tmp_path, "排班", ("日期", "姓名", "单位", "住夜地点"), ("2026-10-08", "云正一", "云岭镇", "云岭镇"))
    with pytest.raises(Unreadable, match="请改选“排班”"):
        read(county, tmp_path, "住夜", ("日期", "姓名", "单位", "岗位", "替班人"), ("2026-10-08", "云正一", "云岭镇", "带班", ""))


ACROSS = [
    ("云岭镇2026年10月值班表",),
    ("岗位", *(f"{day}日" for day in range(8, 15))),
    ("星期", "四", "五", "六", "日", "一", "二", "三"),
    ("带班领导", "云正一", "云班甲", "休", "/", "云正一", "云班甲", "云正一"),
    ("联系电话", "13900000001", None, None, None, None, None, None),
    ("值班人员", "云职子、云职丑", "云职子", None, None, "云职丑", "云职子", "云职丑"),
    ("值班电话:0790-1234567",),
]


@pytest.mark.parametrize("kind", ["住夜", "排班"])
@pytest.mark.parametrize("first", ["岗位", "日期", None, "职务/日期"])
def test_a_roster_may_have_a_post_a_line_and_a_day_a_column(county: Connection, tmp_path: Path, kind: str, first: str | None) -> None:
    lines = [(first, *ACROSS[1][1:]) if line is ACROSS[1] else line for line in ACROSS]
    found = read(county, tmp_path, kind, *lines)
    on = {"云正一": (8, 12, 14), "云班甲": (9, 13), "云职子": (8, 9, 13), "云职丑": (8, 12, 14)}
    assert sorted(nights(found)) == sorted((name, day) for name, days in on.items() for day in days)
    assert found.left_out() == ["Sheet!第 7 行: “值班电话:0790-1234567”未读"]
    assert {one.row.place("姓名") for one in found.records} >= {"Sheet!B4", "Sheet!B6", "Sheet!H6"}


def test_a_name_merged_over_several_days_is_on_at_each(county: Connection, tmp_path: Path) -> None:
    lines = [ACROSS[0], ACROSS[1], ("带班领导", "云正一", None, None, None, "云班甲"), ("值班人员", "云职子")]
    found = read(county, tmp_path, "排班", *lines, merged="B3:E3 F3:H3")
    assert nights(found) == [
        ("云正一", 8),
        ("云正一", 9),
        ("云正一", 10),
        ("云正一", 11),
        ("云班甲", 12),
        ("云班甲", 13),
        ("云班甲", 14),
        ("云职子", 8),
    ]


def test_a_line_of_counts_over_a_post_is_no_header(county: Connection, tmp_path: Path) -> None:
    lines = [STAY, ("2026年10月8日", "云正一", "云岭镇"), ("合计", 3, 1, 4, 1, 5, 9), ("值班人员", 2, 6, 5, 3, 5, 8)]
    found = read(county, tmp_path, "住夜", *lines)
    assert [one.values["night"].day for one in found.records] == [8]
