"""与昨日相比 as it is read: what became overdue, fell below its target, recovered, comes due and was closed, a line each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from metrics.duty import shortfall_words
from metrics.vocabulary import OUTCOME_NAMES, Level, Outcome, Status
from metrics.wording import day_text, fraction, is_missing, value_text
from reports.changes import Turned
from reports.links import Link, to_cases, to_township, to_village
from reports.parts import Exceptional, Exceptions, ExceptionSection, Heading, More, Sentence
from reports.views.overview import petition_line

MOST_LINES = 5
OVERDUE, FELL, DUE, RECOVERED, ENDED = "overdue", "fell", "due", "recovered", "ended"
TITLES = {OVERDUE: "新增超期", FELL: "跌破目标", DUE: "今天到期", RECOVERED: "恢复达标", ENDED: "已办结"}
SHADES = {OVERDUE: Status.LOW, FELL: Status.LOW, DUE: Status.NEAR, RECOVERED: Status.OK, ENDED: Status.OK}
LISTS = {OVERDUE: "overdue", DUE: "due_soon", ENDED: "ended"}
"""The standing of the list that holds a group's cases, among others."""


@dataclass(frozen=True)
class Changes:
    """What differs between two moments. ``cases``: by :data:`OVERDUE`, :data:`DUE` and :data:`ENDED` the first petitions of each, see
    ``data_access.attention``; ``turned``: units whose verdict turned."""

    now: datetime
    then: datetime
    cases: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    turned: Sequence[Turned] = ()

    @property
    def since(self) -> str:
        """与昨日 08:10 相比; of two moments that are no day apart 与11月20日 08:10 相比."""
        a_day = self.now - self.then == timedelta(days=1)
        return f"与{'昨日' if a_day else day_text(self.then)} {self.then:%H:%M} 相比"


def groups(changes: Changes, *, named: bool = True, township: str | None = None, most: int = MOST_LINES) -> tuple[ExceptionSection, ...]:
    """What there is to say, in the order a leader acts on it; a group without a line is left out.

    ``named``: whether who handles a case stands beside it (a notice to a group names nobody). ``township``: of the list that "all of it"
    leads to.
    """
    lines = {
        OVERDUE: _case_lines(changes, OVERDUE, named),
        FELL: _unit_lines(changes, met=False),
        DUE: _case_lines(changes, DUE, named),
        RECOVERED: _unit_lines(changes, met=True),
        ENDED: _case_lines(changes, ENDED, named),
    }
    return tuple(_group(changes, kind, told, township, most) for kind, told in lines.items() if told)


def _group(changes: Changes, kind: str, lines: Sequence[Exceptional], township: str | None, most: int) -> ExceptionSection:
    rows = changes.cases.get(kind)
    total = len(lines) if rows is None or rows.empty else int(rows["petitions"].iloc[0])
    shown, below = tuple(lines[:most]), list[Sentence | More]()
    if kind in LISTS and total > len(shown):
        below.append(More(f"另有 {total - len(shown)} 件,见清单 →", to_cases(LISTS[kind], township)))
    elif total > len(shown):
        below.append(Sentence(f"另有 {total - len(shown)} 项", "quiet"))
    unit = "件" if kind in LISTS else "项"
    return ExceptionSection(TITLES[kind], f"{total} {unit}", shown, severity=SHADES[kind], below=tuple(below))


def parts(changes: Changes, *, township: str | None = None) -> list[Heading | Sentence | Exceptions]:
    """For a page: a heading and the groups, or one quiet line."""
    told = groups(changes, township=township)
    if not told:
        return [Sentence(f"{changes.since}没有变化", "quiet")]
    return [Heading(changes.since), Exceptions(told)]


def _case_lines(changes: Changes, kind: str, named: bool) -> list[Exceptional]:
    rows = changes.cases.get(kind)
    return [] if rows is None else [petition_line(row, _case_words(row, kind, changes), named=named) for row in rows.to_dict("records")]


def _case_words(row: Mapping[Any, Any], kind: str, changes: Changes) -> str:
    """环境卫生,11月25日到期; of one that has ended how."""
    category = "" if is_missing(row["category"]) else str(row["category"])
    if kind == ENDED:
        outcome = row["outcome"]
        said = OUTCOME_NAMES[Outcome(outcome)] if outcome in set(Outcome) else "已办结"
    elif kind == OVERDUE:
        said = f"{day_text(row['due_on'])}到期"
    else:
        said = ""
    return ",".join(part for part in (category, said) if part) or TITLES[kind]


def _unit_lines(changes: Changes, *, met: bool) -> list[Exceptional]:
    turned = (each for each in changes.turned if each.met is met)
    return [Exceptional(each.name, _turned_words(each), _link(each)) for each in _nights_first(turned)]


def _nights_first(turned: Iterable[Turned]) -> list[Turned]:
    return sorted(turned, key=lambda each: each.entry is not None)


def _turned_words(it: Turned) -> str:
    """按期办结率 94.7% (18/19),此前 95.2%; 11月25日夜缺正职."""
    if it.entry is None:
        night = f"{day_text(it.now['night'])}夜"
        return f"{night}达标" if it.met else f"{night}{shortfall_words(it.now)}"
    counted = fraction(it.now["k"], it.now["n"])
    now = f"{value_text(it.entry, it.now['value'])}{f' ({counted})' if counted else ''}"
    return f"{it.entry.name} {now},此前 {value_text(it.entry, it.then['value'])}"


def _link(it: Turned) -> Link | None:
    to = {Level.TOWNSHIP: to_township, Level.VILLAGE: to_village}.get(it.level)
    return to(it.code) if to else None
