"""Markup of the petition pages: rows that lead to a case, plain tables, a history. Every text is escaped here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

import pandas as pd

from metrics.vocabulary import Status
from metrics.workdays import Workdays
from pages.common.markup import SIGNS
from pages.common.panel import go_definition, go_to
from pages.petitions import wording

CASE_PAGE, LIST_PAGE = "pages/petitions/case.py", "pages/petitions/cases.py"


def verdict_words(words: str, status: Status) -> str:
    return f'<span class="verdict {escape(str(status))}">{SIGNS.get(status, "")} {escape(words)}</span>'


def heading(title: str, sub: str = "", indicator_id: str | None = None) -> str:
    info = "" if indicator_id is None else f'<button class="info" {go_definition(indicator_id)}>ⓘ</button>'
    below = f'<p class="sub">{escape(sub)}</p>' if sub else ""
    return f"<h2>{escape(title)}{info}</h2>{below}"


def case_rows(rows: pd.DataFrame, names: Mapping[int, str], as_of: date, workdays: Workdays, empty: str) -> str:
    """The list: what and where, who has it and since when nothing moved, how it stands."""
    if rows.empty:
        return f'<div class="empty">{escape(empty)}</div>'
    lines = "".join(_case(row, names, as_of, workdays) for row in rows.to_dict("records"))
    return f'<div class="cases" role="list">{lines}</div>'


def _case(row: Mapping[Any, Any], names: Mapping[int, str], as_of: date, workdays: Workdays) -> str:
    words, status = wording.standing_words(row, as_of, workdays)
    ended = wording.known(row["ended_at"]) is not None and row["ended_at"].date() <= as_of
    marks = [mark for mark, on in (("信访件", row["is_xinfang"]), ("挂牌督办", row["supervised"]), ("重办", row["reopened"])) if _yes(on)]
    below = [row["number"], wording.place_words(row), wording.opened_words(row["opened_at"], as_of), wording.size_name(row["size"]), *marks]
    rest = "" if ended else wording.rest_words(row["moved_at"], as_of)
    who = wording.owner_words(row, names)
    return case_line(row["number"], wording.headline(row), " · ".join(below), who, rest, verdict_words(words, status))


def case_line(number: str, bold: str, small: str, who: str, aside: str, verdict: str) -> str:
    """One row that leads to a case; ``verdict`` is markup, the rest plain text."""
    what = f'<span class="what"><b>{escape(bold)}</b><small>{escape(small)}</small></span>'
    whose = f'<span class="who">{escape(who)}<small>{escape(aside)}</small></span>'
    return f'<div class="case" {go_to(CASE_PAGE, {"number": number})}>{what}{whose}{verdict}</div>'


def _yes(value: Any) -> bool:
    found = wording.known(value)
    return bool(found)


def sheet(headers: Sequence[str], rows: Sequence[Sequence[str]], links: Sequence[str] = (), numbers: Sequence[int] = ()) -> str:
    """A plain table. Cells are markup already escaped by the caller through :func:`cell`; ``links`` by row; ``numbers`` align right."""
    head = "".join(f'<th class="{"number" if place in numbers else ""}">{escape(name)}</th>' for place, name in enumerate(headers))
    lines = []
    for place, row in enumerate(rows):
        cells = "".join(f'<td class="{"number" if column in numbers else ""}">{text}</td>' for column, text in enumerate(row))
        lines.append(f"<tr {links[place] if place < len(links) else ''}>{cells}</tr>")
    return f'<div class="sheet-wrap"><table class="sheet"><thead><tr>{head}</tr></thead><tbody>{"".join(lines)}</tbody></table></div>'


def cell(text: object, small: str = "") -> str:
    below = f"<small>{escape(small)}</small>" if small else ""
    return f"{escape(str(text))}{below}"


def more(label: str, page: str, query: Mapping[str, str]) -> str:
    """A link line under a block; nothing where the page may not be opened."""
    link = go_to(page, query)
    return f'<button class="more" {link}>{escape(label)}</button>' if link else ""
