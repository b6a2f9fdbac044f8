"""Captains of known quality, to see how often the interval of a rank holds the true one: ``python -m tests.simulated_captains`` prints
the tables of docs/selection.md (half a minute).

The truth is the rank of the expected score: the score each captain would have on average over many such years, with the same households,
matters and numbers of ratings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
from scipy import stats

from metrics.rulebook import rulebook
from metrics.selection.order import ranks
from metrics.selection.quotas import seated, township_seats
from metrics.selection.rank_intervals import intervals_around, score_terms, scores_without_luck
from metrics.selection.resampling import rank_interval, resampled_ranks, resampled_scores
from metrics.selection.result import chance_in_quota
from metrics.selection.rules import SelectionRules, selection_rules
from metrics.selection.scores import STARS, Counts, Scores, scores, shrunk, spread_points, star_points
from metrics.selection.words import span_told
from metrics.vocabulary import Role

RULES = selection_rules(rulebook().on(date(2026, 12, 31)), Role.CELL_CAPTAIN)
FIRST = 20
PAIR_DRAWS = 400
Interval = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Captains:
    """``done``: the chance of each of the five items; ``liked``: the chances of 1–5 stars; then how many cases there are of each."""

    done: np.ndarray
    liked: np.ndarray
    due: np.ndarray
    ratings: np.ndarray
    answers: np.ndarray

    def __len__(self) -> int:
        return len(self.done)


def stars_of(quality: np.ndarray) -> np.ndarray:
    return np.column_stack([stats.binom.pmf(value, 4, quality) for value in range(5)])


def _usual(chance: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cases of a year: visits of key and of ordinary households, small matters, 恳谈会, entries; ratings; answers."""
    homes = chance.integers(5, 16, size)
    due = [chance.integers(0, 4, size) * 12, homes * 4, chance.integers(0, 8, size), np.full(size, 4), homes * 6]
    return np.column_stack(due), chance.integers(0, 12, size), homes // 2 + 1


def _about(chance: np.random.Generator, quality: np.ndarray, off: float) -> np.ndarray:
    """Chances of the five items around a captain's quality."""
    return np.clip(quality[:, None] + chance.normal(0, off, (len(quality), 5)), 0.02, 0.995)


def apart(chance: np.random.Generator, size: int) -> Captains:
    quality = chance.uniform(0.5, 0.95, size)
    return Captains(_about(chance, quality, 0), stars_of(quality), *_usual(chance, size))


def close(chance: np.random.Generator, size: int) -> Captains:
    quality = np.clip(chance.normal(0.75, 0.05, size), 0.4, 0.97)
    return Captains(_about(chance, quality, 0), stars_of(quality), *_usual(chance, size))


def of_all_sizes(chance: np.random.Generator, size: int) -> Captains:
    quality, times = chance.uniform(0.5, 0.95, size), chance.choice([0.25, 1, 4, 16], size)
    due = np.column_stack([chance.poisson(mean * times) for mean in (12, 20, 2, 4, 30)])
    return Captains(_about(chance, quality, 0.05), stars_of(quality), due, chance.poisson(3 * times), 3 + chance.poisson(4 * times))


def of_two_kinds(chance: np.random.Generator, size: int) -> Captains:
    good = chance.random(size) < 0.15
    quality = np.clip(np.where(good, chance.normal(0.93, 0.02, size), chance.normal(0.7, 0.05, size)), 0.2, 0.98)
    return Captains(_about(chance, quality, 0.03), stars_of(quality), *_usual(chance, size))


def with_some_who_neglect(chance: np.random.Generator, size: int) -> Captains:
    idle = chance.random(size) < 0.08
    quality = np.where(idle, chance.uniform(0.1, 0.5, size), np.clip(chance.normal(0.88, 0.04, size), 0, 0.99))
    return Captains(_about(chance, quality, 0.05), stars_of(np.clip(quality, 0.05, 0.98)), *_usual(chance, size))


def each_item_by_itself(chance: np.random.Generator, size: int) -> Captains:
    done = np.column_stack([chance.beta(a, b, size) for a, b in ((30, 2), (8, 3), (20, 20), (5, 1), (60, 6))])
    return Captains(done, stars_of(chance.beta(12, 4, size)), *_usual(chance, size))


def nearly_perfect(chance: np.random.Generator, size: int) -> Captains:
    """As in the demo county: most do nearly all, few ratings, two small matters a year."""
    quality, homes = np.clip(chance.beta(12, 1.5, size), 0.3, 1), chance.integers(5, 16, size)
    done = np.clip(chance.beta(40 * quality + 0.5, 40 * (1 - quality) + 0.5, (5, size)).T, 0.02, 1)
    due = np.column_stack([chance.integers(0, 5, size) * 10, homes * 3, chance.integers(0, 4, size), np.full(size, 3), homes * 5])
    liked = stars_of(np.clip(quality - 0.05 + chance.normal(0, 0.05, size), 0.1, 0.99))
    return Captains(done, liked, due, chance.integers(0, 5, size), 3 + chance.integers(0, 10, size))


def one_hard_matter(chance: np.random.Generator, size: int) -> Captains:
    """As with 片长: the item that weighs most rests on none to two matters, the others on hundreds."""
    quality = np.clip(chance.normal(0.88, 0.05, size), 0.5, 0.99)
    done = np.column_stack([_about(chance, quality, 0.03)[:, :2], chance.beta(9, 1, size), _about(chance, quality, 0.04)[:, :2]])
    numbers = (
        np.full(size, 55),
        chance.integers(100, 700, size),
        chance.integers(0, 3, size),
        np.full(size, 4),
        chance.integers(40, 90, size),
    )
    liked = stars_of(np.clip(quality - 0.05 + chance.normal(0, 0.06, size), 0.1, 0.98))
    return Captains(done, liked, np.column_stack(numbers), chance.integers(0, 9, size), 3 + chance.integers(0, 8, size))


def large(chance: np.random.Generator, size: int) -> Captains:
    few = apart(chance, size)
    return Captains(few.done, few.liked, few.due * 25, few.ratings * 25, few.answers * 25)


KINDS: Mapping[str, Callable[[np.random.Generator, int], Captains]] = {
    "qualities wide apart": apart,
    "qualities close together": close,
    "samples from a quarter to 16 times as large": of_all_sizes,
    "15% excellent, the others alike": of_two_kinds,
    "8% neglect their work": with_some_who_neglect,
    "each item by itself": each_item_by_itself,
    "nearly all nearly perfect": nearly_perfect,
    "what weighs most rests on two matters": one_hard_matter,
    "large samples (25 times)": large,
}


def a_year(captains: Captains, chance: np.random.Generator) -> Counts:
    """What one year shows of them."""
    rated = [
        np.array([chance.multinomial(n, p) for n, p in zip(size, captains.liked, strict=True)])
        for size in (captains.ratings, captains.answers)
    ]
    return Counts(np.arange(len(captains)), chance.binomial(captains.due, captains.done), captains.due, *rated, np.zeros(len(captains)))


def expected_scores(captains: Captains, rules: SelectionRules) -> np.ndarray:
    work = (spread_points(captains.due, np.array(list(rules.items.values())), rules.work_points) * captains.done).sum(axis=1)
    level = captains.liked @ STARS
    liked = [
        star_points(shrunk(n * level, n, float((n * level).sum() / n.sum()), prior), points)
        for n, prior, points in (
            (captains.ratings, rules.ratings_prior, rules.ratings_points),
            (captains.answers, rules.survey_prior, rules.survey_points),
        )
    ]
    return work + liked[0] + liked[1]


def places(points: np.ndarray) -> np.ndarray:
    return ranks(points, points, points, points)


def drawn_again(year: Counts, scored: Scores) -> Interval:
    """The first edition's interval: what was seen drawn again."""
    return rank_interval(resampled_ranks(resampled_scores(year, scored, RULES)), RULES.interval)


def luck_told_from_merit(year: Counts, scored: Scores) -> Interval:
    return intervals_around(places(scored.total), scores_without_luck(year, scored, RULES), RULES.interval)


def all_pairs_at_once(year: Counts, scored: Scores) -> Interval:
    """Mogstad, Romano, Shaikh and Wilhelm's marginal confidence sets: who is significantly better or worse than each captain, by the
    largest of all differences to this captain, and step by step: those told apart are left out and the others compared anew."""
    terms = score_terms(year, scored, RULES)
    errors = np.sqrt((np.where(np.isfinite(terms.luck), terms.luck, 0) * terms.worth**2).sum(axis=1)).astype(np.float32)
    luck = np.random.default_rng(1).normal(size=(PAIR_DRAWS, len(errors))).astype(np.float32) * errors
    low, high = np.ones(len(errors), dtype=int), np.full(len(errors), len(errors))
    for own, (total, error) in enumerate(zip(scored.total, errors, strict=True)):
        scale = np.hypot(errors, error)
        ahead, differences = (scored.total - total) / scale, np.abs(luck - luck[:, own : own + 1]) / scale
        left = np.arange(len(errors)) != own
        while left.any():
            apart = left & (np.abs(ahead) > np.quantile(differences[:, left].max(axis=1), RULES.interval))
            if not apart.any():
                break
            low[own] += (apart & (ahead > 0)).sum()
            high[own] -= (apart & (ahead < 0)).sum()
            left &= ~apart
    return low, high


METHODS: Mapping[str, Callable[[Counts, Scores], Interval]] = {
    "drawn again": drawn_again,
    "all pairs at once": all_pairs_at_once,
    "luck told from merit": luck_told_from_merit,
}
SIZES = ("few", "some", "many")
"""Thirds of a list by how much of the score is luck."""


@dataclass(frozen=True)
class Held:
    """One captain a row: whether the interval holds the true place, how wide it is, and where it stands in the list."""

    held: np.ndarray
    width: np.ndarray
    seen: np.ndarray
    true: np.ndarray
    size: np.ndarray
    """Position in :data:`SIZES`."""
    told: np.ndarray
    """Whether what a reader is told (places, or a part of the list) holds the true place."""
    in_words: np.ndarray
    """Whether a part of the list is told."""

    @staticmethod
    def of(parts: Sequence[Held]) -> Held:
        return Held(*(np.concatenate([getattr(each, name) for each in parts]) for name in Held.__annotations__))

    def share(self, which: np.ndarray | slice = slice(None)) -> float:
        return float(self.held[which].mean())


def held(kind: str, number: int, method: str, size: int = 400) -> Held:
    """The ``number``-th county of a kind (a seed), one year of it, and its intervals."""
    captains = KINDS[kind](np.random.default_rng(1_000 + number), size)
    year = a_year(captains, np.random.default_rng(number))
    scored = scores(year, RULES)
    expected = expected_scores(captains, RULES)
    low, high = METHODS[method](year, scored)
    true, seen = places(expected), places(scored.total)
    spans = [span_told(int(a), int(b), size) for a, b in zip(low, high, strict=True)]
    first, last = (np.array([getattr(span, end) for span in spans]) for end in ("first", "last"))
    third = 2 - np.argsort(np.argsort(_luck(captains))) * 3 // size
    in_words = (first != low) | (last != high)
    return Held((low <= true) & (true <= high), high - low + 1, seen, true, third, (first <= true) & (true <= last), in_words)


@dataclass(frozen=True)
class Seats:
    """One captain a row: the chance of a seat that is told, whether the seat is truly theirs, and whether they have it by rank."""

    chance: np.ndarray
    true: np.ndarray
    seen: np.ndarray

    @staticmethod
    def of(parts: Sequence[Seats]) -> Seats:
        return Seats(*(np.concatenate([getattr(each, name) for each in parts]) for name in ("chance", "true", "seen")))


TOWNSHIPS, SHARE = 8, 0.05
DRAWS = {"drawn again": resampled_scores, "luck told from merit": scores_without_luck}


def seats_told(kind: str, number: int, method: str, size: int = 400) -> Seats:
    """The same counties in eight townships with a twentieth of the seats."""
    captains = KINDS[kind](np.random.default_rng(1_000 + number), size)
    year = a_year(captains, np.random.default_rng(number))
    scored = scores(year, RULES)
    townships = (np.arange(size) % TOWNSHIPS).astype(str)
    seats = township_seats({name: int((townships == name).sum()) for name in np.unique(townships)}, SHARE)
    true, seen = (seated(places(points), townships, seats)[0] for points in (expected_scores(captains, RULES), scored.total))
    return Seats(chance_in_quota(DRAWS[method](year, scored, RULES), townships, seats), true, seen)


def _luck(captains: Captains) -> np.ndarray:
    """The variance of each captain's score."""
    due = np.maximum(captains.due, 1)
    work = (spread_points(captains.due, np.array(list(RULES.items.values())), 50) ** 2 * captains.done * (1 - captains.done) / due).sum(
        axis=1
    )
    one = captains.liked @ np.square(STARS) - (captains.liked @ STARS) ** 2
    return (
        work
        + (RULES.ratings_points / 4) ** 2 * captains.ratings * one / (RULES.ratings_prior + captains.ratings) ** 2
        + (RULES.survey_points / 4) ** 2 * captains.answers * one / (RULES.survey_prior + captains.answers) ** 2
    )


def _percent(value: float) -> str:
    return f"{value:.1%}"


def main(counties: int = 20) -> None:
    found = {
        method: {
            kind: Held.of([held(kind, number, method) for number in range(counties if method != "all pairs at once" else 2)])
            for kind in KINDS
        }
        for method in METHODS
    }
    head = ["of 400 captains", *(f"{what}, {method}" for method in METHODS for what in ("held", f"first {FIRST}", "width"))]
    print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for kind in KINDS:
        cells = []
        for method in METHODS:
            each = found[method][kind]
            first = each.seen <= FIRST
            cells += [_percent(each.share()), _percent(each.share(first)), f"{each.width[first].mean():.0f}, {np.median(each.width):.0f}"]
        print(f"| {kind} | {' | '.join(cells)} |")
    for method in ("drawn again", "luck told from merit"):
        each = Held.of(list(found[method].values()))
        print(f"\n{method}\n| cases | all | first {FIRST} | 41–160 | 161–240 | 241–400 | truly the best {FIRST} |\n|{'---|' * 7}")
        bands = [each.seen > 0, each.seen <= FIRST, *((each.seen > a) & (each.seen <= b) for a, b in ((40, 160), (160, 240), (240, 400)))]
        for place, name in enumerate((*SIZES, "all")):
            own = (each.size == place) | (name == "all")
            print(f"| {name} | {' | '.join(_percent(each.share(own & band)) for band in (*bands, each.true <= FIRST))} |")
        told = f"told in words {_percent(each.in_words.mean())}"
        print(f"{told}, held {_percent(each.told[each.in_words].mean())}; in places, held {_percent(each.told[~each.in_words].mean())}")
    edges = (0, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 1)
    print(f"\n| chance of a seat told | {' | '.join(f'{a:.0%}–{b:.0%}' for a, b in pairwise(edges))} |\n|{'---|' * len(edges)}")
    for method in DRAWS:
        seats = Seats.of([seats_told(kind, number, method) for kind in KINDS for number in range(counties)])
        inside = [(seats.chance >= a) & ((seats.chance < b) | (b == 1)) for a, b in pairwise(edges)]
        print(f"| {method}: truly a seat | {' | '.join(f'{_percent(seats.true[own].mean())} of {own.sum():,}' for own in inside)} |")


if __name__ == "__main__":
    main()
