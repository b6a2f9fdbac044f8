"""What the page 记录 asks: for one figure of one unit everything that its denominator counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from data_access.scope import Scope
from metrics.definition import Facts, Indicator, Question
from metrics.duty import chief_month_nights, since_first_record, township_nights, village_nights
from metrics.nights import full_weeks, held_weeks, judged_weeks, reviewed_quarters
from metrics.reception import staffed_days
from metrics.vocabulary import Level, Module, SessionKind
from pages.common import loaders
from pages.common.duty_nights import night_of, rolls_of_villages
from pages.common.page import Page
from pages.common.people import names_of
from reports.subjects import TOWNSHIP_NIGHTS
from reports.views import figure_rows as views
from reports.views.figure_rows import Line


@dataclass(frozen=True)
class Asked:
    """A figure at a township (or all of the scope) or one of its villages."""

    entry: Indicator
    own: Scope
    question: Question
    names: dict[str, str]


WEEKS = {
    "nights.township_visits": (("township_posts", "township_leaves", "township_visits"), "visits", "nights.township_visits_a_week", "次"),
    "nights.village_visits": (("village_posts", "village_leaves", "village_visits"), "visits", "nights.village_visits_a_week", "次"),
    "reception.leader_weeks": (("leader_posts", "leader_leaves", "slots_received"), "slots", "reception.slots_a_week", "场"),
}
"""By indicator: its facts (posts, leaves, what was done), the column, the number that is owed a week, in which unit."""
SESSIONS = {"nights.study_weeks": SessionKind.STUDY, "nights.talk_weeks": SessionKind.TALK}
OF_VILLAGES = ("duty.village_compliance", "nights.village_visits")


def lines_of(p: Page, entry: Indicator, village: str | None) -> list[Line]:
    """Everything that the figure counts, in no order that matters."""
    level = Level.VILLAGE if village or entry.id in OF_VILLAGES else Level.TOWNSHIP
    own = p.filters.narrowed.narrowed(village)
    question = loaders.question_for(own, level, p.filters.period, p.filters.as_of)
    villages = loaders.source(own).units(question) if level is Level.VILLAGE else pd.DataFrame(columns=["code", "name"])
    names = p.filters.townships | dict(zip(villages["code"], villages["name"], strict=True))
    asked = Asked(entry, own, question, names)
    if entry.id in TOWNSHIP_NIGHTS or entry.id == "duty.village_compliance":
        return _nights(p, asked)
    return (_OTHERS.get(entry.id) or _by_village)(asked)


def lines_of_night(p: Page, wanted: str) -> tuple[list[Line], str]:
    """Every village on one night, also of one that goes on, and what the night is called."""
    own = p.filters.narrowed
    night = night_of(own, p.filters.as_of, wanted)
    if night is None:
        return [], ""
    rolls = rolls_of_villages(own, night.asked)
    names = p.filters.townships | dict(zip(rolls["code"], rolls["name"], strict=True))
    return views.night_lines("duty.village_compliance", rolls, names, night.asked), night.label


def _facts(asked: Asked, level: Level | None = None) -> Facts:
    needs = asked.entry.needs_at(level or asked.question.level)
    return {name: loaders.fact(asked.own, name, asked.question, span) for name, span in needs.items()}


def _nights(p: Page, asked: Asked) -> list[Line]:
    judged = village_nights if asked.question.level is Level.VILLAGE else township_nights
    rolls = since_first_record(judged(_facts(asked), asked.question), p.contents.first.get(Module.DUTY))
    return views.night_lines(asked.entry.id, rolls, asked.names, asked.question)


def _sessions(asked: Asked) -> list[Line]:
    kind = SESSIONS[asked.entry.id]
    return views.week_lines(held_weeks(_facts(asked), asked.question, kind), kind, asked.names)


def _quarters(asked: Asked) -> list[Line]:
    return views.quarter_lines(reviewed_quarters(_facts(asked), asked.question), asked.names)


def _person_weeks(asked: Asked) -> list[Line]:
    (posts, leaves, done), column, owed, unit = WEEKS[asked.entry.id]
    facts, needed = _facts(asked), asked.question.rules.number(*owed.split("."))
    weeks = judged_weeks(full_weeks(facts[posts], facts[leaves], asked.question.weeks), facts[done], column, needed)
    return views.person_week_lines(weeks, needed, unit, names_of(asked.own, weeks["person_id"]), asked.names)


def _desks(asked: Asked) -> list[Line]:
    return views.desk_lines(staffed_days(_facts(asked), asked.question), asked.names)


def _chiefs(asked: Asked) -> list[Line]:
    months = chief_month_nights(_facts(asked), asked.question)
    return views.chief_lines(months, names_of(asked.own, months["person_id"]), asked.names)


def _load(asked: Asked) -> list[Line]:
    team = _facts(asked)["team_nights"]
    return views.load_lines(team, names_of(asked.own, team["person_id"]), asked.names)


def _by_village(asked: Asked) -> list[Line]:
    question = asked.question
    frame = loaders.frame(asked.own, asked.entry.id, Level.VILLAGE, question.period, question.as_of)
    return views.unit_lines(asked.entry, frame, asked.names)


_OTHERS: dict[str, Callable[[Asked], Any]] = {
    **dict.fromkeys(SESSIONS, _sessions),
    **dict.fromkeys(WEEKS, _person_weeks),
    "nights.reviews": _quarters,
    "reception.desk_days": _desks,
    "duty.chief_nights": _chiefs,
    "duty.load_ratio": _load,
}
