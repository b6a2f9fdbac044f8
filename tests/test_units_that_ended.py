"""A unit that ended keeps its row for whatever it still counts in, so that a parent is the sum of the rows shown."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, update

from data_access.scope import Scope
from data_access.tables import Area
from metrics.definition import Indicator
from metrics.period import Period
from metrics.registry import REGISTRY
from metrics.vocabulary import CODE_LENGTHS, Level, Measure
from reports.frames import indicator_frame, question
from reports.source import DatabaseSource
from tests.builders import (
    CELL,
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    a_county,
    a_household,
    a_night_visit,
    a_petition,
    a_session,
    an_appointment,
    an_area,
    figure,
    kn,
)
from tests.random_worlds import AS_OF, FIRST, LAST, World, a_world, stored

OCTOBER, AFTER = "2026-10", "2026-11-21"
OLD_TOWNSHIP, OLD_VILLAGE, OLD_CELL = "149981102", "149981101202", "1499811012010101002"
BELOW = {
    Level.COUNTY: Level.TOWNSHIP,
    Level.TOWNSHIP: Level.VILLAGE,
    Level.VILLAGE: Level.PATCH,
    Level.PATCH: Level.GROUP,
    Level.GROUP: Level.CELL,
}
OF_CELLS = ("captains.key_visits", "captains.ordinary_visits", "captains.cell_size", "captains.coverage", "captains.cards")
"""Below the village only these count nothing but what lies in cells: a village's own meetings and petitions have no row there."""


def ended(connection: Connection, code: str, last: str) -> None:
    connection.execute(update(Area).where(Area.code == code).values(valid_to=date.fromisoformat(last)))


def test_a_village_merged_in_september_keeps_its_row_for_the_week_that_belongs_to_october(connection: Connection) -> None:
    a_county(connection)
    an_area(connection, OLD_VILLAGE, "village", "河西村", valid_to=date(2026, 9, 30))
    cadre = an_appointment(connection, "village_committee", OLD_VILLAGE, valid_to=date(2026, 9, 30))
    for day in ("2026-09-28", "2026-09-29", "2026-09-30"):  # the working days of the week whose Thursday is National Day
        a_night_visit(connection, cadre, day, OLD_VILLAGE)
    villages = figure(connection, "nights.village_visits", "village", OCTOBER, AFTER)
    assert (kn(villages, OLD_VILLAGE), villages[OLD_VILLAGE]["name"]) == ((1, 1), "河西村")
    assert kn(figure(connection, "nights.village_visits", "township", OCTOBER, AFTER)) == (1, 1)


def test_a_township_that_ended_owes_its_last_week(connection: Connection) -> None:
    a_county(connection)
    an_area(connection, OLD_TOWNSHIP, "township", "西沟乡", valid_to=date(2026, 9, 30))
    a_session(connection, "study", "2026-09-28", OLD_TOWNSHIP)
    rows = figure(connection, "nights.study_weeks", "township", OCTOBER, AFTER)
    assert kn(rows, OLD_TOWNSHIP) == (1, 1)
    assert kn(figure(connection, "nights.study_weeks", "county", OCTOBER, AFTER), COUNTY) == (1, 6)


def test_a_unit_in_which_nothing_counts_any_more_has_no_row(connection: Connection) -> None:
    a_county(connection)
    an_area(connection, OLD_VILLAGE, "village", "河西村", valid_to=date(2026, 9, 30))
    a_petition(connection, "2026-10-12 09:00:00", area=OLD_VILLAGE)
    assert set(figure(connection, "duty.village_compliance", "village", OCTOBER, AFTER)) == {VILLAGE}
    assert set(figure(connection, "petitions.repeat", "township", OCTOBER, AFTER)) == {TOWNSHIP}
    assert kn(figure(connection, "petitions.open", "village", OCTOBER, AFTER), OLD_VILLAGE) == (1, None)


def test_what_counts_nowhere_and_what_lies_outside_the_scope_gets_no_row(connection: Connection) -> None:
    a_county(connection)
    an_area(connection, OLD_VILLAGE, "village", "河西村", valid_to=date(2026, 9, 30), ranked=False)
    a_petition(connection, "2026-10-12 09:00:00", area=OLD_VILLAGE)
    a_petition(connection, "2026-10-12 09:00:00", area="149981101999")  # a village nobody has registered
    assert set(figure(connection, "petitions.open", "village", OCTOBER, AFTER)) == {VILLAGE}
    assert figure(connection, "petitions.open", "village", OCTOBER, AFTER, Scope.operator(OLD_TOWNSHIP)) == {}


def test_a_cell_that_was_dissolved_keeps_its_row_for_the_months_it_was_there(connection: Connection) -> None:
    a_county(connection)
    an_area(connection, OLD_CELL, "cell", "河东二邻", valid_to=date(2026, 8, 31))
    a_household(connection, "key", OLD_CELL, valid_to=date(2026, 8, 31))
    a_household(connection, "key", CELL)
    cells = figure(connection, "captains.key_visits", "cell", "2026-Q3", AFTER)
    assert kn(cells, OLD_CELL) == (0, 2)
    assert kn(figure(connection, "captains.key_visits", "county", "2026-Q3", AFTER), COUNTY) == (0, 5)


def with_units_that_end(world: World) -> World:
    """The random county, in which units of every level but the county have ended around the period, or begun within it."""
    for table, values, _place in world.rows:
        if table is Area and values["code"] != COUNTY:
            day = FIRST + timedelta(days=world.dice.randrange(-20, (LAST - FIRST).days))
            bound = world.dice.choice(("valid_to", "valid_to", "valid_from", None))
            values.update({"valid_from": None, "valid_to": None} | ({bound: day} if bound else {}))
    return world


def pairs_that_add_up() -> list[tuple[Indicator, Level, Level]]:
    """Indicators with two levels of which the upper one is the sum of the lower one."""
    return [
        (entry, level, unit)
        for entry in REGISTRY.values()
        for level, unit in BELOW.items()
        if {level, unit} <= set(entry.levels)
        and entry.measure is not Measure.VALUE
        and entry.id != "quality.perfect"  # a list of other figures
        and entry.needs_at(level) == entry.needs_at(unit)  # 未填报 of townships and of villages are different nights
        and (level in (Level.COUNTY, Level.TOWNSHIP) or entry.id in OF_CELLS)
    ]


@pytest.mark.parametrize("period", ["2026-10", "2026-Q4", "2026-W40"])
@pytest.mark.parametrize("seed", [3, 17])
def test_a_parent_is_the_sum_of_the_rows_shown_whatever_has_ended(connection: Connection, seed: int, period: str) -> None:
    stored(connection, with_units_that_end(a_world(seed)).rows)
    source, asked, kept = DatabaseSource(connection, Scope(area="")), Period.parse(period), 0
    for entry, level, unit in pairs_that_add_up():
        above, below = (indicator_frame(source, entry, each, asked, AS_OF) for each in (level, unit))
        for column in ("k", "n") if entry.measure is Measure.RATE else ("k",):
            sums: dict[str, int] = {}
            for code, part in zip(below["code"], below[column], strict=True):
                parent = code[: CODE_LENGTHS[level]]
                sums[parent] = sums.get(parent, 0) + int(part)
            said = dict(zip(above["code"], above[column], strict=True))
            assert {code: count for code, count in sums.items() if count} == {code: count for code, count in said.items() if count}, (
                entry.id
            )
        there = set(source.units(question(source, unit, asked, AS_OF))["code"])
        kept += len(set(below["code"]) - there)
    assert kept > 0, "no unit that had ended before counted in anything"
