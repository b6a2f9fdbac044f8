"""The parts of the page 今晚."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import streamlit as st

from data_access.night_entries import ENTRY_TABLES
from data_access.rolls import ROLL_TABLES
from data_access.rosters import ROSTER_TABLES
from data_access.scope import Scope
from data_access.state import HOURS
from metrics.period import Period, PeriodKind
from metrics.vocabulary import Level
from pages.common import loaders
from pages.common.address import page_from_address
from pages.common.duty_nights import TABLES, workday_asked
from pages.common.filters import Filters, on_paper, township_filter
from pages.common.layout import Crumb
from pages.common.navigation import file_of
from pages.common.page import Page
from pages.common.phones import ask_for_phones, may_call, tonights_numbers
from reports.links import OVERVIEW
from reports.source import figures_scope, night_lists
from reports.tonight import night_on, tonights_day
from reports.views import tonight
from reports.views.duty import Night
from reports.views.tonight import Unit

ROWS = 25
NIGHT_TABLES = tuple(dict.fromkeys((*TABLES, *ROLL_TABLES, *ROSTER_TABLES, *ENTRY_TABLES, HOURS)))


def one_township(scope: Scope) -> Filters:
    """The bar: a township or all; the night is the page's own."""
    as_of = loaders.today()
    seen = Filters(Period.holding(PeriodKind.MONTH, as_of), as_of, township_filter(scope, as_of), scope)
    on_paper(seen.where)
    return seen


def night_asked(p: Page) -> tuple[Night, list[Unit]]:
    """The night that the address asks for, else the one that goes on or comes, with its units by name."""
    wanted = st.query_params.get("night") or ""
    return night_by_name(p.filters.narrowed, p.filters.as_of, wanted)


def night_by_name(scope: Scope, as_of: date, wanted: str = "") -> tuple[Night, list[Unit]]:
    """Made once for all who may see the same."""
    return loaders.made_once(_night_by_name, NIGHT_TABLES, scope, as_of, wanted)


def _night_by_name(scope: Scope, as_of: date, wanted: str) -> tuple[Night, list[Unit]]:
    asked = loaders.question_for(scope, Level.TOWNSHIP, Period.holding(PeriodKind.MONTH, as_of), as_of)
    night = night_on(loaders.source(figures_scope(scope, Level.TOWNSHIP)), as_of, workday_asked(wanted, asked) or tonights_day(asked))
    codes = [str(code) for rolls in (night.townships, night.villages) if rolls is not None for code in rolls["code"]]

    def ask(query: Callable[..., Any], **asked: Any) -> Any:
        return loaders.answer(query, scope, NIGHT_TABLES, **asked)

    return night, tonight.units_of(night, *night_lists(ask, night.day, codes))


def crumbs() -> list[Crumb]:
    return [("总览", file_of(OVERVIEW), {})]


def title(night: Night, units: Sequence[Unit]) -> str:
    workdays = loaders.workdays()
    if not workdays.is_workday(night.day):
        return tonight.no_workday_title(night.day, workdays.name(night.day))
    return tonight.title(night, units)


def calls(p: Page, night: Night, units: Sequence[Unit]) -> None:
    """The townships that want a call; the numbers as this reader may see them."""
    short = [unit for unit in units if not unit.is_village]
    numbers = tonights_numbers(p.scope, night.day, _people(short), is_over=night.is_over)
    p.show(tonight.call_sheet(night, short, numbers), key="tonight-calls")
    if not may_call(p.scope, is_over=night.is_over):
        ask_for_phones(p.scope, tonight.about(night), "核实今晚在岗情况")


def township_people(p: Page, night: Night, units: Sequence[Unit]) -> None:
    numbers = tonights_numbers(p.scope, night.day, _people([unit for unit in units if not unit.is_village]), is_over=night.is_over)
    p.show(tonight.township_people(night, units, numbers), key="tonight-townships")


def village_people(p: Page, night: Night, units: Sequence[Unit]) -> None:
    """The villages without a chief, a page of them; numbers are asked for those shown alone."""
    short = tonight.short_villages(units)
    above = st.container()
    number = page_from_address("tonight_villages", len(short), ROWS)
    shown = short[(number - 1) * ROWS : number * ROWS]
    numbers = tonights_numbers(p.scope, night.day, _people(shown), is_over=night.is_over)
    with above:
        p.show(
            tonight.village_people(night, shown, units, numbers),
            key="tonight-villages",
            whole=lambda: tonight.village_people(night, short, units, {}),
        )


def _people(units: Sequence[Unit]) -> list[int]:
    return [person for unit in units for person in unit.callable_people]
