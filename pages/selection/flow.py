"""The flow on record: what has happened, what comes next and when, overrides with a second account."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from data_access.accounts import ROLE_NAMES, Account
from data_access.clock import beijing_now
from data_access.engine import engine
from data_access.selection_flow import RECORD_TABLES, StepTaken, add_step, freeze, open_draft, selection_record
from metrics.selection.flow import (
    ANSWERS,
    OVERRIDES,
    STEP_NAMES,
    STEP_ROLES,
    FlowError,
    Step,
    deadline,
    next_step,
    pending_overrides,
    require,
    step_workdays,
    townships_missing,
)
from metrics.selection.snapshot import digest, recomputed, snapshot_text, verified
from pages.common import loaders
from pages.common.auth import known_account
from pages.common.layout import note
from pages.common.navigation import plain
from pages.common.page import Page
from pages.common.selection_rankings import facts
from reports.selection import records as ranking_records
from reports.views import selection_flow as views
from reports.views.selection import Ranking

OFFICES = {str(role): name for role, name in ROLE_NAMES.items()}


def flow(p: Page, ranking: Ranking) -> None:
    """Where the selection stands, the record, and what this account may do now."""
    p.show(views.milestones(ranking, loaders.today()), key="flow-line")
    p.show(views.record_table(ranking), key="flow-record")
    account = known_account()
    if account is not None:
        _next(p, ranking, account)
        _answers(p, ranking, account)
        _side_steps(p, ranking, account)
    if ranking.digest:
        _digest(p, ranking)


def _next(p: Page, ranking: Ranking, account: Account) -> None:
    """The form of the step the main line waits for, or why it cannot be taken yet."""
    reason = views.why_not_now(ranking, str(account.role), loaders.today(), OFFICES)
    step = next_step(ranking.records, ranking.made.seats)
    if reason or step is None:
        note(reason)
        return
    with st.form("next-step", clear_on_submit=True):
        area_code = None
        if step is Step.TOWNSHIP:
            missing = [code for code in townships_missing(ranking.records, ranking.made.seats) if account.scope.covers(code)]
            area_code = st.selectbox("乡镇", missing, format_func=ranking.township)
        if step is Step.FROZEN and (early := views.frozen_early(ranking)):
            st.warning(early)
        basis = st.text_area("依据", max_chars=300, placeholder="例如：县委组织部部务会〔2026〕12号纪要")
        if st.form_submit_button(views.button(ranking, step), type="primary"):
            _take(p, ranking, step, basis, area_code=area_code)


def _take(p: Page, ranking: Ranking, step: Step, reason: str, **about: Any) -> None:
    """Puts a step on record and draws the page anew; says why where it may not be taken."""
    account = known_account()  # asked again: the right may be gone since the form was drawn
    if account is None:
        return
    now, made = beijing_now(), ranking.made
    try:
        require(
            step,
            ranking.records,
            role=str(account.role),
            username=account.username,
            reason=reason,
            today=now.date(),
            seats=made.seats,
            **about,
        )
        with engine().begin() as connection:
            if step is Step.DRAFT:
                open_draft(connection, made.year, str(made.rules.role), account.username, reason, now)
            elif step is Step.FROZEN:
                freeze(connection, _number(ranking), _frozen(p, ranking), account.username, reason, now)
            else:
                until = deadline(step, now.date(), p.view.workdays, step_workdays(ranking.edition))
                add_step(connection, _number(ranking), str(step), account.username, reason, now, until=until, **about)
    except FlowError as problem:
        st.error(f"{plain(str(problem))}。")
        return
    except StepTaken:
        st.error("这一步刚刚已由别的账号办理，请刷新后再看。")
        return
    st.rerun()


def _number(ranking: Ranking) -> int:
    if ranking.number is None:
        raise FlowError("请先立项")
    return ranking.number


def _frozen(p: Page, ranking: Ranking) -> dict[str, Any]:
    """What is kept for ever: data and rulebook as text, the ranking made from them, the digest over both."""
    shown = ranking.made
    text = snapshot_text(facts(p.scope, shown), shown.rules, shown.year, shown.as_of, shown.at)
    made = recomputed(text)  # of these very data: some may have come since the page was drawn
    return {
        "as_of": made.as_of,
        "rulebook": made.rules.version,
        "snapshot": text,
        "ranking": json.dumps(ranking_records(made), ensure_ascii=False),
        "digest": digest(text, made),
    }


def _answers(p: Page, ranking: Ranking, account: Account) -> None:
    """Overrides that wait for a second account."""
    if str(account.role) not in STEP_ROLES[ANSWERS[0]]:
        return
    for record in pending_overrides(ranking.told):
        about = views.override_words(ranking, record)
        if record.username == account.username:
            note(f"等待另一账号复核——{about}")
            continue
        with st.form(f"answer-{record.id}", clear_on_submit=True):
            st.markdown(f"**待复核** {plain(about)}")
            reason = st.text_input("意见", max_chars=200)
            agree, refuse = st.columns(2)
            if agree.form_submit_button("同意", type="primary"):
                _take(p, ranking, Step.CONFIRM, reason, confirms=record.id)
            if refuse.form_submit_button("不同意"):
                _take(p, ranking, Step.REFUSE, reason, confirms=record.id)


def _side_steps(p: Page, ranking: Ranking, account: Account) -> None:
    """Appeals while they run, overrides once frozen, giving up."""
    steps = [step for step in (Step.APPEAL, *OVERRIDES, Step.VOID) if str(account.role) in STEP_ROLES[step]]
    if not ranking.digest or ranking.stage in (Step.FINAL, Step.VOID) or not steps:
        return
    with st.popover("申诉、取消资格、裁定平分、作废"), st.form("side-step", clear_on_submit=True):
        step = st.selectbox("办理", steps, format_func=lambda each: STEP_NAMES[each])
        choices = views.candidate_choices(ranking)
        person = st.selectbox("涉及人选", list(choices), index=None, format_func=choices.__getitem__, placeholder="选择（作废不用选）")
        reason = st.text_area("理由和依据", max_chars=300)
        st.caption("取消资格和平分裁定须由另一账号复核同意后才生效。")
        if st.form_submit_button("提交", type="primary"):
            about = {} if step is Step.VOID else {"person_id": person}
            _take(p, ranking, step, reason, **about)


def _digest(p: Page, ranking: Ranking) -> None:
    """The digest, and a button that computes everything anew from the snapshot."""
    for said in views.digest_words(ranking):
        note(said)
    if st.button("由快照重算核对", key="verify"):
        kept = loaders.answer_once(selection_record, p.scope, RECORD_TABLES, selection_id=_number(ranking))
        if kept is not None and verified(kept["snapshot"], kept["digest"]):
            st.success("重算结果与冻结摘要一致。")
        else:
            st.error("重算结果与冻结摘要不一致，请联系管理员。")
