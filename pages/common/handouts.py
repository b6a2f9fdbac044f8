"""A page's table as it is handed out: all its rows, asked for on the click, with 口径, filters and as-of in its notes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from data_access.engine import engine
from data_access.scope import Scope
from metrics.registry import indicator
from metrics.wording import is_missing
from pages.common import loaders
from pages.common.downloads import offer_table
from pages.common.filters import Filters
from pages.common.sheets import became, township_names
from reports.tables import MOST_ROWS, Kind, TableReport, definition_words, table_of_rows
from reports.wording import as_of_words

TEXT, COUNT, SHARE, NUMBER, SCORE, DATE, TIME = (
    Kind.TEXT,
    Kind.COUNT,
    Kind.SHARE,
    Kind.NUMBER,
    Kind.SCORE,
    Kind.DATE,
    Kind.TIMESTAMP,
)
ALL_ROWS = MOST_ROWS + 1
"""What a paged list is asked for, so that a table that had to be cut can say so."""

RAISED = {"诉求编号": TEXT, "诉求类别": TEXT, "诉求事由": TEXT, "办理结果": TEXT, "回头看": DATE}
"""Columns of the 诉求 a visit or slot raised; see :func:`raised_cells`."""

Rows = Sequence[Sequence[object]]
Notes = tuple[tuple[str, str], ...]


def offer_rows(
    title: str, columns: Mapping[str, Kind], rows: Callable[[], Rows], filters: Filters, *indicator_ids: str, chosen: str = ""
) -> None:
    """Offer a table of this page. ``columns``: heading → kind; ``rows`` makes all of them; ``chosen``: the page's own filters in words.

    ``rows`` is called after the page's run: it must not read widgets or the address.
    """

    def made() -> TableReport:
        subtitle = f"{filters.period.label} · {as_of_words(filters.as_of)}"
        return table_of_rows(title, columns, rows(), subtitle, notes_of(filters, *indicator_ids, chosen=chosen))

    offer_table(f"{title} {filters.period.text}", made)


def notes_of(filters: Filters, *indicator_ids: str, chosen: str = "") -> Notes:
    """What a reader asks of a table: 口径, 统计期, 截至, 筛选, 规则手册, and that names are masked where they are."""
    period, where = filters.period, "全部乡镇"
    if filters.township:
        where = township_names(filters.scope, filters.as_of).get(filters.township, filters.township)
    counted = [("口径", f"{entry.name}:{definition_words(entry)}") for entry in map(indicator, indicator_ids)]
    edition = loaders.rules_on(period, filters.as_of)
    return (
        *counted,
        ("统计期", f"{period.label}({period.first.isoformat()} 至 {period.last.isoformat()})"),
        ("截至", as_of_words(filters.as_of).removeprefix("截至")),
        ("筛选", " · ".join(part for part in (where, chosen) if part)),
        ("规则手册", f"{edition.version}(自 {edition.valid_from.isoformat()} 起)"),
        *masked(filters.scope),
    )


def masked(scope: Scope) -> Notes:
    return () if scope.may_see_names else (("姓名", "本账号不看姓名,姓名和事由已隐去"),)


def asked_once(query: Callable[..., Any], scope: Scope, **arguments: Any) -> Any:
    """A query for a file: the answer is all rows of a list, so it is not kept among what pages share."""
    with engine().connect() as connection:
        return query(scope, connection, **arguments)


def raised_cells(row: Mapping[Any, Any]) -> list[object]:
    """The 诉求 a visit or slot raised, in the columns of :data:`RAISED`."""
    if is_missing(row["number"]):
        return [None] * len(RAISED)
    looked_back = None if is_missing(row["followed_up_at"]) else row["followed_up_at"].date()
    return [row["number"], row["category"], row["title"], became(row), looked_back]
