"""The parts of a village's page: its nights, its open petitions, the 片 组 邻 below it."""

from __future__ import annotations

from datetime import date
from html import escape

import pandas as pd
import streamlit as st

from data_access.petition_lists import Asked, petition_count, petition_list
from data_access.rolls import ROLL_TABLES, grid_of, named_areas, stays_at
from data_access.scope import Scope
from data_access.window import Window
from metrics.definition import Question, Span
from metrics.duty import shortfall_words, village_nights
from metrics.period import Period, PeriodKind
from metrics.vocabulary import Level, Status
from metrics.wording import day_text, is_missing
from pages.common import loaders
from pages.common.filters import Filters
from pages.common.markup import SIGNS
from pages.common.panel import go_to, panel
from pages.common.sheets import CASE_PAGE, Column, cell, heading, page_number, period_window, sheet
from pages.township.handouts import offer_cells, offer_nights
from pages.township.reasons import TABLES
from pages.township.units import CAPTAIN_PAGE, Place, kept

ROWS, MOST_PETITIONS = 25, 10
GRID_TABLES = ("area", "appointment", "person", "household")
CAPTAINS = {"patch": "片长", "group": "组长"}


def neighbours(scope: Scope, place: Place, filters: Filters) -> dict[str, str]:
    """The villages of the same township by code."""
    window = Window("village", filters.as_of, filters.as_of, filters.as_of)
    units = loaders.answer(named_areas, scope.narrowed(place.township), ("area",), window=window)
    return dict(zip(units["code"], units["name"], strict=True))


def _verdict(words: str, status: Status) -> str:
    return f'<span class="verdict {status}">{SIGNS.get(status, "")} {escape(words)}</span>'


def nights(scope: Scope, place: Place, filters: Filters) -> str:
    """The month's workday nights, the latest first: who was there, and what was missing."""
    own = scope.narrowed(place.code)
    month = Period.holding(PeriodKind.MONTH, min(filters.period.last, filters.as_of))
    asked = loaders.question_for(own, Level.TOWNSHIP, month, filters.as_of)
    facts = {name: loaders.fact(own, name, asked, Span.PERIOD) for name in ("villages", "village_roll")}
    rolls = village_nights(facts, asked).sort_values("night", ascending=False)
    stays = loaders.answer(stays_at, own, ROLL_TABLES, codes=(place.code,), first=month.first, last=asked.last)
    offer_nights(filters, place.name, rolls, stays)
    rows = []
    for roll in rolls.to_dict("records"):
        here = stays[stays["night"] == roll["night"]]
        verdict = _verdict("达标", Status.OK) if roll["compliant"] else _verdict(shortfall_words(roll), _shade(roll["unreported"]))
        rows.append([cell(_night(roll["night"], asked)), cell(_names(here, 1)), cell(_names(here, 2)), verdict])
    met = int(rolls["compliant"].sum())
    uncounted = int(stays["post"].isna().sum())
    sub = f"主干至少1人、其他干部至少2人{f';{uncounted} 条记录当晚不在任或请假,不计' if uncounted else ''}"
    heads = [Column("夜"), Column("主干"), Column("其他干部"), Column("")]
    title = f"{month.label}住夜:{len(rolls)} 个工作日夜达标 {met} 个"
    return heading(title, sub, "duty.village_compliance") + sheet(heads, rows, empty="本月还没有工作日夜")


def _shade(unreported: bool) -> Status:
    return Status.NONE if unreported else Status.LOW


def _night(day: date, asked: Question) -> str:
    name = asked.workdays.name(day)
    return f"{day_text(day)} 周{'一二三四五六日'[day.weekday()]}" + (f"({name})" if name else "")


def _names(stays: pd.DataFrame, post: int) -> str:
    names = [str(name) for name in stays[stays["post"] == post]["name"] if isinstance(name, str)]
    return "、".join(names) if names else "—"


def petitions(scope: Scope, place: Place, filters: Filters) -> str:
    """What is open in the village, by deadline."""
    own = scope.narrowed(place.code)
    window, asked = period_window(filters), Asked(standing="open", sort="due")
    total = int(loaders.answer(petition_count, own, TABLES, window=window, asked=asked))
    found = loaders.answer(petition_list, own, TABLES, window=window, asked=asked, rows=MOST_PETITIONS)
    rows, links = [], []
    for row in found.to_dict("records"):
        title = row["number"] if is_missing(row["title"]) else row["title"]
        opened = f"{row['number']} · {day_text(row['opened_at'].date())}点单"
        rows.append([cell(f"{row['category'] or '未分类'} · {title}", opened), _due(row["due_day"], window.last)])
        links.append(go_to(CASE_PAGE, {"number": str(row["number"])}))
    more = f",先列 {MOST_PETITIONS} 件" if total > MOST_PETITIONS else ""
    title = heading(f"在办诉求 {total} 件", f"按时限从早到晚{more}" if total else "", "petitions.open")
    return title + sheet([Column("诉求"), Column("时限")], rows, links, empty="没有在办诉求")


def _due(due: object, moment: date) -> str:
    if is_missing(due) or not isinstance(due, date):
        return cell("未定")
    late = (moment - due).days
    return _verdict(f"超期 {late} 天", Status.LOW) if late > 0 else cell(f"{day_text(due)}到期")


def grid(scope: Scope, place: Place, filters: Filters) -> None:
    """片长 and 组长 by name, then the cells with their 邻长 and households."""
    rows = loaders.answer(grid_of, scope, GRID_TABLES, village=place.code, on=filters.as_of)
    rules = loaders.rules_on(filters.period, filters.as_of)
    least, most = rules.number("captains", "least_households"), rules.number("captains", "most_households")
    names = dict(zip(rows["code"], rows["name"], strict=True))
    cells = rows[rows["level"] == "cell"]
    once = cells.drop_duplicates("code")
    odd = int((~once["households"].between(least, most)).sum())
    sub = f"{once['households'].sum()} 户,其中重点户 {once['key_households'].sum()} 户;{odd} 个邻不在 {least}–{most} 户之间"
    head = heading(f"三长:{_count(rows, 'patch')} 片 {_count(rows, 'group')} 组 {len(once)} 邻", sub, "captains.cell_size")
    posts = "".join(_captains(rows[rows["level"] == level], role, filters) for level, role in CAPTAINS.items())
    above = st.container()
    offer_cells(filters, place.name, cells, names, least, most)
    page = page_number(len(cells), ROWS, "village_cells")
    lines, links = [], []
    for row in cells.iloc[(page - 1) * ROWS : page * ROWS].to_dict("records"):
        fits = least <= row["households"] <= most
        size = _verdict("合规", Status.OK) if fits else _verdict(f"应 {least}–{most} 户", Status.NEAR)
        nobody = is_missing(row["captain"])
        captain = '<span class="verdict low">✕ 缺邻长</span>' if nobody else cell(row["captain"])
        homes = cell(f"{row['households']} 户", f"重点 {row['key_households']} 户")
        lines.append([cell(row["name"], names.get(row["code"][:16], "")), captain, homes, size])
        links.append("" if nobody else go_to(CAPTAIN_PAGE, {"person": f"p:{int(row['person_id'])}", **kept(filters)}))
    with above:
        heads = [Column("邻"), Column("邻长"), Column("户数", number=True), Column("")]
        table = sheet(heads, lines, links, empty="这个村还没有划邻")
        panel(f'{head}<div class="posts">{posts}</div>{table}', key="grid")


def _count(rows: pd.DataFrame, level: str) -> int:
    return int(rows[rows["level"] == level]["code"].nunique())


def _captains(rows: pd.DataFrame, role: str, filters: Filters) -> str:
    if rows.empty:
        return ""
    names = []
    for row in rows.to_dict("records"):
        if is_missing(row["captain"]):
            names.append(f'<span class="low">{escape(str(row["name"]))} 缺{role}</span>')
        else:
            link = go_to(CAPTAIN_PAGE, {"person": f"p:{int(row['person_id'])}", **kept(filters)})
            names.append(f"<button {link}>{escape(str(row['name']))} {escape(str(row['captain']))}</button>")
    return f"<div><b>{role}<small>{rows['person_id'].notna().sum()} 人</small></b><span>{''.join(names)}</span></div>"
