"""排班: what a roster has to name before the evening, who came, at the edges and against a count on the fingers."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta

import pytest

from data_access.rosters import night_phones, rosters
from data_access.scope import Scope
from data_access.tables import DutyRoster, NightStay
from tests.builders import (
    COUNTY,
    EVERYTHING,
    TOWNSHIP,
    VILLAGE,
    a_county,
    a_leave,
    a_person,
    a_stay,
    a_turn,
    add,
    an_appointment,
    an_area,
    figure,
    kn,
)

OCTOBER, END = "2026-10", "2026-10-31"  # 18 working days
MONDAY, TUESDAY, SUNDAY = "2026-10-12", "2026-10-13", "2026-10-11"


def a_team(connection, area=TOWNSHIP, chief="township_chief", other="township_leader"):
    return [an_appointment(connection, role, area) for role in (chief, chief, other, other, other)]


@pytest.mark.parametrize(
    ("named", "planned"),
    [
        ((0, 2, 3), 1),
        ((0, 1, 2), 1),  # a second chief is one of the others
        ((0, 2), 0),
        ((2, 3, 4), 0),
        ((), 0),
    ],
)
def test_a_roster_names_a_chief_and_two_others(connection, named, planned):
    a_county(connection)
    team = a_team(connection)
    for place in named:
        a_turn(connection, team[place], MONDAY)
    assert kn(figure(connection, "duty.planned", "township", OCTOBER, END)) == (planned, 18)
    assert kn(figure(connection, "duty.planned", "county", OCTOBER, END), COUNTY) == (planned, 18)


@pytest.mark.parametrize(
    ("recorded", "planned"),
    [(None, 1), ("2026-09-28 09:00:00", 1), (f"{MONDAY} 17:59:59", 1), (f"{MONDAY} 18:00:00", 0), ("2026-10-20 08:00:00", 0)],
)
def test_a_roster_written_when_the_evening_has_begun_is_no_plan(connection, recorded, planned):
    a_county(connection)
    team = a_team(connection)
    for person in team[:3]:
        a_turn(connection, person, MONDAY, recorded_at=recorded)
    assert kn(figure(connection, "duty.planned", "township", OCTOBER, END))[0] == planned
    for person in team[:3]:
        a_stay(connection, person, MONDAY)
    assert kn(figure(connection, "duty.plan_kept", "township", OCTOBER, END)) == (3, 3), "who came came, whenever the roster was written"


def test_a_chief_on_leave_or_of_another_township_leads_no_night(connection):
    a_county(connection)
    other = an_area(connection, "149981102", "township")
    team, stranger = a_team(connection), an_appointment(connection, "township_chief", other)
    a_leave(connection, team[0], MONDAY, MONDAY)
    for person in (team[0], *team[2:4]):
        a_turn(connection, person, MONDAY)
        a_turn(connection, person, TUESDAY)
    for person in (stranger, *team[2:4]):
        a_turn(connection, person, "2026-10-14")
    assert kn(figure(connection, "duty.planned", "township", OCTOBER, END)) == (1, 18)


def test_villages_have_rosters_of_their_own(connection):
    a_county(connection)
    team = a_team(connection, VILLAGE, "village_chief", "village_committee")
    for person in (team[0], *team[2:4]):
        a_turn(connection, person, MONDAY, VILLAGE)
    a_stay(connection, team[0], MONDAY, VILLAGE)
    assert kn(figure(connection, "duty.planned", "village", OCTOBER, END), VILLAGE) == (1, 18)
    assert kn(figure(connection, "duty.plan_kept", "village", OCTOBER, END), VILLAGE) == (1, 3)
    assert kn(figure(connection, "duty.planned", "township", OCTOBER, END)) == (0, 18)
    assert TOWNSHIP not in figure(connection, "duty.plan_kept", "township", OCTOBER, END) or kn(
        figure(connection, "duty.plan_kept", "township", OCTOBER, END)
    ) == (0, 0)


def test_whoever_stands_in_keeps_the_turn_and_leave_leaves_it_out(connection):
    a_county(connection)
    first, second, third, fourth, fifth = a_team(connection)
    a_turn(connection, first, MONDAY, substitute_id=second)
    a_turn(connection, third, MONDAY)
    a_turn(connection, fourth, MONDAY)
    a_leave(connection, fourth, MONDAY, None)
    a_turn(connection, fifth, SUNDAY)  # no workday night
    a_stay(connection, second, MONDAY)
    a_stay(connection, third, MONDAY, VILLAGE)  # not at the unit itself
    assert kn(figure(connection, "duty.plan_kept", "township", OCTOBER, END)) == (1, 2)


def test_a_night_that_goes_on_counts_nowhere(connection):
    a_county(connection)
    team = a_team(connection)
    for person in team[:3]:
        a_turn(connection, person, MONDAY)
    assert kn(figure(connection, "duty.planned", "township", OCTOBER, f"{TUESDAY}T07:59"))[0] == 0
    assert kn(figure(connection, "duty.planned", "township", OCTOBER, f"{TUESDAY}T08:00"))[0] == 1
    assert kn(figure(connection, "duty.plan_kept", "township", OCTOBER, f"{TUESDAY}T08:00")) == (0, 3)


def test_the_same_turn_twice_and_turns_of_nobody_count_once_and_not(connection):
    a_county(connection)
    team = a_team(connection)
    for _ in range(2):
        a_turn(connection, team[0], MONDAY)
    a_turn(connection, 987654, MONDAY)
    a_turn(connection, team[1], MONDAY, post="boss")
    a_turn(connection, team[2], MONDAY, substitute_id=987654)
    assert kn(figure(connection, "duty.plan_kept", "township", OCTOBER, END)) == (0, 1)


@pytest.mark.parametrize("seed", range(3))
def test_the_figures_are_those_counted_on_the_fingers(connection, seed):
    chance = random.Random(seed)
    a_county(connection)
    team = a_team(connection)
    away = {team[0]: ("2026-10-14", "2026-10-16"), team[3]: ("2026-10-20", "2026-10-20")}
    for person, (first, last) in away.items():
        a_leave(connection, person, first, last)
    workdays = [date(2026, 10, 8) + timedelta(days=each) for each in range(24)]
    workdays = [each for each in workdays if each.weekday() < 5 or each == date(2026, 10, 10)]
    turns, stays = {}, set()
    for night in workdays:
        for person in chance.sample(team, chance.randrange(6)):
            entered = datetime.combine(night, time(chance.choice([9, 17, 18, 23])))
            other = chance.choice([None, None, chance.choice(team)])
            turns[night, person] = (entered, other)
            a_turn(connection, person, night, recorded_at=entered, substitute_id=other)
        for person in chance.sample(team, chance.randrange(4)):
            stays.add((night, person))
            a_stay(connection, person, night)

    def is_away(person, night):
        return person in away and away[person][0] <= str(night) <= away[person][1]

    planned = 0
    for night in workdays:
        named = [person for (day, person), (entered, _) in turns.items() if day == night and entered.hour < 18]
        planned += any(person in team[:2] and not is_away(person, night) for person in named) and len(named) >= 3
    due = [(night, person, other) for (night, person), (_, other) in turns.items() if not is_away(person, night)]
    kept = sum((night, person) in stays or (night, other) in stays for night, person, other in due)
    assert kn(figure(connection, "duty.planned", "township", OCTOBER, END)) == (planned, 18)
    assert kn(figure(connection, "duty.plan_kept", "township", OCTOBER, END)) == (kept, len(due))


# --- by name --------------------------------------------------------------------------------------------------------


def test_the_roster_says_who_came_who_stands_in_and_masks_what_is_not_asked_for(connection):
    a_county(connection)
    lead, other = (an_appointment(connection, "township_chief", person=a_person(connection, name)) for name in ("王强国", "李刚"))
    a_turn(connection, lead, MONDAY, substitute_id=other, phone="13900001111")
    a_turn(connection, other, TUESDAY, phone="03512025366")
    a_leave(connection, lead, MONDAY, MONDAY, "training")
    a_stay(connection, other, MONDAY)
    first, second = rosters(EVERYTHING, connection, date(2026, 10, 12), date(2026, 10, 13)).to_dict("records")
    assert (first["name"], first["substitute"], first["leave"]) == ("王强国", "李刚", "training")
    assert (first["stayed"], first["stood_in"], first["phone"]) == (False, True, "138****5678"), "of who is to come, not of who is away"
    assert (second["stayed"], second["phone"]) == (False, "035****5366")
    masked = rosters(Scope(area=""), connection, date(2026, 10, 12), date(2026, 10, 12)).iloc[0]
    assert (masked["name"], masked["substitute"]) == ("王**", "李*")
    assert rosters(EVERYTHING.narrowed(VILLAGE), connection, date(2026, 10, 12), date(2026, 10, 13)).empty


def test_numbers_of_a_night_are_told_to_who_may_see_names_and_only_of_their_own(connection):
    a_county(connection)
    lead, elsewhere = an_appointment(connection, "township_chief"), a_person(connection, "外人")
    a_turn(connection, lead, MONDAY, phone="13900001111")
    asked = [lead, elsewhere]
    assert night_phones(EVERYTHING, connection, date(2026, 10, 12), asked) == {lead: "13900001111"}
    assert night_phones(EVERYTHING, connection, date(2026, 10, 13), asked) == {lead: "13812345678"}
    assert night_phones(Scope(area=""), connection, date(2026, 10, 12), asked) == {}
    assert night_phones(Scope(area="149982", may_see_names=True), connection, date(2026, 10, 12), asked) == {}


def test_a_feed_may_send_a_turn_and_a_stay_under_its_own_numbers(connection):
    a_county(connection)
    person = an_appointment(connection, "township_chief")
    for table in (DutyRoster, NightStay):
        add(connection, table, area_code=TOWNSHIP, night=MONDAY, person_id=person, source="oa", source_ref="7")
    assert kn(figure(connection, "duty.plan_kept", "township", OCTOBER, END)) == (1, 1)
