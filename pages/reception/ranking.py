"""Four rankings of townships; with a township chosen, its villages' centres too."""

from __future__ import annotations

import streamlit as st

from metrics.vocabulary import Level
from pages.common.boards import board, ranking_panel
from pages.common.filters import Filters
from pages.common.layout import note

BOARDS = ("reception.kept", "reception.leader_weeks", "reception.desk_days", "reception.resolved")


def show(filters: Filters) -> None:
    for pair in (BOARDS[:2], BOARDS[2:]):
        for column, indicator_id in zip(st.columns(2, gap="medium"), pair, strict=True):
            with column:
                ranking_panel(board(filters, indicator_id), key=f"board-{indicator_id}")
    note("班子成员当周有一个工作日请假、借调、培训或不在任,该周不计;A、B岗以外的人代为接待不算兑现。")
    if filters.narrowed.area and len(filters.narrowed.area) >= 9:
        villages = board(filters, "reception.desk_days", level=Level.VILLAGE, page="pages/township/village.py", parameter="village")
        ranking_panel(villages, key="board-villages")
    else:
        note("选一个乡镇,可看各村服务中心坐班在岗率。")
