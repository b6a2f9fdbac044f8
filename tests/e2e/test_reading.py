"""A reader's ways: filters that stay, from the county to a person and back, what a number means, dark paper."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.board import Board, opened, settled, title

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
    period(page, "本年").click()
    settled(page)
    row = page.locator(".rows").first.locator(".row").first
    name = row.locator(".unit").inner_text()
    row.click()
    page.wait_for_url(re.compile("/township"))
    expect(page.get_by_text(name).first).to_be_visible()
    settled(page)
    assert chosen(page) == "本年"  # the period came along
    page.go_back()
    page.wait_for_url(lambda url: "/township" not in url)
    settled(page)
    expect(page.locator(".rows").first).to_be_visible()
    assert chosen(page) == "本年"


def went(page: Page, target: Locator, address: str) -> None:
    """One click, and the page it leads to is drawn."""
    target.click()
    page.wait_for_url(re.compile(address))
    settled(page)
    expect(title(page)).to_be_visible()


def went_back(page: Page, address: str) -> None:
    """One Back, and that is exactly where one was."""
    page.go_back()
    expect(page).to_have_url(address)
    settled(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_text("Page not found")).to_have_count(0)
    assert chosen(page) == "本年"


def test_down_to_a_record_and_back(board: Board, reader: Reader) -> None:
    """县 → 乡镇 → 村 → 人 → 记录: each step one click, the way back one more each, by Back and by the breadcrumb."""
    page = opened(reader(), board)
    period(page, "本年").click()
    expect(page).to_have_url(re.compile("period="))
    settled(page)
    places = [page.url]
    row, dialog = page.locator(".rows").first.locator(".row").first, page.get_by_role("dialog")
    went(page, row, "/township")
    places.append(page.url)
    page.get_by_role("combobox", name="对比").click()
    page.get_by_role("option").first.click()
    expect(page).to_have_url(re.compile("versus="))
    settled(page)
    places.append(page.url)
    went(page, page.locator('[data-go*="village.py"]').first, "/village")
    places.append(page.url)
    went(page, page.locator('[data-go*="person.py"]').first, "/person")
    places.append(page.url)
    page.locator('[data-go*="record"]').first.click()
    expect(dialog).to_contain_text("原始记录")
    went_back(page, places[-1])
    expect(dialog).to_have_count(0)
    page.locator('[data-go*="record"]').first.click()
    # The definition takes the record's place, and gives it back.
    dialog.locator(".info").click()
    expect(dialog).to_contain_text("怎么算的")
    page.keyboard.press("Escape")
    expect(dialog).to_contain_text("原始记录")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page).to_have_url(places[-1])
    for place in reversed(places[:-1]):  # a closed record is no step of the way back
        went_back(page, place)
    opened(page, board, places[-1].removeprefix(board.url))
    for address in ("/village", "/township"):
        went(page, page.locator(".st-key-board-crumbs").get_by_role("link").last, address)
        assert chosen(page) == "本年"
    assert "versus=" in page.url  # what one compares with goes along
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_red_number_leads_to_its_cases_and_a_case_back_to_its_list(board: Board, reader: Reader) -> None:
    page = opened(reader(), board, "/petitions?period=本年&view=构成与流转")
    card = page.locator(".card").filter(has_text="超期在办")
    shown = card.locator(".big").inner_text().removesuffix("件")
    went(page, card.locator(".big [data-go]"), "/cases")
    expect(title(page)).to_contain_text(f"超期在办 {shown} 件")
    listed = page.url
    went(page, page.locator('[data-go*="case.py"]').first, "/case\\?")
    expect(page.get_by_text("办理经过")).to_be_visible()
    went(page, page.locator(".st-key-board-crumbs").get_by_role("link", name="清单"), "/cases")
    expect(title(page)).to_contain_text(f"超期在办 {shown} 件")
    page.go_back()
    page.wait_for_url(re.compile("/case\\?"))
    went_back(page, listed)  # in haste: the case's own run is overtaken
    page.go_back()
    page.wait_for_url(re.compile("/petitions"))
    settled(page)
    expect(page.get_by_role("radiogroup", name="看什么").locator('[aria-checked="true"]')).to_have_text("构成与流转")
    assert chosen(page) == "本年"


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
        expect(page.locator(ink).first).to_be_visible()
        brightness = page.evaluate(BRIGHTNESS, ink)
        assert brightness is not None, ink
        assert abs(brightness - paper) > 100, f"{ink} cannot be read on {scheme} paper"


def test_from_case_to_case_and_back_to_the_same_place_of_the_list(board: Board, reader: Reader) -> None:
    page = opened(reader(), board, "/cases?period=本年&standing=all")
    main = page.get_by_test_id("stMain")
    main.evaluate("main => main.scrollTo(0, 600)")
    place = main.evaluate("main => main.scrollTop")
    assert place > 300
    rows = page.locator(".case")
    row = next(each for each in rows.all() if each.bounding_box()["y"] > 100)
    listed = page.url
    went(page, row, "/case\\?")
    expect(page.locator(".steps")).to_contain_text("本期全部 第")
    first = page.url
    page.locator(".steps").get_by_text("下一件").click()
    expect(page).not_to_have_url(first)
    settled(page)
    page.locator(".steps").get_by_text("上一件").click()
    expect(page).to_have_url(first)
    settled(page)
    for _ in range(3):
        page.go_back()
        settled(page)
    expect(page).to_have_url(listed)
    page.wait_for_function("place => Math.abs(document.querySelector('[data-testid=stMain]').scrollTop - place) < 40", arg=place)


def test_the_menu_keeps_period_and_township_and_is_one_step(board: Board, reader: Reader) -> None:
    page = opened(reader(), board, "/nights?period=本年")
    page.get_by_role("combobox", name="乡镇").click()
    page.get_by_role("option").first.click()
    expect(page).to_have_url(re.compile("township="))
    settled(page)
    left = page.url
    page.get_by_test_id("stTopNavLink").filter(has_text="住夜").first.click()
    page.wait_for_url(re.compile("/duty.*township="))
    settled(page)
    assert chosen(page) == "本年"
    went_back(page, left)


def test_a_figure_leads_to_its_rows_and_so_does_its_definition(board: Board, reader: Reader) -> None:
    page = opened(reader(), board, "/?period=本年")
    card = page.locator(".card").first
    n = card.locator("b").inner_text().split("/")[1]
    card.locator(".info").click()
    went(page, page.get_by_role("dialog").get_by_role("link", name="看记录"), "/rows")
    expect(page.get_by_role("radio", name=f"全部 {n}")).to_be_visible()
    page.go_back()
    settled(page)
    went(page, page.locator(".row .value").first, "/rows")
    assert "township=" in page.url
