"""The state of things: what is open and of what kind, what comes and goes, where the 四单 take their time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd
import streamlit as st

from data_access.petition_state import daily_flow, open_by_dimension, step_durations, waiting_by_step
from data_access.petitions import AFTERWARDS_DAYS, STEPS
from metrics.petitions import quantiles
from metrics.rulebook import Edition
from metrics.wording import MISSING, day_text, is_missing, whole
from pages.common import loaders
from pages.common.address import from_address
from pages.common.charts import bar_chart, line_chart
from pages.common.figures import show_figure
from pages.common.filters import Filters
from pages.common.panel import go_to, panel
from pages.common.petition_words import list_query
from pages.common.theme import palette
from pages.petitions import wording
from pages.petitions.asking import TABLES, days_before, moment_window, period_window, township_names, week_end
from pages.petitions.handouts import offer_composition, offer_funnel
from pages.petitions.markup import LIST_PAGE, cell, heading, sheet

DIMENSIONS = {
    "乡镇": "township",
    "级别": "level",
    "类别": "category",
    "在办天数": "age",
    "大小": "size",
    "渠道": "channel",
    "领域": "sphere",
}
ORDERS: dict[str, Sequence[str]] = {
    "level": ("cell", "group", "patch", "village", "township", "county"),
    "size": ("small", "big", "hard"),
}
LISTED_BY = ("township", "level", "size", "category", "channel", "age")
"""The dimensions whose bars lead to a list: each is a filter of it by the same name."""
STEP_FROM = {"dispatch": "点单 → 派单", "accept": "派单 → 接单", "resolve": "接单 → 办结", "rate": "办结 → 评单", "close": "办结 → 销号"}
FLOW_WEEKS = 26


def standing(filters: Filters) -> pd.DataFrame:
    """See ``data_access.petition_state.open_by_dimension``; due soon is until the week's Sunday."""
    window = moment_window(filters)
    return loaders.answer(open_by_dimension, filters.narrowed, TABLES, window=window, soon=week_end(window.last))


def sentence(filters: Filters) -> str:
    """在办 221 件,超期 91 件(清水坪镇 21 件最多),本周到期 30 件;积案 61 件,14 件没有包案领导."""
    rows = standing(filters)
    total = rows[rows["dimension"] == "all"].iloc[0]
    if not total["open"]:
        return "没有在办诉求"
    units = rows[rows["dimension"] == "township"].sort_values("overdue", ascending=False)
    worst = ""
    if len(units) > 1 and units["overdue"].iloc[0]:
        name = township_names(filters.scope, filters.as_of).get(str(units["value"].iloc[0]), "")
        worst = f"({name} {units['overdue'].iloc[0]} 件最多)" if name else ""
    unled = f",{total['backlog_unled']} 件没有包案领导" if total["backlog_unled"] else ""
    backlog = f";积案 {total['backlog']} 件{unled}" if total["backlog"] else ""
    return f"在办 {whole(total['open'])} 件,超期 {whole(total['overdue'])} 件{worst},本周到期 {total['due_soon']} 件{backlog}"


def show(filters: Filters) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        chosen = st.segmented_control(
            "构成", list(DIMENSIONS), required=True, label_visibility="collapsed", **from_address("by", DIMENSIONS, "乡镇")
        )
        _composition(filters, chosen or "乡镇")
    with right:
        _flow(filters)
    panel(_funnel(filters), key="funnel", picture="四单各环节")


def _composition(filters: Filters, chosen: str) -> None:
    dimension, rows = DIMENSIONS[chosen], standing(filters)
    rows = rows[rows["dimension"] == dimension]
    offer_composition(filters, chosen, rows, [_value_name(dimension, value, filters) for value in rows["value"]])
    rows = _ordered(rows, dimension, filters)
    names = [_value_name(dimension, value, filters) for value in rows["value"]]
    texts = [f"{row['open']} 件 · 超期 {row['overdue']}" for row in rows.to_dict("records")]
    late = rows.assign(name=names).sort_values("overdue", ascending=False)
    most = f"超期最多的是{late['name'].iloc[0]}({late['overdue'].iloc[0]} 件)" if len(late) and late["overdue"].iloc[0] else "没有超期"
    figure = bar_chart(
        palette(),
        names,
        list(rows["open"]),
        title=most,
        subtitle=f"在办诉求按{chosen},件 · 只看多少,不排名" + (" · 点一条看清单" if dimension in LISTED_BY else ""),
        texts=texts,
        codes=["" if is_missing(value) else str(value) for value in rows["value"]],
        share=False,
    )
    picked = show_figure(
        figure,
        key=f"open-by-{dimension}",
        alt=f"在办诉求按{chosen}:{most}",
        name=f"在办诉求按{chosen}",
        selectable=dimension in LISTED_BY,
    )
    if picked and picked[0]:
        st.switch_page(LIST_PAGE, query_params={**list_query(filters, "open"), dimension: str(picked[0])})


def _rules(filters: Filters) -> Edition:
    return loaders.rules_on(filters.period, filters.as_of)


def _ordered(rows: pd.DataFrame, dimension: str, filters: Filters) -> pd.DataFrame:
    order = [str(each) for each in wording.ages(_rules(filters))] if dimension == "age" else ORDERS.get(dimension)
    if order is None:
        return rows.sort_values(["open", "value"], ascending=[False, True]).head(18)
    places = {value: place for place, value in enumerate(order)}
    return rows.assign(place=[places.get(value, len(places)) for value in rows["value"]]).sort_values("place")


def _value_name(dimension: str, value: object, filters: Filters) -> str:
    if is_missing(value):
        return wording.UNKNOWN
    text = str(value)
    if dimension == "township":
        return township_names(filters.scope, filters.as_of).get(text, text)
    if dimension == "age":
        return wording.age_name(int(text), _rules(filters))
    names = {"level": wording.level_name, "size": wording.size_name, "channel": wording.channel_name}
    return wording.SPHERE_NAMES.get(text, text) if dimension == "sphere" else names.get(dimension, str)(text)


def _flow(filters: Filters) -> None:
    window = moment_window(filters)
    monday = window.last - timedelta(days=window.last.weekday())
    window = days_before(window, (window.last - monday).days + 7 * FLOW_WEEKS + 1)
    flow = loaders.answer(daily_flow, filters.narrowed, TABLES, window=window)
    weeks = [monday - timedelta(weeks=back) for back in range(FLOW_WEEKS, -1, -1)]
    begins = pd.Series([day - timedelta(days=day.weekday()) for day in flow["day"]], dtype="object")
    sums = flow.groupby(begins.to_numpy())[["opened", "ended"]].sum().reindex(weeks, fill_value=0) if len(flow) else None
    opened = [0] * len(weeks) if sums is None else [int(each) for each in sums["opened"]]
    ended = [0] * len(weeks) if sums is None else [int(each) for each in sums["ended"]]
    # The running week is not complete: it says so on hover and does not decide the title.
    came, went = sum(opened[-5:-1]), sum(ended[-5:-1])
    title = f"近四周来 {came} 件、结 {went} 件," + ("在办增加" if came > went else "在办减少" if came < went else "进出持平")
    hover = {name: [*[""] * (len(weeks) - 1), "(本周未完)"] for name in ("点单", "办结")}
    lines = {"点单": opened, "办结": ended}
    labels = [_week_name(week) for week in weeks]
    figure = line_chart(palette(), labels, lines, title=title, subtitle="每周件数", emphasis="点单", share=False, hover=hover, height=360)
    figure["layout"]["xaxis"]["tickvals"] = labels[::-4]
    for note in figure["layout"]["annotations"]:  # two ends close together would be written over each other
        above = note["text"] == ("点单" if opened[-1] >= ended[-1] else "办结")
        note["yshift"] = 9 if above else -9
    show_figure(figure, key="flow", alt=title, name="诉求每周进出")


def _week_name(monday: date) -> str:
    return f"{monday.month}/{monday.day}"


def _funnel(filters: Filters) -> str:
    """The 四单: how many passed each step in the period, how long it took them, who waits there now."""
    window = period_window(filters)
    durations = quantiles(loaders.answer(step_durations, filters.narrowed, TABLES, window=window), ["step"]).set_index("step")
    waiting = loaders.answer(waiting_by_step, filters.narrowed, TABLES, window=moment_window(filters)).set_index("step")
    rows, links = [], []
    for step in STEPS:
        done, wait = durations.loc[step] if step in durations.index else None, waiting.loc[step]
        since = "" if is_missing(wait["oldest"]) else f"最早 {day_text(wait['oldest'])}"
        rows.append(
            [
                cell(wording.STEP_NAMES[step], STEP_FROM[step]),
                cell(MISSING if done is None else f"{whole(done['n'])} 件"),
                cell(MISSING if done is None else _days(done["median"])),
                cell(MISSING if done is None else _days(done["p90"])),
                cell(f"{whole(wait['waiting'])} 件", since),
            ]
        )
        links.append(go_to(LIST_PAGE, list_query(filters, f"awaits_{step}", sort="moved")))
    offer_funnel(filters, durations, waiting, wording.STEP_NAMES)
    longest = waiting.loc[["dispatch", "accept", "resolve"], "waiting"].idxmax()
    title = heading(
        f"四单:在办诉求多数等在“{wording.STEP_NAMES[str(longest)]}”这一步",
        f"本期走完该步的件数和用时(自然天);等在该步的为截至时刻,评单、销号只看近 {AFTERWARDS_DAYS} 天办结的",
        "petitions.days",
    )
    return title + sheet(["步骤", "走完", "用时中位数", "九成不超过", "现在等着"], rows, links, numbers=(1, 2, 3, 4))


def _days(days: float) -> str:
    return f"{days * 24:.1f} 小时" if days < 2 else f"{days:.1f} 天"
