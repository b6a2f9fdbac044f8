"""村画像 as it is read: the month's nights by name, and the 片 组 邻 below the village."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from metrics.definition import Question
from metrics.period import Period
from metrics.rulebook import Edition
from metrics.vocabulary import CODE_LENGTHS, Level, Role, Status
from metrics.wording import is_missing
from metrics.workdays import Workdays
from reports.days import day_and_weekday
from reports.links import CAPTAIN, Link
from reports.parts import Named, NameLine, Names
from reports.tables import Column, Kind, Table, Verdict, table
from reports.views.duty import CHIEF_POST, TEAM_POST, VILLAGES, night_verdict
from reports.views.posts import role_name

NIGHTS_NOTE = "只计在本村住夜、当日在任且未请假的两委干部。"
CELL_SIZE = "captains.cell_size"


# --- nights ---------------------------------------------------------------------------------------------------------

NIGHT_COLUMNS = (
    Column("night", "夜", Kind.DATE, screen=False),
    Column("night_words", "夜", files=False),
    Column("chiefs", "主干"),
    Column("others", "其他干部"),
    Column("verdict", "结果", Kind.VERDICT),
)


def night_table(place: str, month: Period, rolls: pd.DataFrame, stays: pd.DataFrame, asked: Question) -> Table:
    """The month's workday nights, the latest first: who was there, and what was missing.

    ``rolls``: ``metrics.duty.village_nights``, a night that goes on is shown and not counted; ``stays``: ``data_access.rolls.stays_at``.
    """
    names = {key: "、".join(str(name) for name in part["name"] if isinstance(name, str)) for key, part in stays.groupby(["night", "post"])}
    rows = [
        {
            "night": roll["night"],
            "night_words": _night_words(roll["night"], asked.workdays),
            "chiefs": names.get((roll["night"], CHIEF_POST), ""),
            "others": names.get((roll["night"], TEAM_POST), ""),
            "verdict": night_verdict(roll, asked),
        }
        for roll in rolls.sort_values("night", ascending=False).to_dict("records")
    ]
    over = rolls[rolls["night"] <= asked.night_over] if len(rolls) else rolls
    uncounted = int(stays["post"].isna().sum())
    rule = asked.rules.filled("主干至少{duty.village_chiefs}人、其他干部至少{duty.village_others}人")
    return table(
        f"{place} 逐夜住夜",
        NIGHT_COLUMNS,
        rows,
        conclusion=f"{month.label}住夜:{len(over)} 个工作日夜达标 {int(over['compliant'].sum())} 个",
        remark=rule + (f";{uncounted} 条记录当晚不在任或请假,不计" if uncounted else ""),
        indicators=(VILLAGES,),
        chosen=place,
        empty=f"{month.label}没有应住的工作日夜",
    )


def _night_words(day: Any, workdays: Workdays) -> str:
    """10月10日 周六(国庆节调休)."""
    name = workdays.name(day)
    return day_and_weekday(day) + (f"({name})" if name else "")


# --- the grid -------------------------------------------------------------------------------------------------------

CELL_COLUMNS = (
    Column("name", "邻", small=("group",)),
    Column("group", "组", screen=False),
    Column("captain", "邻长", Kind.VERDICT),
    Column("households", "户数", Kind.COUNT, "户", small=("key_households",)),
    Column("key_households", "重点户", Kind.COUNT, "户", words="重点 {} 户", screen=False),
    Column("size", "规模", Kind.VERDICT),
)
CAPTAINS = {Level.PATCH: Role.PATCH_CAPTAIN, Level.GROUP: Role.GROUP_CAPTAIN}


def grid_names(units: pd.DataFrame, rules: Edition, until: str = "") -> Names:
    """片长 and 组长 by name, and how many cells have too few or too many households. ``units``: see ``data_access.rolls.grid_of``."""
    once = units[units["level"] == Level.CELL].drop_duplicates("code")
    odd = sum(not _fits(homes, rules) for homes in once["households"])
    counts = {level: units[units["level"] == level]["code"].nunique() for level in CAPTAINS}
    lines = [_captain_line(units[units["level"] == level], role_name(role)) for level, role in CAPTAINS.items() if counts[level]]
    return Names(
        f"{until}三长:{counts[Level.PATCH]} 片 {counts[Level.GROUP]} 组 {len(once)} 邻",
        tuple(lines),
        f"{once['households'].sum()} 户,其中重点户 {once['key_households'].sum()} 户;{odd} 个邻不在 {_bounds(rules)} 户之间",
        CELL_SIZE,
    )


def _captain_line(rows: pd.DataFrame, role: str) -> NameLine:
    names = tuple(
        Named(f"{row['name']}缺{role}", shade="low")
        if is_missing(row["captain"])
        else Named(f"{row['name']}{role} {row['captain']}", _to_captain(row))
        for row in rows.to_dict("records")
    )
    return NameLine(role, f"{rows['person_id'].notna().sum()} 人", names)


def cell_table(place: str, units: pd.DataFrame, rules: Edition) -> Table:
    """All cells of a village with their captain and households; one with several captains has several rows."""
    names = dict(zip(units["code"], units["name"], strict=True))
    found = units[units["level"] == Level.CELL].to_dict("records")
    rows = [
        {
            **row,
            "group": names.get(row["code"][: CODE_LENGTHS[Level.GROUP]], ""),
            "captain": Verdict(Status.LOW, f"缺{role_name(Role.CELL_CAPTAIN)}") if is_missing(row["captain"]) else row["captain"],
            "size": Verdict(Status.OK, "合规") if _fits(row["households"], rules) else Verdict(Status.NEAR, f"应 {_bounds(rules)} 户"),
        }
        for row in found
    ]
    return table(
        f"{place} 各邻",
        CELL_COLUMNS,
        rows,
        conclusion="",
        indicators=(CELL_SIZE,),
        chosen=place,
        links=tuple(None if is_missing(row["captain"]) else _to_captain(row) for row in found),
        empty="这个村还没有划邻",
    )


def _fits(households: int, rules: Edition) -> bool:
    least, most = (rules.number("captains", f"{name}_households") for name in ("least", "most"))
    return bool(least <= households <= most)


def _bounds(rules: Edition) -> str:
    return rules.filled("{captains.least_households}–{captains.most_households}")


def _to_captain(row: Mapping[Any, Any]) -> Link:
    return Link(CAPTAIN, {"person": f"p:{int(row['person_id'])}"})
