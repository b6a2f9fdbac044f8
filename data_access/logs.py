"""How the log is written: lines for people, or with ``BOARD_LOG=json`` one JSON object a line, for what collects logs.

An object has ``time``, ``level``, ``logger``, ``message``; ``number`` (出错编号) where it tells a fault, ``process`` where there are
several, ``traceback`` where there is one.

What is told may hold what somebody has written. It makes no line of its own: whoever reads the log, or a program that does, is told by
the program alone that something begins.
"""

from __future__ import annotations

import json
import logging
import os
import re
from datetime import datetime, timedelta, timezone
from typing import Any

BEIJING = timezone(timedelta(hours=8))
LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"


_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""With those that turn the order of what follows round."""


def _shown(found: re.Match[str]) -> str:
    return ascii(found[0])[1:-1]


class Lines(logging.Formatter):
    """An entry begins at the left and is one line; what belongs to it (a traceback) follows indented. Signs that steer a terminal are
    shown as such."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        return _CONTROLS.sub(_shown, super().formatMessage(record)).replace("\n", "\\n")

    def formatException(self, ei: Any) -> str:
        return "\n".join(f"  {_CONTROLS.sub(_shown, line)}" for line in super().formatException(ei).split("\n"))


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, BEIJING).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        number, process = getattr(record, "number", None), os.environ.get("BOARD_PROCESS")
        if number:
            said["number"] = number
        if process:
            said["process"] = int(process)
        if record.exc_info:
            said["traceback"] = self.formatException(record.exc_info)
        return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(said, ensure_ascii=False))


def form() -> logging.Formatter:
    return JsonLines() if os.environ.get("BOARD_LOG") == "json" else Lines(LINE)


def begun() -> None:
    """For the beginning of a server. Libraries that write by handlers of their own write in the same form."""
    logging.basicConfig()
    named = [each for each in logging.root.manager.loggerDict.values() if isinstance(each, logging.Logger)]
    for logger in (logging.root, *named):
        in_our_form(logger)


def in_our_form(logger: logging.Logger) -> None:
    for handler in logger.handlers:
        handler.setFormatter(form())
