"""streamlit-authenticator's part: the login form. Who may come in, and what a browser remembers, is ours to say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from streamlit_authenticator import Authenticate

_KEY = "board-login-form"
FIELDS = {"Form name": "登录", "Username": "账号", "Password": "密码", "Login": "登录"}

Attempt = Callable[[str, str], bool]
"""Whether a username and a password open the board."""


class _NoCookie:
    """In the place of the library's, which a script sets and any script can read."""

    def get_cookie(self) -> None:
        return None

    def set_cookie(self) -> None:
        return None


class _Judge:
    """In the place of the library's accounts."""

    def __init__(self, attempt: Attempt) -> None:
        self._attempt = attempt

    def login(self, username: str, password: str, *_limits: Any, **_options: Any) -> bool:
        return self._attempt(username, password.strip())


class _Form(Authenticate):  # type: ignore[misc]  # the library has no types
    """The library's form over our accounts. Its own constructor would put a cookie component, an iframe, on the page."""

    def __init__(self, attempt: Attempt) -> None:
        self.attrs = {"login_sleep_time": 0}
        self.path = None
        self.cookie_controller = _NoCookie()
        self.authentication_controller = _Judge(attempt)


def sign_in_form(attempt: Attempt) -> None:
    """Draws the form; ``attempt`` is asked when it is sent."""
    _Form(attempt).login(location="main", fields=FIELDS, key=_KEY)
