"""A clerk on an empty county, without a manual: from the first places to the first figure of each module, all on one page."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from data_access.accounts import DEMO_PASSWORD, Role
from data_access.calendar import calendar_days, fill_calendar
from data_access.clock import beijing_now
from data_access.engine import engine
from data_access.imports import LEDGER_NAMES
from data_access.migrate import upgrade
from tests.e2e.board import PATIENCE, Board, a_running_board, opened, settled, signed_in
from tests.e2e.conftest import NewBrowser
from tests.signed_in import an_account

COUNTY, NIHE = "149981", "149981100"
CELL = f"{NIHE}2010101001"
Ledger = tuple[str, list[tuple[object, ...]]]


def a_thursday() -> date:
    """The last one whose week is over, whose deadlines are past, and which is a working day."""
    now = beijing_now()
    works = {row["day"] for row in calendar_days(now.year - 1, now.year) if row["is_workday"]}
    day = now.date() - timedelta(days=10)
    while day.weekday() != 3 or day not in works:
        day -= timedelta(days=1)
    return day


def ledgers(day: date) -> list[Ledger]:
    """What an office hands in, in the order of the first steps: kind, heading and rows."""
    began, village = "2024-01-01", "泥河镇河东村"
    people = [
        ("张三丰", "党政正职", "泥河镇", began),
        ("李青山", "班子成员", "泥河镇", began),
        ("赵大河", "班子成员", "泥河镇", began),
        ("王小二", "在编在岗职工", "泥河镇", began),
        ("孙万福", "邻长", CELL, began),
    ]
    places = [
        (COUNTY, "云平县"),
        (NIHE, "泥河镇"),
        (f"{NIHE}201", "河东村"),
        (f"{NIHE}20101", "东片"),
        (f"{NIHE}2010101", "一组"),
        (CELL, "第1邻"),
    ]
    night = [("日期", "姓名", "单位"), *((day, name, "泥河镇") for name, _, _, _ in people[:4])]
    step = f"{day} 09:00", f"{day} 10:00", f"{day} 11:00", f"{day} 15:00"
    return [
        ("area", [("代码", "名称"), *places]),
        ("person", [("姓名", "职务", "单位", "任职日期"), *people]),
        ("household", [("户编号", "所属邻", "户类型", "起始日期"), ("H-1", CELL, "重点户", began)]),
        ("night_stay", night),
        ("night_session", [("日期", "类型", "单位", "主题", "授课人"), (day, "夜学", "泥河镇", "三农", "张三丰")]),
        ("night_visit", [("日期", "姓名", "单位", "走访村", "人次"), (day, "张三丰", "泥河镇", village, 3)]),
        (
            "reception_slot",
            [("日期", "单位", "接待场所", "A岗", "是否公示", "实际接待人"), (day, "泥河镇", "乡镇机关", "张三丰", "是", "张三丰")],
        ),
        (
            "petition",
            [
                ("编号", "发生地", "渠道", "类别", "大小", "点单时间", "派单时间", "接单时间", "办结时间", "办理结果"),
                ("NH-1", village, "微信群", "道路", "小事", *step, "已化解"),
            ],
        ),
        ("captain_visit", [("日期", "姓名", "户编号"), (day, "孙万福", "H-1")]),
    ]


FIRST_FIGURES = (
    ("duty", r"泥河镇住夜达标率 [\d.]+%（1/\d+）"),
    ("nights", r"^1/\d+$"),
    ("reception", r"^1/1$"),
    ("petitions", r"^1/1$"),
    ("captains", r"^1/1$"),
)
"""By page: the k/n that the first ledger gives."""


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[tuple[Board, str, str]]:
    """A board on a database that has just been made, its system administrator and a leader."""
    database = f"sqlite:///{tmp_path / 'empty.db'}"
    upgrade(engine(database))
    with engine(database).begin() as connection:
        fill_calendar(connection, last_year=beijing_now().year + 1)
    names = [an_account(engine(database), role, DEMO_PASSWORD, now=beijing_now()) for role in (Role.ADMINISTRATOR, Role.LEADER)]
    with a_running_board(database, tmp_path / "server.log") as board:
        yield board, *names


def handed_in(clerk: Page, kind: str, rows: list[tuple[object, ...]]) -> None:
    clerk.get_by_role("combobox", name="台账").click()
    clerk.get_by_role("option", name=LEDGER_NAMES[kind], exact=True).click()
    expect(clerk.get_by_role("button", name=f"下载{LEDGER_NAMES[kind]}模板")).to_be_visible()
    settled(clerk)
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    clerk.locator('input[type="file"]').first.set_input_files(
        {"name": f"{kind}.csv", "mimeType": "text/csv", "buffer": text.getvalue().encode("utf-8-sig")}
    )
    clerk.get_by_role("button", name=f"装入 {len(rows) - 1} 行").click(timeout=PATIENCE)
    expect(clerk.get_by_text(f"已新增 {len(rows) - 1}")).to_be_visible(timeout=PATIENCE)


def test_from_nothing_to_the_first_figure_of_each_module(empty: tuple[Board, str, str], new_browser: NewBrowser) -> None:
    board, administrator, leader = empty
    day = a_thursday()
    clerk = signed_in(new_browser(), board, administrator)
    expect(clerk.get_by_text("区划").first).to_be_visible()
    opened(clerk, board, "/admin?view=台账")
    for kind, rows in ledgers(day):
        handed_in(clerk, kind, rows)
    reader = signed_in(new_browser(), board, leader)
    for path, counted in FIRST_FIGURES:
        opened(reader, board, f"/{path}?period=指定&which={day:%Y-%m}")
        expect(reader.get_by_text(re.compile(counted)).first).to_be_visible()
