"""Where a candidate stands in the own township: the place, the line, the gap, and what it consists of, item by item.

The line is the score of the last one on the township's list. Whoever is not on it is held against the line; whoever is on it, against the
first one outside. The differences of the items add up to the gap, to the cent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from metrics.selection.flow import LISTED, NOT_LISTED
from metrics.selection.gates import OK
from metrics.selection.result import Selection
from metrics.selection.scores import star_points
from metrics.wording import is_missing

SAME = 0.005
"""Points that are shown as the same."""
STARRED = {"ratings": "ratings_prior", "survey": "survey_prior"}
"""Items of stars, drawn towards the mean of the role: by which number of the rules."""


@dataclass(frozen=True)
class Standing:
    """``place`` of ``ranked`` in the township (None: not ranked), ``seats`` there; ``line``: the score of the last one on the list.

    ``against``: the score it is held against (the line, or of whoever is on the list the first one outside), None where there is none;
    ``terms``: the candidate's, one an item, with ``lost`` (points not had), ``other`` (lost there), ``difference`` (points above it) and
    ``drawn`` (what the pull towards the mean of the role took off, for items of stars).
    """

    row: dict[Any, Any]
    place: int | None
    ranked: int
    seats: int
    line: float | None
    against: float | None
    terms: pd.DataFrame
    alike: int = 0
    """How many in the township share the place."""

    @property
    def is_listed(self) -> bool:
        return self.row["standing"] in LISTED

    @property
    def is_ranked(self) -> bool:
        return self.place is not None

    @property
    def gap(self) -> float | None:
        """Points above (+) or below (-) what it is held against."""
        return None if self.against is None else float(self.row["score"]) - self.against

    @property
    def losses(self) -> list[dict[Any, Any]]:
        """The items that make the gap, the largest share first: behind the line those that lose, above it those that win."""
        sign = 1 if self.is_listed else -1
        own = [term for term in self.terms.to_dict("records") if sign * float(term["difference"]) > SAME]
        return sorted(own, key=lambda term: -sign * float(term["difference"]))


def standing(rows: pd.DataFrame, made: Selection, person_id: int) -> Standing:
    """``rows``: all candidates with their ``standing`` (``flow.final_list``). Raises ``LookupError`` for nobody's number."""
    found = rows[rows["person_id"] == person_id]
    if found.empty:
        raise LookupError(f"no candidate {person_id}")
    row = found.iloc[0].to_dict()
    here = rows[(rows["township_code"] == row["township_code"]) & rows["rank"].notna()].sort_values("rank", kind="stable")
    listed, outside = here[here["standing"].isin(LISTED)], here[here["standing"] == NOT_LISTED]
    line = None if listed.empty else listed.iloc[-1]
    other = line
    if row["standing"] in LISTED:
        other = None if outside.empty else outside.iloc[0]
    place = None if row["gate"] != OK or is_missing(row["rank"]) else int((here["rank"] < row["rank"]).sum()) + 1
    return Standing(
        row=row,
        place=place,
        ranked=len(here),
        seats=made.seats.get(str(row["township_code"]), 0),
        line=None if line is None else float(line["score"]),
        against=None if other is None else float(other["score"]),
        terms=_terms(made, person_id, None if other is None else int(other["person_id"])),
        alike=int((here["rank"] == row["rank"]).sum()) - 1 if place is not None else 0,
    )


def _terms(made: Selection, person_id: int, other: int | None) -> pd.DataFrame:
    own = made.terms[made.terms["person_id"] == person_id].reset_index(drop=True)
    lost, drawn = _lost(own), [_drawn(made, term) for term in own.to_dict("records")]
    if other is None:
        return own.assign(lost=lost, other=None, difference=None, drawn=drawn)
    theirs = made.terms[made.terms["person_id"] == other].set_index("item").loc[own["item"]].reset_index()
    there = _lost(theirs)
    differences = [their - mine for mine, their in zip(lost, there, strict=True)]
    if abs(float(own["possible"].sum()) - float(theirs["possible"].sum())) > SAME:  # one of them had nothing to do all year
        differences = [float(mine) - float(their) for mine, their in zip(own["points"], theirs["points"], strict=True)]
    return own.assign(lost=lost, other=there, difference=differences, drawn=drawn)


def _lost(terms: pd.DataFrame) -> list[float]:
    """By item the points not had. Points themselves do not compare: of an item with nothing due they are spread over the others, and what
    one had to do another had not. A bonus is on top: it is nothing that can be lost, so what was had stands below 0."""
    full = [0.0 if item == "bonus" else float(possible) for item, possible in zip(terms["item"], terms["possible"], strict=True)]
    return [whole - float(points) for whole, points in zip(full, terms["points"], strict=True)]


def _drawn(made: Selection, term: dict[Any, Any]) -> float | None:
    """The points that the pull towards the role's mean took off (negative: added): few answers, much of it; None without an answer."""
    if term["item"] not in STARRED or not term["n"]:
        return None
    own_mean = float(term["k"]) / float(term["n"])
    return float(star_points(own_mean, float(term["possible"]))) - float(term["points"])  # type: ignore[arg-type]
