"""三长: the page 组织部 and the townships work with. Who has not been visited, where the grid has holes, the rankings by role."""

import streamlit as st

from pages.captains import lists, rankings, standing
from pages.common.address import from_address
from pages.common.auth import signed_in_scope
from pages.common.boards import card
from pages.common.definition import open_definition
from pages.common.layout import Places, page_header
from pages.common.markup import cards, exceptions
from pages.common.opening import opening
from pages.common.panel import panel

HEADLINES = (
    "captains.key_visits",
    "captains.ordinary_visits",
    "captains.meetings",
    "captains.coverage",
    "captains.training",
    "captains.cards",
)
VIEWS = {"排名": rankings.show, "未走访": lists.unvisited_list, "网格": lists.grid_list}

scope = signed_in_scope()
header, filters = opening(scope)
parts = Places("captains", (filters.period, filters.township, filters.as_of))
with header:
    title = parts.place(40)
todo, numbers = parts.place(170), parts.place(150)

sentence, groups = standing.sentence(filters), standing.groups(filters)
with title:
    page_header(sentence)
with todo:
    panel(exceptions(groups), key="attention")
shown = [card(filters, each) for each in HEADLINES]
with numbers:
    panel(cards([each for each in shown if each is not None]), key="headlines")
view = st.segmented_control("看什么", list(VIEWS), required=True, label_visibility="collapsed", **from_address("view", VIEWS, "排名"))
with parts.last(500):
    VIEWS[view or "排名"](filters)
open_definition()
