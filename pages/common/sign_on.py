"""The county's single sign-on (OIDC) beside the form, where ``.streamlit/secrets.toml`` has ``[auth]``.

Streamlit speaks with the provider (``st.login``) and keeps what it said of the reader in a signed cookie. That cookie signs nobody in: who
has an account, what it may and whether this session still lasts is asked of our tables (``data_access.sessions.signed_on``).
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import streamlit as st

from data_access.sessions import SignedOn

SAME = ("iss", "sub", "aud", "iat", "nonce", "jti")
"""What tells one sign-on at the provider from the next, also of the same person."""


def is_configured() -> bool:
    return bool(st.secrets.load_if_toml_exists() and "auth" in st.secrets)


def said_by_provider() -> SignedOn | None:
    """Whom this browser has last been signed on as, however long ago; None where nobody was, in words that no name and no moment are, or
    where no sign-on is configured."""
    if not is_configured() or not st.user.is_logged_in:
        return None
    said = st.user.to_dict()
    subject, issued = said.get("sub"), said.get("iat")
    if not isinstance(subject, str) or not subject.isprintable() or not subject or not isinstance(issued, int | float):
        return None
    try:
        moment = datetime.fromtimestamp(issued, UTC).astimezone(ZoneInfo("Asia/Shanghai")).replace(tzinfo=None)
    except (OverflowError, ValueError, OSError):
        return None  # no day of any calendar: a page that failed on it would fail for as long as the cookie is kept
    return SignedOn(subject, moment, "\x1f".join(f"{name}={said.get(name)}" for name in SAME))


def button() -> None:
    """Beside the form: leads to the provider, and from there back."""
    if is_configured() and st.button("统一身份登录", key="board-sign-on", width="stretch"):
        st.login()


def leave() -> None:
    """Leads the browser to the provider's own signing out, where it has one (``end_session_endpoint``), and back to the form."""
    st.logout()
