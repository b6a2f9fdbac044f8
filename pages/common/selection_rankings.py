"""The ranking of a year and role for a reader: frozen where there is one, else as of today. Computed county-wide, then narrowed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from data_access.areas import unit_names
from data_access.scope import Scope
from data_access.selection import SELECTION_TABLES
from data_access.selection_flow import RECORD_TABLES, selection_record, selections, steps
from data_access.state import CLOCK
from metrics.rulebook import rulebook
from metrics.selection.flow import Record, Step, stage
from metrics.selection.result import Selection, selection
from metrics.selection.rules import SelectionRules
from metrics.vocabulary import CAPTAINS, CODE_LENGTHS, ROLE_NAMES, Level, Role
from pages.common import loaders
from reports.selection import configured_rules, minute_of, records_of
from reports.source import DatabaseSource, frozen_selection
from reports.views.selection import Ranking, ranking_of

LIVE_TABLES = (*SELECTION_TABLES, CLOCK)
"""What a live ranking depends on: of a year that runs also how far the clock has come."""
ROLES = {ROLE_NAMES[role]: role for role in reversed(CAPTAINS)}


def ranking(scope: Scope, year: int, role: Role, today: date) -> Ranking:
    """The frozen ranking where there is one, else the live one (of the year's last day, once it is over)."""
    known = loaders.answer_once(selections, scope, RECORD_TABLES)
    mine = known[(known["year"] == year) & (known["role"] == str(role))]
    number = None if mine.empty else int(mine["id"].iloc[0])
    records = () if number is None else records_of(loaders.answer_once(steps, scope, RECORD_TABLES, selection_id=number))
    if number is None or stage(records) is Step.VOID:
        return _narrowed(live_selection(scope, year, role, today), scope)
    frozen = loaders.answer_once(selection_record, scope, RECORD_TABLES, selection_id=number)
    if frozen is None:
        return _narrowed(live_selection(scope, year, role, today), scope, records, number=number)
    made = loaders.answer(_frozen, scope, (), selection_id=number, digest=frozen["digest"])
    return _narrowed(made, scope, records, number=number, digest=frozen["digest"])


def trial_ranking(scope: Scope, shown: Ranking, rules: SelectionRules) -> Ranking:
    """The same year and role under other rules; nothing of it is kept."""
    made = shown.made
    return _narrowed(live_selection(scope, made.year, made.rules.role, made.as_of, rules), scope)


def _narrowed(made: Selection, scope: Scope, records: tuple[Record, ...] = (), **more: Any) -> Ranking:
    county = next(iter(made.townships), "")[: CODE_LENGTHS[Level.COUNTY]]
    units = loaders.answer(unit_names, scope, ("area",), county=county) if county else {}
    return ranking_of(made, scope.covers, records, masked=not scope.may_see_names, units=units, **more)


def live_selection(scope: Scope, year: int, role: Role, as_of: date, rules: SelectionRules | None = None) -> Selection:
    """The county's ranking under the rulebook, or under ``rules`` (a trial), kept while no table it comes from changes."""
    made: Selection = loaders.answer(_selection, _county_wide(scope), LIVE_TABLES, year=year, role=str(role), as_of=as_of, rules=rules)
    return made


def facts(scope: Scope, made: Selection) -> dict[str, pd.DataFrame]:
    """What a live ranking is made from."""
    found: dict[str, pd.DataFrame] = loaders.answer(
        _facts, _county_wide(scope), LIVE_TABLES, year=made.year, role=str(made.rules.role), as_of=made.as_of
    )
    return found


def _frozen(scope: Scope, connection: Any, selection_id: int, digest: str) -> Selection:
    """A snapshot is written once: ``digest`` tells it from every other."""
    found = selection_record(scope, connection, selection_id)
    if found is None:
        raise LookupError(f"selection {selection_id} is gone")
    return frozen_selection(scope, connection, found["snapshot"])


def _county_wide(scope: Scope) -> Scope:
    """The county of the reader's scope with the reader's own right to names: a rank is a rank in the whole county."""
    return replace(scope, area=None if scope.area is None else scope.area[:6])


def _facts(scope: Scope, connection: Any, year: int, role: str, as_of: date) -> dict[str, pd.DataFrame]:
    return DatabaseSource(connection, scope, at=loaders.moment()).selection_facts(year, Role(role), as_of)


def _selection(scope: Scope, connection: Any, year: int, role: str, as_of: date, rules: SelectionRules | None) -> Selection:
    chosen = rules or configured_rules(rulebook(), year, Role(role), as_of)
    return selection(_facts(scope, connection, year, role, as_of), chosen, year, as_of, at=minute_of(as_of, loaders.moment()))
