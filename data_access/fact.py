"""A fact: one query that indicators are computed from, and what its answer depends on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time
from enum import StrEnum
from typing import NamedTuple

import pandas as pd
from sqlalchemy import Connection

from data_access.rules import with_looked_up
from data_access.scope import CODE_LENGTHS, Scope
from data_access.state import CLOCK, HOURS, Part, Reads
from data_access.window import Window

PETITION_TABLES = frozenset({"petition", "petition_event", "petition_rating"})
"""What happens to a petition goes on after any period, so that a figure of one that is long over may still change."""


class Cut(StrEnum):
    """How a fact depends on the moment of the as-of day at which it is asked."""

    NOT = "not"
    """Not at all: it counts what is dated by days."""
    DAY = "day"
    """It leaves out what belongs to a day that is not over."""
    INSTANT = "instant"
    """It compares timestamps with the moment."""


class Fact(NamedTuple):
    query: Callable[[Scope, Connection, Window], pd.DataFrame]
    tables: tuple[str, ...]
    any_level: bool = False
    """The answer is the same whatever level is asked: it is asked once for all of them."""
    sums: tuple[str, ...] = ()
    """The columns of counts where a county's answer is the sum of its townships' and of what lies at the county itself (a code of its
    own length): both are asked once. Every other column is a dimension."""
    cut: Cut = Cut.NOT
    """What a minute's passing may change: a fact that knows no times of the day is not asked anew."""
    opened_within: bool = False
    """Of petitions it reads those that were opened in the days asked for, and no others."""
    knows_as_of: bool = False
    """It reads what is dated after its days too, up to as-of."""

    @property
    def settles(self) -> bool:
        """Whether the answer for days that are over for good is the same whenever it is asked."""
        return not self.knows_as_of and PETITION_TABLES.isdisjoint(self.tables)

    def reads(self, window: Window) -> Reads:
        """What the answer for a window depends on: of the records those dated within its days, of petitions and what happened to them
        those up to the last of its days, of what says whether these are sound (``data_access.rules``) that of its days and before, and of
        the clock what :attr:`cut` says where the moment counts."""
        clocks = () if self.cut is Cut.NOT or window.until is None else (Part(HOURS if self.cut is Cut.DAY else CLOCK),)
        looked_up = [Part(table, None, window.last) for table in with_looked_up(self.tables) if table not in self.tables]
        return (*(self._part(table, window) for table in self.tables), *looked_up, *clocks)

    def _part(self, table: str, window: Window) -> Part:
        if table in PETITION_TABLES and not (self.opened_within and table == "petition"):
            # Nothing happens to a petition before it is opened (data_access.rules.STEPS): one opened after the days is none of theirs.
            return Part(table, None, window.as_of if self.knows_as_of else window.last)
        if self.cut is Cut.INSTANT and not self.opened_within:  # when a record was entered, whatever day it is about
            return Part(table)
        return Part(table, window.first, window.last)

    def asked(self, window: Window) -> Window:
        """The window to ask: without a level where the fact has no use for one, townships where a county is their sum, without the moment
        where it makes no difference."""
        if window.until is not None and self.cut is not Cut.INSTANT:
            window = replace(window, until=None if self.cut is Cut.NOT else datetime.combine(window.until.date(), time()))
        if self.any_level:
            return replace(window, level="")
        return replace(window, level="township") if self.sums and window.level == "county" else window

    def answer(self, rows: pd.DataFrame, window: Window) -> pd.DataFrame:
        """What ``window`` asks, of the rows for :meth:`asked`."""
        if not self.sums or window.level != "county":
            return rows
        dimensions = [column for column in rows.columns if column not in self.sums]
        counties = rows.assign(code=rows["code"].str.slice(0, CODE_LENGTHS["county"]))
        return counties.groupby(dimensions, dropna=False, sort=False)[list(self.sums)].sum().reset_index()
