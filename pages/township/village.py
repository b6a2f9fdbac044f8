"""村画像: one village on one page: its figures, its nights, who is in post, the grid below it, its open petitions."""

import streamlit as st

from metrics.vocabulary import Level, Module
from pages.common.page import page
from pages.township import village_parts as parts
from pages.township.figures import asked_of, show_figures
from pages.township.units import crumbs, figures_scope, place_on, show_people, villages_of
from reports.links import to_village
from reports.views import township
from reports.views.village import NIGHTS_NOTE

with page("township/village", keeps=("versus",), townships=False) as p:
    place, on = place_on(p, st.query_params.get("village", ""), Level.VILLAGE), p.modules
    siblings = villages_of(p.scope, place.township, p.filters.period, p.filters.as_of)
    p.show(township.neighbours(dict(zip(siblings["code"], siblings["name"], strict=True)), place.code, to_village), key="siblings")
    if place.counted:
        county, above = figures_scope(p.scope, place.code), place.names.get(place.township, "乡镇")
        asked = asked_of(p, place, Level.VILLAGE, county, above)
        made = show_figures(p, asked, st.columns(2, gap="large"), lambda number, _: number % 2)
        said = township.sentence(place.name, made.found, p.view)
    else:
        said = f"{place.name}不参加统计和排名"
    p.title(said, crumbs=crumbs(p, place.code))

    if Module.DUTY in on and place.counted:
        parts.nights(p, place)
    if Module.PETITIONS in on:
        parts.petitions(p, place)
    show_people(p, place)
    if Module.CAPTAINS in on:
        parts.grid(p, place)
    if Module.DUTY in on:
        p.note(NIGHTS_NOTE)
    p.note(f"{township.NOTE}。")
