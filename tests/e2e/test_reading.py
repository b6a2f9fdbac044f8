"""A reader's ways: filters that stay, from the county to a person and back, what a number means, phone and dark paper."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from pages.common.navigation import existing_entries
from tests.e2e.board import Board, opened, settled, title

PAGES = [entry.url_path for entry in existing_entries()]
LEADERS = [entry.url_path for entry in existing_entries() if entry.url_path != "admin"]
Reader = Callable[..., Page]


def period(page: Page, label: str) -> Locator:
    return page.get_by_role("radiogroup", name="时段").get_by_role("radio", name=label)


def chosen(page: Page) -> str:
    """The period that the bar shows as chosen."""
    return page.get_by_role("radiogroup", name="时段").locator('[aria-checked="true"]').inner_text().strip()


def test_a_filter_stands_in_the_address_and_survives_a_reload(board: Board, reader: Reader) -> None:
    page = opened(reader(), board)
    period(page, "本年").click()
    settled(page)
    expect(page).to_have_url(re.compile("period="))
    assert chosen(page) == "本年"
    link = page.url
    page.reload()
    title(page).wait_for()
    settled(page)
    assert chosen(page) == "本年"
    other = reader("zuzhibu")
    other.goto(link)  # sent to somebody else
    title(other).wait_for()
    settled(other)
    assert chosen(other) == "本年"


def test_a_township_is_chosen_and_everything_follows(board: Board, reader: Reader) -> None:
    page = opened(reader(), board)
    expect(page.locator(".rows").first.locator(".row").nth(1)).to_be_visible()
    page.get_by_role("combobox", name="乡镇").click()
    page.get_by_role("option").first.click()
    settled(page)
    expect(page.locator(".rows").first.locator(".row")).to_have_count(1)
    expect(page).to_have_url(re.compile("township="))
    page.reload()
    title(page).wait_for()
    settled(page)
    expect(page.locator(".rows").first.locator(".row")).to_have_count(1)


def test_from_the_county_to_a_township_and_back(board: Board, reader: Reader) -> None:
    page = opened(reader(), board)
    period(page, "本季").click()
    settled(page)
    row = page.locator(".rows").first.locator(".row").first
    name = row.locator(".unit").inner_text()
    row.click()
    page.wait_for_url(re.compile("/township"))
    expect(page.get_by_text(name).first).to_be_visible()
    settled(page)
    assert chosen(page) == "本季"  # the period came along
    page.go_back()
    page.wait_for_url(lambda url: "/township" not in url)
    settled(page)
    expect(page.locator(".rows").first).to_be_visible()
    assert chosen(page) == "本季"


def test_down_to_a_record_and_back_up_the_breadcrumb(board: Board, reader: Reader) -> None:
    """县 → 乡镇 → 村 → 人 → 记录: each step one click, the way back one more each."""
    page = opened(reader(), board)
    page.locator(".rows").first.locator(".row").first.click()
    steps = [("village.py", "/village"), ("person.py", "/person")]
    page.wait_for_url(re.compile("/township"))
    settled(page)
    for target, address in steps:
        page.locator(f'[data-go*="{target}"]').first.click()
        page.wait_for_url(re.compile(address))
        settled(page)
        expect(title(page)).to_be_visible()
    page.locator('[data-go*="record"]').first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    settled(page)
    page.locator(".st-key-board-crumbs").get_by_role("link").last.click()
    page.wait_for_url(re.compile("/village"))
    settled(page)
    page.locator(".st-key-board-crumbs").get_by_role("link").last.click()
    page.wait_for_url(re.compile("/township"))
    settled(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_number_opens_its_definition(board: Board, reader: Reader) -> None:
    page = opened(reader(), board)
    page.locator(".card .info").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("怎么算的")
    expect(dialog).to_contain_text("分子 k")
    expect(dialog).to_contain_text("依据")
    expect(dialog).to_contain_text("规则手册")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_the_keyboard_alone_opens_a_definition(board: Board, reader: Reader) -> None:
    page = opened(reader(), board)
    page.locator(".card .info").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("分子 k")


WIDEST = """() => {
  const places = [document.documentElement, ...document.querySelectorAll('[data-testid=stMain], [data-testid=stAppViewContainer], .panel')];
  return Math.max(...places.map(place => place.scrollWidth - place.clientWidth));
}"""


@pytest.mark.parametrize("address", LEADERS)
def test_nothing_is_wider_than_a_phone(board: Board, reader: Reader, address: str) -> None:
    page = opened(reader(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True), board, f"/{address}")
    assert page.evaluate(WIDEST) <= 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("address", LEADERS)
def test_every_page_opens_without_an_error(board: Board, reader: Reader, address: str) -> None:
    page = opened(reader(), board, f"/{address}")
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_text("这个页面不在您的账号权限内")).to_have_count(0)
    assert page.evaluate(WIDEST) <= 1


BRIGHTNESS = """(selector) => {
  const shade = (text) => { const [r, g, b] = text.match(/[\\d.]+/g).map(Number); return 0.299 * r + 0.587 * g + 0.114 * b; };
  const find = (root) => {
    for (const each of root.querySelectorAll('*')) {
      if (each.matches(selector)) return each;
      const inside = each.shadowRoot && find(each.shadowRoot);
      if (inside) return inside;
    }
    return null;
  };
  const found = find(document);
  return found && shade(getComputedStyle(found).color);
}"""
PAPER = """() => {
  const [r, g, b] = getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor.match(/[\\d.]+/g).map(Number);
  return 0.299 * r + 0.587 * g + 0.114 * b;
}"""


@pytest.mark.parametrize(("scheme", "dark"), [("light", False), ("dark", True)])
def test_ink_and_paper_follow_the_readers_theme(board: Board, reader: Reader, scheme: str, dark: bool) -> None:
    page = opened(reader(color_scheme=scheme), board)
    paper = page.evaluate(PAPER)
    assert (paper < 60) is dark
    for ink in (".board-title", ".unit", ".card .label"):
        brightness = page.evaluate(BRIGHTNESS, ink)
        assert brightness is not None, ink
        assert abs(brightness - paper) > 100, f"{ink} cannot be read on {scheme} paper"
