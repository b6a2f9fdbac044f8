"""A list of a page is good while the tables it names stand still: it names every table that it reads."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest
from sqlalchemy import Engine, event

from data_access.freshness import MARKED
from data_access.rules import with_looked_up
from pages.common import loaders
from tests.opened_pages import opened
from tests.test_pages_township import TOWNSHIP, VILLAGE, a_living_county

PAGES: list[tuple[str, dict[str, str]]] = [
    ("overview", {}),
    *(("duty", {"part": part}) for part in ("正职住夜", "班子负荷", "各村")),
    *(("petitions", {"view": view}) for view in ("", "构成与流转", "苗头", "包案与督办")),
    ("cases", {}),
    ("case", {"number": "S-1"}),
    *(("captains", {"view": view}) for view in ("", "未走访", "网格")),
    *(("nights", {"view": view}) for view in ("夜访", "夜学", "夜谈")),
    *(("reception", {"view": view}) for view in ("", "场次", "未来一周")),
    *(("quality", {"view": view}) for view in ("按人员", "对不上的记录")),
    ("township", {"township": TOWNSHIP}),
    ("village", {"village": VILLAGE}),
]
READ = re.compile(rf"(?:FROM|JOIN|,)\s+({'|'.join(MARKED)})\b")


def test_every_list_names_the_tables_it_reads(served: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    people, queried = a_living_county(served), loaders._queried
    of_thread = threading.local()  # the worker asks beside the page's own run
    missing: dict[str, set[str]] = {}
    asked = set[str]()

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        for found in getattr(of_thread, "reading", [])[-1:]:
            found.update(READ.findall(statement))

    def watched(query: Any, scope: Any, tables: Any, arguments: Any) -> Any:
        reading = of_thread.__dict__.setdefault("reading", [])
        reading.append(set())
        try:
            return queried(query, scope, tables, arguments)
        finally:
            asked.add(query.__qualname__)
            if more := reading.pop() - set(with_looked_up(tables)):
                missing.setdefault(query.__qualname__, set()).update(more)

    monkeypatch.setattr(loaders, "_queried", watched)
    event.listen(served, "before_cursor_execute", note)
    for page, query in [*PAGES, ("person", {"person": f"p:{people['chief']}"}), ("captain", {"person": f"p:{people['captain']}"})]:
        opened(served, page, **{name: value for name, value in query.items() if value})
    event.remove(served, "before_cursor_execute", note)
    assert missing == {}
    assert len(asked) > 40
