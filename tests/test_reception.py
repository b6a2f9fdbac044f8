"""公示接待: slots kept, desks staffed, leaders' weeks, disputes settled, at their edges and against a count on fingers."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from data_access.tables import Appointment, CalendarDay, Person, Petition, ReceptionSlot
from metrics.period import Period
from tests.builders import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    a_county,
    a_petition,
    a_slot,
    add,
    an_appointment,
    an_area,
    figure,
    kn,
)
from tests.night_worlds import PSEUDO, UNITS, a_land, a_world, days, rows_of
from tests.test_nights import cadre_weeks_on_fingers

OCTOBER, END = "2026-10", "2026-10-31"
A, B, STRANGER = 71, 72, 73


@pytest.fixture(autouse=True)
def people(connection):
    for person in (A, B, STRANGER):
        add(connection, Person, id=person, name=f"人{person}")


@pytest.mark.parametrize(
    ("received_by", "kept"),
    [(A, 1), (B, 1), (STRANGER, 0), (None, 0)],
)
def test_a_published_slot_is_kept_by_a_or_b_only(connection, received_by, kept):
    a_county(connection)
    a_slot(connection, "2026-10-12", A, backup_id=B, received_by=received_by)
    assert kn(figure(connection, "reception.kept", "township", OCTOBER, END)) == (kept, 1)


@pytest.mark.parametrize("published", [False, None])
def test_a_slot_nobody_published_need_not_be_kept(connection, published):
    a_county(connection)
    a_slot(connection, "2026-10-12", A, published=published)
    assert kn(figure(connection, "reception.kept", "township", OCTOBER, END)) == (0, 0)


def test_slots_after_as_of_are_not_yet_owed(connection):
    a_county(connection)
    a_slot(connection, "2026-10-16", A)
    a_slot(connection, "2026-10-17", A, received_by=None)
    assert kn(figure(connection, "reception.kept", "township", OCTOBER, "2026-10-16")) == (1, 1)
    assert kn(figure(connection, "reception.kept", "township", OCTOBER, "2026-10-17")) == (1, 2)


def test_a_slot_without_a_backup_and_without_anyone_is_not_kept(connection):
    a_county(connection)
    a_slot(connection, "2026-10-12", None, received_by=None, backup_id=None)
    assert kn(figure(connection, "reception.kept", "township", OCTOBER, END)) == (0, 1)


def test_village_slots_count_to_their_township_and_pseudo_units_to_none(connection):
    a_land(connection)
    a_slot(connection, "2026-10-12", A, VILLAGE)
    a_slot(connection, "2026-10-12", A, PSEUDO)
    assert kn(figure(connection, "reception.kept", "township", OCTOBER, END)) == (1, 1)
    assert kn(figure(connection, "reception.kept", "county", OCTOBER, END), COUNTY) == (1, 1)


@pytest.mark.parametrize(
    ("values", "reached"),
    [
        ({}, 1),
        ({"published": False}, 0),
        ({"received_by": STRANGER}, 0),
        ({"received_by": None}, 0),
        ({"area": "149981102"}, 1),  # received elsewhere, in person all the same (R17)
    ],
)
def test_a_leader_receives_in_person_at_a_published_slot_once_a_week(connection, values, reached):
    a_land(connection)
    leader = an_appointment(connection, "township_leader")
    a_slot(connection, "2026-10-14", leader, **values)
    assert kn(figure(connection, "reception.leader_weeks", "township", "2026-W42", "2026-11-01")) == (reached, 1)


def test_standing_in_as_b_is_receiving_in_person(connection):
    a_county(connection)
    leader = an_appointment(connection, "township_chief")
    a_slot(connection, "2026-10-14", A, backup_id=leader, received_by=leader)
    assert kn(figure(connection, "reception.leader_weeks", "person", "2026-W42", "2026-11-01"), f"p:{leader}") == (1, 1)


def test_staff_owe_no_reception(connection):
    a_county(connection)
    an_appointment(connection, "township_staff")
    assert kn(figure(connection, "reception.leader_weeks", "township", "2026-W42", "2026-11-01")) == (0, 0)


@pytest.mark.parametrize(
    ("held", "values", "staffed"),
    [
        ("2026-10-12", {"place": "desk"}, 1),
        ("2026-10-12", {"place": "desk", "published": False}, 1),
        ("2026-10-12", {"place": "desk", "received_by": None}, 0),
        ("2026-10-12", {"place": "office"}, 0),
        ("2026-10-12", {"place": "desk", "area": VILLAGE}, 0),  # the unit's own slots
        ("2026-10-11", {"place": "desk"}, 0),  # a Sunday
        ("2026-10-10", {"place": "desk"}, 1),  # 调休 Saturday
    ],
)
def test_a_township_desk_day(connection, held, values, staffed):
    a_county(connection)
    a_slot(connection, held, A, **values)
    assert kn(figure(connection, "reception.desk_days", "township", OCTOBER, END)) == (staffed, 18)
    assert kn(figure(connection, "reception.desk_days", "county", OCTOBER, END), COUNTY) == (staffed, 18)


def test_a_village_is_asked_for_its_own_centre(connection):
    a_county(connection)
    for _ in range(2):
        a_slot(connection, "2026-10-12", A, VILLAGE, place="village_centre")
    a_slot(connection, "2026-10-13", A, VILLAGE, place="desk")
    a_slot(connection, "2026-10-14", A, TOWNSHIP, place="village_centre")
    assert kn(figure(connection, "reception.desk_days", "village", OCTOBER, END), VILLAGE) == (1, 18)


def test_a_village_owes_desk_days_only_while_it_exists(connection):
    a_county(connection)
    an_area(connection, "149981101202", "village", valid_from=date(2026, 10, 28))
    assert kn(figure(connection, "reception.desk_days", "village", OCTOBER, END), "149981101202") == (0, 3)


@pytest.mark.parametrize(
    ("values", "k", "n"),
    [
        ({"ended": "2026-10-31 23:59:59", "outcome": "resolved"}, 1, 1),
        ({"ended": "2026-11-01 00:00:00", "outcome": "resolved"}, 0, 1),  # open as of, and due
        ({"due": "2026-10-31 23:59:59"}, 0, 1),
        ({"due": "2026-11-01 00:00:00"}, 0, 0),
        ({"due": "2026-11-01 00:00:00", "ended": "2026-10-20", "outcome": "resolved"}, 1, 1),
        ({"ended": "2026-10-20", "outcome": "withdrawn"}, 0, 0),
        ({"ended": "2026-10-20", "outcome": "transferred"}, 0, 0),
        ({"is_dispute": False, "ended": "2026-10-20"}, 0, 0),
        ({"channel": "wechat", "ended": "2026-10-20"}, 0, 0),
        ({"restricted": True, "ended": "2026-10-20"}, 0, 0),
    ],
)
def test_disputes_from_receptions_are_settled(connection, values, k, n):
    a_county(connection)
    a_petition(connection, "2026-10-12 09:00:00", **{"channel": "reception", "is_dispute": True, **values})
    assert kn(figure(connection, "reception.resolved", "township", OCTOBER, END)) == (k, n)


def test_it_is_the_same_figure_as_disputes_resolved_where_all_came_by_reception(connection):
    a_county(connection)
    for number in range(6):
        ended = {"ended": f"2026-10-{12 + number}"} if number % 2 else {}
        a_petition(connection, f"2026-10-{9 + 3 * number:02d} 09:00:00", channel="reception", is_dispute=True, **ended)
    assert kn(figure(connection, "reception.resolved", "township", OCTOBER, END)) == kn(
        figure(connection, "petitions.disputes_resolved", "township", OCTOBER, END)
    )


def receptions_on_fingers(connection, period: Period, as_of: date) -> dict[str, dict[str, tuple[int, int]]]:
    last, slots = min(period.last, as_of), rows_of(connection, ReceptionSlot)
    worked = {row.day for row in rows_of(connection, CalendarDay) if row.is_workday and period.first <= row.day <= last}
    cut = datetime.combine(as_of + timedelta(days=1), time())
    posts = [(row.received_by, row.day) for row in slots if row.published]
    found = {
        "reception.leader_weeks": cadre_weeks_on_fingers(connection, period, as_of, ("township_chief", "township_leader"), posts, 1),
        "reception.kept": {},
        "reception.desk_days": {},
        "reception.resolved": {},
    }
    for unit in UNITS["township"]:
        owed = [s for s in slots if s.area_code.startswith(unit) and s.published and period.first <= s.day <= last]
        found["reception.kept"][unit] = (
            sum(s.received_by is not None and s.received_by in (s.leader_id, s.backup_id) for s in owed),
            len(owed),
        )
        staffed = {s.day for s in slots if s.area_code == unit and s.place == "desk" and s.received_by is not None} & worked
        found["reception.desk_days"][unit] = len(staffed), len(worked)
        disputes = [
            p
            for p in rows_of(connection, Petition)
            if p.area_code.startswith(unit)
            and p.channel == "reception"
            and p.is_dispute
            and not p.restricted
            and p.opened_at.date() in set(days(period.first, last))
            and (p.due_at < cut or (p.ended_at is not None and p.ended_at < cut))
        ]
        ended = {p.id: p.outcome if p.ended_at is not None and p.ended_at < cut else None for p in disputes}
        counted = [outcome for outcome in ended.values() if outcome not in ("withdrawn", "transferred", "not_accepted")]
        found["reception.resolved"][unit] = counted.count("resolved"), len(counted)
    return found


@pytest.mark.parametrize(
    ("seed", "period", "as_of"),
    [(21, "2026-10", "2026-11-21"), (22, "2026-10", "2026-10-17"), (23, "2026-Q4", "2026-11-21"), (24, "2026-W41", "2026-10-31")],
)
def test_the_fast_counts_agree_with_fingers(connection, seed, period, as_of):
    a_world(connection, seed)
    assert rows_of(connection, Appointment)
    expected = receptions_on_fingers(connection, Period.parse(period), date.fromisoformat(as_of))
    assert sum(n for units in expected.values() for _, n in units.values()) > 5
    for name, units in expected.items():
        rows = figure(connection, name, "township", period, as_of)
        assert {code: kn(rows, code) for code in rows} == {code: units.get(code, (0, 0)) for code in UNITS["township"]}, name
