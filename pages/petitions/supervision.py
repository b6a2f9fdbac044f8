"""包案与督办: which leader has which old cases and when they last moved; the cases under 督办."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from data_access.petition_lists import Asked, petition_list
from data_access.petition_state import leads
from pages.common import loaders
from pages.common.filters import Filters
from pages.common.page import Page
from pages.common.people import names_of, titled_names
from pages.petitions.windows import TABLES, moment_window
from reports.links import to_cases
from reports.parts import More
from reports.tables import ALL_ROWS, Table
from reports.views import petitions

SUPERVISED = Asked(standing=petitions.SUPERVISED, sort=petitions.SUPERVISED_SORT)


def supervision(p: Page) -> None:
    left, right = st.columns([2, 3], gap="large")
    with left:
        _leads(p)
    with right:
        _supervised(p)


def _leads(p: Page) -> None:
    found = loaders.answer(leads, p.filters.narrowed, TABLES, window=moment_window(p.filters))
    names = names_of(p.scope, found["lead_id"])
    p.show(petitions.leads_table(found, names, p.view), key="leads")


def _supervised(p: Page) -> None:
    head = _cases(p.filters, partial(loaders.answer, tables=TABLES), petitions.MOST_SUPERVISED)
    all_of_them = More("全部挂牌督办 →", to_cases(SUPERVISED.standing, p.filters.township, sort=SUPERVISED.sort))
    p.show(head, all_of_them, key="supervised", whole=partial(_cases, p.filters, loaders.answer_once, ALL_ROWS))


def _cases(filters: Filters, answer: Callable[..., Any], rows: int) -> Table:
    found = answer(petition_list, filters.narrowed, window=moment_window(filters), asked=SUPERVISED, rows=rows)
    names = titled_names(filters.scope, [*found["handler_id"], *found["lead_id"]], filters.view.moment)
    return petitions.supervised_table(found, names, filters.view)
