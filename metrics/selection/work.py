"""From facts by person to k and n of every work item of a role."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from metrics.selection.rules import SelectionRules
from metrics.selection.scores import STARS, Counts
from metrics.vocabulary import LEFT_OUT, Outcome, Role, Size

Facts = Mapping[str, pd.DataFrame]
COLUMNS = ["person_id", "item", "k", "n"]


def work_items(facts: Facts, role: Role) -> pd.DataFrame:
    """k and n of each work item with anything due. Grain: person × item. Columns: person_id, item, k, n."""
    visits, meetings = facts["visits"], facts["meetings"]
    parts = [facts["entries"].assign(item="in_time")]
    if role is Role.CELL_CAPTAIN:
        parts += [visits, meetings, _kept_by_deadline(facts["petitions_due"], Size.SMALL).assign(item="small_on_time")]
    elif role is Role.GROUP_CAPTAIN:
        parts += [
            visits.assign(item="visits"),
            _resolved(facts["petitions_settled"], Size.BIG).assign(item="big_resolved"),
            facts["petitions_accepted"].assign(item="accept_on_time"),
        ]
    else:
        parts += [
            visits.assign(item="visits"),
            meetings.assign(item="meetings"),
            _kept_by_deadline(facts["petitions_due"], Size.HARD, or_escalated=True).assign(item="hard_resolved"),
        ]
    return pd.concat([part[COLUMNS] for part in parts]).groupby(["person_id", "item"])[["k", "n"]].sum().reset_index()


def _kept_by_deadline(due: pd.DataFrame, size: Size, or_escalated: bool = False) -> pd.DataFrame:
    """petitions.closed_on_time of one size by handler; for 难事 an escalation by the deadline keeps it too (R29)."""
    rows = due[(due["size"] == size) & ~due["outcome"].isin(LEFT_OUT)]
    kept = (rows["outcome"] == Outcome.RESOLVED) & (rows["in_time"] == 1)
    if or_escalated:
        kept |= rows["escalated"] == 1
    return _by_person(rows, kept)


def _resolved(settled: pd.DataFrame, size: Size) -> pd.DataFrame:
    """petitions.resolved of one size by handler."""
    rows = settled[(settled["size"] == size) & ~settled["outcome"].isin(LEFT_OUT)]
    return _by_person(rows, rows["outcome"] == Outcome.RESOLVED)


def _by_person(rows: pd.DataFrame, done: pd.Series) -> pd.DataFrame:
    counts = rows.assign(k=rows["petitions"] * done.astype("int64"), n=rows["petitions"])
    return counts.groupby("person_id")[["k", "n"]].sum().reset_index()


def counts(facts: Facts, person_ids: np.ndarray, rules: SelectionRules) -> Counts:
    """All counts as arrays in the order of ``person_ids``; people without rows have zeros."""
    work = work_items(facts, rules.role)
    own_answers = facts["survey"][facts["survey"]["own"] == 1]
    return Counts(
        person_ids=person_ids,
        k=_table(work, "item", list(rules.items), "k", person_ids),
        n=_table(work, "item", list(rules.items), "n", person_ids),
        stars=_table(facts["ratings"], "stars", list(STARS), "n", person_ids),
        answers=_table(own_answers, "score", list(STARS), "n", person_ids),
        bonus=proven_bonus(facts["marks"]).reindex(person_ids, fill_value=0.0).to_numpy(dtype=float),
    )


def _table(rows: pd.DataFrame, column: str, values: list[Any], cell: str, person_ids: np.ndarray) -> np.ndarray:
    wide = rows.pivot_table(index="person_id", columns=column, values=cell, aggfunc="sum", fill_value=0)
    return wide.reindex(index=person_ids, columns=values, fill_value=0).to_numpy(dtype=np.int64)


def proven_bonus(marks: pd.DataFrame) -> pd.Series:
    """Bonus points by person: those with evidence only."""
    proven = marks["evidence"].map(lambda said: isinstance(said, str) and bool(said.strip())).astype(bool)
    bonus = marks[(marks["kind"] == "bonus") & proven & marks["points"].notna()]
    return bonus.astype({"points": "float64"}).groupby("person_id")["points"].sum()
