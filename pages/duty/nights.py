"""The upper half of the 住夜 page: who is on duty that night, the ranking or the villages beside it, the month night by night."""

from __future__ import annotations

from datetime import date
from functools import partial

import pandas as pd
import streamlit as st

from data_access.rolls import ROLL_TABLES, stays_at
from data_access.scope import Scope
from data_access.state import HOURS
from metrics.period import Period
from metrics.vocabulary import Level
from metrics.wording import is_missing
from pages.common import loaders
from pages.common.address import page_from_address
from pages.common.duty_nights import TABLES, night_of, question_of, rolls_of_townships, rolls_of_villages
from pages.common.filters import Filters
from pages.common.layout import Crumb
from pages.common.navigation import file_of
from pages.common.page import Page
from reports.days import HeatMap
from reports.links import DUTY, Link
from reports.source import figures_scope
from reports.tables import Table
from reports.views import duty
from reports.views.duty import Night

ROWS = 25


def crumbs(p: Page, one: str | None) -> list[Crumb]:
    """县 › 乡镇 where one township of several is looked at."""
    if one is None or len(p.filters.townships) < 2:
        return []
    query = p.filters.query
    return [("全县", file_of(DUTY), query), (p.filters.townships[one], file_of(DUTY), {**query, "township": one})]


def who_is_on_duty(p: Page, night: Night | None, one: str | None) -> None:
    """Every township, or the people of one."""
    if night is None:
        return
    scope = p.filters.narrowed
    if one:
        people = duty.people_table(night, _stays(scope, night, (one,)))
        p.show(*duty.township_verdict(night, one), people, key="night-people")
    else:
        made = loaders.made_once(_every_township, (*TABLES, *ROLL_TABLES, HOURS), scope, p.filters.as_of, night.day.isoformat())
        p.show(*made, key="night-board", picture_name="当夜住夜")


def _every_township(scope: Scope, as_of: date, day: str) -> list[Table]:
    night = night_of(scope, as_of, day)
    return [duty.township_table(night, _stays(scope, night, tuple(sorted(night.townships["code"]))))] if night else []


def _stays(scope: Scope, night: Night, codes: tuple[str, ...]) -> pd.DataFrame:
    found: pd.DataFrame = loaders.answer(stays_at, scope, ROLL_TABLES, codes=codes, first=night.day, last=night.day)
    return found


def villages_or_ranking(p: Page, night: Night | None, one: str | None) -> None:
    if night is None:
        return
    if one:
        _villages(p, night)
        return
    filters = p.filters
    streaks = loaders.frame(filters.narrowed, "duty.miss_streak", Level.TOWNSHIP, filters.period, filters.as_of)
    p.ranking(duty.COMPLIANCE, key="duty-board", beside=duty.streak_words(streaks))


def _villages(p: Page, night: Night) -> None:
    """The villages of one township that night; names are asked only for the page shown, in the files for all."""
    scope = p.filters.narrowed
    rolls = duty.ordered_villages(rolls_of_villages(scope, night.asked))
    above = st.container()
    number = page_from_address("night_villages", len(rolls), ROWS)
    shown = rolls.iloc[(number - 1) * ROWS : number * ROWS]
    stays = _stays(scope, night, tuple(shown["code"]))
    with above:
        p.show(duty.village_table(night, shown, stays, rolls), key="night-villages", whole=partial(_all_villages, p.filters, night, rolls))


def _all_villages(filters: Filters, night: Night, rolls: pd.DataFrame) -> Table:
    stays = loaders.answer_once(stays_at, filters.narrowed, codes=tuple(rolls["code"]), first=night.day, last=night.day)
    return duty.village_table(night, rolls, stays, rolls)


def month_map(p: Page) -> None:
    """The period's month, or the last begun one of a longer period."""
    filters = p.filters
    scope = figures_scope(filters.narrowed, Level.TOWNSHIP)
    asked = (scope, filters.month, filters.period, filters.as_of, st.query_params.get("night", ""))
    it, words, goes_on = loaders.made_once(_month, (*TABLES, HOURS), *asked)
    p.show(it, key="month-map", picture_name="住夜月图")
    p.offer(lambda: words, words)
    if goes_on:
        p.note("一夜到次日{duty.night_over_hour}时过完才计入；没过完的夜只在图上列出，不计入达标率、连缺和正职月住夜。")


def _month(scope: Scope, month: Period, period: Period, as_of: date, looked_at: str) -> tuple[HeatMap, Table, bool]:
    """The map, the same in words, and whether one of its nights goes on."""
    asked = question_of(scope, month.first, month.last, as_of)
    rolls = rolls_of_townships(scope, asked)
    ranks = loaders.frame(scope, duty.COMPLIANCE, Level.TOWNSHIP, period, as_of)
    units = [(str(row["code"]), str(row["name"])) for row in ranks.to_dict("records") if not is_missing(row["code"])]
    title = duty.month_title(month, rolls, asked)
    it = duty.night_map(units, rolls, month, asked, lambda code, day: _of(code, day, looked_at), title=title)
    return it, duty.night_map_table(it, f"{month.label}住夜逐夜情况"), bool(len(rolls) and rolls["night"].max() > asked.night_over)


def _of(code: str, day: date | None, looked_at: str) -> Link:
    """This page about another township, or one of its nights."""
    night = day.isoformat() if day else looked_at
    return Link(DUTY, {"township": code, **({"night": night} if night else {})})
