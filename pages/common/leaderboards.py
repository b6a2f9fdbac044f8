"""Readings, leaderboards and headline numbers for pages: made once for all who ask the same.

What was before (ranks, changes, runs, the line of twelve periods) is left out where it takes longer than a reader waits: the page then
shows its figures without it and is drawn again when it is there.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from data_access.answers import PENDING
from data_access.scope import Scope
from metrics.period import Period
from metrics.registry import indicator
from metrics.vocabulary import LEVEL_NAMES, Level
from pages.common import loaders
from reports import readings
from reports.conclusions import Reading
from reports.links import Link
from reports.parts import Card, Leaderboard
from reports.readings import CardQuestion, whole_level
from reports.source import figures_scope
from reports.subjects import SHOWN_AS_COUNTS, rows_behind

Asked = tuple[Scope, str, Level, Period, date, str]
"""Scope of the figures, indicator, level, period, as-of day, the one unit whose row is kept (empty for all)."""


def ranked_in(scope: Scope, level: Level) -> tuple[Scope, str]:
    """Where the units of a level are ranked for a reader, and the one unit whose row is kept, or an empty code.

    A township's account, or a reader who has chosen one township, sees its own row and names alone, but its place among all townships of
    the county and the county's figures: these stand in every 通报. The scope of the figures is the county's then, without any right.
    """
    wider = readings.ranked_within(scope.area or "", level)
    return (Scope(area=wider), scope.area or "") if wider else (figures_scope(scope, level), "")


def _asked(scope: Scope, indicator_id: str, level: Level, period: Period, as_of: date) -> Asked:
    wide, own = ranked_in(scope, level)
    return wide, indicator_id, level, period, as_of, own


def read_and_ranked(scope: Scope, indicator_id: str, level: Level, period: Period, as_of: date) -> tuple[Reading, Leaderboard]:
    """What titles and conclusions are read from (the frame, the whole's series, the units' runs), and the leaderboard of an indicator, with
    its conclusion as title, ranks and moves; its units lead where nobody has said otherwise, its figures to their rows."""
    asked = _asked(scope, indicator_id, level, period, as_of)
    with_past = _past_is_there(*asked)
    return _reading_once(*asked, with_past), _leaderboard_once(*asked, with_past)


def card(scope: Scope, indicator_id: str, period: Period, as_of: date, link: Link | None = None) -> Card | None:
    """A headline number of everything in the scope: row, change, twelve periods. None where there is none."""
    level = whole_level(scope.area or "")
    if level not in indicator(indicator_id).levels:
        return None
    wide, own = ranked_in(scope, level)
    made = headline(wide, CardQuestion(indicator_id, level, period, as_of, own or None))
    return made and replace(made, link=link)


def headline(scope: Scope, asked: CardQuestion) -> Card | None:
    """A headline number that leads nowhere yet: what all readers of a scope share."""
    shared, count = figures_scope(scope, asked.level), readings.CARD_PERIODS[asked.period.kind]
    tables = loaders.tables_of(asked.indicator_id, asked.level)
    made = loaders.made_soon(_card, tables, shared, asked, count)
    return loaders.made_once(_card, tables, shared, asked, 1) if made is PENDING else made


# --- made once ------------------------------------------------------------------------------------------------------


def _past_is_there(scope: Scope, indicator_id: str, level: Level, period: Period, as_of: date, own: str) -> bool:
    asked: Asked = (scope, indicator_id, level, period, as_of, own)
    return loaders.made_soon(_leaderboard, loaders.tables_of(indicator_id, level), *asked, True) is not PENDING


def _reading_once(scope: Scope, indicator_id: str, level: Level, period: Period, as_of: date, own: str, with_past: bool) -> Reading:
    tables = loaders.tables_of(indicator_id, level)
    return loaders.made_once(_reading, tables, scope, indicator_id, level, period, as_of, own, with_past)


def _reading(scope: Scope, indicator_id: str, level: Level, period: Period, as_of: date, own: str, with_past: bool) -> Reading:
    source = loaders.source(scope)
    return readings.reading(source, indicator(indicator_id), level, period, as_of, area=scope.area or "", own=own, with_past=with_past)


def _leaderboard_once(scope: Scope, indicator_id: str, level: Level, period: Period, as_of: date, own: str, with_past: bool) -> Leaderboard:
    tables = loaders.tables_of(indicator_id, level)
    return loaders.made_once(_leaderboard, tables, scope, indicator_id, level, period, as_of, own, with_past)


def _leaderboard(scope: Scope, indicator_id: str, level: Level, period: Period, as_of: date, own: str, with_past: bool) -> Leaderboard:
    read = _reading_once(scope, indicator_id, level, period, as_of, own, with_past)
    board = readings.leaderboard(loaders.source(scope), read, with_past=with_past)
    behind = {str(code): rows_behind(indicator_id, str(code), level) for code in board.frame["code"]}
    return replace(board, units_are=LEVEL_NAMES[level], rows=behind)


def _card(scope: Scope, asked: CardQuestion, periods: int) -> Card | None:
    return readings.card(loaders.source(scope), asked, periods, as_count=asked.indicator_id in SHOWN_AS_COUNTS)
