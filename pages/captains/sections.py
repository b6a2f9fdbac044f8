"""The parts of the 三长 page: what to act on, then the rankings, who has not been visited, or the grid; only the chosen one is computed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from data_access.captain_lists import (
    LIST_TABLES,
    PAGE_ROWS,
    captain_count,
    captain_posts,
    captain_search,
    grid_gaps,
    homeless_count,
    unvisited,
    unvisited_count,
    vacant_posts,
)
from metrics.period import Period
from metrics.vocabulary import HOUSEHOLD_NAMES, HouseholdKind, Level, Module
from pages.common import loaders
from pages.common.filters import Filters
from pages.common.page import Page
from pages.common.people import names_of
from reports.links import CAPTAIN, Link
from reports.parts import Exceptions
from reports.subjects import SUBJECTS
from reports.tables import Table
from reports.views import captains

RANKINGS = SUBJECTS[Module.CAPTAINS].rankings
UNITS = "网格"
"""The group of rankings of what a unit answers for; the others are a role's."""
ROWS = 30
Answer = Callable[..., Any]


def sentence(filters: Filters) -> str:
    due = captains.households_due(_figures(filters, HouseholdKind.KEY))
    unvisited_now = _unvisited_count(filters, HouseholdKind.KEY, captains.due_period(HouseholdKind.KEY, filters.view))
    return captains.sentence(unvisited_now, _gaps(filters), filters.view, due)


def to_act_on(filters: Filters) -> Exceptions:
    """Households not visited yet, posts nobody holds, cells too large or small."""
    view, gaps, on = filters.view, _gaps(filters), {"day": filters.view.moment}
    visits = [captains.unvisited_group(kind, _figures(filters, kind), view) for kind in captains.VISITED_EVERY]
    upper = loaders.answer(vacant_posts, filters.narrowed, LIST_TABLES, **on)
    homeless = int(loaders.answer(homeless_count, filters.narrowed, LIST_TABLES, **on))
    return Exceptions((*visits, captains.vacancy_group(gaps, upper), captains.size_group(gaps, homeless, view.edition)))


def rankings(p: Page) -> None:
    """Visits and meetings by role and level, then what a unit answers for."""
    with st.container(horizontal=True):
        name = p.choose("三长", [group for group in RANKINGS if group != UNITS], "role", next(iter(RANKINGS)))
        role = captains.ROLES[name]
        levels = captains.levels_of(role)
        level = levels[p.choose("统计到", list(levels), "level", next(iter(levels)))]
        words = p.search("查找三长", "姓名、村或网格" if p.scope.may_see_names else "村或网格", "captain", restarts="captain_page")
    if words:
        _search(p, words)
        return
    if level is Level.PERSON:
        posts = loaders.answer(captain_posts, p.filters.narrowed, LIST_TABLES, day=p.filters.as_of)
        people = partial(captains.people_of, posts=posts, role=role)
        p.rankings(RANKINGS[name], level=level, page_rows=ROWS, rows=people, named=name, link=Link(CAPTAIN), parameter="person")
        for remark in captains.people_remarks(p.view):
            p.note(remark)
        return
    p.rankings(RANKINGS[name], level=level, page_rows=ROWS)
    p.rankings(RANKINGS[UNITS], level=level if level is Level.TOWNSHIP else Level.VILLAGE, page_rows=ROWS)


def _search(p: Page, words: str) -> None:
    """Captains of all roles by name or place, instead of the rankings."""
    asked = {"words": words, "day": p.filters.as_of}
    total = int(loaders.answer(captain_count, p.filters.narrowed, LIST_TABLES, **asked))

    def found(answer: Answer, **part: int) -> Table:
        rows = answer(captain_search, p.filters.narrowed, **asked, **part)
        return captains.search_table(rows, names_of(p.scope, rows["person_id"]), words, total)

    p.pages_of_query(found, LIST_TABLES, total, PAGE_ROWS, "captain-search", parameter="captain_page")


def unvisited_households(p: Page) -> None:
    """Longest unvisited first; a row leads to the captain."""
    kinds = {HOUSEHOLD_NAMES[kind]: kind for kind in captains.VISITED_EVERY}
    kind = kinds[p.choose("户别", list(kinds), "kind", next(iter(kinds)), restarts="unvisited_page")]
    parts = {part.text: part for part in captains.due_periods(kind, p.view)}
    chosen = next(iter(parts))
    if len(parts) > 1:
        chosen = p.choose("哪一期", {text: part.label for text, part in parts.items()}, "part", chosen, restarts="unvisited_page")
    part = parts[chosen]
    total = _unvisited_count(p.filters, kind, part)
    make = partial(_unvisited_table, p.filters, kind, part, total)
    p.pages_of_query(make, LIST_TABLES, total, PAGE_ROWS, "unvisited", parameter="unvisited_page")
    p.note("户主姓名不在看板里；户号由乡镇台账对照。")


def _unvisited_table(filters: Filters, kind: HouseholdKind, part: Period, total: int, answer: Answer, **page: int) -> Table:
    rows = answer(unvisited, filters.narrowed, **_due(filters, kind, part), **page)
    return captains.unvisited_table(rows, kind, part, total, filters.townships, names_of(filters.scope, rows["captain_id"]), filters.view)


def grid(p: Page) -> None:
    """Cells without anyone in post, or too large or small."""
    p.pages_of(captains.gap_table(_gaps(p.filters), p.filters.townships, p.view.edition), PAGE_ROWS, "gaps", parameter="gaps_page")


# --- what is asked ----------------------------------------------------------------------------------------------------


def _due(filters: Filters, kind: HouseholdKind, part: Period) -> dict[str, Any]:
    return {"kind": str(kind), "first": part.first, "last": min(part.last, filters.as_of)}


def _unvisited_count(filters: Filters, kind: HouseholdKind, part: Period) -> int:
    return int(loaders.answer(unvisited_count, filters.narrowed, LIST_TABLES, **_due(filters, kind, part)))


def _figures(filters: Filters, kind: HouseholdKind) -> pd.DataFrame:
    """The visits to a kind of household by township."""
    part = captains.due_period(kind, filters.view)
    return loaders.frame(filters.narrowed, captains.visits_id(kind), Level.TOWNSHIP, part, filters.as_of)


def _gaps(filters: Filters) -> pd.DataFrame:
    least, most = captains.sizes(filters.view.edition)
    found: pd.DataFrame = loaders.answer(grid_gaps, filters.narrowed, LIST_TABLES, day=filters.view.moment, least=least, most=most)
    return found
