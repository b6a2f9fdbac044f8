"""Paper: a page is printed whole, over several sheets, down to its last row, without what can only be clicked."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.board import Board, lacking, opened

Reader = Callable[..., Page]


def pdftotext() -> str:
    """The program that reads the words of a PDF. Where there is none, the tests are left out with a word how to get it; in CI they fail."""
    return shutil.which("pdftotext") or lacking("没有 pdftotext:apt install poppler-utils")


def printed(page: Page, folder: Path, **paper: bool) -> list[str]:
    """The words on each sheet of A4, without their spaces and without its number, which every sheet bears; none is blank."""
    program, file = pdftotext(), folder / "printed.pdf"
    page.pdf(path=str(file), format="A4", print_background=True, **paper)
    words = subprocess.run([program, "-layout", str(file), "-"], capture_output=True, text=True, check=True).stdout
    sheets = [re.sub(r"\s", "", sheet) for sheet in words.split("\f")[:-1]]  # a form feed ends each
    numbers = [f"{place}/{len(sheets)}" for place in range(1, len(sheets) + 1)]
    assert [sheet[-len(number) :] for sheet, number in zip(sheets, numbers, strict=True)] == numbers
    sheets = [sheet.removesuffix(number) for sheet, number in zip(sheets, numbers, strict=True)]
    assert all(sheets), "a blank sheet"
    return sheets


def test_a_long_table_is_printed_to_its_last_row_under_its_heads_on_every_sheet(board: Board, reader: Reader, tmp_path: Path) -> None:
    page = opened(reader(), board, "/captains?view=未走访&kind=普通户")
    table = page.locator("table.sheet").last
    expect(table).to_be_visible()
    household = re.compile(r"户号(\d+)")
    heads = re.sub(r"\s", "", "".join(table.locator("th").all_inner_texts()))
    rows = household.findall(re.sub(r"[^\S\n]", "", "\n".join(table.locator("tbody tr").all_inner_texts())))
    sheets = printed(page, tmp_path, landscape=True)
    bearing = [sheet for sheet in sheets if household.search(sheet)]
    assert len(rows) > 30, "no long table"
    assert len(bearing) > 2
    assert [number for sheet in bearing for number in household.findall(sheet)] == rows
    assert [sheet.count(heads) for sheet in bearing] == [1] * len(bearing)
    assert "本季" not in "".join(sheets), "the filters' buttons are printed"
    assert "截至" in sheets[0]


def test_rankings_are_printed_one_below_the_other_in_light(board: Board, own_reader: Reader, tmp_path: Path) -> None:
    page = opened(own_reader(color_scheme="dark"), board, "/")
    expect(page.locator(".rows")).to_have_count(3)
    rankings = [[name for name in each.locator(".unit[role=cell]").all_inner_texts() if name] for each in page.locator(".rows").all()]
    title = page.locator("[data-panel=duty-board] h2").evaluate("title => title.firstChild.textContent")
    words = "".join(printed(page, tmp_path))
    place = words.index(re.sub(r"\s", "", title))
    for name in (name for ranking in rankings for name in ranking):
        assert name in words[place:], "side by side, the second ranking's names would stand between the first one's"
        place = words.index(name, place) + len(name)
    assert all(len(ranking) == len(rankings[0]) > 1 for ranking in rankings)
    assert "全部乡镇" in words, "paper says what the filters stood at"
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor") == "rgb(255, 255, 255)"
