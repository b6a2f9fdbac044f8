"""What the page 对比 asks and draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from data_access.outlines import outlines
from metrics.definition import Indicator
from metrics.period import Period
from metrics.registry import REGISTRY
from metrics.vocabulary import MODULE_NAMES, Level, Measure
from pages.common import loaders
from pages.common.charts import line_chart
from pages.common.leaderboards import ranked_in
from pages.common.page import Page
from pages.common.theme import palette
from reports.readings import CARD_PERIODS, kept_a_year_ago, whole_level
from reports.subjects import OVERVIEW_NUMBERS, shown_here
from reports.views import compare as views
from reports.wording import chinese_marks

Row = dict[str, Any]
TICKS = 6
"""A phone has room for so many names of periods."""


def figure_asked(p: Page) -> Indicator:
    """One of the figures that townships have, of the modules there is something of."""
    found = [entry for entry in REGISTRY.values() if Level.TOWNSHIP in entry.levels and shown_here([entry.id], p.modules)]
    if not found:
        p.title("还没有可以对比的数", subtitle="装入台账后，这里对比各乡镇。")
        p.stop()
    names = {entry.id: f"{MODULE_NAMES[entry.module]} · {entry.name}" for entry in found}
    first = next((each for each in OVERVIEW_NUMBERS if each in names), found[0].id)
    with p.left:
        return REGISTRY[p.pick("指标", names, "figure", first, width=260) or first]


def pair_asked(p: Page, names: Mapping[str, str]) -> tuple[str, str | None]:
    """The two townships; a township's own account sees itself alone."""
    codes = list(names)
    if not codes:
        p.title("还没有乡镇", subtitle="装入区划台账后，这里对比各乡镇。")
        p.stop()
    with p.left:
        one = p.pick("乡镇", names, "one", codes[0], width=140) or codes[0]
        others = {code: f"与{name}" for code, name in names.items() if code != one}
        return one, p.pick("对比", others, "other", next(iter(others)), width=150) if others else None


def frame(p: Page, entry: Indicator, level: Level, period: Period | None = None) -> pd.DataFrame:
    """The judged figures that this reader sees: all of the scope, of a township its own row among all."""
    scope, own = ranked_in(p.filters.narrowed, level)
    found = loaders.frame(scope, entry.id, level, period or p.filters.period, p.filters.as_of)
    return found[found["code"] == own].reset_index(drop=True) if own else found


def values_before(p: Page, entry: Indicator) -> dict[str, float | None]:
    found = frame(p, entry, Level.TOWNSHIP, p.filters.period.before)
    return dict(zip(found["code"], found["value"], strict=True))


def values_a_year_ago(p: Page, entry: Indicator) -> dict[str, float | None]:
    """Empty where the ledger was not kept then."""
    then = kept_a_year_ago(loaders.source(p.filters.narrowed), entry, p.filters.period)
    found = None if then is None else frame(p, entry, Level.TOWNSHIP, then)
    return {} if found is None else dict(zip(found["code"], found["value"], strict=True))


def over_time(p: Page, entry: Indicator, codes: Sequence[str], names: Mapping[str, str]) -> None:
    """The townships and the whole county over the last periods, on one scale."""
    periods = p.filters.period.trailing(CARD_PERIODS[p.filters.period.kind])
    frames = [frame(p, entry, Level.TOWNSHIP, period) for period in periods]
    it = views.course(entry, periods, frames, {code: names[code] for code in codes})
    chart = line_chart(
        palette(),
        it.labels,
        it.lines,
        title=it.title,
        subtitle=chinese_marks(it.subtitle),
        emphasis=names[codes[0]],
        target=p.view.edition.target(entry.id),
        share=entry.measure is Measure.RATE,
        hover=it.said,
        running=p.filters.period.last >= p.filters.as_of,
        height=340,
    )
    chart["layout"]["xaxis"]["nticks"] = TICKS
    p.figure(chart, key="over-time", alt=f"{it.title}，近 {len(periods)} 期", name=it.title, about=entry.id)


def last_year(p: Page, entry: Indicator, one: str, names: Mapping[str, str]) -> None:
    """Each of the last periods beside the same one of the year before: of the whole, or of the first township."""
    whole = whole_level(p.filters.scope.area or "")
    has_whole = whole in entry.levels and whole is not Level.TOWNSHIP
    words = {**({"whole": p.whole_name} if has_whole else {}), "one": names[one]}
    whose = p.choose("与上年同期，看谁的", words, "whose", next(iter(words)))
    level, code = (whole, p.filters.scope.area or None) if whose == "whole" else (Level.TOWNSHIP, one)

    def row(period: Period | None) -> Row | None:
        found = None if period is None else frame(p, entry, level, period)
        rows = [] if found is None else found.to_dict("records")
        return next(({str(key): each[key] for key in each} for each in rows if code is None or each["code"] == code), None)

    source = loaders.source(p.filters.narrowed)
    periods = p.filters.period.trailing(CARD_PERIODS[p.filters.period.kind])
    then = [row(kept_a_year_ago(source, entry, period)) for period in periods]
    p.show(views.years_table(entry, periods, [row(each) for each in periods], then, words[whose]), key="last-year")


def county_map(p: Page, entry: Indicator, found: pd.DataFrame) -> None:
    """The townships where they lie; as tiles where the county has given no outlines."""
    kept = loaders.answer_once(outlines, p.filters.narrowed)
    drawn = views.county_map(entry, found, dict(zip(kept["code"], kept["rings"], strict=True)), p.view)
    words = views.said_table(drawn, entry)
    with st.container():
        p.show(drawn, key="county-map", picture_name=drawn.title, about=entry.id)
    p.offer(lambda: words, words)
