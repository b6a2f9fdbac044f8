"""The rows behind one month of a captain's page: households, visits, petitions, ratings, meetings, leave, training, marks."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from data_access.captain_lists import CAPTAIN_TABLES, absences_of, households_of, meetings_of, trainings_of, visits_of
from data_access.scope import Scope
from data_access.slots import Slot
from metrics.captain_months import counted_items, entered_in_time, month_of
from metrics.period import Period
from metrics.vocabulary import (
    HOUSEHOLD_NAMES,
    LEAVE_NAMES,
    MEETING_NAMES,
    OUTCOME_NAMES,
    SIZE_NAMES,
    TRAINING_NAMES,
    HouseholdKind,
    MeetingKind,
    Outcome,
    Size,
)
from metrics.wording import MISSING, day_text, is_missing, whole
from pages.captains.months import Year, held, mark_words
from pages.captains.person import Captain
from pages.common import loaders
from pages.common.layout import note
from pages.common.panel import go_to, panel
from pages.common.sheets import CASE_PAGE, Column, cell, heading, names_of, sheet

NAMED = 6
"""Households named in one cell of a table."""
COUNTED_WORDS = {
    "closed_on_time": ("按期办结", "未按期办结"),
    "hard_resolved": ("难事按期化解或上报", "难事未按期"),
    "big_resolved": ("大事化解", "大事未化解"),
    "accept_on_time": ("接单及时", "接单超时"),
}


def rows_of(scope: Scope, captain: Captain, found: Year, part: Period, as_of: date) -> None:
    """Households and visits, meetings, petitions and ratings, leave, training and marks of one month."""
    last = min(part.last, as_of)
    days = {"first": part.first, "last": last}
    posts = held(captain, Slot(part.text, part.first, last))
    if posts and posts[0]["role"] == "cell_captain":
        for post in posts:
            homes = loaders.answer(households_of, scope, CAPTAIN_TABLES, code=str(post["code"]), **days)
            panel(_households(homes, part, str(post["name"])), key=f"homes-{post['code']}")
    else:
        for post in posts:
            homes = loaders.answer(households_of, scope, CAPTAIN_TABLES, code=str(post["code"]), **days)
            panel(_cells(homes, part, str(post["name"])), key=f"cells-{post['code']}")
    columns = st.columns(2, gap="medium")
    visits = loaders.answer(visits_of, scope, CAPTAIN_TABLES, person_id=captain.person_id, **days)
    meetings = [loaders.answer(meetings_of, scope, CAPTAIN_TABLES, code=str(post["code"]), **days) for post in posts]
    hours = float(loaders.rules_on(part, as_of).tables["quality"]["entry_hours"])
    with columns[0]:
        panel(_visits(visits, part, hours), key="visits")
    with columns[1]:
        panel(_petitions(found, part), key="petitions")
        panel(_ratings(found, part), key="ratings")
        panel(_meetings(pd.concat(meetings) if meetings else None, part, scope, captain, hours), key="meetings")
    _remarks(scope, captain, found, part, last)


def _households(homes: pd.DataFrame, part: Period, unit: str) -> str:
    key = homes[homes["kind"] == "key"]
    seen = int((key["visits"] > 0).sum())
    rows = [
        [
            cell(f"户号 {row['household_id']}"),
            cell(HOUSEHOLD_NAMES[HouseholdKind(row["kind"])]),
            cell(f"{int(row['visits'])}次" if row["visits"] else "本月未走访"),
            cell(MISSING if is_missing(row["seen"]) else f"{row['seen']:%Y年%-m月%-d日}"),
        ]
        for row in homes.to_dict("records")
    ]
    columns = [Column("户"), Column("户别"), Column("本月走访"), Column("最近一次")]
    title = f"{unit} {whole(len(homes))} 户,{part.label}重点户走访 {seen}/{len(key)}"
    return heading(title, "任何一名三长上门都算;普通户按季度算,本月没走不等于欠账") + sheet(columns, rows, empty="这个邻没有在册的户")


def _cells(homes: pd.DataFrame, part: Period, unit: str) -> str:
    """A group's or patch's cells in the month: key households visited, and the numbers of those nobody came to."""
    rows = []
    for name, own in homes.assign(cell=homes["cell"].fillna("未编邻")).groupby("cell", sort=True):
        key, ordinary = own[own["kind"] == "key"], own[own["kind"] != "key"]
        missed = [str(number) for number in key.loc[key["visits"] == 0, "household_id"]]
        more = f"等{len(missed)}户" if len(missed) > NAMED else ""
        rows.append(
            [
                cell(name, f"{len(own)} 户"),
                cell(f"{int((key['visits'] > 0).sum())}/{len(key)}" if len(key) else MISSING),
                cell(f"{int((ordinary['visits'] > 0).sum())} 户" if len(ordinary) else MISSING),
                cell("户号 " + "、".join(missed[:NAMED]) + more if missed else "都已走访" if len(key) else "没有重点户"),
            ]
        )
    columns = [Column("邻"), Column("重点户走访", number=True), Column("普通户走访", number=True), Column("未走访的重点户")]
    title = f"{unit}所辖 {whole(len(rows))} 个邻,{whole(len(homes))} 户"
    return heading(title, f"{part.label};任何一名三长上门都算,普通户按季度算") + sheet(columns, rows, empty="没有在册的户")


def _visits(visits: pd.DataFrame, part: Period, hours: float) -> str:
    rows = [
        [
            cell(day_text(row["visited_on"])),
            cell(f"户号 {row['household_id']}", HOUSEHOLD_NAMES[HouseholdKind(row["kind"])]),
            cell("" if is_missing(row["note"]) else row["note"]),
            _entered(row["visited_on"], row["recorded_at"], hours),
        ]
        for row in visits.to_dict("records")
    ]
    columns = [Column("日期"), Column("户"), Column("情况"), Column("录入")]
    return heading(f"本人走访 {whole(len(visits))} 户次", part.label) + sheet(columns, rows, empty=f"{part.label}没有本人的走访记录")


def _entered(happened: date, recorded: Any, hours: float) -> str:
    """10月3日 ✓; a sign instead of a verdict where the entry was late or has no time."""
    if is_missing(recorded):
        return cell("未注明", "不算及时")
    kept = entered_in_time(happened, recorded, hours)
    return f'{recorded:%-m月%-d日} <span class="{"ok" if kept else "low"}">{"✓" if kept else "✕"}</span>' + (
        "" if kept else f"<small>超过{hours:g}小时</small>"
    )


def _petitions(found: Year, part: Period) -> str:
    """The petitions a figure of this month counts, or that were opened in it, and which figure each counts in."""
    rows, links = [], []
    for row in found.handled.to_dict("records"):
        items = [(item, done) for item, month, done in counted_items(row, date(found.year, 1, 1), found.last) if month == part.text]
        counted = [(item, done) for item, done in items if item in COUNTED_WORDS]
        if not counted and month_of(row["opened_at"]) != part.text:
            continue
        rows.append(_petition(row, counted))
        links.append(go_to(CASE_PAGE, {"number": str(row["number"])}))
    columns = [Column("诉求"), Column("收到 · 期限", aside=True), Column("结果"), Column("本月计入")]
    title = heading(f"承办诉求 {whole(len(rows))} 件", f"{part.label}收到、派单或到期的;点一行看办理过程")
    return title + sheet(columns, rows, links, f"{part.label}没有收到、派单或到期的诉求")


def _petition(row: dict[Any, Any], counted: list[tuple[str, bool]]) -> list[str]:
    size = SIZE_NAMES[Size(row["size"])] if row["size"] in set(Size) else ""
    category = "未分类" if is_missing(row["category"]) else row["category"]
    outcome = OUTCOME_NAMES[Outcome(row["outcome"])] if row["outcome"] in set(Outcome) else "办理中"
    ended = "" if is_missing(row["ended_at"]) else day_text(row["ended_at"].date())
    due = "没有期限" if is_missing(row["due"]) else f"限 {day_text(row['due'])}"
    signs = {True: ("ok", "✓"), False: ("low", "✕")}
    words = [f'<span class="{signs[done][0]}">{signs[done][1]}</span> {COUNTED_WORDS[item][not done]}' for item, done in counted]
    return [
        cell(row["number"], f"{size} · {category}"),
        cell(day_text(row["opened_at"].date()), due),
        cell(outcome, ended),
        "<br>".join(words) or '<span class="quiet">不计入本月</span>',
    ]


def _ratings(found: Year, part: Period) -> str:
    of_month = [row for row in found.ratings.to_dict("records") if month_of(row["rated_at"]) == part.text]
    total = sum(int(row["stars"]) for row in of_month)
    rows = [
        [
            cell(day_text(row["rated_at"].date())),
            cell(f"{row['stars']}星"),
            cell("独立回访" if row["independent"] else "评单"),
            cell(row["number"]),
        ]
        for row in of_month
    ]
    links = [go_to(CASE_PAGE, {"number": str(row["number"])}) for row in of_month]
    told = f"共 {whole(total)} 星,平均 {total / len(rows):.2f} 星" if rows else part.label
    columns = [Column("日期"), Column("星级", number=True), Column("来源"), Column("诉求")]
    return heading(f"收到评价 {whole(len(rows))} 条", told) + sheet(columns, rows, links, f"{part.label}没有收到评价")


def _meetings(meetings: pd.DataFrame | None, part: Period, scope: Scope, captain: Captain, hours: float) -> str:
    found = [] if meetings is None else meetings.to_dict("records")
    names = names_of(scope, [row["convener_id"] for row in found])
    rows = [
        [
            cell(day_text(row["held_on"])),
            cell(MEETING_NAMES[MeetingKind(row["kind"])] if row["kind"] in set(MeetingKind) else row["kind"]),
            cell("" if is_missing(row["attendees"]) else f"{int(row['attendees'])}人"),
            cell("" if is_missing(row["convener_id"]) else names.get(int(row["convener_id"]), "")),
            _entered(row["held_on"], row["recorded_at"], hours) if row["convener_id"] == captain.person_id else cell("", "不是本人主持"),
        ]
        for row in found
    ]
    columns = [Column("日期"), Column("会议"), Column("到会", number=True), Column("主持", aside=True), Column("录入")]
    return heading(f"召开会议 {len(rows)} 次", part.label) + sheet(columns, rows, empty=f"{part.label}没有会议记录")


def _remarks(scope: Scope, captain: Captain, found: Year, part: Period, last: date) -> None:
    """Leave in the month, marks of the month and training of the year: what explains a month."""
    days = {"first": part.first, "last": last}
    leave = loaders.answer(absences_of, scope, CAPTAIN_TABLES, person_id=captain.person_id, **days).to_dict("records")
    trained = loaders.answer(trainings_of, scope, CAPTAIN_TABLES, person_id=captain.person_id, first=date(part.first.year, 1, 1), last=last)
    kinds = {str(kind): name for names in (LEAVE_NAMES, TRAINING_NAMES) for kind, name in names.items()}
    for row in leave:
        until = "至今" if is_missing(row["last_day"]) else f"至 {day_text(row['last_day'])}"
        note(f"{kinds.get(row['kind'], '不在岗')}:{day_text(row['first_day'])} {until}。")
    for row in found.marks.to_dict("records"):
        if part.first <= row["decided_on"] <= part.last:
            reason = "没有写事由" if is_missing(row["reason"]) else row["reason"]
            note(f"{day_text(row['decided_on'])}认定{mark_words(row)}:{reason}。")
    words = "、".join(f"{day_text(row['held_on'])} {kinds.get(row['kind'], '培训')}" for row in trained.to_dict("records"))
    note(f"本年参训:{words}" if words else "本年还没有参训记录。")
