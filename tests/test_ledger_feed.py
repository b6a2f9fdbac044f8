"""A folder that ledgers are put into: each is loaded once and put away, what is broken or open is told beside it."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import Engine, func, select

from data_access.board_tables import BoardImport, BoardPersonChoice
from data_access.tables import NightStay, NightVisit
from ingest.__main__ import main
from ingest.ledgers import feed as feeding
from ingest.ledgers.feed import Task, feed
from ingest.ledgers.undo import plan, take_back
from tests.builders import EVERYTHING, TOWNSHIP, VILLAGE, a_county, a_person, an_appointment
from tests.test_ledgers import STAY, a_book

NOW = datetime(2026, 11, 20, 20)
GOOD = (STAY, ("2026-10-08", "张三", "泥河镇"))
BAD = (STAY, ("2026-10-08", "王五", "泥河镇"), ("2026-10-09", "张三", "泥河镇"))


@dataclass
class Folder:
    """A folder with a database behind it."""

    path: Path
    database: Engine
    said: list[str] = field(default_factory=list)

    def fed(self, **more: object) -> bool:
        self.said.clear()
        return feed(replace(Task(self.path, self.database, "", "投送", NOW, 0, self.said.append), **more))  # type: ignore[arg-type]

    def put(self, name: str, *lines: tuple) -> Path:
        return a_book(self.path, *lines, name=name)

    def files(self, folder: str = "") -> list[str]:
        return sorted(path.name for path in (self.path / folder).iterdir() if path.is_file() and not path.name.startswith("."))

    def report(self, name: str) -> str:
        return (self.path / "failed" / name).read_text(encoding="utf-8-sig")

    def nights(self) -> list[date]:
        with self.database.connect() as connection:
            return sorted(connection.scalars(select(NightStay.night)))

    def imports(self) -> int:
        with self.database.connect() as connection:
            return int(connection.scalar(select(func.count()).select_from(BoardImport)) or 0)


@pytest.fixture
def folder(database: Engine, tmp_path: Path) -> Folder:
    with database.begin() as connection:
        a_county(connection)
        an_appointment(connection, "township_staff", TOWNSHIP, person=a_person(connection, "张三", None))
    (tmp_path / "in").mkdir()
    return Folder(tmp_path / "in", database)


def test_a_file_is_loaded_once_and_put_away(folder: Folder) -> None:
    content = folder.put("10月住夜.xlsx", *GOOD).read_bytes()
    assert folder.fed()
    assert (folder.files(), folder.files("done"), folder.nights()) == ([], ["10月住夜.xlsx"], [date(2026, 10, 8)])
    assert folder.fed()
    assert folder.said == [], "cron hears nothing where nothing was there"
    (folder.path / "又一份.xlsx").write_bytes(content)
    assert folder.fed()
    assert folder.said == ["又一份.xlsx:住夜早已装入(编号 1)。"] or "早已装入" in folder.said[0]
    assert (folder.files("done"), folder.imports()) == (["10月住夜.xlsx", "又一份.xlsx"], 1)


def test_what_has_been_taken_back_is_loaded_when_it_is_put_there_again(folder: Folder) -> None:
    content = folder.put("住夜.xlsx", *GOOD).read_bytes()
    folder.fed()
    with folder.database.begin() as connection:
        last = connection.scalar(select(func.max(BoardImport.id)))
        take_back(connection, plan(connection, last or 0, EVERYTHING), why="装错了", by="test", now=NOW)
    (folder.path / "住夜.xlsx").write_bytes(content)
    assert folder.fed()
    assert (folder.nights(), folder.files("done")) == ([date(2026, 10, 8)], ["住夜-2.xlsx", "住夜.xlsx"])


def test_a_workbook_of_two_ledgers_is_loaded_as_both(folder: Folder) -> None:
    book = openpyxl.Workbook()
    for sheet, lines in (
        (book.active, GOOD),
        (book.create_sheet(), (("日期", "姓名", "走访村", "走访人次"), ("2026-10-08", "张三", VILLAGE, 3))),
    ):
        for line in lines:
            sheet.append(line)
    book.save(folder.path / "10月.xlsx")
    assert folder.fed(), folder.said
    with folder.database.connect() as connection:
        assert connection.scalars(select(NightVisit.people)).all() == [3]
    assert len(folder.nights()) == 1


def test_refused_rows_are_told_by_sheet_line_and_column_and_come_back_mended(folder: Folder) -> None:
    folder.put("住夜.xlsx", *BAD)
    assert not folder.fed()
    assert folder.files("done") == ["住夜.xlsx"]
    assert folder.files("failed") == ["住夜.refused.xlsx", "住夜.xlsx.报告.txt"]
    assert "Sheet!B2 第 2 行“姓名”:泥河镇没有叫“王五”的在任人员" in folder.report("住夜.xlsx.报告.txt")
    book = openpyxl.load_workbook(folder.path / "failed" / "住夜.refused.xlsx")
    name = next(cell for row in book.active.iter_rows() for cell in row if cell.value == "王五")
    name.value = "张三"
    book.save(folder.path / "住夜.refused.xlsx")
    assert folder.fed()
    assert folder.nights() == [date(2026, 10, 8), date(2026, 10, 9)]


def test_a_file_with_refused_rows_may_be_tried_again_as_it_is(folder: Folder) -> None:
    content = folder.put("住夜.xlsx", *BAD).read_bytes()
    folder.fed()
    with folder.database.begin() as connection:
        an_appointment(connection, "township_staff", TOWNSHIP, person=a_person(connection, "王五", None))
    (folder.path / "住夜.xlsx").write_bytes(content)
    assert folder.fed()
    assert folder.nights() == [date(2026, 10, 8), date(2026, 10, 9)]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("坏.xlsx", b"PK\x03\x04broken", "文件已损坏"),
        ("空.csv", b"", "文件是空的"),
        ("合同.pdf", b"%PDF-1.7", "这是PDF"),
        ("别的.csv", "甲,乙\n1,2\n".encode(), "没有哪种台账"),
    ],
)
def test_what_cannot_be_read_is_set_aside_with_the_reason_and_the_others_go_on(folder: Folder, name: str, content: bytes, why: str) -> None:
    (folder.path / name).write_bytes(content)
    folder.put("住夜.xlsx", *GOOD)
    assert not folder.fed()
    assert folder.files("failed") == sorted([name, f"{name}.报告.txt"])
    report = folder.report(f"{name}.报告.txt")
    assert why in report
    assert "ledger" not in report, "the file's own name, not that of the copy which is read"
    assert (folder.files("done"), len(folder.nights())) == (["住夜.xlsx"], 1)


def test_a_fault_of_the_program_stops_no_other_file(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    real = feeding.checked

    def falls_over(*asked: object, name: str, **more: object) -> object:
        if name == "甲.xlsx":
            raise ZeroDivisionError
        return real(*asked, name=name, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(feeding, "checked", falls_over)
    folder.put("甲.xlsx", *GOOD)
    folder.put("乙.xlsx", *GOOD)
    assert not folder.fed()
    assert "程序出错" in folder.report("甲.xlsx.报告.txt")
    assert len(folder.nights()) == 1


def test_a_file_that_is_still_being_copied_stays_for_the_next_time(folder: Folder) -> None:
    path = folder.put("住夜.xlsx", *GOOD)
    os.utime(path, (0, 0))  # copied with its old date
    folder.put("住夜2.xlsx.part", *GOOD)
    folder.put("~$住夜.xlsx", *GOOD)
    assert folder.fed(quiet_seconds=60)
    assert folder.files() == ["~$住夜.xlsx", "住夜.xlsx", "住夜2.xlsx.part"]
    assert folder.fed()
    assert folder.files() == ["~$住夜.xlsx", "住夜2.xlsx.part"]


# --- what must be answered ----------------------------------------------------------------------------------------------


def answer(folder: Folder, name: str, **said: object) -> None:
    """Fills in what waits, as with an editor."""
    path = folder.path / "asked" / f"{name}.toml"
    text = path.read_text(encoding="utf-8")
    for key, value in said.items():
        assert f'{key} = ""' in text
        text = text.replace(f'{key} = ""', f'{key} = "{value}"')
    path.write_text(text, encoding="utf-8")


def test_a_year_is_asked_for_and_the_answer_is_enough(folder: Folder) -> None:
    folder.put("住夜.xlsx", STAY, ("10月8日", "张三", "泥河镇"))
    assert not folder.fed()
    assert (folder.files(), folder.files("asked"), folder.nights()) == ([], ["住夜.xlsx", "住夜.xlsx.toml"], [])
    assert "Sheet!A2 第 2 行“日期”" in (folder.path / "asked" / "住夜.xlsx.toml").read_text(encoding="utf-8")
    assert folder.fed()
    assert folder.said == [], "what waits for its answer is not asked again"
    answer(folder, "住夜.xlsx", year=2025)
    assert folder.fed(), folder.said
    assert (folder.nights(), folder.files("asked")) == ([date(2025, 10, 8)], [])
    assert folder.files("done") == ["住夜.xlsx", "住夜.xlsx.toml"]


def test_one_of_two_people_is_asked_for_and_remembered(folder: Folder) -> None:
    with folder.database.begin() as connection:
        other = a_person(connection, "张三", None)
        an_appointment(connection, "township_chief", TOWNSHIP, person=other)
    folder.put("住夜.xlsx", *GOOD)
    assert not folder.fed()
    told = (folder.path / "asked" / "住夜.xlsx.toml").read_text(encoding="utf-8")
    assert f"{other} 泥河镇党政正职" in told
    answer(folder, "住夜.xlsx", **{'"泥河镇 张三"': 999})
    assert not folder.fed()
    assert "编号为 999 的人员不叫“张三”" in (folder.path / "asked" / "住夜.xlsx.toml").read_text(encoding="utf-8")
    answer(folder, "住夜.xlsx", **{'"泥河镇 张三"': other})
    assert folder.fed(), folder.said
    folder.put("下一份.xlsx", STAY, ("2026-10-09", "张三", "泥河镇"))
    assert folder.fed(), folder.said
    with folder.database.connect() as connection:
        assert set(connection.scalars(select(NightStay.person_id))) == {other}
        assert connection.scalar(select(func.count()).select_from(BoardPersonChoice)) == 1


def test_a_unit_is_asked_for_and_a_wrong_answer_asked_again(folder: Folder) -> None:
    folder.put("住夜.xlsx", ("日期", "姓名"), ("2026-10-08", "张三"))
    assert not folder.fed()
    answer(folder, "住夜.xlsx", area="没有镇")
    assert not folder.fed()
    assert "没有叫“没有镇”" in (folder.path / "asked" / "住夜.xlsx.toml").read_text(encoding="utf-8")
    answer(folder, "住夜.xlsx", area="泥河镇")
    assert folder.fed(), folder.said
    assert len(folder.nights()) == 1


def test_answers_may_come_with_the_file(folder: Folder) -> None:
    folder.put("住夜.xlsx", STAY, ("10月8日", "张三", "泥河镇"))
    (folder.path / "住夜.xlsx.toml").write_text('kind = "住夜"\nyear = 2026\n', encoding="utf-8")
    assert folder.fed(), folder.said
    assert folder.nights() == [date(2026, 10, 8)]


@pytest.mark.parametrize(
    ("toml", "why"),
    [("year = ", "写得不对"), ('jahr = "2026"', "不认得“jahr”"), ('year = "去年"', "写成数字"), ('kind = "车辆"', "没有“车辆”这种台账")],
)
def test_answers_that_are_none_are_told_so(folder: Folder, toml: str, why: str) -> None:
    folder.put("住夜.xlsx", *GOOD)
    (folder.path / "住夜.xlsx.toml").write_text(toml, encoding="utf-8")
    assert not folder.fed()
    assert why in folder.report("住夜.xlsx.报告.txt")
    assert folder.files("failed") == ["住夜.xlsx", "住夜.xlsx.toml", "住夜.xlsx.报告.txt"]
    assert folder.nights() == []


def test_what_is_asked_is_written_so_that_it_can_be_read(folder: Folder) -> None:
    folder.put('一"二\\.xlsx', STAY, ("10月8日", "张三", "泥河镇"))
    folder.fed()
    [name] = [each for each in folder.files("asked") if each.endswith(".toml")]
    assert tomllib.loads((folder.path / "asked" / name).read_text(encoding="utf-8")) == {"year": ""}


# --- stopped in the middle, and two at once --------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["load", "_tell_refused", "_put_away"])
def test_stopped_in_the_middle_nothing_is_lost_and_nothing_counts_twice(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    folder.put("住夜.xlsx", *GOOD)
    real: Callable[..., object] = getattr(feeding, where)

    def stopped(*asked: object, **more: object) -> None:
        if where != "_put_away":
            real(*asked, **more)
        raise KeyboardInterrupt

    with monkeypatch.context() as stopping:
        stopping.setattr(feeding, where, stopped)
        with pytest.raises(KeyboardInterrupt):
            folder.fed()
    assert folder.files() == ["住夜.xlsx"]
    assert folder.fed()
    assert (folder.files(), folder.files("done"), len(folder.nights()), folder.imports()) == ([], ["住夜.xlsx"], 1, 1)


def test_two_machines_at_once_load_a_file_once(folder: Folder, tmp_path: Path) -> None:
    folders = []
    for name in ("甲", "乙"):
        (tmp_path / name).mkdir()
        folders.append(Folder(tmp_path / name, folder.database))
        folders[-1].put("住夜.xlsx", *GOOD).read_bytes()
    (folders[1].path / "住夜.xlsx").write_bytes((folders[0].path / "住夜.xlsx").read_bytes())
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(Folder.fed, folders)) == [True, True]
    assert (len(folder.nights()), folder.imports()) == (1, 1)
    assert [each.files("done") for each in folders] == [["住夜.xlsx"]] * 2


def test_a_second_run_over_the_same_folder_leaves_it_to_the_first(folder: Folder) -> None:
    folder.put("住夜.xlsx", *GOOD)
    with feeding._alone(folder.path) as alone:
        assert alone
        assert folder.fed()
        assert folder.said == ["另一次投送正在进行,这一次什么都不做。"]
    assert folder.fed()
    assert len(folder.nights()) == 1


def test_the_command_answers_with_its_exit_code(served: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with served.begin() as connection:
        a_county(connection)
        an_appointment(connection, "township_staff", TOWNSHIP, person=a_person(connection, "张三", None))
    assert main(["feed", str(tmp_path / "nowhere")]) == 2
    assert main(["feed", str(tmp_path)]) == 0
    assert capsys.readouterr().out == ""
    a_book(tmp_path, *GOOD, name="住夜.xlsx")
    assert main(["feed", str(tmp_path), "--quiet", "0"]) == 0
    assert "住夜.xlsx:住夜,共 1 行,新增 1" in capsys.readouterr().out
    a_book(tmp_path, *BAD, name="住夜.xlsx")
    assert main(["feed", str(tmp_path), "--quiet", "0"]) == 1
