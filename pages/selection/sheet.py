"""The score sheet of one captain, printable: every term with k, n and points, so that the sum can be redone by hand."""

from functools import partial

import streamlit as st

from metrics.period import Period
from metrics.vocabulary import CAPTAINS, Role
from pages.common import loaders
from pages.common.auth import signed_in_scope
from pages.common.downloads import file_button, is_about
from pages.common.filters import Filters
from pages.common.layout import note
from pages.common.navigation import file_of, opens
from pages.common.page import page
from pages.common.selection_rankings import facts, ranking
from pages.common.standing_paper import standing_button
from pages.common.theme import palette
from pages.common.years import year_choices
from pages.selection import charts
from reports.links import CAPTAIN, SELECTION
from reports.meeting_files import DOCX
from reports.selection_files import score_sheet_bytes
from reports.views import score_sheet as views
from reports.views import standing

today, scope, query = loaders.today(), signed_in_scope(), st.query_params
number, role = query.get("person", "").removeprefix("p:"), query.get("role", "")
year = query.get("year", str(today.year))
is_asked = number.isdecimal() and role in CAPTAINS and year in map(str, year_choices(scope, today))
filters = Filters(Period.parse(year if is_asked else str(today.year)), today, None, scope)
with page("selection/sheet", filters=filters, with_bar=False) as p:
    found = None
    if is_asked:
        with st.spinner("正在排名，首次约需几秒…"):
            found = views.candidate(ranking(p.scope, int(year), Role(role), today), int(number))
    if found is None:
        p.title("没有这份评分表", crumbs=[("评选", file_of(SELECTION), None)])
        note(views.NOT_FOUND)
        p.stop()

    is_about(found.name, int(number))
    back = {"role": found.ranking.role_name, "year": year}
    p.title(found.title, crumbs=[("评选", file_of(SELECTION), back)], subtitle=found.subtitle)
    it = standing.explained(found)
    p.show(views.result(found), standing.result(it), key="verdict")
    drawn = views.waterfall(found)
    p.figure(charts.waterfall(palette(), drawn), key="waterfall", alt=drawn.said, name=f"评分-{found.name}")
    p.show(views.terms_table(found), key="terms")
    p.show(standing.items_table(it), key="standing")
    # What a frozen ranking was made from is in its snapshot; today's tables are no evidence for it.
    evidence = None if found.ranking.digest else facts(p.scope, found.ranking.made)
    remarks = views.remarks(found, evidence)
    for said in remarks:
        note(said)
    marks = views.marks_table(found, evidence, masked=not p.scope.may_see_names)
    if len(marks.frame):
        p.show(marks, key="marks")
    p.show(views.SIGN_LINES, key="sign")
    if opens(CAPTAIN):
        st.page_link(file_of(CAPTAIN), label="看逐月记录和每一条明细 →", query_params={"person": f"p:{number}"})
    note(views.advice(found))
    name = f"{found.name} {found.ranking.title}评分表"
    content = partial(score_sheet_bytes, found, remarks)
    with st.container(horizontal=True):
        file_button("评分表（Word）", f"{name}.docx", DOCX, content, key="paper-sheet", what=f"{name} · docx", icon=":material/draft:")
        standing_button(it)
