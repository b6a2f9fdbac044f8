"""What notices (推送) say: the night by name, the morning's groups, a week in sentences, who has crossed a rule's threshold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import pandas as pd

from metrics.definition import Indicator
from metrics.duty import shortfall_words
from metrics.notices import NOTICE_NAMES, Notice
from metrics.vocabulary import Direction, Status
from metrics.wording import day_text, fraction, is_missing, moment_text, value_text
from reports.days import WEEKDAYS
from reports.links import DUTY, Link
from reports.parts import Exceptional, Exceptions, ExceptionSection, Sentence
from reports.views.posts import leave_name

MOST_UNITS, MOST_NAMED = 9, 3
CHIEF = 1


def title_of(what: Notice, at: datetime) -> str:
    """晨报 11月26日(周四)."""
    return f"{NOTICE_NAMES[what]} {day_text(at.date())}(周{WEEKDAYS[at.weekday()]})"


def night_group(roll: pd.DataFrame, night: date, absent: pd.DataFrame, *, named: bool, is_tonight: bool = False) -> ExceptionSection:
    """The townships whose night lacks somebody: in the words of the page 住夜, and who is not there where people are ``named``.

    ``roll``: see ``reports.changes.night_roll``; ``absent``: ``data_access.absent.absent_people`` of them. Of a night that goes on an
    empty roll is none yet, and says so.
    """
    told = roll[~roll["before"].astype(bool)] if len(roll) else roll
    short = told[~told["compliant"].astype(bool)].sort_values(["unreported", "has_chief", "code"], ascending=[False, True, True])
    lines = tuple(
        Exceptional(str(row["name"]), _night_words(row, absent, named, is_tonight), _to_night(night, str(row["code"])))
        for row in short.head(MOST_UNITS).to_dict("records")
    )
    more = (Sentence(f"另有 {len(short) - MOST_UNITS} 个乡镇", "quiet"),) if len(short) > MOST_UNITS else ()
    when = "今晚" if is_tonight else f"昨夜({day_text(night)})"
    quiet = f"{len(told)} 个乡镇全部达标" if len(told) else "没有应住夜的乡镇"
    return ExceptionSection(f"{when}缺岗", f"{len(short)}/{len(told)} 个乡镇" if len(short) else "", lines, quiet, below=more)


def _to_night(night: date, township: str) -> Link:
    return Link(DUTY, {"night": night.isoformat(), "township": township})


def villages_group(roll: pd.DataFrame, night: date) -> ExceptionSection | None:
    """How many villages had no 主干 that night, by township; None where there are no villages."""
    told = roll[~roll["before"].astype(bool)] if len(roll) else roll
    if told.empty:
        return None
    empty = told[~told["has_chief"].astype(bool)]
    said = "、".join(empty["name"].head(MOST_NAMED)) + ("等" if len(empty) > MOST_NAMED else "")
    lines = (Exceptional(f"{len(empty)} 个村", said, Link(DUTY, {"night": night.isoformat()})),) if len(empty) else ()
    return ExceptionSection(f"{day_text(night)}夜村无主干", f"{len(empty)}/{len(told)} 村", lines, "各村都有主干", Status.NEAR)


def _night_words(row: Mapping[Any, Any], absent: pd.DataFrame, named: bool, is_tonight: bool) -> str:
    """缺正职(王强请假、李青山未到),班子差1人; 还没有记录."""
    words = "还没有记录" if row["unreported"] and is_tonight else shortfall_words(row)
    if not named or absent.empty:
        return words
    own = absent[absent["code"] == row["code"]]
    parts = []
    for post, name, lacks in ((CHIEF, "正职", not row["has_chief"]), (CHIEF + 1, "班子", not row["has_leaders"])):
        who = own[own["post"] == post]
        if lacks and len(who):
            said = "、".join(_absent_words(each) for each in who.head(MOST_NAMED).to_dict("records"))
            parts.append(f"{name}未到:{said}{f'等{len(who)}人' if len(who) > MOST_NAMED else ''}")
    return ";".join([words, *parts])


def _absent_words(row: Mapping[Any, Any]) -> str:
    name = f"编号{row['person_id']}" if is_missing(row["name"]) else str(row["name"])
    return name if is_missing(row["leave"]) else f"{name}({leave_name(row['leave'])})"


def morning(title: str, now: datetime, groups: Sequence[ExceptionSection]) -> Exceptions:
    """晨报 as one part: the page shows its groups, the picture all of it."""
    return Exceptions(tuple(groups), title, f"截至{moment_text(now)};与昨日同一时刻相比")


def crossed_lines(entry: Indicator, crossed: pd.DataFrame, threshold: float) -> list[str]:
    """泥河镇 按期办结率 90.9% (20/22). ``crossed``: judged rows that are worse than the threshold and were not."""
    word = "低于" if entry.direction is Direction.UP else "超过"
    head = f"{entry.name}{word} {value_text(entry, threshold)}:"
    lines = []
    for row in crossed.to_dict("records"):
        counted = fraction(row["k"], row["n"])
        lines.append(f"· {row['name']} {value_text(entry, row['value'])}{f' ({counted})' if counted else ''}")
    return [head, *lines]


def crossed(entry: Indicator, now: pd.DataFrame, then: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """The rows of ``now`` that are worse than the threshold and were not ``then``; what has no value, or too few cases, crosses nothing."""
    before = then.set_index("code")["value"]
    was = now["code"].map(before)
    solid = ~now["status"].isin([Status.THIN, Status.NONE, Status.RUNNING])
    if entry.direction is Direction.UP:
        return now[solid & (now["value"] < threshold) & ~(was < threshold)]
    return now[solid & (now["value"] > threshold) & ~(was > threshold)]
