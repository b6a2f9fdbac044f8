"""成效: every total against a slow count over the rows as they were written, the indicators' own numbers, and one paragraph for all."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Connection

from data_access.scope import Scope
from data_access.tables import (
    Appointment,
    Area,
    CaptainMeeting,
    CaptainVisit,
    GoodDeed,
    Household,
    NightLecturer,
    NightSession,
    NightStay,
    NightVisit,
    Petition,
    ReceptionSlot,
)
from data_access.words import CAPTAIN_ROLES
from metrics.outcomes import TOTALS
from metrics.period import Period
from metrics.registry import indicator
from metrics.vocabulary import Level, Module
from reports.bulletin import parts
from reports.outcomes import Outcomes, outcomes
from reports.pack import meeting_pack
from reports.source import DatabaseSource
from reports.subjects import Audience
from reports.views.outcomes import as_printed, groups, outcome_table, paragraph
from tests.builders import CELL, EVERYTHING, TOWNSHIP, VILLAGE, a_county, a_night_visit, a_person, a_session, a_slot, a_stay, an_appointment
from tests.random_worlds import AS_OF, World, a_world, stored

MODULES = frozenset(Module)
SPANS = ("2026-10", "2026-Q4", "2026", "2026-W41", "2026-09")


def asked(connection: Connection, period: str = "2026-10", as_of: date = AS_OF, area: str = "", **more: Any) -> Outcomes:
    return outcomes(DatabaseSource(connection, Scope(area=area), **more), Period.parse(period), as_of, area, MODULES)


# --- the slow count -----------------------------------------------------------------------------------------------------


def rows_of(world: World, table: type) -> list[dict[str, Any]]:
    return [row for kind, row, _ in world.rows if kind is table]


def counts_somewhere(world: World, code: str) -> bool:
    """Not under a unit that is no real administration."""
    return not any(code.startswith(area["code"]) for area in rows_of(world, Area) if area["ranked"] is False)


def once(rows: list[dict[str, Any]], *key: str) -> list[dict[str, Any]]:
    """Of rows that say the same the first."""
    seen = dict[tuple, dict[str, Any]]()
    for row in rows:
        seen.setdefault(tuple(row.get(name) for name in key), row)
    return list(seen.values())


def accepted_too_early(row: dict[str, Any]) -> bool:
    """Accepted on a day before it was dispatched: such a row counts nowhere."""
    sent, taken = row["dispatched_at"], row["accepted_at"]
    return sent is not None and taken is not None and taken.date() < sent.date()


def held_on(world: World, person: int, day: date) -> list[str]:
    """The areas of a person's captain's posts of a day."""
    return [
        post["area_code"]
        for post in rows_of(world, Appointment)
        if post["person_id"] == person and post["role"] in CAPTAIN_ROLES and post["valid_from"] <= day
    ]


def slowly(world: World, area: str, period: Period) -> dict[str, int]:
    """The totals that no indicator has, a row at a time."""
    last = min(period.last, AS_OF)

    def here(code: str) -> bool:
        return code.startswith(area) and counts_somewhere(world, code)

    def among(table: type, day: str, code: str = "area_code") -> list[dict[str, Any]]:
        return [row for row in rows_of(world, table) if here(row[code]) and period.first <= row[day] <= last]

    homes = {row["id"]: row["area_code"] for row in rows_of(world, Household)}
    sessions = once(among(NightSession, "held_on"), "area_code", "held_on", "kind", "measures", "measures_done")
    studies = {row["id"] for row in sessions if row["kind"] == "study"}
    received = [
        row for row in once(among(ReceptionSlot, "day"), "area_code", "day", "place", "leader_id") if row["received_by"] is not None
    ]
    visits = among(NightVisit, "visited_on")
    deeds = []
    for deed in rows_of(world, GoodDeed):
        held = held_on(world, deed["person_id"], deed["done_on"])
        if held and here(min(held, key=lambda code: (len(code), code))) and period.first <= deed["done_on"] <= last:
            deeds.append(deed)
    opened = [
        row
        for row in rows_of(world, Petition)
        if here(row["area_code"]) and period.first <= row["opened_at"].date() <= last and not accepted_too_early(row)
    ]
    return {
        "stays": len({(row["person_id"], row["area_code"], row["night"]) for row in among(NightStay, "night")}),
        "visits": len(visits),
        "people": sum(row["people"] or 0 for row in visits),
        "studies": len(studies),
        "lecturers": len({row["person_id"] for row in rows_of(world, NightLecturer) if row["session_id"] in studies}),
        "talks": sum(row["kind"] == "talk" for row in sessions),
        "slots": len(received),
        "matters": sum(row["channel"] == "reception" and not row.get("restricted") for row in opened),
        "calls": sum(
            here(homes[row["household_id"]])
            and period.first <= row["visited_on"] <= last
            and held_on(world, row["person_id"], row["visited_on"]) != []
            for row in rows_of(world, CaptainVisit)
        ),
        "meetings": len(among(CaptainMeeting, "held_on")),
        "deeds": sum(deed["published_on"] is not None and deed["published_on"] <= AS_OF for deed in deeds),
        "all deeds": len(deeds),
    }


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3, 7, 11])
def test_every_total_is_what_a_slow_count_finds(connection: Connection, seed: int) -> None:
    world = a_world(seed)
    stored(connection, world.rows)
    told = count()
    for span in SPANS:
        period = Period.parse(span)
        found = asked(connection, span)
        for area, place in [("", None), *((code, code) for code in found.units)]:
            slow = slowly(world, area, period)
            for name, expected in slow.items():
                total, of_whole = ("deeds", True) if name == "all deeds" else (name, False)
                k, n = found.whole[total] if place is None else found.figures[total].get(place, (0, 0))
                assert (n if of_whole else k) == expected, (span, area, name)
                next(told)
    assert next(told) > 100


@pytest.mark.slow
def test_what_an_indicator_counts_is_the_indicators_own_number(connection: Connection) -> None:
    stored(connection, a_world(7).rows)
    source, compared = DatabaseSource(connection, EVERYTHING), 0
    for span in SPANS:
        found = asked(connection, span)
        for total in TOTALS:
            if not total.indicator:
                continue
            for level, figures in ((Level.COUNTY, {"149981": found.whole[total.id]}), (Level.TOWNSHIP, found.figures[total.id])):
                frame = source.frame(indicator(total.indicator), level, Period.parse(span), AS_OF)
                own = {code: (int(k), int(n)) for code, k, n in zip(frame["code"], frame["k"], frame["n"], strict=True)}
                assert figures == own, (span, total.id)
                compared += len(own)
    assert compared > 50
    matched = {total.indicator for total in TOTALS} - {""}
    assert matched == {
        "nights.on_the_spot",
        "nights.measures_done",
        "reception.resolved",
        "petitions.resolved",
        "petitions.disputes_resolved",
    }


@pytest.mark.slow
def test_columns_add_up_to_the_whole_but_people_who_taught_in_two_places(connection: Connection) -> None:
    stored(connection, a_world(11).rows)
    found = asked(connection, "2026")
    for total in TOTALS:
        if total.id != "lecturers":
            assert sum(k or 0 for k, _ in found.figures[total.id].values()) == found.whole[total.id][0], total.id


# --- words ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def county(connection: Connection) -> Connection:
    a_county(connection)
    leader = an_appointment(connection, "township_chief", person=a_person(connection, "张三", None))
    a_stay(connection, leader, "2026-10-12")
    a_stay(connection, leader, "2026-10-12", VILLAGE)
    a_night_visit(connection, leader, "2026-10-13", people=3)
    a_night_visit(connection, leader, "2026-10-14", people=None)
    a_session(connection, "study", "2026-10-12", lecturers=(leader,))
    a_session(connection, "study", "2026-10-19", lecturers=(leader,))
    a_session(connection, "talk", "2026-10-20", measures=4, measures_done=3, needs=5)
    a_slot(connection, "2026-10-12", leader, visitors=6, batches=2)
    an_appointment(connection, "cell_captain", CELL)
    return connection


def test_the_paragraph_tells_what_there_is_and_nothing_of_what_there_is_not(county: Connection) -> None:
    told = paragraph(asked(county))
    assert told == (
        "10月，全县共住夜2人次；夜访2次，走访群众3人次。开展夜学2期，1名干部登台授课；"
        "召开夜谈1场，出台举措4项，已落实3项，商讨群众需求5件。开展接待1场，接待群众6人次。"
    )
    assert paragraph(asked(county, "2026")).startswith("今年以来，全县共住夜2人次")
    assert paragraph(asked(county, "2026-09")) == "9月，全县还没有可统计的记录。"
    assert paragraph(asked(county, area=TOWNSHIP)).startswith("10月，泥河镇共住夜2人次")


def test_modules_without_a_record_are_not_told(county: Connection) -> None:
    source = DatabaseSource(county, EVERYTHING)
    found = outcomes(source, Period.parse("2026-10"), AS_OF, "", frozenset({Module.NIGHTS}))
    assert groups(found) == ("住夜与夜访", "夜学夜谈")
    assert "住夜2" not in paragraph(found)


def test_a_village_has_what_is_kept_of_villages_and_a_dash_for_the_rest(county: Connection) -> None:
    found = asked(county, area=TOWNSHIP)
    assert (found.level, list(found.units)) == (Level.VILLAGE, [VILLAGE])
    stays, talks = (as_printed(outcome_table(found, group)).texts()[0] for group in ("住夜与夜访", "夜学夜谈"))
    assert stays[:4] == ["河东村", "1", "2", "3"]
    assert talks[1:] == ["—"] * 5


def test_the_circular_tells_the_same_paragraph(county: Connection) -> None:
    source = DatabaseSource(county, EVERYTHING)
    pack = meeting_pack(source, Audience.MONTHLY, Period.parse("2026-10"), AS_OF, modules=MODULES)
    assert dict(parts(pack))["工作成效"] == [(0, paragraph(asked(county)))]
    assert meeting_pack(source, Audience.PETITIONS, Period.parse("2026-10"), AS_OF, modules=MODULES).outcomes is None
