"""``python -m ingest``: fill a demo database, keep it moving. One function per subcommand."""

from __future__ import annotations

import argparse
import sys
from datetime import date

from data_access.clock import beijing_now
from data_access.engine import engine


def _add_demo(commands: argparse._SubParsersAction) -> None:
    command = commands.add_parser("demo", help="把虚构的演示县装入空数据库")
    command.add_argument("--scale", type=int, default=1, help="县的个数,默认 1")
    command.add_argument("--seed", type=int, default=1, help="随机种子:同一种子同一截至日得到同样的数据")
    command.add_argument("--until", type=date.fromisoformat, default=None, help="数据截至日 YYYY-MM-DD,默认今天(北京时间)")
    command.set_defaults(run=demo)


def demo(options: argparse.Namespace) -> int:
    from ingest.demo.county import NotEmpty, fill

    now = beijing_now()
    until = options.until or now.date()
    if until > now.date():
        print("截至日不能晚于今天。", file=sys.stderr)
        return 2
    if not 1 <= options.scale <= 200:
        print("--scale 应为 1–200。", file=sys.stderr)
        return 2
    try:
        fill(engine(), seed=options.seed, until=until, moment=now, scale=options.scale)
    except NotEmpty as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


SUBCOMMANDS = (_add_demo,)
"""Each adds one subcommand and names the function that runs it."""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m ingest", description="向共享数据库装入数据")
    commands = parser.add_subparsers(dest="command", required=True)
    for add in SUBCOMMANDS:
        add(commands)
    options = parser.parse_args(arguments)
    return int(options.run(options))


if __name__ == "__main__":
    sys.exit(main())
