"""The leaderboards: by timeliness and outcome, never by how many citizens spoke (减负)."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from metrics.definition import Span
from metrics.petitions import flattering_on_time, left_out
from metrics.registry import REGISTRY
from metrics.vocabulary import Level
from metrics.wording import fraction, share, share_points
from pages.common import loaders
from pages.common.address import from_address
from pages.common.boards import board, ranking_panel
from pages.common.filters import Filters
from pages.common.layout import note
from pages.common.markup import Leaderboard
from pages.common.panel import go_to, panel
from pages.common.petition_words import cases_query, list_query
from pages.petitions.handouts import offer_formulas
from pages.petitions.markup import LIST_PAGE, cell, heading, sheet

GROUPS = {
    "按期与及时": ("petitions.closed_on_time", "petitions.dispatch_on_time", "petitions.accept_on_time", "petitions.response"),
    "化解": ("petitions.resolved", "petitions.disputes_resolved", "petitions.reopened", "petitions.repeat"),
    "满意": ("satisfaction.rated", "satisfaction.callback", "satisfaction.gap", "satisfaction.response"),
    "规范": ("petitions.proper_closure", "petitions.returned", "petitions.notified", "petitions.days"),
}
REMARKS = {
    "按期与及时": "派单、接单、联系群众的时限依次为点单后、派单后的下一个工作日和派单后24小时。",
    "化解": "撤回、转送、不予受理的不计入,可在清单中查看。诉求多少不参与排名。",
    "满意": "评单由经办方收集,回访由第三方独立询问;两者相差超过10个百分点,应查是否有“教”群众打分。",
    "规范": "销号须佐证、回头看、评单齐全。",
}


def show(filters: Filters) -> None:
    """One group of rankings at a time, two to a line."""
    chosen = st.segmented_control(
        "排名", list(GROUPS), required=True, label_visibility="collapsed", **from_address("rank", GROUPS, "按期与及时")
    )
    ids = GROUPS[chosen or "按期与及时"]
    for pair in (ids[:2], ids[2:]):
        for column, indicator_id in zip(st.columns(2, gap="large"), pair, strict=True):
            with column:
                ranking_panel(_ranking(filters, indicator_id), key=f"board-{indicator_id}")
    if "petitions.closed_on_time" in ids:
        panel(two_formulas(filters), key="two-formulas", picture="按期办结两种算法", about="petitions.closed_on_time")
    note(REMARKS[chosen or "按期与及时"])


def _ranking(filters: Filters, indicator_id: str) -> Leaderboard:
    level = _level(filters, indicator_id)
    if level is Level.VILLAGE:
        return board(filters, indicator_id, level=level, page="pages/township/village.py", parameter="village")
    made, query = board(filters, indicator_id, page=LIST_PAGE), cases_query(indicator_id, filters)
    return made if query is None else replace(made, query=query)


def _level(filters: Filters, indicator_id: str) -> Level:
    return Level.VILLAGE if filters.township and Level.VILLAGE in REGISTRY[indicator_id].levels else Level.TOWNSHIP


def two_formulas(filters: Filters) -> str:
    """按期办结率 beside the flattering formula that only looks at what has ended, with the difference in points, largest first."""
    entry = REGISTRY["petitions.closed_on_time"]
    level = _level(filters, entry.id)
    asked = loaders.question_for(filters.narrowed, level, filters.period, filters.as_of)
    facts = {name: loaders.fact(filters.narrowed, name, asked, Span.PERIOD) for name in entry.needs}
    frame = loaders.frame(filters.narrowed, entry.id, level, filters.period, filters.as_of)
    found = with_flattering(frame, flattering_on_time(facts, asked), left_out(facts, asked))
    if found.empty:
        return ""
    offer_formulas(filters, found)
    higher = found[found["points"] > 0]
    if higher.empty:
        return heading("按期办结率与“只算已结”没有差别", "没有超期未结的诉求被算法掩盖", entry.id)
    rows = [
        [
            cell(row["name"]),
            cell(f"{share(row['value'])} ({fraction(row['k'], row['n'])})"),
            cell(f"{share(row['flattering'])} ({fraction(row['ended_k'], row['ended_n'])})"),
            cell(f"高 {row['points']} 点"),
        ]
        for row in higher.to_dict("records")
    ]
    links = [go_to(LIST_PAGE, list_query(filters, "overdue", str(code))) for code in higher["code"]]
    first = higher.iloc[0]
    title = f"“只算已结”会把{first['name']}抬高 {first['points']} 点"
    same = f";其余 {len(found) - len(higher)} 个单位两种算法相同" if len(found) > len(higher) else ""
    below = f"“只算已结”拖着不办也不扣分,只作对照{same};撤回、转送、不予受理共 {int(found['outside'].sum())} 件两种都不计"
    return heading(title, below, entry.id) + sheet(["单位", entry.name, "只算已结", "相差"], rows, links, numbers=(1, 2, 3))


def with_flattering(frame: pd.DataFrame, flattering: pd.DataFrame, outside: pd.DataFrame) -> pd.DataFrame:
    """Units with cases, the largest difference first. Adds ended_k, ended_n, flattering (0–1), points (as shown), outside (件)."""
    ended = flattering.rename(columns={"k": "ended_k", "n": "ended_n"})
    found = frame[frame["n"] > 0].merge(ended, on="code").merge(outside.rename(columns={"k": "outside"}), on="code", how="left")
    found = found[found["ended_n"] > 0].fillna({"outside": 0}).astype({"outside": "int64"})
    found["flattering"] = found["ended_k"] / found["ended_n"]
    pairs = zip(found["flattering"], found["value"], strict=True)
    found["points"] = [share_points(float(higher)) - share_points(float(value)) for higher, value in pairs]
    return found.sort_values(["points", "code"], ascending=[False, True])
