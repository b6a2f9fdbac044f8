"""``python -m reports changes``: what has changed since a day before a moment (与昨日相比), as the pages say it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

from metrics.vocabulary import Module
from reports.changes import DAY
from reports.letters import lines_of
from reports.moment_arguments import a_moment
from reports.source import changes_between, operators_source
from reports.subjects import SUBJECTS
from reports.views.changes import groups
from reports.wording import chinese_marks

MOST_LINES = 100


def add_changes(commands: Any, now: Callable[[], datetime]) -> None:
    """Registers the command; ``now`` gives the moment where none is named."""

    def run(arguments: argparse.Namespace) -> int:
        at, area = arguments.at or now(), arguments.area
        if area and not area.isdigit():
            print(f"错误:区划代码“{area}”应为数字", file=sys.stderr)
            return 2
        module = Module(arguments.subject) if arguments.subject else None
        with operators_source(area, at) as late, operators_source(area, at - DAY) as early:
            found = changes_between(late, early, late.connection, module, most=MOST_LINES)
        told = lines_of(groups(found, most=MOST_LINES))
        print(f"截至 {at:%Y-%m-%d %H:%M},{found.since}{'' if told else '没有变化'}")
        for line in told:
            print(chinese_marks(line))
        return 0

    parser = commands.add_parser("changes", help="与前一天同一时刻相比:新增超期、跌破目标、今天到期、恢复达标、已办结")
    parser.add_argument("--at", type=a_moment, default=None, metavar="MOMENT", help="北京时间,例如 2026-11-26T08:10;缺省为此刻")
    parser.add_argument("--area", default="", help="区划代码前缀,缺省为全部")
    parser.add_argument("--subject", choices=[str(module) for module in SUBJECTS], default=None, help="只说一个专题,缺省与总览相同")
    parser.set_defaults(run=run)
