"""A panel that is drawn anew under the reader's hand: what he pressed is what was meant, and the keyboard stays where it was."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.e2e.board import Board, opened
from tests.e2e.test_reading import Reader

ANEW = """panel => {
  const bytes = new TextEncoder().encode(panel.innerHTML);
  const html = btoa(Array.from(bytes, each => String.fromCharCode(each)).join(''));
  panel.parentElement.innerHTML = `<div class="panel" data-panel="${panel.dataset.panel}" data-html="${html}"></div>`;
}"""
"""As a live update does: new elements, the same words."""


def drawn_anew(panel: Locator) -> None:
    mark = "panel => panel.firstElementChild.dataset.old = 'yes'"
    panel.evaluate(mark)
    panel.evaluate(ANEW.replace("panel.innerHTML)", "panel.innerHTML.replace('data-old', 'data-new'))"))
    expect(panel.locator("[data-old]")).to_have_count(0)


def test_a_press_is_of_what_was_pressed_when_the_panel_is_drawn_anew_meanwhile(board: Board, reader: Reader) -> None:
    page = opened(reader(), board)
    numbers = page.locator("[data-panel=headlines]")
    numbers.locator(".info").first.hover()
    page.mouse.down()
    drawn_anew(numbers)
    page.mouse.up()
    expect(page.get_by_role("dialog")).to_contain_text("怎么算的")


def test_what_was_pressed_before_is_no_part_of_the_next_click_by_keyboard(board: Board, reader: Reader) -> None:
    page = opened(reader(), board)
    numbers = page.locator("[data-panel=headlines]")
    numbers.locator(".info").first.hover()
    page.mouse.down()
    drawn_anew(numbers)
    page.mouse.move(5, 500)  # let go elsewhere, where nothing is clicked
    page.mouse.up()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("link", name="诉求").first.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{board.url}/petitions")


def test_the_keyboard_stays_where_it_was(board: Board, reader: Reader) -> None:
    page = opened(reader(), board)
    numbers = page.locator("[data-panel=headlines]")
    link = numbers.locator("[data-go]").nth(2)
    link.focus()
    drawn_anew(numbers)
    expect(numbers.locator("[data-go]").nth(2)).to_be_focused()
