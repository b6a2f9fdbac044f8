"""All figures of one unit: its row in each indicator's frame, beside the unit above and a sibling. No query a unit: frames are shared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from data_access.scope import Scope
from metrics.definition import Indicator
from metrics.ranking import margin
from metrics.registry import REGISTRY
from metrics.vocabulary import MODULE_NAMES, Direction, Level, Module, Status
from metrics.wording import fraction, is_missing, target_text, value_text
from pages.common import loaders
from pages.common.boards import module_page
from pages.common.filters import Filters
from pages.common.markup import sparkline, verdict
from pages.common.navigation import enabled_modules
from pages.common.panel import go_definition, go_to
from pages.common.petition_words import LIST_PAGE, cases_query
from pages.common.sheets import Column, cell, heading, sheet

ABOVE = {Level.TOWNSHIP: (Level.COUNTY, 6), Level.VILLAGE: (Level.TOWNSHIP, 9)}


@dataclass(frozen=True)
class Figure:
    """One indicator of one unit. ``above``, ``other``: the rows of the unit above and of the sibling compared with, or None."""

    entry: Indicator
    row: Mapping[str, Any]
    above: Mapping[str, Any] | None
    other: Mapping[str, Any] | None
    target: float | None
    ranked: int
    severity: float
    """How far below the target, in the widths of amber; 0 where it is met or not judged."""


def modules(level: Level) -> list[Module]:
    """The modules this county runs that have indicators at the level, in the registry's order."""
    on = enabled_modules() | {"quality"}
    return list(dict.fromkeys(each.module for each in REGISTRY.values() if level in each.levels and module_page(each.id)[0] in on))


def figures(scope: Scope, module: Module, level: Level, code: str, versus: str | None, filters: Filters) -> Iterator[Figure]:
    """The indicators of a module at one unit. ``scope`` is that of the figures beside it (the county's)."""
    period, as_of = filters.period, filters.as_of
    question = loaders.question_for(scope, level, period, as_of)
    upper, length = ABOVE[level]
    for entry in REGISTRY.values():
        if entry.module is not module or level not in entry.levels:
            continue
        frame = loaders.frame(scope, entry.id, level, period, as_of)
        row = row_of(frame, code)
        if row is None:
            continue
        # The unit above is for comparison: its frame may be ten minutes old, so that a live feed does not recompute two levels.
        above = loaders.past_frame(scope, entry.id, upper, period, as_of) if upper in entry.levels else None
        target = question.rules.target(entry.id)
        yield Figure(
            entry,
            row,
            None if above is None else row_of(above, code[:length]),
            None if versus is None else row_of(frame, versus),
            target,
            int(frame["rank"].notna().sum()),
            _severity(row, target, margin(entry, question), entry),
        )


def row_of(frame: pd.DataFrame, code: str) -> dict[str, Any] | None:
    """A unit's row. By position, for a hundred frames a page: comparing a column of texts costs pandas more than the rest together."""
    codes = frame["code"].tolist()
    if code not in codes:
        return None
    at = codes.index(code)
    return {str(name): frame[name].iat[at] for name in frame.columns}


def _severity(row: Mapping[str, Any], target: float | None, width: float, entry: Indicator) -> float:
    if target is None or row["status"] not in (Status.NEAR, Status.LOW):
        return 0.0
    short = target - row["value"] if entry.direction is Direction.UP else row["value"] - target
    return float(short) / (width or 1.0)


def figure_table(
    module: Module,
    found: Sequence[Figure],
    trends: Mapping[str, Sequence[float]] | None,
    names: Mapping[str, str],
    cases: Callable[[str], str] | None = None,
) -> str:
    """A module's figures as a table. ``trends`` by indicator: twelve periods, oldest first; None while they are being computed.

    ``names``: what the columns of the unit above (``above``) and of the sibling (``other``) are called; without ``other`` no column.
    ``cases``: by indicator the attribute that makes its row lead to the cases behind it, or empty.
    """
    heads = [Column("指标"), Column("本单位", number=True), Column(names["above"], number=True)]
    heads += [Column(names["other"], number=True, aside=True)] if "other" in names else []
    heads += [Column("名次", number=True), Column("近12期", aside=True), Column("")]
    rows = [_row(each, trends, "other" in names) for each in found]
    if trends is None:
        heads = [head for head in heads if head.name != "近12期"]
    links = [cases(each.entry.id) for each in found] if cases is not None else []
    return heading(MODULE_NAMES[module]) + sheet(heads, rows, links, empty="这个时段没有数据")


def cases_of(filters: Filters, township: str) -> Callable[[str], str]:
    """By indicator: the link to its cases in a township, empty where it has none."""

    def link(indicator_id: str) -> str:
        query = cases_query(indicator_id, filters, township)
        return "" if query is None else go_to(LIST_PAGE, query)

    return link


def _row(each: Figure, trends: Mapping[str, Sequence[float]] | None, compared: bool) -> list[str]:
    entry = each.entry
    shown = f"{value_text(entry, each.row['value'])} {fraction(each.row['k'], each.row['n'])}".strip()
    info = f'<button class="info" {go_definition(entry.id, shown=shown)}>ⓘ</button>'
    cells = [f"{escape(entry.name)}{info}<small>{escape(target_text(entry, each.target))}</small>", _value(entry, each.row, strong=True)]
    cells.append(_value(entry, each.above))
    if compared:
        cells.append(_value(entry, each.other))
    cells.append(cell("—" if is_missing(each.row["rank"]) else f"{int(each.row['rank'])}/{each.ranked}"))
    if trends is not None:
        values = list(trends.get(entry.id, ()))
        cells.append(f'<span class="sparkle">{sparkline([*values, each.row["value"]], each.target)}</span>')
    cells.append(verdict(each.row["status"], each.row["n"]))
    return cells


def _value(entry: Indicator, row: Mapping[str, Any] | None, *, strong: bool = False) -> str:
    if row is None:
        return '<span class="quiet">—</span>'
    text = cell(value_text(entry, row["value"]))
    kn = fraction(row["k"], row["n"])
    return (f"<b>{text}</b>" if strong else text) + (f"<small>{escape(kn)}</small>" if kn else "")


def sentence(name: str, found: Sequence[Figure], period: str) -> str:
    """泥河镇 2026年11月:18 项达标,4 项接近,6 项未达标."""
    count = {status: sum(each.row["status"] == status for each in found) for status in (Status.OK, Status.NEAR, Status.LOW)}
    if not any(count.values()):
        return f"{name} {period}还没有可评价的指标"
    words = [f"{count[Status.OK]} 项达标", f"{count[Status.NEAR]} 项接近", f"{count[Status.LOW]} 项未达标"]
    return f"{name} {period}:{','.join(words)}"


def weakest(found: Sequence[Figure], most: int = 3) -> list[Figure]:
    """The farthest below target, at most one of each module: three of one module would often be the same nights or cases.

    数据质量 comes last: its figures ask for a check, they do not say that work was left undone.
    """
    chosen: dict[Module, Figure] = {}
    for each in sorted(found, key=lambda figure: (figure.entry.module is Module.QUALITY, -figure.severity)):
        if each.severity > 0:
            chosen.setdefault(each.entry.module, each)
    return list(chosen.values())[:most]
