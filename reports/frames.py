"""The one way from an indicator to its frame: screen, chart, export and command line all show what this returns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

import pandas as pd

from metrics.definition import Indicator, Question, Span
from metrics.period import Period
from metrics.ranking import judged
from metrics.registry import REGISTRY, require_level
from metrics.rulebook import Rulebook
from metrics.small_cells import without_small_cells
from metrics.vocabulary import AREA_LEVELS, Direction, Level, Measure, Module
from metrics.workdays import Workdays
from reports.views.contents import Contents


class Source(Protocol):
    """Where facts come from: straight from the database, or from a page's cache. The scope is the source's own."""

    @property
    def rules(self) -> Rulebook: ...

    @property
    def at(self) -> datetime | None:
        """The minute at which what is asked of its own day is asked; None: every day once it is over."""
        ...

    @property
    def told_at(self) -> datetime | None:
        """The latest minute for which that holds: what files say. A page counts at the last step of the clock and shows the present one."""
        ...

    @property
    def masked(self) -> bool:
        """Whether its reader may not see names."""
        ...

    def workdays(self) -> Workdays: ...

    def fact(self, name: str, question: Question, span: Span) -> pd.DataFrame:
        """A fact's frame at the question's level over a span of days."""
        ...

    def units(self, question: Question) -> pd.DataFrame:
        """The area units of the question's level that exist within its period: columns code, name."""
        ...

    def units_of(self, level: Level, codes: Sequence[str]) -> pd.DataFrame:
        """Those of the codes that are units of a level, whenever they existed: columns code, name."""
        ...

    def people(self, person_ids: Iterable[int]) -> pd.DataFrame:
        """Names: columns person_id, name."""
        ...

    def frame(self, entry: Indicator, level: Level, period: Period, as_of: date) -> pd.DataFrame:
        """:func:`indicator_frame`, made once."""
        ...

    def contents(self) -> Contents:
        """What the county's database holds so far."""
        ...

    def begins(self, module: Module) -> date | None:
        """The day of the county's first record that a module is told from; None without one."""
        ...

    def past(self, entry: Indicator, level: Level, period: Period, as_of: date) -> pd.DataFrame:
        """The same for a period before the one that is asked about: a page takes one that is some minutes old."""
        ...


def question(source: Source, level: Level, period: Period, as_of: date) -> Question:
    """A question with the calendar, and the rulebook edition in force at the moment it looks at.

    As of the day of the source's moment it is asked at that moment; of any other day it is asked as of the day's end.
    """
    at = source.at if source.at is not None and source.at.date() == as_of else None
    return Question(level, period, as_of, source.workdays(), source.rules.on(min(period.last, as_of)), at)


def facts_for(source: Source, needs: Mapping[str, Span], asked: Question) -> dict[str, pd.DataFrame]:
    return {name: source.fact(name, asked, span) for name, span in needs.items()}


OF_ONE_PERSON = (Level.PERSON, Level.PATCH, Level.GROUP, Level.CELL)
"""Levels whose rows say how one person does: a 片, 组 or 邻 is its captain's."""


def indicator_frame(source: Source, entry: Indicator, level: Level, period: Period, as_of: date) -> pd.DataFrame:
    """Every unit of a level with its figure, ranked and judged.

    Columns: code, name, k, n, value, rank, status (see ``metrics.ranking.judged``). Raises ``ValueError`` for a level at
    which the indicator makes no sense.
    """
    require_level(entry, level)
    asked = question(source, level, period, as_of)
    facts = facts_for(source, entry.needs_at(level), asked)
    if entry.id == "quality.perfect":  # the one indicator made from other indicators, not from the database
        facts["perfect_figures"] = perfect_figures(source, level, period, as_of)
    figure = entry.figure(facts, asked)
    frame = judged(figure, named_units(source, figure, asked), entry, asked)
    return without_small_cells(frame) if source.masked and level in OF_ONE_PERSON and entry.of_answers else frame


def perfect_figures(source: Source, level: Level, period: Period, as_of: date) -> pd.DataFrame:
    """满分异常: the rates of the other modules that stand at exactly 100% with many cases. A list to check, not a verdict.

    Grain: unit × indicator. Columns: code, name, id, indicator (its name), k, n.
    """
    least = question(source, level, period, as_of).rules.number("quality", "perfect_least_n")
    parts = []
    for entry in REGISTRY.values():
        judgeable = entry.measure is Measure.RATE and entry.direction is Direction.UP and entry.module is not Module.QUALITY
        if judgeable and level in entry.levels:
            frame = source.frame(entry, level, period, as_of)
            full = frame[(frame["value"] == 1.0) & (frame["n"] >= least)]
            parts.append(full[["code", "name", "k", "n"]].assign(id=entry.id, indicator=entry.name))
    columns = ["code", "name", "id", "indicator", "k", "n"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame({column: [] for column in columns})


def named_units(source: Source, figure: pd.DataFrame, asked: Question) -> pd.DataFrame:
    """The rows a frame has: of an area level all units of the period and whichever else something counts in, so that a parent is the sum
    of the rows shown (a village that ended last month with a week of this one); of others those the figure found. Columns: code, name."""
    if asked.level in (*AREA_LEVELS, Level.DEPARTMENT):
        units = source.units(asked)
        more = sorted(_counted_codes(figure) - set(units["code"]))
        found = source.units_of(asked.level, more) if more else units.iloc[:0]
        return pd.concat([units, found], ignore_index=True) if len(found) else units
    codes = figure["code"].astype("str")
    if asked.level is not Level.PERSON:
        return pd.DataFrame({"code": codes, "name": codes})
    names = source.people(int(code[2:]) for code in codes).set_index("person_id")["name"]
    return pd.DataFrame({"code": codes, "name": [names.get(int(code[2:])) for code in codes]})


def _counted_codes(figure: pd.DataFrame) -> set[str]:
    """The units in which a figure counts anything."""
    held = figure[[name for name in ("k", "n", "value") if name in figure]].astype("float64").fillna(0).ne(0).any(axis=1)
    return set(figure.loc[held, "code"].astype("str"))
