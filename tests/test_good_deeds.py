"""善事: loaded and loaded again with its 公示日期, taken back, listed where the captain led on the day, published by name, never scored."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from docx import Document
from sqlalchemy import Connection, select

from data_access.deeds import deed_counts, deeds
from data_access.scope import HIDDEN_TEXT, Scope
from data_access.tables import GoodDeed
from ingest.ledgers.undo import plan, take_back
from metrics.period import Period
from metrics.registry import REGISTRY
from metrics.workdays import Workdays
from reports.deed_notice import deed_notice_bytes
from reports.view import View
from reports.views.deeds import count_of, deed_table, notice_table
from tests.builders import CELL, EVERYTHING, GROUP, PATCH, TOWNSHIP, a_county, a_deed, a_leave, a_person, an_appointment, an_area
from tests.test_ledgers import NOW, a_book, put, rows, told

HEAD = ("日期", "姓名", "单位", "善事", "公示日期")
OCTOBER = {"first": date(2026, 10, 1), "last": date(2026, 10, 31), "as_of": date(2026, 11, 5)}
VIEW = View(Period.parse("2026-10"), OCTOBER["as_of"], Workdays({}, {}))


@pytest.fixture
def county(connection: Connection) -> Connection:
    """王强, 邻长 since October; 李四 who leads nothing."""
    a_county(connection)
    an_appointment(connection, "cell_captain", CELL, person=a_person(connection, "王强", None), since="2026-10-01")
    an_appointment(connection, "township_staff", TOWNSHIP, person=a_person(connection, "李四", None))
    return connection


def test_a_deed_goes_in_and_its_notice_day_is_loaded_later(county: Connection, tmp_path: Path) -> None:
    first = put(county, "善事", a_book(tmp_path, HEAD, ("2026-10-08", "王强", CELL, "帮老人修屋顶", "")))
    again = put(county, "善事", a_book(tmp_path, HEAD, ("2026-10-08", "王强", CELL, "帮老人修屋顶", "2026-10-31")))
    assert (first.added, again.changed, rows(county, GoodDeed)) == (1, 1, 1)
    assert county.scalar(select(GoodDeed.published_on)) == date(2026, 10, 31)
    for loading in (again, first):
        found = plan(county, loading.import_id, EVERYTHING)
        assert found.obstacles == []
        take_back(county, found, why="装错了", by="test", now=NOW)
    assert rows(county, GoodDeed) == 0


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (("2026-10-08", "李四", TOWNSHIP, "扫雪", ""), "“李四”2026-10-08 不是片长、组长或邻长"),
        (("2026-09-30", "王强", CELL, "扫雪", ""), "王强"),
        (("2026-10-08", "王强", CELL, "", ""), "“善事”没有填"),
        (("2026-10-08", "王强", CELL, "扫雪", "2026-10-07"), "公示早于善事的日期 2026-10-08"),
        (("2026-12-08", "王强", CELL, "扫雪", ""), "在今天之后"),
    ],
)
def test_what_cannot_be_a_captains_deed_is_sent_back(county: Connection, tmp_path: Path, line: tuple[str, ...], reason: str) -> None:
    result = put(county, "善事", a_book(tmp_path, HEAD, line))
    assert len(result.refused) == 1
    assert reason in told(result)[0]
    assert rows(county, GoodDeed) == 0


def test_a_deed_lies_at_the_highest_post_of_its_day_and_leave_does_not_matter(county: Connection) -> None:
    both = an_appointment(county, "patch_captain", PATCH)
    an_appointment(county, "group_captain", GROUP, person=both)
    a_leave(county, both, "2026-10-01", "2026-10-31")
    a_deed(county, both, "2026-10-20", published_on="2026-11-03")
    found = deeds(EVERYTHING, county, **OCTOBER)
    assert found[["code", "role"]].values.tolist() == [[PATCH, "patch_captain"]]
    assert deed_counts(EVERYTHING, county, **OCTOBER) == (1, 1)
    assert deed_counts(EVERYTHING, county, **{**OCTOBER, "as_of": date(2026, 11, 2)}) == (1, 0)


def test_lists_keep_to_the_scope_to_names_and_to_the_standing(county: Connection) -> None:
    for code, level in (("149981102", "township"), ("149981102201", "village"), ("14998110220101", "patch")):
        an_area(county, code, level)
    here, there = (an_appointment(county, "patch_captain", code) for code in (PATCH, "14998110220101"))
    a_deed(county, here, "2026-10-02", "扫雪", published_on="2026-10-31")
    a_deed(county, here, "2026-10-03", "修路灯")
    a_deed(county, there, "2026-10-04")
    own = Scope(area=TOWNSHIP, may_see_names=True)
    assert deeds(own, county, **OCTOBER)["what"].tolist() == ["修路灯", "扫雪"]
    assert deeds(own, county, **OCTOBER, published=True)["what"].tolist() == ["扫雪"]
    assert deeds(own, county, **OCTOBER, published=False)["what"].tolist() == ["修路灯"]
    assert deeds(own, county, **OCTOBER, page=2, rows=1)["what"].tolist() == ["扫雪"]
    assert set(deeds(Scope(area=TOWNSHIP), county, **OCTOBER)["what"]) == {HIDDEN_TEXT}
    assert deeds(Scope(), county, **OCTOBER).empty
    assert [count_of(standing, 2, 1) for standing in ("全部", "未公示", "已公示")] == [2, 1, 1]


def test_the_notice_names_who_did_what_in_order_and_no_score(county: Connection) -> None:
    captain = an_appointment(county, "patch_captain", PATCH)
    for day, what in (("2026-10-02", "扫雪"), ("2026-10-09", "修路灯")):
        a_deed(county, captain, day, what)
    found = deeds(EVERYTHING, county, **OCTOBER)
    paper = deed_notice_bytes("泥河镇", (OCTOBER["first"], OCTOBER["last"]), notice_table(found, {captain: "王强"}))
    document = Document(io.BytesIO(paper))
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows][1:] == [
        ["1", "河东村河东一片片长", "王强", "2026-10-02", "扫雪"],
        ["2", "河东村河东一片片长", "王强", "2026-10-09", "修路灯"],
    ]
    text = "".join(paragraph.text for paragraph in document.paragraphs)
    assert "关于泥河镇三长善事的公示" in text
    assert "做善事2件" in text
    shown = deed_table(found, 2, {captain: "王强"}, VIEW, "未公示")
    assert (shown.conclusion, len(shown.links)) == ("2026年10月善事 2 件(未公示)", 2)
    assert all("good_deed" not in str(entry.needs) and "deeds_done" not in entry.needs for entry in REGISTRY.values())
