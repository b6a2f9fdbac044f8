"""住夜: the rules R01–R03 night by night, at their edges, and against an oracle that counts on its fingers."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from data_access.tables import Appointment, LeavePeriod, NightStay
from metrics.definition import Question
from metrics.duty import required_chief_nights
from metrics.period import Period
from metrics.rulebook import rulebook
from metrics.vocabulary import Level
from metrics.workdays import Workdays
from tests.builders import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    a_county,
    a_leave,
    a_person,
    a_stay,
    an_appointment,
    an_area,
    figure,
    kn,
    nights,
)

OCTOBER = "2026-10"  # 18 working days: National Day 1–7, 调休 Saturday the 10th
END = "2026-10-31"
MONDAY = "2026-10-12"


def a_full_team(connection, staff: int = 5) -> dict[str, list[int]]:
    a_county(connection)
    return {
        "chiefs": [an_appointment(connection, "township_chief") for _ in range(2)],
        "leaders": [an_appointment(connection, "township_leader") for _ in range(3)],
        "staff": [an_appointment(connection, "township_staff") for _ in range(staff)],
    }


@pytest.mark.parametrize(
    ("chiefs", "leaders", "staff", "compliant"),
    [
        (1, 2, 1, 1),
        (0, 3, 5, 0),
        (1, 1, 1, 0),
        (2, 1, 1, 1),  # a second chief counts as a leader
        (2, 0, 5, 0),
        (1, 2, 0, 0),
    ],
)
def test_a_night_needs_a_chief_two_leaders_and_a_fifth_of_the_staff(connection, chiefs, leaders, staff, compliant):
    team = a_full_team(connection)
    for group, size in (("chiefs", chiefs), ("leaders", leaders), ("staff", staff)):
        for person in team[group][:size]:
            a_stay(connection, person, MONDAY)
    assert kn(figure(connection, "duty.night_compliance", "township", OCTOBER, END)) == (compliant, 18)


@pytest.mark.parametrize(("in_post", "needed"), [(5, 1), (6, 2), (10, 2), (11, 3), (35, 7), (36, 8)])
def test_a_fifth_of_the_staff_is_rounded_up_exactly(connection, in_post, needed):
    team = a_full_team(connection, staff=in_post)
    for person in team["chiefs"][:1] + team["leaders"][:2] + team["staff"][: needed - 1]:
        a_stay(connection, person, MONDAY)
    assert kn(figure(connection, "duty.night_compliance", "township", OCTOBER, END))[0] == 0
    a_stay(connection, team["staff"][needed - 1], MONDAY)
    assert kn(figure(connection, "duty.night_compliance", "township", OCTOBER, END))[0] == 1


def test_staff_on_leave_neither_count_nor_are_counted_on(connection):
    team = a_full_team(connection, staff=6)
    a_leave(connection, team["staff"][0], MONDAY, MONDAY)
    for person in team["chiefs"][:1] + team["leaders"][:2] + team["staff"][1:2]:
        a_stay(connection, person, MONDAY)
    assert kn(figure(connection, "duty.night_compliance", "township", OCTOBER, END))[0] == 1


def test_a_chief_on_leave_or_elsewhere_covers_nothing(connection):
    team = a_full_team(connection)
    a_leave(connection, team["chiefs"][0], "2026-10-01", None)
    a_stay(connection, team["chiefs"][0], MONDAY)
    a_stay(connection, team["chiefs"][1], MONDAY, area=VILLAGE)
    rows = figure(connection, "duty.chief_cover", "township", OCTOBER, END)
    assert kn(rows) == (0, 18)
    assert kn(figure(connection, "duty.unreported", "township", OCTOBER, END)) == (17, 18)


def test_stays_count_from_the_day_of_appointment_to_its_last_day(connection):
    a_county(connection)
    chief = an_appointment(connection, "township_chief", since="2026-10-13", valid_to="2026-10-15")
    for night in nights("2026-10-12", "2026-10-16"):
        a_stay(connection, chief, night)
    assert kn(figure(connection, "duty.chief_cover", "township", OCTOBER, END)) == (3, 18)


def test_holidays_do_not_count_and_make_up_saturdays_do(connection):
    team = a_full_team(connection)
    for night in ("2026-10-01", "2026-10-10", "2026-10-11"):
        a_stay(connection, team["chiefs"][0], night)
    assert kn(figure(connection, "duty.chief_cover", "township", OCTOBER, END)) == (1, 18)


def test_a_running_month_is_cut_at_as_of(connection):
    team = a_full_team(connection)
    for night in ("2026-10-08", "2026-10-12"):
        a_stay(connection, team["chiefs"][0], night)
    assert kn(figure(connection, "duty.chief_cover", "township", OCTOBER, "2026-10-09")) == (1, 2)


def test_bad_rows_count_nowhere(connection):
    team = a_full_team(connection)
    a_stay(connection, 987654, MONDAY)
    a_stay(connection, team["chiefs"][0], MONDAY, area="149981999")
    a_stay(connection, team["chiefs"][0], "2027-03-01")
    assert kn(figure(connection, "duty.chief_cover", "township", OCTOBER, END)) == (0, 18)


def test_pseudo_units_and_what_lies_under_them_are_in_no_figure(connection):
    a_full_team(connection)
    an_area(connection, "149981400", "township", "中心镇", ranked=False)
    an_area(connection, "149981400201", "village")
    rows = figure(connection, "duty.village_compliance", "village", OCTOBER, END)
    assert set(rows) == {VILLAGE}
    assert kn(figure(connection, "duty.night_compliance", "county", OCTOBER, END), COUNTY) == (0, 18)


def test_a_village_needs_a_chief_and_two_others(connection):
    a_county(connection)
    first, second = (an_appointment(connection, "village_chief", VILLAGE) for _ in range(2))
    member = an_appointment(connection, "village_committee", VILLAGE)
    for person in (first, member):
        a_stay(connection, person, MONDAY, area=VILLAGE)
    assert kn(figure(connection, "duty.village_compliance", "village", OCTOBER, END), VILLAGE) == (0, 18)
    a_stay(connection, second, MONDAY, area=VILLAGE)
    assert kn(figure(connection, "duty.village_compliance", "village", OCTOBER, END), VILLAGE) == (1, 18)


def test_the_longest_run_of_misses_goes_over_weekends_and_holidays(connection):
    team = a_full_team(connection)
    for night in ("2026-10-09", "2026-10-20"):
        for person in team["chiefs"][:1] + team["leaders"][:2] + team["staff"][:1]:
            a_stay(connection, person, night)
    # Missed: the 8th; then 10, 12–16, 19; then 21–23, 26–30.
    assert figure(connection, "duty.miss_streak", "township", OCTOBER, END)[TOWNSHIP]["value"] == 8


@pytest.mark.parametrize(("workdays", "required"), [(20, 10), (23, 10), (19, 10), (18, 9), (17, 9), (1, 1), (10, 5), (11, 6)])
def test_a_chiefs_target_shrinks_with_the_workdays_in_post(workdays, required):
    question = Question(Level.PERSON, Period.parse(OCTOBER), date(2026, 10, 31), Workdays({}), rulebook().on(date(2026, 10, 31)))
    assert required_chief_nights(workdays, question) == required


def test_chief_nights_by_person_and_by_unit(connection):
    team = a_full_team(connection)
    diligent, lazy = team["chiefs"]
    for night in ("2026-10-08", "2026-10-09", "2026-10-10", *[str(d) for d in nights("2026-10-12", "2026-10-17")], "2026-10-19"):
        a_stay(connection, diligent, night)  # nine workday nights and Saturday the 17th
    a_leave(connection, lazy, "2026-10-08", "2026-10-30")
    people = figure(connection, "duty.chief_nights", "person", OCTOBER, END)
    assert kn(people, f"p:{diligent}") == (9, 9)
    assert f"p:{lazy}" not in people
    assert kn(figure(connection, "duty.chief_nights", "township", OCTOBER, END)) == (1, 1)


def test_a_quarter_counts_a_chiefs_complete_months_only(connection):
    a_full_team(connection)
    assert kn(figure(connection, "duty.chief_nights", "township", "2026-Q4", "2026-11-21")) == (0, 2)


def test_load_ratio_counts_those_who_never_stayed(connection):
    team = a_full_team(connection)
    for night in ("2026-10-12", "2026-10-13", "2026-10-14"):
        a_stay(connection, team["leaders"][0], night)
    a_stay(connection, team["leaders"][1], "2026-10-12")
    assert figure(connection, "duty.load_ratio", "township", OCTOBER, END)[TOWNSHIP]["value"] is None
    for person in team["chiefs"]:
        a_stay(connection, person, "2026-10-12")
    assert figure(connection, "duty.load_ratio", "township", OCTOBER, END)[TOWNSHIP]["value"] == 3.0


def test_fewer_than_ten_nights_are_thin_and_unranked(connection):
    a_full_team(connection)
    row = figure(connection, "duty.chief_cover", "township", OCTOBER, "2026-10-16")[TOWNSHIP]
    assert (row["n"], row["rank"], row["status"]) == (8, None, "thin")


def counted_on_fingers(connection, township: str, first: date, last: date, workdays: Workdays) -> tuple[int, int]:
    """The oracle: night by night, person by person, as R01 is read aloud."""
    appointments = connection.execute(
        select(Appointment.person_id, Appointment.role, Appointment.area_code, Appointment.valid_from, Appointment.valid_to)
    ).all()
    leaves = connection.execute(select(LeavePeriod.person_id, LeavePeriod.first_day, LeavePeriod.last_day)).all()
    stays = connection.execute(select(NightStay.person_id, NightStay.area_code, NightStay.night)).all()
    compliant, total, night = 0, 0, first
    while night <= last:
        if workdays.is_workday(night):
            total += 1
            away = {p for p, a, b in leaves if a <= night and (b is None or b >= night)}
            posts = {
                role: {p for p, r, c, a, b in appointments if r == role and c == township and a <= night and (b is None or b >= night)}
                - away
                for role in ("township_chief", "township_leader", "township_staff")
            }
            here = {p for p, c, n in stays if c == township and n == night}
            chiefs = here & posts["township_chief"]
            leaders = here & (posts["township_leader"] - posts["township_chief"])
            staff = posts["township_staff"] - posts["township_leader"] - posts["township_chief"]
            enough_leaders = len(leaders) + max(0, len(chiefs) - 1) >= 2
            compliant += bool(chiefs) and enough_leaders and len(here & staff) >= math.ceil(len(staff) / 5)
        night += timedelta(days=1)
    return compliant, total


def test_the_fast_count_agrees_with_fingers(connection):
    import random

    chance = random.Random(7)
    team = a_full_team(connection, staff=9)
    both = team["staff"][0]
    an_appointment(connection, "township_leader", person=both, since="2026-10-15")
    everyone = [person for group in team.values() for person in group]
    for person in everyone:
        for night in nights("2026-10-01", END):
            if chance.random() < 0.6:
                a_stay(connection, person, night)
        if chance.random() < 0.3:
            a_leave(connection, person, "2026-10-14", chance.choice(["2026-10-14", "2026-10-22", None]))
    a_stay(connection, a_person(connection), MONDAY)
    from reports.source import DatabaseSource
    from tests.builders import EVERYTHING

    workdays = DatabaseSource(connection, EVERYTHING).workdays()
    expected = counted_on_fingers(connection, TOWNSHIP, date(2026, 10, 1), date(2026, 10, 31), workdays)
    assert kn(figure(connection, "duty.night_compliance", "township", OCTOBER, END)) == expected
    assert 0 < expected[0] < expected[1]
