"""Writes parts as the board's own HTML. Escaping is a type: a text is escaped, only ``Markup`` made here or by a template is not."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from metrics.wording import is_missing, whole
from reports.calls import CallLine, Calls
from reports.county_map import CountyMap
from reports.days import WEEKDAYS, HeatMap, MonthCalendar
from reports.links import Definition, Link, Reordered, Target
from reports.order import Sorts, written_order
from reports.parts import (
    Callout,
    Cards,
    Counters,
    Empty,
    Exceptions,
    Facts,
    Heading,
    Leaderboard,
    Milestones,
    More,
    Names,
    Pair,
    Sentence,
    SignLines,
    Steps,
    Timeline,
)
from reports.screens import Course, Slide, Wall
from reports.tables import SIGNS, Bar, Column, Layout, Lines, Spark, Table, Team, Verdict, Verdicts, screen_text, small_text
from reports.wording import chinese_marks

MACROS: dict[type, str] = {
    Heading: "heading",
    Sentence: "sentence",
    Empty: "empty",
    Callout: "callout",
    More: "more",
    Cards: "cards",
    Calls: "calls",
    CallLine: "call_line",
    Counters: "counters",
    Exceptions: "exceptions",
    Leaderboard: "leaderboard",
    HeatMap: "heat_map",
    MonthCalendar: "month_calendar",
    Timeline: "timeline",
    Facts: "facts",
    Names: "names",
    Steps: "steps",
    Milestones: "milestones",
    SignLines: "sign_lines",
    Pair: "pair",
    Course: "course",
    Wall: "wall",
    CountyMap: "county_map",
}
"""The macro in ``templates/parts.html`` that draws a part; a table has one by its layout."""


NOTHING = Markup()
CALLABLE = re.compile(r"[+\d][\d-]{6,}")
"""A number as it is dialled; a masked one is none."""


def dialled(value: object) -> str:
    """The number that a phone calls; empty for a masked one, and for what is none."""
    return value if isinstance(value, str) and CALLABLE.fullmatch(value) else ""


def _read(value: Any) -> Any:
    """A text as it is read; ``Markup`` holds none that has not been."""
    return chinese_marks(value) if type(value) is str else value


@cache
def templates() -> Environment:
    """The templates of the presentation, autoescaped; a name a template does not get raises. Every text has the marks of Chinese."""
    loader = FileSystemLoader(Path(__file__).with_name("templates"))
    return Environment(loader=loader, autoescape=True, finalize=_read, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


@cache
def _parts_template() -> Template:
    return templates().get_template("parts.html")


@dataclass(frozen=True)
class Cell:
    """A cell as the template draws it."""

    shades: str
    text: str
    small: str = ""
    sign: Verdict | None = None
    verdicts: tuple[Verdict, ...] = ()
    lines: tuple[tuple[str, str], ...] = ()
    drawing: Markup = NOTHING
    link: Definition | None = None
    calls: str = ""
    """The number that a phone calls."""


@dataclass(frozen=True)
class Row:
    shade: str
    goes: Markup
    go: Markup
    """Of the words of its first cell."""
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Head:
    """``go``: the attributes of the button that puts the rows in order; ``stands``: how they stand by it, as a screen reader says it."""

    title: str
    shades: str
    go: Markup = NOTHING
    stands: str = ""


@dataclass(frozen=True)
class LaidOut:
    """A table as a screen shows it: its heading (None for none), the columns shown, the rows."""

    heading: Heading | None
    columns: tuple[Head, ...]
    rows: tuple[Row, ...]


class HtmlWriter:
    """Draws for one reader. ``opens``: whether the reader may open a page (``area/page``); ``period``: the parameters that carry
    the view's period to another page."""

    def __init__(self, opens: Callable[[str], bool], period: Mapping[str, str] | None = None) -> None:
        self._opens, self._period = opens, dict(period or {})

    @cached_property
    def _macros(self) -> Any:
        """Macros see what their template's module was made with, so it is made once a writer, when the first part is written."""
        return _parts_template().make_module(
            {
                "go": self.go,
                "goes": self.goes,
                "about": _about,
                "render": self.render,
                "laid_out": self.laid_out,
                "ranked_heads": self.ranked_heads,
                "drawn": drawn,
                "whole": whole,
                "percent": lambda share: f"{100 * share:.1f}%",
                "dialled": dialled,
                "signs": SIGNS,
                "weekdays": WEEKDAYS,
            }
        )

    def render(self, *parts: Any) -> Markup:
        """The parts one after the other. Raises ``KeyError`` for a type that has no template."""
        return Markup("").join(self._one(part) for part in parts if part is not None)

    def _one(self, part: Any) -> Markup:
        if isinstance(part, Table):
            name = "cases" if part.layout is Layout.CASES else "table"
        else:
            name = MACROS[type(part)]
        return Markup(getattr(self._macros, name)(part))

    def slide(self, it: Slide) -> Markup:
        """One page of a show."""
        return Markup(templates().get_template("slides.html").render(it=it, body=self.render(*it.parts)))

    def go(self, target: Target | None) -> Markup:
        """The attributes that make an element lead somewhere; empty where this reader may not go there."""
        if target is None:
            return Markup()
        if isinstance(target, Definition):
            said = json.dumps({"definition": target.indicator, "context": dict(target.context)}, ensure_ascii=False)
            return Markup('data-go="{}" role="button" tabindex="0" aria-label="怎么算的"').format(said)
        if isinstance(target, Reordered):
            said = json.dumps({"sort": target.name, "order": target.order, "restarts": target.restarts}, ensure_ascii=False)
            return Markup('data-go="{}"').format(said)
        led = self.goes(target)
        return Markup('{} role="link" tabindex="0"').format(led) if led else led

    def goes(self, target: Link | None) -> Markup:
        """The same for what only a pointer uses: a row around the words that the keyboard and a screen reader take as its link."""
        if target is None or not self._opens(target.page):
            return Markup()
        query = {**target.query, **(self._period if target.keeps_period else {})}
        return Markup('data-go="{}"').format(json.dumps({"page": f"pages/{target.page}.py", "query": query}, ensure_ascii=False))

    def laid_out(self, table: Table) -> LaidOut:
        """The columns a screen shows, with what others fold into them."""
        known = {column.key: column for column in table.columns}
        shown = [column for column in table.columns if column.screen]
        title = table.title if table.conclusion is None else table.conclusion
        heading = Heading(title, table.remark, next(iter(table.indicators), "")) if title else None
        rows = []
        for place, row in enumerate(table.frame.to_dict("records")):
            link: Link | None = table.links[place] if place < len(table.links) else None
            cells = tuple(_cell(row, column, known) for column in shown)
            shade = "sum" if table.ends_in_sum and place == len(table.frame) - 1 else ""
            rows.append(Row(shade, self.goes(link), self.go(link), cells))
        heads = (self.head(each.head or each.title, _shades(each), table.sorts, each.key, falls_first=each.falls_first) for each in shown)
        return LaidOut(heading, tuple(heads), tuple(rows))

    def head(self, title: str, shades: str, sorts: Sorts | None, key: str, *, falls_first: bool) -> Head:
        """A heading; a button where the page's reader may put the rows in order by it."""
        if sorts is None or not title:
            return Head(title, shades)
        falls, then = sorts.falls(key), sorts.then(key, falls_first=falls_first)
        go = Markup('{} data-by="{}"').format(self.go(Reordered(sorts.name, written_order(then), sorts.restarts)), f"{sorts.name}~{key}")
        return Head(title, shades, go, "" if falls is None else "descending" if falls else "ascending")

    def ranked_heads(self, board: Leaderboard) -> list[Head]:
        return [self.head(each.title, each.shade, board.sorts, each.key, falls_first=each.falls_first) for each in board.columns]


def _about(indicator_id: str, **context: str) -> Definition | None:
    return Definition(indicator_id, context) if indicator_id else None


def _shades(column: Column) -> str:
    names = {"number": column.stands_right, "aside": not column.phone, "tight": column.tight, "strong": column.strong}
    return " ".join(name for name, on in names.items() if on)


def _cell(row: Mapping[str, Any], column: Column, known: Mapping[str, Column]) -> Cell:
    value = row[column.key]
    return Cell(
        shades=f"{_shades(column)} {row[column.shade] or ''}".strip() if column.shade else _shades(column),
        text=screen_text(row, column),
        small=small_text(row, column, known),
        sign=row[column.sign] if column.sign else None,
        verdicts=value.verdicts if isinstance(value, Verdicts) else (value,) if isinstance(value, Verdict) else (),
        lines=value.lines if isinstance(value, Lines) else (),
        drawing=drawn(row[column.drawing]) if column.drawing else NOTHING,
        link=row[column.link] if column.link else None,
        calls=dialled(value) if column.calls else "",
    )


# --- small drawings -------------------------------------------------------------------------------------------------


def drawn(it: Spark | Bar | Team | None) -> Markup:
    if isinstance(it, Spark):
        return _sparkline(it)
    if isinstance(it, Bar):
        return _bar(it)
    if isinstance(it, Team):
        return _team(it)
    return Markup()


def _sparkline(spark: Spark) -> Markup:
    """A line without axes; gaps stay gaps. The last point is marked; of a running period it is open, and the way to it dashed."""
    values = spark.values
    known = [float(value) for value in values if value is not None and not is_missing(value)]
    if len(known) < 2:
        return Markup('<svg viewBox="0 0 120 28" aria-hidden="true"></svg>')
    low, high = min(known), max(known)
    room, step = (high - low) or 1.0, 116 / (len(values) - 1)

    def at(value: float) -> float:
        return 24 - 20 * (value - low) / room

    points = [
        None if value is None or is_missing(value) else f"{2 + place * step:.1f},{at(float(value)):.1f}"
        for place, value in enumerate(values)
    ]
    is_open = spark.running and points[-1] is not None
    lines = [_line(run, "spark") for run in _runs(points[:-1] if is_open else points)]
    if is_open:
        lines += [_line(run, "spark running") for run in _runs(points[-2:])]
    # A stroke of no length with round ends: a dot that stays round however the drawing is stretched; a smaller one of paper opens it.
    end = next(point for point in reversed(points) if point is not None).replace(",", " ")
    dot = "".join(f'<path class="{shade}" d="M{end}h0"/>' for shade in ("spark-now", *(("spark-open",) if is_open else ())))
    goal = spark.goal
    line = (
        ""
        if goal is None or not low <= goal <= high
        else f'<line class="spark-goal" x1="0" x2="120" y1="{at(goal):.1f}" y2="{at(goal):.1f}"/>'
    )
    return Markup(f'<svg viewBox="0 0 120 28" preserveAspectRatio="none" aria-hidden="true">{line}{"".join(lines)}{dot}</svg>')


def _runs(points: Sequence[str | None]) -> list[list[str]]:
    """The stretches of at least two points without a gap."""
    runs: list[list[str]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if len(run) > 1]


def _line(points: Sequence[str], shade: str) -> str:
    return f'<polyline class="{shade}" points="{" ".join(points)}"/>'


def _bar(bar: Bar) -> Markup:
    top = bar.top or 1
    tick = "" if bar.goal is None else f'<span class="goal" style="left:{100 * min(1.0, bar.goal / top):.1f}%"></span>'
    fill = f'<span class="fill" style="width:{100 * min(1.0, bar.part / top):.1f}%"></span>'
    return Markup(f'<span class="track">{fill}{tick}</span>')


def _team(team: Team) -> Markup:
    top = max((nights for _, nights in team.members), default=0) or 1
    column = Markup('<span title="{} {}夜"><i style="height:{}%"></i><b>{}</b></span>')
    marks = Markup("").join(column.format(name, nights, f"{100 * nights / top:.0f}", nights) for name, nights in team.members)
    return Markup('<span class="team">{}</span>').format(marks)
