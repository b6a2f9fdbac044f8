"""How a page begins: room for its title sentence, then one line with the filters and 截至."""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from data_access.scope import Scope
from pages.common import loaders
from pages.common.filters import Filters, bar_filters
from pages.common.layout import bar, provisional_calendar_notice
from pages.common.live import live_note


def opening(scope: Scope, **choices: Any) -> tuple[DeltaGenerator, Filters]:
    """The place of the title (fill it once the case is known) and what the bar says; ``choices`` go to ``bar_filters``."""
    header = st.container()
    left, right = bar()
    with left:
        filters = bar_filters(scope, **choices)
    with right:
        live_note()
    provisional_calendar_notice(loaders.unofficial_years(), filters.period.first, filters.period.last)
    return header, filters
