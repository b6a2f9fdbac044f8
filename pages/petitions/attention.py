"""What to act on today: overdue longest, 积案 nobody leads, probably late this week, rising."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from html import escape
from typing import Any

import pandas as pd

from data_access.petition_forecast import cases_due, cases_that_were_due, closing_days
from data_access.petition_lists import Asked, petition_count, petition_list
from data_access.scope import Scope
from data_access.window import Window
from metrics.petition_forecast import CHECKED_WEEKS, History, HitRate, hit_rate, how_sure, miss_chances
from metrics.vocabulary import Level, Status
from metrics.wording import day_text, share
from pages.common import loaders
from pages.common.histories import history_is_there
from pages.common.filters import Filters
from pages.common.panel import go_definition
from pages.common.petition_words import list_query
from pages.petitions import wording
from pages.petitions.asking import TABLES, moment_window, names_of, township_names
from pages.petitions.handouts import offer_likely_late
from pages.petitions.markup import LIST_PAGE, case_line, more, verdict_words

MOST_LINES = 4
DAYS_AHEAD = 7


def attention(filters: Filters) -> str:
    groups = [
        _standing(filters, "overdue", "超期在办", "没有超期的诉求", "petitions.overdue", "due"),
        _standing(filters, "backlog_unled", "积案未包案", "积案都有包案领导", "petitions.backlog", "opened"),
        likely_late(filters),
    ]
    return f'<div class="exceptions">{"".join(groups)}</div>'


def _group(title: str, count: int | None, severity: str, lines: list[str], below: str, quiet: str, indicator_id: str) -> str:
    """``count`` None: not known yet."""
    info = f'<button class="info" {go_definition(indicator_id)}>ⓘ</button>'
    shade = severity if count else "none"
    body = f'<div class="cases">{"".join(lines)}</div>' if lines else f'<div class="empty">{escape(quiet)}</div>'
    number = "" if count is None else f'<span class="{shade}">{count} 件</span>'
    head = f"<h3>{escape(title)} {number}{info}</h3>"
    return f'<section class="group">{head}{body}{below}</section>'


def _standing(filters: Filters, standing: str, title: str, quiet: str, indicator_id: str, sort: str) -> str:
    """The head of a list, with the level, handler and 包案领导 and since when nothing moved, and the way to all of it."""
    window, asked = moment_window(filters), Asked(standing=standing, sort=sort)
    total = loaders.answer(petition_count, filters.narrowed, TABLES, window=window, asked=asked)
    rows = loaders.answer(petition_list, filters.narrowed, TABLES, window=window, asked=asked, rows=MOST_LINES)
    names = names_of(filters.scope, [*rows["handler_id"], *rows["lead_id"]])
    lines = []
    for row in rows.to_dict("records"):
        bold = f"{wording.known(row['township']) or ''} {wording.known(row['category']) or '未分类'}".strip()
        small = f"{wording.owner_words(row, names)} · {wording.rest_words(row['moved_at'], window.last)}"
        words, status = wording.standing_words(row, window.last, loaders.workdays())
        if standing != "overdue":
            words = f"在办 {(window.last - row['opened_at'].date()).days} 天"
        lines.append(case_line(row["number"], bold, small, "", "", verdict_words(words, status)))
    below = more(f"全部 {total} 件 →", LIST_PAGE, list_query(filters, standing, sort=sort)) if total else ""
    return _group(title, total, "low", lines, below, quiet, indicator_id)


def likely_late(filters: Filters) -> str:
    """Open cases that will probably miss a deadline of the next seven days, most probable first; with the forecast's own hit rate."""
    title = f"{DAYS_AHEAD} 天内可能超期"
    if not history_is_there((filters.narrowed, moment_window(filters)), partial(_learned, filters)):
        return _group(title, None, "near", [], "", "正在推算,几秒后显示", "petitions.closed_on_time")
    rows = forecast(filters)
    named = rows[rows["chance"] >= moment_window(filters).number("petitions.warn_at")]
    offer_likely_late(filters, named)
    townships = township_names(filters.scope, filters.as_of)
    lines = []
    for row in named.head(MOST_LINES).to_dict("records"):
        low, high = how_sure(row["chance"], row["alike"])
        bold = f"{townships.get(str(row['code'])[:9], '')} {wording.known(row['category']) or '未分类'}".strip()
        small = f"{day_text(row['due_day'])}到期 · 依据同类 {row['alike']} 件,{low:.0%}–{high:.0%}"
        lines.append(case_line(row["number"], bold, small, "", "", verdict_words(f"可能 {row['chance']:.0%}", Status.NEAR)))
    below = f'<p class="sub">按本地以往办结用时推算(生存分析)。{escape(hit_words(checked(filters)))}</p>'
    return _group(title, len(named), "near", lines, below, "没有大概率超期的诉求", "petitions.closed_on_time")


def forecast(filters: Filters) -> pd.DataFrame:
    """Open cases due within the next days, with their chance to miss. What is learned from is up to an hour old, the cases are live."""
    window = moment_window(filters)
    until = window.last + timedelta(days=DAYS_AHEAD)
    cases = loaders.answer(cases_due, filters.narrowed, TABLES, window=window, last_day=until)
    return miss_chances(_learned_from(filters), cases, window.last, loaders.workdays())


def _learned(filters: Filters) -> bool:
    """All closed cases of a year and the forecasts of eight weeks are in the caches: with 800,000 petitions this takes five seconds."""
    _learned_from(filters)
    checked(filters)
    return True


def _learned_from(filters: Filters) -> History:
    return loaders.made_once(_history, (), loaders.figures_scope(filters.narrowed, Level.TOWNSHIP), moment_window(filters))


def _history(scope: Scope, window: Window) -> History:
    return History(loaders.answer(closing_days, scope, (), window=window))


def hit_words(result: HitRate) -> str:
    """前 8 周提示 51 件,31 件确实超期(60.8%)."""
    if not result.named:
        return f"前 {CHECKED_WEEKS} 周没有提示过"
    right = f"{result.right} 件确实超期({share(result.precision)})"
    return f"前 {CHECKED_WEEKS} 周提示 {result.named} 件,{right};另有 {result.missed - result.right} 件没提示到"


def checked(filters: Filters) -> HitRate:
    """The forecast against the weeks before this one, kept for an hour: what is past hardly changes."""
    return loaders.answer(_checked, filters.narrowed, (), window=moment_window(filters))


def _checked(scope: Scope, connection: Any, window: Window) -> HitRate:
    monday = window.last - timedelta(days=window.last.weekday())
    first = monday - timedelta(weeks=CHECKED_WEEKS)
    history = closing_days(scope, connection, replace(window, last=first - timedelta(days=1)))
    cases = cases_that_were_due(scope, connection, replace(window, first=first, last=monday - timedelta(days=1)))
    return hit_rate(History(history), cases, loaders.workdays(), window.number("petitions.warn_at"))
