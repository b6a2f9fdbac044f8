"""A panel saved as a picture says what the panel says."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.board import Board, opened

Reader = Callable[..., Page]
NAMED = "𠮷家👨‍👩‍👧❤️镇"
"""A sign of two code units, emoji joined to a family, one with a variation selector."""


def test_a_panel_saved_as_a_picture_takes_no_sign_apart(board: Board, reader: Reader) -> None:
    page = opened(reader(), board, "/")
    names = page.locator(".st-key-duty-board .unit")
    names.nth(0).evaluate("(unit, text) => { unit.textContent = text; }", NAMED)
    cut = "unit.style.cssText = 'display: block; overflow: hidden; white-space: nowrap; width: 4.5em'"
    names.nth(1).evaluate(f"(unit, text) => {{ unit.textContent = text; {cut}; }}", "𠮷" * 20)
    with page.expect_download() as saved:
        page.locator(".st-key-picture-duty-board button[data-format=svg]").click()
    drawn = saved.value.path().read_text(encoding="utf-8")
    expect(names.nth(0)).to_have_text(NAMED)
    assert f">{NAMED}<" in drawn
    assert f">{'𠮷' * 3}…<" in drawn, "what does not fit is cut between two signs"
    assert "\ufffd" not in drawn, "half a sign was left"
