"""评选位次 of a captain's page: the place in the own township, the line, the gap and what it consists of."""

from __future__ import annotations

import streamlit as st

from metrics.vocabulary import Role
from pages.captains import years
from pages.common.navigation import opens
from pages.common.page import Page
from pages.common.selection_rankings import ranking
from pages.common.standing_paper import standing_button
from reports.links import SCORE_SHEET
from reports.views import standing as views
from reports.views.captain import Captain, score_sheet, shortest_month
from reports.views.score_sheet import candidate


def placed(captain: Captain, p: Page) -> None:
    """Only for readers who may see score sheets."""
    if not opens(SCORE_SHEET):
        p.note(views.CLOSED)
        return
    year = years.year_of(p.filters, captain)
    with st.spinner("正在排名，首次约需几秒…"):
        found = candidate(ranking(p.scope, year.year, Role(captain.role), p.filters.as_of), captain.person_id)
    if found is None:
        p.note(views.NOT_A_CANDIDATE)
        return
    it = views.explained(found)
    p.show(views.result(it), key="placed")
    p.show(views.items_table(it, lambda item: shortest_month(year, item)), key="placed-items")
    p.show(score_sheet(captain, year), key="placed-sheet")
    standing_button(it)
