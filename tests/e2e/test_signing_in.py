"""The gate in a real browser: the login, its words, and addresses opened cold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from pages.common.cookie import NAME
from pages.common.navigation import existing_entries
from tests.e2e.board import Board, enter, login_form, opened, settled, signed_in, title
from tests.e2e.conftest import NewBrowser


def test_a_leader_signs_in_and_sees_the_county(board: Board, new_browser: NewBrowser) -> None:
    page = signed_in(new_browser(), board, "shuji")
    expect(title(page)).to_be_visible()
    expect(page.locator(".rows").first).to_be_visible()
    expect(page.locator(".card .big").first).to_be_visible()
    expect(page.get_by_role("button", name="县委书记")).to_be_visible()


def test_a_browser_remembers_and_forgets_with_the_session(board: Board, new_browser: NewBrowser) -> None:
    context = new_browser()
    page = signed_in(context, board, "zuzhibu", "/definitions")
    again = opened(context.new_page(), board, "/definitions")
    expect(login_form(again)).to_have_count(0)
    page.get_by_role("button", name="组织部").click()
    with page.expect_response(lambda answer: answer.request.method == "DELETE"):
        page.get_by_text("退出登录").click()
    login_form(page).wait_for()
    assert NAME not in [each["name"] for each in context.cookies()]
    cold = context.new_page()
    cold.goto(board.url)
    login_form(cold).wait_for()
    expect(cold.locator(".card, .rows")).to_have_count(0)


def test_no_script_can_read_what_the_browser_remembers(board: Board, new_browser: NewBrowser) -> None:
    context = new_browser()
    page = signed_in(context, board, "zuzhibu", "/definitions")
    (kept,) = [each for each in context.cookies() if each["name"] == NAME]
    assert (kept["httpOnly"], kept["sameSite"]) == (True, "Strict")
    assert NAME not in page.evaluate("document.cookie")
    page.reload()
    title(page).wait_for()
    expect(login_form(page)).to_have_count(0)


def test_no_page_of_another_site_can_frame_the_board(board: Board, new_browser: NewBrowser, cookies: Callable[[str], Any]) -> None:
    page = new_browser(storage_state=cookies("shuji")).new_page()
    page.route("http://127.0.0.1:1/", lambda route: route.fulfill(body=f'<iframe src="{board.url}"></iframe>', content_type="text/html"))
    asked = []
    page.on("response", lambda answer: asked.append(answer.url) if answer.url.startswith(board.url) else None)
    page.goto("http://127.0.0.1:1/")
    page.wait_for_timeout(3000)
    assert len(asked) <= 1, "the frame's own address, and nothing that a shown page would load"
    assert page.frames[1].url.startswith("chrome-error:")


def test_a_wrong_password_is_said_and_opens_nothing(board: Board, new_browser: NewBrowser) -> None:
    page = new_browser().new_page()
    page.goto(board.url)
    login_form(page).wait_for()
    enter(page, "zhengfawei", "Kanban-2025")
    expect(page.get_by_role("alert").filter(has_text="账号或密码不对，还可再试 4 次。")).to_be_visible()
    expect(page.locator(".card, .rows")).to_have_count(0)
    enter(page, "zhengfawei")
    expect(page.locator(".card").first).to_be_visible()


def test_a_deep_link_is_kept_over_the_login(board: Board, new_browser: NewBrowser) -> None:
    page = signed_in(new_browser(), board, "xinfangju", "/definitions?id=petitions.overdue")
    assert "/definitions" in page.url


@pytest.fixture(scope="module")
def stranger(one_browser: NewBrowser) -> Page:
    """A tab in which nobody ever signs in."""
    return one_browser().new_page()


@pytest.mark.parametrize("address", [entry.url_path for entry in existing_entries()])
def test_a_cold_address_shows_only_the_login(board: Board, stranger: Page, address: str) -> None:
    stranger.goto(f"{board.url}/{address}?township=149981100&number=1&person=1")
    login_form(stranger).wait_for()
    settled(stranger)
    expect(stranger.get_by_label("账号", exact=True)).to_be_visible()
    expect(stranger.locator(".card, .row, .rows, .exceptions, .wall")).to_have_count(0)
    expect(stranger.locator('[data-testid="stDataFrame"], [data-testid="stPlotlyChart"], [data-testid="stTopNavLink"]')).to_have_count(0)
