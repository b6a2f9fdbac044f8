"""A captain's months: each figure in the month its rule looks at, and their sums are what 年度评选 counts."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd
import pytest
from sqlalchemy import Connection

from data_access.captain_lists import absences_of, trainings_of
from data_access.captain_year import answers_of, entries_of, handled_of, marks_of, ratings_of
from data_access.scope import Scope
from metrics.captain_months import counted_items, days_away, entered_in_time, month_figures, stars_by_month
from metrics.definition import Question, Span
from metrics.period import Period
from metrics.vocabulary import Level, Role
from reports.selection import selection_of
from reports.source import DatabaseSource, window
from tests.builders import (
    CELL,
    EVERYTHING,
    a_captain_visit,
    a_county,
    a_household,
    a_leave,
    a_mark,
    a_meeting,
    a_petition,
    a_rating,
    a_survey_answer,
    a_training,
    an_appointment,
    an_area,
)

FIRST, LAST = date(2026, 1, 1), date(2026, 11, 22)


def a_row(**other: object) -> dict:
    """A small petition opened and dispatched on 30 October, due on 4 November, resolved in time."""
    plain = {
        "size": "small",
        "opened_at": datetime(2026, 10, 30, 9),
        "due": date(2026, 11, 4),
        "ended_at": datetime(2026, 11, 3, 9),
        "outcome": "resolved",
        "in_time": 1,
        "escalated": 0,
        "dispatched_at": datetime(2026, 10, 30, 10),
        "accept_due": date(2026, 11, 2),
        "accepted_in_time": 1,
    }
    row = plain | other
    past = {
        "past": int(row["due"] is not None and row["due"] <= LAST),
        "accept_past": int(row["accept_due"] is not None and row["accept_due"] <= LAST),
    }
    return row | past


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({}, {"closed_on_time": ("2026-11", True), "small_on_time": ("2026-11", True), "accept_on_time": ("2026-10", True)}),
        ({"outcome": None, "ended_at": None, "in_time": 0, "accept_due": None}, {"closed_on_time": ("2026-11", False)}),
        ({"outcome": "withdrawn", "accept_due": None}, {}),
        ({"due": date(2026, 11, 23), "accept_due": None}, {}),  # not due yet, small: counts nowhere
        ({"size": "big", "due": date(2026, 11, 23), "accept_due": None}, {"big_resolved": ("2026-10", True)}),
        ({"size": "hard", "in_time": 0, "escalated": 1, "accept_due": None}, {"hard_resolved": ("2026-11", True)}),
        ({"accept_due": date(2026, 11, 23), "due": None}, {}),
    ],
)
def test_a_petition_counts_in_the_month_its_rule_looks_at(other: dict, expected: dict) -> None:
    found = {item: (month, done) for item, month, done in counted_items(a_row(**other), FIRST, LAST)}
    assert expected.items() <= found.items()
    assert bool(found) == bool(expected)


@pytest.mark.parametrize(
    ("recorded", "kept"), [(datetime(2026, 10, 11, 23, 59, 59), True), (datetime(2026, 10, 12), False), (None, False), (pd.NaT, False)]
)
def test_an_entry_is_in_time_within_72_hours_of_the_end_of_its_day(recorded: datetime | None, kept: bool) -> None:
    assert entered_in_time(date(2026, 10, 8), recorded, 72) is kept


def test_leave_is_counted_in_days_each_once_and_an_open_end_runs_on() -> None:
    leave = pd.DataFrame({"first_day": [date(2026, 9, 28), date(2026, 10, 2)], "last_day": [date(2026, 10, 3), None]})
    assert days_away(leave, date(2026, 10, 1), date(2026, 10, 10)) == 10
    assert days_away(leave.head(1), date(2026, 10, 1), date(2026, 10, 10)) == 3


def test_the_sums_of_the_months_are_what_the_selection_counts(connection: Connection) -> None:
    a_county(connection)
    captain = an_appointment(connection, "cell_captain", CELL, since="2024-01-01")
    home, elsewhere = a_household(connection, "key", CELL), a_household(connection, "key", an_area(connection, CELL[:16] + "002", "cell"))
    for day, entered in (("2026-03-02", "2026-03-03 09:00:00"), ("2026-05-06", "2026-05-20 09:00:00")):
        a_captain_visit(connection, captain, home, day, recorded_at=datetime.fromisoformat(entered))
    a_meeting(connection, "heart_talk", "2026-02-03", CELL, convener_id=captain, recorded_at=datetime(2026, 2, 3, 20))
    kept = a_petition(
        connection, "2026-10-08 09:00:00", number="K-1", area=CELL, handler_id=captain, ended="2026-10-09", outcome="resolved"
    )
    a_petition(connection, "2026-09-01 09:00:00", number="K-2", area=CELL, handler_id=captain)
    a_petition(connection, "2026-09-01 09:00:00", number="K-9", area=CELL, handler_id=captain, restricted=True)
    a_rating(connection, kept, "2026-10-10 09:00:00", 4)
    a_rating(connection, kept, "2026-10-11 09:00:00", 5, independent=True)
    for household, score in ((home, 5), (home, 3), (elsewhere, 1)):
        a_survey_answer(connection, captain, score, 2026, household_id=household)
    a_mark(connection, captain, "bonus", 2026, points=2, evidence="纪要", decided_on="2026-10-08")

    source = DatabaseSource(connection, EVERYTHING)
    year = Period.parse("2026")
    seen = window(Question(Level.PERSON, year, LAST, source.workdays(), source.rules.on(LAST)), Span.PERIOD)
    handled, entries = handled_of(EVERYTHING, connection, captain, seen), entries_of(EVERYTHING, connection, captain, FIRST, LAST)
    assert set(handled["number"]) == {"K-1", "K-2"}
    months = month_figures(handled, entries, FIRST, LAST, seen.number("quality.entry_hours"))
    made = selection_of(source, 2026, Role.CELL_CAPTAIN, LAST)
    terms = made.terms[made.terms["person_id"] == captain].set_index("item")
    for item in ("small_on_time", "in_time"):
        own = months[months["item"] == item]
        assert (own["k"].sum(), own["n"].sum()) == (terms.loc[item, "k"], terms.loc[item, "n"]), item
    assert (terms.loc["small_on_time", "n"], terms.loc["in_time", "n"]) == (2, 3)
    assert stars_by_month(ratings_of(EVERYTHING, connection, captain, seen)) == {"2026-10": (2, 9)}
    assert (terms.loc["ratings", "n"], terms.loc["ratings", "k"]) == (2, 9)
    assert answers_of(EVERYTHING, connection, captain, (CELL,), 2026, LAST) == (2, 8, 1)
    assert (terms.loc["survey", "n"], terms.loc["survey", "k"]) == (2, 8)
    assert list(marks_of(EVERYTHING, connection, captain, 2026, LAST)["points"]) == [2]


@pytest.mark.parametrize(
    ("area", "seen"),
    [("", True), (CELL, True), ("149981102", True), ("149981103", False), (None, False)],
    ids=["everything", "the own cell", "a township led before", "another township", "nobody's"],
)
def test_marks_answers_leave_and_training_are_seen_where_a_post_was_held(connection: Connection, area: str | None, seen: bool) -> None:
    a_county(connection)
    for elsewhere in ("1499811022010101001", "1499811032010101001"):
        for digits, level in ((9, "township"), (12, "village"), (19, "cell")):
            an_area(connection, elsewhere[:digits], level)
    captain = an_appointment(connection, "cell_captain", CELL, since="2026-01-01")
    an_appointment(connection, "cell_captain", "1499811022010101001", since="2024-01-01", valid_to="2025-12-31", person=captain)
    an_appointment(connection, "cell_captain", "1499811032010101001", since="2024-01-01")  # somebody else's post opens nothing
    a_mark(connection, captain, "bonus", 2026, points=2, evidence="纪要", decided_on="2026-10-08")
    a_survey_answer(connection, captain, 4, 2026, household_id=a_household(connection, "key", CELL))
    a_leave(connection, captain, "2026-10-01", "2026-10-03")
    a_training(connection, captain, "2026-10-09")

    scope = Scope(area)
    assert len(marks_of(scope, connection, captain, 2026, LAST)) == seen
    assert sum(answers_of(scope, connection, captain, (CELL,), 2026, LAST)[::2]) == seen  # their own or from elsewhere
    assert len(absences_of(scope, connection, captain, FIRST, LAST)) == seen
    assert len(trainings_of(scope, connection, captain, FIRST, LAST)) == seen
