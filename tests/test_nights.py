"""三夜: weeks, cadre-weeks and what came of the visits, at their edges, and against an oracle that counts on its fingers."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_access.scope import Scope
from data_access.tables import Appointment, CalendarDay, LeavePeriod, NightLecturer, NightSession, NightVisit, Petition, ReceptionSlot
from metrics.period import Period
from metrics.registry import chosen
from tests.builders import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    a_county,
    a_leave,
    a_night_visit,
    a_petition,
    a_session,
    a_stay,
    an_appointment,
    figure,
    kn,
)
from tests.night_worlds import OTHER_TOWNSHIP, PSEUDO, UNITS, a_land, a_world, days, rows_of

OCTOBER, END = "2026-10", "2026-10-31"
# Counted weeks of October 2026: 5–11 (8th, 9th and 调休 10th worked), 12–18, 19–25, 26 Oct–1 Nov once that Sunday is past.
AFTER = "2026-11-01"


@pytest.mark.parametrize(
    ("held", "weeks"),
    [
        ("2026-10-04", 0),  # Sunday of 28 September – 4 October, whose Thursday the 1st lies in October: three working days
        ("2026-10-05", 1),
        ("2026-10-11", 1),
        ("2026-10-31", 1),
        ("2026-11-01", 1),  # the Sunday after the month: its week's Thursday was the 29th
        ("2026-11-02", 0),
    ],
)
def test_a_week_belongs_to_the_month_of_its_thursday(connection, held, weeks):
    a_county(connection)
    a_session(connection, "study", held)
    k, n = kn(figure(connection, "nights.study_weeks", "township", OCTOBER, AFTER))
    first_week = 1 if held == "2026-10-04" else 0  # 28, 29, 30 September are worked: that week counts too
    assert (k, n) == (weeks + first_week, 5)


def test_a_week_that_is_not_over_does_not_count(connection):
    a_county(connection)
    a_session(connection, "study", "2026-10-26")
    assert kn(figure(connection, "nights.study_weeks", "township", OCTOBER, "2026-10-31")) == (0, 4)


def test_two_studies_in_a_week_are_one_week_and_a_talk_is_no_study(connection):
    a_county(connection)
    a_session(connection, "study", "2026-10-12")
    a_session(connection, "study", "2026-10-14")
    a_session(connection, "talk", "2026-10-19")
    assert kn(figure(connection, "nights.study_weeks", "township", OCTOBER, AFTER)) == (1, 5)
    assert kn(figure(connection, "nights.talk_weeks", "township", OCTOBER, AFTER)) == (1, 5)


@pytest.mark.parametrize(
    ("period", "as_of", "k", "n", "status"),
    [
        ("2026-Q3", "2026-10-31", 1, 1, "ok"),
        ("2026-09", "2026-10-31", 1, 1, "ok"),  # a month shows the quarter that holds it
        ("2026-Q4", "2026-10-31", 0, 1, "running"),
        ("2026", "2026-10-31", 1, 3, "low"),  # the running quarter of a year does not count
    ],
)
def test_a_review_is_counted_by_quarter(connection, period, as_of, k, n, status):
    a_county(connection)
    a_session(connection, "review", "2026-08-20")
    row = figure(connection, "nights.reviews", "township", period, as_of)[TOWNSHIP]
    assert (row["k"], row["n"], row["status"]) == (k, n, status)


def test_lecturers_are_cadres_in_post_who_lectured_at_their_own_township_since_new_year(connection):
    a_land(connection)
    chief, leader, staff, moved, away = (
        an_appointment(connection, role)
        for role in ("township_chief", "township_leader", "township_staff", "township_staff", "township_staff")
    )
    an_appointment(connection, "township_leader", person=chief)  # two posts at one township: one cadre
    a_leave(connection, away, "2026-10-31", None)
    a_session(connection, "study", "2025-12-29", lecturers=(staff,))
    a_session(connection, "study", "2026-10-12", lecturers=(chief, chief, away, 987654))
    a_session(connection, "study", "2026-11-02", lecturers=(leader,))
    a_session(connection, "study", "2026-10-12", OTHER_TOWNSHIP, lecturers=(moved,))
    assert kn(figure(connection, "nights.lecturers", "township", OCTOBER, END)) == (1, 4)
    assert kn(figure(connection, "nights.lecturers", "township", "2026-11", "2026-11-02")) == (2, 4)


@pytest.mark.parametrize(("visits", "reached"), [(0, 0), (1, 0), (2, 0), (3, 1), (5, 1)])
def test_a_village_cadre_owes_three_visits_a_week(connection, visits, reached):
    a_county(connection)
    person = an_appointment(connection, "village_committee", VILLAGE)
    for number in range(visits):
        a_night_visit(connection, person, date(2026, 10, 12 + number % 2))  # twice on one evening are two rows
    rows = figure(connection, "nights.village_visits", "village", "2026-W42", AFTER)
    assert kn(rows, VILLAGE) == (reached, 1)
    assert kn(figure(connection, "nights.village_visits", "township", "2026-W42", AFTER)) == (reached, 1)


@pytest.mark.parametrize(("visited", "k"), [("2026-10-11", 0), ("2026-10-12", 1), ("2026-10-18", 1), ("2026-10-19", 0)])
def test_a_township_cadre_owes_one_visit_between_monday_and_sunday_wherever(connection, visited, k):
    a_land(connection)
    person = an_appointment(connection, "township_staff")
    a_night_visit(connection, person, visited, area="149981102201")
    assert kn(figure(connection, "nights.township_visits", "township", "2026-W42", AFTER)) == (k, 1)
    assert kn(figure(connection, "nights.township_visits", "person", "2026-W42", AFTER), f"p:{person}") == (k, 1)


@pytest.mark.parametrize(
    ("first", "last", "counts"),
    [
        ("2026-10-16", "2026-10-16", 0),  # the Friday
        ("2026-10-17", "2026-10-18", 1),  # the weekend only
        ("2026-10-05", "2026-10-12", 0),
        ("2026-10-05", "2026-10-11", 1),
    ],
)
def test_leave_on_one_working_day_takes_the_week_out(connection, first, last, counts):
    a_county(connection)
    person = an_appointment(connection, "township_staff")
    a_leave(connection, person, first, last)
    assert kn(figure(connection, "nights.township_visits", "township", "2026-W42", AFTER)) == (0, counts)


@pytest.mark.parametrize(("since", "until", "counts"), [("2026-10-12", None, 1), ("2026-10-13", None, 0), ("2026-01-01", "2026-10-16", 1)])
def test_a_post_must_be_held_on_each_working_day_of_the_week(connection, since, until, counts):
    a_county(connection)
    an_appointment(connection, "township_staff", since=since, valid_to=until and date.fromisoformat(until))
    assert kn(figure(connection, "nights.township_visits", "township", "2026-W42", AFTER)) == (0, counts)


def test_a_post_may_be_taken_over_within_the_week_and_two_at_once_count_once(connection):
    a_county(connection)
    person = an_appointment(connection, "township_staff", valid_to=date(2026, 10, 13))
    an_appointment(connection, "township_leader", person=person, since="2026-10-14")
    an_appointment(connection, "township_chief", person=person)
    assert kn(figure(connection, "nights.township_visits", "township", "2026-W42", AFTER)) == (0, 1)


def test_a_cadre_of_two_townships_counts_in_both_but_once_as_a_person(connection):
    a_land(connection)
    person = an_appointment(connection, "township_staff")
    an_appointment(connection, "township_leader", OTHER_TOWNSHIP, person=person)
    a_night_visit(connection, person, "2026-10-12")
    assert kn(figure(connection, "nights.township_visits", "county", "2026-W42", AFTER), COUNTY) == (2, 2)
    assert kn(figure(connection, "nights.township_visits", "person", "2026-W42", AFTER), f"p:{person}") == (1, 1)


def test_cadres_of_a_pseudo_unit_owe_nothing(connection):
    a_land(connection)
    an_appointment(connection, "township_staff", PSEUDO)
    assert kn(figure(connection, "nights.township_visits", "county", "2026-W42", AFTER), COUNTY) == (0, 0)


def test_solved_on_the_spot_is_of_petitions_heard_on_night_visits(connection):
    a_county(connection)
    a_petition(connection, "2026-10-01", channel="night_visit", on_the_spot=True)
    a_petition(connection, "2026-10-31 23:59:59", channel="night_visit", on_the_spot=None)
    a_petition(connection, "2026-09-30 23:59:59", channel="night_visit", on_the_spot=True)
    a_petition(connection, "2026-10-05", channel="reception", on_the_spot=True)
    a_petition(connection, "2026-10-05", channel="night_visit", on_the_spot=True, restricted=True)
    assert kn(figure(connection, "nights.on_the_spot", "township", OCTOBER, END)) == (1, 2)


@pytest.mark.parametrize(
    ("ended", "followed", "k", "n"),
    [
        ("2026-10-02 00:00:00", "2026-11-01 10:00:00", 0, 0),  # 29 days and a day's worth of seconds short
        ("2026-10-01 23:59:59", "2026-10-31 23:59:59", 1, 1),
        ("2026-10-01 23:59:59", "2026-11-01 00:00:00", 0, 1),  # gone back after as-of: not yet known
        ("2026-10-01 08:00:00", None, 0, 1),
        ("2026-09-30 23:59:59", "2026-10-05", 0, 0),  # another month's
    ],
)
def test_a_follow_up_is_owed_thirty_days_after_it_was_resolved(connection, ended, followed, k, n):
    a_county(connection)
    a_petition(connection, "2026-09-01", channel="night_visit", ended=ended, followed_up=followed)
    assert kn(figure(connection, "nights.follow_up", "township", OCTOBER, END)) == (k, n)


def test_withdrawn_petitions_need_no_follow_up(connection):
    a_county(connection)
    a_petition(connection, "2026-09-01", channel="night_visit", ended="2026-10-01", outcome="withdrawn")
    assert kn(figure(connection, "nights.follow_up", "township", OCTOBER, "2026-12-31")) == (0, 0)


def test_measures_are_summed_over_sessions_and_missing_numbers_are_none(connection):
    a_county(connection)
    a_session(connection, "talk", "2026-10-12", measures=3, measures_done=2)
    a_session(connection, "talk", "2026-10-19", measures=None, measures_done=None)
    a_session(connection, "talk", "2026-10-20", measures=1, measures_done=1)
    assert kn(figure(connection, "nights.measures_done", "township", OCTOBER, END)) == (3, 4)


def test_an_empty_county_has_weeks_but_no_cadre_weeks(connection):
    a_county(connection)
    assert kn(figure(connection, "nights.talk_weeks", "township", OCTOBER, AFTER)) == (0, 5)
    row = figure(connection, "nights.village_visits", "village", OCTOBER, AFTER)[VILLAGE]
    assert (row["n"], row["value"], row["rank"], row["status"]) == (0, None, None, "none")


# --- the oracle ---------------------------------------------------------------------------------------------------


def weeks_on_fingers(connection, period: Period, as_of: date) -> list[list[date]]:
    """The counted weeks, each as its seven days."""
    worked = {row.day for row in rows_of(connection, CalendarDay) if row.is_workday}
    found = []
    for thursday in (day for day in days(period.first, period.last) if day.weekday() == 3):
        week = list(days(thursday - timedelta(days=3), thursday + timedelta(days=3)))
        if len([day for day in week if day in worked]) >= 3 and week[-1] <= as_of:
            found.append(week)
    return found


def in_post(posts, leaves, person: int, unit: str, day: date) -> bool:
    away = any(x.person_id == person and x.first_day <= day and (x.last_day is None or x.last_day >= day) for x in leaves)
    held = any(x.person_id == person and x.area_code == unit and (x.valid_from or day) <= day and (x.valid_to or day) >= day for x in posts)
    return held and not away


def cadre_weeks_on_fingers(connection, period, as_of, roles, done, needed):
    """unit → (k, n): person by person, week by week, day by day."""
    worked = {row.day for row in rows_of(connection, CalendarDay) if row.is_workday}
    posts = [row for row in rows_of(connection, Appointment) if row.role in roles]
    leaves, counted = rows_of(connection, LeavePeriod), {}
    for unit in {row.area_code for row in posts}:
        for person in {row.person_id for row in posts if row.area_code == unit}:
            for week in weeks_on_fingers(connection, period, as_of):
                if all(in_post(posts, leaves, person, unit, day) for day in week if day in worked):
                    k, n = counted.get(unit, (0, 0))
                    counted[unit] = k + (sum(1 for who, day in done if who == person and day in week) >= needed), n + 1
    return counted


def nights_on_fingers(connection, period: Period, as_of: date) -> dict[str, dict[str, tuple[int, int]]]:
    """indicator → unit at its own level → (k, n)."""
    last = min(period.last, as_of)
    weeks = weeks_on_fingers(connection, period, as_of)
    sessions, petitions = rows_of(connection, NightSession), [p for p in rows_of(connection, Petition) if not p.restricted]
    visits = [(row.person_id, row.visited_on) for row in rows_of(connection, NightVisit)]
    slots = [(row.received_by, row.day) for row in rows_of(connection, ReceptionSlot) if row.published]
    posts = [row for row in rows_of(connection, Appointment) if row.role.startswith("township")]
    leaves, lectures = rows_of(connection, LeavePeriod), rows_of(connection, NightLecturer)
    end, cut = datetime.combine(last + timedelta(days=1), time()), datetime.combine(as_of + timedelta(days=1), time())
    found: dict[str, dict[str, tuple[int, int]]] = {
        "nights.township_visits": cadre_weeks_on_fingers(
            connection, period, as_of, ("township_chief", "township_leader", "township_staff"), visits, 1
        ),
        "nights.village_visits": cadre_weeks_on_fingers(connection, period, as_of, ("village_chief", "village_committee"), visits, 3),
        "reception.leader_weeks": cadre_weeks_on_fingers(connection, period, as_of, ("township_chief", "township_leader"), slots, 1),
    }
    for name in ("study_weeks", "talk_weeks", "lecturers", "measures_done", "on_the_spot", "follow_up"):
        found[f"nights.{name}"] = {}
    for unit in UNITS["township"]:
        here = [row for row in sessions if row.area_code == unit]
        for kind in ("study", "talk"):
            held = sum(any(row.kind == kind and row.held_on in week for row in here) for week in weeks)
            found[f"nights.{kind}_weeks"][unit] = held, len(weeks)
        inside = [row for row in here if period.first <= row.held_on <= last]
        found["nights.measures_done"][unit] = sum(r.measures_done or 0 for r in inside), sum(r.measures or 0 for r in inside)
        cadres = {row.person_id for row in posts if in_post(posts, leaves, row.person_id, unit, last)}
        this_year = {row.id for row in here if date(as_of.year, 1, 1) <= row.held_on <= last}
        stood_up = {row.person_id for row in lectures if row.session_id in this_year}
        found["nights.lecturers"][unit] = len(cadres & stood_up), len(cadres)
        heard = [p for p in petitions if p.area_code.startswith(unit) and p.channel == "night_visit"]
        opened = [p for p in heard if datetime.combine(period.first, time()) <= p.opened_at < end]
        found["nights.on_the_spot"][unit] = sum(bool(p.on_the_spot) for p in opened), len(opened)
        owed = [
            p
            for p in heard
            if p.outcome == "resolved"
            and datetime.combine(period.first, time()) <= p.ended_at < end
            and p.ended_at < cut - timedelta(days=30)
        ]
        found["nights.follow_up"][unit] = sum(p.followed_up_at is not None and p.followed_up_at < cut for p in owed), len(owed)
    return found


@pytest.mark.parametrize(
    ("seed", "period", "as_of"),
    [(1, "2026-10", "2026-11-21"), (2, "2026-10", "2026-10-17"), (3, "2026-Q4", "2026-11-21"), (4, "2026-W41", "2026-10-31")],
)
def test_the_fast_counts_agree_with_fingers(connection, seed, period, as_of):
    a_world(connection, seed)
    expected = nights_on_fingers(connection, Period.parse(period), date.fromisoformat(as_of))
    assert sum(n for units in expected.values() for _, n in units.values()) > 20
    for name, units in expected.items():
        level = "village" if name == "nights.village_visits" else "township"
        rows = figure(connection, name, level, period, as_of)
        assert {code: kn(rows, code) for code in rows} == {code: units.get(code, (0, 0)) for code in UNITS[level]}, name


ADDED_UP = [entry for entry in chosen(["nights.*", "reception.*"]) if {"county", "township"} <= set(entry.levels)]


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(10, 10_000))
def test_a_county_is_the_sum_of_its_townships_and_a_township_sees_only_itself(connection, seed):
    outer = connection.begin_nested()
    a_world(connection, seed, rows=40)
    for entry in ADDED_UP:
        county = kn(figure(connection, entry.id, "county", "2026-10", "2026-11-21"), COUNTY)
        townships = figure(connection, entry.id, "township", "2026-10", "2026-11-21")
        assert county == tuple(sum(row[part] for row in townships.values()) for part in ("k", "n")), entry.id
        own = figure(connection, entry.id, "township", "2026-10", "2026-11-21", Scope.operator(TOWNSHIP))
        assert {code: kn(own, code) for code in own} == {TOWNSHIP: kn(townships)}, entry.id
        assert figure(connection, entry.id, "township", "2026-10", "2026-11-21", Scope()) == {}
    outer.rollback()


def test_bad_rows_change_nothing(connection):
    a_world(connection, 5)
    ask = lambda: {e.id: figure(connection, e.id, "township", "2026-10", "2026-11-21") for e in chosen(["nights.*", "reception.*"])}  # noqa: E731
    before = ask()
    a_night_visit(connection, 987654, "2026-10-12", area="000000000000")
    a_stay(connection, 987654, "2027-10-12", area="149981999")
    a_session(connection, "study", "2027-03-01", lecturers=(987654,))
    a_session(connection, "无此类", "2026-10-12")
    a_petition(connection, "2026-10-12", area="149981999001", channel="night_visit", on_the_spot=True)
    assert ask() == before
