"""同比 beside 环比: the same month, quarter or week of the year before, wherever the ledger reaches."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from metrics.period import Period
from metrics.registry import indicator
from metrics.vocabulary import Level
from reports.bulletin import categories, volumes
from reports.conclusions import change_words, summary, title
from reports.readings import CardQuestion, card, point, reading, whole_series, year_ago
from reports.source import DatabaseSource
from tests.builders import COUNTY, EVERYTHING, TOWNSHIP, a_county, a_petition, a_stay, an_appointment, an_area
from tests.meeting_worlds import UP, a_chapter, a_pack, a_reading, points

OCTOBER, AS_OF = Period.parse("2026-10"), date(2026, 11, 20)
ON_TIME = indicator("petitions.closed_on_time")


@pytest.mark.parametrize(
    ("period", "earlier"),
    [
        ("2026-10", "2025-10"),
        ("2026-Q1", "2025-Q1"),
        ("2026-02", "2025-02"),
        ("2026-W47", "2025-W47"),
        ("2026-W01", "2025-W01"),
        ("2026", None),
    ],
)
def test_the_same_period_of_the_year_before(period, earlier):
    assert (found := Period.parse(period).year_ago) is None or found.text == earlier
    assert (found is None) is (earlier is None)


def test_a_week_is_compared_with_the_one_52_weeks_earlier():
    week = Period.parse("2020-W53")
    assert week.first - week.year_ago.first == timedelta(weeks=52)


# --- what is said -----------------------------------------------------------------------------------------------------


def a_year_ago(k, n):
    return points([(k, n)], OCTOBER.year_ago)[0]


def test_both_changes_stand_beside_each_other():
    said = a_reading(UP, [(13, 21)], whole=[(80, 100), (77, 100)], year_ago=a_year_ago(70, 100))
    assert change_words(said) == "较9月下降 3.0 个百分点,较上年同月上升 7.0 个百分点"
    assert summary(said) == "全县 77.0% (77/100),较9月下降 3.0 个百分点,较上年同月上升 7.0 个百分点"


def test_the_year_before_is_spoken_of_without_the_month_before_and_the_other_way_round():
    alone = a_reading(UP, [(13, 21)], whole=[(77, 100)], year_ago=a_year_ago(77, 100))
    assert change_words(alone) == "与上年同月持平"
    assert "上年" not in change_words(a_reading(UP, [(13, 21)], whole=[(80, 100), (77, 100)]))


def test_too_few_cases_then_are_no_ground_for_a_change():
    assert change_words(a_reading(UP, [(13, 21)], whole=[(77, 100)], year_ago=a_year_ago(5, 9))) == ""


def test_a_count_of_half_a_month_is_not_compared_with_a_whole_one():
    whole, then = [(40, None), (12, None)], a_year_ago(30, None)
    running = a_reading("petitions.mass", [(12, None)], whole=whole, year_ago=then, as_of=date(2026, 10, 15))
    assert change_words(running) == ""
    over = a_reading("petitions.mass", [(12, None)], whole=whole, year_ago=then)
    assert change_words(over) == "较9月减少 28 件,较上年同月减少 18 件"


def test_a_circular_says_both_of_what_came_in():
    received = a_reading("petitions.repeat", [(5, 100)], whole=[(4, 90), (5, 100)], year_ago=a_year_ago(8, 112), dated=True)
    assert volumes(a_pack(received))[0].endswith("受理诉求 100 件,环比增加 10 件,同比减少 12 件")
    chapter = a_chapter(received)
    assert "较上年同月" in chapter.subtitle


@pytest.mark.parametrize(("then", "said"), [(4, ",较上年同月增加 5 件"), (9, ",与上年同月持平"), (13, ",较上年同月减少 4 件"), (None, "")])
def test_the_largest_category_has_a_year_ago_too(then, said):
    years_ago = {} if then is None else {"149981101": points([(then, None)], OCTOBER.year_ago)[0]}
    runs = {"泥河镇": [(6, None), (9, None)], "西沟乡": [(6, None), (5, None)]}
    read = a_reading("petitions.open", [(9, None), (5, None)], level=Level.CATEGORY, runs=runs, years_ago=years_ago)
    assert title(read) == f"在办 14 件中泥河镇最多,9 件,较9月增加 3 件{said}"
    paragraph = categories(a_pack(replace(read, dated=True)))[0][1]
    assert paragraph.endswith(f"较9月末增加最多的是泥河镇,增加 3 件,为 9 件{said.replace('同月', '同月末')}。")


# --- where it comes from ------------------------------------------------------------------------------------------------


def a_county_with_two_octobers(connection, first="2025-10-01"):
    """In October 2025 two of twelve were late, in October 2026 one; the first record is of ``first``."""
    a_county(connection)
    an_area(connection, "149981102", "township", "西沟乡")
    an_area(connection, "149981102201", "village", "西沟村")
    a_petition(connection, f"{first} 08:00", area=TOWNSHIP, level="township", size="big", ended=f"{first} 09:00", closed=f"{first} 09:00")
    for year, late in ((2025, 2), (2026, 1)):
        for number in range(12):
            day = f"{year}-10-{9 + number // 2:02d}"
            ended = f"{day} 09:00" if number >= late else f"{year}-12-01 09:00"
            a_petition(connection, f"{day} 08:00", area=TOWNSHIP, level="township", ended=ended, closed=ended)


def at(connection, code=None, entry=ON_TIME, period=OCTOBER):
    return year_ago(DatabaseSource(connection, EVERYTHING), entry, Level.COUNTY if code is None else Level.TOWNSHIP, period, AS_OF, code)


def test_it_is_the_whole_added_up_or_one_unit(connection):
    a_county_with_two_octobers(connection, first="2025-09-30")
    whole, unit = at(connection), at(connection, TOWNSHIP)
    assert whole is not None
    assert unit is not None
    assert (whole.period.text, whole.k, whole.n) == ("2025-10", unit.k, unit.n) == ("2025-10", 11, 13)
    assert at(connection, "149981102").n in (0, None)


def test_nothing_is_compared_with_a_month_the_ledger_was_not_kept_in_from_its_first_day(connection):
    a_county_with_two_octobers(connection, first="2025-10-08")
    assert at(connection) is None
    assert at(connection, period=Period.parse("2026-11")) is not None
    assert at(connection, period=Period.parse("2026")) is None


def test_each_ledger_begins_for_itself(connection):
    a_county_with_two_octobers(connection, first="2025-09-30")
    chief = an_appointment(connection, "township_chief", TOWNSHIP)
    a_stay(connection, chief, "2026-01-05")
    assert at(connection, entry=indicator("duty.night_compliance")) is None
    assert at(connection, entry=indicator("satisfaction.rated")) is not None  # told from 诉求


def test_categories_bring_theirs_along(connection):
    a_county(connection)
    for year, number, category in ((2025, 2, "宅基地"), (2026, 3, "宅基地"), (2026, 1, "道路")):
        for _ in range(number):
            a_petition(connection, f"{year}-10-09 08:00", ended=f"{year}-11-09 08:00", category=category)
    source, entry = DatabaseSource(connection, EVERYTHING), indicator("petitions.open")

    def then(**more):
        return {code: each.k for code, each in reading(source, entry, Level.CATEGORY, OCTOBER, AS_OF, **more).years_ago.items()}

    assert then() == {}, "the ledger began within that October"
    a_petition(connection, "2025-09-30 08:00", ended="2025-10-01 08:00", category="宅基地")
    assert sorted(then().values()) == [0, 2]
    assert then(with_past=False) == {}


def test_a_point_of_a_period_that_runs_is_unfinished_and_a_count_has_only_begun(connection):
    a_county_with_two_octobers(connection, first="2025-09-30")
    source, november = DatabaseSource(connection, EVERYTHING), Period.parse("2026-11")
    for entry, running in ((ON_TIME, False), (indicator("petitions.open"), False), (indicator("petitions.mass"), True)):
        found = whole_series(source, entry, Level.COUNTY, november, AS_OF, 2)
        assert [(each.unfinished, each.running) for each in found] == [(False, False), (True, running)], entry.id
    drawn = card(source, CardQuestion(ON_TIME.id, Level.COUNTY, november, AS_OF), 2)
    assert drawn.spark.running
    assert not card(source, CardQuestion(ON_TIME.id, Level.COUNTY, OCTOBER, AS_OF), 2).spark.running


def test_a_reading_and_a_card_bring_it_along_where_they_look_back(connection):
    a_county_with_two_octobers(connection, first="2025-09-30")
    source = DatabaseSource(connection, EVERYTHING)
    read = reading(source, ON_TIME, Level.TOWNSHIP, OCTOBER, AS_OF, area=COUNTY)
    assert read.year_ago == point(OCTOBER.year_ago, source.past(ON_TIME, Level.COUNTY, OCTOBER.year_ago, AS_OF).iloc[0].to_dict())
    assert reading(source, ON_TIME, Level.TOWNSHIP, OCTOBER, AS_OF, area=COUNTY, with_past=False).year_ago is None
    asked = CardQuestion(ON_TIME.id, Level.COUNTY, OCTOBER, AS_OF)
    shown = card(source, asked, 2)
    assert shown.last_year == read.year_ago.value
    assert "同比 +" in shown.change
    assert card(source, asked, 1).last_year is None  # what was before comes later
