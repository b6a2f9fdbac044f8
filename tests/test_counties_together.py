"""Past one county: ids beyond 32 bits, and counties side by side in one database.

A county that feeds a shared database takes its ids from its own range (``own_ids``). The counties here are of one seed, so their ids
differ in nothing but the county: whatever cut one short, or joined by its last digits, would find the other county's row.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import BigInteger, Engine, func, inspect, select

from data_access.engine import engine
from data_access.migrate import upgrade
from data_access.scope import Scope
from data_access.tables import IDS_A_COUNTY, Petition, Table, own_ids
from metrics.vocabulary import Level
from tests.all_answers import MONTH, Figures, answered, differing, figures, less, lists, selections
from tests.random_worlds import COUNTY, World, a_world, store, stored
from tests.test_demo import filled

SEED = 11
AREAS = (Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE, Level.CELL, Level.CATEGORY)
LEVELS = (*AREAS, Level.PERSON)
WIDE = 5_000_000_000
"""Beyond 32 bits, signed or not."""
OTHER = "149982"
EVERYTHING = Scope(area="", may_see_names=True, may_see_restricted=True, may_export=True)


def of_a_county(database: Engine, before: int) -> tuple[Figures, dict[str, list[Any]], dict[str, list[Any]]]:
    """Figures, lists and facts of selections of the county whose ids follow on ``before``, as if it counted from 1."""
    world = a_world(SEED, before=before)
    with database.connect() as connection:
        stored(connection, world.rows)
        shown = figures(connection, EVERYTHING, LEVELS, MONTH)
        named = {key: {less(code, before): row for code, row in rows.items()} for key, rows in shown.items()}
        found = named, lists(connection, world), selections(connection, world)
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


def test_the_demo_of_several_counties_takes_ids_from_their_own_ranges(tmp_path: Path) -> None:
    with filled(tmp_path / "two.db", scale=2).connect() as connection:
        for county in (COUNTY, OTHER):
            where = Petition.area_code.startswith(county)
            least, most = connection.execute(select(func.min(Petition.id), func.max(Petition.id)).where(where)).one()
            assert least in own_ids(county)
            assert most in own_ids(county)
