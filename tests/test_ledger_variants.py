"""Kinds of ledgers as offices vary them: each line is a row of the right person, place and day, or refused, or named as none.

Full-width signs are written as escapes, so that no editor turns them into their half-width twins.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from ingest.ledgers.checks import checked, kind_named
from ingest.ledgers.directory import directory
from ingest.ledgers.formats import Unreadable
from ingest.ledgers.refused import returned, write_refused
from tests.builders import EVERYTHING
from tests.small_county import SHANGTANG, SHAWAN, XIATANG, YUNLING, qinghe
from tests.test_ledger_files import NOW, connection
from tests.test_ledger_layouts import nights, read

__all__ = ["connection"]
OCTOBER = ("云岭镇2026年10月住夜台账",)
PAIR = ("日期", "姓名")


@pytest.fixture
def county(connection: Connection) -> Connection:
    qinghe(connection)
    return connection


def half(text: str) -> str:
    """Half-width signs made the full-width ones that offices write."""
    return text.translate(str.maketrans("():;,", "\uff08\uff09\uff1a\uff1b\uff0c"))


# --- signs -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "people"),
    [
        (half("云正一(书记)"), ["云正一"]),
        (half("镇长:云正一"), ["云正一"]),
        (half("云正一(书记)、云正二(镇长)"), ["云正一", "云正二"]),
        (half("云正一;云正二"), ["云正一", "云正二"]),
        (half("云正一,云正二"), ["云正一", "云正二"]),
        ("云正一和云正二", ["云正一", "云正二"]),
        ("①云正一 ②云正二", ["云正一", "云正二"]),
        ("云正一<书记>", ["云正一"]),
        (half("云班甲(人大主席,工会主席)"), ["云班甲"]),
        ("云正一 书记 13800000001", ["云正一"]),
    ],
)
def test_names_with_full_width_signs_around_them(county: Connection, tmp_path: Path, said: str, people: list[str]) -> None:
    found = read(county, tmp_path, "住夜", OCTOBER, PAIR, ("10月8日", said))
    by_id = {who: name for who, (name, _) in directory(EVERYTHING, county).people.items()}
    assert [one.sentence() for one in found.refused] == []
    assert [by_id[one.values["person_id"]] for one in found.records] == people


def test_lines_below_a_table_are_named_and_no_rows(county: Connection, tmp_path: Path) -> None:
    notes = (half("注:1.住夜人员应签字"), "2.节假日除外", half("填报日期:2026年11月1日"))
    signed = (half("分管领导签字:"), half("填表人:张三"))
    found = read(county, tmp_path, "住夜", OCTOBER, PAIR, ("10月8日", "云正一"), *((note,) for note in notes), signed)
    assert nights(found) == [("云正一", 8)]
    assert len(found.left_out()) == 4


def test_commas_of_full_width_part_a_csv(county: Connection, tmp_path: Path) -> None:
    text = half("日期,姓名,单位\n2026-10-08,云正一,云岭镇\n'2026-10-09,云正二,云岭镇\n").replace("\uff0c'", ",'")
    (tmp_path / "住夜.csv").write_bytes(text.encode("gb18030"))
    found = checked(kind_named("住夜"), tmp_path / "住夜.csv", directory(EVERYTHING, county), NOW)
    assert nights(found) == [("云正一", 8), ("云正二", 9)]


# --- lines that say that they are no nights ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "night", "other", "why"),
    [
        ("是否住夜", "是", "否", "写明没有住夜"),
        ("在岗情况", "在岗", "请假", "写明没有住夜"),
        ("住夜情况", "√", "外出", "写明没有住夜"),
        ("时段", "夜间", "白天", "白天的班"),
        ("班次", "夜班", "白班", "白天的班"),
        ("签到时间", "20:30", "08:30", "白天的打卡"),
        ("签到时间", "晚上9点", "", "白天的打卡或没有打卡"),
    ],
)
def test_a_line_that_says_that_nobody_stayed_is_no_night(
    county: Connection, tmp_path: Path, heading: str, night: str, other: str, why: str
) -> None:
    found = read(county, tmp_path, "住夜", OCTOBER, (*PAIR, heading), ("10月8日", "云正一", night), ("10月9日", "云正二", other))
    assert nights(found) == [("云正一", 8)]
    assert any(why in each and "第 4 行" in each for each in found.left_out())


@pytest.mark.parametrize(
    ("name", "note", "column"),
    [
        ("云正一(请假)", "", "姓名"),
        (half("云正一(病假)"), "", "姓名"),
        ("云正一(云班甲代)", "", "姓名"),
        ("云正一", "请假", "备注"),
        ("云正一", "未住夜", "备注"),
    ],
)
def test_a_remark_against_the_night_refuses_it(county: Connection, tmp_path: Path, name: str, note: str, column: str) -> None:
    found = read(county, tmp_path, "住夜", OCTOBER, (*PAIR, "备注"), ("10月8日", name, note), ("10月9日", "云正二", "国庆放假"))
    assert [one.column for one in found.refused] == [column]
    assert [one.values["night"].day for one in found.records] == [9]


def test_whether_somebody_stayed_is_told_of_every_line_or_of_none(county: Connection, tmp_path: Path) -> None:
    head, lines = (*PAIR, "是否住夜"), (("10月8日", "云正一", "是"), ("10月9日", "云正二", None), ("10月10日", "云班甲", "待核"))
    found = read(county, tmp_path, "住夜", OCTOBER, head, *lines)
    assert [one.place for one in found.refused] == ["Sheet!C4", "Sheet!C5"]
    assert len(read(county, tmp_path, "住夜", OCTOBER, head, *((*line[:2], None) for line in lines)).records) == 3


@pytest.mark.parametrize(
    "title", ["云岭镇2026年10月机关考勤表", "云岭镇2026年10月未住夜人员名单", "云岭镇2026年10月党委会签到表", "云岭镇2026年10月加班登记表"]
)
def test_a_list_that_only_looks_like_nights_is_none(county: Connection, tmp_path: Path, title: str) -> None:
    with pytest.raises(Unreadable, match="不像住夜台账"):
        read(county, tmp_path, "住夜", (title,), PAIR, ("10月8日", "云正一"), name="表.xlsx")


def test_days_of_reception_are_never_called_nights(county: Connection, tmp_path: Path) -> None:
    lines = (("云岭镇2026年10月领导接待日安排表",), ("日期", "接待领导", "接待地点"), ("10月12日", "云班甲", "乡镇机关"))
    assert [one.values["place"] for one in read(county, tmp_path, "接待", *lines).records] == ["office"]
    with pytest.raises(Unreadable, match="是接待台账"):
        read(county, tmp_path, "住夜", *lines)


# --- check-ins after midnight ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "clock", "evening"),
    [
        ("10月9日", "00:30", 8),
        ("10月9日", "次日01:00", 9),
        ("10月9日", "2026-10-10 00:10", 9),
        ("10月9日", "2026-10-09 00:10", 8),
        ("10月9日18:00-10月10日8:00", "", 9),
        ("10月9日晚至次日晨", "", 9),
    ],
)
def test_a_night_is_that_of_the_evening_it_began(county: Connection, tmp_path: Path, day: str, clock: str, evening: int) -> None:
    head = (*PAIR, "打卡时间") if clock else PAIR
    assert nights(read(county, tmp_path, "住夜", OCTOBER, head, (day, "云正一", clock) if clock else (day, "云正一"))) == [
        ("云正一", evening)
    ]


# --- days and years ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said", ["10月8日(农历八月廿八)", half("10月8日(八月廿八)"), "8", 8, "8日", "10月8日 星期四", half("10月8日(国庆节)"), "'2026-10-08"]
)
def test_what_stands_beside_a_day_is_no_part_of_it(county: Connection, tmp_path: Path, said: Any) -> None:
    assert nights(read(county, tmp_path, "住夜", OCTOBER, PAIR, (said, "云正一"))) == [("云正一", 8)]


@pytest.mark.parametrize(
    ("head", "line"), [(("年", "月", "日", "姓名"), (2026, 10, 8, "云正一")), (("月份", "日期", "姓名"), ("10月", "8日", "云正一"))]
)
def test_a_day_in_several_columns(county: Connection, tmp_path: Path, head: tuple, line: tuple) -> None:
    assert nights(read(county, tmp_path, "住夜", ("云岭镇2026年住夜",), head, line)) == [("云正一", 8)]


@pytest.mark.parametrize(
    ("title", "days", "expected"),
    [
        ("云岭镇2025年12月-2026年1月住夜", ("12月31日", "1月1日"), ["2025-12-31", "2026-01-01"]),
        ("云岭镇2026年10月住夜(9月26日至10月25日)", ("26日", "25日"), ["2026-09-26", "2026-10-25"]),
        ("云岭镇2026年1月住夜(12月26日至1月25日)", ("26日", "1月2日"), ["2025-12-26", "2026-01-02"]),
        (half("云岭镇2026年10月住夜(云办发(2025)36号)"), ("10月8日",), ["2026-10-08"]),
    ],
)
def test_years_and_months_that_titles_span(county: Connection, tmp_path: Path, title: str, days: tuple, expected: list[str]) -> None:
    found = read(county, tmp_path, "住夜", (title,), PAIR, *((each, "云正一") for each in days))
    assert [one.values["night"].isoformat() for one in found.records] == expected


@pytest.mark.parametrize(
    ("title", "days"),
    [
        (half("云岭镇10月住夜(2025年机构改革后人员)"), ("10月8日",)),
        ("云岭镇2025年10月住夜", ("2026-10-08", "10月9日")),
        ("云岭镇住夜", ("2025年12月31日", "1月1日")),
        ("云岭镇2026年10月住夜", ("2026-10-08", datetime(2025, 10, 9))),
    ],
)
def test_a_year_in_doubt_is_never_guessed(county: Connection, tmp_path: Path, title: str, days: tuple) -> None:
    found = read(county, tmp_path, "住夜", (title,), PAIR, *((each, "云正一") for each in days))
    assert [one.row.number for one in found.refused] == [2 + len(days)]
    assert "年" in found.refused[0].reason


# --- people by days ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "head", "expected"),
    [
        ("云岭镇2026年10月住夜", [("姓名", "1日", "2日", "3日", "4日", "5日")], [1, 3]),
        ("云岭镇2026年10月住夜", [("姓名", "日期"), (None, 1, 2, 3, 4, 5)], [1, 3]),
        ("云岭镇住夜", [("姓名", "2026年10月"), (None, "1日", "2日", "3日", "4日", "5日")], [1, 3]),
        ("云岭镇2026年住夜", [("姓名", "9月29日", "30日", "10月1日", "2日", "3日")], [29, 1]),
        (half("云岭镇2026年10月住夜(9月29日-10月28日)"), [("姓名", 29, 30, 1, 2, 3)], [29, 1]),
    ],
)
def test_days_over_the_columns(county: Connection, tmp_path: Path, title: str, head: list, expected: list[int]) -> None:
    found = read(county, tmp_path, "住夜", (title,), *head, ("云正一", "√", None, "√", None, "×"))
    assert [one.values["night"].day for one in found.records] == expected


def test_columns_of_two_months_that_nobody_names_are_refused(county: Connection, tmp_path: Path) -> None:
    found = read(county, tmp_path, "住夜", OCTOBER, ("姓名", 29, 30, 1, 2, 3), ("云正一", "√", None, "√"))
    assert (len(found.records), ["跨月" in one.reason for one in found.refused]) == (0, [True, True])


def test_a_legend_says_what_marks_mean(county: Connection, tmp_path: Path) -> None:
    head = ("姓名", 1, 2, 3, 4, 5)
    signs = read(county, tmp_path, "住夜", OCTOBER, head, ("云正一", "●", "○", "√"), (half("注:●住夜,○请假"),))
    assert [one.values["night"].day for one in signs.records] == [1, 3]
    ticked = read(county, tmp_path, "住夜", OCTOBER, head, ("云正一", "√", "▲"), (half("图例:√出勤 ▲住夜"),))
    assert [one.values["night"].day for one in ticked.records] == [2]
    assert "√(出勤)" in ticked.refused[0].reason


def test_a_line_of_the_day_shift_is_no_night(county: Connection, tmp_path: Path) -> None:
    lines = (("姓名", "时段", 1, 2, 3, 4, 5), ("云正一", "白天", *"√√√√√"), (None, "夜间", "√", None, None, None, "√"))
    assert [one.values["night"].day for one in read(county, tmp_path, "住夜", OCTOBER, *lines, merged="A3:A4").records] == [1, 5]


def test_a_table_of_days_by_people(county: Connection, tmp_path: Path) -> None:
    lines = (("日期", "星期", "云正一", "云正二"), ("10月8日", "四", "√", None), ("10月9日", "五", None, "√"), ("合计", None, 1, 1))
    assert nights(read(county, tmp_path, "住夜", OCTOBER, *lines)) == [("云正一", 8), ("云正二", 9)]


# --- whose rows ----------------------------------------------------------------------------------------------------------------


def test_a_line_with_a_units_name_says_whose_the_lines_below_are(county: Connection, tmp_path: Path) -> None:
    lines = (
        ("序号", *PAIR),
        ("上塘村",),
        (1, "10月8日", "上塘主任"),
        (half("二、下塘村(3人):"),),
        (1, "10月8日", "下塘主任"),
        (2, "13月1日", "下塘委甲"),
    )
    found = read(county, tmp_path, "住夜", OCTOBER, *lines)
    assert [one.values["area_code"] for one in found.records] == [SHANGTANG, XIATANG]
    returned_rows = [returned(one, found.kind) for one in found.refused]
    assert returned_rows[0].above[0] == "云岭镇下塘村"
    write_refused(returned_rows, tmp_path / "退回.xlsx")
    again = checked(found.kind, tmp_path / "退回.xlsx", directory(EVERYTHING, county), NOW)
    assert again.tables[0].unit == XIATANG
    townships = (("序号", *PAIR), ("云岭镇",), (1, "10月8日", "云正一"), ("沙湾镇",), (1, "10月8日", "沙正一"))
    whole = read(county, tmp_path, "住夜", ("2026年10月住夜汇总",), *townships)
    assert [one.values["area_code"] for one in whole.records] == [YUNLING, SHAWAN]


def test_a_village_cadre_in_a_townships_ledger_stayed_nobody_knows_where(county: Connection, tmp_path: Path) -> None:
    found = read(county, tmp_path, "住夜", OCTOBER, PAIR, ("10月8日", "上塘主任"), ("10月8日", "云正一"))
    assert [one.values["night"] for one in found.records] == [date(2026, 10, 8)]
    assert "上塘村任职,台账是云岭镇的" in found.refused[0].reason


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("山西省青禾县云岭镇", YUNLING),
        ("中共云岭镇委员会", YUNLING),
        (half("云岭镇政府(机关)"), YUNLING),
        ("上塘行政村", SHANGTANG),
        ("上塘村村部", SHANGTANG),
    ],
)
def test_units_as_letterheads_call_them(county: Connection, said: str, code: str) -> None:
    assert directory(EVERYTHING, county).unit(said, ("township", "village")) == code


@pytest.mark.parametrize("said", ["上塘村1组", "上塘村第一组", "上塘村一组", "云岭镇上塘村第1组"])
def test_groups_are_numbered_in_figures_or_in_words(county: Connection, said: str) -> None:
    assert directory(EVERYTHING, county).unit(said, ("group",)) == f"{SHANGTANG}0101"


# --- numbers, phones, stars ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spellings", [("1", half("第1号"), "001", 1.0), ("云信〔2026〕1号", "云信[2026]1号", half("云信(2026)1号"))])
def test_a_number_is_one_in_whatever_brackets(county: Connection, tmp_path: Path, spellings: tuple) -> None:
    head = ("编号", "发生地", "渠道", "类别", "大小", "点单时间")
    lines = [(said, "云岭镇", "热线", "道路", "小事", "2026-10-08") for said in spellings]
    found = read(county, tmp_path, "诉求", head, *lines)
    assert (len(found.records), len(found.refused)) == (1, len(spellings) - 1)


@pytest.mark.parametrize(("said", "stars"), [("五星", 5), ("★★★★", 4), ("4星", 4), ("5.0", 5)])
def test_stars_as_people_write_them(county: Connection, tmp_path: Path, said: str, stars: int) -> None:
    found = read(county, tmp_path, "诉求进展", ("编号", "评单", "评单时间"), ("N-1", said, "2026-10-09"))
    assert [one.extra["ratings"][0].stars for one in found.records] == [stars]


@pytest.mark.parametrize("phone", ["无", "/", half("13800000001(微信同号)"), "13800000001/13900000002"])
def test_a_word_in_the_column_of_phones_loses_no_night(county: Connection, tmp_path: Path, phone: str) -> None:
    assert nights(read(county, tmp_path, "住夜", OCTOBER, (*PAIR, "联系电话"), ("10月8日", "云正一", phone))) == [("云正一", 8)]
