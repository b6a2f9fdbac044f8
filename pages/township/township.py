"""乡镇画像: one township on one page, every indicator of every module, the weakest three with their rows, the way on to villages."""

import streamlit as st

from metrics.vocabulary import Level, Module
from pages.common.page import page
from pages.township.figures import asked_of, show_figures, village_table
from pages.township.reasons import weakest
from pages.township.trends import COMING, has_lines
from pages.township.units import compared_with, crumbs, figures_scope, place_on, show_people
from reports.subjects import VILLAGE_FIGURES, shown_here
from reports.views import township

RIGHT = (Module.PETITIONS, Module.CAPTAINS, Module.SATISFACTION)
ROWS = 25

with page("township/township", keeps=("versus",)) as p:
    period, as_of, names = p.filters.period, p.filters.as_of, p.filters.townships
    place = place_on(p, p.filters.township or st.query_params.get("township") or next(iter(names), ""), Level.TOWNSHIP)
    way = crumbs(p, place.code)
    if not place.counted:
        p.title(f"{place.name}不是实有行政单位，不参加统计和排名", crumbs=way, subtitle="名下若有记录，见“数据”页的对不上的记录。")
        show_people(p, place)
        p.stop()

    versus = compared_with(p, place)
    p.answers(place.code, versus, title_height=70)
    causes = p.place(190)
    sides = st.columns(2, gap="large")

    county = figures_scope(p.scope, place.code)
    lines = has_lines(county, period, as_of)
    beside = {"versus": versus, "other": names[versus]} if versus else {}
    asked = asked_of(p, place, Level.TOWNSHIP, county, "全县", with_lines=lines, **beside)
    made = show_figures(p, asked, sides, lambda _, module: module in RIGHT)
    p.title(township.sentence(place.name, made.found, p.view), crumbs=way)
    with causes:
        p.show(*weakest(p.filters, asked), key="weakest")

    shown = shown_here(VILLAGE_FIGURES, p.modules)
    p.pages_of(village_table(p.scope, county, place.code, shown, period, as_of), ROWS, "villages", parameter="township_villages")
    show_people(p, place)
    p.note(township.COUNTY_NOTE)
    if not lines:
        p.note(COMING)
