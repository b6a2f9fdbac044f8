"""The night's board: each township, or one township's people and villages, who is on duty by role against the rule."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from data_access.rolls import ROLL_TABLES, stays_at
from metrics.duty import shortfall_words
from metrics.vocabulary import Status
from metrics.wording import moment_text
from pages.common import loaders
from pages.common.filters import Filters
from pages.common.panel import go_to, panel
from pages.common.sheets import PERSON_PAGE, Column, cell, heading, page_number, sheet
from pages.duty.handouts import offer_people, offer_townships, offer_villages
from pages.duty.markup import unit, verdict_words
from pages.duty.night import BLANK, TONIGHT, Night, is_still_to_come, rolls_of_villages, state_of

DUTY_PAGE, VILLAGE_PAGE = "pages/duty/duty.py", "pages/township/village.py"
POST_NAMES = {1: "党政正职", 2: "班子成员", 3: "职工"}
SHOWN_NAMES, ROWS = 3, 25


def here(filters: Filters, night: date | None = None, township: str | None = None) -> str:
    """A link to this page about another night or township, with the period kept."""
    kept = {"township": township or filters.township or "", "night": night.isoformat() if night else st.query_params.get("night", "")}
    return go_to(DUTY_PAGE, {**filters.query, **{name: value for name, value in kept.items() if value}})


def shown_verdict(row: Mapping[Any, Any], night: Night) -> str:
    """达标, what is missing, or that nothing is due yet."""
    state = state_of(row)
    if state is BLANK and is_still_to_come(night.day, night.asked):
        return verdict_words(TONIGHT.words, Status.NONE)
    if state is BLANK:
        return verdict_words("未填报", Status.NONE)
    return verdict_words("达标", Status.OK) if row["compliant"] else verdict_words(shortfall_words(row), Status.LOW)


def township_board(night: Night, filters: Filters) -> None:
    """Every township of the scope; a row leads to its own people and villages."""
    codes = tuple(sorted(night.townships["code"]))
    stays = loaders.asked(stays_at, filters.narrowed, ROLL_TABLES, codes=codes, first=night.day, last=night.day)
    rows, links = [], []
    ordered = night.townships.sort_values(["compliant", "unreported", "has_chief", "code"], ascending=[True, True, True, True])
    offer_townships(night, filters, ordered, stays)
    for row in ordered.to_dict("records"):
        own = stays[stays["code"] == row["code"]]
        rows.append(
            [
                unit(row["name"]),
                cell(f"{row['chiefs']}/{night.asked.rules.number('duty', 'chiefs')}", _names(own, 1)),
                cell(f"{row['leaders_counted']}/{row['leaders_needed']}", _names(own, 2)),
                cell(f"{row['staff']}/{row['staff_needed']}", f"在岗 {row['in_post']} 人"),
                shown_verdict(row, night),
            ]
        )
        links.append(here(filters, night.day, str(row["code"])))
    head = heading(f"{night.label}谁在岗", "在岗/应到;第二名正职可计一名班子成员;点一行看人员和各村", "duty.night_compliance")
    head_row = [Column("乡镇"), Column("正职"), Column("班子"), Column("职工"), Column("")]
    panel(
        head + sheet(head_row, rows, links, empty="没有应住夜的乡镇"), key="night-board", picture="当夜在岗", about="duty.night_compliance"
    )


def _names(stays: pd.DataFrame, post: int) -> str:
    names = [str(name) for name in stays[stays["post"] == post]["name"] if isinstance(name, str)]
    return "、".join(names[:SHOWN_NAMES]) + (f"等{len(names)}人" if len(names) > SHOWN_NAMES else "")


def people_board(night: Night, filters: Filters, code: str) -> None:
    """Who stayed at one township that night, by post; who does not count is there too, with the reason."""
    stays = loaders.asked(stays_at, filters.narrowed, ROLL_TABLES, codes=(code,), first=night.day, last=night.day)
    rows, links = [], []
    for row in stays.to_dict("records"):
        known = row["post"] in POST_NAMES
        who = row["name"] if isinstance(row["name"], str) else f"编号{row['person_id']}(不明)"
        post = cell(POST_NAMES[int(row["post"])]) if known else '<span class="quiet">不计:当晚不在任或请假</span>'
        rows.append([cell(who), post, cell("—" if pd.isna(row["recorded_at"]) else f"{moment_text(row['recorded_at'])} 录入")])
        links.append(go_to(PERSON_PAGE, {"person": f"p:{row['person_id']}", **filters.query}))
    offer_people(night, filters, stays, POST_NAMES)
    counted = night.townships[night.townships["code"] == code].to_dict("records")
    verdict = "".join(f"<p>{shown_verdict(row, night)} {_against(row, night)}</p>" for row in counted)
    empty = "还没有住夜记录" if is_still_to_come(night.day, night.asked) else "未填报:这一夜没有任何住夜记录"
    head = heading(f"{night.label}谁在岗", "一人多职按最高职务计一次", "duty.night_compliance")
    panel(head + verdict + sheet([Column("姓名"), Column("岗位"), Column("录入", aside=True)], rows, links, empty), key="night-people")


def _against(row: Mapping[Any, Any], night: Night) -> str:
    parts = (
        f"正职 {row['chiefs']}/{night.asked.rules.number('duty', 'chiefs')}",
        f"班子 {row['leaders_counted']}/{row['leaders_needed']}",
        f"职工 {row['staff']}/{row['staff_needed']}(在岗 {row['in_post']} 人)",
    )
    return f'<span class="quiet">{" · ".join(parts)}</span>'


def village_board(night: Night, filters: Filters) -> None:
    """The villages of one township that night, those that lack someone first; names only of the page shown."""
    rolls = rolls_of_villages(filters.narrowed, night.asked)
    rolls = rolls.sort_values(["compliant", "unreported", "has_chief", "code"], ascending=[True, False, True, True], ignore_index=True)
    offer_villages(night, filters, rolls)
    missing = int((~rolls["compliant"].astype(bool)).sum())
    above = st.container()
    page = page_number(len(rolls), ROWS, "night_villages")
    shown = rolls.iloc[(page - 1) * ROWS : page * ROWS]
    stays = loaders.asked(stays_at, filters.narrowed, ROLL_TABLES, codes=tuple(shown["code"]), first=night.day, last=night.day)
    rows, links = [], []
    for row in shown.to_dict("records"):
        own = stays[stays["code"] == row["code"]]
        rows.append(
            [
                unit(row["name"]),
                cell(f"{row['chiefs']}/{night.asked.rules.number('duty', 'village_chiefs')}", _names(own, 1)),
                cell(f"{row['others_counted']}/{row['others_needed']}", _names(own, 2)),
                shown_verdict(row, night),
            ]
        )
        links.append(go_to(VILLAGE_PAGE, {"village": str(row["code"]), **filters.query}))
    sub = f"{len(rolls)} 个村中 {len(rolls) - missing} 个达标;在岗/应到" if len(rolls) else ""
    head = heading(f"{night.label}各村", sub, "duty.village_compliance")
    with above:
        head_row = [Column("村"), Column("主干"), Column("其他干部"), Column("")]
        panel(head + sheet(head_row, rows, links, empty="这个范围内没有应住夜的村"), key="night-villages")
