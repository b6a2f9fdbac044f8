"""减负账: rows as they were written, and what was asked twice: by two sources, or in two tables."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Connection

from data_access.burden import rows_asked, rows_asked_twice
from data_access.scope import Scope
from data_access.window import Window
from metrics.period import Period
from metrics.workdays import Workdays
from reports.view import View
from reports.views.burden import DEFINITIONS, LEDGER_WORDS, source_table, township_table
from tests.builders import (
    CELL,
    EVERYTHING,
    TOWNSHIP,
    VILLAGE,
    a_captain_visit,
    a_household,
    a_meeting,
    a_night_visit,
    a_petition,
    a_session,
    a_slot,
    a_stay,
    an_appointment,
)
from tests.night_worlds import OTHER_TOWNSHIP, PSEUDO, a_land

OCTOBER = Window("township", date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 5))
VIEW = View(Period.parse("2026-10"), date(2026, 11, 5), Workdays({}, {}))


@pytest.fixture
def county(connection: Connection) -> Connection:
    a_land(connection)
    return connection


def twice(connection: Connection, scope: Scope = EVERYTHING) -> dict[str, int]:
    """What 泥河镇 was asked again, by ledger."""
    found = rows_asked_twice(scope, connection, OCTOBER)
    mine = found[found["code"] == TOWNSHIP]
    return dict(zip(mine["kind"], mine["rows"], strict=True))


def test_every_row_of_the_month_counts_whether_it_counts_or_not(county: Connection) -> None:
    leader = an_appointment(county, "township_leader")
    for night in ("2026-09-30", "2026-10-01", "2026-10-31", "2026-11-01"):
        a_stay(county, leader, night, source="a", source_ref=night)
    a_stay(county, 987654, "2026-10-12", source="b")  # an unknown person: counts in no figure, and was filled in all the same
    a_stay(county, leader, "2026-10-12", OTHER_TOWNSHIP)
    a_stay(county, leader, "2026-10-12", PSEUDO)
    a_petition(county, "2026-10-12", restricted=True)
    a_petition(county, "2026-10-31 23:59:59")
    found = rows_asked(EVERYTHING, county, OCTOBER).sort_values(["code", "kind", "source"]).astype(object)
    assert found.where(found.notna(), None).values.tolist() == [
        [TOWNSHIP, "night_stay", "a", 2],
        [TOWNSHIP, "night_stay", "b", 1],
        [TOWNSHIP, "petition", None, 1],
        [OTHER_TOWNSHIP, "night_stay", None, 1],
    ]
    assert set(rows_asked(Scope(area=OTHER_TOWNSHIP), county, OCTOBER)["code"]) == {OTHER_TOWNSHIP}
    assert rows_asked(Scope(), county, OCTOBER).empty


TOLD_TWICE = {
    "night_stay": lambda c, who, home, **told: a_stay(c, who, "2026-10-12", **told),
    "night_session": lambda c, who, home, **told: a_session(c, "study", "2026-10-12", **told),
    "night_visit": lambda c, who, home, **told: a_night_visit(c, who, "2026-10-13", **told),
    "reception_slot": lambda c, who, home, **told: a_slot(c, "2026-10-12", who, **told),
    "petition": lambda c, who, home, **told: a_petition(c, "2026-10-12 09:00:00", title="路灯不亮", **told),
    "captain_visit": lambda c, who, home, **told: a_captain_visit(c, who, home, "2026-10-12", **told),
    "captain_meeting": lambda c, who, home, **told: a_meeting(c, "analysis", "2026-10-12", VILLAGE, **told),
}


@pytest.mark.parametrize("kind", TOLD_TWICE)
def test_the_same_from_two_sources_was_asked_twice_and_from_one_source_was_not(county: Connection, kind: str) -> None:
    who, home = an_appointment(county, "township_leader"), a_household(county, area=CELL)
    TOLD_TWICE[kind](county, who, home, source="镇里", source_ref="1")
    TOLD_TWICE[kind](county, who, home, source="镇里", source_ref="2")
    assert twice(county) == {}
    TOLD_TWICE[kind](county, who, home, source="县里", source_ref="1")
    assert twice(county) == {kind: 2}
    assert twice(county, Scope(area=OTHER_TOWNSHIP)) == {}


def test_another_day_person_or_place_is_another_matter(county: Connection) -> None:
    leader, other = (an_appointment(county, "township_leader") for _ in range(2))
    a_stay(county, leader, "2026-10-12", source="a")
    a_stay(county, leader, "2026-10-13", source="b")
    a_stay(county, other, "2026-10-12", source="b")
    a_stay(county, leader, "2026-10-12", VILLAGE, source="b")
    for number in range(2):  # two matters of the same day that say nothing of themselves
        a_petition(county, "2026-10-12", title=None, source=str(number))
    assert twice(county) == {}


def test_a_visit_told_in_two_tables_was_asked_twice_once_a_day(county: Connection) -> None:
    captain, homes = an_appointment(county, "patch_captain", CELL[:14]), [a_household(county, area=CELL) for _ in range(3)]
    a_night_visit(county, captain, "2026-10-12")
    a_night_visit(county, captain, "2026-10-13")
    for home in homes:
        a_captain_visit(county, captain, home, "2026-10-12")
    a_captain_visit(county, captain, homes[0], "2026-10-14")
    assert twice(county) == {"two_tables": 1}


def test_the_tables_add_up_and_say_how_it_is_counted(county: Connection) -> None:
    leader = an_appointment(county, "township_leader")
    for source in ("ledger", "县平台"):
        a_stay(county, leader, "2026-10-12", source=source)
    a_stay(county, leader, "2026-10-12", OTHER_TOWNSHIP)
    asked, again = rows_asked(EVERYTHING, county, OCTOBER), rows_asked_twice(EVERYTHING, county, OCTOBER)
    shown = township_table(asked, again, {TOWNSHIP: "泥河镇", OTHER_TOWNSHIP: "石桥镇"}, VIEW)
    lines = shown.frame[["name", "rows", "monthly", "night_stay", "sources", "tables", "again"]].values.tolist()
    assert lines == [["泥河镇", 2, 2, 2, 1, 0, 1], ["石桥镇", 1, 1, 1, 0, 0, 0], ["合计", 3, 3, 3, 1, 0, 1]]
    assert shown.conclusion == "2026年10月各乡镇填了 3 行,其中填了两遍的 1 行(33.3%)"
    sources = source_table(asked, again)
    assert sources.frame[["ledger", "source", "rows"]].values.tolist() == [
        ["住夜", "没有写来源", 1],
        ["住夜", "台账装入", 1],
        ["住夜", "县平台", 1],
    ]
    assert {name for name, _ in shown.notes} == {fact.name for fact in DEFINITIONS.facts}
    assert set(LEDGER_WORDS) | {"two_tables"} == set(TOLD_TWICE) | {"two_tables"}
