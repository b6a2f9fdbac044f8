"""管理: accounts, ledgers, audit, database. Only for accounts that may administer (app.py and every section ask)."""

import streamlit as st

from data_access.engine import DATABASE_AWAY, trouble
from pages.admin.accounts_section import accounts_section
from pages.admin.acts import last_said
from pages.admin.audit_section import audit_section
from pages.admin.database_section import database_section
from pages.admin.ledger_section import ledger_section
from pages.common.page import page

SECTIONS = {"台账": ledger_section, "账号": accounts_section, "审计": audit_section, "数据库": database_section}

with page("admin/admin", with_bar=False) as p:
    if not p.scope.may_administer:
        st.error("本账号没有管理权限。")
        p.stop()
    p.title("管理", subtitle="装入台账、维护账号、查看审计和数据库状况；每一步都记入审计。")
    chosen = p.choose("分区", list(SECTIONS), "section", "台账")
    last_said()
    try:
        SECTIONS[chosen](p)
    except DATABASE_AWAY as problem:
        st.error(f"{trouble(problem)}，请稍后再试。")
