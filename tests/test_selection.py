"""年度评选, the arithmetic: points, shrinkage, gates, quotas, ties, and how sure a rank is; against closed forms and simulation."""

from __future__ import annotations

import math
from datetime import date
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from metrics.rulebook import rulebook
from metrics.selection.gates import days_in_post, gate_reasons
from metrics.selection.order import ranks
from metrics.selection.quotas import county_seats, seated, seated_by_score, township_seats
from metrics.selection.resampling import alike, rank_interval, resampled_ranks, resampled_scores, resampled_totals
from metrics.selection.rules import WORK_ITEMS, selection_rules
from metrics.selection.scores import STARS, Counts, pooled_mean, scores, shrunk, spread_points, terms
from metrics.selection.stability import weight_stability, weightings
from metrics.vocabulary import CAPTAINS, Role

RULES = selection_rules(rulebook().on(date(2026, 12, 31)), Role.CELL_CAPTAIN)


def captains(k, n, stars=None, answers=None, bonus=None) -> Counts:
    k, n = np.array(k), np.array(n)
    nothing = np.zeros((len(k), 5), dtype=int)
    return Counts(
        np.arange(1, len(k) + 1),
        k,
        n,
        nothing if stars is None else np.array(stars),
        nothing if answers is None else np.array(answers),
        np.zeros(len(k)) if bonus is None else np.array(bonus, dtype=float),
    )


# --- scores --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", CAPTAINS)
def test_the_rulebook_gives_every_role_fifty_thirty_twenty(role):
    rules = selection_rules(rulebook().on(date(2026, 12, 31)), role)
    assert tuple(rules.items) == WORK_ITEMS[role]
    assert sum(rules.items.values()) == rules.work_points == 50
    assert (rules.ratings_points, rules.survey_points, rules.bonus_most) == (30, 20, 5)


def test_a_score_is_attainment_times_points_capped_at_one():
    scored = scores(captains([[12, 20, 3, 2, 30]], [[12, 40, 4, 4, 20]]), RULES)
    assert scored.work_terms[0] == pytest.approx([15, 5, 11.25, 2.5, 5])
    assert scored.work[0] == pytest.approx(38.75)


def test_points_of_an_item_with_nothing_due_go_to_the_others_in_proportion():
    possible = spread_points(np.array([[12, 40, 0, 4, 20]]), np.array([15, 10, 15, 5, 5]), 50)
    assert possible[0] == pytest.approx([15 / 35 * 50, 10 / 35 * 50, 0, 5 / 35 * 50, 5 / 35 * 50])
    assert spread_points(np.zeros((1, 5)), np.array([15, 10, 15, 5, 5]), 50).sum() == 0


@pytest.mark.parametrize(
    ("total", "n", "value"),
    [(0, 0, 4.0), (5, 1, (40 + 5) / 11), (50, 10, 4.5), (10, 10, 2.5), (5000, 1000, (40 + 5000) / 1010)],
)
def test_shrinkage_starts_at_the_mean_and_ends_at_the_captains_own(total, n, value):
    assert shrunk(np.array([total]), np.array([n]), 4.0, 10)[0] == pytest.approx(value)


def test_shrunk_ratings_are_the_posterior_mean_of_a_normal_prior_worth_ten_ratings():
    # Stars with variance s², the captain's own level with variance s²/C around m: the posterior mean is (C·m + Σ)/(C + n).
    m, c, n, mean, variance = 4.1, 10, 7, 4.6, 0.81
    posterior = (m / (variance / c) + n * mean / variance) / (1 / (variance / c) + n / variance)
    assert shrunk(np.array([n * mean]), np.array([n]), m, c)[0] == pytest.approx(posterior)


def test_stars_become_points_and_the_mean_is_pooled_over_ratings_not_captains():
    stars = [[0, 0, 0, 0, 1], [9, 0, 0, 0, 0]]
    counts = captains([[0] * 5] * 2, [[0] * 5] * 2, stars=stars)
    assert pooled_mean(counts.stars) == pytest.approx((5 + 9) / 10)
    scored = scores(counts, RULES)
    assert scored.ratings == pytest.approx([30 * ((14 + 5) / 11 - 1) / 4, 30 * ((14 + 9) / 19 - 1) / 4])


def test_nobody_rated_at_all_puts_everybody_in_the_middle():
    assert list(scores(captains([[0] * 5] * 2, [[0] * 5] * 2), RULES).ratings) == [15, 15]


@pytest.mark.parametrize(("given_points", "counted"), [(0, 0), (3, 3), (5, 5), (7.5, 5), (-2, 0)])
def test_the_bonus_is_capped_at_five(given_points, counted):
    assert scores(captains([[0] * 5], [[0] * 5], bonus=[given_points]), RULES).bonus[0] == counted


def test_the_terms_add_up_to_the_score_and_say_what_each_could_have_brought():
    counts = captains([[11, 30, 0, 4, 20]], [[12, 40, 0, 4, 20]], [[0, 0, 1, 2, 3]], [[0, 1, 0, 3, 4]], [2.5])
    scored = scores(counts, RULES)
    table = terms(counts, scored, RULES)
    assert table["points"].sum() == pytest.approx(scored.total[0])
    assert list(table["item"]) == [*WORK_ITEMS[Role.CELL_CAPTAIN], "ratings", "survey", "bonus"]
    assert table.set_index("item").loc["small_on_time", ["n", "points", "possible"]].tolist() == [0, 0, 0]
    assert table.loc[table["item"].isin(WORK_ITEMS[Role.CELL_CAPTAIN]), "possible"].sum() == pytest.approx(50)


# --- gates ---------------------------------------------------------------------------------------------------------------


def intervals(*rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["person_id", "valid_from", "valid_to"], dtype=object)


def absences(*rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["person_id", "first_day", "last_day"], dtype=object)


YEAR = (date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("posts", "leaves", "days"),
    [
        (intervals((1, None, None)), absences(), 365),
        (intervals((1, date(2025, 5, 1), date(2026, 1, 1))), absences(), 1),
        (intervals((1, date(2026, 7, 3), None)), absences(), 182),
        (intervals((1, date(2026, 1, 1), None)), absences((1, date(2026, 7, 1), None)), 181),
        (intervals((1, None, date(2026, 6, 15)), (1, date(2026, 6, 16), None)), absences(), 365),  # changed cell in June
        (intervals((1, None, None), (1, None, None)), absences((1, date(2026, 3, 1), date(2026, 3, 2)), (2, None, None)), 363),
        (intervals((1, date(2027, 1, 1), None)), absences(), 0),
    ],
)
def test_days_in_post_are_counted_once_and_without_leave(posts, leaves, days):
    assert days_in_post(posts, leaves, *YEAR)[1] == days


def a_candidate(days=365, surveyed=6, households=10) -> pd.DataFrame:
    return pd.DataFrame({"person_id": [1], "days": [days], "surveyed": [surveyed], "households": [households]})


def some_marks(*rows) -> pd.DataFrame:
    return pd.DataFrame([(1, *row) for row in rows], columns=["person_id", "kind", "passed", "reason"], dtype=object)


@pytest.mark.parametrize(
    ("candidate", "marks", "reason"),
    [
        (a_candidate(days=182), some_marks(), "ok"),
        (a_candidate(days=181), some_marks(), "任职不足:在岗181天,需182天"),
        (a_candidate(surveyed=5), some_marks(), "ok"),
        (a_candidate(surveyed=4), some_marks(), "样本不足:测评4户,本邻10户,需达50%"),
        (a_candidate(surveyed=2, households=4), some_marks(), "样本不足:测评2户,需3户"),
        (a_candidate(surveyed=0, households=0), some_marks(), "样本不足:测评0户,需3户"),
        (a_candidate(), some_marks(("spot_check", True, None)), "ok"),
        (a_candidate(), some_marks(("spot_check", None, None)), "ok"),
        (a_candidate(), some_marks(("spot_check", False, "台账不实")), "抽查未通过:台账不实"),
        (a_candidate(), some_marks(("veto", None, "造假")), "一票否决:造假"),
        (a_candidate(), some_marks(("bonus", False, "好事")), "ok"),
    ],
)
def test_a_gate_names_its_reason(candidate, marks, reason):
    assert gate_reasons(candidate, marks, RULES)[1] == reason


def test_half_the_households_are_asked_of_cell_captains_only():
    rules = selection_rules(rulebook().on(date(2026, 12, 31)), Role.PATCH_CAPTAIN)
    assert gate_reasons(a_candidate(surveyed=3, households=200), some_marks(), rules)[1] == "ok"


# --- quotas and ties -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("people", "share", "seats"),
    [(20, 0.05, 1), (21, 0.05, 2), (0, 0.05, 0), (1, 0.02, 1), (50, 0.02, 1), (100, 0.03, 3), (3000, 0.02, 60), (2986, 0.02, 60)],
)
def test_the_county_quota_is_rounded_up_exactly(people, share, seats):
    assert county_seats(people, share) == seats


def test_seats_go_by_largest_remainder_then_at_least_one_each():
    # 10 seats over 1000 captains: exact shares 5.05, 3.10, 1.45, 0.38, 0.02 → 5, 3, 1, 0, 0 and the last seat to .45.
    captains_of = {"a": 505, "b": 310, "c": 145, "d": 38, "e": 2}
    assert township_seats(captains_of, 0.01) == {"a": 5, "b": 3, "c": 2, "d": 1, "e": 1}
    assert township_seats({}, 0.01) == {}


@given(st.dictionaries(st.sampled_from("abcdefghi"), st.integers(1, 400), min_size=1), st.sampled_from([0.02, 0.03, 0.05]))
def test_quotas_stay_within_a_seat_of_the_exact_share(captains_of, share):
    seats, total = township_seats(captains_of, share), sum(captains_of.values())
    whole = county_seats(total, share)
    for code, count in captains_of.items():
        exact = Fraction(whole * count, total)
        assert max(1, math.floor(exact)) <= seats[code] <= max(1, math.ceil(exact))
    assert sum(township_seats(captains_of, share, at_least=0).values()) == whole


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ((90, 18, 0.9, 12), [1, 1]),  # equal in everything: the meeting settles it
        ((90, 17.9, 1.0, 99), [1, 2]),  # the survey decides first
        ((90, 18, 0.8, 99), [1, 2]),  # then the visits
        ((90, 18, 0.9, 11), [1, 2]),  # then the sample
        ((90 + 1e-12, 18, 0.9, 11), [1, 2]),  # floating point decides nothing
        ((90.001, 0, 0, 0), [2, 1]),
    ],
)
def test_ties_are_broken_in_the_stated_order(second, expected):
    pair = np.array([(90, 18, 0.9, 12), second])
    assert list(ranks(*pair.T)) == expected


def test_a_tie_for_the_last_seat_is_left_to_the_meeting():
    has_seat, to_settle = seated(np.array([1, 2, 2, 4]), np.array(["a"] * 4), {"a": 2})
    assert list(has_seat) == [True, False, False, False]
    assert list(to_settle) == [False, True, True, False]
    assert list(seated(np.array([1, 2, 2, 4]), np.array(["a"] * 4), {"a": 3})[0]) == [True, True, True, False]


def test_seats_go_by_rank_within_the_township_whatever_the_rank_in_the_county():
    has_seat, _ = seated(np.array([1, 2, 3, 9]), np.array(["a", "a", "a", "b"]), {"a": 2, "b": 1})
    assert list(has_seat) == [True, True, False, True]
    drawn = seated_by_score(np.array([[9.0, 8, 7, 1]]), np.array(["a", "a", "a", "b"]), {"a": 2, "b": 1})
    assert list(drawn[0]) == [True, True, False, True]


# --- how sure a rank is ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("k", "n"), [(0, 4), (4, 4), (3, 4), (20, 36), (119, 120), (700, 900)])
def test_resampled_work_is_binomial(k, n):
    quantiles = resampled_totals(np.array([[n - k, k]]))[0]
    levels = (np.arange(256) + 0.5) / 256
    exact = stats.binom.ppf(levels, n, k / n)
    assert np.abs(quantiles - exact).max() <= (0 if n <= 240 else 1.5)
    assert quantiles.mean() == pytest.approx(k, abs=0.6)


def test_resampled_stars_have_the_mean_and_spread_of_drawing_with_replacement():
    seen = np.array([1, 0, 2, 5, 12])
    quantiles = resampled_totals(seen[None, :])[0]
    drawn = np.random.default_rng(3).choice(np.repeat(np.arange(5), seen), size=(40_000, 20)).sum(axis=1)
    assert quantiles.mean() == pytest.approx(drawn.mean(), abs=0.05)
    assert quantiles.std() == pytest.approx(drawn.std(), rel=0.02)
    assert np.quantile(quantiles, [0.05, 0.5, 0.95]) == pytest.approx(np.quantile(drawn, [0.05, 0.5, 0.95]), abs=1)


def a_field(size: int, seed: int, quality: np.ndarray | None = None) -> Counts:
    """Captains with a true quality 0–1, of which each item, star and answer is a noisy reading; some cells are tiny."""
    chance = np.random.default_rng(seed)
    quality = chance.uniform(0.5, 0.95, size) if quality is None else quality
    households = chance.integers(5, 16, size)
    n = np.column_stack([chance.integers(1, 4, size) * 12, households * 4, chance.integers(0, 8, size), np.full(size, 4), households * 6])
    k = chance.binomial(n, quality[:, None])
    level = np.column_stack([stats.binom.pmf(value, 4, quality) for value in range(5)])
    stars = np.array([chance.multinomial(chance.integers(0, 12), row / row.sum()) for row in level])
    answers = np.array([chance.multinomial(size_ // 2 + 1, row / row.sum()) for size_, row in zip(households, level, strict=True)])
    return captains(k, n, stars, answers)


def test_the_same_seed_gives_the_same_intervals_and_another_seed_nearly_the_same():
    field = a_field(60, 1)
    scored = scores(field, RULES)
    first, again = resampled_scores(field, scored, RULES), resampled_scores(field, scored, RULES)
    assert (first == again).all()
    other = resampled_scores(field, scored, RULES.tried(seed=5))
    assert np.abs(first.mean(axis=1) - other.mean(axis=1)).max() < 0.5
    assert np.abs(first.mean(axis=1) - scored.total).max() < 0.5


def test_every_rank_lies_in_its_interval_and_a_larger_sample_has_a_narrower_one():
    field = a_field(200, 2)
    scored = scores(field, RULES)
    drawn = resampled_ranks(resampled_scores(field, scored, RULES))
    assert (np.sort(drawn[:, 0]) == np.arange(1, 201)).all()
    low, high = rank_interval(drawn, 0.9)
    own = ranks(scored.total, scored.survey, np.zeros(200), np.zeros(200))
    assert (low <= high).all()
    assert ((low <= own) & (own <= high)).mean() > 0.97
    large = captains(field.k * 25, field.n * 25, field.stars * 25, field.answers * 25)
    sharper = rank_interval(resampled_ranks(resampled_scores(large, scores(large, RULES), RULES)), 0.9)
    assert (sharper[1] - sharper[0]).mean() < (high - low).mean() / 2


def test_neighbours_that_overlap_are_one_group_and_a_clear_gap_opens_the_next():
    totals = np.array([[90.0] * 100, [90.0] * 100, [80.0] * 100, [80.0, 80.1] * 50])
    totals[1] += np.resize([-1, 1], 100)
    assert list(alike(np.array([0, 1, 2, 3]), totals, 0.9)) == [1, 1, 2, 2]


def test_weightings_keep_the_total_and_stay_close():
    items, parts = weightings(RULES)
    assert parts.sum(axis=1) == pytest.approx(100)
    assert items.min() >= 5 * 0.75 - 1e-9
    assert items.max() <= 15 * 1.25 + 1e-9


def test_who_leads_in_everything_stays_in_under_every_weighting():
    field = captains(
        [[12, 40, 4, 4, 20], [6, 20, 2, 2, 10], [0] * 5], [[12, 40, 4, 4, 20]] * 3, [[0, 0, 0, 0, 9], [9, 0, 0, 0, 0], [9, 0, 0, 0, 0]]
    )
    stability = weight_stability(field, scores(field, RULES), RULES, np.array(["a"] * 3), {"a": 1}, np.array([True, False, False]))
    assert list(stability) == [1, 1, 1]


def raw_average(field: Counts) -> np.ndarray:
    """What a county would do without shrinkage: the same points for plain averages; nobody's answer counts as nothing."""
    plain = RULES.tried(ratings_prior=0, survey_prior=0)
    return scores(field, plain).total


def test_a_captain_truly_in_the_top_gets_in_more_often_than_under_raw_averages():
    """Stars alone, where the sizes of samples differ most; the figures are printed (pytest -s) and stand in docs/selection.md."""
    trials, seats, size = 300, 20, 400
    found = {"shrunk": 0, "raw": 0}
    for trial in range(trials):
        chance = np.random.default_rng(trial)
        quality = np.clip(chance.normal(0.75, 0.05, size), 0.4, 0.97)
        level = np.column_stack([stats.binom.pmf(value, 4, quality) for value in range(5)])
        rated = chance.choice([1, 3, 8, 25], size)
        stars = np.array([chance.multinomial(n, row) for n, row in zip(rated, level / level.sum(axis=1, keepdims=True), strict=True)])
        truly = set(np.argsort(-quality)[:seats])
        total, n = stars @ STARS, stars.sum(axis=1)
        found["shrunk"] += len(truly & set(np.argsort(-shrunk(total, n, pooled_mean(stars), 10))[:seats]))
        found["raw"] += len(truly & set(np.argsort(-(total / n), kind="stable")[:seats]))
    share = {name: count / (trials * seats) for name, count in found.items()}
    print(f"\ntruly in the top {seats} of {size}, seated: shrunk {share['shrunk']:.1%}, raw averages {share['raw']:.1%}")
    assert share["shrunk"] > share["raw"] + 0.05
