"""乡镇画像: one township on one page, every indicator of every module, the weakest three with their rows, the way on to villages."""

import streamlit as st

from metrics.vocabulary import Level, Module
from pages.common.auth import signed_in_scope
from pages.common.definition import open_definition
from pages.common.layout import Places, note, page_header
from pages.common.markup import exceptions
from pages.common.opening import opening
from pages.common.panel import panel
from pages.common.sheets import heading, township_names
from pages.township import trends
from pages.township.figures import cases_of, figure_table, figures, modules, sentence, weakest
from pages.township.handouts import offer_figures
from pages.township.people import in_post
from pages.township.reasons import groups
from pages.township.units import compared_with, crumbs, figures_scope, kept, not_found, place_of
from pages.township.villages import village_table

RIGHT = (Module.PETITIONS, Module.CAPTAINS, Module.SATISFACTION)

scope = signed_in_scope()
asked_for = st.query_params.get("township", "")
header, filters = opening(scope)
names = township_names(scope, filters.as_of)
code = filters.township or asked_for or next(iter(names), "")
place = place_of(scope, code, Level.TOWNSHIP) if code else None
if place is None:
    with header:
        not_found(Level.TOWNSHIP, code or "(空)")
    st.stop()

way = crumbs(scope, place.code, kept(filters))
if not place.counted:
    with header:
        page_header(f"{place.name}不是实有行政单位,不参加统计和排名", crumbs=way, subtitle="名下若有记录,见“数据”页的对不上的记录。")
    panel(in_post(scope, place.code, filters), key="people")
    open_definition()
    st.stop()

versus = compared_with(scope, place, filters)
parts = Places("township", (place.code, filters.period, versus))
with header:
    title = parts.place(70)
causes = parts.place(190)
sides = st.columns(2, gap="large")

county = figures_scope(scope, place.code)
lines = trends.township_lines(county, filters.period, filters.as_of)
past = None if lines is None else {each: by_code.get(place.code, ()) for each, by_code in lines.items()}
columns = {"above": "全县", **({"other": names[versus]} if versus else {})}
found = []
for module in modules(Level.TOWNSHIP):
    of_module = list(figures(county, module, Level.TOWNSHIP, place.code, versus, filters))
    found += of_module
    with sides[module in RIGHT]:
        panel(figure_table(module, of_module, past, columns, cases_of(filters, place.code)), key=f"figures-{module}")
offer_figures(filters, place.name, found, columns)
with title:
    page_header(sentence(place.name, found, filters.period.label), crumbs=way)
weak = weakest(found)
with causes:
    head = heading(
        "最弱三项" if len(weak) == 3 else "最弱的几项" if weak else "没有低于目标的指标",
        "每个模块至多取一项,按离目标的远近" if weak else "",
    )
    panel(head + exceptions(groups(weak, place.code, filters, county)), key="weakest")

village_table(scope, place.code, filters, county)
panel(in_post(scope, place.code, filters), key="people")
note("样本不足(分母不到10)的指标灰显、不排名;“—”是没有可算的数,不是零;季度指标在月中是进度,不评价。全县值至多晚十分钟。")
if lines is None:
    note("十二期走势正在后台计算,算好后自动出现。")
trends.keep_lines(county, filters.period, filters.as_of)
open_definition()
