"""督办, 包案, 交办 from the board: what was decided about a case, and the form that adds to it. Written to the board's own table only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from data_access.accounts import Role
from data_access.clock import beijing_now
from data_access.decisions import DECISION_NAMES, LONGEST_NOTE, Decision, DecisionError, decide, decisions
from data_access.engine import engine
from data_access.leaders import leaders
from data_access.scope import Scope
from metrics.decisions import KEPT_NAMES, Kept, judged_decisions
from metrics.petition_case import known
from metrics.vocabulary import Status
from metrics.wording import day_text, moment_text
from pages.common import loaders
from pages.common.auth import known_account
from pages.common.filters import Filters
from pages.common.panel import panel
from pages.petitions.asking import names_of, township_names
from pages.petitions.handouts import offer_decided
from pages.petitions.markup import case_line, cell, heading, sheet, verdict_words

TABLES = ("board_decision", "petition")
KEPT_STATUS = {
    Kept.KEPT: Status.OK,
    Kept.LATE: Status.NEAR,
    Kept.BROKEN: Status.LOW,
    Kept.PENDING: Status.RUNNING,
    Kept.LIFTED: Status.NONE,
}
MOST_DECISIONS = 12
DECIDERS = frozenset({Role.LEADER, Role.PETITION_OFFICE, Role.POLITICAL_LEGAL})


def judged(scope: Scope, as_of: date, petition_id: int | None = None) -> pd.DataFrame:
    found = loaders.answer(decisions, scope, TABLES, petition_id=petition_id)
    return judged_decisions(found, as_of)


def decision_block(scope: Scope, case: Mapping[str, Any], as_of: date) -> None:
    """On a case's page: the decisions so far, newest first, and the way to add one."""
    rows = judged(scope, as_of, int(case["id"]))
    panel(_decisions_of_case(rows, names_of(scope, rows["lead_id"])), key="decisions")
    account = known_account()
    if account is not None and account.role in DECIDERS and known(case["ended_at"]) is None:
        with st.popover("督办、包案或交办", icon=":material/edit_note:"):
            _form(scope, case, as_of, lifted=bool(len(rows)))


def _decisions_of_case(rows: pd.DataFrame, names: Mapping[int, str]) -> str:
    title = heading("领导决定", "写在看板自己的表里,只增不改")
    if rows.empty:
        return f'{title}<div class="empty">还没有督办、包案或交办</div>'
    lines = [
        [
            cell(_kind(row, names), f"{row['decided_name'] or row['decided_by']} {moment_text(row['decided_at'])}"),
            cell(row["note"] or "", "" if known(row["due_on"]) is None else f"时限 {day_text(row['due_on'])}"),
            verdict_words(KEPT_NAMES[row["kept"]], KEPT_STATUS[row["kept"]]),
        ]
        for row in rows.to_dict("records")
    ]
    return title + sheet(["", "", ""], lines)


def _kind(row: Mapping[Any, Any], names: Mapping[int, str]) -> str:
    kind = DECISION_NAMES[Decision(row["kind"])]
    lead = known(row["lead_id"])
    return kind if lead is None else f"{kind} {names.get(int(lead), '')}"


def _form(scope: Scope, case: Mapping[str, Any], as_of: date, *, lifted: bool) -> None:
    kinds = [Decision.SUPERVISE, Decision.LEAD, Decision.TASK] + ([Decision.LIFT] if lifted else [])
    kind = st.segmented_control(
        "决定", kinds, default=Decision.SUPERVISE, required=True, format_func=lambda each: DECISION_NAMES[each], key="decide-kind"
    )
    with st.form("decide", border=False, clear_on_submit=True):
        lead = None
        if kind is Decision.LEAD:
            choices = loaders.answer(leaders, scope, ("appointment", "person", "area"), as_of=as_of, area_code=case["area_code"])
            labels = {row["person_id"]: f"{row['name']} · {row['area']}" for row in choices.to_dict("records")}
            lead = st.selectbox("包案领导", list(labels), index=None, format_func=lambda each: labels[each], placeholder="选择")
        words = st.text_area("要求", max_chars=LONGEST_NOTE, placeholder="例如:11月30日前与双方面谈一次,形成书面意见")
        due = st.date_input("时限", value=as_of + timedelta(days=7), min_value=as_of, format="YYYY-MM-DD", disabled=kind is Decision.LIFT)
        if st.form_submit_button("记录决定", type="primary"):
            _record(case, kind or Decision.TASK, words, None if kind is Decision.LIFT else due, lead)


def _record(case: Mapping[str, Any], kind: Decision, words: str, due: Any, lead: int | None) -> None:
    account = known_account()  # asked again: the right may be gone since the form was drawn
    if account is None or account.role not in DECIDERS:
        st.error("您的账号不能作出决定,请联系管理员。")
        return
    try:
        with engine().begin() as connection:
            decide(account.scope, connection, int(case["id"]), kind, words, due, account.username, beijing_now(), lead)
    except DecisionError as problem:
        st.error(f"{problem}。")
        return
    st.rerun()


def last_meeting(filters: Filters) -> str:
    """Decisions of the last day on which any were taken, and older ones that were not kept: what a meeting looks at first."""
    scope, as_of = filters.narrowed, filters.as_of
    rows = judged(scope, as_of)
    if rows.empty:
        return ""
    standing = rows[rows["kept"] != Kept.LIFTED]
    if standing.empty:
        return ""
    days = pd.to_datetime(standing["decided_at"]).dt.date
    last = days.max()
    due_for_talk = standing[(days == last) | standing["kept"].isin([Kept.BROKEN])]
    chosen = due_for_talk.head(MOST_DECISIONS)
    names, townships = names_of(scope, due_for_talk["lead_id"]), township_names(scope, as_of)
    offer_decided(filters, due_for_talk, names)
    lines = []
    for row in chosen.to_dict("records"):
        place = townships.get(str(row["area_code"])[:9], "")
        due = known(row["due_on"])
        moved = "决定后有进展" if row["moved"] else "决定后没有进展"
        lines.append(
            case_line(
                row["number"],
                f"{place} {known(row['category']) or ''} · {_kind(row, names)}".strip(),
                row["note"] or "",
                moved if due is None else f"{day_text(due)}前 · {moved}",
                f"{day_text(row['decided_at'].date())} {row['decided_name'] or row['decided_by']}",
                verdict_words(KEPT_NAMES[row["kept"]], KEPT_STATUS[row["kept"]]),
            )
        )
    kept = int(chosen["kept"].isin([Kept.KEPT, Kept.LATE]).sum())
    broken = int((chosen["kept"] == Kept.BROKEN).sum())
    title = f"上次定的事({day_text(last)}):{len(chosen)} 项,已办结 {kept} 项,到期未兑现 {broken} 项"
    return f'{heading(title)}<div class="cases">{"".join(lines)}</div>'
