"""管理: what the three administrators do, each his own part. Only for their accounts (app.py, every section and every act ask)."""

import streamlit as st

from data_access.engine import DATABASE_AWAY, trouble
from pages.admin.accounts_section import accounts_section
from pages.admin.acts import last_said
from pages.admin.audit_section import audit_section
from pages.admin.database_section import database_section
from pages.admin.grants_section import grants_section
from pages.admin.ledger_section import ledger_section
from pages.admin.notices_section import notices_section
from pages.admin.sessions_section import sessions_section
from pages.admin.subscriptions import granting_section
from pages.common.page import page

SECTIONS = {
    "may_administer": {"台账": ledger_section, "账号": accounts_section, "推送": notices_section, "数据库": database_section},
    "may_grant": {"授权": grants_section, "推送": granting_section, "会话": sessions_section},
    "may_audit": {"审计": audit_section},
}
SUBTITLES = {
    "may_administer": "装入台账、建立和停用账号、查看数据库状况；账号能看什么由安全管理员授权。每一步都记入审计。",
    "may_grant": "授予角色、范围和权限，解锁，查看和结束会话；账号由系统管理员建立。每一步都记入审计。",
    "may_audit": "查阅、检索和导出审计；审计只增不改，导出也记入审计。",
}

with page("admin/admin", with_bar=False) as p:
    duty = next((name for name in SECTIONS if getattr(p.scope, name)), None)
    if duty is None:
        st.error("本账号没有管理权限。")
        p.stop()
    p.title("管理", subtitle=SUBTITLES[duty])
    sections = SECTIONS[duty]
    first = next(iter(sections))
    chosen = p.choose("分区", list(sections), "section", first) if len(sections) > 1 else first
    last_said()
    try:
        sections[chosen](p)
    except DATABASE_AWAY as problem:
        st.error(f"{trouble(problem)}，请稍后再试。")
