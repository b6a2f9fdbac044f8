"""How sure a rank is: captains of known quality have their true place inside the interval, at the top as in the middle, with few cases as
with many; and what was frozen under the first edition stays as it was."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from metrics.rulebook import Edition, rulebook
from metrics.selection.rank_intervals import (
    Levels,
    Terms,
    _given_what_was_seen,
    intervals_around,
    levels,
    narrowest_interval,
    score_terms,
    scores_without_luck,
)
from metrics.selection.resampling import resampled_ranks
from metrics.selection.result import chance_in_quota
from metrics.selection.rules import POOLED, RESAMPLED, selection_rules
from metrics.selection.scores import Counts, scores
from metrics.selection.snapshot import recomputed, verified
from metrics.vocabulary import Role
from tests.simulated_captains import FIRST, KINDS, RULES, SIZES, Held, Seats, a_year, held, places, seats_told

COUNTIES = 4
SIMULATED = pytest.mark.parametrize("kind", KINDS)


@cache
def of_kind(kind: str, method: str) -> Held:
    return Held.of([held(kind, number, method) for number in range(COUNTIES)])


def everywhere(method: str) -> Held:
    return Held.of([of_kind(kind, method) for kind in KINDS])


# --- it holds its promise ---------------------------------------------------------------------------------------------


@SIMULATED
def test_the_interval_holds_the_true_place_whatever_the_county_is_like(kind):
    assert of_kind(kind, "luck told from merit").share() >= 0.90


@pytest.mark.parametrize("size", range(len(SIZES)), ids=SIZES)
@pytest.mark.parametrize(("best", "worst"), [(1, 20), (21, 80), (81, 160), (161, 240), (241, 320), (321, 400)])
def test_it_holds_at_the_top_and_in_the_middle_with_few_cases_and_with_many(size, best, worst):
    simulated = everywhere("luck told from merit")
    assert simulated.share((simulated.size == size) & (simulated.seen >= best) & (simulated.seen <= worst)) >= 0.88


def test_it_holds_for_those_who_are_truly_the_best():
    simulated = everywhere("luck told from merit")
    assert simulated.share(simulated.true <= FIRST) >= 0.95


@pytest.mark.parametrize("size", range(len(SIZES)), ids=SIZES)
def test_what_a_reader_is_told_holds_too_in_places_and_as_a_part_of_the_list(size):
    simulated = everywhere("luck told from merit")
    for place in (simulated.seen <= FIRST, (simulated.seen > 160) & (simulated.seen <= 240)):
        told = simulated.told[place & (simulated.size == size)]
        assert told.mean() >= 0.90
    in_words = simulated.told[simulated.in_words]
    assert in_words.mean() >= 0.95, "a part of the list is never narrower than the interval"
    assert simulated.told[~simulated.in_words].mean() >= 0.90


# --- the chance of a seat -------------------------------------------------------------------------------------------------


@cache
def seats(method: str) -> Seats:
    return Seats.of([seats_told(kind, number, method) for kind in KINDS for number in range(COUNTIES)])


@pytest.mark.parametrize(("least", "most"), [(0.1, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.0)])
def test_a_chance_of_a_seat_promises_no_more_than_comes_true(least, most):
    told = seats("luck told from merit")
    inside = (told.chance >= least) & (told.chance <= most)
    assert inside.sum() > 50
    assert told.true[inside].mean() >= told.chance[inside].mean() - 0.05


def test_who_is_said_to_be_safely_in_or_out_is_so_in_nine_cases_of_ten():
    told = seats("luck told from merit")
    assert told.true[told.seen & (told.chance >= RULES.interval)].mean() >= RULES.interval
    assert told.true[~told.seen & (told.chance <= 1 - RULES.interval)].mean() <= 1 - RULES.interval
    before = seats("drawn again")
    assert before.true[before.seen & (before.chance >= RULES.interval)].mean() < RULES.interval, "what the first edition said was too sure"


def test_a_seat_is_as_sure_as_the_interval_says():
    """Whoever's places all lie inside the seats of a county of one township has the seat with the same certainty."""
    for number in range(COUNTIES):
        year = a_year(KINDS["large samples (25 times)"](np.random.default_rng(number), 200), np.random.default_rng(number))
        scored = scores(year, RULES)
        totals = scores_without_luck(year, scored, RULES)
        _, high = narrowest_interval(resampled_ranks(totals), RULES.interval)
        chance = chance_in_quota(totals, np.array(["a"] * 200), {"a": 20})
        assert (high <= 20).any()
        assert (chance[high <= 20] >= RULES.interval).all()


def test_what_was_seen_drawn_again_did_not_hold():
    before = everywhere("drawn again")
    assert before.share() < 0.75
    assert before.share(before.seen <= FIRST) < 0.75


def test_it_is_far_narrower_than_a_set_that_holds_for_all_pairs_at_once():
    kinds = ("qualities wide apart", "samples from a quarter to 16 times as large", "large samples (25 times)")
    for kind in kinds:
        own, reference = of_kind(kind, "luck told from merit"), held(kind, 0, "all pairs at once")
        assert reference.share() > 0.99
        assert own.width[own.seen <= FIRST].mean() < reference.width[reference.seen <= FIRST].mean() / 2


def test_the_narrowest_interval_leaves_out_the_rarest_end():
    drawn = np.array([[1] * 90 + list(range(2, 12)), [*range(1, 6), *[50] * 90, *range(96, 101)]])
    low, high = narrowest_interval(drawn, 0.9)
    assert list(low) == [1, 50]
    assert list(high) == [1, 50]


# --- what it must always be ---------------------------------------------------------------------------------------------


def of(year: Counts, **changes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rules = RULES.tried(**changes)
    scored = scores(year, rules)
    rank = places(scored.total)
    return (*intervals_around(rank, scores_without_luck(year, scored, rules), rules.interval), rank)


@pytest.mark.parametrize("size", [1, 2, 3, 12, 400])
@pytest.mark.parametrize("changes", [{}, {"ratings_prior": 0, "survey_prior": 0}], ids=["shrunk", "raw"])
def test_the_own_rank_is_always_inside_and_the_interval_inside_the_list(size, changes):
    for kind in KINDS:
        year = a_year(KINDS[kind](np.random.default_rng(size), size), np.random.default_rng(2))
        low, high, rank = of(year, **changes)
        assert ((low >= 1) & (low <= rank) & (rank <= high) & (high <= size)).all()


def test_the_same_list_has_the_same_intervals_each_time():
    year = a_year(KINDS["qualities wide apart"](np.random.default_rng(3), 200), np.random.default_rng(3))
    assert all((first == again).all() for first, again in zip(of(year), of(year), strict=True))
    other = of(year, seed=5)
    assert np.abs(of(year)[1] - other[1]).mean() < 4


def nobody(size: int) -> Counts:
    return Counts(np.arange(size), *(np.zeros((size, 5), dtype=int) for _ in range(4)), np.zeros(size))


def test_nothing_known_of_anybody_is_a_tie_that_falls_by_lot():
    low, high, _ = of(nobody(100))
    assert (high - low >= 88).all()


def test_one_matter_done_of_one_is_not_certain_and_fifty_of_fifty_nearly_is():
    year = nobody(60)
    year.n[:, 0], year.k[:, 0] = 50, 30
    year.n[:2, 0], year.k[:2, 0] = (1, 50), (1, 50)
    luck = score_terms(year, scores(year, RULES), RULES).luck[:, 0]
    assert luck[0] > 0.05
    assert luck[1] < 0.001


def test_more_cases_make_an_interval_narrower():
    few = a_year(KINDS["qualities wide apart"](np.random.default_rng(4), 200), np.random.default_rng(4))
    many = Counts(few.person_ids, few.k * 25, few.n * 25, few.stars * 25, few.answers * 25, few.bonus)
    width = {name: (high - low).mean() for name, (low, high, _) in (("few", of(few)), ("many", of(many)))}
    assert width["many"] < width["few"] / 2


def test_points_with_evidence_are_no_luck():
    year = a_year(KINDS["qualities close together"](np.random.default_rng(6), 100), np.random.default_rng(6))
    honoured = replace(year, bonus=np.where(np.arange(100) < 50, 5.0, 0.0))
    before, after = of(year)[1], of(honoured)[1]
    assert after[:50].mean() < before[:50].mean()
    assert after[50:].mean() >= before[50:].mean()


# --- the arithmetic, the slow way ------------------------------------------------------------------------------------------


def test_what_is_seen_of_a_captain_moves_the_role_as_a_normal_prior_says():
    """The posterior of each captain by the textbook, with inverses: one at a time, terms without a case left out."""
    chance = np.random.default_rng(7)
    spread = np.cov(chance.normal(size=(3, 40)))
    terms = Terms(chance.normal(size=(6, 3)), chance.uniform(0.2, 2, (6, 3)), np.ones((6, 3)))
    terms.luck[0] = [np.inf, 1, np.inf]
    terms.luck[1] = np.inf
    mean, covariance = _given_what_was_seen(terms, Levels(np.array([1.0, 2, 3]), spread))
    for captain in range(6):
        known = np.isfinite(terms.luck[captain])
        own = spread[known][:, known] + np.diag(terms.luck[captain][known])
        gain = spread[:, known] @ np.linalg.inv(own)
        assert mean[captain] == pytest.approx(np.array([1.0, 2, 3]) + gain @ (terms.seen[captain][known] - np.array([1.0, 2, 3])[known]))
        assert covariance[captain] == pytest.approx(spread - gain @ spread[known])


def test_how_captains_differ_is_found_again_from_noisy_terms():
    chance = np.random.default_rng(8)
    true = np.array([[0.04, 0.02, 0], [0.02, 0.04, 0], [0, 0, 0.0001]])
    level = chance.multivariate_normal([0.8, 0.7, 4.0], true, 3_000)
    luck = chance.uniform(0.01, 0.05, (3_000, 3))
    found = levels(Terms(level + chance.normal(size=luck.shape) * np.sqrt(luck), luck, np.ones(luck.shape)))
    assert found.mean == pytest.approx([0.8, 0.7, 4.0], abs=0.02)
    assert found.spread == pytest.approx(true, abs=0.005)


# --- the edition that brought it ---------------------------------------------------------------------------------------------


def frozen() -> dict:
    return json.loads((Path(__file__).parent / "snapshots" / "first_edition.json").read_text(encoding="utf-8"))


def test_a_ranking_frozen_under_the_first_edition_still_verifies_and_shows_the_intervals_it_showed():
    kept = frozen()
    text = json.dumps(kept["snapshot"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert "interval_method" not in text
    assert verified(text, kept["digest"])
    again = recomputed(text)
    assert again.rules.interval_method == RESAMPLED
    ranked = again.rows[again.rows["rank"].notna()]
    assert ranked[["person_id", "rank_low", "rank_high"]].astype(int).to_numpy().tolist() == kept["intervals"]


def test_the_method_comes_with_an_edition_and_an_unknown_one_is_named():
    last = rulebook().editions[-1]
    assert selection_rules(last, Role.CELL_CAPTAIN).interval_method == POOLED
    assert selection_rules(rulebook().on(date(2025, 12, 31)), Role.CELL_CAPTAIN).interval_method == RESAMPLED
    other = Edition("x", date(2030, 1, 1), {**last.tables, "selection": {**last.tables["selection"], "interval_method": "guessed"}})
    with pytest.raises(ValueError, match=r"selection\.interval_method"):
        selection_rules(other, Role.CELL_CAPTAIN)
