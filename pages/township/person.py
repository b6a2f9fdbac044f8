"""个人履职: one person's posts, nights by month against what is due, and every record down to the row as entered."""

import streamlit as st

from pages.common.auth import signed_in_scope
from pages.common.definition import open_definition
from pages.common.filters import bar_filters
from pages.common.layout import bar, note, page_header
from pages.common.live import live_note
from pages.common.panel import panel
from pages.township import person_parts as parts
from pages.township.record import open_record
from pages.township.units import crumbs, kept

scope = signed_in_scope()
header = st.container()
left, right = bar()
with left:
    filters = bar_filters(scope, townships=False)
with right:
    live_note()
person = parts.asked_for(scope, filters.as_of)
if person is None:
    with header:
        page_header("找不到这个人", subtitle="地址中的编号不存在,或此人没有在您的账号范围内任过职。请从乡镇或村的“在任人员”进入。")
    st.stop()

months = parts.months(scope, person, filters.as_of)
with header:
    where = crumbs(scope, person.home, kept(filters), person.name) if person.home else []
    page_header(parts.sentence(person, months), crumbs=where, subtitle=parts.subtitle(person))
sides = st.columns([3, 2], gap="large")
with sides[0]:
    panel(parts.month_table(person, months), key="months")
with sides[1]:
    panel(parts.posts_and_leave(person), key="posts")
    panel(parts.petitions(scope, person, filters), key="handled")
parts.records(scope, person, months, filters)
note("请假、借调、培训的工作日和到任前、离任后不计入在岗工作日;一夜在同一单位有几条记录只计一夜。")
if not open_definition():
    open_record(scope, parts.remark(scope, person, filters.as_of))
