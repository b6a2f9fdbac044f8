"""成效 as it is read: the totals by unit, side by side, and a paragraph in the office's style. Both are made of one :class:`Outcomes`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pandas as pd

from metrics.outcomes import Total
from metrics.period import Period, PeriodKind
from metrics.vocabulary import LEVEL_NAMES, Level
from metrics.wording import MISSING, share, whole
from reports.links import to_township, to_village
from reports.outcomes import KN, NONE, Outcomes
from reports.parts import Fact, Facts
from reports.tables import Column, Kind, Table, screen_text, table
from reports.wording import named, official

SUBTITLE = "是多少就写多少:不设目标、不排名,做得多不等于做得好。"
NEVER_ADDED = "人次、户次、件各算各的,不相加;不设目标、不排名"

NOT_ON_PHONES = ("night_disputes", "disputes")
"""What a narrow screen leaves to the paragraph."""


def groups(found: Outcomes) -> tuple[str, ...]:
    """The groups there is something to tell of, in their order."""
    return tuple(dict.fromkeys(total.group for total in found.totals))


def outcome_table(found: Outcomes, group: str) -> Table:
    """A group's totals: a line a unit by code, the whole last. A township leads to its page."""
    totals = [total for total in found.totals if total.group == group]
    kept = any(_kept(found, total) for total in totals)  # of villages no sessions: only the township's own line is there
    codes = sorted(found.units) if kept or not found.of_units else []
    lines = [{"name": found.units[code], **_cells(totals, found, code)} for code in codes]
    links = tuple((to_village if found.level is Level.VILLAGE else to_township)(code) for code in codes)
    if found.of_units:
        lines.append({"name": found.place, **_cells(totals, found)})
    return table(
        f"成效 {group}",
        _columns(totals),
        lines,
        conclusion=group,
        remark=f"{NEVER_ADDED};斜线后是{_wholes(totals)}" if any(total.of for total in totals) else NEVER_ADDED,
        notes=tuple((total.title, total.words) for total in totals),
        links=(*links, None) if found.of_units else links,
        ends_in_sum=found.of_units,
    )


def definitions(found: Outcomes) -> Facts:
    """怎么算的: each total in words, with the indicator whose number it is."""
    return Facts("怎么算的", tuple(Fact(f"{total.title}({total.unit})", total.words) for total in found.totals))


def as_printed(table: Table) -> Table:
    """For paper, which is read: what is a part stands with its whole in one column, 390/1,778."""
    columns = tuple(column for column in table.columns if column.screen)
    texts = [{column.key: screen_text(row, column) for column in columns} for row in table.frame.to_dict("records")]
    shown = tuple(Column(column.key, column.head or column.title, right=column.right) for column in columns)
    return replace(table, columns=shown, frame=pd.DataFrame(texts, columns=[column.key for column in columns]), links=())


def _wholes(totals: list[Total]) -> str:
    """受理事项、应化解: what stands behind the strokes."""
    return "、".join(dict.fromkeys(total.of for total in totals if total.of))


def _columns(totals: list[Total]) -> tuple[Column, ...]:
    columns = [Column("name", "单位", tight=True)]
    for total in totals:
        part = f"{total.id}_n" if total.of else ""
        head, phone = f"{total.title}({total.unit})", total.id not in NOT_ON_PHONES
        columns.append(Column(total.id, total.title, Kind.COUNT, total.unit, of=part, head=head, right=True, phone=phone))
        if part:
            columns.append(Column(part, f"{total.title}:{total.of}", Kind.COUNT, total.unit, screen=False))
    return tuple(columns)


def _cells(totals: list[Total], found: Outcomes, code: str | None = None) -> dict[str, Any]:
    cells: dict[str, Any] = {}
    for total in totals:
        k, n = found.whole[total.id] if code is None else figure(found, total, code)
        nothing = total.of and not n  # of nothing nothing can be a part
        cells |= {total.id: None if nothing else k, f"{total.id}_n": None if nothing else n}
    return cells


def figure(found: Outcomes, total: Total, code: str) -> KN:
    """A unit's k and n: zeros where the level is kept and there is nothing of the unit."""
    if found.whole[total.id] == NONE or not _kept(found, total):
        return NONE
    return found.figures[total.id].get(code, (0, 0 if total.of else None))


def _kept(found: Outcomes, total: Total) -> bool:
    return found.level is not Level.VILLAGE or bool(found.figures[total.id]) or Level.VILLAGE in total.levels


# --- in words -----------------------------------------------------------------------------------------------------------


def lead(period: Period, moment: date | datetime) -> str:
    """今年以来, 11月以来, 四季度以来, 本周; of a period that is over its name: 10月, 2025年."""
    day = moment.date() if isinstance(moment, datetime) else moment
    if period.last < day:
        return named(period, day.year)
    if period.kind is PeriodKind.YEAR:
        return "今年以来"
    return "本周" if period.kind is PeriodKind.WEEK else f"{named(period, day.year)}以来"


def paragraph(found: Outcomes) -> str:
    """今年以来,全县9个乡镇共住夜12,345人次…开展夜学108期,264名干部登台授课… What there is nothing of is not told."""
    sentences = [text for group in groups(found) if (text := _sentence(found, group))]
    if not sentences:
        return official(f"{lead(found.period, found.moment)},{found.place}还没有可统计的记录。")
    units = f"{len(found.units)}个{LEVEL_NAMES[found.level]}" if found.of_units else ""
    return official(f"{lead(found.period, found.moment)},{found.place}{units}共{'。'.join(sentences)}。")


def _sentence(found: Outcomes, group: str) -> str:
    said = ""
    for total in found.totals:
        k, n = found.whole[total.id]
        if total.group == group and (n if total.of else k):
            clause = total.clause.format(k=whole(k), n=whole(n), share=share(k / n) if k is not None and n else MISSING)
            said += f"{';' if total.opens else ','}{clause}" if said else clause
    return said
