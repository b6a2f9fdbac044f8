"""What is open in a village or in a person's hands: a short list by deadline. The whole of it is 诉求清单."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from metrics.petition_case import known
from metrics.wording import day_of, day_text
from reports.links import to_case
from reports.tables import Column, Kind, Table, Verdict, table
from reports.view import View
from reports.views.petition_words import category_name, headline, pressing_verdict

VILLAGE_CASES, PERSON_CASES = 10, 6
"""So many are listed."""
COLUMNS = (
    Column("what", "诉求", small=("number", "more")),
    Column("number", "编号", screen=False),
    Column("more", "点单或村", screen=False),
    Column("due", "时限", Kind.VERDICT),
)


def of_village(rows: pd.DataFrame, total: int, view: View) -> Table:
    """The first of a village's open petitions. ``rows``: ``data_access.petition_lists.petition_list``; ``total``: how many there are."""
    remark = f"按时限从早到晚{_more(total, VILLAGE_CASES)}" if total else ""
    found = [(row, headline(row), f"{day_text(row['opened_at'].date())}点单") for row in rows.to_dict("records")]
    return _table(found, view, f"{view.until}在办诉求 {total} 件", remark, f"{view.until}没有在办诉求", ("petitions.open",))


def of_person(rows: pd.DataFrame, total: int, ended: int, view: View) -> Table:
    """The first of the petitions a person has in hand; ``ended``: how many of theirs ended in the period."""
    found = [(row, category_name(row["category"]), row["village"] or "") for row in rows.to_dict("records")]
    remark = f"{view.period.label}已结 {ended} 件{_more(total, PERSON_CASES)}"
    return _table(found, view, f"{view.until}经办诉求 在办 {total} 件", remark, f"{view.until}手上没有在办诉求")


def _table(
    found: list[tuple[Mapping[Any, Any], str, str]], view: View, title: str, remark: str, empty: str, indicators: tuple[str, ...] = ()
) -> Table:
    rows = [{"what": what, "number": row["number"], "more": more, "due": due_words(row, view)} for row, what, more in found]
    links = tuple(to_case(row["number"]) for row, _, _ in found)
    return table(title, COLUMNS, rows, remark=remark, indicators=indicators, links=links, empty=empty, may_leave=False)


def _more(total: int, most: int) -> str:
    return f",先列 {most} 件" if total > most else ""


def due_words(row: Mapping[Any, Any], view: View) -> str | Verdict:
    """超期 3 天, 今天12时到期, 11月21日到期, 未定."""
    due = known(row["due_day"])
    return "未定" if due is None else pressing_verdict(row, view) or f"{day_of(due, view.as_of)}到期"
