"""数据 as a browser sees it: who has told nothing of which nights and whom to call, and samples that are checked."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import Engine, select
from streamlit.testing.v1 import AppTest

from data_access.accounts import Role
from data_access.board_tables import BoardAudit, BoardSpotCheck
from data_access.clock import beijing_now
from pages.common import loaders
from tests.builders import TOWNSHIP, VILLAGE, a_county, a_leave, a_person, a_stay, an_appointment
from tests.opened_pages import LAST_NIGHT, opened, panels, words
from tests.signed_in import an_account

PERIOD = {"period": "指定", "which": LAST_NIGHT.strftime("%Y-%m")}


@pytest.fixture
def county(served: Engine) -> Engine:
    """One night told, by a member of staff; the chief is on leave, the leader has a phone, a second one has none."""
    with served.begin() as connection:
        a_county(connection)
        chief = an_appointment(connection, "township_chief", person=a_person(connection, "王一", "13900000001"))
        a_leave(connection, chief, "2026-01-01", None)
        an_appointment(connection, "township_leader", person=a_person(connection, "李二", None))
        an_appointment(connection, "township_leader", person=a_person(connection, "赵三", "13900000003"))
        an_appointment(connection, "village_chief", VILLAGE, person=a_person(connection, "孙四", "13900000004"))
        staff = an_appointment(connection, "township_staff", person=a_person(connection, "周五", "13900000005"))
        a_stay(connection, staff, LAST_NIGHT.replace(day=1), note="值班")
        a_stay(connection, staff, "2026-01-05")
    return served


def quality(database: Engine, view: str, role: Role = Role.LEADER, **query: str) -> AppTest:
    name = an_account(database, role, now=beijing_now(), **({"area": TOWNSHIP} if role is Role.TOWNSHIP else {}))
    return opened(database, "quality", name, view=view, **PERIOD, **query)


def test_a_unit_is_called_by_whoever_is_there_now_and_has_a_phone(county: Engine) -> None:
    said = words(quality(county, "未填报"))
    assert "赵三 · 班子成员" in said
    assert "139****0003" in said
    assert "13900000003" not in said
    assert re.search(rf"泥河镇 \d+/\d+ .*{LAST_NIGHT.month}月", said)
    assert "孙四 · 两委主干" in words(quality(county, "未填报", unreported_by="村"))


def asked_why(board: AppTest, reason: str) -> None:
    next(each for each in board.text_input if each.label == "事由（记入审计）").input(reason)
    next(each for each in board.button if each.label == "记录并查看").click()
    board.run(timeout=60)


def test_phones_are_shown_and_called_once_a_reason_is_on_record(county: Engine) -> None:
    board = quality(county, "未填报")
    asked_why(board, "催报")
    assert "至少 4 个字" in board.error[0].value
    asked_why(board, "请补报本月住夜")
    assert any('<a class="call" href="tel:13900000003">' in each for each in panels(board))
    with county.connect() as connection:
        said = connection.scalars(select(BoardAudit.detail).where(BoardAudit.action == "unmask")).all()
    assert any(each.startswith(f"未填报 {PERIOD['which']}") and each.endswith("联系电话：请补报本月住夜") for each in said)


def test_who_may_not_see_names_is_offered_no_phone(county: Engine) -> None:
    board = quality(county, "未填报", Role.ADMINISTRATOR)
    said = words(board)
    assert "赵三" not in said
    assert "赵*" in said
    assert "记录并查看" not in [button.label for button in board.button]


def test_a_check_is_recorded_once_and_shown_with_its_share(county: Engine) -> None:
    with county.connect() as connection:
        before = set(connection.scalars(select(BoardSpotCheck.id)))
    board = quality(county, "抽查", seed="春")
    assert "种子“春”" in words(board)
    board.selectbox[-1].select_index(0)
    board.button_group[-1].set_value("wrong")
    board.text_input[-1].input("电话核实，当晚在县城")
    next(button for button in board.button if button.label == "记录结果").click().run(timeout=60)
    assert "不符 电话核实，当晚在县城" in words(board), "at once, also before the pages have come to the new state"
    assert "已记录：1 · " in board.success[0].value
    with county.connect() as connection:
        rows = [row for row in connection.execute(select(BoardSpotCheck.__table__)).mappings() if row["id"] not in before]
    assert [(row["ledger"], row["outcome"], row["seed"], row["note"]) for row in rows] == [
        ("night_stay", "wrong", "春", "电话核实，当晚在县城")
    ]
    assert rows[0]["day"] == date(LAST_NIGHT.year, LAST_NIGHT.month, 1)
    loaders.forget()
    said = words(quality(county, "抽查"))
    assert "0.0% (0/1)" in said
    assert f"{rows[0]['row_id']} 泥河镇" in said


@pytest.mark.parametrize(("role", "may"), [(Role.ORGANISATION, True), (Role.TOWNSHIP, False), (Role.ADMINISTRATOR, False)])
def test_nobody_checks_himself(county: Engine, role: Role, may: bool) -> None:
    board = quality(county, "抽查", role)
    assert ("记录结果" in [button.label for button in board.button]) is may
