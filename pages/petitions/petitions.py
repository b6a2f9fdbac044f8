"""诉求: the page of a 信访局长 and a 政法委书记. What was decided, what to act on, six numbers, then one of four views."""

from dataclasses import replace

import streamlit as st

from pages.common.address import from_address
from pages.common.auth import signed_in_scope
from pages.common.boards import card
from pages.common.definition import open_definition
from pages.common.layout import Places, page_header
from pages.common.markup import cards
from pages.common.opening import opening
from pages.common.panel import go_to, panel
from pages.common.petition_words import LIST_PAGE, cases_query
from pages.petitions import leading, rankings, signals, standing
from pages.petitions.attention import attention
from pages.petitions.deciding import last_meeting

HEADLINES = (
    "petitions.open",
    "petitions.overdue",
    "petitions.backlog",
    "petitions.closed_on_time",
    "petitions.resolved",
    "satisfaction.callback",
)
VIEWS = {"排名": rankings.show, "构成与流转": standing.show, "苗头": signals.show, "包案与督办": leading.show}

scope = signed_in_scope()
header, filters = opening(scope)
parts = Places("petitions", (filters.period, filters.township, filters.as_of))
with header:
    title = parts.place(40)
todo, numbers = parts.place(170), parts.place(150)

sentence, groups = standing.sentence(filters), attention(filters)
with title:
    page_header(sentence)
decided = last_meeting(filters)
with todo:
    if decided:
        panel(decided, key="last-meeting")
    panel(groups, key="attention")
shown = [each for each in (card(filters, name) for name in HEADLINES) if each is not None]
linked = [replace(each, href=go_to(LIST_PAGE, cases_query(each.entry.id, filters))) for each in shown]
# 积案 as 34件, not as a share: a leader acts on cases.
counted = [replace(each, as_count=each.as_count or each.entry.id == "petitions.backlog") for each in linked]
with numbers:
    panel(cards(counted), key="headlines")
view = st.segmented_control("看什么", list(VIEWS), required=True, label_visibility="collapsed", **from_address("view", VIEWS, "排名"))
with parts.last(500):
    VIEWS[view or "排名"](filters)
open_definition()
