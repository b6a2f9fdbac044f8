"""Nothing there yet is not good news: what the database holds, what is said of an empty module, what a new county does first."""

from __future__ import annotations

from datetime import date

import pytest

from data_access.contents import CONTENT_TABLES, PARTS, RECORDS, contents
from data_access.imports import LEDGER_NAMES
from data_access.scope import Scope
from data_access.tables import CONTRACT
from metrics.vocabulary import Module
from reports.modules import SWITCHED, running_modules
from reports.views.contents import (
    LEDGERS,
    Contents,
    contents_of,
    first_steps,
    first_steps_table,
    first_steps_title,
    lacking_groups,
    lacking_notice,
    lacking_title,
)
from tests.builders import (
    EVERYTHING,
    TOWNSHIP,
    a_captain_visit,
    a_county,
    a_household,
    a_meeting,
    a_night_visit,
    a_person,
    a_petition,
    a_session,
    a_slot,
    a_stay,
    an_appointment,
)

ALL = running_modules("")


def held(connection, scope=EVERYTHING):
    rows = contents(scope, connection).to_dict("records")
    return {row["part"]: row["first"] or True for row in rows if row["held"]}


def test_an_empty_database_holds_nothing(connection):
    assert held(connection) == {}
    assert list(contents(EVERYTHING, connection)["part"]) == list(PARTS)


def test_each_part_is_there_with_its_first_row(connection):
    a_county(connection)
    assert held(connection) == {"area": True}
    an_appointment(connection, "township_chief")
    a_household(connection)
    assert held(connection) == {"area": True, "person": True, "household": True}


@pytest.mark.parametrize(
    ("module", "record"),
    [
        (Module.DUTY, lambda c, day: a_stay(c, a_person(c), day)),
        (Module.NIGHTS, lambda c, day: a_session(c, "study", day)),
        (Module.NIGHTS, lambda c, day: a_night_visit(c, a_person(c), day)),
        (Module.RECEPTION, a_slot),
        (Module.PETITIONS, a_petition),
        (Module.CAPTAINS, lambda c, day: a_meeting(c, "captains", day, TOWNSHIP)),
        (Module.CAPTAINS, lambda c, day: a_captain_visit(c, a_person(c), a_household(c), day)),
    ],
)
def test_a_ledger_begins_with_its_first_record(connection, module, record):
    a_county(connection)
    record(connection, "2026-10-12")
    record(connection, "2026-09-30")
    assert held(connection)[str(module)] == date(2026, 9, 30)


def test_the_earlier_of_two_ledgers_is_the_beginning_of_a_module(connection):
    a_county(connection)
    a_session(connection, "study", "2026-10-12")
    a_night_visit(connection, a_person(connection), "2026-10-08")
    assert held(connection)["nights"] == date(2026, 10, 8)


def test_a_township_is_told_of_its_county_and_nobody_of_another(connection):
    a_county(connection)
    a_stay(connection, a_person(connection), "2026-10-12", area=TOWNSHIP)
    assert held(connection, Scope(area="149981102")) == {"area": True, "duty": date(2026, 10, 12)}
    assert held(connection, Scope(area="14")) == {"area": True, "duty": date(2026, 10, 12)}
    assert held(connection, Scope(area="149982")) == {}
    assert held(connection, Scope()) == {}


def test_the_words_know_every_module_and_every_ledger():
    assert set(RECORDS) == {str(module) for module in SWITCHED} == {str(module) for module in LEDGERS}
    assert {ledger.kind for ledger in LEDGERS.values()} | {step.kind for step in first_steps(NEW)} <= set(LEDGER_NAMES)
    assert set(CONTENT_TABLES) <= set(CONTRACT)


# --- what is said -----------------------------------------------------------------------------------------------------

DAY = date(2026, 10, 12)
NEW = Contents(frozenset(), {}, ALL)


def a_county_with(*held: str, running=ALL, **first: date) -> Contents:
    return Contents(frozenset({*held, *first}), {Module(module): day for module, day in first.items()}, running)


def test_a_module_is_in_use_from_its_first_record_on():
    assert NEW.in_use == frozenset()
    assert a_county_with(duty=DAY).in_use == {Module.DUTY, Module.QUALITY}
    assert a_county_with(petitions=DAY).in_use == {Module.PETITIONS, Module.SATISFACTION, Module.QUALITY}
    assert a_county_with("household").in_use == {Module.CAPTAINS}  # who has not been visited can be said without a visit
    assert a_county_with(duty=DAY, running=running_modules("petitions")).in_use == {Module.QUALITY}


def test_what_is_lacking_is_what_runs_without_a_record():
    assert NEW.lacking == SWITCHED
    assert a_county_with(duty=DAY, petitions=DAY, running=running_modules("duty,petitions,reception")).lacking == (Module.RECEPTION,)


def test_a_page_without_records_says_so_and_leads_to_the_ledger():
    assert lacking_title(Module.PETITIONS) == "尚未装入诉求台账"
    assert lacking_title(Module.QUALITY) == "尚未装入各项台账"
    said, more = lacking_notice(Module.PETITIONS, may_load=True)
    assert more.words == "去装入 →"
    assert (more.link.page, dict(more.link.query)) == ("admin/admin", {"section": "台账", "kind": "petition"})
    assert "不作统计" in said.title


def test_who_may_not_load_is_told_whom_to_ask():
    (said,) = lacking_notice(Module.PETITIONS, may_load=False)
    assert said.words == "请本县管理员装入诉求台账;有了记录,本页自动出现。"


def test_the_ledgers_that_are_not_there_stand_among_the_things_to_act_on():
    (group,) = lacking_groups(a_county_with("household", duty=DAY, petitions=DAY), may_load=False)
    assert (group.title, group.count) == ("尚未装入", "2 项")
    assert [(line.name, line.words) for line in group.lines] == [
        ("夜学夜谈、夜访台账", "请本县管理员装入"),
        ("接待台账", "请本县管理员装入"),
    ]
    assert lacking_groups(a_county_with("household", duty=DAY, petitions=DAY, nights=DAY, reception=DAY), may_load=True) == []
    assert lacking_groups(NEW, may_load=True) == []  # the first steps say it


def test_a_new_county_is_told_its_first_steps_and_sees_them_ticked_off():
    assert first_steps_title(NEW) == "新县起步:4 步中已完成 0 步,下一步装入区划"
    steps = first_steps_table(a_county_with("area", "person"), may_load=True)
    assert [str(words) for words in steps.frame["verdict"]] == ["已有", "已有", "待装入", "待装入"]
    assert "python -m ingest load household" in steps.frame["how"].iloc[2]
    assert [link.query["kind"] for link in steps.links] == ["area", "person", "household", "night_stay"]
    assert first_steps_title(a_county_with("area", "person")) == "新县起步:4 步中已完成 2 步,下一步装入户"


def test_the_list_ends_with_the_first_record():
    assert first_steps_table(a_county_with("area", "person", "household", petitions=DAY), may_load=True) is None


def test_a_county_without_captains_needs_no_households():
    without = a_county_with("area", "person", running=running_modules("petitions,reception"))
    assert [step.name for step in first_steps(without)] == ["区划", "人员任职", "第一份台账"]
    assert first_steps(without)[-1].kind == "reception_slot"
    assert not first_steps_table(without, may_load=False).frame["how"].str.contains("python").any()


def test_the_value_is_read_from_the_query(connection):
    a_county(connection)
    a_stay(connection, a_person(connection), DAY)
    found = contents_of(contents(EVERYTHING, connection), ALL)
    assert found.first == {Module.DUTY: DAY}
    assert found.earliest == DAY
    assert "area" in found.held
