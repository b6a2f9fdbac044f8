"""From k and n to value, rank and verdict: the same for every indicator."""

from __future__ import annotations

import math

import pandas as pd

from metrics.definition import Indicator, Question
from metrics.vocabulary import Direction, Level, Measure, Status

TOLERANCE = 1e-9
"""Shares are compared as shares: 19/20 meets 0.95 whatever the floating point says."""

COLUMNS = ["code", "name", "k", "n", "value", "rank", "status"]


def judged(figure: pd.DataFrame, units: pd.DataFrame, indicator: Indicator, question: Question) -> pd.DataFrame:
    """Every unit with its figure, value, rank and verdict; grain: one row a unit, ordered by rank, unranked units after.

    ``units`` has ``code`` and ``name``; a unit without rows keeps n = 0 for a rate, 0 for a count, missing for a value.
    Columns: code, name, k, n, value, rank, status, then the figure's own further columns.
    """
    frame = units[["code", "name"]].merge(figure, on="code", how="left")
    frame = _with_value(frame, indicator)
    running = _is_running(indicator, question)
    target = question.rules.target(indicator.id)
    frame["status"] = [_status(value, n, indicator, question, target, running) for value, n in zip(frame["value"], frame["n"], strict=True)]
    frame["rank"] = _ranks(frame, indicator, question, running)
    frame = frame.sort_values(["rank", "code"], na_position="last", kind="stable").reset_index(drop=True)
    return frame[COLUMNS + [column for column in frame.columns if column not in COLUMNS]]


def combined(frame: pd.DataFrame, indicator: Indicator, question: Question, name: str = "合计") -> pd.DataFrame:
    """Several units as one judged row, Σk/Σn (a city over its counties). No row for a VALUE, which cannot be summed.

    ``frame`` as :func:`judged` returns it; so is the answer, with the code ``*``.
    """
    if indicator.measure is Measure.VALUE or frame.empty:
        return frame.iloc[:0]
    total = pd.DataFrame({"code": ["*"], "k": [frame["k"].sum()], "n": [frame["n"].sum()]})
    return judged(total, pd.DataFrame({"code": ["*"], "name": [name]}), indicator, question)


def _with_value(frame: pd.DataFrame, indicator: Indicator) -> pd.DataFrame:
    frame = frame.copy()
    if indicator.measure is Measure.RATE:
        frame["k"] = frame["k"].fillna(0).astype("Int64")
        frame["n"] = frame["n"].fillna(0).astype("Int64")
        counted = frame["n"] > 0
        # Attainment is capped at 100% (减负): more than asked for earns nothing.
        share = (frame["k"] / frame["n"].where(counted)).astype("Float64").clip(upper=1.0)
        frame["value"] = share.where(counted).astype("float64")
    elif indicator.measure is Measure.COUNT:
        frame["k"] = frame["k"].fillna(0).astype("Int64")
        frame["n"] = pd.array([pd.NA] * len(frame), dtype="Int64")
        frame["value"] = frame["k"].astype("float64")
    else:
        frame["value"] = frame["value"].astype("float64") if "value" in frame else math.nan
        if "n" in frame:  # a value over cases says over how many (petitions.days)
            frame["n"] = frame["n"].fillna(0).astype("Int64")
        for column in ("k", "n"):
            if column not in frame:
                frame[column] = pd.array([pd.NA] * len(frame), dtype="Int64")
    return frame


def _is_running(indicator: Indicator, question: Question) -> bool:
    if indicator.progress is not None:
        return indicator.progress(question)
    if indicator.counted_in is None:
        return False
    parts = question.months() if indicator.counted_in == "month" else question.quarters()
    return question.running(parts)


def is_thin(n: object, indicator: Indicator, question: Question) -> bool:
    """Whether a figure rests on too few cases to be ranked or coloured (样本不足)."""
    if indicator.ranked_when_thin or n is None or n is pd.NA or pd.isna(n):
        return False
    return int(n) < question.rules.number("samples", "least_ranked")  # type: ignore[call-overload]


def _status(value: float, n: object, indicator: Indicator, question: Question, target: float | None, running: bool) -> Status:
    if value is None or math.isnan(value):
        return Status.NONE
    if running:
        return Status.RUNNING
    if is_thin(n, indicator, question):
        return Status.THIN
    if target is None or indicator.direction is Direction.WATCH:
        return Status.NONE
    shortfall = target - value if indicator.direction is Direction.UP else value - target
    if shortfall <= TOLERANCE:
        return Status.OK
    return Status.NEAR if shortfall <= margin(indicator, question) + TOLERANCE else Status.LOW


def margin(indicator: Indicator, question: Question) -> float:
    """How far from the target amber reaches, in the indicator's own unit."""
    margins = question.rules.tables["margins"]
    return float(margins.get(indicator.id, margins["rate"]))


def _ranks(frame: pd.DataFrame, indicator: Indicator, question: Question, running: bool) -> pd.Series:
    """Best first, ties share a rank (1, 2, 2, 4)."""
    listed_only = question.level is Level.PERSON and not indicator.ranks_people
    if running or listed_only or indicator.measure is Measure.COUNT or indicator.direction is Direction.WATCH:
        return pd.Series(pd.NA, index=frame.index, dtype="Int64")
    thin = frame["n"].map(lambda n: is_thin(n, indicator, question)).astype(bool)
    ranked = frame["value"].where(~thin).round(12)
    return ranked.rank(method="min", ascending=indicator.direction is Direction.DOWN).astype("Int64")
