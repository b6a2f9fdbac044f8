"""The parts of the 公示接待 page: what to act on, then rankings, slots or the coming week; only the chosen one is computed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd

from data_access.night_lists import PAGE_ROWS
from data_access.reception_lists import LIST_TABLES, coming_slots, slot_count, slot_list, slot_totals, village_slots_ahead
from metrics.vocabulary import Level, Module
from pages.common import loaders
from pages.common.cadre_weeks import weeks_lately, who_fell_short
from pages.common.filters import Filters
from pages.common.page import Page
from pages.common.people import names_of
from reports.links import VILLAGE, Link
from reports.parts import Exceptions
from reports.subjects import SUBJECTS
from reports.tables import Table
from reports.views import reception


def totals(filters: Filters) -> dict[str, int]:
    """What the slots of the period add up to."""
    found: dict[str, int] = loaders.answer(slot_totals, filters.narrowed, LIST_TABLES, window=filters.window)
    return found


def to_act_on(filters: Filters) -> Exceptions:
    """Slots nobody came to, leaders who received nobody last week, townships without slots ahead, disputes that are due.

    Nothing lies ahead of a period that is over.
    """
    scope, window = filters.narrowed, filters.window
    total = loaders.answer(slot_count, scope, LIST_TABLES, window=window, how="nobody")
    missed = loaders.answer(slot_list, scope, LIST_TABLES, window=window, how="nobody", rows=reception.MOST_LINES)
    asked = weeks_lately(filters)
    needed = asked.rules.number("reception", "slots_a_week")
    short = who_fell_short(scope, asked, ("leader_posts", "leader_leaves", "slots_received"), "slots", needed)
    names = names_of(filters.scope, [*missed["leader_id"], *missed["backup_id"], *reception.short_named(short)["person_id"]])
    view, week = filters.view, next(reversed(asked.weeks), None)
    ahead = () if view.is_past else (reception.nothing_ahead(_ahead(filters), filters.townships_here),)
    return Exceptions(
        (
            reception.nobody_came(missed, total, names, totals(filters)["slots"], filters.township),
            reception.received_nobody(short, week, filters.townships_here, names, view),
            *ahead,
            reception.unresolved(loaders.frame(scope, reception.RESOLVED, Level.TOWNSHIP, filters.period, filters.as_of)),
        )
    )


def _ahead(filters: Filters) -> pd.DataFrame:
    first, last = reception.days_ahead(filters.as_of)
    return loaders.answer(coming_slots, filters.narrowed, LIST_TABLES, first=first, last=last)


def rankings(p: Page) -> None:
    """Four rankings of townships; with a township chosen, its villages' centres too."""
    p.rankings(SUBJECTS[Module.RECEPTION].rankings["排名"])
    p.note(reception.RANKING_REMARK)
    if p.filters.township:
        p.ranking(reception.DESKS, level=Level.VILLAGE, link=Link(VILLAGE), parameter="village", key="board-villages")
    else:
        p.note(reception.VILLAGES_REMARK)


def slots(p: Page) -> None:
    """The slots themselves: announced, received by A, by B, by another or by nobody, and the 诉求 each raised."""
    how = p.choose("哪些场次", reception.HOW, "how", "raised", restarts="slots_page")
    total = loaders.answer(slot_count, p.filters.narrowed, LIST_TABLES, window=p.filters.window, how=how)
    p.pages_of_query(partial(_slot_table, p.filters, total, how), LIST_TABLES, total, PAGE_ROWS, "slots", parameter="slots_page")


def _slot_table(filters: Filters, total: int, how: str, answer: Callable[..., Any], **part: int) -> Table:
    found = answer(slot_list, filters.narrowed, window=filters.window, how=how, **part)
    names = names_of(filters.scope, [*found["leader_id"], *found["backup_id"], *found["received_by"]])
    return reception.slot_table(found, names, total, how)


def coming(p: Page) -> None:
    """The coming week as it will be announced."""
    filters, ahead = p.filters, _ahead(p.filters)
    names = names_of(filters.scope, [*ahead["leader_id"], *ahead["backup_id"]])
    grid = reception.coming_grid(ahead, filters.townships_here, names, p.view.workdays, filters.as_of)
    p.show(grid, key="coming", picture_name=grid.title)
    listed = reception.coming_table(ahead, filters.townships_here, names, filters.as_of)
    p.offer(lambda: listed, listed)
    first, last = reception.days_ahead(filters.as_of)
    more = reception.villages_ahead(loaders.answer(village_slots_ahead, filters.narrowed, LIST_TABLES, first=first, last=last))
    if more:
        p.note(more)
