"""The board's server: ``app.py`` with the work beside it, ready before the first reader comes.

``python -m server`` takes the flags of ``streamlit run``; its settings are ``.streamlit/config.toml``. With ``--workers N`` it is N such
servers behind one address (``pages.common.processes``). Beside what Streamlit serves:
``/healthz``, ``/readyz`` and ``/metrics``, ``/sign-in`` for the cookie (``pages.common.entrance``), files packed once and the index in
Chinese (``pages.common.static_files``), a number for every error that no page foresaw (``pages.common.fault``). Of what Streamlit serves a
part is shut, and a part only for whom it is (``pages.common.gate``); every answer says how a browser is to treat it
(``pages.common.headers``).

What pages need is imported before the first session rather than in it: seconds, once.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import importlib
import logging
import os
import pkgutil
import platform
import secrets
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import h11
import streamlit as st
from google.protobuf.message import Message
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from streamlit import logger as streamlit_logger
from streamlit import net_util
from streamlit.elements import html
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.NewSession_pb2 import Config, CustomThemeConfig
from streamlit.runtime import app_session, get_instance, memory_media_file_storage
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileStorageError
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequestType
from streamlit.runtime.uploaded_file_manager import UploadFileUrlInfo
from streamlit.web import cli
from uvicorn.protocols.http.h11_impl import H11Protocol

from data_access import logs
from pages.common import entrance, handed_out, live_sessions, loaders, processes, static_files, telling, uploads
from pages.common.gate import Gate
from pages.common.headers import EVERYWHERE, NOTHING, POLICY, SafeHeaders
from pages.common.metrics_page import metrics_route
from pages.common.readiness import OTHER_TABLES, Readiness, failing_in_database
from pages.common.static_files import StaticFiles
from pages.common.sticky import ProcessCookie

LOG = logging.getLogger(__name__)
ROOT = Path(__file__).parent
NEEDED = ("plotly.graph_objects", "scipy.special", "bcrypt", "pages.common.page")
STOP_SECONDS = 3
"""How long the server waits for work that is under way when it ends."""

AGAIN_SECONDS = 30
"""After how long work that has failed begins anew."""

TRIM_SECONDS = 60
"""How often freed memory is given back."""

COLLECT_AFTER = (10_000, 10, 10)
"""``gc.set_threshold``. Python's own (700, 10, 10) looks at every object of the process once in some hundred runs of a page: up to a second
in which nobody is answered."""

GOLDEN_SECTION = 0.618
"""Its multiples by the numbers of processes lie apart, however many there are."""

LAST_WORDS_SECONDS = 0.005
"""How soon a part of a page that has to wait for a run's last words is asked for again."""

KEPT_SECONDS = 60
"""How long a browser may take to ask for a file that a click has made."""

Work = Callable[[threading.Event], None]
"""Goes on until it is told to stop."""
WORK = {
    "board-looks": "pages.common.ahead:keep_looking",
    "board-memory": "server:keep_giving_back",
    "board-notices": "reports.notify_command:keep_notifying",
    "board-parent": "pages.common.processes:stay_with_parent",
}
"""Name of the thread, and where its :data:`Work` is: imported when there is a server to work for."""


def imported_work() -> dict[str, Work]:
    return {name: pkgutil.resolve_name(where) for name, where in WORK.items()}


class Threads:
    """What the server does beside answering, a thread each. Work that raises stands in the log and begins anew after a while; until then
    ``/readyz`` says so."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._fallen: set[str] = set()
        self._threads: list[threading.Thread] = []

    def _do(self, name: str, work: Work) -> None:
        while not self._stop.is_set():
            self._fallen.discard(name)
            try:
                work(self._stop)
            except Exception:
                LOG.exception("%s has failed and begins anew in %s seconds", name, AGAIN_SECONDS)
                self._fallen.add(name)
                self._stop.wait(AGAIN_SECONDS)
            else:
                return

    def start(self, work: dict[str, Work]) -> None:
        self._threads = [threading.Thread(target=self._do, args=each, name=each[0], daemon=True) for each in work.items()]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        until = time.monotonic() + STOP_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    @property
    def is_alive(self) -> bool:
        return not self._fallen


threads = Threads()


def kept_a_while(files: MediaFileManager, file_id: str) -> str:
    """A file made on a click, and for a while a session of its own that refers to it. Returns its address.

    Streamlit refers to it by nothing, and sweeps such files whenever a run ends, the second time for good: with a live part on the page
    that may be before the browser, told the address, has fetched it. It is for the sign-in whose page offered it.
    """
    offered = files._deferred_callables.get(file_id)
    its = live_sessions.connected(offered["session_id"]) if offered else None
    token, known = (live_sessions.held(its, key) for key in (live_sessions.TOKEN, live_sessions.KNOWN))
    if token is None or known is None:
        raise MediaFileStorageError("nobody is signed in where this file was offered")
    with handed_out.made_for(token, known.account):
        address, session = _file_made(files, file_id), f"made {secrets.token_hex(8)}"
    with files._lock:
        files._files_by_session_and_coord[session]["made"] = Path(urlsplit(address).path).stem
    ends = threading.Timer(KEPT_SECONDS, files.clear_session_refs, (session,))
    ends.daemon = True
    ends.start()
    return address


_file_made = MediaFileManager.execute_deferred


def kept_session(session_id: str) -> AppSession | None:
    """A Streamlit session, also for a while after its browser has lost the connection. The event loop's thread alone may ask."""
    found = get_instance()._session_mgr.get_session_info(session_id)
    return found.session if found is not None else None


def open_pages() -> int:
    """How many browsers' pages are connected."""
    return get_instance()._session_mgr.num_active_sessions()


class SaidOnce(logging.Filter):
    """Keeps Streamlit's own account of an error out of the log, where ``pages.common.fault`` has put it with its number."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.getMessage() != "Uncaught app execution"


def use_streamlits_private_state() -> None:
    """What Streamlit 1.67 has no setting for, with :func:`no_session_asked_for`.

    ``pages/`` is not its own pages directory: it learns so only from the first ``st.navigation``, and until then the very first reader of
    a fresh server who opens a deep link would see "Page not found" over the login. And its log tells each error that no page foresaw once
    more, without the number that the reader was given, and in a form of its own, in which a stranger writes what he likes (the words of a
    sign-on that has failed stand in its address). The tick of a fragment brings the page and all controls as the browser has them: one
    that was sent before the browser knew of the server's last answer would take the reader back to where he was, or empty the page that has
    come; and a part of a page that is asked for while a run's last words are on their way would silence them. A file made on a click is
    forgotten with the run that made it: it stays until it has been fetched. Files are named so that each is one sign-in's
    (``pages.common.handed_out``), picked ones put only where they may be (``pages.common.uploads``). And to judge an Origin that is not the
    board's, Streamlit asks an outside address for its own: it never does. What is no request at all uvicorn answers before any middleware.
    In every run Streamlit looks through all HTML for margins to take away (7 % of what drawing 总览 cost), and for whether it might offer
    skills to somebody's programming agent.
    """
    PagesManager.uses_pages_directory = False
    streamlit_logger.setup_formatter = _told_in_our_form(streamlit_logger.setup_formatter)  # type: ignore[assignment]
    logging.getLogger("streamlit.error_util").addFilter(SaidOnce())
    MediaFileManager.execute_deferred = kept_a_while  # type: ignore[method-assign, assignment]
    memory_media_file_storage._calculate_file_id = handed_out.name
    MemoryUploadedFileManager.get_upload_urls = _only_issued  # type: ignore[method-assign, assignment]
    net_util.get_external_ip = lambda: None
    H11Protocol.send_400_response = no_request  # type: ignore[method-assign, assignment]
    app_session._populate_theme_msg = _read_once(app_session._populate_theme_msg, CustomThemeConfig)
    app_session._populate_config_msg = _read_once(app_session._populate_config_msg, Config)
    AppSession._compute_skills_nudge_state = lambda _: (False, "")  # type: ignore[assignment, method-assign]
    html.clean_text = str  # type: ignore[attr-defined, assignment]
    AppSession.request_rerun = _ticks_aside(_after_the_last_words(AppSession.request_rerun))  # type: ignore[method-assign]
    ScriptRunner._run_script = _parts_of_this_page(ScriptRunner._run_script)  # type: ignore[method-assign]


def no_request(protocol: H11Protocol, words: str) -> None:
    """``H11Protocol.send_400_response``, which says of itself what every other answer says."""
    said = {"content-type": "text/plain; charset=utf-8", "connection": "close", **EVERYWHERE, POLICY: NOTHING}
    start = h11.Response(status_code=400, headers=[(name.encode(), value.encode()) for name, value in said.items()], reason=b"Bad Request")
    for event in (start, h11.Data(data=words.encode("ascii")), h11.EndOfMessage()):
        protocol.transport.write(protocol.conn.send(event))
    protocol.transport.close()


def _only_issued(files: MemoryUploadedFileManager, session_id: str, file_names: Sequence[str]) -> list[UploadFileUrlInfo]:
    """``MemoryUploadedFileManager.get_upload_urls``, for whom the board lets upload."""
    return uploads.places(files.endpoint, session_id, file_names)


def _told_in_our_form(set_up: Callable[[logging.Logger], None]) -> Callable[[logging.Logger], None]:
    """``streamlit.logger.setup_formatter``, also for what Streamlit imports only when somebody asks for it."""

    @wraps(set_up)
    def done(logger: logging.Logger) -> None:
        set_up(logger)
        logs.in_our_form(logger)

    return done


def _ticks_aside(request_rerun: Callable[..., None]) -> Callable[..., None]:
    """``AppSession.request_rerun`` whose ticks change no control (a tick is no wish of the reader's), and come to nothing while their
    session is at work or has more to send, and on a page that the reader has left. The next tick comes by itself.

    One that waited would run after a run that has changed the page, or be taken together with a click, which then runs at the address that
    the tick knew; and a part that begins drops what it had said, and is not sent yet, in the whole page before it.
    """

    @wraps(request_rerun)
    def requested(session: AppSession, state: ClientState | None) -> None:
        if state is not None and state.is_auto_rerun:
            if not telling.at_rest(session) or state.page_script_hash != session.page_script_hash:
                return
            state.ClearField("widget_states")
        else:
            telling.browser_asks(session)
        request_rerun(session, state)

    return requested


def _after_the_last_words(request_rerun: Callable[..., None]) -> Callable[..., None]:
    """``AppSession.request_rerun`` that begins a part of a page when what the run before it has drawn has been taken in.

    A script's thread ends before the event loop has taken in all it has said. A run that begins in between is another one's, and Streamlit
    then drops what the first has still to say: the page stays half of yesterday's, and nothing draws it again, for the server believes it
    shown. Only parts wait: a whole page says everything itself.
    """

    @wraps(request_rerun)
    def requested(session: AppSession, state: ClientState | None) -> None:
        runner = session._scriptrunner
        if state is not None and state.fragment_id and runner is not None and runner._requests._state is ScriptRequestType.STOP:
            session._event_loop.call_later(LAST_WORDS_SECONDS, requested, session, state)
        else:
            request_rerun(session, state)

    return requested


def _parts_of_this_page(run_script: Callable[..., None]) -> Callable[..., None]:
    """``ScriptRunner._run_script`` without a part (a choice in a dialog, say) of a page that the run before it has left: the browser would
    empty the page that has come for it."""

    @wraps(run_script)
    def run(runner: ScriptRunner, asked: RerunData) -> None:
        if not asked.fragment_id_queue or asked.page_script_hash == runner._pages_manager.current_page_script_hash:
            run_script(runner, asked)

    return run


def _read_once(populate: Callable[..., None], kind: type[Message]) -> Callable[..., None]:
    """``app_session._populate_theme_msg`` and ``_populate_config_msg``, which read some hundred settings for every run of a page: a tenth
    of what drawing one costs."""
    read: dict[tuple[str, ...], Message] = {}

    def populated(message: Message, *section: str) -> None:
        if section not in read:
            populate(said := kind(), *section)
            read[section] = said
        if read[section].ByteSize():  # a part of the theme that says nothing is not there at all
            message.MergeFrom(read[section])

    return populated


@contextmanager
def no_session_asked_for() -> Iterator[None]:
    """A library that declares components when it is imported asks for the session, which it does not need; Streamlit warns of each."""
    warning = logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context")
    warning.disabled = True
    try:
        yield
    finally:
        warning.disabled = False


MALLOC = {-8: 2, -3: 128 * 1024, -1: 128 * 1024}
"""glibc's M_ARENA_MAX, M_MMAP_THRESHOLD and M_TRIM_THRESHOLD: what a thread has freed is another's, or the machine's again. Each run of a
page is a thread; left to itself glibc keeps what each has once counted with: 60 to 100 MB."""


def give_memory_back() -> None:
    if platform.libc_ver()[0] == "glibc":
        for option, value in MALLOC.items():
            ctypes.CDLL(None).mallopt(option, value)


def keep_giving_back(stop: threading.Event) -> None:
    """:data:`Work`: what lies free between what is in use goes back too, which glibc does of itself at the end of its heap alone."""
    if platform.libc_ver()[0] == "glibc":
        while not stop.wait(TRIM_SECONDS):
            ctypes.CDLL(None).malloc_trim(0)


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    logs.begun()
    give_memory_back()
    use_streamlits_private_state()
    with no_session_asked_for():
        for module in NEEDED:
            importlib.import_module(module)
        work = imported_work()
    gc.freeze()  # what is imported stays: no collection looks at it again
    gc.set_threshold(*COLLECT_AFTER)
    loaders.FRESHNESS.tell = telling.Telling(asyncio.get_running_loop()).tell
    loaders.FRESHNESS.begins_at = GOLDEN_SECTION * processes.number() % 1
    if "migrations" in failing_in_database():
        LOG.error("%s", OTHER_TABLES)
    threads.start(work)
    try:
        yield
    finally:
        threads.stop()
        loaders.WORKER.stop()


def told(problem: Exception) -> bool:
    """An error that no page foresaw; what tells it is imported with the pages."""
    return bool(pkgutil.resolve_name("pages.common.fault:told")(problem))


def unanswered(request: Request, problem: Exception) -> Response:
    """A request that failed outside any page."""
    answer: Response = pkgutil.resolve_name("pages.common.fault:unanswered")(request, problem)
    return answer


def middleware() -> list[Middleware]:
    return [
        Middleware(SafeHeaders, static_files.index),
        *([Middleware(ProcessCookie, number)] if (number := processes.number()) else []),
        Middleware(Gate, kept_session),
        Middleware(StaticFiles),
    ]


PARTS: dict[str, Any] = {
    "script_path": ROOT / "app.py",
    "lifespan": lifespan,
    "routes": [
        *Readiness(lambda: threads.is_alive and loaders.WORKER.is_alive).routes,
        *entrance.routes(),
        *metrics_route(lambda: threads.is_alive, open_pages),
    ],
    "middleware": middleware(),
    "on_script_error": told,
    "exception_handlers": {Exception: unanswered},
}
"""Of this server, and of the same one begun by ``streamlit run app.py`` (``app.py``)."""

app = st.App(**PARTS)

if __name__ == "__main__":
    workers, flags = processes.asked(sys.argv[1:])
    if workers > 1:  # a process of its own, without all that was imported here
        os.execv(sys.executable, [sys.executable, "-m", processes.__name__, *sys.argv[1:]])  # noqa: S606
    cli.main(["run", __file__, *flags])
