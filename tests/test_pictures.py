"""Pictures without a browser: a leaderboard, a month, a calendar and a table stand by themselves, and no sign is taken apart."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import pytest

from metrics.period import Period
from metrics.vocabulary import Status
from reports.canvas import text_width, wrapped
from reports.conclusions import subtitle, title
from reports.days import CalendarDay, CalendarEntry, CalendarWeek, HeatLine, HeatMap, MonthCalendar, Square
from reports.palette import DARK, LIGHT
from reports.parts import Leaderboard
from reports.svg import MARGIN, can_draw, picture, png
from reports.tables import Bar, Column, Kind, Spark, Table, Team, Verdict, table
from reports.views.duty import OK, TOWNSHIP_STATES
from reports.wording import chinese_marks
from tests.meeting_worlds import HOSTILE, UP, a_reading

FAMILY = "𠮷家👨\u200d👩\u200d👧❤️镇"
"""A sign of two code units, emoji joined to a family, one with a variation selector."""


def a_leaderboard(names: list[str] | None = None) -> Leaderboard:
    read = a_reading(UP, [(13, 21), (20, 20), (0, 0)], names=names)
    return Leaderboard(read.entry, read.frame, title(read), subtitle(read), 1.0, {"149981101": 1})


def a_heat_map() -> HeatMap:
    days = [date(2026, 10, day) for day in range(1, 32)]
    squares = tuple(Square(day, OK, "达标") for day in days)
    return HeatMap(tuple((day, "") for day in days), (HeatLine("泥河镇", squares),), TOWNSHIP_STATES, "逐夜情况", "一格一夜")


def a_calendar() -> MonthCalendar:
    days = tuple(CalendarDay(("off",) if day > 5 else (), str(day), "", (CalendarEntry("西沟"),)) for day in range(1, 8))
    return MonthCalendar(Period.parse("2026-10"), (CalendarWeek(days, "✕ 泥河", "low"),), "没开夜学", "2026年10月夜学日历")


def a_table() -> Table:
    columns = (
        Column("name", "乡镇", small=("town",)),
        Column("town", "说明", screen=False),
        Column("k", "已住", Kind.COUNT, "夜", drawing="bar"),
        Column("each", "各住几夜", words="", drawing="team"),
        Column("line", "走势", words="", drawing="spark"),
        Column("verdict", "评价", Kind.VERDICT),
    )
    row = {"name": "泥河镇", "town": "两人", "k": 8, "bar": Bar(8, 10, 9), "team": Team((("张三", 5), ("李四", 0))), "each": "", "line": ""}
    return table("班子负荷", columns, [{**row, "spark": Spark((0.1, None, 0.3)), "verdict": Verdict(Status.NEAR, "接近")}])


def texts(svg: str) -> list[str]:
    root = ElementTree.fromstring(svg)  # noqa: S314 (our own drawing)
    return [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]


DRAWN = [a_leaderboard(), a_heat_map(), a_calendar(), a_table()]


@pytest.mark.parametrize("part", DRAWN, ids=lambda part: type(part).__name__)
@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_every_drawing_stands_by_itself(part: object, palette) -> None:
    svg = picture(part, ["口径:一 ÷ 二", "截至 2026年11月1日"], "县委书记(shuji)", palette)
    said = texts(svg)
    assert "口径\uff1a一 ÷ 二" in said
    assert said.count("县委书记\uff08shuji\uff09") == 2, "in the footer and as watermark"
    assert palette.paper in svg
    assert png(svg, 1).startswith(b"\x89PNG")


def test_a_leaderboard_says_what_the_page_says() -> None:
    board = a_leaderboard()
    said = texts(picture(board))
    assert chinese_marks(board.title).replace(" ", "") in "".join(said).replace(" ", "")
    for unit in board.units():
        assert {unit.name, unit.place, unit.value} <= set(said)
    assert "△ 接近" in said or "✕ 未达标" in said
    assert "无应统计" in said
    assert "↓1" in said


def test_no_name_is_cut_and_no_sign_taken_apart() -> None:
    long = "泥河镇" * 10
    said = "".join(texts(picture(a_leaderboard([long, FAMILY, "东川镇"]))))
    assert long in said, "thirty characters take two lines, none is lost"
    assert FAMILY in said
    for width in range(10, 90, 7):
        assert "".join(wrapped(FAMILY, width, 15)) == FAMILY
        assert all(not line.startswith(("\u200d", "\ufe0f")) for line in wrapped(FAMILY, width, 15))


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_leaves_a_picture_that_opens(name: str) -> None:
    svg = picture(a_leaderboard([name, "西沟乡", "东川镇"]), [name], name)
    assert len(texts(svg)) > 10
    assert png(svg, 1).startswith(b"\x89PNG")


def test_a_picture_of_a_ranking_is_read_on_another_day() -> None:
    board = replace(a_leaderboard(), title="本月 61.9%", filed=("10月 61.9%", "较9月上升 1.0 个百分点"), period="2026年以来")
    said = " ".join(texts(picture(board)))
    assert "2026年以来 · 10月 61.9%" in said
    assert "较9月上升" in said
    assert "本月" not in said
    some = board.of_people(board.frame.iloc[:1], "邻长")
    assert some.heading == ("2026年以来 · 乡镇住夜达标率:邻长 1 人", "较9月上升 1.0 个百分点")


def test_no_line_of_a_picture_begins_with_a_mark() -> None:
    lines = wrapped("全县按期办结率\uff0c较9月上升\uff1b泥河镇\uff08城关\uff09\uff0c" * 6, 90, 15)
    assert len(lines) > 6
    assert not [line for line in lines if line[0] in "\uff0c\uff1b\uff1a\uff09、。"]


def test_nothing_reaches_beyond_the_paper() -> None:
    for part in (a_leaderboard(["泥河镇" * 10, "西沟乡", "东川镇"]), a_heat_map(), a_calendar(), a_table()):
        svg = picture(part, ["口径:" + "很长的一句话," * 20])
        width = float(re.search(r'width="(\d+)"', svg)[1])  # type: ignore[index]
        root = ElementTree.fromstring(svg)  # noqa: S314 (our own drawing)
        for element in root.iter("{http://www.w3.org/2000/svg}text"):
            if element.get("text-anchor") == "start":
                assert float(element.get("x", 0)) + text_width(element.text or "", float(element.get("font-size", 0))) <= width + MARGIN


def test_an_empty_ranking_says_so() -> None:
    board = a_leaderboard()
    assert "没有可排名的单位" in texts(picture(Leaderboard(board.entry, board.frame.iloc[:0], "", "", None)))


def test_only_what_has_a_drawing_can_be_drawn() -> None:
    assert can_draw(a_leaderboard())
    assert not can_draw("words")
    with pytest.raises(KeyError):
        picture("words")
