"""夜学 and 夜谈: rankings, the month as a wall calendar, the sessions with themes, lecturers, needs and measures."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import streamlit as st

from data_access.night_lists import LIST_TABLES, PAGE_ROWS, lecturers_of, session_count, session_list, session_totals
from metrics.definition import Span
from metrics.nights import held_weeks
from metrics.period import Period, PeriodKind
from metrics.vocabulary import SESSION_NAMES, Level, SessionKind
from metrics.wording import day_text, is_missing, whole
from pages.common import loaders
from pages.common.address import from_address
from pages.common.boards import board, ranking_panel
from pages.common.filters import Filters
from pages.common.months import Held, WeekNote, month_calendar
from pages.common.panel import panel
from pages.common.sheets import (
    Column,
    Counter,
    cell,
    counters,
    heading,
    name_of,
    names_of,
    page_number,
    period_window,
    sheet,
    short_name,
    to_township,
    township_names,
)
from pages.nights.handouts import offer_sessions

STUDY, TALK, REVIEW = SessionKind.STUDY, SessionKind.TALK, SessionKind.REVIEW
MOST_SESSIONS_A_MONTH = 5000


def show_studies(filters: Filters) -> None:
    totals = _totals(filters)
    panel(
        counters(
            [
                Counter("夜学", totals[STUDY]["sessions"], "场", "nights.study_weeks"),
                Counter("参加", totals[STUDY]["attendees"], "人次", "nights.study_weeks"),
                Counter("述学评学考学", totals[REVIEW]["sessions"], "场", "nights.reviews"),
            ]
        ),
        key="study-totals",
    )
    _boards(filters, ("nights.study_weeks", "nights.lecturers", "nights.reviews"))
    _calendar(filters, STUDY)
    _sessions(filters, (STUDY, REVIEW))


def show_talks(filters: Filters) -> None:
    totals = _totals(filters)[TALK]
    panel(
        counters(
            [
                Counter("夜谈", totals["sessions"], "场", "nights.talk_weeks"),
                Counter("参加", totals["attendees"], "人次", "nights.talk_weeks"),
                Counter("商讨群众需求", totals["needs"], "件", "nights.measures_done"),
                Counter("出台举措", totals["measures"], "项", "nights.measures_done"),
                Counter("已落实", totals["measures_done"], "项", "nights.measures_done"),
            ]
        ),
        key="talk-totals",
    )
    _boards(filters, ("nights.talk_weeks", "nights.measures_done"))
    _calendar(filters, TALK)
    _sessions(filters, (TALK,))


def _totals(filters: Filters) -> dict[SessionKind, dict[str, int]]:
    rows = loaders.answer(session_totals, filters.narrowed, LIST_TABLES, window=period_window(filters)).set_index("kind")
    none = dict.fromkeys(("sessions", "attendees", "measures", "measures_done", "needs"), 0)
    return {kind: rows.loc[kind].to_dict() if kind in rows.index else none for kind in SessionKind}


def _boards(filters: Filters, indicator_ids: tuple[str, ...]) -> None:
    for column, indicator_id in zip(st.columns(len(indicator_ids), gap="medium"), indicator_ids, strict=True):
        with column:
            ranking_panel(board(filters, indicator_id, level=Level.TOWNSHIP), key=f"board-{indicator_id}")


def _calendar(filters: Filters, kind: SessionKind) -> None:
    """One month of the period, the latest first; at each week's end who went without."""
    months = [month for month in filters.period.months() if month.first <= filters.as_of] or filters.period.months()[:1]
    name = SESSION_NAMES[kind]
    month = months[-1]
    if len(months) > 1:
        choices = {each.text: each for each in reversed(months)}
        picked = st.selectbox(
            "月份", list(choices), format_func=lambda text: choices[text].label, width=150, **from_address("month", choices, month.text)
        )
        month = choices.get(picked or "", month)
    first = month.first - timedelta(days=month.first.weekday())
    last = month.last + timedelta(days=6 - month.last.weekday())
    window = replace(period_window(filters), first=first, last=min(last, filters.as_of))
    rows = loaders.answer(session_list, filters.narrowed, LIST_TABLES, window=window, kinds=(kind,), page=1, rows=MOST_SESSIONS_A_MONTH)
    panel(
        heading(f"{month.label}{name}日历", "每天列出开了的乡镇,周末列出没开的;底色为放假日", f"nights.{kind}_weeks")
        + month_calendar(month, _held(rows), _weeks(filters, kind, first, last), loaders.workdays(), filters.as_of, f"没开{name}"),
        key=f"calendar-{kind}",
        picture=f"{name}日历",
        about=f"nights.{kind}_weeks",
    )


def _held(rows: pd.DataFrame) -> dict[date, list[Held]]:
    days: dict[date, list[Held]] = defaultdict(list)
    for row in rows.sort_values(["held_on", "code"]).to_dict("records"):
        name = str(row["code"]) if is_missing(row["township"]) else short_name(str(row["township"]))
        days[row["held_on"]].append(Held(name, "" if is_missing(row["theme"]) else str(row["theme"])))
    return days


def _weeks(filters: Filters, kind: SessionKind, first: date, last: date) -> dict[date, WeekNote]:
    """By Monday: who went without; a week not over or with too few working days says so instead."""
    scope, as_of = filters.narrowed, filters.as_of
    stretch = Period(PeriodKind.QUARTER, first, last)
    asked = replace(loaders.question_for(scope, Level.TOWNSHIP, stretch, as_of), period=stretch)
    facts = {
        "townships": loaders.fact(scope, "townships", asked, Span.PERIOD),
        "night_sessions": loaders.fact(scope, "night_sessions", asked, Span.WEEKS),
    }
    names = township_names(scope, as_of)
    weeks = held_weeks(facts, asked, kind)
    notes: dict[date, WeekNote] = {}
    monday = first
    while monday <= last:
        missing = [
            short_name(names.get(code, code)) for code in weeks.loc[(weeks["monday"] == monday) & ~weeks["held"].astype(bool), "code"]
        ]
        if monday in set(weeks["monday"]):
            notes[monday] = WeekNote("✕ " + "、".join(missing), "low") if missing else WeekNote("✓ 都开了", "ok")
        elif monday + timedelta(days=6) <= as_of:
            notes[monday] = WeekNote("工作日不足3天,不计")
        elif monday <= as_of:
            notes[monday] = WeekNote("本周进行中")
        monday += timedelta(days=7)
    return notes


def _sessions(filters: Filters, kinds: tuple[SessionKind, ...]) -> None:
    window = period_window(filters)
    total = loaders.answer(session_count, filters.narrowed, LIST_TABLES, window=window, kinds=kinds)
    talks = kinds == (TALK,)
    indicator_id = "nights.measures_done" if talks else "nights.lecturers"
    panel(
        heading(f"{'、'.join(SESSION_NAMES[kind] for kind in kinds)}记录 {whole(total)} 场", "从新到旧", indicator_id), key="sessions-head"
    )
    offer_sessions(filters, window, kinds)
    page = page_number(total, PAGE_ROWS, "sessions_page")
    rows = loaders.answer(session_list, filters.narrowed, LIST_TABLES, window=window, kinds=kinds, page=page)
    lines = [_talk_line(row) for row in rows.to_dict("records")] if talks else _study_lines(filters, rows)
    columns = [Column("日期", tight=True), Column("乡镇 · 主题"), Column("人数", number=True)]
    columns += (
        [Column("需求", number=True), Column("举措", number=True), Column("已落实", number=True)]
        if talks
        else [Column("授课人"), Column("时长", number=True, aside=True)]
    )
    links = [to_township(str(code), filters) for code in rows["code"]]
    panel(sheet(columns, lines, links, "本期没有记录,请向各乡镇组织委员了解"), key="sessions")


def _first_cells(row: dict, kind: str = "") -> list[str]:
    place = row["code"] if is_missing(row["township"]) else row["township"]
    theme = "未写主题" if is_missing(row["theme"]) else str(row["theme"])
    return [cell(day_text(row["held_on"])), cell(place, f"{kind}{theme}"), cell(_count(row["attendees"]))]


def _count(value: object) -> str | None:
    return None if is_missing(value) else whole(value)


def _talk_line(row: dict) -> list[str]:
    return [*_first_cells(row), *(cell(_count(row[name])) for name in ("needs", "measures", "measures_done"))]


def _study_lines(filters: Filters, rows: pd.DataFrame) -> list[list[str]]:
    ids = tuple(int(each) for each in rows["id"])
    spoke = loaders.answer(lecturers_of, filters.narrowed, LIST_TABLES, session_ids=ids)
    names = names_of(filters.scope, spoke["person_id"])
    by_session: dict[int, list[str]] = defaultdict(list)
    for session, person in zip(spoke["session_id"], spoke["person_id"], strict=True):
        by_session[int(session)].append(name_of(names, person))
    lines = []
    for row in rows.to_dict("records"):
        kind = "" if row["kind"] == STUDY else f"{SESSION_NAMES[SessionKind(row['kind'])]}:"
        minutes = None if is_missing(row["minutes"]) else f"{whole(row['minutes'])} 分钟"
        lines.append([*_first_cells(row, kind), cell("、".join(by_session[int(row["id"])]) or None), cell(minutes)])
    return lines
