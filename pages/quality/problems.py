"""对不上的记录: rows from outside that count nowhere, by reason, each with what to do; then the rows themselves."""

from __future__ import annotations

import streamlit as st

from data_access.problems import problem_counts, problem_rows
from metrics.wording import day_text, is_missing, moment_text, whole
from pages.common import loaders
from pages.common.address import from_address
from pages.common.filters import Filters
from pages.common.layout import note
from pages.common.panel import go_to, panel
from pages.common.sheets import Column, cell, heading, page_number, period_window, sheet
from pages.quality.attention import PROBLEM_TABLES, QUALITY_PAGE
from pages.quality.handouts import offer_problem_rows, offer_problems

PAGE_ROWS = 20


def show(filters: Filters) -> None:
    window = period_window(filters)
    counts = loaders.answer(problem_counts, filters.narrowed, PROBLEM_TABLES, window=window)
    lines = [[cell(row["ledger"]), cell(row["reason"], row["remedy"]), cell(whole(row["rows"]))] for row in counts.to_dict("records")]
    query = {"view": "对不上的记录", **filters.query}
    links = [go_to(QUALITY_PAGE, {**query, "problem": str(problem)}) for problem in counts["id"]]
    columns = (Column("台账"), Column("问题 · 怎么改"), Column("条数", number=True))
    title = f"{filters.period.label}有 {whole(int(counts['rows'].sum()))} 条记录没有计入"
    head = heading(title, "看板不改、不删外来的记录,由填报单位在源头改正", "quality.in_time")
    panel(head + sheet(columns, lines, links, "每条记录都对得上"), key="problems")
    offer_problems(filters, counts)
    if counts.empty:
        return
    reasons = dict(zip(counts["id"], counts["reason"], strict=True))
    chosen = st.selectbox(
        "看哪一类",
        list(reasons),
        format_func=lambda each: reasons.get(each, each),
        **from_address("problem", reasons, next(iter(reasons)), restarts="problem_page"),
    )
    problem = chosen if chosen in reasons else str(counts["id"].iloc[0])
    offer_problem_rows(filters, window, problem, str(reasons[problem]))
    page = page_number(int(counts.loc[counts["id"] == problem, "rows"].iloc[0]), PAGE_ROWS, "problem_page")
    rows = loaders.answer(
        problem_rows, filters.narrowed, PROBLEM_TABLES, window=window, problem_id=problem, limit=PAGE_ROWS, offset=(page - 1) * PAGE_ROWS
    )
    panel(sheet(ROW_COLUMNS, [_line(row) for row in rows.to_dict("records")]), key="problem-rows")
    note("来源系统和来源编号可用来在原系统中找到这一条。")


ROW_COLUMNS = (Column("记录号"), Column("日期"), Column("地点"), Column("人员"), Column("来源", aside=True), Column("录入", aside=True))


def _line(row: dict) -> list[str]:
    source = " ".join(str(row[name]) for name in ("source", "source_ref") if not is_missing(row[name])) or None
    entered = None if is_missing(row["recorded_at"]) else moment_text(row["recorded_at"])
    day = None if is_missing(row["day"]) else f"{row['day'].year}年{day_text(row['day'])}"
    place, person = _known(row["area_name"], row["area_code"]), _known(row["person_name"], row["person_id"])
    return [cell(row["row_id"]), cell(day), cell(place), cell(person), cell(source), cell(entered)]


def _known(name: object, code: object) -> str | None:
    """The name, else the code that names nothing."""
    if not is_missing(name):
        return str(name)
    return None if is_missing(code) else f"{code}(不明)"
