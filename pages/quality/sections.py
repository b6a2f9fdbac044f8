"""The parts of the 数据 page: its headline numbers, and its views, of which only the chosen one is computed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from data_access.posts import posts_on
from data_access.problems import PROBLEM_TABLES, problem_counts, problem_rows
from metrics.registry import indicator
from metrics.vocabulary import Level, Module
from pages.common import loaders
from pages.common.filters import Filters
from pages.common.page import Page
from pages.quality.burden import burden
from pages.quality.spot_checks import spot_checks
from pages.quality.unreported import unreported
from reports.frames import perfect_figures
from reports.subjects import SUBJECTS
from reports.tables import Table
from reports.views import quality

MOST_PEOPLE, MOST_PERFECT, ROWS = 15, 60, 20


def units(p: Page) -> None:
    """The rankings by township, two beside each other."""
    p.rankings(SUBJECTS[Module.QUALITY].rankings["按单位"])
    p.note("数据滞后算到截至时刻。")


def people(p: Page) -> None:
    """People whose entries should be looked at."""
    p.note("按人列出，供乡镇核实原因；不排名、不计分。条数不足{samples.least_people_rows}条的不列。")
    for column, indicator_id in zip(st.columns(len(quality.BY_PERSON), gap="medium"), quality.BY_PERSON, strict=True):
        with column:
            _people(p, indicator_id)


def _people(p: Page, indicator_id: str) -> None:
    entry, filters = indicator(indicator_id), p.filters
    frame = loaders.frame(filters.narrowed, indicator_id, Level.PERSON, filters.period, filters.as_of)
    rows = quality.people_to_ask(frame, p.view.edition)

    def listed(shown: pd.DataFrame) -> Table:
        return quality.people_table(entry, shown, _posts(filters, quality.person_ids(shown)), len(rows))

    p.show(listed(rows.head(MOST_PEOPLE)), key=f"people-{indicator_id}", whole=partial(listed, rows))


def _posts(filters: Filters, person_ids: tuple[int, ...]) -> dict[int, str]:
    wanted = tuple(sorted(person_ids))
    posts = loaders.answer(posts_on, filters.scope, ("appointment", "area"), person_ids=wanted, day=filters.view.moment)
    return quality.post_words(posts)


def perfect(p: Page) -> None:
    """Units at exactly 100% on many cases."""
    names = list(quality.PERFECT_LEVELS)
    level = quality.PERFECT_LEVELS[p.choose("级别", names, "level", names[0])]
    with st.spinner("正在逐项核对各单位的比率…"):
        rows = perfect_figures(loaders.source(p.filters.narrowed), level, p.filters.period, p.filters.as_of)
    listed = partial(quality.perfect_table, rows, level, p.view.edition)
    p.show(listed(MOST_PERFECT), key="perfect", whole=listed)
    p.note("满分可能是真做得好，也可能是凑出来的：建议抽查原始记录后再下结论。")


def problems(p: Page) -> None:
    """Rows from outside that count nowhere, by reason, each with what to do; then the rows themselves."""
    scope, window = p.filters.narrowed, p.filters.window
    counts = loaders.answer(problem_counts, scope, PROBLEM_TABLES, window=window)
    p.show(quality.problem_table(counts, p.filters.period), key="problems")
    if counts.empty:
        return
    reasons, totals = (dict(zip(counts["id"], counts[key], strict=True)) for key in ("reason", "rows"))
    first = str(counts["id"].iloc[0])
    problem = p.pick("看哪一类", reasons, "problem", first, width=360, restarts="problem_page") or first

    def listed(answer: Callable[..., Any], page: int = 1, rows: int = ROWS) -> Table:
        found = answer(problem_rows, scope, window=window, problem_id=problem, limit=rows, offset=(page - 1) * rows)
        return quality.problem_row_table(found, str(reasons[problem]))

    p.pages_of_query(listed, PROBLEM_TABLES, int(totals[problem]), ROWS, "problem-rows", parameter="problem_page")
    p.note("来源系统和来源编号可用来在原系统中找到这一条。")


VIEWS = {
    "按单位": units,
    "按人员": people,
    "未填报": unreported,
    "满分异常": perfect,
    quality.PROBLEMS_VIEW: problems,
    "抽查": spot_checks,
    "减负账": burden,
}
