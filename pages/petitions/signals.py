"""苗头: which category rises where, what repeats, what climbs levels."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from data_access.petition_state import PAST_DAYS, RECENT_DAYS, category_counts, escalations, repeated_most
from metrics.petition_signals import rising
from metrics.vocabulary import Level
from metrics.wording import day_text, is_missing
from pages.common import loaders
from pages.common.boards import board, ranking_panel
from pages.common.filters import Filters
from pages.common.panel import go_to, panel
from pages.common.petition_words import list_query
from pages.petitions import wording
from pages.petitions.asking import TABLES, days_before, moment_window, period_window, township_names
from pages.petitions.handouts import offer_climbing, offer_repeated, offer_rising
from pages.petitions.markup import CASE_PAGE, LIST_PAGE, cell, heading, more, sheet

REPEAT_DAYS = 180


def show(filters: Filters) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        panel(_rising(filters), key="rising", picture="上升类别")
        panel(_climbing(filters), key="climbing", picture="逐级上行")
    with right:
        panel(_repeated(filters), key="repeated")
        ranking_panel(board(filters, "petitions.repeat"), key="board-petitions.repeat-signals")


def _rising(filters: Filters) -> str:
    counts = loaders.answer(category_counts, filters.narrowed, TABLES, window=moment_window(filters))
    by_unit = rising(counts, RECENT_DAYS, PAST_DAYS, ["category", "code"])
    everywhere = rising(counts, RECENT_DAYS, PAST_DAYS, ["category"])
    names = township_names(filters.scope, filters.as_of)
    rows, links = [], []
    for row in [*everywhere.assign(code="").to_dict("records"), *by_unit.head(8).to_dict("records")]:
        where = names.get(str(row["code"]), str(row["code"])) if row["code"] else "合计"
        times = "以前没有" if is_missing(row["times"]) else f"平时的 {row['times']:.1f} 倍"
        rows.append([cell(f"{row['category']}", where), cell(f"{row['recent']} 件"), cell(f"{row['usual']:.1f} 件"), cell(times)])
        query = list_query(filters, "all", row["code"] or None, category=row["category"], sort="newest")
        links.append(go_to(LIST_PAGE, query))
    title = "没有明显上升的类别" if not rows else f"{rows_words(everywhere, by_unit)}明显上升"
    sub = f"近 {RECENT_DAYS} 天与此前 {PAST_DAYS} 天的平时水平比,已扣除偶然波动(误报不超过5%)"
    offer_rising(filters, everywhere, by_unit, sub)
    return heading(title, sub) + (sheet(["类别", f"近 {RECENT_DAYS} 天", "平时", ""], rows, links, numbers=(1, 2)) if rows else "")


def rows_words(everywhere: pd.DataFrame, by_unit: pd.DataFrame) -> str:
    """The categories named in the title, most certain first."""
    named = list(dict.fromkeys([*everywhere["category"], *by_unit["category"]]))
    return "、".join(named[:3]) + ("等" if len(named) > 3 else "")


def _repeated(filters: Filters) -> str:
    window = days_before(moment_window(filters), REPEAT_DAYS)
    found = loaders.answer(repeated_most, filters.narrowed, TABLES, window=window)
    names = township_names(filters.scope, filters.as_of)
    rows = [
        [
            cell(wording.headline(row), f"{names.get(str(row['code'])[:9], '')} · {row['number']}"),
            cell(f"{row['times']} 次", f"最近 {_day(row['latest'])}"),
            cell("在办" if row["open"] else "已结"),
        ]
        for row in found.to_dict("records")
    ]
    links = [go_to(CASE_PAGE, {"number": number}) for number in found["number"]]
    offer_repeated(filters, window, REPEAT_DAYS)
    title = f"近 {REPEAT_DAYS} 天反复最多的诉求" if rows else f"近 {REPEAT_DAYS} 天没有重复诉求"
    query = list_query(filters, "repeats", sort="newest")
    body = sheet(["首件", "又提", ""], rows, links, numbers=(1,)) if rows else ""
    return heading(title, "同一件事再次提出,多半没有真解决", "petitions.repeat") + body + more("本期重复诉求清单 →", LIST_PAGE, query)


def _day(moment: object) -> str:
    return day_text(moment if isinstance(moment, date) else date.fromisoformat(str(moment)[:10]))


def _climbing(filters: Filters) -> str:
    found = loaders.answer(escalations, filters.narrowed, TABLES, window=period_window(filters)).sort_values("petitions", ascending=False)
    rows = [
        [
            cell(f"{wording.level_name(row['from_level'])} → {wording.level_name(row['to_level'])}"),
            cell(f"{row['petitions']} 件"),
            cell(f"{row['times']} 次"),
        ]
        for row in found.to_dict("records")
    ]
    offer_climbing(filters, found)
    total = int(found["petitions"].sum()) if len(found) else 0
    mass = loaders.frame(filters.narrowed, "petitions.mass", Level.COUNTY, filters.period, filters.as_of) if _sees_county(filters) else None
    count = "" if mass is None or mass.empty else f" · 集体访、越级访 {int(mass['k'].sum())} 件"
    query = list_query(filters, "mass", sort="newest")
    body = sheet(["上报", "", ""], rows, numbers=(1, 2)) if rows else '<div class="empty">本期没有上报</div>'
    return (
        heading(f"本期逐级上报 {total} 件次", f"邻 → 组 → 片 → 村 → 乡镇 → 县{count}", "petitions.mass")
        + body
        + more("集体访、越级访清单 →", LIST_PAGE, query)
    )


def _sees_county(filters: Filters) -> bool:
    return len(filters.narrowed.area or "") <= 6
