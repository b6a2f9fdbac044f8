"""The parts of the 住夜 page below the month: only the chosen one is computed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from data_access.rolls import changes_of_post
from metrics.definition import Span
from metrics.duty import chief_month_nights
from metrics.registry import indicator
from metrics.vocabulary import LEAVE_NAMES, LeaveKind, Level, Status
from metrics.wording import day_text, fraction, is_missing, share, value_text
from pages.common import loaders
from pages.common.address import from_address, words_from_address
from pages.common.boards import board, ranking_panel
from pages.common.filters import Filters
from pages.common.layout import note
from pages.common.markup import verdict
from pages.common.panel import go_to, panel
from pages.common.sheets import PERSON_PAGE, TOWNSHIP_PAGE, Column, cell, heading, names_of, page_number, sheet, township_names
from pages.duty.board import ROWS, VILLAGE_PAGE
from pages.duty.handouts import offer_chiefs, offer_load, offer_ranked_villages
from pages.duty.markup import bar, columns, unit

SORTS = {
    "达标率从低到高": ("value", True),
    "达标率从高到低": ("value", False),
    "未填报最多": ("blank", False),
    "连续未达标最长": ("streak", False),
}
OTHERS = ("duty.chief_cover", "duty.leader_cover", "duty.staff_share", "duty.unreported", "duty.miss_streak", "duty.village_compliance")


def chiefs(filters: Filters) -> None:
    """Each chief's nights against the prorated target, with what made the month shorter."""
    scope = filters.narrowed
    asked = loaders.question_for(scope, Level.TOWNSHIP, filters.period, filters.as_of)
    months = chief_month_nights({"chief_months": loaders.fact(scope, "chief_months", asked, Span.MONTHS)}, asked)
    frame = loaders.frame(scope, "duty.chief_nights", Level.PERSON, filters.period, filters.as_of)
    summed = months.groupby("person_id").agg(code=("code", "last"), workdays=("workdays", "sum"), months=("month", "nunique"))
    first, last = asked.span(Span.MONTHS)
    changes = loaders.asked(
        changes_of_post, scope, ("appointment", "leave_period"), role="township_chief", first=first, last=max(first, last)
    )
    reasons = _reasons(changes)
    names = township_names(scope, filters.as_of)
    top = float(max([*frame["k"].dropna(), *frame["n"].dropna(), 1]))
    rows, links = [], []
    ordered = frame.assign(gap=frame["n"].astype("float64") - frame["k"].astype("float64")).sort_values(
        "gap", ascending=False, kind="stable"
    )
    offer_chiefs(filters, ordered, summed, reasons, names)
    for row in ordered.to_dict("records"):
        person = int(row["code"][2:])
        own = summed.loc[person]
        who = row["name"] if isinstance(row["name"], str) else f"编号{person}(不明)"
        rows.append(
            [
                unit(who, names.get(str(own["code"]), str(own["code"]))),
                cell(f"{row['k']}/{row['n']} 夜") + bar(float(row["k"]), top, float(row["n"])),
                cell(f"{own['workdays']} 个", reasons.get(person, "")),
                verdict(row["status"], row["n"]),
            ]
        )
        links.append(go_to(PERSON_PAGE, {"person": row["code"], **filters.query}))
    met = int((frame["status"] == Status.OK).sum())
    nights, full = (asked.rules.number("duty", name) for name in ("chief_nights", "full_month_workdays"))
    sub = f"{len(frame)} 名正职中 {met} 名住满 · 已住/应住,竖线为应住数:在岗满{full:g}个工作日住{nights:g}夜,不足的按比例进位"
    heads = [Column("正职"), Column("已住/应住"), Column("在岗工作日"), Column("")]
    panel(
        heading("正职月住夜", sub, "duty.chief_nights") + sheet(heads, rows, links, empty="这个时段没有在任正职"),
        key="chiefs",
        picture="正职月住夜",
        about="duty.chief_nights",
    )
    fair = f"请假、借调、培训和到任前、离任后的工作日不计入应住数;在岗不足{full:g}个工作日的月份按比例折算。"
    note(fair + _only_complete(filters, asked))


def _only_complete(filters: Filters, asked: Any) -> str:
    return "季、年只计已结束的月份。" if len(filters.period.months()) > 1 and asked.running(filters.period.months()) else ""


def _reasons(changes: pd.DataFrame) -> dict[int, str]:
    """11月9日到任 · 请假 11月4日–11月10日, by person."""
    words: dict[int, list[str]] = {}
    for row in changes.to_dict("records"):
        if row["kind"] in ("begin", "end"):
            said = f"{day_text(row['first'])}{'到任' if row['kind'] == 'begin' else '离任'}"
        else:
            kind = LEAVE_NAMES[LeaveKind(row["kind"])] if row["kind"] in set(LeaveKind) else "离岗"
            until = "起" if is_missing(row["last"]) or row["last"] is pd.NaT else f"至{day_text(row['last'])}"
            said = f"{kind} {day_text(row['first'])}{until}"
        words.setdefault(int(row["person_id"]), []).append(said)
    return {person: " · ".join(dict.fromkeys(each)) for person, each in words.items()}


def load(filters: Filters) -> None:
    """How the nights of a leadership team are shared out: one column a member, zeros included."""
    scope = filters.narrowed
    asked = loaders.question_for(scope, Level.TOWNSHIP, filters.period, filters.as_of)
    team = loaders.fact(scope, "team_nights", asked, Span.PERIOD).sort_values(["code", "nights"], ascending=[True, False])
    frame = loaders.frame(scope, "duty.load_ratio", Level.TOWNSHIP, filters.period, filters.as_of)
    entry = indicator("duty.load_ratio")
    names = names_of(scope, team["person_id"])
    rows, links = [], []
    frame = frame.sort_values("value", ascending=False, na_position="last", kind="stable")
    offer_load(filters, frame, team, names)
    for row in frame.to_dict("records"):
        own = team[team["code"] == row["code"]]
        members = [(names.get(int(each["person_id"]), "不明"), int(each["nights"])) for each in own.to_dict("records")]
        idle = sum(nights == 0 for _, nights in members)
        most = f"最多 {members[0][0]} {members[0][1]} 夜" if members else ""
        rows.append(
            [
                cell(row["name"], f"{most}{f' · {idle} 人一夜未住' if idle else ''}"),
                columns(members),
                cell(value_text(entry, row["value"]), f"中位数 {own['nights'].median():g} 夜" if len(own) else ""),
                verdict(row["status"], row["n"]),
            ]
        )
        links.append(go_to(TOWNSHIP_PAGE, {"township": str(row["code"]), **filters.query}))
    sub = "最多者 ÷ 中位数,目标不超过 2 倍;一柱一人,含一夜未住者"
    heads = [Column("乡镇"), Column("班子成员各住几夜"), Column("负荷比", number=True), Column("")]
    panel(heading("班子负荷", sub, "duty.load_ratio") + sheet(heads, rows, links), key="load", picture="班子负荷", about="duty.load_ratio")


def villages(filters: Filters) -> None:
    """All villages with search, sorting and paging: the figures are computed once for all, only one page is drawn."""
    found = _village_figures(filters)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = st.text_input(
            "查找村",
            placeholder="村名或乡镇名",
            label_visibility="collapsed",
            width=220,
            **words_from_address("village_words", restarts="villages_page"),
        )
        sort = st.selectbox(
            "排序", list(SORTS), label_visibility="collapsed", width=180, **from_address("villages_by", SORTS, "达标率从低到高")
        )
    if words and words.strip():
        found = found[found["search"].str.contains(words.strip(), regex=False)]
    column, ascending = SORTS[sort or "达标率从低到高"]
    found = found.sort_values([column, "code"], ascending=[ascending, True], na_position="last", kind="stable")
    offer_ranked_villages(filters, found, (words or "").strip(), sort or "达标率从低到高")
    above = st.container()
    page = page_number(len(found), ROWS, "villages_page")
    rows, links = [], []
    for row in found.iloc[(page - 1) * ROWS : page * ROWS].to_dict("records"):
        rank = "—" if is_missing(row["rank"]) else f"{int(row['rank'])}"
        rows.append(
            [
                cell(rank),
                cell(row["name"], row["township"]),
                cell(share(row["value"]), f"({fraction(row['k'], row['n'])})"),
                cell(f"{int(row['blank'])} 夜"),
                cell("—" if is_missing(row["streak"]) else f"{int(row['streak'])} 夜"),
                verdict(row["status"], row["n"]),
            ]
        )
        links.append(go_to(VILLAGE_PAGE, {"village": str(row["code"]), **filters.query}))
    heads = [Column("名次", number=True), Column("村"), Column("达标率", number=True)]
    heads += [Column("未填报", number=True), Column("最长连缺", number=True, aside=True), Column("")]
    empty = f"没有名称含“{words.strip()}”的村" if words and words.strip() else "这个范围内没有应住夜的村"
    with above:
        sub = f"{filters.period.label} · {len(found)} 个村 · 名次在{'全县' if filters.township is None else '本乡镇'}各村中排"
        panel(heading("村住夜", sub, "duty.village_compliance") + sheet(heads, rows, links, empty), key="villages")


def _village_figures(filters: Filters) -> pd.DataFrame:
    """The judged villages with 未填报, the longest run of misses, their township, and what a search looks in."""

    def figure(indicator_id: str) -> pd.DataFrame:
        return loaders.frame(filters.narrowed, indicator_id, Level.VILLAGE, filters.period, filters.as_of)

    frame = figure("duty.village_compliance")
    blank = figure("duty.unreported").set_index("code")["k"]
    streak = figure("duty.miss_streak").set_index("code")["value"]
    names = township_names(filters.narrowed, filters.as_of)
    township = frame["code"].str.slice(0, 9).map(names).fillna("")
    return frame.assign(
        blank=frame["code"].map(blank).astype("float64").fillna(0),
        streak=frame["code"].map(streak),
        township=township,
        search=frame["name"].astype("str") + " " + township.astype("str"),
    )


def others(filters: Filters) -> None:
    """The other indicators of 住夜 as leaderboards, one at a time."""
    names = {each: indicator(each).name for each in OTHERS}
    chosen = st.selectbox(
        "指标", OTHERS, format_func=names.get, label_visibility="collapsed", width=220, **from_address("duty_figure", OTHERS, OTHERS[0])
    )
    ranking_panel(board(filters, chosen or OTHERS[0]), key="other-board")


def streak_words(filters: Filters) -> Mapping[str, str]:
    """By township: k/n and the longest run of misses, for the leaderboard."""
    frame = loaders.frame(filters.narrowed, "duty.night_compliance", Level.TOWNSHIP, filters.period, filters.as_of)
    streak = loaders.frame(filters.narrowed, "duty.miss_streak", Level.TOWNSHIP, filters.period, filters.as_of)
    longest = streak.set_index("code")["value"]
    words = {}
    for row in frame.to_dict("records"):
        run = longest.get(row["code"])
        words[str(row["code"])] = f"({fraction(row['k'], row['n'])})" + ("" if is_missing(run) or not run else f" 最长连缺{int(run)}夜")
    return words


SECTIONS = {"正职住夜": chiefs, "班子负荷": load, "各村": villages, "其他指标": others}
