"""The filters above the list, all in the address, so that a list can be sent as a link."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from data_access import areas
from data_access.petition_lists import PAGE_ROWS, Asked, categories
from data_access.window import Window
from metrics.vocabulary import CHANNEL_NAMES, HANDLING_LEVEL_NAMES, SIZE_NAMES
from metrics.wording import day_text, whole
from pages.common import loaders
from pages.common.address import from_address, page_from_address, words_from_address
from pages.common.filters import Filters
from pages.petitions import wording
from pages.petitions.asking import week_end

STANDING_NAMES = {
    "open": "在办",
    "overdue": "超期在办",
    "due_soon": "本周到期",
    "backlog": "积案",
    "backlog_unled": "积案未包案",
    "supervised": "挂牌督办",
    "led": "领导包案",
    **{f"awaits_{step}": f"待{name}" for step, name in wording.STEP_NAMES.items()},
    "ended": "本期办结",
    "left_out": "撤回、转送、不予受理",
    "repeats": "本期重复诉求",
    "mass": "集体访、越级访",
    "late": "未按期办结",
    "unresolved": "到期或已结未化解",
    "undispatched": "派单超时",
    "unaccepted": "接单超时",
    "unanswered": "24小时内未响应",
    "unnotified": "未按时告知受理",
    "improper": "销号不规范",
    "returned": "退单",
    "reopened": "不满意重办",
    "unhappy": "评单不满意",
    "unhappy_callback": "回访不满意",
    "all": "本期全部",
}
AT_A_MOMENT = (
    "open",
    "overdue",
    "due_soon",
    "backlog",
    "backlog_unled",
    "supervised",
    "led",
    *(f"awaits_{step}" for step in wording.STEP_NAMES),
)
PAGE = "page"
LIST_SHOWN = "petition_list_shown"
"""Session state: the address parameters of the list last seen, for the way back up from a case."""
RESTRICTED = "restricted"
RESTRICTED_NAME = "检举控告(单列,在办和本期)"
SORT_NAMES = {"due": "时限从早到晚", "moved": "最久没有进展", "opened": "点单从早到晚", "newest": "最新点单", "number": "按编号"}


def list_filters(filters: Filters) -> Asked:
    """One line of filters; ``handler`` and ``lead`` come from links and can be taken off."""
    standings = dict(STANDING_NAMES)
    if filters.scope.may_see_restricted:
        standings[RESTRICTED] = RESTRICTED_NAME
    rules = loaders.rules_on(filters.period, filters.as_of)
    ages = {str(each): f"在办 {wording.age_name(each, rules)}" for each in wording.ages(rules)}
    known = loaders.answer(categories, filters.scope, ())  # an hour old at most: categories hardly change
    with st.container(horizontal=True, vertical_alignment="bottom", key="list-filters"):
        words = st.text_input(
            "查找",
            type="search",
            placeholder="编号、类别或事由" if filters.scope.may_see_names else "编号或类别",
            width=220,
            label_visibility="collapsed",
            **words_from_address("words", restarts=PAGE),
        )
        standing = _choice("standing", standings, "状态", 150, default="open")
        village = _choice("village", villages_of(filters), "村", 130) if filters.township else None
        level = _choice("level", dict(HANDLING_LEVEL_NAMES), "级别", 110)
        size = _choice("size", dict(SIZE_NAMES), "大小", 100)
        category = _choice("category", {each: each for each in known}, "类别", 130)
        channel = _choice("channel", dict(CHANNEL_NAMES), "渠道", 120)
        age = _choice("age", ages, "在办天数", 130)
        sort = _choice("sort", SORT_NAMES, "排序", 150, default="due")
    restricted = standing == RESTRICTED
    return Asked(
        standing="all_and_open" if restricted else standing or "open",
        sort=sort or "due",
        words=(words or "").strip(),
        level=level,
        size=size,
        category=category,
        channel=channel,
        area=village,
        age=None if age is None else int(age),
        handler_id=_id_in_address("handler"),
        lead_id=_id_in_address("lead"),
        restricted=restricted,
        soon=week_end(filters.as_of),
    )


def villages_of(filters: Filters) -> dict[str, str]:
    """The chosen township's villages, code → name."""
    window = Window("village", filters.as_of, filters.as_of, filters.as_of)
    found = loaders.answer(areas.units, filters.narrowed, ("area",), window=window)
    return dict(zip(found["code"], found["name"], strict=True))


def _choice(key: str, names: Mapping[str, str], label: str, width: int, default: str | None = None) -> str | None:
    known = {str(choice): words for choice, words in names.items()}
    return st.selectbox(
        label,
        list(known),
        index=None,
        format_func=lambda each: known.get(each, each),
        placeholder=f"全部{label}",
        label_visibility="collapsed",
        width=width,
        **from_address(key, known, default, restarts=PAGE),
    )


def _id_in_address(name: str) -> int | None:
    value = st.query_params.get(name, "")
    return int(value) if value.isdigit() and len(value) < 18 else None


def page_picker(total: int) -> int:
    """Which page of the list is shown; nothing to pick where there is one."""
    return page_from_address(PAGE, total, PAGE_ROWS)


def list_sentence(asked: Asked, total: int, filters: Filters) -> str:
    """超期在办 91 件 · 按时限从早到晚."""
    name = RESTRICTED_NAME if asked.restricted else STANDING_NAMES[asked.standing]
    words = f",含“{asked.words}”" if asked.words else ""
    at = f"(截至{day_text(min(filters.period.last, filters.as_of))})" if asked.standing in AT_A_MOMENT else ""
    return f"{name} {whole(total)} 件{at}{words}"
