"""What goes wrong stands in the log once with its traceback and a number, however many readers meet it."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Hashable
from traceback import walk_tb

from data_access.engine import trouble

AGAIN_SECONDS = 600.0
"""The same fault is told in the log again after so long."""
MOST_FAULTS = 500
"""Faults whose numbers are remembered."""

_lock = threading.Lock()
_numbers: OrderedDict[Hashable, tuple[str, float]] = OrderedDict()
_met = Counter[str]()


def met() -> int:
    """How often something has gone wrong since this process began, told in the log or not."""
    return _met["all"]


def logged(problem: Exception, log: logging.Logger, what: str) -> str:
    """The number of a fault (出错编号), told in the log unless that was done of late.

    What failed in the same way at the same place is one fault; so is all that fails for one trouble of the database.
    """
    fault, now = _kind(problem), time.monotonic()
    with _lock:
        _met["all"] += 1
        number, told_at = _numbers.pop(fault, (secrets.token_hex(3).upper(), float("-inf")))
        is_due = now - told_at >= AGAIN_SECONDS
        _numbers[fault] = number, now if is_due else told_at
        while len(_numbers) > MOST_FAULTS:
            _numbers.popitem(last=False)
    if is_due:
        log.error("出错编号 %s: %s", number, what, exc_info=problem, extra={"number": number})
    return number


def _kind(problem: Exception) -> Hashable:
    return trouble(problem) or (type(problem), tuple((frame.f_code.co_filename, line) for frame, line in walk_tb(problem.__traceback__)))


def forgotten() -> None:
    """As at the start of a process: for tests."""
    _numbers.clear()
