"""成效 worked out: the one function from a source to the totals, for the page, the circular and the paragraph alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from metrics.outcomes import Total, totals_of
from metrics.period import Period
from metrics.registry import indicator
from metrics.vocabulary import CODE_LENGTHS, Level, Module
from metrics.wording import is_missing
from reports.frames import Source, question
from reports.modules import running_modules
from reports.readings import whole_level, whole_name

KN = tuple[int | None, int | None]
"""k and n of a total; n is None where it is a part of nothing, both where it is not kept at the level."""
NONE: KN = (None, None)


@dataclass(frozen=True)
class Outcomes:
    """``units``: by code the name of each unit; ``figures``: by total's id and code its k and n; ``whole``: the same of all of them."""

    period: Period
    moment: date | datetime
    place: str
    level: Level
    totals: tuple[Total, ...]
    units: Mapping[str, str]
    figures: Mapping[str, Mapping[str, KN]]
    whole: Mapping[str, KN]

    @property
    def of_units(self) -> bool:
        """Whether there are units beside the whole."""
        return len(self.units) > 1


def outcomes(source: Source, period: Period, as_of: date, area: str = "", modules: frozenset[Module] | None = None) -> Outcomes:
    """The totals of everything under ``area`` and of each unit below it, for any period; of the modules that run (or those given)."""
    totals = totals_of(running_modules() if modules is None else modules)
    above = whole_level(area)
    below = Level.TOWNSHIP if len(area) < CODE_LENGTHS[Level.TOWNSHIP] else Level.VILLAGE
    named = dict[str, str]()
    figures, whole = dict[str, dict[str, KN]](), dict[str, KN]()
    for total in totals:
        frame = _frame(source, total, below, period, as_of, area)
        figures[total.id] = _by_code(frame)
        top = frame if below is above else _frame(source, total, above, period, as_of, area)
        whole[total.id] = _summed(top)
    units = source.units(question(source, below, period, as_of))
    here = units[units["code"].str.startswith(area)]
    named = {str(code): str(name) for code, name in zip(here["code"], here["name"], strict=True)}
    more = sorted({code for by_code in figures.values() for code, kn in by_code.items() if any(kn)} - set(named))
    if more:  # a unit that ended within the period counts in the whole, so it has a row
        gone = source.units_of(below, more)
        named |= {str(code): str(name) for code, name in zip(gone["code"], gone["name"], strict=True)}
    at = source.told_at if source.at is not None and source.at.date() == as_of else None
    return Outcomes(period, at or as_of, whole_name(source, period, as_of, area), below, totals, named, figures, whole)


def _frame(source: Source, total: Total, level: Level, period: Period, as_of: date, area: str) -> pd.DataFrame | None:
    """Columns code, k, n of a level's units; None where the total is not kept there."""
    if total.indicator:
        entry = indicator(total.indicator)
        if level not in entry.levels:
            return None
        frame = source.frame(entry, level, period, as_of)
    else:
        if level not in total.levels or total.count is None:
            return None
        frame = total.count(source.fact(total.fact, question(source, level, period, as_of), total.span))
        frame = frame[frame["code"].str.len() == CODE_LENGTHS[level]]  # what lies at the county itself is in its whole alone
    return frame[frame["code"].str.startswith(area)]


def _by_code(frame: pd.DataFrame | None) -> dict[str, KN]:
    if frame is None:
        return {}
    ns = frame["n"] if "n" in frame else [None] * len(frame)
    return {str(code): (_int(k) or 0, _int(n)) for code, k, n in zip(frame["code"], frame["k"], ns, strict=True)}


def _summed(frame: pd.DataFrame | None) -> KN:
    """Of the one unit there is above, or of several counties together."""
    if frame is None:
        return NONE
    return int(frame["k"].fillna(0).sum()), int(frame["n"].fillna(0).sum()) if "n" in frame else None


def _int(value: object) -> int | None:
    return None if is_missing(value) else int(value)  # type: ignore[call-overload]
