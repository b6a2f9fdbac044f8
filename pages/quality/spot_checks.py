"""抽查: a sample that anyone can draw again, what was found about each record, and how many were true."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from data_access.accounts import Role
from data_access.audit import Action, record
from data_access.clock import beijing_now
from data_access.engine import engine
from data_access.spot_checks import (
    LEDGER_TABLES,
    LEDGERS,
    LONGEST_NOTE,
    LONGEST_SEED,
    SpotCheckError,
    check_count,
    checks,
    record_check,
    sample,
)
from metrics.definition import Span
from metrics.spot_checks import FOUND_NAMES, Found
from metrics.vocabulary import Level, Module
from pages.common import loaders
from pages.common.auth import known_account
from pages.common.page import Page
from reports.subjects import SUBJECTS
from reports.tables import Table
from reports.views import spot_checks as views

TABLES = ("board_spot_check", "board_account", "area")
CHECKERS = frozenset({Role.LEADER, Role.ORGANISATION, Role.PETITION_OFFICE, Role.POLITICAL_LEGAL})
"""Those above the townships: nobody checks himself."""
NAMES = {table: ledger.name for table, ledger in LEDGERS.items()}
ROWS = 20
SAID = "spot_check_said"
"""Session state: what was recorded last, and of which sample; new data draw the page anew, which must not take it away."""


def spot_checks(p: Page) -> None:
    filters = p.filters
    with st.container(horizontal=True, vertical_alignment="bottom"):
        ledger = p.pick("台账", NAMES, "ledger", "night_stay", width=160) or "night_stay"
        size = int(p.choose("抽几条", views.SIZES, "size", "10"))
        seed = p.search("种子", "种子，不填为今天的日期", "seed", width=240)[:LONGEST_SEED] or f"{loaders.today():%Y%m%d}"
    window = filters.window
    rows = loaders.answer(sample, filters.narrowed, (*LEDGER_TABLES, "person"), ledger=ledger, window=window, seed=seed, size=size)
    span = {"first": window.first, "last": window.last}
    known = {"ledger": ledger, "rows": tuple(int(each) for each in rows["row_id"])}
    found = loaders.answer_once(checks, filters.narrowed, TABLES, **span, limit=size, **known)  # what has just been recorded stands here
    where = filters.view.where if filters.township else ""
    p.show(views.sample_table(rows, found, NAMES[ledger], seed, filters.period, where), key="sample")
    p.note(f"抽取办法：“种子/{ledger}/记录号”做 SHA-256，从小到大取前几条。记录有增减时，其余已抽的不变。")
    if len(rows):
        _recording(p, ledger, seed, rows)
    _results(p, span)


def _recording(p: Page, ledger: str, seed: str, rows: pd.DataFrame) -> None:
    account = known_account()
    if account is None or account.role not in CHECKERS or not p.scope.may_see_names:
        return
    words = views.record_words(rows)
    told = st.empty()  # always there: the form below must not move, or it closes
    of, said = st.session_state.get(SAID, ("", ""))
    if of == f"{ledger} {seed}":
        told.success(said, icon=":material/check:")
    with st.expander("记录抽查结果"), st.form("spot-check", border=False, clear_on_submit=True):
        row = st.selectbox("哪一条", list(words), index=None, format_func=words.__getitem__, placeholder="选择抽出的一条")
        found = st.segmented_control("结果", list(FOUND_NAMES), format_func=lambda each: FOUND_NAMES[each])
        note = st.text_input("情况", max_chars=LONGEST_NOTE, placeholder="怎么核的、看到什么；结果为真实的可以不写")
        if st.form_submit_button("记录结果", type="primary"):
            if row is None or found is None:
                st.error("请选择哪一条和结果。")
                return
            _record(ledger, int(row), Found(found), note, seed, f"已记录：{words[row]}，{FOUND_NAMES[found]}。")


def _record(ledger: str, row: int, found: Found, note: str, seed: str, said: str) -> None:
    account = known_account()  # asked again: the right may be gone since the form was drawn
    if account is None or account.role not in CHECKERS:
        st.error("您的账号不能记录抽查结果，请联系管理员。")
        return
    now = beijing_now()
    try:
        with engine().begin() as connection:
            record_check(account.scope, connection, ledger, row, found, note, seed, by=account.username, now=now)
            record(connection, account.username, Action.SPOT_CHECK, now, f"{NAMES[ledger]} 记录{row} {FOUND_NAMES[found]}")
    except SpotCheckError as problem:
        st.error(f"{problem}。")
        return
    st.session_state[SAID] = (f"{ledger} {seed}", said)
    st.rerun()


def _results(p: Page, span: dict[str, Any]) -> None:
    """By ledger, by township, and every check."""
    filters = p.filters
    asked = loaders.question_for(filters.narrowed, Level.TOWNSHIP, filters.period, filters.as_of)
    p.show(views.share_table(loaders.fact(filters.narrowed, "spot_checks", asked, Span.PERIOD), NAMES, filters.period), key="spot-shares")
    total = loaders.answer(check_count, filters.narrowed, TABLES, **span)
    if not total:
        return
    p.rankings(SUBJECTS[Module.QUALITY].rankings["抽查"], columns=1)

    def listed(answer: Callable[..., Any], page: int = 1, rows: int = ROWS) -> Table:
        return views.check_table(answer(checks, filters.narrowed, **span, limit=rows, offset=(page - 1) * rows), NAMES)

    p.pages_of_query(listed, TABLES, total, ROWS, "spot-checks", parameter="checks_page")
