"""数据库: how full each table is, how old its newest entry, and which calendar years are not official yet."""

from __future__ import annotations

import streamlit as st

from data_access.administration import table_facts
from data_access.clock import beijing_now
from data_access.imports import LEDGER_NAMES
from data_access.tables import CONTRACT
from pages.common import loaders
from pages.common.page import Page
from reports.views import admin

TABLE_NAMES = LEDGER_NAMES | {
    "person": "人员",
    "appointment": "任职",
    "calendar_day": "工作日历",
    "captain_mark": "三长加分、否决、抽查",
    "night_lecturer": "夜学授课人",
    "petition_event": "诉求流转",
    "petition_rating": "评单和回访",
}


def database_section(p: Page) -> None:
    years = loaders.unofficial_years()
    if years:
        said = "、".join(str(year) for year in years)
        st.warning(
            f"{said} 年放假调休安排尚未公布，工作日暂按周一至周五计算。公布后由运维照通知装入：python -m data_access calendar load 表.csv。"
        )
    else:
        st.info("工作日历各年都已按国务院放假安排填好。")
    facts = loaders.answer(table_facts, p.scope, CONTRACT)
    p.show(admin.database_table(facts, TABLE_NAMES, beijing_now()), key="database-facts")
    st.caption("“最新录入”按各行的录入时间；没有录入时间的表显示“—”。")
