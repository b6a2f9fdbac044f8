"""Layouts that offices publish and keep: read by a mapping that comes with the board, or after one that is remembered."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import Connection, Engine, select

from data_access.imports import ledger_mappings
from data_access.scope import Scope
from data_access.tables import CaptainVisit, Department, NightStay, Petition, PetitionRating
from ingest.__main__ import main
from ingest.ledgers.checks import KINDS, Checked, checked, kind_named
from ingest.ledgers.directory import directory
from ingest.ledgers.load import Loaded, load
from ingest.ledgers.mappings import (
    LedgerMapping,
    NotMapped,
    fingerprint,
    forget_mapping,
    keep_mapping,
    kept_mappings,
    mappings,
    parsed,
    shipped_mappings,
    toml_text,
)
from ingest.ledgers.refused import returned, write_refused
from ingest.ledgers.remembered import keep_alias
from tests.builders import EVERYTHING, a_petition, add
from tests.small_county import GROUP, LIUBA, QINGHE, SHANGTANG, SHAWAN, YUNLING, qinghe
from tests.test_ledger_files import NOW, connection

__all__ = ["connection"]
HOTLINE = ("工单编号", "受理时间", "工单来源", "诉求地址", "工单类型", "内容描述", "主办单位", "月份", "街道", "一级分类")
DISPUTES = ("反映人", "联系电话", "问题类型", "诉求内容", "处理人", "处理状态", "办结日期", "村民组", "备注")


@pytest.fixture
def county(connection: Connection) -> Connection:
    qinghe(connection)
    add(connection, Department, code=f"{QINGHE}D001", name="县住建局")
    return connection


def read(
    county: Connection,
    folder: Path,
    kind: str,
    *lines: Iterable[Any],
    area: str = "",
    given: LedgerMapping | None = None,
    name: str = "表.xlsx",
) -> Checked:
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(list(line))
    book.save(folder / name)
    return read_file(county, folder / name, kind, area, given)


def read_file(county: Connection, path: Path, kind: str, area: str = "", given: LedgerMapping | None = None) -> Checked:
    known = kind_named(kind)
    people = directory(EVERYTHING, county, households=known.households)
    return checked(known, path, people, NOW, area=area, mapped=mappings(county, KINDS, given, area))


def put(county: Connection, found: Checked) -> Loaded:
    assert [one.sentence() for one in found.refused] == []
    return load(county, found, file_name="x", digest="d", now=NOW, by="test")


# --- those that come with the board ---------------------------------------------------------------------------------------


OLDER = (*(f"12345{title}" for title in HOTLINE[:6]), *HOTLINE[6:9], "一级业务分类")


@pytest.mark.parametrize("head", [HOTLINE, OLDER], ids=["2026", "2024"])
def test_a_hotline_export_of_either_year_goes_in_as_it_is(county: Connection, tmp_path: Path, head: tuple[str, ...]) -> None:
    lines = (
        ("GD1", datetime(2026, 10, 8, 9, 30), "电话", "云岭镇上塘村一组12号", "求助类", "路灯坏了", "云岭镇", 10, "云岭镇", "市政"),
        ("GD2", datetime(2026, 10, 8, 9, 30), "微信", "上塘社区", "求助类", "停水", "青禾县住建局", 10, "云岭镇", "市政"),
        ("GD3", datetime(2026, 10, 8, 9, 30), "电话", "沙湾大道", "投诉类", "噪音", "住建局", 10, "沙湾镇", ""),
    )
    put(county, read(county, tmp_path, "诉求", head, *lines))
    rows = county.execute(
        select(Petition.number, Petition.area_code, Petition.channel, Petition.category, Petition.size, Petition.department_code).order_by(
            Petition.number
        )
    ).all()
    housing = f"{QINGHE}D001"
    assert [tuple(row) for row in rows] == [
        ("GD1", GROUP, "hotline", "市政", None, None),
        ("GD2", SHANGTANG, "hotline", "市政", None, housing),
        ("GD3", SHAWAN, "hotline", "未分类", None, housing),
    ]


def test_loading_the_export_again_takes_back_nothing_that_was_judged_since(county: Connection, tmp_path: Path) -> None:
    line = ("GD1", datetime(2026, 10, 8, 9, 30), "电话", "上塘村", "求助类", "路灯坏了", "云岭镇", 10, "云岭镇", "市政")
    put(county, read(county, tmp_path, "诉求", HOTLINE, line))
    judged = (("编号", "发生地", "渠道", "类别", "大小", "点单时间"), ("GD1", "上塘村", "热线", "市政", "大事", "2026-10-08 09:30"))
    assert put(county, read(county, tmp_path, "诉求", *judged)).changed == 1
    assert put(county, read(county, tmp_path, "诉求", HOTLINE, line)).same == 1
    assert county.scalar(select(Petition.size)) == "big"


def test_what_a_call_back_says_becomes_stars_of_somebody_independent(county: Connection, tmp_path: Path) -> None:
    for number in ("YL-1", "YL-2", "YL-3"):
        a_petition(county, "2026-10-08 09:00", area=SHANGTANG, number=number)
    head = ("序号", "工单编号", "诉求人", "回访时间", "回访方式", "是否满意", "不满意原因", "回访人")
    said = (("YL-1", "满意", "电话"), ("YL-2", "不满意", "上门"), ("YL-3", "未接通", "电话"))
    lines = [(place, number, "张三", "2026-10-20", how, what, "", "周静") for place, (number, what, how) in enumerate(said, 1)]
    put(county, read(county, tmp_path, "诉求进展", ("满意度回访台账",), head, *lines))
    rated = county.execute(select(PetitionRating.stars, PetitionRating.independent, PetitionRating.method).order_by(PetitionRating.id))
    assert [tuple(row) for row in rated] == [(4, True, "phone"), (2, True, "face")]


def test_disputes_that_nobody_has_numbered_are_known_again_by_what_they_are(county: Connection, tmp_path: Path) -> None:
    head = ("排查日期", "所属村", "纠纷类型", "纠纷简况", "当事人", "调解员", "化解情况", "化解日期")
    open_ = ("2026-10-08", "上塘村", "邻里纠纷", "宅基地边界", "张三、李四", "上塘主任", "化解中", "")
    ended = (*open_[:6], "调解成功", "2026-10-20")
    other = ("2026-10-08", "下塘村", "邻里纠纷", "宅基地边界", "王五", "下塘主任", "化解中", "")
    assert put(county, read(county, tmp_path, "诉求", head, open_, other)).added == 2
    result = put(county, read(county, tmp_path, "诉求", head, ended, other))
    assert (result.added, result.changed, result.same) == (0, 1, 1)
    assert set(county.scalars(select(Petition.is_dispute))) == {True}
    assert "张三" not in "".join(county.scalars(select(Petition.number)))


def test_a_ledger_of_the_petition_office_is_under_the_statutory_clock(county: Connection, tmp_path: Path) -> None:
    head = ("信访编号", "登记日期", "信访人", "信访形式", "问题属地", "问题类别", "信访事项", "责任单位", "办理情况", "答复日期")
    lines = (
        ("XF1", "2026-10-08", "张三", "来访", "云岭镇上塘村", "征地", "补偿款", "云岭镇", "办理中", ""),
        ("XF2", "2026-10-08", "李四", "来信", "云岭镇", "征地", "补偿款", "县住建局", "已答复", "2026-10-20"),
    )
    put(county, read(county, tmp_path, "诉求", head, *lines))
    columns = (Petition.channel, Petition.is_xinfang, Petition.area_code, Petition.outcome)
    assert [tuple(row) for row in county.execute(select(*columns).order_by(Petition.number))] == [
        ("reception", True, SHANGTANG, None),
        ("other", True, YUNLING, "resolved"),
    ]


def test_of_an_export_of_check_ins_those_at_night_count_once(county: Connection, tmp_path: Path) -> None:
    head = ("姓名", "部门", "打卡时间", "打卡地点", "打卡结果")
    told = (
        ("云正一", "2026-10-08 08:38"),
        ("云正一", "2026-10-08 21:30"),
        ("云正一", "2026-10-08 22:15"),
        ("云正二", "2026-10-09 00:30"),
        ("云班甲", "--"),
    )
    found = read(county, tmp_path, "住夜", head, *((who, "云岭镇/党政办", at, "云岭镇机关", "正常") for who, at in told))
    put(county, found)
    assert [night.isoformat() for night in county.scalars(select(NightStay.night))] == ["2026-10-08", "2026-10-08"]
    named = "".join(found.left_out())
    assert "2 行白天的打卡或没有打卡,不是住夜,未读(第 2、6 行)" in named
    assert "1 行同一晚的其他打卡,未读(第 4 行)" in named


def test_a_check_in_after_midnight_beside_its_day_belongs_to_the_evening_before(county: Connection, tmp_path: Path) -> None:
    head = ("日期", "姓名", "单位", "打卡时间")
    put(
        county,
        read(county, tmp_path, "住夜", head, ("2026-10-09", "云正一", "云岭镇", "00:30"), ("2026-10-09", "云正二", "云岭镇", "21:05")),
    )
    assert sorted(night.isoformat() for night in county.scalars(select(NightStay.night))) == ["2026-10-08", "2026-10-09"]


def test_a_check_in_that_nobody_can_read_is_refused(county: Connection, tmp_path: Path) -> None:
    found = read(county, tmp_path, "住夜", ("日期", "姓名", "单位", "打卡时间"), ("2026-10-09", "云正一", "云岭镇", "晚上很晚"))
    assert [one.reason for one in found.refused] == ["看不懂打卡时间“晚上很晚”,请写成 21:30"]


def test_a_visit_finds_its_household_by_who_heads_it(county: Connection, tmp_path: Path) -> None:
    register = ("户编号", "所属邻", "户类型", "户主", "门牌")
    cell = "云岭镇上塘村东片一组第1邻"
    lines = (
        ("QH-001", cell, "重点户", "张三", "1号"),
        ("QH-002", cell, "重点户", "李四", "2号"),
        ("QH-003", cell, "重点户", "李四", "3号"),
    )
    put(county, read(county, tmp_path, "户", register, *lines))
    head = ("走访日期", "网格员", "所属村组", "户主", "门牌号", "走访内容")
    visits = (("2026-10-08", "邻长一", "上塘村一组", "张 三", "", "问需"), ("2026-10-08", "邻长一", "上塘村一组", "李四", "3号", "问需"))
    put(county, read(county, tmp_path, "走访", head, *visits))
    assert len(set(county.scalars(select(CaptainVisit.household_id)))) == 2
    vague = read(
        county,
        tmp_path,
        "走访",
        head,
        ("2026-10-09", "邻长一", "上塘村一组", "李四", "", ""),
        ("2026-10-09", "下塘主任", "下塘村", "张三", "", ""),
    )
    assert [one.reason for one in vague.refused] == [
        "云岭镇上塘村东片一组有 2 户户主叫“李四”,请填组、门牌或户编号",
        "云岭镇下塘村没有户主叫“张三”的户;请填户编号,或先装入带“户主”列的户台账",
    ]


def test_no_words_of_a_household_are_kept(county: Connection, tmp_path: Path) -> None:
    put(county, read(county, tmp_path, "户", ("户编号", "所属邻", "户类型", "户主"), ("QH-009", "上塘村", "普通户", "赵六")))
    kept = county.exec_driver_sql("SELECT * FROM board_household_alias").all()
    assert len(kept) == 1
    assert "赵六" not in str(kept)


# --- those that somebody has said -----------------------------------------------------------------------------------------

DISPUTE = ("张三", "13800000000", "邻里纠纷", "宅基地边界", "上塘主任", "已办结", "2026-10-20", "一组", "")
OPEN = ("李四", "13800000001", "邻里纠纷", "排水", "上塘主任", "正在办", "2026-10-21", "一组", "")
SAID = """
name = "乡镇矛盾纠纷"
kind = "诉求"
headings = ["反映人", "联系电话", "问题类型", "诉求内容", "处理人", "处理状态", "办结日期", "村民组", "备注"]
[columns]
"诉求人" = "反映人"
"类别" = "问题类型"
"事由" = "诉求内容"
"经办人" = "处理人"
"办理结果" = "处理状态"
"办结时间" = "办结日期"
"点单时间" = "办结日期"
"地址" = "村民组"
[defaults]
"渠道" = "其他"
"大小" = "待定"
"""


def test_a_layout_that_nobody_knows_says_what_is_missing_and_guesses_the_rest(county: Connection, tmp_path: Path) -> None:
    with pytest.raises(NotMapped, match="缺少列:渠道、类别、大小、点单时间") as refusal:
        read(county, tmp_path, "诉求", DISPUTES, DISPUTE, area=SHANGTANG)
    (layout,) = refusal.value.layouts
    assert layout.missing == ("渠道", "大小", "点单时间")
    assert layout.draft().columns["事由"] == ("诉求内容",)
    assert dict(zip(layout.headings, layout.examples, strict=True))["反映人"] == "张三"


def test_headings_of_which_none_is_known_are_asked_about_too(county: Connection, tmp_path: Path) -> None:
    with pytest.raises(NotMapped) as refusal:
        read(county, tmp_path, "住夜", ("云岭镇10月",), ("何日", "何人", "何处"), ("2026-10-08", "云正一", "云岭镇"))
    assert refusal.value.layouts[0].headings == ("何日", "何人", "何处")
    said = LedgerMapping("我的", "night_stay", {"日期": ("何日",), "姓名": ("何人",), "单位": ("何处",)}, headings=("何日", "何人", "何处"))
    keep_mapping(county, said, by="test", now=NOW)
    found = read(county, tmp_path, "住夜", ("云岭镇10月",), ("何日", "何人", "何处"), ("2026-10-08", "云正一", "云岭镇"))
    assert (len(found.records), found.refused) == (1, [])


def test_a_mapping_is_remembered_by_the_headings_and_gone_when_forgotten(county: Connection, tmp_path: Path) -> None:
    kept = keep_mapping(county, parsed(SAID, KINDS), by="test", now=NOW)
    shuffled = [DISPUTES[place] for place in (3, 1, 0, 2, 4, 5, 6, 7, 8)], [DISPUTE[place] for place in (3, 1, 0, 2, 4, 5, 6, 7, 8)]
    put(county, read(county, tmp_path, "诉求", *shuffled, area=SHANGTANG))
    row = county.execute(select(Petition.area_code, Petition.channel, Petition.size, Petition.outcome, Petition.title)).one()
    assert tuple(row) == (GROUP, "other", None, "resolved", "宅基地边界")
    assert forget_mapping(county, kept, "petition")
    with pytest.raises(NotMapped):
        read(county, tmp_path, "诉求", DISPUTES, DISPUTE, area=SHANGTANG)


def test_without_a_place_it_lies_at_the_unit_whose_ledger_it_is(county: Connection, tmp_path: Path) -> None:
    keep_mapping(county, parsed(SAID, KINDS), by="test", now=NOW)
    found = read(county, tmp_path, "诉求", DISPUTES, DISPUTE, area=YUNLING)
    assert [one.values["area_code"] for one in found.records] == [YUNLING]
    nowhere = read(county, tmp_path, "诉求", DISPUTES, DISPUTE)
    assert [one.column for one in nowhere.refused] == ["地址"]


def test_a_word_is_asked_about_once(county: Connection, tmp_path: Path) -> None:
    mapping = parsed(SAID, KINDS)
    keep_mapping(county, mapping, by="test", now=NOW)
    found = read(county, tmp_path, "诉求", DISPUTES, OPEN, area=SHANGTANG)
    ((word, rows),) = found.words.items()
    assert (word.fingerprint, word.column, word.said, rows) == (mapping.fingerprint, "办理结果", "正在办", 1)
    told = parsed(SAID + '[words."办理结果"]\n"正在办" = "已化解"\n', KINDS)
    keep_mapping(county, told, by="test", now=NOW)
    assert read(county, tmp_path, "诉求", DISPUTES, OPEN, area=SHANGTANG).refused == []


def test_the_refused_rows_mended_are_read_by_the_same_mapping(county: Connection, tmp_path: Path) -> None:
    keep_mapping(county, parsed(SAID, KINDS), by="test", now=NOW)
    found = read(county, tmp_path, "诉求", DISPUTES, OPEN, area=SHANGTANG)
    write_refused([returned(one, found.kind) for one in found.refused], tmp_path / "退回.xlsx")
    book = openpyxl.load_workbook(tmp_path / "退回.xlsx")
    for row in book.active.iter_rows():
        for cell in row:
            cell.value = "已办结" if cell.value == "正在办" else cell.value
    book.save(tmp_path / "退回.xlsx")
    assert len(read_file(county, tmp_path / "退回.xlsx", "诉求", SHANGTANG).records) == 1


def test_a_unit_nobody_is_called_is_asked_about_and_remembered(county: Connection, tmp_path: Path) -> None:
    lines = (("日期", "姓名", "单位"), ("2026-10-08", "云正一", "云山公社"))
    found = read(county, tmp_path, "住夜", *lines)
    ((place, rows),) = found.places.items()
    assert (place.said, rows, dict(place.choices)[YUNLING]) == ("云山公社", 1, "云岭镇")
    keep_alias(county, directory(EVERYTHING, county), "云山公社", "云岭镇", by="test", now=NOW)
    assert len(read(county, tmp_path, "住夜", *lines).records) == 1


@pytest.mark.parametrize("said", ["镇政府", "本镇", "机关", "云岭", "云岭镇人民政府", "990101101000", "990101101000000"])
def test_the_units_own_names_for_itself_mean_it(county: Connection, tmp_path: Path, said: str) -> None:
    found = read(county, tmp_path, "住夜", ("云岭镇2026年10月住夜台账",), ("日期", "姓名", "单位"), ("10月8日", "云正一", said))
    assert [one.values["area_code"] for one in found.records] == [YUNLING]


@pytest.mark.parametrize(
    ("address", "near", "place"),
    [
        ("青禾县云岭镇上塘村一组12号", None, GROUP),
        ("上塘村十一组", None, SHANGTANG),
        ("上塘社区居委会", None, SHANGTANG),
        ("云岭镇东风路5号", SHAWAN, YUNLING),
        ("东风路5号", SHAWAN, SHAWAN),
        ("柳坝村", YUNLING, YUNLING),
    ],
)
def test_an_address_is_as_near_as_it_surely_tells(county: Connection, address: str, near: str | None, place: str) -> None:
    assert directory(EVERYTHING, county).place_in(address, near) == place


# --- as text ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mapping", [*shipped_mappings(KINDS), parsed(SAID, KINDS)], ids=lambda mapping: mapping.name)
def test_a_mapping_is_the_same_after_it_was_written_and_read(mapping: LedgerMapping) -> None:
    assert parsed(toml_text(mapping), KINDS) == mapping


def test_a_mapping_with_quotes_and_strange_signs_survives_its_text(county: Connection) -> None:
    odd = LedgerMapping('他的"表"\\1', "night_stay", {"日期": ('日"期\t\x7f',)}, headings=('日"期', "甲=乙"))
    keep_mapping(county, odd, by="test", now=NOW)
    (kept,) = kept_mappings(county, KINDS).values()
    assert kept.headings == odd.headings


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("kind = ", "不是 TOML"),
        ('kind = "无此"', "不是一种台账"),
        ('kind = "住夜"\n[columns]\n"没有的列" = "甲"', "没有“没有的列”这一列"),
        ('kind = "诉求"\n[defaults]\n"渠道" = "信鸽"', "“渠道”不能是“信鸽”"),
        ('kind = "诉求"\n[columns]\n"编号" = 1', "应是文字"),
        ('kind = "诉求"\ncolumn = 1', "不认识“column”"),
        ('kind = "诉求"\nknown_by = ["编号"]', "却没有它的列名"),
        ('kind = "诉求"\ncolumns = 1', "写法不对"),
    ],
)
def test_a_mapping_that_says_what_no_ledger_knows_is_refused_in_words(text: str, why: str) -> None:
    with pytest.raises(LookupError, match=why):
        parsed(text, KINDS)


def test_headings_are_the_same_however_they_are_ordered_and_spaced() -> None:
    assert fingerprint(("姓 名*", "日期", "1日", "2日")) == fingerprint(("日期", "姓名"))
    assert fingerprint(("姓名", "日期")) != fingerprint(("姓名", "日期", "单位"))


def test_the_boards_own_ledgers_are_read_by_their_own_headings(county: Connection, tmp_path: Path) -> None:
    head = ("编号", "发生地", "渠道", "类别", "大小", "点单时间", "承办部门", "事由")
    found = read(county, tmp_path, "诉求", head, ("A-1", "上塘村", "来电", "道路", "待定", "2026-10-08", "县住建局", "路灯"))
    (one,) = found.records
    assert (one.values["channel"], one.values["size"], one.values["department_code"]) == ("hotline", None, f"{QINGHE}D001")
    assert found.layouts[0].by == ""


def test_a_department_nobody_knows_refuses_the_row_and_is_asked_about(county: Connection, tmp_path: Path) -> None:
    head = ("编号", "发生地", "渠道", "类别", "大小", "点单时间", "承办部门")
    found = read(county, tmp_path, "诉求", head, ("A-1", "上塘村", "来电", "道路", "待定", "2026-10-08", "城管大队"))
    assert [one.reason for one in found.refused] == ["没有叫“城管大队”的部门或单位"]
    ((place, _),) = found.places.items()
    keep_alias(county, directory(EVERYTHING, county), "城管大队", next(iter(dict(place.choices))), by="test", now=NOW)
    again = read(county, tmp_path, "诉求", head, ("A-1", "上塘村", "来电", "道路", "待定", "2026-10-08", "城管大队"))
    assert [one.values["department_code"] for one in again.records] == [f"{QINGHE}D001"]


# --- by command ---------------------------------------------------------------------------------------------------------------


def test_a_mapping_given_with_a_file_is_remembered_shown_and_forgotten_by_command(
    served: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with served.begin() as connection:
        qinghe(connection)
    book = openpyxl.Workbook()
    for line in (DISPUTES, DISPUTE):
        book.active.append(line)
    book.save(tmp_path / "台账.xlsx")
    (tmp_path / "对应.toml").write_text(SAID, encoding="utf-8")
    file, mapping = str(tmp_path / "台账.xlsx"), str(tmp_path / "对应.toml")
    load_it = ["load", "诉求", file, "--area", SHANGTANG]
    assert main([*load_it, "--json"]) == 2
    assert [layout["missing"] for layout in json.loads(capsys.readouterr().out)["layouts"]] == [["渠道", "大小", "点单时间"]]
    assert main(["mapping", "draft", "诉求", file]) == 0
    assert '"事由" = "诉求内容"' in capsys.readouterr().out
    assert main(["check", *load_it[1:], "--mapping", mapping]) == 0
    assert main(load_it) == 2, "checking remembers nothing"
    assert main([*load_it, "--mapping", mapping]) == 0
    assert main(load_it) == 0
    capsys.readouterr()
    assert main(["mapping", "list", "--json"]) == 0
    (kept,) = json.loads(capsys.readouterr().out)
    assert main(["mapping", "show", kept["fingerprint"][:8], "--out", str(tmp_path / "again.toml")]) == 0
    assert kept["area_code"] == SHANGTANG, "kept for the area it was given with"
    assert main(["mapping", "keep", str(tmp_path / "again.toml"), "--area", YUNLING]) == 0
    assert main(["mapping", "forget", kept["fingerprint"], "--area", SHANGTANG]) == 0
    assert main(load_it) == 0, "the township's is the nearest upward"
    assert main(["mapping", "forget", kept["fingerprint"], "--area", SHAWAN]) == 2
    assert main(["mapping", "forget", kept["fingerprint"]]) == 0
    assert main(load_it) == 2
    assert main(["mapping", "forget", kept["fingerprint"]]) == 2


def test_another_name_of_a_unit_is_kept_and_forgotten_by_command(served: Engine) -> None:
    with served.begin() as connection:
        qinghe(connection)
    assert main(["alias", "云山公社", "云岭镇"]) == 0
    with served.connect() as connection:
        assert directory(EVERYTHING, connection).unit("云山公社", ("township",)) == YUNLING
    assert main(["alias", "云山公社"]) == 0
    assert main(["alias", "云山公社"]) == 2


def test_what_one_area_says_of_headings_and_units_no_other_area_meets(county: Connection, tmp_path: Path) -> None:
    mine = parsed(SAID, KINDS)
    keep_mapping(county, mine, by="云岭", now=NOW, area=YUNLING)
    assert len(read(county, tmp_path, "诉求", DISPUTES, DISPUTE, area=SHANGTANG).records) == 1
    for other in ("", SHAWAN, LIUBA):
        with pytest.raises(NotMapped):
            read(county, tmp_path, "诉求", DISPUTES, DISPUTE, area=other)
    keep_alias(county, directory(Scope.operator(SHAWAN), county), "老公社", LIUBA, by="沙湾", now=NOW)
    aliases = [directory(Scope.operator(area), county).aliases.get("老公社") for area in (LIUBA, SHAWAN, YUNLING, "")]
    assert aliases == [LIUBA, LIUBA, None, None]


def test_the_nearest_area_upward_is_asked_and_who_stands_above_changes_what_stands_in_his_way(county: Connection, tmp_path: Path) -> None:
    everybodys, townships = parsed(SAID, KINDS), parsed(SAID.replace('"其他"', '"微信群"'), KINDS)
    keep_mapping(county, everybodys, by="县", now=NOW)
    keep_mapping(county, townships, by="云岭", now=NOW, area=YUNLING)

    def channel(area: str) -> str:
        return kept_mappings(county, KINDS, area)[townships.fingerprint, "petition"].defaults["渠道"]

    assert [channel(area) for area in (SHANGTANG, LIUBA)] == ["微信群", "其他"]
    assert read(county, tmp_path, "诉求", DISPUTES, DISPUTE, area=SHANGTANG).records[0].values["channel"] == "wechat"
    keep_mapping(county, parsed(SAID.replace('"其他"', '"热线"'), KINDS), by="县", now=NOW, of=SHANGTANG)
    assert [channel(area) for area in (SHANGTANG, LIUBA)] == ["热线", "其他"], "the county's clerk had a file of 云岭镇 in hand"
    keep_mapping(county, townships, by="沙湾", now=NOW, area=SHAWAN)
    assert [channel(area) for area in (SHANGTANG, LIUBA)] == ["热线", "微信群"]
    assert sorted(ledger_mappings(Scope.operator(SHAWAN), county)["area_code"]) == ["", SHAWAN], "nothing of another township's"
    assert sorted(ledger_mappings(EVERYTHING, county)["area_code"]) == ["", YUNLING, SHAWAN]
    assert ledger_mappings(Scope(area=""), county).empty
