"""The score sheet of one captain, printable: every term with k, n and points, so that the sum can be redone by hand."""

import streamlit as st

from pages.common import loaders
from pages.common.auth import signed_in_scope
from pages.common.downloads import page_downloads
from pages.common.layout import note, page_header
from pages.selection import papers, score_sheet

scope = signed_in_scope()
found = score_sheet.asked_for(scope, loaders.today())
if found is None:
    page_header("没有这份评分表", crumbs=[("评选", "pages/selection/selection.py", None)])
    note("此人不在您的辖区内,或这一年没有参评。请从“评选”页点姓名进入。")
    st.stop()
page_header(found.title, crumbs=[("评选", "pages/selection/selection.py", found.query)], subtitle=found.subtitle)
score_sheet.verdict(found)
score_sheet.drawn(found)
score_sheet.terms_table(found)
score_sheet.how(found)
score_sheet.marks(found)
score_sheet.signatures()
score_sheet.links(found)
papers.score_sheet_files(found)
page_downloads()
