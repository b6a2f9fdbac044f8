"""The petition pages as a browser that is signed in sees them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event, select
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from data_access.accounts import Role
from data_access.board_tables import BoardAudit, BoardDecision
from data_access.clock import beijing_now
from data_access.tables import Petition
from tests.builders import CELL, TOWNSHIP, VILLAGE, a_county, a_person, a_petition, an_appointment, an_area, an_event
from tests.opened_pages import markup, nothing_counted
from tests.signed_in import a_board, an_account

SECRET = "检举某某侵占资金"


@pytest.fixture
def county(served: Engine) -> Engine:
    """One township with overdue, old, fresh, ended and restricted petitions."""
    now = beijing_now().replace(microsecond=0)
    with served.begin() as connection:
        a_county(connection)
        an_area(connection, "149981102", "township", "西沟乡")
        an_area(connection, "149981102201", "village", "西沟村")
        captain = an_appointment(connection, "cell_captain", CELL, person=a_person(connection, "李四海", "13900001234"))
        an_appointment(connection, "township_chief", person=a_person(connection, "王守田"))
        for number in range(30):
            a_petition(
                connection,
                str(now - timedelta(days=30 + number)),
                number=f"OLD-{number:02d}",
                title=f"门前积水{number}",
                handler_id=captain,
            )
        oldest = a_petition(
            connection, str(now - timedelta(days=120)), number="BACKLOG", title="宅基地纠纷<b>", area=CELL, handler_id=captain
        )
        an_event(connection, oldest, str(now - timedelta(days=119)), "dispatch", to_level="cell", person_id=captain, note="交李四海")
        a_petition(connection, str(now - timedelta(days=20)), ended=str(now - timedelta(days=18)), number="DONE", title="路灯")
        a_petition(connection, str(now - timedelta(days=60)), number="SECRET", title=SECRET, restricted=True)
    return served


def opened(board: AppTest, address: str, **query: str) -> AppTest:
    board._page_hash = calc_hash(address)
    board.context["url"] = f"http://localhost:8501/{address}"
    board.query_params.clear()
    for name, value in query.items():
        board.query_params[name] = value
    board.run(timeout=60)
    assert not board.exception, [(problem.message, problem.stack_trace[-4:]) for problem in board.exception]
    return board


def text_of(board: AppTest) -> str:
    """Everything the page says: titles, notes and the markup of its panels."""
    return " ".join([markup(board), *(each.value for each in board.markdown)])


def test_the_page_says_what_is_overdue_and_whose(county: Engine):
    page = text_of(opened(a_board(county), "petitions"))
    assert "在办 31 件\uff0c超期 31 件" in page
    assert "积案 1 件\uff0c1 件没有包案领导" in page
    assert "李四海" in page


def test_no_view_shows_a_restricted_petition_even_to_its_holder(county: Engine):
    for view in ("排名", "构成与流转", "苗头", "包案与督办"):
        board = a_board(county, role=Role.PETITION_OFFICE)
        page = text_of(opened(board, "petitions", view=view))
        assert SECRET not in page, view
        assert "SECRET" not in page, view
        assert "在办 31 件" in page, view


def test_every_ranking_is_drawn(county: Engine):
    for rank, name in (("按期与及时", "按期办结率"), ("化解", "化解率"), ("满意", "回访满意率"), ("规范", "销号规范率")):
        board = a_board(county)
        assert name in text_of(opened(board, "petitions", rank=rank)), rank


def test_the_list_is_paged_and_a_link_carries_its_filters(county: Engine):
    board = opened(a_board(county), "cases", standing="overdue", sort="opened")
    assert "超期在办 31 件" in text_of(board)
    assert text_of(board).count('class="case"') == 25
    assert "BACKLOG" in text_of(board)
    second = opened(a_board(county), "cases", standing="overdue", sort="opened", page="2")
    assert text_of(second).count('class="case"') == 6


def test_the_list_searches_and_a_title_is_text_not_markup(county: Engine):
    page = text_of(opened(a_board(county), "cases", words="宅基地"))
    assert "在办 1 件" in page
    assert "宅基地纠纷&lt;b&gt;" in page


def test_a_township_in_the_address_narrows_the_list(county: Engine):
    assert "在办 0 件" in text_of(opened(a_board(county), "cases", township="149981102"))
    assert "在办 31 件" in text_of(opened(a_board(county), "cases", township=TOWNSHIP))


def test_restricted_petitions_have_a_list_of_their_own_for_their_holder(county: Engine):
    assert SECRET in text_of(opened(a_board(county, role=Role.PETITION_OFFICE), "cases", standing="restricted"))
    assert SECRET not in text_of(opened(a_board(county, role=Role.LEADER), "cases", standing="restricted"))


def test_a_restricted_case_opens_for_its_holder_alone_and_on_record(county: Engine):
    assert "找不到这件诉求" in text_of(opened(a_board(county, role=Role.LEADER), "case", number="SECRET"))
    assert SECRET in text_of(opened(a_board(county, role=Role.PETITION_OFFICE), "case", number="SECRET"))
    with county.connect() as connection:
        assert "打开检举控告 SECRET" in list(connection.scalars(select(BoardAudit.detail)))


def test_a_case_shows_its_history_clocks_and_holder(county: Engine):
    page = text_of(opened(a_board(county), "case", number="BACKLOG"))
    for words in ("超期", "李四海经办 119 天", "时限", "办理经过", "交李四海", "依据 规则手册", "宅基地纠纷&lt;b&gt;"):
        assert words in page
    assert "13900001234" not in page


def test_without_the_right_there_is_no_title_and_no_name(county: Engine):
    board = a_board(county, role=Role.ADMINISTRATOR)
    for address, query in (("petitions", {}), ("cases", {}), ("case", {"number": "BACKLOG"})):
        page = text_of(opened(board, address, **query))
        assert "李四海" not in page, address
        assert "宅基地纠纷" not in page, address
        assert "查看电话" not in page, address


def test_opening_the_list_of_accusations_is_on_record_once_for_each_thing_it_is_asked(county: Engine):
    def on_record(name: str) -> list[tuple[str, str]]:
        with county.connect() as connection:
            asked = select(BoardAudit.action, BoardAudit.detail).where(BoardAudit.username == name, BoardAudit.action == "restricted")
            return [(action, detail.partition("：")[0].partition(":")[0]) for action, detail in connection.execute(asked)]

    holder, other = (an_account(county, role, now=beijing_now()) for role in (Role.PETITION_OFFICE, Role.LEADER))
    board = opened(a_board(county, holder), "cases", standing="restricted")
    board.run()
    assert on_record(holder) == [("restricted", "打开检举控告清单")]
    opened(board, "cases", standing="restricted", words="某某")
    assert len(on_record(holder)) == 2
    opened(board, "cases", standing="open")
    opened(board, "cases", standing="restricted", words="某某")
    assert len(on_record(holder)) == 3, "coming back to it is opening it"
    opened(a_board(county, other), "cases", standing="restricted")
    assert on_record(other) == []


def test_a_townships_account_does_not_open_another_townships_case(county: Engine):
    with county.begin() as connection:
        a_petition(connection, str(beijing_now()), number="THEIRS", area="149981102201")
    board = a_board(county, role=Role.TOWNSHIP, area=TOWNSHIP)
    assert "找不到这件诉求" in text_of(opened(board, "case", number="THEIRS"))
    assert "THEIRS" not in text_of(opened(board, "cases", sort="newest"))


def test_a_phone_is_shown_for_a_reason_that_goes_on_record(county: Engine):
    board = opened(a_board(county), "case", number="BACKLOG")
    button = next(each for each in board.button if each.label == "记录并查看")
    button.click().run()
    assert "13900001234" not in text_of(board)
    next(each for each in board.text_input if "事由" in each.label).set_value("核实办理情况")
    next(each for each in board.button if each.label == "记录并查看").click().run()
    assert "13900001234" in text_of(board)
    with county.connect() as connection:
        assert "诉求 BACKLOG 联系电话：核实办理情况" in list(connection.scalars(select(BoardAudit.detail)))


def test_a_leader_decides_from_the_case_and_the_next_meeting_sees_it_first(county: Engine):
    board = opened(a_board(county), "case", number="BACKLOG")
    next(each for each in board.text_area if each.label == "要求").set_value("本周内面谈")
    next(each for each in board.button if each.label == "记录决定").click().run()
    assert not board.exception
    with county.connect() as connection:
        kind, note = connection.execute(
            select(BoardDecision.kind, BoardDecision.note).where(
                BoardDecision.petition_id == select(Petition.id).where(Petition.number == "BACKLOG").scalar_subquery()
            )
        ).one()
        assert (kind, note) == ("supervise", "本周内面谈")
        assert connection.scalar(select(Petition.supervised).where(Petition.number == "BACKLOG")) is not True
        assert connection.scalar(select(BoardAudit.detail).where(BoardAudit.detail.contains("BACKLOG 挂牌督办"))) is not None
    assert "已记录：挂牌督办" in " ".join(each.value for each in board.success), "it says so at once"
    assert "本周内面谈" in text_of(board), "and stands in the list"
    assert next(each for each in board.text_area if each.label == "要求").value == ""
    assert "上次定的事" in text_of(opened(board, "petitions"))
    assert "本周内面谈" in text_of(board)


def test_a_refused_decision_keeps_what_was_written(county: Engine):
    board = opened(a_board(county), "case", number="BACKLOG")
    next(each for each in board.segmented_control if each.label == "决定").set_value("lead").run()
    next(each for each in board.text_area if each.label == "要求").set_value("包到底")
    next(each for each in board.button if each.label == "记录决定").click().run()
    assert "请选择包案领导" in board.error[0].value
    assert next(each for each in board.text_area if each.label == "要求").value == "包到底"
    with county.connect() as connection:
        assert "包到底" not in list(connection.scalars(select(BoardDecision.note)))


def test_the_audit_tells_of_a_decision_about_an_accusation_to_its_holders_alone(county: Engine):
    board = opened(a_board(county, role=Role.PETITION_OFFICE), "case", number="SECRET")
    next(each for each in board.text_area if each.label == "要求").set_value("限期核查")
    next(each for each in board.button if each.label == "记录决定").click().run()
    with county.connect() as connection:
        found = [
            each for each in connection.execute(select(BoardAudit.action, BoardAudit.detail)) if "SECRET 挂牌督办" in (each.detail or "")
        ]
        assert [each.action for each in found] == ["restricted"]


def test_who_may_not_decide_has_no_form(county: Engine):
    for role in (Role.TOWNSHIP, Role.ORGANISATION):
        board = opened(a_board(county, role=role, area=TOWNSHIP), "case", number="BACKLOG")
        assert "记录决定" not in [each.label for each in board.button], role


def test_statements_do_not_grow_with_what_is_listed(county: Engine):
    taken = []
    for extra in (0, 40):
        with county.begin() as connection:
            for _ in range(extra):
                a_petition(connection, str(beijing_now() - timedelta(days=40)), area=VILLAGE)
        nothing_counted(county)
        board = a_board(county)
        statements: list[str] = []

        def count(*arguments: object, into: list[str] = statements) -> None:
            if not re.search("board_|PRAGMA", str(arguments[2])):
                into.append(str(arguments[2]))

        event.listen(county, "before_cursor_execute", count)
        opened(board, "cases")
        event.remove(county, "before_cursor_execute", count)
        taken.append(len(statements))
    assert taken[0] == taken[1]
    assert taken[1] < 15
