"""苗头: which category rises where, what repeats, what climbs levels."""

from __future__ import annotations

from functools import partial

import streamlit as st

from data_access.petition_state import PAST_DAYS, RECENT_DAYS, category_counts, escalations, repeated_most, season_from
from data_access.window import Window
from metrics.vocabulary import CODE_LENGTHS, Level, Module
from pages.common import loaders
from pages.common.filters import Filters
from pages.common.page import Page
from pages.petitions.windows import TABLES, days_before, moment_window
from reports.links import to_cases
from reports.parts import More
from reports.tables import ALL_ROWS, Table
from reports.views import petition_signals


def signals(p: Page) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        _rising(p)
        _climbing(p)
    with right:
        _repeated(p)
        p.ranking(petition_signals.REPEAT, key="board-petitions.repeat-signals")


def _rising(p: Page) -> None:
    window, begins = moment_window(p.filters), p.contents.first.get(Module.PETITIONS)
    counts = loaders.answer(category_counts, p.filters.narrowed, TABLES, window=window)
    seasonal = begins is not None and begins <= season_from(window)
    head, everything = petition_signals.rising_tables(counts, RECENT_DAYS, PAST_DAYS, p.filters.townships, p.view, seasonal=seasonal)
    p.show(head, key="rising", picture_name="上升类别", whole=lambda: everything)


def _climbing(p: Page) -> None:
    filters = p.filters
    found = loaders.answer(escalations, filters.narrowed, TABLES, window=filters.window)
    sees_county = len(filters.narrowed.area or "") <= CODE_LENGTHS[Level.COUNTY]
    mass = loaders.frame(filters.narrowed, petition_signals.MASS, Level.COUNTY, filters.period, filters.as_of) if sees_county else None
    cases = More("集体访、越级访清单 →", to_cases("mass", filters.township, sort="newest"))
    p.show(petition_signals.climbing_table(found, mass), cases, key="climbing", picture_name="逐级上行")


def _repeated(p: Page) -> None:
    filters, window = p.filters, days_before(moment_window(p.filters), petition_signals.REPEAT_DAYS)
    found = loaders.answer(repeated_most, filters.narrowed, TABLES, window=window)
    cases = More("本期重复诉求清单 →", to_cases("repeats", filters.township, sort="newest"))
    head = petition_signals.repeated_table(found, filters.townships, p.view)
    p.show(head, cases, key="repeated", whole=partial(_all_repeated, filters, window))


def _all_repeated(filters: Filters, window: Window) -> Table:
    found = loaders.answer_once(repeated_most, filters.narrowed, window=window, limit=ALL_ROWS)
    return petition_signals.repeated_table(found, filters.townships, filters.view)
