"""The annual selection as frames and records: what the page, the files and the command line all show."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Protocol

import pandas as pd

from metrics.rulebook import Rulebook
from metrics.selection.flow import Record, Step
from metrics.selection.result import ROW_COLUMNS, Selection, selection
from metrics.selection.rules import SelectionRules, selection_rules
from metrics.vocabulary import CODE_LENGTHS, Level, Role
from metrics.wording import is_missing
from reports.views.selection import Ranking, ranking_of
from reports.wording import day

POINT_DECIMALS = 4


@dataclass(frozen=True)
class OnRecord:
    """A selection on record: its number, its steps so far, and the frozen ranking with its digest once there is one."""

    number: int
    records: tuple[Record, ...]
    frozen: Selection | None = None
    digest: str | None = None


class SelectionSource(Protocol):
    """Where the facts of a selection come from; its scope must hold the whole county, for the ranking is county-wide."""

    rules: Rulebook

    @property
    def at(self) -> datetime | None: ...

    def selection_facts(self, year: int, role: Role, as_of: date) -> dict[str, pd.DataFrame]: ...

    def selection_on_record(self, year: int, role: Role, until: datetime) -> OnRecord | None: ...

    def unit_names(self, county: str) -> Mapping[str, str]: ...


def configured_rules(rules: Rulebook, year: int, role: Role, as_of: date) -> SelectionRules:
    """The edition in force at the end of the year, or on as-of while the year runs."""
    return selection_rules(rules.on(min(date(year, 12, 31), as_of)), role)


def minute_of(as_of: date, at: datetime | None) -> datetime | None:
    """The minute a source of ``at`` asks a day at; None of any other day than its own, which is over."""
    return at if at is not None and at.date() == as_of else None


def selection_of(source: SelectionSource, year: int, role: Role, as_of: date) -> Selection:
    """The ranking of a role. Raises ``ValueError`` (Chinese) for a role without a selection or a year not begun."""
    rules = configured_rules(source.rules, year, role, as_of)
    if as_of < date(year, 1, 1):
        raise ValueError(f"{year}年到{day(as_of)}尚未开始,不能评选")
    return selection(source.selection_facts(year, role, as_of), rules, year, as_of, at=minute_of(as_of, source.at))


def ranking_on_record(
    source: SelectionSource, role: Role, year: int, as_of: date, at: datetime | None, covers: Callable[[str], bool]
) -> Ranking:
    """What the page showed at that moment: the frozen ranking with its steps where there was one, else the ranking as of the day.

    ``at``: the minute of the as-of day, None for the day once it is over. Raises as :func:`selection_of`.
    """
    known = source.selection_on_record(year, role, at or datetime.combine(as_of, time.max))
    made = (known and known.frozen) or selection_of(source, year, role, as_of)
    county = next(iter(made.townships), "")[: CODE_LENGTHS[Level.COUNTY]]
    units = source.unit_names(county) if county else {}
    if known is None:
        return ranking_of(made, covers, units=units)
    return ranking_of(made, covers, known.records, number=known.number, digest=known.digest, units=units)


def records_of(steps: pd.DataFrame) -> tuple[Record, ...]:
    """The steps as the database has them (``data_access.selection_flow.steps``) as records."""
    return tuple(_record({str(name): value for name, value in row.items()}) for row in steps.to_dict("records"))


def _record(row: Mapping[str, Any]) -> Record:
    known: dict[str, Any] = {name: None if is_missing(value) else value for name, value in row.items()}
    return Record(
        id=int(known["id"]),
        step=Step(known["step"]),
        at=known["at"],
        username=known["username"],
        reason=known["reason"],
        until=known["until"],
        area_code=known["area_code"],
        person_id=None if known["person_id"] is None else int(known["person_id"]),
        confirms=None if known["confirms"] is None else int(known["confirms"]),
    )


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
