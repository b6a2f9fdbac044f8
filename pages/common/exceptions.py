"""Today's exceptions, in the order a leader would act on them."""

from __future__ import annotations

from datetime import date

import pandas as pd

from data_access.attention import ATTENTION_TABLES, overdue_petitions, unmoved_backlog
from data_access.scope import Scope
from metrics.definition import Span
from metrics.period import Period, PeriodKind
from metrics.registry import REGISTRY
from metrics.vocabulary import HANDLING_LEVEL_NAMES, HandlingLevel, Level, Status
from metrics.wording import fraction, is_missing, share
from pages.common import loaders
from pages.common.filters import Filters
from pages.common.markup import Exceptions
from pages.common.panel import go_definition, go_to
from pages.common.tonight import Tonight
from reports.source import window

MOST_LINES = 4
STILL_DAYS = 30
"""Days without any progress after which an old petition is called unmoved."""
WATCHED_WEEKLY = ("duty.night_compliance", "duty.village_compliance", "petitions.closed_on_time", "captains.key_visits")


def of_tonight(night: Tonight, filters: Filters) -> list[Exceptions]:
    """Townships, then villages, that lack someone."""
    short = night.townships[night.townships["words"] != ""].sort_values(["unreported", "has_chief"], ascending=[False, True])
    lines = [(row["name"], row["words"], _to_township(row["code"], filters)) for row in short.head(2 * MOST_LINES).to_dict("records")]
    groups = [
        Exceptions(
            f"{night.short}乡镇缺岗",
            f"{len(short)} 个",
            lines,
            quiet="所有乡镇达标",
            info=go_definition("duty.night_compliance"),
        )
    ]
    empty = night.villages[~night.villages["has_chief"]]
    if not night.villages.empty:
        by_township = empty.groupby(empty["code"].str.slice(0, 9))
        names = dict(zip(night.townships["code"], night.townships["name"], strict=True))
        counted = sorted(((len(rows), str(code), rows) for code, rows in by_township), key=lambda each: (-each[0], each[1]))
        lines = [(str(names.get(code, code)), _villages(rows), _to_township(code, filters)) for _, code, rows in counted[:MOST_LINES]]
        groups.append(
            Exceptions(
                f"{night.short}村无主干",
                f"{len(empty)}/{len(night.villages)} 村",
                lines,
                quiet="每个村都有主干在岗",
                severity="near",
                info=go_definition("duty.village_compliance"),
            )
        )
    return groups


def _villages(rows: pd.DataFrame) -> str:
    named = "、".join(rows["name"].head(2))
    return f"{len(rows)}村:{named}{'等' if len(rows) > 2 else ''}"


def of_petitions(filters: Filters) -> list[Exceptions]:
    """Overdue petitions with their owner, and 积案 in which nothing moves."""
    scope, as_of = filters.narrowed, filters.as_of
    asked = loaders.question_for(scope, Level.TOWNSHIP, Period.holding(PeriodKind.MONTH, as_of), as_of)
    today = window(asked, Span.MOMENT)
    overdue = loaders.asked(overdue_petitions, scope, ATTENTION_TABLES, window=today, limit=MOST_LINES)
    still = loaders.asked(unmoved_backlog, scope, ATTENTION_TABLES, window=today, still_days=STILL_DAYS, limit=MOST_LINES)
    return [
        Exceptions(
            "超期诉求",
            f"{_total(overdue)} 件",
            [_petition(row, f"超期{_days(row['due_on'], as_of)}天") for row in overdue.to_dict("records")],
            quiet="没有超期诉求",
            info=go_definition("petitions.overdue"),
        ),
        Exceptions(
            f"积案{STILL_DAYS}天未动",
            f"{_total(still)} 件",
            [_petition(row, f"{_days(row['moved_on'], as_of)}天未动") for row in still.to_dict("records")],
            quiet="积案都有进展",
            info=go_definition("petitions.backlog"),
        ),
    ]


def _total(rows: pd.DataFrame) -> int:
    return int(rows["petitions"].iloc[0]) if len(rows) else 0


def _days(day: date | None, as_of: date) -> str:
    return "—" if is_missing(day) or day is None else str((as_of - day).days)


def _petition(row: dict, since: str) -> tuple[str, str, str]:
    level = HANDLING_LEVEL_NAMES[HandlingLevel(row["level"])].removesuffix("民情会") if row["level"] in set(HandlingLevel) else "级别不明"
    owner = f"{level} {'未指定经办人' if is_missing(row['handler']) else row['handler']}"
    return str(row["area_name"] or row["area_code"]), f"{since} · {owner}", go_to("pages/petitions/case.py", {"number": row["number"]})


def fallen_this_week(filters: Filters) -> Exceptions:
    """Townships below target this week that met it the week before."""
    lines = [(name, words, _to_township(code, filters)) for name, words, code in fallen(filters.narrowed, filters.as_of)]
    return Exceptions("本周跌破目标", f"{len(lines)} 项", lines[: 2 * MOST_LINES], quiet="上周达标的单位本周仍达标", severity="near")


def fallen(scope: Scope, as_of: date) -> list[tuple[str, str, str]]:
    """Name, words and code of each township below a target of this week that it met the week before."""
    tables = {table for each in WATCHED_WEEKLY if each in REGISTRY for table in loaders.tables_of(REGISTRY[each], Level.TOWNSHIP)}
    return loaders.kept(_fallen, sorted(tables), loaders.figures_scope(scope, Level.TOWNSHIP), as_of)


def _fallen(scope: Scope, as_of: date) -> list[tuple[str, str, str]]:
    week, found = Period.holding(PeriodKind.WEEK, as_of), []
    for indicator_id in WATCHED_WEEKLY:
        entry = REGISTRY.get(indicator_id)
        target = loaders.rules_on(week, as_of).target(indicator_id)
        if entry is None or target is None or entry.counted_in is not None:
            continue
        now = loaders.frame(scope, indicator_id, Level.TOWNSHIP, week, as_of)
        before = loaders.past_frame(scope, indicator_id, Level.TOWNSHIP, week.before, as_of).set_index("code")["value"]
        met = now["code"].map(before) >= target
        lower = now[met & (now["value"] < target) & (now["status"] != Status.RUNNING)]
        name = entry.name.removeprefix("乡镇")
        for row in lower.to_dict("records"):
            found.append((row["name"], f"{name} {share(row['value'])} ({fraction(row['k'], row['n'])})", row["code"]))
    return found


def _to_township(code: str, filters: Filters) -> str:
    return go_to("pages/township/township.py", {"township": code[:9], **filters.query})
