"""Whom a file was made for, and with which rights, stands in its address: only that sign-in gets it, while it lasts and may what it might.

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

from data_access.accounts import Account
from pages.common.live_sessions import KNOWN, TOKEN

NOBODY = "nobody"
_whose: ContextVar[str | None] = ContextVar("whose", default=None)


@contextmanager
def made_for(token: str, account: Account) -> Iterator[None]:
    """What is made in here, outside any run of a page, is for the sign-in of ``token`` and what its account may now."""
    before = _whose.set(f"{mark(token)}{rights(account)}")
    try:
        yield
    finally:
        _whose.reset(before)


def name(data: bytes, mimetype: str, filename: str | None = None) -> str:
    """The name under which a file is kept: all of its bytes, what it is called, and whom it was made for."""
    digest = hashlib.blake2b(digest_size=24)
    for part in (data, mimetype.encode(), (filename or "").encode()):
        digest.update(len(part).to_bytes(8))
        digest.update(part)
    return f"{digest.hexdigest()}-{_whose.get() or _whose_run() or NOBODY}"


def _whose_run() -> str | None:
    if not get_script_run_ctx(suppress_warning=True):
        return None
    token, known = st.session_state.get(TOKEN), st.session_state.get(KNOWN)
    return f"{mark(token)}{rights(known.account)}" if token and known is not None else None


def mark(token: str) -> str:
    return hashlib.sha256(f"file {token}".encode()).hexdigest()[:16]


def rights(account: Account) -> str:
    """Tells what an account may from what it may after another grant."""
    return hashlib.sha256(f"{account.role} {account.scope}".encode()).hexdigest()[:16]


def is_for(address: str, token: str) -> bool:
    """Whether the file at an address was made for the sign-in of ``token``."""
    return _whose_file(address)[:16] == mark(token)


def is_still_for(address: str, account: Account) -> bool:
    """Whether the account may now what it might when the file was made: a grant that was taken back takes back what it has made."""
    return _whose_file(address)[16:] == rights(account)


def _whose_file(address: str) -> str:
    return address.rpartition("/")[2].partition(".")[0].rpartition("-")[2]
