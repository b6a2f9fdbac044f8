"""One captain's page: what was due and what was done, month by month, each with its rows. Fair enough to show to the captain."""

import streamlit as st

from pages.captains import person
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
months = person.months(scope, captain, year, as_of)
person.summary(captain, months, year, as_of)
person.month_table(months)
part = person.month_filter(months, year, as_of)
person.rows_of(scope, captain, part, as_of)
person.to_sheet(captain, year)
open_definition()
