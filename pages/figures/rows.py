"""记录: what stands behind one figure of one unit, row by row: the nights missed (and all of them), the weeks, the people."""

import streamlit as st

from metrics.registry import REGISTRY
from pages.common import leaderboards
from pages.common.definition import definition_button
from pages.common.navigation import file_of
from pages.common.page import page
from pages.figures.lines import DUES, dues_list, lines_of, lines_of_night
from reports.subjects import ROWS_BEHIND, subject_of
from reports.views import figure_rows as views

ROWS = 30

with page("figures/rows", keeps=("figure", "village")) as p:
    figure = st.query_params.get("figure", "")
    if figure not in ROWS_BEHIND:
        p.title("没有这个数的记录", subtitle="地址中的指标不存在，或它的记录在别的页。请从数字旁的 ⓘ 进入。")
        p.stop()
    entry, night = REGISTRY[figure], st.query_params.get("night")
    p.needs(entry.module)
    village = st.query_params.get("village")
    subject, where = subject_of(figure), p.view.where if p.filters.township else p.whole_name
    crumbs = [(subject.name, file_of(subject.page), p.filters.query)]
    if night is not None and figure == "duty.village_compliance":
        lines, label = lines_of_night(p, night)
        p.title(views.night_sentence(lines, label, where), crumbs=crumbs)
    else:
        lines = [] if figure in DUES else lines_of(p, entry, village)
        figure_there = leaderboards.card(p.filters.narrowed.narrowed(village), figure, p.filters.period, p.filters.as_of)
        row = None if figure_there is None else figure_there.row
        p.title(views.sentence(entry, row, str(row["name"]) if village and row else where, p.view), crumbs=crumbs)
    if figure in DUES:
        dues_list(p, figure, village)
    else:
        kinds = views.choices(lines, figure)
        which = p.choose("哪些记录", kinds, "show", views.first_choice(lines), restarts="rows_page")
        shown = views.chosen(lines, which)
        p.pages_of(views.rows_table(entry, lines, shown, which, kinds[which]), ROWS, "rows", parameter="rows_page")
    definition_button(figure)
