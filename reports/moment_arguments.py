"""``--as-of DAY | --at MOMENT`` on the command line: as of which moment a command asks."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date, datetime


def add_moment(parser: argparse.ArgumentParser, otherwise: str = ",都不写为此刻") -> None:
    """Registers both; at most one may be given."""
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--as-of", type=date.fromisoformat, default=None, metavar="DATE", help="截至日:算到当天过完、当夜过完")
    either.add_argument("--at", type=a_moment, default=None, metavar="MOMENT", help=f"截至时刻(北京时间),例如 2026-11-26T00:01{otherwise}")


def a_moment(text: str) -> datetime:
    """A minute in Beijing: ``2026-11-26T00:01``. Raises ``ArgumentTypeError`` with a Chinese message."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is not None or len(text) <= len("2026-11-26"):
        raise argparse.ArgumentTypeError(f"时刻“{text}”无法识别,应为北京时间 2026-11-26T00:01")
    return moment


def moment_asked(arguments: argparse.Namespace, now: Callable[[], datetime]) -> tuple[date, datetime | None]:
    """The as-of day, and the minute of it; a day given stands for the day once it is over."""
    if arguments.as_of is not None:
        return arguments.as_of, None
    at: datetime = arguments.at or now()
    return at.date(), at
