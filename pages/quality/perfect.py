"""满分异常: units at exactly 100% on many cases. A list to look at, not a verdict."""

from __future__ import annotations

import streamlit as st

from metrics.vocabulary import LEVEL_NAMES, Level
from metrics.wording import fraction
from pages.common import loaders
from pages.common.address import from_address
from pages.common.filters import Filters
from pages.common.layout import note
from pages.common.panel import go_definition, go_to, panel
from pages.common.sheets import Column, cell, heading, sheet, to_township
from pages.quality.handouts import offer_perfect
from reports.frames import perfect_figures

LEVELS = {LEVEL_NAMES[level]: level for level in (Level.TOWNSHIP, Level.VILLAGE)}
MOST_ROWS = 60
VILLAGE_PAGE = "pages/township/village.py"


def show(filters: Filters) -> None:
    chosen = st.segmented_control(
        "级别", list(LEVELS), required=True, label_visibility="collapsed", **from_address("level", LEVELS, "乡镇")
    )
    level = LEVELS[chosen or "乡镇"]
    with st.spinner("正在逐项核对各单位的比率…"):
        rows = perfect_figures(loaders.source(filters.narrowed), level, filters.period, filters.as_of)
    rows = rows.sort_values("n", ascending=False, kind="stable")
    offer_perfect(filters, rows, chosen or "乡镇")
    lines, links = [], []
    for row in rows.head(MOST_ROWS).to_dict("records"):
        code = str(row["code"])
        info = f'<button class="info" {go_definition(str(row["id"]), code=code)}>ⓘ</button>'
        lines.append([cell(row["name"]), f"{cell(row['indicator'])}{info}", cell(f"100% ({fraction(row['k'], row['n'])})")])
        links.append(to_township(code, filters) if level is Level.TOWNSHIP else go_to(VILLAGE_PAGE, {"village": code, **filters.query}))
    title = f"{rows['code'].nunique()} 个{chosen}共 {len(rows)} 项恰为 100%"
    sub = "分母不少于30、一次不差;按分母从大到小" + (f",列出前 {MOST_ROWS} 项" if len(rows) > MOST_ROWS else "")
    columns = (Column("单位"), Column("指标"), Column("数值", number=True))
    panel(heading(title, sub, "quality.perfect") + sheet(columns, lines, links, "本期没有恰为100%且分母≥30的指标"), key="perfect")
    note("满分可能是真做得好,也可能是凑出来的:建议抽查原始记录后再下结论。")
