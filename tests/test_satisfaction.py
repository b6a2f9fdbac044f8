"""满意度: the 评单 itself beside independent call-backs, and the gap between them."""

from __future__ import annotations

import pytest

from metrics.period import Period
from metrics.registry import indicator
from reports.frames import indicator_frame
from reports.source import DatabaseSource
from tests import petition_oracle as oracle
from tests.builders import CELL, EVERYTHING, TOWNSHIP, a_county, a_petition, a_rating, an_appointment, figure, kn
from tests.petition_worlds import a_world, countable, random_petitions, unit_of, written
from tests.test_petitions import QUESTIONS, rows_of

OCTOBER, END = "2026-10", "2026-10-31"


@pytest.mark.parametrize(("stars", "k"), [(5, 1), (4, 1), (3, 0), (1, 0)])
def test_four_and_five_stars_are_satisfied(connection, stars, k):
    a_county(connection)
    a_rating(connection, a_petition(connection, "2026-09-08"), "2026-10-09", stars)
    assert kn(figure(connection, "satisfaction.rated", "township", OCTOBER, END)) == (k, 1)


@pytest.mark.parametrize(
    ("rated", "n"), [("2026-09-30 23:59:59", 0), ("2026-10-01 00:00:00", 1), ("2026-10-31 23:59:59", 1), ("2026-11-01", 0)]
)
def test_a_rating_counts_in_the_month_it_was_given(connection, rated, n):
    a_county(connection)
    a_rating(connection, a_petition(connection, "2026-09-08"), rated, 5)
    assert kn(figure(connection, "satisfaction.rated", "township", OCTOBER, END)) == (n, n)


def test_a_call_back_is_not_a_rating_and_an_unknown_kind_is(connection):
    a_county(connection)
    petition = a_petition(connection, "2026-10-08")
    a_rating(connection, petition, "2026-10-09", 5)
    a_rating(connection, petition, "2026-10-09", 2, independent=None)
    a_rating(connection, petition, "2026-10-09", 1, independent=True)
    assert kn(figure(connection, "satisfaction.rated", "township", OCTOBER, END)) == (1, 2)
    assert kn(figure(connection, "satisfaction.callback", "township", OCTOBER, END)) == (0, 1)


def test_the_gap_is_in_points_and_missing_without_call_backs(connection):
    a_county(connection)
    petition = a_petition(connection, "2026-10-08")
    for hour, stars in enumerate((5, 5, 5, 1)):
        a_rating(connection, petition, f"2026-10-09 {hour:02d}:00:00", stars)
    assert figure(connection, "satisfaction.gap", "township", OCTOBER, END)[TOWNSHIP]["value"] is None
    for stars in (5, 1):
        a_rating(connection, petition, "2026-10-09", stars, independent=True)
    row = figure(connection, "satisfaction.gap", "township", OCTOBER, END)[TOWNSHIP]
    assert (row["value"], row["k"], row["n"], row["status"]) == (25.0, None, None, "low")


def test_the_response_rate_knows_ratings_up_to_as_of(connection):
    a_county(connection)
    early = a_petition(connection, "2026-10-08", ended="2026-10-09")
    late = a_petition(connection, "2026-10-08", ended="2026-10-09")
    a_petition(connection, "2026-10-08", ended="2026-10-09", outcome="withdrawn")
    a_rating(connection, early, "2026-10-31 23:59:59", 5)
    a_rating(connection, early, "2026-10-31 23:59:59", 4)
    a_rating(connection, late, "2026-11-01 00:00:00", 5)
    assert kn(figure(connection, "satisfaction.response", "township", OCTOBER, END)) == (1, 2)
    assert kn(figure(connection, "satisfaction.response", "township", OCTOBER, "2026-11-01")) == (2, 2)


def test_a_captain_is_judged_by_the_petitions_handled(connection):
    a_county(connection)
    captain = an_appointment(connection, "cell_captain", CELL)
    a_rating(connection, a_petition(connection, "2026-10-08", handler_id=captain), "2026-10-09", 4)
    a_rating(connection, a_petition(connection, "2026-10-08"), "2026-10-09", 1)
    rows = figure(connection, "satisfaction.rated", "person", OCTOBER, END)
    assert set(rows) == {f"p:{captain}"}
    assert kn(rows, f"p:{captain}") == (1, 1)


def test_every_rating_figure_agrees_with_a_count_by_hand(connection):
    a_world(connection)
    petitions = random_petitions(8, 300)
    written(connection, petitions)
    source = DatabaseSource(connection, EVERYTHING)
    compared = 0
    for period_text, as_of in QUESTIONS:
        period = Period.parse(period_text)
        asked = oracle.Asked(period.first, period.last, as_of)
        counts = {}
        for indicator_id, independent in (("satisfaction.rated", False), ("satisfaction.callback", True)):
            for level in indicator(indicator_id).levels:
                expected = oracle.stars(countable(petitions), independent, asked, unit_of(str(level), as_of))
                counts[indicator_id, level] = expected
                for code, row in rows_of(indicator_frame(source, indicator(indicator_id), level, period, as_of)).items():
                    assert (row["k"], row["n"]) == expected.get(code, (0, 0)), (indicator_id, level, period_text, as_of, code)
                    compared += row["n"] > 0
        for level in indicator("satisfaction.gap").levels:
            for code, row in rows_of(indicator_frame(source, indicator("satisfaction.gap"), level, period, as_of)).items():
                rated, called = (counts[f"satisfaction.{name}", level].get(code) for name in ("rated", "callback"))
                expected_gap = 100 * (rated[0] / rated[1] - called[0] / called[1]) if rated and called else None
                assert row["value"] == (None if expected_gap is None else pytest.approx(expected_gap))
    assert compared > 50
