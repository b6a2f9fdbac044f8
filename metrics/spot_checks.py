"""抽查: what a check of a record found, and the share of records that were found to be true."""

from __future__ import annotations

from enum import StrEnum

import pandas as pd

from metrics.definition import Facts, Indicator, Question, Span, rolled_up
from metrics.vocabulary import Level, Status


class Found(StrEnum):
    GENUINE = "genuine"
    WRONG = "wrong"
    UNTRACEABLE = "untraceable"


FOUND_NAMES = {Found.GENUINE: "真实", Found.WRONG: "不符", Found.UNTRACEABLE: "查不到"}
FOUND_STATUS = {Found.GENUINE: Status.OK, Found.WRONG: Status.LOW, Found.UNTRACEABLE: Status.NEAR}


def spot_true(facts: Facts, question: Question) -> pd.DataFrame:
    """k: records a check found to be true, n: records checked."""
    rows = facts["spot_checks"]
    counted = rows.assign(k=rows["checks"].where(rows["outcome"] == Found.GENUINE, 0), n=rows["checks"])
    return rolled_up(counted, question.level)


SPOT_TRUE = Indicator(
    id="quality.spot_true",
    name="抽查属实率",
    why="台账真不真,抽几条去核一核最清楚",
    numerator="抽查结果为“真实”的记录条数",
    denominator="本期记录中已抽查的条数:住夜、夜访、接待、夜学夜谈、三长走访、三长会议",
    unit="条",
    levels=(Level.COUNTY, Level.TOWNSHIP),
    needs={"spot_checks": Span.PERIOD},
    figure=spot_true,
    basis=("LEDGER",),
    notes="按事发日期归入本期;一条记录抽查多次的,以最后一次为准;“不符”和“查不到”都不算属实;按公开的种子抽取,不由人挑选。",
)
