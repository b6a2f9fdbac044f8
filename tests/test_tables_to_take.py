"""Tables that are taken along: all rows of what is on screen, the same scope and masking, and a row on record."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import openpyxl
import pandas as pd
import pytest
from sqlalchemy import Engine, select

from data_access.accounts import Role
from data_access.audit import Action
from data_access.board_tables import BoardAudit
from data_access.clock import beijing_now
from data_access.scope import Scope
from data_access.tables import Person
from pages.common import downloads
from reports import source
from reports.csv_file import csv_bytes
from reports.tables import ALL_ROWS, MOST_ROWS, Column, Kind, Table, table
from reports.views.selection import Ranking, ranking_table
from reports.workbook import workbook_bytes
from tests.builders import (
    CELL,
    GROUP,
    TOWNSHIP,
    VILLAGE,
    a_county,
    a_household,
    a_night_visit,
    a_person,
    a_petition,
    a_slot,
    a_stay,
    an_appointment,
)
from tests.meeting_worlds import HOSTILE
from tests.opened_pages import ITS_YEAR, LAST_NIGHT, files_offered, opened, words
from tests.signed_in import an_account
from tests.test_selection_files import a_ranking

SECRET, HANDLER, STAYER = "检举某某侵占资金", "李四海", "周夜明"
POST = "河东村河东一邻邻长"
"""What stands before the handler's name, which leads a cell."""
NO_EXPORT = {"may_export": False}
NO_NAMES = {"may_see_names": False}
Files = dict[str, Callable[[], bytes]]


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> Files:
    """What the pages opened in a test offer, by file name; calling one is the click."""
    return files_offered(monkeypatch)


@pytest.fixture
def county(served: Engine) -> Engine:
    """Thirty open petitions and a restricted one, a night with one on duty, a visit and a slot, a household nobody visits."""
    now = beijing_now().replace(microsecond=0)
    with served.begin() as connection:
        a_county(connection)
        handler = an_appointment(connection, "cell_captain", CELL, person=a_person(connection, HANDLER, "13900001234"))
        chief = an_appointment(connection, "township_chief", person=a_person(connection, STAYER))
        for number in range(30):
            opened_at = str(now - timedelta(days=30 + number))
            a_petition(connection, opened_at, number=f"OLD-{number:02d}", title=HOSTILE[0], handler_id=handler)
        a_petition(connection, str(now - timedelta(days=60)), number="SECRET", title=SECRET, restricted=True)
        a_stay(connection, chief, LAST_NIGHT)
        a_night_visit(connection, chief, LAST_NIGHT, note=f"见到{HANDLER}")
        a_slot(connection, str(LAST_NIGHT), leader=chief, received_by=chief)
        a_household(connection, "key")
    return served


def rows_of(files: Files, name: str) -> list[dict[str, str]]:
    """The lines of the CSV whose file name begins so."""
    content = next(made for file, made in files.items() if file.startswith(name) and file.endswith(".csv"))()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def book_of(files: Files, name: str) -> openpyxl.Workbook:
    content = next(made for file, made in files.items() if file.startswith(name) and file.endswith(".xlsx"))()
    return openpyxl.load_workbook(io.BytesIO(content))


def notes_of(book: openpyxl.Workbook) -> dict[str, str]:
    return {row[0].value: row[1].value for row in book["说明"].iter_rows() if row[0].value}


def exports(database: Engine, name: str) -> list[str]:
    query = select(BoardAudit.detail).where(BoardAudit.username == name, BoardAudit.action == Action.EXPORT.value)
    with database.connect() as connection:
        return list(connection.scalars(query))


def test_the_list_is_taken_whole_typed_and_on_record(county: Engine, files: Files):
    name = an_account(county, Role.LEADER, now=beijing_now())
    opened(county, "cases", name, standing="overdue", sort="opened")
    assert exports(county, name) == [], "nothing is made before the click"
    book = book_of(files, "诉求清单")
    page, notes = book.worksheets[0], notes_of(book)
    head = [cell.value for cell in page[3]]
    lines = [dict(zip(head, [cell.value for cell in row], strict=True)) for row in page.iter_rows(min_row=4)]
    assert [line["编号"] for line in lines] == [f"OLD-{number:02d}" for number in reversed(range(30))], "25 of them are on screen"
    assert page.freeze_panes == "A4"
    first = lines[0]
    assert (first["事由"], first["经办人"], first["重办(次)"]) == (HOSTILE[0], f"{POST} {HANDLER}", 0)
    assert first["点单"].date() == (beijing_now() - timedelta(days=59)).date()
    assert page.cell(4, head.index("事由") + 1).data_type == "s", "a formula stays text"
    assert notes["筛选"] == "全部乡镇 · 超期在办 · 点单从早到晚"
    assert notes["口径"].startswith("超期在办")
    assert notes["行数"].startswith("30 行")
    assert [detail.rpartition(" · ")[2] for detail in exports(county, name)] == ["xlsx"]


def test_a_list_of_one_village_says_which(county: Engine, files: Files):
    opened(county, "cases", an_account(county, Role.LEADER, now=beijing_now()), township=TOWNSHIP, village=VILLAGE, standing="overdue")
    assert notes_of(book_of(files, "诉求清单"))["筛选"] == "泥河镇 · 超期在办 · 河东村 · 时限从早到晚"


def test_a_file_names_every_filter_of_its_list(county: Engine, files: Files):
    query = {"standing": "overdue", "size": "small", "age": "30", "handler": "1", "words": "OLD", "sort": "number"}
    opened(county, "cases", an_account(county, Role.LEADER, now=beijing_now()), **query)
    assert notes_of(book_of(files, "诉求清单"))["筛选"] == "全部乡镇 · 超期在办 · 小事 · 在办 30–60 天 · 经办 李四海 · 含“OLD” · 按编号"


@pytest.mark.parametrize("role", [Role.LEADER, Role.PETITION_OFFICE])
def test_a_restricted_petition_is_in_no_table_not_even_its_holders(county: Engine, files: Files, role: Role):
    name = an_account(county, role, now=beijing_now())
    holder = role is Role.PETITION_OFFICE
    page = opened(county, "cases", name, standing="restricted" if holder else "open")
    assert (SECRET in words(page)) is holder
    assert bool(files) is not holder, "their own list is for reading only"
    opened(county, "cases", name, standing="open")
    assert {row["编号"] for row in rows_of(files, "诉求清单")} == {f"OLD-{number:02d}" for number in range(30)}


def test_without_the_right_to_names_the_files_are_masked_as_the_pages_are(county: Engine, files: Files):
    name = an_account(county, Role.LEADER, now=beijing_now(), rights=NO_NAMES)
    opened(county, "cases", name)
    assert {(row["事由"], row["经办人"]) for row in rows_of(files, "诉求清单")} == {("", f"{POST} 李**")}
    page = opened(county, "duty", name, night=str(LAST_NIGHT), township=TOWNSHIP)
    assert "周**" in words(page)
    assert [row["姓名"] for row in rows_of(files, f"{LAST_NIGHT} 住夜人员")] == ["周**"]
    assert "住夜逐夜情况" in "".join(files)
    opened(county, "nights", name, view="夜访", raised="false", which=f"{LAST_NIGHT:%Y-%m}", period="指定")
    opened(county, "reception", name, view="场次", how="all")
    everything = b"".join(made() for file, made in files.items() if file.endswith(".csv")).decode("utf-8-sig", "ignore")
    assert HANDLER not in everything
    assert STAYER not in everything
    assert "姓名" in notes_of(book_of(files, "诉求清单"))


def test_lists_of_other_pages_hold_their_rows(county: Engine, files: Files):
    name = an_account(county, Role.LEADER, now=beijing_now())
    opened(county, "captains", name, view="未走访")
    assert [row["邻长"] for row in rows_of(files, "未走访的重点户")] == [HANDLER]
    opened(county, "reception", name, view="场次", how="all", **ITS_YEAR)
    assert [(row["接待人"], row["到岗"]) for row in rows_of(files, "接待场次")] == [(STAYER, "A岗")]
    opened(county, "nights", name, view="夜访", raised="false", **ITS_YEAR)
    assert [(row["干部"], row["走访情况"]) for row in rows_of(files, "夜访记录")] == [(STAYER, f"见到{HANDLER}")]
    opened(county, "township", name, township=TOWNSHIP, period="本年")
    figures = next(file for file in files if "各项指标" in file)
    by_name = {row["指标"]: row for row in rows_of(files, figures.removesuffix(".xlsx").removesuffix(".csv"))}
    assert by_name["超期在办"]["分子"] == "30"


def test_a_ranking_of_one_roles_people_is_handed_out_as_it_is_shown(county: Engine, files: Files):
    with county.begin() as connection:
        an_appointment(connection, "group_captain", GROUP, person=a_person(connection, "王大山"))
    opened(county, "captains", an_account(county, Role.LEADER, now=beijing_now()), level="本人", role="邻长")
    tables = {name.rpartition(" ")[0] for name in files if name.endswith((".xlsx", ".csv"))}
    assert tables == {
        "重点户月走访率 按个人 邻长",
        "普通户季走访率 按个人 邻长",
    }
    assert [row["个人"] for row in rows_of(files, "重点户月走访率 按个人 邻长")] == [f"{POST} {HANDLER}"]
    assert book_of(files, "重点户月走访率 按个人 邻长").worksheets[0]["A1"].value == "重点户月走访率 按个人 邻长"


def test_a_captains_page_hands_out_months_and_rows(county: Engine, files: Files):
    with county.begin() as connection:
        captain = connection.scalar(select(Person.id).where(Person.name == HANDLER))
    opened(county, "captain", an_account(county, Role.LEADER, now=beijing_now()), person=f"p:{captain}")
    tables = ("逐月应做与已做", "所辖各户", "本人走访", "承办诉求", "收到评价", "会议", "全年承办诉求")
    assert {name.split(" ")[2] for name in files} == set(tables)
    assert len(rows_of(files, f"{POST} {HANDLER} 全年承办诉求")) == 30, "without the restricted one"
    months = rows_of(files, f"{POST} {HANDLER} 逐月应做与已做")
    assert months[-1]["月份"] == "全年(计分)"
    assert (months[0]["重点户走访 做了"], months[0]["重点户走访 应做"]) == ("0", "1")


def test_an_account_without_the_right_to_export_is_offered_nothing(county: Engine, files: Files):
    name = an_account(county, Role.LEADER, now=beijing_now(), rights=NO_EXPORT)
    for page in ("cases", "duty", "petitions"):
        opened(county, page, name)
    assert files == {}


def test_what_an_interrupted_run_has_left_is_not_offered(monkeypatch: pytest.MonkeyPatch):
    left = {downloads._OFFERED: {"旧表": lambda: None}}
    monkeypatch.setattr(downloads.st, "session_state", left)
    downloads.none_offered()
    assert left == {}


# --- rows as a table ------------------------------------------------------------------------------------------------------

COLUMNS = {"名称": Kind.TEXT, "件数(件)": Kind.COUNT, "占比": Kind.SHARE, "总分": Kind.SCORE, "日期": Kind.DATE}


def table_of_rows(title: str, columns: dict[str, Kind], rows: list[list[object]]) -> Table:
    """``columns``: heading → kind, in order; every row has one value a column."""
    made = [Column(heading, heading, kind) for heading, kind in columns.items()]
    return table(title, made, [dict(zip(columns, row, strict=True)) for row in rows])


def test_rows_keep_their_types_in_a_workbook_and_a_csv():
    table = table_of_rows("表", COLUMNS, [[HOSTILE[0], 3, 0.625, 95.275, date(2026, 11, 20)], ["无", None, None, None, None]])
    page = openpyxl.load_workbook(io.BytesIO(workbook_bytes([table]))).worksheets[0]
    assert [cell.value for cell in page[3]] == list(COLUMNS)
    assert [cell.data_type for cell in page[4]] == ["s", "n", "n", "n", "d"]
    assert [cell.number_format for cell in page[4]][1:4] == ["0", "0.0%", "0.00"]
    assert [cell.value for cell in page[5]] == ["无", "—", "—", "—", ""]
    assert table.texts()[0][1:] == ["3", "62.5%", "95.28", "2026-11-20"]
    lines = list(csv.reader(io.StringIO(csv_bytes(table).decode("utf-8-sig"))))
    assert lines[1] == [f"'{HOSTILE[0]}", "3", "0.625", "95.275", "2026-11-20"]
    assert lines[2] == ["无", "", "", "", ""]


def test_a_table_that_had_to_be_cut_says_so():
    table = table_of_rows("表", {"号": Kind.COUNT}, [[1]] * ALL_ROWS)
    assert (len(table.frame), table.cut) == (MOST_ROWS, True)
    whole = table_of_rows("表", {"号": Kind.COUNT}, [[1]] * 3)
    assert notes_of(openpyxl.load_workbook(io.BytesIO(workbook_bytes([whole]))))["行数"] == "3 行\uff0c为筛选后的全部"
    cut = openpyxl.load_workbook(io.BytesIO(workbook_bytes([replace(whole, cut=True)])))
    assert notes_of(cut)["行数"].startswith("只含前 3 行")


# --- the selection --------------------------------------------------------------------------------------------------------


def test_a_frozen_ranking_is_masked_for_who_may_not_see_names(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(source, "recomputed", lambda text: a_ranking(["张三丰", "李四", None]).made)
    for scope, names in ((Scope(area="", may_see_names=True), ["张三丰", "李四", None]), (Scope(area=""), ["张**", "李*", None])):
        made = source.frozen_selection(scope, None, "text")
        assert [None if pd.isna(name) else name for name in made.rows["name"]] == names
        rows = made.rows.assign(standing="")
        listed = [line[3] for line in ranking_table(Ranking(made, rows), rows, "名次").texts()]
        assert listed == [name or "编号3" for name in names]
