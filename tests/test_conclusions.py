"""Sentences never say more than the digits beside them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from metrics.period import Period
from metrics.registry import REGISTRY
from metrics.vocabulary import Level, Status
from metrics.wording import fraction, rounded, share, share_points
from reports.conclusions import change_words, fastest_rising, hot_categories, movement, summary, title, units_below_words
from reports.wording import chinese_marks, clean, formula_safe, official, quantity
from tests.meeting_worlds import COUNT, DOWN, NAMES, NO_TARGET, UP, a_reading


def test_three_falls_in_a_row_make_the_title_with_this_months_figure():
    reading = a_reading(UP, [(13, 21), (20, 20)], runs={"泥河镇": [(20, 21), (18, 21), (15, 21), (13, 21)]})
    assert title(reading) == "泥河镇住夜达标率连续三个月下降,10月 61.9% (13/21)"


@pytest.mark.parametrize(
    "months",
    [
        [(18, 21), (15, 21), (13, 21)],  # two falls
        [(18, 21), (18, 21), (15, 21), (13, 21)],  # a month that stood still
        [(20, 21), (15, 21), (16, 21), (13, 21)],  # a rise between
        [(9, 9), (18, 21), (15, 21), (13, 21)],  # a month with too few nights
    ],
)
def test_anything_less_is_no_run(months):
    reading = a_reading(UP, [(13, 21), (20, 20)], runs={"泥河镇": months})
    assert "连续" not in title(reading)


def test_a_unit_at_its_target_is_never_named_for_getting_worse():
    reading = a_reading("petitions.repeat", [(4, 100), (9, 100)], runs={"泥河镇": [(1, 100), (2, 100), (3, 100), (4, 100)]})
    assert "泥河镇" not in title(reading)


def test_where_less_is_better_the_run_rises():
    reading = a_reading(DOWN, [(8, 20), (0, 20)], runs={"泥河镇": [(1, 20), (2, 20), (4, 20), (8, 20)]})
    assert title(reading) == "泥河镇未填报夜连续三个月上升,10月 40.0% (8/20)"


@pytest.mark.parametrize(
    ("units", "words"),
    [
        ([(20, 20), (20, 20)], "2 个乡镇住夜达标率全部达标"),
        ([(20, 20), (13, 20)], "2 个乡镇中 1 个住夜达标率达标,西沟乡最低 65.0% (13/20)"),
        ([(12, 20), (13, 20)], "2 个乡镇住夜达标率均未达到目标,泥河镇最低 60.0% (12/20)"),
        ([(20, 20), (5, 10), (10, 20)], "3 个乡镇中 1 个住夜达标率达标,最低 50.0%:西沟乡(5/10);东川镇(10/20)"),
        ([(1, 2), (2, 3)], "乡镇住夜达标率样本不足,不作评判"),
        ([(1, 2), (20, 20), (20, 20)], "样本足够的 2 个乡镇住夜达标率全部达标"),
        ([(0, 0), (0, 0)], "乡镇住夜达标率:2026年10月无应统计的数据"),
    ],
)
def test_the_title_by_what_the_units_reached(units, words):
    assert title(a_reading(UP, units)) == words


def test_a_figure_whose_target_is_nothing_at_all_speaks_of_having_it():
    assert title(a_reading(DOWN, [(0, 20), (5, 20)])) == "2 个乡镇中 1 个有未填报夜,西沟乡最高 25.0% (5/20)"
    assert title(a_reading(DOWN, [(0, 20), (0, 20)])) == "2 个乡镇均无未填报夜"


def test_a_running_quarter_is_progress_and_no_verdict():
    reading = a_reading("captains.ordinary_visits", [(5, 40), (6, 40)], as_of=date(2026, 10, 20), whole=[(80, 80), (11, 80)])
    assert "本季进行中" in title(reading)
    assert "达标" not in title(reading)
    assert change_words(reading) == ""  # September and October are different quarters only by the calendar's accident


def test_a_past_period_is_called_by_its_name_and_a_running_one_is_this_one():
    run = {"runs": {"泥河镇": [(19, 21), (17, 21), (15, 21), (13, 21)]}, "whole": [(20, 40), (30, 40)]}
    for day, month, before in (("2026-10-31", "本月", "上月"), ("2026-11-01", "10月", "9月"), ("2027-01-01", "2026年10月", "9月")):
        reading = a_reading(UP, [(13, 21), (20, 20)], as_of=date.fromisoformat(day), **run)
        assert title(reading).endswith(f",{month} 61.9% (13/21)")
        assert change_words(reading) == f"较{before}上升 25.0 个百分点"
    january = a_reading(UP, [(13, 21)], period=Period.parse("2026-01"), as_of=date(2026, 3, 1), whole=[(20, 40), (30, 40)])
    assert change_words(january) == "较2025年12月上升 25.0 个百分点"


def test_in_a_file_every_period_is_called_by_its_name():
    run = {"runs": {"泥河镇": [(19, 21), (17, 21), (15, 21), (13, 21)]}, "whole": [(20, 40), (30, 40)], "dated": True}
    for day, month in (("2026-10-15", "10月1日至15日"), ("2026-10-31", "10月"), ("2026-11-25", "10月"), ("2027-01-01", "2026年10月")):
        reading = a_reading(UP, [(13, 21), (20, 20)], as_of=date.fromisoformat(day), **run)
        assert title(reading).endswith(f",{month} 61.9% (13/21)")
        assert change_words(reading) == "较9月上升 25.0 个百分点"
    quarter = a_reading(UP, [(13, 21)], period=Period.parse("2026-Q4"), as_of=date(2026, 11, 25), dated=True)
    assert (quarter.now, quarter.before) == ("10月1日至11月25日", "三季度")
    assert a_reading(UP, [(13, 21)], as_of=date(2026, 10, 1), dated=True).now == "10月1日"


def test_in_a_file_a_figure_about_a_moment_says_which():
    run = {"runs": {"泥河镇": [(1, 20), (2, 20), (4, 20), (8, 20)]}, "whole": [(20, 40), (30, 40)], "dated": True}
    for day, moment in (("2026-10-15", "10月15日"), ("2026-11-25", "10月31日"), ("2027-01-01", "2026年10月31日")):
        reading = a_reading("petitions.overdue", [(8, 20), (0, 20)], as_of=date.fromisoformat(day), **run)
        assert title(reading) == f"泥河镇超期在办连续三个月上升,{moment} 40.0% (8/20)"
        assert summary(reading) == "全县 75.0% (30/40),较9月末上升 25.0 个百分点"


def test_several_units_with_figures_are_set_apart_by_semicolons():
    assert units_below_words(a_reading(UP, [(13, 21), (20, 20)])) == "泥河镇 61.9% (13/21),未达到目标"
    three = a_reading(UP, [(13, 21), (20, 20), (5, 20), (10, 20)])
    assert units_below_words(three) == "3 个乡镇未达到目标:东川镇 25.0% (5/20);石桥镇 50.0% (10/20);泥河镇 61.9% (13/21)"
    assert units_below_words(three, 2) == "3 个乡镇未达到目标:东川镇 25.0% (5/20);石桥镇 50.0% (10/20)等"
    assert units_below_words(a_reading(DOWN, [(1, 20), (2, 20)])) == "2 个乡镇有未填报夜:西沟乡 10.0% (2/20);泥河镇 5.0% (1/20)"


def test_thousands_stay_whole_in_what_is_said_behind_the_figure():
    reading = a_reading(UP, [(13, 21)], whole=[(1_234_000, 2_000_000), (1_473_000, 1_980_000)])
    assert summary(reading) == "全县 74.4% (1,473,000/1,980,000),较9月上升 12.7 个百分点"
    assert movement(reading) == "较9月上升 12.7 个百分点"
    assert (reading.last.k, reading.previous.k) == (1_473_000, 1_234_000)


def test_a_running_quarter_asked_for_by_a_past_month_is_called_by_its_name():
    reading = a_reading("captains.ordinary_visits", [(5, 40), (6, 40)], as_of=date(2026, 11, 20))
    running = replace(reading, frame=reading.frame.assign(status=Status.RUNNING))
    assert title(running) == "普通户季走访率四季度进行中,暂不评比"


def test_the_change_is_the_difference_of_the_digits_shown():
    # 61.94% and 62.06% are shown 61.9% and 62.1%: whoever subtracts gets 0.2, though the shares are 0.12 apart.
    reading = a_reading(UP, [(13, 21)], whole=[(6194, 10000), (6206, 10000)])
    assert change_words(reading) == "较9月上升 0.2 个百分点"
    assert change_words(a_reading(UP, [(13, 21)], whole=[(61920, 100000), (61940, 100000)])) == "与9月持平"


def test_a_change_from_too_few_cases_is_not_spoken_of():
    assert change_words(a_reading(UP, [(13, 21)], whole=[(5, 9), (13, 21)])) == ""
    assert change_words(a_reading(UP, [(13, 21)], whole=[(13, 21), (5, 9)])) == ""


def test_a_count_of_half_a_month_is_not_compared_with_a_whole_one():
    whole = [(40, None), (12, None)]
    assert change_words(a_reading("petitions.mass", [(12, None)], whole=whole, as_of=date(2026, 10, 15))) == ""
    assert change_words(a_reading("petitions.mass", [(12, None)], whole=whole)) == "较9月减少 28 件"


def test_a_year_still_running_is_not_compared_with_a_whole_one():
    year, whole = Period.parse("2026"), [(50, 100), (90, 100)]
    assert change_words(a_reading(UP, [(13, 21)], whole=whole, period=year, as_of=date(2026, 11, 21))) == ""
    assert change_words(a_reading(UP, [(13, 21)], whole=whole, period=year, as_of=date(2026, 12, 31))) == "较上年上升 40.0 个百分点"


def test_the_largest_category_is_named_only_when_it_is_one():
    by_category = [(21, None), (9, None)]
    runs = {"泥河镇": [(18, None), (21, None)], "西沟乡": [(12, None), (9, None)]}
    reading = a_reading(COUNT, by_category, level=Level.CATEGORY, runs=runs)
    assert title(reading) == "在办 30 件中泥河镇最多,21 件,较9月增加 3 件"
    assert [each.more for each in hot_categories(reading)] == [3, -3]
    assert fastest_rising(reading).name == "泥河镇"
    even = a_reading(COUNT, [(15, None), (15, None)], level=Level.CATEGORY)
    assert "最多" not in title(even)
    assert fastest_rising(even) is None


# --- whatever the numbers are ---------------------------------------------------------------------------------------

a_few = settings(deadline=None, max_examples=50)
cases = st.integers(0, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
FIGURE = re.compile(r"(\d+\.\d)% \((\d+)/(\d+)\)")


@a_few
@given(st.sampled_from([UP, DOWN, NO_TARGET]), st.lists(cases, min_size=1, max_size=5), st.lists(cases, min_size=2, max_size=2))
def test_every_percentage_is_its_own_k_over_n_and_a_named_unit_has_that_figure(indicator, units, whole):
    reading = a_reading(indicator, units, whole=whole)
    have = {(k, n) for k, n in [*units, whole[-1]]}
    for text in (title(reading), summary(reading), units_below_words(reading)):
        for percent, k, n in FIGURE.findall(text):
            assert Decimal(percent) == share_points(int(k) / int(n))
            assert (int(k), int(n)) in have
    for name, (k, n) in zip(NAMES, units, strict=False):
        for shown_k, shown_n in re.findall(rf"{name}最[高低] \d+\.\d% \((\d+)/(\d+)\)", title(reading)):
            assert (int(shown_k), int(shown_n)) == (k, n)


@a_few
@given(st.sampled_from([UP, DOWN]), st.lists(cases, min_size=2, max_size=5))
def test_the_worst_named_is_the_worst_of_those_with_enough_cases(indicator, units):
    text = title(a_reading(indicator, units))
    enough = {name: k / n for name, (k, n) in zip(NAMES, units, strict=False) if n >= 10}
    for name, word in re.findall(rf"({'|'.join(NAMES)})(最低|最高) ", text):
        assert enough[name] == (min if word == "最低" else max)(enough.values())
        assert word == ("最低" if indicator == UP else "最高")


@a_few
@given(st.sampled_from([UP, DOWN]), st.lists(cases, min_size=2, max_size=5))
def test_the_number_said_to_have_reached_the_target_has(indicator, units):
    text = title(a_reading(indicator, units))
    enough = [k / n for k, n in units if n >= 10]
    reached = sum(value == 1.0 if indicator == UP else value == 0.0 for value in enough)
    if found := re.search(r"(\d+) 个乡镇中 (\d+) 个(有)?", text):
        assert int(found[1]) == len(enough)
        assert int(found[2]) == (len(enough) - reached if found[3] else reached)
    if "全部达标" in text or "均无" in text:
        assert reached == len(enough) > 0
    if "均未达到" in text or "均有" in text:
        assert reached == 0


@a_few
@given(cases, cases)
def test_up_and_down_agree_with_the_shares(before, now):
    words = change_words(a_reading(UP, [(13, 21)], whole=[before, now]))
    if before[1] < 10 or now[1] < 10:
        assert words == ""
        return
    difference = now[0] / now[1] - before[0] / before[1]
    if "上升" in words:
        assert difference > 0
    elif "下降" in words:
        assert difference < 0
    else:
        assert words == "与9月持平"
        assert abs(difference) < 0.0011


@a_few
@given(st.sampled_from([UP, DOWN]), st.lists(cases, min_size=4, max_size=4))
def test_a_run_in_words_is_a_run_in_numbers(indicator, months):
    text = title(a_reading(indicator, [months[-1], (20, 20)], runs={"泥河镇": months}))
    if "连续" in text:
        values = [k / n for k, n in months]
        assert all(n >= 10 for _, n in months)
        assert values == sorted(values, reverse=indicator == UP)
        assert len(set(values)) == 4
        assert ("下降" in text) == (indicator == UP)


@a_few
@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_share_is_rounded_as_a_spreadsheet_rounds_it(case):
    k, n = case
    exact = Decimal(k) * 100 / Decimal(n)
    assert abs(share_points(k / n) - exact) <= Decimal("0.05")
    if (k * 2000) % n == 0 and (k * 1000) % n:  # exactly between two tenths: away from zero
        assert share_points(k / n) > exact


def test_a_half_goes_up():
    assert share(1 / 16) == "6.3%"
    assert rounded(2.5) == 3
    assert quantity(REGISTRY[UP], 0, 0, None) == "— (0/0)"


def test_a_sentence_writes_thousands_as_the_rows_do():
    assert quantity(REGISTRY[UP], 8592, 10675, 8592 / 10675) == f"80.5% ({fraction(8592, 10675)})" == "80.5% (8,592/10,675)"
    assert quantity(REGISTRY["petitions.open"], 1234, None, 1234.0) == "1,234 件"


@a_few
@given(st.text(max_size=40))
def test_cleaned_text_fits_into_xml_and_a_formula_is_disarmed(text):
    element = etree.Element("t")
    element.text = clean(text)
    assert etree.fromstring(etree.tostring(element, encoding="utf-8")).text in (clean(text), None)
    assert formula_safe(clean(text)).lstrip()[:1] not in ("=", "+", "-", "@")


def test_running_text_takes_the_offices_punctuation():
    assert official("全县 79.6% (129/162),较上月下降 3.2 个百分点") == "全县79.6%\uff08129/162\uff09\uff0c较上月下降3.2个百分点"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026年10月,9 项指标中 7 项", "2026年10月\uff0c9 项指标中 7 项"),
        ("(数据截至11月,规则手册 2024.1(自1月1日起))", "\uff08数据截至11月\uff0c规则手册 2024.1\uff08自1月1日起\uff09\uff09"),
        ("全县 72.1% (1,427/1,980),3 个", "全县 72.1%\uff081,427/1,980\uff09\uff0c3 个"),
        ("截至11月25日 08:00 · 单位:件", "截至11月25日 08:00 · 单位\uff1a件"),
        ("应住夜数 10×min(1,在岗工作日/20);按单位", "应住夜数 10×min(1,在岗工作日/20)\uff1b按单位"),
        ("昨晚(11月25日 周三) 9 个乡镇", "昨晚\uff0811月25日 周三\uff099 个乡镇"),
        ("按期办结率(按乡镇) · 目标", "按期办结率\uff08按乡镇\uff09 · 目标"),
        ("样本不足(n=7)", "样本不足\uff08n=7\uff09"),
        ("13/21", "13/21"),
        ("61.9% (1,300/2,100)", "61.9% (1,300/2,100)"),
        ("=SUM(1,2)", "=SUM(1,2)"),
        ("左括号(没有右括号", "左括号(没有右括号"),
    ],
)
def test_chinese_sentences_take_full_width_marks_and_figures_keep_theirs(written, read):
    assert chinese_marks(written) == read
    assert chinese_marks(read) == read
