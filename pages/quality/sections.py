"""The parts of the 数据 page: its headline numbers, and its views, of which only the chosen one is computed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from data_access.posts import posts_on
from data_access.problems import PROBLEM_TABLES, problem_counts, problem_rows
from data_access.scope import Scope
from metrics.period import Period
from metrics.registry import indicator
from metrics.vocabulary import Level, Module
from pages.common import loaders
from pages.common.filters import Filters
from pages.common.leaderboards import ranked_in
from pages.common.page import Page
from pages.quality.source import source_of
from reports import readings
from reports.conclusions import Reading
from reports.frames import perfect_figures
from reports.parts import Card, Leaderboard
from reports.readings import COMPARED_PERIODS, CardQuestion, whole_level
from reports.subjects import SUBJECTS
from reports.tables import Table
from reports.views import quality

MOST_PEOPLE, MOST_PERFECT, ROWS = 15, 60, 20


def headlines(p: Page, indicator_ids: Sequence[str]) -> list[Card]:
    """Figures of the whole scope against the period before; a line of twelve periods would look into every row of a year."""
    filters, level = p.filters, whole_level(p.filters.narrowed.area or "")
    scope, own = ranked_in(filters.narrowed, level)
    asked = [CardQuestion(each, level, filters.period, filters.as_of, own or None) for each in indicator_ids]
    found = [loaders.made_once(_card, loaders.tables_of(indicator(each.indicator_id), level), scope, each) for each in asked]
    return [replace(each, trend=()) for each in found if each is not None]


def _card(scope: Scope, asked: CardQuestion) -> Card | None:
    return readings.card(source_of(scope), asked, COMPARED_PERIODS)


def units(p: Page) -> None:
    """The rankings by township, two beside each other; titles speak of no run, which would look into four months' rows."""
    ranked = [each for group in SUBJECTS[Module.QUALITY].rankings.values() for each in group]
    for start in range(0, len(ranked), 2):
        for column, indicator_id in zip(st.columns(2, gap="medium"), ranked[start : start + 2], strict=False):
            with column:
                _ranking(p, indicator_id)
    p.note("数据滞后算到截至时刻;本页的比率每十分钟更新一次。")


def _ranking(p: Page, indicator_id: str) -> None:
    filters, (scope, own) = p.filters, ranked_in(p.filters.narrowed, Level.TOWNSHIP)
    tables = loaders.tables_of(indicator(indicator_id), Level.TOWNSHIP)
    read, board = loaders.made_once(_read_and_ranked, tables, scope, indicator_id, filters.period, filters.as_of, own)
    p.offer_figures(read)
    p.show_ranking(board, key=f"board-{indicator_id}")


def _read_and_ranked(scope: Scope, indicator_id: str, period: Period, as_of: date, own: str) -> tuple[Reading, Leaderboard]:
    source, asked = source_of(scope), (indicator(indicator_id), Level.TOWNSHIP, period, as_of)
    read = readings.reading(source, *asked, area=scope.area or "", own=own, with_past=False)
    return read, readings.leaderboard(source, read)


def people(p: Page) -> None:
    """People whose entries should be looked at."""
    p.note("按人列出,供乡镇核实原因;不排名、不计分。条数不足{samples.least_people_rows}条的不列。")
    for column, indicator_id in zip(st.columns(len(quality.BY_PERSON), gap="medium"), quality.BY_PERSON, strict=True):
        with column:
            _people(p, indicator_id)


def _people(p: Page, indicator_id: str) -> None:
    entry, filters = indicator(indicator_id), p.filters
    frame = source_of(filters.narrowed).frame(entry, Level.PERSON, filters.period, filters.as_of)
    rows = quality.people_to_ask(frame, p.view.edition)

    def listed(shown: pd.DataFrame) -> Table:
        return quality.people_table(entry, shown, _posts(filters, quality.person_ids(shown)), len(rows))

    p.show(listed(rows.head(MOST_PEOPLE)), key=f"people-{indicator_id}", whole=partial(listed, rows))


def _posts(filters: Filters, person_ids: tuple[int, ...]) -> dict[int, str]:
    wanted = tuple(sorted(person_ids))
    posts = loaders.answer(posts_on, filters.scope, ("appointment", "area"), person_ids=wanted, day=filters.as_of)
    return quality.post_words(posts)


def perfect(p: Page) -> None:
    """Units at exactly 100% on many cases."""
    names = list(quality.PERFECT_LEVELS)
    level = quality.PERFECT_LEVELS[p.choose("级别", names, "level", names[0])]
    with st.spinner("正在逐项核对各单位的比率…"):
        rows = perfect_figures(loaders.source(p.filters.narrowed), level, p.filters.period, p.filters.as_of)
    listed = partial(quality.perfect_table, rows, level, p.view.edition)
    p.show(listed(MOST_PERFECT), key="perfect", whole=listed)
    p.note("满分可能是真做得好,也可能是凑出来的:建议抽查原始记录后再下结论。")


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


VIEWS = {"按单位": units, "按人员": people, "满分异常": perfect, quality.PROBLEMS_VIEW: problems}
