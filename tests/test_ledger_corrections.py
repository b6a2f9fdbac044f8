"""三长认定, and correcting what was loaded wrong: shown first, written on request, every old and new value on record."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, insert, select

from data_access.board_tables import BoardAudit
from data_access.imports import NOT_CORRECTED
from data_access.scope import Scope
from data_access.tables import CaptainMark, NightStay, Petition, PetitionEvent, PetitionRating
from ingest.__main__ import main
from ingest.ledgers.checks import KINDS, checked, kind_named
from ingest.ledgers.correct import Corrections, corrections, sentence, write
from ingest.ledgers.directory import directory
from ingest.ledgers.load import NOT_COMPARED
from tests.builders import CELL, EVERYTHING, TOWNSHIP, a_county, a_person, an_appointment
from tests.test_ledgers import NOW, a_book, put, told

MARK = ("年度", "姓名", "单位", "类别", "分值", "抽查结果", "事由", "佐证", "认定单位", "认定日期", "文号")
STAY = ("日期", "姓名", "单位", "备注", "台账编号")
CASE = ("编号", "发生地", "渠道", "类别", "大小", "事由", "点单时间", "派单时间", "办结时间", "办理结果", "评单星级", "评单时间")


@pytest.fixture
def county(connection: Connection) -> Connection:
    a_county(connection)
    for name in ("张三", "李四"):
        an_appointment(connection, "township_staff", TOWNSHIP, person=a_person(connection, name))
    an_appointment(connection, "cell_captain", CELL, person=a_person(connection, "王五"))
    return connection


def a_mark_line(**other: object) -> tuple:
    line = dict(zip(MARK, (2026, "王五", CELL, "加分", "2.5", "", "带头调解", "会议纪要3号", "泥河镇党委", "2026-10-08", "1"), strict=True))
    return tuple((line | other).values())


def corrected(
    connection: Connection, kind: str, path: Path, *, yes: bool = False, scope: Scope = EVERYTHING
) -> tuple[Corrections, list[str]]:
    known = directory(EVERYTHING, connection, households=False)
    read = checked(kind_named(kind), path, known, NOW)
    read.scope = scope
    found = corrections(connection, read)
    lines = [sentence(kind_named(kind), one, known) for one in found.rows]
    if yes:
        write(connection, kind_named(kind), found.rows, known, file_name=path.name, why="抄错行", by="test", now=NOW)
    return found, lines


def audited(connection: Connection) -> list[str]:
    asked = select(BoardAudit.detail).where(BoardAudit.action == "correction", BoardAudit.username == "test").order_by(BoardAudit.id)
    return [str(line) for line in connection.scalars(asked)]


def test_marks_are_loaded_once_and_known_again_by_their_number(county: Connection, tmp_path: Path) -> None:
    lines = (
        a_mark_line(),
        a_mark_line(类别="抽查", 分值="", 抽查结果="未通过", 事由="走访不实", 文号="2"),
        a_mark_line(类别="一票否决", 分值="", 事由="造假:补签到", 文号="3"),
    )
    path = a_book(tmp_path, MARK, *lines)
    assert put(county, "三长认定", path).added == 3
    assert put(county, "captain_mark", path).same == 3
    rows = county.execute(select(CaptainMark.kind, CaptainMark.points, CaptainMark.passed).order_by(CaptainMark.id)).all()
    assert [tuple(row) for row in rows] == [("bonus", 2.5, None), ("spot_check", None, False), ("veto", None, None)]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"佐证": ""}, "第 2 行“佐证”:加分须有“佐证”,没有佐证的不计分"),
        ({"分值": "6"}, "第 2 行“分值”:“6”应大于 0、不超过 5 分"),
        ({"分值": ""}, "第 2 行“分值”:加分须填“分值”"),
        ({"类别": "抽查", "分值": ""}, "第 2 行“抽查结果”:抽查须填“抽查结果”:通过或未通过"),
        ({"类别": "一票否决", "分值": "", "事由": "迟到"}, "第 2 行“事由”:一票否决的事由限于:违纪违法、造假、瞒报重大隐患、侵害群众利益"),
        ({"姓名": "张三", "单位": TOWNSHIP}, "第 2 行“姓名”:“张三”没有担任过片长、组长或邻长"),
        ({"认定日期": "2025-12-30"}, "第 2 行“认定日期”:早于所认定的年度 2026 年"),
        ({"年度": 2027}, "第 2 行“年度”:2027 年还没有到"),
    ],
)
def test_a_wrong_mark_is_refused_by_row_and_column(county: Connection, tmp_path: Path, other: dict, said: str) -> None:
    result = put(county, "三长认定", a_book(tmp_path, MARK, a_mark_line(**other)))
    assert result.added == 0
    assert told(result)[0].startswith(said)


def test_a_wrong_row_is_shown_field_by_field_and_written_only_when_asked(county: Connection, tmp_path: Path) -> None:
    put(county, "住夜", a_book(tmp_path, STAY, ("2026-10-08", "张三", "泥河镇", "值班", "7"), ("2026-10-09", "李四", "泥河镇", "", "8")))
    path = a_book(
        tmp_path, STAY[:3] + STAY[4:], ("2026-10-10", "李四", "泥河镇", "7"), ("2026-10-09", "李四", "泥河镇", "8"), name="更正.xlsx"
    )
    found, lines = corrected(county, "住夜", path)
    assert lines == ["第 2 行 7:日期 2026-10-08 → 2026-10-10;姓名 张三 → 李四"]
    assert found.same == 1
    assert audited(county) == []
    corrected(county, "住夜", path, yes=True)
    row = county.execute(select(NightStay.night, NightStay.note, NightStay.source_ref).order_by(NightStay.id)).first()
    assert row is not None
    assert (row.night, row.note) == (date(2026, 10, 10), "值班")  # the file has no 备注: it stays
    assert row.source_ref.endswith(":7")
    said = audited(county)
    assert len(said) == 2
    assert "2026-10-08 → 2026-10-10(原因:抄错行;文件 更正.xlsx)" in said[0]
    assert "张三" not in said[1]
    assert "人员编号" in said[1]
    again, lines = corrected(county, "住夜", path)
    assert (lines, again.same) == ([], 2)


def test_a_correction_adds_no_row_and_reaches_no_row_of_another_system_or_unit(county: Connection, tmp_path: Path) -> None:
    county.execute(insert(Petition).values(number="N-1", area_code=CELL, opened_at=NOW, source="hotline", source_ref="h1", size="small"))
    put(county, "住夜", a_book(tmp_path, STAY, ("2026-10-08", "张三", "泥河镇", "", "7")))
    found, lines = corrected(county, "住夜", a_book(tmp_path, STAY, ("2026-10-10", "李四", "泥河镇", "", "99")))
    assert (lines, [one.reason for one in found.refused]) == ([], ["库里没有这一条,更正不新增;请用 load 装入"])
    elsewhere = Scope.operator("149981199")
    found, lines = corrected(county, "住夜", a_book(tmp_path, STAY, ("2026-10-10", "李四", "泥河镇", "", "7")), scope=elsewhere)
    assert (lines, [one.reason for one in found.refused]) == ([], ["不在所选区划之内,不能改动"])
    line = ("N-1", CELL, "微信群", "道路交通", "大事", "", "2026-10-08 09:00", "", "", "", "", "")
    found, lines = corrected(county, "诉求", a_book(tmp_path, CASE, line))
    assert (lines, found.refused[0].reason) == ([], "编号 N-1 已由hotline登记,台账不能改动")


def test_a_petitions_moment_its_timeline_and_its_stars_are_corrected_together(county: Connection, tmp_path: Path) -> None:
    line = [
        "A-1",
        CELL,
        "微信群",
        "道路交通",
        "小事",
        "村口路灯",
        "2026-10-08 09:00",
        "2026-10-08 10:00",
        "2026-10-09 10:00",
        "已化解",
        2,
        "2026-10-10",
    ]
    put(county, "诉求", a_book(tmp_path, CASE, tuple(line)))
    line[5], line[6], line[10] = "村东路灯", "2026-10-07 09:00", 5
    _, lines = corrected(county, "诉求", a_book(tmp_path, CASE, tuple(line)), yes=True)
    assert "评单星级 2 → 5" in lines[0]
    assert county.scalars(select(PetitionRating.stars)).all() == [5]
    opened = [str(at) for at in county.scalars(select(PetitionEvent.at).where(PetitionEvent.kind == "open"))]
    assert opened == ["2026-10-07 09:00:00"]
    said = " ".join(audited(county))
    assert "评单星级 2 → 5" in said
    assert "村口路灯" not in said  # who may administer need not see what people wrote
    assert corrected(county, "诉求", a_book(tmp_path, CASE, tuple(line)))[1] == []


def test_a_long_value_is_kept_whole_in_several_lines_of_the_audit(county: Connection, tmp_path: Path) -> None:
    put(county, "住夜", a_book(tmp_path, STAY, ("2026-10-08", "张三", "泥河镇", "旧" * 900, "7")))
    corrected(county, "住夜", a_book(tmp_path, STAY, ("2026-10-08", "张三", "泥河镇", "新" * 900, "7")), yes=True)
    said = "".join(audited(county))
    assert (said.count("旧"), said.count("新")) == (900, 900)


def test_the_command_lists_first_and_writes_with_yes_and_a_reason(
    served: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with served.begin() as connection:
        a_county(connection)
        an_appointment(connection, "township_staff", TOWNSHIP, person=a_person(connection, "张三"))
        put(connection, "住夜", a_book(tmp_path, STAY, ("2026-10-08", "张三", "泥河镇", "", "7")))
    path = str(a_book(tmp_path, STAY, ("2026-10-09", "张三", "泥河镇", "", "7"), name="更正.xlsx"))

    def nights() -> list[date]:
        with served.connect() as connection:
            return list(connection.scalars(select(NightStay.night)))

    assert main(["correct", "住夜", path]) == 0
    assert "可更正 1 行" in capsys.readouterr().out
    assert main(["correct", "住夜", path, "--yes"]) == 2
    assert "更正须写明原因" in capsys.readouterr().err
    assert nights() == [date(2026, 10, 8)]
    assert main(["correct", "住夜", path, "--yes", "--why", "抄错一天"]) == 0
    assert nights() == [date(2026, 10, 9)]


def test_what_the_page_does_not_offer_to_correct_has_nothing_to_correct(served: Engine, tmp_path: Path) -> None:
    keyed = ("编号", "台账编号", "问卷编号", "文号", "户编号")
    without = {
        kind.id
        for kind in KINDS.values()
        if not (set(kind.field_of()) - NOT_COMPARED - set(kind.natural or ())) and not any(title in kind.by_title() for title in keyed)
    }
    assert without == NOT_CORRECTED
    assert main(["correct", "参训", str(a_book(tmp_path, ("姓名", "类型", "日期"), ("张三", "集中", "2026-10-08")))]) == 2
