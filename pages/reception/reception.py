"""公示接待: what was announced and who came, who has not received yet, the coming week, the disputes and their outcome."""

import streamlit as st

from pages.common.address import from_address
from pages.common.auth import signed_in_scope
from pages.common.boards import card
from pages.common.definition import open_definition
from pages.common.layout import Places, page_header
from pages.common.markup import cards, exceptions
from pages.common.opening import opening
from pages.common.panel import panel
from pages.common.sheets import few_cards
from pages.reception import attention, coming, ranking, slots

HEADLINES = ("reception.kept", "reception.leader_weeks", "reception.desk_days", "reception.resolved")
VIEWS = {"排名": ranking.show, "场次": slots.show, "未来一周": coming.show}

scope = signed_in_scope()
header, filters = opening(scope)
parts = Places("reception", (filters.period, filters.township, filters.as_of))
with header:
    title = parts.place(40)
todo, numbers = parts.place(170), parts.place(150)

totals = slots.totals(filters)
groups = attention.groups(filters)
with title:
    page_header(attention.sentence(totals, filters))
with todo:
    panel(exceptions(groups), key="attention")
shown = [card(filters, each) for each in HEADLINES]
with numbers:
    panel(few_cards(cards([each for each in shown if each is not None])) + slots.counters_of(totals), key="headlines")
view = st.segmented_control("看什么", list(VIEWS), required=True, label_visibility="collapsed", **from_address("view", VIEWS, "排名"))
with parts.last(500):
    VIEWS[view or "排名"](filters)
open_definition()
