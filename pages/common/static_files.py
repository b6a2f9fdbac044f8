"""What a browser loads before the first page: Streamlit's index in Chinese, its scripts and styles packed once and kept.

Streamlit sends its files as they lie there (packing them anew for each request would cost more than it saves), 3 MB to a browser that
has never been here. They do not change while the process runs: the first request for a file packs it, in a thread, and whoever asks for
it meanwhile waits for that one. Packed it lies in ``var/packed`` too, for other processes and the next start. What is kept is bounded by
the files that there are: an address that is no file, or one of a file's other addresses (``/static/./js/…``), is not kept.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import logging
import os
import posixpath
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

import brotli
import streamlit as st
from anyio import to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data_access.settings import ROOT
from pages.common.navigation import ICON, PRODUCT

LOG = logging.getLogger(__name__)
PACKED: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: brotli.compress(body, quality=9),  # 11 saves 5% more and takes six times as long: the first reader waits for it
    "gzip": lambda body: gzip.compress(body, 9, mtime=0),
}
"""How a body is packed, the smaller first. Browsers ask for ``br`` over TLS only, for ``gzip`` everywhere."""
KEPT = ROOT / "var" / "packed"
FILES = ("/static/", "/component/")
PACKABLE = (".js", ".css", ".json", ".svg")
PAGE = "text/html"
NOT_PAGES = (*FILES, "/_stcore/", "/media/")
STYLES = ("board.css", "panel.css")
UNUSED_FONTS = re.compile(rb"@font-face\{font-family:Source Sans;[^}]*\}")
"""Streamlit's own font, which stands behind ours in every text: a sign that ours lack would load 170 KB in vain."""
ICON_FONT = re.compile(r"^/static/media/MaterialSymbols-Rounded\.[\w-]+\.woff2$")
OUR_ICON_FONT = Path(__file__).parent / "icons.woff2"
"""Streamlit's 4,000 signs take 375 KB: these are the ones that it and the pages can show (``tests/icon_font.py`` makes the file)."""
HASHED_NAME = re.compile(r"\.[\w-]{8}\.(?:chunk\.)?(?:js|css|json|svg)$")
FOR_EVER = "public, immutable, max-age=31536000"
ASK_AGAIN = "no-cache"
"""Kept by the browser, which asks whether it still holds."""


def index() -> str:
    """The page that every address of the board answers with."""
    return index_in_chinese((Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8"))


def style_sheet() -> str:
    """All the board's CSS."""
    text = "\n".join((Path(__file__).parent / name).read_text(encoding="utf-8") for name in STYLES)
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


def index_in_chinese(index: str) -> str:
    """Streamlit's index, as it is before the first page comes: our name, language, sign and styles, and no font that the theme does not
    use. The styles stand after Streamlit's, so that of two that say as much ours holds."""
    for theirs, ours in (
        (r'<html lang="en">', '<html lang="zh-CN">'),
        (r"<title>Streamlit</title>", f"<title>{PRODUCT}</title>"),
        (r'href="./favicon.png"', f'href="{ICON}"'),
        (r"<link\s+rel=\"preload\"[^>]*SourceSans[^>]*>", ""),
        (r"<link rel=\"service-desc\"[^>]*>", ""),
        (r"<noscript>.*?</noscript>", "<noscript>请在浏览器中启用 JavaScript。</noscript>"),
        (r"<!--.*?-->\s*", ""),
        (r"</body>", f"<style>{style_sheet()}</style></body>"),
        (r"<script>\s*window\.prerenderReady", f"<script>window.__streamlit = {json.dumps(first_theme())}; window.prerenderReady"),
    ):
        index = re.sub(theirs, lambda _, ours=ours: ours, index, flags=re.DOTALL)  # type: ignore[misc]
    return index


def first_theme() -> dict[str, dict[str, str]]:
    """Our fonts and colours while the first page is still to come: else Streamlit loads its own font, and a dark screen flashes."""
    fonts = {"bodyFont": st.get_option("theme.font"), "headingFont": st.get_option("theme.headingFont")}
    colours = ("primaryColor", "backgroundColor", "secondaryBackgroundColor", "textColor")
    return {
        f"{shade.upper()}_THEME": fonts | {colour: st.get_option(f"theme.{shade}.{colour}") for colour in colours}
        for shade in ("light", "dark")
    }


@dataclass(frozen=True)
class Answer:
    """A whole answer of the app: its status, headers and body."""

    status: int
    headers: MutableHeaders
    body: bytes
    is_ours: bool = False
    """Made to be kept: not handed on as the app gave it."""

    @property
    def is_page(self) -> bool:
        return self.status == 200 and self.headers.get("content-type", "").startswith(PAGE)

    def packed(self, encoding: str | None, cache: str) -> Answer:
        """The body packed, with headers that let a browser and a proxy keep it and ask whether it still holds."""
        body = packed_once(encoding, self.body) if encoding else self.body
        headers = without(self.headers, "accept-ranges", "last-modified", "set-cookie")
        headers.update({"cache-control": cache, "content-length": str(len(body)), "vary": "Accept-Encoding"})
        headers["etag"] = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        if encoding:
            headers["content-encoding"] = encoding
        return Answer(self.status, headers, body, is_ours=True)

    async def send_to(self, scope: Scope, send: Send) -> None:
        answer = self
        etag = self.headers.get("etag")
        if etag and etag in Headers(scope=scope).get("if-none-match", ""):
            answer = Answer(304, without(self.headers, "content-length", "content-encoding"), b"")
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers.raw})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else answer.body})


def without(headers: Headers, *names: str) -> MutableHeaders:
    return MutableHeaders(raw=[(name, value) for name, value in headers.raw if name.decode().lower() not in names])


def whole(scope: Scope) -> Scope:
    """The same request for the whole of it, as it lies there, whatever the browser holds of it already."""
    asked = without(Headers(scope=scope), "accept-encoding", "range", "if-range", "if-none-match", "if-modified-since", "origin")
    return {**scope, "method": "GET", "headers": asked.raw}


class StaticFiles:
    """The middleware: files kept packed, the index in Chinese; all else passes through."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._kept: dict[tuple[str, str | None], asyncio.Task[Answer]] = {}
        self._base = st.get_option("server.baseUrlPath").strip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        path = self._path(scope)
        headers = Headers(scope=scope)
        encoding = accepted(headers.get("accept-encoding", ""))
        if path.startswith(FILES) and path.endswith(PACKABLE) and posixpath.normpath(path) == path:
            answer = await self._one((path, encoding), lambda: self._file(scope, path, encoding))
            await answer.send_to(scope, send)
        elif ICON_FONT.match(path):
            await (await self._one(("icons", None), our_icon_font)).send_to(scope, send)
        elif path.startswith(NOT_PAGES):
            await self._app(scope, receive, send)
        else:
            await self._app({**whole(scope), "method": scope["method"]}, receive, self._with_our_index(scope, encoding, send))

    def _path(self, scope: Scope) -> str:
        path: str = scope["path"]
        return path.removeprefix(f"/{self._base}") if self._base else path

    async def _one(self, key: tuple[str, str | None], make: Callable[[], Any]) -> Answer:
        """What is kept under ``key``, made by the first who asks."""
        task = self._kept.get(key)
        if task is None:
            task = self._kept[key] = asyncio.create_task(make())
            task.add_done_callback(lambda done: self._forget(key, done))
        return await asyncio.shield(task)

    def _forget(self, key: tuple[str, str | None], task: asyncio.Task[Answer]) -> None:
        """Not kept: what failed, and what is no file (for an address under ``/static/`` that is none, Streamlit sends its index)."""
        if task.cancelled() or task.exception() is not None or not task.result().is_ours:
            del self._kept[key]

    async def _file(self, scope: Scope, path: str, encoding: str | None) -> Answer:
        found = await whole_answer(self._app, scope)
        if found.status != 200 or found.is_page or encoding is None:
            return found
        if path.endswith(".css"):
            found = replace(found, body=UNUSED_FONTS.sub(b"", found.body))
        cache = FOR_EVER if HASHED_NAME.search(path) else ASK_AGAIN
        return await to_thread.run_sync(found.packed, encoding, cache)

    def _with_our_index(self, scope: Scope, encoding: str | None, send: Send) -> Send:
        """Sends on what the app sends, but Streamlit's index as ours: that is every answer with a page, whatever the address."""
        replaced = False

        async def sending(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start":
                theirs = Answer(message["status"], MutableHeaders(raw=list(message["headers"])), b"")
                replaced = theirs.is_page
                if replaced:
                    ours = await self._one(("index", encoding), lambda: our_index(theirs, encoding))
                    await ours.send_to(scope, send)
            if not replaced:
                await send(message)

        return sending


def accepted(offered: str) -> str | None:
    """The encoding to use of those that a browser offers (``Accept-Encoding``)."""
    names = {each.partition(";")[0].strip() for each in offered.lower().split(",") if not re.search(r";\s*q=0(\.0*)?\s*$", each)}
    return next((name for name in PACKED if name in names), None)


def packed_once(encoding: str, body: bytes) -> bytes:
    """The body packed by the first process that is asked for it, on this machine and for good; by each where ``var`` cannot be written."""
    kept = KEPT / f"{hashlib.sha256(body).hexdigest()}.{encoding}"
    try:
        return kept.read_bytes()
    except OSError:
        made = PACKED[encoding](body)
    draft = kept.with_name(f"{kept.name}.{secrets.token_hex(4)}")
    try:
        KEPT.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as file:
            file.write(made)
            file.flush()
            os.fsync(file.fileno())  # under its name it is whole, whatever fails
        draft.replace(kept)
    except OSError as problem:
        LOG.info("packed files are not kept: %s", problem)
        with suppress(OSError):
            draft.unlink()
    return made


async def our_icon_font() -> Answer:
    return Answer(200, MutableHeaders({"content-type": "font/woff2"}), OUR_ICON_FONT.read_bytes()).packed(None, ASK_AGAIN)


async def our_index(theirs: Answer, encoding: str | None) -> Answer:
    return await to_thread.run_sync(replace(theirs, body=index().encode()).packed, encoding, ASK_AGAIN)


async def whole_answer(app: ASGIApp, scope: Scope) -> Answer:
    status, headers, body = 500, MutableHeaders(), bytearray()

    async def keep(message: Message) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status, headers = message["status"], MutableHeaders(raw=list(message["headers"]))
        else:
            body.extend(message.get("body", b""))

    await app(whole(scope), nothing_more, keep)
    return Answer(status, headers, bytes(body))


async def nothing_more() -> NoReturn:
    """No body comes after the headers, and nobody goes away."""
    await asyncio.get_running_loop().create_future()
    raise AssertionError
