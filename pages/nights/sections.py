"""The parts of the 三夜 page: what last week lacked, then 夜访, 夜学 or 夜谈; only the chosen one is computed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from data_access.night_lists import (
    LIST_TABLES,
    PAGE_ROWS,
    lecturers_of,
    owed_follow_ups,
    session_count,
    session_list,
    session_totals,
    visit_count,
    visit_list,
    visit_totals,
)
from data_access.state import CLOCK, HOURS
from metrics.definition import Facts, Question, Span
from metrics.nights import held_weeks, weeks_without
from metrics.period import Period
from metrics.vocabulary import SESSION_NAMES, Level, Module, SessionKind
from pages.common import loaders
from pages.common.address import switch_from_address
from pages.common.cadre_weeks import weeks_lately, who_fell_short
from pages.common.filters import Filters
from pages.common.page import Page
from pages.common.people import names_of
from reports import source
from reports.parts import Counters, Exceptions
from reports.subjects import SUBJECTS
from reports.tables import Table
from reports.views import calendars, nights
from reports.views.nights import MOST_LINES, REVIEW, STUDY, TALK, LastWeek

RANKINGS = SUBJECTS[Module.NIGHTS].rankings
WEEK_TABLES = ("area", "appointment", "calendar_day", "leave_period", "night_session", "night_visit", "person", HOURS)
"""What a week's sessions and visits are looked up in."""
MOST_SESSIONS_A_MONTH = 5000
SESSIONS_AT_ONCE = 500
"""No statement is to be longer than a database takes."""
Answer = Callable[..., Any]
Kinds = tuple[SessionKind, ...]


def last_week(filters: Filters) -> LastWeek:
    """What the last counted week lacked."""
    return loaders.made_once(_last_week, WEEK_TABLES, filters)


def _last_week(filters: Filters) -> LastWeek:
    asked = weeks_lately(filters)
    facts = _held_sessions(filters, asked)
    no_study, no_talk = (weeks_without(held_weeks(facts, asked, kind)) for kind in (STUDY, TALK))
    needed = asked.rules.number("nights", "township_visits_a_week")
    idle = who_fell_short(filters.narrowed, asked, ("township_posts", "township_leaves", "township_visits"), "visits", needed)
    return LastWeek(filters.view, next(reversed(asked.weeks), None), filters.townships_here, no_study, no_talk, idle)


def to_act_on(filters: Filters) -> Exceptions:
    """Whom to ask about last week, and the 诉求 of this year that somebody owes another look; of a past period as at its end."""
    return loaders.made_once(_to_act_on, (*WEEK_TABLES, "petition", CLOCK), filters)


def _to_act_on(filters: Filters) -> Exceptions:
    last = last_week(filters)
    names, window, view = names_of(filters.scope, last.named["person_id"]), filters.of_year().window, filters.view
    if view.is_past:
        window = replace(window, last=view.moment, as_of=view.moment, until=None)
    owed = loaders.answer(owed_follow_ups, filters.narrowed, ("petition", "area"), window=window, rows=MOST_LINES)
    return nights.exceptions(last, names, owed)


def visits(p: Page) -> None:
    """夜访: four rankings, and the visits themselves with the 诉求 each raised."""
    scope, window = p.filters.narrowed, p.filters.window
    p.show(nights.visit_counters(loaders.answer(visit_totals, scope, LIST_TABLES, window=window)), key="visit-totals")
    p.rankings(RANKINGS["夜访"], yearly=nights.OVER_THE_YEAR)
    p.note(nights.VISIT_REMARK)
    raised_only = st.toggle("只看带回诉求的", **switch_from_address("raised", True, restarts="visits_page"))
    total = loaders.answer(visit_count, scope, LIST_TABLES, window=window, raised_only=raised_only)
    make = partial(_visit_table, p.filters, total, raised_only)
    p.pages_of_query(make, LIST_TABLES, total, PAGE_ROWS, "visits", parameter="visits_page")


def _visit_table(filters: Filters, total: int, raised_only: bool, answer: Answer, **part: int) -> Table:
    found = answer(visit_list, filters.narrowed, window=filters.window, raised_only=raised_only, **part)
    return nights.visit_table(found, names_of(filters.scope, found["person_id"]), total, raised_only)


def studies(p: Page) -> None:
    _sessions(p, STUDY, (STUDY, REVIEW), nights.study_counters, _study_table)


def talks(p: Page) -> None:
    _sessions(p, TALK, (TALK,), nights.talk_counters, _talk_table)


def _sessions(p: Page, kind: SessionKind, kinds: Kinds, counters: Callable[[pd.DataFrame], Counters], make: Callable[..., Table]) -> None:
    """Rankings, the month as a wall calendar, the sessions with themes, lecturers, needs and measures."""
    scope, window, rankings = p.filters.narrowed, p.filters.window, RANKINGS[SESSION_NAMES[kind]]
    p.show(counters(loaders.answer(session_totals, scope, LIST_TABLES, window=window)), key=f"{kind}-totals")
    p.rankings(rankings, columns=len(rankings))
    _calendar(p, kind)
    total = loaders.answer(session_count, scope, LIST_TABLES, window=window, kinds=kinds)
    p.pages_of_query(partial(make, p.filters, total, kinds), LIST_TABLES, total, PAGE_ROWS, "sessions", parameter="sessions_page")


def _study_table(filters: Filters, total: int, kinds: Kinds, answer: Answer, **part: int) -> Table:
    found = answer(session_list, filters.narrowed, window=filters.window, kinds=kinds, **part)
    ids = tuple(int(each) for each in found["id"])
    groups = [ids[start : start + SESSIONS_AT_ONCE] for start in range(0, len(ids) or 1, SESSIONS_AT_ONCE)]
    spoke = pd.concat([answer(lecturers_of, filters.narrowed, session_ids=group) for group in groups], ignore_index=True)
    return nights.study_table(found, spoke, names_of(filters.scope, spoke["person_id"]), total)


def _talk_table(filters: Filters, total: int, kinds: Kinds, answer: Answer, **part: int) -> Table:
    return nights.talk_table(answer(session_list, filters.narrowed, window=filters.window, kinds=kinds, **part), total)


def _calendar(p: Page, kind: SessionKind) -> None:
    """One month of the period, the latest first; at each week's end who went without."""
    filters, scope = p.filters, p.filters.narrowed
    months = {month.text: month.label for month in calendars.begun_months(filters.period, filters.as_of)}
    latest = next(iter(months))
    month = Period.parse((p.pick("月份", months, "month", latest, width=150) if len(months) > 1 else None) or latest)
    asked = loaders.question_for(scope, Level.TOWNSHIP, calendars.whole_weeks(month), filters.as_of)
    window = source.window(asked, Span.PERIOD)
    held = loaders.answer(session_list, scope, LIST_TABLES, window=window, kinds=(kind,), page=1, rows=MOST_SESSIONS_A_MONTH)
    weeks = held_weeks(_held_sessions(filters, asked), asked, kind)
    it = nights.session_calendar(kind, month, held, weeks, filters.townships_here, asked)
    p.show(it, key=f"calendar-{kind}", picture_name=f"{SESSION_NAMES[kind]}日历")


def _held_sessions(filters: Filters, asked: Question) -> Facts:
    spans = {"townships": Span.PERIOD, "night_sessions": Span.WEEKS}
    return {name: loaders.fact(filters.narrowed, name, asked, span) for name, span in spans.items()}
