"""``python -m tests.e2e.at_another_hour 35400 --server.port …``: the board's server with its clock so many seconds ahead."""

from __future__ import annotations

import runpy
import sys
from datetime import datetime, timedelta

from data_access import clock

AHEAD = timedelta(seconds=int(sys.argv.pop(1)))
_now = clock.beijing_now


def _later() -> datetime:
    return _now() + AHEAD


clock.beijing_now = _later  # before anything else has taken it by name
runpy.run_module("server", run_name="__main__", alter_sys=True)
