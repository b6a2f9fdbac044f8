"""People as they are named: what a scope may see of a name is decided where it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from metrics.wording import MISSING, is_missing
from reports.links import to_township
from reports.parts import Exceptional

BACKFILLED = "以文件补录"


def origin(row: Mapping[Any, Any]) -> str:
    """How a row came, where that is to be told: by a file that does not say when it was entered."""
    return BACKFILLED if not is_missing(row["backfilled"]) and row["backfilled"] else ""


def name_of(names: Mapping[int, str], person_id: object, nobody: str = MISSING) -> str:
    """A person's name; ``nobody`` where there is none, the number where it names nobody."""
    return nobody if is_missing(person_id) else names.get(int(person_id), f"编号{int(person_id)}(不明)")  # type: ignore[call-overload]


def most_by_township(people: pd.DataFrame, townships: int, each: int | None = None) -> pd.DataFrame:
    """Of the townships with most of these people all, or the first ``each``. ``people``: person_id, code (the township).

    Adds ``count``, how many of them the township has; most first.
    """
    counted = people.assign(count=people.groupby("code")["person_id"].transform("size"))
    ordered = counted.sort_values(["count", "code"], ascending=[False, True], kind="stable")
    shown = ordered[ordered["code"].isin(ordered["code"].drop_duplicates().head(townships))]
    return shown if each is None else shown.groupby("code", sort=False).head(each)


def named_by_township(found: pd.DataFrame, townships: Mapping[str, str], names: Mapping[int, str]) -> tuple[Exceptional, ...]:
    """泥河镇 3 人:欧阳青山、李四海等, a line for each township of :func:`most_by_township`."""
    lines = []
    for code, rows in found.groupby("code", sort=False):
        count, said = int(rows["count"].iloc[0]), "、".join(name_of(names, person) for person in rows["person_id"])
        more = "等" if count > len(rows) else ""
        lines.append(Exceptional(townships.get(str(code), str(code)), f"{count} 人:{said}{more}", to_township(str(code))))
    return tuple(lines)


def units_count(count: int, townships: Mapping[str, str]) -> str:
    """3 个乡镇; nothing to count where one township is looked at."""
    return f"{count} 个乡镇" if len(townships) > 1 else ""


def every_one(townships: Mapping[str, str]) -> str:
    """各乡镇都, or the one township that is looked at by its name."""
    return next(iter(townships.values())) if len(townships) == 1 else "各乡镇都"
