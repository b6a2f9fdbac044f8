"""三夜: the page a 组织部长 opens. What last week lacked, what to go back to, six numbers, then 夜访, 夜学 or 夜谈."""

import streamlit as st

from pages.common.address import from_address
from pages.common.auth import signed_in_scope
from pages.common.boards import card
from pages.common.definition import open_definition
from pages.common.layout import Places, page_header
from pages.common.markup import cards, exceptions
from pages.common.opening import opening
from pages.common.panel import panel
from pages.nights import attention, learning, visiting

HEADLINES = (
    "nights.township_visits",
    "nights.village_visits",
    "nights.study_weeks",
    "nights.talk_weeks",
    "nights.on_the_spot",
    "nights.measures_done",
)
VIEWS = {"夜访": visiting.show, "夜学": learning.show_studies, "夜谈": learning.show_talks}

scope = signed_in_scope()
header, filters = opening(scope)
parts = Places("nights", (filters.period, filters.township, filters.as_of))
with header:
    title = parts.place(40)
todo, numbers = parts.place(170), parts.place(150)

week = attention.last_week(filters)
with title:
    page_header(attention.sentence(week, filters))
groups = attention.groups(week, filters)
with todo:
    panel(exceptions(groups), key="attention")
shown = [card(filters, each) for each in HEADLINES]
with numbers:
    panel(cards([each for each in shown if each is not None]), key="headlines")
view = st.segmented_control("看什么", list(VIEWS), required=True, label_visibility="collapsed", **from_address("view", VIEWS, "夜访"))
with parts.last(500):
    VIEWS[view or "夜访"](filters)
open_definition()
