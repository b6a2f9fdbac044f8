"""The parts of a village's page: its nights, its open petitions, the 片 组 邻 below it."""

from __future__ import annotations

from data_access.petition_lists import Asked, petition_count, petition_list
from data_access.rolls import ROLL_TABLES, grid_of, stays_at
from pages.common import loaders
from pages.common.duty_nights import question_of, rolls_of_villages
from pages.common.page import Page
from pages.township.reasons import PETITION_TABLES
from pages.township.units import Place
from reports.views import open_cases, village

ROWS = 25
GRID_TABLES = ("area", "appointment", "person", "household")


def nights(p: Page, place: Place) -> None:
    """The month's workday nights, the latest first."""
    own, month = p.scope.narrowed(place.code), p.filters.month
    asked = question_of(own, month.first, month.last, p.filters.as_of)
    stays = loaders.answer(stays_at, own, ROLL_TABLES, codes=(place.code,), first=month.first, last=asked.last)
    p.show(village.night_table(place.name, month, rolls_of_villages(own, asked), stays, asked), key="nights")


def petitions(p: Page, place: Place) -> None:
    """What is open in the village, by deadline."""
    own, window, asked = p.scope.narrowed(place.code), p.filters.window, Asked(standing="open", sort="due")
    total = int(loaders.answer(petition_count, own, PETITION_TABLES, window=window, asked=asked))
    found = loaders.answer(petition_list, own, PETITION_TABLES, window=window, asked=asked, rows=open_cases.VILLAGE_CASES)
    p.show(open_cases.of_village(found, total, p.view), key="petitions")


def grid(p: Page, place: Place) -> None:
    """片长 and 组长 by name, then the cells with their 邻长 and households."""
    units = loaders.answer(grid_of, p.scope, GRID_TABLES, village=place.code, on=p.view.moment)
    p.show(village.grid_names(units, p.view.edition, p.view.until), key="grid-names")
    p.pages_of(village.cell_table(place.name, units, p.view.edition), ROWS, "grid", parameter="village_cells")
