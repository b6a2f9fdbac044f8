"""今晚 for whoever asks without a page (notices, the command line): the night with its judged rolls, and its units by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pandas as pd

from metrics.definition import Question, Span
from metrics.duty import since_first_record, township_nights, village_nights
from metrics.period import Period, PeriodKind
from metrics.vocabulary import Level, Module
from reports.frames import Source, question
from reports.views.duty import Night
from reports.views.tonight import Unit, units_of

if TYPE_CHECKING:
    from reports.source import DatabaseSource

TOWNSHIP_FACTS = ("townships", "township_roll", "staff_in_post")
VILLAGE_FACTS = ("villages", "village_roll")


def tonights_day(asked: Question) -> date:
    """The evening's date of the night that goes on at the question's moment, else of the one that comes: in the morning hours, until the
    rulebook's, it is still yesterday's."""
    return min(asked.night_over + timedelta(days=1), asked.as_of)


def night_on(source: Source, as_of: date, day: date) -> Night:
    """A night with the judged rolls of townships and villages as recorded so far; without rows where its day is no working day."""
    asked = question(source, Level.TOWNSHIP, Period.holding(PeriodKind.MONTH, day), as_of)
    asked = replace(asked, period=Period(PeriodKind.WEEK, day, day))
    return Night(day, asked, judged_rolls(source, asked, TOWNSHIP_FACTS), judged_rolls(source, asked, VILLAGE_FACTS))


def judged_rolls(source: Source, asked: Question, names: tuple[str, ...]) -> pd.DataFrame:
    """``metrics.duty.township_nights`` or ``village_nights`` (by ``names``) with the units' names, and which nights lie before the first
    record. As if the last night were over: what is recorded so far of one that goes on is shown, by itself."""
    whole = replace(asked, at=None)
    facts = {name: source.fact(name, whole, Span.PERIOD) for name in names}
    judged = (township_nights if names is TOWNSHIP_FACTS else village_nights)(facts, whole)
    told = since_first_record(judged, source.begins(Module.DUTY))
    return facts[names[0]][["code", "name"]].merge(told, on="code")


def units_on(source: DatabaseSource, night: Night) -> list[Unit]:
    """Every township and village of the source's scope on the night, by name: who is there, who is missing and why, the roster."""
    codes = [str(code) for rolls in (night.townships, night.villages) if rolls is not None for code in rolls["code"]]
    return units_of(night, *source.night_lists(night.day, codes))
