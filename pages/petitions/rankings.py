"""The leaderboards: by timeliness and outcome, never by how many citizens spoke (减负)."""

from __future__ import annotations

from datetime import date

import streamlit as st

from data_access.scope import Scope
from metrics.definition import Span
from metrics.period import Period
from metrics.petitions import flattering_on_time, left_out
from metrics.registry import indicator
from metrics.vocabulary import Level, Module
from pages.common import loaders
from pages.common.page import Page
from reports.readings import row_level
from reports.subjects import DEPARTMENT_RANKINGS, SUBJECTS
from reports.tables import Table
from reports.views import petitions

GROUPS = SUBJECTS[Module.PETITIONS].rankings


def rankings(p: Page) -> None:
    """One group of rankings at a time, two to a line."""
    departments = loaders.departments(p.filters.narrowed, p.filters.as_of)
    groups = {**GROUPS, **({petitions.DEPARTMENTS: DEPARTMENT_RANKINGS} if departments else {})}
    chosen = p.choose("排名", list(groups), "rank", next(iter(groups)))
    of_departments = chosen == petitions.DEPARTMENTS
    for place, indicator_id in enumerate(groups[chosen]):
        if place % 2 == 0:
            columns = st.columns(2, gap="large")
        with columns[place % 2]:
            level = Level.DEPARTMENT if of_departments else _level(p, indicator_id)
            key = f"board-department-{indicator_id}" if of_departments else ""
            p.ranking(indicator_id, key=key, level=level, **petitions.row_links(indicator_id, level))
    if petitions.ON_TIME in groups[chosen] and not of_departments:
        _two_formulas(p)
    p.note(petitions.RANKING_REMARKS[chosen])


def _level(p: Page, indicator_id: str) -> Level:
    return row_level(indicator(indicator_id), p.filters.narrowed.area or "") or Level.TOWNSHIP


def _two_formulas(p: Page) -> None:
    filters, level = p.filters, _level(p, petitions.ON_TIME)
    tables = loaders.tables_of(petitions.ON_TIME, level)
    differing, everything = loaders.made_once(_formulas, tables, filters.narrowed, level, filters.period, filters.as_of)
    if len(everything.frame):
        p.show(differing, key="two-formulas", picture_name="按期办结两种算法", whole=lambda: everything)


def _formulas(scope: Scope, level: Level, period: Period, as_of: date) -> tuple[Table, Table]:
    entry, asked = indicator(petitions.ON_TIME), loaders.question_for(scope, level, period, as_of)
    facts = {name: loaders.fact(scope, name, asked, Span.PERIOD) for name in entry.needs}
    frame = loaders.frame(scope, entry.id, level, period, as_of)
    return petitions.two_formulas(frame, flattering_on_time(facts, asked), left_out(facts, asked))
