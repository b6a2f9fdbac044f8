"""Lists of cases (诉求清单): the one declaration of their columns, and how a list is named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from metrics.petition_case import known
from metrics.wording import whole
from reports.links import to_case
from reports.tables import Column, Kind, Layout, Table, Verdict, table
from reports.view import View
from reports.views import petition_words as words
from reports.views.people import name_of

RESTRICTED_NAME = "检举控告(单列,在办和本期)"

COLUMNS = (
    Column("what", "诉求", files=False, small=("number", "place", "opened_on", "size", "flags")),
    Column("place", "地点", screen=False, files=False),
    Column("opened_on", "点单", screen=False, files=False),
    Column("flags", "标记", screen=False, files=False),
    Column("who", "责任", files=False, small=("rest",)),
    Column("rest", "进展", screen=False, files=False),
    Column("number", "编号", screen=False),
    Column("category", "类别", screen=False),
    Column("title", "事由", screen=False),
    Column("township", "乡镇", screen=False),
    Column("village", "村", screen=False),
    Column("size", "大小", screen=False),
    Column("level", "级别", screen=False),
    Column("is_xinfang", "信访件", screen=False),
    Column("supervised", "挂牌督办", screen=False),
    Column("opened_at", "点单", Kind.TIMESTAMP, screen=False),
    Column("due_day", "时限", Kind.DATE, screen=False),
    Column("state", "状态", Kind.VERDICT),
    Column("ended_at", "办结", Kind.TIMESTAMP, screen=False),
    Column("handler", "经办人", screen=False),
    Column("lead", "包案领导", screen=False),
    Column("moved_at", "最近进展", Kind.TIMESTAMP, screen=False),
    Column("still", "未动", Kind.COUNT, "天", screen=False),
    Column("reopened", "重办", Kind.COUNT, "次", screen=False),
)


def cases_table(title: str, rows: pd.DataFrame, names: Mapping[int, str], view: View, **more: Any) -> Table:
    """A list of cases as they stand at the view's moment. ``rows``: ``data_access.petition_lists.petition_list``; ``names``: of the
    people in it, by id. ``more`` are further fields of the table (conclusion, remark, indicators, chosen, empty, may_leave)."""
    found = rows.to_dict("records")
    return table(
        title,
        COLUMNS,
        [_case(row, names, view) for row in found],
        layout=Layout.CASES,
        links=tuple(to_case(row["number"]) for row in found),
        **more,
    )


def _case(row: Mapping[Any, Any], names: Mapping[int, str], view: View) -> dict[str, Any]:
    over = words.has_ended(row, view.moment)
    flags = (("信访件", row["is_xinfang"]), ("挂牌督办", row["supervised"]), ("重办", row["reopened"]))
    return {
        "what": words.headline(row),
        "place": words.place_words(row),
        "opened_on": words.opened_words(row["opened_at"], view.moment),
        "flags": " · ".join(flag for flag, on in flags if known(on)),
        "who": words.owner_words(row, names),
        "rest": "" if over else words.rest_words(row["moved_at"], view),
        "number": row["number"],
        "category": words.category_name(row["category"]),
        "title": known(row["title"]),
        "township": known(row["township"]) or row["area_code"],
        "village": known(row["village"]),
        "size": words.size_name(row["size"]),
        "level": words.level_name(row["level"]),
        "is_xinfang": "是" if known(row["is_xinfang"]) else "",
        "supervised": "是" if known(row["supervised"]) else "",
        "opened_at": row["opened_at"],
        "due_day": known(row["due_day"]),
        "state": words.case_verdict(row, view),
        "ended_at": row["ended_at"] if over else None,
        "handler": name_of(names, row["handler_id"], words.NOBODY),
        "lead": name_of(names, row["lead_id"], ""),
        "moved_at": known(row["moved_at"]),
        "still": None if over else words.still_days(row["moved_at"], view.moment),
        "reopened": known(row["reopened"]),
    }


def standing_names(view: View) -> dict[str, str]:
    """The names of the lists by standing, with the edition's numbers: 24小时内未响应. No week runs in a period that is over."""
    names = {standing: view.edition.filled(name) for standing, name in words.STANDING_NAMES.items()}
    return {standing: name for standing, name in names.items() if not (view.is_past and standing in words.AHEAD)}


NOT_TOLD = "每件诉求的评价,只列给可以看姓名的账号;各单位的满意率照常"


def list_sentence(name: str, standing: str, total: int | None, view: View, searched: str) -> str:
    """超期在办 91 件,含“宅基地”; of a period that is over 超期在办 84 件(截至10月31日). Else the bar says of when it is. ``total``: None
    for a list that is not told."""
    if total is None:
        return f"{name}:不逐件列出"
    at = f"({view.until})" if view.until and standing in words.AT_A_MOMENT else ""
    return f"{name} {whole(total)} 件{at}" + (f",含“{searched}”" if searched else "")


# --- the head of a list ---------------------------------------------------------------------------------------------

SHORT_COLUMNS = (
    Column("what", "诉求", small=("who", "rest")),
    Column("who", "责任", screen=False),
    Column("rest", "进展", screen=False),
    Column("state", "状态", Kind.VERDICT),
)


def short_cases_table(title: str, rows: pd.DataFrame, names: Mapping[int, str], view: View, *, by_age: bool = False, **more: Any) -> Table:
    """The head of a list of cases, for a group of exceptions: where and what, who has it, how it stands or (``by_age``) how long it
    has been open. For the screen only; all of them, with all columns, are :func:`cases_table`."""
    found = rows.to_dict("records")
    lines = []
    for row in found:
        state = words.case_verdict(row, view)
        age = f"在办 {(view.moment - row['opened_at'].date()).days} 天"
        lines.append(
            {
                "what": f"{known(row['township']) or ''} {words.category_name(row['category'])}".strip(),
                "who": words.owner_words(row, names),
                "rest": words.rest_words(row["moved_at"], view),
                "state": Verdict(state.status, age) if by_age else state,
            }
        )
    links = tuple(to_case(row["number"]) for row in found)
    return table(title, SHORT_COLUMNS, lines, layout=Layout.CASES, links=links, conclusion="", may_leave=False, **more)
