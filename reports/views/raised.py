"""The 诉求 that a visit or a slot raised, beside it in a list: one 诉求, one number, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metrics.vocabulary import OUTCOME_NAMES, Outcome, Status
from metrics.wording import day_text, is_missing
from reports.links import Link, to_case
from reports.tables import Column, Kind


def raised_columns(head: str) -> tuple[Column, ...]:
    """Of a list whose rows hold :func:`raised_values`; ``head`` stands over them on screen."""
    return (
        Column("number", "诉求编号", screen=False),
        Column("category", "诉求类别", screen=False),
        Column("title", "诉求事由", screen=False),
        Column("became", "办理结果", screen=False),
        Column("followed_up_on", "回头看", Kind.DATE, words="已回头看({})", screen=False),
        Column("about", head, small=("number", "became", "followed_up_on"), shade="about_shade", files=False),
    )


def raised_values(row: Mapping[Any, Any]) -> dict[str, Any]:
    """``row``: with the columns ``data_access.night_lists.RAISED_COLUMNS``; all missing where nothing was raised."""
    if is_missing(row["number"]):
        return {**dict.fromkeys(("number", "category", "title", "became", "followed_up_on", "about")), "about_shade": Status.NONE}
    about = row["category"] if is_missing(row["title"]) else row["title"]
    return {
        "number": row["number"],
        "category": row["category"],
        "title": row["title"],
        "became": became(row),
        "followed_up_on": None if is_missing(row["followed_up_at"]) else row["followed_up_at"].date(),
        "about": "未分类" if is_missing(about) else about,
        "about_shade": None,
    }


def became(row: Mapping[Any, Any]) -> str:
    """办理中, 现场解决(11月3日), 已化解(11月3日) …"""
    if is_missing(row["ended_at"]):
        return "办理中"
    outcome = OUTCOME_NAMES[Outcome(row["outcome"])] if row["outcome"] in set(Outcome) else "已结"
    return f"{'现场解决' if row['on_the_spot'] else outcome}({day_text(row['ended_at'].date())})"


def to_raised(row: Mapping[Any, Any], otherwise: Link) -> Link:
    """To the 诉求 where one was raised."""
    return otherwise if is_missing(row["number"]) else to_case(row["number"])
