"""Which ledgers to look at: late, bulk, copied, in two places, silent; and how many rows fit nowhere."""

from __future__ import annotations

import pandas as pd

from data_access.problems import problem_counts
from metrics.registry import indicator
from metrics.vocabulary import Direction, Status
from metrics.wording import fraction, value_text
from pages.common import loaders
from pages.common.filters import Filters
from pages.common.markup import Exceptions
from pages.common.panel import go_definition, go_to
from pages.common.sheets import period_window, to_township
from pages.quality.figures import figures

MOST_LINES = 4
WATCHED = {
    "quality.bulk": "批量录入偏多",
    "quality.same_text": "备注雷同偏多",
    "quality.in_time": "录入不及时",
    "quality.stale": "多日没有新数据",
    "quality.two_places": "同一夜在两处",
}
PROBLEM_TABLES = (
    "night_stay",
    "night_session",
    "night_lecturer",
    "night_visit",
    "reception_slot",
    "petition",
    "petition_event",
    "petition_rating",
    "captain_visit",
    "captain_meeting",
    "household",
    "appointment",
    "person",
    "area",
)
QUALITY_PAGE = "pages/quality/quality.py"


def _off_target(filters: Filters, indicator_id: str) -> pd.DataFrame:
    """Townships that miss an indicator's target, worst first."""
    rows = figures(filters, indicator_id)
    missed = rows[rows["status"].isin([Status.NEAR, Status.LOW])]
    return missed.sort_values("value", ascending=indicator(indicator_id).direction is Direction.UP, kind="stable")


def sentence(filters: Filters) -> str:
    """石桥镇批量录入 6.6%、雷同文本 46.3%,先核实;其余乡镇数据可用."""
    found: dict[str, list[str]] = {}
    for indicator_id in ("quality.bulk", "quality.same_text", "quality.in_time", "quality.stale"):
        entry = indicator(indicator_id)
        for row in _off_target(filters, indicator_id).to_dict("records"):
            found.setdefault(str(row["name"]), []).append(f"{entry.name}{value_text(entry, row['value'])}")
    if not found:
        return f"{filters.period.label}各乡镇台账及时、没有明显异常"
    worst = max(found, key=lambda name: len(found[name]))
    others = len(found) - 1
    rest = f";另有 {others} 个乡镇各有一两项要看" if others else ""
    return f"{worst}{'、'.join(found[worst][:2])},先核实{rest}"


def groups(filters: Filters) -> list[Exceptions]:
    parts = []
    for indicator_id, title in WATCHED.items():
        entry, missed = indicator(indicator_id), _off_target(filters, indicator_id)
        lines = []
        for row in missed.head(MOST_LINES).to_dict("records"):
            kn = fraction(row["k"], row["n"])
            words = f"{value_text(entry, row['value'])} ({kn})" if kn else value_text(entry, row["value"])
            lines.append((str(row["name"]), words, to_township(str(row["code"]), filters)))
        if lines:  # what needs no action is quiet
            parts.append(Exceptions(title, f"{len(missed)} 个乡镇", lines, severity="near", info=go_definition(indicator_id)))
    return [*parts, _problems(filters)]


def _problems(filters: Filters) -> Exceptions:
    rows = loaders.answer(problem_counts, filters.narrowed, PROBLEM_TABLES, window=period_window(filters))
    link = go_to(QUALITY_PAGE, {"view": "对不上的记录", **filters.query})
    lines = [(f"{row['rows']} 条", str(row["reason"]), link) for row in rows.head(MOST_LINES).to_dict("records")]
    total = f"{int(rows['rows'].sum())} 条"
    info = go_definition("quality.in_time")
    return Exceptions("对不上、没计入的记录", total, lines, quiet="每条记录都对得上", severity="near", info=info)
