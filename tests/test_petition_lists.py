"""The list and the case: pages of the database, search, who sees what, and that a list agrees with its number."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import event

from data_access.petition_lists import (
    FLAGS,
    PAGE_ROWS,
    SORTS,
    STANDINGS,
    Asked,
    case_events,
    case_origin,
    case_ratings,
    list_handlers,
    petition_case,
    petition_count,
    petition_list,
    petition_neighbours,
    place_names,
    related_cases,
)
from data_access.scope import Scope
from metrics.definition import Span
from metrics.period import Period
from metrics.vocabulary import Level
from reports.frames import question
from reports.source import DatabaseSource, window
from tests.builders import (
    COUNTY,
    EVERYTHING,
    VILLAGE,
    a_county,
    a_night_visit,
    a_person,
    a_petition,
    a_rating,
    a_slot,
    an_appointment,
    an_area,
    an_event,
    figure,
)
from tests.petition_worlds import OTHER_TOWNSHIP, a_world, random_petitions, written

OCTOBER, END = "2026-10", "2026-10-31"
HOLDER = replace(EVERYTHING, may_see_restricted=True)
NAMELESS = replace(EVERYTHING, may_see_names=False)


def october(connection, scope: Scope = EVERYTHING):
    source = DatabaseSource(connection, scope)
    return window(question(source, Level.COUNTY, Period.parse(OCTOBER), date(2026, 10, 31)), Span.PERIOD)


def listed(connection, scope: Scope = EVERYTHING, page: int = 1, **asked):
    return petition_list(scope, connection, october(connection), Asked(**asked), page)


def test_pages_together_hold_every_petition_once_in_order(connection):
    a_county(connection)
    for number in range(60):
        a_petition(connection, f"2026-10-{8 + number % 20:02d}", number=f"N{number:03d}")
    pages = [listed(connection, page=page, sort="due") for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [PAGE_ROWS, PAGE_ROWS, 60 - 2 * PAGE_ROWS, 0]
    assert len({number for page in pages for number in page["number"]}) == 60
    days = [day for page in pages for day in page["due_day"]]
    assert days == sorted(days)
    assert petition_count(EVERYTHING, connection, october(connection), Asked()) == 60


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("standing", STANDINGS)
def test_every_list_is_as_long_as_it_says(connection, standing, sort):
    a_world(connection)
    written(connection, random_petitions(4, 60))
    asked = Asked(standing=standing, sort=sort, soon=date(2026, 11, 8))
    rows = petition_list(EVERYTHING, connection, october(connection), asked, rows=1000)
    assert len(rows) == petition_count(EVERYTHING, connection, october(connection), asked)


@pytest.mark.parametrize("standing", ["open", "overdue", "backlog"])
def test_a_red_number_leads_to_exactly_its_cases(connection, standing):
    a_world(connection)
    written(connection, random_petitions(6, 150))
    shown = figure(connection, f"petitions.{standing}", "county", OCTOBER, END)[COUNTY]["k"]
    assert petition_count(EVERYTHING.narrowed(COUNTY), connection, october(connection), Asked(standing=standing)) == shown > 0


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("路灯", 2),
        ("路灯 村口", 1),
        ("P-7", 1),
        ("p-7", 1),
        ("环境", 3),
        ("100%", 1),
        ("%", 1),
        ("_", 0),
        ("不存在", 0),
        ("", 3),
        ("  ", 3),
    ],
)
def test_search_by_number_and_words(connection, words, found):
    a_county(connection)
    a_petition(connection, "2026-10-08", number="P-7", title="村口路灯不亮")
    a_petition(connection, "2026-10-08", number="P-8", title="路灯杆倾斜")
    a_petition(connection, "2026-10-08", number="P-9", title="自来水涨价100%")
    assert len(listed(connection, words=words)) == found


def test_who_may_not_read_titles_may_not_search_them(connection):
    a_county(connection)
    a_petition(connection, "2026-10-08", title="张三告李四", number="P-1")
    assert len(listed(connection, NAMELESS, words="张三")) == 0
    row = listed(connection, NAMELESS, words="P-1").iloc[0]
    assert (row["title"], row["category"], row["number"]) == (None, "环境卫生", "P-1")
    case = petition_case(NAMELESS, connection, october(connection), "P-1")
    assert case is not None
    assert case["title"] is None
    assert "petitioner_key" not in case


def test_a_restricted_petition_is_on_no_list_but_its_own(connection):
    a_county(connection)
    open_one = a_petition(connection, "2026-10-08", number="P-1")
    secret = a_petition(connection, "2026-10-08", number="S-1", restricted=True, repeat_of=open_one)
    a_rating(connection, secret, "2026-10-09", 1)
    an_event(connection, secret, "2026-10-09", "progress")
    for scope in (EVERYTHING, HOLDER):
        assert list(listed(connection, scope)["number"]) == ["P-1"]
        assert len(listed(connection, scope, words="S-1")) == 0
    assert len(listed(connection, EVERYTHING, restricted=True, standing="all_and_open")) == 0
    assert list(listed(connection, HOLDER, restricted=True, standing="all_and_open")["number"]) == ["S-1"]
    assert petition_case(EVERYTHING, connection, october(connection), "S-1") is None
    assert petition_case(HOLDER, connection, october(connection), "S-1") is not None
    for query in (case_events, case_ratings):
        assert query(EVERYTHING, connection, secret).empty
        assert len(query(HOLDER, connection, secret)) == 1
    assert related_cases(EVERYTHING, connection, open_one, None).empty
    assert list(related_cases(HOLDER, connection, open_one, None)["relation"]) == ["again"]


def test_a_township_sees_its_own_cases_only(connection):
    a_world(connection)
    a_petition(connection, "2026-10-08", number="MINE", area="149981102201")
    a_petition(connection, "2026-10-08", number="THEIRS", area=VILLAGE)
    mine = EVERYTHING.narrowed(OTHER_TOWNSHIP)
    assert list(listed(connection, mine)["number"]) == ["MINE"]
    assert list(listed(connection, mine, area=VILLAGE)["number"]) == []
    assert list(listed(connection, EVERYTHING, area=VILLAGE)["number"]) == ["THEIRS"]
    assert petition_case(mine, connection, october(connection), "THEIRS") is None
    assert petition_case(Scope(), connection, october(connection), "MINE") is None


def test_a_list_of_sixty_takes_no_more_statements_than_one_of_one(connection):
    a_county(connection)
    statements: list[str] = []

    def count(*arguments):
        statements.append(arguments[2])

    asked = october(connection)
    event.listen(connection, "before_cursor_execute", count)
    taken = []
    for petitions in (1, 59):
        for _ in range(petitions):
            a_petition(connection, "2026-10-08")
        statements.clear()
        petition_list(EVERYTHING, connection, asked, Asked())
        petition_count(EVERYTHING, connection, asked, Asked(standing="overdue"))
        taken.append(len(statements))
    event.remove(connection, "before_cursor_execute", count)
    assert taken == [2, 2]


def test_a_case_knows_its_history_its_origin_and_its_kin(connection):
    a_county(connection)
    cadre = an_appointment(connection, "township_leader")
    visit, slot = a_night_visit(connection, cadre, "2026-10-07"), a_slot(connection, "2026-10-07", cadre)
    first = a_petition(connection, "2026-10-08", origin_visit_id=visit)
    again = a_petition(connection, "2026-10-12", repeat_of=first, origin_slot_id=slot)
    fellow = a_petition(connection, "2026-10-13", repeat_of=first)
    an_event(connection, again, "2026-10-13", "escalate", from_level="cell", to_level="group", person_id=cadre)
    an_event(connection, again, "2026-10-12", "open")
    assert list(case_events(EVERYTHING, connection, again)["kind"]) == ["open", "escalate"]
    kin = related_cases(EVERYTHING, connection, again, first)
    assert dict(zip(kin["id"], kin["relation"], strict=True)) == {first: "first", fellow: "fellow"}
    origin = case_origin(EVERYTHING, connection, visit, None)
    assert origin == {"kind": "visit", "day": date(2026, 10, 7), "person_id": cadre, "area": "河东村", "place": None}
    assert (case_origin(EVERYTHING, connection, None, slot) or {})["place"] == "office"
    assert case_origin(EVERYTHING, connection, 10**9, None) is None
    assert place_names(EVERYTHING, connection, VILLAGE)["township"] == "泥河镇"
    assert place_names(EVERYTHING.narrowed(OTHER_TOWNSHIP), connection, VILLAGE) == {}


def test_a_list_narrows_to_what_a_case_is_marked_as(connection):
    a_county(connection)
    first = a_petition(connection, "2026-10-08", number="PLAIN")
    marks = {"is_xinfang": {"is_xinfang": True}, "is_group": {"is_group": True}, "skip_level": {"skip_level": True}}
    for flag, values in {**marks, "repeat": {"repeat_of": first}}.items():
        a_petition(connection, "2026-10-09", number=flag, **values)
    assert {flag: list(listed(connection, standing="all", flag=flag)["number"]) for flag in FLAGS} == {flag: [flag] for flag in FLAGS}


@pytest.mark.parametrize("sort", SORTS)
def test_from_case_to_case_is_the_order_of_the_list(connection, sort):
    a_county(connection)
    for number in range(12):
        a_petition(connection, f"2026-10-{8 + number % 5:02d}", number=f"N{number:03d}")
    order, asked = list(listed(connection, sort=sort)["number"]), Asked(sort=sort)
    found = [petition_neighbours(EVERYTHING, connection, october(connection), asked, number) for number in order]
    assert [each["place"] for each in found] == list(range(1, 13))
    assert {each["total"] for each in found} == {12}
    assert [each["before"] for each in found] == [None, *order[:-1]]
    assert [each["after"] for each in found] == [*order[1:], None]
    assert petition_neighbours(EVERYTHING, connection, october(connection), asked, "NOWHERE") is None


def test_the_steps_of_a_township_stay_in_it(connection):
    a_county(connection)
    an_area(connection, "149981102", "township", "西沟乡")
    a_petition(connection, "2026-10-08", number="HERE")
    a_petition(connection, "2026-10-09", number="THERE", area="149981102")
    found = petition_neighbours(Scope(area="149981101"), connection, october(connection), Asked(), "HERE")
    assert (found["after"], found["total"]) == (None, 1)
    assert petition_neighbours(Scope(area="149981101"), connection, october(connection), Asked(), "THERE") is None


def test_who_handles_the_cases_of_a_list_is_offered_whoever_is_chosen(connection):
    a_county(connection)
    busy, other = a_person(connection, "李四海"), a_person(connection, "王守田")
    for handler in (busy, busy, other, None):
        a_petition(connection, "2026-10-08", handler_id=handler)
    for chosen in (None, other):
        found = list_handlers(EVERYTHING, connection, october(connection), Asked(handler_id=chosen), 10)
        assert found.to_dict("records") == [{"handler_id": busy, "cases": 2}, {"handler_id": other, "cases": 1}]
    assert len(list_handlers(EVERYTHING, connection, october(connection), Asked(), 1)) == 1
