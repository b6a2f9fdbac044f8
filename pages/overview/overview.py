"""总览: the page a 书记 opens. Exceptions first, then six numbers, then three leaderboards."""

import streamlit as st

from metrics.vocabulary import Level
from pages.common import loaders
from pages.common.address import from_address
from pages.common.auth import signed_in_scope
from pages.common.boards import board, card, headline_ids, module_page, ranking_panel
from pages.common.definition import open_definition
from pages.common.exceptions import fallen_this_week, of_petitions, of_tonight
from pages.common.layout import Places, page_header
from pages.common.markup import cards, exceptions
from pages.common.navigation import enabled_modules
from pages.common.opening import opening
from pages.common.panel import panel
from pages.common.petition_words import open_words
from pages.common.tonight import tonight

ROLES = {"邻长": "captains.key_visits", "组长": "captains.ordinary_visits", "片长": "captains.meetings"}


scope, modules = signed_in_scope(), enabled_modules()
as_of = loaders.today()
header, filters = opening(scope)
parts = Places("overview", (filters.period, filters.township, as_of))
with header:
    title = parts.place(40)
todo, numbers = parts.place(170), parts.place(150)
ranked = [module for module in ("duty", "petitions", "captains") if module in modules]
columns = dict(zip(ranked, st.columns(max(1, len(ranked)), gap="medium"), strict=False))
boards = {}
for module, column in columns.items():
    with column:
        boards[module] = parts.place(330)

night = tonight(scope, as_of) if "duty" in modules else None
with title:
    page_header(night.sentence if night else "县域治理总览")

groups = of_tonight(night, filters) if night else []
if "petitions" in modules:
    groups += of_petitions(filters)
groups.append(fallen_this_week(filters))
with todo:
    panel(exceptions(groups), key="exceptions")

shown = [card(filters, each, module_page(each)[1]) for each in headline_ids()]
with numbers:
    panel(cards([each for each in shown if each is not None]), key="headlines")

if "duty" in boards:
    ranking = board(filters, "duty.night_compliance")
    with boards["duty"]:
        ranking_panel(ranking, key="duty-board")
if "petitions" in boards:
    ranking = board(filters, "petitions.closed_on_time", extra=open_words(filters))
    with boards["petitions"]:
        ranking_panel(ranking, key="petition-board")
if "captains" in boards:
    with columns["captains"]:
        role = st.segmented_control("三长", list(ROLES), required=True, label_visibility="collapsed", **from_address("role", ROLES, "邻长"))
    ranking = board(filters.of_year(), ROLES[role or "邻长"], level=Level.TOWNSHIP)
    with boards["captains"]:
        ranking_panel(ranking, key="captain-board")
open_definition()
