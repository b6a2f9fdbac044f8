"""Why a figure of a township is weak: the nights, people, villages or petitions behind it are asked for here."""

from __future__ import annotations

from data_access.petition_lists import Asked as CasesAsked
from data_access.petition_lists import petition_count, petition_list
from data_access.scope import Scope
from metrics.definition import Facts, Indicator, Question
from metrics.duty import chief_month_nights, since_first_record, township_nights
from metrics.nights import held_weeks
from metrics.vocabulary import Level, Module
from pages.common import loaders
from pages.common.contents import contents_for
from pages.common.filters import Filters
from pages.common.people import names_of
from pages.township.figures import Asked, figures
from pages.township.trends import EVERYTHING
from reports.parts import Exceptions, Heading
from reports.subjects import CASES_BEHIND, TOWNSHIP_NIGHTS
from reports.views import township
from reports.views.township import MOST_LINES, WEEKS, Cause, UnitFigure, cause

PETITION_TABLES = ("petition", "petition_event", "area", "calendar_day")


def weakest(filters: Filters, asked: Asked) -> tuple[Heading, Exceptions]:
    """The weakest figures of a township, each with what stands behind it, as the reader may see it."""
    return loaders.made_once(_weakest, EVERYTHING, filters, asked)


def _weakest(filters: Filters, asked: Asked) -> tuple[Heading, Exceptions]:
    found = figures(asked).found
    weak = township.weakest(found)
    return township.weakest_parts(asked.code, found, weak, [_cause_of(filters, each, asked) for each in weak])


def _cause_of(filters: Filters, figure: UnitFigure, place: Asked) -> Cause:
    entry, code, own = figure.entry, place.code, filters.scope.narrowed(place.code)
    asked = loaders.question_for(own, Level.TOWNSHIP, filters.period, filters.as_of)
    if entry.id in TOWNSHIP_NIGHTS:
        rolls = since_first_record(township_nights(_facts(entry, own, asked), asked), contents_for(filters.scope).first.get(Module.DUTY))
        return cause(township.night_lines(entry.id, rolls, code))
    if entry.id == "duty.chief_nights":
        months = chief_month_nights(_facts(entry, own, asked), asked)
        return cause(township.chief_lines(months, names_of(own, months["person_id"])))
    if entry.id == "duty.load_ratio":
        team = _facts(entry, own, asked)["team_nights"]
        return cause(township.load_lines(team, names_of(own, team["person_id"])))
    if entry.id in WEEKS:
        return cause(township.week_lines(held_weeks(_facts(entry, own, asked), asked, WEEKS[entry.id]), WEEKS[entry.id]))
    petitions = _petitions(filters, CASES_BEHIND[entry.id], own) if entry.id in CASES_BEHIND else Cause()
    return petitions if petitions.total else _units(filters, figure, place)


def _facts(entry: Indicator, own: Scope, asked: Question) -> Facts:
    """The facts the figure itself is made of."""
    return {name: loaders.fact(own, name, asked, span) for name, span in entry.needs_at(asked.level).items()}


def _petitions(filters: Filters, standing: str, own: Scope) -> Cause:
    window, asked = filters.window, CasesAsked(standing=standing, sort="due")
    total = int(loaders.answer(petition_count, own, PETITION_TABLES, window=window, asked=asked))
    rows = loaders.answer(petition_list, own, PETITION_TABLES, window=window, asked=asked, rows=MOST_LINES)
    return Cause(township.case_lines(rows, filters.view), total)


def _units(filters: Filters, figure: UnitFigure, place: Asked) -> Cause:
    """The villages that are farthest off, else the people."""
    for level, scope in ((Level.VILLAGE, place.county), (Level.PERSON, filters.scope.narrowed(place.code))):
        if level in figure.entry.levels:
            frame = loaders.frame(scope, figure.entry.id, level, filters.period, filters.as_of)
            return cause(township.unit_lines(figure, frame, level, place.code))
    return Cause()
