"""The filters above the list of cases, all in the address, so that a list can be sent as a link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from data_access import areas
from data_access.petition_lists import Asked, age_buckets, categories, list_handlers
from data_access.window import Window
from metrics.vocabulary import CHANNEL_NAMES, HANDLING_LEVEL_NAMES, SIZE_NAMES
from pages.common import loaders
from pages.common.filters import Filters
from pages.common.page import Page
from pages.common.people import names_of
from pages.petitions.windows import TABLES, week_end
from reports.views import petition_words as words
from reports.views.petition_cases import RESTRICTED_NAME, standing_names

PAGE = "page"
LIST_SHOWN, LIST_ASKED = "petition_list_shown", "petition_list_asked"
"""Session state: the address parameters of the list last seen, for the way back up from a case; what was asked, for the way to the next."""
RESTRICTED = "restricted"
MOST_HANDLERS = 500
"""To choose from; who has few cases of a whole province is found once a township is chosen."""


@dataclass(frozen=True)
class CaseList:
    """The list that is looked at: what is asked of the database, the list's name, all of its filters in words."""

    asked: Asked
    name: str
    chosen: str


def case_list(p: Page) -> CaseList:
    """One line of filters; ``lead`` comes from a link and can be taken off."""
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
        "flag": ("标记", 120, words.FLAG_NAMES, None),
        **({"department": ("承办部门", 140, departments, None)} if departments else {}),
        "age": ("在办天数", 130, {str(each): f"在办 {words.age_name(each, ages)}" for each in ages}, None),
    }
    with st.container(horizontal=True, vertical_alignment="bottom", key="list-filters"):
        searched = p.search("查找", "编号、类别或事由" if p.scope.may_see_names else "编号或类别", "words", restarts=PAGE)
        picked = {
            key: p.pick(label, names, key, default, width=width, empty=f"全部{label}", restarts=PAGE)
            for key, (label, width, names, default) in choices.items()
        }
        said = [choices[key][2][value] for key, value in picked.items() if value and key != "standing"]
        standing, age, village = picked.pop("standing") or "open", picked.pop("age"), picked.pop("village", None)
        narrowed: dict[str, Any] = dict(picked)
        asked = Asked(
            standing="all_and_open" if standing == RESTRICTED else standing,
            words=searched,
            area=village,
            age=None if age is None else int(age),
            lead_id=_id_in_address("lead"),
            restricted=standing == RESTRICTED,
            soon=week_end(p.filters.as_of),
            **narrowed,
        )
        handlers = _handlers(p, asked)
        handler = p.pick("经办人", handlers, "handler", width=150, empty="全部经办人", restarts=PAGE)
        sort = p.pick("排序", words.SORT_NAMES, "sort", "due", width=150, restarts=PAGE) or "due"
    said = [
        words.due_soon_words(p.view) if standing in words.AHEAD else standings[standing],
        *said,
        *([f"经办 {handlers[handler]}"] if handler else []),
        *(["指定包案领导"] if asked.lead_id is not None else []),
        *([f"含“{searched}”"] if searched else []),
        words.SORT_NAMES[sort],
    ]
    asked = replace(asked, sort=sort, handler_id=None if handler is None else int(handler))
    return CaseList(asked, standings[standing], " · ".join(said))


def _handlers(p: Page, asked: Asked) -> dict[str, str]:
    """Who handles cases of this list, id → name, and whom the address names."""
    filters = p.filters
    found = loaders.answer(list_handlers, filters.narrowed, TABLES, window=filters.window, asked=asked, most=MOST_HANDLERS)
    given = _id_in_address("handler")
    names = names_of(p.scope, [*found["handler_id"], given])
    ordered = [*(int(each) for each in found["handler_id"]), *([] if given is None else [given])]
    return {str(person): names.get(person, f"编号{person}") for person in dict.fromkeys(ordered)}


def _villages(filters: Filters) -> dict[str, str]:
    """The chosen township's villages, code → name."""
    window = Window("village", filters.as_of, filters.as_of, filters.as_of)
    found = loaders.answer(areas.units, filters.narrowed, ("area",), window=window)
    return dict(zip(found["code"], found["name"], strict=True))


def _id_in_address(name: str) -> int | None:
    value = st.query_params.get(name, "")
    return int(value) if value.isdigit() and len(value) < 18 else None
