"""Why a figure of a township is weak, in rows: the nights, people, villages or petitions behind it, each leading on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from data_access.petition_lists import Asked, petition_count, petition_list
from data_access.scope import Scope
from metrics.definition import Question, Span
from metrics.duty import chief_month_nights, shortfall_words, township_nights
from metrics.nights import held_weeks
from metrics.vocabulary import Direction, Level, SessionKind
from metrics.wording import day_text, fraction, is_missing, share, value_text
from pages.common import loaders
from pages.common.filters import Filters
from pages.common.markup import Exceptions
from pages.common.panel import go_definition, go_to
from pages.common.sheets import CASE_PAGE, PERSON_PAGE, names_of, period_window
from pages.township.figures import Figure
from pages.township.units import VILLAGE_PAGE, kept

MOST_LINES = 5
Line = tuple[str, str, str]
"""What stands in bold, the words after it, the attribute of its link."""
NIGHTS = {
    "duty.night_compliance": "compliant",
    "duty.miss_streak": "compliant",
    "duty.chief_cover": "has_chief",
    "duty.leader_cover": "has_leaders",
    "duty.staff_share": "has_staff",
    "duty.unreported": "unreported",
}
"""By indicator: the flag of a night that says whether it is met (for 未填报, missed)."""
WEEKS = {"nights.study_weeks": SessionKind.STUDY, "nights.talk_weeks": SessionKind.TALK}
STANDINGS = {
    "petitions.closed_on_time": "overdue",
    "petitions.overdue": "overdue",
    "petitions.resolved": "overdue",
    "petitions.disputes_resolved": "overdue",
    "petitions.backlog": "backlog",
    "petitions.repeat": "repeats",
    "reception.resolved": "overdue",
}
TABLES = ("petition", "area", "calendar_day")


def groups(weak: Sequence[Figure], code: str, filters: Filters, scope: Scope) -> list[Exceptions]:
    """The weakest figures as groups of what to act on. ``scope``: the county's, for figures of villages and people."""
    made = []
    for figure in weak:
        total, lines = _lines(figure, code, filters, scope)
        value = value_text(figure.entry, figure.row["value"])
        kn = fraction(figure.row["k"], figure.row["n"])
        made.append(
            Exceptions(
                figure.entry.name,
                f"{value} ({kn})" if kn else value,
                [*lines[:MOST_LINES], *([(f"共 {total} 条", "", "")] if total > MOST_LINES else [])],
                quiet="没有可列出的记录",
                severity=str(figure.row["status"]),
                info=go_definition(figure.entry.id),
            )
        )
    return made


def _lines(figure: Figure, code: str, filters: Filters, scope: Scope) -> tuple[int, list[Line]]:
    """How many there are in all, and the first of them."""
    entry = figure.entry
    own = filters.scope.narrowed(code)
    asked = loaders.question_for(own, Level.TOWNSHIP, filters.period, filters.as_of)
    if entry.id in NIGHTS:
        return _nights(entry.id, own, asked, filters, code)
    if entry.id == "duty.chief_nights":
        return _chiefs(own, asked, filters)
    if entry.id == "duty.load_ratio":
        return _load(own, asked, filters)
    if entry.id in WEEKS:
        return _weeks(WEEKS[entry.id], own, asked)
    if entry.id in STANDINGS:
        found = _petitions(Asked(standing=STANDINGS[entry.id], sort="due"), own, filters)
        if found[0]:
            return found
    if Level.VILLAGE in entry.levels:
        return _worst(figure, Level.VILLAGE, scope, code, filters)
    return _worst(figure, Level.PERSON, own, "", filters) if Level.PERSON in entry.levels else (0, [])


def _nights(indicator_id: str, own: Scope, asked: Question, filters: Filters, code: str) -> tuple[int, list[Line]]:
    facts = {name: loaders.fact(own, name, asked, Span.PERIOD) for name in ("townships", "township_roll", "staff_in_post")}
    rolls = township_nights(facts, asked)
    flag = NIGHTS[indicator_id]
    failing = rolls[rolls[flag].astype(bool) == (flag == "unreported")]
    lines = []
    for row in failing.sort_values("night", ascending=False).to_dict("records"):
        link = go_to("pages/duty/duty.py", {"township": code, "night": row["night"].isoformat(), **filters.query})
        lines.append((day_text(row["night"]), shortfall_words(row), link))
    return len(lines), lines


def _chiefs(own: Scope, asked: Question, filters: Filters) -> tuple[int, list[Line]]:
    months = chief_month_nights({"chief_months": loaders.fact(own, "chief_months", asked, Span.MONTHS)}, asked)
    short = months[~months["reached"].astype(bool)]
    names = names_of(own, short["person_id"])
    lines = [
        (
            names.get(int(row["person_id"]), "不明"),
            f"{row['month'][5:].lstrip('0')}月住 {row['nights']} 夜,应住 {row['required']} 夜(在岗 {row['workdays']} 个工作日)",
            go_to(PERSON_PAGE, {"person": f"p:{row['person_id']}", **kept(filters)}),
        )
        for row in short.to_dict("records")
    ]
    return len(lines), lines


def _load(own: Scope, asked: Question, filters: Filters) -> tuple[int, list[Line]]:
    team = loaders.fact(own, "team_nights", asked, Span.PERIOD).sort_values("nights", ascending=False)
    names = names_of(own, team["person_id"])
    lines = [
        (
            names.get(int(row["person_id"]), "不明"),
            f"住 {row['nights']} 夜",
            go_to(PERSON_PAGE, {"person": f"p:{row['person_id']}", **kept(filters)}),
        )
        for row in team.to_dict("records")
    ]
    return len(lines), lines


def _weeks(kind: SessionKind, own: Scope, asked: Question) -> tuple[int, list[Line]]:
    facts = {
        "townships": loaders.fact(own, "townships", asked, Span.PERIOD),
        "night_sessions": loaders.fact(own, "night_sessions", asked, Span.WEEKS),
    }
    held = held_weeks(facts, asked, kind)
    missing = sorted(held[~held["held"].astype(bool)]["monday"], reverse=True)
    what = "未开夜学" if kind is SessionKind.STUDY else "未开夜谈"
    return len(missing), [(f"{day_text(monday)}起的一周", what, "") for monday in missing]


def _petitions(asked: Asked, own: Scope, filters: Filters) -> tuple[int, list[Line]]:
    window = period_window(filters)
    total = int(loaders.answer(petition_count, own, TABLES, window=window, asked=asked))
    rows = loaders.answer(petition_list, own, TABLES, window=window, asked=asked, rows=MOST_LINES)
    lines = [
        (
            f"{row['village'] or row['area_code']} {row['category'] or '未分类'}",
            _standing(row, filters),
            go_to(CASE_PAGE, {"number": str(row["number"])}),
        )
        for row in rows.to_dict("records")
    ]
    return total, lines


def _standing(row: dict[str, Any], filters: Filters) -> str:
    due = row["due_day"]
    if is_missing(due) or due is pd.NaT or due >= filters.as_of:
        return f"{day_text(row['opened_at'].date())}点单"
    return f"超期 {(filters.as_of - due).days} 天"


def _worst(figure: Figure, level: Level, scope: Scope, code: str, filters: Filters) -> tuple[int, list[Line]]:
    """The villages under ``code``, or the people of the scope, that are farthest off, by how many are missing."""
    frame = loaders.frame(scope, figure.entry.id, level, filters.period, filters.as_of)
    if level is Level.VILLAGE:
        frame = frame[frame["code"].str.startswith(code)]
    page, parameter = (VILLAGE_PAGE, "village") if level is Level.VILLAGE else (PERSON_PAGE, "person")
    up = figure.entry.direction is Direction.UP
    missing = (frame["n"] - frame["k"] if up else frame["k"]).astype("float64").fillna(0)
    found = frame.assign(missing=missing)[missing > 0].sort_values("missing", ascending=False, kind="stable")
    unit = figure.entry.unit
    lines = [
        (
            str(row["name"]) if isinstance(row["name"], str) else str(row["code"]),
            _off(row, unit, up),
            go_to(page, {parameter: str(row["code"]), **kept(filters)}),
        )
        for row in found.to_dict("records")
    ]
    return len(lines), lines


def _off(row: dict[Any, Any], unit: str, up: bool) -> str:
    """差 8 人周,61.9% (13/21); a count says itself."""
    kn = fraction(row["k"], row["n"])
    words = f"{'差 ' if up else ''}{int(row['missing'])} {unit}"
    return f"{words},{share(row['value'])} ({kn})" if kn else words
