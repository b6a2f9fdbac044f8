"""夜访: four rankings, and the visits themselves with the 诉求 each raised."""

from __future__ import annotations

import streamlit as st

from data_access.night_lists import LIST_TABLES, PAGE_ROWS, visit_count, visit_list, visit_totals
from metrics.vocabulary import Level
from metrics.wording import day_text, is_missing, whole
from pages.common import loaders
from pages.common.address import switch_from_address
from pages.common.boards import board, ranking_panel
from pages.common.filters import Filters
from pages.common.layout import note
from pages.common.panel import go_to, panel
from pages.common.sheets import (
    PERSON_PAGE,
    Column,
    Counter,
    cell,
    counters,
    heading,
    name_of,
    names_of,
    page_number,
    period_window,
    raised,
    sheet,
)
from pages.nights.handouts import offer_visits

COLUMNS = (
    Column("日期", tight=True),
    Column("去哪里 · 谁去的"),
    Column("人次", number=True, aside=True),
    Column("走访情况", aside=True),
    Column("带回的诉求 · 结果"),
)
BOARDS = ("nights.township_visits", "nights.village_visits", "nights.on_the_spot", "nights.follow_up")


def show(filters: Filters) -> None:
    totals = loaders.answer(visit_totals, filters.narrowed, LIST_TABLES, window=period_window(filters))
    panel(
        counters(
            [
                Counter("夜访", totals["visits"], "户次", "nights.township_visits"),
                Counter("见到群众", totals["people"], "人次", "nights.township_visits"),
                Counter("参加干部", totals["cadres"], "人", "nights.township_visits"),
                Counter("受理诉求", totals["raised"], "件", "nights.on_the_spot"),
                Counter("现场解决", totals["on_the_spot"], "件", "nights.on_the_spot"),
            ]
        ),
        key="visit-totals",
    )
    # A petition is looked at again 30 days after it was resolved: the running month has none yet, so the year is shown.
    spans = {"nights.follow_up": filters.of_year()}
    for pair in (BOARDS[:2], BOARDS[2:]):
        for column, indicator_id in zip(st.columns(2, gap="medium"), pair, strict=True):
            with column:
                ranking_panel(board(spans.get(indicator_id, filters), indicator_id, level=Level.TOWNSHIP), key=f"board-{indicator_id}")
    note("当周有一个工作日请假、借调、培训或不在任的干部,该周不计;访到哪个村都算。回头看按全年统计(化解满30天才该看)。")
    visits(filters)


def visits(filters: Filters) -> None:
    """The visits, newest first; a row that raised a 诉求 leads to it."""
    raised_only = st.toggle("只看带回诉求的", **switch_from_address("raised", True, restarts="visits_page"))
    window = period_window(filters)
    total = loaders.answer(visit_count, filters.narrowed, LIST_TABLES, window=window, raised_only=raised_only)
    head = heading(f"夜访记录 {whole(total)} 条", "从新到旧;点一行看这件诉求办得怎样" if raised_only else "从新到旧", "nights.on_the_spot")
    panel(head, key="visits-head")
    offer_visits(filters, window, raised_only)
    page = page_number(total, PAGE_ROWS, "visits_page")
    rows = loaders.answer(visit_list, filters.narrowed, LIST_TABLES, window=window, raised_only=raised_only, page=page)
    names = names_of(filters.scope, rows["person_id"])
    lines, links = [], []
    for row in rows.to_dict("records"):
        petition, link = raised(row)
        place = " ".join(str(row[part]) for part in ("township", "village") if not is_missing(row[part])) or f"{row['code']}(地点不明)"
        lines.append(
            [
                cell(day_text(row["visited_on"])),
                cell(place, name_of(names, row["person_id"])),
                cell("" if is_missing(row["people"]) else whole(row["people"])),
                cell(row["note"]),
                petition,
            ]
        )
        links.append(link or go_to(PERSON_PAGE, {"person": f"p:{row['person_id']}", **filters.query}))
    panel(
        sheet(COLUMNS, lines, links, "本期没有夜访记录,请向各乡镇组织委员了解" if not raised_only else "本期夜访没有带回诉求"), key="visits"
    )
