"""排班 as it is read: tonight's people with who has come, and the week night by night."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from metrics.period import Period
from metrics.vocabulary import DUTY_POST_NAMES, LEAVE_NAMES, DutyPost, LeaveKind, Status
from metrics.wording import day_text, is_missing
from reports.days import day_and_weekday
from reports.links import to_tonight
from reports.tables import Column, Kind, Table, Verdict, table
from reports.views.duty import person_name

PLANNED, KEPT = "duty.planned", "duty.plan_kept"
MOST_NAMES = 3
TURN_COLUMNS = (
    Column("unit", "单位", tight=True),
    Column("who", "谁住夜", small=("post",)),
    Column("post", "岗位", screen=False),
    Column("state", "到岗", Kind.VERDICT),
    Column("stands_in", "替班", phone=False),
    Column("phone", "电话", files=False, calls=True, tight=True),
)
WEEK_COLUMNS = (
    Column("night", "哪一夜", tight=True),
    Column("unit", "单位", tight=True),
    Column("lead", "带班"),
    Column("others", "其他人", phone=False),
    Column("came", "到岗", Kind.COUNT, "人", of="due"),
    Column("due", "应到", Kind.COUNT, "人", screen=False),
    Column("missing", "没到", phone=False),
)


def turn_verdict(turn: Mapping[Any, Any], *, begun: bool, over: bool) -> Verdict:
    """已到, 替班已到, 请假, 还没到; of a night that is over 没到."""
    if turn["stayed"]:
        return Verdict(Status.OK, "已到")
    if turn["stood_in"]:
        return Verdict(Status.OK, "替班已到")
    if not is_missing(turn["leave"]) and is_missing(turn["substitute_id"]):
        return Verdict(Status.NONE, LEAVE_NAMES[LeaveKind(turn["leave"])])
    if over:
        return Verdict(Status.LOW, "没到")
    return Verdict(Status.NEAR if begun else Status.NONE, "还没到")


def whom_to_call(turn: Mapping[Any, Any]) -> int:
    """Whoever is to come: the one who stands in, else the person."""
    return int(turn["person_id"] if is_missing(turn["substitute_id"]) else turn["substitute_id"])


def tonights_turns(
    turns: pd.DataFrame, night: date, units: Mapping[str, str], numbers: Mapping[int, str], *, label: str, begun: bool, over: bool
) -> Table:
    """Everybody on the roster of a night, who has not come first: whether they came, who stands in, the number.

    ``turns``: see ``data_access.rosters.rosters``; ``units``: names by code, in the order shown.
    """
    found = [row for row in turns.to_dict("records") if row["night"] == night and row["code"] in units]
    if begun:
        found.sort(key=lambda row: bool(row["stayed"] or row["stood_in"]))
    rows = [
        {
            "unit": units[row["code"]],
            "who": person_name(row["name"], row["person_id"]),
            "post": "" if is_missing(row["post"]) else DUTY_POST_NAMES[DutyPost(row["post"])],
            "state": turn_verdict(row, begun=begun, over=over),
            "stands_in": "" if is_missing(row["substitute_id"]) else person_name(row["substitute"], row["substitute_id"]),
            "phone": numbers.get(whom_to_call(row), ""),
        }
        for row in found
    ]
    came = sum(bool(row["stayed"] or row["stood_in"]) for row in found)
    said = f"{label}排班 {len(found)} 人" + (f",已到 {came} 人" if begun else "")
    without = [name for code, name in units.items() if len(code) == min(map(len, units)) and code not in {row["code"] for row in found}]
    return table(
        f"{night} 排班",
        TURN_COLUMNS,
        rows,
        conclusion=said,
        remark=f"没有排班:{'、'.join(without)}" if without and rows else "",
        indicators=(PLANNED,),
        chosen=f"{day_text(night)}夜",
        empty=f"{label}没有排班;请各单位报排班表(管理 › 台账 › 排班)",
    )


def weeks_turns(turns: pd.DataFrame, week: Period, units: Mapping[str, str], night_over: date, *, label: str) -> Table:
    """A row a unit and night of the week: who leads, who else, how many came of those who were not away."""
    rows, links = [], []
    inside = [row for row in turns.to_dict("records") if week.first <= row["night"] <= week.last and row["code"] in units]
    held: dict[tuple[date, str], list[dict[Any, Any]]] = {}
    for row in inside:
        held.setdefault((row["night"], str(row["code"])), []).append(row)
    for (night, code), people in sorted(held.items()):
        over = night <= night_over
        due = [row for row in people if is_missing(row["leave"])]
        came = [row for row in due if row["stayed"] or row["stood_in"]]
        rows.append(
            {
                "night": day_and_weekday(night),
                "unit": units[code],
                "lead": _names([row for row in people if row["post"] == "lead"]),
                "others": _names([row for row in people if row["post"] != "lead"]),
                "came": len(came) if over else None,
                "due": len(due) if over else None,
                "missing": _names([row for row in due if row not in came]) if over else "",
            }
        )
        links.append(to_tonight(night, code) if over else None)
    return table(
        f"{week.text} 排班",
        WEEK_COLUMNS,
        rows,
        conclusion=f"{label}排班",
        remark="到岗:已过完的夜里,排班人员(请假、借调、培训的除外)住夜或由写明的人替班的人数/应到人数",
        indicators=(KEPT,),
        links=tuple(links),
        empty=f"{label}没有排班",
    )


def _names(rows: list[dict[Any, Any]]) -> str:
    """The first few; with whoever stands in."""
    names = [
        person_name(row["name"], row["person_id"]) + ("" if is_missing(row["substitute_id"]) else f"({row['substitute']}替)")
        for row in rows
    ]
    return "、".join(names[:MOST_NAMES]) + (f"等{len(names)}人" if len(names) > MOST_NAMES else "")
