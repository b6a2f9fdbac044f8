"""The one gate for phone numbers: masked until someone who may see names gives a reason, which goes on record."""

from __future__ import annotations

import streamlit as st

from data_access.audit import Action
from data_access.scope import Scope
from pages.common.auth import audited

SHORTEST_REASON = 4
_UNMASKED = "unmasked_phones"
"""Session state: what the phones that are shown in full are of."""


def phones_shown(scope: Scope, about: str) -> bool:
    """Whether the phones of ``about`` (诉求 N-1, 未填报 2026-11) stand in full on this view of this reader."""
    return scope.may_see_names and st.session_state.get(_UNMASKED) == about


def ask_for_phones(scope: Scope, about: str, example: str) -> None:
    """Offers to show them, where that may be and is not done yet."""
    if not scope.may_see_names or phones_shown(scope, about):
        return
    with st.popover("查看电话", type="tertiary"), st.form("unmask", border=False):
        reason = st.text_input("事由（记入审计）", max_chars=100, placeholder=f"例如：{example}")
        if st.form_submit_button("记录并查看"):
            if len(reason.strip()) < SHORTEST_REASON:
                st.error(f"请写明事由，至少 {SHORTEST_REASON} 个字。")
                return
            audited(Action.UNMASK, f"{about} 联系电话：{reason.strip()}")
            st.session_state[_UNMASKED] = about
            st.rerun()
