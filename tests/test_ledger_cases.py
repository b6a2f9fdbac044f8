"""Ledgers and rows that went wrong once (``tests/ledgers``): what a mistake costs to take back, and what other programs write."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import DBAPIError

from data_access.board_tables import BoardImportKey
from data_access.problems import problem_counts, problem_rows
from data_access.tables import CaptainVisit, Person
from ingest.ledgers.formats import Unreadable
from ingest.ledgers.undo import plan, take_back
from tests.builders import EVERYTHING, a_household, a_person, a_petition, a_slot, a_stay, add, an_appointment, figure, kn
from tests.small_county import NIHE, NIHE_PEOPLE, yunping
from tests.test_ledger_files import FILES, NOW, nights, put, read
from tests.test_problems import ASKED, facts

MATANG = f"{NIHE}201"
YEAR = replace(ASKED, first=date(2026, 1, 1), last=date(2026, 11, 25), as_of=date(2026, 11, 25))


@pytest.fixture
def county(connection: Connection) -> Connection:
    yunping(connection)
    return connection


def test_a_ledger_of_another_kind_is_refused_by_its_name(county: Connection) -> None:
    with pytest.raises(Unreadable, match="是夜访台账,不是住夜台账"):
        read(county, "住夜", "wrong_kind/夜访台账(误选住夜).xlsx")


def test_a_night_loaded_under_the_wrong_day_is_taken_back_whole(county: Connection) -> None:
    wrong = put(county, "住夜", "no_undo/住夜_错.xlsx")
    back = plan(county, wrong.import_id, EVERYTHING)
    assert back.obstacles == []
    take_back(county, back, why="抄错一天", by="test", now=NOW)
    assert put(county, "住夜", "no_undo/住夜_改.xlsx").added == 1
    assert nights(county) == [date(2026, 10, 9)]


def test_a_version_in_the_files_name_is_no_year(county: Connection) -> None:
    put(county, "住夜", "year_in_the_file_name/住夜登记表(2025版).xlsx")
    assert nights(county) == [date(2026, 10, 17), date(2026, 10, 18)]


def test_visits_by_somebody_who_is_no_captain_count_neither_from_a_file_nor_from_another_program(county: Connection) -> None:
    visitor = county.scalar(select(Person.id).where(Person.name == NIHE_PEOPLE[0]))
    homes = [a_household(county, "key", area=MATANG) for _ in range(200)]
    keys = [{"kind": "household", "ref": f"HD-{number}", "row_id": home} for number, home in enumerate(homes, start=1)]
    county.execute(insert(BoardImportKey), keys)
    before = kn(figure(county, "captains.key_visits", "village", "2026-10", "2026-10-31"), MATANG)
    result = put(county, "走访", "noncaptain_visit/走访.xlsx")
    known = [one for one in result.refused if "没有户编号" not in one.reason]
    assert (result.added, result.total) == (0, 30)
    assert known
    assert {one.reason for one in known} == {"“杨家兰”2026-10-08 不是片长、组长或邻长"}
    add(county, CaptainVisit, person_id=visitor, household_id=homes[0], visited_on="2026-10-08")
    assert kn(figure(county, "captains.key_visits", "village", "2026-10", "2026-10-31"), MATANG) == before == (0, 200)
    told = problem_counts(EVERYTHING, county, ASKED)
    assert told[["id", "rows"]].values.tolist() == [["三长走访.post", 1]]


NOT_LISTED = {"检举控告"}
"""What nobody is shown counts nowhere either; it is not among the rows to be mended."""


def test_what_another_program_has_written_wrong_is_refused_or_counts_nowhere_and_is_listed(connection: Connection) -> None:
    yunping(connection)
    if connection.scalar(select(Person.id).where(Person.id == 1)) is None:
        connection.execute(insert(Person).values(id=1, name="甲"))
        an_appointment(connection, "township_staff", NIHE, person=1)
    chief = an_appointment(connection, "township_chief", NIHE, person=a_person(connection, "镇长"))
    for day in ("2026-11-03", "2026-11-10"):
        a_slot(connection, day, chief, NIHE)
        a_stay(connection, chief, day, NIHE)
    a_petition(connection, "2026-11-03 09:00:00", area=MATANG)
    before, listed = facts(connection), 0
    assert problem_counts(EVERYTHING, connection, YEAR).empty
    statements = [one.strip() for one in (FILES / "direct/bad.sql").read_text(encoding="utf-8").split(";\n") if one.strip()]
    assert len(statements) == 12
    for statement in statements:
        attempt = connection.begin_nested()
        try:
            written = connection.execute(text(statement)).rowcount
        except DBAPIError:  # the database itself keeps it out
            attempt.rollback()
            continue
        now = problem_counts(EVERYTHING, connection, YEAR)["rows"].sum()
        told = written if not any(word in statement for word in NOT_LISTED) else 0
        assert now - listed == told, statement
        listed = now
    assert [name for name, rows in facts(connection).items() if rows != before[name]] == []
    for problem in problem_counts(EVERYTHING, connection, YEAR)["id"]:
        assert not problem_rows(EVERYTHING, connection, YEAR, problem).empty
