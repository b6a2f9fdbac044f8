"""The leaderboards: by timeliness and outcome, never by how many citizens spoke (减负)."""

from __future__ import annotations

import streamlit as st

from metrics.definition import Span
from metrics.petitions import flattering_on_time, left_out
from metrics.registry import REGISTRY
from metrics.vocabulary import Level
from metrics.wording import fraction, is_missing, share, share_points
from pages.common import loaders
from pages.common.boards import board
from pages.common.filters import Filters
from pages.common.layout import note
from pages.common.markup import leaderboard
from pages.common.panel import panel

GROUPS = {
    "按期与及时": ("petitions.closed_on_time", "petitions.dispatch_on_time", "petitions.accept_on_time", "petitions.response"),
    "化解": ("petitions.resolved", "petitions.disputes_resolved", "petitions.reopened", "petitions.repeat"),
    "满意": ("satisfaction.rated", "satisfaction.callback", "satisfaction.gap", "satisfaction.response"),
    "规范": ("petitions.proper_closure", "petitions.returned", "petitions.notified", "petitions.days"),
}
REMARKS = {
    "按期与及时": "按期办结率把超期未结的也算进分母;“只算已结”是拖着不办也不扣分的算法,仅供对照,两者相差大说明有久拖不结的。",
    "化解": "撤回、转送、不予受理的不计入,可在清单中查看。诉求多少不参与排名。",
    "满意": "评单由经办方收集,回访由第三方独立询问;两者相差超过10个百分点,应查是否有“教”群众打分。",
    "规范": "销号须佐证、回头看、评单齐全。",
}


def show(filters: Filters) -> None:
    """One group of rankings at a time, two to a line."""
    chosen = st.segmented_control(
        "排名", list(GROUPS), default="按期与及时", required=True, key="rank", bind="query-params", label_visibility="collapsed"
    )
    ids = GROUPS[chosen or "按期与及时"]
    for pair in (ids[:2], ids[2:]):
        for column, indicator_id in zip(st.columns(2, gap="large"), pair, strict=True):
            with column:
                panel(_ranking(filters, indicator_id), key=f"board-{indicator_id}")
    note(REMARKS[chosen or "按期与及时"])


def _ranking(filters: Filters, indicator_id: str) -> str:
    level = Level.VILLAGE if filters.township and Level.VILLAGE in REGISTRY[indicator_id].levels else Level.TOWNSHIP
    extra = beside_flattering(filters, level) if indicator_id == "petitions.closed_on_time" else {}
    if level is Level.VILLAGE:
        return leaderboard(board(filters, indicator_id, level=level, extra=extra, page="pages/township/village.py", parameter="village"))
    return leaderboard(board(filters, indicator_id, extra=extra))


def beside_flattering(filters: Filters, level: Level) -> dict[str, str]:
    """By code: k/n, and the flattering formula with how much higher it is: 50/62 · 只算已结 92.6% 高12.0点."""
    entry = REGISTRY["petitions.closed_on_time"]
    asked = loaders.question_for(filters.narrowed, level, filters.period, filters.as_of)
    facts = {name: loaders.fact(filters.narrowed, name, asked, Span.PERIOD) for name in entry.needs}
    flattering = flattering_on_time(facts, asked).set_index("code")
    outside = left_out(facts, asked).set_index("code")["k"]
    rows = loaders.frame(filters.narrowed, entry.id, level, filters.period, filters.as_of)
    words = {}
    for row in rows.to_dict("records"):
        code = str(row["code"])
        if is_missing(row["value"]) or code not in flattering.index or not flattering.loc[code, "n"]:
            continue
        value = float(flattering.loc[code, "k"]) / float(flattering.loc[code, "n"])
        points = share_points(value) - share_points(float(row["value"]))
        higher = f" 高{points}点" if points > 0 else ""
        others = int(outside.get(code, 0))
        words[code] = f"{fraction(row['k'], row['n'])} · 只算已结 {share(value)}{higher}" + (f" · 不计 {others}" if others else "")
    return words
