"""What the selection pages ask: the year and role of the bar, the ranking (live or frozen), the record of the flow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd
import streamlit as st

from data_access.areas import masked_name
from data_access.engine import engine
from data_access.scope import Scope
from data_access.selection_flow import selection_record, selections, steps
from metrics.selection.flow import Record, Step, final_list, stage
from metrics.selection.result import Selection
from metrics.selection.snapshot import recomputed
from metrics.vocabulary import Role
from pages.common import loaders
from pages.common.address import from_address
from pages.common.selections import ROLES, ranking, seen, year_choices


@dataclass(frozen=True)
class Asked:
    """A year and role in the bar, the ranking shown for them, and what is on record."""

    year: int
    role_name: str
    role: Role
    as_of: date
    scope: Scope
    made: Selection
    selection_id: int | None
    records: tuple[Record, ...]
    digest: str | None

    @property
    def frozen(self) -> bool:
        return self.digest is not None

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The rows in the reader's scope with their standing after overrides."""
        listed = final_list(self.made.rows, self.made.seats, self.records)
        return listed[listed["area_code"].map(self.scope.covers).astype(bool)].reset_index(drop=True)

    @property
    def stage(self) -> Step | None:
        return stage(self.records)


def bar_choices(as_of: date) -> tuple[int, str]:
    """Year and role, kept in the address."""
    names = list(ROLES)
    role = st.segmented_control("三长", names, required=True, label_visibility="collapsed", **from_address("role", names, "邻长"))
    year = st.selectbox(
        "年度", year_choices(as_of), format_func=lambda each: f"{each}年", key="year", label_visibility="collapsed", width=130
    )
    return int(year), role or "邻长"


def asked(scope: Scope, year: int, role_name: str, today: date) -> Asked:
    """The frozen ranking where there is one, else the ranking as of today (or the year's last day, once it is over)."""
    role, as_of = ROLES[role_name], today
    with engine().connect() as connection:
        known = selections(scope, connection)
        mine = known[(known["year"] == year) & (known["role"] == str(role))]
        entry = None if mine.empty else mine.iloc[0]
        recorded = () if entry is None else _records(steps(scope, connection, int(entry["id"])))
        frozen = None if entry is None or not isinstance(entry["digest"], str) else selection_record(scope, connection, int(entry["id"]))
    if frozen is not None and stage(recorded) is not Step.VOID:
        made = loaders.answer(_from_snapshot, scope, (), snapshot=frozen["snapshot"], digest=frozen["digest"])
        return Asked(year, role_name, role, made.as_of, scope, made, int(entry["id"]), recorded, frozen["digest"])  # type: ignore[index]
    made = ranking(scope, year, role, as_of)
    drafted = entry is not None and stage(recorded) is not Step.VOID
    return Asked(year, role_name, role, as_of, scope, made, int(entry["id"]) if drafted else None, recorded if drafted else (), None)  # type: ignore[index]


def _from_snapshot(scope: Scope, connection: Any, snapshot: str, digest: str) -> Selection:
    """The frozen ranking, computed from its own snapshot: later changes of data and rulebook do not reach it.

    The snapshot holds the names as the freezing account saw them; a reader without that right gets them masked.
    """
    made = recomputed(snapshot)
    return made if scope.may_see_names else replace(made, rows=made.rows.assign(name=made.rows["name"].map(masked_name)))


def _records(rows: pd.DataFrame) -> tuple[Record, ...]:
    def plain(value: Any) -> Any:
        return None if value is None or value is pd.NaT or value != value else value

    return tuple(
        Record(
            int(row["id"]),
            Step(row["step"]),
            row["at"],
            row["username"],
            row["reason"],
            plain(row["until"]),
            plain(row["area_code"]),
            None if plain(row["person_id"]) is None else int(row["person_id"]),
            None if plain(row["confirms"]) is None else int(row["confirms"]),
        )
        for row in rows.to_dict("records")
    )


def named(made: Selection, scope: Scope) -> pd.DataFrame:
    """Rows of a trial in the reader's scope."""
    return seen(made, scope)
