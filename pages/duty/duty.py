"""住夜: tonight against the rule, the month night by night, the ranking, then chiefs, load, villages."""

import streamlit as st

from metrics.vocabulary import Level
from metrics.wording import is_missing
from pages.common import loaders
from pages.common.address import from_address
from pages.common.auth import signed_in_scope
from pages.common.boards import board, ranking_panel
from pages.common.definition import open_definition
from pages.common.layout import Places, note, page_header
from pages.common.opening import opening
from pages.common.panel import panel
from pages.common.sheets import heading, township_names
from pages.duty.board import DUTY_PAGE, here, people_board, township_board, village_board
from pages.duty.handouts import offer_month
from pages.duty.markup import month_map
from pages.duty.night import TOWNSHIP_STATES, is_still_to_come, looked_at, month_of, question_of, rolls_of_townships
from pages.duty.sections import SECTIONS, streak_words

scope = signed_in_scope()
header, filters = opening(scope)
parts = Places("duty", (filters.period, filters.township, filters.as_of, st.query_params.get("night")))
with header:
    sentence = parts.place(40)
wide, narrow = st.columns([11, 9], gap="large")
with wide:
    tonight = parts.place(480)
with narrow:
    beside = parts.place(330)
nights = parts.place(330)

night, names = looked_at(filters), township_names(scope, filters.as_of)
one = filters.township if filters.township in names else None
with sentence:
    up = [("全县", DUTY_PAGE, filters.query), (names[one], DUTY_PAGE, {**filters.query, "township": one})] if one and len(names) > 1 else []
    page_header(night.sentence if night else "近三周没有工作日夜", crumbs=up)

if night is None:
    with tonight, beside:
        pass  # nothing to show takes no room
else:
    with tonight:
        if one:
            people_board(night, filters, one)
        else:
            township_board(night, filters)
    with beside:
        if one:
            village_board(night, filters)
        else:
            ranking_panel(board(filters, "duty.night_compliance", extra=streak_words(filters)), key="duty-board")

month = month_of(filters)
asked = question_of(scope, month.first, month.last, filters.as_of)
rolls = rolls_of_townships(filters.narrowed, asked)
ranks = loaders.frame(filters.narrowed, "duty.night_compliance", Level.TOWNSHIP, filters.period, filters.as_of)
units = [(str(row["code"]), str(row["name"])) for row in ranks.to_dict("records") if not is_missing(row["code"])]
missed = int((~rolls["compliant"].astype(bool)).sum())
blank = int(rolls["unreported"].sum())
title = f"{month.label} {len(rolls)} 个乡镇夜中 {len(rolls) - missed} 个达标,{missed - blank} 个未达标,{blank} 个未填报"
offer_month(units, rolls, month, asked, filters)
grid = month_map(units, rolls, month, asked, TOWNSHIP_STATES, lambda code, day: here(filters, day, code))
with nights:
    panel(
        heading(title, "一格一夜;点乡镇只看该乡镇,点一格看那一夜", "duty.night_compliance") + grid,
        key="month-map",
        picture="住夜月图",
        about="duty.night_compliance",
    )
    if is_still_to_come(filters.as_of, asked) and asked.workdays.is_workday(filters.as_of):
        note("今天是工作日,按口径今晚已计入本期;填报前暂按未填报计。")

part = st.segmented_control(
    "看什么", list(SECTIONS), required=True, label_visibility="collapsed", wrap=True, **from_address("part", SECTIONS, "正职住夜")
)
with parts.last(500):
    SECTIONS[part or "正职住夜"](filters)
open_definition()
