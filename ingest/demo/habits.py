"""How each township of the demo county behaves: one number for its overall quality, and where it differs from itself.

A rate is a probability per opportunity (a night, a week, a household-month), placed between what a poor and a good
township does. Nothing here is a target of the rulebook; these are the facts that the board is to find out.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

POOR_AND_GOOD = {
    "night": (0.62, 0.985),  # 住夜 meets all three conditions on a workday night
    "unreported": (0.08, 0.002),
    "no_chief": (0.40, 0.40),  # among the failing nights: no chief, (then) leaders short, (then) staff short
    "village_night": (0.62, 0.95),
    "village_unreported": (0.13, 0.015),
    "township_visits": (0.66, 0.98),
    "village_visits": (0.62, 0.95),
    "study": (0.72, 1.0),
    "talk": (0.66, 0.98),
    "measures": (0.74, 0.96),
    "slots": (0.76, 0.985),
    "slot_kept": (0.80, 0.99),
    "desk": (0.70, 0.99),
    "village_centre": (0.14, 0.14),
    "dispatch": (0.86, 0.99),
    "accept": (0.85, 0.985),
    "response": (0.80, 0.99),
    "on_time": (0.87, 1.0),
    "stuck": (0.013, 0.004),
    "returned": (0.085, 0.02),
    "repeat": (0.075, 0.02),
    "on_the_spot": (0.18, 0.40),
    "good_rating": (0.84, 0.965),
    "good_callback": (0.80, 0.95),
    "rated": (0.52, 0.86),
    "follow_up": (0.60, 0.95),
    "evidence": (0.86, 0.99),
    "key_visits": (0.75, 0.995),
    "ordinary_visits": (0.71, 0.97),
    "heart_talks": (0.66, 0.97),
    "patch_meetings": (0.74, 0.975),
    "analysis": (0.76, 1.0),
    "cards": (0.84, 0.99),
    "training": (0.76, 0.97),
    "survey": (0.48, 0.72),
    "late_entry": (0.17, 0.02),
    "bulk": (0.006, 0.001),
    "copied": (0.045, 0.01),
    "two_places": (0.0006, 0.0001),
}


@dataclass(frozen=True)
class Habit:
    """``quality`` 0–1, a ``trend`` over the period, and the rates that do not follow the quality."""

    label: str
    quality: float
    trend: str = "flat"
    own: dict[str, float] = field(default_factory=dict)

    def rate(self, name: str, days: int) -> np.ndarray:
        """The rate on each day of the period (float array of ``days``)."""
        poor, good = POOR_AND_GOOD[name]
        if name in self.own:
            return np.full(days, self.own[name])
        return poor + (good - poor) * np.clip(self.quality + self._shift(days), 0.0, 1.0)

    def steady(self, name: str) -> float:
        """The rate where the day does not matter."""
        return float(self.rate(name, 400).mean())

    def _shift(self, days: int) -> np.ndarray:
        left = np.arange(days)[::-1]  # days to the end
        if self.trend == "declines":  # good until four months ago, then downhill
            return -0.75 * np.clip((120 - left) / 100, 0.0, 1.0)
        if self.trend == "recovers":  # poor until eight months ago, then uphill over three
            return -0.70 * np.clip((left - 150) / 90, 0.0, 1.0)
        return np.zeros(days)


HABITS = (
    Habit("strong everywhere", 0.97, own={"village_centre": 0.90, "late_entry": 0.015}),
    Habit("two places, copied notes, bulk entry", 0.55, own={"bulk": 0.09, "copied": 0.20, "two_places": 0.004, "village_centre": 0.22}),
    Habit("declines over the last four months", 0.90, "declines", {"village_centre": 0.33}),
    Habit("recovers", 0.88, "recovers", {"village_centre": 0.18}),
    Habit("sparse reporting", 0.50, own={"unreported": 0.17, "village_unreported": 0.26, "late_entry": 0.30, "village_centre": 0.08}),
    Habit("petitions run late", 0.72, own={"on_time": 0.89, "accept": 0.86, "dispatch": 0.90, "stuck": 0.026, "village_centre": 0.15}),
    Habit("chiefs rarely stay", 0.68, own={"night": 0.56, "no_chief": 0.88, "village_centre": 0.12}),
    Habit(
        "ratings are coached",
        0.80,
        own={"good_rating": 0.995, "good_callback": 0.70, "night": 1.0, "unreported": 0.0, "rated": 0.93, "late_entry": 0.0},
    ),
    Habit("repeats and returns", 0.62, own={"repeat": 0.11, "returned": 0.10, "village_centre": 0.10}),
)

PSEUDO = Habit(
    "pseudo unit: a few stray rows",
    0.5,
    own={
        "night": 0.3,
        "unreported": 0.97,
        "village_night": 0.3,
        "village_unreported": 0.97,
        "township_visits": 0.03,
        "village_visits": 0.03,
        "study": 0.03,
        "talk": 0.03,
        "slots": 0.04,
        "desk": 0.02,
        "village_centre": 0.01,
        "patch_meetings": 0.05,
    },
)
