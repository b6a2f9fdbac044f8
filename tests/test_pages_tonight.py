"""今晚, 填报 and 今晚与本周排班 as pages: who sees which numbers, and what each leaves in the audit."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine, func, select, update
from streamlit.testing.v1 import AppTest

from data_access.accounts import Role
from data_access.board_tables import BoardAudit
from data_access.clock import beijing_now
from data_access.tables import CalendarDay, NightStay
from metrics.rulebook import rulebook
from tests.builders import TOWNSHIP, VILLAGE, a_county, a_person, a_stay, a_turn, an_appointment, an_area
from tests.opened_pages import LAST_NIGHT, TODAY, links, opened, panels, words
from tests.signed_in import an_account

OTHER = "149981102"
RULES = rulebook().on(TODAY)
HAS_BEGUN = beijing_now().hour >= RULES.number("duty", "evening_hour") or beijing_now().hour < RULES.number("duty", "night_over_hour")


def tonight() -> date:
    return date.fromordinal(TODAY.toordinal() - (beijing_now().hour < RULES.number("duty", "night_over_hour")))


@pytest.fixture
def county(served: Engine) -> dict[str, int]:
    """Two townships, each with a chief, and a village with one; nobody has told of tonight, which is a working day."""
    with served.begin() as connection:
        a_county(connection)
        connection.execute(update(CalendarDay).where(CalendarDay.day == tonight()).values(is_workday=True))
        an_area(connection, OTHER, "township", "西沟乡")
        people = {
            "王一": an_appointment(connection, "township_chief", person=a_person(connection, "王一", "13900000001")),
            "李二": an_appointment(connection, "township_leader", person=a_person(connection, "李二", "13900000002")),
            "孙四": an_appointment(connection, "village_chief", VILLAGE, person=a_person(connection, "孙四", "13900000004")),
            "赵三": an_appointment(connection, "township_chief", OTHER, person=a_person(connection, "赵三", "13900000003")),
        }
        a_stay(connection, people["王一"], LAST_NIGHT)
        a_turn(connection, people["李二"], tonight(), post="member", phone="13911112222")
    return people


def account(served: Engine, role: Role, area: str = "") -> str:
    return an_account(served, role, now=beijing_now(), area=area)


def on_record(served: Engine, name: str, action: str) -> list[str | None]:
    with served.connect() as connection:
        asked = select(BoardAudit.detail).where(BoardAudit.username == name, BoardAudit.action == action).order_by(BoardAudit.id)
        return list(connection.scalars(asked))


def test_who_calls_tonights_people_sees_their_numbers_and_each_is_on_record_once(served: Engine, county: dict[str, int]) -> None:
    name = account(served, Role.LEADER)
    board = opened(served, "tonight", name)
    html = "".join(panels(board))
    for number in ("13900000001", "13900000003", "13911112222"):
        assert f'href="tel:{number}"' in html
    told = on_record(served, name, "unmask")
    assert all(str(detail).startswith(f"今晚值班电话 {tonight()}\uff1a") for detail in told)
    board.run(timeout=60)
    assert on_record(served, name, "unmask") == told, "the same numbers are not put on record again"


def test_whoever_else_gives_a_reason_and_who_sees_no_names_sees_none(served: Engine, county: dict[str, int]) -> None:
    name = account(served, Role.PETITION_OFFICE)
    board = opened(served, "tonight", name)
    assert "139****0001" in words(board)
    assert "tel:" not in "".join(panels(board))
    assert on_record(served, name, "unmask") == []
    next(each for each in board.text_input if each.label == "事由（记入审计）").input("核实今晚在岗")
    next(each for each in board.button if each.label == "记录并查看").click()
    board.run(timeout=60)
    assert 'href="tel:13900000001"' in "".join(panels(board))
    masked = words(opened(served, "tonight", account(served, Role.ADMINISTRATOR)))
    assert "王*" in masked
    assert "王一" not in masked


def test_a_township_sees_its_own_alone(served: Engine, county: dict[str, int]) -> None:
    said = words(opened(served, "tonight", account(served, Role.TOWNSHIP, OTHER)))
    assert "赵三" in said
    assert not {"王一", "李二", "孙四", "泥河镇"} & {each for each in ("王一", "李二", "孙四", "泥河镇") if each in said}


def test_of_a_night_that_is_over_numbers_are_nobodys_business(served: Engine, county: dict[str, int]) -> None:
    name = account(served, Role.LEADER)
    board = opened(served, "tonight", name, night=LAST_NIGHT.isoformat())
    assert "tel:" not in "".join(panels(board))
    assert "赵三" in words(board)
    assert on_record(served, name, "unmask") == []


def test_the_overview_leads_to_the_night_it_speaks_of(served: Engine, county: dict[str, int]) -> None:
    found = [link for link in links(opened(served, "overview", account(served, Role.LEADER))) if link["page"] == "pages/tonight/tonight.py"]
    assert {link["query"]["night"] for link in found} <= {tonight().isoformat(), LAST_NIGHT.isoformat()}
    assert {link["query"].get("township") for link in found} >= {None, OTHER}


def test_the_roster_of_tonight_and_the_week_stands_on_the_page_of_nights(served: Engine, county: dict[str, int]) -> None:
    board = opened(served, "duty", account(served, Role.LEADER), part="今晚与本周排班")
    said = words(board)
    assert "排班 1 人" in said
    assert "没有排班：西沟乡" in said
    assert 'href="tel:13911112222"' in "".join(panels(board))
    assert "没有排班" in words(opened(served, "duty", account(served, Role.LEADER), part="今晚与本周排班", period="指定", which="2026-03"))


# --- 填报 -----------------------------------------------------------------------------------------------------------


def entry_form(served: Engine, area: str) -> tuple[str, AppTest]:
    name = account(served, Role.REPORTER, area)
    return name, opened(served, "enter", name)


def test_a_reporter_opens_the_form_of_the_own_unit_and_nothing_else(served: Engine, county: dict[str, int]) -> None:
    name, board = entry_form(served, VILLAGE)
    assert "河东村" in words(board)
    for page in ("overview", "tonight", "duty", "admin"):
        refused = words(opened(served, page, name))
        assert not {"王一", "赵三", "139"} & {each for each in ("王一", "赵三", "139") if each in refused}, page


@pytest.mark.skipif(not HAS_BEGUN, reason="the form opens in the evening; tests/e2e/test_tonight.py plays 22:00")
def test_what_is_ticked_is_saved_once(served: Engine, county: dict[str, int]) -> None:
    name, board = entry_form(served, TOWNSHIP)
    board.checkbox[0].check().run(timeout=60)
    assert any("未存" in each.value for each in board.warning)
    next(each for each in board.button if each.label == "保存").click().run(timeout=60)
    assert any("已存" in each.value for each in board.success)
    with served.connect() as connection:
        assert connection.scalar(select(func.count()).where(NightStay.source == "form")) == 1
    assert len(on_record(served, name, "entry")) == 1


@pytest.mark.skipif(HAS_BEGUN, reason="by day")
def test_before_the_evening_the_form_says_when_it_opens(served: Engine, county: dict[str, int]) -> None:
    _, board = entry_form(served, TOWNSHIP)
    assert any("18 时起填报" in each.value for each in board.info)
    assert all(each.disabled for each in board.checkbox)
