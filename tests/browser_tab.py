"""A browser tab without a browser: what it sends and is sent, so that a test may also send what no browser would."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import requests
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from pages.common import cookie, sticky

PATIENCE = 60.0


class Tab:
    """One tab at ``url``; ``remembered`` is the cookie of its browser's sign-in. ``session``: of an earlier tab, to go on with."""

    def __init__(self, url: str, remembered: str | None = None, *, session: str = "", process: str = "", origin: str | None = None) -> None:
        self.url, self.session = url, ""
        self.http = requests.Session()
        if remembered is not None:
            self.http.cookies.set(cookie.NAME, remembered)
        if process:
            self.http.cookies.set(sticky.COOKIE, process)
        self.http.get(f"{url}/_stcore/health", timeout=PATIENCE)  # brings the cookies that Streamlit and the proxy give
        self._numbers = count(1)
        self._pages: dict[str, str] = {}
        self._page = ""
        self._kept: dict[str, ForwardMsg] = {}
        self.socket = self._connected(session, origin or url)

    def _connected(self, session: str, origin: str) -> ClientConnection:
        words = ["streamlit", self.http.cookies.get("_streamlit_xsrf", "x"), *([session] if session else [])]
        return connect(
            self.url.replace("http", "ws", 1) + "/_stcore/stream",
            subprotocols=words,  # type: ignore[arg-type]
            origin=origin,  # type: ignore[arg-type]
            additional_headers={"Cookie": "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())},
            max_size=None,
            open_timeout=PATIENCE,
            proxy=None,
            legacy=True,
        )

    def connect_again(self) -> None:
        """With the cookies that its browser has now, and a session of its own."""
        self.socket.close()
        self.socket = self._connected("", self.url)

    @property
    def process(self) -> str:
        """The server process that this browser belongs to, where there are several."""
        return self.http.cookies.get(sticky.COOKIE, "")

    def send(self, message: BackMsg) -> None:
        self.socket.send(message.SerializeToString())

    def received(self) -> Iterator[ForwardMsg]:
        while True:
            message = ForwardMsg.FromString(self.socket.recv(PATIENCE))  # type: ignore[arg-type]
            if message.WhichOneof("type") == "ref_hash":
                message = self._kept[message.ref_hash]
            elif message.hash:
                self._kept[message.hash] = message
            yield message

    def drawn(self, address: str = "", entered: dict[str, str] | None = None, clicked: str = "") -> list[Any]:
        """The elements of the page at ``address`` after something was entered (element id → text) and a button clicked."""
        asking = BackMsg()
        path, _, query = address.partition("?")
        asking.rerun_script.page_script_hash = self._pages.get(path, self._page)
        asking.rerun_script.page_name = "" if self._pages else path
        asking.rerun_script.query_string = query
        asking.rerun_script.context_info.url = f"{self.url}/{address}"
        asking.rerun_script.context_info.timezone = "Asia/Shanghai"
        asking.rerun_script.widget_states.SetInParent()
        for name, text in (entered or {}).items():
            asking.rerun_script.widget_states.widgets.add(id=name, string_value=text)
        if clicked:
            asking.rerun_script.widget_states.widgets.add(id=clicked, trigger_value=True)
        self.send(asking)
        elements = []
        for message in self.received():
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.session = message.new_session.initialize.session_id
                elements = []  # what came before is of a run that this one has cut short
            elif kind == "navigation":
                self._page = message.navigation.page_script_hash
                self._pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
            elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                elements.append(message.delta.new_element)
            elif kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return elements
        raise AssertionError

    def places_for(self, *names: str) -> list[str]:
        """Where the server says that files of these names may be put."""
        asking = BackMsg()
        asking.file_urls_request.request_id = f"r{next(self._numbers)}"
        asking.file_urls_request.file_names.extend(names)
        asking.file_urls_request.session_id = self.session
        self.send(asking)
        answer = next(each for each in self.received() if each.WhichOneof("type") == "file_urls_response")
        return [each.upload_url for each in answer.file_urls_response.file_urls]

    def put(self, place: str, content: bytes | Iterator[bytes]) -> int:
        """The status of putting a file of this content there."""
        body: Any = {"files": {"file": ("a.csv", content)}} if isinstance(content, bytes) else {"data": content}
        return self.http.put(self.url + place, headers=self._xsrf, timeout=PATIENCE, **body).status_code

    def announced(self, place: str, size: int) -> int:
        """The status of announcing so many bytes, before any of them has come."""
        server = urlsplit(self.url)
        asking = HTTPConnection(server.hostname or "", server.port, timeout=PATIENCE)
        cookies = "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())
        asking.putrequest("PUT", place)
        for name, value in {"Content-Length": str(size), "Cookie": cookies, **self._xsrf}.items():
            asking.putheader(name, value)
        asking.endheaders()
        return asking.getresponse().status

    @property
    def _xsrf(self) -> dict[str, str]:
        return {"X-Xsrftoken": self.http.cookies["_streamlit_xsrf"]}

    def file_made(self, elements: list[Any], label: str) -> str:
        """The address of the file that the download button of this label makes; empty where it makes none."""
        button = next(
            each.download_button
            for each in elements
            if each.WhichOneof("type") == "download_button" and label in each.download_button.label
        )
        asking = BackMsg()
        asking.backend_operation_request.request_id = f"r{next(self._numbers)}"
        asking.backend_operation_request.session_id = self.session
        asking.backend_operation_request.deferred_file.file_id = button.deferred_file_id
        self.send(asking)
        answer = next(each for each in self.received() if each.WhichOneof("type") == "backend_operation_response")
        url: str = answer.backend_operation_response.deferred_file.url
        return url

    def close(self) -> None:
        self.socket.close()


def asks_to_sign_in(elements: list[Any]) -> bool:
    return [each.text_input.label for each in elements if each.WhichOneof("type") == "text_input"][:2] == ["账号", "密码"]


def signed_in_by_form(tab: Tab, username: str, password: str) -> list[Any]:
    """The page after the form of the tab was filled in and sent."""
    elements = tab.drawn()
    assert asks_to_sign_in(elements)
    name, secret = [each.text_input.id for each in elements if each.WhichOneof("type") == "text_input"][:2]
    button = next(each.button.id for each in elements if each.WhichOneof("type") == "button" and each.button.label == "登录")
    return tab.drawn(entered={name: username, secret: password}, clicked=button)


def errand(elements: list[Any]) -> dict[str, Any]:
    """What the page tells its browser to do about the cookie."""
    sent = [each.bidi_component for each in elements if each.WhichOneof("type") == "bidi_component"]
    data = [json.loads((each.mixed.json if each.HasField("mixed") else each.json) or "{}") for each in sent]
    return next(each for each in data if "ticket" in each)


def refused_with(url: str, origin: str) -> int:
    """The status with which a tab of a page of another origin is refused."""
    try:
        Tab(url, origin=origin)
    except InvalidStatus as problem:
        return problem.response.status_code
    return 101
