"""A captain is found by name among thousands, by who may read names; anybody finds one by place."""

from __future__ import annotations

from datetime import date

from data_access.captain_lists import captain_count, captain_search
from data_access.scope import Scope
from tests.builders import CELL, EVERYTHING, GROUP, a_county, a_household, a_person, an_appointment
from tests.opened_pages import links, opened, words

DAY = date(2026, 11, 20)
NAMELESS = Scope("")


def captains(connection) -> dict[str, int]:
    a_county(connection)
    posts = {"李四海": ("cell_captain", CELL), "王河东": ("group_captain", GROUP), "张三丰": ("village_chief", CELL[:12])}
    return {name: an_appointment(connection, role, area, person=a_person(connection, name)) for name, (role, area) in posts.items()}


def found(connection, words: str, scope: Scope = EVERYTHING) -> list[int]:
    rows = captain_search(scope, connection, words, DAY)
    assert captain_count(scope, connection, words, DAY) == len(rows)
    return list(rows["person_id"])


def test_a_name_finds_its_captain_and_nobody_who_is_none(connection):
    people = captains(connection)
    assert found(connection, "四海") == [people["李四海"]]
    assert found(connection, "张三丰") == []
    assert found(connection, "四%") == []


def test_who_is_called_so_stands_before_who_lives_there(connection):
    people = captains(connection)
    assert found(connection, "河东") == [people["王河东"], people["李四海"]]
    assert found(connection, "河东 一邻") == [people["李四海"]]


def test_who_may_not_read_names_finds_by_place_alone(connection):
    people = captains(connection)
    assert found(connection, "四海", NAMELESS) == []
    assert set(found(connection, "河东", NAMELESS)) == {people["李四海"], people["王河东"]}
    assert found(connection, "四海", Scope("149981102", may_see_names=True)) == [], "nor outside the own area"


def test_the_page_leads_to_the_captain(served):
    with served.begin() as connection:
        person = captains(connection)["李四海"]
        a_household(connection)
    board = opened(served, "captains", captain="李四")
    assert "“李四” 1 人" in words(board)
    assert {"page": "pages/captains/captain.py", "query": {"person": f"p:{person}"}} in links(board)
