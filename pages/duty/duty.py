"""住夜: tonight against the rule, the month night by night, the ranking, then chiefs, load, villages."""

import streamlit as st

from metrics.vocabulary import Module
from pages.common.changes import since_yesterday
from pages.common.duty_nights import night_of
from pages.common.page import page
from pages.duty import nights, sections
from reports.views import duty

with page("duty/duty") as p:
    p.needs(Module.DUTY)
    p.answers(st.query_params.get("night"))
    wide, narrow = st.columns([11, 9], gap="large")
    with wide:
        who = p.place(480)
    with narrow:
        beside = p.place(330)
    changed, month = p.place(40), p.place(330)

    with p.titled():
        wanted = st.query_params.get("night") or duty.last_night_of(p.view)
        night, one = night_of(p.filters.narrowed, p.filters.as_of, wanted), p.filters.chosen
        p.title(night.sentence if night else "近三周没有工作日夜", crumbs=nights.crumbs(p, one))
        with who:
            nights.who_is_on_duty(p, night, one)
        with beside:
            nights.villages_or_ranking(p, night, one)
    with changed.alone(), changed:
        since_yesterday(p, Module.DUTY)
    with month:
        nights.month_map(p)
    p.views(sections.SECTIONS, "正职住夜", name="part")
