"""The state of things: what is open and of what kind, what comes and goes, where the 四单 take their time."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from data_access.petition_lists import age_buckets
from data_access.petition_state import daily_flow, open_by_dimension, step_durations, waiting_by_step
from data_access.petitions import AFTERWARDS_DAYS
from pages.common import loaders
from pages.common.address import go_to
from pages.common.charts import bar_chart, line_chart
from pages.common.navigation import file_of
from pages.common.page import Page
from pages.common.theme import palette
from pages.petitions.windows import TABLES, days_before, moment_window, week_end
from reports.views import petition_composition, petitions


def _standing(p: Page) -> pd.DataFrame:
    """See ``data_access.petition_state.open_by_dimension``; due soon is until the week's Sunday."""
    window = moment_window(p.filters)
    found: pd.DataFrame = loaders.answer(open_by_dimension, p.filters.narrowed, TABLES, window=window, soon=week_end(window.last))
    return found


def sentence(p: Page) -> str:
    """The page's title."""
    return petitions.standing_sentence(_standing(p), p.filters.townships, p.view)


def composition(p: Page) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        _bars(p, p.choose("构成", list(petition_composition.DIMENSIONS), "by", next(iter(petition_composition.DIMENSIONS))))
    with right:
        _flow(p)
    window = moment_window(p.filters)
    durations = loaders.answer(step_durations, p.filters.narrowed, TABLES, window=p.filters.window)
    waiting = loaders.answer(waiting_by_step, p.filters.narrowed, TABLES, window=window)
    steps = petition_composition.steps_table(durations, waiting, p.view, AFTERWARDS_DAYS)
    p.show(steps, key="funnel", picture_name="四单各环节")


def _bars(p: Page, by: str) -> None:
    made = petition_composition.composition(_standing(p), by, p.filters.townships, age_buckets(p.filters.window), p.view)
    p.offer(lambda: made.table, made.table)
    bars = bar_chart(
        palette(), made.names, made.values, title=made.title, subtitle=made.subtitle, texts=made.texts, codes=made.codes, share=False
    )
    picked = p.figure(bars, key=f"open-by-{made.dimension}", alt=made.alt, name=made.table.title, selectable=made.leads)
    if picked and picked[0]:
        link = made.cases(str(picked[0]), p.filters.township)
        go_to(file_of(link.page), {**link.query, **p.filters.query})


def _flow(p: Page) -> None:
    window = moment_window(p.filters)
    window = days_before(window, petition_composition.flow_days(window.last))
    flow = petition_composition.weekly_flow(loaders.answer(daily_flow, p.filters.narrowed, TABLES, window=window), p.view)
    lines = {"点单": flow.opened, "办结": flow.ended}
    figure = line_chart(
        palette(),
        flow.weeks,
        lines,
        title=flow.title,
        subtitle=flow.subtitle,
        emphasis="点单",
        share=False,
        hover=dict.fromkeys(lines, flow.remarks),
        running=bool(flow.cut),
        height=360,
    )
    figure["layout"]["xaxis"]["tickvals"] = flow.weeks[::-4]
    for note in figure["layout"]["annotations"]:  # two ends close together would be written over each other
        above = note["text"] == ("点单" if flow.opened[-1] >= flow.ended[-1] else "办结")
        note["yshift"] = 9 if above else -9
    p.figure(figure, key="flow", alt=flow.title, name="诉求每周进出")
