"""Every page for a screen reader, a keyboard and a finger: axe-core finds nothing serious, a target is large enough, the menu goes away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from pages.common.navigation import existing_entries
from tests.e2e.board import Board, opened, settled
from tests.e2e.conftest import NewBrowser

AXE = Path(__file__).parents[1] / "js" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
ADDRESSES = [entry.url_path for entry in existing_entries() if entry.url_path not in ("admin", "rows", "case")]
MORE = ["rows?figure=duty.night_compliance&period=本季", "cases?standing=all&period=本年", "nights?view=夜学", "captains?view=未走访"]
SCREENS = {"light": (1440, 900), "dark": (390, 844)}
SEVERE = """async (tags) => {
  const found = await axe.run(document, { resultTypes: ["violations"], runOnly: { type: "tag", values: tags } });
  const severe = found.violations.filter((each) => ["serious", "critical"].includes(each.impact));
  return severe.map((each) => `${each.id}: ${each.nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(" | ")}`);
}"""


@pytest.fixture(scope="module", params=SCREENS)
def screen(request: pytest.FixtureRequest, one_browser: NewBrowser, cookies: Callable[[str], Any]) -> Page:
    width, height = SCREENS[request.param]
    phone = {"is_mobile": True, "has_touch": True} if width < 640 else {}
    settings = {"viewport": {"width": width, "height": height}, "color_scheme": request.param, "bypass_csp": True}
    return one_browser(storage_state=cookies("shuji"), **settings, **phone).new_page()


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not there: npm --prefix tests/js ci")
@pytest.mark.parametrize("address", [*ADDRESSES, *MORE])
def test_axe_finds_nothing_serious(board: Board, screen: Page, address: str) -> None:
    opened(screen, board, f"/{address}")
    screen.evaluate(AXE.read_text(encoding="utf-8"))
    assert screen.evaluate(SEVERE, TAGS) == []


@pytest.fixture
def phone(new_browser: NewBrowser, cookies: Callable[[str], Any]) -> Page:
    return new_browser(storage_state=cookies("shuji"), viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True).new_page()


def test_the_menu_closes_when_a_page_is_chosen(board: Board, phone: Page) -> None:
    opened(phone, board)
    menu = phone.get_by_test_id("stSidebar")
    phone.get_by_test_id("stExpandSidebarButton").tap()
    expect(menu).to_have_attribute("data-collapsed", "false")
    menu.get_by_test_id("stSidebarNavLink").filter(has_text="住夜").first.tap()
    phone.wait_for_url("**/duty*")
    expect(menu).to_have_attribute("data-collapsed", "true")


def test_a_tap_beside_the_menu_closes_it_and_does_nothing_else(board: Board, phone: Page) -> None:
    opened(phone, board)
    menu, address = phone.get_by_test_id("stSidebar"), phone.url
    phone.get_by_test_id("stExpandSidebarButton").tap()
    expect(menu).to_have_attribute("data-collapsed", "false")
    for y in (250, 420):  # where the page has links that lead elsewhere
        phone.touchscreen.tap(375, y)
    expect(menu).to_have_attribute("data-collapsed", "true")
    settled(phone)
    assert phone.url == address or "period=" in phone.url


SMALL = """() => [...document.querySelectorAll('a[href], button, [data-go], [role=radio], summary')].filter((each) => {
  const box = each.getBoundingClientRect();
  const larger = each.parentElement.closest('tr[data-go], .row[data-go], .case[data-go], .line');  // the whole row is hit
  const hidden = !box.width || each.closest('[data-testid=stSidebar]') || each.dataset.testid === 'stSkipToContent';
  return !larger && !hidden && !each.disabled && box.height < 43.5;
}).map((each) => each.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("address", ["overview", "duty", "petitions", "cases", "captains", "township", "nights", "reception", "quality"])
def test_a_finger_hits_every_target(board: Board, phone: Page, address: str) -> None:
    opened(phone, board, f"/{address}")
    assert phone.evaluate(SMALL) == []


def test_a_definition_can_be_closed_with_a_finger(board: Board, phone: Page) -> None:
    opened(phone, board)
    phone.locator(".card .info").first.tap()
    close = phone.get_by_role("dialog").get_by_role("button", name="关闭")
    box = close.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 44
    close.tap()
    expect(phone.get_by_role("dialog")).to_have_count(0)


def test_the_month_is_a_calendar_of_seven_days_with_numbers(board: Board, phone: Page) -> None:
    opened(phone, board, "/duty")
    line = phone.locator(".nightmap .line:not(.head) .cells").first
    assert line.evaluate("cells => getComputedStyle(cells).gridTemplateColumns.split(' ').length") == 7
    first = line.locator(".night").first
    assert first.evaluate("night => getComputedStyle(night, '::before').content") == '"1"'


def test_the_wall_names_its_county_and_is_loud_when_the_connection_is_lost(board: Board, new_browser: NewBrowser, cookies: Any) -> None:
    context = new_browser(storage_state=cookies("shuji"), viewport={"width": 1920, "height": 1080})
    page = opened(context.new_page(), board, "/wall")
    expect(page.locator(".wall .place")).to_contain_text("县")
    context.set_offline(True)
    lost = page.locator(".board-connection")
    expect(lost).to_contain_text("连接中断")
    assert lost.evaluate("line => parseFloat(getComputedStyle(line).fontSize)") >= 28
    assert lost.evaluate("line => line.getBoundingClientRect().bottom") <= page.locator(".wall .place").evaluate(
        "p => p.getBoundingClientRect().top"
    )
    expect(page.locator(".wall .age")).to_be_hidden()
    context.set_offline(False)
