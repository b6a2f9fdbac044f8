"""承办部门: petitions that a department handles have a ranking of their own, apart from the townships'."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from data_access.scope import Scope
from data_access.tables import Department
from metrics.registry import REGISTRY
from metrics.vocabulary import Level
from tests.builders import COUNTY, TOWNSHIP, a_county, a_petition, a_rating, add, figure, kn
from tests.test_petition_lists import listed

HOUSING, ROADS, DESK = f"{COUNTY}D001", f"{COUNTY}D002", f"{COUNTY}D900"
OF_DEPARTMENTS = {
    "petitions.dispatch_on_time",
    "petitions.accept_on_time",
    "petitions.response",
    "petitions.closed_on_time",
    "petitions.resolved",
    "petitions.open",
    "petitions.overdue",
    "petitions.returned",
    "petitions.reopened",
    "petitions.days",
    "satisfaction.rated",
    "satisfaction.response",
    "satisfaction.callback",
    "satisfaction.gap",
}


@pytest.fixture
def county(connection: Connection) -> Connection:
    """Three petitions at 住建局, one at a pseudo department, one that the village handles itself."""
    a_county(connection)
    for code, name, ranked in ((HOUSING, "县住建局", True), (ROADS, "县交通局", True), (DESK, "热线平台", False)):
        add(connection, Department, code=code, name=name, ranked=ranked)
    kept = a_petition(connection, "2026-10-08 09:00", ended="2026-10-09 09:00", department_code=HOUSING)
    a_petition(connection, "2026-10-08 09:00", ended="2026-10-20 09:00", department_code=HOUSING)
    a_petition(connection, "2026-10-09 09:00", department_code=HOUSING)
    a_petition(connection, "2026-10-09 09:00", department_code=DESK)
    a_petition(connection, "2026-10-09 09:00", department_code="149981D777")
    a_petition(connection, "2026-10-09 09:00")
    a_petition(connection, "2026-10-09 09:00", department_code=HOUSING, restricted=True)
    a_rating(connection, kept, "2026-10-10 09:00", 5)
    return connection


def test_exactly_these_figures_are_shown_by_department() -> None:
    assert {entry.id for entry in REGISTRY.values() if Level.DEPARTMENT in entry.levels} == OF_DEPARTMENTS


@pytest.mark.parametrize("indicator_id", sorted(OF_DEPARTMENTS))
def test_every_ranked_department_has_a_row_and_nobody_else(county: Connection, indicator_id: str) -> None:
    rows = figure(county, indicator_id, "department", "2026-10", "2026-10-31")
    assert {HOUSING, ROADS} >= rows.keys() >= {HOUSING}
    assert rows[HOUSING]["name"] == "县住建局"


def test_a_departments_cases_count_for_it_and_for_the_place_they_are_at(county: Connection) -> None:
    by_department = figure(county, "petitions.closed_on_time", "department", "2026-10", "2026-10-31")
    assert (kn(by_department, HOUSING), kn(by_department, ROADS)) == ((1, 3), (0, 0))
    assert kn(figure(county, "petitions.closed_on_time", "township", "2026-10", "2026-10-31")) == (1, 6)
    assert kn(figure(county, "satisfaction.rated", "department", "2026-10", "2026-10-31"), HOUSING) == (1, 1)


def test_a_township_sees_what_departments_handle_of_its_own(county: Connection) -> None:
    own = figure(county, "petitions.open", "department", "2026-10", "2026-10-31", Scope(area=TOWNSHIP))
    elsewhere = figure(county, "petitions.open", "department", "2026-10", "2026-10-31", Scope(area=f"{COUNTY}999"))
    assert (own[HOUSING]["k"], elsewhere[HOUSING]["k"]) == (1, 0)


def test_a_department_that_ended_before_the_period_has_no_row(county: Connection) -> None:
    add(county, Department, code=f"{COUNTY}D003", name="县粮食局", valid_to="2026-09-30")
    assert f"{COUNTY}D003" not in figure(county, "petitions.open", "department", "2026-10", "2026-10-31")
    assert f"{COUNTY}D003" in figure(county, "petitions.open", "department", "2026-09", "2026-09-30")


def test_the_list_shows_one_departments_cases(county: Connection) -> None:
    assert len(listed(county, standing="all_and_open", department=HOUSING)) == 3
