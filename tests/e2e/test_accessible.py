"""A page under a finger and from afar: the menu goes away, what opens can be closed, a lost connection is loud. What holds of every page
(axe-core, the size of targets) stands in ``test_pages``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.board import Board, opened, settled
from tests.e2e.conftest import NewBrowser


@pytest.fixture
def phone(reader: Callable[..., Page]) -> Page:
    return reader(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)


def test_the_menu_closes_when_a_page_is_chosen(board: Board, phone: Page) -> None:
    opened(phone, board)
    menu = phone.get_by_test_id("stSidebar")
    phone.get_by_test_id("stExpandSidebarButton").tap()
    expect(menu).to_have_attribute("data-collapsed", "false")
    menu.get_by_test_id("stSidebarNavLink").filter(has_text="住夜").first.tap()
    phone.wait_for_url("**/duty*")
    expect(menu).to_have_attribute("data-collapsed", "true")


# The middles of what can be pressed in the strip that an open menu leaves free.
PRESSABLE_BESIDE_MENU = """() => {
  const edge = document.querySelector('[data-testid="stSidebar"]').getBoundingClientRect().right;
  return [...document.querySelectorAll(".stMain a[href], .stMain button")].map((one) => one.getBoundingClientRect())
    .filter((box) => box.width && box.right - 4 > edge && box.top > 60 && box.bottom < innerHeight - 60)
    .map((box) => ({ x: (Math.max(box.left, edge) + box.right) / 2, y: (box.top + box.bottom) / 2 }));
}"""


def test_a_tap_beside_the_menu_closes_it_and_does_nothing_else(board: Board, phone: Page) -> None:
    opened(phone, board)
    menu, address = phone.get_by_test_id("stSidebar"), phone.url
    places: list[dict[str, float]] = []
    for which in range(3):
        phone.get_by_test_id("stExpandSidebarButton").tap()
        expect(menu).to_have_attribute("data-collapsed", "false")
        phone.wait_for_function("menu => menu.getBoundingClientRect().left === 0", arg=menu.element_handle())  # it slides in
        places = places or phone.evaluate(PRESSABLE_BESIDE_MENU)
        assert len(places) >= 3, "the page has nothing to press beside its menu: this test would hold of any menu"
        phone.touchscreen.tap(**places[which])
        expect(menu).to_have_attribute("data-collapsed", "true")
        settled(phone)
        assert phone.url == address
        expect(phone.get_by_role("dialog")).to_have_count(0)


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
