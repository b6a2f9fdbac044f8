"""Tables and rankings in the order of a column: numbers by size, days by date, verdicts by what they call for, missing last, sums last."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Engine

from ingest.demo.world import MINIATURE
from metrics.vocabulary import Status
from reports.html import HtmlWriter
from reports.links import to_township
from reports.order import Order, Sorts, in_order, natural, places, read_orders, reordered, written_order
from reports.parts import Leaderboard
from reports.tables import Column, Kind, Layout, Table, Verdict, table
from tests.demo_county import a_small_county
from tests.meeting_worlds import UP, a_reading
from tests.opened_pages import opened, panels
from tests.test_app_pages import pointed

COLUMNS = (
    Column("name", "乡镇"),
    Column("share", "占比", Kind.SHARE),
    Column("day", "最近一夜", Kind.DATE),
    Column("words", "环比", right=True),
    Column("verdict", "评价", Kind.VERDICT),
)
ROWS = [
    {"name": "第10村", "share": 0.5, "day": date(2026, 11, 3), "words": "+2.0", "verdict": Verdict(Status.OK, "达标")},
    {"name": "第2村", "share": None, "day": date(2026, 10, 21), "words": "—", "verdict": Verdict(Status.NONE, "无应统计")},
    {"name": "安村", "share": 0.09, "day": None, "words": "-10.0", "verdict": Verdict(Status.LOW, "未达标")},
    {"name": "合计", "share": 0.3, "day": date(2026, 11, 9), "words": "持平", "verdict": Verdict(Status.NEAR, "接近")},
]


def a_table(*, rows: int = 4, **more: object) -> Table:
    return table("试表", COLUMNS, ROWS[:rows], links=tuple(to_township(str(at)) for at in range(rows)), **more)


def names(made: Table, column: str = "", *, falling: bool = False) -> list[str]:
    return list(in_order(made, Sorts("it", Order(column, falling) if column else None)).frame["name"])


@pytest.mark.parametrize(
    ("column", "falling", "expected"),
    [
        ("name", False, ["安村", "第2村", "第10村", "合计"]),
        ("share", True, ["第10村", "合计", "安村", "第2村"]),
        ("share", False, ["安村", "合计", "第10村", "第2村"]),
        ("day", True, ["合计", "第10村", "第2村", "安村"]),
        ("words", True, ["第10村", "合计", "安村", "第2村"]),
        ("verdict", False, ["安村", "合计", "第10村", "第2村"]),
        ("nothing", False, ["第10村", "第2村", "安村", "合计"]),
        ("", False, ["第10村", "第2村", "安村", "合计"]),
    ],
)
def test_rows_stand_by_a_column_and_what_is_missing_stands_last(column: str, falling: bool, expected: list[str]):
    assert names(a_table(), column, falling=falling) == expected


def test_words_stand_by_their_sound_and_numbers_in_them_by_size():
    assert sorted(["柳泉镇", "白土岭乡", "第10村", "第9村"], key=natural) == ["白土岭乡", "第9村", "第10村", "柳泉镇"]
    assert natural("—") is None
    assert natural("") is None


def test_a_sum_stays_last_links_go_with_their_rows_and_the_file_says_the_order():
    made = in_order(a_table(ends_in_sum=True), Sorts("it", Order("share", falling=True)))
    assert list(made.frame["name"]) == ["第10村", "安村", "第2村", "合计"]
    assert [link.query["township"] for link in made.links if link] == ["0", "2", "1", "3"]
    assert ("顺序", "按“占比”降序") in made.notes
    assert "顺序" not in dict(in_order(a_table(), Sorts("it")).notes)


def test_equal_rows_stay_as_they_stood_either_way():
    assert places([natural("1")] * 3, falling=True) == places([natural("1")] * 3, falling=False) == [0, 1, 2]


@pytest.mark.parametrize("made", [a_table(rows=1), a_table(sortable=False), a_table(layout=Layout.CASES)], ids=["row", "steps", "cases"])
def test_what_has_no_order_to_choose_has_no_buttons(made: Table):
    assert in_order(made, Sorts("it", Order("share"))) is made
    assert "by" not in re.findall(r'class="(\w+)"', str(HtmlWriter(lambda page: True).render(made)))


def test_a_heading_is_pressed_one_way_the_other_way_and_back():
    number, word = Sorts("it"), Sorts("it")
    steps = []
    for _ in range(3):
        number = Sorts("it", number.then("share", falls_first=True))
        word = Sorts("it", word.then("name", falls_first=False))
        steps.append((written_order(number.order), written_order(word.order)))
    assert steps == [("-share", "name"), ("share", "-name"), ("", "")]


def test_the_address_keeps_the_order_of_each_table_and_survives_nonsense():
    said = reordered(reordered("", "villages", "-share"), "weeks", "name")
    assert read_orders(said) == {"villages": Order("share", True), "weeks": Order("name")}
    assert reordered(said, "villages", "") == "weeks~name"
    assert read_orders("~,x,~-,y~-,,z~a~b") == {"z": Order("a~b")}


def test_a_ranking_has_headings_only_where_a_page_keeps_its_order_and_says_how_it_stands():
    read = a_reading(UP, [(9, 20), (20, 20), (3, 20)], names=["柳泉镇", "白土岭乡", "石桥镇"])
    board = Leaderboard(read.entry, read.frame, "题", "注", read.target, units_are="乡镇")
    bare = str(HtmlWriter(lambda page: True).render(board))
    assert "columnheader" not in bare
    best = list(read.frame["name"])
    falling = board.in_order(Sorts("up", Order("value", falling=True)))
    assert list(falling.frame["name"]) == best
    assert list(board.in_order(Sorts("up", Order("value"))).frame["name"]) == best[::-1]
    assert [unit.place for unit in falling.units()] == ["1", "2", "3"], "a place is the unit's, wherever it stands"
    shown = str(HtmlWriter(lambda page: True).render(falling))
    assert shown.count('role="columnheader"') == len(board.columns)
    assert re.findall(r'aria-sort="(\w+)"[^>]*><button[^>]*>(\w+)', shown) == [("descending", "数值")]
    assert shown.count('role="row"') == 1 + 3
    assert shown.count('role="cell"') == 3 * 6


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    yield from pointed(a_small_county(tmp_path_factory.mktemp("order"), MINIATURE))


def test_a_page_shows_the_order_of_its_address_and_its_file_has_the_same(county: Engine, monkeypatch: pytest.MonkeyPatch):
    taken: dict[str, Table] = {}
    monkeypatch.setattr("pages.common.page.offer_table", lambda title, make: taken.update({title: make()}))
    page = opened(county, "duty", "shuji", part="各村", period="本季", order="villages~-name,duty.night_compliance-township~name")
    assert "".join(panels(page)).count("aria-sort") == 2
    villages, ranking = sorted((made for made in taken.values() if "顺序" in dict(made.notes)), key=lambda made: -len(made.frame))
    assert list(villages.frame["name"]) == sorted(villages.frame["name"], key=natural, reverse=True)
    assert list(ranking.frame["name"]) == sorted(ranking.frame["name"], key=natural)
    assert ranking.title == "乡镇住夜达标率"
