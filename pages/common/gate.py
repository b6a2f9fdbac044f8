"""What of Streamlit's doors is open, and to whom. All else is shut before Streamlit hears of it.

- A request that changes something, or a websocket, from a page of another origin. (Streamlit would ask an outside address for its own.)
- A websocket takes up a session that lives already only with the cookie of whoever is signed in there; else it gets a new one. Without a
  cookie there are :data:`STRANGERS` in all: who is signed in goes on, whatever stands at the door.
- Over the websocket a page can be drawn and a file made or picked; caches are not a browser's to empty. What is typed has no zero byte.
- A file is put only where the browser's own session was told to put it, and only as much as there is room for.
- A file that was handed out is for the sign-in it was made for, while that lasts and may what it might then.
- Of Streamlit's own addresses those are left that the board's pages ask for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

import streamlit as st
from anyio import CapacityLimiter, to_thread
from google.protobuf.message import DecodeError
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.auth_util import get_secrets_auth_section
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime import get_instance
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.runtime_util import get_max_widget_state_size_bytes

from data_access.accounts import Account
from data_access.engine import DATABASE_AWAY
from pages.common import cookie, handed_out, uploads
from pages.common.live_sessions import TOKEN, account_of, connected, held, is_of, live_sessions

STREAM, UPLOAD, MEDIA = "/_stcore/stream", "/_stcore/upload_file/", "/media/"
STREAMLITS = ("/_stcore/", "/component/")
"""Where Streamlit serves what is not the board's. Components of other packages are none of ours."""
OPEN = ("/_stcore/health", "/_stcore/host-config")
SIGN_ON = ("/auth/", "/oauth2callback")
"""Where Streamlit signs people on by OIDC: in a county that has not set it up, each request is an error in the log."""
READING = ("GET", "HEAD")
ASKED = frozenset({"rerun_script", "stop_script", "app_heartbeat", "file_urls_request"})
"""What a browser may ask for over the websocket; :data:`MADE` of a ``backend_operation_request``."""
MADE = frozenset({"deferred_file"})
LENGTH = re.compile(r"[0-9]{1,9}")
PROTOCOL = "sec-websocket-protocol"
ZERO = "\x00"
"""No keyboard types it, and PostgreSQL takes no text with it: a page would fail on it."""

STRANGERS = 200
"""Sessions of a process in which nobody is signed in: login pages that stand open. More are answered with 503."""

Kept = Callable[[str], AppSession | None]
"""The session of an id, also for a while after its browser has lost the connection."""


class Gate:
    """The middleware."""

    def __init__(self, app: ASGIApp, kept: Kept) -> None:
        self._app, self._kept = app, kept
        self._base = st.get_option("server.baseUrlPath").strip("/")
        self._room = uploads.Room()
        self._asking: CapacityLimiter | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        path, is_websocket = self._path(scope), scope["type"] == "websocket"
        if (is_websocket or scope["method"] not in READING) and is_foreign(Headers(scope=scope)):
            await refused(scope, receive, send, 403)
        elif is_websocket and path == STREAM and await self._is_one_too_many(scope):
            await refused(scope, receive, send, 503)
        elif is_websocket and path == STREAM:
            await self._app(self._without_anothers_session(scope), only_what_may_be_asked(receive), send)
        elif is_websocket:
            await refused(scope, receive, send, 403)
        elif path.startswith(MEDIA):
            await self._handed_out(path, scope, receive, send)
        elif path.startswith(UPLOAD):
            await self._put(path, scope, receive, send)
        elif is_shut(path, scope["method"]):
            await refused(scope, receive, send, 404)
        else:
            await self._app(scope, receive, send)

    def _path(self, scope: Scope) -> str:
        path: str = scope["path"]
        return path.removeprefix(f"/{self._base}") if self._base else path

    async def _is_one_too_many(self, scope: Scope) -> bool:
        """Whether a browser has to wait until others at the door have come in or left; one whose sign-in stands never has to."""
        if sum(1 for session in live_sessions() if held(session, TOKEN) is None) < STRANGERS:
            return False
        token = cookie.claimed_token(HTTPConnection(scope))
        return token is None or await self._standing(token) is not None

    def _without_anothers_session(self, scope: Scope) -> Scope:
        """The same connection; the third word of its protocol names the session it would go on with."""
        headers = MutableHeaders(raw=list(scope["headers"]))
        words = [word.strip() for word in headers.get(PROTOCOL, "").split(",")]
        if len(words) > 2 and not is_of(self._kept(words[2]), cookie.claimed_token(HTTPConnection(scope))):
            headers[PROTOCOL] = ", ".join(words[:2])
        return {**scope, "headers": headers.raw}

    async def _handed_out(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        token = cookie.claimed_token(HTTPConnection(scope))
        if scope["method"] not in READING or token is None or not handed_out.is_for(path, token):
            await refused(scope, receive, send, 404)
            return
        answer = await self._standing(token, lambda account: handed_out.is_still_for(path, account))
        if answer is not None:
            await refused(scope, receive, send, answer)
            return

        async def kept_by_nobody(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), (b"cache-control", b"private, no-store")]}
            await send(message)

        await self._app(scope, receive, kept_by_nobody)

    async def _put(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        session_id, _, place = path.removeprefix(UPLOAD).partition("/")
        answer = await self._answer_to_putting(session_id, place, scope)
        if answer is not None:
            await refused(scope, receive, send, answer)
        elif scope["method"] == "DELETE":
            await self._app(scope, receive, send)
        else:
            await self._stored(session_id, scope, receive, send)

    async def _answer_to_putting(self, session_id: str, place: str, scope: Scope) -> int | None:
        """None where the file may be put there, or taken away, else the status to answer with."""
        session, token = connected(session_id), cookie.claimed_token(HTTPConnection(scope))
        if token is None or not is_of(session, token) or not uploads.is_issued(session_id, place):
            return 403
        if scope["method"] == "DELETE":
            return None
        if scope["method"] != "PUT" or not uploads.may_upload(session):
            return 403
        return 411 if length(scope) is None else await self._standing(token)

    async def _stored(self, session_id: str, scope: Scope, receive: Receive, send: Send) -> None:
        files: Any = get_instance().uploaded_file_mgr  # the one that keeps in memory
        with self._room.taken(session_id, length(scope) or 0, files.file_storage) as going:
            if going is None:
                await refused(scope, receive, send, 413)
                return
            for file_id in going:
                files.remove_file(session_id, file_id)
            await self._app(scope, receive, send)
        if self._kept(session_id) is None:  # it has ended meanwhile, and with it what it held
            files.remove_session_files(session_id)

    async def _standing(self, token: str, may: Callable[[Account], bool] = lambda _: True) -> int | None:
        """None where the sign-in stands and its account ``may``, else the status to answer with."""
        if self._asking is None:
            self._asking = CapacityLimiter(4)  # of its own: a database that hangs keeps these waiting, not the files of all pages
        try:
            account = await to_thread.run_sync(account_of, token, limiter=self._asking, abandon_on_cancel=True)
        except DATABASE_AWAY:
            return 503
        return None if account is not None and may(account) else 403


def is_shut(path: str, method: str) -> bool:
    """Whether no page of the board asks there."""
    if path.startswith(SIGN_ON):
        return not get_secrets_auth_section()
    return path.startswith(STREAMLITS) and not (path in OPEN and method in READING)


def is_foreign(headers: Headers) -> bool:
    """Whether a page of another origin asks. A program that is no browser names none, and has nobody's cookie either."""
    return any(urlsplit(origin).netloc.lower() != headers.get("host", "").lower() for origin in headers.getlist("origin"))


def length(scope: Scope) -> int | None:
    """How many bytes a request says that it brings. Streamlit reads no more than it allows, but only here is it known beforehand."""
    said = Headers(scope=scope).get("content-length", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None


def only_what_may_be_asked(receive: Receive) -> Receive:
    async def received() -> Message:
        while True:
            message = await receive()
            if message["type"] != "websocket.receive" or may_be_asked(message.get("bytes") or b""):
                return message

    return received


def may_be_asked(data: bytes) -> bool:
    """What is too long, or cannot be read, is Streamlit's to refuse: it ends the connection."""
    if len(data) > get_max_widget_state_size_bytes():
        return True
    try:
        message = BackMsg.FromString(data)
    except DecodeError:
        return True
    kind = message.WhichOneof("type")
    if kind == "rerun_script" and any(ZERO in each for each in _texts(message.rerun_script)):
        return False
    return kind in ASKED or (kind == "backend_operation_request" and message.backend_operation_request.WhichOneof("payload") in MADE)


def _texts(state: ClientState) -> Iterator[str]:
    """What somebody has typed, or written into the address."""
    yield unquote(state.query_string)
    for each in state.widget_states.widgets:
        yield each.string_value
        yield from each.string_array_value.data


async def refused(scope: Scope, receive: Receive, send: Send, status: int) -> None:
    await PlainTextResponse("", status, {"cache-control": "no-store"})(scope, receive, send)
