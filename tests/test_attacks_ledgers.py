"""A ledger, a correction, an undo and a choice of one township against the rows of another, by every kind of ledger; and files that are
made to be large."""

from __future__ import annotations

import tracemalloc
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from data_access.board_tables import BoardImportKey
from data_access.imports import import_count, imports, refused_count, refused_rows
from data_access.scope import Scope
from data_access.tables import CONTRACT, Person, Table
from ingest.ledgers import formats
from ingest.ledgers.checks import KINDS, checked, kind_named
from ingest.ledgers.choices import keep_choice
from ingest.ledgers.correct import corrections
from ingest.ledgers.directory import directory
from ingest.ledgers.formats import Unreadable
from ingest.ledgers.undo import plan
from tests.builders import (
    CELL,
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    a_county,
    a_household,
    a_person,
    a_petition,
    an_appointment,
    an_area,
)
from tests.test_attacks_data import KEEPER, put
from tests.test_ledgers import NOW, a_book

OTHER, OTHER_VILLAGE, OTHER_CELL = "149981102", "149981102201", "1499811022010101001"
MINE = Scope.operator(TOWNSHIP)
UNTIL = "2026-06-30"


@pytest.fixture
def two_townships(connection: Connection) -> tuple[Connection, dict[str, int]]:
    """泥河镇 and 石桥镇. 孙八 served in 泥河镇 up to June, since then in 石桥镇, as a captain and as a leader."""
    a_county(connection)
    for code, level, name in ((OTHER, "township", "石桥镇"), (OTHER_VILLAGE, "village", "石桥村"), (OTHER_CELL, "cell", "石桥邻")):
        an_area(connection, code, level, name)
    who = {
        name: a_person(connection, name, phone)
        for name, phone in (("张三", "13800000001"), ("赵六", "13800000002"), ("孙八", "13800000003"))
    }
    for role, area in (("township_leader", TOWNSHIP), ("cell_captain", CELL), ("village_chief", VILLAGE)):
        an_appointment(connection, role, area, person=who["张三"])
        an_appointment(connection, role, area, person=who["孙八"], valid_to=date.fromisoformat(UNTIL))
    for role, area in (("township_leader", OTHER), ("cell_captain", OTHER_CELL), ("village_chief", OTHER_VILLAGE)):
        an_appointment(connection, role, area, person=who["赵六"])
        an_appointment(connection, role, area, person=who["孙八"], since="2026-07-01")
    connection.execute(insert(BoardImportKey), {"kind": "household", "ref": "HD-1", "row_id": a_household(connection)})
    return connection, who


THEIRS: dict[str, tuple[tuple[Any, ...], tuple[Any, ...], tuple[Any, ...]]] = {
    # By kind of ledger: the header, a line that 石桥镇 has loaded, and what 泥河镇 then sends under the same key. NUMBER: 孙八's.
    "department": (("代码", "名称"), ("149981D001", "民政局"), ("149981D001", "泥河镇民政局")),
    "area": (("代码", "名称", "参加排名"), (OTHER_VILLAGE, "石桥村", "是"), (COUNTY, "泥河县", "否")),
    "person": (
        ("姓名", "职务", "单位", "任职日期", "免职日期", "手机号", "人员编号"),
        ("孙八", "班子成员", OTHER, "2026-07-01", "", "13800000003", "NUMBER"),
        ("孙八", "班子成员", TOWNSHIP, "2025-01-01", UNTIL, "13899999999", "NUMBER"),
    ),
    "household": (("户编号", "所属邻", "户类型"), ("HD-9", OTHER_CELL, "重点户"), ("HD-9", CELL, "普通户")),
    "night_stay": (
        ("日期", "姓名", "单位", "备注", "台账编号", "人员编号"),
        ("2026-10-08", "孙八", OTHER, "原样", "5", "NUMBER"),
        ("2026-10-08", "孙八", OTHER, "改掉", "5", "NUMBER"),
    ),
    "duty_roster": (
        ("日期", "姓名", "单位", "值班电话", "台账编号", "人员编号"),
        ("2026-12-08", "孙八", OTHER, "13900000001", "5", "NUMBER"),
        ("2026-12-08", "孙八", OTHER, "13900000002", "5", "NUMBER"),
    ),
    "night_session": (
        ("日期", "类型", "单位", "参加人数", "台账编号"),
        ("2026-10-08", "夜学", OTHER, 40, "5"),
        ("2026-10-08", "夜学", OTHER, 4, "5"),
    ),
    "night_visit": (
        ("日期", "姓名", "走访村", "人次", "台账编号", "人员编号"),
        ("2026-10-08", "孙八", OTHER_VILLAGE, 4, "5", "NUMBER"),
        ("2026-10-08", "孙八", OTHER_VILLAGE, 1, "5", "NUMBER"),
    ),
    "reception_slot": (
        ("日期", "单位", "接待场所", "A岗", "批次", "台账编号"),
        ("2026-10-08", OTHER, "乡镇机关", "赵六", 3, "5"),
        ("2026-10-08", OTHER, "乡镇机关", "", 1, "5"),
    ),
    "captain_visit": (
        ("日期", "姓名", "户编号", "备注", "台账编号", "人员编号"),
        ("2026-10-08", "孙八", "HD-2", "原样", "5", "NUMBER"),
        ("2026-10-08", "孙八", "HD-2", "改掉", "5", "NUMBER"),
    ),
    "captain_meeting": (
        ("日期", "类型", "单位", "参加人数", "台账编号"),
        ("2026-10-08", "民情恳谈会", OTHER_CELL, 12, "5"),
        ("2026-10-08", "民情恳谈会", OTHER_CELL, 1, "5"),
    ),
    "training_attendance": (
        ("日期", "姓名", "类型", "人员编号"),
        ("2026-10-08", "孙八", "集中培训", "NUMBER"),
        ("2026-10-09", "孙八", "集中培训", "NUMBER"),
    ),
    "good_deed": (
        ("日期", "姓名", "善事", "公示日期", "台账编号", "人员编号"),
        ("2026-10-08", "孙八", "原样", "", "5", "NUMBER"),
        ("2026-10-08", "孙八", "改掉", "2026-10-09", "5", "NUMBER"),
    ),
    "petition": (
        ("编号", "发生地", "渠道", "类别", "大小", "点单时间", "事由", "评单星级", "评单时间"),
        ("NH-2026-1", OTHER_VILLAGE, "热线", "道路", "小事", "2026-10-08 09:00", "原样", "", ""),
        ("NH-2026-1", VILLAGE, "热线", "水利", "大事", "2026-10-08 09:00", "改掉", 1, "2026-10-10 09:00"),
    ),
    "petition_step": (
        ("编号", "办结时间", "办理结果", "评单星级", "评单时间"),
        ("NH-2026-2", "2026-10-09 09:00", "已化解", "", ""),
        ("NH-2026-2", "2026-10-10 09:00", "撤回", 1, "2026-10-10 09:00"),
    ),
    "leave_period": (
        ("姓名", "类型", "开始日期", "结束日期", "人员编号"),
        ("孙八", "请假", "2026-09-01", "2026-09-02", "NUMBER"),
        ("孙八", "请假", "2026-09-01", "2026-12-31", "NUMBER"),
    ),
    "survey_response": (
        ("年度", "姓名", "问卷编号", "得分", "人员编号", "作答日期"),
        (2026, "孙八", "12", 5, "NUMBER", "2026-10-08"),
        (2026, "孙八", "12", 1, "NUMBER", "2026-10-08"),
    ),
    "captain_mark": (
        ("年度", "姓名", "类别", "分值", "事由", "佐证", "认定单位", "认定日期", "文号", "人员编号"),
        (2026, "孙八", "加分", "2", "带头调解", "纪要", "石桥镇党委", "2026-10-08", "3", "NUMBER"),
        (2026, "孙八", "加分", "1", "带头调解", "纪要", "泥河镇党委", "2026-10-08", "3", "NUMBER"),
    ),
}


def whole(connection: Connection) -> dict[tuple[str, Any], dict[str, Any]]:
    """Every row of the contract's tables."""
    found = {}
    for name in CONTRACT:
        table = Table.metadata.tables[name]
        key = next(column.name for column in table.columns if column.primary_key)
        found |= {(name, row[key]): dict(row) for row in connection.execute(select(table)).mappings()}
    return found


def test_every_kind_of_ledger_is_attacked() -> None:
    assert set(THEIRS) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_township_can_neither_move_nor_change_what_another_has_loaded(
    two_townships: tuple[Connection, dict[str, int]], tmp_path: Path, kind: str
) -> None:
    connection, who = two_townships
    a_petition(connection, "2026-10-08 09:00", number="NH-2026-2", area=OTHER_VILLAGE, source="ledger", source_ref="NH-2026-2")
    connection.execute(insert(BoardImportKey), {"kind": "household", "ref": "HD-2", "row_id": a_household(connection, area=OTHER_CELL)})
    head, their_line, my_line = ([who["孙八"] if cell == "NUMBER" else cell for cell in line] for line in THEIRS[kind])
    loaded = put(connection, kind, a_book(tmp_path, tuple(head), tuple(their_line)))
    assert not loaded.refused, [one.reason for one in loaded.refused]
    before = whole(connection)

    attack = put(connection, kind, a_book(tmp_path, tuple(head), tuple(my_line)), MINE)
    after = whole(connection)
    assert {key: after.get(key) for key in before} == before
    assert (attack.added, attack.changed, len(attack.refused)) == (0, 0, 1)
    assert after.keys() == before.keys()

    again = checked(kind_named(kind), a_book(tmp_path, tuple(head), tuple(my_line)), directory(MINE, connection), NOW)
    assert corrections(connection, again).rows == []


def test_a_township_goes_on_loading_its_own(two_townships: tuple[Connection, dict[str, int]], tmp_path: Path) -> None:
    connection, who = two_townships
    stay = ("日期", "姓名", "单位", "备注", "台账编号")
    line = ("2026-10-08", "张三", "泥河镇", "", "5")
    assert put(connection, "住夜", a_book(tmp_path, stay, line), MINE).added == 1
    assert put(connection, "住夜", a_book(tmp_path, stay, (*line[:3], "补记", "5")), MINE).changed == 1
    leave = ("姓名", "类型", "开始日期", "结束日期", "人员编号")
    assert put(connection, "请假", a_book(tmp_path, leave, ("孙八", "请假", "2026-03-02", "2026-03-03", who["孙八"])), MINE).added == 1
    post = ("姓名", "职务", "单位", "任职日期", "手机号")
    phone = a_book(tmp_path, post, ("张三", "班子成员", "泥河镇", "2025-01-01", "13811111111"))
    assert put(connection, "人员任职", phone, MINE).changed == 1
    assert connection.scalar(select(Person.phone).where(Person.name == "张三")) == "13811111111"
    petition = ("编号", "发生地", "渠道", "类别", "大小", "点单时间", "经办人")
    first = ("NH-2026-7", VILLAGE, "热线", "道路", "小事", "2026-10-08 09:00", "")
    assert put(connection, "诉求", a_book(tmp_path, petition, first), MINE).added == 1
    assert put(connection, "诉求", a_book(tmp_path, petition, (*first[:6], "张三")), MINE).changed == 1
    assert put(connection, "诉求进展", a_book(tmp_path, ("编号", "派单时间"), ("NH-2026-7", "2026-10-09 09:00")), MINE).changed == 1


def test_a_township_can_neither_undo_nor_read_what_another_has_loaded(
    two_townships: tuple[Connection, dict[str, int]], tmp_path: Path
) -> None:
    connection, _ = two_townships
    lines = (("2026-10-08", "赵六", "石桥镇"), ("2026-10-08", "无名氏", "石桥镇"))
    theirs = put(connection, "住夜", a_book(tmp_path, ("日期", "姓名", "单位"), *lines), Scope.operator(OTHER))
    mine = put(connection, "住夜", a_book(tmp_path, ("日期", "姓名", "单位"), ("2026-10-08", "张三", "泥河镇")), MINE)
    whole_county = put(connection, "住夜", a_book(tmp_path, ("日期", "姓名", "单位"), ("2026-10-09", "张三", "泥河镇")))
    administrator = Scope(TOWNSHIP, may_administer=True, may_see_names=True)
    for import_id in (theirs.import_id, whole_county.import_id):
        with pytest.raises(LookupError, match="没有装入编号"):
            plan(connection, import_id, administrator)
    assert plan(connection, mine.import_id, administrator).obstacles == []
    assert (list(imports(administrator, connection)["id"]), import_count(administrator, connection)) == ([mine.import_id], 1)
    assert refused_rows(administrator, connection, theirs.import_id).empty
    assert refused_count(administrator, connection, theirs.import_id) == 0
    assert refused_count(KEEPER, connection, theirs.import_id) == 1
    assert import_count(Scope(OTHER), connection) == 0, "without the right to administer nothing"


def test_a_township_chooses_nobody_for_another(two_townships: tuple[Connection, dict[str, int]]) -> None:
    connection, who = two_townships
    known = directory(MINE, connection)
    for name, unit, person in (("赵六", "石桥镇", who["赵六"]), ("张三", "石桥镇", who["张三"]), ("张三", "", who["张三"])):
        with pytest.raises(LookupError):
            keep_choice(connection, known, name, unit, person, by="test", now=NOW)
    keep_choice(connection, known, "张三", "泥河镇", who["张三"], by="test", now=NOW)


# --- a file that is made to be large ---------------------------------------------------------------------------------------

FAR = {
    "a line": '<Workbook xmlns="{0}" xmlns:x="{0}"><Worksheet><Table><Row x:Index="99999999"><Cell/></Row></Table></Worksheet></Workbook>',
    "a column": '<Workbook xmlns="{0}" xmlns:x="{0}"><Worksheet><Table><Row><Cell x:Index="99999"/></Row></Table></Worksheet></Workbook>',
    "a cell": "<table><tr><td rowspan=9999 colspan=9999>住夜</td></tr></table>",
}
OFFICE = "urn:schemas-microsoft-com:office:spreadsheet"


@pytest.mark.parametrize("written", FAR.values(), ids=list(FAR))
def test_a_place_that_no_sheet_has_is_refused_before_there_is_room_for_it(tmp_path: Path, written: str) -> None:
    head = '<?xml version="1.0"?>' if "Workbook" in written else "<html>"
    (tmp_path / "x.xls").write_text(head + written.replace("{0}", OFFICE), encoding="utf-8")
    tracemalloc.start()
    with pytest.raises(Unreadable, match="展开后过大"):
        formats.sheets_of(tmp_path / "x.xls")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 20 * 2**20


@pytest.mark.parametrize("sign", ["\n", "\r", ",", "\t"])
def test_a_text_of_too_many_cells_is_refused_before_they_are_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sign: str) -> None:
    """Nine million line ends took two gigabytes before they were too many."""
    (tmp_path / "x.csv").write_text("日期,姓名\n" + sign * 1000, encoding="utf-8")
    monkeypatch.setattr(formats, "MOST_CELLS", 1000)
    monkeypatch.setattr(formats.delimited, "lines", lambda _text: pytest.fail("they were made"))
    with pytest.raises(MemoryError):
        formats.sheets_of(tmp_path / "x.csv")
