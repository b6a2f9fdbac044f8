"""今晚与本周排班: who is to stay, who has come, who stands in, whom to call; of a past period its last week."""

from __future__ import annotations

from datetime import date

import pandas as pd

from data_access.areas import units
from data_access.rosters import ROSTER_TABLES, rosters
from data_access.window import Window
from metrics.definition import Question
from metrics.duty import has_begun, is_over
from metrics.period import Period, PeriodKind
from metrics.vocabulary import Level
from pages.common import loaders
from pages.common.filters import Filters
from pages.common.page import Page
from pages.common.phones import tonights_numbers
from reports.tonight import tonights_day
from reports.views import rosters as views

ROWS, WEEK_ROWS = 25, 45


def planned(p: Page) -> None:
    filters, is_past = p.filters, p.view.is_past
    asked = loaders.question_for(filters.narrowed, Level.TOWNSHIP, filters.period, filters.as_of)
    night = tonights_day(asked)
    week = Period.holding(PeriodKind.WEEK, filters.period.last if is_past else night)
    names = _units(filters)
    turns = loaders.answer(rosters, filters.narrowed, ROSTER_TABLES, first=week.first, last=week.last, codes=tuple(names))
    if not is_past:
        _tonight(p, turns[turns["night"] == night], night, names, asked)
    made = views.weeks_turns(turns, week, names, asked.night_over, label=week.label if is_past else "本周")
    p.pages_of(made, WEEK_ROWS, "weeks-turns", parameter="week_page")


def _tonight(p: Page, turns: pd.DataFrame, night: date, names: dict[str, str], asked: Question) -> None:
    over = is_over(night, asked)
    numbers = tonights_numbers(p.scope, night, map(views.whom_to_call, turns.to_dict("records")), is_over=over)
    label = "今晚" if night == p.filters.as_of else "昨晚"
    made = views.tonights_turns(turns, night, names, numbers, label=label, begun=has_begun(night, asked), over=over)
    p.pages_of(made, ROWS, "tonights-turns", parameter="turns_page")


def _units(filters: Filters) -> dict[str, str]:
    """The townships, or one with its villages."""
    if filters.chosen is None:
        return filters.townships
    window = Window("village", filters.as_of, filters.as_of, filters.as_of)
    villages = loaders.answer(units, filters.narrowed, ("area",), window=window)
    return {**filters.townships_here, **dict(zip(villages["code"], villages["name"], strict=True))}
