"""One record in full, as it was entered: who, where, when, recorded when and from which source."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from data_access.profiles import KINDS, PROFILE_TABLES, record_row
from data_access.scope import Scope
from metrics.rulebook import rulebook
from metrics.vocabulary import CODE_LENGTHS, HOUSEHOLD_NAMES, PLACE_NAMES, SESSION_NAMES, HouseholdKind, Level, Place, SessionKind
from metrics.wording import day_text, is_missing
from pages.common import loaders
from pages.common.definition import definition_asked
from pages.common.panel import panel
from pages.common.sheets import Column, cell, heading, sheet

KIND_NAMES = {"stay": "住夜", "visit": "夜访", "slot": "接待", "lecture": "授课", "home": "入户走访"}
DAY_COLUMNS = {"stay": "night", "visit": "visited_on", "slot": "day", "lecture": "held_on", "home": "visited_on"}
LABELS = {
    "person_id": "人员",
    "leader_id": "A岗",
    "backup_id": "B岗",
    "received_by": "实际接待人",
    "area_code": "地点",
    "night": "住夜日期",
    "visited_on": "走访日期",
    "day": "接待日期",
    "held_on": "举办日期",
    "kind": "类型",
    "household_kind": "户类型",
    "household_id": "户编号",
    "place": "场所",
    "published": "已公示",
    "people": "人次",
    "batches": "批次",
    "visitors": "接待人次",
    "minutes": "时长(分钟)",
    "theme": "主题",
    "attendees": "到会人数",
    "measures": "举措",
    "measures_done": "已落地举措",
    "needs": "需求",
    "note": "备注",
    "recorded_at": "录入时间",
    "source": "来源",
    "source_ref": "来源编号",
    "id": "记录编号",
}
WORDS: dict[str, dict[str, str]] = {
    "place": {str(each): PLACE_NAMES[each] for each in Place},
    "kind": {str(each): SESSION_NAMES[each] for each in SessionKind},
    "household_kind": {str(each): HOUSEHOLD_NAMES[each] for each in HouseholdKind},
}


def asked_for() -> tuple[str, int] | None:
    """The record in the address, ``?record=stay-123``; None where there is none or it is garbled."""
    kind, _, number = st.query_params.get("record", "").partition("-")
    return (kind, int(number)) if kind in KINDS and number.isdecimal() and len(number) < 18 else None


def _closed() -> None:
    st.query_params.pop("record", None)


def open_record(scope: Scope, remark: str) -> None:
    """Shows the record the address asks for. ``remark``: why it does not count, or empty."""
    asked = asked_for()
    if asked is not None:
        _dialog(scope, *asked, remark)


@st.dialog("原始记录", width="medium", on_dismiss=_closed)
def _dialog(scope: Scope, kind: str, record_id: int, remark: str) -> None:
    row = loaders.answer(record_row, scope, PROFILE_TABLES, kind=kind, record_id=record_id)
    if row is None:
        st.markdown("找不到这条记录:可能已被删除,或不在您的账号范围内。")
        return
    note = [] if row.get("note") is None or scope.may_see_names else ["note"]
    lines = [[cell(label), _cell(name, row)] for name, label in LABELS.items() if name in row and name not in note]
    counted = f'<p class="low">这条记录不计入指标:{cell(remark)}</p>' if remark else ""
    title = heading(f"{KIND_NAMES[kind]} {day_words(row[DAY_COLUMNS[kind]])}", "", counted_in(kind, row))
    panel(f"{title}{counted}{sheet([Column(''), Column('')], lines)}", key="record")
    if definition_asked():
        st.rerun()  # the definition takes this dialog's place; the record is still in the address and comes back after it


def counted_in(kind: str, row: Mapping[str, Any]) -> str:
    """The indicator that a record counts in."""
    if kind == "stay":
        return "duty.night_compliance" if len(str(row["area_code"])) <= CODE_LENGTHS[Level.TOWNSHIP] else "duty.village_compliance"
    if kind == "home":
        return "captains.key_visits" if row["household_kind"] == HouseholdKind.KEY else "captains.ordinary_visits"
    return {"visit": "nights.township_visits", "slot": "reception.kept", "lecture": "nights.lecturers"}[kind]


def _cell(name: str, row: dict[str, Any]) -> str:
    value = row[name]
    if name == "area_code":
        return cell(row["area"] or value, str(value))
    if name in ("person_id", "leader_id", "backup_id", "received_by"):
        if is_missing(value):
            return cell("无人到岗" if name == "received_by" else "—")
        return cell(row.get(f"{name}_name") or f"编号{value}(不明)")
    if name == "published":
        return cell("是" if value else "否")
    if name == "recorded_at":
        return _recorded(row)
    return cell(WORDS.get(name, {}).get(str(value), day_words(value) if isinstance(value, date) else value))


def _recorded(row: dict[str, Any]) -> str:
    value = row["recorded_at"]
    if is_missing(value):
        return cell("—", "没有录入时间")
    happened = next(row[name] for name in dict.fromkeys(DAY_COLUMNS.values()) if name in row)
    end = datetime.combine(happened, time()) + timedelta(days=1)
    most = rulebook().on(happened).number("quality", "entry_hours")
    hours = (pd.Timestamp(value) - end).total_seconds() / 3600
    late = "当天录入" if hours <= 0 else f"事后 {hours:.0f} 小时录入" + (f",超过{most}小时" if hours > most else "")
    return cell(f"{value:%Y-%m-%d %H:%M:%S}", late)


def day_words(value: Any) -> str:
    return f"{value.year}年{day_text(value)}" if isinstance(value, date) else str(value)
