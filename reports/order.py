"""In which order a page shows the rows of a table or a ranking: as it was made, or by the column whose heading was pressed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from metrics.vocabulary import Status
from metrics.wording import is_missing
from reports.tables import Layout, Table, Verdict, Verdicts

_TOKEN = re.compile(r"^[+-]?[\d,]*\.?\d+|\d+|\D+")
UNCHANGED = "持平"
FEWEST_ROWS = 2
"""One row has no order."""

Worth = tuple[tuple[int, Any], ...] | None
"""What a cell is put in order by: numbers (0, …) and words (1, …), so that any two compare. None stands last either way."""


@dataclass(frozen=True)
class Order:
    """By the column of a key, the largest (or last) first where it is falling."""

    column: str
    falling: bool = False

    @property
    def words(self) -> str:
        return "降序" if self.falling else "升序"


@dataclass(frozen=True)
class Sorts:
    """The name under which the page keeps the order, the order that was asked for, and the page number that a new one takes back to the
    first page."""

    name: str
    order: Order | None = None
    restarts: str = ""

    def falls(self, column: str) -> bool | None:
        """How the rows stand by a column: rising, falling, or (None) not by it."""
        return None if self.order is None or self.order.column != column else self.order.falling

    def then(self, column: str, *, falls_first: bool) -> Order | None:
        """What the next press of a heading asks for: one way, the other way, as it was made. Numbers fall first."""
        now = self.falls(column)
        if now is None:
            return Order(column, falls_first)
        return Order(column, not now) if now is falls_first else None


def natural(text: str) -> Worth:
    """A text as people put it in order: numbers in it by their size, words as in a Chinese dictionary (the code's order is by sound).
    What stands for no value is None."""
    if text in ("", "—"):
        return None
    if text == UNCHANGED:
        return ((0, 0.0),)
    return tuple((0, float(each.replace(",", ""))) if each[-1].isdigit() else (1, each.encode("gb18030")) for each in _TOKEN.findall(text))


def places(worths: Sequence[Worth], *, falling: bool) -> list[int]:
    """The rows' old places in their new order. Equal ones stay as they stood, missing ones stand last."""
    known = sorted((at for at, each in enumerate(worths) if each is not None), key=lambda at: worths[at] or (), reverse=falling)
    return [*known, *(at for at, each in enumerate(worths) if each is None)]


SEVERITY = (Status.LOW, Status.NEAR, Status.OK)
"""The first needs looking at most; what is not judged stands behind."""


def number(value: float) -> Worth:
    return ((0, float(value)),)


def severity(verdict: Verdict) -> Worth:
    """By what it calls for, then by its words."""
    place = SEVERITY.index(verdict.status) if verdict.status in SEVERITY else len(SEVERITY)
    return (0, float(place)), *(natural(verdict.words) or ())


def worth(value: Any) -> Worth:
    """What a cell is put in order by."""
    if isinstance(value, Verdict):
        return severity(value)
    if isinstance(value, Verdicts):
        return min((severity(each) or () for each in value.verdicts), default=None)
    if isinstance(value, datetime | date):
        return natural(value.isoformat())
    if is_missing(value):
        return None
    return number(value) if isinstance(value, int | float) else natural(str(value))


def in_order(table: Table, sorts: Sorts) -> Table:
    """With its rows as the reader has asked for, its sum still last; files say the order in their notes."""
    if not table.sortable or table.layout is not Layout.TABLE or len(table.frame) < FEWEST_ROWS:
        return table
    column = next((each for each in table.columns if sorts.order is not None and each.key == sorts.order.column), None)
    if column is None or sorts.order is None:
        return replace(table, sorts=replace(sorts, order=None))
    rows = len(table.frame) - table.ends_in_sum
    worths = [worth(value) for value in table.frame[column.by or column.key].iloc[:rows]]
    order = [*places(worths, falling=sorts.order.falling), *range(rows, len(table.frame))]
    links = tuple(table.links[at] if at < len(table.links) else None for at in order) if table.links else ()
    notes = (*table.notes, ("顺序", f"按“{column.title}”{sorts.order.words}"))
    return replace(table, frame=table.frame.iloc[order].reset_index(drop=True), links=links, notes=notes, sorts=sorts)


# --- the address ------------------------------------------------------------------------------------------------------


def read_orders(text: str) -> dict[str, Order]:
    """``?order=`` of a page: ``villages~-value,weeks~name``. What cannot be read is left out."""
    parts = (each.partition("~") for each in text.split(","))
    return {name: Order(column.removeprefix("-"), column.startswith("-")) for name, _, column in parts if name and column.strip("-")}


def written_order(order: Order | None) -> str:
    """``-value``; empty for the order in which it was made."""
    return "" if order is None else f"{'-' if order.falling else ''}{order.column}"


def reordered(text: str, name: str, order: str) -> str:
    """``?order=`` with another order of one table, as :func:`written_order` writes it; the newest stands last."""
    kept = {**{key: written_order(each) for key, each in read_orders(text).items() if key != name}, name: order}
    return ",".join(f"{key}~{column}" for key, column in kept.items() if column)
