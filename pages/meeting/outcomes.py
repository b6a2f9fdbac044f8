"""成效: what the nights, receptions and captains have brought about, by unit, and the paragraph to copy."""

import streamlit as st

from metrics.vocabulary import Module
from pages.common import loaders
from pages.common.page import page
from reports.outcomes import outcomes
from reports.views import outcomes as views

with page("meeting/outcomes", default_period="本年") as p:
    p.needs(Module.QUALITY)
    text, tables = p.place(160), p.place(500)
    with p.titled():
        found = outcomes(loaders.source(p.filters.narrowed), p.filters.period, p.filters.as_of, p.filters.narrowed.area or "", p.modules)
    p.title(f"{views.lead(found.period, found.moment)}{found.place}的成效", subtitle=views.SUBTITLE)
    with text:
        st.code(views.paragraph(found), language=None, wrap_lines=True)
        p.note("点右上角可复制；数字与下表、通报是同一次计算。")
    with tables:
        for group in views.groups(found):
            p.show(views.outcome_table(found, group), key=f"outcomes-{group}")
        with st.expander("怎么算的"):
            p.show(views.definitions(found), key="outcomes-definitions")
