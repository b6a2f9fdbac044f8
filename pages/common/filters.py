"""Period and township, kept in the address."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import streamlit as st
from markupsafe import Markup

from data_access import areas
from data_access.scope import Scope
from data_access.window import Window
from metrics.definition import Span
from metrics.period import Period, PeriodKind
from metrics.vocabulary import Level
from pages.common import loaders
from pages.common.address import carried, from_address
from pages.common.contents import contents_for
from reports import source
from reports.links import PICKED as PICKED
from reports.view import View

CURRENT = {"本周": PeriodKind.WEEK, "本月": PeriodKind.MONTH, "本季": PeriodKind.QUARTER, "本年": PeriodKind.YEAR}

ALL_TOWNSHIPS = "全部乡镇"


@dataclass(frozen=True)
class Filters:
    """What the bar says: the period, the as-of day, the chosen township (None: all of the scope)."""

    period: Period
    as_of: date
    township: str | None
    scope: Scope

    @property
    def narrowed(self) -> Scope:
        """The scope under the chosen township."""
        return self.scope.narrowed(self.township)

    @cached_property
    def townships(self) -> dict[str, str]:
        """Names of the townships of the scope by code, in the order of codes."""
        return township_names(self.scope, self.as_of)

    @property
    def townships_here(self) -> dict[str, str]:
        """The same of those looked at: the chosen one, or all."""
        return self.townships if self.chosen is None else {self.chosen: self.townships[self.chosen]}

    @property
    def where(self) -> str:
        """The place in words."""
        return self.townships.get(self.township, self.township) if self.township else ALL_TOWNSHIPS

    @cached_property
    def view(self) -> View:
        """The same for presenters: pure, with the calendar, the place in words, and whether names are masked."""
        at = loaders.told_at() if self.as_of == loaders.today() else None
        return View(self.period, self.as_of, loaders.workdays(), self.township, self.where, not self.scope.may_see_names, at=at)

    @cached_property
    def window(self) -> Window:
        """The days of the period up to as-of with the rulebook's numbers, as queries of lists take them."""
        return source.window(loaders.question_for(self.narrowed, Level.TOWNSHIP, self.period, self.as_of), Span.PERIOD)

    @property
    def chosen(self) -> str | None:
        """The one township that is looked at, where it is one of the scope's."""
        return self.township if self.township in self.townships else None

    @property
    def month(self) -> Period:
        """The month a calendar shows: the period's own, or the last begun month of a longer one."""
        return Period.holding(PeriodKind.MONTH, min(self.period.last, self.as_of))

    def of_year(self) -> Filters:
        """The same view over the year of the period: what the selection of the best 三长 looks at."""
        return replace(self, period=Period.holding(PeriodKind.YEAR, self.period.representative))

    @property
    def query(self) -> dict[str, str]:
        """The address parameters that carry the period to another page."""
        return {"period": PICKED, "which": self.period.text} if st.session_state.get("period") == PICKED else {"period": self._chosen}

    @property
    def _chosen(self) -> str:
        return st.session_state.get("period") or "本月"


def this_month(scope: Scope) -> Filters:
    """Everything in the scope over the running month: what a page without a bar looks at."""
    as_of = loaders.today()
    return Filters(Period.holding(PeriodKind.MONTH, as_of), as_of, None, scope)


def township_names(scope: Scope, as_of: date) -> dict[str, str]:
    """Names of the townships in a scope by code."""
    return loaders.made_once(_township_names, ("area",), scope, as_of)


def _township_names(scope: Scope, as_of: date) -> dict[str, str]:
    units = loaders.answer(areas.units, scope, ("area",), window=Window("township", as_of, as_of, as_of))
    return dict(zip(units["code"], units["name"], strict=True))


def county_name(scope: Scope, as_of: date) -> str:
    """The county's name, where it is one that is looked at; of several together none."""
    names = loaders.answer(areas.units, scope, ("area",), window=Window("county", as_of, as_of, as_of))["name"]
    return str(names.iloc[0]) if len(names) == 1 else ""


MOST_YEARS = 12


def periods_to_pick(first: date | None, as_of: date) -> dict[str, str]:
    """Years, each with its quarters and their months, the newest first: what stands in the address and how it is called.

    From the first record on (``first``), at least those of the year that holds last month, and no farther than :data:`MOST_YEARS`: a wrong
    row may be of 1905. The running ones too: a link may name them, and is not to lead to the month before instead.
    """
    start = min(first or as_of, Period.holding(PeriodKind.MONTH, as_of).before.first.replace(month=1, day=1))
    year, picked = Period.holding(PeriodKind.YEAR, as_of), list[Period]()
    while year.last >= start and as_of.year - year.first.year < MOST_YEARS:
        picked.append(year)
        for quarter in reversed(year.quarters()):
            picked += [quarter, *reversed(quarter.months())]
        year = year.before
    return {period.text: period.label for period in picked if period.first <= as_of and period.last >= start}


def period_filter(scope: Scope, as_of: date, default: str = "本月") -> Period:
    """本周 本月 本季 本年, or a picked month, quarter or year."""
    names = [*CURRENT, PICKED]
    chosen = st.segmented_control(
        "时段", names, required=True, label_visibility="collapsed", wrap=True, **from_address("period", names, default)
    )
    if chosen != PICKED:
        return Period.holding(CURRENT.get(chosen or default, PeriodKind.MONTH), as_of)
    choices = periods_to_pick(contents_for(scope).earliest, as_of)
    last = Period.holding(PeriodKind.MONTH, as_of).before.text
    which = st.selectbox(
        "指定时段",
        list(choices),
        format_func=choices.__getitem__,
        label_visibility="collapsed",
        width=160,
        **from_address("which", choices, last),
    )
    return Period.parse(which or last)


def on_paper(words: str) -> None:
    """Paper shows no controls; what they stood at is written there instead."""
    st.html(Markup('<span class="board-printed">{}</span>').format(words), width="content")


def township_filter(scope: Scope, as_of: date) -> str | None:
    """One township of the scope, or all (None). A township's own account has no choice."""
    if scope.area is not None and len(scope.area) >= 9:
        return scope.area[:9]
    names = township_names(scope, as_of)
    return st.selectbox(
        "乡镇",
        list(names),
        index=None,
        format_func=lambda code: names.get(code, code),
        placeholder=ALL_TOWNSHIPS,
        label_visibility="collapsed",
        width=150,
        **from_address("township", names, None),
    )


def bar_filters(scope: Scope, *, townships: bool = True, default_period: str = "本月") -> Filters:
    """The left of the bar. The as-of day is today in Beijing, so it rolls over at midnight."""
    as_of = loaders.today()
    carried(("period", "which", "township"))
    period = period_filter(scope, as_of, default_period)
    seen = Filters(period, as_of, township_filter(scope, as_of) if townships else None, scope)
    on_paper(" ".join([period.label, *([seen.where] if townships else [])]))
    return seen
