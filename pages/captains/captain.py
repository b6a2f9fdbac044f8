"""One captain's page: what was due and what was done, month by month, each with its rows. Fair enough to show to the captain."""

import streamlit as st

from pages.captains import months, person, records
from pages.captains.handouts_captain import offer_captain
from pages.common import loaders
from pages.common.auth import signed_in_scope
from pages.common.definition import open_definition
from pages.common.layout import bar, note, page_header
from pages.common.live import live_note

scope = signed_in_scope()
as_of = loaders.today()
captain = person.asked_for(scope, as_of)
if captain is None:
    page_header("没有找到这位三长", crumbs=[("三长", "pages/captains/captains.py", None)])
    note("地址里没有编号,或此人不在您的辖区内、没有担任过三长。请从“三长”页点姓名进入。")
    st.stop()
page_header(captain.title, crumbs=captain.crumbs, subtitle=captain.subtitle)
left, right = bar()
with left:
    year = person.year_filter(as_of)
with right:
    live_note()
with st.spinner("正在汇总这一年的记录…"):
    found = months.year_of(scope, captain, year, as_of)
months.summary(found)
table = st.container()
shown = months.month_filter(found)
with table:
    months.month_table(captain, found, shown)
    months.scored(found)
    person.to_sheet(captain, year)
months.month_line(found, shown)
records.rows_of(scope, captain, found, shown, as_of)
offer_captain(scope, captain, found, shown, as_of)
open_definition()
