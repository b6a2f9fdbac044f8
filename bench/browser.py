"""Seconds from an empty browser to a complete overview, in Chromium: no cache, no cookie but the sign-in."""

from __future__ import annotations

import time

from playwright.sync_api import Browser

from bench.servers import COOKIE, Server

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
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


def seconds_to_overview(browser: Browser, server: Server, cookie: str, townships: int) -> float:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN", timezone_id="Asia/Shanghai")
    context.add_cookies([{"name": COOKIE, "value": cookie, "url": server.url}])
    page = context.new_page()
    began = time.perf_counter()
    page.goto(server.url, wait_until="commit")
    page.wait_for_function(COMPLETE, arg=3 * townships, timeout=300_000, polling=50)
    taken = time.perf_counter() - began
    context.close()
    return taken
