"""Which unit a page is about, what lies around it, and the way back up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd
import streamlit as st

from data_access import areas
from data_access.rolls import named_areas, people_in_post
from data_access.scope import Scope
from data_access.state import HOURS
from data_access.window import Window
from metrics.period import Period
from metrics.vocabulary import CODE_LENGTHS, LEVEL_NAMES, Level
from pages.common import loaders
from pages.common.filters import Filters
from pages.common.layout import Crumb
from pages.common.navigation import file_of
from pages.common.page import Page
from reports.links import OVERVIEW, TOWNSHIP, VILLAGE, to_township
from reports.parts import Names
from reports.views import township
from reports.views.contents import first_steps_table, first_steps_title

POST_TABLES = ("appointment", "leave_period", "person")


def figures_scope(scope: Scope, code: str) -> Scope:
    """Whose figures stand beside a unit's: the whole county's, also for a township's own account (it sees itself beside the county)."""
    length = CODE_LENGTHS[Level.COUNTY]
    return Scope(area=code[:length]) if scope.area is not None and len(scope.area) > length else Scope(area=scope.area)


@dataclass(frozen=True)
class Place:
    """A unit of the scope with the names of the units that hold it. ``counted``: a real administration, or under one."""

    code: str
    name: str
    names: Mapping[str, str]
    counted: bool

    @property
    def township(self) -> str:
        return self.code[: CODE_LENGTHS[Level.TOWNSHIP]]


def place_on(p: Page, code: str, level: Level) -> Place:
    """The unit at the level in the reader's scope, pseudo units too. Where there is none the page says so and what to do, and ends."""
    found = loaders.answer(areas.area, p.scope, ("area",), code=code) if code else None
    if not code and not p.filters.townships:
        steps = first_steps_table(p.contents, p.may_load)
        p.title(first_steps_title(p.contents))
        p.show(*([steps] if steps else []), key="steps")
        p.stop()
    if found is None or found["level"] != level:
        said = f"地址中的“{code or '（空）'}”不存在，或不在您的账号范围内。请从排名或上级页面重新进入。"
        p.title(f"找不到这个{LEVEL_NAMES[level]}", subtitle=said)
        p.stop()
    above = loaders.answer(areas.ancestors, p.scope, ("area",), code=code)
    holders = [loaders.answer(areas.area, p.scope, ("area",), code=each) for each in above["code"]]
    counted = all(each is None or each["ranked"] is not False for each in holders)
    return Place(code, str(found["name"]), dict(zip(above["code"], above["name"], strict=True)), counted)


def crumbs(p: Page, code: str, last: str | None = None) -> list[Crumb]:
    """县 › 乡镇 › 村 down to the unit at ``code``. ``last`` (a person), else the unit itself, stands at the end without a link."""
    steps: list[Crumb] = []
    for row in loaders.answer(areas.ancestors, p.scope, ("area",), code=code).to_dict("records"):
        name, at = str(row["name"]), str(row["code"])
        if row["level"] == Level.COUNTY:
            steps.append((name, file_of(OVERVIEW), None))
        elif row["level"] in (Level.TOWNSHIP, Level.VILLAGE):
            page, parameter = (TOWNSHIP, "township") if row["level"] == Level.TOWNSHIP else (VILLAGE, "village")
            steps.append((name, file_of(page), {parameter: at, **p.query}))
    if last is not None:
        steps.append((last, "", None))
    elif steps:
        steps[-1] = (steps[-1][0], "", None)  # where one stands is no way on
    return steps


def compared_with(p: Page, place: Place) -> str | None:
    """The township one compares with, chosen beside the steps to the neighbours; it goes along while drilling."""
    everyone = p.filters.townships
    names = {code: f"与{name}对比" for code, name in everyone.items() if code != place.code}
    if not names:
        return None
    with st.container(horizontal=True, vertical_alignment="center", key="board-siblings"):
        with st.container(width=230):
            p.show(township.neighbours(everyone, place.code, to_township), key="siblings")
        return p.pick("对比", names, "versus", width=190, empty="与另一乡镇对比")


def villages_of(scope: Scope, code: str, period: Period, as_of: date) -> pd.DataFrame:
    """The villages of a township, counted or not."""
    found: pd.DataFrame = loaders.answer(named_areas, scope.narrowed(code), ("area",), window=Window("village", period.first, as_of, as_of))
    return found


def show_people(p: Page, place: Place) -> None:
    """Who is in post at the unit itself."""
    p.show(loaders.made_once(_people, (*POST_TABLES, "calendar_day", HOURS), p.filters, place.code), key="people")


def _people(filters: Filters, code: str) -> Names:
    rows = loaders.answer(people_in_post, filters.scope, POST_TABLES, codes=(code,), on=filters.view.moment)
    return township.people_in_post(rows, filters.view)
