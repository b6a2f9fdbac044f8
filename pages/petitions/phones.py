"""Phone numbers stay masked until someone who may see names gives a reason, which goes on record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from data_access import areas
from data_access.audit import Action
from data_access.scope import Scope
from metrics.petition_case import known
from pages.common import loaders
from pages.common.auth import audited
from pages.common.navigation import plain
from reports.views.petition_case import phone_words

SHORTEST_REASON = 4


def phone_block(scope: Scope, case: Mapping[str, Any]) -> None:
    """The handler's and the lead's phone, masked; with a reason, in full for this view of this case."""
    wanted = tuple(sorted({int(each) for each in (case["handler_id"], case["lead_id"]) if known(each) is not None}))
    if not wanted:
        return
    shown = scope.may_see_names and st.session_state.get("unmasked_case") == case["number"]
    people = loaders.answer(areas.people, scope, ("person",), person_ids=wanted)
    phones = zip(people["person_id"], people["name"], people["phone"], strict=True)
    words = phone_words(case, {person: (name, phone if shown else areas.masked_phone(phone)) for person, name, phone in phones})
    if not words:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="phones"):
        st.markdown(plain(words))
        if scope.may_see_names and not shown:
            _ask_reason(case["number"])


def _ask_reason(number: str) -> None:
    with st.popover("查看电话", type="tertiary"), st.form("unmask", border=False):
        reason = st.text_input("事由（记入审计）", max_chars=100, placeholder="例如：核实 11 月 20 日办理情况")
        if st.form_submit_button("记录并查看"):
            if len(reason.strip()) < SHORTEST_REASON:
                st.error(f"请写明事由，至少 {SHORTEST_REASON} 个字。")
                return
            audited(Action.UNMASK, f"诉求 {number} 联系电话：{reason.strip()}")
            st.session_state["unmasked_case"] = number
            st.rerun()
