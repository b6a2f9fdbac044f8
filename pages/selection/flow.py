"""The flow on record: what has happened, what comes next and when, overrides with a second account."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from data_access.accounts import Account
from data_access.clock import beijing_now
from data_access.engine import engine
from data_access.selection_flow import StepTaken, add_step, freeze, open_draft, selection_record
from metrics.rulebook import rulebook
from metrics.selection.flow import (
    ANSWERS,
    MAIN_LINE,
    MOVED_UP,
    ON_LIST,
    OVERRIDES,
    STEP_NAMES,
    STEP_ROLES,
    FlowError,
    Step,
    deadline,
    next_step,
    pending_overrides,
    require,
    townships_missing,
    waiting_until,
)
from metrics.selection.snapshot import digest, snapshot_text, verified
from metrics.selection.words import name_of
from metrics.wording import day_text, is_missing, moment_text
from pages.common import loaders
from pages.common.auth import known_account
from pages.common.layout import note
from pages.common.panel import panel
from pages.common.selections import selection_facts
from pages.common.sheets import Column, cell, heading, sheet
from pages.selection.asking import Asked
from reports.selection import records as result_records

STEPS = (Column("步骤"), Column("何时 · 何人"), Column("依据"))
BUTTONS = {
    Step.DRAFT: "立项起草",
    Step.FROZEN: "冻结名单和依据",
    Step.APPEALS: "开始核对申诉(5个工作日)",
    Step.REVIEW: "登记民主评议结果",
    Step.TOWNSHIP: "登记乡镇党委审定",
    Step.JOINT_CHECK: "登记联审结果",
    Step.NOTICE: "开始公示(5个工作日)",
    Step.FINAL: "终定名单",
}


def flow(asked: Asked) -> None:
    """Where the selection stands, the record, and what this account may do now."""
    _line(asked)
    _record(asked)
    account = known_account()
    if account is not None:
        _next(asked, account)
        _answers(asked, account)
        _side_steps(asked, account)
    if asked.frozen:
        _digest(asked)


def _line(asked: Asked) -> None:
    taken = {record.step: record for record in asked.records}
    coming, last = next_step(asked.records, asked.made.seats), waiting_until(asked.records)
    waits = last is not None and loaders.today() <= last  # the five working days of the step before are not over
    parts = []
    for step in MAIN_LINE:
        until = taken[step].until if step in taken else None
        runs = step is asked.stage and until is not None and loaders.today() <= until
        done, now = step in taken and step is not coming and not runs, runs or (step is coming and not waits)
        sign, shade = ("✓", "ok") if done else ("→", "near") if now else ("·", "none")
        end = f"<small>{'进行中,' if runs else ''}到{day_text(until)}止</small>" if until else ""
        parts.append(f'<li class="{shade}"><b>{sign} {STEP_NAMES[step]}</b>{end}</li>')
    panel(f'<ol class="steps">{"".join(parts)}</ol>', key="flow-line")


def _person(asked: Asked, person_id: int | None) -> str:
    if person_id is None:
        return ""
    rows = asked.made.rows.set_index("person_id")
    known = person_id in rows.index and asked.scope.may_see_names
    return str(rows.loc[person_id, "name"]) if known else f"编号{person_id}"


def _record(asked: Asked) -> None:
    rows, proposed = [], {record.id: record for record in asked.records}
    for record in reversed(asked.records):
        answered = proposed.get(record.confirms or 0)  # an answer is about whoever the proposal was about
        what = f"{STEP_NAMES[answered.step]} {_person(asked, answered.person_id)}" if answered else _person(asked, record.person_id)
        about = " ".join(word for word in (what, asked.made.townships.get(record.area_code or "", "")) if word)
        until = f"到 {day_text(record.until)} 止" if record.until else ""
        rows.append([cell(STEP_NAMES[record.step], about), cell(moment_text(record.at), record.username), cell(record.reason, until)])
    panel(heading("办理记录", "只增不改;每一步有人、有时间、有依据") + sheet(STEPS, rows, empty="还没有立项"), key="flow-record")


def _next(asked: Asked, account: Account) -> None:
    """The form of the step the main line waits for, or why it cannot be taken yet."""
    step = next_step(asked.records, asked.made.seats)
    if step is None:
        note("本次评选已办结。" if asked.stage is Step.FINAL else "本次评选已作废,可以重新立项。")
        return
    if str(account.role) not in STEP_ROLES[step]:
        note(f"下一步“{STEP_NAMES[step]}”由{'组织部' if 'township' not in STEP_ROLES[step] else '组织部或乡镇'}办理。")
        return
    until = waiting_until(asked.records)
    if until is not None and loaders.today() <= until:
        note(f"{STEP_NAMES[asked.stage or step]}到 {until.month}月{until.day}日止,次日起可以办理“{STEP_NAMES[step]}”。")
        return
    with st.form("next-step", clear_on_submit=True):
        area_code = None
        if step is Step.TOWNSHIP:
            missing = [code for code in townships_missing(asked.records, asked.made.seats) if account.scope.covers(code)]
            area_code = st.selectbox("乡镇", missing, format_func=lambda code: asked.made.townships.get(code, code))
        if step is Step.FROZEN and not asked.made.complete:
            st.warning(f"{asked.year}年还没有结束:冻结后只含截至 {day_text(asked.as_of)} 的数据,不会再变。")
        reason = st.text_area("依据", max_chars=300, placeholder="例如:县委组织部部务会〔2026〕12号纪要")
        if st.form_submit_button(BUTTONS[step], type="primary"):
            _take(asked, step, reason, area_code=area_code)


def _take(asked: Asked, step: Step, reason: str, **about: Any) -> None:
    account = known_account()  # asked again: the right may be gone since the form was drawn
    if account is None:
        return
    now = beijing_now()
    try:
        require(
            step,
            asked.records,
            role=str(account.role),
            username=account.username,
            reason=reason,
            today=now.date(),
            seats=asked.made.seats,
            **about,
        )
        with engine().begin() as connection:
            if step is Step.DRAFT:
                open_draft(connection, asked.year, str(asked.role), account.username, reason, now)
            elif step is Step.FROZEN:
                freeze(connection, _id(asked), _frozen(asked), account.username, reason, now)
            else:
                table = rulebook().on(asked.as_of).tables["selection"]
                days = {Step.APPEALS: int(table["appeal_workdays"]), Step.NOTICE: int(table["notice_workdays"])}
                until = deadline(step, now.date(), loaders.workdays(), days)
                add_step(connection, _id(asked), str(step), account.username, reason, now, until=until, **about)
    except FlowError as problem:
        st.error(f"{problem}。")
        return
    except StepTaken:
        st.error("这一步刚刚已由别的账号办理,请刷新后再看。")
        return
    st.rerun()


def _id(asked: Asked) -> int:
    if asked.selection_id is None:
        raise FlowError("请先立项")
    return asked.selection_id


def _frozen(asked: Asked) -> dict[str, Any]:
    """What is kept for ever: data and rulebook as text, the ranking made from them, the digest over both."""
    facts = selection_facts(asked.scope, asked.year, asked.role, asked.as_of)
    text = snapshot_text(facts, asked.made.rules, asked.year, asked.as_of)
    return {
        "as_of": asked.as_of,
        "rulebook": asked.made.rules.version,
        "snapshot": text,
        "ranking": json.dumps(result_records(asked.made), ensure_ascii=False),
        "digest": digest(text, asked.made),
    }


def _answers(asked: Asked, account: Account) -> None:
    """Overrides that wait for a second account."""
    if str(account.role) not in STEP_ROLES[ANSWERS[0]]:
        return
    for record in pending_overrides(asked.records):
        about = f"{STEP_NAMES[record.step]}:{_person(asked, record.person_id)} · {record.reason}({record.username})"
        if record.username == account.username:
            note(f"等待另一账号复核——{about}")
            continue
        with st.form(f"answer-{record.id}", clear_on_submit=True):
            st.markdown(f"**待复核** {about}")
            reason = st.text_input("意见", max_chars=200)
            agree, refuse = st.columns(2)
            if agree.form_submit_button("同意", type="primary"):
                _take(asked, Step.CONFIRM, reason, confirms=record.id)
            if refuse.form_submit_button("不同意"):
                _take(asked, Step.REFUSE, reason, confirms=record.id)


def _side_steps(asked: Asked, account: Account) -> None:
    """Appeals while they run, overrides once frozen, giving up."""
    steps = [step for step in (Step.APPEAL, *OVERRIDES, Step.VOID) if str(account.role) in STEP_ROLES[step]]
    if not asked.frozen or asked.stage in (Step.FINAL, Step.VOID) or not steps:
        return
    with st.popover("申诉、取消资格、裁定平分、作废"), st.form("side-step", clear_on_submit=True):
        step = st.selectbox("办理", steps, format_func=lambda each: STEP_NAMES[each])
        labels = _candidates(asked)
        person = st.selectbox("涉及人选", list(labels), index=None, format_func=lambda each: labels[each], placeholder="选择(作废不用选)")
        reason = st.text_area("理由和依据", max_chars=300)
        st.caption("取消资格和平分裁定须由另一账号复核同意后才生效。")
        if st.form_submit_button("提交", type="primary"):
            about = {} if step is Step.VOID else {"person_id": person}
            _take(asked, step, reason, **about)


def _candidates(asked: Asked) -> dict[int, str]:
    """Everybody whom a step can be about, those on the list first: seats go by township, so they may stand far down the county's ranks.

    Who is not ranked may appeal as well: that is what an appeal is most often about.
    """
    rows = asked.rows.assign(listed=asked.rows["standing"].isin([ON_LIST, MOVED_UP])).sort_values("listed", ascending=False, kind="stable")
    found = {}
    for row in rows[["person_id", "name", "rank", "township_code", "listed"]].to_dict("records"):
        place = "未排名" if is_missing(row["rank"]) else f"第{int(row['rank'])}名"
        town = asked.made.townships.get(row["township_code"], "")
        found[int(row["person_id"])] = f"{name_of(row)} · {town} · {place}{' · 名单内' if row['listed'] else ''}"
    return found


def _digest(asked: Asked) -> None:
    """The digest, and a button that computes everything anew from the snapshot."""
    note(f"冻结摘要 {asked.digest} · 规则 {asked.made.rules.version} · 数据截至 {day_text(asked.as_of)}。")
    note("此后数据和规则怎么变,这份名单都不变。")
    if st.button("由快照重算核对", key="verify"):
        with engine().connect() as connection:
            kept = selection_record(asked.scope, connection, _id(asked))
        same = kept is not None and verified(kept["snapshot"], kept["digest"])
        if same:
            st.success("重算结果与冻结摘要一致。")
        else:
            st.error("重算结果与冻结摘要不一致,请联系管理员。")
