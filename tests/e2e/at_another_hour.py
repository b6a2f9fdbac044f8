"""``python -m tests.e2e.at_another_hour 35400 --server.port …``: the board's server with its clock so many seconds ahead, which looks every
few seconds for the notices that are due, so that a test need not wait for it."""

from __future__ import annotations

import runpy
import sys
from datetime import datetime, timedelta
from importlib import import_module

from data_access import clock

TICK_SECONDS = 3

if __name__ == "__main__":
    ahead, now = timedelta(seconds=int(sys.argv.pop(1))), clock.beijing_now

    def later() -> datetime:
        return now() + ahead

    clock.beijing_now = later  # before anything else has taken it by name
    vars(import_module("reports.notify_command"))["TICK_SECONDS"] = TICK_SECONDS
    runpy.run_module("server", run_name="__main__", alter_sys=True)
