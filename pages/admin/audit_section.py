"""审计: who did what when. Read only; the database refuses any change to it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import streamlit as st

from data_access import accounts
from data_access.administration import audit_count, audit_page
from data_access.audit import ACTION_NAMES, Action
from pages.admin.acts import PAGE_ROWS, fresh, picked_page
from pages.common import loaders
from pages.common.page import Page
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
    first, last = _span(days, today)
    since, until = datetime.combine(first, time(0)), datetime.combine(last + timedelta(days=1), time(0))
    question = {"since": since, "until": until, "username": username, "action": action}
    total = fresh(audit_count, scope, **question)
    st.caption(f"{total} 条，新的在前。审计只增不改，保存不少于六个月。")
    page = picked_page(total, "audit-page")
    found = fresh(audit_page, scope, **question, limit=PAGE_ROWS, offset=page * PAGE_ROWS)
    p.show(admin.audit_table(found, ACTION_NAMES), key="audit-table")


def _span(days: object, today: date) -> tuple[date, date]:
    """One day while the second is still being picked."""
    picked = [day for day in days if isinstance(day, date)] if isinstance(days, tuple | list) else []
    return (picked[0], picked[-1]) if picked else (today, today)
