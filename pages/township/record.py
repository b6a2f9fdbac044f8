"""One record in full, as it was entered: who, where, when, recorded when and from which source."""

from __future__ import annotations

import streamlit as st

from data_access.profiles import KINDS, PROFILE_TABLES, record_row
from metrics.definition import Question
from metrics.rulebook import rulebook
from pages.common import loaders
from pages.common.address import write
from pages.common.page import Page
from reports.views.person import Person, record_parts

MOST_DIGITS = 17


def record_dialog(p: Page, person: Person, asked: Question) -> None:
    """Shows the record in the address, ``?record=stay-123``; nothing where there is none or it is garbled."""
    kind, _, number = st.query_params.get("record", "").partition("-")
    if kind in KINDS and number.isdecimal() and len(number) <= MOST_DIGITS:
        _dialog(p, person, asked, kind, int(number))


def _closed() -> None:
    write({name: held for name, held in st.query_params.items() if name != "record"})


@st.dialog("原始记录", width="medium", on_dismiss=_closed)
def _dialog(p: Page, person: Person, asked: Question, kind: str, record_id: int) -> None:
    row = loaders.answer(record_row, p.scope, PROFILE_TABLES, kind=kind, record_id=record_id)
    if row is None:
        st.markdown("找不到这条记录：可能已被删除，或不在您的账号范围内。")
        return
    own_stay = kind == "stay" and row["person_id"] == person.person_id
    why = person.why_not_counted(row["area_code"], row["night"], asked) if own_stay else ""
    p.show(*record_parts(kind, row, why, p.view.masked, rulebook()), key="record")
