"""Seconds in Chromium: from an empty browser to a complete overview, and from a click to the next page's data."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from playwright.sync_api import Browser, Page

from bench.servers import COOKIE, Server

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
COMPLETE = """(rows) => {
  const found = [];
  const look = (root) => root.querySelectorAll('*').forEach(each => {
    if (each.matches('.row')) found.push(each);
    if (each.shadowRoot) look(each.shadowRoot);
  });
  look(document);
  const app = document.querySelector('[data-testid=stApp]');
  return found.length >= rows && app && app.dataset.testScriptState === 'notRunning' && !document.querySelector('[data-stale="true"]');
}"""
"""The leaderboards are drawn (a row a township in each of the three) and nothing is being drawn anew."""


def program() -> str | None:
    """The Chromium of this machine, if there is one; ``CHROMIUM`` names another."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@dataclass
class Overview:
    """Opened in an empty browser: seconds, and megabytes that came, files as they were packed and the socket's messages unpacked."""

    seconds: float
    megabytes: float


def overview(browser: Browser, server: Server, cookie: str, townships: int) -> Overview:
    return first_load(browser, server.url, {COOKIE: cookie}, COMPLETE, 3 * townships)


def first_load(browser: Browser, url: str, cookies: Mapping[str, str], complete: str, asked: object) -> Overview:
    """An address opened in a browser that holds these cookies alone, until ``complete`` (a function of the page) is true of ``asked``."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN", timezone_id="Asia/Shanghai")
    context.add_cookies([{"name": name, "value": value, "url": urljoin(url, "/")} for name, value in cookies.items()])
    page = context.new_page()
    came = list[float]()
    heard = context.new_cdp_session(page)
    heard.on("Network.loadingFinished", lambda event: came.append(event["encodedDataLength"]))
    heard.on("Network.webSocketFrameReceived", lambda event: came.append(len(event["response"]["payloadData"]) * 3 / 4))  # in base64
    heard.send("Network.enable")
    began = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.wait_for_function(complete, arg=asked, timeout=300_000, polling=50)
    taken = time.perf_counter() - began
    context.close()
    return Overview(taken, sum(came) / 1e6)


DRAWN = """(path) => {
  const app = document.querySelector('[data-testid=stApp]');
  return location.pathname === path && app && app.dataset.testScriptState === 'notRunning' && !document.querySelector('[data-stale="true"]')
    && !document.querySelector('[data-testid="stSkeleton"]') && document.querySelector('.board-title');
}"""
"""The address is the page's, its title stands there, and nothing is being drawn any more."""


def opened(browser: Browser, server: Server, cookie: str) -> Page:
    """A tab that shows the overview."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN", timezone_id="Asia/Shanghai")
    context.add_cookies([{"name": COOKIE, "value": cookie, "url": server.url}])
    page = context.new_page()
    page.goto(server.url, wait_until="commit")
    page.wait_for_function(DRAWN, arg="/", timeout=300_000, polling=50)
    return page


def seconds_to_page(page: Page, path: str) -> float:
    """From a click in the navigation to the page's data."""
    link = page.locator(f'header a[href$="{path}"], nav a[href$="{path}"]').first
    link.wait_for()
    began = time.perf_counter()
    link.click()
    page.wait_for_function(DRAWN, arg=path, timeout=120_000, polling=20)
    return time.perf_counter() - began
