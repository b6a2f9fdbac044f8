"""大屏: one sentence and rotating leaderboards for a wall, dark, without names or controls. Runs for weeks.

Everything is drawn inside one fragment from cached frames: a tick keeps nothing, so memory stays flat; the day is asked
anew at each tick, so midnight needs no reload; while the database is away the last good data stay, with their age in red.
"""

import time
from html import escape

import streamlit as st

from data_access.clock import beijing_now
from metrics.period import Period, PeriodKind
from metrics.wording import moment_text
from pages.common import loaders
from pages.common.auth import signed_in_scope
from pages.common.histories import nothing_awaited
from pages.common.boards import board, card, headline_ids, module_page
from pages.common.exceptions import of_tonight
from pages.common.filters import Filters
from pages.common.markup import cards, exceptions, leaderboard
from pages.common.navigation import enabled_modules
from pages.common.panel import panel
from pages.common.petition_words import open_words
from pages.common.tonight import tonight

TICK_SECONDS = 5
PANEL_SECONDS = 20
BOARDS = {
    "duty": "duty.night_compliance",
    "petitions": "petitions.closed_on_time",
    "nights": "nights.township_visits",
    "captains": "captains.key_visits",
}

st.html(
    "<style>html{font-size:max(28px,1.46vw)!important} .stApp{color-scheme:dark;background:var(--paper)}"
    " .stAppHeader,.st-key-board-account,[data-testid=stSidebar]{display:none!important}"
    " .stMainBlockContainer{padding-block:1rem 0;max-width:none}</style>"
)


def pages_of_the_wall(filters: Filters, night_words: str) -> list[str]:
    """The panels in turn: the six numbers with tonight's gaps, then two leaderboards at a time."""
    modules = enabled_modules()
    shown = [card(filters, each, module_page(each)[1]) for each in headline_ids()]
    boards = []
    for module, indicator_id in BOARDS.items():
        if module in modules:
            asked = filters.of_year() if module == "captains" else filters
            boards.append(leaderboard(board(asked, indicator_id, extra=open_words(filters) if module == "petitions" else None)))
    pairs = ["".join(f"<div>{each}</div>" for each in boards[start : start + 2]) for start in range(0, len(boards), 2)]
    return [cards([each for each in shown if each]) + night_words, *(f'<div class="pair">{pair}</div>' for pair in pairs)]


def wall() -> str:
    """What the wall shows at this moment: the head, and the panel whose turn it is."""
    nothing_awaited()  # what is not there yet is there at one of the next ticks
    scope, as_of = signed_in_scope(), loaders.today()
    filters = Filters(Period.holding(PeriodKind.MONTH, as_of), as_of, None, scope)
    night = tonight(scope, as_of) if "duty" in enabled_modules() else None
    turn = pages_of_the_wall(filters, exceptions(of_tonight(night, filters)) if night else "")
    shown = turn[int(time.time() // PANEL_SECONDS) % len(turn)]
    away, good = loaders.away_since(), loaders.good_at()
    age = f"截至 {moment_text(good)} · 实时" if good else ""
    if away is not None:
        age = f"数据库连接中断,以下为 {moment_text(good) if good else '较早'} 的数据"
    title, shade = night.sentence if night else "县域治理", "low" if away else "quiet"
    head = f'<h1>{escape(title)}</h1><p class="age {shade}">{escape(age)} · 现在 {beijing_now():%H:%M}</p>'
    return f'<div class="wall">{head}{shown}</div>'


@st.fragment(run_every=TICK_SECONDS)
def screen(first: str) -> None:
    # The first drawing is made outside: a tick must not interrupt the one run that has to wait for cold caches.
    panel(first if st.session_state.pop("board_wall_first", False) else wall(), key="wall")


st.session_state["board_wall_first"] = True
screen(wall())
