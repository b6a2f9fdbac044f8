"""审计, by the auditor: who did what when, searched and taken along. Read only; the database refuses any change to it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import streamlit as st

from data_access import accounts
from data_access.administration import AuditSearch, audit_count, audit_page
from data_access.audit import ACTION_NAMES, Action
from pages.admin.acts import PAGE_ROWS, fresh, picked_page
from pages.common import loaders
from pages.common.page import Page
from reports.tables import ALL_ROWS, Table
from reports.views import admin

DAYS_BACK = 6


def audit_section(p: Page) -> None:
    scope, today = p.scope, loaders.today()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        days = st.date_input(
            "日期", (today - timedelta(days=DAYS_BACK), today), max_value=today, format="YYYY-MM-DD", key="audit-days", width=260
        )
        listed = fresh(accounts.accounts, scope)
        names = [name for name, area in zip(listed["username"], listed["area_prefix"], strict=True) if scope.covers(area)]
        username = st.selectbox("账号", names, index=None, placeholder="全部账号", key="audit-account", accept_new_options=True, width=180)
        action = st.selectbox(
            "动作",
            [str(each) for each in Action],
            index=None,
            placeholder="全部动作",
            format_func=lambda each: ACTION_NAMES.get(each, each),
            key="audit-action",
            width=160,
        )
        text = st.text_input("文字", type="search", placeholder="账号或内容里的字、地址", key="audit-text", width=220)
    first, last = _span(days, today)
    since, until = datetime.combine(first, time(0)), datetime.combine(last + timedelta(days=1), time(0))
    asked = AuditSearch(since, until, username, action, (text or "").strip())
    said = admin.search_words(first, last, username, ACTION_NAMES[Action(action)] if action else None, asked.text)

    def all_of_it() -> Table:
        return admin.audit_table(fresh(audit_page, scope, asked=asked, limit=ALL_ROWS), ACTION_NAMES, said)

    total = fresh(audit_count, scope, asked=asked)
    st.caption(f"{total} 条，新的在前。审计只增不改，保存不少于六个月；可在页末下载。")
    page = picked_page(total, "audit-page")
    found = fresh(audit_page, scope, asked=asked, limit=PAGE_ROWS, offset=page * PAGE_ROWS)
    p.show(admin.audit_table(found, ACTION_NAMES, said), key="audit-table", whole=all_of_it)


def _span(days: object, today: date) -> tuple[date, date]:
    """One day while the second is still being picked."""
    picked = [day for day in days if isinstance(day, date)] if isinstance(days, tuple | list) else []
    return (picked[0], picked[-1]) if picked else (today, today)
