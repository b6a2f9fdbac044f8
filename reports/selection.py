"""The annual selection as frames and records: what the page, the files and the command line all show."""

from __future__ import annotations

import math
from datetime import date
from typing import Any, Protocol

import pandas as pd

from metrics.rulebook import Rulebook
from metrics.selection.result import ROW_COLUMNS, Selection, selection
from metrics.selection.rules import SelectionRules, selection_rules
from metrics.vocabulary import Role

POINT_DECIMALS = 4


class SelectionSource(Protocol):
    """Where the facts of a selection come from; its scope must hold the whole county, for the ranking is county-wide."""

    rules: Rulebook

    def selection_facts(self, year: int, role: Role, as_of: date) -> dict[str, pd.DataFrame]: ...


def configured_rules(rules: Rulebook, year: int, role: Role, as_of: date) -> SelectionRules:
    """The edition in force at the end of the year, or on as-of while the year runs."""
    return selection_rules(rules.on(min(date(year, 12, 31), as_of)), role)


def selection_of(source: SelectionSource, year: int, role: Role, as_of: date) -> Selection:
    """The ranking of a role. Raises ``ValueError`` (Chinese) for a role without a selection or a year not begun."""
    rules = configured_rules(source.rules, year, role, as_of)
    if as_of < date(year, 1, 1):
        raise ValueError(f"{year}年在截至日 {as_of:%Y-%m-%d} 尚未开始,不能评选")
    return selection(source.selection_facts(year, role, as_of), rules, year, as_of)


def rows_under(made: Selection, area: str) -> pd.DataFrame:
    """The candidates whose unit lies under an area code. Ranks stay county-wide; only the rows are narrowed."""
    return made.rows[made.rows["area_code"].str.startswith(area)].reset_index(drop=True)


def records(made: Selection, area: str = "") -> list[dict[str, Any]]:
    """One record a candidate: the columns of ``ROW_COLUMNS`` and ``terms``, a list of item, k, n, points."""
    rows = rows_under(made, area)
    terms: dict[int, list[dict[str, Any]]] = {}
    for person, item, k, n, points in made.terms[["person_id", "item", "k", "n", "points"]].itertuples(index=False, name=None):
        terms.setdefault(int(person), []).append({"item": item, "k": plain(k), "n": plain(n), "points": plain(points)})
    return [
        {**{name: plain(value) for name, value in row.items()}, "terms": terms[int(row["person_id"])]}
        for row in rows[list(ROW_COLUMNS)].to_dict("records")
    ]


def plain(value: Any) -> Any:
    """A cell as JSON knows it; points and shares to four decimals."""
    if value is None or value is pd.NA:
        return None
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return int(value) if value.is_integer() and abs(value) < 1e15 else round(value, POINT_DECIMALS)
    return value
