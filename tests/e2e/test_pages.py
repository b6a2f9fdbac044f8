"""What holds of every page, each opened once on a desk and once on a phone: no error, no word of English in an English browser, nothing
serious to axe-core by light and in the dark, targets for a finger, never wider than the screen."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from pages.common.navigation import existing_entries
from reports.subjects import WALL_RANKINGS, shown_here
from reports.views.wall import PANEL_SECONDS
from tests.e2e.board import Board, opened, settled
from tests.e2e.conftest import NewBrowser
from tests.e2e.test_chinese import foreign

ADDRESSES = [entry.url_path for entry in existing_entries() if entry.url_path != "admin"]
MORE = ["rows?figure=duty.night_compliance&period=本季", "cases?standing=all&period=本年", "nights?view=夜学", "captains?view=未走访"]
REFUSED = "enter"
"""The one page here that a leader may not open: he is told so."""
SCREENS: dict[str, dict[str, Any]] = {
    "desk": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light", "locale": "en-US"},
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "is_mobile": True, "has_touch": True},
}
WIDTHS = {"desk": (1440, 1000), "phone": (390,)}

AXE = Path(__file__).parents[1] / "js" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
SEVERE = """async (tags) => {
  const found = await axe.run(document, { resultTypes: ["violations"], runOnly: { type: "tag", values: tags } });
  const severe = found.violations.filter((each) => ["serious", "critical"].includes(each.impact));
  return severe.map((each) => `${each.id}: ${each.nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(" | ")}`);
}"""
SMALL = """() => [...document.querySelectorAll('a[href], button, [data-go], [role=radio], summary')].filter((each) => {
  const box = each.getBoundingClientRect();
  const larger = each.parentElement.closest('tr[data-go], .row[data-go], .case[data-go], .line');  // the whole row is hit
  const hidden = !box.width || each.closest('[data-testid=stSidebar]') || each.dataset.testid === 'stSkipToContent';
  return !larger && !hidden && !each.disabled && box.height < 43.5;
}).map((each) => each.outerHTML.slice(0, 120))"""
PAPER = """() => {
  const [r, g, b] = getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor.match(/[\\d.]+/g).map(Number);
  return 0.299 * r + 0.587 * g + 0.114 * b;
}"""
LONGEST = ("100.0%", "12,345件")  # in every card, whatever the county's own figures are today
WITH_IT = "(all, text) => all.forEach(each => { each.textContent = text })"
WIDEST = """() => {
  const places = [document.documentElement, ...document.querySelectorAll('[data-testid=stMain], [data-testid=stAppViewContainer], .panel')];
  return Math.max(...places.map(place => place.scrollWidth - place.clientWidth));
}"""


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not there: npm --prefix tests/js ci")
def test_axe_core_is_there() -> None:
    """Without it the rest of the pages is looked at all the same."""
    assert AXE.stat().st_size > 100_000


@pytest.fixture(scope="module", params=SCREENS)
def screen(request: pytest.FixtureRequest, one_browser: NewBrowser, cookies: Callable[[str], Any]) -> tuple[str, Page]:
    return request.param, one_browser(storage_state=cookies("shuji"), **SCREENS[request.param]).new_page()


@pytest.mark.parametrize("address", [*ADDRESSES, *MORE])
def test_a_page(board: Board, screen: tuple[str, Page], address: str) -> None:
    name, page = screen
    page.set_viewport_size(SCREENS[name]["viewport"])
    opened(page, board, f"/{address}")
    assert (page.evaluate(PAPER) < 60) is (name == "phone" or address == "wall"), "the theme is the reader's, but that of the wall"
    found = {
        "opens with an error": page.get_by_test_id("stException").count(),
        "is not open to a leader": page.get_by_text("这个页面不在您的账号权限内").count() if address != REFUSED else 0,
        "says something in English": foreign(page) if name == "desk" else [],
        "is hard to hit with a finger": page.evaluate(SMALL) if name == "phone" else [],
        "is wrong to axe-core": severe(page) if AXE.is_file() else [],
        "is wider than its screen": list(too_wide(page, WIDTHS[name])),
    }
    assert {fault: where for fault, where in found.items() if where} == {}


def severe(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    told: list[str] = page.evaluate(SEVERE, TAGS)
    return told


def too_wide(page: Page, widths: tuple[int, ...]) -> Iterator[tuple[int, str]]:
    """At which width, and with which figure in each card; the page is another one afterwards."""
    for width in widths:
        page.set_viewport_size({"width": width, "height": 844})
        settled(page)
        if page.evaluate(WIDEST) > 1:
            yield width, "as it is"
        for longest in LONGEST:
            page.locator(".card .big span").evaluate_all(WITH_IT, longest)
            if page.evaluate(WIDEST) > 1:
                yield width, longest


def test_the_wall_is_no_wider_than_its_screen_at_each_of_its_turns(board: Board, own_reader: Callable[..., Page]) -> None:
    """What hangs there changes with the clock, so a look at one moment would not do."""
    page = opened(own_reader(**SCREENS["phone"]), board, "/wall")
    turns, seen = 1 + -(-len(shown_here(WALL_RANKINGS)) // 2), set[tuple[str, ...]]()  # the numbers, then two rankings at a time
    assert turns >= 3
    until = time.monotonic() + (turns + 1) * PANEL_SECONDS
    while len(seen) < turns:
        assert time.monotonic() < until, f"only {seen} has hung there"
        heads = tuple(page.locator(".wall h2").all_inner_texts())
        if heads not in seen:
            assert list(too_wide(page, (390, 800, 1440, 1920))) == [], heads
            seen |= {heads} & {tuple(page.locator(".wall h2").all_inner_texts())}  # unless it was the next one's turn meanwhile
        page.wait_for_timeout(250)
