"""What notices (推送) say: the night by name, the morning's groups, a week in sentences, who has crossed a rule's threshold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from metrics.definition import Indicator
from metrics.notices import NOTICE_NAMES, Notice
from metrics.vocabulary import Direction, Status
from metrics.wording import day_text, fraction, moment_text, value_text
from reports.days import weekday
from reports.links import to_tonight
from reports.parts import Exceptional, Exceptions, ExceptionSection, Sentence
from reports.views.duty import Night
from reports.views.tonight import Unit

MOST_UNITS, MOST_NAMED = 9, 3


def title_of(what: Notice, at: datetime) -> str:
    """晨报 11月26日(周四)."""
    return f"{NOTICE_NAMES[what]} {day_text(at.date())}({weekday(at)})"


def night_group(night: Night, units: Sequence[Unit], *, named: bool) -> ExceptionSection:
    """The townships whose night lacks somebody, as the page 今晚 says it; who is not there and why where people are ``named``.

    ``units``: see ``reports.views.tonight``. Of a night that goes on an empty roll is none yet, and says so.
    """
    townships = [unit for unit in units if not unit.is_village]
    short = [unit for unit in townships if unit.lacking]
    lines = tuple(Exceptional(unit.name, _lacking(unit, named), to_tonight(night.day, unit.code)) for unit in short[:MOST_UNITS])
    more = (Sentence(f"另有 {len(short) - MOST_UNITS} 个乡镇", "quiet"),) if len(short) > MOST_UNITS else ()
    when = f"昨夜({day_text(night.day)})" if night.is_over else night.label
    quiet = f"{len(townships)} 个乡镇全部达标" if townships else "没有应住夜的乡镇"
    return ExceptionSection(f"{when}缺岗", f"{len(short)}/{len(townships)} 个乡镇" if short else "", lines, quiet, below=more)


def villages_group(night: Night, units: Sequence[Unit]) -> ExceptionSection | None:
    """The villages without a 主干 that night; None where there are no villages."""
    villages = [unit for unit in units if unit.is_village]
    if not villages:
        return None
    empty = [unit for unit in villages if unit.lacks_chief]
    said = "、".join(unit.name for unit in empty[:MOST_NAMED]) + ("等" if len(empty) > MOST_NAMED else "")
    lines = (Exceptional(f"{len(empty)} 个村", said, to_tonight(night.day)),) if empty else ()
    return ExceptionSection(f"{day_text(night.day)}夜村无主干", f"{len(empty)}/{len(villages)} 村", lines, "各村都有主干", Status.NEAR)


def _lacking(unit: Unit, named: bool) -> str:
    """缺正职、班子差1人:王强(请假)、李青山(排了没到)."""
    if not named or not unit.absent:
        return unit.lacking
    said = "、".join(f"{each.name}({each.reason})" for each in unit.absent[:MOST_NAMED])
    return f"{unit.lacking}:{said}{f'等{len(unit.absent)}人' if len(unit.absent) > MOST_NAMED else ''}"


def evening(title: str, now: datetime, groups: Sequence[ExceptionSection]) -> Exceptions:
    """今晚缺岗 as one part, for its picture."""
    return Exceptions(tuple(groups), title, f"截至{moment_text(now)}")


COMPARED = "与昨日同一时刻相比"


def morning(title: str, now: datetime, groups: Sequence[ExceptionSection]) -> Exceptions:
    """晨报 as one part: the page shows its groups, the picture all of it."""
    return Exceptions(tuple(groups), title, f"截至{moment_text(now)};{COMPARED}")


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
