"""Paper: a page is printed whole, over several sheets, down to its last row, without what can only be clicked."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.board import Board, opened

Reader = Callable[..., Page]


def printed(page: Page, folder: Path, **paper: bool) -> tuple[int, str]:
    """The number of sheets of A4, and the words on them without their spaces."""
    if shutil.which("pdftotext") is None:
        pytest.skip("没有 pdftotext:apt install poppler-utils")
    file = folder / "printed.pdf"
    page.pdf(path=str(file), format="A4", print_background=True, **paper)
    words = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True).stdout
    return words.count("\f"), re.sub(r"\s", "", words)


def test_a_long_table_is_printed_to_its_last_row(board: Board, reader: Reader, tmp_path: Path) -> None:
    page = opened(reader(), board, "/duty")
    table = page.locator("table.sheet").last
    expect(table).to_be_visible()
    head, last = (table.locator("tr").nth(place).locator("th, td").first.inner_text().split("\n")[0] for place in (0, -1))
    sheets, words = printed(page, tmp_path, landscape=True)
    assert sheets > 1
    assert last in words
    assert words.count(head) >= 1
    assert "本季" not in words, "the filters' buttons are printed"
    assert "截至" in words


def test_rankings_are_printed_one_below_the_other_in_light(board: Board, reader: Reader, tmp_path: Path) -> None:
    page = opened(reader(color_scheme="dark"), board, "/")
    units = [name for name in page.locator(".rows").last.locator(".unit").all_inner_texts() if name]
    sheets, words = printed(page, tmp_path)
    assert sheets >= 1
    assert units
    assert all(name in words for name in units)
    assert "全部乡镇" in words, "paper says what the filters stood at"
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor") == "rgb(255, 255, 255)"
