"""Whatever stands in a file: never a traceback, never a line that is neither a row nor named, and a loading can always be taken back."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from ingest.ledgers import checks
from ingest.ledgers.checks import KINDS, VOCABULARY, checked
from ingest.ledgers.delimited import lines
from ingest.ledgers.directory import directory
from ingest.ledgers.formats import NoValue, Sheet, Unreadable
from ingest.ledgers.kind import Kind
from ingest.ledgers.load import load, matched
from ingest.ledgers.preview import preview
from ingest.ledgers.reading import Column, Form
from ingest.ledgers.tables import title_of
from ingest.ledgers.undo import plan, take_back
from tests.builders import EVERYTHING
from tests.small_county import qinghe
from tests.test_ledger_files import NOW, connection

__all__ = ["connection"]
WRITTEN = {
    Form.DAY: ["2026-10-08", "10月9日", date(2026, 10, 10), "2026-10-11 00:30"],
    Form.MOMENT: ["2026-10-08 09:00", "2026-10-11", datetime(2026, 10, 8, 9, 30)],
    Form.NAME: ["云正一", "邻长一", "云正二、云班甲", "云 班 乙(委员)"],
    Form.AREA: ["云岭镇", "上塘村", "第1邻", "云岭"],
    Form.NUMBER: [1.0, "3人", 2026, 5],
    Form.FLAG: ["是", "否"],
    Form.TEXT: ["QH-001", "N-1", "1", "造假", "云正一"],
    Form.PHONE: [""],
}
STRANGE = [
    *(
        "",
        None,
        "合计",
        "注:x",
        "审核人:x",
        "示例",
        "√",
        "?",
        "\ufffd",
        "=1+1",
        "1.5E+17",
        "13月45日",
        "甲" * 3000,
        "ＹＬ－1",
        "周四",
        "无",
    ),
    *(float("inf"), float("nan"), 1e20, True, time(12), NoValue("公式没有值"), "云正一", "云岭镇", "二〇二六年十月八日", "日期", "姓名"),
]
TITLES = [None, "2026年10月", "云岭镇2026年10月台账", "填报单位:云岭镇", "根据〔2025〕3号"]


def cells_of(column: Column | None) -> st.SearchStrategy[Any]:
    likely = [] if column is None else list(column.words or {}) or WRITTEN[column.form]
    return st.one_of(st.sampled_from(likely or STRANGE), st.sampled_from(likely or STRANGE), st.sampled_from(STRANGE))


@st.composite
def sheets(draw: st.DrawFn, kind: Kind) -> Sheet:
    columns = {column.title: column for column in kind.columns}
    rows: list[list[Any]] = [[draw(st.sampled_from(TITLES))]]
    for _ in range(draw(st.integers(1, 2))):
        titles = [title for title, column in columns.items() if column.required or draw(st.booleans())]
        titles += draw(st.lists(st.sampled_from(sorted(VOCABULARY)), max_size=2))
        titles = draw(st.sampled_from([titles, titles * 2, ["姓名", *map(float, range(1, 8))], ["日期", "带班领导", "电话", "值班人员"]]))
        rows.append(titles)
        rows += draw(st.lists(st.tuples(*(cells_of(columns.get(str(title))) for title in titles)).map(list), max_size=4))
        rows += draw(st.lists(st.just([]), max_size=2))
    merged = draw(st.lists(st.tuples(st.integers(0, len(rows) - 2), st.integers(0, 3)), max_size=3))
    covered = {(line + 1, column): (line, column) for line, column in merged if column < len(rows[line])}
    return Sheet(draw(st.sampled_from(["", "10月", "云岭"])), rows, list(range(1, len(rows) + 1)), merged=covered)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.id)
def test_any_table_is_read_refused_or_named(connection: Connection, monkeypatch: pytest.MonkeyPatch, kind: Kind) -> None:
    qinghe(connection)

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True)
    @given(sheet=sheets(kind))
    def holds(sheet: Sheet) -> None:
        monkeypatch.setattr(checks, "opened", lambda path: [sheet])
        known = directory(EVERYTHING, connection, households=True)
        try:
            found = checked(kind, Path("云岭镇2026年10月.xlsx"), known, NOW)
        except Unreadable:
            return
        assert found.total == len(found.records) + len(found.refused)
        for rows in found.tables:
            serial = [column for title, column in rows.table.places.items() if title_of(title) == "序号"]
            there = {one.row.number for one in (*found.records, *found.refused)}
            named = " ".join(each.where for each in rows.skipped)
            there |= {number for numbers in rows.passed_over.values() for number in numbers}
            if "姓名" in rows.known and all(column.title in rows.known for column in kind.columns if column.required):
                for line in rows.table.lines():
                    filled = {column for column in rows.table.places.values() if rows.table.cell(line, column) not in (None, "")}
                    assert line + 1 in there or f"第 {line + 1} 行" in named or filled <= set(serial)
        taken = connection.begin_nested()
        preview(found, matched(connection, found), known).told()
        result = load(connection, found, file_name="x", digest="d", now=NOW, by="test")
        if result.added + result.changed:
            back = plan(connection, result.import_id, EVERYTHING)
            assert back.obstacles == []
            take_back(connection, back, why="x", by="test", now=NOW)
        taken.rollback()

    holds()


@settings(max_examples=200, deadline=None, database=None, derandomize=True)
@given(st.lists(st.lists(st.text(alphabet='甲,;"\n 1', max_size=6), min_size=2, max_size=4), min_size=1, max_size=5))
def test_no_sign_of_a_csv_is_lost(table: list[list[str]]) -> None:
    text = "\n".join(",".join(cells) for cells in table)
    kept = "".join(cell for _, cells in lines(text) for cell in cells)
    for sign in "甲1":
        assert kept.count(sign) == text.count(sign)
