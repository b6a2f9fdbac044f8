"""Beijing time, the only clock of the board. Call it at the edge (pages, command lines) and pass the value on."""

from datetime import datetime
from zoneinfo import ZoneInfo


def beijing_now() -> datetime:
    """Now in Beijing, without a zone, to the second: what the shared database's timestamps mean."""
    return datetime.now(ZoneInfo("Asia/Shanghai")).replace(tzinfo=None, microsecond=0)
