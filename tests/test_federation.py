"""A city over two counties' own databases by ``postgres_fdw``: what it shows is what each county shows, and together what one database of
both would show. Runs on Debian's PostgreSQL: the one that pip installs has no ``postgres_fdw``."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, insert, select, text

from data_access.__main__ import main
from data_access.calendar import calendar_days
from data_access.engine import engine
from data_access.federation import FederationError, federate, number_from_own_range, server_of
from data_access.freshness import Marks, change_marks
from data_access.migrate import upgrade
from data_access.scope import Scope
from data_access.tables import IDS_A_COUNTY, CalendarDay, NightStay, Petition, own_ids
from metrics.vocabulary import Level
from tests.all_answers import MONTH, differing, figures, lists, selections
from tests.builders import a_person, a_petition, a_stay
from tests.random_worlds import World, a_world, store, stored

INSTALLED = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not INSTALLED, reason="needs Debian's PostgreSQL (apt install postgresql) for postgres_fdw"),
]
COUNTIES = ("149981", "149982")
CITY = "1499"
LEVELS = (Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE, Level.CELL, Level.CATEGORY, Level.PERSON)
WORLDS = {county: a_world(seed, county, int(county) * IDS_A_COUNTY) for county, seed in zip(COUNTIES, (11, 12), strict=True)}


class Server:
    """A PostgreSQL of Debian's in a folder, reached through a socket there; its system user is ``postgres`` where root starts it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        if self._as_user:
            shutil.chown(folder, "postgres")

    def run(self, program: str, *arguments: str) -> None:
        command = [*self._as_user, str(INSTALLED[-1] / program), "-D", str(self.folder / "data"), *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder)

    def database(self, name: str) -> Engine:
        """A new, migrated database."""
        with engine(self.url("postgres")).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        upgrade(engine(self.url(name)))
        return engine(self.url(name))

    def url(self, database: str) -> str:
        return f"postgresql://board@/{database}?host={self.folder}"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    made = Server(Path(tempfile.mkdtemp(prefix="board-pg-")))
    made.run("initdb", "--username=board", "--auth=trust", "--encoding=UTF8", "--no-sync")
    made.run(
        "pg_ctl", "--wait", f"--options=-k {made.folder} -c listen_addresses= -c fsync=off", "--log", str(made.folder / "log"), "start"
    )
    yield made
    made.run("pg_ctl", "--mode=immediate", "stop")
    shutil.rmtree(made.folder)


def a_county(server: Server, county: str, world: World) -> Engine:
    database = server.database(server_of(county))
    with database.begin() as connection:
        stored(connection, world.rows)
        number_from_own_range(connection, county)
    return database


@pytest.fixture(scope="module")
def counties(server: Server) -> dict[str, Engine]:
    """Two counties of different size, each in a database of its own."""
    return {county: a_county(server, county, world) for county, world in WORLDS.items()}


def knows(city: Connection, county: str, server: Server) -> None:
    """What an operator tells the city's database of a county's; see docs/scale.md."""
    name = server_of(county)
    city.execute(text("CREATE EXTENSION IF NOT EXISTS postgres_fdw"))
    where = f"host '{server.folder}', dbname '{name}', use_remote_estimate 'true', async_capable 'true'"
    city.execute(text(f"CREATE SERVER {name} FOREIGN DATA WRAPPER postgres_fdw OPTIONS ({where})"))
    city.execute(text(f"CREATE USER MAPPING FOR CURRENT_USER SERVER {name} OPTIONS (user 'board', password_required 'false')"))


@pytest.fixture(scope="module")
def city(server: Server, counties: dict[str, Engine]) -> Engine:
    database = server.database("city")
    with database.begin() as connection:
        connection.execute(insert(CalendarDay), calendar_days(2025, 2026))
        for county in COUNTIES:
            knows(connection, county, server)
            federate(connection, [county])  # the second joins a city that is there
    return database


@pytest.mark.parametrize("county", COUNTIES)
def test_the_city_shows_of_a_county_what_the_county_shows(city: Engine, counties: dict[str, Engine], county: str) -> None:
    world, scope = WORLDS[county], Scope(area=county)
    with city.connect() as over, counties[county].connect() as own:
        assert differing(figures(over, scope, LEVELS, MONTH), figures(own, scope, LEVELS, MONTH)) == {}
        assert differing(lists(over, world), lists(own, world)) == {}
        assert differing(selections(over, world), selections(own, world)) == {}


def test_the_citys_figures_are_those_of_one_database_of_both(server: Server, city: Engine) -> None:
    merged = server.database("merged")
    with merged.begin() as connection:
        for put, world in zip((stored, store), WORLDS.values(), strict=True):
            put(connection, world.rows)
    with city.connect() as over, merged.connect() as one:
        expected = figures(one, Scope(area=CITY), LEVELS, MONTH)
        assert differing(figures(over, Scope(area=CITY), LEVELS, MONTH), expected) == {}
        assert differing(figures(over, Scope(area=""), LEVELS, MONTH), expected) == {}
    shown = [rows for (_id, level), rows in expected.items() if level == Level.COUNTY]
    assert sum(set(rows) == set(COUNTIES) for rows in shown) > 40


def test_who_asks_for_a_county_reads_no_other_ones_server(city: Engine) -> None:
    with city.connect() as connection:
        for column in (Petition.area_code, NightStay.area_code):
            asked = select(column).where(column >= COUNTIES[0], column < COUNTIES[1])
            plan = "\n".join(
                connection.scalars(text(f"EXPLAIN (VERBOSE) {asked.compile(connection, compile_kwargs={'literal_binds': True})}"))
            )
            assert server_of(COUNTIES[0]) in plan
            assert server_of(COUNTIES[1]) not in plan


def test_the_city_notices_what_is_committed_in_a_county(city: Engine, counties: dict[str, Engine]) -> None:
    def marks() -> Marks:
        with city.connect() as connection:
            return change_marks(connection)

    before = marks()
    with counties[COUNTIES[1]].begin() as connection:
        person = a_person(connection)
        stay = a_stay(connection, person, "2025-01-01", f"{COUNTIES[1]}101")
    assert all(row in own_ids(COUNTIES[1]) for row in (person, stay)), "a new row has an id of its county"
    after = marks()
    assert {table for table, month in after if after[table, month] != before.get((table, month))} == {"person", "night_stay"}


def test_a_county_that_counted_from_1_is_refused(server: Server, city: Engine) -> None:
    with server.database(server_of("149983")).begin() as connection:
        a_petition(connection, "2026-10-08", area="149983101201")
        with pytest.raises(FederationError, match="petition"):
            number_from_own_range(connection, "149983")
    with city.connect() as connection:
        knows(connection, "149983", server)
        with pytest.raises(FederationError, match="petition"):
            federate(connection, ["149983"])
        connection.rollback()


def test_rows_of_a_citys_own_are_never_dropped(server: Server) -> None:
    database = server.database("city_with_rows")
    with database.begin() as connection:
        a_person(connection)
        with pytest.raises(FederationError, match="person"):
            federate(connection, [])


def test_only_a_countys_code_names_a_county(server: Server, city: Engine) -> None:
    with city.begin() as connection, pytest.raises(FederationError, match="六位"):
        federate(connection, ["1499; DROP TABLE area"])


def test_sqlite_says_that_it_cannot(sqlite_url: str) -> None:
    with engine(sqlite_url).begin() as connection:
        for act in (lambda: federate(connection, COUNTIES), lambda: number_from_own_range(connection, COUNTIES[0])):
            with pytest.raises(FederationError, match="PostgreSQL"):
                act()


def test_the_command_says_what_it_did_or_why_not(
    server: Server, city: Engine, sqlite_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", server.url("city"))
    assert main(["federate", *COUNTIES]) == 0, "both are there already"
    assert "149981、149982" in capsys.readouterr().out
    monkeypatch.setenv("DATABASE_URL", server.url(server_of(COUNTIES[0])))
    assert main(["own-ids", COUNTIES[0]]) == 0
    assert "149981000000001" in capsys.readouterr().out
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    assert main(["own-ids", COUNTIES[0]]) == 1
    assert "PostgreSQL" in capsys.readouterr().err
