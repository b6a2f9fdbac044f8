"""Rankings of 年度评选 for pages: computed county-wide for every reader, then narrowed to the rows the reader may see."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from data_access.scope import Scope
from data_access.selection import SELECTION_TABLES
from metrics.rulebook import rulebook
from metrics.selection.result import Selection, selection
from metrics.selection.rules import SelectionRules
from metrics.vocabulary import Role
from pages.common import loaders
from reports.selection import configured_rules
from reports.source import DatabaseSource

FIRST_YEAR = 2024
ROLES = {"邻长": Role.CELL_CAPTAIN, "组长": Role.GROUP_CAPTAIN, "片长": Role.PATCH_CAPTAIN}
TRIAL_RESAMPLES = 500
"""A trial answers sooner and says so; the ranking itself always draws as often as the rulebook says."""


def county_wide(scope: Scope) -> Scope:
    """The county of the reader's scope with the reader's own right to names: a rank is a rank in the whole county."""
    return replace(scope, area=None if scope.area is None else scope.area[:6])


def _facts(scope: Scope, connection: Any, year: int, role: str, as_of: date) -> dict[str, pd.DataFrame]:
    return DatabaseSource(connection, scope).selection_facts(year, Role(role), as_of)


def selection_facts(scope: Scope, year: int, role: Role, as_of: date) -> dict[str, pd.DataFrame]:
    """The facts of a ranking, kept while no table they come from changes."""
    return loaders.answer(_facts, county_wide(scope), SELECTION_TABLES, year=year, role=str(role), as_of=as_of)


def _ranking(scope: Scope, connection: Any, year: int, role: str, as_of: date, rules: SelectionRules | None) -> Selection:
    chosen = rules or configured_rules(rulebook(), year, Role(role), as_of)
    return selection(_facts(scope, connection, year, role, as_of), chosen, year, as_of)


def ranking(scope: Scope, year: int, role: Role, as_of: date, rules: SelectionRules | None = None) -> Selection:
    """The county's ranking under the rulebook, or under ``rules`` (a trial)."""
    return loaders.answer(_ranking, county_wide(scope), SELECTION_TABLES, year=year, role=str(role), as_of=as_of, rules=rules)


def seen(made: Selection, scope: Scope) -> pd.DataFrame:
    """The rows of a ranking that lie in the reader's scope; none for a scope of nothing."""
    rows = made.rows
    return rows[rows["area_code"].map(scope.covers).astype(bool)].reset_index(drop=True)


def year_choices(today: date) -> list[int]:
    return list(range(today.year, FIRST_YEAR - 1, -1))
