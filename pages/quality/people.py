"""People whose entries should be looked at: in bursts, copied, in two places at once. Listed, not ranked (减负)."""

from __future__ import annotations

import streamlit as st

from data_access.posts import posts_on
from metrics.registry import indicator
from metrics.vocabulary import ROLE_NAMES, Level, Role
from metrics.wording import fraction, value_text
from pages.common import loaders
from pages.common.filters import Filters
from pages.common.layout import note
from pages.common.panel import go_to, panel
from pages.common.sheets import PERSON_PAGE, Column, cell, heading, sheet
from pages.quality.figures import figures
from pages.quality.handouts import offer_people

SHOWN = {"quality.bulk": "批量录入", "quality.same_text": "备注雷同", "quality.two_places": "同一夜在两处"}
MOST_PEOPLE = 15
LEAST_ROWS = 10
"""Of fewer rows a share says nothing about a person."""


def show(filters: Filters) -> None:
    note("按人列出,供乡镇核实原因;不排名、不计分。条数不足10条的不列。")
    for column, (indicator_id, title) in zip(st.columns(len(SHOWN), gap="medium"), SHOWN.items(), strict=True):
        with column:
            panel(_table(filters, indicator_id, title), key=f"people-{indicator_id}")


def _table(filters: Filters, indicator_id: str, title: str) -> str:
    entry = indicator(indicator_id)
    rows = figures(filters, indicator_id, Level.PERSON)
    rows = rows[(rows["k"] > 0) & (rows["n"].isna() | (rows["n"] >= LEAST_ROWS))]
    rows = rows.sort_values(["k", "value"], ascending=False, kind="stable")
    offer_people(filters, entry, rows, lambda person_ids: _posts(filters, person_ids))
    lines, links = [], []
    posts = _posts(filters, [int(str(code)[2:]) for code in rows["code"].head(MOST_PEOPLE)])
    for row in rows.head(MOST_PEOPLE).to_dict("records"):
        person = str(row["code"])[2:]
        share = cell(value_text(entry, row["value"]), fraction(row["k"], row["n"]))
        lines.append([cell(row["name"] or f"编号{person}", posts.get(int(person), "")), share])
        links.append(go_to(PERSON_PAGE, {"person": f"p:{person}", **filters.query}))
    sub = f"{len(rows)} 人" + (f",列出前 {MOST_PEOPLE} 人" if len(rows) > MOST_PEOPLE else "")
    return heading(title, sub, indicator_id) + sheet((Column("人员"), Column("占比 · 条数", number=True)), lines, links, "本期没有")


def _posts(filters: Filters, person_ids: list[int]) -> dict[int, str]:
    """Where each person works, in words: the highest post held."""
    if not person_ids:
        return {}
    wanted = tuple(sorted(person_ids))
    rows = loaders.answer(posts_on, filters.scope, ("appointment", "area"), person_ids=wanted, day=filters.as_of)
    words: dict[int, str] = {}
    for row in rows.to_dict("records"):
        role = ROLE_NAMES[Role(row["role"])] if row["role"] in set(Role) else ""
        words.setdefault(int(row["person_id"]), f"{row['area_name']} {role}".strip())
    return words
