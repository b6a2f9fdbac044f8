"""Every table of every page says the same on screen and in its files: rows, order, verdicts, values. And no text becomes markup.

The pages are walked as a reader would click: each choice that a page offers is taken once, for a leader of the county and for a township.
What is on screen is read from the HTML that is sent, what is in the files from the CSV that a click would give; the two are compared by a
reckoning of their own, not by the code that writes them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest
from sqlalchemy import Engine, text
from streamlit.testing.v1 import AppTest

from data_access.accounts import Role
from data_access.engine import engine
from ingest.demo.world import MINIATURE
from metrics.period import PeriodKind
from pages.common import freshness, page
from pages.common.page import Page
from reports import readings
from reports.csv_file import csv_bytes
from reports.html import HtmlWriter
from reports.parts import tables_among
from reports.svg import can_draw, picture
from reports.tables import Column, Kind, Layout, Table
from reports.wording import chinese_marks
from tests.conftest import in_memory_alone
from tests.demo_county import a_small_county
from tests.test_app_pages import ENTRIES, a_link, account_of, drawn, pointed

HOSTILE = "<img src=x onerror=alert(1)>&'\"]]>"
DEEPEST = 2
"""A choice within a choice: the view, then what it offers."""
MISSING, HOURS_BELOW_DAYS = "—", 2


@dataclass
class Shown:
    """A panel as it was sent: its parts, its HTML, and what makes the files' table instead of a shown one."""

    html: str
    parts: tuple[Any, ...]
    whole: Any
    where: str = ""


@dataclass
class Visit:
    """What one run of a page has shown and offered to choose."""

    panels: list[Shown] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def hostile_county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The miniature demo county, in which every third unit, person, title and note carries a name that wants to be markup."""
    url = a_small_county(tmp_path_factory.mktemp("walk"), MINIATURE)
    with engine(url).begin() as connection:
        for table, column in (
            ("area", "name"),
            ("person", "name"),
            ("petition", "title"),
            ("petition", "category"),
            ("night_session", "theme"),
        ):
            connection.execute(text(f"UPDATE {table} SET {column} = {column} || :hostile WHERE rowid % 3 = 0"), {"hostile": HOSTILE})
        connection.execute(text("UPDATE night_visit SET note = :hostile"), {"hostile": HOSTILE})
    yield from pointed(url)


@pytest.fixture
def visit(monkeypatch: pytest.MonkeyPatch) -> Visit:
    """Notes what the pages of a test show."""
    seen, show, choose = Visit(), Page.show, Page.choose

    def noted(self: Page, *parts: Any, key: str, **more: Any) -> None:
        writer = HtmlWriter(page.navigation.opens, self.filters.query)
        seen.panels.append(Shown(str(writer.render(*parts)), parts, more.get("whole"), f"{self.name} {key}"))
        show(self, *parts, key=key, **more)

    def offered(self: Page, label: str, choices: Any, name: str, default: str, **more: Any) -> str:
        seen.choices[name] = [str(each) for each in choices if str(each) != default]
        return choose(self, label, choices, name, default, **more)

    in_memory_alone(monkeypatch)
    monkeypatch.setattr(Page, "show", noted)
    monkeypatch.setattr(Page, "choose", offered)
    monkeypatch.setattr(readings, "CARD_PERIODS", dict.fromkeys(PeriodKind, 2))
    monkeypatch.setattr(readings, "RUN_PERIODS", 2)
    monkeypatch.setattr(freshness, "LONGEST_HOLD_SECONDS", 0.0)
    return seen


def walked(board: AppTest, entry: Any, link: dict[str, str], visit: Visit, chosen: dict[str, str] | None = None) -> Iterator[list[Shown]]:
    """The panels of a page for each choice that it offers, one run after the other."""
    chosen = chosen or {}
    visit.panels.clear()
    visit.choices.clear()
    drawn(board, entry, **link, **chosen)
    assert not board.exception, (entry.url_path, chosen, [problem.message for problem in board.exception])
    yield list(visit.panels)
    if len(chosen) < DEEPEST:
        for name, options in list(visit.choices.items()):
            for option in options if name not in chosen and name not in link else ():
                yield from walked(board, entry, link, visit, {**chosen, name: option})


# --- what is on screen ----------------------------------------------------------------------------------------------------


class Cells(HTMLParser):
    """The rows of each table and list of cases, and every tag there is."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.tags: set[str] = set()
        self.events: set[str] = set()
        self._open: list[str] = []
        self._cell = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        shade = dict(attrs).get("class") or ""
        self.tags.add(tag)
        self.events |= {name for name, _ in attrs if name.startswith("on") or name == "src"}
        if tag == "tbody" or (tag == "div" and shade == "cases"):
            self.tables.append([])
        if tag == "tr" or (tag == "div" and shade == "case"):
            if self.tables and not any(each.startswith("thead.") for each in self._open):  # a panel may hold several tables
                self.tables[-1].append([])
        elif tag == "td" or (tag == "span" and (shade in ("what", "who") or shade.startswith("verdict")) and self._in_case()):
            self.tables[-1][-1].append("")
            self._cell = True
        if tag not in ("img", "input", "br", "line", "path", "polyline", "circle", "rect"):
            self._open.append(f"{tag}.{shade}")

    def _in_case(self) -> bool:
        return "div.case" in self._open and "td" not in self._open

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().split(".")[0] != tag:
            pass
        if tag == "td":
            self._cell = False

    def handle_data(self, data: str) -> None:
        if self._cell and self.tables and self.tables[-1] and self.tables[-1][-1]:
            self.tables[-1][-1][-1] += data


# --- what is in the file --------------------------------------------------------------------------------------------------


def file_rows(table: Table) -> list[dict[str, str]]:
    lines = list(csv.reader(io.StringIO(csv_bytes(table).decode("utf-8-sig"))))
    keys = [column.key for column in table.file_columns]
    return [dict(zip(keys, line, strict=True)) for line in lines[1:]]


def token(value: str, column: Column) -> str:  # noqa: PLR0911 (one kind a line)
    """What a screen has to show of a file's cell, reckoned from the file's text alone."""
    if value == "":
        return ""
    if column.kind is Kind.COUNT:
        return f"{int(value):,}"
    if column.kind is Kind.SHARE:
        return f"{(Decimal(f'{float(value):.15g}') * 100).quantize(Decimal('0.1'), ROUND_HALF_UP)}%"
    if column.kind is Kind.NUMBER:
        number = Decimal(f"{float(value):.15g}")
        return str(number.quantize(Decimal(1)) if number == number.to_integral_value() else number.quantize(Decimal("0.1"), ROUND_HALF_UP))
    if column.kind is Kind.SCORE:
        return str(Decimal(f"{float(value):.15g}").quantize(Decimal("0.01"), ROUND_HALF_UP))
    if column.kind is Kind.DAYS:
        return f"{float(value) * 24:.1f} 小时" if float(value) < HOURS_BELOW_DAYS else f"{float(value):.1f} 天"
    if column.kind is Kind.DATE:
        return f"{int(value[5:7])}月{int(value[8:10])}日" if value[4:5] == "-" else value
    if column.kind is Kind.TIMESTAMP:
        return f"{int(value[5:7])}月{int(value[8:10])}日 {value[11:16]}"
    return value.removeprefix("'")


def plain(words: str) -> str:
    """Words to compare: a screen writes what it says itself with the marks of Chinese, a file keeps those of its cells."""
    return chinese_marks(" ".join(words.split()))


def agrees(cell: str, value: str, column: Column) -> bool:
    """Whether a screen's cell shows a file's value (with a word around it, or what is missing as —)."""
    expected = plain(token(value, column))
    if not expected:
        return MISSING in cell or column.words == "" or not column.is_number
    return expected in plain(cell) or column.words == ""


def disagreements(table: Table, whole: Table, rows: list[list[str]]) -> list[str]:
    """What a table's screen and file say differently; the screen may show a page of the file's rows."""
    known = {column.key: column for column in table.columns}
    shown = [column for column in table.columns if column.screen]
    lines = file_rows(whole)
    if len(rows) != len(table.frame):
        return [f"{len(rows)} rows on screen of {len(table.frame)}"]
    if any(len(row) != len(shown) for row in rows):
        return [f"{[len(row) for row in rows][:3]} cells on screen, {len(shown)} columns"]
    best: list[str] | None = None
    for start in range(len(lines) - len(rows) + 1):
        wrong = []
        for row, line in zip(rows, lines[start : start + len(rows)], strict=True):
            for cell, column in zip(row, shown, strict=True):
                folded = [column, *(known[key] for key in (*column.small, *([column.of] if column.of else [])))]
                wrong += [
                    f"{each.title}: screen {plain(cell)!r}, file {line[each.key]!r}"
                    for each in folded
                    if each.files and not (each is not column and line[each.key] == "") and not agrees(cell, line[each.key], each)
                ]
        if not wrong:
            return []
        best = wrong if best is None or len(wrong) < len(best) else best
    return best or [f"{len(rows)} rows on screen, {len(lines)} in the file"]


def check(panels: list[Shown], found: set[str]) -> None:
    for panel in panels:
        read, tables = Cells(panel.html), tables_among(panel.parts)
        assert not read.events, (panel.where, read.events, "a text has become an attribute")
        assert not {"img", "script", "iframe"} & read.tags, (panel.where, "a text has become markup")
        full = [table for table in tables if len(table.frame)]
        assert len(read.tables) >= len(full), panel.where
        for table, rows in zip(full, [each for each in read.tables if each], strict=False):
            whole = panel.whole() if panel.whole is not None else table
            found.add(f"{panel.where} {table.title.split()[-1]}")
            assert disagreements(table, whole, rows)[:5] == [], (panel.where, table.title)
        for part in panel.parts:
            if can_draw(part):
                ElementTree.fromstring(picture(part, ["口径 <b>&"], HOSTILE))  # noqa: S314 (our own drawing)


WALKED = [entry for entry in ENTRIES if entry.url_path not in ("show",)]


@pytest.mark.parametrize("entry", WALKED, ids=[entry.url_path for entry in WALKED])
def test_every_table_says_the_same_on_screen_and_in_its_file(hostile_county: Engine, visit: Visit, entry: Any) -> None:
    link, found = a_link(hostile_county), set[str]()
    for role, query in ((Role.LEADER, {}), (Role.LEADER, link), (Role.TOWNSHIP, {})):
        board = account_of(hostile_county, role)
        for panels in walked(board, entry, query, visit):
            check(panels, found)
    print(entry.url_path, sorted(found))


def test_a_table_that_disagrees_would_be_found() -> None:
    """The reckoning above can fail: a value, a verdict, an order, a row too few."""
    from metrics.vocabulary import Status
    from reports.tables import Verdict, table

    columns = (Column("name", "乡镇"), Column("k", "住夜", Kind.COUNT, "夜"), Column("verdict", "评价", Kind.VERDICT))
    rows = [{"name": name, "k": k, "verdict": Verdict(Status.OK, word)} for name, k, word in (("甲", 3, "达标"), ("乙", 1200, "接近"))]
    made = table("表", columns, rows)
    html = str(HtmlWriter(lambda page: True).render(made))
    said = Cells(html).tables[0]
    assert disagreements(made, made, said) == []
    assert disagreements(made, made, [["甲", "3 夜", "达标"], ["乙", "1,201 夜", "接近"]])
    assert disagreements(made, made, [["甲", "3 夜", "达标"], ["乙", "1,200 夜", "达标"]])
    assert disagreements(made, made, said[::-1])
    assert disagreements(made, made, said[:1])
    assert made.layout is Layout.TABLE


def test_the_pages_that_are_not_walked_are_named() -> None:
    """The projected show has slides of its own (tests/test_pages_meeting.py)."""
    assert {entry.url_path for entry in ENTRIES} - {entry.url_path for entry in WALKED} == {"show"}
