"""What the 公示接待 page says: who came, what to act on, the slots and the coming week."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest

from data_access.reception_lists import HOW_RECEIVED
from metrics.period import Period
from metrics.vocabulary import Status
from metrics.workdays import Week, Workdays
from reports.html import HtmlWriter
from reports.links import to_township
from reports.tables import Verdict
from reports.view import View
from reports.views import reception

TODAY = date(2026, 11, 20)
VIEW = View(Period.parse("2026-11"), TODAY, Workdays({}))
OCTOBER = replace(VIEW, period=Period.parse("2026-10"))
TOWNS = {"149981100": "泥河镇", "149981102": "西沟乡"}
NAMES = {1: "王二", 2: "张三", 3: "李四"}
NOTHING = dict.fromkeys(("number", "category", "title", "on_the_spot", "ended_at", "outcome", "followed_up_at"))


def slot(**change: Any) -> dict[str, Any]:
    row = {"day": TODAY, "code": "149981102", "unit": "西沟乡", "place": "office", "leader_id": 1, "backup_id": 2, "received_by": 1}
    return {**row, "published": True, "batches": 3, "visitors": 7, **NOTHING, **change}


def totals(**change: int) -> dict[str, int]:
    return {**dict.fromkeys(("slots", "by_a", "by_b", "nobody", "batches", "visitors", "raised", "disputes"), 0), **change}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "2026年11月还没有公示接待场次"),
        ({"slots": 4, "by_a": 3, "by_b": 1}, "2026年11月公示接待 4 场,A岗或B岗到岗 4 场(100.0%),场场有人"),
        ({"slots": 4, "by_a": 3, "nobody": 1}, "2026年11月公示接待 4 场,A岗或B岗到岗 3 场(75.0%),1 场没有人来"),
    ],
)
def test_the_period_is_said_in_a_sentence(change: dict[str, int], said: str) -> None:
    assert reception.sentence(totals(**change), VIEW) == said


def test_a_past_period_without_slots_does_not_say_that_they_are_to_come() -> None:
    assert reception.sentence(totals(), OCTOBER) == "2026年10月没有公示接待场次"


def test_every_choice_of_slots_is_one_the_query_knows() -> None:
    assert tuple(reception.HOW) == HOW_RECEIVED


def test_slots_nobody_came_to_name_both_posts_and_lead_to_the_rest() -> None:
    missed = pd.DataFrame([slot(received_by=None, backup_id=None, place="nowhere"), slot(unit=None)])
    group = reception.nobody_came(missed, 9, NAMES)
    assert [(line.name, line.words) for line in group.lines] == [
        ("11月20日 西沟乡", "地点未写 · A岗王二、B岗未排"),
        ("11月20日 149981102", "乡镇机关 · A岗王二、B岗张三"),
        ("全部 9 场 →", ""),
    ]
    assert group.lines[-1].link is not None
    assert reception.nobody_came(missed, 2, NAMES).lines[-1].name != "全部 2 场 →"


def test_without_a_whole_week_nobody_is_named() -> None:
    short = pd.DataFrame({"person_id": [1, 3], "code": ["149981102"] * 2})
    week = Week(date(2026, 11, 9), ())
    found = reception.received_nobody(short, week, TOWNS, NAMES, VIEW)
    assert (found.title, found.lines[0].words, found.quiet) == ("上周没接待的班子成员", "2 人:王二、李四", "班子成员上周都接待过")
    assert reception.received_nobody(short.head(0), None, TOWNS, NAMES, VIEW).quiet == "还没有可统计的完整周"


def test_the_last_week_of_a_past_period_is_called_so() -> None:
    nobody = pd.DataFrame({"person_id": [], "code": []})
    past = [reception.received_nobody(nobody, week, TOWNS, NAMES, OCTOBER) for week in (Week(date(2026, 10, 26), ()), None)]
    assert [(group.title, group.quiet) for group in past] == [
        ("最后一周没接待的班子成员", "班子成员最后一周都接待过"),
        ("最后一周没接待的班子成员", "没有可统计的完整周"),
    ]


def test_disputes_left_over_are_counted_by_township() -> None:
    frame = pd.DataFrame({"code": list(TOWNS), "name": list(TOWNS.values()), "k": [4, 1], "n": [4, 3]})
    group = reception.unresolved(frame)
    assert (group.count, [(line.name, line.words) for line in group.lines]) == ("2 件", [("西沟乡", "2 件未化解(1/3)")])


@pytest.mark.parametrize(
    ("received_by", "post", "screen", "small"),
    [
        (1, "A岗", "王二 A岗", ""),
        (2, "B岗顶岗", "张三 B岗顶岗", "A岗 王二 · B岗 张三"),
        (3, "代接待", "李四 代接待", "A岗 王二 · B岗 张三"),
        (None, "无人接待", "无人接待", "A岗 王二 · B岗 张三"),
    ],
)
def test_a_slot_says_who_received_in_which_post(received_by: int | None, post: str, screen: str, small: str) -> None:
    table = reception.slot_table(pd.DataFrame([slot(received_by=received_by)]), NAMES, 1, "all")
    cells = HtmlWriter(lambda page: True).laid_out(table).rows[0].cells
    assert (cells[2].text, cells[2].small) == (screen, small)
    assert cells[2].verdicts == ((Verdict(Status.LOW, "无人接待"),) if received_by is None else ())
    assert cells[3].text == "3 · 7"
    line = dict(zip([column.heading for column in table.file_columns], table.texts()[0], strict=True))
    assert (line["到岗"], line["A岗"], line["B岗"], line["批次(批)"], line["人次(人次)"]) == (post, "王二", "张三", "3", "7")
    assert line["接待人"] == NAMES.get(received_by or 0, "—")
    assert table.links == (to_township("149981102"),)


# --- the coming week ------------------------------------------------------------------------------------------------

AHEAD = pd.DataFrame(
    [
        ("149981102", date(2026, 11, 23), "office", 1, 2),
        ("149981102", date(2026, 11, 23), "desk", 3, None),
        ("149981102", date(2026, 11, 21), "outreach", 1, None),
    ],
    columns=["code", "day", "place", "leader_id", "backup_id"],
)


def test_the_coming_week_is_a_township_a_row_and_a_day_a_column() -> None:
    grid = reception.coming_grid(AHEAD, TOWNS, NAMES, Workdays({}), TODAY)
    assert [column.title for column in grid.columns if column.screen] == ["乡镇", "11月21日 周六 放假日", "11月23日 周一"]
    none, both = HtmlWriter(lambda page: True).laid_out(grid).rows
    assert [(cell.text, cell.small) for cell in none.cells] == [("泥河镇", "尚未公示"), ("", ""), ("", "")]
    assert both.cells[0].small == ""
    assert both.cells[2].lines == (("王二 / 张三", "乡镇机关"), ("李四 / 未排", "坐班岗"))
    assert (grid.conclusion, grid.may_leave) == ("11月21日至11月27日公示 3 场", False)


def test_a_week_without_slots_asks_for_them() -> None:
    grid = reception.coming_grid(AHEAD.head(0), TOWNS, NAMES, Workdays({}), TODAY)
    assert grid.frame.empty
    assert grid.empty == "11月21日至11月27日还没有公示场次,请各乡镇党政办登记下周安排"


def test_the_file_of_the_coming_week_has_a_slot_a_row_and_says_who_announced_none() -> None:
    listed = reception.coming_table(AHEAD, TOWNS, NAMES, TODAY)
    assert listed.texts()[1:] == [
        ["2026-11-23", "西沟乡", "坐班岗", "李四", "未排"],
        ["2026-11-21", "西沟乡", "带案下访", "王二", "未排"],
        ["", "泥河镇", "尚未公示", "—", "—"],
    ]
    assert (reception.villages_ahead(0), reception.villages_ahead(1200)) == ("", "另有村服务中心公示 1,200 场。")
