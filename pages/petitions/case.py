"""诉求详情: one petition with its clocks, its history, who holds it, what it came from, what was decided about it."""

import streamlit as st

from data_access.audit import Action
from data_access.petition_lists import case_events, case_origin, case_ratings, petition_case, place_names, related_cases
from metrics.period import Period, PeriodKind
from metrics.petition_case import held_since, known, last_moved
from pages.common import loaders
from pages.common.auth import audited, signed_in_scope
from pages.common.filters import Filters
from pages.common.layout import bar, note, page_header
from pages.common.live import live_note
from pages.common.panel import panel
from pages.petitions import case_markup
from pages.petitions.asking import TABLES, moment_window, names_of
from pages.petitions.deciding import decision_block
from pages.petitions.list_filters import LIST_SHOWN
from pages.petitions.unmasking import phone_block

scope, as_of = signed_in_scope(), loaders.today()
number = st.query_params.get("number", "")
filters = Filters(Period.holding(PeriodKind.MONTH, as_of), as_of, None, scope)
seen = st.session_state.get(LIST_SHOWN, {})
period = {name: seen[name] for name in ("period", "which", "township") if name in seen}
crumbs = [("诉求", "pages/petitions/petitions.py", period), ("清单", "pages/petitions/cases.py", seen)]
case = loaders.answer(petition_case, scope, TABLES, window=moment_window(filters), number=number)
if case is None:
    page_header("找不到这件诉求", crumbs=crumbs, subtitle="编号可能有误,或不在您的范围内。请从清单中查找。")
    st.stop()

events = loaders.answer(case_events, scope, TABLES, petition_id=case["id"])
ratings = loaders.answer(case_ratings, scope, TABLES, petition_id=case["id"])
related = loaders.answer(related_cases, scope, TABLES, petition_id=case["id"], repeat_of=known(case["repeat_of"]))
places = loaders.answer(place_names, scope, ("area",), code=case["area_code"])
visit, slot = known(case["origin_visit_id"]), known(case["origin_slot_id"])
origin = loaders.answer(case_origin, scope, ("night_visit", "reception_slot", "area"), visit_id=visit, slot_id=slot)
people = [case["handler_id"], case["lead_id"], *events["person_id"], (origin or {}).get("person_id")]
names = names_of(scope, people)
since, moved = held_since(case, events), last_moved(case, events)

page_header(case_markup.sentence(case, names, since, moved, as_of), crumbs=crumbs, subtitle=case_markup.subtitle(case, places, names))
left, right = bar()
with right:
    live_note()
if case["restricted"]:
    if st.session_state.get("restricted_case") != number:
        audited(Action.UNMASK, f"打开检举控告 {number}")
        st.session_state["restricted_case"] = number
    note("检举控告件:不计入任何统计、排名和导出,仅限持有权限的人员查看。")
first, second = st.columns([3, 2], gap="large")
with first:
    panel(case_markup.clocks_table(case, filters), key="clocks")
    panel(case_markup.history(events, names, as_of), key="history")
with second:
    decision_block(scope, case, as_of)
    panel(case_markup.facts(case, ratings, origin, names), key="facts")
    phone_block(scope, case)
    panel(case_markup.kin(related), key="kin")
