"""Phone numbers stay masked on every page until someone who may see names gives a reason, which goes on record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

import streamlit as st

from data_access import areas
from data_access.accounts import CALLERS
from data_access.audit import Action
from data_access.rosters import ROSTER_TABLES, night_phones
from data_access.scope import Scope
from pages.common import loaders
from pages.common.auth import audited, known_account
from pages.common.page import Page
from reports.calls import CallLine

SHORTEST_REASON = 4
People = Mapping[int, tuple[str, str | None]]
"""Name and phone by person, as they may be shown."""
AT_ONCE = 30
"""People a line of the audit has room for."""
CALLED = "board_called"
"""Session state: by night whose numbers this reader has been shown, each once on record."""
UNMASKED = "unmasked"
"""Session state: whose numbers this browser has given a reason for, until it looks at others'."""


def phone_block(p: Page, about: str, people: Iterable[int], line: Callable[[People], CallLine]) -> None:
    """The phones of these people, masked; with a reason, in full and to be called by a tap, for this view of what they are shown with
    (``about``)."""
    phones = phones_of(p.scope, about, people)
    said = line(phones)
    if not said.calls:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="phones"):
        p.show(said, key="phone-line")
        if any(phone for _, phone in phones.values()):
            ask_for_phones(p.scope, about, "核实 11 月 20 日办理情况")


def phones_of(scope: Scope, about: str, people: Iterable[int]) -> dict[int, tuple[str, str | None]]:
    """Name and phone by person, masked; in full where a reason was given for ``about``."""
    wanted = tuple(sorted(set(people)))
    found = loaders.answer(areas.people, scope, ("person",), person_ids=wanted)
    phones = {who: (name, phone) for who, name, phone in zip(found["person_id"], found["name"], found["phone"], strict=True)}
    if not phones_shown(scope, about):
        return phones
    whole = loaders.answer_once(areas.whole_phones, scope, ("person",), person_ids=wanted)  # each time: nothing keeps them
    return {who: (name, whole.get(who, phone)) for who, (name, phone) in phones.items()}


def may_call(scope: Scope, *, is_over: bool = False) -> bool:
    """Whether this reader may call whoever is on duty tonight; of a night that is over nobody needs to."""
    account = known_account()
    return account is not None and account.role in CALLERS and scope.may_see_names and not is_over


def tonights_numbers(scope: Scope, night: date, people: Iterable[int], *, is_over: bool) -> dict[int, str]:
    """Person → the number under which they are reached tonight (the roster's of this night, else their own).

    In full for a role that may call tonight's people, and whose numbers it has seen is on record; else masked, or in full once a reason
    was given for the night.
    """
    wanted = tuple(sorted(set(people)))
    if not may_call(scope, is_over=is_over):
        shown = phones_of(scope, f"今晚 {night.isoformat()}", wanted)
        return {person: phone for person, (_, phone) in shown.items() if phone}
    seen: set[int] = st.session_state.setdefault(CALLED, {}).setdefault(night, set())
    new = [person for person in wanted if person not in seen]
    for start in range(0, len(new), AT_ONCE):
        some = new[start : start + AT_ONCE]
        audited(Action.UNMASK, f"今晚值班电话 {night.isoformat()}：{len(some)} 人，人员编号 {'、'.join(map(str, some))}")
    seen.update(new)
    found: dict[int, str] = loaders.answer_once(night_phones, scope, ROSTER_TABLES, night=night, person_ids=wanted)
    return found


def phones_shown(scope: Scope, about: str) -> bool:
    """Whether the phones of ``about`` (诉求 N-1, 未填报 2026-11) stand in full on this view of this reader."""
    return scope.may_see_names and st.session_state.get(UNMASKED) == about


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
            st.session_state[UNMASKED] = about
            st.rerun()
