"""A ranking in the order of a heading: pressed by pointer and keyboard, told to a screen reader, kept while data come, undone by Back."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.e2e.board import Board, opened, settled
from tests.e2e.county import another_program_files
from tests.e2e.test_live import overdue_count
from tests.e2e.test_reading import Reader


def names(board: Locator) -> list[str]:
    return [each.inner_text() for each in board.locator(".row .unit").all()]


def pressed(page: Page, board: Locator, heading: str, stands: str) -> None:
    board.get_by_role("button", name=heading).click()
    expect(board.get_by_role("columnheader", name=heading)).to_have_attribute("aria-sort", stands)
    settled(page)


def test_a_ranking_stands_as_its_heading_says_also_when_data_have_come(board: Board, reader: Reader) -> None:
    page = opened(reader(), board)
    rows = page.locator("[data-panel=duty-board] .rows")
    made = names(rows)
    pressed(page, rows, "乡镇", "ascending")
    rising = names(rows)
    pressed(page, rows, "乡镇", "descending")
    assert names(rows) == rising[::-1]
    assert "order=" in page.url

    before = overdue_count(page)
    another_program_files(board.database, "来件-3")
    expect(page.locator(".card").filter(has_text="超期在办").locator(".big")).to_contain_text(f"{before + 1}件")
    assert names(rows) == rising[::-1], "a live update keeps the order"

    expect(rows.get_by_role("button", name="乡镇")).to_be_focused()
    page.keyboard.press("Enter")
    expect(rows.locator("[aria-sort]")).to_have_count(0)
    settled(page)
    assert names(rows) == made, "the third press puts it back"
    page.go_back()
    expect(rows.get_by_role("columnheader", name="乡镇")).to_have_attribute("aria-sort", "descending")


def test_another_order_of_a_paged_list_begins_at_its_first_page(board: Board, reader: Reader) -> None:
    page = opened(reader(), board, "/rows?figure=duty.village_compliance&period=本年&show=all&rows_page=2")
    assert "rows_page=2" in page.url
    table = page.locator("[data-panel=rows] .sheet")
    pressed(page, table, "单位或人员", "ascending")
    expect(page).not_to_have_url(re.compile("rows_page"))
    expect(table.locator("tbody tr").first).to_be_visible()
