"""总览: the page a 书记 opens. Exceptions first, then six numbers, then three leaderboards."""

import streamlit as st

from metrics.vocabulary import Level
from pages.common import loaders
from pages.common.auth import signed_in_scope
from pages.common.boards import board, card, headline_ids, module_page, ranking_panel
from pages.common.definition import open_definition
from pages.common.exceptions import fallen_this_week, of_petitions, of_tonight
from pages.common.filters import bar_filters
from pages.common.layout import bar, page_header, places, provisional_calendar_notice
from pages.common.live import live_note
from pages.common.markup import cards, exceptions
from pages.common.navigation import enabled_modules
from pages.common.panel import panel
from pages.common.petition_words import open_words
from pages.common.tonight import tonight

ROLES = {"邻长": "captains.key_visits", "组长": "captains.ordinary_visits", "片长": "captains.meetings"}


scope, modules = signed_in_scope(), enabled_modules()
as_of = loaders.today()
header = st.container()
left, right = bar()
with left:
    filters = bar_filters(scope)
with right:
    live_note()
provisional_calendar_notice(loaders.unofficial_years(), filters.period.first, filters.period.last)
question = (filters.period, filters.township, as_of)
with header:
    (title,) = places("overview_title", question, [60])
todo, numbers = places("overview", question, [170, 150])
columns = st.columns(3, gap="medium") if len(modules) > 1 else [st.container()]

night = tonight(scope, as_of) if "duty" in modules else None
with title:
    page_header(night.sentence if night else "县域治理总览")

groups = of_tonight(night, filters) if night else []
if "petitions" in modules:
    groups += of_petitions(filters)
with todo:
    panel(exceptions([*groups, fallen_this_week(filters)]), key="exceptions")

shown = [card(filters, each, module_page(each)[1]) for each in headline_ids()]
with numbers:
    panel(cards([each for each in shown if each is not None]), key="headlines")

if "duty" in modules:
    with columns[0]:
        ranking_panel(board(filters, "duty.night_compliance"), key="duty-board")
if "petitions" in modules:
    with columns[min(1, len(columns) - 1)]:
        ranking_panel(board(filters, "petitions.closed_on_time", extra=open_words(filters)), key="petition-board")
if "captains" in modules:
    with columns[-1]:
        slot = st.container()
        role = st.segmented_control(
            "三长", list(ROLES), default="邻长", required=True, key="role", bind="query-params", label_visibility="collapsed"
        )
        with slot:
            ranking_panel(board(filters.of_year(), ROLES[role or "邻长"], level=Level.TOWNSHIP), key="captain-board")
open_definition()
