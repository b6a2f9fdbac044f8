"""What is computed beside the pages: too much for a reader to wait for, so that the page shows the rest and this when it is there."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

LOG = logging.getLogger(__name__)
MOST_KEPT = 24
LONGEST_REST_SECONDS = 0.1
_AWAITED = "board_awaited"


class Histories:
    """Values by key, asked for from many sessions and computed once, one after the other in a thread of their own."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._moved = threading.Condition()
        self._made: dict[Hashable, tuple[float, Any]] = {}
        self._wanted: dict[Hashable, Callable[[], Any]] = {}
        self._working = False
        self._waiting = 0
        self._began = 0.0

    def value(self, key: Hashable) -> Any | None:
        """What is known, however old; None where it was never computed."""
        with self._moved:
            return self._made.get(key, (0.0, None))[1]

    def ask(self, key: Hashable, make: Callable[[], Any], seconds: float = float("inf")) -> None:
        """See to it that ``make()`` is computed, and anew when what is known is older than ``seconds``."""
        with self._moved:
            made, _ = self._made.get(key, (float("-inf"), None))
            if time.monotonic() - made > seconds or key not in self._made:
                self._wanted.setdefault(key, make)
                if not self._working:
                    self._working, self._began = True, time.monotonic()
                    threading.Thread(target=self._work, name="board-histories", daemon=True).start()

    def within(self, key: Hashable, patience: float) -> Any | None:
        """The value, waited for as long as nothing that is computed takes more than ``patience`` seconds."""
        with self._moved:
            self._waiting += 1
            while key in self._wanted and (left := self._began + patience - time.monotonic()) > 0:
                self._moved.wait(left)
            self._waiting -= 1
        return self.value(key)

    def _work(self) -> None:
        while True:
            with self._moved:
                if not self._wanted:
                    self._working = False
                    return
                key, make = next(reversed(self._wanted.items()))  # what was asked last is on somebody's screen
                self._began = began = time.monotonic()
            made: Any = None
            try:
                made = make()
            except Exception as problem:  # the page goes on without it; the next reader asks again
                LOG.warning("not computed beside the page: %s", problem)
            with self._moved:
                del self._wanted[key]
                if made is not None:
                    self._made[key] = (time.monotonic(), made)
                    while len(self._made) > self._most:
                        del self._made[next(iter(self._made))]
                self._moved.notify_all()
                alone = not self._waiting
            if alone:  # the processor is the readers' for a moment
                time.sleep(min(LONGEST_REST_SECONDS, time.monotonic() - began))


PATIENCE_SECONDS = 3.0
"""A run waits for the histories its page shows while each is there so soon: a county's are, a province's are drawn afterwards."""
MOST_SECONDS = 60.0


@st.cache_resource(show_spinner=False)
def _histories() -> Histories:
    return Histories(most=2000)


def history_is_there(key: Hashable, make: Callable[[], Any]) -> bool:
    """Whether a history stands in the caches. Where it does not, it is computed and the page drawn again when all it misses is there."""
    histories = _histories()
    histories.ask(key, lambda: make() is not None)
    if get_script_run_ctx(suppress_warning=True) is None:  # a thread that fills the caches has all the time there is
        return bool(histories.within(key, MOST_SECONDS))
    awaited: list[Hashable] = st.session_state.setdefault(_AWAITED, [])
    there = bool(histories.within(key, 0.0 if awaited else PATIENCE_SECONDS))  # who has not waited once waits no more in this run
    if not there:
        awaited.append(key)
    return there


def nothing_awaited() -> None:
    """A run begins: what the page misses is found out anew."""
    st.session_state.pop(_AWAITED, None)


def something_awaited() -> bool:
    """Whether the page was drawn without something."""
    return bool(st.session_state.get(_AWAITED))


def all_is_there() -> bool:
    """Whether all that the page was drawn without is known by now."""
    return all(_histories().value(key) for key in st.session_state.get(_AWAITED, []))
