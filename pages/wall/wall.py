"""大屏: one sentence and rotating leaderboards for a wall, dark, without names or controls. Runs for weeks.

Everything is drawn inside one fragment from cached frames: a tick keeps nothing, so memory stays flat; the day is asked
anew at each tick, so midnight needs no reload; while the database is away the last good data stay, with their age in red.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import streamlit as st
from markupsafe import Markup

from data_access.clock import beijing_now
from data_access.faults import logged
from metrics.registry import REGISTRY
from metrics.vocabulary import Level, Module
from pages.common import leaderboards, loaders, navigation
from pages.common.auth import signed_in_scope
from pages.common.contents import contents_for
from pages.common.duty_nights import tonight
from pages.common.filters import Filters, county_name, this_month
from pages.common.page import to_subject
from pages.common.panel import panel
from pages.common.petition_words import overdue_words
from pages.common.telling import hears
from reports.html import HtmlWriter
from reports.parts import Cards, Leaderboard
from reports.subjects import OF_THE_YEAR, WALL_RANKINGS, overview_numbers, shown_here
from reports.views import wall
from reports.views.contents import first_steps_title
from reports.views.duty import tonight_groups
from reports.wording import counted_words

LOG = logging.getLogger(__name__)
TICK_SECONDS = 5
Made = TypeVar("Made")

st.html(
    "<style>@media (min-width:1000px){html{font-size:max(28px,1.46vw)!important}} .stApp{color-scheme:dark;background:var(--paper)}"
    " .stAppHeader,.st-key-board-account,[data-testid=stSidebar]{display:none!important}"
    " .stMainBlockContainer{padding-block:1rem 0;max-width:none}</style>"
)


def numbers(filters: Filters, modules: frozenset[Module]) -> Cards:
    """The overview's headline numbers of the modules there is something of."""
    scope, period, as_of = filters.scope, filters.period, filters.as_of
    found = (leaderboards.card(scope, each, period, as_of, to_subject(each)) for each in overview_numbers(modules))
    return Cards(tuple(each for each in found if each is not None))


def ranking(filters: Filters, indicator_id: str) -> Leaderboard:
    module = REGISTRY[indicator_id].module
    seen = filters.of_year() if module in OF_THE_YEAR else filters
    _, board = leaderboards.read_and_ranked(seen.scope, indicator_id, Level.TOWNSHIP, seen.period, seen.as_of)
    of = counted_words(board.entry, seen.period, seen.as_of, filters.period)
    # Nobody clicks on a wall: its figures lead nowhere.
    return replace(board, period=of, rows={}, beside=overdue_words(seen) if module is Module.PETITIONS else {})


def alone(make: Callable[..., Made], *asked: Any) -> Made | None:
    """A part of the wall; one that fails is left out and stands in the log. The next tick tries again."""
    try:
        return make(*asked)
    except Exception as problem:
        logged(problem, LOG, "the wall leaves out a part")
        return None


def drawn() -> Markup:
    """What the wall shows at this moment: the head, and the panel whose turn it is."""
    loaders.run_began()  # what is not there yet is there at one of the next ticks
    filters = this_month(signed_in_scope())
    there = contents_for(filters.scope)
    night = alone(tonight, filters.scope, filters.as_of) if Module.DUTY in there.in_use else None
    boards = [alone(ranking, filters, each) for each in shown_here(WALL_RANKINGS, there.in_use)]
    cards = alone(numbers, filters, there.in_use) or Cards(())
    turn = wall.panels(cards, tonight_groups(night) if night else [], [each for each in boards if each])
    waiting = "县域治理" if there.first else first_steps_title(there)
    sentence, away = night.sentence if night else waiting, loaders.away_since() is not None
    shown = wall.at_moment(sentence, turn, beijing_now(), loaders.good_at(), is_away=away)
    return HtmlWriter(navigation.opens, filters.query).render(replace(shown, place=alone(county_name, filters.scope, filters.as_of) or ""))


@st.fragment(run_every=TICK_SECONDS)
def screen(first: Markup) -> None:
    hears(lambda: False)  # it is drawn whole in here: its page need not run
    # The first drawing is made outside: a tick must not interrupt the one run that has to wait for cold caches.
    panel(first if st.session_state.pop("board_wall_first", False) else drawn(), key="wall")


st.session_state["board_wall_first"] = True
screen(drawn())
