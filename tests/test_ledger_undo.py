"""A loading is taken back whole or not at all; partial ledgers go on where another began; refused rows come in mended."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import Connection, Engine, func, insert, select, update

from data_access.board_tables import BoardAudit, BoardImport, BoardPersonChoice
from data_access.tables import (
    NightStay,
    Petition,
    PetitionEvent,
    PetitionRating,
    Table,
)
from ingest.__main__ import main
from ingest.ledgers.checks import checked
from ingest.ledgers.directory import directory
from ingest.ledgers.journal import Journal, added_rows, updated
from ingest.ledgers.refused import Returned, returned, write_refused
from ingest.ledgers.undo import plan, take_back
from tests.builders import EVERYTHING, TOWNSHIP, VILLAGE, a_county, a_person, an_appointment
from tests.test_ledgers import NOW, PETITION_HEAD, STAY, a_book, kind_named, put, told

OPENED = ("N-1", "泥河镇河东村", "微信群", "道路", "小事", "2026-10-08 09:00")


@pytest.fixture
def county(connection: Connection) -> Connection:
    a_county(connection)
    for name in ("张三", "李四"):
        an_appointment(connection, "township_staff", TOWNSHIP, person=a_person(connection, name, None))
    return connection


def undone(connection: Connection, import_id: int) -> None:
    found = plan(connection, import_id, EVERYTHING)
    assert found.obstacles == []
    take_back(connection, found, why="装错了", by="test", now=NOW)


def whole(connection: Connection) -> dict[str, list[tuple]]:
    """Every row of the contract's tables."""
    tables = [table for table in Table.metadata.sorted_tables if not table.name.startswith("board_") or table.name == "board_import_key"]
    return {table.name: sorted(tuple(map(str, row)) for row in connection.execute(select(table))) for table in tables}


SESSION = ("日期", "类型", "单位", "主题", "授课人")
LOADINGS = [
    ("住夜", [STAY, ("2026-10-08", "张三", "泥河镇")], [STAY, ("2026-10-08", "张三", "泥河镇"), ("2026-10-09", "李四", "泥河镇")]),
    (
        "夜学夜谈",
        [SESSION, ("2026-10-12", "夜学", "泥河镇", "三农", "张三、李四")],
        [SESSION, ("2026-10-12", "夜学", "泥河镇", "三农", "张三")],
    ),
    (
        "人员任职",
        [("姓名", "职务", "单位", "手机号", "任职日期"), ("王五", "职工", "泥河镇", "", "2026-01-01")],
        [("姓名", "职务", "单位", "手机号", "任职日期"), ("王五", "职工", "泥河镇", "13800000009", "2026-01-01")],
    ),
    (
        "户",
        [("户编号", "村", "户类型"), ("H1", "河东村", "重点户")],
        [("户编号", "村", "户类型"), ("H1", "河东村", "普通户"), ("H2", "河东村", "普通户")],
    ),
    (
        "诉求",
        [PETITION_HEAD, OPENED],
        [PETITION_HEAD, (*OPENED, "2026-10-09 10:00", "已化解", 5, "2026-10-10")],
    ),
    ("区划", [("代码", "名称"), (f"{TOWNSHIP}203", "河西村")], [("代码", "名称"), (f"{TOWNSHIP}203", "河西社区")]),
]


LOADINGS.append(
    (
        "夜访",
        [("日期", "姓名", "走访村"), ("2026-10-08", "张三", "河东村")],
        [("日期", "姓名", "走访村", "填报时间"), ("2026-10-08", "张三", "河东村", "2026-10-08 21:00")],
    )
)


@pytest.mark.parametrize(("kind", "first", "second"), LOADINGS, ids=[kind for kind, _, _ in LOADINGS])
def test_two_loadings_taken_back_leave_everything_as_it_was(
    county: Connection, tmp_path: Path, kind: str, first: list, second: list
) -> None:
    before = whole(county)
    one = put(county, kind, a_book(tmp_path, *first))
    between = whole(county)
    two = put(county, kind, a_book(tmp_path, *second))
    assert between not in (before, whole(county))
    if kind != "住夜":  # there the second has a night of its own; elsewhere it stands on the first
        assert plan(county, one.import_id, EVERYTHING).obstacles != []
    undone(county, two.import_id)
    assert whole(county) == between
    undone(county, one.import_id)
    assert whole(county) == before


def test_who_took_it_back_when_and_why_is_on_record(county: Connection, tmp_path: Path) -> None:
    loaded = put(county, "住夜", a_book(tmp_path, STAY, ("2026-10-08", "张三", "泥河镇"), name="错.xlsx"))
    undone(county, loaded.import_id)
    row = county.execute(select(BoardImport.undone_at, BoardImport.undone_by, BoardImport.undone_why)).one()
    assert tuple(row) == (NOW, "test", "装错了")
    said = county.scalar(select(BoardAudit.detail).where(BoardAudit.action == "undo", BoardAudit.username == "test"))
    assert said == f"撤销装入编号 {loaded.import_id} 住夜 错.xlsx:删去 1 行,恢复 0 行(原因:装错了)"
    with pytest.raises(LookupError, match="已于 2026-11-20 20:00 由 test 撤销"):
        plan(county, loaded.import_id, EVERYTHING)
    assert put(county, "住夜", a_book(tmp_path, STAY, ("2026-10-09", "张三", "泥河镇"))).added == 1
    assert county.scalars(select(NightStay.night)).all() == [date(2026, 10, 9)]


def test_what_was_changed_later_is_not_lost_by_taking_back(county: Connection, tmp_path: Path) -> None:
    loaded = put(county, "诉求", a_book(tmp_path, PETITION_HEAD, OPENED))
    county.execute(update(Petition).values(category="水利"))
    assert plan(county, loaded.import_id, EVERYTHING).obstacles == ["其中 1 行后来又改过或已不在,撤销会丢掉后来的改动。"]


def test_a_person_with_nights_of_a_later_ledger_stays(county: Connection, tmp_path: Path) -> None:
    people = put(county, "人员任职", a_book(tmp_path, ("姓名", "职务", "单位", "任职日期"), ("王五", "职工", "泥河镇", "2026-01-01")))
    put(county, "住夜", a_book(tmp_path, STAY, ("2026-10-08", "王五", "泥河镇")))
    assert plan(county, people.import_id, EVERYTHING).obstacles == ["1 行 night_stay 用到了这次装入的 person,请先撤销或更正它们。"]


def test_a_loading_without_a_journal_cannot_be_taken_back(county: Connection) -> None:
    zeros = dict.fromkeys(("rows_changed", "rows_same", "rows_refused"), 0)
    values = {
        "kind": "night_stay",
        "file_name": "旧.xlsx",
        "digest": "d",
        "loaded_at": NOW,
        "loaded_by": "x",
        "rows_total": 1,
        "rows_added": 1,
    }
    key = county.execute(insert(BoardImport).values(**values, **zeros)).inserted_primary_key[0]
    with pytest.raises(LookupError, match="没有留下撤销所需的记录"):
        plan(county, key, EVERYTHING)


# --- ledgers that go on where another began ----------------------------------------------------------------------------------


def test_a_call_back_knows_its_petition_by_the_number_alone(county: Connection, tmp_path: Path) -> None:
    put(county, "诉求", a_book(tmp_path, PETITION_HEAD, OPENED, ("N-2", *OPENED[1:])))
    head = ("工单编号", "回访星级", "回访时间")
    path = a_book(tmp_path, head, ("n-1", 4, "2026-10-20"), ("N-9", 3, "2026-10-20"))
    result = put(county, "诉求进展", path)
    assert (result.changed, told(result)) == (1, ["第 3 行“编号”:没有编号为“N-9”的诉求"])
    assert put(county, "诉求进展", path).same == 1
    assert county.execute(select(PetitionRating.stars, PetitionRating.independent)).all() == [(4, True)]
    assert county.scalar(select(func.count()).select_from(Petition)) == 2


def test_an_end_and_a_supervision_come_in_by_number_and_touch_nothing_else(county: Connection, tmp_path: Path) -> None:
    put(county, "诉求", a_book(tmp_path, PETITION_HEAD, OPENED))
    put(county, "诉求进展", a_book(tmp_path, ("编号", "挂牌督办"), ("N-1", "是")))
    ended = a_book(tmp_path, ("编号", "办结时间", "办理结果"), ("N-1", "2026-10-12", "已化解"))
    assert put(county, "诉求进展", ended).changed == 1
    row = county.execute(select(Petition)).mappings().one()
    assert (row["supervised"], row["outcome"], row["category"], row["last_progress_at"]) == (True, "resolved", "道路", row["ended_at"])
    assert sorted(county.scalars(select(PetitionEvent.kind))) == ["open", "resolve"]
    early = put(county, "诉求进展", a_book(tmp_path, ("编号", "派单时间"), ("N-1", "2026-10-01")))
    assert "早于点单时间" in told(early)[0]


def test_who_handles_it_is_found_without_a_place_or_asked_for(county: Connection, tmp_path: Path) -> None:
    put(county, "诉求", a_book(tmp_path, PETITION_HEAD, OPENED, ("N-2", *OPENED[1:])))
    an_appointment(county, "village_chief", VILLAGE, person=a_person(county, "李四", None))
    result = put(county, "诉求进展", a_book(tmp_path, ("编号", "经办人"), ("N-1", "张三"), ("N-2", "李四")))
    assert result.changed == 1
    assert "有 2 名叫“李四”的在任人员" in told(result)[0]


def test_a_household_is_one_however_its_number_is_spelled(county: Connection, tmp_path: Path) -> None:
    head = ("户编号", "村", "户类型")
    put(county, "户", a_book(tmp_path, head, ("hd-001", "河东村", "重点户")))
    assert put(county, "户", a_book(tmp_path, head, ("ＨＤ－００１", "河东村", "重点户"))).same == 1


def test_a_whole_ledger_of_petitions_is_not_one_of_their_progress(county: Connection, tmp_path: Path) -> None:
    with pytest.raises(Exception, match="是诉求台账,不是诉求进展台账"):
        put(county, "诉求进展", a_book(tmp_path, PETITION_HEAD, OPENED))


# --- an absent column changes nothing --------------------------------------------------------------------------------------


def test_the_newest_progress_never_goes_back_and_a_rating_is_not_doubled(county: Connection, tmp_path: Path) -> None:
    put(county, "诉求", a_book(tmp_path, (*PETITION_HEAD, "回头看时间"), (*OPENED, "2026-10-12 10:00", "已化解", 5, "2026-10-14")))
    without = tuple(title for title in PETITION_HEAD if title != "评单时间")
    again = put(county, "诉求", a_book(tmp_path, without, (*OPENED, "2026-10-12 10:00", "已化解", 5)))
    shorter = put(county, "诉求", a_book(tmp_path, PETITION_HEAD[:6], OPENED))
    assert (again.same, shorter.same) == (1, 1)
    assert county.scalars(select(PetitionRating.stars)).all() == [5]
    assert county.scalar(select(Petition.last_progress_at)) == datetime(2026, 10, 12, 10)
    other = put(county, "诉求", a_book(tmp_path, without, (*OPENED, "2026-10-12 10:00", "已化解", 3)))
    assert told(other) == ["第 2 行“评单星级”:已有的评单星级是 5;再次评价的请填评单时间"]


# --- refused rows ----------------------------------------------------------------------------------------------------------


def test_the_refused_rows_mended_keep_year_month_and_unit(county: Connection, tmp_path: Path) -> None:
    path = a_book(tmp_path, ("日期", "姓名"), ("8日", "王五"), ("9日", "张三"), name="泥河镇2026年10月住夜.xlsx")
    result = put(county, "住夜", path)
    assert (result.added, len(result.refused)) == (1, 1)
    out = tmp_path / "改好.xlsx"
    write_refused([returned(one, kind_named("住夜")) for one in result.refused], out)
    book = openpyxl.load_workbook(out)
    assert book.active["A1"].value == "泥河镇2026年10月住夜"
    assert book.active["D3"].value == "王五"
    book.active["D3"].value = "李四"
    book.save(out)
    assert put(county, "住夜", out).added == 1
    assert sorted(county.scalars(select(NightStay.night))) == [date(2026, 10, 8), date(2026, 10, 9)]


YEARS = {
    "title of two years": (("2025年、2026年住夜台账",), ("日期", "姓名", "单位"), ("10月8日", "王五", "泥河镇")),
    "none at all": (("日期", "姓名", "单位"), ("10月8日", "王五", "泥河镇")),
}


@pytest.mark.parametrize("lines", YEARS.values(), ids=YEARS)
def test_the_year_that_was_answered_comes_back_with_the_refused_rows(county: Connection, tmp_path: Path, lines: tuple) -> None:
    kind = kind_named("住夜")
    found = checked(kind, a_book(tmp_path, *lines), directory(EVERYTHING, county), NOW, 2025)
    out = write_refused([returned(one, kind) for one in found.refused], tmp_path / "退回.xlsx")
    book = openpyxl.load_workbook(out)
    name = next(cell for row in book.active.iter_rows() for cell in row if cell.value == "王五")
    name.value = "李四"
    book.save(out)
    put(county, "住夜", out)
    assert county.scalars(select(NightStay.night)).all() == [date(2025, 10, 8)]


def test_days_around_new_year_keep_both_years(county: Connection, tmp_path: Path) -> None:
    kind, name = kind_named("住夜"), "泥河镇2025年12月29日—2026年1月4日住夜.xlsx"
    path = a_book(tmp_path, ("日期", "姓名"), ("12月31日", "王五"), ("1月4日", "赵六"), name=name)
    found = checked(kind, path, directory(EVERYTHING, county), NOW)
    out = write_refused([returned(one, kind) for one in found.refused], tmp_path / "退回.xlsx")
    assert openpyxl.load_workbook(out).active["A2"].value == "2025年12月29日至2026年1月4日"
    again = checked(kind, out, directory(EVERYTHING, county), NOW)
    assert [one.row.rows.calendar.span for one in again.refused] == [(date(2025, 12, 29), date(2026, 1, 4))] * 2


def test_refused_rows_taken_out_of_the_log_are_those_of_the_loading(
    served: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with served.begin() as connection:
        a_county(connection)
        an_appointment(connection, "township_staff", TOWNSHIP, person=a_person(connection, "张三", None))
    book = openpyxl.Workbook()
    for sheet, name in ((book.active, "9月"), (book.create_sheet(), "10月")):
        sheet.title = name
        for line in (("2026年",), ("日期", "姓名", "单位"), ("8日", "王五", "泥河镇"), ("9日", "张三", "泥河镇")):
            sheet.append(line)
    book.save(tmp_path / "住夜.xlsx")
    assert main(["load", "住夜", str(tmp_path / "住夜.xlsx"), "--json"]) == 1
    loaded = json.loads(capsys.readouterr().out)
    assert main(["refused", str(loaded["import_id"]), "--out", str(tmp_path / "取出.xlsx")]) == 0

    def cells(path: Path) -> dict[str, list]:
        return {sheet.title: [tuple(cell.value for cell in row) for row in sheet.iter_rows()] for sheet in openpyxl.load_workbook(path)}

    assert cells(tmp_path / "取出.xlsx") == cells(Path(loaded["refused_file"]))
    assert list(cells(tmp_path / "取出.xlsx")) == ["9月", "10月"]


def test_a_half_mended_workbook_is_not_written_over(tmp_path: Path) -> None:
    wanted = tmp_path / "住夜.refused.xlsx"
    row = Returned("", (), 2, "姓名", "不在任", (("姓名", "王五"),))
    assert write_refused([row], wanted) == wanted
    half_mended = wanted.read_bytes()
    assert write_refused([row], wanted).name == "住夜.refused-2.xlsx"
    assert wanted.read_bytes() == half_mended


def test_a_workbook_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    row = Returned("", (), 2, "姓名", "不在任", (("姓名", None),))  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        write_refused([row], tmp_path / "x.xlsx")
    assert list(tmp_path.iterdir()) == []


# --- the command line --------------------------------------------------------------------------------------------------------


def test_the_commands_undo_and_choose(served: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with served.begin() as connection:
        a_county(connection)
        people = [
            an_appointment(connection, role, TOWNSHIP, person=a_person(connection, "张三", None))
            for role in ("township_chief", "township_staff")
        ]
    path = str(a_book(tmp_path, STAY, ("2026-10-08", "张三", "泥河镇")))
    assert main(["load", "住夜", path, "--json"]) == 1
    asked = json.loads(capsys.readouterr().out)["preview"]["questions"]
    assert asked == [
        {
            "name": "张三",
            "unit": TOWNSHIP,
            "where": "泥河镇",
            "rows": 1,
            "choices": [[people[0], "泥河镇党政正职"], [people[1], "泥河镇在编在岗职工"]],
        }
    ]
    assert main(["choose", "张三", "泥河镇", "999"]) == 2
    assert main(["choose", "张三", "泥河镇", str(people[1])]) == 0
    assert main(["load", "住夜", path]) == 0
    with served.connect() as connection:
        assert connection.scalars(select(NightStay.person_id)).all() == [people[1]]
        assert connection.scalar(select(func.count()).select_from(BoardPersonChoice)) == 1
        last = connection.scalar(select(func.max(BoardImport.id)))
    assert main(["undo", str(last)]) == 0
    assert main(["undo", str(last), "--yes"]) == 2
    assert main(["undo", str(last), "--yes", "--why", "装错"]) == 0
    assert main(["undo", str(last)]) == 2
    assert "可撤销,删去 1 行" in capsys.readouterr().out
    with served.connect() as connection:
        assert connection.scalars(select(NightStay.id)).all() == []


def test_what_was_understood_is_shown_before_anything_is_written(
    served: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with served.begin() as connection:
        a_county(connection)
        an_appointment(connection, "township_staff", TOWNSHIP, person=a_person(connection, "张三", None))
    path = str(a_book(tmp_path, (*STAY, "领导签字"), ("2026-10-08", "张三", "泥河镇", "王"), ("2026-10-12", "张三", "泥河镇", "")))
    assert main(["check", "住夜", path, "--json"]) == 0
    seen = json.loads(capsys.readouterr().out)["preview"]
    assert (seen["first"], seen["last"], seen["units"], seen["people"]) == ("2026-10-08", "2026-10-12", ["泥河镇"], 1)
    assert seen["titles"] == ["位置", "日期", "姓名", "住夜地点"]
    assert seen["rows"][0] == ["Sheet!A2", "2026-10-08", "张三", "泥河镇"]
    assert seen["left_out"] == ["Sheet: 未读的列:领导签字"]


# --- many rows at once --------------------------------------------------------------------------------------------------


def test_rows_written_at_once_hold_what_was_given_whatever_is_empty(connection: Connection) -> None:
    """Empty cells, flags and moments pass through arrays on PostgreSQL; a row of another key stays as it is."""
    night, moment = date(2026, 10, 8), datetime(2026, 10, 9, 7, 30)
    given: list[dict[str, object]] = [
        {
            "person_id": number,
            "area_code": TOWNSHIP,
            "night": night,
            "note": None if number % 2 else f"{number}, “{{值班}}”",
            "recorded_at": moment if number % 3 else None,
            "backfilled": bool(number % 2),
            "source": "ledger",
            "source_ref": str(number),
        }
        for number in range(1, 8)
    ]
    made = {row["person_id"]: dict(row) for row in added_rows(connection, NightStay, given, Journal(1))}
    assert [{name: made[row["person_id"]][name] for name in row} for row in given] == given
    rows = {made[1]["id"]: {"note": "改", "recorded_at": None}, made[2]["id"]: {"note": None, "recorded_at": datetime(2026, 10, 10)}}
    updated(connection, NightStay.__table__, rows)  # type: ignore[arg-type]
    there = {row["id"]: dict(row) for row in connection.execute(select(NightStay.__table__)).mappings()}
    assert there == {row["id"]: row | rows.get(row["id"], {}) for row in made.values()}
