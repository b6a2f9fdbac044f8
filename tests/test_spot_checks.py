"""抽查: the same seed draws the same records for everyone, the last check of a record counts, and nothing found is ever rewritten."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256

import pytest
from sqlalchemy import Connection, delete, update
from sqlalchemy.exc import DBAPIError

from data_access.board_tables import BoardSpotCheck
from data_access.spot_checks import FOUND, LEDGERS, SpotCheckError, check_count, checks, drawn, record_check, sample
from data_access.tables import NightStay
from data_access.window import Window
from metrics.spot_checks import FOUND_NAMES, Found
from tests.builders import (
    EVERYTHING,
    PATCH,
    a_captain_visit,
    a_county,
    a_household,
    a_meeting,
    a_night_visit,
    a_person,
    a_session,
    a_slot,
    a_stay,
    an_area,
    figure,
    kn,
)

NOW = datetime(2026, 11, 20, 20)
OCTOBER = Window("township", date(2026, 10, 1), date(2026, 10, 31), date(2026, 10, 31))
MASKED = replace(EVERYTHING, may_see_names=False)


def found_out(
    connection: Connection, row: int, outcome: str = "genuine", note: str = "电话核实", ledger: str = "night_stay", scope=EVERYTHING
):
    record_check(scope, connection, ledger, row, outcome, note, "7", by="zuzhibu", now=NOW)


def spot_true(connection: Connection) -> tuple[int, int]:
    return kn(figure(connection, "quality.spot_true", "township", "2026-10", "2026-10-31"))


def test_a_sample_can_be_drawn_with_any_tool() -> None:
    by_hand = sorted(range(1, 200), key=lambda row: sha256(f"春/night_stay/{row}".encode()).hexdigest())[:5]
    assert drawn(range(1, 200), "night_stay", "春", 5) == by_hand
    assert drawn(reversed(range(1, 200)), "night_stay", "春", 5) == by_hand
    assert drawn(range(1, 200), "night_visit", "春", 5) != by_hand
    assert drawn(range(1, 200), "night_stay", "夏", 5) != by_hand


def test_a_record_that_comes_later_moves_only_the_last(connection: Connection) -> None:
    before = drawn(range(1, 100), "night_stay", "7", 10)
    after = drawn(range(1, 101), "night_stay", "7", 10)
    assert [row for row in after if row != 100] == before[: 10 - (100 in after)]


def test_every_seventh_part_of_the_records_is_drawn_about_as_often() -> None:
    times = [0] * 70
    for seed in range(2000):
        for row in drawn(range(70), "night_stay", str(seed), 7):
            times[row] += 1
    assert 140 < min(times) <= max(times) < 260, "200 on average"


def test_only_records_of_the_days_and_of_the_scope_are_drawn(connection: Connection) -> None:
    a_county(connection)
    an_area(connection, "149981199", "township", "虚镇", ranked=False)
    person = a_person(connection)
    wanted = {a_stay(connection, person, f"2026-10-{day:02d}") for day in range(1, 6)}
    a_stay(connection, person, "2026-11-01")
    a_stay(connection, person, "2026-10-07", area="149981199")
    found = sample(EVERYTHING, connection, "night_stay", OCTOBER, "7", 10)
    assert set(found["row_id"]) == wanted
    assert set(found["of"]) == {5}
    assert sample(EVERYTHING.narrowed("149981102"), connection, "night_stay", OCTOBER, "7", 10).empty
    assert len(sample(EVERYTHING, connection, "night_stay", OCTOBER, "7", 3)) == 3


def test_every_ledger_can_be_drawn_from_and_names_are_masked(connection: Connection) -> None:
    a_county(connection)
    person = a_person(connection, "张三丰")
    made = {
        "night_stay": a_stay(connection, person, "2026-10-08", note="张三丰值班"),
        "night_visit": a_night_visit(connection, person, "2026-10-08"),
        "captain_visit": a_captain_visit(connection, person, a_household(connection), "2026-10-08"),
        "reception_slot": a_slot(connection, "2026-10-08", person, received_by=person),
        "night_session": a_session(connection, "study", "2026-10-08"),
        "captain_meeting": a_meeting(connection, "weekly", "2026-10-08", PATCH),
    }
    assert set(made) == set(LEDGERS)
    for ledger, row in made.items():
        seen = sample(EVERYTHING, connection, ledger, OCTOBER, "7", 5)
        assert list(seen["row_id"]) == [row], ledger
        found_out(connection, row, ledger=ledger)
    masked = sample(MASKED, connection, "night_stay", OCTOBER, "7", 5).iloc[0]
    assert (masked["person_name"], masked["detail"]) == ("张**", None)
    assert spot_true(connection) == (6, 6)


def test_the_last_check_of_a_record_counts(connection: Connection) -> None:
    a_county(connection)
    person = a_person(connection)
    first, second, _ = (a_stay(connection, person, f"2026-10-{day}") for day in (12, 13, 14))
    found_out(connection, first)
    found_out(connection, second, "untraceable")
    assert spot_true(connection) == (1, 2)
    found_out(connection, first, "wrong", "当晚在县城")
    assert spot_true(connection) == (0, 2)
    told = checks(EVERYTHING, connection, OCTOBER.first, OCTOBER.last, limit=10)
    assert list(told["outcome"]) == ["wrong", "untraceable"]
    assert told.iloc[0]["note"] == "当晚在县城"
    assert check_count(EVERYTHING, connection, OCTOBER.first, OCTOBER.last) == 2
    assert checks(MASKED, connection, OCTOBER.first, OCTOBER.last, limit=10).iloc[0]["note"] is None
    of_one = checks(EVERYTHING, connection, OCTOBER.first, OCTOBER.last, limit=10, ledger="night_stay", rows=(second,))
    assert list(of_one["row_id"]) == [second]


def test_what_was_found_stays_when_the_record_is_taken_back(connection: Connection) -> None:
    a_county(connection)
    found_out(connection, a_stay(connection, a_person(connection), "2026-10-12"), "wrong")
    connection.execute(delete(NightStay))
    assert spot_true(connection) == (0, 1)


@pytest.mark.parametrize("statement", [update(BoardSpotCheck).values(outcome="genuine"), delete(BoardSpotCheck)], ids=["update", "delete"])
def test_what_was_found_cannot_be_rewritten(connection: Connection, statement) -> None:
    a_county(connection)
    found_out(connection, a_stay(connection, a_person(connection), "2026-10-12"), "wrong")
    with pytest.raises(DBAPIError, match="append-only"):
        connection.execute(statement)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"row": 999_999}, "找不到这条记录"),
        ({"scope": EVERYTHING.narrowed("149981102")}, "不在您的范围内"),
        ({"outcome": "perhaps"}, "请选择结果"),
        ({"outcome": "wrong", "note": " "}, "请写明情况"),
        ({"note": "长" * 201}, "200 字以内"),
    ],
)
def test_what_cannot_be_recorded_is_told_why_and_writes_nothing(connection: Connection, change: dict, why: str) -> None:
    a_county(connection)
    row = a_stay(connection, a_person(connection), "2026-10-12")
    with pytest.raises(SpotCheckError, match=why):
        found_out(connection, **{"row": row, **change})
    assert spot_true(connection) == (0, 0)


def test_both_floors_have_the_same_outcomes() -> None:
    assert tuple(Found) == FOUND
    assert set(FOUND_NAMES) == set(Found)
