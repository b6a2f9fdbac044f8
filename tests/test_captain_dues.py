"""代表证, 联系卡, 培训 row by row: the rows are those that the figures count, done and not done, on both databases."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Connection, update

from data_access.captain_dues import CARDS, TRAINING, dues, dues_count
from data_access.scope import Scope
from data_access.tables import Appointment, Household, TrainingAttendance
from tests.builders import CELL, COUNTY, EVERYTHING, PATCH, TOWNSHIP, a_county, add, an_appointment, figure, kn

END = "2026-10-31"
SPAN = {"first": date(2026, 1, 1), "moment": date(2026, 10, 31)}


@pytest.fixture
def county(connection: Connection) -> Connection:
    """One cell with two captains and three households; a patch captain; somebody whose post has ended."""
    a_county(connection)
    first, second = (an_appointment(connection, "cell_captain", CELL) for _ in range(2))
    patch = an_appointment(connection, "patch_captain", PATCH)
    gone = an_appointment(connection, "cell_captain", CELL)
    connection.execute(update(Appointment).where(Appointment.person_id == gone).values(valid_to=date(2026, 9, 30)))
    connection.execute(update(Appointment).where(Appointment.person_id == first).values(certificate_on=date(2026, 3, 1)))
    connection.execute(update(Appointment).where(Appointment.person_id == second).values(certificate_on=date(2026, 11, 5)))
    for card_on in (date(2026, 2, 1), date(2026, 11, 1), None):
        add(connection, Household, area_code=CELL, kind="ordinary", card_on=card_on)
    for person, day in ((first, "2026-05-01"), (first, "2026-06-01"), (patch, "2025-12-31"), (patch, "2026-11-02")):
        add(connection, TrainingAttendance, person_id=person, kind="pooled", held_on=day)
    return connection


@pytest.mark.parametrize(("indicator", "items", "k", "n"), [("captains.cards", CARDS, 2, 5), ("captains.training", TRAINING, 1, 3)])
def test_the_rows_are_what_the_figure_counts(county: Connection, indicator: str, items: tuple[str, ...], k: int, n: int) -> None:
    assert kn(figure(county, indicator, "county", "2026-10", END), COUNTY) == (k, n)
    assert dues_count(EVERYTHING, county, items, **SPAN, missed=False) == n
    assert dues_count(EVERYTHING, county, items, **SPAN, missed=True) == n - k
    found = dues(EVERYTHING, county, items, **SPAN, missed=False)
    assert (len(found), int(found["done_on"].notna().sum())) == (n, k)
    missed = dues(EVERYTHING, county, items, **SPAN, missed=True)
    assert list(missed["id"]) == list(found.loc[found["done_on"].isna(), "id"])
    pages = [dues(EVERYTHING, county, items, **SPAN, missed=False, page=page, rows=2) for page in range(1, n // 2 + 2)]
    assert [each for page in pages for each in page["id"]] == list(found["id"])


def test_a_row_says_where_it_lies_and_only_ones_own_are_told(county: Connection) -> None:
    found = dues(EVERYTHING, county, CARDS, **SPAN, missed=False)
    assert set(found["item"]) == {"certificate", "card"}
    assert set(found["code"]) == {CELL}
    assert found.loc[found["item"] == "card", "role"].isna().all()
    own = EVERYTHING.narrowed(TOWNSHIP)
    assert dues_count(own, county, CARDS, **SPAN, missed=False) == len(found)
    assert dues_count(Scope(), county, CARDS, **SPAN, missed=False) == 0
    assert dues_count(EVERYTHING.narrowed("149982"), county, CARDS, **SPAN, missed=False) == 0
