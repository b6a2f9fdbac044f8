"""A panel saved as a picture says what the panel says; a chart of Plotly's is saved as it stands."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.board import Board, offered, opened

Reader = Callable[..., Page]


def saved_svg(page: Page, name: str) -> str:
    with page.expect_download() as saved:
        offered(page, name, "SVG").click()
    return saved.value.path().read_text(encoding="utf-8")


def test_a_panel_saved_as_a_picture_says_what_it_shows(board: Board, reader: Reader) -> None:
    page = opened(reader(), board, "/")
    drawn = saved_svg(page, "乡镇住夜达标率")
    words = re.sub(r"<[^>]+>", "|", drawn)
    for cell in page.locator("[data-panel=duty-board] .row :is(.unit, .value, .verdict)").all():
        shown = " ".join(cell.evaluate("cell => cell.firstChild ? cell.innerText : ''").split("(")[0].split())
        assert shown.removeprefix("✓ ").removeprefix("△ ").removeprefix("✕ ") in words, shown
    assert "口径" in words
    assert "\uff08shuji\uff09" in words, "who took it stands in it"
    again = saved_svg(page, "乡镇住夜达标率")
    assert re.sub(r"\d\d:\d\d", "", again) == re.sub(r"\d\d:\d\d", "", drawn), "a second click saves again"


def test_a_chart_is_saved_as_the_browser_drew_it(board: Board, reader: Reader) -> None:
    page = opened(reader(), board, "/petitions?view=构成与流转")
    expect(page.locator(".st-key-flow svg.main-svg").first).to_be_visible()
    drawn = saved_svg(page, "诉求每周进出")
    assert "点单" in drawn
    assert "（shuji）" in drawn
