"""The one table: declared once, rendered by every writer (the page, XLSX, CSV, Word, slides, pictures).

A column is declared once with what it holds. A file gives every declared column a column of its own, so that its cells stay numbers; a
screen folds some of them into others: ``of`` writes two counts as 13/21, ``small`` puts columns as a quiet line under another one, and
``screen=False`` leaves a column to the files. Nothing is stated a second time, so screen and file cannot disagree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import pandas as pd

from metrics.definition import Indicator
from metrics.period import Period
from metrics.registry import indicator
from metrics.rulebook import Edition, Rulebook, rulebook
from metrics.small_cells import few_words
from metrics.vocabulary import LEVEL_NAMES, STATUS_NAMES, Level, Measure, Status
from metrics.wording import MISSING, day_text, days_text, fraction, is_missing, moment_text, rounded, share, target_text, whole
from reports.links import Link
from reports.view import View
from reports.wording import as_of_words, clean, counted_at, counted_words, day, days_words, number

if TYPE_CHECKING:
    from reports.order import Sorts

Notes = tuple[tuple[str, str], ...]
"""(label, text) pairs: 口径, 统计期, 截至, 筛选, 规则手册 …"""


class Kind(StrEnum):
    """What a column holds; it decides alignment and number format in every file."""

    TEXT = "text"
    COUNT = "count"
    """Whole numbers with a unit (件, 夜, 户)."""
    SHARE = "share"
    """0–1, shown as percent with one decimal."""
    NUMBER = "number"
    """A value with one decimal and a unit (天, 倍)."""
    SCORE = "score"
    """Points with two decimals, as a ranking is read."""
    DAYS = "days"
    """Days that something took: hours on screen where it is less than two, two decimals in files."""
    DATE = "date"
    TIMESTAMP = "timestamp"
    VERDICT = "verdict"
    """A :class:`Verdict`: coloured on screen, its word in every file."""


NUMBERS = (Kind.COUNT, Kind.SHARE, Kind.NUMBER, Kind.SCORE, Kind.DAYS)


@dataclass(frozen=True)
class Verdict:
    """A judgement as it is read: the status decides colour and sign, the words say it."""

    status: Status
    words: str

    def __str__(self) -> str:
        return self.words


SIGNS = {Status.OK: "✓", Status.NEAR: "△", Status.LOW: "✕"}
"""A sign beside the word, for readers who do not tell the colours apart."""


def verdict_of(figure: Mapping[Any, Any]) -> Verdict:
    """The verdict on a figure (``status``, ``n``, ``value``) in a word; one without cases says so."""
    status, n = Status(figure["status"]), figure["n"]
    word = STATUS_NAMES[status]
    if status is Status.THIN and not is_missing(n):
        word = f"{word}(n={int(n)})" if not is_missing(figure["value"]) else few_words("件")
    if status is Status.NONE and is_missing(figure["value"]):
        word = "无应统计" if not is_missing(n) and int(n) == 0 else "无数据"
    return Verdict(status, word)


@dataclass(frozen=True)
class Lines:
    """A cell of several lines, each with a quiet word behind it; in a file they stand behind each other."""

    lines: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return ";".join(f"{text}({small})" if small else text for text, small in self.lines)


@dataclass(frozen=True)
class Verdicts:
    """A cell of several judgements, one under the other."""

    verdicts: tuple[Verdict, ...]

    def __str__(self) -> str:
        return "、".join(each.words for each in self.verdicts)


@dataclass(frozen=True)
class Bar:
    """Drawn under a cell: a part of what fills the bar, with the target as a tick."""

    part: float
    top: float
    goal: float | None = None


@dataclass(frozen=True)
class Team:
    """Drawn in a cell: (name, nights) of each member as small columns, highest first."""

    members: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Spark:
    """Drawn in a cell: values over equally spaced periods, oldest first; a missing one is a gap. ``running``: the period of the last one
    is not over, so that it is drawn open and never as a fall."""

    values: tuple[float | None, ...]
    goal: float | None = None
    running: bool = False


@dataclass(frozen=True)
class Column:
    """``key`` is the frame's column, ``title`` its heading; in a file the unit is written in the heading, so that cells stay numbers."""

    key: str
    title: str
    kind: Kind = Kind.TEXT
    unit: str = ""
    of: str = ""
    """Key of the column this one is a part of: on screen both stand as 13/21."""
    counts: tuple[str, str] | None = None
    """Keys of k and n, which a screen writes behind a share: 88.9% (40/45)."""
    small: tuple[str, ...] = ()
    """Keys of columns that a screen writes as a quiet line under this one."""
    words: str = "{}"
    """How a screen writes a cell that is not missing: ``在岗 {} 人``."""
    head: str = ""
    """What a screen writes over it instead of the title; it says what is counted, so that the numbers under it have no unit."""
    screen: bool = True
    """False: only in files, and on screen where another column takes it as ``of`` or ``small``."""
    files: bool = True
    """False: a drawing that says nothing a file could hold beyond the other columns."""
    phone: bool = True
    """False: a narrow screen leaves it out."""
    tight: bool = False
    """On screen it is never broken over two lines."""
    right: bool = False
    """On screen it stands to the right, as numbers do: a value in words of its own indicator, a place among many."""
    strong: bool = False
    """On screen it is the cell that the others stand beside."""
    shade: str = ""
    """Key of the status whose colour a screen gives the cell."""
    sign: str = ""
    """Key of a :class:`Verdict` whose sign a screen writes behind the cell, or its words where it has no sign."""
    drawing: str = ""
    """Key of a :class:`Bar`, :class:`Team` or :class:`Spark` that a screen draws with the cell."""
    link: str = ""
    """Key of the :class:`~reports.links.Definition` behind the ⓘ beside the cell."""
    year: bool = False
    """A date on screen says its year too."""
    calls: bool = False
    """A telephone number: a screen offers to call it."""
    by: str = ""
    """Key of the values that put its rows in order, where its own cells are words."""

    @property
    def heading(self) -> str:
        """As a file writes it."""
        return f"{self.title}({self.unit})" if self.unit else self.title

    @property
    def is_number(self) -> bool:
        return self.kind in NUMBERS

    @property
    def falls_first(self) -> bool:
        """The first press on its heading puts the largest first."""
        return self.is_number or self.right

    @property
    def stands_right(self) -> bool:
        """A screen sets numbers to the right; a part with its whole (2/1) is read as text."""
        return self.right or (self.is_number and not self.of)


class Layout(StrEnum):
    """How a screen lays a table out."""

    TABLE = "table"
    CASES = "cases"
    """Two or three columns without headings, each row a case: what it is, who has it, how it stands."""


@dataclass(frozen=True)
class Table:
    """A table as a value. ``frame`` has one row a line with at least the columns' keys; its order is the order shown.

    ``title`` names it (in files, in the list of downloads). On screen ``conclusion`` stands over it instead where there is one,
    ``remark`` under that, and the ⓘ of the first of ``indicators``; files give the 口径 of all of them.
    """

    title: str
    columns: tuple[Column, ...]
    frame: pd.DataFrame
    subtitle: str = ""
    notes: Notes = ()
    cut: bool = False
    """There are more rows than these."""
    conclusion: str | None = None
    """The sentence over the table on screen; None: its title; "": no heading."""
    remark: str = ""
    indicators: tuple[str, ...] = ()
    chosen: str = ""
    """The page's own filters in words."""
    links: tuple[Link | None, ...] = ()
    """By row, where it leads."""
    empty: str = "没有记录"
    """What a screen says where there are no rows."""
    layout: Layout = Layout.TABLE
    ends_in_sum: bool = False
    """The last row is the sum of those above it; a screen sets it off."""
    may_leave: bool = True
    """False: for reading only, no file is made of it."""
    sortable: bool = True
    """False: its order is what it says, or only a part of its rows is there."""
    sorts: Sorts | None = None
    """The page's reader may put it in order by its headings, and has (``reports.order``)."""
    own_notes: bool = False
    """Its title, subtitle and notes say period, moment and rules themselves: a file adds nothing of the view."""

    def __post_init__(self) -> None:
        absent = [column.key for column in self.columns if column.key not in self.frame]
        if absent:
            raise ValueError(f"表“{self.title}”缺少列:{'、'.join(absent)}")

    @property
    def file_stem(self) -> str:
        """A file name of the title that every system takes."""
        return file_stem(self.title)[:60]

    @property
    def file_columns(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.files)

    def cells(self) -> list[tuple[object, ...]]:
        """The values of the file's columns, row by row."""
        return list(self.frame[[column.key for column in self.file_columns]].itertuples(index=False, name=None))

    def texts(self) -> list[list[str]]:
        """Every cell as a file shows it, row by row."""
        return [[cell_text(value, column) for value, column in zip(row, self.file_columns, strict=True)] for row in self.cells()]

    def page(self, number: int, rows: int) -> Table:
        """One page of ``rows`` lines, the first is page 1."""
        part = slice((number - 1) * rows, number * rows)
        return replace(self, frame=self.frame.iloc[part], links=self.links[part])

    def described(self, view: View) -> Table:
        """As a file hands it out: with the view's period and moment, 口径, filters and rulebook in its notes."""
        if self.own_notes:
            return self
        notes = (*self.notes, *view_notes(view, self.indicators, self.chosen))
        return replace(self, subtitle=self.subtitle or f"{view.period.label} · {view_as_of(view, self.indicators)}", notes=notes)


MOST_ROWS = 50_000
"""More rows than this are no table for a meeting; a list that is cut says so in its notes."""
ALL_ROWS = MOST_ROWS + 1
"""What a paged list is asked for, so that a table that had to be cut can say so."""


def table(title: str, columns: Sequence[Column], rows: Sequence[Mapping[str, Any]], **more: Any) -> Table:
    """A table of rows by column key; ``more`` are the further fields of :class:`Table`. A key that a row lacks is missing."""
    keys = list(dict.fromkeys([*(column.key for column in columns), *(key for row in rows[:1] for key in row)]))
    frame = pd.DataFrame([[row.get(key) for key in keys] for row in rows[:MOST_ROWS]], columns=keys, dtype="object")
    return Table(title, tuple(columns), frame, cut=len(rows) > MOST_ROWS, **more)


def file_stem(title: str) -> str:
    """A title as a file name that every system takes."""
    stem = "".join("_" if sign in '\\/:*?"<>|' else sign for sign in clean(title)).strip(" .")
    return stem or "表"


# --- one cell -------------------------------------------------------------------------------------------------------


def cell_text(value: object, column: Column) -> str:
    """A cell as every file shows it."""
    if is_missing(value):
        return MISSING if column.is_number else ""
    if column.kind is Kind.SHARE:
        return share(value)
    if column.kind is Kind.COUNT:
        return str(rounded(float(value)))  # type: ignore[arg-type]
    if column.kind is Kind.NUMBER:
        return number(value)
    if column.kind in (Kind.SCORE, Kind.DAYS):
        return str(rounded(float(value), 2))  # type: ignore[arg-type]
    if column.kind is Kind.TIMESTAMP and isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if column.kind is Kind.DATE and isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    return clean(value)


def screen_text(row: Mapping[str, Any], column: Column) -> str:
    """A cell as a screen shows it: the unit beside the number, days as 11月21日, a part with its whole; ``—`` where it is missing."""
    value = row[column.key]
    if is_missing(value) or value == "":
        return MISSING
    if column.of and column.kind is Kind.COUNT:
        text = fraction(value, row[column.of]) or whole(value)
    elif column.kind is Kind.COUNT:
        text = whole(value)
    elif column.counts is not None:
        k, n = (row[key] for key in column.counts)
        text = f"{cell_text(value, column)} ({fraction(k, n)})" if fraction(k, n) else cell_text(value, column)
    elif column.kind is Kind.DAYS:
        return days_text(float(value))
    elif column.kind is Kind.TIMESTAMP and isinstance(value, datetime):
        text = moment_text(value)
    elif column.kind is Kind.DATE and isinstance(value, date):
        text = f"{value.year}年{day_text(value)}" if column.year else day_text(value)
    else:
        text = cell_text(value, column)
    if column.words != "{}":
        return column.words.format(text)
    return f"{text} {column.unit}" if column.is_number and column.unit and not (column.of or column.head) else text


def small_text(row: Mapping[str, Any], column: Column, columns: Mapping[str, Column]) -> str:
    """The quiet line under a cell: the texts of the columns it takes there; nothing of what is missing."""
    texts = (screen_text(row, columns[key]) for key in column.small)
    return " · ".join(text for text in texts if text != MISSING)


# --- figures --------------------------------------------------------------------------------------------------------

FIGURE_COLUMNS = ("code", "name", "k", "n", "value", "rank", "status")
EXTRA_NAMES = {"median": "中位数", "p90": "九成在此之内"}


def figure_table(
    entry: Indicator,
    level: Level,
    period: Period,
    as_of: date,
    frame: pd.DataFrame,
    notes: Notes,
    *,
    at: datetime | None = None,
    whole: Mapping[str, Any] | None = None,
    ranked: int | None = None,
) -> Table:
    """An indicator's frame as a table, k and n in columns of their own. All rows of the frame, in its order.

    ``at``: the minute of the as-of day at which it was asked, None for the day once it is over. ``whole``: the row of all of them together
    (name, k, n, value, status), which ends the table and has no place. ``ranked``: how many units the places are counted among, where they
    are more than the rows.
    """
    if whole is not None:
        last = {**dict.fromkeys(frame.columns), "code": "", **whole, "rank": None}
        frame = pd.concat([frame.astype("object"), pd.DataFrame([last], columns=frame.columns, dtype="object")], ignore_index=True)
    rows = frame.assign(verdict=pd.Series([verdict_of(row) for row in frame.to_dict("records")], index=frame.index, dtype="object"))
    rows["name"] = [code if is_missing(name) else name for code, name in zip(frame["code"], frame["name"], strict=True)]
    among: list[Column] = []
    if ranked is not None:
        rows["ranked"] = [None if is_missing(rank) else ranked for rank in rows["rank"]]
        among = [Column("ranked", "参加排名", Kind.COUNT, "个")]
    columns = [Column("rank", "名次", Kind.COUNT), *among, Column("code", "代码"), Column("name", LEVEL_NAMES[level])]
    unit = entry.unit_at(level)
    if entry.measure is Measure.RATE:
        columns += [
            Column("k", "分子", Kind.COUNT, unit),
            Column("n", "分母", Kind.COUNT, unit),
            Column("value", entry.name, Kind.SHARE),
        ]
    elif entry.measure is Measure.COUNT:
        columns += [Column("k", entry.name, Kind.COUNT, unit)]
    else:
        columns += [Column("value", entry.name, Kind.NUMBER, unit)]
        if frame["n"].notna().any():
            columns += [Column("n", "样本", Kind.COUNT)]
    columns += [Column(key, EXTRA_NAMES[key], Kind.NUMBER, unit) for key in frame.columns if key in EXTRA_NAMES]
    columns += [Column("verdict", "评价", Kind.VERDICT)]
    of = counted_words(entry, period, as_of) or period.label
    subtitle = f"{of} · {as_of_words(counted_at(entry, period, at or as_of))} · 按{LEVEL_NAMES[level]}"
    return Table(entry.name, tuple(columns), rows, subtitle, notes, ends_in_sum=whole is not None)


# --- what a reader asks of a table ------------------------------------------------------------------------------------


def definition_words(entry: Indicator, edition: Edition) -> str:
    """口径 in one line: what is divided by what, with the numbers of an edition."""
    texts = entry.texts(edition)
    return f"{texts.numerator} ÷ {texts.denominator}" if texts.denominator else texts.numerator


def basis_words(entry: Indicator, rules: Rulebook | None = None) -> str:
    """The rules a figure rests on, each in its words under what it rests on: 规则手册“…”;信访工作条例(2022)第三十四条“…”."""
    known = (rules or rulebook()).rules
    return ";".join(f"{known[rule].basis}{known[rule].quoted}" for rule in entry.basis if rule in known)


def edition_words(edition: Edition) -> str:
    """2024.1(自2024年1月1日起)."""
    return f"{edition.version}(自{day(edition.valid_from)}起)"


MASKED_NOTE = ("姓名", "本账号不看姓名,姓名和事由已隐去")


def view_as_of(view: View, indicators: Sequence[str]) -> str:
    """截至, as the figures of a view are of: in a past period those about a moment look at its end."""
    moments = dict.fromkeys(counted_at(entry, view.period, view.told_at) for entry in map(indicator, indicators))
    if not moments or list(moments) == [view.told_at]:
        return as_of_words(view.told_at)
    if len(moments) == 1:
        return as_of_words(view.period.last)
    return f"{as_of_words(view.told_at)},时点数{as_of_words(view.period.last)}"


def view_notes(view: View, indicators: Sequence[str], chosen: str = "") -> Notes:
    """口径, 统计期, 截至, 筛选, 规则手册, and that names are masked where they are."""
    period, edition = view.period, view.edition
    counted = [("口径", f"{entry.name}:{definition_words(entry, edition)}") for entry in map(indicator, indicators)]
    return (
        *counted,
        ("统计期", f"{period.label}({days_words(period.first, period.last)})"),
        ("截至", view_as_of(view, indicators).removeprefix("截至")),
        ("筛选", " · ".join(part for part in (view.where, chosen) if part)),
        ("规则手册", edition_words(edition)),
        *((MASKED_NOTE,) if view.masked else ()),
    )


def definition_notes(
    entry: Indicator,
    level: Level,
    period: Period,
    as_of: date,
    edition: Edition,
    filters: str = "",
    rules: Rulebook | None = None,
    at: datetime | None = None,
) -> Notes:
    """What a reader asks of a number: definition, target, rule, period, as-of, filters, the rulebook's version.

    ``at``: see :func:`figure_table`.
    """
    notes = [
        ("指标", entry.name),
        ("口径", definition_words(entry, edition)),
        ("说明", entry.texts(edition).notes),
        ("目标", target_text(entry, edition.target(entry.id)).removeprefix("目标 ") or "不设目标"),
        ("依据", basis_words(entry, rules)),
        ("统计期", counted_words(entry, period, as_of) or f"{period.label}({days_words(period.first, min(period.last, as_of))})"),
        ("截至", as_of_words(counted_at(entry, period, at or as_of)).removeprefix("截至")),
        ("层级", LEVEL_NAMES[level]),
        ("筛选", filters or "无"),
        ("规则手册", edition_words(edition)),
    ]
    return tuple((label, text) for label, text in notes if text)
