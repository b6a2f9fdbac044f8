"""streamlit-authenticator's part: the login form, and the cookie that remembers a browser.

Only the login page makes an ``Authenticate``: its cookie component is an iframe and costs a rerun. Reading a cookie needs neither.
What the library would decide itself, it asks us: ``check_credentials`` is our lock, bcrypt and audit; the cookie carries the session's
token beside the username, so that a cookie is worth what the session in the database is worth.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module

import jwt
import streamlit as st
from streamlit.runtime import exists as runtime_exists
from streamlit.runtime import get_instance
from streamlit_authenticator import Authenticate
from streamlit_authenticator.models.cookie_model import CookieModel

NAME = "county_board"

_FORM = "board-login-form"
_ENTERING = "board_entering"
FIELDS = {"Form name": "登录", "Username": "账号", "Password": "密码", "Login": "登录"}


@dataclass(frozen=True)
class Token:
    """A session's token and how long the browser may keep it."""

    text: str
    lifetime: timedelta
    display_name: str


class _CookieReader(CookieModel):  # type: ignore[misc]  # the library has no types
    """The library's reading and verifying, without the component that only writing needs."""

    def __init__(self, key: str) -> None:
        self.cookie_name, self.cookie_key, self.token = NAME, key, None


def remembered_token(key: str) -> str | None:
    """The session token in the browser's cookie; None where there is none, it is expired or not signed with ``key``."""
    if not isinstance(st.context.cookies.get(NAME), str):
        return None
    st.session_state.setdefault("logout", None)  # the library's reader asks for it
    content = _CookieReader(key).get_cookie()
    return content.get("session") if content else None


def _serve_component() -> None:
    """Streamlit serves a component only where its module is first imported inside a script run; the server's warming thread may be
    earlier. Registering it here again costs nothing and is right whoever came first."""
    component = import_module("extra_streamlit_components.CookieManager")._component_func
    get_instance().component_registry.register_component(component)


def form(key: str, attempt: Callable[[str, str], Token | None], *, forget: bool) -> bool:
    """The form; ``attempt`` judges what was entered. After a success the browser sets the cookie and the next run is signed in.

    False where the form was sent without a username: the library then asks nobody.
    """
    if runtime_exists():
        _serve_component()
    with st.container(key="board-cookie"):
        authenticate = Authenticate({"usernames": {}}, NAME, key, 0, auto_hash=False, login_sleep_time=0)
    cookies = authenticate.cookie_controller.cookie_model
    model = authenticate.authentication_controller.authentication_model
    tokens: list[Token] = []
    asked: list[str] = []

    def check_credentials(username: str, password: str) -> bool:
        asked.append(username)
        token = attempt(username, password)
        if token is None:
            return False
        tokens.append(token)
        model.credentials["usernames"][username] = {"name": token.display_name}
        return True

    def encode() -> str:
        content = {"username": st.session_state["username"], "session": tokens[-1].text, "exp_date": cookies.exp_date}
        return jwt.encode(content, key, algorithm="HS256")

    model.check_credentials = check_credentials
    cookies._token_encode = encode
    authenticate.cookie_controller.get_cookie = lambda: None  # a cookie that is worth a session never comes as far as this form
    authenticate.cookie_controller.set_cookie = lambda: None  # not inside the form's place: that is about to be emptied
    place = st.empty()
    with place.container():
        authenticate.login(location="main", fields=FIELDS, key=_FORM)
    st.session_state["authentication_status"] = None  # the library's own memory of who is signed in decides nothing here
    with st.container(key="board-cookie-change"):
        if tokens:
            cookies.cookie_expiry_days = tokens[-1].lifetime / timedelta(days=1)
            cookies.set_cookie()
        elif forget:
            cookies.cookie_manager.cookies.setdefault(NAME, "")
            cookies.delete_cookie()
    if tokens:
        place.html('<p class="board-entering" role="status">正在进入…</p>')
        st.session_state.pop(_ENTERING, None)
        _enter_anyway()
    return bool(asked) or not st.session_state.get(f"FormSubmitter:{_FORM}-{FIELDS['Login']}")


@st.fragment(run_every=1.5)
def _enter_anyway() -> None:
    """The cookie component reruns the page when the cookie is set. Where it cannot, this does, without a cookie."""
    if st.session_state.get(_ENTERING):
        del st.session_state[_ENTERING]
        st.rerun(scope="app")
    st.session_state[_ENTERING] = True
