"""诉求清单: search, filters in the address, sorted and paged in the database."""

import streamlit as st

from data_access.petition_lists import Asked, petition_count, petition_list
from pages.common import loaders
from pages.common.auth import signed_in_scope
from pages.common.definition import definition_button, open_definition
from pages.common.layout import page_header
from pages.common.opening import opening
from pages.common.panel import panel
from pages.petitions.asking import TABLES, names_of, period_window
from pages.petitions.handouts import offer_cases
from pages.petitions.list_filters import LIST_SHOWN, list_filters, list_sentence, page_picker
from pages.petitions.markup import case_rows

scope, as_of = signed_in_scope(), loaders.today()
header, filters = opening(scope)
asked: Asked = list_filters(filters)
window = period_window(filters)
total = loaders.answer(petition_count, filters.narrowed, TABLES, window=window, asked=asked)
page = page_picker(total)
rows = loaders.answer(petition_list, filters.narrowed, TABLES, window=window, asked=asked, page=page)
names = names_of(scope, [*rows["handler_id"], *rows["lead_id"]])
st.session_state[LIST_SHOWN] = st.query_params.to_dict()
with header:
    page_header(list_sentence(asked, total, filters), crumbs=[("诉求", "pages/petitions/petitions.py", filters.query)])
panel(case_rows(rows, names, window.last, loaders.workdays(), "没有符合条件的诉求,可放宽条件或换一个时段"), key="case-rows")
offer_cases("诉求清单", filters, window, asked, "petitions.overdue")
definition_button("petitions.overdue", "ⓘ 超期怎么算")
open_definition()
