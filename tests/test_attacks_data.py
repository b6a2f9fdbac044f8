"""What somebody with an account, a ledger or a database role must not get: 检举控告, another area's rows, a changed audit.

Each test does what an attacker would do, and looks at everything that could have told or changed something.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, create_engine, delete, insert, select, text
from sqlalchemy.exc import DBAPIError

from data_access import sessions
from data_access.__main__ import main
from data_access.accounts import Role, add_account, cookie_key
from data_access.administration import audit_count, audit_page, table_facts
from data_access.audit import Action, Chain, record, verified_chain
from data_access.board_tables import BoardImport, BoardImportKey
from data_access.contents import contents
from data_access.decisions import Decision, decide, decisions
from data_access.engine import engine, said
from data_access.freshness import change_marks, fold_marks
from data_access.grants import RUNTIME, GrantError, grants
from data_access.imports import import_count, imports, refused_count, refused_rows
from data_access.migrate import VERSION_TABLE, alembic_config, at_head, upgrade
from data_access.petition_lists import case_events, categories
from data_access.problems import problem_counts
from data_access.scope import Scope, is_accusation, names_accusation
from data_access.selection_flow import open_draft
from data_access.tables import CONTRACT, Person, Petition, PetitionEvent, PetitionRating, Table
from ingest.ledgers.checks import KINDS, checked, kind_named
from ingest.ledgers.choices import keep_choice
from ingest.ledgers.correct import corrections, sentence, write
from ingest.ledgers.directory import directory
from ingest.ledgers.load import Loaded, load
from ingest.ledgers.undo import plan, take_back
from metrics.period import Period
from metrics.vocabulary import Level
from tests.all_answers import differing, figures, lists, selections
from tests.builders import (
    CELL,
    COUNTY,
    EVERYTHING,
    TOWNSHIP,
    VILLAGE,
    a_county,
    a_household,
    a_person,
    a_petition,
    an_appointment,
    an_area,
)
from tests.random_worlds import World, a_world, store, stored
from tests.signed_in import RIGHT, a_token, an_account
from tests.test_ledgers import NOW, a_book
from tests.test_migrations import FOREIGN
from tests.test_problems import OCTOBER

_numbers = count(1)
SPELLINGS = ("检举控告", "检举、控告", "检举控告类", "举报控告", "检举-控告", "检 举 控 告", "检\u3000举类", "涉嫌违纪的控告", "检举")
NO_ACCUSATIONS = ("环境卫生", "举报", "安全检查举措", "管控广告", "", None)
KEEPER = Scope("", may_administer=True)
HOLDER = Scope("", may_see_names=True, may_see_restricted=True, may_administer=True)


# --- 检举控告 ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("flag", [None, False, True])
def test_an_accusation_is_known_by_its_flag_or_by_its_category_however_that_is_spelled(connection: Connection, flag: bool | None) -> None:
    for place, category in enumerate((*SPELLINGS, *NO_ACCUSATIONS)):
        a_petition(connection, "2026-10-08 09:00", number=str(place), category=category, restricted=flag)
    found = set(connection.scalars(select(Petition.category).where(is_accusation())))
    others = set(connection.scalars(select(Petition.category).where(~is_accusation())))
    assert found | others == {*SPELLINGS, *NO_ACCUSATIONS}
    assert found == ({*SPELLINGS, *NO_ACCUSATIONS} if flag else set(SPELLINGS))
    assert {category for category in (*SPELLINGS, *NO_ACCUSATIONS) if names_accusation(category)} == set(SPELLINGS)


def with_accusations(world: World) -> list[Any]:
    """Every petition of the world once more as an accusation, with all that happened to it; half only by their category."""
    ahead, rows = 10**6, []
    for table, values, place in world.rows:
        if table is Petition:
            by_category = {"restricted": False, "category": SPELLINGS[values["id"] % len(SPELLINGS)]}
            by_flag = {"restricted": True} if values["id"] % 2 else by_category
            again = {"number": f"SECRET-{values['id']}", "id": values["id"] + ahead, "repeat_of": values["repeat_of"] and values["id"]}
            rows.append((table, values | again | by_flag, place))
        elif table in (PetitionEvent, PetitionRating):
            rows.append((table, values | {"id": values["id"] + ahead, "petition_id": values["petition_id"] + ahead}, place))
    return rows


@pytest.mark.slow
def test_nothing_that_can_be_asked_changes_with_accusations(migrated: Engine) -> None:
    """Every figure, every list, every selection and what pages know of a county, without them and with as many of them as of the others."""
    world = a_world(3)

    def everything(connection: Connection) -> dict[Any, Any]:
        found: dict[Any, Any] = {**lists(connection, world), **selections(connection, world)}
        found |= figures(connection, Scope(area=""), tuple(Level), Period.parse("2026-10"))
        for name, query in (("contents", contents), ("decisions", decisions), ("categories", categories), ("facts", table_facts)):
            answer = query(KEEPER, connection)
            found[name] = answer if isinstance(answer, list) else answer.astype(str).to_numpy().tolist()
        return found

    with migrated.connect() as connection:
        stored(connection, world.rows)
        connection.execute(delete(Petition).where(Petition.restricted.is_(True)))  # so that 'facts' begin without any
        before = everything(connection)
        accusations = with_accusations(world)
        store(connection, accusations)
        first = next(values["id"] for table, values, _ in accusations if table is Petition)
        decide(HOLDER, connection, first, Decision.TASK, "限期核查", (NOW + timedelta(days=9)).date(), "xinfangju", NOW)
        assert before["petitions all"]
        assert differing(before, everything(connection)) == {}
        assert case_events(EVERYTHING, connection, first).empty
        assert not case_events(HOLDER, connection, first).empty
        connection.rollback()


def test_what_cannot_count_never_lists_an_accusation_not_even_for_who_holds_them(connection: Connection) -> None:
    a_county(connection)
    for place, area in enumerate((VILLAGE, "149981999")):
        faulty = {"ended_at": "2026-10-01 08:00", "handler_id": 987654, "origin_visit_id": 987654, "area": area}
        a_petition(connection, "2026-10-08 09:00", number=f"S-{place}", category="检举、控告", **faulty)
        a_petition(connection, "2026-10-08 09:00", number=f"T-{place}", restricted=True, **faulty)
    for scope in (EVERYTHING, HOLDER, KEEPER):
        assert problem_counts(scope, connection, OCTOBER).empty


# --- ledgers of 检举控告 ----------------------------------------------------------------------------------------------------

HEAD = ("编号", "发生地", "渠道", "类别", "大小", "点单时间", "是否检举控告", "事由")


def a_line(number: str, category: str = "道路", flag: str = "否", title: str = "村口路灯") -> tuple[Any, ...]:
    return (number, VILLAGE, "热线", category, "小事", "2026-10-08 09:00", flag, title)


@pytest.fixture
def county(connection: Connection) -> Connection:
    a_county(connection)
    an_appointment(connection, "township_leader", person=a_person(connection, "张三", "13800000001"))
    return connection


def put(connection: Connection, kind: str, path: Path, scope: Scope = EVERYTHING, by: str = "test") -> Loaded:
    known = kind_named(kind)
    found = checked(known, path, directory(scope, connection, households=known.households), NOW)
    return load(connection, found, file_name=path.name, digest="d", now=NOW, by=by)


def is_restricted(connection: Connection, number: str) -> bool:
    return bool(connection.scalar(select(Petition.restricted).where(Petition.number == number)))


@pytest.mark.parametrize("spelled", SPELLINGS)
def test_an_accusation_loaded_by_any_spelling_is_kept_under_one_category(county: Connection, tmp_path: Path, spelled: str) -> None:
    put(county, "诉求", a_book(tmp_path, HEAD, a_line("N-1", spelled)))
    assert county.execute(select(Petition.category, Petition.restricted)).one() == ("检举控告", True)


def test_no_ledger_correction_or_undo_takes_the_flag_away(county: Connection, tmp_path: Path) -> None:
    a_petition(county, "2026-10-08 09:00", number="N-1", source="ledger", source_ref="N-1", category="道路")
    a_petition(county, "2026-10-08 09:00", number="N-2", source="ledger", source_ref="N-2", category="检举、控告")
    raised = put(county, "诉求", a_book(tmp_path, HEAD, a_line("N-1", flag="是")))
    assert is_restricted(county, "N-1")
    for line in (a_line("N-1"), a_line("N-1", flag=""), a_line("N-2"), a_line("N-2", title="换个说法")):
        put(county, "诉求", a_book(tmp_path, HEAD, line))
        put(county, "诉求", a_book(tmp_path, HEAD[:6], line[:6]))
    assert is_restricted(county, "N-1")
    assert is_restricted(county, "N-2"), "known by its category alone before that was changed"

    known = directory(EVERYTHING, county)
    file = checked(kind_named("诉求"), a_book(tmp_path, HEAD, a_line("N-1", title="更正")), known, NOW)
    corrected = corrections(county, file)
    assert [sentence(file.kind, one, known) for one in corrected.rows] == ["第 2 行:限制知悉,内容不列"]
    write(county, file.kind, corrected.rows, known, file_name="f", why="w", by="test", now=NOW)
    assert is_restricted(county, "N-1")

    standing = select(BoardImport.id).where(BoardImport.undone_at.is_(None), BoardImport.id >= raised.import_id)
    for last in county.scalars(standing.order_by(BoardImport.id.desc())).all():
        found = plan(county, last, EVERYTHING)
        take_back(county, found, why="装错", by="test", now=NOW)
        assert is_restricted(county, "N-1"), last


def entries(connection: Connection, scope: Scope) -> list[str]:
    since = NOW - timedelta(days=1)
    return [str(detail) for detail in audit_page(scope, connection, since, NOW + timedelta(days=1), "loader", limit=100)["detail"]]


def test_an_administrator_learns_no_number_and_no_count_of_accusations(county: Connection, tmp_path: Path) -> None:
    lines = [a_line("N-1"), *(a_line(f"SECRET-{number}", "检举控告") for number in range(7))]
    first = put(county, "诉求", a_book(tmp_path, HEAD, *lines), by="loader")
    again = put(
        county, "诉求", a_book(tmp_path, HEAD, a_line("N-1", title="新"), a_line("SECRET-1", title="新"), a_line("", "检举")), by="loader"
    )
    # A step whose handler is unknown is refused, and the refused line names an accusation's number.
    step = put(county, "诉求进展", a_book(tmp_path, ("编号", "经办人"), ("SECRET-2", "无名氏")), by="loader")
    assert (first.added, again.changed, len(step.refused)) == (8, 2, 1), "who loads a file is told what became of it"

    log = imports(KEEPER, county).set_index("id")
    shown = ["rows_total", "rows_added", "rows_changed", "rows_same", "rows_refused"]
    assert log.loc[first.import_id, shown].tolist() == [1, 1, 0, 0, 0]
    assert log.loc[again.import_id, shown].tolist() == [1, 0, 1, 0, 0]
    assert log.loc[step.import_id, shown].tolist() == [0, 0, 0, 0, 0]
    assert refused_rows(KEEPER, county, step.import_id).empty
    assert refused_count(KEEPER, county, step.import_id) == 0
    assert "SECRET-2" in refused_rows(HOLDER, county, step.import_id).to_string() or refused_count(HOLDER, county, step.import_id) == 1

    said = entries(county, KEEPER)
    assert not [line for line in said if "SECRET" in line or "7" in line or "8" in line]
    assert "诉求 台账.xlsx:共 1 行,新增 0,更新 1,已有 0,退回 0(改动:事由 1)" in said, "what really changed"
    assert "诉求 台账.xlsx 检举控告:新增 7,更新 0,已有 0,退回 0" in entries(county, HOLDER)

    facts = table_facts(KEEPER, county).set_index("table_name")["rows"]
    assert (facts["petition"], facts["petition_event"]) == (1, 1)
    assert table_facts(HOLDER, county).set_index("table_name")["rows"]["petition"] == 8

    undone = plan(county, first.import_id, EVERYTHING)
    assert (undone.removed, len(undone.hidden)) == (2, 14), "a petition and its first step; seven of each are not told"


def test_a_flag_that_a_load_raises_is_on_record_by_its_number(county: Connection, tmp_path: Path) -> None:
    put(county, "诉求", a_book(tmp_path, HEAD, a_line("N-1")), by="loader")
    put(county, "诉求", a_book(tmp_path, HEAD, a_line("N-1", flag="是")), by="loader")
    assert "诉求 台账.xlsx 检举控告:新增 0,更新 1,已有 0,退回 0;新标为检举控告:N-1" in entries(county, HOLDER)
    assert "(限制知悉)" in entries(county, KEEPER)


# --- another area's rows ------------------------------------------------------------------------------------------------

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


# --- the audit ------------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["sqlite", "postgresql"])
def own(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A migrated database of this test alone: what it does to the audit or to roles, no other test meets."""
    if request.param == "sqlite":
        found = engine(f"sqlite:///{tmp_path / 'own.db'}")
    else:
        found = _an_empty_database(request.getfixturevalue("postgresql_url"))
    upgrade(found)
    yield found
    found.dispose()


def _an_empty_database(postgresql_url: str) -> Engine:
    server = engine(postgresql_url)
    name = f"own_{next(_numbers)}"
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    return engine(server.url.set(database=name).render_as_string(hide_password=False))


def told(database: Engine, *names: str) -> None:
    for name in names:
        with database.begin() as connection:
            record(connection, name, Action.SIGN_IN, NOW, "条")


def chain_of(database: Engine, seen: str = "") -> Chain:
    with database.connect() as connection:
        return verified_chain(connection, seen)


def without_triggers(database: Engine, statement: str) -> None:
    """What the owner of the tables can do, and the runtime role cannot."""
    with database.begin() as connection:
        if database.dialect.name == "sqlite":
            kept = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'board_audit'")).all()
            for name, _ in kept:
                connection.execute(text(f"DROP TRIGGER {name}"))
            connection.execute(text(statement))
            for _, sql in kept:
                connection.execute(text(sql))
        else:
            connection.execute(text("ALTER TABLE board_audit DISABLE TRIGGER USER"))
            connection.execute(text(statement))
            connection.execute(text("ALTER TABLE board_audit ENABLE TRIGGER USER"))


@pytest.mark.parametrize(
    ("statement", "whole_before"),
    [
        ("UPDATE board_audit SET detail = '改' WHERE username = 'c'", 2),
        ("UPDATE board_audit SET username = 'x' WHERE username = 'a'", 0),
        ("UPDATE board_audit SET at = '2026-01-01 00:00:00' WHERE username = 'e'", 4),
        ("DELETE FROM board_audit WHERE username = 'b'", 1),
        ("DELETE FROM board_audit WHERE username IN ('a', 'b')", 0),
        ("UPDATE board_audit SET digest = 'x' WHERE username = 'd'", 3),
        ("INSERT INTO board_audit (at, username, action, digest) VALUES ('2026-11-20 20:00:00', 'z', 'sign_in', '')", 5),
    ],
)
def test_whatever_is_changed_in_the_audit_breaks_the_chain_there(own: Engine, statement: str, whole_before: int) -> None:
    told(own, "a", "b", "c", "d", "e")
    assert (chain_of(own).rows, chain_of(own).broken) == (5, None)
    without_triggers(own, statement)
    chain = chain_of(own)
    assert chain.broken is not None
    assert chain.rows == whole_before


def test_an_audit_cut_short_is_noticed_by_the_end_that_was_written_down(own: Engine) -> None:
    told(own, "a", "b", "c")
    seen = chain_of(own).end
    told(own, "d")
    assert chain_of(own, seen).seen
    without_triggers(own, "DELETE FROM board_audit WHERE username IN ('c', 'd')")
    assert (chain_of(own).broken, chain_of(own, seen).seen) == (None, False)


def test_rows_of_many_writers_at_once_follow_one_another(own: Engine) -> None:
    def write(name: str) -> None:
        for _ in range(10):
            told(own, name)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, "abcdef"))
    assert (chain_of(own).rows, chain_of(own).broken) == (60, None)


def test_rows_from_before_the_chain_are_chained_and_spelled_accusations_restricted_by_the_migration(
    postgresql_url: str, tmp_path: Path
) -> None:
    for database in (create_engine(f"sqlite:///{tmp_path / 'old.db'}"), _an_empty_database(postgresql_url)):
        with database.begin() as connection:
            command.upgrade(alembic_config(connection), "0006")
            for name in "abc":
                connection.execute(text(f"INSERT INTO board_audit (at, username, action) VALUES ('2026-10-08 09:00:00', '{name}', 'x')"))
            for number, category in enumerate((*SPELLINGS, *NO_ACCUSATIONS)):
                words = "NULL" if category is None else f"'{category}'"
                values = f"'{number}', '{VILLAGE}', {words}, '2026-10-08 09:00:00'"
                connection.execute(text(f"INSERT INTO petition (number, area_code, category, opened_at) VALUES ({values})"))
        upgrade(database)
        told(database, "d")
        assert (chain_of(database).rows, chain_of(database).broken) == (4, None)
        with database.connect() as connection:
            assert len(connection.scalars(select(Petition.id).where(Petition.restricted.is_(True))).all()) == len(SPELLINGS)
        with pytest.raises(DBAPIError, match="append-only"), database.begin() as connection:
            connection.execute(text("UPDATE board_audit SET username = 'x'"))
        database.dispose()


def test_the_command_says_whether_the_audit_is_whole(
    own: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", own.url.render_as_string(hide_password=False))
    told(own, "a", "b", "c")
    assert main(["audit", "verify"]) == 0
    assert "审计完好:3 条前后相连,链尾 " in capsys.readouterr().out
    assert main(["audit", "verify", "--seen", "0" * 64]) == 1
    assert "不在审计里" in capsys.readouterr().err
    without_triggers(own, "UPDATE board_audit SET detail = '改' WHERE username = 'b'")
    assert main(["audit", "verify"]) == 1
    assert "审计链断在第 2 号(2026-11-20 20:00:00 b):这一条或它之前的一条被改动、删去或插入;此前 1 条完好" in capsys.readouterr().err


def test_an_administrator_of_one_area_reads_what_its_own_accounts_did(connection: Connection) -> None:
    an_area(connection, COUNTY, "county")
    an_area(connection, TOWNSHIP, "township")
    names = {area: f"of-{area or 'all'}" for area in ("", TOWNSHIP)}
    for area, name in names.items():
        add_account(connection, name, name, Role.ADMINISTRATOR, RIGHT, now=NOW, area=area, by=name)
    since, until = NOW - timedelta(days=1), NOW + timedelta(days=1)
    own_scope = Scope(TOWNSHIP, may_administer=True)
    assert set(audit_page(own_scope, connection, since, until)["username"]) == {names[TOWNSHIP]}
    assert audit_count(own_scope, connection, since, until) == 1
    assert set(names.values()) <= set(audit_page(KEEPER, connection, since, until, limit=1000)["username"])
    for nobody in (Scope(TOWNSHIP), Scope("", True, True, True, False), Scope(may_administer=True)):
        assert audit_count(nobody, connection, since, until) == 0
        assert audit_page(nobody, connection, since, until).empty


# --- roles of the database, its file, what errors say -----------------------------------------------------------------------


def test_every_table_of_the_board_has_its_rights() -> None:
    assert set(RUNTIME) == {*Table.metadata.tables, VERSION_TABLE}


@pytest.fixture
def roles(postgresql_url: str) -> Iterator[dict[str, Engine]]:
    """An owner's migrated database, and engines of the two roles that were given their rights by the command."""
    owner = _an_empty_database(postgresql_url)
    upgrade(owner)
    names = {role: f"board_{role}_{next(_numbers)}" for role in ("runtime", "writer")}
    with owner.begin() as connection:
        for name in names.values():
            connection.execute(text(f"CREATE ROLE {name} LOGIN"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", owner.url.render_as_string(hide_password=False))
        for _ in range(2):
            assert main(["grants", "--runtime", names["runtime"], "--writer", names["writer"], "--apply"]) == 0
    found = {role: engine(owner.url.set(username=name).render_as_string(hide_password=False)) for role, name in names.items()}
    yield {"owner": owner, **found}
    for database in (*found.values(), owner):
        database.dispose()


ON_THE_AUDIT = (
    "UPDATE board_audit SET username = 'x'",
    "DELETE FROM board_audit",
    "TRUNCATE board_audit",
    "DROP TABLE board_audit",
    "DROP TRIGGER board_audit_keeps ON board_audit",
    "ALTER TABLE board_audit DISABLE TRIGGER ALL",
    "ALTER TABLE board_audit OWNER TO CURRENT_USER",
    "SET session_replication_role = replica",
    "CREATE OR REPLACE FUNCTION board_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
    "CREATE TABLE mine (id int)",
    "UPDATE board_decision SET note = 'x'",
    "DELETE FROM board_selection_step",
    "DELETE FROM board_selection",
    "DELETE FROM board_account",
    "DELETE FROM board_import",
    "UPDATE board_import_row SET restricted = false",
    "UPDATE board_migration SET version_num = 'x'",
)


@pytest.mark.parametrize("statement", ON_THE_AUDIT)
def test_the_runtime_role_can_take_nothing_back(roles: dict[str, Engine], statement: str) -> None:
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner"), roles["runtime"].begin() as connection:
        connection.execute(text(statement))


def test_the_board_runs_as_the_runtime_role(roles: dict[str, Engine], tmp_path: Path) -> None:
    runtime = roles["runtime"]
    with runtime.connect() as connection:
        assert at_head(connection)
    with runtime.begin() as connection:
        a_county(connection)
        an_appointment(connection, "township_leader", person=a_person(connection, "张三"))
        stays = put(connection, "住夜", a_book(tmp_path, ("日期", "姓名", "单位"), ("2026-10-08", "张三", "泥河镇")))
        households = put(connection, "户", a_book(tmp_path, ("户编号", "所属邻", "户类型"), ("HD-9", CELL, "普通户")))
        petition = a_petition(connection, "2026-10-08 09:00")
        decide(EVERYTHING, connection, petition, Decision.TASK, "限期办结", (NOW + timedelta(days=9)).date(), "shuji", NOW)
        keep_choice(connection, directory(EVERYTHING, connection), "张三", "泥河镇", 1, by="test", now=NOW)
    name = an_account(runtime)
    token = a_token(runtime, name)
    with runtime.begin() as connection:
        sessions.end_session(connection, token, NOW)
        cookie_key(connection)
        for loading in (households, stays):
            take_back(connection, plan(connection, loading.import_id, EVERYTHING), why="w", by="test", now=NOW)
        open_draft(connection, 2026, "cell_captain", name, "评选", NOW)
    fold_marks(runtime, date(2026, 12, 31))
    assert chain_of(runtime).broken is None


def test_a_feed_writes_the_contract_and_reads_nothing_of_the_boards_own(roles: dict[str, Engine]) -> None:
    writer = roles["writer"]
    with writer.begin() as connection:
        for name in CONTRACT:
            connection.execute(text(FOREIGN[name]))
            connection.execute(text(f"SELECT count(*) FROM {name}"))
    with roles["runtime"].connect() as connection:
        assert sum(change_marks(connection).values()) == len(CONTRACT)
    for table in set(Table.metadata.tables) - {*CONTRACT, "board_change_mark"}:
        for statement in (f"SELECT count(*) FROM {table}", f"DELETE FROM {table}"):
            with pytest.raises(DBAPIError, match="permission denied"), writer.begin() as connection:
                connection.execute(text(statement))


def test_rights_are_refused_to_whom_they_could_not_bind(roles: dict[str, Engine], tmp_path: Path) -> None:
    with roles["owner"].connect() as connection:
        me = connection.scalar(text("SELECT current_user"))
        for runtime, writer in ((me, "nobody"), ("nobody", "somebody"), ("same", "same")):
            with pytest.raises(GrantError):
                grants(connection, runtime, writer)
    with engine(f"sqlite:///{tmp_path / 'own.db'}").connect() as connection, pytest.raises(GrantError, match="SQLite"):
        grants(connection, "a", "b")


def test_nobody_else_on_the_machine_reads_the_database(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        file = tmp_path / "var" / "board.db"
        database = engine(f"sqlite:///{file}")
        upgrade(database)
        with database.begin() as connection:
            a_person(connection)
            modes = {each.name: oct(each.stat().st_mode & 0o777) for each in file.parent.iterdir()}
        assert set(modes) == {"board.db", "board.db-wal", "board.db-shm"}
        assert set(modes.values()) == {"0o600"}
        assert file.parent.stat().st_mode & 0o077 == 0
        database.dispose()

        older = tmp_path / "older.db"
        older.touch(0o644)
        engine(f"sqlite:///{older}")
        assert older.stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(before)


def test_an_error_says_no_value_of_a_row(migrated: Engine) -> None:
    secret = {"number": "SECRET-1", "area_code": VILLAGE, "opened_at": NOW, "title": "检举某某"}
    with migrated.connect() as connection:
        connection.execute(insert(Petition), secret)
        with pytest.raises(DBAPIError) as caught:
            connection.execute(insert(Petition), secret)
        connection.rollback()
    assert "检举某某" not in str(caught.value)
    assert "SECRET-1" not in said(caught.value)
    assert said(caught.value)
