"""What a role is judged by: items, points, priors, gates and quotas, all from one rulebook edition (or a trial beside it)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from metrics.rulebook import Edition
from metrics.vocabulary import CAPTAINS, Role

ITEM_NAMES = {
    "key_visits": "重点户走访",
    "ordinary_visits": "普通户走访",
    "small_on_time": "小事按期办结",
    "heart_talks": "恳谈会召开",
    "in_time": "及时录入",
    "big_resolved": "大事化解",
    "accept_on_time": "接单及时",
    "visits": "所辖邻走访",
    "hard_resolved": "难事按期化解或上报",
    "meetings": "例会碰头会召开",
    "ratings": "群众评单",
    "survey": "满意度测评",
    "bonus": "加分",
}
"""Every term of a score, work items first."""

WORK_ITEMS = {
    Role.CELL_CAPTAIN: ("key_visits", "ordinary_visits", "small_on_time", "heart_talks", "in_time"),
    Role.GROUP_CAPTAIN: ("big_resolved", "accept_on_time", "visits", "in_time"),
    Role.PATCH_CAPTAIN: ("hard_resolved", "meetings", "visits", "in_time"),
}
VISIT_ITEM = {Role.CELL_CAPTAIN: "key_visits", Role.GROUP_CAPTAIN: "visits", Role.PATCH_CAPTAIN: "visits"}
"""The item that decides a tie after the survey."""

RESAMPLED, POOLED = "resampled", "pooled"
INTERVAL_METHODS = (RESAMPLED, POOLED)
"""How sure a rank is: from what was seen drawn again (the first edition), or with luck told from merit."""

_PREFIXES = {Role.CELL_CAPTAIN: "cell", Role.GROUP_CAPTAIN: "group", Role.PATCH_CAPTAIN: "patch"}


@dataclass(frozen=True)
class SelectionRules:
    """The numbers one ranking is made with."""

    version: str
    role: Role
    work_points: float
    ratings_points: float
    survey_points: float
    bonus_most: float
    items: Mapping[str, float]
    """Work item → points."""
    ratings_prior: float
    survey_prior: float
    least_days_in_post: int
    least_surveyed: int
    least_surveyed_share: float | None
    """None where the role has no such gate (the 50% gate is for 邻长)."""
    quota: float
    quota_township_least: int
    seed: int
    resamples: int
    interval: float
    weightings: int
    weight_spread: float
    apart: float
    trial: bool = False
    interval_method: str = RESAMPLED
    """A snapshot frozen before there was a choice does not name it."""

    def tried(self, **changes: Any) -> SelectionRules:
        """The same rules with some numbers changed: a trial, never a result."""
        return replace(self, **changes, trial=True)


TRIAL_RESAMPLES = 500
"""A trial answers sooner and says so; the ranking itself always draws as often as the rulebook says."""


@dataclass(frozen=True)
class Weights:
    """What a trial sets: the points of the three parts and of the work items, and two gates."""

    work: float
    ratings: float
    survey: float
    items: Mapping[str, float]
    least_days_in_post: int
    least_surveyed: int

    @property
    def scale(self) -> float:
        """What makes the three parts add up to 100."""
        return 100 / (self.work + self.ratings + self.survey)

    @property
    def adds_up(self) -> bool:
        """Whether anything can be scored with them."""
        return self.work + self.ratings + self.survey > 0 and any(self.items.values())

    def fits(self, rules: SelectionRules) -> bool:
        """Whether they are about the work items of the same role."""
        return list(self.items) == list(rules.items)


def trial_rules(rules: SelectionRules, weights: Weights) -> SelectionRules:
    """The configured rules with a trial's numbers, the three parts scaled to 100 points."""
    return rules.tried(
        work_points=weights.work * weights.scale,
        ratings_points=weights.ratings * weights.scale,
        survey_points=weights.survey * weights.scale,
        items=dict(weights.items),
        least_days_in_post=weights.least_days_in_post,
        least_surveyed=weights.least_surveyed,
        resamples=TRIAL_RESAMPLES,
    )


def selection_rules(edition: Edition, role: Role) -> SelectionRules:
    """Raises ``ValueError`` for a role that is not a captain's, ``KeyError`` for a number the rulebook lacks."""
    if role not in CAPTAINS:
        raise ValueError(f"{role} 不参加年度评选,可选:片长、组长、邻长")
    table = edition.tables["selection"]
    method = str(table.get("interval_method", RESAMPLED))
    if method not in INTERVAL_METHODS:
        raise ValueError(f"规则手册 {edition.version}:selection.interval_method 应为 {' 或 '.join(INTERVAL_METHODS)},现为 {method}")
    return SelectionRules(
        version=edition.version,
        role=role,
        work_points=float(table["work_points"]),
        ratings_points=float(table["ratings_points"]),
        survey_points=float(table["survey_points"]),
        bonus_most=float(table["bonus_most"]),
        items={item: float(table[f"{_PREFIXES[role]}_{item}"]) for item in WORK_ITEMS[role]},
        ratings_prior=float(table["ratings_prior"]),
        survey_prior=float(table["survey_prior"]),
        least_days_in_post=int(table["least_days_in_post"]),
        least_surveyed=int(table["least_surveyed"]),
        least_surveyed_share=float(table["least_surveyed_share"]) if role is Role.CELL_CAPTAIN else None,
        quota=float(table[f"quota_{role}"]),
        quota_township_least=int(table["quota_township_least"]),
        seed=int(table["seed"]),
        resamples=int(table["resamples"]),
        interval=float(table["interval"]),
        weightings=int(table["weightings"]),
        weight_spread=float(table["weight_spread"]),
        apart=float(table["apart"]),
        interval_method=method,
    )
