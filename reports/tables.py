"""One table for every format: the value behind an XLSX sheet, a CSV file, a table in the circular and one on a slide."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import pandas as pd

from metrics.definition import Indicator, Question
from metrics.rulebook import Rulebook
from metrics.vocabulary import LEVEL_NAMES, STATUS_NAMES, Level, Measure, Status
from metrics.wording import MISSING, is_missing, rounded, share, target_text
from reports.wording import as_of_words, clean, formula_safe, number


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
    DATE = "date"
    TIMESTAMP = "timestamp"


@dataclass(frozen=True)
class Column:
    """``key`` is the frame's column, ``title`` its heading; the unit is written in the heading, so cells stay numbers."""

    key: str
    title: str
    kind: Kind = Kind.TEXT
    unit: str = ""

    @property
    def heading(self) -> str:
        return f"{self.title}({self.unit})" if self.unit else self.title

    @property
    def is_number(self) -> bool:
        return self.kind in (Kind.COUNT, Kind.SHARE, Kind.NUMBER, Kind.SCORE)


@dataclass(frozen=True)
class TableReport:
    """A table to hand out. ``notes`` are (label, text) pairs: 口径, 统计期, 截至, 筛选, 规则手册 …

    ``frame`` holds one row a line with at least the columns' keys; its order is the order shown. ``cut``: there are more rows than these.
    """

    title: str
    columns: tuple[Column, ...]
    frame: pd.DataFrame
    subtitle: str = ""
    notes: tuple[tuple[str, str], ...] = ()
    cut: bool = False

    def __post_init__(self) -> None:
        absent = [column.key for column in self.columns if column.key not in self.frame]
        if absent:
            raise ValueError(f"表“{self.title}”缺少列:{'、'.join(absent)}")

    @property
    def file_stem(self) -> str:
        """A file name of the title that every system takes."""
        stem = "".join("_" if sign in '\\/:*?"<>|' else sign for sign in clean(self.title)).strip(" .")
        return stem[:60] or "表"

    def texts(self) -> list[list[str]]:
        """Every cell as it is shown, row by row."""
        return [
            [cell_text(value, column) for value, column in zip(row, self.columns, strict=True)]
            for row in self.frame[[column.key for column in self.columns]].itertuples(index=False, name=None)
        ]


MOST_ROWS = 50_000
"""More rows than this are no table for a meeting; a list that is cut says so in its notes."""


def table_of_rows(
    title: str,
    columns: Mapping[str, Kind],
    rows: Sequence[Sequence[object]],
    subtitle: str = "",
    notes: tuple[tuple[str, str], ...] = (),
) -> TableReport:
    """A table of plain rows. ``columns``: heading (with its unit) → kind, in order; every row has one value a column."""
    made = tuple(Column(f"c{place}", heading, kind) for place, (heading, kind) in enumerate(columns.items()))
    frame = pd.DataFrame([list(row) for row in rows[:MOST_ROWS]], columns=[column.key for column in made], dtype="object")
    return TableReport(title, made, frame, subtitle, notes, cut=len(rows) > MOST_ROWS)


Sheet = TableReport
"""A table is one sheet of a workbook."""


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
    if column.kind is Kind.SCORE:
        return str(rounded(float(value), 2))  # type: ignore[arg-type]
    if column.kind is Kind.TIMESTAMP and isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if column.kind is Kind.DATE and isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    return clean(value)


def csv_bytes(sheet: TableReport) -> bytes:
    """CSV that a double click opens in Chinese: UTF-8 with a byte order mark, CRLF, text that could be a formula disarmed.

    Shares stay numbers (0.619047…) so that the file can be computed with; missing cells are empty.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([formula_safe(clean(column.heading)) for column in sheet.columns])
    for row in sheet.frame[[column.key for column in sheet.columns]].itertuples(index=False, name=None):
        writer.writerow([_csv_cell(value, column) for value, column in zip(row, sheet.columns, strict=True)])
    return out.getvalue().encode("utf-8-sig", "replace")


def _csv_cell(value: object, column: Column) -> object:
    if is_missing(value):
        return ""
    if column.kind is Kind.COUNT:
        return int(value)  # type: ignore[call-overload]
    if column.kind in (Kind.SHARE, Kind.NUMBER, Kind.SCORE):
        return float(value)  # type: ignore[arg-type]
    return formula_safe(cell_text(value, column))


FIGURE_COLUMNS = ("code", "name", "k", "n", "value", "rank", "status")


def verdict(status: str, n: object) -> str:
    """The status in a word; a zero denominator says so."""
    if Status(status) is Status.NONE:
        return "无应统计" if not is_missing(n) and int(n) == 0 else MISSING  # type: ignore[call-overload]
    return STATUS_NAMES[Status(status)]


def leaderboard(entry: Indicator, asked: Question, frame: pd.DataFrame, notes: tuple[tuple[str, str], ...]) -> TableReport:
    """An indicator's frame as a table, k and n in columns of their own. All rows of the frame, in its order."""
    rows = frame.assign(verdict=[verdict(status, n) for status, n in zip(frame["status"], frame["n"], strict=True)])
    rows["name"] = [code if is_missing(name) else name for code, name in zip(frame["code"], frame["name"], strict=True)]
    columns = [Column("rank", "名次", Kind.COUNT), Column("code", "代码"), Column("name", LEVEL_NAMES[asked.level])]
    if entry.measure is Measure.RATE:
        columns += [
            Column("k", "分子", Kind.COUNT, entry.unit),
            Column("n", "分母", Kind.COUNT, entry.unit),
            Column("value", entry.name, Kind.SHARE),
        ]
    elif entry.measure is Measure.COUNT:
        columns += [Column("k", entry.name, Kind.COUNT, entry.unit)]
    else:
        columns += [Column("value", entry.name, Kind.NUMBER, entry.unit)]
        if frame["n"].notna().any():
            columns += [Column("n", "样本", Kind.COUNT)]
    extras = [key for key in frame.columns if key not in FIGURE_COLUMNS and pd.api.types.is_numeric_dtype(frame[key])]
    columns += [Column(key, EXTRA_NAMES.get(key, key), Kind.NUMBER, entry.unit) for key in extras if key in EXTRA_NAMES]
    columns += [Column("verdict", "评价")]
    return TableReport(
        title=entry.name,
        subtitle=f"{asked.period.label} · {as_of_words(asked.as_of)} · 按{LEVEL_NAMES[asked.level]}",
        columns=tuple(columns),
        frame=rows,
        notes=notes,
    )


EXTRA_NAMES = {"median": "中位数", "p90": "九成在此之内"}


def definition_words(entry: Indicator) -> str:
    """口径 in one line: what is divided by what."""
    return f"{entry.numerator} ÷ {entry.denominator}" if entry.denominator else entry.numerator


def definition_notes(entry: Indicator, asked: Question, rules: Rulebook, filters: str = "") -> tuple[tuple[str, str], ...]:
    """What a reader asks of a number: definition, target, rule, period, as-of, filters, the rulebook's version."""
    basis = ";".join(f"{rules.rules[rule].words}({rules.rules[rule].source})" for rule in entry.basis if rule in rules.rules)
    notes = [
        ("指标", f"{entry.name}({entry.id})"),
        ("口径", definition_words(entry)),
        ("说明", entry.notes),
        ("目标", target_text(entry, asked.rules.target(entry.id)).removeprefix("目标 ") or "不设目标"),
        ("依据", basis),
        ("统计期", f"{asked.period.label}({asked.first.isoformat()} 至 {asked.last.isoformat()})"),
        ("截至", as_of_words(asked.as_of).removeprefix("截至")),
        ("层级", LEVEL_NAMES[Level(asked.level)]),
        ("筛选", filters or "无"),
        ("规则手册", f"{asked.rules.version}(自 {asked.rules.valid_from.isoformat()} 起)"),
    ]
    return tuple((label, text) for label, text in notes if text)
