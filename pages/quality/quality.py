"""数据质量: which figures to trust today. What looks wrong, five numbers, then units, people, full marks, rows that fit nowhere."""

import streamlit as st

from pages.common import loaders
from pages.common.auth import signed_in_scope
from pages.common.boards import board
from pages.common.definition import open_definition
from pages.common.filters import bar_filters
from pages.common.layout import bar, page_header, provisional_calendar_notice
from pages.common.live import live_note
from pages.common.markup import cards, exceptions, leaderboard
from pages.common.panel import panel
from pages.common.sheets import few_cards
from pages.quality import attention, people, perfect, problems

INDICATORS = ("quality.in_time", "quality.stale", "quality.bulk", "quality.same_text", "quality.two_places")


def units(filters):  # type: ignore[no-untyped-def]
    """The rankings by township, two beside each other."""
    for pair in (INDICATORS[:2], INDICATORS[2:4]):
        for column, indicator_id in zip(st.columns(2, gap="medium"), pair, strict=True):
            with column:
                panel(leaderboard(board(filters, indicator_id)), key=f"board-{indicator_id}")


VIEWS = {"按单位": units, "按人员": people.show, "满分异常": perfect.show, "对不上的记录": problems.show}

scope = signed_in_scope()
header = st.container()
left, right = bar()
with left:
    filters = bar_filters(scope)
with right:
    live_note()
provisional_calendar_notice(loaders.unofficial_years(), filters.period.first, filters.period.last)
groups = attention.groups(filters)
with header:
    page_header(attention.sentence(filters), subtitle="以下是需要核实的线索,不是对人对事的结论")
panel(exceptions(groups), key="attention")
panel(few_cards(cards(attention.numbers(filters, INDICATORS))), key="headlines")
view = st.segmented_control(
    "看什么", list(VIEWS), default="按单位", required=True, key="view", bind="query-params", label_visibility="collapsed"
)
VIEWS[view or "按单位"](filters)
open_definition()
