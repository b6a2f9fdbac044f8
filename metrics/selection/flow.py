"""The flow of a selection on record: which step may come next, when, by whom; and the list after overrides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby
from operator import itemgetter

import pandas as pd

from metrics.rulebook import Edition
from metrics.workdays import Workdays


class Step(StrEnum):
    DRAFT = "draft"
    FROZEN = "frozen"
    APPEALS = "appeals"
    REVIEW = "review"
    TOWNSHIP = "township"
    JOINT_CHECK = "joint_check"
    NOTICE = "notice"
    FINAL = "final"
    WITHDRAW = "withdraw"
    SEAT = "seat"
    CONFIRM = "confirm"
    REFUSE = "refuse"
    APPEAL = "appeal"
    VOID = "void"


STEP_NAMES = dict(
    zip(
        Step,
        (
            "起草",
            "冻结",
            "核对申诉",
            "民主评议",
            "乡镇党委审定",
            "联审",
            "公示",
            "终定",
            "取消资格",
            "平分裁定",
            "复核同意",
            "复核不同意",
            "申诉",
            "作废",
        ),
        strict=True,
    )
)
MAIN_LINE = (Step.DRAFT, Step.FROZEN, Step.APPEALS, Step.REVIEW, Step.TOWNSHIP, Step.JOINT_CHECK, Step.NOTICE, Step.FINAL)
OVERRIDES = (Step.WITHDRAW, Step.SEAT)
"""Steps that change who is on the list: each needs a reason and a second account."""
ANSWERS = (Step.CONFIRM, Step.REFUSE)

_COUNTY = frozenset({"organisation"})
STEP_ROLES: Mapping[Step, frozenset[str]] = {
    **dict.fromkeys(MAIN_LINE, _COUNTY),
    Step.TOWNSHIP: frozenset({"organisation", "township"}),
    Step.JOINT_CHECK: frozenset({"organisation", "petition_office", "political_legal"}),
    **dict.fromkeys((*OVERRIDES, *ANSWERS), frozenset({"organisation", "leader"})),
    Step.APPEAL: frozenset({"organisation", "township"}),
    Step.VOID: _COUNTY,
}


@dataclass(frozen=True)
class Record:
    """One step on record. ``until`` is the last of its working days; ``confirms`` the record it answers."""

    id: int
    step: Step
    at: datetime
    username: str
    reason: str
    until: date | None = None
    area_code: str | None = None
    person_id: int | None = None
    confirms: int | None = None


class FlowError(ValueError):
    """A step that may not be taken; the text (Chinese) says why and what to do."""


def stage(records: Sequence[Record]) -> Step | None:
    """The furthest step of the main line on record; VOID once given up; None before the draft."""
    taken = {record.step for record in records}
    if Step.VOID in taken:
        return Step.VOID
    return next((step for step in reversed(MAIN_LINE) if step in taken), None)


def next_step(records: Sequence[Record], seats: Mapping[str, int]) -> Step | None:
    """The step the main line waits for; township approvals are complete when every township with seats has given its own."""
    at = stage(records)
    if at in (Step.FINAL, Step.VOID):
        return None
    if at is Step.TOWNSHIP and townships_missing(records, seats):
        return Step.TOWNSHIP
    return MAIN_LINE[0] if at is None else MAIN_LINE[MAIN_LINE.index(at) + 1]


def townships_missing(records: Sequence[Record], seats: Mapping[str, int]) -> list[str]:
    """Townships with seats whose Party committee has not decided yet."""
    approved = {record.area_code for record in records if record.step is Step.TOWNSHIP}
    return [code for code, count in seats.items() if count and code not in approved]


def waiting_until(records: Sequence[Record]) -> date | None:
    """The last day of the running appeals or notice; None where nothing waits for days to pass."""
    at = stage(records)
    if at not in (Step.APPEALS, Step.NOTICE):
        return None
    return next(record.until for record in reversed(records) if record.step is at)


def pending_overrides(records: Sequence[Record]) -> list[Record]:
    """Overrides a second account has not answered."""
    answered = {record.confirms for record in records if record.step in ANSWERS}
    return [record for record in records if record.step in OVERRIDES and record.id not in answered]


def confirmed_overrides(records: Sequence[Record]) -> list[Record]:
    agreed = {record.confirms for record in records if record.step is Step.CONFIRM}
    return [record for record in records if record.step in OVERRIDES and record.id in agreed]


def step_workdays(edition: Edition) -> dict[Step, int]:
    """How many working days appeals and notice take."""
    return {
        Step.APPEALS: int(edition.number("selection", "appeal_workdays")),
        Step.NOTICE: int(edition.number("selection", "notice_workdays")),
    }


def deadline(step: Step, day: date, workdays: Workdays, days: Mapping[Step, int]) -> date | None:
    """The last working day of appeals or notice that begin on ``day``."""
    return workdays.after(day, days[step]) if step in days else None


def require(
    step: Step,
    records: Sequence[Record],
    *,
    role: str,
    username: str,
    reason: str,
    today: date,
    seats: Mapping[str, int],
    area_code: str | None = None,
    person_id: int | None = None,
    confirms: int | None = None,
) -> None:
    """Raises :class:`FlowError` where the step may not be taken now, by this account, in this way."""
    if role not in STEP_ROLES[step]:
        raise FlowError(f"“{STEP_NAMES[step]}”不由本账号办理")
    if not reason.strip():
        raise FlowError("请写明理由或依据")
    at = stage(records)
    if at in (Step.FINAL, Step.VOID):
        raise FlowError(f"本次评选已{STEP_NAMES[at]},不能再办理")
    if step in MAIN_LINE:
        _require_main(step, records, today, seats, area_code)
    elif step in OVERRIDES:
        if at is None or MAIN_LINE.index(at) < MAIN_LINE.index(Step.FROZEN):
            raise FlowError("冻结后才能取消资格或裁定平分")
        if person_id is None:
            raise FlowError("请选择涉及的人选")
        if any(other.person_id == person_id and other.step is step for other in pending_overrides(records)):
            raise FlowError("该人选已有一项等待复核")
    elif step in ANSWERS:
        _require_answer(records, username, confirms)
    elif step is Step.APPEAL and (at is not Step.APPEALS or today > (waiting_until(records) or today)):
        raise FlowError("只在核对申诉期内登记申诉")


def _require_main(step: Step, records: Sequence[Record], today: date, seats: Mapping[str, int], area_code: str | None) -> None:
    expected = next_step(records, seats)
    if step is not expected:
        raise FlowError(f"下一步应为“{STEP_NAMES[expected]}”" if expected else "本次评选没有下一步")
    until = waiting_until(records)
    if until is not None and today <= until:
        raise FlowError(f"期限到 {until.month}月{until.day}日止,次日起可办理")
    if step is Step.TOWNSHIP and area_code not in townships_missing(records, seats):
        raise FlowError("请选择尚未审定的乡镇")
    waiting = pending_overrides(records)
    if waiting and step in (Step.NOTICE, Step.FINAL):
        raise FlowError(f"还有 {len(waiting)} 项变更等待第二人复核")


def _require_answer(records: Sequence[Record], username: str, confirms: int | None) -> None:
    waiting = {record.id: record for record in pending_overrides(records)}
    if confirms not in waiting:
        raise FlowError("这一项已复核过")
    if waiting[confirms].username == username:
        raise FlowError("提出人不能自己复核,请由另一账号办理")


PROPOSED, MOVED_UP, OFF_LIST, NOT_LISTED = "拟入选", "拟递补", "退出", ""
DECIDED = {PROPOSED: "入选", MOVED_UP: "递补"}
"""What those on the list are once the meeting has decided."""
LISTED = (*DECIDED, *DECIDED.values())


def final_list(rows: pd.DataFrame, seats: Mapping[str, int], records: Sequence[Record]) -> pd.DataFrame:
    """The rows with ``standing``: 拟入选, 拟递补 (moved up because someone left), 退出, or empty; 入选 and 递补 after the final step.

    ``rows``: person_id, township_code, rank, in_quota, to_settle. A confirmed SEAT gives one of those tied for the last seat
    that seat; it cannot take a seat from anyone with a better rank. Ranks are never changed.
    """
    out = {record.person_id for record in confirmed_overrides(records) if record.step is Step.WITHDRAW}
    chosen = {record.person_id for record in confirmed_overrides(records) if record.step is Step.SEAT}
    listed: set[int] = set()
    eligible = rows[rows["rank"].notna() & ~rows["person_id"].isin(out)].sort_values("rank", kind="stable")
    for township, candidates in eligible.groupby("township_code"):
        free = seats.get(str(township), 0)
        for _, tied in groupby(zip(candidates["rank"], candidates["person_id"], strict=True), key=itemgetter(0)):
            people = [person for _, person in tied]
            settled = people if len(people) <= free else [person for person in people if person in chosen][:free]
            listed.update(settled)
            free -= len(people)
            if free <= 0:
                break
    words = DECIDED if stage(records) is Step.FINAL else {word: word for word in DECIDED}
    standing = []
    for person, seated, tied in rows[["person_id", "in_quota", "to_settle"]].itertuples(index=False):
        if person in out:
            standing.append(OFF_LIST)
        elif person in listed:
            standing.append(words[PROPOSED if seated or tied else MOVED_UP])
        else:
            standing.append(NOT_LISTED)
    return rows.assign(standing=standing)
