"""``python -m reports pack …``: the three files of a meeting, for cron jobs and for the evening before."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from metrics.period import Period
from reports.meeting_files import meeting_files
from reports.moment_arguments import add_moment, moment_asked
from reports.pack import Pack, meeting_pack
from reports.papers import PaperError, checked
from reports.readings import ranked_within, whole_level
from reports.selection_annex import with_selection
from reports.source import operators_source
from reports.subjects import Audience, meeting_name
from reports.wording import day


def made(arguments: argparse.Namespace, as_of: date, at: datetime | None) -> Pack:
    period = Period.parse(arguments.period)
    if as_of < period.first:
        raise ValueError(f"{period.label}到{day(as_of)}尚未开始")
    area, audience = arguments.area, Audience(arguments.audience)
    with operators_source(area, at) as source, operators_source(ranked_within(area, whole_level(area)) or area, at) as around:
        there = source.contents()
        lacking = there.lacking_words
        pack = meeting_pack(source, audience, period, as_of, area=area, modules=there.in_use, lacking=lacking, around=around)
    if pack.audience is not Audience.SELECTION:
        return pack
    with operators_source(at=at) as source:  # ranks are county-wide whatever --area asks to see
        return with_selection(pack, source, arguments.area, there.in_use)


def add_pack(commands: Any, now: Callable[[], datetime]) -> None:
    """Registers the command; ``now`` gives the moment where none is named."""

    def run(arguments: argparse.Namespace) -> int:
        try:
            pack = made(arguments, *moment_asked(arguments, now))
        except ValueError as problem:
            print(f"错误:{problem.args[0]}", file=sys.stderr)
            return 2
        if not pack.tables:
            why = f"尚未装入{pack.lacking},请先装入" if pack.lacking else "请检查时段、区划和 BOARD_MODULES"
            print(f"错误:这个会议没有可用的内容:{why}", file=sys.stderr)
            return 1
        arguments.out.mkdir(parents=True, exist_ok=True)
        try:
            for file in meeting_files(pack):
                path = arguments.out / file.name
                unfinished = path.with_name(f".{path.name}.part")
                unfinished.write_bytes(file.content)
                unfinished.replace(path)  # whoever fetches the folder never finds half a file
                print(path)
        except PaperError as problem:
            print(f"错误:{problem}", file=sys.stderr)
            return 1
        return 0

    def check(_arguments: argparse.Namespace) -> int:
        found = checked()
        for name, said, _ in found:
            print(f"{name}:{said}")
        return 0 if all(good for *_, good in found) else 1

    commands.add_parser("papers", help="核对本单位的红头模板和演示母版").set_defaults(run=check)
    words = "、".join(f"{audience}({meeting_name(audience)})" for audience in Audience)
    parser = commands.add_parser("pack", help="生成会议材料:演示、通报、附表")
    parser.add_argument("--period", required=True, help="2026-10、2026-Q4 或 2026")
    parser.add_argument("--audience", required=True, choices=[str(audience) for audience in Audience], help=words)
    parser.add_argument("--out", required=True, type=Path, help="存放目录,没有则新建")
    add_moment(parser)
    parser.add_argument("--area", default="", help="区划代码前缀,缺省为全部")
    parser.set_defaults(run=run)
