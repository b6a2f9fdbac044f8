"""The judged nights of 住夜 for pages: one night, or the nights of a month."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd

from data_access.facts import FACTS
from data_access.scope import Scope
from data_access.state import HOURS
from metrics.definition import Question
from metrics.duty import duty_night
from metrics.period import Period, PeriodKind
from metrics.vocabulary import Level
from pages.common import loaders
from reports.source import figures_scope
from reports.tonight import TOWNSHIP_FACTS, VILLAGE_FACTS, judged_rolls
from reports.views.duty import Night

TABLES = tuple(sorted({table for name in (*TOWNSHIP_FACTS, *VILLAGE_FACTS) for table in FACTS[name].tables} | {"area", "calendar_day"}))


def question_of(scope: Scope, first: date, last: date, as_of: date) -> Question:
    """The question about some nights, at the level of townships."""
    asked = loaders.question_for(scope, Level.TOWNSHIP, Period.holding(PeriodKind.MONTH, last), as_of)
    return replace(asked, period=Period(PeriodKind.WEEK, first, last))


def rolls_of_townships(scope: Scope, asked: Question) -> pd.DataFrame:
    return judged_rolls(loaders.source(scope), asked, TOWNSHIP_FACTS)


def rolls_of_villages(scope: Scope, asked: Question) -> pd.DataFrame:
    return judged_rolls(loaders.source(scope), asked, VILLAGE_FACTS)


def tonight(scope: Scope, as_of: date) -> Night | None:
    """The night a leader asks about now, its villages with it; None where there is none within three weeks."""
    return loaders.made_once(_tonight, (*TABLES, HOURS), figures_scope(scope, Level.TOWNSHIP), as_of)


def _tonight(scope: Scope, as_of: date) -> Night | None:
    asked = loaders.question_for(scope, Level.TOWNSHIP, Period.holding(PeriodKind.WEEK, as_of), as_of)
    day = duty_night(asked)
    if day is None:
        return None
    one = replace(asked, period=Period(PeriodKind.WEEK, day, day))
    return Night(day, one, rolls_of_townships(scope, one), rolls_of_villages(scope, one))


def night_of(scope: Scope, as_of: date, wanted: str) -> Night | None:
    """The night an address asks for (``2026-11-05``), else the one a leader asks about now. Without the villages."""
    return loaders.made_once(_night_of, (*TABLES, HOURS), figures_scope(scope, Level.TOWNSHIP), as_of, wanted)


def _night_of(scope: Scope, as_of: date, wanted: str) -> Night | None:
    asked = loaders.question_for(scope, Level.TOWNSHIP, Period.holding(PeriodKind.WEEK, as_of), as_of)
    day = workday_asked(wanted, asked) or duty_night(asked)
    if day is None:
        return None
    one = question_of(scope, day, day, as_of)
    return Night(day, one, rolls_of_townships(scope, one))


def workday_asked(wanted: str, asked: Question) -> date | None:
    """The working day that an address names, not after as-of; None for anything else."""
    try:
        day = date.fromisoformat(wanted)
    except ValueError:
        return None
    return day if day <= asked.as_of and asked.workdays.is_workday(day) else None
