"""A page ends properly however it is left: to its last line, before it, by an error, by another run."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import Engine
from streamlit.testing.v1 import AppTest

from data_access.accounts import Role
from data_access.clock import beijing_now
from pages.common import loaders
from pages.common.page import Page
from tests.builders import VILLAGE, a_county, an_appointment
from tests.opened_pages import markup, opened
from tests.signed_in import an_account


@dataclass
class Ends:
    """What the frame has done at the end of the runs so far."""

    pages: list[str] = field(default_factory=list)
    accounts: int = 0


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> Ends:
    seen, end, closed = Ends(), Page.end, loaders.run_ended

    def ended(self: Page) -> None:
        seen.pages.append(self.name)
        end(self)

    def counted() -> None:
        seen.accounts += 1
        closed()

    monkeypatch.setattr(Page, "end", ended)
    monkeypatch.setattr(loaders, "run_ended", counted)
    return seen


def left_by(how: str) -> None:
    """A page of a test; ``how`` it is left is given by the test."""
    import os

    import streamlit as st

    from data_access.scope import Scope
    from metrics.period import Period, PeriodKind
    from pages.common import loaders
    from pages.common.filters import Filters
    from pages.common.page import page

    today = loaders.today()
    with page("duty/duty", filters=Filters(Period.holding(PeriodKind.MONTH, today), today, None, Scope(area=""))) as p:
        p.title("一页")
        p.dialog(lambda: st.html("<i>own dialog</i>"))
        if how == "stop":
            p.stop()
        if how == "error":
            raise ValueError(os.name)
        if how == "rerun" and not st.session_state.get("again"):
            st.session_state["again"] = True
            st.rerun()
        st.html("<i>last line</i>")


@pytest.mark.parametrize(
    ("how", "pages", "accounts"),
    [("end", 1, 1), ("stop", 1, 1), ("error", 1, 1), ("rerun", 1, 2)],
)
def test_a_page_ends_however_it_is_left(faults_told: None, served: Engine, ends: Ends, how: str, pages: int, accounts: int) -> None:
    with served.begin() as connection:
        a_county(connection)
    board = AppTest.from_function(left_by, kwargs={"how": how}, default_timeout=60).run()
    assert (len(ends.pages), ends.accounts) == (pages, accounts)
    assert "own dialog" in markup(board)
    assert ("last line" in markup(board)) is (how in ("end", "rerun"))
    assert ("出错编号" in markup(board)) is (how == "error")
    assert not board.exception


def test_no_page_stops_by_itself() -> None:
    """Streamlit draws nothing more after ``st.stop()``: no tables to take away, no definition."""
    pages = Path(__file__).parents[1] / "pages"
    assert [str(file) for file in pages.rglob("*.py") if "st.stop(" in file.read_text(encoding="utf-8") and file.name != "page.py"] == []


def test_a_page_that_finds_nothing_still_closes_its_account(served: Engine, ends: Ends) -> None:
    """Real pages that stop early: a unit that does not exist, a case nobody knows."""
    with served.begin() as connection:
        a_county(connection)
        an_appointment(connection, "village_chief", VILLAGE)
    name = an_account(served, Role.LEADER, now=beijing_now())
    for page, query in (("village", {"village": "999999999999"}), ("person", {"person": "p:999"}), ("case", {"number": "none"})):
        before = ends.accounts
        opened(served, page, name, **query)
        assert ends.accounts == before + 1, page
        assert ends.pages[-1].endswith(f"/{page}")
