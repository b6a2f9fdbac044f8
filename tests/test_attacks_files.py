"""Attacks on what is handed out: a file is for the sign-in it was made for."""

from __future__ import annotations

import jwt
import pytest
import requests
from streamlit.runtime import memory_media_file_storage
from streamlit.runtime.media_file_storage import MediaFileKind
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from pages.common import cookie, handed_out, sticky
from tests.browser_tab import PATIENCE
from tests.e2e.board import Board
from tests.test_attacks_web import LEDGERS, MB, board, end_of_sign_in, opened, outside, remembered

__all__ = ["board", "outside"]


def test_a_file_is_for_the_sign_in_it_was_made_for_while_that_lasts(board: Board) -> None:
    held = remembered(board)
    with opened(board, held) as clerk:
        address = board.url + clerk.file_made(clerk.drawn(LEDGERS), "模板")
        mine = clerk.http.get(address, timeout=PATIENCE)
        assert (mine.status_code, mine.content[:2], mine.headers["cache-control"]) == (200, b"PK", "private, no-store")

        def status(of_cookie: str | None) -> int:
            cookies = {sticky.COOKIE: clerk.process, **({cookie.NAME: of_cookie} if of_cookie else {})}
            return requests.get(address, cookies=cookies, timeout=PATIENCE).status_code

        token = jwt.decode(held, options={"verify_signature": False})["session"]
        strangers = (None, remembered(board, "shuji"), remembered(board), jwt.encode({"session": token + "x"}, "k" * 32), "garbled")
        assert {status(each) for each in strangers} == {404}
        assert status(held) == 200
        end_of_sign_in(board, held)
        assert status(held) == 403


def test_who_has_got_hold_of_anothers_button_gets_no_file(board: Board) -> None:
    with opened(board, remembered(board)) as clerk, opened(board, process=clerk.process) as stranger:
        elements = clerk.drawn(LEDGERS)
        stranger.drawn()
        address = stranger.file_made(elements, "模板")  # made for the clerk, as everything on that page
        assert stranger.http.get(board.url + address, timeout=PATIENCE).status_code == 404
        assert clerk.http.get(board.url + address, timeout=PATIENCE).status_code == 200


def test_two_large_tables_that_differ_in_the_middle_are_two_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_media_file_storage, "_calculate_file_id", handed_out.name)
    files = MemoryMediaFileStorage("/media")
    one, other = (b"x" * MB + letter + b"y" * 200_000 + b"z" * MB for letter in (b"a", b"b"))
    with handed_out.made_for("somebody"):
        names = [files.load_and_get_id(data, "text/csv", MediaFileKind.DOWNLOADABLE, "a.csv") for data in (one, other, one)]
    with handed_out.made_for("somebody else"):
        anothers = files.load_and_get_id(one, "text/csv", MediaFileKind.DOWNLOADABLE, "a.csv")
    assert len({*names, anothers}) == 3
    assert [files.get_file(f"{name}.csv").content for name in names] == [one, other, one]
    assert handed_out.is_for(files.get_url(names[0]), "somebody")
    assert not handed_out.is_for(files.get_url(anothers), "somebody")
