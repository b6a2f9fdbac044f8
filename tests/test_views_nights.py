"""What the 三夜 page says: last week in a sentence, exceptions, the calendar, the lists and the 诉求 they raised."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from metrics.definition import Question
from metrics.period import Period
from metrics.rulebook import rulebook
from metrics.vocabulary import Level, SessionKind
from metrics.workdays import Week, Workdays
from reports.days import MonthCalendar
from reports.html import HtmlWriter
from reports.links import to_case, to_person
from reports.svg import picture
from reports.tables import Table
from reports.view import View
from reports.views import calendars, nights
from reports.views.calendars import begun_months, whole_weeks
from reports.views.nights import LastWeek
from reports.views.people import most_by_township, named_by_township
from reports.views.raised import became

TODAY = date(2026, 10, 21)
MONDAY = date(2026, 10, 12)
TOWNS = {"149981100": "泥河镇", "149981102": "西沟乡"}
OCTOBER = Period.parse("2026-10")
VIEW = View(OCTOBER, TODAY, Workdays({}))
SEPTEMBER = replace(VIEW, period=Period.parse("2026-09"))
HOLIDAY = Workdays(
    {**{date(2026, 10, day): False for day in range(1, 8)}, date(2026, 10, 10): True},
    {date(2026, 10, 1): "国庆节", date(2026, 10, 10): "国庆节调休"},
)


NONE_OWED = pd.DataFrame(columns=["number", "category", "township", "ended_at", "total"])


def without(*runs: tuple[str, int]) -> pd.DataFrame:
    return pd.DataFrame(runs, columns=["code", "weeks"])


def idle(*people: tuple[int, str]) -> pd.DataFrame:
    return pd.DataFrame({"person_id": pd.Series([who for who, _ in people], dtype="int64"), "code": [code for _, code in people]})


def last_week(**change: Any) -> LastWeek:
    return replace(LastWeek(VIEW, Week(MONDAY, ()), TOWNS, without(), without(), idle()), **change)


def texts(table: Table) -> list[dict[str, str]]:
    heads = [column.heading for column in table.file_columns]
    return [dict(zip(heads, line, strict=True)) for line in table.texts()]


# --- the last week --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"week": None}, "三夜:还没有可统计的完整周"),
        ({}, "上周(10月12日至10月18日)2 个乡镇都开了夜学和夜谈"),
        (
            {"no_study": without(("149981102", 3))},
            "上周(10月12日至10月18日)2 个乡镇中 1 个开了夜学、2 个开了夜谈",
        ),
        (
            {"no_study": without(("149981102", 3)), "no_talk": without(("149981102", 1))},
            "上周(10月12日至10月18日)2 个乡镇中 1 个开了夜学、1 个开了夜谈,西沟乡两样都没开",
        ),
        (
            {"townships": {"149981102": "西沟乡"}, "no_talk": without(("149981102", 1)), "idle": idle((1, "149981102"))},
            "上周(10月12日至10月18日)西沟乡开了夜学、没开夜谈,1 名乡镇干部没有夜访",
        ),
    ],
)
def test_last_week_is_said_in_a_sentence(change: dict[str, Any], said: str) -> None:
    assert last_week(**change).sentence == said


def test_a_week_longer_ago_is_not_called_last_week() -> None:
    assert last_week().name == "上周"
    later = last_week(view=replace(VIEW, as_of=date(2026, 10, 25)), no_talk=without(("149981102", 1)))
    assert later.sentence.startswith("最近一个完整周(10月12日")
    assert nights.exceptions(later, {}, NONE_OWED).groups[1].title == "最近一个完整周没开夜谈"


def test_the_last_week_of_a_past_period_is_not_last_week() -> None:
    week = last_week(view=SEPTEMBER, week=Week(date(2026, 9, 21), ()), no_study=without(("149981102", 1)))
    assert week.sentence == "最后一周(9月21日至9月27日)2 个乡镇中 1 个开了夜学、2 个开了夜谈"
    assert last_week(view=SEPTEMBER, week=None).sentence == "2026年9月没有可统计的完整周"
    last_year = last_week(view=replace(VIEW, period=Period.parse("2025-12")), week=Week(date(2025, 12, 22), ()))
    assert last_year.sentence.startswith("最后一周(2025年12月22日至12月28日)")
    owed = NONE_OWED.assign(total=[])
    titles = [(group.title, group.quiet) for group in nights.exceptions(week, {}, owed).groups]
    assert titles == [
        ("最后一周没开夜学", "各乡镇都开了夜学"),
        ("最后一周没开夜谈", "各乡镇都开了夜谈"),
        ("最后一周一次未夜访的乡镇干部", "在岗乡镇干部都去过"),
        ("截至9月30日夜访诉求该回头看", "2026年该回头看的都看过了"),
    ]
    one = pd.DataFrame([("S-1", None, "西沟乡", datetime(2026, 8, 1, 9, 0), 1)], columns=NONE_OWED.columns)
    assert nights.exceptions(week, {}, one).groups[3].lines[0].words == "8月1日化解,满 60 天"


def test_the_townships_with_most_idle_cadres_come_first_and_two_of_each_are_named() -> None:
    people = idle((1, "149981100"), (2, "149981102"), (3, "149981102"), (4, "149981102"))
    found = most_by_township(people, 4, 2)
    assert list(found["person_id"]) == [2, 3, 1]
    lines = named_by_township(found, TOWNS, {2: "王二", 3: "张三"})
    assert [(line.name, line.words) for line in lines] == [("西沟乡", "3 人:王二、张三等"), ("泥河镇", "1 人:编号1(不明)")]
    assert named_by_township(most_by_township(people, 1), TOWNS, {2: "王二", 3: "张三", 4: "李四"})[0].words == "3 人:王二、张三、李四"
    assert most_by_township(idle(), 4, 2).empty


def test_exceptions_name_runs_of_weeks_and_how_long_another_look_is_owed() -> None:
    owed = pd.DataFrame(
        [("S-1", None, "西沟乡", datetime(2026, 9, 1, 9, 0), 7)], columns=["number", "category", "township", "ended_at", "total"]
    )
    week = last_week(no_study=without(("149981102", 3), ("149981100", 1)))
    study, talk, visits, look = nights.exceptions(week, {}, owed).groups
    assert [(line.name, line.words) for line in study.lines] == [("西沟乡", "连续 3 周"), ("泥河镇", "缺 1 周")]
    assert (talk.count, talk.lines, talk.quiet) == ("0 个乡镇", (), "各乡镇都开了夜谈")
    assert (visits.count, visits.about) == ("0 人", "nights.township_visits")
    assert (look.count, look.lines[0].name, look.lines[0].words) == ("7 件", "西沟乡 未分类", "9月1日化解,满 50 天")
    assert look.lines[0].link == to_case("S-1")


# --- the calendar ---------------------------------------------------------------------------------------------------


def calendar(
    held: list[tuple[date, str, str]], weeks: list[tuple[date, str, bool]], least: int = 3, at: datetime | None = None
) -> MonthCalendar:
    sessions = pd.DataFrame(
        [(day, code, TOWNS.get(code), theme) for day, code, theme in held], columns=["held_on", "code", "township", "theme"]
    )
    edition = rulebook().on(TODAY)
    edition = replace(edition, tables={**edition.tables, "samples": {**edition.tables["samples"], "least_workdays_of_a_week": least}})
    asked = Question(Level.TOWNSHIP, whole_weeks(OCTOBER), at.date() if at else TODAY, HOLIDAY, edition, at)
    counted = pd.DataFrame(weeks, columns=["monday", "code", "held"])
    return nights.session_calendar(SessionKind.STUDY, OCTOBER, sessions, counted, TOWNS, asked)


def test_a_month_is_shown_in_whole_weeks_with_days_off_feasts_and_today() -> None:
    drawn = calendar([(date(2026, 10, 12), "149981102", "防汛"), (date(2026, 10, 12), "149981100", "")], [])
    first, last = drawn.weeks[0], drawn.weeks[-1]
    assert (first.days[0].label, first.days[0].shades) == ("9/28", ("outside",))
    assert (first.days[3].label, first.days[3].shades, first.days[3].feast) == ("10/1", ("off",), "国庆节")
    assert (first.days[4].label, last.days[6].label) == ("2", "11/1")
    saturday = drawn.weeks[1].days[5]
    assert (saturday.shades, saturday.feast) == ((), "国庆节班")
    assert drawn.weeks[3].days[2].shades == ("today",)
    assert "ahead" in last.days[0].shades
    assert [(each.name, each.words) for each in drawn.weeks[2].days[0].entries] == [("泥河", ""), ("西沟", "防汛")]
    assert (drawn.title, drawn.last_column) == ("2026年10月夜学日历", "没开夜学")


def test_each_week_ends_with_who_went_without_or_why_it_does_not_count() -> None:
    weeks = [(MONDAY, "149981100", True), (MONDAY, "149981102", False), (date(2026, 10, 5), "149981100", True)]
    assert [(week.words, week.shade) for week in calendar([], weeks).weeks] == [
        ("工作日不足3天,不计", "none"),
        ("✓ 都开了", "ok"),
        ("✕ 西沟", "low"),
        ("进行中", "none"),
        ("", "none"),
    ]
    assert calendar([], weeks, least=4).weeks[0].words == "工作日不足4天,不计"


def test_a_week_runs_until_its_sunday_is_over() -> None:
    sunday = datetime(2026, 10, 18, 21)
    assert calendar([], [], at=sunday).weeks[2].words == "进行中", "not 工作日不足: it is not over"
    assert calendar([], [], at=sunday + timedelta(hours=4)).weeks[2].words != "进行中"


def test_a_calendar_can_be_written_as_html_and_as_a_picture() -> None:
    drawn = calendar([(MONDAY, "149981102", "<b>防汛</b>")], [])
    html = str(HtmlWriter(lambda page: True).render(drawn))
    assert html.count('<div class="day ') == 35
    assert "&lt;b&gt;防汛" in html
    assert "西沟" in picture(drawn)


def test_the_months_of_a_period_that_have_begun_are_offered_latest_first() -> None:
    assert [month.text for month in begun_months(Period.parse("2026-Q4"), date(2026, 11, 3))] == ["2026-11", "2026-10"]
    assert [month.text for month in begun_months(Period.parse("2026-Q4"), TODAY)] == ["2026-10"]
    assert [month.text for month in begun_months(Period.parse("2027-Q1"), TODAY)] == ["2027-01"]
    assert len(calendars.mondays(Period.parse("2027-02"))) == 4


# --- lists ----------------------------------------------------------------------------------------------------------

NOTHING: dict[str, Any] = dict.fromkeys(("number", "category", "title", "on_the_spot", "ended_at", "outcome", "followed_up_at"))
RESOLVED: dict[str, Any] = {
    "number": "S-1",
    "category": "道路",
    "title": None,
    "on_the_spot": False,
    "ended_at": datetime(2026, 9, 1, 9, 0),
    "outcome": "resolved",
    "followed_up_at": datetime(2026, 10, 8, 20, 0),
}


def visit(**change: Any) -> dict[str, Any]:
    row = {
        "visited_on": TODAY,
        "code": "149981102201",
        "village": "西沟村",
        "township": "西沟乡",
        "person_id": 1,
        "people": 4,
        "note": None,
    }
    return {**row, **NOTHING, **change}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ended_at": None}, "办理中"),
        ({}, "已化解(9月1日)"),
        ({"on_the_spot": True}, "现场解决(9月1日)"),
        ({"outcome": "withdrawn"}, "撤回(9月1日)"),
        ({"outcome": "unheard of"}, "已结(9月1日)"),
    ],
)
def test_what_became_of_a_petition_is_said(change: dict[str, Any], words: str) -> None:
    assert became({**RESOLVED, **change}) == words


def test_a_visit_stands_in_the_file_in_columns_and_on_screen_folded() -> None:
    table = nights.visit_table(pd.DataFrame([visit(**RESOLVED), visit(village=None)]), {1: "王二"}, 2, True)
    first, second = texts(table)
    assert first == {
        "日期": "2026-10-21",
        "乡镇": "西沟乡",
        "村": "西沟村",
        "干部": "王二",
        "见到群众(人次)": "4",
        "走访情况": "",
        "诉求编号": "S-1",
        "诉求类别": "道路",
        "诉求事由": "",
        "办理结果": "已化解(9月1日)",
        "回头看": "2026-10-08",
    }
    assert (second["村"], second["诉求编号"]) == ("149981102201(地点不明)", "")
    row = HtmlWriter(lambda page: True).laid_out(table).rows[0]
    assert [(cell.text, cell.small) for cell in row.cells] == [
        ("10月21日", ""),
        ("西沟乡 西沟村", "王二"),
        ("4", ""),
        ("—", ""),
        ("道路", "S-1 · 已化解(9月1日) · 已回头看(10月8日)"),
    ]
    assert table.links == (to_case("S-1"), to_person(1))


def session(**change: Any) -> dict[str, Any]:
    row = {"id": 5, "kind": "study", "held_on": TODAY, "code": "149981102", "township": "西沟乡", "minutes": 60, "theme": "防汛"}
    return {**row, "attendees": 21, "measures": 2, "measures_done": 1, "needs": None, **change}


def test_sessions_say_their_form_where_it_is_not_the_usual_one() -> None:
    sessions = pd.DataFrame([session(), session(id=6, kind="review", theme=None, township=None, minutes=None)])
    spoke = pd.DataFrame({"session_id": [5, 5], "person_id": [1, 2]})
    table = nights.study_table(sessions, spoke, {1: "王二", 2: "张三"}, 2)
    screen = [[(cell.text, cell.small) for cell in row.cells[1:]] for row in HtmlWriter(lambda page: True).laid_out(table).rows]
    assert screen == [
        [("西沟乡", "防汛"), ("21", ""), ("王二、张三", ""), ("60 分钟", "")],
        [("149981102", "述学评学考学:未写主题"), ("21", ""), ("—", ""), ("—", "")],
    ]
    assert [(row["形式"], row["主题"], row["授课人"], row["时长(分钟)"]) for row in texts(table)] == [
        ("夜学", "防汛", "王二、张三", "60"),
        ("述学评学考学", "", "", "—"),
    ]
    assert table.title == "夜学、述学评学考学记录"


def test_talks_have_needs_and_measures() -> None:
    row = texts(nights.talk_table(pd.DataFrame([session(kind="talk")]), 1))[0]
    assert (row["需求(件)"], row["举措(项)"], row["已落实(项)"]) == ("—", "2", "1")


def test_counters_of_nothing_are_zero() -> None:
    totals = pd.DataFrame({name: [] for name in ("kind", "sessions", "attendees", "measures", "measures_done", "needs")})
    assert [each.count for each in nights.study_counters(totals).counters] == [0, 0, 0]
    totals = pd.DataFrame([("talk", 3, 40, 2, 1, 5)], columns=["kind", "sessions", "attendees", "measures", "measures_done", "needs"])
    assert [each.count for each in nights.talk_counters(totals).counters] == [3, 40, 5, 2, 1]
