"""数据质量: which figures to trust today. What looks wrong, five numbers, then units, people, full marks, rows that fit nowhere."""

import streamlit as st

from pages.common.address import from_address
from pages.common.auth import signed_in_scope
from pages.common.boards import ranking_panel
from pages.common.definition import open_definition
from pages.common.filters import Filters
from pages.common.layout import Places, note, page_header
from pages.common.markup import cards, exceptions
from pages.common.opening import opening
from pages.common.panel import panel
from pages.common.sheets import few_cards
from pages.quality import attention, people, perfect, problems
from pages.quality.figures import numbers as figures
from pages.quality.figures import ranking

BOARDS = ("quality.in_time", "quality.stale", "quality.bulk", "quality.same_text")
HEADLINES = ("quality.in_time", "quality.bulk", "quality.same_text", "quality.two_places")


def units(filters: Filters) -> None:
    """The rankings by township, two beside each other."""
    for pair in (BOARDS[:2], BOARDS[2:]):
        for column, indicator_id in zip(st.columns(2, gap="medium"), pair, strict=True):
            with column:
                ranking_panel(ranking(filters, indicator_id), key=f"board-{indicator_id}")
    note("数据滞后算到截至日24时;本页的比率每十分钟更新一次。")


VIEWS = {"按单位": units, "按人员": people.show, "满分异常": perfect.show, "对不上的记录": problems.show}

scope = signed_in_scope()
header, filters = opening(scope)
parts = Places("quality", (filters.period, filters.township, filters.as_of))
with header:
    title = parts.place(40)
todo, numbers = parts.place(170), parts.place(150)

groups = attention.groups(filters)
with title:
    page_header(attention.sentence(filters), subtitle="以下是需要核实的线索,不是对人对事的结论")
with todo:
    panel(exceptions(groups), key="attention")
shown = figures(filters, HEADLINES)
with numbers:
    panel(few_cards(cards(shown)), key="headlines")
view = st.segmented_control("看什么", list(VIEWS), required=True, label_visibility="collapsed", **from_address("view", VIEWS, "按单位"))
with parts.last(500):
    VIEWS[view or "按单位"](filters)
open_definition()
