"""Why a figure of a township is weak: the nights, people, villages or petitions behind it are asked for here."""

from __future__ import annotations

from data_access.petition_lists import Asked, petition_count, petition_list
from data_access.scope import Scope
from metrics.definition import Facts, Indicator, Question
from metrics.duty import chief_month_nights, since_first_record, township_nights
from metrics.nights import held_weeks
from metrics.vocabulary import Level, Module
from pages.common import loaders
from pages.common.page import Page
from pages.common.people import names_of
from reports.subjects import CASES_BEHIND, TOWNSHIP_NIGHTS
from reports.views import township
from reports.views.township import MOST_LINES, WEEKS, Cause, UnitFigure, cause

PETITION_TABLES = ("petition", "petition_event", "area", "calendar_day")


def cause_of(p: Page, figure: UnitFigure, code: str, county: Scope) -> Cause:
    """What stands behind a weak figure. ``county``: the scope of the figures of villages."""
    entry, own = figure.entry, p.scope.narrowed(code)
    asked = loaders.question_for(own, Level.TOWNSHIP, p.filters.period, p.filters.as_of)
    if entry.id in TOWNSHIP_NIGHTS:
        rolls = since_first_record(township_nights(_facts(entry, own, asked), asked), p.contents.first.get(Module.DUTY))
        return cause(township.night_lines(entry.id, rolls, code))
    if entry.id == "duty.chief_nights":
        months = chief_month_nights(_facts(entry, own, asked), asked)
        return cause(township.chief_lines(months, names_of(own, months["person_id"])))
    if entry.id == "duty.load_ratio":
        team = _facts(entry, own, asked)["team_nights"]
        return cause(township.load_lines(team, names_of(own, team["person_id"])))
    if entry.id in WEEKS:
        return cause(township.week_lines(held_weeks(_facts(entry, own, asked), asked, WEEKS[entry.id]), WEEKS[entry.id]))
    petitions = _petitions(p, CASES_BEHIND[entry.id], own) if entry.id in CASES_BEHIND else Cause()
    return petitions if petitions.total else _units(p, figure, code, county)


def _facts(entry: Indicator, own: Scope, asked: Question) -> Facts:
    """The facts the figure itself is made of."""
    return {name: loaders.fact(own, name, asked, span) for name, span in entry.needs_at(asked.level).items()}


def _petitions(p: Page, standing: str, own: Scope) -> Cause:
    window, asked = p.filters.window, Asked(standing=standing, sort="due")
    total = int(loaders.answer(petition_count, own, PETITION_TABLES, window=window, asked=asked))
    rows = loaders.answer(petition_list, own, PETITION_TABLES, window=window, asked=asked, rows=MOST_LINES)
    return Cause(township.case_lines(rows, p.view), total)


def _units(p: Page, figure: UnitFigure, code: str, county: Scope) -> Cause:
    """The villages that are farthest off, else the people."""
    for level, scope in ((Level.VILLAGE, county), (Level.PERSON, p.scope.narrowed(code))):
        if level in figure.entry.levels:
            frame = loaders.frame(scope, figure.entry.id, level, p.filters.period, p.filters.as_of)
            return cause(township.unit_lines(figure, frame, level, code))
    return Cause()
