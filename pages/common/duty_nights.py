"""The judged nights of 住夜 for pages: one night, or the nights of a month."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd

from data_access.facts import FACTS
from data_access.scope import Scope
from data_access.state import HOURS
from metrics.definition import Facts, Question, Span
from metrics.duty import duty_night, since_first_record, township_nights, village_nights
from metrics.period import Period, PeriodKind
from metrics.vocabulary import Level, Module
from pages.common import loaders
from pages.common.contents import contents_for
from reports.source import figures_scope
from reports.tonight import TOWNSHIP_FACTS, VILLAGE_FACTS
from reports.views.duty import Night

TABLES = tuple(sorted({table for name in (*TOWNSHIP_FACTS, *VILLAGE_FACTS) for table in FACTS[name].tables} | {"area", "calendar_day"}))


def question_of(scope: Scope, first: date, last: date, as_of: date) -> Question:
    """The question about some nights, at the level of townships."""
    asked = loaders.question_for(scope, Level.TOWNSHIP, Period.holding(PeriodKind.MONTH, last), as_of)
    return replace(asked, period=Period(PeriodKind.WEEK, first, last))


def _facts(scope: Scope, names: tuple[str, ...], asked: Question) -> Facts:
    return {name: loaders.fact(scope, name, asked, Span.PERIOD) for name in names}


def _whole(asked: Question) -> Question:
    """The same nights as if the last of them were over: what is recorded so far of one that goes on is shown, by itself."""
    return replace(asked, at=None)


def _told(scope: Scope, roll: pd.DataFrame) -> pd.DataFrame:
    return since_first_record(roll, contents_for(scope).first.get(Module.DUTY))


def rolls_of_townships(scope: Scope, asked: Question) -> pd.DataFrame:
    """``township_nights`` with the name of each township, and which nights lie before the first record; the night that goes on too."""
    asked = _whole(asked)
    facts = _facts(scope, TOWNSHIP_FACTS, asked)
    return facts["townships"][["code", "name"]].merge(_told(scope, township_nights(facts, asked)), on="code")


def rolls_of_villages(scope: Scope, asked: Question) -> pd.DataFrame:
    """``village_nights`` likewise with the name of each village."""
    asked = _whole(asked)
    facts = _facts(scope, VILLAGE_FACTS, asked)
    return facts["villages"][["code", "name"]].merge(_told(scope, village_nights(facts, asked)), on="code")


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
