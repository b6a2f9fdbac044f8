"""苗头: which category rises where, what repeats, what climbs levels."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from metrics.petition_case import known
from metrics.petition_signals import FALSE_ALARMS, rising
from metrics.registry import indicator
from metrics.wording import is_missing
from reports.links import to_case, to_cases
from reports.tables import Column, Kind, Table, table
from reports.view import View
from reports.views import petition_words as words

REPEAT, MASS = "petitions.repeat", "petitions.mass"
MOST_UNITS, MOST_CATEGORIES = 8, 3


def rising_tables(
    counts: pd.DataFrame, recent_days: int, past_days: int, townships: Mapping[str, str], view: View, *, seasonal: bool = False
) -> tuple[Table, Table]:
    """Categories of which more comes in than their own past explains, everywhere and by township, surest first: the head, and all.

    ``counts``: ``data_access.petition_state.category_counts``, which looks at ``recent_days`` and the ``past_days`` before them.
    ``seasonal``: the ledger was kept a year ago too, so that what rises every year at this season is expected to.
    """
    everywhere = rising(counts, recent_days, past_days, ["category"], seasonal=seasonal).assign(code="")
    by_township = rising(counts, recent_days, past_days, ["category", "code"], seasonal=seasonal)
    found, expected = pd.concat([everywhere, by_township], ignore_index=True), "应有" if seasonal else "平时"
    rows = [
        {
            **row,
            "where": townships.get(str(row["code"]), str(row["code"])) if row["code"] else "合计",
            "course": "以前没有" if is_missing(row["times"]) else f"{expected}的 {row['times']:.1f} 倍",
        }
        for row in found.to_dict("records")
    ]
    named = list(dict.fromkeys(found["category"]))
    titled = "、".join(named[:MOST_CATEGORIES]) + ("等" if len(named) > MOST_CATEGORIES else "")
    measured = (
        f"{view.lately(recent_days)}与此前 {past_days} 天"
        + ("、按上年同一季节的涨落推算的应有件数比" if seasonal else "的平时水平比")
        + f",已扣除偶然波动(误报不超过{FALSE_ALARMS:.0%})"
        + ("" if seasonal else ";台账不满一年,还不能扣除季节")
    )
    everything = table(
        "上升的类别",
        (
            Column("category", "类别", small=("where",)),
            Column("where", "范围", screen=False),
            Column("recent", "近期", Kind.COUNT, "件", head=view.lately(recent_days), words="{} 件"),
            *((Column("last_recent", "上年同期", Kind.COUNT, "件", words="{} 件", phone=False),) if seasonal else ()),
            Column("usual", expected, Kind.NUMBER, "件"),
            Column("course", "", files=False),
            Column("times", f"是{expected}的", Kind.NUMBER, "倍", screen=False),
        ),
        rows,
        conclusion=f"{titled}明显上升" if rows else "没有明显上升的类别",
        remark=measured,
        chosen=measured,
        links=tuple(to_cases("all", row["code"] or view.township, category=row["category"], sort="newest") for row in rows),
        empty="",
    )
    return everything.page(1, len(everywhere) + MOST_UNITS), everything


REPEAT_DAYS = 180
REPEAT_COLUMNS = (
    Column("what", "首件", files=False, small=("township", "number")),
    Column("number", "首件编号", screen=False),
    Column("category", "类别", screen=False),
    Column("title", "事由", screen=False),
    Column("township", "乡镇", screen=False),
    Column("times", "又提", Kind.COUNT, "次", small=("latest_on",)),
    Column("latest_on", "最近一次", Kind.DATE, words="最近 {}", screen=False),
    Column("state", "状态"),
)


def repeated_table(found: pd.DataFrame, townships: Mapping[str, str], view: View) -> Table:
    """Petitions that later ones repeat. ``found``: ``data_access.petition_state.repeated_most`` of the last :data:`REPEAT_DAYS`."""
    when = view.lately(REPEAT_DAYS)
    rows = [
        {
            **row,
            "what": words.headline(row),
            "category": words.category_name(row["category"]),
            "title": known(row["title"]),
            "township": townships.get(str(row["code"])[:9], ""),
            "latest_on": pd.Timestamp(row["latest"]).date(),
            "state": "在办" if row["open"] else "已结",
        }
        for row in found.to_dict("records")
    ]
    return table(
        "反复提出的诉求",
        REPEAT_COLUMNS,
        rows,
        conclusion=f"{when}反复最多的诉求" if rows else f"{when}没有重复诉求",
        remark="同一件事再次提出,多半没有真解决",
        indicators=(REPEAT,),
        chosen=when,
        links=tuple(to_case(number) for number in found["number"]),
        empty="",
    )


CLIMBING_COLUMNS = (
    Column("way", "级别", files=False),
    Column("from_name", "从", screen=False),
    Column("to_name", "上报到", screen=False),
    Column("petitions", "诉求", Kind.COUNT, "件"),
    Column("times", "上报", Kind.COUNT, "次"),
)


def climbing_table(found: pd.DataFrame, mass: pd.DataFrame | None) -> Table:
    """What climbed levels (R29). ``found``: ``petition_state.escalations``; ``mass``: the county's 集体访、越级访, where it is seen."""
    rows = []
    for row in found.sort_values("petitions", ascending=False).to_dict("records"):
        lower, upper = words.level_name(row["from_level"]), words.level_name(row["to_level"])
        rows.append({**row, "way": f"{lower} → {upper}", "from_name": lower, "to_name": upper})
    count = "" if mass is None or mass.empty else f" · {indicator(MASS).name} {int(mass['k'].sum())} 件"
    return table(
        "逐级上报",
        CLIMBING_COLUMNS,
        rows,
        conclusion=f"本期逐级上报 {int(found['petitions'].sum())} 件次",
        remark=f"邻 → 组 → 片 → 村 → 乡镇 → 县{count}",
        indicators=(MASS,),
        empty="本期没有上报",
    )
