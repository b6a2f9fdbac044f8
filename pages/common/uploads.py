"""Files that readers pick: who may send one, where to, and how much of them this process holds.

A browser asks over its websocket where to put a file, then puts it there. It is told a place only in a signed-in session that has drawn an
uploader, and each place is proved by its own name: what was not issued to the session is refused before a byte of it is read.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import streamlit as st
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec, UploadFileUrlInfo

from data_access.accounts import Account
from pages.common.live_sessions import KNOWN, TOKEN, connected, held

MOST_BYTES_A_SESSION = 60 * 2**20
MOST_BYTES = 240 * 2**20
"""Of all sessions of this process."""
MOST_FILES = 20
"""Of one session."""
_DRAWN_FOR = "board_uploader_drawn_for"
_KEY = secrets.token_bytes(32)


def file_uploader(label: str, **options: Any) -> UploadedFile | None:
    """Streamlit's, for the account that sees it: pages draw no other."""
    st.session_state[_DRAWN_FOR] = _account(st.session_state.get(KNOWN))
    picked: UploadedFile | None = st.file_uploader(label, **options)
    return picked


def may_upload(session: AppSession | None) -> bool:
    """Whether somebody is signed in there, with the rights still with which an uploader was drawn."""
    account = held(session, _DRAWN_FOR)
    return held(session, TOKEN) is not None and account is not None and account == _account(held(session, KNOWN))


def _account(known: Any) -> Account | None:
    return None if known is None else known.account


def places(endpoint: str, session_id: str, names: Sequence[str]) -> list[UploadFileUrlInfo]:
    """Where a session may put files of these names: nowhere, without the right to."""
    if not may_upload(connected(session_id)):
        return []
    found = []
    for _ in names[:MOST_FILES]:
        number = secrets.token_hex(16)
        place = f"{number}{_proof(session_id, number)}"
        found.append(UploadFileUrlInfo(place, *[f"{endpoint}/{session_id}/{place}"] * 2))
    return found


def is_issued(session_id: str, place: str) -> bool:
    number, proof = place[:32], place[32:]
    return secrets.compare_digest(_proof(session_id, number).encode(), proof.encode())


def _proof(session_id: str, number: str) -> str:
    return hashlib.blake2b(f"{session_id} {number}".encode(), key=_KEY, digest_size=16).hexdigest()


Stored = Mapping[str, Mapping[str, UploadedFileRec]]
"""By session and place."""


class Room:
    """How much is held and on its way. A session's own oldest files make room for its new one: a clerk loads one ledger after the other."""

    def __init__(self) -> None:
        self._coming: Counter[str] = Counter()

    @contextmanager
    def taken(self, session_id: str, size: int, stored: Stored) -> Iterator[list[str] | None]:
        """Keeps room for ``size`` bytes while they come. Gives the places of the session that are emptied for them; None: no room."""
        mine = [(place, len(file.data)) for place, file in list(stored.get(session_id, {}).items())]
        going = []
        while mine and (len(mine) >= MOST_FILES or self._coming[session_id] + size + _bytes(mine) > MOST_BYTES_A_SESSION):
            going.append(mine.pop(0)[0])
        others = sum(len(file.data) for session, files in list(stored.items()) if session != session_id for file in list(files.values()))
        all_coming = self._coming.total() + size
        if self._coming[session_id] + size > MOST_BYTES_A_SESSION or others + _bytes(mine) + all_coming > MOST_BYTES:
            yield None
            return
        self._coming[session_id] += size
        try:
            yield going
        finally:
            self._coming[session_id] -= size
            self._coming += Counter()  # what is nought goes


def _bytes(files: Sequence[tuple[str, int]]) -> int:
    return sum(size for _, size in files)
