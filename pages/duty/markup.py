"""Markup of the 住夜 pages: nights of a month in a grid, bars in a cell. Every text is escaped here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from html import escape
from typing import Any

import pandas as pd

from metrics.definition import Question
from metrics.period import Period
from metrics.vocabulary import Status
from metrics.wording import day_text
from pages.common.markup import SIGNS
from pages.duty.night import AHEAD, BLANK, OFF, TONIGHT, WEEKDAYS, State, is_still_to_come, state_of

Link = Callable[[str, date | None], str]
"""The attribute of a link to a unit, or to one night of it."""


def month_map(
    units: Sequence[tuple[str, str]], rolls: pd.DataFrame, month: Period, asked: Question, states: Sequence[State], link: Link
) -> str:
    """Unit × night. Each cell has a sign, so that the states are told apart without colour; hovering says what is missing.

    ``units``: (code, name) in the order shown; ``rolls``: judged nights of them; ``link``: where a name or a night leads.
    """
    days = [month.first + timedelta(days=offset) for offset in range((month.last - month.first).days + 1)]
    known: dict[tuple[Any, Any], Mapping[Any, Any]] = {(row["code"], row["night"]): row for row in rolls.to_dict("records")}
    head = "".join(f'<span class="{_shade_of_day(day, asked)}">{day.day}</span>' for day in days)
    lines = [f'<div class="line head" aria-hidden="true"><span class="who"></span><span class="cells">{head}</span></div>']
    for code, name in units:
        cells = "".join(_cell(known.get((code, day)), day, asked, link(code, day)) for day in days)
        lines.append(
            f'<div class="line"><span class="who" {link(code, None)}>{escape(name)}</span><span class="cells">{cells}</span></div>'
        )
    named = "".join(f'<span><i class="night {state.shade}">{state.sign}</i>{escape(state.words)}</span>' for state in states)
    shape = f"--days:{len(days)};--first:{month.first.isoweekday()}"
    return f'<div class="nightmap" style="{shape}">{"".join(lines)}<div class="legend">{named}</div></div>'


def _shade_of_day(day: date, asked: Question) -> str:
    return "today" if day == asked.as_of else "" if asked.workdays.is_workday(day) else "off"


def state_on(roll: Mapping[Any, Any] | None, day: date, asked: Question) -> State:
    """How a day stands: its roll, or why there is none (非工作日, 未到)."""
    if not asked.workdays.is_workday(day):
        name = asked.workdays.name(day)
        return State(OFF.shade, OFF.sign, f"{OFF.words}{f'({name})' if name else ''}")
    if roll is None:
        return AHEAD
    state = state_of(roll)
    return TONIGHT if state is BLANK and is_still_to_come(day, asked) else state


def _cell(roll: Mapping[Any, Any] | None, day: date, asked: Question, link: str) -> str:
    state = state_on(roll, day, asked)
    if roll is None or not asked.workdays.is_workday(day):
        link = ""
    name = asked.workdays.name(day) if day.weekday() >= 5 and asked.workdays.is_workday(day) else None
    said = escape(f"{day_text(day)} 周{WEEKDAYS[day.weekday()]}{f'({name})' if name else ''} {state.words}")
    return f'<span class="night {state.shade}" data-day="{day.day}" title="{said}" aria-label="{said}" {link}>{state.sign}</span>'


def verdict_words(words: str, status: Status) -> str:
    return f'<span class="verdict {escape(str(status))}">{SIGNS.get(status, "")} {escape(words)}</span>'


def unit(name: str, small: str = "") -> str:
    """A name that is never broken over two lines."""
    below = f"<small>{escape(small)}</small>" if small else ""
    return f'<span class="unit">{escape(name)}{below}</span>'


def bar(part: float, whole: float, goal: float | None = None) -> str:
    """A thin bar in ink with the target as a tick."""
    top = whole or 1
    tick = "" if goal is None else f'<span class="goal" style="left:{100 * min(1.0, goal / top):.1f}%"></span>'
    return f'<span class="track"><span class="fill" style="width:{100 * min(1.0, part / top):.1f}%"></span>{tick}</span>'


def columns(members: Sequence[tuple[str, int]]) -> str:
    """A team as small columns, the highest first; zeros are there too. ``members``: (name, nights)."""
    top = max((nights for _, nights in members), default=0) or 1
    marks = "".join(
        f'<span title="{escape(f"{name} {nights}夜")}"><i style="height:{100 * nights / top:.0f}%"></i><b>{nights}</b></span>'
        for name, nights in members
    )
    return f'<span class="team">{marks}</span>'
