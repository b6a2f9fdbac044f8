"""今晚: whose post is empty, why, and whom to call; then every township, and the villages. ``?night=`` looks at an earlier one."""

import streamlit as st

from metrics.vocabulary import Module
from pages.common.page import page
from pages.tonight import parts
from reports.views import tonight

with page("tonight/tonight", filters=parts.one_township, keeps=("night",)) as p:
    p.needs(Module.DUTY)
    p.answers(st.query_params.get("night"))
    calls, townships, villages = p.place(200), p.place(330), p.place(330)
    with p.titled():
        night, units = parts.night_asked(p)
        p.title(parts.title(night, units), crumbs=parts.crumbs())
    with calls:
        parts.calls(p, night, units)
    with townships:
        parts.township_people(p, night, units)
    with villages:
        parts.village_people(p, night, units)
    p.note(tonight.NOTES)
