"""Who is in post at a unit: names by post, each leading to the person; who is away says so."""

from __future__ import annotations

from html import escape

import pandas as pd

from data_access.rolls import people_in_post
from data_access.scope import Scope
from metrics.vocabulary import LEAVE_NAMES, ROLE_NAMES, LeaveKind, Role
from pages.common import loaders
from pages.common.filters import Filters
from pages.common.panel import go_to
from pages.common.sheets import PERSON_PAGE, heading
from pages.township.units import kept

POST_TABLES = ("appointment", "leave_period", "person")


def in_post(scope: Scope, code: str, filters: Filters) -> str:
    """The people of the unit itself by post, as of the day."""
    rows = loaders.answer(people_in_post, scope, POST_TABLES, codes=(code,), on=filters.as_of)
    if rows.empty:
        return heading("在任人员") + '<div class="empty">没有任职记录,请联系组织部补录</div>'
    away = int(rows["leave"].map(lambda kind: isinstance(kind, str)).sum())
    sub = f"{rows['person_id'].nunique()} 人在任" + (f",今天 {away} 人请假、借调或培训,不计入在岗" if away else "")
    lines = "".join(_post(Role(role), part, filters) for role, part in rows.groupby("role", sort=False))
    return heading("在任人员", sub) + f'<div class="posts">{lines}</div>'


def _post(role: Role, part: pd.DataFrame, filters: Filters) -> str:
    names = "".join(_person(row, filters) for row in part.to_dict("records"))
    return f"<div><b>{escape(ROLE_NAMES[role])}<small>{len(part)} 人</small></b><span>{names}</span></div>"


def _person(row: dict, filters: Filters) -> str:
    name = row["name"] if isinstance(row["name"], str) else f"编号{row['person_id']}(不明)"
    leave = f"({LEAVE_NAMES[LeaveKind(row['leave'])]})" if row["leave"] in set(LeaveKind) else ""
    link = go_to(PERSON_PAGE, {"person": f"p:{row['person_id']}", **kept(filters)})
    return f'<button class="{"quiet" if leave else ""}" {link}>{escape(name)}{escape(leave)}</button>'
