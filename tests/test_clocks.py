"""The clocks of 诉求 at their edges: 调休 Saturdays, National Day, one second before and after, extension, statutory days."""

from __future__ import annotations

import pytest

from tests.builders import TOWNSHIP, a_county, a_petition, figure, kn

# National Day 2026 is 1–7 October; Saturday the 10th is worked (调休), so is Sunday 20 September; the 25th is Mid-autumn.
DEADLINES = [
    ("small", "2026-09-30 09:00:00", "2026-10-10"),  # over National Day: the 8th, the 9th, and the 调休 Saturday
    ("small", "2026-10-07 12:00:00", "2026-10-10"),  # opened on the holiday's last day
    ("small", "2026-10-08 00:00:00", "2026-10-12"),
    ("small", "2026-10-08 23:59:59", "2026-10-12"),  # the hour of opening does not matter
    ("small", "2026-10-10 23:59:59", "2026-10-14"),  # opened on the 调休 Saturday
    ("small", "2026-10-11 00:00:00", "2026-10-14"),  # opened on the Sunday after it
    ("big", "2026-10-12 08:00:00", "2026-10-21"),
    ("hard", "2026-09-25 08:00:00", "2026-10-22"),
    ("hard", "2026-09-18 08:00:00", "2026-10-15"),
]


@pytest.mark.parametrize(("size", "opened", "due"), DEADLINES)
@pytest.mark.parametrize(("clock", "days_late", "k"), [("23:59:58", 0, 1), ("23:59:59", 0, 1), ("00:00:00", 1, 0)])
def test_a_working_day_deadline_ends_with_its_day(connection, size, opened, due, clock, days_late, k):
    a_county(connection)
    ended = f"{due[:8]}{int(due[8:]) + days_late:02d} {clock}"
    a_petition(connection, opened, size=size, ended=ended)
    assert kn(figure(connection, "petitions.closed_on_time", "township", "2026-10", "2026-10-31")) == (k, 1)


@pytest.mark.parametrize(("size", "opened", "due"), DEADLINES)
def test_an_open_petition_is_overdue_at_the_end_of_its_last_day_and_not_a_day_earlier(connection, size, opened, due):
    a_county(connection)
    a_petition(connection, opened, size=size)
    day_before = f"{due[:8]}{int(due[8:]) - 1:02d}"
    assert kn(figure(connection, "petitions.overdue", "township", "2026-10", day_before)) == (0, 1)
    assert kn(figure(connection, "petitions.overdue", "township", "2026-10", due)) == (1, 1)
    assert kn(figure(connection, "petitions.closed_on_time", "township", "2026-10", day_before)) == (0, 0)
    assert kn(figure(connection, "petitions.closed_on_time", "township", "2026-10", due)) == (0, 1)


@pytest.mark.parametrize(
    ("ended", "k"), [("2026-10-15 11:59:59", 1), ("2026-10-15 12:00:00", 1), ("2026-10-15 12:00:01", 0), ("2026-10-15 23:00:00", 0)]
)
@pytest.mark.parametrize("column", ["due_at", "extended_to"])
def test_a_deadline_with_an_hour_is_kept_to_the_second(connection, column, ended, k):
    a_county(connection)
    a_petition(connection, "2026-10-08 09:00:00", ended=ended, **{column: "2026-10-15 12:00:00"})
    assert kn(figure(connection, "petitions.closed_on_time", "township", "2026-10", "2026-10-31")) == (k, 1)


def test_an_extension_overrides_the_given_deadline_and_moves_the_case_to_its_month(connection):
    a_county(connection)
    a_petition(connection, "2026-10-08", due="2026-10-20 17:00:00", extended_to="2026-11-05 17:00:00", ended="2026-11-05 17:00:00")
    assert kn(figure(connection, "petitions.closed_on_time", "township", "2026-10", "2026-11-21")) == (0, 0)
    assert kn(figure(connection, "petitions.closed_on_time", "township", "2026-11", "2026-11-21")) == (1, 1)


@pytest.mark.parametrize(("ended", "k"), [("2026-10-09 23:59:59", 1), ("2026-10-10 00:00:00", 0)])
def test_a_xinfang_case_has_sixty_civil_days_whatever_its_size(connection, ended, k):
    a_county(connection)
    a_petition(connection, "2026-08-10 15:00:00", size="small", is_xinfang=True, ended=ended)
    assert kn(figure(connection, "petitions.closed_on_time", "township", "2026-10", "2026-10-31")) == (k, 1)


@pytest.mark.parametrize(
    ("notified", "as_of", "expected"),
    [
        ("2026-10-23 23:59:59", "2026-10-23", (1, 1)),
        ("2026-10-24 00:00:00", "2026-10-31", (0, 1)),
        (None, "2026-10-23", (0, 1)),
        (None, "2026-10-22", (0, 0)),  # the fifteenth day is not past yet
        ("2026-10-08 09:30:00", "2026-10-22", (0, 0)),
    ],
)
def test_a_xinfang_case_is_notified_by_the_end_of_the_fifteenth_day(connection, notified, as_of, expected):
    a_county(connection)
    a_petition(connection, "2026-10-08 09:00:00", is_xinfang=True, notified=notified)
    a_petition(connection, "2026-10-08 09:00:00", is_xinfang=False)
    assert kn(figure(connection, "petitions.notified", "township", "2026-10", as_of)) == expected


@pytest.mark.parametrize(
    ("opened", "dispatched", "as_of", "expected"),
    [
        ("2026-10-09 23:59:59", "2026-10-10 23:59:59", "2026-10-10", (1, 1)),  # the next working day is the 调休 Saturday
        ("2026-10-09 10:00:00", "2026-10-11 00:00:00", "2026-10-11", (0, 1)),
        ("2026-09-30 10:00:00", "2026-10-08 23:59:59", "2026-10-08", (1, 1)),  # over National Day
        ("2026-10-09 10:00:00", None, "2026-10-09", (0, 0)),  # not past
        ("2026-10-09 10:00:00", "2026-10-09 11:00:00", "2026-10-09", (0, 0)),  # done, but the moment is not past either
        ("2026-10-09 10:00:00", None, "2026-10-10", (0, 1)),
    ],
)
def test_dispatch_has_until_the_end_of_the_next_working_day(connection, opened, dispatched, as_of, expected):
    a_county(connection)
    a_petition(connection, opened, dispatched=dispatched)
    assert (
        kn(figure(connection, "petitions.dispatch_on_time", "township", "2026-Q4" if opened > "2026-10" else "2026-Q3", as_of)) == expected
    )


@pytest.mark.parametrize(
    ("ended", "dispatched", "expected"),
    [
        ("2026-10-08 11:00:00", None, (0, 0)),  # ended before any dispatch
        ("2026-10-14 11:00:00", None, (0, 0)),
        ("2026-10-14 11:00:00", "2026-10-15 09:00:00", (0, 0)),
        ("2026-10-14 11:00:00", "2026-10-13 09:00:00", (0, 1)),
        ("2026-11-02 11:00:00", None, (0, 1)),  # it ends after the as-of day: not known yet
    ],
)
def test_what_ended_before_any_dispatch_is_left_out_of_dispatch(connection, ended, dispatched, expected):
    a_county(connection)
    a_petition(connection, "2026-10-08 09:00:00", ended=ended, dispatched=dispatched, outcome="withdrawn")
    assert kn(figure(connection, "petitions.dispatch_on_time", "township", "2026-10", "2026-10-31")) == expected


@pytest.mark.parametrize(
    ("dispatched", "accepted", "as_of", "expected"),
    [
        ("2026-10-09 23:59:59", "2026-10-10 23:59:59", "2026-10-10", (1, 1)),
        ("2026-10-10 00:00:00", "2026-10-12 23:59:59", "2026-10-12", (1, 1)),
        ("2026-10-10 00:00:00", "2026-10-13 00:00:00", "2026-10-13", (0, 1)),
        ("2026-10-10 00:00:00", None, "2026-10-11", (0, 0)),
    ],
)
def test_acceptance_has_until_the_end_of_the_working_day_after_dispatch(connection, dispatched, accepted, as_of, expected):
    a_county(connection)
    a_petition(connection, "2026-10-08", dispatched=dispatched, accepted=accepted)
    assert kn(figure(connection, "petitions.accept_on_time", "township", "2026-10", as_of)) == expected


@pytest.mark.parametrize(
    ("dispatched", "contacted", "as_of", "expected"),
    [
        ("2026-10-08 23:59:59", "2026-10-09 23:59:59", "2026-10-09", (1, 1)),
        ("2026-10-08 10:00:00", "2026-10-09 10:00:00", "2026-10-09", (1, 1)),
        ("2026-10-08 10:00:00", "2026-10-09 10:00:01", "2026-10-09", (0, 1)),
        ("2026-10-09 00:00:00", "2026-10-09 00:00:01", "2026-10-09", (0, 0)),  # 24 hours end with the instant after the as-of day
        ("2026-10-09 00:00:00", "2026-10-09 00:00:01", "2026-10-10", (1, 1)),
        ("2026-10-08 10:00:00", "2026-10-08 09:00:00", "2026-10-09", (1, 1)),  # contacted before it was dispatched
        ("2026-10-08 10:00:00", None, "2026-10-09", (0, 1)),
    ],
)
def test_the_citizen_hears_within_twenty_four_hours_of_dispatch(connection, dispatched, contacted, as_of, expected):
    a_county(connection)
    a_petition(connection, "2026-10-08", dispatched=dispatched, contacted=contacted)
    assert kn(figure(connection, "petitions.response", "township", "2026-10", as_of)) == expected


@pytest.mark.parametrize(
    ("opened", "k"),
    [("2026-08-02 23:59:59", 1), ("2026-08-03 00:00:00", 0), ("2026-08-03 00:00:01", 0)],
)
def test_backlog_is_more_than_ninety_days_before_the_end_of_the_day(connection, opened, k):
    a_county(connection)
    a_petition(connection, opened)
    assert kn(figure(connection, "petitions.backlog", "township", "2026-10", "2026-10-31")) == (k, 1)


@pytest.mark.parametrize(("opened", "open_then"), [("2026-10-31 23:59:59", 1), ("2026-11-01 00:00:00", 0)])
def test_a_petition_opened_on_the_as_of_day_is_open(connection, opened, open_then):
    a_county(connection)
    a_petition(connection, opened)
    assert figure(connection, "petitions.open", "township", "2026-10", "2026-10-31")[TOWNSHIP]["k"] == open_then


@pytest.mark.parametrize(("ended", "open_then"), [("2026-10-31 23:59:59", 0), ("2026-11-01 00:00:00", 1)])
def test_a_petition_ended_after_the_as_of_day_is_still_open(connection, ended, open_then):
    a_county(connection)
    a_petition(connection, "2026-10-08", ended=ended)
    assert kn(figure(connection, "petitions.overdue", "township", "2026-10", "2026-10-31")) == (open_then, open_then)
    # What ended later counts as the open overdue one it was.
    assert kn(figure(connection, "petitions.resolved", "township", "2026-10", "2026-10-31")) == (1 - open_then, 1)


def test_days_beyond_the_calendar_lose_no_petition(connection):
    a_county(connection)  # 2025 and 2026
    a_petition(connection, "2026-12-31 09:00:00")
    a_petition(connection, "2024-12-30 09:00:00")
    assert kn(figure(connection, "petitions.overdue", "township", "2026-12", "2026-12-31")) == (1, 2)


def test_a_petition_without_size_has_no_deadline_but_is_open(connection):
    a_county(connection)
    a_petition(connection, "2026-10-08", size=None)
    a_petition(connection, "2026-10-08", size="huge")
    assert kn(figure(connection, "petitions.overdue", "township", "2026-10", "2026-10-31")) == (0, 1), (
        "a size that is no word counts nowhere"
    )
