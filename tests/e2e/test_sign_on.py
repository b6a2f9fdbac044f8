"""The county's single sign-on, with a provider of this machine: who has an account comes in, who has none is told so."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from data_access import accounts
from data_access.clock import beijing_now
from data_access.engine import engine
from tests.e2e import board as boards
from tests.e2e.board import PATIENCE, SERVER, Board, a_running_board, login_form, settled, title
from tests.e2e.county import a_copy

SUBJECT = "2f6c-shuji"
SECRETS = """
[auth]
redirect_uri = "http://127.0.0.1:{board}/oauth2callback"
cookie_secret = "a secret of this test alone"
client_id = "board"
client_secret = "any"
server_metadata_url = "http://127.0.0.1:{provider}/.well-known/openid-configuration"
"""


@pytest.fixture(scope="module")
def provider() -> Iterator[int]:
    port = boards.a_free_port()
    running = subprocess.Popen([sys.executable, "-m", "oidc_provider_mock", "--port", str(port)], stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/.well-known/openid-configuration", timeout=5)
                break
            time.sleep(0.2)
        yield port
    finally:
        running.terminate()
        running.wait(timeout=10)


@pytest.fixture(scope="module")
def signing_on(provider: int, county: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    folder, port = tmp_path_factory.mktemp("sign-on"), boards.a_free_port()
    database = a_copy(county, folder)
    with engine(database).begin() as connection:
        accounts.set_sign_on(connection, "shuji", SUBJECT, now=beijing_now(), by="test")
    secrets = folder / "secrets.toml"
    secrets.write_text(SECRETS.format(board=port, provider=provider), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(boards, "a_free_port", lambda: port)
        command = [*SERVER, f"--secrets.files={secrets}"]
        # The provider's library warns in the server's log that parts of it are old.
        with a_running_board(database, folder / "server.log", command=command, healthy=False) as running:
            yield running


def at_the_provider(browser: Browser, board: Board) -> Page:
    context = browser.new_context(locale="zh-CN")
    context.set_default_timeout(PATIENCE)
    context.route("https://**", lambda route: route.abort())  # the provider's page asks for a style sheet
    page = context.new_page()
    page.goto(board.url)
    login_form(page).wait_for()
    settled(page)
    page.get_by_role("button", name="统一身份登录").click()
    page.get_by_placeholder("sub").wait_for()
    return page


def signed_on(browser: Browser, board: Board, subject: str) -> Page:
    page = at_the_provider(browser, board)
    page.get_by_placeholder("sub").fill(subject)
    page.get_by_role("button", name="Authorize").click()
    return page


def test_who_has_an_account_comes_in_as_it_and_stays_after_a_reload(browser: Browser, signing_on: Board) -> None:
    page = signed_on(browser, signing_on, SUBJECT)
    expect(page.get_by_role("button", name="县委书记")).to_be_visible()
    title(page).wait_for()
    page.reload()
    expect(page.get_by_role("button", name="县委书记")).to_be_visible()


def test_who_signs_out_is_out_here_and_is_led_to_the_providers_signing_out(browser: Browser, signing_on: Board) -> None:
    """The provider would else sign the next one at this screen on as the last one, without asking."""
    page = signed_on(browser, signing_on, SUBJECT)
    page.get_by_role("button", name="县委书记").click()
    with page.expect_request(lambda request: "/oauth2/end_session" in request.url) as asked:
        page.get_by_text("退出登录", exact=True).click()
    assert "client_id=board" in asked.value.url
    page.get_by_role("button", name="End session").wait_for()
    page.goto(signing_on.url)
    login_form(page).wait_for()
    expect(page.get_by_role("button", name="统一身份登录")).to_be_visible()


def test_who_has_no_account_is_told_so_in_chinese(browser: Browser, signing_on: Board) -> None:
    page = signed_on(browser, signing_on, "9d1e-nobody")
    expect(page.get_by_text("统一身份已确认，但本看板没有您的账号。请把标识“9d1e-nobody”告诉本县系统管理员。")).to_be_visible()
    login_form(page).wait_for()


def test_who_gives_up_at_the_provider_is_back_at_the_form(browser: Browser, signing_on: Board) -> None:
    page = at_the_provider(browser, signing_on)
    page.get_by_role("button", name="Deny").click()
    login_form(page).wait_for()
