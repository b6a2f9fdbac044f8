"""A panel that is drawn anew under the reader's hand: what he pressed is what was meant, and the keyboard stays where it was."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.e2e.board import Board, opened
from tests.e2e.test_reading import Reader

ANEW = """panel => {
  const html = btoa(Array.from(new TextEncoder().encode(panel.innerHTML), each => String.fromCharCode(each)).join(''));
  panel.parentElement.innerHTML = `<div class="panel" data-panel="${panel.dataset.panel}" data-html="${html}"></div>`;
}"""
"""As a live update does: new elements, the same words."""


def numbers(page: Page) -> Locator:
    return page.locator("[data-panel=headlines]")


def drawn_anew(page: Page) -> None:
    numbers(page).evaluate(ANEW)
    expect(numbers(page)).not_to_have_attribute("data-html", re.compile(""))


def pressing(page: Page) -> None:
    """The button is down on an ⓘ that is another element by now."""
    numbers(page).locator(".info").first.hover()
    page.mouse.down()
    drawn_anew(page)


def test_a_press_is_of_what_was_pressed_when_the_panel_is_drawn_anew_meanwhile(board: Board, reader: Reader) -> None:
    page = opened(reader(), board)
    pressing(page)
    page.mouse.up()
    expect(page.get_by_role("dialog")).to_contain_text("怎么算的")


def test_what_was_pressed_before_is_no_part_of_the_next_click_by_keyboard(board: Board, reader: Reader) -> None:
    page = opened(reader(), board)
    pressing(page)
    page.mouse.move(5, 500)  # let go elsewhere, where nothing is clicked
    page.mouse.up()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("link", name="诉求").first.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{board.url}/petitions")


def test_the_keyboard_stays_where_it_was(board: Board, reader: Reader) -> None:
    page = opened(reader(), board)
    link = numbers(page).locator("[data-go]").nth(2)
    link.focus()
    drawn_anew(page)
    expect(link).to_be_focused()
