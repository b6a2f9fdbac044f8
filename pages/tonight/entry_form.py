"""The form of 填报. Its ticks are what is on record until somebody changes one; what is changed and not saved says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import pandas as pd
import streamlit as st

from data_access.areas import area
from data_access.clock import beijing_now
from data_access.engine import engine
from data_access.night_entries import LONGEST_NOTE, EntryError, Hours, Saved, Told, enter, entries, stays_told, unit_of
from data_access.rolls import people_in_post
from data_access.rosters import rosters
from data_access.scope import Scope
from metrics.wording import is_missing
from pages.common import loaders
from pages.common.auth import known_account
from pages.common.navigation import plain
from pages.common.page import Page
from pages.tonight.parts import night_by_name
from reports.source import numbers_on
from reports.views import tonight_entry as views

_DRAFT = "board_night_draft"
"""Session state: the draft of a unit and night, ``Draft``."""


@dataclass
class Draft:
    """What the form was drawn from: its ticks are compared with this. ``number`` makes its controls new ones once it is saved."""

    unit: str
    night: date
    base: frozenset[int]
    note: str
    substitutes: Mapping[int, int | None]
    number: int = 0
    saved: Saved | None = None
    fault: str = ""


@dataclass(frozen=True)
class Asked:
    """What is on record of the account's unit and night right now."""

    unit: str
    name: str
    night: date
    now: datetime
    hours: Hours
    posts: pd.DataFrame
    turns: pd.DataFrame
    stays: pd.DataFrame
    entry: Mapping[str, object] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return views.title(self.name, self.night, self.now, self.hours.evening)

    @property
    def there(self) -> frozenset[int]:
        return frozenset(self.stays["person_id"])

    @property
    def note(self) -> str:
        said = self.entry.get("note")
        return "" if is_missing(said) else str(said)

    @property
    def substitutes(self) -> dict[int, int | None]:
        return {
            int(row["id"]): None if is_missing(row["substitute_id"]) else int(row["substitute_id"]) for row in self.turns.to_dict("records")
        }


def asked(scope: Scope) -> Asked:
    """Asked of the database each time: what another phone of the unit has just saved is there."""
    now, unit = beijing_now(), unit_of(scope)
    numbers = numbers_on(now.date())
    hours = Hours(int(numbers["duty.evening_hour"]), int(numbers["duty.night_over_hour"]))
    night = hours.night(now)
    codes = (unit or "",)
    found = loaders.answer_once(area, scope, code=unit or "") or {"name": ""}
    told = loaders.answer_once(entries, scope, night=night)
    told = told[told["code"] == unit]
    return Asked(
        unit or "",
        str(found["name"]),
        night,
        now,
        hours,
        loaders.answer_once(people_in_post, scope, codes=codes, on=night),
        loaders.answer_once(rosters, scope, first=night, last=night, codes=codes),
        loaders.answer_once(stays_told, scope, unit=unit or "", night=night),
        told.iloc[0].to_dict() if len(told) else {},
    )


def form(scope: Scope, told: Asked) -> None:
    """The roster ticked off, whoever else stayed, who stands in, a note."""
    if unit_of(scope) is None:
        st.warning("本账号没有指定乡镇或村，不能填报。请联系管理员。")
        return
    if not told.hours.is_open(told.now):
        st.info(f"今晚 {told.hours.evening} 时起填报。下面是今晚的排班。")
    draft = _draft(told)
    sent, saves = _controls(told, draft)
    changes = views.changes(len(sent.came), len(sent.left), sent.note != draft.note, _moved(sent, draft))
    _said(told, draft, changes)
    if saves:
        _save(scope, told, draft, sent)


def _draft(told: Asked) -> Draft:
    """The one of this unit and night. While nothing is changed it follows what is on record."""
    draft: Draft | None = st.session_state.get(_DRAFT)
    if draft is None or (draft.unit, draft.night) != (told.unit, told.night):
        draft = Draft(told.unit, told.night, told.there, told.note, told.substitutes)
    elif not st.session_state.get(f"{_DRAFT}_touched") and (draft.base, draft.note) != (told.there, told.note):
        draft = Draft(told.unit, told.night, told.there, told.note, told.substitutes, draft.number + 1, draft.saved)
    st.session_state[_DRAFT] = draft
    return draft


def _controls(told: Asked, draft: Draft) -> tuple[Told, bool]:
    """What the controls say now, and whether it is to be saved."""
    key, closed = f"night-{draft.unit}-{draft.night}-{draft.number}", not told.hours.is_open(told.now)
    elsewhere = set(told.stays.loc[~told.stays["by_form"], "person_id"])
    lines = views.lines(told.turns, told.posts, draft.base)
    ticked: set[int] = set()
    st.subheader("今晚排班", anchor=False)
    if not lines.planned:
        st.caption("今晚没有排班，请在下面选住夜的人。")
    for person, label in lines.planned.items():
        fixed = person in elsewhere
        words = f"{plain(label)}{'（已登记）' if fixed else ''}"
        if st.checkbox(words, value=person in draft.base, key=f"{key}-{person}", disabled=closed or fixed):
            ticked.add(person)
    others = st.multiselect(
        "其他住夜的人",
        list(lines.others),
        default=[person for person in lines.others if person in draft.base],
        format_func=lambda person: lines.others.get(person, str(person)),
        placeholder="添加本单位的人",
        key=f"{key}-others",
        disabled=closed,
    )
    ticked |= set(others) | (elsewhere & draft.base)
    substitutes = _substitutes(told, draft, lines, key, closed)
    note = st.text_area(
        "说明",
        value=draft.note,
        max_chars=LONGEST_NOTE,
        height=68,
        key=f"{key}-note",
        disabled=closed,
        placeholder="例如：正职在县里开会，22:30 到",
    )
    saves = st.button("保存", type="primary", width="stretch", key="save-night", disabled=closed)
    return Told(frozenset(ticked - draft.base), frozenset(draft.base - ticked), substitutes, (note or "").strip()), saves


def _substitutes(told: Asked, draft: Draft, lines: views.Lines, key: str, closed: bool) -> dict[int, int | None]:
    found = dict(draft.substitutes)
    if not lines.planned:
        return found
    with st.expander("有人替班"):
        for row in told.turns.to_dict("records"):
            turn, person = int(row["id"]), int(row["person_id"])
            choices = [each for each in lines.everybody if each != person]
            before = draft.substitutes.get(turn)
            found[turn] = st.selectbox(
                f"{plain(str(row['name']))} 由谁替",
                choices,
                index=choices.index(before) if before in choices else None,
                format_func=lambda each: lines.everybody.get(each, str(each)),
                placeholder="本人住夜",
                key=f"{key}-turn-{turn}",
                disabled=closed,
            )
    return found


def _moved(sent: Told, draft: Draft) -> int:
    return sum(sent.substitutes[turn] != other for turn, other in draft.substitutes.items())


def _said(told: Asked, draft: Draft, changes: str) -> None:
    """已存 22:05, or what is not saved yet, right under the button."""
    st.session_state[f"{_DRAFT}_touched"] = bool(changes)
    if draft.fault:
        st.error(draft.fault)
    if changes:
        st.warning(f"未存：{changes}。请按“保存”。", icon=":material/edit:")
    elif told.entry:
        st.success(views.saved_words(told.entry, len(told.there)), icon=":material/check:")
    elif told.hours.is_open(told.now):
        st.info("还没有填报。")


def _save(scope: Scope, told: Asked, draft: Draft, sent: Told) -> None:
    """Once, however often it is sent: what is there already is not entered again."""
    account = known_account()  # asked again: the right may be gone since the form was drawn
    if account is None or account.scope != scope:
        st.rerun()
    try:
        with engine().begin() as connection:
            saved = enter(scope, connection, told.night, sent, told.hours, now=beijing_now(), by=account.username)
    except EntryError as problem:
        draft.fault = f"没有存上：{plain(str(problem))}。"
        st.rerun()
    st.session_state.pop(_DRAFT)
    st.session_state[_DRAFT] = Draft(
        told.unit, told.night, (draft.base | sent.came) - sent.left, sent.note, sent.substitutes, draft.number + 1, saved
    )
    st.session_state[f"{_DRAFT}_touched"] = False
    st.rerun()


def state(p: Page, told: Asked) -> None:
    """How the unit stands by what the board has counted."""
    if not told.unit:
        return
    _, units = night_by_name(p.scope, p.filters.as_of)
    own = next((unit for unit in units if unit.code == told.unit), None)
    if own is not None:
        p.show(views.standing(own), key="night-standing")
