"""What to act on today: what was decided last, overdue longest, 积案 nobody leads, probably late within a week."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pandas as pd

from data_access.engine import Connection
from data_access.petition_forecast import cases_due, cases_that_were_due, closing_days
from data_access.petition_lists import Asked, petition_count, petition_list
from data_access.scope import Scope
from data_access.window import Window
from metrics.petition_forecast import CHECKED_WEEKS, History, HitRate, hit_rate, miss_chances
from metrics.vocabulary import Level
from pages.common import loaders
from pages.common.filters import Filters
from pages.common.histories import history_is_there
from pages.common.page import Page
from pages.common.people import names_of
from pages.petitions.decisions import decisions_of
from pages.petitions.windows import TABLES, moment_window
from reports.parts import ExceptionGroup
from reports.views import petitions


def last_meeting(p: Page) -> None:
    """What a meeting looks at first; nothing where nothing was decided."""
    found = petitions.to_talk_about(decisions_of(p.filters.narrowed, p.view.moment))
    if len(found):
        decided = petitions.decisions_table(found, names_of(p.filters.narrowed, found["lead_id"]), p.filters.townships)
        p.show(decided.page(1, petitions.MOST_DECISIONS), key="last-meeting", whole=lambda: decided)


def groups(p: Page) -> tuple[ExceptionGroup, ...]:
    """What probably comes is nothing to say of a period that is over."""
    watched = tuple(_watched(p, each) for each in petitions.WATCHED)
    return watched if p.view.is_past else (*watched, _likely_late(p))


def _watched(p: Page, it: petitions.Watched) -> ExceptionGroup:
    filters, window, asked = p.filters, moment_window(p.filters), Asked(standing=it.standing, sort=it.sort)
    total = loaders.answer(petition_count, filters.narrowed, TABLES, window=window, asked=asked)
    rows = loaders.answer(petition_list, filters.narrowed, TABLES, window=window, asked=asked, rows=petitions.MOST_LINES)
    names = names_of(p.scope, [*rows["handler_id"], *rows["lead_id"]])
    return petitions.watched_group(it, total, rows, names, p.view)


def _likely_late(p: Page) -> ExceptionGroup:
    """Open cases that will probably miss a deadline of the next days; with the forecast's own hit rate."""
    filters = p.filters
    if not history_is_there((filters.narrowed, moment_window(filters)), partial(_learned, filters)):
        return petitions.likely_late_awaited()
    late = petitions.likely_late_table(_forecast(filters), p.view.edition.number("petitions", "warn_at"), filters.townships)
    p.offer(lambda: late, late)
    return petitions.likely_late_group(late, _checked(filters))


def _forecast(filters: Filters) -> pd.DataFrame:
    """Open cases due soon with their chance to miss. What is learned from is up to an hour old, the cases are live."""
    window = moment_window(filters)
    until = window.last + timedelta(days=petitions.DAYS_AHEAD)
    cases = loaders.answer(cases_due, filters.narrowed, TABLES, window=window, last_day=until)
    return miss_chances(_learned_from(filters), cases, window.last, loaders.workdays())


def _learned(filters: Filters) -> bool:
    """All closed cases of a year and the forecasts of eight weeks are in the caches: with 800,000 petitions this takes five seconds."""
    _learned_from(filters)
    _checked(filters)
    return True


def _learned_from(filters: Filters) -> History:
    return loaders.made_once(_history, (), loaders.figures_scope(filters.narrowed, Level.TOWNSHIP), moment_window(filters))


def _history(scope: Scope, window: Window) -> History:
    return History(loaders.answer(closing_days, scope, (), window=window))


def _checked(filters: Filters) -> HitRate:
    """The forecast against the weeks before this one, kept for an hour: what is past hardly changes."""
    checked: HitRate = loaders.answer(past_forecasts, filters.narrowed, (), window=moment_window(filters))
    return checked


def past_forecasts(scope: Scope, connection: Connection, window: Window) -> HitRate:
    """How the forecasts of the last :data:`CHECKED_WEEKS` whole weeks came out."""
    monday = window.last - timedelta(days=window.last.weekday())
    first = monday - timedelta(weeks=CHECKED_WEEKS)
    history = closing_days(scope, connection, replace(window, last=first - timedelta(days=1)))
    cases = cases_that_were_due(scope, connection, replace(window, first=first, last=monday - timedelta(days=1)))
    return hit_rate(History(history), cases, loaders.workdays(), window.number("petitions.warn_at"))
