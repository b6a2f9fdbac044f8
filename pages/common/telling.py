"""Open pages are told that there is something new, and need not ask: a page whose data have moved runs whole, any other only its live part.

Streamlit has no call for it; this is what the browser asks, asked by the server (``AppSession.request_rerun``).

Races. A session whose script runs is told when it has ended and what it has drawn is sent: until then nobody knows which address the run
will leave. What the browser asks meanwhile (a click, Back) goes first, and ends a run that was asked for here.

Two hundred pages that run at once take longer than one after the other, and none is there before the last: so they run one after the
other. One that is still at it after a while (it waits for the database) keeps nobody else waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState

LONGEST_TURN_SECONDS = 0.1
"""总览 takes a tenth of it."""
AGAIN_SECONDS = 0.001
"""How often it is looked whether a turn has ended."""
BUSY_SECONDS = 0.02
"""How often, where all who are to be told are at work."""


@dataclass(frozen=True)
class _Ear:
    """What of a page runs when there is something new: the fragment, or the whole page where ``has_moved()``."""

    fragment: str
    has_moved: Callable[[], bool]


_EARS: dict[str, _Ear] = {}
"""By session."""
_TOLD: set[str] = set()
"""Sessions whose next run was asked for here and not by the browser."""


def hears(has_moved: Callable[[], bool]) -> None:
    """In a fragment: it is this one that runs as soon as there is something new, or its page where ``has_moved()``, asked by the server."""
    context, fragment = get_script_run_ctx(), ThreadState.get().fragment_id
    if context is not None and fragment is not None:
        _EARS[context.session_id] = _Ear(fragment, has_moved)


def hears_nothing() -> None:
    """In the run of a page that is not live, or not yet: no turn is for it, whatever was open before."""
    context = get_script_run_ctx()
    if context is not None:
        _EARS.pop(context.session_id, None)


def browser_asks(session: Any) -> None:
    """The next run is the reader's: a run that was asked for here and has not begun will not. On the event loop."""
    _TOLD.discard(session.id)


def asked_by_browser() -> bool:
    """In a run, once: whether the browser has asked for it, so that its address is what the browser has."""
    context = get_script_run_ctx()
    if context is None or context.session_id not in _TOLD:
        return True
    _TOLD.discard(context.session_id)
    return False


def at_rest(session: Any) -> bool:
    """Whether a session's script has ended and all it has said is on its way to the browser. On the event loop."""
    return session._scriptrunner is None and session._browser_queue.is_empty()


class Telling:
    """For the server's event loop alone, but :meth:`tell`."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._due: set[str] = set()
        """Sessions that are to be told and have not had their turn."""
        self._turn: Any = None
        """The session that was asked to run last."""
        self._turn_ends = 0.0
        """On the loop's clock, at the latest."""
        self._again: asyncio.TimerHandle | None = None

    def tell(self) -> None:
        """Every open page, from any thread."""
        self._loop.call_soon_threadsafe(self._tell)

    def _tell(self) -> None:
        open_now = self._sessions().keys()
        for gone in _EARS.keys() - open_now:
            _EARS.pop(gone, None)
        _TOLD.intersection_update(open_now)
        self._due = open_now & _EARS.keys()
        if self._again is None:
            self._go_on()

    def _go_on(self) -> None:
        self._again, at_work = None, True
        try:
            if self._turn is None or self._turn._scriptrunner is None or self._loop.time() >= self._turn_ends:
                at_work = self._next_turn()
        finally:  # one that cannot be told keeps nobody else from it
            if self._due:
                self._again = self._loop.call_later(AGAIN_SECONDS if at_work else BUSY_SECONDS, self._go_on)
            else:
                self._turn = None  # it may be closed by the time of the next one

    def _next_turn(self) -> bool:
        """Whether there was one."""
        sessions = self._sessions()
        self._due &= sessions.keys() & _EARS.keys()
        name = next((name for name in self._due if at_rest(sessions[name])), None)
        if name is not None:
            self._due.discard(name)
            self._turn, self._turn_ends = sessions[name], self._loop.time() + LONGEST_TURN_SECONDS
            asked = _asked(self._turn, _EARS[name])
            _TOLD.add(name)
            self._turn.request_rerun(asked)
        return name is not None

    def _sessions(self) -> dict[str, Any]:
        """Streamlit's sessions that have a browser."""
        if not Runtime.exists():
            return {}
        return {info.session.id: info.session for info in Runtime.instance()._session_mgr.list_active_sessions()}


def _asked(session: Any, ear: _Ear) -> ClientState:
    """A run without a choice in it: every control stays as it is."""
    return ClientState(
        fragment_id="" if ear.has_moved() else ear.fragment,
        is_auto_rerun=True,
        page_script_hash=session.page_script_hash,
        query_string=session._client_state.query_string,
    )
