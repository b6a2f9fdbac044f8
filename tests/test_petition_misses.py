"""A red rate leads to exactly the petitions it misses: what its list counts is n − k of the indicator."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from data_access.petition_clocks import deadline
from data_access.petition_lists import Asked, petition_count, petition_list
from data_access.petition_misses import MISSES, missed
from data_access.petition_state import open_by_dimension, waiting_by_step
from data_access.petitions import STEPS
from tests.builders import COUNTY, EVERYTHING, a_petition, figure
from tests.petition_worlds import a_world, random_petitions, written
from tests.test_petition_lists import END, OCTOBER, october

HERE = EVERYTHING.narrowed(COUNTY)
END_DAY = date.fromisoformat(END)
RATES = {
    "late": "petitions.closed_on_time",
    "unresolved": "petitions.resolved",
    "undispatched": "petitions.dispatch_on_time",
    "unaccepted": "petitions.accept_on_time",
    "unanswered": "petitions.response",
    "unnotified": "petitions.notified",
    "improper": "petitions.proper_closure",
}
COUNTED = {"returned": "petitions.returned", "reopened": "petitions.reopened"}
HEARD = {
    "not_on_the_spot": "nights.on_the_spot",
    "not_followed_up": "nights.follow_up",
    "unresolved_at_reception": "reception.resolved",
}
RATINGS = {"unhappy": "satisfaction.rated", "unhappy_callback": "satisfaction.callback"}


def test_every_red_rate_leads_to_exactly_what_it_misses(connection):
    a_world(connection)
    written(connection, random_petitions(6, 200))
    a_petition(connection, "2026-10-09", id=10_000, number="NOTICE", is_xinfang=True)
    a_petition(connection, "2026-10-01", id=10_001, number="HEARD", channel="night_visit", ended="2026-10-01", outcome="resolved")
    a_petition(connection, "2026-10-09", id=10_002, number="SEEN", channel="reception", is_dispute=True)
    found = {name: petition_count(HERE, connection, october(connection), Asked(standing=name)) for name in MISSES}

    def row(indicator_id: str):
        return figure(connection, indicator_id, "county", OCTOBER, END)[COUNTY]

    expected = {name: row(each)["n"] - row(each)["k"] for name, each in {**RATES, **HEARD}.items()}
    expected |= {name: row(each)["k"] for name, each in COUNTED.items()}
    assert {name: found[name] for name in expected} == expected
    assert min(found.values()) > 0, "the world has something of each kind"
    for name, each in RATINGS.items():  # a petition may be rated twice
        assert 0 < found[name] <= row(each)["n"] - row(each)["k"]
    for name in MISSES:
        assert len(petition_list(HERE, connection, october(connection), Asked(standing=name), rows=1000)) == found[name]


def test_the_bars_of_the_open_ones_are_as_long_as_their_lists(connection):
    a_world(connection)
    written(connection, random_petitions(6, 200))
    rows = open_by_dimension(HERE, connection, october(connection), END_DAY)
    for dimension, made in {"age": int, "level": str, "size": str, "channel": str, "category": str}.items():
        of_it = rows[(rows["dimension"] == dimension) & rows["value"].notna()]
        shown = dict(zip(of_it["value"], of_it["open"], strict=True))
        asked = {value: Asked(standing="open", **{dimension: made(value)}) for value in shown}
        assert {value: petition_count(HERE, connection, october(connection), each) for value, each in asked.items()} == shown


def test_an_unknown_miss_is_an_error(connection):
    with pytest.raises(KeyError):
        missed(october(connection), deadline(october(connection)), "nonsense")


def test_the_steps_of_the_funnel_lead_to_exactly_the_cases_that_wait(connection):
    a_world(connection)
    written(connection, random_petitions(6, 200))
    for window in (october(connection), replace(october(connection), first=END_DAY)):
        waiting = dict(waiting_by_step(HERE, connection, window)[["step", "waiting"]].itertuples(index=False))
        assert list(waiting) == list(STEPS)
        assert all(waiting.values()), "the world has something of each kind"
        for step, cases in waiting.items():
            asked = Asked(standing=f"awaits_{step}")
            assert petition_count(HERE, connection, window, asked) == cases
            assert len(petition_list(HERE, connection, window, asked, rows=1000)) == cases
