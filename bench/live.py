"""From a commit to the figure on screen: ``python -m bench.live URL DATABASE``, beside a server that already runs on a SQLite database.

Two tabs of one browser show the overview. Another program files overdue petitions, one a commit; printed is after how many seconds each
tab shows the new number, and how far apart the two were.
"""

from __future__ import annotations

import sqlite3
import sys
import time

import numpy as np
from playwright.sync_api import Page, sync_playwright

from bench.browser import FLAGS, program
from data_access.accounts import DEMO_PASSWORD

COMMITS, REST_SECONDS = 30, 1.7
FILED = (
    "INSERT INTO petition (number, area_code, opened_at, due_at, size, level) SELECT ?, min(code), datetime('now', '+8 hours', '-9 days'), "
    "datetime('now', '+8 hours', '-5 days'), 'small', 'village' FROM area WHERE level = 'village'"
)
NOTED = """() => {
  const card = () => [...document.querySelectorAll('.card')].find(each => each.innerText.includes('超期在办'));
  const number = () => card()?.querySelector('.big').innerText;
  window.changes = [];
  let before = number();
  setInterval(() => { const now = number(); if (now && now !== before) { before = now; window.changes.push(Date.now()); } }, 20);
}"""
"""Notes each change of the number with its time."""


def tab(context: object, url: str) -> Page:
    page: Page = context.new_page()  # type: ignore[attr-defined]
    page.goto(url)
    if not any(open_page is not page for open_page in context.pages):  # type: ignore[attr-defined]
        page.get_by_label("账号", exact=True).fill("shuji")
        page.get_by_label("密码", exact=True).fill(DEMO_PASSWORD)
        page.get_by_role("button", name="登录", exact=True).click()
    page.locator(".card").filter(has_text="超期在办").locator(".big").wait_for(timeout=120_000)
    page.wait_for_timeout(3000)
    page.evaluate(NOTED)
    return page


def seconds(pages: list[Page], database: sqlite3.Connection, number: int) -> list[float]:
    for page in pages:
        page.evaluate("window.changes = []")
    with database:
        database.execute(FILED, (f"LIVE-{time.time_ns()}",))
    began = time.time()
    for page in pages:
        page.wait_for_function("window.changes.length", timeout=60_000, polling=20)
    pages[0].wait_for_timeout(REST_SECONDS * 1000 * (1 + number % 7 / 10))
    return [page.evaluate("window.changes[0]") / 1000 - began for page in pages]


def main(url: str, database: str) -> None:
    with sync_playwright() as playwright, sqlite3.connect(database, timeout=30) as connection:
        browser = playwright.chromium.launch(args=FLAGS, executable_path=program())
        context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
        pages = [tab(context, url), tab(context, url)]
        taken = np.array([seconds(pages, connection, number) for number in range(COMMITS)])
        browser.close()
    for name, values in (("commit to screen", taken.ravel()), ("apart", np.abs(taken[:, 0] - taken[:, 1]))):
        print(f"{name}: p50 {np.percentile(values, 50):.2f} s, p95 {np.percentile(values, 95):.2f} s, most {values.max():.2f} s")


if __name__ == "__main__":
    main(*sys.argv[1:])
