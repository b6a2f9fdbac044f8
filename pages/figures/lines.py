"""What the page 记录 asks: for one figure of one unit everything that its denominator counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from data_access.captain_dues import CARDS, DUE_TABLES, PAGE_ROWS, TRAINING, dues, dues_count
from data_access.facts import FACTS
from data_access.nights import cadres_lecturing
from data_access.rosters import ROSTER_TABLES, rosters
from data_access.scope import Scope
from metrics.captains import meetings_due
from metrics.definition import Facts, Indicator, Question, Span
from metrics.duty import chief_month_nights, planned_nights, since_first_record, township_nights, village_nights
from metrics.nights import full_weeks, held_weeks, judged_weeks, reviewed_quarters
from metrics.reception import staffed_days
from metrics.registry import REGISTRY
from metrics.vocabulary import Level, Module, SessionKind
from pages.common import loaders
from pages.common.duty_nights import night_of, rolls_of_villages
from pages.common.page import Page
from pages.common.people import names_of
from reports.source import window
from reports.subjects import TOWNSHIP_NIGHTS
from reports.tables import Table
from reports.views import figure_rows as views
from reports.views.figure_rows import Line

Answer = Callable[..., Any]


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
DUES = {"captains.cards": CARDS, "captains.training": TRAINING}
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
    return _OTHERS[entry.id](asked)


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


def _plan(asked: Asked) -> list[Line]:
    return views.plan_lines(planned_nights(_facts(asked), asked.question), asked.names)


def _turns(asked: Asked) -> list[Line]:
    """The turns of the nights that are over, of the units that count; who is on leave is left out."""
    nights, level = asked.question.workday_nights, asked.question.level
    if not nights:
        return []
    codes = set(loaders.fact(asked.own, f"{level}s", asked.question, Span.NIGHTS)["code"])
    found = loaders.answer(rosters, asked.own, ROSTER_TABLES, first=nights[0], last=nights[-1])
    counted = found["code"].isin(codes) & found["night"].isin(nights) & found["leave"].isna()
    return views.turn_lines(found[counted], asked.names)


def _meetings(asked: Asked) -> list[Line]:
    """By the units that are to meet: cells, patches, villages."""
    of_units = replace(asked.question, level=Level.PERSON)
    facts = {name: loaders.fact(asked.own, name, of_units, span) for name, span in asked.entry.needs.items()}
    units = [loaders.source(asked.own).units(replace(asked.question, level=each)) for each in (Level.CELL, Level.PATCH, Level.VILLAGE)]
    names = {str(code): str(name) for each in units for code, name in zip(each["code"], each["name"], strict=True)}
    return views.meeting_lines(meetings_due(facts, of_units), asked.names | names)


def _cells(asked: Asked) -> list[Line]:
    cells, rules = _facts(asked)["households_by_cell"], asked.question.rules
    least, most = (int(rules.number("captains", name)) for name in ("least_households", "most_households"))
    units = loaders.source(asked.own).units(replace(asked.question, level=Level.CELL))
    return views.cell_lines(cells, least, most, asked.names | dict(zip(units["code"], units["name"], strict=True)))


def _lecturers(asked: Asked) -> list[Line]:
    found = loaders.answer(cadres_lecturing, asked.own, FACTS["lecturers"].tables, window=window(asked.question, Span.YEAR_TO_DATE))
    return views.lecturer_lines(found, names_of(asked.own, found["person_id"]), asked.names)


def dues_list(p: Page, figure: str, village: str | None) -> None:
    """证卡 and 参训: what each captain and household is due, paged by the database; there are tens of thousands."""
    own = p.filters.narrowed.narrowed(village)
    question = loaders.question_for(p.filters.narrowed, Level.TOWNSHIP, p.filters.period, p.filters.as_of)
    first, moment = question.span(Span.YEAR_TO_DATE)
    asked = {"items": DUES[figure], "first": first, "moment": moment}
    totals = {
        which: int(loaders.answer(dues_count, own, DUE_TABLES, **asked, missed=which == views.MISSED))
        for which in (views.MISSED, views.ALL)
    }
    kinds = views.choices_of(totals[views.MISSED], totals[views.ALL])
    which = p.choose("哪些记录", kinds, "show", views.MISSED if totals[views.MISSED] else views.ALL, restarts="rows_page")

    def made(answer: Answer, **part: int) -> Table:
        rows = answer(dues, own, **asked, missed=which == views.MISSED, **part)
        people = names_of(p.scope, rows.loc[rows["item"] != "card", "id"])
        return views.dues_table(REGISTRY[figure], rows, people, p.filters.townships, kinds[which])

    p.pages_of_query(made, DUE_TABLES, totals[which], PAGE_ROWS, "rows", parameter="rows_page")


_OTHERS: dict[str, Callable[[Asked], Any]] = {
    **dict.fromkeys(SESSIONS, _sessions),
    **dict.fromkeys(WEEKS, _person_weeks),
    "nights.reviews": _quarters,
    "reception.desk_days": _desks,
    "duty.chief_nights": _chiefs,
    "duty.load_ratio": _load,
    "duty.planned": _plan,
    "duty.plan_kept": _turns,
    "captains.meetings": _meetings,
    "captains.cell_size": _cells,
    "nights.lecturers": _lecturers,
}
