"""How the log is written: lines for people, or with ``BOARD_LOG=json`` one JSON object a line, for what collects logs.

An object has ``time``, ``level``, ``logger``, ``message``; ``number`` (出错编号) where it tells a fault, ``process`` where there are
several, ``traceback`` where there is one.
"""

from __future__ import annotations

import json
import logging
import os
from datetime import datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))
LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"


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
        return json.dumps(said, ensure_ascii=False)


def begun() -> None:
    """For the beginning of a server. Libraries that write by handlers of their own write in the same form."""
    logging.basicConfig(format=LINE)
    if os.environ.get("BOARD_LOG") != "json":
        return
    named = [each for each in logging.root.manager.loggerDict.values() if isinstance(each, logging.Logger)]
    for logger in (logging.root, *named):
        for handler in logger.handlers:
            handler.setFormatter(JsonLines())
