"""A page as a link opens it in a new tab, and everything that can be read on it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, event
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from data_access.board_tables import BoardAnswer
from data_access.calendar import calendar_days
from data_access.clock import beijing_now
from pages.common import downloads, loaders
from pages.common.filters import PICKED
from tests.readers import readable
from tests.signed_in import a_board

TODAY = beijing_now().date()
_MORNING = (beijing_now() - timedelta(hours=8)).date()
LAST_NIGHT = max(row["day"] for row in calendar_days(TODAY.year - 1, TODAY.year) if row["is_workday"] and row["day"] < _MORNING)  # type: ignore[operator,type-var]
"""The last workday night that is over: until eight the one before still goes on."""
ITS_YEAR = {"period": PICKED, "which": str(LAST_NIGHT.year)}
"""The year of that night, as an address asks for it: the running one but for the first days of January, before it has a night."""


def now() -> str:
    """This moment, as ``builders.figure`` takes it: what an open page says."""
    return beijing_now().isoformat()


def opened(database: Engine, page: str, name: str | None = None, **query: str) -> AppTest:
    """The page at an address; nothing on it may raise."""
    board = a_board(database, name)
    board._page_hash = calc_hash(page)
    for parameter, value in query.items():
        board.query_params[parameter] = value
    board.run(timeout=90)
    assert not board.exception, [problem.message for problem in board.exception]
    return board


def components(board: AppTest) -> list[dict]:
    """What the board's own components are sent, top to bottom."""
    protos = [each.proto for each in board.get("bidi_component")]
    return [json.loads((proto.mixed.json if proto.HasField("mixed") else proto.json) or "{}") for proto in protos]


def panels(board: AppTest) -> list[str]:
    """The panels' HTML, top to bottom."""
    bodies = (str(each.proto.body) for each in board.get("html"))
    return [readable(body) for body in bodies if body.startswith('<div class="panel"')]


def markup(board: AppTest) -> str:
    """Titles, notes and panels as HTML."""
    return " ".join(readable(str(block.proto.body)) for block in board.get("html"))


def words(board: AppTest) -> str:
    """The same without tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", markup(board)))


def links(board: AppTest) -> list[dict]:
    """Where the panels' parts lead: {"page", "query"}."""
    import html

    found = re.findall(r'data-go="([^"]*)"', " ".join(panels(board)))
    return [target for target in (json.loads(html.unescape(each)) for each in found) if "page" in target]


def nothing_counted(database: Engine) -> None:
    """Everything is counted anew: as for the first reader of a database that nobody has looked at."""
    loaders.forget()
    with database.begin() as connection:
        connection.execute(delete(BoardAnswer))


def files_offered(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], bytes]]:
    """What pages opened from now on offer in their menu, by file name; calling one is the click. The menu stands open on them."""
    made: dict[str, Callable[[], bytes]] = {}
    closed = downloads.st.popover

    def opened_menu(*label: str, **more: Any) -> Any:
        menu = closed(*label, **more)
        menu.open = True
        return menu

    def button(label: str, data: Callable[[], bytes], file_name: str, *rest: object, **more: object) -> None:
        made[file_name] = data

    monkeypatch.setattr(downloads.st, "popover", opened_menu)
    monkeypatch.setattr(downloads.st, "download_button", button)
    return made


@contextmanager
def counted_statements(database: Engine) -> Iterator[list[str]]:
    """The statements run meanwhile on the shared tables. The board's own are left out, and the question when the next step of the clock
    is due: marks and sessions are asked by the clock."""
    seen: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if "board_" not in statement and not statement.startswith(("PRAGMA", "SELECT (SELECT m")):
            seen.append(statement)

    event.listen(database, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database, "before_cursor_execute", note)


def workdays_before(count: int, last: date = LAST_NIGHT) -> list[date]:
    """``count`` working days ending with ``last``, oldest first."""
    days = [row["day"] for row in calendar_days(last.year - 1, last.year) if row["is_workday"] and row["day"] <= last]  # type: ignore[operator]
    return days[-count:]  # type: ignore[return-value]
