"""From k and n to value, rank and verdict: the same for every indicator."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from metrics.definition import Indicator, Question
from metrics.vocabulary import Direction, Level, Measure, Status

TOLERANCE = 1e-9
"""Shares are compared as shares: 19/20 meets 0.95 whatever the floating point says."""

Numbers = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]

COLUMNS = ["code", "name", "k", "n", "value", "rank", "status"]


def judged(figure: pd.DataFrame, units: pd.DataFrame, indicator: Indicator, question: Question) -> pd.DataFrame:
    """Every unit with its figure, value, rank and verdict; grain: one row a unit, ordered by rank, unranked units after.

    ``units`` has ``code`` and ``name``; a unit without rows keeps n = 0 for a rate, 0 for a count, missing for a value.
    Columns: code, name, k, n, value, rank, status, then the figure's own further columns.
    """
    # Plain arrays until the end: a page asks for a hundred frames of a few rows, and on those pandas' own steps cost most.
    codes = units["code"].tolist()
    found = figure.set_index("code").reindex(codes)
    k, n, value = _counted(found, indicator)
    running = _is_running(indicator, question)
    thin = _thin(n, indicator, question)
    status = _status(value, thin, indicator, question, running)
    rank = _ranks(value, thin, indicator, question, running)
    order = [at for _, _, at in sorted(zip(np.nan_to_num(rank, nan=np.inf), codes, range(len(codes)), strict=True))]
    columns = {"k": _whole(k), "n": _whole(n), "value": value, "rank": _whole(rank), "status": status}
    frame = pd.DataFrame({"code": units["code"].array, "name": units["name"].array, **columns})
    frame = frame.assign(**{name: found[name].array for name in found.columns if name not in COLUMNS})
    return frame.take(order).reset_index(drop=True)


def combined(frame: pd.DataFrame, indicator: Indicator, question: Question, name: str = "合计") -> pd.DataFrame:
    """Several units as one judged row, Σk/Σn (a city over its counties). No row for a VALUE, which cannot be summed.

    ``frame`` as :func:`judged` returns it; so is the answer, with the code ``*``.
    """
    if indicator.measure is Measure.VALUE or frame.empty:
        return frame.iloc[:0]
    total = pd.DataFrame({"code": ["*"], "k": [frame["k"].sum()], "n": [frame["n"].sum()]})
    return judged(total, pd.DataFrame({"code": ["*"], "name": [name]}), indicator, question)


def _counted(found: pd.DataFrame, indicator: Indicator) -> tuple[Numbers, Numbers, Numbers]:
    """k, n and the value made of them; NaN where there is none."""
    none = np.full(len(found), np.nan)
    k, n, value = (found[name].to_numpy("float64", na_value=np.nan) if name in found else none for name in ("k", "n", "value"))
    if indicator.measure is Measure.RATE:
        k, n = np.nan_to_num(k), np.nan_to_num(n)
        # Attainment is capped at 100% (减负): more than asked for earns nothing.
        return k, n, np.minimum(np.divide(k, n, out=none, where=n > 0), 1.0)
    if indicator.measure is Measure.COUNT:
        return np.nan_to_num(k), none, np.nan_to_num(k)
    # A value over cases says over how many (petitions.days).
    return k, np.nan_to_num(n) if "n" in found else n, value


def _whole(numbers: Numbers) -> pd.arrays.IntegerArray:
    missing = np.isnan(numbers)
    return pd.arrays.IntegerArray(np.where(missing, 0, numbers).astype("int64"), missing)


def _is_running(indicator: Indicator, question: Question) -> bool:
    if indicator.progress is not None:
        return indicator.progress(question)
    if indicator.counted_in is None:
        return False
    parts = question.months() if indicator.counted_in == "month" else question.quarters()
    return question.running(parts)


def _thin(n: Numbers, indicator: Indicator, question: Question) -> Truths:
    """Whether a figure rests on too few cases to be ranked or coloured (样本不足)."""
    if indicator.ranked_when_thin:
        return np.zeros(len(n), dtype=bool)
    return n < question.rules.number("samples", "least_ranked")


def _status(value: Numbers, thin: Truths, indicator: Indicator, question: Question, running: bool) -> list[Status]:
    target = question.rules.target(indicator.id)
    if running or target is None or indicator.direction is Direction.WATCH:
        judged_as = np.full(len(value), Status.RUNNING if running else Status.NONE, dtype=object)
    else:
        shortfall = target - value if indicator.direction is Direction.UP else value - target
        near = shortfall <= margin(indicator, question) + TOLERANCE
        judged_as = np.where(shortfall <= TOLERANCE, Status.OK, np.where(near, Status.NEAR, Status.LOW))
    if not running:
        judged_as = np.where(thin, Status.THIN, judged_as)
    return [Status(each) for each in np.where(np.isnan(value), Status.NONE, judged_as)]


def margin(indicator: Indicator, question: Question) -> float:
    """How far from the target amber reaches, in the indicator's own unit."""
    margins = question.rules.tables["margins"]
    return float(margins.get(indicator.id, margins["rate"]))


def _ranks(value: Numbers, thin: Truths, indicator: Indicator, question: Question, running: bool) -> Numbers:
    """Best first, ties share a rank (1, 2, 2, 4); NaN for what is not ranked."""
    listed_only = question.level is Level.PERSON and not indicator.ranks_people
    if running or listed_only or indicator.measure is Measure.COUNT or indicator.direction is Direction.WATCH:
        return np.full(len(value), np.nan)
    worth = np.where(thin, np.nan, np.round(value, 12)) * (1 if indicator.direction is Direction.DOWN else -1)
    better = np.searchsorted(np.sort(worth), worth)  # NaN sorts last: it is better than nothing
    return np.where(np.isnan(worth), np.nan, better + 1.0)
