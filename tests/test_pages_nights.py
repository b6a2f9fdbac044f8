"""三夜, 接待, 数据: the pages say what the command line says, lead from a visit to its 诉求, and ask no more for more units."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from data_access.accounts import Role
from data_access.clock import beijing_now
from tests.builders import (
    TOWNSHIP,
    a_county,
    a_night_visit,
    a_person,
    a_petition,
    a_session,
    a_slot,
    a_stay,
    an_appointment,
    an_area,
    figure,
)
from tests.opened_pages import ITS_YEAR, nothing_counted, now, panels, words
from tests.signed_in import a_board, an_account

TODAY = beijing_now().date()
MONTH = f"{TODAY:%Y-%m}"
OVER = TODAY - timedelta(days=1)
"""The last day that is over: a slot counts from then on."""
SHOWN = {} if f"{OVER:%Y-%m}" == MONTH else {"period": "指定", "which": f"{OVER:%Y-%m}"}
LAST_MONDAY = TODAY - timedelta(days=TODAY.weekday() + 7)
VIEWS = {
    "nights": ("夜访", "夜学", "夜谈"),
    "reception": ("排名", "场次", "未来一周"),
    "quality": ("按单位", "按人员", "满分异常", "对不上的记录"),
}


def opened(database: Engine, page: str, name: str | None = None, **query: str) -> AppTest:
    """The page as a link opens it in a new tab; nothing on it may raise."""
    board = a_board(database, name)
    board._page_hash = calc_hash(page)
    for parameter, value in query.items():
        board.query_params[parameter] = value
    board.run(timeout=60)
    assert not board.exception, [problem.message for problem in board.exception]
    return board


def a_busy_county(database: Engine) -> None:
    """A township with a leader who visits, lectures and receives, and what came of it, today and last week."""
    with database.begin() as connection:
        a_county(connection)
        leader = an_appointment(connection, "township_leader", person=a_person(connection, "欧阳青山"))
        visit = a_night_visit(connection, leader, TODAY, people=4, note="走访三户,反映路灯不亮。", recorded_at=beijing_now())
        slot = a_slot(connection, str(OVER), leader, visitors=7, batches=3)
        a_slot(connection, str(OVER), leader, received_by=None, place="service_centre")
        a_slot(connection, str(TODAY + timedelta(days=2)), leader, received_by=None)
        moment = f"{TODAY} 00:00:01"
        a_petition(connection, moment, number="S-77", channel="night_visit", origin_visit_id=visit, title="路灯不亮", on_the_spot=True)
        a_petition(connection, moment, number="S-78", channel="reception", origin_slot_id=slot, title="宅基地边界", is_dispute=True)
        a_petition(connection, moment, number="S-99", channel="night_visit", origin_visit_id=visit, title="检举", restricted=True)
        a_session(connection, "study", str(LAST_MONDAY), theme="乡村振兴促进法", lecturers=(leader,), minutes=60, attendees=21)
        a_session(connection, "talk", str(TODAY), theme="路灯怎么修", needs=5, measures=2, measures_done=1, attendees=18)
        a_stay(connection, 987654, TODAY)


def test_every_view_of_the_three_pages_renders_full_and_empty(served):
    for fill in (lambda database: None, a_busy_county):
        fill(served)
        for page, views in VIEWS.items():
            for view in views:
                for period in ("本月", "本年"):
                    assert words(opened(served, page, view=view, period=period)), (page, view, period)


def test_a_visit_leads_to_the_petition_it_raised_and_restricted_ones_stay_away(served):
    a_busy_county(served)
    page = opened(served, "nights", view="夜访")
    assert "路灯不亮 S-77 · 办理中" in words(page)
    assert re.search(r"case\.py[^>]*S-77", "".join(panels(page)))  # the row is a link to the case
    assert "S-99" not in "".join(panels(page))
    assert "检举" not in "".join(panels(page))


def test_a_slot_leads_to_the_petition_it_raised_and_an_empty_one_says_so(served):
    a_busy_county(served)
    assert "宅基地边界 S-78 · 办理中" in words(opened(served, "reception", view="场次", how="raised", **SHOWN))
    assert "无人接待" in words(opened(served, "reception", view="场次", how="nobody", **SHOWN))
    assert "公示接待 2 场\uff0cA岗或B岗到岗 1 场\uff0850.0%\uff09\uff0c1 场没有人来" in words(opened(served, "reception", **SHOWN))


def test_the_coming_week_is_announced(served):
    a_busy_county(served)
    assert "公示 1 场" in words(opened(served, "reception", view="未来一周"))


def test_sessions_show_theme_lecturer_needs_and_measures(served):
    a_busy_county(served)
    study = words(opened(served, "nights", view="夜学", **ITS_YEAR))
    assert "乡村振兴促进法" in study
    assert "欧阳青山" in study
    talk = words(opened(served, "nights", view="夜谈"))
    assert re.search(r"商讨群众需求\s+5\s+件", talk)
    assert re.search(r"出台举措\s+2\s+项", talk)


def test_names_and_free_text_are_hidden_where_the_account_may_not_see_them(served):
    a_busy_county(served)
    name = an_account(served, Role.LEADER, now=beijing_now(), rights={"may_see_names": False})
    for page, views in VIEWS.items():
        for view in views:
            shown = words(opened(served, page, name, view=view, period="本年"))
            assert "欧阳青山" not in shown, (page, view)
            assert "路灯不亮" not in shown, (page, view)


def test_a_row_of_nobody_known_is_on_the_data_page(served):
    a_busy_county(served)
    page = opened(served, "quality", view="对不上的记录")
    assert "住夜人员不明" in words(page)
    assert "987654\uff08不明\uff09" in words(page)


def test_a_township_account_sees_its_own_township_only(served):
    a_busy_county(served)
    with served.begin() as connection:
        an_area(connection, "149981102", "township", "西沟乡")
        an_area(connection, "149981102201", "village", "西沟村")
        stranger = an_appointment(connection, "township_leader", "149981102", person=a_person(connection, "慕容雪"))
        a_night_visit(connection, stranger, TODAY, "149981102201", people=9)
        a_slot(connection, str(TODAY), stranger, "149981102")
        a_session(connection, "talk", str(TODAY), "149981102", theme="邻乡的主题")
    name = an_account(served, Role.TOWNSHIP, now=beijing_now(), area=TOWNSHIP)
    for page, views in VIEWS.items():
        for view in views:
            shown = words(opened(served, page, name, view=view, raised="false", how="all"))
            assert not re.search("慕容雪|西沟|邻乡", shown), (page, view)


def test_the_page_shows_the_command_lines_figures(served):
    a_busy_county(served)
    with served.connect() as connection:
        kept = figure(connection, "reception.kept", "township", f"{OVER:%Y-%m}", now())[TOWNSHIP]
        done = figure(connection, "nights.measures_done", "township", MONTH, now())[TOWNSHIP]
    assert f"({kept['k']}/{kept['n']})" in words(opened(served, "reception", **SHOWN))
    assert f"({done['k']}/{done['n']})" in words(opened(served, "nights", view="夜谈"))


@pytest.mark.parametrize("page", VIEWS)
def test_statements_do_not_grow_with_units(served, page):
    a_busy_county(served)

    counts = []
    for first in (110, 116):  # one statement a unit would be six more
        with served.begin() as connection:
            for number in range(first, first + 6):
                unit = f"149981{number}"
                an_area(connection, unit, "township")
                an_area(connection, f"{unit}201", "village")
                person = an_appointment(connection, "township_leader", unit)
                a_night_visit(connection, person, TODAY, f"{unit}201")
                a_slot(connection, str(TODAY), person, unit)
                a_session(connection, "talk", str(TODAY), unit)
            asked: list[str] = []
        name = an_account(served, now=beijing_now())

        def listener(_connection, _cursor, statement, *_rest, found=asked):
            if not re.search("board_|PRAGMA", statement):
                found.append(statement)

        for view in VIEWS[page]:
            nothing_counted(served)
            event.listen(served, "before_cursor_execute", listener)
            opened(served, page, name, view=view)
            event.remove(served, "before_cursor_execute", listener)
        counts.append(len(asked))
    assert counts[1] <= counts[0]
    assert counts[0] > 10
