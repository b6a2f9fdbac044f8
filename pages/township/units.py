"""Which unit a page is about, what lies around it, and the way back up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import streamlit as st

from data_access import areas
from data_access.scope import Scope
from metrics.vocabulary import CODE_LENGTHS, LEVEL_NAMES, Level
from pages.common import loaders
from pages.common.address import from_address
from pages.common.filters import Filters
from pages.common.layout import Crumb, page_header
from pages.common.panel import go_to, panel
from pages.common.sheets import TOWNSHIP_PAGE, township_names

VILLAGE_PAGE, PERSON_PAGE, CAPTAIN_PAGE = "pages/township/village.py", "pages/township/person.py", "pages/captains/captain.py"


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
        return self.code[:9]


def place_of(scope: Scope, code: str, level: Level) -> Place | None:
    """The unit, if it exists at that level inside the scope; pseudo units too."""
    found = loaders.answer(areas.area, scope, ("area",), code=code)
    if found is None or found["level"] != level:
        return None
    above = loaders.answer(areas.ancestors, scope, ("area",), code=code)
    holders = [loaders.answer(areas.area, scope, ("area",), code=each) for each in above["code"]]
    counted = all(each is None or each["ranked"] is not False for each in holders)
    return Place(code, str(found["name"]), dict(zip(above["code"], above["name"], strict=True)), counted)


def crumbs(scope: Scope, code: str, query: Mapping[str, str], last: str | None = None) -> list[Crumb]:
    """县 › 乡镇 › 村 down to the unit at ``code``. ``last`` (a person), else the unit itself, stands at the end without a link."""
    above = loaders.answer(areas.ancestors, scope, ("area",), code=code)
    steps: list[Crumb] = []
    for row in above.to_dict("records"):
        level, name, at = str(row["level"]), str(row["name"]), str(row["code"])
        if level == Level.COUNTY:
            steps.append((name, "pages/overview/overview.py", None))
        elif level == Level.TOWNSHIP:
            steps.append((name, TOWNSHIP_PAGE, {"township": at, **query}))
        elif level == Level.VILLAGE:
            steps.append((name, VILLAGE_PAGE, {"village": at, **query}))
    if last is not None:
        steps.append((last, "", None))
    elif steps:
        steps[-1] = (steps[-1][0], "", None)  # where one stands is no way on
    return steps


def kept(filters: Filters) -> dict[str, str]:
    """What goes along while drilling: the period, and the township one compares with."""
    versus = st.query_params.get("versus")
    return {**filters.query, **({"versus": versus} if versus else {})}


def not_found(level: Level, code: str) -> None:
    """Says that an address names nothing the reader may see, and what to do."""
    page_header(f"找不到这个{LEVEL_NAMES[level]}", subtitle=f"地址中的“{code}”不存在,或不在您的账号范围内。请从排名或上级页面重新进入。")


def steps(names: Mapping[str, str], code: str, page: str, parameter: str, filters: Filters) -> str:
    """The neighbours of a unit as links that keep the place; empty where there are none. ``names``: all siblings by code, in order."""
    codes = list(names)
    if code not in codes or len(codes) < 2:
        return ""
    at = codes.index(code)

    def link(to: str, words: str) -> str:
        return f"<button {go_to(page, {parameter: to, **kept(filters)})}>{escape(words)}</button>"

    before, after = codes[at - 1], codes[(at + 1) % len(codes)]
    return f'<div class="steps">{link(before, f"← {names[before]}")}{link(after, f"{names[after]} →")}</div>'


def compared_with(scope: Scope, place: Place, filters: Filters) -> str | None:
    """The township one compares with, chosen beside the steps to the neighbours; it goes along while drilling."""
    everyone = township_names(scope, filters.as_of)
    names = {code: name for code, name in everyone.items() if code != place.code}
    if not names:
        return None
    with st.container(horizontal=True, vertical_alignment="center", key="board-siblings"):
        with st.container(width=230):
            panel(steps(everyone, place.code, TOWNSHIP_PAGE, "township", filters), key="siblings")
        return st.selectbox(
            "对比",
            list(names),
            index=None,
            format_func=lambda code: f"与{names.get(code, code)}对比",
            placeholder="与另一乡镇对比",
            label_visibility="collapsed",
            width=190,
            **from_address("versus", names, None),
        )
