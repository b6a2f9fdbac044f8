"""对不上的记录: every kind of row that cannot count is found, named and listed, and nothing that counts is."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import event

from data_access.problems import problem_counts, problem_rows
from data_access.scope import Scope
from data_access.tables import NightLecturer
from data_access.window import Window
from tests.builders import (
    EVERYTHING,
    TOWNSHIP,
    VILLAGE,
    a_captain_visit,
    a_household,
    a_meeting,
    a_night_visit,
    a_person,
    a_petition,
    a_rating,
    a_session,
    a_slot,
    a_stay,
    add,
    an_appointment,
    an_area,
    an_event,
)
from tests.night_worlds import OTHER_TOWNSHIP, PSEUDO, PSEUDO_VILLAGE, a_land

NOWHERE, NOBODY = "149981999", 987654
TODAY = date(2026, 10, 31)
OCTOBER = Window("township", date(2026, 10, 1), TODAY, TODAY)


def a_sound_county(connection) -> tuple[int, int]:
    """Rows of every table with nothing wrong. Returns a leader and a household."""
    a_land(connection)
    leader, home = an_appointment(connection, "township_leader", since="2026-10-10"), a_household(connection)
    a_stay(connection, leader, "2026-10-12")
    a_stay(connection, leader, "2026-10-12", VILLAGE)  # elsewhere than at the own unit: no fault, though it does not count
    visit = a_night_visit(connection, leader, "2026-10-12")
    slot = a_slot(connection, "2026-10-12", leader)
    a_slot(connection, "2026-11-05", leader, received_by=None)  # next week's
    a_session(connection, "study", "2026-10-12", lecturers=(leader,))
    petition = a_petition(
        connection, "2026-10-12", channel="night_visit", origin_visit_id=visit, origin_slot_id=slot, ended="2026-10-13", handler_id=leader
    )
    an_event(connection, petition, "2026-10-12", "open")
    a_rating(connection, petition, "2026-10-14", 5)
    a_captain_visit(connection, leader, home, "2026-10-12")
    a_meeting(connection, "analysis", "2026-10-12", VILLAGE, convener_id=leader)
    return leader, home


def test_sound_rows_are_no_problem(connection):
    a_sound_county(connection)
    assert problem_counts(EVERYTHING, connection, OCTOBER).empty


WRONG = {
    "住夜.person": lambda c, leader, home: a_stay(c, NOBODY, "2026-10-12"),
    "住夜.area": lambda c, leader, home: a_stay(c, leader, "2026-10-12", NOWHERE),
    "住夜.future": lambda c, leader, home: a_stay(c, leader, "2026-11-01"),
    "住夜.post": lambda c, leader, home: a_stay(c, leader, "2026-10-09"),  # the day before the appointment
    "住夜.pseudo": lambda c, leader, home: a_stay(c, leader, "2026-10-12", PSEUDO_VILLAGE),
    "夜访.person": lambda c, leader, home: a_night_visit(c, NOBODY, "2026-10-12"),
    "夜访.area": lambda c, leader, home: a_night_visit(c, leader, "2026-10-12", NOWHERE),
    "夜访.future": lambda c, leader, home: a_night_visit(c, leader, "2027-01-01"),
    "夜访.pseudo": lambda c, leader, home: a_night_visit(c, leader, "2026-10-12", PSEUDO),
    "三夜场次.area": lambda c, leader, home: a_session(c, "talk", "2026-10-12", NOWHERE),
    "三夜场次.future": lambda c, leader, home: a_session(c, "talk", "2026-11-12"),
    "授课.session": lambda c, leader, home: add(c, NightLecturer, session_id=NOBODY, person_id=leader),
    "授课.person": lambda c, leader, home: a_session(c, "talk", "2026-10-12", lecturers=(NOBODY,)),
    "接待.area": lambda c, leader, home: a_slot(c, "2026-10-12", leader, NOWHERE),
    "接待.person": lambda c, leader, home: a_slot(c, "2026-10-12", leader, received_by=NOBODY),
    "接待.future": lambda c, leader, home: a_slot(c, "2026-11-12", leader),
    "诉求.area": lambda c, leader, home: a_petition(c, "2026-10-12", area="149981999001"),
    "诉求.future": lambda c, leader, home: a_petition(c, "2026-11-01 00:00:00"),
    "诉求.order": lambda c, leader, home: a_petition(c, "2026-10-12 09:00:00", ended="2026-10-12 08:59:59"),
    "诉求.outcome": lambda c, leader, home: a_petition(c, "2026-10-12", ended="2026-10-13", outcome=None),
    "诉求.person": lambda c, leader, home: a_petition(c, "2026-10-12", handler_id=NOBODY),
    "诉求.visit": lambda c, leader, home: a_petition(c, "2026-10-12", origin_visit_id=NOBODY),
    "诉求.slot": lambda c, leader, home: a_petition(c, "2026-10-12", origin_slot_id=NOBODY),
    "诉求.pseudo": lambda c, leader, home: a_petition(c, "2026-10-12", area=PSEUDO_VILLAGE),
    "诉求流转.petition": lambda c, leader, home: an_event(c, NOBODY, "2026-10-12", "progress"),
    "评单.petition": lambda c, leader, home: a_rating(c, NOBODY, "2026-10-12", 5),
    "三长走访.household": lambda c, leader, home: a_captain_visit(c, leader, NOBODY, "2026-10-12"),
    "三长走访.person": lambda c, leader, home: a_captain_visit(c, NOBODY, home, "2026-10-12"),
    "三长走访.future": lambda c, leader, home: a_captain_visit(c, leader, home, "2026-11-12"),
    "三长会议.area": lambda c, leader, home: a_meeting(c, "analysis", "2026-10-12", NOWHERE),
    "三长会议.person": lambda c, leader, home: a_meeting(c, "analysis", "2026-10-12", VILLAGE, convener_id=NOBODY),
    "任职.area": lambda c, leader, home: an_appointment(c, "village_chief", NOWHERE),
    "任职.person": lambda c, leader, home: an_appointment(c, "village_chief", VILLAGE, person=NOBODY),
    "任职.order": lambda c, leader, home: an_appointment(c, "township_staff", since="2026-10-20", valid_to=date(2026, 10, 19)),
}


@pytest.mark.parametrize("problem", WRONG)
def test_a_row_that_cannot_count_is_named_and_listed(connection, problem):
    leader, home = a_sound_county(connection)
    WRONG[problem](connection, leader, home)
    found = problem_counts(EVERYTHING, connection, OCTOBER)
    assert found[["id", "rows"]].values.tolist() == [[problem, 1]]
    assert len(problem_rows(EVERYTHING, connection, OCTOBER, problem)) == 1
    assert problem_rows(EVERYTHING, connection, OCTOBER, problem, offset=1).empty


def test_pages_follow_each_other_newest_first_and_names_are_masked(connection):
    a_land(connection)
    stays = [a_stay(connection, a_person(connection, "李四光"), "2026-11-01") for _ in range(5)]
    first = problem_rows(EVERYTHING, connection, OCTOBER, "住夜.future", limit=3)
    rest = problem_rows(Scope(area=""), connection, OCTOBER, "住夜.future", limit=3, offset=3)
    assert [*first["row_id"], *rest["row_id"]] == stays[::-1]
    assert (first["person_name"][0], rest["person_name"][0], first["area_name"][0]) == ("李四光", "李**", "泥河镇")


def test_a_township_sees_its_own_faults_only(connection):
    a_land(connection)
    a_stay(connection, NOBODY, "2026-10-12", TOWNSHIP)
    a_stay(connection, NOBODY, "2026-10-12", OTHER_TOWNSHIP)
    a_stay(connection, a_person(connection), "2026-10-12", NOWHERE)
    an_event(connection, NOBODY, "2026-10-12", "open")
    assert problem_counts(Scope(area=TOWNSHIP), connection, OCTOBER)[["id", "rows"]].values.tolist() == [["住夜.person", 1]]
    assert problem_counts(Scope(area="149981"), connection, OCTOBER)["rows"].sum() == 4
    assert problem_counts(Scope(), connection, OCTOBER).empty


def test_restricted_petitions_are_never_among_them(connection):
    a_land(connection)
    a_petition(connection, "2026-10-12 09:00:00", ended="2026-10-11", restricted=True)
    for scope in (EVERYTHING, Scope(area="", may_see_restricted=True)):
        assert problem_counts(scope, connection, OCTOBER).empty


def test_an_unknown_reason_is_refused(connection):
    with pytest.raises(LookupError, match="没有"):
        problem_rows(EVERYTHING, connection, OCTOBER, "住夜.nonsense")


def test_statements_do_not_grow_with_units(connection):
    a_land(connection)
    counts = []
    for township in range(110, 150, 20):
        for unit in range(township, township + 20):
            an_area(connection, f"149981{unit}", "township")
            a_stay(connection, NOBODY, "2026-10-12", f"149981{unit}")
        statements: list[str] = []
        listener = lambda *arguments: statements.append(arguments[2])  # noqa: E731, B023
        event.listen(connection, "before_cursor_execute", listener)
        problem_counts(EVERYTHING, connection, OCTOBER)
        event.remove(connection, "before_cursor_execute", listener)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 11
