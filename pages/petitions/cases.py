"""诉求清单: search, filters in the address, sorted and paged in the database."""

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from data_access.audit import Action
from data_access.petition_lists import PAGE_ROWS, is_told, petition_count, petition_list
from metrics.vocabulary import Module
from pages.common import loaders
from pages.common.address import page_from_address
from pages.common.auth import audited
from pages.common.definition import definition_button
from pages.common.filters import Filters
from pages.common.navigation import file_of
from pages.common.page import page
from pages.common.people import titled_names
from pages.petitions.list_filters import LIST_ASKED, LIST_SHOWN, PAGE, CaseList, case_list
from pages.petitions.windows import TABLES
from reports.links import PETITIONS
from reports.tables import ALL_ROWS, Table
from reports.views.petition_cases import NOT_TOLD, cases_table, list_sentence


def listed(filters: Filters, found: CaseList, answer: Callable[..., Any], **part: int) -> Table:
    """A page of the list (``page``), or so many ``rows`` of it."""
    rows = answer(petition_list, filters.narrowed, window=filters.window, asked=found.asked, **part)
    return cases_table(
        "诉求清单",
        rows,
        titled_names(filters.scope, [*rows["handler_id"], *rows["lead_id"]], filters.view.moment),
        filters.view,
        conclusion="",
        indicators=("petitions.overdue",),
        chosen=found.chosen,
        empty="没有符合条件的诉求，可放宽条件或换一个时段" if is_told(filters.scope, found.asked) else NOT_TOLD,
        may_leave=not found.asked.restricted,  # 检举控告 are for reading only (信访工作条例第三十条)
    )


def on_record(found: CaseList) -> None:
    """Opening the list of 检举控告, or asking it something else, is an entry of the audit."""
    seen = st.session_state.get("restricted_list")
    asked = found.asked if found.asked.restricted else None
    if asked is not None and asked != seen:
        audited(Action.RESTRICTED, f"打开检举控告清单：{found.chosen}")
    st.session_state["restricted_list"] = asked


with page("petitions/cases") as p:
    p.needs(Module.PETITIONS)
    filters, found = p.filters, case_list(p)
    on_record(found)
    total = loaders.answer(petition_count, filters.narrowed, TABLES, window=filters.window, asked=found.asked)
    number = page_from_address(PAGE, total, PAGE_ROWS)
    st.session_state[LIST_SHOWN] = st.query_params.to_dict()
    st.session_state[LIST_ASKED] = filters.narrowed, filters.window, found
    told = total if is_told(p.scope, found.asked) else None
    sentence = list_sentence(found.name, found.asked.standing, told, filters.view, found.asked.words)
    p.title(sentence, crumbs=[("诉求", file_of(PETITIONS), filters.query)])
    all_of_it = partial(listed, filters, found, loaders.answer_once, rows=ALL_ROWS)
    p.show(listed(filters, found, partial(loaders.answer, tables=TABLES), page=number), key="case-rows", whole=all_of_it)
    definition_button("petitions.overdue", "ⓘ 超期怎么算")
