"""Period and township, kept in the address."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from html import escape

import streamlit as st

from data_access import areas
from data_access.scope import Scope
from data_access.window import Window
from metrics.period import Period, PeriodKind
from pages.common import loaders
from pages.common.address import from_address

CURRENT = {"本周": PeriodKind.WEEK, "本月": PeriodKind.MONTH, "本季": PeriodKind.QUARTER, "本年": PeriodKind.YEAR}
PICKED = "指定"
PERIOD_SHOWN = "board_period_shown"
"""The session's key of the period a page shows, in words: what stands under a picture taken from it."""
CHOICES_BACK = {PeriodKind.MONTH: 18, PeriodKind.QUARTER: 6, PeriodKind.YEAR: 2}


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


def period_filter(as_of: date, default: str = "本月") -> Period:
    """本周 本月 本季 本年, or a picked month, quarter or year."""
    names = [*CURRENT, PICKED]
    chosen = st.segmented_control(
        "时段", names, required=True, label_visibility="collapsed", wrap=True, **from_address("period", names, default)
    )
    if chosen != PICKED:
        return Period.holding(CURRENT.get(chosen or default, PeriodKind.MONTH), as_of)
    choices = [period.text for kind, back in CHOICES_BACK.items() for period in reversed(Period.holding(kind, as_of).before.trailing(back))]
    which = st.selectbox("指定时段", choices, label_visibility="collapsed", width=150, **from_address("which", choices, choices[0]))
    return Period.parse(which or choices[0])


def township_filter(scope: Scope, as_of: date) -> str | None:
    """One township of the scope, or all (None). A township's own account has no choice."""
    if scope.area is not None and len(scope.area) >= 9:
        return scope.area[:9]
    units = loaders.asked(areas.units, scope, ("area",), window=Window("township", as_of, as_of, as_of))
    names = dict(zip(units["code"], units["name"], strict=True))
    chosen = st.selectbox(
        "乡镇",
        list(names),
        index=None,
        format_func=lambda code: names.get(code, code),
        placeholder="全部乡镇",
        label_visibility="collapsed",
        width=150,
        **from_address("township", names, None),
    )
    st.html(f'<span class="board-printed">{escape(names.get(chosen or "", "全部乡镇"))}</span>', width="content")
    return chosen


def bar_filters(scope: Scope, *, townships: bool = True, default_period: str = "本月") -> Filters:
    """The left of the bar. The as-of day is today in Beijing, so it rolls over at midnight."""
    as_of = loaders.today()
    period = period_filter(as_of, default_period)
    st.session_state[PERIOD_SHOWN] = period.label
    # Paper shows no controls; what they stood at is written there instead.
    st.html(f'<span class="board-printed">{escape(period.label)}</span>', width="content")
    return Filters(period, as_of, township_filter(scope, as_of) if townships else None, scope)
