"""Whom a file was made for stands in its address, so that only that sign-in gets it, and only while it lasts.

Streamlit names a file by its bytes, of a large one by some of them: two tables over 1 MiB that differ in the middle were one file, and the
same table was one file for all readers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.common.live_sessions import TOKEN

NOBODY = "nobody"
_token: ContextVar[str | None] = ContextVar("token", default=None)


@contextmanager
def made_for(token: str) -> Iterator[None]:
    """What is made in here, outside any run of a page, is for the sign-in of ``token``."""
    before = _token.set(token)
    try:
        yield
    finally:
        _token.reset(before)


def name(data: bytes, mimetype: str, filename: str | None = None) -> str:
    """The name under which a file is kept: all of its bytes, what it is called, and whom it was made for."""
    digest = hashlib.blake2b(digest_size=24)
    for part in (data, mimetype.encode(), (filename or "").encode()):
        digest.update(len(part).to_bytes(8))
        digest.update(part)
    token = _token.get() or (st.session_state.get(TOKEN) if get_script_run_ctx(suppress_warning=True) else None)
    return f"{digest.hexdigest()}-{mark(token) if token else NOBODY}"


def mark(token: str) -> str:
    return hashlib.sha256(f"file {token}".encode()).hexdigest()[:16]


def is_for(address: str, token: str) -> bool:
    """Whether the file at an address was made for the sign-in of ``token``."""
    return address.rpartition("/")[2].partition(".")[0].rpartition("-")[2] == mark(token)
