"""The state of 诉求: composition, flow, steps, what climbs and repeats; and one case's clocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pandas as pd
import pytest

from data_access.attention import overdue_petitions, unmoved_backlog
from data_access.petition_lists import Asked, petition_count, petition_list
from data_access.petition_state import (
    DIMENSIONS,
    category_counts,
    daily_flow,
    escalations,
    leads,
    open_by_dimension,
    repeated_most,
    season_from,
    step_durations,
    waiting_by_step,
)
from metrics.definition import Span
from metrics.period import Period
from metrics.petition_case import ClockState, case_clocks, extension_beyond_law, held_since, last_moved
from metrics.petitions import quantiles
from metrics.rulebook import rulebook
from metrics.vocabulary import Level
from reports.frames import question
from reports.source import DatabaseSource, window
from tests.builders import COUNTY, EVERYTHING, a_county, a_person, a_petition, a_rating, an_event, figure, kn
from tests.petition_worlds import a_world, random_petitions, written
from tests.test_petition_forecast import WORKDAYS

IN_COUNTY = EVERYTHING.narrowed(COUNTY)
RULES = rulebook().on(date(2026, 10, 31))


def asked(connection, span: Span = Span.MOMENT, as_of: str = "2026-10-31"):
    source = DatabaseSource(connection, IN_COUNTY)
    return window(question(source, Level.COUNTY, Period.parse("2026-10"), date.fromisoformat(as_of)), span)


def test_every_dimension_adds_up_to_the_indicators(connection):
    a_world(connection)
    written(connection, random_petitions(9, 150))
    rows = open_by_dimension(IN_COUNTY, connection, asked(connection), date(2026, 11, 8))
    overdue, open_ = kn(figure(connection, "petitions.overdue", "county", "2026-10", "2026-10-31"), COUNTY)
    backlog, _ = kn(figure(connection, "petitions.backlog", "county", "2026-10", "2026-10-31"), COUNTY)
    sums = rows.groupby("dimension")[["open", "overdue", "backlog"]].sum()
    for dimension in DIMENSIONS:
        assert tuple(sums.loc[dimension]) == (open_, overdue, backlog), dimension


@pytest.mark.parametrize(
    ("opened", "bucket"),
    [
        ("2026-10-31 23:59:59", "0"),
        ("2026-10-29 00:00:00", "0"),
        ("2026-10-28 23:59:59", "3"),
        ("2026-10-25 00:00:00", "3"),
        ("2026-10-24 23:59:59", "7"),
        ("2026-08-03 00:00:00", "60"),
        ("2026-08-02 23:59:59", "90"),
    ],
)
def test_ageing_buckets_meet_without_gap(connection, opened, bucket):
    a_county(connection)
    a_petition(connection, opened)
    rows = open_by_dimension(IN_COUNTY, connection, asked(connection), date(2026, 11, 1))
    assert list(rows[rows["dimension"] == "age"]["value"]) == [bucket]
    assert list(rows[rows["dimension"] == "all"]["backlog"]) == [int(bucket == "90")]


@pytest.mark.parametrize(("due", "soon"), [("2026-10-31 23:59:59", 0), ("2026-11-01 00:00:00", 1), ("2026-11-02 00:00:00", 0)])
def test_due_soon_begins_after_the_day_and_ends_with_the_week(connection, due, soon):
    a_county(connection)
    a_petition(connection, "2026-10-08", due=due)
    rows = open_by_dimension(IN_COUNTY, connection, asked(connection), date(2026, 11, 1))
    assert list(rows[rows["dimension"] == "all"]["due_soon"]) == [soon]


def test_an_empty_county_has_a_row_of_zeros(connection):
    a_county(connection)
    rows = open_by_dimension(IN_COUNTY, connection, asked(connection), date(2026, 11, 1))
    assert rows[["dimension", "open", "overdue"]].to_dict("records") == [{"dimension": "all", "open": 0, "overdue": 0}]
    assert daily_flow(IN_COUNTY, connection, asked(connection, Span.PERIOD)).empty
    assert quantiles(step_durations(IN_COUNTY, connection, asked(connection, Span.PERIOD)), ["step"]).empty
    assert set(waiting_by_step(IN_COUNTY, connection, asked(connection))["waiting"]) == {0}


def test_flow_counts_days_in_and_out(connection):
    a_county(connection)
    a_petition(connection, "2026-10-08 23:59:59", ended="2026-10-09 00:00:00")
    a_petition(connection, "2026-10-09", restricted=True)
    a_petition(connection, "2026-09-30", ended="2026-10-09")
    flow = daily_flow(IN_COUNTY, connection, asked(connection, Span.PERIOD))
    assert {row["day"]: (row["opened"], row["ended"]) for row in flow.to_dict("records")} == {
        date(2026, 10, 8): (1, 0),
        date(2026, 10, 9): (0, 2),
    }


def test_each_step_takes_the_time_between_its_ends(connection):
    a_county(connection)
    petition = a_petition(
        connection,
        "2026-10-08 00:00:00",
        dispatched="2026-10-08 12:00:00",
        accepted="2026-10-09 12:00:00",
        ended="2026-10-12 12:00:00",
        closed="2026-10-22 12:00:00",
    )
    a_rating(connection, petition, "2026-10-14 12:00:00", 5)
    a_rating(connection, petition, "2026-10-13 12:00:00", 5, independent=True)
    a_petition(connection, "2026-10-09 00:00:00", dispatched="2026-10-08 00:00:00")  # dispatched before it was opened: no time
    steps = quantiles(step_durations(IN_COUNTY, connection, asked(connection, Span.PERIOD)), ["step"])
    assert dict(zip(steps["step"], steps["median"], strict=True)) == {
        "dispatch": 0.5,
        "accept": 1.0,
        "resolve": 3.0,
        "rate": 2.0,
        "close": 10.0,
    }


def test_a_case_waits_at_exactly_one_step(connection):
    a_county(connection)
    a_petition(connection, "2026-10-08")
    a_petition(connection, "2026-10-08", dispatched="2026-10-09")
    a_petition(connection, "2026-10-08", dispatched="2026-10-09", accepted="2026-10-10")
    done = a_petition(connection, "2026-10-08", dispatched="2026-10-09", accepted="2026-10-10", ended="2026-10-12")
    a_rating(connection, done, "2026-10-13", 5)
    waiting = waiting_by_step(IN_COUNTY, connection, asked(connection))
    assert dict(zip(waiting["step"], waiting["waiting"], strict=True)) == {"dispatch": 1, "accept": 1, "resolve": 1, "rate": 0, "close": 1}


def test_what_rises_is_counted_by_days_not_by_months(connection):
    a_county(connection)
    for opened in ("2026-10-04 00:00:00", "2026-10-31 23:59:59"):
        a_petition(connection, opened)
    for opened in ("2026-10-03 23:59:59", "2026-07-12 00:00:00", "2026-07-11 23:59:59"):
        a_petition(connection, opened)
    for opened in ("2025-10-05 00:00:00", "2025-11-01 23:59:59", "2025-10-04 23:59:59", "2025-07-13 00:00:00", "2025-07-12 23:59:59"):
        a_petition(connection, opened)  # 52 weeks earlier
    row = category_counts(IN_COUNTY, connection, asked(connection)).iloc[0]
    assert (row["recent"], row["past"]) == (2, 2)
    assert (row["last_recent"], row["last_past"]) == (2, 2)
    assert season_from(asked(connection)) == date(2025, 7, 13)


def test_repeats_and_climbs_count_petitions_not_events(connection):
    a_county(connection)
    first = a_petition(connection, "2026-10-08", number="FIRST")
    for _ in range(2):
        a_petition(connection, "2026-10-12", repeat_of=first)
    a_petition(connection, "2026-10-12", repeat_of=first, restricted=True)
    for at in ("2026-10-09", "2026-10-20"):
        an_event(connection, first, at, "escalate", from_level="cell", to_level="group")
    found = repeated_most(IN_COUNTY, connection, asked(connection, Span.PERIOD)).iloc[0]
    assert (found["number"], found["times"], found["open"]) == ("FIRST", 2, 1)
    assert repeated_most(replace(IN_COUNTY, may_see_names=False), connection, asked(connection, Span.PERIOD))["title"].isna().all()
    climbed = escalations(IN_COUNTY, connection, asked(connection, Span.PERIOD)).iloc[0]
    assert (climbed["times"], climbed["petitions"]) == (2, 1)


def test_a_lead_is_shown_with_the_case_that_rests_longest(connection):
    a_county(connection)
    lead, other = a_person(connection), a_person(connection)
    a_petition(connection, "2026-06-01", lead_id=lead, last_progress_at="2026-10-20 09:00:00")
    a_petition(connection, "2026-10-08", lead_id=lead, last_progress_at="2026-10-09 09:00:00")
    a_petition(connection, "2026-10-08", lead_id=other, restricted=True)
    row = leads(IN_COUNTY, connection, asked(connection)).iloc[0]
    assert (row["lead_id"], row["open"], row["overdue"], row["backlog"]) == (lead, 2, 2, 1)
    assert str(row["last_moved"]).startswith("2026-10-09 09:00")


NOVEMBER = "2026-11-20 09:00:00"
MOVED = [
    # what the source and the events say, and when the case had last moved at the end of June
    ({"last_progress_at": "2026-06-13 09:00:00"}, [("2026-06-20 09:00:00", "progress")], "2026-06-13 09:00"),  # the source's word, by then
    ({"last_progress_at": "2026-06-30 23:59:59"}, [], "2026-06-30 23:59"),
    ({"last_progress_at": "2026-07-01 00:00:00"}, [("2026-05-13 09:00:00", "progress")], "2026-05-13 09:00"),  # later: the events say
    (
        {"last_progress_at": NOVEMBER},
        [("2026-06-30 23:59:59", "escalate"), ("2026-07-01 00:00:00", "accept")],
        "2026-06-30 23:59",
    ),
    ({"last_progress_at": NOVEMBER}, [("2026-06-29 09:00:00", "rate"), ("2026-06-29 09:00:00", "close")], "2026-05-08 09:00"),
    ({"last_progress_at": NOVEMBER, "accepted": "2026-05-11 09:00:00"}, [], "2026-05-11 09:00"),  # no events: the steps
    (
        {"last_progress_at": NOVEMBER, "accepted": "2026-07-01 09:00:00", "dispatched": "2026-05-09 09:00:00"},
        [],
        "2026-05-09 09:00",
    ),
    ({"accepted": "2026-05-11 09:00:00"}, [("2026-05-10 09:00:00", "progress")], "2026-05-11 09:00"),
    ({}, [("2026-07-20 09:00:00", "progress")], "2026-05-08 09:00"),
    ({}, [], "2026-05-08 09:00"),
]


@pytest.mark.parametrize(("known", "events", "moved"), MOVED)
def test_a_case_of_a_past_month_rests_since_what_had_moved_it_by_then(connection, known, events, moved):
    a_county(connection)
    case = a_petition(connection, "2026-05-08 09:00:00", lead_id=a_person(connection), **known)
    for at, kind in events:
        an_event(connection, case, at, kind)
    source = DatabaseSource(connection, IN_COUNTY)
    window_ = window(question(source, Level.TOWNSHIP, Period.parse("2026-06"), date(2026, 11, 25)), Span.MOMENT)
    assert str(leads(IN_COUNTY, connection, window_)["last_moved"].iloc[0]).startswith(moved)
    listed = petition_list(IN_COUNTY, connection, window_, Asked(sort="moved"))
    assert str(listed["moved_at"].iloc[0]).startswith(moved)
    assert str(overdue_petitions(IN_COUNTY, connection, window_, 5)["moved_on"].iloc[0]) == moved[:10]
    days = (date(2026, 6, 30) - date.fromisoformat(moved[:10])).days
    later = replace(window_, numbers=tuple((name, 1.0 if name == "petitions.backlog_days" else value) for name, value in window_.numbers))
    still = [len(unmoved_backlog(IN_COUNTY, connection, later, each, 5)) for each in (days, days + 1)]
    assert still == [1, 0], "it had rested longer than so many days, and not than one more"


def test_a_case_of_a_past_month_waits_for_the_step_it_had_not_taken_by_then(connection):
    a_county(connection)
    steps = [
        {},
        {"dispatched": "2026-07-01 00:00:00"},
        {"dispatched": "2026-06-30 23:59:59"},
        {"dispatched": "2026-06-09", "accepted": "2026-07-02"},
        {"dispatched": "2026-06-09", "accepted": "2026-06-10"},
        {"dispatched": "2026-06-09", "accepted": "2026-06-10", "ended": "2026-06-12", "outcome": "resolved", "closed": "2026-07-02"},
        {"dispatched": "2026-06-09", "accepted": "2026-06-10", "ended": "2026-06-12", "outcome": "resolved", "closed": "2026-06-30"},
    ]
    for each in steps:
        a_petition(connection, "2026-06-08 09:00:00", **each)
    source = DatabaseSource(connection, IN_COUNTY)
    window_ = window(question(source, Level.TOWNSHIP, Period.parse("2026-06"), date(2026, 11, 25)), Span.MOMENT)
    waiting = waiting_by_step(IN_COUNTY, connection, window_).set_index("step")["waiting"].to_dict()
    assert waiting == {"dispatch": 2, "accept": 2, "resolve": 1, "rate": 2, "close": 1}
    lists = {step: petition_count(IN_COUNTY, connection, window_, Asked(standing=f"awaits_{step}")) for step in waiting}
    assert lists == waiting


# --- one case -----------------------------------------------------------------------------------------------------


def a_case(**values) -> dict:
    case = dict.fromkeys(
        ("dispatched_at", "accepted_at", "contacted_at", "notified_at", "due_at", "extended_to", "ended_at", "outcome", "last_progress_at")
    )
    given = {name: datetime.fromisoformat(value) if name.endswith(("_at", "_to", "instant")) else value for name, value in values.items()}
    defaults = {
        "opened_at": datetime(2026, 9, 30, 9),
        "size": "small",
        "is_xinfang": False,
        "due_day": date(2026, 10, 10),
        "due_instant": None,
    }
    return {**case, **defaults, **given}


def states(case: dict, now: str) -> dict[str, tuple[str, ClockState]]:
    return {clock.name: (str(clock.due), clock.state) for clock in case_clocks(case, WORKDAYS, RULES, datetime.fromisoformat(now))}


def test_a_case_without_dispatch_runs_two_clocks_over_national_day():
    assert states(a_case(), "2026-10-09 00:00:00") == {
        "派单": ("2026-10-08 23:59:59", ClockState.OVERDUE),
        "办结": ("2026-10-10 23:59:59", ClockState.RUNNING),
    }


@pytest.mark.parametrize(("now", "state"), [("2026-10-10 23:59:59", ClockState.RUNNING), ("2026-10-11 00:00:00", ClockState.OVERDUE)])
def test_a_clock_runs_out_with_the_second_after_its_day(now, state):
    assert states(a_case(), now)["办结"][1] is state


def test_every_clock_is_judged_by_its_own_second():
    case = a_case(
        dispatched_at="2026-10-08 23:59:59",
        contacted_at="2026-10-09 23:59:59",
        accepted_at="2026-10-10 00:00:00",
        ended_at="2026-10-10 23:59:59",
        outcome="resolved",
    )
    expected = {"派单": ClockState.KEPT, "接单": ClockState.LATE, "联系群众": ClockState.KEPT, "办结": ClockState.KEPT}
    assert {name: state for name, (_, state) in states(case, "2026-10-20 00:00:00").items()} == expected


def test_a_withdrawn_case_stops_its_clocks():
    assert states(a_case(ended_at="2026-10-08 10:00:00", outcome="withdrawn"), "2026-10-20 00:00:00")["办结"][1] is ClockState.STOPPED


def test_a_xinfang_case_must_be_notified_and_may_be_extended_by_thirty_days():
    case = a_case(is_xinfang=True, due_day=date(2026, 11, 29))
    assert states(case, "2026-10-16 00:00:00")["受理告知"] == ("2026-10-15 23:59:59", ClockState.OVERDUE)
    assert not extension_beyond_law({**case, "extended_to": datetime(2026, 12, 29, 23, 59, 59)}, RULES)
    assert extension_beyond_law({**case, "extended_to": datetime(2026, 12, 30)}, RULES)


def test_who_holds_a_case_is_who_got_it_last():
    case = a_case(dispatched_at="2026-10-08 09:00:00")
    nothing = pd.DataFrame({"kind": pd.Series(dtype="str"), "at": pd.Series(dtype="datetime64[ns]")})
    assert held_since(case, nothing) == datetime(2026, 9, 30, 9)
    assert last_moved(case, nothing) == datetime(2026, 10, 8, 9)
    events = pd.DataFrame({"kind": ["dispatch", "escalate", "progress"], "at": pd.to_datetime(["2026-10-08", "2026-10-12", "2026-10-20"])})
    assert held_since(case, events) == datetime(2026, 10, 12)
    assert last_moved(case, events) == datetime(2026, 10, 20)
