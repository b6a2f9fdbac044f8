"""三长 row by row: households nobody has visited and for how long; cells to mend."""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st

from data_access.captain_lists import LIST_TABLES, PAGE_ROWS, unvisited
from metrics.wording import day_text, is_missing, whole
from pages.captains.handouts import offer_gaps, offer_unvisited
from pages.captains.standing import CAPTAIN_PAGE, KIND_WORDS, days_of, gaps, running, unvisited_households
from pages.common import loaders
from pages.common.address import from_address
from pages.common.filters import Filters
from pages.common.layout import note
from pages.common.panel import go_to, panel
from pages.common.sheets import Column, cell, heading, name_of, names_of, page_number, sheet, township_names

UNVISITED = (Column("乡镇 · 村"), Column("邻 · 户号"), Column("上次走访"), Column("已隔", number=True), Column("邻长"))
GAPS = (Column("乡镇 · 村"), Column("邻"), Column("户数", number=True), Column("需要补上的"))


def unvisited_list(filters: Filters) -> None:
    """Longest unvisited first; a row leads to the captain."""
    words = {word: kind for kind, word in KIND_WORDS.items()}
    picked = st.segmented_control(
        "户别", list(words), required=True, label_visibility="collapsed", **from_address("kind", words, "重点户", restarts="unvisited_page")
    )
    kind = words[picked or "重点户"]
    total, part = unvisited_households(kind, filters), running(kind, filters)
    panel(
        heading(f"{part.label}未走访的{KIND_WORDS[kind]} {whole(total)} 户", "隔得最久的在前;点一行看邻长", f"captains.{kind}_visits"),
        key="unvisited-head",
    )
    offer_unvisited(filters, days_of(kind, filters), KIND_WORDS[kind], f"captains.{kind}_visits")
    page = page_number(total, PAGE_ROWS, "unvisited_page")
    rows = loaders.answer(unvisited, filters.narrowed, LIST_TABLES, **days_of(kind, filters), page=page)
    names, towns = names_of(filters.scope, rows["captain_id"]), township_names(filters.scope, filters.as_of)
    lines, links = [], []
    for row in rows.to_dict("records"):
        lines.append(
            [
                cell(_place(row, towns)),
                cell(row["cell"] if not is_missing(row["cell"]) else "未编邻", f"户号 {row['household_id']}"),
                cell("从未走访" if is_missing(row["seen"]) else _seen(row["seen"], filters.as_of)),
                cell("" if is_missing(row["seen"]) else f"{(days_of(kind, filters)['last'] - row['seen']).days}天"),
                cell(name_of(names, row["captain_id"], "空缺")),
            ]
        )
        links.append(
            "" if is_missing(row["captain_id"]) else go_to(CAPTAIN_PAGE, {"person": f"p:{int(row['captain_id'])}", **filters.query})
        )
    panel(sheet(UNVISITED, lines, links, "本期都已走访"), key="unvisited")
    note("户主姓名不在看板里;户号由乡镇台账对照。")


def grid_list(filters: Filters) -> None:
    """Cells without anyone in post, or too large or small."""
    found = gaps(filters)
    table = loaders.rules_on(filters.period, filters.as_of).tables["captains"]
    least, most = table["least_households"], table["most_households"]
    towns = township_names(filters.scope, filters.as_of)
    panel(heading(f"需要补上的邻 {whole(len(found))} 个", f"没有邻长在岗,或不在 {least}–{most} 户", "captains.coverage"), key="gaps-head")
    offer_gaps(filters, found, lambda row: _lacks(row, least, most))
    page = page_number(len(found), PAGE_ROWS, "gaps_page")
    lines = [
        [cell(_place(row, towns)), cell(row["name"]), cell(whole(row["households"])), cell(_lacks(row, least, most))]
        for row in found.iloc[(page - 1) * PAGE_ROWS : page * PAGE_ROWS].to_dict("records")
    ]
    panel(sheet(GAPS, lines, empty="每个邻都有人在岗,规模合规"), key="gaps")


def _place(row: dict[Any, Any], towns: dict[str, str]) -> str:
    parts = (towns.get(str(row["code"])[:9]), None if is_missing(row["village"]) else row["village"])
    return " ".join(str(part) for part in parts if part) or str(row["code"])


def _lacks(row: dict[Any, Any], least: int, most: int) -> str:
    post = "邻长空缺" if not row["appointed"] else "邻长请假" if not row["in_post"] else ""
    size = (
        "没有住户" if not row["households"] else "户数不足" if row["households"] < least else "户数过多" if row["households"] > most else ""
    )
    return "、".join(word for word in (post, size) if word)


def _seen(day: date, as_of: date) -> str:
    """10月6日, with the year where it is not this one."""
    return day_text(day) if day.year == as_of.year else f"{day.year}年{day_text(day)}"
