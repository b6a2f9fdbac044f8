"""The forecast: the survival curve by hand, what it must not know, and its hit rate on a county whose habits are known."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta

import pandas as pd
import pytest

from data_access.calendar import calendar_days
from data_access.petition_forecast import cases_due, cases_that_were_due, closing_days
from metrics.definition import Span
from metrics.period import Period
from metrics.petition_forecast import History, HitRate, closing_times, hit_rate, how_sure, miss_chances
from metrics.petition_signals import rising
from metrics.vocabulary import Level
from metrics.workdays import Workdays
from reports.frames import question
from reports.source import DatabaseSource, window
from tests.builders import EVERYTHING, TOWNSHIP, VILLAGE, a_county, a_petition

WORKDAYS = Workdays({row["day"]: bool(row["is_workday"]) for row in calendar_days(2025, 2026)})


def history(*rows: tuple[int, int, int], kind: str = "small") -> pd.DataFrame:
    """Rows of (days, resolved, cases)."""
    return pd.DataFrame([{"kind": kind, "code": TOWNSHIP, "days": d, "resolved": r, "cases": n} for d, r, n in rows])


def a_case(opened: str, due: str, kind: str = "small", **values) -> dict:
    start = datetime.fromisoformat(opened)
    return {
        "id": values.pop("id", 1),
        "number": "P",
        "category": "土地",
        "code": VILLAGE,
        "kind": kind,
        "opened_at": start,
        "ended_at": None,
        "outcome": None,
        "due_day": date.fromisoformat(due),
        "due_instant": None,
        "handler_id": None,
        **values,
    }


def chance(rows: pd.DataFrame, case: dict, today: str) -> float:
    return miss_chances(History(rows), pd.DataFrame([case]), date.fromisoformat(today), WORKDAYS)["chance"].iloc[0]


def test_the_curve_is_the_product_limit_by_hand():
    # 10 cases: 4 end on day 1; then one is withdrawn on day 1 (censored); of the 5 left 2 end on day 3, the rest stay open.
    times = closing_times(history((1, 1, 4), (1, 0, 1), (3, 1, 2), (9, 0, 3)))
    assert times is not None
    assert times.still_open(0) == 1.0
    assert times.still_open(1) == pytest.approx(0.6)
    assert times.still_open(3) == pytest.approx(0.6 * 3 / 5)
    assert times.at_risk(1) == 5


def test_without_a_resolved_case_there_is_no_curve():
    assert closing_times(history((3, 0, 50))) is None


def test_a_case_that_has_waited_longer_is_likelier_to_miss():
    rows = history((1, 1, 60), (2, 1, 20), (5, 1, 20))
    case = a_case("2026-10-12 09:00:00", "2026-10-15")  # due after three working days
    assert chance(rows, case, "2026-10-12") == pytest.approx(0.20)
    assert chance(rows, case, "2026-10-13") == pytest.approx(0.5)
    assert chance(rows, case, "2026-10-14") == pytest.approx(1.0)


def test_national_day_takes_no_time():
    rows = history((1, 1, 60), (2, 1, 20), (5, 1, 20))
    case = a_case("2026-09-30 09:00:00", "2026-10-10")
    assert chance(rows, case, "2026-10-07") == chance(rows, case, "2026-09-30") == pytest.approx(0.20)


def test_few_alike_cases_say_nothing():
    assert pd.isna(chance(history((1, 1, 100), (5, 1, 9)), a_case("2026-10-12", "2026-10-15"), "2026-10-13"))
    assert pd.isna(chance(history((1, 1, 100)), a_case("2026-10-12", "2026-10-15", kind="hard"), "2026-10-12"))


def test_more_cases_make_it_surer():
    narrow, wide = how_sure(0.5, 1000), how_sure(0.5, 20)
    assert wide[0] < narrow[0] < 0.5 < narrow[1] < wide[1]


def test_the_hit_rate_counts_named_right_and_missed():
    rows = history((1, 1, 40), (9, 1, 60))  # who is open after the first day mostly stays so
    monday = datetime(2026, 10, 19)
    late = a_case("2026-10-15 09:00:00", "2026-10-20", id=1, ended_at=datetime(2026, 10, 28), outcome="resolved")
    kept = a_case("2026-10-15 09:00:00", "2026-10-20", id=2, ended_at=datetime(2026, 10, 20, 23, 59, 59), outcome="resolved")
    still_open = a_case("2026-10-15 09:00:00", "2026-10-20", id=3)
    withdrawn = a_case("2026-10-15 09:00:00", "2026-10-20", id=4, ended_at=datetime(2026, 10, 28), outcome="withdrawn")
    ended_before = a_case("2026-10-15 09:00:00", "2026-10-20", id=5, ended_at=monday - timedelta(seconds=1), outcome="resolved")
    opened_after = a_case("2026-10-19 00:00:00", "2026-10-22", id=6)
    cases = pd.DataFrame([late, kept, still_open, withdrawn, ended_before, opened_after])
    assert hit_rate(History(rows), cases, WORKDAYS, warn_at=0.5) == HitRate(cases=3, named=3, right=2, missed=2)


def test_a_deadline_with_an_hour_is_missed_by_a_second():
    rows = history((1, 1, 40), (9, 1, 60))
    due = datetime(2026, 10, 20, 12)
    cases = [
        a_case("2026-10-15", "2026-10-20", id=n, due_instant=due, ended_at=due + timedelta(seconds=n), outcome="resolved") for n in (0, 1)
    ]
    assert hit_rate(History(rows), pd.DataFrame(cases), WORKDAYS, warn_at=0.5).missed == 1


def asked(connection, last: str):
    source = DatabaseSource(connection, EVERYTHING)
    return window(question(source, Level.COUNTY, Period.parse(last[:7]), date.fromisoformat(last)), Span.MOMENT)


def test_what_is_learned_ends_with_the_window(connection):
    a_county(connection)
    a_petition(connection, "2026-10-09 10:00:00", ended="2026-10-14 10:00:00")
    a_petition(connection, "2026-10-12 10:00:00", ended="2026-10-13 00:00:00", outcome="withdrawn")
    a_petition(connection, "2026-10-12 10:00:00", ended="2026-10-13 00:00:00", restricted=True)
    a_petition(connection, "2026-10-14 00:00:00")
    rows = closing_days(EVERYTHING, connection, asked(connection, "2026-10-13"))
    # Open on the 13th: seen for the 10th (调休), the 12th and the 13th.
    assert sorted(zip(rows["days"], rows["resolved"], rows["cases"], strict=True)) == [(1, 0, 1), (3, 0, 1)]
    rows = closing_days(EVERYTHING, connection, asked(connection, "2026-10-14"))
    assert sorted(zip(rows["days"], rows["resolved"], rows["cases"], strict=True)) == [(0, 0, 1), (1, 0, 1), (4, 1, 1)]


def test_cases_due_are_open_and_due_within_the_days_asked(connection):
    a_county(connection)
    due = [a_petition(connection, "2026-10-12 10:00:00"), a_petition(connection, "2026-10-10", due="2026-10-19 00:00:00")]
    a_petition(connection, "2026-10-12 10:00:00", ended="2026-10-13")
    a_petition(connection, "2026-10-12 10:00:00", restricted=True)
    a_petition(connection, "2026-10-10", due="2026-10-20 00:00:00")
    a_petition(connection, "2026-10-08")
    found = cases_due(EVERYTHING, connection, asked(connection, "2026-10-13"), date(2026, 10, 19))
    assert list(found["id"]) == due


def test_the_forecast_finds_the_township_that_sleeps(connection):
    """A county whose habits are known: who is not done within two days in the slow half is done after ten. Eight weeks are checked."""
    a_county(connection)
    chance_ = random.Random(11)
    day = date(2026, 3, 2)
    while day < date(2026, 10, 31):
        if WORKDAYS.is_workday(day):
            for slow in (False, True):
                took = chance_.choice([0, 1, 2, 10 if slow else 3])
                ended = datetime.combine(WORKDAYS.after(day, took), time(17))
                a_petition(connection, f"{day} 09:00:00", ended=ended, category="慢" if slow else "快", size="big" if slow else "small")
        day += timedelta(days=1)
    weeks = window(question(DatabaseSource(connection, EVERYTHING), Level.COUNTY, Period.parse("2026-10"), date(2026, 10, 31)), Span.PERIOD)
    learned = closing_days(EVERYTHING, connection, asked(connection, "2026-09-30"))
    result = hit_rate(History(learned), cases_that_were_due(EVERYTHING, connection, weeks), WORKDAYS, warn_at=0.5)
    assert result.missed > 0
    assert result.precision is not None
    assert result.precision >= 0.8
    assert result.recall is not None
    assert result.recall >= 0.8


def test_a_rise_is_named_and_a_wobble_is_not():
    steady = [{"category": f"类{n}", "code": TOWNSHIP, "recent": 5 + n % 3, "past": 18} for n in range(20)]
    counts = pd.DataFrame([*steady, {"category": "供暖", "code": TOWNSHIP, "recent": 30, "past": 15}])
    found = rising(counts, 28, 84, ["category", "code"])
    assert list(found["category"]) == ["供暖"]
    assert found["usual"].iloc[0] == 5
    assert found["times"].iloc[0] == 6
    assert rising(counts.head(0), 28, 84, ["category"]).empty
