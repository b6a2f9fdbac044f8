"""未填报 as it is read: which unit has told nothing of which nights, and whom to call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from metrics.period import Period
from metrics.vocabulary import LEVEL_NAMES, ROLE_NAMES, Level, Role
from metrics.wording import day_text, whole
from reports.tables import Column, Kind, Table, table

UNREPORTED = "duty.unreported"
LEVELS = {LEVEL_NAMES[level]: level for level in (Level.TOWNSHIP, Level.VILLAGE)}


def unreported_nights(roll: pd.DataFrame) -> pd.DataFrame:
    """Units with nights that nobody has told of, most first. ``roll``: code, night, unreported, before (see
    ``metrics.duty.since_first_record``).

    Columns: code, nights (dates, in order), k, n (nights since the first record).
    """
    told = roll[~roll["before"]]
    n = told.groupby("code").size()
    missing = told[told["unreported"]].sort_values("night").groupby("code")["night"].agg(list)
    found = pd.DataFrame({"nights": missing, "k": missing.map(len), "n": n.reindex(missing.index)}).rename_axis("code").reset_index()
    return found.sort_values(["k", "code"], ascending=[False, True], kind="stable").reset_index(drop=True)


def days_told(days: list[date]) -> str:
    """11月3日、4日、6日;12月1日."""
    months: dict[tuple[int, int], list[date]] = {}
    for day in days:
        months.setdefault((day.year, day.month), []).append(day)
    return ";".join("、".join([day_text(first), *(f"{day.day}日" for day in more)]) for first, *more in months.values())


def unreported_table(
    found: pd.DataFrame, level: Level, names: Mapping[str, str], contacts: pd.DataFrame, phones: Mapping[int, str | None], period: Period
) -> Table:
    """A row a unit: one call mends it. ``found``: of :func:`unreported_nights`; ``contacts``: see ``data_access.contacts``; ``phones``: by
    person, as they may be shown; they go into no file."""
    whom = {str(row["code"]): row for row in contacts.to_dict("records")}
    lines = [
        {**row, "name": names.get(row["code"], row["code"]), "parent": names.get(row["code"][:9], ""), "days": days_told(row["nights"])}
        | _contact(whom.get(row["code"]), phones)
        for row in found.to_dict("records")
    ]
    columns = (
        Column("name", LEVEL_NAMES[level], small=("parent",) if level is Level.VILLAGE else (), strong=True, tight=True),
        *((Column("parent", LEVEL_NAMES[Level.TOWNSHIP], screen=False),) if level is Level.VILLAGE else ()),
        Column("k", "未填报", Kind.COUNT, "夜", of="n"),
        Column("n", "工作日夜", Kind.COUNT, "夜", screen=False),
        Column("days", "哪几夜"),
        Column("contact", "联系人", screen=False),
        Column("post", "职务", screen=False),
        Column("phone", "打给谁", files=False, calls=True, tight=True, small=("contact", "post")),
    )
    count = f"{len(found)} 个{LEVEL_NAMES[level]}" if len(found) != 1 else str(lines[0]["name"])
    return table(
        f"未填报 按{LEVEL_NAMES[level]}",
        columns,
        lines,
        conclusion=f"{period.label},{count}有 {whole(int(found['k'].sum()))} 个工作日夜没有任何住夜记录" if lines else "",
        remark="打一个电话,请其补报这几夜,或说明没有住夜;没有记录不等于没有人" if lines else "",
        indicators=(UNREPORTED,),
        empty=f"{period.label}每个工作日夜都有记录",
    )


def _contact(row: Mapping[Any, Any] | None, phones: Mapping[int, str | None]) -> dict[str, Any]:
    if row is None:
        return {"contact": "没有在岗人员", "post": None, "phone": None}
    return {"contact": row["name"], "post": ROLE_NAMES[Role(row["role"])], "phone": phones.get(int(row["person_id"])) or "没有登记电话"}
