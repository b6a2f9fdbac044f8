"""The figures of one unit: its row in each indicator's frame, beside the unit above and a sibling. No query a unit: frames are shared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from streamlit.delta_generator import DeltaGenerator

from data_access.scope import Scope
from data_access.state import CLOCKS
from data_access.tables import CONTRACT
from metrics.period import Period
from metrics.registry import REGISTRY
from metrics.vocabulary import MODULE_NAMES, Level, Module
from pages.common import loaders
from pages.common.page import Page
from pages.township.units import Place, villages_of
from reports.tables import Table
from reports.views import township
from reports.views.township import UnitFigure

EVERYTHING = (*CONTRACT, *CLOCKS)
"""A profile shows something of everything."""


def figures(p: Page, county: Scope, module: Module, level: Level, code: str, versus: str | None) -> list[UnitFigure]:
    """The indicators of a module at one unit. ``county``: the scope of the figures beside it."""
    return loaders.made_once(_figures, EVERYTHING, county, module, level, code, versus, p.filters.period, p.filters.as_of)


def _figures(county: Scope, module: Module, level: Level, code: str, versus: str | None, period: Period, as_of: date) -> list[UnitFigure]:
    asked, above, found = loaders.question_for(county, level, period, as_of), township.ABOVE[level], list[UnitFigure]()
    for entry in REGISTRY.values():
        if entry.module is module and level in entry.levels:
            frame = loaders.frame(county, entry.id, level, period, as_of)
            whole = loaders.frame(county, entry.id, above, period, as_of) if above in entry.levels else None
            figure = township.unit_figure(entry, frame, whole, code, versus, asked)
            if figure is not None:
                found.append(figure)
    return found


def village_table(scope: Scope, county: Scope, code: str, indicator_ids: Sequence[str], period: Period, as_of: date) -> Table:
    """The villages of a township in the reader's scope with some figures."""
    return loaders.made_once(_village_table, EVERYTHING, scope, county, code, tuple(indicator_ids), period, as_of)


def _village_table(scope: Scope, county: Scope, code: str, indicator_ids: Sequence[str], period: Period, as_of: date) -> Table:
    frames = {each: loaders.frame(county, each, Level.VILLAGE, period, as_of) for each in indicator_ids}
    return township.village_table(villages_of(scope, code, period, as_of), frames)


def show_figures(
    p: Page,
    place: Place,
    level: Level,
    county: Scope,
    names: Mapping[str, str],
    columns: Sequence[DeltaGenerator],
    column_of: Callable[[int, Module], int],
    versus: str | None = None,
    lines: Mapping[str, Sequence[float | None]] | None = None,
) -> list[UnitFigure]:
    """A table a module, those of a column one under the other, and all of them in one file. ``names``, ``lines``: see ``figure_table``."""
    found, shown = list[UnitFigure](), [list[Table]() for _ in columns]
    for number, module in enumerate(township.modules_at(level, p.modules)):
        of_module = figures(p, county, module, level, place.code, versus)
        found += of_module
        made = township.figure_table(MODULE_NAMES[module], of_module, names, lines, place.code, level, may_leave=False)
        shown[column_of(number, module)].append(made)
    for side, (column, tables) in enumerate(zip(columns, shown, strict=True)):
        with column:
            p.show(*tables, key=f"figures-{side}")
    whole = township.figure_table(f"{place.name} 各项指标", found, names, chosen=place.name)
    p.offer(lambda: whole, whole)
    return found
