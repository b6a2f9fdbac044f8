"""上一件, 下一件: from a case to its neighbours in the list it was opened from, without going back to it."""

from __future__ import annotations

import streamlit as st

from data_access.petition_lists import petition_neighbours
from pages.common import loaders
from pages.common.page import Page
from pages.petitions.list_filters import LIST_ASKED
from pages.petitions.windows import TABLES
from reports.parts import Steps
from reports.views import petition_case


def neighbours(p: Page, number: str) -> Steps | None:
    """None where no list was looked at, or the case is not in it (any more)."""
    if LIST_ASKED not in st.session_state:
        return None
    scope, window, found = st.session_state[LIST_ASKED]
    stands = loaders.answer(petition_neighbours, scope, TABLES, window=window, asked=found.asked, number=number)
    return None if stands is None else petition_case.steps(stands, found.name)
