"""Plain tables, counters and page numbers for lists of records, and the 诉求 a record raised. Every text is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

from data_access import areas
from data_access.scope import Scope
from data_access.window import Window
from metrics.definition import Span
from metrics.vocabulary import OUTCOME_NAMES, Level, Outcome
from metrics.wording import MISSING, day_text, is_missing, whole
from pages.common import loaders
from pages.common.address import page_from_address
from pages.common.filters import Filters
from pages.common.panel import go_definition, go_to
from reports.source import window

CASE_PAGE, TOWNSHIP_PAGE, PERSON_PAGE = "pages/petitions/case.py", "pages/township/township.py", "pages/township/person.py"


@dataclass(frozen=True)
class Column:
    """A column of a sheet: its heading, whether it holds numbers, whether a phone leaves it out, whether it stays on one line."""

    name: str
    number: bool = False
    aside: bool = False
    tight: bool = False

    @property
    def shades(self) -> str:
        return " ".join(name for name in ("number", "aside", "tight") if getattr(self, name))


def few_cards(markup: str) -> str:
    """Headline numbers spread over the width where there are fewer than six."""
    return markup.replace('class="cards"', 'class="cards" style="grid-template-columns:repeat(auto-fit,minmax(min(100%,10.4rem),1fr))"', 1)


def heading(title: str, sub: str = "", indicator_id: str | None = None) -> str:
    info = "" if indicator_id is None else f'<button class="info" {go_definition(indicator_id)}>ⓘ</button>'
    below = f'<p class="sub">{escape(sub)}</p>' if sub else ""
    return f"<h2>{escape(title)}{info}</h2>{below}"


def sheet(columns: Sequence[Column], rows: Sequence[Sequence[str]], links: Sequence[str] = (), empty: str = "没有记录") -> str:
    """A table. Cells are markup made by :func:`cell` or :func:`raised`; ``links`` by row are attributes of ``go_to``."""
    if not rows:
        return f'<div class="empty">{escape(empty)}</div>'
    shades = [column.shades for column in columns]
    head = "".join(f'<th class="{shade}">{escape(column.name)}</th>' for column, shade in zip(columns, shades, strict=True))
    lines = []
    for place, row in enumerate(rows):
        cells = "".join(f'<td class="{shade}">{text}</td>' for text, shade in zip(row, shades, strict=True))
        lines.append(f"<tr {links[place] if place < len(links) else ''}>{cells}</tr>")
    return f'<div class="sheet-wrap"><table class="sheet"><thead><tr>{head}</tr></thead><tbody>{"".join(lines)}</tbody></table></div>'


def cell(text: Any, small: str = "") -> str:
    below = f"<small>{escape(small)}</small>" if small else ""
    return f"{MISSING if is_missing(text) else escape(str(text))}{below}"


def raised(row: Mapping[Any, Any]) -> tuple[str, str]:
    """The 诉求 a visit or slot raised as a cell, and the link of its row: one 诉求, one id, and what became of it."""
    if is_missing(row["number"]):
        return f'<span class="quiet">{MISSING}</span>', ""
    about = row["category"] if is_missing(row["title"]) else row["title"]
    words = [became(row), *(["已回头看"] if not is_missing(row["followed_up_at"]) else [])]
    name = "未分类" if is_missing(about) else str(about)
    return cell(name, " · ".join([str(row["number"]), *words])), go_to(CASE_PAGE, {"number": str(row["number"])})


def became(row: Mapping[Any, Any]) -> str:
    """办理中, 现场解决, 已化解(11月3日) …"""
    if is_missing(row["ended_at"]):
        return "办理中"
    outcome = OUTCOME_NAMES[Outcome(row["outcome"])] if row["outcome"] in set(Outcome) else "已结"
    return f"{'现场解决' if row['on_the_spot'] else outcome}({day_text(row['ended_at'].date())})"


@dataclass(frozen=True)
class Counter:
    """A plain count under the headline numbers: 人次, 户次 and 件 stand side by side and are never added."""

    label: str
    count: int
    unit: str
    indicator_id: str = ""


def counters(items: Iterable[Counter]) -> str:
    parts = []
    for item in items:
        info = f'<button class="info" {go_definition(item.indicator_id)}>ⓘ</button>' if item.indicator_id else ""
        parts.append(f"<span>{escape(item.label)} <b>{whole(item.count)}</b> {escape(item.unit)}{info}</span>")
    return f'<p class="counters">{"".join(parts)}</p>'


def page_number(total: int, rows: int, key: str) -> int:
    """Which page of a list is shown; nothing to pick where there is one."""
    return page_from_address(key, total, rows)


def period_window(filters: Filters) -> Window:
    """The days of the period up to as-of, with the rulebook's numbers."""
    return window(loaders.question_for(filters.narrowed, Level.TOWNSHIP, filters.period, filters.as_of), Span.PERIOD)


def names_of(scope: Scope, person_ids: Iterable[Any]) -> dict[int, str]:
    """Names as the scope may see them, by id, asked in one go."""
    wanted = tuple(sorted({int(each) for each in person_ids if not is_missing(each)}))
    if not wanted:
        return {}
    people = loaders.asked(areas.people, scope, ("person",), person_ids=wanted)
    return {int(person): str(name) for person, name in zip(people["person_id"], people["name"], strict=True)}


def name_of(names: Mapping[int, str], person_id: Any, nobody: str = MISSING) -> str:
    return nobody if is_missing(person_id) else names.get(int(person_id), f"编号{int(person_id)}(不明)")


def township_names(scope: Scope, as_of: date) -> dict[str, str]:
    units = loaders.asked(areas.units, scope, ("area",), window=Window("township", as_of, as_of, as_of))
    return dict(zip(units["code"], units["name"], strict=True))


def short_name(name: str) -> str:
    """西沟乡 → 西沟, where two signs remain."""
    return name[:-1] if len(name) > 2 and name[-1] in "镇乡" else name


def to_township(code: str, filters: Filters) -> str:
    return go_to(TOWNSHIP_PAGE, {"township": code[:9], **filters.query})
