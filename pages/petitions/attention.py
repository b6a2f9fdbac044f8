"""What to act on today: what was decided last, overdue longest, 积案 nobody leads, probably late within a week."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from data_access.answers import PENDING
from data_access.engine import Connection
from data_access.petition_forecast import cases_due, days_open, open_on_the_eve
from data_access.petition_lists import Asked, petition_count, petition_list
from data_access.scope import CODE_LENGTHS, Scope
from data_access.state import CLOCK, HOURS
from data_access.window import Window
from metrics.petition_forecast import History, Learned, learned, looked_at, miss_chances
from pages.common import loaders
from pages.common.filters import Filters
from pages.common.page import Page
from pages.common.people import names_of, titled_names
from pages.petitions.decisions import decisions_of
from pages.petitions.windows import TABLES, moment_window
from reports.parts import ExceptionSection
from reports.tables import Table
from reports.views import petitions

PAST_TABLES = ("petition", "petition_event", "calendar_day", "area")
"""What a forecast learns from."""


def last_meeting(p: Page) -> None:
    """What a meeting looks at first; nothing where nothing was decided."""
    found = petitions.to_talk_about(decisions_of(p.filters.narrowed, p.view.moment))
    if len(found):
        decided = petitions.decisions_table(found, names_of(p.filters.narrowed, found["lead_id"]), p.filters.townships)
        p.show(decided.page(1, petitions.MOST_DECISIONS), key="last-meeting", whole=lambda: decided)


def groups(p: Page) -> tuple[ExceptionSection, ...]:
    """What probably comes is nothing to say of a period that is over."""
    watched = tuple(_watched(p, each) for each in petitions.WATCHED)
    return watched if p.view.is_past else (*watched, _likely_late(p))


def _watched(p: Page, it: petitions.Watched) -> ExceptionSection:
    return loaders.made_once(_watched_group, (*TABLES, "appointment", "person", HOURS, CLOCK), p.filters, it)


def _watched_group(filters: Filters, it: petitions.Watched) -> ExceptionSection:
    window, asked = moment_window(filters), Asked(standing=it.standing, sort=it.sort)
    total = loaders.answer(petition_count, filters.narrowed, TABLES, window=window, asked=asked)
    rows = loaders.answer(petition_list, filters.narrowed, TABLES, window=window, asked=asked, rows=petitions.MOST_LINES)
    names = titled_names(filters.scope, [*rows["handler_id"], *rows["lead_id"]], filters.view.moment)
    return petitions.watched_group(it, total, rows, names, filters.view)


def _likely_late(p: Page) -> ExceptionSection:
    """Open cases that will probably miss a deadline of the next days; with what came true of such forecasts."""
    filters = p.filters
    known = loaders.made_soon(_known, PAST_TABLES, *_asked(filters))
    if known is PENDING:
        return petitions.likely_late_awaited()
    late = loaders.made_once(_late, (*TABLES, HOURS, CLOCK), filters)
    p.offer(lambda: late, late)
    if known.came_true:
        said = petitions.came_true_table(known.came_true)
        p.offer(lambda: said, said)
    return petitions.likely_late_group(late, known)


def _late(filters: Filters) -> Table:
    """Open cases due soon that will probably miss. What was learned ends with yesterday, the cases are live."""
    window, known = moment_window(filters), _known(*_asked(filters))
    until = window.last + timedelta(days=petitions.DAYS_AHEAD)
    cases = loaders.answer(cases_due, filters.narrowed, TABLES, window=window, last_day=until)
    history = loaders.made_once(_history, PAST_TABLES, *_asked(filters))
    forecast = miss_chances(history, known.calibration, cases, window.last_over, loaders.workdays())
    return petitions.likely_late_table(forecast, filters.view.edition.number("petitions", "warn_at"), filters.townships, known.came_true)


def _history(scope: Scope, day: Window) -> History:
    return History(_known(scope, day).closing)


def _known(scope: Scope, day: Window) -> Learned:
    """With 800,000 petitions it takes five seconds."""
    known: Learned = loaders.answer(what_was_learned, scope, PAST_TABLES, window=day)
    return known


def _asked(filters: Filters) -> tuple[Scope, Window]:
    """The whole county's past, whoever looks: a township's own is too little to learn from, and what is learned holds no case."""
    area = filters.narrowed.area
    return Scope(area=area and area[: CODE_LENGTHS["county"]]), _day_over(filters)


def _day_over(filters: Filters) -> Window:
    """The last day that is over: what is learned up to then stays the same all day."""
    window = moment_window(filters)
    return replace(window, first=window.last_over, last=window.last_over, as_of=window.last_over, until=None)


def what_was_learned(scope: Scope, connection: Connection, window: Window) -> Learned:
    """What the cases up to the window's day teach a forecast."""
    past, day = looked_at(window.last), window.last
    rows = days_open(scope, connection, replace(window, first=past.opened_from))
    cases = open_on_the_eve(scope, connection, replace(window, first=past.first_monday, last=past.last_sunday))
    return learned(rows, cases, day, loaders.workdays(), window.number("petitions.warn_at"))
