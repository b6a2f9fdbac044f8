"""善事: what captains have done for others, listed and made into a public notice. Never scored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from data_access.deeds import DEED_TABLES, PAGE_ROWS, deed_counts, deeds
from pages.common import loaders
from pages.common.downloads import file_button
from pages.common.page import Page
from pages.common.people import names_of
from reports.deed_notice import deed_notice_bytes
from reports.meeting_files import DOCX
from reports.tables import ALL_ROWS, Table
from reports.views import deeds as views

Answer = Callable[..., Any]


def good_deeds(p: Page) -> None:
    standing = p.choose("看哪些", list(views.STANDINGS), "deeds", next(iter(views.STANDINGS)), restarts="deeds_page")
    days = {"first": p.filters.period.first, "last": min(p.filters.period.last, p.filters.as_of), "as_of": p.filters.as_of}
    total = views.count_of(standing, *loaders.answer(deed_counts, p.filters.narrowed, DEED_TABLES, **days))
    asked = {**days, "published": views.STANDINGS[standing]}

    def listed(answer: Answer, **part: int) -> Table:
        rows = answer(deeds, p.filters.narrowed, **asked, **part)
        return views.deed_table(rows, total, names_of(p.scope, rows["person_id"]), p.view, standing)

    p.note(views.REMARK)
    if total and p.scope.may_see_names:
        _notice(p, asked, f"三长善事公示 {p.filters.period.label}")
    elif total:
        p.note(views.HIDDEN_NOTICE)
    p.pages_of_query(listed, DEED_TABLES, total, PAGE_ROWS, "deed-list", parameter="deeds_page")


def _notice(p: Page, asked: dict[str, Any], name: str) -> None:
    where = p.filters.townships.get(p.filters.township or "", views.whose(p.filters.townships))

    def made() -> bytes:
        rows = loaders.answer(deeds, p.filters.narrowed, DEED_TABLES, **asked, page=1, rows=ALL_ROWS)
        return deed_notice_bytes(where, (asked["first"], asked["last"]), views.notice_table(rows, names_of(p.scope, rows["person_id"])))

    with st.container(horizontal=True):
        file_button("公示稿（Word）", f"{name}.docx", DOCX, made, key="paper-deeds", what=f"{name} · docx", icon=":material/draft:")
