"""评选: the annual selection as advice to a meeting. Shortlist and how sure it is, whole ranking, gates, quotas, trial, the record."""

import streamlit as st

from pages.common import loaders
from pages.common.address import from_address
from pages.common.auth import signed_in_scope
from pages.common.definition import open_definition
from pages.common.layout import Places, bar, note, page_header
from pages.selection import flow, standing, trial, words
from pages.selection.asking import asked, bar_choices

VIEWS = {
    "名单": standing.shortlist,
    "全部名次": standing.ranking,
    "资格": standing.eligibility,
    "名额": standing.quotas,
    "试算": trial.trial,
    "流程": flow.flow,
}

scope = signed_in_scope()
header = st.container()
left, right = bar()
with left:
    year, role = bar_choices(loaders.today())
parts = Places("selection", (year, role))
with header:
    title = parts.place(70)
body = parts.place(600)
with right, st.spinner("正在排名,首次约需几秒…"):
    found = asked(scope, year, role, loaders.today())
with right:
    note(f"截至 {found.as_of:%Y年%-m月%-d日}{' · 已冻结' if found.frozen else ''} · 规则 {found.made.rules.version}")
with title:
    page_header(words.sentence(found), subtitle="名次供会议参考,不是结论;每个分数都能查到是怎么来的。")
with body:
    for said in words.caution(found):
        note(said)
    view = st.segmented_control(
        "看什么", list(VIEWS), required=True, label_visibility="collapsed", wrap=True, **from_address("view", VIEWS, "名单")
    )
    VIEWS[view or "名单"](found)
open_definition()
