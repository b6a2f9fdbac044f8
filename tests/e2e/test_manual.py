"""帮助 opens where the reader is; and the manual's pictures are what the board looks like (``make manual-pictures`` writes them)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from reports.manual import CHAPTERS, FOLDER, Picture, chapter
from tests.e2e.board import Board, opened, settled, title

PICTURES = {
    "总览": ("shuji", "/", ".card"),
    "乡镇画像": ("shuji", "/township", ".board-title"),
    "台账": ("guanli", "/admin?section=台账", 'input[type="file"], [data-testid="stSelectbox"]'),
    "数据": ("shuji", "/quality", ".board-title"),
    "账号": ("guanli", "/admin?section=账号", ".board-title"),
}
"""Name of a picture → who sees it, where, and what of it must be there."""
WRITES = bool(os.environ.get("BOARD_MANUAL_PICTURES"))


def test_every_picture_of_the_manual_is_taken_here() -> None:
    named = [
        block.file for name in CHAPTERS for section in chapter(name).sections for block in section.blocks if isinstance(block, Picture)
    ]
    assert {file.stem for file in named} == set(PICTURES)
    assert [file for file in named if not WRITES and not file.is_file()] == []


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_of_the_manual(name: str, board: Board, reader: Callable[..., Page], tmp_path: Path) -> None:
    username, address, part = PICTURES[name]
    page = opened(reader(username, viewport={"width": 1280, "height": 800}), board, address)
    expect(page.locator(part).first).to_be_attached()
    expect(page.locator(".board-said")).to_have_count(0)
    folder = FOLDER / "图" if WRITES else tmp_path
    taken = page.screenshot(path=folder / f"{name}.png", animations="disabled")
    assert len(taken) > 20_000


def test_help_opens_what_tells_of_the_page(board: Board, reader: Callable[..., Page]) -> None:
    page = opened(reader("guanli"), board, "/admin?section=台账")
    page.get_by_test_id("stMenuButton").or_(page.locator(".st-key-board-account-menu")).get_by_role("button").first.click()
    page.get_by_text("帮助", exact=True).last.click()
    expect(title(page)).to_contain_text("台账员")
    settled(page)
    expect(page.locator("h3").first).to_have_text("装一份台账")
    expect(page.locator("img").first).to_be_visible()
    page.locator(".board-term").filter(has_text="及时录入率").first.click()
    expect(page.get_by_role("dialog").or_(page.get_by_text("怎么算的")).first).to_be_visible()
