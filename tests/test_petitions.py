"""诉求: every figure against a count by hand, the named cases, and what may never happen to a sum."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import numpy
import pandas
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from data_access.petitions import petitions_due
from metrics.definition import Span
from metrics.period import Period
from metrics.petitions import INDICATORS, quantiles
from metrics.registry import indicator
from metrics.vocabulary import Level
from reports.frames import indicator_frame, question
from reports.source import DatabaseSource, window
from tests import petition_oracle as oracle
from tests.builders import (
    CELL,
    COUNTY,
    EVERYTHING,
    GROUP,
    TOWNSHIP,
    VILLAGE,
    a_county,
    a_petition,
    a_rating,
    an_appointment,
    an_area,
    an_event,
    figure,
    kn,
)
from tests.petition_worlds import OTHER_TOWNSHIP, a_world, countable, random_petitions, unit_of, written

OCTOBER, END = "2026-10", "2026-10-31"
QUESTIONS = [
    ("2026-10", date(2026, 10, 31)),
    ("2026-10", date(2026, 10, 14)),
    ("2026-10", date(2026, 12, 5)),
    ("2026-Q3", date(2026, 10, 9)),
    ("2026", date(2026, 11, 21)),
    ("2026-12", date(2026, 11, 21)),
]


def rows_of(frame) -> dict:
    return {row["code"]: row for row in frame.astype(object).where(frame.notna(), None).to_dict("records")}


def test_every_figure_agrees_with_a_count_by_hand(connection):
    a_world(connection)
    petitions = random_petitions(1, 400)
    written(connection, petitions)
    source = DatabaseSource(connection, EVERYTHING)
    compared = 0
    for period_text, as_of in QUESTIONS:
        period = Period.parse(period_text)
        asked = oracle.Asked(period.first, period.last, as_of)
        for indicator_id in oracle.BY_PETITION:
            entry = indicator(indicator_id)
            for level in entry.levels:
                expected = oracle.counted(countable(petitions), indicator_id, asked, unit_of(str(level), as_of))
                found = rows_of(indicator_frame(source, entry, level, period, as_of))
                for code in expected.keys() | found.keys():
                    k, n = expected.get(code, (0, 0))
                    if code not in found:
                        assert (k, n) == (0, 0) or level in (Level.PATCH, Level.GROUP, Level.CELL), (
                            indicator_id,
                            level,
                            period_text,
                            as_of,
                            code,
                        )
                        continue
                    row = found[code]
                    assert (row["k"], row["n"] or 0) == (k, n), (indicator_id, level, period_text, as_of, code)
                    compared += n > 0
    assert compared > 300


def test_days_agree_with_a_count_by_hand(connection):
    a_world(connection)
    petitions = random_petitions(5, 250)
    written(connection, petitions)
    source = DatabaseSource(connection, EVERYTHING)
    for period_text, as_of in QUESTIONS:
        period = Period.parse(period_text)
        asked = oracle.Asked(period.first, period.last, as_of)
        for level in indicator("petitions.days").levels:
            expected = oracle.days(countable(petitions), asked, unit_of(str(level), as_of))
            found = rows_of(indicator_frame(source, indicator("petitions.days"), level, period, as_of))
            assert {code for code, row in found.items() if row["n"]} == set(expected)
            for code, (median, p90, n) in expected.items():
                assert found[code]["n"] == n
                assert found[code]["median"] == found[code]["value"] == pytest.approx(median)
                assert found[code]["p90"] == pytest.approx(p90)


def test_a_month_without_any_petition_is_missing_and_not_zero(connection):
    a_county(connection)
    for entry in INDICATORS:
        for level in entry.levels:
            for row in figure(connection, entry.id, str(level), OCTOBER, END).values():
                assert row["rank"] is None
                assert row["value"] in (None, 0) if entry.measure == "count" else row["value"] is None


def test_the_flattering_formula_forgets_what_is_still_open(connection):
    a_county(connection)
    a_petition(connection, "2026-10-08", ended="2026-10-09")
    a_petition(connection, "2026-10-08")
    assert kn(figure(connection, "petitions.closed_on_time", "township", OCTOBER, END)) == (1, 2)


@pytest.mark.parametrize("outcome", ["withdrawn", "transferred", "not_accepted"])
def test_what_the_county_did_not_have_to_resolve_is_left_out(connection, outcome):
    a_county(connection)
    a_petition(connection, "2026-10-08", ended="2026-10-30", outcome=outcome)
    for name in ("closed_on_time", "resolved"):
        assert kn(figure(connection, f"petitions.{name}", "township", OCTOBER, END)) == (0, 0)


def test_an_end_without_outcome_counts_nowhere_until_it_is_mended(connection):
    a_county(connection)
    a_petition(connection, "2026-10-08", ended="2026-10-09", outcome=None)
    assert kn(figure(connection, "petitions.closed_on_time", "township", OCTOBER, END)) == (0, 0)
    assert kn(figure(connection, "petitions.resolved", "township", OCTOBER, END)) == (0, 0)


def test_a_reopened_case_is_open_again_and_counts_as_reopened_once(connection):
    a_county(connection)
    petition = a_petition(connection, "2026-10-08", reopened=2)
    a_petition(connection, "2026-10-08", ended="2026-10-09")
    for at in ("2026-10-12 10:00:00", "2026-10-20 10:00:00"):
        an_event(connection, petition, at, "reopen")
    an_event(connection, petition, "2026-11-01 00:00:00", "reopen")
    assert kn(figure(connection, "petitions.reopened", "township", OCTOBER, END)) == (1, 2)
    assert kn(figure(connection, "petitions.overdue", "township", OCTOBER, END)) == (1, 1)


def test_reopened_and_resolved_again_in_one_month_is_one_case(connection):
    a_county(connection)
    petition = a_petition(connection, "2026-10-08", ended="2026-10-20")
    an_event(connection, petition, "2026-10-12 10:00:00", "reopen")
    assert kn(figure(connection, "petitions.reopened", "township", OCTOBER, END)) == (1, 1)


@pytest.mark.parametrize("missing", ["evidence_on_file", "followed_up", "rating", "late rating", "late follow-up", "only a call-back"])
def test_closing_out_needs_evidence_follow_up_and_rating_at_the_time(connection, missing):
    a_county(connection)
    values = {"evidence_on_file": missing != "evidence_on_file", "closed": "2026-10-20 10:00:00", "ended": "2026-10-10"}
    if missing != "followed_up":
        values["followed_up"] = "2026-10-20 10:00:01" if missing == "late follow-up" else "2026-10-20 10:00:00"
    petition = a_petition(connection, "2026-10-08", **values)
    if missing != "rating":
        rated = "2026-10-20 10:00:01" if missing == "late rating" else "2026-10-20 10:00:00"
        a_rating(connection, petition, rated, 1, independent=missing == "only a call-back")
    assert kn(figure(connection, "petitions.proper_closure", "township", OCTOBER, END)) == (0, 1)


def test_a_proper_closure_counts_for_its_captain_too(connection):
    a_county(connection)
    captain = an_appointment(connection, "cell_captain", CELL)
    petition = a_petition(
        connection,
        "2026-10-08",
        ended="2026-10-10",
        evidence_on_file=True,
        followed_up="2026-10-15",
        closed="2026-10-20",
        handler_id=captain,
    )
    a_rating(connection, petition, "2026-10-12", 2)
    assert kn(figure(connection, "petitions.proper_closure", "township", OCTOBER, END)) == (1, 1)
    assert kn(figure(connection, "petitions.proper_closure", "person", OCTOBER, END), f"p:{captain}") == (1, 1)


def test_only_captains_in_post_as_of_are_handlers_of_a_figure(connection):
    a_county(connection)
    past = an_appointment(connection, "cell_captain", CELL, valid_to="2026-10-30")
    present = an_appointment(connection, "group_captain", GROUP, valid_to="2026-10-31")
    cadre = an_appointment(connection, "village_chief", VILLAGE)
    for handler in (past, present, cadre, 987654, None):
        a_petition(connection, "2026-10-08", handler_id=handler)
    assert set(figure(connection, "petitions.open", "person", OCTOBER, END)) == {f"p:{present}"}


def test_a_restricted_petition_counts_in_no_figure_even_for_who_may_see_it(connection):
    a_county(connection)
    captain = an_appointment(connection, "cell_captain", CELL)
    petition = a_petition(
        connection,
        "2026-10-08",
        area=CELL,
        restricted=True,
        is_group=True,
        is_xinfang=True,
        dispatched="2026-10-08 10:00:00",
        ended="2026-10-09",
        closed="2026-10-10",
        handler_id=captain,
    )
    a_rating(connection, petition, "2026-10-10", 5)
    an_event(connection, petition, "2026-10-10", "reopen")
    source = DatabaseSource(connection, replace(EVERYTHING, may_see_restricted=True))
    for indicator_id in [*oracle.BY_PETITION, "petitions.days", "satisfaction.rated", "satisfaction.callback"]:
        for level in indicator(indicator_id).levels:
            for row in rows_of(indicator_frame(source, indicator(indicator_id), level, Period.parse(OCTOBER), date(2026, 10, 31))).values():
                assert not row["k"], (indicator_id, level)
                assert not row["n"], (indicator_id, level)


def test_more_petitions_never_rank_a_township_lower(connection):
    a_county(connection)
    an_area(connection, OTHER_TOWNSHIP, "township")
    an_area(connection, "149981102201", "village")
    for _ in range(40):
        a_petition(connection, "2026-10-08", ended="2026-10-09")
    for _ in range(12):
        a_petition(connection, "2026-10-08", ended="2026-10-09", area="149981102201")
    ranks = {code: row["rank"] for code, row in figure(connection, "petitions.closed_on_time", "township", OCTOBER, END).items()}
    assert ranks == {TOWNSHIP: 1, OTHER_TOWNSHIP: 1}
    assert {row["rank"] for row in figure(connection, "petitions.open", "township", OCTOBER, END).values()} == {None}


def test_a_scope_sees_its_own_township_only(connection):
    a_world(connection)
    written(connection, random_petitions(3, 120))
    narrow = DatabaseSource(connection, EVERYTHING.narrowed(OTHER_TOWNSHIP))
    wide = DatabaseSource(connection, EVERYTHING)
    for indicator_id in ("petitions.open", "petitions.closed_on_time", "petitions.repeat", "satisfaction.rated"):
        mine = rows_of(indicator_frame(narrow, indicator(indicator_id), Level.TOWNSHIP, Period.parse("2026"), date(2026, 11, 21)))
        all_ = rows_of(indicator_frame(wide, indicator(indicator_id), Level.TOWNSHIP, Period.parse("2026"), date(2026, 11, 21)))
        assert set(mine) == {OTHER_TOWNSHIP}
        assert (mine[OTHER_TOWNSHIP]["k"], mine[OTHER_TOWNSHIP]["n"]) == (all_[OTHER_TOWNSHIP]["k"], all_[OTHER_TOWNSHIP]["n"])


def figures(connection, level: Level) -> dict:
    source = DatabaseSource(connection, EVERYTHING)
    return {
        indicator_id: {
            code: (row["k"], row["n"])
            for code, row in rows_of(
                indicator_frame(source, indicator(indicator_id), level, Period.parse("2026"), date(2026, 11, 21))
            ).items()
        }
        for indicator_id in oracle.BY_PETITION
        if level in indicator(indicator_id).levels
    }


def test_what_lies_at_the_county_itself_counts_for_the_county_and_for_no_township(connection):
    a_county(connection)
    for area, level in ((COUNTY, "county"), (TOWNSHIP, "township"), (VILLAGE, "cell"), (VILLAGE, "cell")):
        a_petition(connection, "2026-10-12 09:00", area=area, level=level)
    assert figure(connection, "petitions.open", "county", OCTOBER, END)[COUNTY]["k"] == 4
    assert {code: row["k"] for code, row in figure(connection, "petitions.open", "township", OCTOBER, END).items()} == {TOWNSHIP: 3}
    assert figure(connection, "petitions.open", "village", OCTOBER, END)[VILLAGE]["k"] == 2


def test_a_county_is_added_up_from_its_townships_and_not_counted_again(connection):
    a_world(connection)
    written(connection, random_petitions(4, 30))
    source = DatabaseSource(connection, EVERYTHING)
    sent: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *given: sent.append(given[2]))
    for level in (Level.TOWNSHIP, Level.COUNTY):
        indicator_frame(source, indicator("petitions.closed_on_time"), level, Period.parse("2026"), date(2026, 11, 21))
    assert sum("FROM petition" in statement for statement in sent) == 1


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(10, 10_000))
def test_order_never_matters_and_a_county_is_the_sum_of_its_townships(connection, seed):
    petitions = random_petitions(seed, 40)
    outer = connection.begin_nested()
    a_world(connection)
    inner = connection.begin_nested()
    written(connection, petitions)
    county, townships = figures(connection, Level.COUNTY), figures(connection, Level.TOWNSHIP)
    inner.rollback()
    random.Random(seed).shuffle(petitions)
    written(connection, petitions)
    assert figures(connection, Level.TOWNSHIP) == townships
    outer.rollback()
    for indicator_id, rows in townships.items():
        for part in (0, 1):
            assert sum(row[part] or 0 for row in rows.values()) == (county[indicator_id][COUNTY][part] or 0), indicator_id


@given(values=st.lists(st.integers(0, 10**7), min_size=1, max_size=40))
@settings(deadline=None, max_examples=40)
def test_quantiles_from_order_statistics_are_the_linear_ones(values):
    ordered = sorted(values)
    count = len(ordered)
    places = {place for tenths in (5, 9) for place in ((count - 1) * tenths // 10, (count - 1) * tenths // 10 + 1) if place < count}
    rows = pandas.DataFrame([{"code": "x", "n": count, "position": place, "days": ordered[place]} for place in places])
    found = quantiles(rows, ["code"]).iloc[0]
    assert found["median"] == pytest.approx(numpy.quantile(values, 0.5))
    assert found["p90"] == pytest.approx(numpy.quantile(values, 0.9))


@pytest.mark.parametrize("as_small", [0, 1])
def test_a_matter_whose_size_is_to_be_judged_has_a_clock_only_if_the_rulebook_gives_it_one(connection, as_small):
    a_county(connection)
    a_petition(connection, "2026-10-08 09:00", size=None)
    asked = question(DatabaseSource(connection, EVERYTHING), Level.TOWNSHIP, Period.parse(OCTOBER), date(2026, 10, 31))
    october = window(asked, Span.PERIOD)
    numbers = {**dict(october.numbers), "petitions.unjudged_as_small": as_small}
    assert petitions_due(EVERYTHING, connection, replace(october, numbers=tuple(numbers.items())))["petitions"].sum() == as_small
