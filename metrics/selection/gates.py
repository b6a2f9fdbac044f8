"""Who may be ranked: in post long enough, no failed spot check, surveyed enough, no veto. Each reason in words."""

from __future__ import annotations

import re
from datetime import date

import pandas as pd

from metrics.selection.rules import SelectionRules

OK = "ok"


def days_in_post(posts: pd.DataFrame, leaves: pd.DataFrame, first: date, last: date) -> dict[int, int]:
    """Days from first to last on which each person held a post of the role and was not on leave.

    ``posts``: person_id, valid_from, valid_to; ``leaves``: person_id, first_day, last_day; an open end runs on.
    Two posts on one day are one day; overlapping leaves are taken off once.
    """
    served: dict[int, set[int]] = {}
    for person, since, until in zip(posts["person_id"], posts["valid_from"], posts["valid_to"], strict=True):
        served.setdefault(int(person), set()).update(_ordinals(since, until, first, last))
    for person, since, until in zip(leaves["person_id"], leaves["first_day"], leaves["last_day"], strict=True):
        if int(person) in served:
            served[int(person)].difference_update(_ordinals(since, until, first, last))
    return {person: len(days) for person, days in served.items()}


def _ordinals(since: date | None, until: date | None, first: date, last: date) -> range:
    start = max(since, first) if isinstance(since, date) and not pd.isna(since) else first
    stop = min(until, last) if isinstance(until, date) and not pd.isna(until) else last
    return range(start.toordinal(), stop.toordinal() + 1)


def gate_reasons(candidates: pd.DataFrame, marks: pd.DataFrame, rules: SelectionRules) -> dict[int, str]:
    """``ok`` or every reason against being ranked, by person.

    ``candidates``: person_id, days, surveyed, households (distinct own households surveyed, and own households);
    ``marks``: person_id, kind, passed, reason — already those of the year decided by as-of.
    A petition count is never a gate.
    """
    vetoes = marks[marks["kind"] == "veto"].groupby("person_id")["reason"].agg(lambda said: "、".join(map(_said, said)))
    # Only a check that is known to have failed counts against someone.
    failed = marks[
        (marks["kind"] == "spot_check") & marks["passed"].map(lambda passed: passed is not None and not pd.isna(passed) and not passed)
    ]
    failures = failed.groupby("person_id")["reason"].agg(lambda said: "、".join(map(_said, said)))
    found = {}
    for person, days, surveyed, households in candidates[["person_id", "days", "surveyed", "households"]].itertuples(index=False):
        reasons = []
        if person in vetoes.index:
            reasons.append(f"一票否决:{vetoes[person]}")
        if person in failures.index:
            reasons.append(f"抽查未通过:{failures[person]}")
        if days < rules.least_days_in_post:
            reasons.append(f"任职不足:在岗{days}天,需{rules.least_days_in_post}天")
        if surveyed < rules.least_surveyed:
            reasons.append(f"样本不足:测评{surveyed}户,需{rules.least_surveyed}户")
        elif rules.least_surveyed_share is not None and surveyed < rules.least_surveyed_share * households:
            reasons.append(f"样本不足:测评{surveyed}户,本邻{households}户,需达{rules.least_surveyed_share:.0%}")
        found[int(person)] = ";".join(reasons) or OK
    return found


WRITTEN = ("一票否决", "抽查未通过", "已退出")
"""Reasons that somebody has written; the others are reckoned."""
_RECKONED = re.compile(r"任职不足:在岗\d+天,需\d+天|样本不足:测评\d+户,(?:本邻\d+户,需达\d+%|需\d+户)")


def reasons_without_words(gate: str) -> str:
    """A reason against being ranked, for who may not read what somebody has written: such words may name people. A frozen ranking holds
    them."""
    if not any(f"{kind}:" in gate for kind in WRITTEN):
        return gate
    return ";".join([*(f"{kind}:(不显示)" for kind in WRITTEN if f"{kind}:" in gate), *_RECKONED.findall(gate)])


def _said(reason: object) -> str:
    return reason if isinstance(reason, str) and reason.strip() else "未写明"
