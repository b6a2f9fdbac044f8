"""One night and one month of 住夜: the judged rolls a page shows, and the state of each night."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from data_access.clock import beijing_now
from data_access.scope import Scope
from metrics.definition import Facts, Question, Span
from metrics.duty import duty_night, shortfall_words, township_nights, village_nights
from metrics.period import Period, PeriodKind
from metrics.vocabulary import Level
from metrics.wording import day_text
from pages.common import loaders
from pages.common.filters import Filters

WEEKDAYS = "一二三四五六日"
TOWNSHIP_FACTS = ("townships", "township_roll", "staff_in_post")
VILLAGE_FACTS = ("villages", "village_roll")


@dataclass(frozen=True)
class State:
    """How a night stands: a class for its colour, one sign that says it without colour, the words."""

    shade: str
    sign: str
    words: str


OK, BLANK, OFF, AHEAD = State("ok", "✓", "达标"), State("blank", "空", "未填报"), State("off", "·", "非工作日"), State("ahead", "", "未到")
TONIGHT = State("ahead", "今", "今晚,还没到填报时间")
CHIEF, LEADERS, STAFF, SEVERAL = (
    State("low", "正", "缺正职"),
    State("low", "班", "班子不足"),
    State("near", "职", "职工不足"),
    State("low", "多", "缺几样"),
)
VILLAGE_CHIEF, OTHERS = State("low", "主", "缺主干"), State("near", "干", "其他干部不足")
TOWNSHIP_STATES = (OK, CHIEF, LEADERS, STAFF, SEVERAL, BLANK, OFF)
VILLAGE_STATES = (OK, VILLAGE_CHIEF, OTHERS, SEVERAL, BLANK, OFF)


def state_of(night: Mapping[Hashable, Any]) -> State:
    """The state of a row of ``township_nights`` or ``village_nights``; its words say how many are missing."""
    if night["unreported"]:
        return BLANK
    if night["compliant"]:
        return OK
    at_township = "staff" in night
    kinds = {"has_chief": CHIEF if at_township else VILLAGE_CHIEF, "has_leaders": LEADERS, "has_staff": STAFF, "has_others": OTHERS}
    lacking = [state for flag, state in kinds.items() if flag in night and not night[flag]]
    only = lacking[0] if len(lacking) == 1 else SEVERAL
    return State(only.shade, only.sign, shortfall_words(night))


def question_of(scope: Scope, first: date, last: date, as_of: date) -> Question:
    """The question about some nights, at the level of townships."""
    asked = loaders.question_for(scope, Level.TOWNSHIP, Period.holding(PeriodKind.MONTH, last), as_of)
    return Question(Level.TOWNSHIP, Period(PeriodKind.WEEK, first, last), as_of, asked.workdays, asked.rules)


def _facts(scope: Scope, names: tuple[str, ...], asked: Question) -> Facts:
    return {name: loaders.fact(scope, name, asked, Span.PERIOD) for name in names}


def rolls_of_townships(scope: Scope, asked: Question) -> pd.DataFrame:
    """``township_nights`` with the name of each township."""
    facts = _facts(scope, TOWNSHIP_FACTS, asked)
    return facts["townships"][["code", "name"]].merge(township_nights(facts, asked), on="code")


def rolls_of_villages(scope: Scope, asked: Question) -> pd.DataFrame:
    """``village_nights`` with the name of each village."""
    facts = _facts(scope, VILLAGE_FACTS, asked)
    return facts["villages"][["code", "name"]].merge(village_nights(facts, asked), on="code")


@dataclass(frozen=True)
class Night:
    """A workday night that is looked at: tonight, the last one, or one that the address asks for."""

    day: date
    label: str
    townships: pd.DataFrame
    asked: Question

    @property
    def sentence(self) -> str:
        """今晚 9 个乡镇中 7 个达标,泥河镇缺正职."""
        total = len(self.townships)
        short = self.townships[~self.townships["compliant"]]
        if total == 0:
            return f"{self.label}没有应住夜的乡镇"
        if short.empty:
            return f"{self.label}{self.townships['name'].iloc[0]}达标" if total == 1 else f"{self.label} {total} 个乡镇全部达标"
        named = "、".join(f"{row['name']}{shortfall_words(row)}" for row in short.head(3).to_dict("records"))
        if total == 1:
            return f"{self.label}{named}"
        more = f"等 {len(short)} 个未达标" if len(short) > 3 else ""
        return f"{self.label} {total} 个乡镇中 {total - len(short)} 个达标,{named}{more}"


def looked_at(filters: Filters) -> Night | None:
    """The night in the address (``?night=2026-11-05``), else the one a leader asks about now. None where there is none."""
    as_of = filters.as_of
    asked = loaders.question_for(filters.scope, Level.TOWNSHIP, Period.holding(PeriodKind.WEEK, as_of), as_of)
    day = _from_address(asked) or duty_night(asked, beijing_now().hour)
    if day is None:
        return None
    one = question_of(filters.scope, day, day, as_of)
    label = "今晚" if day == as_of else f"{day_text(day)}(周{WEEKDAYS[day.weekday()]})夜"
    return Night(day, label, rolls_of_townships(filters.narrowed, one), one)


def _from_address(asked: Question) -> date | None:
    try:
        day = date.fromisoformat(st.query_params.get("night", ""))
    except ValueError:
        return None
    return day if day <= asked.as_of and asked.workdays.is_workday(day) else None


def month_of(filters: Filters) -> Period:
    """The month a calendar shows: the period's own, or the last begun month of a longer one."""
    return Period.holding(PeriodKind.MONTH, min(filters.period.last, filters.as_of))


def is_still_to_come(day: date, asked: Question) -> bool:
    """Whether tonight's roll is not due yet: before the evening hour an empty one says nothing."""
    return day == asked.as_of and beijing_now().hour < asked.rules.number("duty", "evening_hour")
