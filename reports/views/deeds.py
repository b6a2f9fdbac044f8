"""善事 as they are read: the list, and who is on the notice. Shown and published, never scored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from metrics.vocabulary import Role, Status
from metrics.wording import is_missing, whole
from reports.links import CAPTAIN, Link
from reports.tables import Column, Kind, Table, Verdict, table
from reports.view import View
from reports.views.people import name_of
from reports.views.posts import captain_title

STANDINGS: Mapping[str, bool | None] = {"全部": None, "未公示": False, "已公示": True}
REMARK = "善事只公示,不计分、不排名;评选加分另由会议认定。受助人的姓名不写进台账。"
HIDDEN_NOTICE = "您的账号看不到姓名,不能生成公示稿。"

COLUMNS = (
    Column("done_on", "日期", Kind.DATE, tight=True),
    Column("name", "姓名", tight=True, small=("post",)),
    Column("post", "职务", screen=False),
    Column("what", "善事"),
    Column("verdict", "公示", Kind.VERDICT, small=("published_on",)),
    Column("published_on", "公示日期", Kind.DATE, screen=False),
)
NOTICE_COLUMNS = (
    Column("place", "序号"),
    Column("post", "职务"),
    Column("name", "姓名"),
    Column("done_on", "日期", Kind.DATE),
    Column("what", "善事"),
)


def count_of(standing: str, done: int, published: int) -> int:
    """How many of a standing there are."""
    return {None: done, True: published, False: done - published}[STANDINGS[standing]]


def whose(townships: Mapping[str, str]) -> str:
    """全县, or the one township that is looked at."""
    return next(iter(townships.values())) if len(townships) == 1 else "全县"


def deed_table(rows: pd.DataFrame, total: int, names: Mapping[int, str], view: View, standing: str) -> Table:
    """``rows``: see ``data_access.deeds.deeds``; ``total``: how many of them there are. A row leads to the captain."""
    found = rows.to_dict("records")
    lines = [
        {
            **_told(row, names),
            "verdict": Verdict(Status.OK, "已公示") if not is_missing(row["published_on"]) else Verdict(Status.NONE, "未公示"),
            "published_on": row["published_on"],
        }
        for row in found
    ]
    return table(
        f"三长善事 {standing}",
        COLUMNS,
        lines,
        conclusion=f"{view.period.label}善事 {whole(total)} 件" + (f"({standing})" if STANDINGS[standing] is not None else ""),
        remark="最近的在前;点一行看这位三长",
        links=tuple(Link(CAPTAIN, {"person": f"p:{int(row['person_id'])}"}) for row in found),
        notes=(("口径", "善事台账里三长做的好事,按当天任职的单位;只公示,不计分"),),
        empty=f"{view.period.label}没有{standing if STANDINGS[standing] is not None else ''}善事。装入“善事”台账后在这里列出。",
    )


def notice_table(rows: pd.DataFrame, names: Mapping[int, str]) -> Table:
    """Who did what, oldest first, as it is posted."""
    found = rows.iloc[::-1].to_dict("records")
    return table("三长善事公示", NOTICE_COLUMNS, [{"place": str(place), **_told(row, names)} for place, row in enumerate(found, start=1)])


def _told(row: Mapping[Any, Any], names: Mapping[int, str]) -> dict[str, Any]:
    post = captain_title(row["village"], str(row["unit"]), Role(row["role"]))
    return {"done_on": row["done_on"], "name": name_of(names, row["person_id"]), "post": post, "what": row["what"]}
