"""Which open cases will probably miss their deadline: the county's own closing times, and what became of its own earlier forecasts.

Kaplan–Meier by kind (小事, 大事, 难事, 信访件) and township over working days, with cases still open as censored ones, so that National Day
takes no time. A case still open after ``age`` working days and due after ``due`` will miss with the chance S(due) / S(age): the estimate.
Estimates are too sure of themselves (a curve over thirty cases may be luck, an extended case is unlike the others), so the chance that is
said is what came true of such estimates: a logistic curve over the estimate, learned on the county's own forecasts of the weeks before.
With too little past there is an estimate and no chance. docs/forecast.md shows what was said in the demo county, and what came true.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from metrics.vocabulary import CODE_LENGTHS, LEFT_OUT, Level, Outcome
from metrics.workdays import Workdays

HISTORY_DAYS = 365
"""Closing times are those of cases opened within so many days."""
ENOUGH_AT_RISK = 30
"""From so many past cases on a township is judged by its own."""
LEAST_AT_RISK = 10
"""With fewer past cases that were open as long, there is no estimate."""
CHECKED_WEEKS = 8
"""The last weeks: what was said in them is held against what came true."""
LEARNED_WEEKS = 16
"""The weeks before those, from which the first of them learns."""
SERVED_WEEKS = 4
"""Past forecasts take the closing times of their week's eve or of at most three weeks before: nothing learned later is used."""
LEAST_LEARNED, LEAST_OF_EACH = 200, 20
"""So many past forecasts, and so many of them missed and kept, there must be before a chance is said."""
MOST_CERTAIN = 0.95
"""Nothing that has not happened is surer than this."""
BANDS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0)
"""Chances that are held together against what came true."""
TOWNSHIP_DIGITS = CODE_LENGTHS[Level.TOWNSHIP]
MISS_COLUMNS = ["estimate", "alike"]


@dataclass(frozen=True)
class LookedAt:
    """The days a forecast on ``day`` learns from: cases opened from ``opened_from`` on, deadlines of whole weeks."""

    opened_from: date
    first_monday: date
    last_sunday: date


def looked_at(day: date) -> LookedAt:
    last_sunday = day - timedelta(days=(day.weekday() + 1) % 7)
    first_monday = last_sunday + timedelta(days=1) - timedelta(weeks=LEARNED_WEEKS + CHECKED_WEEKS)
    return LookedAt(first_monday - timedelta(days=HISTORY_DAYS), first_monday, last_sunday)


# --- closing times ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ClosingTimes:
    """One survival curve over working days after the day of opening, and the past cases behind it."""

    open_after: np.ndarray
    """The share still open before the first working day, after 0, 1, 2 … of them."""
    seen_open: np.ndarray
    """Past cases that were seen open then; at the end of the curve none."""

    def still_open(self, days: int) -> float:
        """The share still open after so many working days; beyond the longest it stays as it was."""
        return float(self.open_after[self._place(days)])

    def at_risk(self, days: int) -> int:
        """Past cases that were seen open after so many working days."""
        return int(self.seen_open[self._place(days)])

    def _place(self, days: int) -> int:
        return min(max(days, -1) + 1, len(self.open_after) - 1)


class History:
    """Closing times by kind, and by kind and township where enough cases are known. ``rows``: kind, code, days, resolved, cases."""

    def __init__(self, rows: pd.DataFrame) -> None:
        self._rows = {name: rows[name].to_numpy() for name in ("days", "resolved", "cases")}
        self._places: dict[Any, np.ndarray] = {**rows.groupby("kind").indices, **rows.groupby(["kind", "code"]).indices}
        self._fitted: dict[Any, ClosingTimes | None] = {}
        self._estimates: dict[tuple[str, str, int, int], tuple[float, int]] = {}

    def alike(self, kind: str, township: str, days: int) -> ClosingTimes | None:
        """The township's own closing times where at least :data:`ENOUGH_AT_RISK` cases were open so long, else the whole scope's."""
        own = self._times((kind, township))
        if own is not None and own.at_risk(days) >= ENOUGH_AT_RISK:
            return own
        return self._times(kind)

    def estimate(self, kind: str, township: str, age: int, due: int) -> tuple[float, int]:
        """The estimated chance of a case open after ``age`` working days to be still open after ``due``, and the cases it rests on."""
        key = (kind, township, age, due)
        if key not in self._estimates:
            self._estimates[key] = _estimate(self.alike(kind, township, age), age, due)
        return self._estimates[key]

    def _times(self, key: Any) -> ClosingTimes | None:
        if key not in self._fitted:
            here = self._places.get(key)
            self._fitted[key] = None if here is None else closing_times(**{name: column[here] for name, column in self._rows.items()})
        return self._fitted[key]


def closing_times(days: np.ndarray, resolved: np.ndarray, cases: np.ndarray) -> ClosingTimes | None:
    """Kaplan–Meier of ``cases`` that took ``days`` and were then resolved (1) or lost from sight (0). None without a resolved one."""
    if not cases[resolved == 1].sum():
        return None
    length = int(days.max()) + 1
    left = np.bincount(days, weights=cases, minlength=length)
    ended = np.bincount(days, weights=cases * (resolved == 1), minlength=length)
    before = left[::-1].cumsum()[::-1]
    stayed = np.divide(before - ended, before, out=np.ones(length), where=before > 0)
    return ClosingTimes(np.append(1.0, np.cumprod(stayed)), np.append(before[0], before - left))


def closing_days(rows: pd.DataFrame, day: date, workdays: Workdays) -> pd.DataFrame:
    """How long cases took in working days, as known at the end of ``day``: those opened within :data:`HISTORY_DAYS` before.

    ``rows``: ``data_access.petition_forecast.days_open``. Grain: kind × township (code) × working days after the day of opening ×
    whether it was resolved (1) or is censored (0: still open, or withdrawn, transferred, not accepted on the way), with cases.
    """
    return _closing_days(_Days(rows, workdays), day)


class _Days:
    """The rows with their days as numbers, so that many a day can be asked for quickly."""

    def __init__(self, rows: pd.DataFrame, workdays: Workdays) -> None:
        ended = rows["ended_on"].notna().to_numpy()
        until = rows["ended_on"].where(ended, rows["opened_on"])
        self.worked = _Worked(workdays)
        self.opened, self.ended = _ordinals(rows["opened_on"]), np.where(ended, _ordinals(until), np.iinfo(np.int64).max)
        self.began, self.ceased = self.worked.of(rows["opened_on"]), self.worked.of(until)
        self.resolved, self.cases = rows["resolved"].to_numpy() == 1, rows["cases"].to_numpy()
        self.units = rows[["kind", "code"]]


class _Worked:
    """Working days up to and including a day, counted from the first one asked for; each day is asked of the calendar once."""

    def __init__(self, workdays: Workdays) -> None:
        self._workdays = workdays
        self._known: dict[date, int] = {}
        self._first = date.max

    def __getitem__(self, day: date) -> int:
        if day not in self._known:
            self._first = self._first if self._known else day
            before, after = min(day, self._first), max(day, self._first)
            self._known[day] = self._workdays.count(before, after) * (1 if day == after else -1)
        return self._known[day]

    def of(self, days: pd.Series) -> np.ndarray:
        return np.fromiter((self[day] for day in days), dtype=np.int64, count=len(days))


def _ordinals(days: pd.Series) -> np.ndarray:
    return np.fromiter((day.toordinal() for day in days), dtype=np.int64, count=len(days))


def _closing_days(known: _Days, day: date) -> pd.DataFrame:
    last = day.toordinal()
    here = (known.opened <= last) & (known.opened > last - HISTORY_DAYS)
    ended = known.ended[here] <= last
    days = np.where(ended, known.ceased[here], known.worked[day]) - known.began[here]
    rows = known.units[here].assign(days=days, resolved=(known.resolved[here] & ended).astype("int64"), cases=known.cases[here])
    return rows.groupby(["kind", "code", "days", "resolved"])["cases"].sum().reset_index()


def _estimate(times: ClosingTimes | None, age: int, due: int) -> tuple[float, int]:
    alike = 0 if times is None else times.at_risk(age)
    if times is None or alike < LEAST_AT_RISK or times.still_open(age) <= 0:
        return float("nan"), alike
    return min(1.0, times.still_open(due) / times.still_open(age)), alike


def _estimates(history: History, cases: pd.DataFrame, today: date, worked: _Worked) -> pd.DataFrame:
    """estimate (missing with fewer than :data:`LEAST_AT_RISK` alike) and alike of cases open at the end of ``today``."""
    found, now = [], worked[today]
    for kind, code, opened_at, due in zip(cases["kind"], cases["code"], cases["opened_at"], cases["due_day"], strict=True):
        opened = opened_at.date()
        age = now - worked[opened] if today >= opened else -1
        found.append(history.estimate(str(kind), str(code)[:TOWNSHIP_DIGITS], age, worked[due] - worked[opened]))
    return pd.DataFrame(found, columns=MISS_COLUMNS, index=cases.index).astype({"estimate": "float64", "alike": "int64"})


# --- from an estimate to a chance ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Calibration:
    """What came true of estimates: a logistic curve that never falls, over the estimate's own odds."""

    intercept: float
    slope: float

    def chances(self, rows: pd.DataFrame) -> np.ndarray:
        """Chances (0–:data:`MOST_CERTAIN`) of ``estimate`` and ``alike``; missing where there is no estimate."""
        return np.minimum(expit(self.intercept + self.slope * _odds(rows)), MOST_CERTAIN)


def _odds(rows: pd.DataFrame) -> np.ndarray:
    """Log odds of the estimate, half a case off 0 and 1: ten of ten that stayed open are less than a thousand of a thousand."""
    alike = rows["alike"].to_numpy(dtype="float64")
    return logit((rows["estimate"].to_numpy(dtype="float64") * alike + 0.5) / (alike + 1))


def calibration(past: pd.DataFrame) -> Calibration | None:
    """Learned from past forecasts (:func:`past_forecasts`); None where they are too few."""
    past = past[past["estimate"].notna()]
    late = int(past["late"].sum())
    if len(past) < LEAST_LEARNED or min(late, len(past) - late) < LEAST_OF_EACH:
        return None
    odds, place, cases = np.unique(_odds(past), return_inverse=True, return_counts=True)
    missed = np.bincount(place, weights=past["late"].to_numpy(dtype="float64"), minlength=len(odds))
    terms = np.column_stack([np.ones(len(odds)), odds])
    # Newton's method from "as estimated", which a weak prior also holds to: it ends a few steps later whatever the cases are.
    start, hold = np.array([0.0, 1.0]), np.diag([0.1, 1.0])
    found = start.copy()
    for _ in range(25):
        chance = expit(terms @ found)
        gradient = terms.T @ (cases * chance - missed) + hold @ (found - start)
        found = found - np.linalg.solve((terms * (cases * chance * (1 - chance))[:, None]).T @ terms + hold, gradient)
    if found[1] <= 0:  # what was estimated higher came true no more often: all the same
        return Calibration(float(logit(late / len(past))), 0.0)
    return Calibration(float(found[0]), float(found[1]))


def past_forecasts(rows: pd.DataFrame, cases: pd.DataFrame, workdays: Workdays) -> pd.DataFrame:
    """What would have been estimated on the eve of each past week, and whether the case missed its deadline in it.

    ``cases``: ``data_access.petition_forecast.open_on_the_eve``; those withdrawn, transferred or not accepted are left out.
    Grain: petition. Columns: monday, estimate, alike, late.
    """
    return _past_forecasts(_Days(rows, workdays), cases)


def _past_forecasts(days: _Days, cases: pd.DataFrame) -> pd.DataFrame:
    judged = cases[~cases["outcome"].isin(LEFT_OUT)]
    judged = judged.assign(late=~_kept(judged))
    known: dict[date, History] = {}
    parts = []
    for monday, week in judged.groupby("monday"):
        eve = monday - timedelta(days=1)
        served = next((day for day in known if timedelta() <= eve - day < timedelta(weeks=SERVED_WEEKS)), eve)
        if served not in known:
            known[served] = History(_closing_days(days, served))
        parts.append(_estimates(known[served], week, eve, days.worked).join(week[["monday", "late"]]))
    nothing = {"monday": object, "estimate": "float64", "alike": "int64", "late": bool}
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(nothing)).astype(nothing)


def _kept(cases: pd.DataFrame) -> np.ndarray:
    """Whether each case was resolved by its deadline: an instant, or the end of a day."""
    ended = pd.to_datetime(cases["ended_at"])
    day_ends = pd.to_datetime(cases["due_day"]) + timedelta(days=1)
    by_instant = ended <= pd.to_datetime(cases["due_instant"])
    kept = np.where(cases["due_instant"].notna(), by_instant, ended < day_ends)
    return kept & ((cases["outcome"] == Outcome.RESOLVED) & ended.notna()).to_numpy()


# --- how forecasts came out -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class HitRate:
    """How past forecasts came out: of ``cases``, ``named`` were named and ``right`` of them did miss; ``missed`` missed in all."""

    cases: int
    named: int
    right: int
    missed: int

    @property
    def precision(self) -> float | None:
        return self.right / self.named if self.named else None


@dataclass(frozen=True)
class CameTrue:
    """Of ``cases`` whose chance was said to lie from ``low`` to below ``high``, ``late`` missed their deadline."""

    low: float
    high: float
    cases: int
    late: int


@dataclass(frozen=True)
class Learned:
    """What the past teaches: closing times (``closing_days``), how estimates came true, and how the last weeks' forecasts did."""

    closing: pd.DataFrame
    calibration: Calibration | None
    hits: HitRate
    came_true: tuple[CameTrue, ...]


def learned(rows: pd.DataFrame, cases: pd.DataFrame, day: date, workdays: Workdays, warn_at: float) -> Learned:
    """Everything that is known at the end of ``day``.

    Each of the last :data:`CHECKED_WEEKS` is said with what the weeks before it taught, and only then held against what came true.
    Where the past was too little, cases are named by their estimate.
    """
    days = _Days(rows, workdays)
    past = _past_forecasts(days, cases)
    since = looked_at(day).last_sunday - timedelta(weeks=CHECKED_WEEKS)
    checked = [_said(past, monday) for monday in sorted(past["monday"].unique()) if monday > since]
    said = pd.concat(checked) if checked else past.assign(chance=np.nan)
    named = said["chance"].where(said["chance"].notna(), said["estimate"]) >= warn_at
    hits = HitRate(len(said), int(named.sum()), int((named & said["late"]).sum()), int(said["late"].sum()))
    return Learned(_closing_days(days, day), calibration(past), hits, _came_true(said))


def _said(past: pd.DataFrame, monday: date) -> pd.DataFrame:
    taught, week = calibration(past[past["monday"] < monday]), past[past["monday"] == monday]
    return week.assign(chance=np.nan if taught is None else taught.chances(week))


def _came_true(said: pd.DataFrame) -> tuple[CameTrue, ...]:
    """By band, those that hold a case."""
    told = said[said["chance"].notna()]
    band = np.searchsorted(BANDS, told["chance"], side="right") - 1
    return tuple(
        CameTrue(BANDS[place], BANDS[place + 1], int((band == place).sum()), int(told["late"].to_numpy(dtype=bool)[band == place].sum()))
        for place in sorted(set(band.tolist()))
    )


def miss_chances(history: History, taught: Calibration | None, cases: pd.DataFrame, today: date, workdays: Workdays) -> pd.DataFrame:
    """Cases, open at the end of ``today``, with the chance to miss their deadline; most probable first.

    Adds estimate (missing with fewer than :data:`LEAST_AT_RISK` alike), alike (past cases that were open so long) and chance (missing
    where the past is too little to say one).
    """
    added = _estimates(history, cases, today, _Worked(workdays))
    added["chance"] = np.nan if taught is None else taught.chances(added)
    order = {"chance": False, "estimate": False, "due_day": True, "id": True}
    return cases.join(added).sort_values(list(order), ascending=list(order.values()), kind="stable").reset_index(drop=True)
