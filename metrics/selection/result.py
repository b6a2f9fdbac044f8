"""The whole selection of one year and role: eligibility, scores, ranks, how sure they are, quotas and the shortlist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

import numpy as np
import pandas as pd

from metrics.selection.gates import OK, days_in_post, gate_reasons
from metrics.selection.order import ranks
from metrics.selection.quotas import seated, seated_by_score, township_seats
from metrics.selection.rank_intervals import intervals_around, scores_without_luck
from metrics.selection.resampling import alike, rank_interval, resampled_ranks, resampled_scores
from metrics.selection.rules import POOLED, VISIT_ITEM, SelectionRules
from metrics.selection.scores import Counts, Scores, scores, shares, terms
from metrics.selection.stability import weight_stability
from metrics.selection.work import Facts, counts

ROW_COLUMNS = (
    "person_id",
    "name",
    "township_code",
    "role",
    "score",
    "work",
    "ratings",
    "survey",
    "bonus",
    "rank",
    "rank_low",
    "rank_high",
    "chance_in_quota",
    "weight_stability",
    "gate",
    "in_quota",
)
"""What the command line prints, with ``terms`` after them."""


@dataclass(frozen=True)
class Selection:
    """One ranking. ``rows``: one a candidate by rank, the unranked after, with the columns of ``ROW_COLUMNS`` and area_code, days,
    households, surveyed, group (of those that cannot be told apart), to_settle (a tie over the last seat).
    ``terms``: candidate × term. ``seats``: township → seats. ``captains``: township → captains of the role.
    """

    year: int
    as_of: date
    rules: SelectionRules
    rows: pd.DataFrame
    terms: pd.DataFrame
    seats: Mapping[str, int]
    captains: Mapping[str, int]
    townships: Mapping[str, str]
    means: Mapping[str, float]
    at: datetime | None = None
    """The minute of the as-of day up to which all was counted; None: the day once it is over."""

    @property
    def moment(self) -> date | datetime:
        """What it is told to be as of."""
        return self.at or self.as_of

    @cached_property
    def ranked(self) -> int:
        """How many are ranked; looked up once, for every line that words a rank says of how many."""
        return int(self.rows["rank"].notna().sum())

    @property
    def complete(self) -> bool:
        """Whether the year had ended by then; a running year's ranking is provisional, on its last day too."""
        return last_day_over(self.as_of, self.at) >= date(self.year, 12, 31)


def last_day_over(as_of: date, at: datetime | None) -> date:
    """The last day that is over: as-of itself, or the day before where it is asked in the middle of it."""
    return as_of if at is None else as_of - timedelta(days=1)


def candidates(facts: Facts, year: int, as_of: date, at: datetime | None = None) -> pd.DataFrame:
    """Who holds the role on as-of. Grain: person.

    Columns: person_id, area_code (the unit led; with two the lower code), units (how many), township_code, days (in post in the
    year, not on leave; a day counts once it is over), households, surveyed, moved (led another unit earlier in the year).
    """
    posts = facts["posts"]
    current = posts[posts["current"] == 1].sort_values(["person_id", "code"])
    people = current.groupby("person_id")["code"].agg(["first", "nunique"]).reset_index()
    people.columns = pd.Index(["person_id", "area_code", "units"])
    people["township_code"] = people["area_code"].str.slice(0, 9)
    held = posts.groupby("person_id")["code"].nunique()
    people["moved"] = people["person_id"].map(held).astype("int64") > people["units"]
    days = days_in_post(posts, facts["leaves"], date(year, 1, 1), min(date(year, 12, 31), last_day_over(as_of, at)))
    people["days"] = [days.get(int(person), 0) for person in people["person_id"]]
    people = people.merge(facts["households"], on="person_id", how="left")
    return people.fillna({"households": 0, "surveyed": 0}).astype({"households": "int64", "surveyed": "int64"})


def selection(
    facts: Facts,
    rules: SelectionRules,
    year: int,
    as_of: date,
    withdrawn: Mapping[int, str] | None = None,
    *,
    at: datetime | None = None,
) -> Selection:
    """The ranking of one role. Raises ``ValueError`` where the year has not begun by ``as_of``.

    ``at``: the minute of the as-of day that the facts were asked at, None for the day once it is over. ``withdrawn``: people taken off the
    list later in the flow with the reason; who moves up follows from the ranks.
    """
    if as_of < date(year, 1, 1):
        raise ValueError(f"{year}年在截至日 {as_of:%Y-%m-%d} 尚未开始,不能评选")
    people = candidates(facts, year, as_of, at)
    gates = gate_reasons(people, facts["marks"], rules)
    gates.update({person: f"已退出:{reason}" for person, reason in (withdrawn or {}).items() if person in gates})
    people["gate"] = people["person_id"].map(gates).astype("object")
    captains = {str(code): int(count) for code, count in people["township_code"].value_counts().sort_index().items()}
    seats = township_seats(captains, rules.quota, rules.quota_township_least)
    everyone = counts(facts, people["person_id"].to_numpy(dtype=np.int64), rules)
    scored = scores(everyone, rules)
    for name in ("work", "ratings", "survey", "bonus"):
        people[name] = getattr(scored, name)
    people["score"] = scored.total
    names = facts["names"].set_index("person_id")["name"]
    rows = people.assign(role=str(rules.role), name=[names.get(person) for person in people["person_id"]])
    rows = rows.merge(_judged(everyone, scored, rules, rows, seats), on="person_id", how="left")
    rows["in_quota"] = rows["in_quota"].eq(True)
    rows["to_settle"] = rows["to_settle"].eq(True)
    rows = rows.sort_values(["rank", "score", "person_id"], ascending=[True, False, True], na_position="last", kind="stable")
    return Selection(
        year,
        as_of,
        rules,
        rows.reset_index(drop=True),
        terms(everyone, scored, rules),
        seats,
        captains,
        dict(zip(facts["townships"]["code"], facts["townships"]["name"], strict=True)),
        {"ratings": scored.ratings_mean, "survey": scored.survey_mean},
        at,
    )


def _judged(everyone: Counts, scored: Scores, rules: SelectionRules, rows: pd.DataFrame, seats: Mapping[str, int]) -> pd.DataFrame:
    """Rank, interval, chance, stability and group of the eligible. Columns: person_id and those."""
    places = np.flatnonzero((rows["gate"] == OK).to_numpy())
    eligible, points = everyone.taken(places), _taken(scored, places)
    townships = rows["township_code"].to_numpy(dtype=object)[places].astype(str)
    visits = eligible.k[:, _place(rules)], eligible.n[:, _place(rules)]
    sample = eligible.stars.sum(axis=1) + eligible.answers.sum(axis=1)
    rank = ranks(points.total, points.survey, shares(*visits), sample)
    in_quota, to_settle = seated(rank, townships, seats)
    frame = pd.DataFrame({"person_id": eligible.person_ids, "in_quota": in_quota, "to_settle": to_settle})
    frame["rank"] = pd.array(rank, dtype="Int64")
    if not len(places):
        return frame.assign(rank_low=None, rank_high=None, chance_in_quota=None, weight_stability=None, group=None)
    if rules.interval_method == POOLED:
        totals = scores_without_luck(eligible, points, rules)
        low, high = intervals_around(rank, totals, rules.interval)
    else:
        totals = resampled_scores(eligible, points, rules)
        low, high = rank_interval(resampled_ranks(totals), rules.interval)
    frame["rank_low"], frame["rank_high"] = pd.array(low, dtype="Int64"), pd.array(high, dtype="Int64")
    frame["chance_in_quota"] = chance_in_quota(totals, townships, seats)
    frame["weight_stability"] = weight_stability(eligible, points, rules, townships, seats, in_quota)
    frame["group"] = pd.array(alike(np.argsort(rank, kind="stable"), totals, rules.apart), dtype="Int64")
    return frame


def chance_in_quota(totals: np.ndarray, townships: np.ndarray, seats: Mapping[str, int]) -> np.ndarray:
    """The share of draws in which each candidate has one of the township's seats. ``totals``: candidates × draws."""
    chance = np.zeros(len(totals))
    for township in np.unique(townships):
        here = np.flatnonzero(townships == township)
        own = np.ascontiguousarray(totals[here].T)
        chance[here] = seated_by_score(own, townships[here], seats).mean(axis=0)
    return chance


def _place(rules: SelectionRules) -> int:
    return list(rules.items).index(VISIT_ITEM[rules.role])


def _taken(scored: Scores, places: np.ndarray) -> Scores:
    return Scores(
        scored.work_terms[places],
        scored.possible[places],
        scored.ratings[places],
        scored.survey[places],
        scored.bonus[places],
        scored.ratings_mean,
        scored.survey_mean,
    )
