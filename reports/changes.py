"""What changed between two moments (与昨日相比): the same questions asked twice, what differs by row.

Nothing is remembered from the earlier moment: it is asked again as of then, so what changed between any two past moments can be said too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from metrics.definition import Indicator
from metrics.period import Period, PeriodKind
from metrics.registry import REGISTRY
from metrics.vocabulary import CODE_LENGTHS, Level, Module, Status
from reports.frames import Source, question
from reports.modules import runs
from reports.readings import row_level
from reports.subjects import SUBJECTS, WATCHED_WEEKLY, overview_numbers, shown_here
from reports.tonight import night_on

DAY = timedelta(days=1)
MET, MISSED = frozenset({Status.OK}), frozenset({Status.NEAR, Status.LOW})


@dataclass(frozen=True)
class Turned:
    """A unit whose verdict turned: ``entry`` None for a night of its own. ``now`` and ``then`` are judged rows, or rolls of the nights."""

    level: Level
    code: str
    name: str
    met: bool
    now: Mapping[Any, Any]
    then: Mapping[Any, Any]
    entry: Indicator | None = None


def watched(module: Module | None, modules: frozenset[Module]) -> list[str]:
    """The indicators whose verdicts are compared: a subject's own, or those of the overview."""
    if module is None:
        return list(dict.fromkeys([*overview_numbers(modules), *shown_here(WATCHED_WEEKLY, modules)]))
    subject = SUBJECTS[module]
    ranked = [each for group in subject.rankings.values() for each in group]
    return [each for each in dict.fromkeys([*subject.headlines, *ranked]) if runs(REGISTRY[each], modules)]


def turned_figures(now: Source, then: Source, indicator_ids: Iterable[str], period: Period, area: str) -> list[Turned]:
    """The units of the area that met a target then and do not now, or the other way round, over the same period looked at twice.

    A verdict that is none (样本不足, 进行中, 无应统计) at either moment turns into nothing.
    """
    found = []
    for indicator_id in indicator_ids:
        entry = REGISTRY[indicator_id]
        level = row_level(entry, area)
        if level is None:
            continue
        late, early = (_frame(source, entry, level, period) for source in (now, then))
        before = {row["code"]: row for row in early.to_dict("records")}
        for row in late.to_dict("records"):
            was = before.get(row["code"])
            if was is not None and _verdicts_turned(was["status"], row["status"]):
                found.append(Turned(level, str(row["code"]), str(row["name"]), row["status"] in MET, row, was, entry))
    return found


def _frame(source: Source, entry: Indicator, level: Level, period: Period) -> pd.DataFrame:
    return source.frame(entry, level, period, _moment(source).date())


def _verdicts_turned(was: object, is_now: object) -> bool:
    return (was in MET and is_now in MISSED) or (was in MISSED and is_now in MET)


def _moment(source: Source) -> datetime:
    if source.at is None:
        raise ValueError("two moments are compared, not two days")
    return source.at


# --- nights ---------------------------------------------------------------------------------------------------------


def last_night(source: Source) -> date | None:
    """The last workday night that was over at the source's moment; None where there was none within three weeks."""
    as_of = _moment(source).date()
    over = question(source, Level.TOWNSHIP, Period.holding(PeriodKind.MONTH, as_of), as_of).night_over
    nights = source.workdays().between(over - timedelta(days=21), over)
    return nights[-1] if nights else None


def turned_nights(now: Source, night: date, before: date, area: str) -> list[Turned]:
    """The townships of the area, of a township its villages, whose night fell short and the one ``before`` did not, or the other way
    round."""
    level = Level.TOWNSHIP if len(area) < CODE_LENGTHS[Level.TOWNSHIP] else Level.VILLAGE
    nights = [night_on(now, _moment(now).date(), each) for each in (night, before)]
    rolls, earlier = (each.townships if level is Level.TOWNSHIP else each.villages for each in nights)
    if rolls is None or earlier is None:
        return []
    were = earlier.set_index("code").to_dict("index")
    found = []
    for row in rolls.to_dict("records"):
        was = were.get(row["code"])
        if was is None or row["before"] or was["before"] or bool(row["compliant"]) == bool(was["compliant"]):
            continue
        found.append(Turned(level, str(row["code"]), str(row["name"]), bool(row["compliant"]), row, was))
    return found
