"""评选: the annual selection as advice to a meeting. Shortlist and how sure it is, whole ranking, gates, quotas, trial, the record."""

import streamlit as st

from metrics.period import Period
from metrics.vocabulary import Module
from pages.common import loaders
from pages.common.auth import signed_in_scope
from pages.common.filters import Filters
from pages.common.layout import note
from pages.common.page import page
from pages.common.selection_rankings import ROLES, ranking
from pages.common.years import year_choices
from pages.selection import flow, lists, trial
from reports.views import selection as views
from reports.views import selection_certainty as certainty

VIEWS = {
    "名单": lists.shortlist,
    "全部名次": lists.everyone,
    "资格": lists.unranked,
    "名额": lists.quotas,
    "试算": trial.trial,
    "流程": flow.flow,
}

today, scope = loaders.today(), signed_in_scope()
# Not live: a ranking takes seconds, and a meeting reads it while the county goes on recording.
with page("selection/selection", filters=Filters(Period.parse(str(today.year)), today, None, scope), is_live=False) as p:
    p.needs(Module.CAPTAINS)
    with p.left:
        role = p.choose("三长", list(ROLES), "role", "邻长")
        years = {str(year): f"{year}年" for year in year_choices(scope, today)}
        year = int(p.pick("年度", years, "year", str(today.year), width=130) or today.year)
    p.filters = Filters(Period.parse(str(year)), today, None, scope)
    p.answers(role, year, title_height=70)
    body = p.place(600)
    with p.right, st.spinner("正在排名，首次约需几秒…"):
        found = ranking(scope, year, ROLES[role], today)
    with p.right:
        note(found.moment)
    p.title(views.sentence(found), subtitle=f"{found.worth}；每个分数都能查到是怎么来的。")
    with body:
        for said in certainty.cautions(found):
            note(said)
        VIEWS[p.choose("看什么", list(VIEWS), "view", "名单")](p, found)
