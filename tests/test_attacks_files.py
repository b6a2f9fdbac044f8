"""Attacks on what is handed out: a file is for the sign-in it was made for."""

from __future__ import annotations

from typing import Any

import jwt
import pytest
import requests
from sqlalchemy import update
from streamlit.runtime import memory_media_file_storage
from streamlit.runtime.media_file_storage import MediaFileKind
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from data_access import accounts
from data_access.accounts import DEMO_PASSWORD, Account, Role
from data_access.board_tables import BoardAccount
from data_access.clock import beijing_now
from data_access.engine import engine
from data_access.scope import Scope
from pages.common import cookie, handed_out, sticky
from tests.browser_tab import PATIENCE
from tests.builders import COUNTY
from tests.e2e.board import Board
from tests.signed_in import NOW, a_name
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


@pytest.mark.parametrize("taken", [{"rights": {"may_see_names": False}}, {"area": COUNTY}, {"role": Role.AUDITOR}, {}])
def test_a_file_of_a_right_that_was_taken_away_is_not_handed_out_any_more(board: Board, taken: dict[str, Any]) -> None:
    """Also one that is made so long that the right goes meanwhile: the sign-in goes on, with less."""
    name, rights = a_name(), {"may_see_names": True}
    with engine(board.database).begin() as connection:
        accounts.add_account(connection, name, name, Role.ADMINISTRATOR, DEMO_PASSWORD, now=beijing_now(), by="test", rights=rights)
    with opened(board, remembered(board, name)) as clerk:
        address = board.url + clerk.file_made(clerk.drawn(LEDGERS), "模板")
        assert clerk.http.get(address, timeout=PATIENCE).status_code == 200
        with engine(board.database).begin() as connection:
            if taken:
                accounts.set_role(connection, name, now=beijing_now(), by="anquan", **taken)
            else:
                waits = update(BoardAccount).where(BoardAccount.username == name).values(granted_at=None)
                connection.execute(waits)
        assert clerk.http.get(address, timeout=PATIENCE).status_code == 403
        with engine(board.database).begin() as connection:
            accounts.set_role(connection, name, role=Role.ADMINISTRATOR, area="", rights=rights, now=beijing_now(), by="anquan")
        assert clerk.http.get(address, timeout=PATIENCE).status_code == 200, "within the minute that a file is kept"


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
    reader = Account("x", "x", Role.LEADER, Scope("", may_export=True), NOW)
    with handed_out.made_for("somebody", reader):
        names = [files.load_and_get_id(data, "text/csv", MediaFileKind.DOWNLOADABLE, "a.csv") for data in (one, other, one)]
    with handed_out.made_for("somebody else", reader):
        anothers = files.load_and_get_id(one, "text/csv", MediaFileKind.DOWNLOADABLE, "a.csv")
    assert len({*names, anothers}) == 3
    assert [files.get_file(f"{name}.csv").content for name in names] == [one, other, one]
    assert handed_out.is_for(files.get_url(names[0]), "somebody")
    assert not handed_out.is_for(files.get_url(anothers), "somebody")
