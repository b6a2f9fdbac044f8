"""三长, 评选: the pages say what the command line says, keep to the reader's township, and the flow runs from draft to frozen."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, event, select
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from data_access.accounts import Role
from data_access.areas import unit_names
from data_access.board_tables import BoardSelection, BoardSelectionStep
from data_access.clock import beijing_now
from data_access.scope import Scope
from data_access.selection_flow import add_step, frozen_texts, open_draft
from metrics import vocabulary
from metrics.selection.snapshot import verified
from metrics.selection.words import arithmetic, verdict
from reports.selection import selection_of
from reports.source import DatabaseSource
from reports.wording import chinese_marks
from tests.builders import (
    CELL,
    EVERYTHING,
    GROUP,
    PATCH,
    TOWNSHIP,
    a_calendar,
    a_captain_visit,
    a_county,
    a_household,
    a_mark,
    a_meeting,
    a_person,
    a_petition,
    a_rating,
    a_survey_answer,
    an_appointment,
    an_area,
    figure,
)
from tests.opened_pages import nothing_counted, words
from tests.signed_in import a_board, an_account

TODAY = beijing_now().date()
YEAR = (TODAY - timedelta(days=190)).year
"""Of which more than the 182 days are over that somebody must have been in post: in spring the year before."""
DAY = min(TODAY, date(YEAR, 12, 31))
VIEWS = ("名单", "全部名次", "资格", "名额", "试算", "流程")


def opened(board: AppTest, page: str, **query: str) -> AppTest:
    """The page as a link opens it; nothing on it may raise."""
    board._page_hash = calc_hash(page)
    board.query_params.clear()
    if page in ("selection", "sheet"):
        query.setdefault("year", str(YEAR))
    for name, value in query.items():
        board.query_params[name] = value
    board.run(timeout=60)
    assert not board.exception, [problem.message for problem in board.exception]
    return board


def a_county_of_captains(database: Engine) -> dict[str, int]:
    """Two townships; in the first a cell with a diligent captain, one with a lazy one, a vacant cell and a household without one."""
    with database.begin() as connection:
        a_county(connection)
        if YEAR > 2026:
            a_calendar(connection, 2027, YEAR)
        second, vacant = an_area(connection, GROUP + "002", "cell", "河东二邻"), an_area(connection, GROUP + "003", "cell", "河东三邻")
        other = "149981102"
        for code, level in ((other, "township"), (other + "201", "village"), (other + "20101", "patch"), (other + "2010101", "group")):
            an_area(connection, code, level, "山南乡" if level == "township" else None)
        far = an_area(connection, other + "2010101001", "cell", "山南一邻")
        people = {"diligent": a_person(connection, "欧阳勤"), "lazy": a_person(connection, "司马闲"), "far": a_person(connection, "上官远")}
        for name, cell in (("diligent", CELL), ("lazy", second), ("far", far)):
            an_appointment(connection, "cell_captain", cell, person=people[name], since="2024-01-01")
            for place in range(6):
                home = a_household(connection, "key" if place < 2 else "ordinary", cell, since="2024-01-01")
                a_survey_answer(connection, people[name], 5 if name == "diligent" else 3, YEAR, household_id=home)
                if name != "lazy":
                    for day in {DAY.replace(day=1), TODAY.replace(day=1)}:
                        a_captain_visit(connection, people[name], home, str(day), recorded_at=beijing_now())
        a_household(connection, "key", vacant, since="2024-01-01")
        a_household(connection, "ordinary", CELL[:12], since="2024-01-01")
        an_appointment(connection, "patch_captain", PATCH, since="2024-01-01")
        an_appointment(connection, "group_captain", GROUP, since="2024-01-01")
        for day, number in {DAY: "K-0", TODAY: "K-1"}.items():
            a_meeting(connection, "heart_talk", str(day), CELL, convener_id=people["diligent"], attendees=12)
            petition = a_petition(connection, f"{day} 00:00:01", number=number, area=CELL, handler_id=people["diligent"])
            a_rating(connection, petition, f"{day} 00:00:02", 5)
        a_petition(connection, f"{TODAY} 00:00:01", number="K-9", area=CELL, handler_id=people["diligent"], restricted=True)
        a_mark(connection, people["lazy"], "veto", YEAR, reason="造假", decided_on=str(DAY))
    return people


@pytest.mark.parametrize("view", ["排名", "未走访", "网格"])
@pytest.mark.parametrize("role", [Role.ORGANISATION, Role.TOWNSHIP, Role.ADMINISTRATOR])
def test_the_captains_page_opens_for_every_office_and_view(served: Engine, view: str, role: Role) -> None:
    a_county_of_captains(served)
    more = {"area": TOWNSHIP} if role is Role.TOWNSHIP else {}
    board = opened(a_board(served, role=role, **more), "captains", view=view)
    assert "重点户没有走访" in words(board)


def test_the_page_counts_as_the_command_line_does(served: Engine) -> None:
    a_county_of_captains(served)
    said = words(opened(a_board(served, role=Role.ORGANISATION), "captains"))
    with served.connect() as connection:
        row = figure(connection, "captains.key_visits", "county", f"{TODAY:%Y-%m}", str(TODAY))["149981"]
    assert (row["k"], row["n"]) == (4, 7)
    assert f"本月还有 {row['n'] - row['k']} 户重点户没有走访\uff0c1 个邻没有邻长" in said
    assert "4/7" in said


def test_who_has_not_been_visited_is_listed_with_the_captain_or_the_vacancy(served: Engine) -> None:
    a_county_of_captains(served)
    said = words(opened(a_board(served, role=Role.ORGANISATION), "captains", view="未走访"))
    assert "司马闲" in said
    assert "空缺" in said
    assert "从未走访" in said
    assert "欧阳勤" not in said


def test_names_are_masked_for_whoever_may_not_see_them(served: Engine) -> None:
    people = a_county_of_captains(served)
    listed = words(opened(a_board(served, role=Role.ADMINISTRATOR), "captains", view="未走访"))
    assert "司马闲" not in listed
    assert "司**" in listed
    assert "欧阳勤" not in words(opened(a_board(served, role=Role.ADMINISTRATOR), "captain", person=f"p:{people['diligent']}"))


@pytest.mark.parametrize("person", ["", "p:", "p:x", "p:999999", "x'--"])
def test_a_captains_page_without_a_captain_says_so(served: Engine, person: str) -> None:
    a_county_of_captains(served)
    assert "没有找到这位三长" in words(opened(a_board(served), "captain", person=person))


def test_a_captains_page_shows_due_done_and_rows_and_no_restricted_petition(served: Engine) -> None:
    people = a_county_of_captains(served)
    said = words(opened(a_board(served), "captain", person=f"p:{people['diligent']}"))
    assert "河东村河东一邻邻长 欧阳勤" in said
    assert "2/2" in said
    assert "本人走访 6 户次" in said
    assert "K-1" in said
    assert "K-9" not in said
    assert "民情恳谈会" in said


def test_a_township_reads_only_its_own_captains(served: Engine) -> None:
    people = a_county_of_captains(served)
    board = a_board(served, role=Role.TOWNSHIP, area=TOWNSHIP)
    assert "没有找到这位三长" in words(opened(board, "captain", person=f"p:{people['far']}"))
    said = words(opened(board, "selection", view="全部名次"))
    assert "上官远" not in said
    assert "欧阳勤" in said
    assert "没有这份评分表" in words(opened(board, "sheet", person=f"p:{people['far']}", role="cell_captain", year=str(YEAR)))


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("role", ["邻长", "组长", "片长"])
def test_every_view_of_the_selection_opens_for_every_role(served: Engine, view: str, role: str) -> None:
    a_county_of_captains(served)
    said = words(opened(a_board(served, role=Role.ORGANISATION), "selection", view=view, role=role))
    assert f"最佳{role}" in said


def test_the_selection_page_ranks_as_the_command_line_does_and_says_why_someone_is_not_ranked(served: Engine) -> None:
    people = a_county_of_captains(served)
    with served.connect() as connection:
        made = selection_of(DatabaseSource(connection, EVERYTHING), YEAR, vocabulary.Role.CELL_CAPTAIN, TODAY)
    rows = made.rows.set_index("person_id")
    board = a_board(served, role=Role.ORGANISATION)
    said = words(opened(board, "selection", view="资格"))
    assert chinese_marks(rows.loc[people["lazy"], "gate"]) in said
    assert "一票否决\uff1a造假" in said
    ranked = words(opened(a_board(served, role=Role.ORGANISATION), "selection", view="全部名次"))
    for person in made.rows.loc[made.rows["rank"].notna(), "person_id"]:
        assert f"{rows.loc[person, 'score']:.2f}" in ranked


def test_a_score_sheet_can_be_added_up_by_hand(served: Engine) -> None:
    people = a_county_of_captains(served)
    with served.connect() as connection:
        made = selection_of(DatabaseSource(connection, EVERYTHING), YEAR, vocabulary.Role.CELL_CAPTAIN, TODAY)
    said = words(opened(a_board(served), "sheet", person=f"p:{people['diligent']}", role="cell_captain", year=str(YEAR)))
    terms = made.terms[made.terms["person_id"] == people["diligent"]]
    for term in terms.to_dict("records"):
        assert f"{term['points']:.2f}" in said
        if term["item"] in made.rules.items and term["n"]:
            assert f"{int(term['k'])} ÷ {int(term['n'])} × {term['possible']:.2f}" in said
        assert chinese_marks(arithmetic(made, term)) in said, "the page says it as the file does"
    assert f"{terms['points'].sum():.2f}" in said
    row = made.rows.set_index("person_id", drop=False).loc[people["diligent"]].to_dict()
    assert chinese_marks(verdict(made, row | {"standing": "拟入选"})[1]) in said


def test_a_trial_of_other_gates_says_who_would_come_in(served: Engine) -> None:
    a_county_of_captains(served)
    with served.begin() as connection:
        new = a_person(connection, "诸葛新")
        cell = an_area(connection, GROUP + "009", "cell")
        an_appointment(connection, "cell_captain", cell, person=new, since=str(DAY))  # no whole month of his is over
        for _ in range(5):
            home = a_household(connection, "key", cell, since="2024-01-01")
            a_survey_answer(connection, new, 5, YEAR, household_id=home)
            a_captain_visit(connection, new, home, str(DAY), recorded_at=beijing_now())
        a_mark(connection, new, "bonus", YEAR, points=5, evidence="会议纪要", decided_on=str(DAY))
    board = opened(a_board(served, role=Role.ORGANISATION), "selection", view="试算")
    next(slider for slider in board.slider if slider.label == "在岗至少").set_value(0)
    next(button for button in board.button if button.label == "试算").click()
    board.run(timeout=60)
    assert not board.exception, [problem.message for problem in board.exception]
    said = words(board)
    assert "试算\uff1a名单" in said
    assert "诸葛新" in said
    assert "未排名" in said


def press(board: AppTest, label: str, reason: str) -> AppTest:
    board.text_area[0].set_value(reason)
    next(button for button in board.button if button.label == label).click()
    board.run(timeout=60)
    assert not board.exception, [problem.message for problem in board.exception]
    return board


def test_the_organisation_office_opens_and_freezes_a_selection_that_later_data_do_not_reach(served_alone: Engine) -> None:
    people = a_county_of_captains(served_alone)
    board = opened(a_board(served_alone, role=Role.ORGANISATION), "selection", view="流程")
    press(board, "立项起草", "部务会")
    press(board, "冻结名单和依据", "部务会纪要2号")
    with served_alone.connect() as connection:
        frozen = frozen_texts(EVERYTHING, connection)[0]
        assert verified(frozen["snapshot"], frozen["digest"])
        names = list(connection.scalars(select(BoardSelectionStep.step).order_by(BoardSelectionStep.id)))
    assert names == ["draft", "frozen"]
    before = words(opened(a_board(served_alone), "selection", view="全部名次"))
    with served_alone.begin() as connection:
        a_mark(connection, people["diligent"], "veto", YEAR, reason="后来的事", decided_on=str(DAY))
    after = words(opened(a_board(served_alone), "selection", view="全部名次"))
    assert "欧阳勤" in after
    assert "后来的事" not in after
    assert re.findall(r"\d+\.\d\d", before) == re.findall(r"\d+\.\d\d", after)


def test_the_page_offers_a_notice_from_the_joint_check_on_and_says_before_why_not(served_alone: Engine) -> None:
    a_county_of_captains(served_alone)
    board = opened(a_board(served_alone, role=Role.ORGANISATION), "selection", view="流程")
    assert "公示稿要在联审登记之后才能出：本次评选尚未立项" in words(opened(a_board(served_alone, role=Role.ORGANISATION), "selection"))
    press(board, "立项起草", "部务会")
    press(board, "冻结名单和依据", "部务会纪要2号")
    with served_alone.begin() as connection:
        number = connection.scalar(select(BoardSelection.id))
        for step in ("appeals", "review"):
            add_step(connection, number, step, "one", "会议", beijing_now(), until=TODAY if step == "appeals" else None)
    listed = opened(a_board(served_alone, role=Role.ORGANISATION), "selection")
    assert "本次评选已办到“民主评议”" in words(listed)
    assert papers(listed) == ["名单（Word）"]
    assert "拟入选" in words(listed)
    with served_alone.begin() as connection:
        add_step(connection, number, "township", "one", "会议", beijing_now(), area_code=TOWNSHIP)
        add_step(connection, number, "joint_check", "one", "会议", beijing_now())
    checked = opened(a_board(served_alone, role=Role.ORGANISATION), "selection")
    assert papers(checked) == ["名单（Word）", "公示稿（Word）"]
    assert "联审登记之后" not in words(checked)


def papers(board: AppTest) -> list[str]:
    return [button.proto.label for button in board.get("download_button") if "Word" in button.proto.label]


def test_units_are_named_down_to_a_captains_own(served: Engine) -> None:
    a_county_of_captains(served)
    with served.connect() as connection:
        named = unit_names(EVERYTHING, connection, CELL[:6])
        assert {CELL[:length] for length in (6, 9, 12, 14, 16, 19)} <= set(named)
        assert named[CELL] == "河东一邻"
        assert unit_names(Scope(), connection, CELL[:6]) == {}


def test_a_step_without_a_reason_or_without_the_right_is_refused(served_alone: Engine) -> None:
    a_county_of_captains(served_alone)
    board = opened(a_board(served_alone, role=Role.ORGANISATION), "selection", view="流程")
    press(board, "立项起草", " ")
    assert "请写明理由或依据" in board.error[0].value
    leader = opened(a_board(served_alone, role=Role.LEADER), "selection", view="流程")
    assert not [button for button in leader.button if button.label == "立项起草"]
    with served_alone.connect() as connection:
        assert connection.scalar(select(BoardSelection.id)) is None


def test_the_one_who_proposes_an_override_is_not_asked_to_confirm_it(served_alone: Engine) -> None:
    people = a_county_of_captains(served_alone)
    one = an_account(served_alone, Role.ORGANISATION, now=beijing_now())
    board = opened(a_board(served_alone, one), "selection", view="流程")
    press(board, "立项起草", "部务会")
    press(board, "冻结名单和依据", "部务会")
    with served_alone.begin() as connection:
        number = connection.scalar(select(BoardSelection.id))
        add_step(connection, number, "withdraw", one, "本人申请退出", beijing_now(), person_id=people["diligent"])
    own = opened(a_board(served_alone, one), "selection", view="流程")
    assert not [button for button in own.button if button.label == "同意"]
    assert "等待另一账号复核" in words(own)
    second = opened(a_board(served_alone, role=Role.ORGANISATION), "selection", view="流程")
    assert [button for button in second.button if button.label == "同意"]


def test_a_void_selection_makes_room_for_the_live_ranking(served_alone: Engine) -> None:
    a_county_of_captains(served_alone)
    with served_alone.begin() as connection:
        number = open_draft(connection, YEAR, "cell_captain", "one", "立项", beijing_now())
        add_step(connection, number, "void", "one", "数据有误", beijing_now())
    assert "试排" in words(opened(a_board(served_alone, role=Role.ORGANISATION), "selection"))


def test_the_captains_page_asks_no_more_statements_for_more_cells(served: Engine) -> None:
    a_county_of_captains(served)
    board = a_board(served, role=Role.ORGANISATION)
    counted: list[str] = []
    listener = lambda *arguments: counted.append(arguments[2])  # noqa: E731
    event.listen(served, "before_cursor_execute", listener)
    try:
        opened(board, "captains")
        few = len(counted)
        with served.begin() as connection:
            for number in range(10, 30):
                a_household(connection, "key", an_area(connection, f"{GROUP}{number:03d}", "cell"))

        nothing_counted(served)
        counted.clear()
        opened(board, "captains")
    finally:
        event.remove(served, "before_cursor_execute", listener)
    assert len([sql for sql in counted if sql.startswith("SELECT")]) <= few + 2
