"""包案与督办: which leader has which old cases and when they last moved; the cases under 督办."""

from __future__ import annotations

import streamlit as st

from data_access.petition_lists import Asked, petition_list
from data_access.petition_state import leads
from metrics.wording import day_text
from pages.common import loaders
from pages.common.filters import Filters
from pages.common.panel import go_to, panel
from pages.common.petition_words import list_query
from pages.petitions.asking import TABLES, moment_window, names_of
from pages.petitions.handouts import offer_leads, offer_supervised
from pages.petitions.markup import LIST_PAGE, case_rows, cell, heading, more, sheet


def show(filters: Filters) -> None:
    left, right = st.columns([2, 3], gap="large")
    with left:
        panel(_leads(filters), key="leads")
    with right:
        panel(_supervised(filters), key="supervised")


def _leads(filters: Filters) -> str:
    window = moment_window(filters)
    found = loaders.answer(leads, filters.narrowed, TABLES, window=window)
    names = names_of(filters.scope, found["lead_id"])
    offer_leads(filters, window)
    rows, links = [], []
    for row in found.to_dict("records"):
        still = (window.last - row["last_moved"].date()).days
        rows.append(
            [
                cell(names.get(row["lead_id"], "不详")),
                cell(row["open"]),
                cell(row["overdue"]),
                cell(row["backlog"]),
                cell(f"{still} 天", f"{day_text(row['last_moved'].date())}后"),
            ]
        )
        links.append(go_to(LIST_PAGE, list_query(filters, "open", lead=str(row["lead_id"]), sort="moved")))
    backlog = int(found["backlog"].sum()) if len(found) else 0
    title = heading(
        f"{len(found)} 位领导包案 {int(found['open'].sum()) if len(found) else 0} 件,其中积案 {backlog} 件",
        "最久未动的在前",
        "petitions.backlog",
    )
    if not rows:
        return f'{title}<div class="empty">没有领导包案</div>'
    return title + sheet(["包案领导", "在办", "超期", "积案", "最久未动"], rows, links, numbers=(1, 2, 3, 4))


def _supervised(filters: Filters) -> str:
    window, asked = moment_window(filters), Asked(standing="supervised", sort="moved")
    rows = loaders.answer(petition_list, filters.narrowed, TABLES, window=window, asked=asked, rows=12)
    names = names_of(filters.scope, [*rows["handler_id"], *rows["lead_id"]])
    offer_supervised(filters, window)
    query = list_query(filters, "supervised", sort="moved")
    body = case_rows(rows, names, window.last, loaders.workdays(), "没有挂牌督办的诉求")
    return heading("挂牌督办", "来源系统登记的,最久未动的在前") + body + more("全部挂牌督办 →", LIST_PAGE, query)
