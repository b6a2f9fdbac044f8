"""数据库: how full each table is, how old its newest entry, and which calendar years are not official yet."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from data_access.administration import table_facts
from data_access.clock import beijing_now
from data_access.imports import LEDGER_NAMES
from data_access.scope import Scope
from data_access.tables import CONTRACT
from metrics.wording import moment_text, whole
from pages.admin.parts import table
from pages.common import loaders

NAMES = LEDGER_NAMES | {
    "person": "人员",
    "appointment": "任职",
    "calendar_day": "工作日历",
    "captain_mark": "三长加分、否决、抽查",
    "night_lecturer": "夜学授课人",
    "petition_event": "诉求流转",
    "petition_rating": "评单和回访",
}


def database_section(scope: Scope) -> None:
    years = loaders.unofficial_years()
    if years:
        said = "、".join(str(year) for year in years)
        st.warning(
            f"{said} 年放假调休安排尚未公布,工作日暂按周一至周五计算。公布后升级 chinesecalendar 并运行 python -m data_access migrate。"
        )
    else:
        st.info("工作日历各年都已按国务院放假安排填好。")
    facts = loaders.answer(table_facts, scope, CONTRACT)
    now = beijing_now()
    rows = [
        (NAMES.get(row["table_name"], ""), row["table_name"], whole(row["rows"]), *_age(row["newest"], now))
        for row in facts.to_dict("records")
    ]
    table(("内容", "数据表", "行数", "最新录入", "距今"), rows, "database-facts", numbers=(2,))
    st.caption("“最新录入”按各行的录入时间;没有录入时间的表显示“—”。")


def _age(newest: Any, now: Any) -> tuple[str, str]:
    if newest is None or pd.isna(newest):
        return "—", ""
    hours = max(0.0, (now - newest).total_seconds() / 3600)
    return moment_text(newest), f"{hours * 60:.0f} 分钟" if hours < 1 else f"{hours:.0f} 小时" if hours < 72 else f"{hours / 24:.0f} 天"
