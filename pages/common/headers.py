"""What every answer says to the browser about itself: nobody may frame it, read it as what it is not, or make it load from elsewhere.

The policy is as strict as Streamlit and Plotly work under. ``blob:`` scripts are the board's own components, which Streamlit hands to the
browser as text; styles in the page are Streamlit's, written by its scripts. The one script in the index is named by its digest.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
}
POLICY = "content-security-policy"
NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
"""The policy of what is no page: opened by itself it does nothing."""
PAGE = (
    "default-src 'none'; script-src 'self' blob: {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
DENIED = "websocket.http.response"


def page_policy(page: str) -> str:
    """The policy of the board's page: of scripts inside it those run that stand in it now."""
    digests = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in SCRIPT.findall(page))
    return PAGE.format(scripts=" ".join(f"'sha256-{digest}'" for digest in digests))


class SafeHeaders:
    """The middleware around all others. ``page`` makes the board's index. Cookies go back over TLS only where they were given over TLS."""

    def __init__(self, app: ASGIApp, page: Callable[[], str]) -> None:
        self._app, self._page_policy = app, page_policy(page())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        over_tls = scope["scheme"] in ("https", "wss")  # what a proxy says of that counts only from this machine: uvicorn sees to it

        if over_tls:
            scope = {**scope, "headers": [taken_as_ours(*each) for each in scope["headers"]]}

        async def safely(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.accept", f"{DENIED}.start"):
                headers = MutableHeaders(raw=list(message.get("headers", ())))
                headers.update(EVERYWHERE)
                headers[POLICY] = self._page_policy if headers.get("content-type", "").startswith("text/html") else NOTHING
                message = {**message, "headers": [kept_to_tls(*each) for each in headers.raw] if over_tls else headers.raw}
            await send(message)

        await self._app(scope, receive, safely)


SIGN_ON = re.compile(rb"_streamlit_(user|session)[^=;]*=")
"""Streamlit's cookies of who was signed on, and of a sign-on that has begun."""
OWN = b"__Host-"
"""What the name of a cookie begins with that only this site itself can set, not a sibling site: browsers see to it."""


def kept_to_tls(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """A header; one that sets a cookie says Secure, and one that says who was signed on is this site's own."""
    if name.lower() != b"set-cookie":
        return name, value
    if SIGN_ON.match(value):
        value = OWN + re.sub(rb"(?i)(; *path=)[^;]*", rb"\1/", value)
    return name, value if b"; secure" in value.lower() else value + b"; Secure"


def taken_as_ours(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """A header of a request; of cookies that say who was signed on those count that this site has set itself, by Streamlit's name."""
    if name.lower() != b"cookie":
        return name, value
    told = [each.strip() for each in value.split(b";")]
    return name, b"; ".join(
        each.removeprefix(OWN) if SIGN_ON.match(each.removeprefix(OWN)) else each for each in told if not SIGN_ON.match(each)
    )
