"""The quality figures of a view. Bursts and copied notes are sought in every row, so they are at most ten minutes old, not live."""

from __future__ import annotations

import pandas as pd

from metrics.definition import rolled_up
from metrics.period import Period
from metrics.ranking import judged
from metrics.registry import indicator
from metrics.vocabulary import Level, Measure, Status
from metrics.wording import is_missing
from pages.common import loaders
from pages.common.boards import BEFORE, board_sheet, whole_level, whole_name
from pages.common.downloads import offer_table
from pages.common.filters import Filters
from pages.common.markup import Card, Leaderboard
from reports.conclusions import Reading, subtitle, title


def figures(filters: Filters, indicator_id: str, level: Level = Level.TOWNSHIP, period: Period | None = None) -> pd.DataFrame:
    """An indicator's judged frame over the view's period (or another one)."""
    return loaders.past_frame(filters.narrowed, indicator_id, level, period or filters.period, filters.as_of)


def ranking(filters: Filters, indicator_id: str) -> Leaderboard:
    """Townships by this figure, with the places moved since the period before."""
    entry, frame = indicator(indicator_id), figures(filters, indicator_id)
    before = figures(filters, indicator_id, period=filters.period.before)
    edition = loaders.rules_on(filters.period, filters.as_of)
    read = Reading(
        entry,
        Level.TOWNSHIP,
        filters.period,
        filters.as_of,
        frame,
        edition.target(indicator_id),
        edition.number("samples", "least_ranked"),
        whole_name(filters.narrowed, filters.as_of),
    )
    offer_table(f"{entry.name} 按乡镇 {filters.period.text}", lambda: board_sheet(filters, read))
    ranks = dict(zip(before["code"], before["rank"], strict=True))
    return Leaderboard(entry, frame, title(read), subtitle(read), read.target, ranks, query=filters.query)


def numbers(filters: Filters, indicator_ids: tuple[str, ...]) -> list[Card]:
    """The whole scope's figures against the period before, without a trend."""
    shown = []
    for indicator_id in indicator_ids:
        now, before = (_whole(filters, indicator_id, period) for period in (filters.period, filters.period.before))
        if now.empty:
            continue
        row, past = now.iloc[0], before["value"].iloc[0] if len(before) else None
        shown.append(
            Card(
                entry=indicator(indicator_id),
                row={"k": row["k"], "n": row["n"], "value": row["value"], "status": Status(row["status"])},
                before=None if is_missing(past) else past,
                trend=[],
                target=loaders.rules_on(filters.period, filters.as_of).target(indicator_id),
                since=BEFORE[filters.period.kind],
            )
        )
    return shown


def _whole(filters: Filters, indicator_id: str, period: Period) -> pd.DataFrame:
    """The one row of everything in the scope: for a rate Σk/Σn of its townships, already asked for."""
    entry, top = indicator(indicator_id), whole_level(filters.narrowed)
    if top not in entry.levels:
        return pd.DataFrame()
    if entry.measure is not Measure.RATE or top is Level.TOWNSHIP:
        return figures(filters, indicator_id, top, period)
    asked = loaders.question_for(filters.narrowed, top, period, min(filters.as_of, period.last))
    return judged(
        rolled_up(figures(filters, indicator_id, period=period), top), loaders.source(filters.narrowed).units(asked), entry, asked
    )
