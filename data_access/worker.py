"""One thread of a process that does what nobody does in his own run: what is on screen counted for new data, histories, what is asked next.

One queue, the most urgent first, the oldest among equals. The thread is started with the first thing to do and never dies: what fails
stands in the log (:mod:`faults`) and is forgotten, so that whoever needs it asks again. Between two things that nobody waits for it
leaves the processor to the readers.
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from enum import IntEnum

from data_access.faults import logged

LOG = logging.getLogger(__name__)
LONGEST_REST_SECONDS = 0.2


class Urgency(IntEnum):
    AWAITED = 0
    """A reader's run waits for it."""
    ON_SCREEN = 1
    """A page that is open shows it."""
    HISTORY = 2
    """A page that is open is drawn again when it is there."""
    AHEAD = 3
    """Somebody will probably ask it next."""


@dataclass(order=True)
class _Task:
    urgency: Urgency
    number: int
    key: Hashable = field(compare=False)
    work: Callable[[], object] = field(compare=False)


class Worker:
    def __init__(self, name: str = "board-worker") -> None:
        self._name = name
        self._moved = threading.Condition()
        self._tasks: dict[Hashable, _Task] = {}
        self._numbers = itertools.count()
        self._thread: threading.Thread | None = None
        self._stopping = False
        self._began = 0.0

    @property
    def is_alive(self) -> bool:
        """Whether what is asked will be done: the thread runs, or will be started with the next thing to do."""
        return not self._stopping and (self._thread is None or self._thread.is_alive())

    def ask(self, key: Hashable, work: Callable[[], object], urgency: Urgency) -> None:
        """See to it that ``work()`` is done; what is in the queue already becomes as urgent as is asked now."""
        with self._moved:
            task = self._tasks.get(key)
            if task is None:
                if not self._tasks:
                    self._began = time.monotonic()
                self._tasks[key] = _Task(urgency, next(self._numbers), key, work)
            else:
                task.urgency, task.work = min(task.urgency, urgency), work
            if not self._stopping and (self._thread is None or not self._thread.is_alive()):
                self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
                self._thread.start()
            self._moved.notify_all()

    def is_done(self, key: Hashable) -> bool:
        """Whether nothing of that name is waiting or under way."""
        return key not in self._tasks

    def within(self, key: Hashable, patience: float) -> bool:
        """Whether it is done, waited for as long as nothing that is done takes more than ``patience`` seconds."""
        with self._moved:
            while key in self._tasks and (left := self._began + patience - time.monotonic()) > 0:
                self._moved.wait(left)
            return key not in self._tasks

    def stop(self) -> None:
        """Ends the thread after what it does now; what waits is forgotten."""
        with self._moved:
            self._stopping = True
            self._tasks.clear()
            self._moved.notify_all()
        if self._thread is not None:
            self._thread.join()
        self._thread, self._stopping = None, False

    def _work(self) -> None:
        while True:
            with self._moved:
                while not self._tasks and not self._stopping:
                    self._moved.wait()
                if self._stopping:
                    return
                task = min(self._tasks.values())
                self._began = began = time.monotonic()
            try:
                task.work()
            except Exception as problem:
                logged(problem, LOG, f"not done: {task.key}")
            with self._moved:
                self._tasks.pop(task.key, None)
                self._moved.notify_all()
                if task.urgency > Urgency.ON_SCREEN and not self._stopping:
                    self._moved.wait(min(LONGEST_REST_SECONDS, time.monotonic() - began))
