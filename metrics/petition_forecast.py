"""Which open cases will probably miss their deadline: the county's own closing times, with cases still open as censored ones.

Kaplan–Meier by kind (小事, 大事, 难事, 信访件) and township over working days, so that National Day takes no time. A case still open
after ``age`` working days and due after ``due`` will miss with chance S(due) / S(age). How sure that is: the Wilson interval over
the past cases that were still open at that age.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from metrics.vocabulary import CODE_LENGTHS, LEFT_OUT, Level, Outcome
from metrics.workdays import Workdays

ENOUGH_AT_RISK = 30
"""From so many past cases on a township is judged by its own."""
LEAST_AT_RISK = 10
"""With fewer past cases that were open as long, the chance is not shown."""
CHECKED_WEEKS = 8
TOWNSHIP_DIGITS = CODE_LENGTHS[Level.TOWNSHIP]
MISS_COLUMNS = ["chance", "alike"]


@dataclass(frozen=True)
class ClosingTimes:
    """One survival curve over working days after the day of opening, and the past cases behind it."""

    curve: Any
    days: np.ndarray

    def still_open(self, days: int) -> float:
        """The share still open after so many working days."""
        return 1.0 if days < 0 else float(self.curve.sf.evaluate(days))

    def at_risk(self, days: int) -> int:
        """Past cases that were seen open after so many working days."""
        return int((self.days > days).sum())


class History:
    """Closing times by kind, and by kind and township where enough cases are known. ``rows``: kind, code, days, resolved, cases."""

    def __init__(self, rows: pd.DataFrame) -> None:
        self._of_kind = dict(list(rows.groupby("kind")))
        self._of_township = dict(list(rows.groupby(["kind", "code"])))
        self._fitted: dict[Any, ClosingTimes | None] = {}
        self._chances: dict[tuple[str, str, int, int], tuple[float, int]] = {}

    def alike(self, kind: str, township: str, days: int) -> ClosingTimes | None:
        """The township's own closing times where at least :data:`ENOUGH_AT_RISK` cases were open so long, else the whole scope's."""
        own = self._times((kind, township), self._of_township)
        if own is not None and own.at_risk(days) >= ENOUGH_AT_RISK:
            return own
        return self._times(kind, self._of_kind)

    def chance(self, kind: str, township: str, age: int, due: int) -> tuple[float, int]:
        """The chance of a case open after ``age`` working days to be still open after ``due`` of them."""
        key = (kind, township, age, due)
        if key not in self._chances:
            self._chances[key] = _chance(self.alike(kind, township, age), age, due)
        return self._chances[key]

    def _times(self, key: Any, groups: Mapping[Any, pd.DataFrame]) -> ClosingTimes | None:
        if key not in self._fitted:
            self._fitted[key] = closing_times(groups[key]) if key in groups else None
        return self._fitted[key]


def closing_times(rows: pd.DataFrame) -> ClosingTimes | None:
    """Kaplan–Meier from columns days, resolved (1, or 0 for a censored case), cases. None without a single resolved case."""
    resolved, censored = rows[rows["resolved"] == 1], rows[rows["resolved"] == 0]
    if resolved.empty:
        return None
    ended = np.repeat(resolved["days"].to_numpy(dtype="float64"), resolved["cases"])
    open_ = np.repeat(censored["days"].to_numpy(dtype="float64"), censored["cases"])
    return ClosingTimes(stats.ecdf(stats.CensoredData(uncensored=ended, right=open_)), np.concatenate([ended, open_]))


def miss_chances(history: History, cases: pd.DataFrame, today: date, workdays: Workdays) -> pd.DataFrame:
    """Cases, open at the end of ``today``, with the chance to miss their deadline; most probable first.

    Adds chance (0–1; missing with fewer than :data:`LEAST_AT_RISK` alike) and alike (past cases that were open so long).
    """
    chances = []
    for kind, code, opened_at, due_day in zip(cases["kind"], cases["code"], cases["opened_at"], cases["due_day"], strict=True):
        opened = opened_at.date()
        age = workdays.count(opened, today) if today >= opened else -1
        chances.append(history.chance(str(kind), str(code)[:TOWNSHIP_DIGITS], age, workdays.count(opened, due_day)))
    added = pd.DataFrame(chances, columns=MISS_COLUMNS, index=cases.index).astype({"alike": "int64"})
    return cases.join(added).sort_values(["chance", "due_day", "id"], ascending=[False, True, True], kind="stable").reset_index(drop=True)


def _chance(times: ClosingTimes | None, age: int, due: int) -> tuple[float, int]:
    alike = 0 if times is None else times.at_risk(age)
    if times is None or alike < LEAST_AT_RISK or times.still_open(age) <= 0:
        return float("nan"), alike
    return min(1.0, times.still_open(due) / times.still_open(age)), alike


def how_sure(chance: float, alike: int) -> tuple[float, float]:
    """The 95% Wilson interval of a chance that rests on so many past cases."""
    interval = stats.binomtest(round(chance * alike), alike).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


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

    @property
    def recall(self) -> float | None:
        return self.right / self.missed if self.missed else None


def hit_rate(history: History, cases: pd.DataFrame, workdays: Workdays, warn_at: float) -> HitRate:
    """What the board would have said on the eve of each case's last week, naming those with a chance from ``warn_at`` on, and what then
    happened.

    ``history`` must end before the first of these weeks: nothing learned later is used. Cases not open on that Sunday night, and those
    withdrawn, transferred or not accepted, are left out.
    """
    named = right = missed = counted = 0
    judged = cases[~cases["outcome"].isin(LEFT_OUT)]
    mondays = pd.Series([day - timedelta(days=day.weekday()) for day in judged["due_day"]], index=judged.index, dtype="object")
    for monday, week in judged.groupby(mondays):
        began = datetime.combine(monday, time())
        ended = pd.to_datetime(week["ended_at"])
        standing = week[(pd.to_datetime(week["opened_at"]) < began) & (ended.isna() | (ended >= began))]
        rows = miss_chances(history, standing, began.date() - timedelta(days=1), workdays)
        warned = rows["chance"].to_numpy() >= warn_at  # an unknown chance is none
        outcomes = zip(*(rows[name] for name in ("ended_at", "outcome", "due_day", "due_instant")), strict=True)
        late = np.array([not _in_time(*each) for each in outcomes], dtype=bool)
        counted, named = counted + len(rows), named + int(warned.sum())
        missed, right = missed + int(late.sum()), right + int((late & warned).sum())
    return HitRate(counted, named, right, missed)


def _in_time(ended: datetime | None, outcome: object, due_day: date, instant: datetime | None) -> bool:
    if ended is None or pd.isna(ended) or outcome != Outcome.RESOLVED:
        return False
    return ended.date() <= due_day if instant is None or pd.isna(instant) else ended <= instant
