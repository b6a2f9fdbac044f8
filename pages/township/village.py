"""村画像: one village on one page: its figures, its nights, who is in post, the grid below it, its open petitions."""

import streamlit as st

from metrics.vocabulary import Level
from pages.common.auth import signed_in_scope
from pages.common.definition import open_definition
from pages.common.layout import note, page_header
from pages.common.navigation import enabled_modules
from pages.common.opening import opening
from pages.common.panel import panel
from pages.township import village_parts as parts
from pages.township.figures import figure_table, figures, modules, sentence
from pages.township.handouts import offer_figures
from pages.township.people import in_post
from pages.township.units import VILLAGE_PAGE, crumbs, figures_scope, kept, not_found, place_of, steps

scope = signed_in_scope()
header, filters = opening(scope, townships=False)
code = st.query_params.get("village", "")
place = place_of(scope, code, Level.VILLAGE) if code else None
if place is None:
    with header:
        not_found(Level.VILLAGE, code or "(空)")
    st.stop()

panel(steps(parts.neighbours(scope, place, filters), place.code, VILLAGE_PAGE, "village", filters), key="siblings")
county, found = figures_scope(scope, place.code), []
sides = st.columns(2, gap="large")
for number, module in enumerate(modules(Level.VILLAGE) if place.counted else []):
    of_module = list(figures(county, module, Level.VILLAGE, place.code, None, filters))
    found += of_module
    with sides[number % 2]:
        panel(figure_table(module, of_module, None, {"above": place.names.get(place.township, "乡镇")}), key=f"figures-{module}")
offer_figures(filters, place.name, found, {"above": place.names.get(place.township, "乡镇")})
with header:
    say = sentence(place.name, found, filters.period.label) if place.counted else f"{place.name}不参加统计和排名"
    page_header(say, crumbs=crumbs(scope, place.code, kept(filters)))

on = enabled_modules()
if "duty" in on and place.counted:
    panel(parts.nights(scope, place, filters), key="nights")
if "petitions" in on:
    panel(parts.petitions(scope, place, filters), key="petitions")
panel(in_post(scope, place.code, filters), key="people")
if "captains" in on:
    parts.grid(scope, place, filters)
if "duty" in on:
    note("只计在本村住夜、当日在任且未请假的两委干部。")
note("样本不足(分母不到10)的指标灰显、不排名;“—”是没有可算的数,不是零。")
open_definition()
