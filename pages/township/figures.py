"""The figures of one unit: its row in each indicator's frame, beside the unit above and a sibling. No query a unit: frames are shared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from streamlit.delta_generator import DeltaGenerator

from data_access.scope import Scope
from metrics.registry import REGISTRY
from metrics.vocabulary import MODULE_NAMES, Level, Module
from pages.common import loaders
from pages.common.page import Page
from pages.township.units import Place
from reports.views import township
from reports.views.township import UnitFigure


def figures(p: Page, county: Scope, module: Module, level: Level, code: str, versus: str | None) -> Iterator[UnitFigure]:
    """The indicators of a module at one unit. ``county``: the scope of the figures beside it."""
    period, as_of, above = p.filters.period, p.filters.as_of, township.ABOVE[level]
    asked = loaders.question_for(county, level, period, as_of)
    for entry in REGISTRY.values():
        if entry.module is module and level in entry.levels:
            frame = loaders.frame(county, entry.id, level, period, as_of)
            whole = loaders.frame(county, entry.id, above, period, as_of) if above in entry.levels else None
            figure = township.unit_figure(entry, frame, whole, code, versus, asked)
            if figure is not None:
                yield figure


def show_figures(
    p: Page,
    place: Place,
    level: Level,
    county: Scope,
    names: Mapping[str, str],
    sides: Callable[[int, Module], DeltaGenerator],
    versus: str | None = None,
    lines: Mapping[str, Sequence[float | None]] | None = None,
) -> list[UnitFigure]:
    """A table a module on its side of the page, and all of them in one file. ``names``, ``lines``: see ``figure_table``."""
    found: list[UnitFigure] = []
    for number, module in enumerate(township.modules_at(level, p.modules)):
        of_module = list(figures(p, county, module, level, place.code, versus))
        leads_to = place.code if level is Level.TOWNSHIP else None
        found += of_module
        with sides(number, module):
            shown = township.figure_table(MODULE_NAMES[module], of_module, names, lines, leads_to, may_leave=False)
            p.show(shown, key=f"figures-{module}")
    whole = township.figure_table(f"{place.name} 各项指标", found, names, chosen=place.name)
    p.offer(lambda: whole, whole)
    return found
