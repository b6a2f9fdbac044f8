"""The cookie that remembers a browser: a session's token, signed. It is worth what that session in the database is worth.

It is set by a route of the server (:mod:`pages.common.entrance`), so that no script on any page can read it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping

import jwt
from starlette.requests import HTTPConnection
from starlette.responses import Response

from data_access import accounts
from data_access.engine import engine

NAME = "county_board"
OVER_TLS = f"__Host-{NAME}"
"""Over TLS the name itself keeps a sibling site from setting the cookie for this one: browsers see to it."""
_ALGORITHM = "HS256"


def signing_key() -> str:
    """``BOARD_COOKIE_KEY``, else the one in the database. Raises one of ``DATABASE_AWAY``."""
    given = os.environ.get("BOARD_COOKIE_KEY")
    if given:
        return given
    with engine().begin() as connection:
        return accounts.cookie_key(connection)


def signed(username: str, token: str, seconds: float, key: str) -> str:
    """A cookie for a session's ``token`` that is good for so many ``seconds``."""
    return jwt.encode({"username": username, "session": token, "exp_date": time.time() + seconds}, key, algorithm=_ALGORITHM)


def signed_token(cookie: str, key: str) -> str | None:
    """The session's token in a cookie; None where it is expired, garbled or not signed with ``key`` as we sign."""
    try:
        content = jwt.decode(cookie, key, algorithms=[_ALGORITHM])
    except jwt.PyJWTError:
        return None
    token, until = content.get("session"), content.get("exp_date")
    return token if isinstance(token, str) and isinstance(until, int | float) and time.time() < until else None


def text_in(cookies: Mapping[str, str]) -> str | None:
    return cookies.get(OVER_TLS) or cookies.get(NAME)


def claimed_token(asking: HTTPConnection) -> str | None:
    """The token that a request's cookie holds, whoever has signed it: to be compared with one that is known, or asked of the database."""
    try:
        token = jwt.decode(text_in(asking.cookies) or "", options={"verify_signature": False}).get("session")
    except jwt.PyJWTError:
        return None
    return token if isinstance(token, str) else None


def remember(response: Response, cookie: str, seconds: float, *, over_tls: bool) -> None:
    name = OVER_TLS if over_tls else NAME
    response.set_cookie(name, cookie, max_age=int(seconds), path="/", secure=over_tls, httponly=True, samesite="strict")


def forget(response: Response, *, over_tls: bool) -> None:
    for name in (NAME, *([OVER_TLS] if over_tls else [])):
        response.delete_cookie(name, path="/", secure=over_tls, httponly=True, samesite="strict")
