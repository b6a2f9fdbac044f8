"""三长 leaderboards by role and level: live, each row leading to its unit or captain."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from data_access.captain_lists import LIST_TABLES, captain_roles
from metrics.vocabulary import LEVEL_NAMES, ROLE_NAMES, Direction, Level, Role
from metrics.wording import whole
from pages.captains.standing import CAPTAIN_PAGE
from pages.common import loaders
from pages.common.address import from_address
from pages.common.boards import board, board_sheet, ranking_panel, reading
from pages.common.downloads import offer_table
from pages.common.filters import Filters
from pages.common.layout import note
from pages.common.markup import Leaderboard
from pages.common.sheets import page_number
from reports.tables import Table

BOARDS = {
    Role.CELL_CAPTAIN: ("captains.key_visits", "captains.ordinary_visits"),
    Role.GROUP_CAPTAIN: ("captains.key_visits", "captains.ordinary_visits"),
    Role.PATCH_CAPTAIN: ("captains.meetings", "captains.key_visits"),
}
LEVELS = {
    Role.CELL_CAPTAIN: (Level.TOWNSHIP, Level.VILLAGE, Level.PERSON),
    Role.GROUP_CAPTAIN: (Level.TOWNSHIP, Level.VILLAGE, Level.GROUP, Level.PERSON),
    Role.PATCH_CAPTAIN: (Level.TOWNSHIP, Level.VILLAGE, Level.PATCH, Level.PERSON),
}
UNIT_BOARDS = ("captains.coverage", "captains.cell_size", "captains.training", "captains.cards")
ROWS = 30


def show(filters: Filters) -> None:
    """Visits and meetings by role and level, then what a unit answers for."""
    with st.container(horizontal=True):
        names = {ROLE_NAMES[role]: role for role in (Role.CELL_CAPTAIN, Role.GROUP_CAPTAIN, Role.PATCH_CAPTAIN)}
        picked = st.segmented_control(
            "三长", list(names), required=True, label_visibility="collapsed", **from_address("role", names, "邻长")
        )
        role = names[picked or "邻长"]
        levels = {"本人" if level is Level.PERSON else LEVEL_NAMES[level]: level for level in LEVELS[role]}
        by = st.segmented_control(
            "统计到", list(levels), required=True, label_visibility="collapsed", **from_address("level", levels, "乡镇")
        )
    level = levels[by or "乡镇"]
    for column, indicator_id in zip(st.columns(2, gap="medium"), BOARDS[role], strict=True):
        with column:
            _board(filters, indicator_id, level, role)
    if level is Level.PERSON:
        if filters.period.last > filters.as_of:
            note("这个月(季)还没有结束,走访只看进度、不排名;要看名次,请在上面选已结束的月份或季度。")
        note("任何一名三长上门都算走访到;名次只作提醒,评先以“评选”页为准。")
        return
    for pair in (UNIT_BOARDS[:2], UNIT_BOARDS[2:]):
        for column, indicator_id in zip(st.columns(2, gap="medium"), pair, strict=True):
            with column:
                _board(filters, indicator_id, Level.VILLAGE if level is not Level.TOWNSHIP else level, role)


def _board(filters: Filters, indicator_id: str, level: Level, role: Role) -> None:
    if level is Level.PERSON:
        made = board(filters, indicator_id, level=level, page=CAPTAIN_PAGE, parameter="person")
        roles = loaders.answer(captain_roles, filters.narrowed, LIST_TABLES, day=filters.as_of)
        own = made.frame[[roles.get(code) == role for code in made.frame["code"]]]
        if own["rank"].isna().all():  # nobody is ranked while a month or quarter runs: the furthest first all the same
            own = own.sort_values(["value", "n"], ascending=[made.entry.direction is Direction.DOWN, False], kind="stable")
        _offer_own(filters, indicator_id, role, own.reset_index(drop=True))
        made = replace(made, frame=own.reset_index(drop=True), title=f"{made.entry.name}:{ROLE_NAMES[role]} {whole(len(own))} 人")
    else:
        made = board(filters, indicator_id, level=level)
    key = f"{indicator_id}-{level}"
    slot = st.container()
    page = page_number(len(made.frame), ROWS, f"page-{key}") if len(made.frame) > ROWS else 1
    with slot:
        ranking_panel(_page(made, page), key=f"board-{key}")


def _offer_own(filters: Filters, indicator_id: str, role: Role, own: pd.DataFrame) -> None:
    """The role's people as shown, instead of the ranking of all three roles."""
    read = replace(reading(filters, indicator_id, Level.PERSON), frame=own)
    words = f"{read.entry.name} 按{LEVEL_NAMES[Level.PERSON]}"
    period = filters.period.text

    def made() -> Table:
        return replace(board_sheet(filters, read), title=f"{words} {ROLE_NAMES[role]}")

    offer_table(f"{words} {ROLE_NAMES[role]} {period}", made, instead_of=f"{words} {period}")


def _page(made: Leaderboard, page: int) -> Leaderboard:
    return replace(made, frame=made.frame.iloc[(page - 1) * ROWS : page * ROWS].reset_index(drop=True))
