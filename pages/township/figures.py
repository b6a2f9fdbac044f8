"""The figures of one unit: its row in each indicator's frame, beside the unit above and a sibling. No query a unit: frames are shared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from streamlit.delta_generator import DeltaGenerator

from data_access.scope import Scope
from metrics.period import Period
from metrics.registry import REGISTRY
from metrics.vocabulary import MODULE_NAMES, Level, Module
from pages.common import loaders
from pages.common.page import Page
from pages.township.trends import EVERYTHING, township_lines
from pages.township.units import Place, villages_of
from reports.tables import Table
from reports.views import township
from reports.views.township import UnitFigure


@dataclass(frozen=True)
class Asked:
    """The figures of which unit. ``county``: the scope of the figures beside it; ``above``, ``other``: names of the unit above and of the
    sibling compared with (``versus``); ``with_lines``: with the course of twelve periods, see ``trends.has_lines``."""

    county: Scope
    period: Period
    as_of: date
    level: Level
    code: str
    name: str
    modules: tuple[Module, ...]
    above: str
    versus: str | None = None
    other: str = ""
    with_lines: bool = False


@dataclass(frozen=True)
class Figures:
    """What there is of a unit, as a table a module and as one of all for a file."""

    found: Sequence[UnitFigure]
    tables: Mapping[Module, Table]
    whole: Table


def figures(asked: Asked) -> Figures:
    """The indicators of its modules at one unit."""
    return loaders.made_once(_figures, EVERYTHING, asked)


def _figures(asked: Asked) -> Figures:
    names = {"above": asked.above, **({"other": asked.other} if asked.versus else {})}
    lines = None
    if asked.with_lines:
        lines = {each: at.get(asked.code, ()) for each, at in township_lines(asked.county, asked.period, asked.as_of).items()}
    found, tables = list[UnitFigure](), dict[Module, Table]()
    for module in asked.modules:
        own = _of_module(asked, module)
        found += own
        tables[module] = township.figure_table(MODULE_NAMES[module], own, names, lines, asked.code, asked.level, may_leave=False)
    return Figures(found, tables, township.figure_table(f"{asked.name} 各项指标", found, names, chosen=asked.name))


def _of_module(asked: Asked, module: Module) -> list[UnitFigure]:
    county, level, period, as_of = asked.county, asked.level, asked.period, asked.as_of
    question, above, found = loaders.question_for(county, level, period, as_of), township.ABOVE[level], list[UnitFigure]()
    for entry in REGISTRY.values():
        if entry.module is module and level in entry.levels:
            frame = loaders.frame(county, entry.id, level, period, as_of)
            whole = loaders.frame(county, entry.id, above, period, as_of) if above in entry.levels else None
            figure = township.unit_figure(entry, frame, whole, asked.code, asked.versus, question)
            if figure is not None:
                found.append(figure)
    return found


def asked_of(p: Page, place: Place, level: Level, county: Scope, above: str, **more: Any) -> Asked:
    """The figures of the page's unit, of the modules there is something of; ``more``: the rest of :class:`Asked`."""
    modules = tuple(township.modules_at(level, p.modules))
    return Asked(county, p.filters.period, p.filters.as_of, level, place.code, place.name, modules, above, **more)


def show_figures(p: Page, asked: Asked, columns: Sequence[DeltaGenerator], column_of: Callable[[int, Module], int]) -> Figures:
    """A table a module, those of a column one under the other, and all of them in one file."""
    made, shown = figures(asked), [list[Table]() for _ in columns]
    for number, (module, table) in enumerate(made.tables.items()):
        shown[column_of(number, module)].append(table)
    for side, (column, tables) in enumerate(zip(columns, shown, strict=True)):
        with column:
            p.show(*tables, key=f"figures-{side}")
    p.offer(lambda: made.whole, made.whole)
    return made


def village_table(scope: Scope, county: Scope, code: str, indicator_ids: Sequence[str], period: Period, as_of: date) -> Table:
    """The villages of a township in the reader's scope with some figures."""
    return loaders.made_once(_village_table, EVERYTHING, scope, county, code, tuple(indicator_ids), period, as_of)


def _village_table(scope: Scope, county: Scope, code: str, indicator_ids: Sequence[str], period: Period, as_of: date) -> Table:
    frames = {each: loaders.frame(county, each, Level.VILLAGE, period, as_of) for each in indicator_ids}
    return township.village_table(villages_of(scope, code, period, as_of), frames)
