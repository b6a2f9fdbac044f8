"""The villages of a township in one table, the weakest first, each leading to its page."""

from __future__ import annotations

import streamlit as st

from data_access.rolls import named_areas
from data_access.scope import Scope
from data_access.window import Window
from metrics.registry import REGISTRY
from metrics.vocabulary import Level
from metrics.wording import fraction, is_missing, value_text
from pages.common import loaders
from pages.common.boards import module_page
from pages.common.filters import Filters
from pages.common.navigation import enabled_modules
from pages.common.panel import go_to, panel
from pages.common.sheets import Column, cell, heading, page_number, sheet
from pages.township.figures import row_of
from pages.township.handouts import offer_villages
from pages.township.units import VILLAGE_PAGE, kept

SHOWN = ("duty.village_compliance", "nights.village_visits", "petitions.closed_on_time", "captains.key_visits", "satisfaction.rated")
ROWS = 25


def village_table(scope: Scope, township: str, filters: Filters, county: Scope) -> None:
    """One row a village with the main figures of the modules that run. ``county``: the scope the shared frames are asked in."""
    window = Window("village", filters.period.first, filters.as_of, filters.as_of)
    units = loaders.answer(named_areas, scope.narrowed(township), ("area",), window=window)
    on = enabled_modules()
    shown = [REGISTRY[each] for each in SHOWN if module_page(each)[0] in on]
    frames = {entry.id: loaders.frame(county, entry.id, Level.VILLAGE, filters.period, filters.as_of) for entry in shown}
    first = frames[shown[0].id].set_index("code")["value"] if shown else {}
    order = sorted(units.to_dict("records"), key=lambda unit: (_low(first.get(unit["code"])), unit["code"]))
    offer_villages(filters, order, shown, frames)
    above = st.container()
    page = page_number(len(order), ROWS, "township_villages")
    rows, links = [], []
    for unit in order[(page - 1) * ROWS : page * ROWS]:
        cells = [cell(unit["name"], "" if unit["ranked"] else "不参加统计")]
        for entry in shown:
            row = row_of(frames[entry.id], str(unit["code"]))
            shade = "" if row is None else str(row["status"])
            text = cell("—") if row is None else cell(value_text(entry, row["value"]), fraction(row["k"], row["n"]))
            cells.append(f'<span class="{shade}">{text}</span>')
        rows.append(cells)
        links.append(go_to(VILLAGE_PAGE, {"village": str(unit["code"]), **kept(filters)}))
    heads = [Column("村"), *(Column(entry.name, number=True, aside=place > 2) for place, entry in enumerate(shown))]
    with above:
        sub = f"{len(order)} 个村,{shown[0].name}低的在前;点一行看该村" if shown else f"{len(order)} 个村"
        panel(heading("各村", sub) + sheet(heads, rows, links, empty="没有村"), key="villages")


def _low(value: object) -> float:
    return 2.0 if is_missing(value) else float(value)  # type: ignore[arg-type]
