"""The handler's and the lead's phone on a case's page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from data_access import areas
from data_access.scope import Scope
from metrics.petition_case import known
from pages.common import loaders
from pages.common.navigation import plain
from pages.common.phones import ask_for_phones, phones_shown
from reports.views.petition_case import phone_words


def phone_block(scope: Scope, case: Mapping[str, Any]) -> None:
    """Masked; with a reason, in full for this view of this case."""
    wanted = tuple(sorted({int(each) for each in (case["handler_id"], case["lead_id"]) if known(each) is not None}))
    if not wanted:
        return
    about = f"诉求 {case['number']}"
    shown = phones_shown(scope, about)
    people = loaders.answer(areas.people, scope, ("person",), person_ids=wanted)
    phones = zip(people["person_id"], people["name"], people["phone"], strict=True)
    words = phone_words(case, {person: (name, phone if shown else areas.masked_phone(phone)) for person, name, phone in phones})
    if not words:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="phones"):
        st.markdown(plain(words))
        ask_for_phones(scope, about, "核实 11 月 20 日办理情况")
