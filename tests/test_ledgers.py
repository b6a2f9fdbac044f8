"""Ledgers: read as offices write them, refused in plain words, never counted twice, nothing lost."""

from __future__ import annotations

import json
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import Connection, Engine, func, insert, select

from data_access.board_tables import BoardAudit, BoardImport, BoardImportRow
from data_access.imports import LEDGER_NAMES, imports, refused_row_cells, refused_rows
from data_access.scope import Scope
from data_access.tables import (
    Appointment,
    Household,
    NightLecturer,
    NightSession,
    NightStay,
    Person,
    Petition,
    PetitionEvent,
    PetitionRating,
    Table,
)
from ingest.__main__ import main
from ingest.ledgers import cells
from ingest.ledgers.cells import Fault
from ingest.ledgers.checks import KINDS, checked, kind_named
from ingest.ledgers.directory import directory
from ingest.ledgers.formats import Unreadable
from ingest.ledgers.load import Loaded, load, matched
from ingest.ledgers.refused import returned, write_refused
from ingest.ledgers.template import write_template
from ingest.ledgers.years import Calendar
from tests.builders import EVERYTHING, PATCH, TOWNSHIP, VILLAGE, a_county, a_household, a_person, a_petition, an_appointment, an_area

NOW = datetime(2026, 11, 20, 20, 0, 0)
STAY = ("日期", "姓名", "单位")


def a_book(folder: Path, *lines: tuple[Any, ...], name: str = "台账.xlsx") -> Path:
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(list(line))
    book.save(folder / name)
    return folder / name


def put(connection: Connection, kind: str, path: Path, now: datetime = NOW, scope: Scope = EVERYTHING) -> Loaded:
    known = kind_named(kind)
    found = checked(known, path, directory(scope, connection, households=known.households), now)
    return load(connection, found, file_name=path.name, digest="d", now=now, by="test")


def told(result: Loaded) -> list[str]:
    """Without the cell's address, which every sentence begins with."""
    return [one.sentence().removeprefix(f"{one.place} ") for one in result.refused]


def rows(connection: Connection, table: type[Table]) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def county(connection: Connection) -> Connection:
    """泥河镇 with 河东村; 张三 a leader of the township since 2025, 李四 a chief of the village."""
    a_county(connection)
    an_appointment(connection, "township_leader", person=a_person(connection, "张三", "13800000001"))
    an_appointment(connection, "village_chief", VILLAGE, person=a_person(connection, "李四", "13800000002"))
    return connection


def the_day(written: Any, year: int | None = 2026) -> date:
    found = cells.written_day(written)
    assert found is not None
    return Calendar(year, 10).day(found)


# --- single values ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        *("2026-10-8", "2026/10/8", "20261008", 20261008, "2026.10.8", "2026年10月8日", "10月8日", " 10 月 8 日 ", "２０２６－１０－８"),
        *(46303, "46303", 46303.0, datetime(2026, 10, 8), date(2026, 10, 8), "2026-10-08 星期四", "10-8"),
    ],
)
def test_a_day_is_read_however_it_is_written(written: Any) -> None:
    assert the_day(written) == date(2026, 10, 8)


@pytest.mark.parametrize("written", ["2026-13-1", "2026-02-30", "下周一", 10.8, "2026", "1026-10-08", "2026-10-08 25:00", "10月"])
def test_what_is_no_day_is_refused(written: Any) -> None:
    with pytest.raises(Fault):
        the_day(written)


def test_a_day_without_a_year_needs_the_files_year() -> None:
    with pytest.raises(Fault, match="没有年份"):
        the_day("10月8日", year=None)


@pytest.mark.parametrize(
    "written", ["2026-10-8 9:05", "2026-10-08T09:05:00", datetime(2026, 10, 8, 9, 5), "2026年10月8日 9时5分", "10月8日9点5分"]
)
def test_a_moment_has_day_and_time(written: Any) -> None:
    found = cells.written_day(written)
    assert found is not None
    assert (the_day(written), found.clock) == (date(2026, 10, 8), time(9, 5))


@pytest.mark.parametrize(("written", "number"), [("１２", 12), ("12人", 12), (12.0, 12), ("1,200", 1200), ("", None), (" 0 ", 0)])
def test_whole_numbers(written: Any, number: int | None) -> None:
    assert cells.whole_number(written) == number


@pytest.mark.parametrize("written", ["-3", "2.5", "三", "1e5"])
def test_what_is_no_whole_number_is_refused(written: str) -> None:
    with pytest.raises(Fault):
        cells.whole_number(written)


# --- files -------------------------------------------------------------------------------------------------------------


def test_merged_header_lines_extra_columns_and_sums_are_taken_in_stride(county: Connection, tmp_path: Path) -> None:
    path = a_book(
        tmp_path,
        ("泥河镇2026年10月住夜登记表",),
        ("序号", "日期", "人员", None, "领导签字"),
        (None, None, "姓 名", "单位*", None),
        (1, "10月8日", "张 三", "泥河镇", "王"),
        ("合计", 1),
    )
    result = put(county, "住夜", path)
    assert (result.added, told(result)) == (1, [])
    assert county.execute(select(NightStay.area_code, NightStay.night)).all() == [(TOWNSHIP, date(2026, 10, 8))]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_is_read_in_the_encodings_offices_use(county: Connection, tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "住夜.csv"
    path.write_bytes("日期,姓名,单位,备注\n2026-10-08,张三,泥河镇,𠮷日\n".encode(encoding))
    assert put(county, "night_stay", path).added == 1
    assert county.scalar(select(NightStay.note)) == "𠮷日"


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("坏.xlsx", b"PK nothing", "损坏"),
        ("旧.xls", b"\xd0\xcf\x11\xe0", "xls"),
        ("无表头.csv", "一,二\n1,2\n".encode(), "没有找到表头"),
        ("缺列.csv", "日期,备注\n2026-10-08,x\n".encode(), "缺少列:姓名"),
        ("乱码.csv", b"\x80\xff\xff\x00", "不是文本"),
    ],
)
def test_an_unreadable_file_says_why(county: Connection, tmp_path: Path, name: str, content: bytes, why: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Unreadable, match=why):
        put(county, "住夜", tmp_path / name)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.id)
def test_a_template_reads_back_with_its_example_skipped(county: Connection, tmp_path: Path, kind: Any) -> None:
    path = tmp_path / "t.xlsx"
    write_template(kind, path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [kind.name, "说明"]
    assert book[kind.name]["A2"].value == "示例"
    found = checked(kind, path, directory(EVERYTHING, county), NOW)
    assert (found.total, found.skipped) == (0, 1)
    assert {column.title for column in kind.columns} <= found.tables[0].known.keys()


def test_the_pages_offer_exactly_the_ledgers_there_are() -> None:
    assert {kind.id: kind.name for kind in KINDS.values()} == LEDGER_NAMES


# --- who and where -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (("2026-10-08", "王五", "泥河镇"), "第 2 行“姓名”:泥河镇没有叫“王五”的在任人员"),
        (("2026-10-08", "张三", "无名镇"), "第 2 行“单位”:没有叫“无名镇”的乡镇或村或片或组或邻"),
        (("2026-11-21", "张三", "泥河镇"), "第 2 行“日期”:2026-11-21 在今天之后"),
        (("2024-12-31", "张三", "泥河镇"), "第 2 行“姓名”:“张三”在泥河镇自 2025-01-01 起任职,2024-12-31 尚未任职"),
        (("2026-10-08", None, "泥河镇"), "第 2 行“姓名”:“姓名”没有填"),
        (("2026-10-08", "张三", None), "第 2 行“单位”:“单位”没有填(或填手机号、人员编号)"),
        ((None, "张三", "泥河镇"), "第 2 行“日期”:“日期”没有填"),
    ],
)
def test_a_refused_row_names_row_column_and_reason(county: Connection, tmp_path: Path, line: tuple[Any, ...], why: str) -> None:
    result = put(county, "住夜", a_book(tmp_path, STAY, line))
    assert told(result) == [why]
    assert rows(county, NightStay) == 0


def test_the_last_day_in_post_counts_and_the_day_after_does_not(county: Connection, tmp_path: Path) -> None:
    an_appointment(county, "township_staff", person=a_person(county, "赵六"), valid_to=date(2026, 10, 8))
    result = put(county, "住夜", a_book(tmp_path, STAY, ("2026-10-08", "赵六", "泥河镇"), ("2026-10-09", "赵六", "泥河镇")))
    assert result.added == 1
    assert told(result) == ["第 3 行“姓名”:“赵六”在泥河镇任职到 2026-10-08 为止,2026-10-09 已不在任"]


def test_two_people_of_one_name_are_told_apart_by_phone(county: Connection, tmp_path: Path) -> None:
    other = an_appointment(county, "township_staff", person=a_person(county, "张三", "13900000009"))
    first = county.scalar(select(Person.id).where(Person.name == "张三", Person.phone == "13800000001"))
    path = a_book(tmp_path, (*STAY, "手机号"), ("2026-10-08", "张三", "泥河镇", None), ("2026-10-08", "张三", "泥河镇", "139-0000-0009"))
    result = put(county, "住夜", path)
    assert told(result) == [
        f"第 2 行“姓名”:泥河镇有 2 名叫“张三”的在任人员:泥河镇班子成员(人员编号 {first})、泥河镇在编在岗职工(人员编号 {other});"
        "请选定是哪一位,或填手机号、人员编号"
    ]
    assert county.scalars(select(NightStay.person_id)).all() == [other]


def test_an_area_may_stand_in_columns_by_level(county: Connection, tmp_path: Path) -> None:
    path = a_book(tmp_path, ("日期", "姓名", "乡镇", "村"), ("2026-10-08", "李四", "泥河镇", "河东村"))
    assert put(county, "住夜", path).added == 1
    assert county.scalar(select(NightStay.area_code)) == VILLAGE


def test_a_village_name_that_two_townships_have_needs_its_path(county: Connection, tmp_path: Path) -> None:
    an_area(county, "149981102", "township", "沙河镇")
    an_area(county, "149981102201", "village", "河东村")
    path = a_book(tmp_path, STAY, ("2026-10-08", "李四", "河东村"), ("2026-10-08", "李四", "泥河镇 / 河东村"))
    result = put(county, "住夜", path)
    assert result.added == 1
    assert "有 2 个“河东村”" in told(result)[0]


def test_what_lies_outside_the_scope_is_unknown(county: Connection, tmp_path: Path) -> None:
    result = put(county, "住夜", a_book(tmp_path, STAY, ("2026-10-08", "张三", "泥河镇")), scope=EVERYTHING.narrowed("149981999"))
    assert result.added == 0
    assert "没有叫“泥河镇”" in told(result)[0]


# --- loading -----------------------------------------------------------------------------------------------------------


def test_the_same_file_twice_counts_once(county: Connection, tmp_path: Path) -> None:
    path = a_book(tmp_path, STAY, ("2026-10-08", "张三", "泥河镇"), ("2026-10-09", "张三", "泥河镇"))
    first, second = put(county, "住夜", path), put(county, "住夜", path)
    assert (first.added, second.added, second.same) == (2, 0, 2)
    assert rows(county, NightStay) == 2


def test_a_file_that_does_not_say_when_its_rows_were_entered_is_known_as_such(county: Connection, tmp_path: Path) -> None:
    timed = (*STAY, "填报时间")
    put(
        county,
        "住夜",
        a_book(tmp_path, timed, ("2026-10-08", "张三", "泥河镇", "2026-10-08 22:00"), ("2026-10-09", "张三", "泥河镇", None)),
    )

    def nights() -> list[tuple]:
        return [tuple(row) for row in county.execute(select(NightStay.recorded_at, NightStay.backfilled).order_by(NightStay.night))]

    assert nights() == [(datetime(2026, 10, 8, 22), False), (NOW, True)]
    told = put(county, "住夜", a_book(tmp_path, timed, ("2026-10-09", "张三", "泥河镇", "2026-10-10 07:00")))
    assert (told.changed, nights()[1]) == (1, (datetime(2026, 10, 10, 7), False))
    again = put(county, "住夜", a_book(tmp_path, timed, ("2026-10-09", "张三", "泥河镇", "2026-10-12 07:00")))
    assert (again.same, nights()[1]) == (1, (datetime(2026, 10, 10, 7), False)), "what was said once stays"


def test_a_line_written_twice_in_one_file_is_refused_the_second_time(county: Connection, tmp_path: Path) -> None:
    path = a_book(tmp_path, STAY, ("2026-10-08", "张三", "泥河镇"), ("10月8日", "张三", "泥河镇"), name="2026年10月.xlsx")
    result = put(county, "住夜", path)
    assert result.added == 1
    assert "与第 2 行重复" in told(result)[0]


def test_refused_rows_are_kept_whole_and_can_be_corrected(county: Connection, tmp_path: Path) -> None:
    path = a_book(tmp_path, (*STAY, "领导签字"), ("2026-10-08", "王五", "泥河镇", "已阅 @"), ("2026-10-08", "张三", "泥河镇", "x"))
    result = put(county, "住夜", path)
    kept = refused_row_cells(EVERYTHING, county, result.import_id)
    assert json.loads(kept["cells"][0]) == [["日期", "2026-10-08"], ["姓名", "王五"], ["单位", "泥河镇"], ["领导签字", "已阅 @"]]
    out = tmp_path / "refused.xlsx"
    write_refused([returned(one, kind_named("住夜")) for one in result.refused], out)
    book = openpyxl.load_workbook(out)
    assert book.active["B3"].value == "姓名:泥河镇没有叫“王五”的在任人员"
    book.active["D3"].value = "张三"
    book.active["C3"].value = "2026-10-09"
    book.save(out)
    assert put(county, "住夜", out).added == 1


def test_a_value_that_looks_like_a_formula_stays_a_text(county: Connection, tmp_path: Path) -> None:
    path = tmp_path / "住夜.csv"
    path.write_text("日期,姓名,单位,备注\n2026-10-08,=cmd|'/c calc'!A1,泥河镇,x\n2026-10-08,张三,泥河镇,=1+1\n", encoding="utf-8")
    result = put(county, "住夜", path)
    assert county.scalar(select(NightStay.note)) == "=1+1"
    out = tmp_path / "refused.xlsx"
    write_refused([returned(one, kind_named("住夜")) for one in result.refused], out)
    cell = openpyxl.load_workbook(out).active["D3"]
    assert (cell.value, cell.data_type) == ("=cmd|'/c calc'!A1", "s")


def test_names_in_the_log_are_masked_for_whoever_may_not_see_them(county: Connection, tmp_path: Path) -> None:
    result = put(county, "住夜", a_book(tmp_path, STAY, ("2026-10-08", "王五六", "泥河镇")))
    shown = refused_rows(Scope("", may_administer=True), county, result.import_id).iloc[0]
    assert (shown["value"], shown["reason"]) == ("王**", "泥河镇没有叫“王**”的在任人员")
    assert refused_rows(Scope("", may_see_names=True), county, result.import_id).empty
    assert refused_row_cells(Scope("", may_administer=True), county, result.import_id).empty


def test_the_log_and_the_audit_say_who_loaded_what(county: Connection, tmp_path: Path) -> None:
    put(county, "住夜", a_book(tmp_path, STAY, ("2026-10-08", "张三", "泥河镇"), ("2026-10-08", "王五", "泥河镇"), name="本次.xlsx"))
    entry = imports(EVERYTHING, county).iloc[0]
    assert (entry["file_name"], entry["rows_total"], entry["rows_added"], entry["rows_refused"], entry["loaded_by"]) == (
        "本次.xlsx",
        2,
        1,
        1,
        "test",
    )
    said = county.scalar(select(BoardAudit.detail).where(BoardAudit.action == "import"))
    assert said == "住夜 本次.xlsx:共 2 行,新增 1,更新 0,已有 0,退回 1"


def test_checking_writes_nothing(county: Connection, tmp_path: Path) -> None:
    found = checked(kind_named("住夜"), a_book(tmp_path, STAY, ("2026-10-08", "张三", "泥河镇")), directory(EVERYTHING, county), NOW)
    assert len(matched(county, found).added) == 1
    assert rows(county, NightStay) == rows(county, BoardImport) == rows(county, BoardImportRow) == 0


def test_an_own_number_may_not_stand_for_another_record(county: Connection, tmp_path: Path) -> None:
    head = (*STAY, "台账编号")
    put(county, "住夜", a_book(tmp_path, head, ("2026-10-08", "张三", "泥河镇", "7")))
    result = put(county, "住夜", a_book(tmp_path, head, ("2026-10-09", "张三", "泥河镇", "7")))
    assert "“7”已用于另一条记录" in told(result)[0]
    assert county.scalars(select(NightStay.night)).all() == [date(2026, 10, 8)]


def test_statements_do_not_grow_with_the_rows(county: Connection, tmp_path: Path) -> None:
    from sqlalchemy import event

    path = a_book(tmp_path, STAY, *((f"2026-{month:02d}-{day:02d}", "张三", "泥河镇") for month in range(1, 11) for day in range(1, 29)))
    seen: list[str] = []
    event.listen(county, "before_cursor_execute", lambda *given: seen.append(given[2]))
    assert put(county, "住夜", path).added == 280
    assert len([each for each in seen if "TRIGGER" not in each]) < 20  # a fixed few more: SQLite's are taken away and put back
    assert len(seen) < 30


# --- the other ledgers ---------------------------------------------------------------------------------------------------


def test_a_session_brings_its_lecturers_and_a_correction_replaces_them(county: Connection, tmp_path: Path) -> None:
    head = ("日期", "类型", "单位", "主题", "授课人")
    assert put(county, "夜学夜谈", a_book(tmp_path, head, ("2026-10-12", "夜学", "泥河镇", "三农", "张三、李四"))).added == 1
    assert rows(county, NightLecturer) == 2
    again = put(county, "夜学夜谈", a_book(tmp_path, head, ("2026-10-12", "夜学", "泥河镇", "三农", "张三")))
    assert (again.changed, rows(county, NightSession), rows(county, NightLecturer)) == (1, 1, 1)


def test_a_new_county_is_built_from_its_registers(connection: Connection, tmp_path: Path) -> None:
    areas = a_book(
        tmp_path, ("代码", "名称"), ("149981", "新县"), ("149981101", "泥河镇"), ("149981101201", "河东村"), ("999999999", "飞地")
    )
    result = put(connection, "区划", areas)
    assert (result.added, told(result)) == (3, ["第 5 行“代码”:上级区划 999999 不在名册里,请先装入上级"])
    head = ("姓名", "职务", "单位", "任职日期", "免职日期")
    posts = [("王五", "党政正职", "泥河镇", "2025-01-01", None), ("王五", "班子成员", "泥河镇", "2024-01-01", "2024-12-31")]
    assert put(connection, "人员任职", a_book(tmp_path, head, *posts)).added == 2
    assert (rows(connection, Person), rows(connection, Appointment)) == (1, 2)
    left = put(connection, "人员任职", a_book(tmp_path, head, ("王五", "党政正职", "泥河镇", "2025-01-01", "2026-10-31")))
    assert (left.changed, rows(connection, Person), rows(connection, Appointment)) == (1, 1, 2)
    homes = a_book(tmp_path, ("户编号", "所属邻", "户类型"), ("H1", "河东村", "重点户"))
    assert [put(connection, "户", homes).added, put(connection, "户", homes).same] == [1, 1]
    assert rows(connection, Household) == 1


def test_visits_and_answers_name_a_household_by_its_number(county: Connection, tmp_path: Path) -> None:
    known = a_household(county, area=VILLAGE)
    an_appointment(county, "patch_captain", PATCH, person=a_person(county, "片长甲", None))
    path = a_book(tmp_path, ("日期", "姓名", "户编号"), ("2026-10-08", "片长甲", str(known)), ("2026-10-08", "片长甲", "没有的"))
    result = put(county, "走访", path)
    assert (result.added, told(result)) == (1, ["第 3 行“户编号”:没有户编号为“没有的”的户"])


PETITION_HEAD = ("编号", "发生地", "渠道", "类别", "大小", "点单时间", "办结时间", "办理结果", "评单星级", "评单时间")


def test_a_petition_moves_on_when_its_ledger_is_loaded_again(county: Connection, tmp_path: Path) -> None:
    opened = ("N-1", "泥河镇河东村", "微信群", "道路", "小事", "2026-10-08 09:00")
    assert put(county, "诉求", a_book(tmp_path, PETITION_HEAD, opened)).added == 1
    ended = put(county, "诉求", a_book(tmp_path, PETITION_HEAD, (*opened, "2026-10-09 10:00", "已化解", 5, "2026-10-10")))
    again = put(county, "诉求", a_book(tmp_path, PETITION_HEAD, (*opened, "2026-10-09 10:00", "已化解", 5, "2026-10-10")))
    assert (ended.changed, again.changed, again.same) == (1, 0, 1)
    assert county.execute(select(Petition.ended_at, Petition.outcome)).one() == (datetime(2026, 10, 9, 10), "resolved")
    assert sorted(county.scalars(select(PetitionEvent.kind))) == ["open", "resolve"]
    assert county.scalars(select(PetitionRating.stars)).all() == [5]


def test_a_petition_of_another_system_is_not_touched(county: Connection, tmp_path: Path) -> None:
    a_petition(county, "2026-10-01 08:00", number="N-1", source="12345")
    result = put(county, "诉求", a_book(tmp_path, PETITION_HEAD, ("N-1", "河东村", "热线", "道路", "小事", "2026-10-08 09:00")))
    assert told(result) == ["第 2 行“编号”:编号 N-1 已由12345登记,台账不能改动"]


def test_an_accusation_is_restricted_also_where_it_is_refused(county: Connection, tmp_path: Path) -> None:
    lines = [("N-1", "河东村", "其他", "检举控告", "大事", "2026-10-08"), ("N-2", "无名村", "其他", "检举控告", "大事", "2026-10-08")]
    result = put(county, "诉求", a_book(tmp_path, PETITION_HEAD, *lines))
    assert county.scalars(select(Petition.restricted)).all() == [True]
    assert refused_rows(EVERYTHING, county, result.import_id).empty
    holder = Scope("", may_administer=True, may_see_restricted=True, may_see_names=True)
    assert len(refused_rows(holder, county, result.import_id)) == 1


@pytest.mark.parametrize(
    ("more", "why"),
    [(("2026-10-07", "已化解"), "早于点单时间"), (("2026-10-09", None), "须填办理结果"), ((None, "已化解"), "须填办结时间")],
)
def test_a_petitions_steps_must_make_sense(county: Connection, tmp_path: Path, more: tuple[Any, ...], why: str) -> None:
    line = ("N-1", "河东村", "热线", "道路", "小事", "2026-10-08 09:00", *more)
    assert why in told(put(county, "诉求", a_book(tmp_path, PETITION_HEAD, line)))[0]


def test_a_slot_is_announced_first_and_told_later(county: Connection, tmp_path: Path) -> None:
    head = ("日期", "单位", "接待场所", "A岗", "是否公示", "实际接待人", "批次", "人次")
    soon = put(county, "接待", a_book(tmp_path, head, ("2026-11-25", "泥河镇", "乡镇机关", "张三", "是")))
    early = put(county, "接待", a_book(tmp_path, head, ("2026-11-26", "泥河镇", "乡镇机关", "张三", "是", "张三", 1, 2)))
    held = a_book(tmp_path, head, ("2026-11-25", "泥河镇", "乡镇机关", "张三", "是", "张三", 1, 2))
    later = put(county, "接待", held, now=datetime(2026, 11, 26, 9))
    assert (soon.added, early.added, later.changed) == (1, 0, 1)


# --- the command line ----------------------------------------------------------------------------------------------------


@pytest.fixture
def commanded(database: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))
    with database.begin() as connection:
        a_county(connection)
        person = connection.execute(insert(Person).values(name="张三")).inserted_primary_key[0]
        connection.execute(
            insert(Appointment).values(person_id=person, role="township_leader", area_code=TOWNSHIP, valid_from=date(2025, 1, 1))
        )
    return database


def test_exit_codes_and_the_refused_workbook_beside_the_file(commanded: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = str(a_book(tmp_path, STAY, ("2026-10-08", "张三", "泥河镇"), name="good.xlsx"))
    mixed = str(a_book(tmp_path, STAY, ("2026-10-09", "张三", "泥河镇"), ("2026-10-09", "王五", "泥河镇"), name="mixed.xlsx"))
    assert [main(["check", "住夜", good]), main(["load", "住夜", good, "--dry-run"])] == [0, 0]
    with commanded.connect() as connection:
        assert rows(connection, NightStay) == rows(connection, BoardImport) == 0
    assert [main(["load", "住夜", good]), main(["load", "住夜", mixed])] == [0, 1]
    assert (tmp_path / "mixed.refused.xlsx").is_file()
    assert main(["load", "住夜", str(tmp_path / "none.xlsx")]) == 2
    assert main(["load", "不存在", good]) == 2
    assert "第 3 行“姓名”:泥河镇没有叫“王五”的在任人员" in capsys.readouterr().out
    with commanded.connect() as connection:
        assert rows(connection, NightStay) == 2
