"""What is computed beside the pages: too much for a reader to wait for, so that the page shows the rest and this when it is there."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

LOG = logging.getLogger(__name__)
MOST_KEPT = 24
_AWAITED = "board_awaited"


class Beside:
    """Values by key, asked for from many sessions and computed once, one after the other in a thread of their own."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._moved = threading.Condition()
        self._made: dict[Hashable, tuple[float, Any]] = {}
        self._wanted: dict[Hashable, Callable[[], Any]] = {}
        self._working = False
        self._waiting = 0

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
                    self._working = True
                    threading.Thread(target=self._work, name="board-beside", daemon=True).start()

    def within(self, key: Hashable, patience: float) -> Any | None:
        """The value, waited for at most ``patience`` seconds."""
        with self._moved:
            self._waiting += 1
            self._moved.wait_for(lambda: key in self._made or key not in self._wanted, max(0.0, patience))
            self._waiting -= 1
        return self.value(key)

    def _work(self) -> None:
        while True:
            with self._moved:
                if not self._wanted:
                    self._working = False
                    return
                key, make = next(iter(self._wanted.items()))
            made, began = None, time.monotonic()
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
            if alone:  # the processor is the readers' for as long as this took
                time.sleep(min(1.0, time.monotonic() - began))


PATIENCE_SECONDS = 0.6
"""So long a run waits in all for the histories its page shows: a county's are there by then, a province's are drawn afterwards."""
MOST_SECONDS = 60.0


@dataclass
class Awaited:
    """What a run has not waited for, and how many seconds it may still wait."""

    keys: list[Hashable] = field(default_factory=list)
    patience: float = field(default_factory=lambda: PATIENCE_SECONDS)


@st.cache_resource(show_spinner=False)
def _histories() -> Beside:
    return Beside(most=2000)


def history_is_there(key: Hashable, make: Callable[[], Any]) -> bool:
    """Whether a history stands in the caches. Where it does not, it is computed and the page drawn again when all it misses is there."""
    histories = _histories()
    histories.ask(key, lambda: make() is not None)
    if get_script_run_ctx(suppress_warning=True) is None:  # a thread that fills the caches has all the time there is
        return bool(histories.within(key, MOST_SECONDS))
    awaited: Awaited = st.session_state.setdefault(_AWAITED, Awaited())
    began = time.monotonic()
    there = bool(histories.within(key, awaited.patience))
    awaited.patience -= time.monotonic() - began
    if not there:
        awaited.keys.append(key)
    return there


def nothing_awaited() -> None:
    """A run begins: what the page misses is found out anew."""
    st.session_state.pop(_AWAITED, None)


def all_is_there() -> bool:
    """Whether the page was drawn without something that is known by now."""
    awaited: Awaited | None = st.session_state.get(_AWAITED)
    return awaited is not None and bool(awaited.keys) and all(_histories().value(key) for key in awaited.keys)
