"""What if: other weights and gates tried out. Nothing here is kept; the rulebook stays as it is, and the page says so."""

from __future__ import annotations

from typing import Any

import streamlit as st

from metrics.selection.gates import OK
from metrics.selection.rules import ITEM_NAMES
from metrics.wording import is_missing, whole
from pages.common.layout import note
from pages.common.panel import panel
from pages.common.selections import TRIAL_RESAMPLES, ranking
from pages.common.sheets import Column, cell, heading, sheet
from pages.selection.asking import Asked, named
from pages.selection.standing import sheet_link

SHOWN = 40


def trial(asked: Asked) -> None:
    """Sliders beside the configured numbers, and who would come in or drop out."""
    rules = asked.made.rules
    panel('<p class="trial-mark" role="note"><b>试算</b> 只看不存,不改规则手册,不产生名单。正式权重以规则手册为准。</p>', key="trial-mark")
    with st.form("trial-form", border=True):
        columns = st.columns(3)
        work = columns[0].slider("实绩", 0, 100, int(rules.work_points), 5, format="%d 分")
        ratings = columns[1].slider("群众评单", 0, 100, int(rules.ratings_points), 5, format="%d 分")
        survey = columns[2].slider("满意度测评", 0, 100, int(rules.survey_points), 5, format="%d 分")
        items = {}
        for column, (item, points) in zip(st.columns(len(rules.items)), rules.items.items(), strict=True):
            items[item] = float(column.slider(ITEM_NAMES[item], 0, 30, int(points), 1))
        gates = st.columns(2)
        days = gates[0].slider("在岗至少", 0, 365, rules.least_days_in_post, 1, format="%d 天")
        surveyed = gates[1].slider("测评至少", 0, 10, rules.least_surveyed, 1, format="%d 户")
        pressed = st.form_submit_button("试算", type="primary")
    if pressed:
        st.session_state["trial_weights"] = (work, ratings, survey, tuple(items.items()), days, surveyed)
    chosen = st.session_state.get("trial_weights")
    if not chosen or [item for item, _ in chosen[3]] != list(rules.items):
        note("拖动后按“试算”,看谁会进、谁会出。")
        return
    if chosen[0] + chosen[1] + chosen[2] == 0 or not any(points for _, points in chosen[3]):
        st.error("三部分不能都是 0 分,实绩的各项也不能都是 0。")
        return
    _result(asked, chosen)


def _result(asked: Asked, chosen: tuple) -> None:
    work, ratings, survey, items, days, surveyed = chosen
    scale = 100 / (work + ratings + survey)
    tried = asked.made.rules.tried(
        work_points=work * scale,
        ratings_points=ratings * scale,
        survey_points=survey * scale,
        items=dict(items),
        least_days_in_post=days,
        least_surveyed=surveyed,
        resamples=TRIAL_RESAMPLES,
    )
    with st.spinner("正在试算,约几秒…"):
        made = ranking(asked.scope, asked.year, asked.role, asked.as_of, tried)
    rows = named(made, asked.scope)
    now = asked.rows.set_index("person_id")
    before = set(now.index[now["in_quota"].astype(bool)])
    inside = set(rows.loc[rows["in_quota"].astype(bool), "person_id"])
    changed = rows[rows["person_id"].isin(before ^ inside)]
    lines, links = [], []
    for row in changed.head(SHOWN).to_dict("records"):
        was: Any = now.loc[row["person_id"], "rank"] if row["person_id"] in now.index else None
        lines.append(
            [
                cell("进" if row["person_id"] in inside else "出"),
                cell(row["name"] or "", made.townships.get(row["township_code"], "")),
                cell("未排名" if is_missing(was) else f"第 {int(was)} 名"),
                cell("未排名" if is_missing(row["rank"]) else f"第 {int(row['rank'])} 名"),
            ]
        )
        links.append(sheet_link(asked, row))
    eligible = int((rows["gate"] == OK).sum())
    told = f"符合条件 {whole(eligible)} 人;折算为 实绩 {work * scale:.0f} · 评单 {ratings * scale:.0f} · 测评 {survey * scale:.0f} 分"
    columns = (Column("变化"), Column("姓名"), Column("规则手册"), Column("试算"))
    title = f"试算:名单 {whole(len(inside))} 人中有 {whole(len(inside - before))} 人不同"
    panel(heading(title, told) + sheet(columns, lines, links, "名单没有变化"), key="trial-result")
