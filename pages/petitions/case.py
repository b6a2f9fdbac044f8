"""诉求详情: one petition with its clocks, its history, who holds it, what it came from, what was decided about it."""

from functools import partial

import streamlit as st

from data_access.audit import Action
from data_access.clock import beijing_now
from data_access.petition_lists import case_events, case_origin, case_ratings, petition_case, place_names, related_cases
from metrics.period import Period, PeriodKind
from metrics.petition_case import known
from pages.common import loaders
from pages.common.auth import audited, signed_in_scope
from pages.common.filters import Filters
from pages.common.navigation import file_of
from pages.common.page import page
from pages.common.people import titled_names
from pages.common.phones import phone_block
from pages.petitions.decisions import decision_block
from pages.petitions.list_filters import LIST_SHOWN
from pages.petitions.steps import neighbours
from pages.petitions.windows import TABLES, moment_window
from reports.links import CASES, PETITIONS
from reports.views import petition_case as views

as_of = loaders.today()
with page("petitions/case", filters=Filters(Period.holding(PeriodKind.MONTH, as_of), as_of, None, signed_in_scope())) as p:
    scope, number = p.scope, st.query_params.get("number", "")
    seen = st.session_state.get(LIST_SHOWN, {})
    period = {name: seen[name] for name in ("period", "which", "township") if name in seen}
    crumbs = [("诉求", file_of(PETITIONS), period), ("清单", file_of(CASES), seen)]
    case = loaders.answer(petition_case, scope, TABLES, window=moment_window(p.filters), number=number)
    if case is None:
        p.title("找不到这件诉求", crumbs=crumbs, subtitle=views.NOT_FOUND)
        p.stop()

    steps = neighbours(p, number)
    if steps is not None:
        p.show(steps, key="steps")
    events, ratings = (loaders.answer(query, scope, TABLES, petition_id=case["id"]) for query in (case_events, case_ratings))
    related = loaders.answer(related_cases, scope, TABLES, petition_id=case["id"], repeat_of=known(case["repeat_of"]))
    places = loaders.answer(place_names, scope, ("area",), code=case["area_code"])
    visit, slot = known(case["origin_visit_id"]), known(case["origin_slot_id"])
    origin = loaders.answer(case_origin, scope, ("night_visit", "reception_slot", "area"), visit_id=visit, slot_id=slot)
    people = [case["handler_id"], case["lead_id"], *events["person_id"], (origin or {}).get("person_id")]
    names = titled_names(scope, people, p.view.moment)

    p.title(views.sentence(case, events, names, p.view), crumbs=crumbs, subtitle=views.subtitle(case, places, names))
    if case["restricted"]:
        if st.session_state.get("restricted_case") != number:
            audited(Action.RESTRICTED, f"打开检举控告 {number}")
            st.session_state["restricted_case"] = number
        p.note(views.RESTRICTED_NOTE)
    first, second = st.columns([3, 2], gap="large")
    with first:
        p.show(*views.clocks(case, p.view, beijing_now()), key="clocks")
        p.show(views.history(events, names, as_of), key="history")
    with second:
        decision_block(p, case)
        p.show(views.facts(case, ratings, origin, names), key="facts")
        held = [int(each) for each in (case["handler_id"], case["lead_id"]) if known(each) is not None]
        phone_block(p, f"诉求 {number}", held, partial(views.phones_of_case, case))
        p.show(views.kin(related, as_of), key="kin")
