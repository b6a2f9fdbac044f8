"""The slots themselves: announced, received by A, by B, by another or by nobody, and the 诉求 each raised."""

from __future__ import annotations

import streamlit as st

from data_access.reception_lists import LIST_TABLES, PAGE_ROWS, slot_count, slot_list, slot_totals
from metrics.vocabulary import PLACE_NAMES, Place
from metrics.wording import day_text, is_missing, whole
from pages.common import loaders
from pages.common.address import from_address
from pages.common.filters import Filters
from pages.common.panel import panel
from pages.common.sheets import (
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
    to_township,
)
from pages.reception.handouts import offer_slots

HOW = {"all": "全部场次", "nobody": "公示了没人来", "by_b": "B岗顶岗", "other": "A、B岗以外的人接待", "raised": "带回诉求"}
COLUMNS = (
    Column("日期", tight=True),
    Column("地点"),
    Column("谁接待"),
    Column("批次 · 人次", number=True, aside=True),
    Column("受理的诉求 · 结果"),
)


def totals(filters: Filters) -> dict[str, int]:
    return loaders.answer(slot_totals, filters.narrowed, LIST_TABLES, window=period_window(filters))


def counters_of(found: dict[str, int]) -> str:
    return counters(
        [
            Counter("A岗到岗", found["by_a"], "场", "reception.kept"),
            Counter("B岗顶岗", found["by_b"], "场", "reception.kept"),
            Counter("无人接待", found["nobody"], "场", "reception.kept"),
            Counter("接待群众", found["batches"], "批次", "reception.leader_weeks"),
            Counter("共", found["visitors"], "人次", "reception.leader_weeks"),
            Counter("受理诉求", found["raised"], "件", "reception.resolved"),
            Counter("其中矛盾纠纷", found["disputes"], "件", "reception.resolved"),
        ]
    )


def show(filters: Filters) -> None:
    how = st.segmented_control(
        "哪些场次",
        list(HOW),
        format_func=HOW.get,
        required=True,
        label_visibility="collapsed",
        **from_address("how", HOW, "raised", restarts="slots_page"),
    )
    how, window = how or "raised", period_window(filters)
    total = loaders.answer(slot_count, filters.narrowed, LIST_TABLES, window=window, how=how)
    panel(heading(f"{HOW[how]} {whole(total)} 条", "从新到旧;有诉求的一行点开看办得怎样", "reception.kept"), key="slots-head")
    offer_slots(filters, window, how, HOW[how])
    page = page_number(total, PAGE_ROWS, "slots_page")
    rows = loaders.answer(slot_list, filters.narrowed, LIST_TABLES, window=window, how=how, page=page)
    names = names_of(filters.scope, [*rows["leader_id"], *rows["backup_id"], *rows["received_by"]])
    lines, links = [], []
    for row in rows.to_dict("records"):
        petition, link = raised(row)
        place = PLACE_NAMES[Place(row["place"])] if row["place"] in set(Place) else "地点未写"
        unit = f"{row['code']}(单位不明)" if is_missing(row["unit"]) else str(row["unit"])
        announced = "公示" if row["published"] else "未公示"
        counts = " · ".join("—" if is_missing(row[name]) else whole(row[name]) for name in ("batches", "visitors"))
        lines.append([cell(day_text(row["day"])), cell(unit, f"{place} · {announced}"), received(row, names), cell(counts), petition])
        links.append(link or to_township(str(row["code"]), filters))
    panel(sheet(COLUMNS, lines, links, "本期没有这类场次"), key="slots")


def received(row: dict, names: dict[int, str]) -> str:
    """Who received, and in which post: A岗, B岗顶岗, 代接待; nobody in red with its word."""
    announced = f"A岗 {name_of(names, row['leader_id'], '未排')} · B岗 {name_of(names, row['backup_id'], '未排')}"
    who = row["received_by"]
    if is_missing(who):
        return f'<span class="low">✕ 无人接待</span>{cell("", announced)}'
    post = "A岗" if who == row["leader_id"] else "B岗顶岗" if who == row["backup_id"] else "代接待"
    return cell(f"{name_of(names, who)} {post}", announced if post != "A岗" else "")
