"""督办, 包案, 交办 from the board: what was decided about a case, and the form that adds to it. Written to the board's own table only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from data_access.accounts import Role
from data_access.audit import Action, record
from data_access.clock import beijing_now
from data_access.decisions import LONGEST_NOTE, Decision, DecisionError, decide, decisions
from data_access.engine import engine
from data_access.leaders import leaders
from data_access.scope import Scope
from metrics.decisions import DECISION_NAMES, judged_decisions
from metrics.petition_case import known
from pages.common import loaders
from pages.common.auth import known_account
from pages.common.navigation import plain
from pages.common.page import Page
from pages.common.people import names_of
from reports.views import petition_case

TABLES = ("board_decision", "petition")
DECIDERS = frozenset({Role.LEADER, Role.PETITION_OFFICE, Role.POLITICAL_LEGAL})
SAID = "decision_said"
"""Session state: the case that was decided about last, and what was recorded; new data draw the page anew, which must not take it away."""
USUAL_DAYS = 7
"""The date that the form proposes lies so many days ahead."""


def decisions_of(scope: Scope, as_of: date) -> pd.DataFrame:
    """See ``metrics.decisions.judged_decisions``: the latest of all."""
    return judged_decisions(loaders.answer(decisions, scope, TABLES), as_of)


def decision_block(p: Page, case: Mapping[str, Any]) -> None:
    """On a case's page: the decisions so far, newest first, what was just decided, and the way to add one."""
    found = loaders.answer_once(decisions, p.scope, TABLES, petition_id=int(case["id"]))  # what has just been decided stands here
    rows = judged_decisions(found, p.filters.as_of)
    p.show(petition_case.decisions(rows, names_of(p.scope, rows["lead_id"])), key="decisions")
    told = st.empty()  # always there: the form below must not move
    number, said = st.session_state.get(SAID, ("", ""))
    if number == case["number"]:
        told.success(plain(said), icon=":material/check:")
    account = known_account()
    if account is not None and account.role in DECIDERS and known(case["ended_at"]) is None:
        # With each decision it is another one: closed, and empty. One that was refused keeps what was written.
        with st.popover("督办、包案或交办", icon=":material/edit_note:", key=f"decide-{len(rows)}"):
            _form(p.scope, case, p.filters.as_of, len(rows))


def _form(scope: Scope, case: Mapping[str, Any], as_of: date, taken: int) -> None:
    """``taken``: how many decisions there are."""
    kinds = [Decision.SUPERVISE, Decision.LEAD, Decision.TASK, *([Decision.LIFT] if taken else [])]
    kind = st.segmented_control(
        "决定", kinds, default=Decision.SUPERVISE, required=True, format_func=lambda each: DECISION_NAMES[each], key=f"decide-kind-{taken}"
    )
    with st.form(f"decide-form-{taken}", border=False):
        lead = None
        if kind is Decision.LEAD:
            choices = loaders.answer(leaders, scope, ("appointment", "person", "area"), as_of=as_of, area_code=case["area_code"])
            labels = {row["person_id"]: f"{row['name']} · {row['area']}" for row in choices.to_dict("records")}
            lead = st.selectbox("包案领导", list(labels), index=None, format_func=lambda each: labels[each], placeholder="选择")
        words = st.text_area("要求", max_chars=LONGEST_NOTE, placeholder="例如：11月30日前与双方面谈一次，形成书面意见")
        due = st.date_input(
            "时限", value=as_of + timedelta(days=USUAL_DAYS), min_value=as_of, format="YYYY-MM-DD", disabled=kind is Decision.LIFT
        )
        if st.form_submit_button("记录决定", type="primary"):
            _record(case, kind or Decision.TASK, words, None if kind is Decision.LIFT else due, lead)


def _record(case: Mapping[str, Any], kind: Decision, words: str, due: Any, lead: int | None) -> None:
    account = known_account()  # asked again: the right may be gone since the form was drawn
    if account is None or account.role not in DECIDERS:
        st.error("您的账号不能作出决定，请联系管理员。")
        return
    said, now = f"{DECISION_NAMES[kind]}{f'，时限 {due}' if due else ''}", beijing_now()
    # Of 检举控告 the audit tells number and words to who holds them alone.
    action = Action.RESTRICTED if case["restricted"] else Action.DECISION
    try:
        with engine().begin() as connection:
            decide(account.scope, connection, int(case["id"]), kind, words, due, account.username, now, lead)
            record(connection, account.username, action, now, f"诉求 {case['number']} {said}")
    except DecisionError as problem:
        st.error(f"{plain(str(problem))}。")
        return
    st.session_state[SAID] = str(case["number"]), f"已记录：{said}。"
    st.rerun()
