"""The filters above the list of cases, all in the address, so that a list can be sent as a link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from data_access import areas
from data_access.petition_lists import Asked, age_buckets, categories
from data_access.window import Window
from metrics.vocabulary import CHANNEL_NAMES, HANDLING_LEVEL_NAMES, SIZE_NAMES
from pages.common import loaders
from pages.common.filters import Filters
from pages.common.page import Page
from pages.petitions.windows import week_end
from reports.views import petition_words as words
from reports.views.petition_cases import RESTRICTED_NAME, standing_names

PAGE = "page"
LIST_SHOWN = "petition_list_shown"
"""Session state: the address parameters of the list last seen, for the way back up from a case."""
RESTRICTED = "restricted"


@dataclass(frozen=True)
class CaseList:
    """The list that is looked at: what is asked of the database, the list's name, all of its filters in words."""

    asked: Asked
    name: str
    chosen: str


def case_list(p: Page) -> CaseList:
    """One line of filters; ``handler`` and ``lead`` come from links and can be taken off."""
    ages = age_buckets(p.filters.window)
    standings = {**standing_names(p.view), **({RESTRICTED: RESTRICTED_NAME} if p.scope.may_see_restricted else {})}
    known = loaders.answer(categories, p.scope, ("petition",))
    departments = loaders.departments(p.filters.narrowed, p.filters.as_of)
    choices: dict[str, tuple[str, int, Mapping[Any, str], str | None]] = {
        "standing": ("状态", 150, standings, "open"),
        **({"village": ("村", 130, _villages(p.filters), None)} if p.filters.township else {}),
        "level": ("级别", 110, HANDLING_LEVEL_NAMES, None),
        "size": ("大小", 100, SIZE_NAMES, None),
        "category": ("类别", 130, {each: each for each in known}, None),
        "channel": ("渠道", 120, CHANNEL_NAMES, None),
        **({"department": ("承办部门", 140, departments, None)} if departments else {}),
        "age": ("在办天数", 130, {str(each): f"在办 {words.age_name(each, ages)}" for each in ages}, None),
        "sort": ("排序", 150, words.SORT_NAMES, "due"),
    }
    with st.container(horizontal=True, vertical_alignment="bottom", key="list-filters"):
        searched = p.search("查找", "编号、类别或事由" if p.scope.may_see_names else "编号或类别", "words", restarts=PAGE)
        picked = {
            key: p.pick(label, names, key, default, width=width, empty=f"全部{label}", restarts=PAGE)
            for key, (label, width, names, default) in choices.items()
        }
    standing, sort = picked.pop("standing") or "open", picked.pop("sort") or "due"
    handler, lead = _id_in_address("handler"), _id_in_address("lead")
    said = [
        words.due_soon_words(p.view) if standing in words.AHEAD else standings[standing],
        *(choices[key][2][value] for key, value in picked.items() if value),
        *(name for name, person in (("指定经办人", handler), ("指定包案领导", lead)) if person is not None),
        *([f"含“{searched}”"] if searched else []),
        words.SORT_NAMES[sort],
    ]
    age, village = picked.pop("age"), picked.pop("village", None)
    asked = Asked(
        standing="all_and_open" if standing == RESTRICTED else standing,
        sort=sort,
        words=searched,
        area=village,
        age=None if age is None else int(age),
        handler_id=handler,
        lead_id=lead,
        restricted=standing == RESTRICTED,
        soon=week_end(p.filters.as_of),
        **picked,
    )
    return CaseList(asked, standings[standing], " · ".join(said))


def _villages(filters: Filters) -> dict[str, str]:
    """The chosen township's villages, code → name."""
    window = Window("village", filters.as_of, filters.as_of, filters.as_of)
    found = loaders.answer(areas.units, filters.narrowed, ("area",), window=window)
    return dict(zip(found["code"], found["name"], strict=True))


def _id_in_address(name: str) -> int | None:
    value = st.query_params.get(name, "")
    return int(value) if value.isdigit() and len(value) < 18 else None
