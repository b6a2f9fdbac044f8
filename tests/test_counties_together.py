"""Past one county: ids beyond 32 bits, and counties side by side in one database.

A county that feeds a shared database takes its ids from its own range (``own_ids``). The counties here are of one seed, so their ids
differ in nothing but the county: whatever cut one short, or joined by its last digits, would find the other county's row.
"""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import BigInteger, Connection, Engine, func, inspect, select

from data_access.areas import people
from data_access.attention import overdue_petitions, unmoved_backlog
from data_access.captain_lists import captain_posts_of, captain_roles, households_of, meetings_of, trainings_of, unvisited, visits_of
from data_access.captain_year import entries_of, handled_of, marks_of, ratings_of
from data_access.engine import engine
from data_access.leaders import leaders
from data_access.night_lists import lecturers_of, session_list, visit_list
from data_access.petition_lists import STANDINGS, Asked, case_events, case_origin, case_ratings, petition_case, petition_list, related_cases
from data_access.petition_state import leads, repeated_most
from data_access.problems import problem_counts, problem_rows
from data_access.profiles import KINDS, days_of, known_person, leave_of, posts_of, record_row, records_of
from data_access.reception_lists import coming_slots, slot_list
from data_access.rolls import changes_of_post, grid_of, people_in_post, stays_at
from data_access.scope import Scope
from data_access.tables import IDS_A_COUNTY, Petition, Table, own_ids
from metrics.definition import Span
from metrics.period import Period
from metrics.vocabulary import CAPTAINS, Level
from reports.frames import question
from reports.source import DatabaseSource, window
from tests.all_figures import Figures, answered, differing, figures
from tests.random_worlds import AS_OF, COUNTY, FIRST, LAST, World, a_world, store, stored

SEED = 11
MONTH = Period.parse("2026-10")
AREAS = (Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE, Level.CELL, Level.CATEGORY)
LEVELS = (*AREAS, Level.PERSON)
WIDE = 5_000_000_000
"""Beyond 32 bits, signed or not."""
OTHER = "149982"
EVERYTHING = Scope(area="", may_see_names=True, may_see_restricted=True, may_export=True)


def less(value: Any, before: int) -> Any:
    """A value as the county that counts from 1 has it: ids, and texts and cells that hold them."""
    if isinstance(value, str):
        return re.sub(r"^p:(\d+)$", lambda found: f"p:{int(found[1]) - before}", value)
    if isinstance(value, int | float) and not isinstance(value, bool) and value > before > 0:
        return value - before
    return None if pd.isna(value) else value


def lines(answer: Any, before: int) -> list[Any]:
    """An answer of any query as plain lines; the order of rows is part of it."""
    if isinstance(answer, pd.DataFrame):
        return [[less(cell, before) for cell in row] for row in answer.astype(object).itertuples(index=False)]
    if isinstance(answer, dict):
        return [[less(name, before), less(value, before)] for name, value in answer.items()]
    return [less(answer, before)]


def lists(connection: Connection, world: World, before: int) -> dict[str, list[Any]]:
    """What pages list of a county: every query that returns, takes or joins by the ids of rows."""
    source, scope = DatabaseSource(connection, EVERYTHING), EVERYTHING
    month = window(question(source, Level.TOWNSHIP, MONTH, AS_OF), Span.PERIOD)
    days = {"first": FIRST, "last": LAST}
    found: dict[str, Any] = {
        **{f"petitions {name}": petition_list(scope, connection, month, Asked(name, soon=LAST), rows=500) for name in STANDINGS},
        "overdue": overdue_petitions(scope, connection, month, 50),
        "still": unmoved_backlog(scope, connection, month, 1, 50),
        "leads": leads(scope, connection, month),
        "repeated": repeated_most(scope, connection, month),
        "visits": visit_list(scope, connection, month, raised_only=False, rows=500),
        "slots": slot_list(scope, connection, month, rows=500),
        "coming": coming_slots(scope, connection, **days),
        "sessions": session_list(scope, connection, month, ("study", "talk", "review"), rows=500),
        "unvisited": unvisited(scope, connection, "key", **days, rows=500),
        "roles": captain_roles(scope, connection, AS_OF),
        "changes": changes_of_post(scope, connection, "township_chief", **days),
        "leaders": leaders(scope, connection, AS_OF, f"{world.county}101"),
        "in post": people_in_post(scope, connection, world.villages, AS_OF),
        "stays": stays_at(scope, connection, world.villages, **days),
        "problems": problem_counts(scope, connection, month),
    }
    found |= {f"grid {village}": grid_of(scope, connection, village, AS_OF) for village in world.villages}
    found |= {f"households {village}": households_of(scope, connection, village, **days) for village in world.villages}
    found |= {f"meetings {village}": meetings_of(scope, connection, village, **days) for village in world.villages}
    found |= {f"problem {name}": problem_rows(scope, connection, month, name) for name in found["problems"]["id"]}
    found["lecturers"] = lecturers_of(scope, connection, tuple(map(int, found["sessions"]["id"])))
    for kind, table in (("visit", "visits"), ("slot", "slots"), ("lecture", "sessions")):
        for row_id in found[table]["id"][:5]:
            found[f"record {kind} {row_id - before}"] = record_row(scope, connection, kind, int(row_id))
    for number in found["petitions all_and_open"]["number"]:
        case = petition_case(scope, connection, month, number)
        assert case is not None
        row_id, first = case["id"], case["repeat_of"]
        found[f"case {number}"] = case
        found[f"events {number}"] = case_events(scope, connection, row_id)
        found[f"ratings {number}"] = case_ratings(scope, connection, row_id)
        found[f"kin {number}"] = related_cases(scope, connection, row_id, first)
        found[f"origin {number}"] = case_origin(scope, connection, case["origin_visit_id"], case["origin_slot_id"])
    for person in sorted(world.homes):
        one = (scope, connection, person)
        asked = (
            known_person(*one),
            posts_of(*one),
            leave_of(*one),
            captain_posts_of(*one),
            days_of(*one, **days),
            people(*one[:2], [person]),
        )
        asked += (visits_of(*one, **days), trainings_of(*one, **days), entries_of(*one, **days), handled_of(*one, month))
        asked += (ratings_of(*one, month), marks_of(*one, 2026, AS_OF), *(records_of(*one, kind, **days) for kind in KINDS))
        found |= {f"person {person - before} {number}": answer for number, answer in enumerate(asked)}
    return {name: lines(answer, before) for name, answer in found.items()}


def selections(connection: Connection, before: int) -> dict[str, list[Any]]:
    source = DatabaseSource(connection, EVERYTHING)
    return {f"{role} {name}": lines(rows, before) for role in CAPTAINS for name, rows in source.selection_facts(2026, role, AS_OF).items()}


def of_a_county(database: Engine, before: int) -> tuple[Figures, dict[str, list[Any]], dict[str, list[Any]]]:
    """Figures, lists and facts of selections of the county whose ids follow on ``before``, as if it counted from 1."""
    world = a_world(SEED, before=before)
    with database.connect() as connection:
        stored(connection, world.rows)
        shown = figures(connection, EVERYTHING, LEVELS, MONTH)
        named = {key: {less(code, before): row for code, row in rows.items()} for key, rows in shown.items()}
        found = named, lists(connection, world, before), selections(connection, before)
        connection.rollback()
    return found


@pytest.mark.slow
def test_ids_beyond_32_bits_change_no_figure_no_list_and_no_selection(migrated: Engine) -> None:
    small, wide = of_a_county(migrated, 0), of_a_county(migrated, WIDE)
    for one, other in zip(small, wide, strict=True):
        assert {name for name in one if one[name]} >= {name for name in other if other[name]}
        assert sum(map(bool, one.values())) > len(one) / 4, "hardly anything to compare"
        assert differing(one, other) == {}


def test_every_id_has_64_bits_on_postgresql(postgresql_url: str) -> None:
    from data_access.migrate import upgrade

    database = engine(postgresql_url)
    upgrade(database)
    found = inspect(database)
    ids = [
        (table.name, column.name)
        for table in Table.metadata.sorted_tables
        for column in table.columns
        if column.name == "id" or column.name.endswith("_id") or column.name in ("received_by", "repeat_of", "confirms")
    ]
    narrow = [
        (table, column["name"])
        for table in sorted({table for table, _column in ids})
        for column in found.get_columns(table)
        if (table, column["name"]) in ids and not isinstance(column["type"], BigInteger)
    ]
    assert len(ids) > 40
    assert narrow == []


def test_a_countys_range_of_ids_begins_with_its_code() -> None:
    own = own_ids(COUNTY)
    assert (own[0], own[-1]) == (149_981_000_000_001, 149_981_999_999_999)
    assert own_ids(OTHER)[0] > own[-1]
    assert own_ids("659099")[-1] < 2**53, "a number of a browser or of a sheet holds it exactly"


@pytest.fixture
def neighbours() -> tuple[World, World]:
    return tuple(a_world(SEED, county, int(county) * IDS_A_COUNTY) for county in (COUNTY, OTHER))  # type: ignore[return-value]


@pytest.mark.slow
def test_a_county_is_the_same_beside_another_one(migrated: Engine, neighbours: tuple[World, World]) -> None:
    with migrated.connect() as connection:
        stored(connection, neighbours[0].rows)
        store(connection, neighbours[1].rows)
        together = {world.county: figures(connection, Scope(area=world.county), LEVELS, MONTH) for world in neighbours}
        city = figures(connection, Scope(area=""), (Level.COUNTY,), MONTH)
        connection.rollback()
    for world in neighbours:
        alone = answered(migrated, world.rows, Scope(area=world.county), LEVELS, MONTH)
        assert differing(together[world.county], alone) == {}
        for key, rows in alone.items():
            if key[1] == str(Level.COUNTY):
                k_n = {code: row[:3] for code, row in rows.items()}
                assert k_n.items() <= {code: row[:3] for code, row in city[key].items()}.items(), key
    assert {code for key in city for code in city[key]} == {COUNTY, OTHER}


def test_the_demo_of_several_counties_takes_ids_from_their_own_ranges(tmp_path: Any) -> None:
    from tests.test_demo import filled

    with filled(tmp_path / "two.db", scale=2).connect() as connection:
        for county in (COUNTY, OTHER):
            where = Petition.area_code.startswith(county)
            least, most = connection.execute(select(func.min(Petition.id), func.max(Petition.id)).where(where)).one()
            assert least in own_ids(county)
            assert most in own_ids(county)
