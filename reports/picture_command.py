"""``python -m reports picture …``: a leaderboard as a picture, for a notice or a paper; no browser is needed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from metrics.period import Period
from metrics.registry import indicator
from metrics.vocabulary import Level
from reports.definitions import definition_line
from reports.frames import question
from reports.moment_arguments import add_moment, moment_asked
from reports.readings import leaderboard, place_name, ranked_within, reading
from reports.source import operators_source
from reports.svg import picture, png
from reports.wording import as_of_words, counted_at


def ranking_picture(indicator_id: str, level: Level, period: Period, as_of: date, area: str = "", at: datetime | None = None) -> str:
    """The leaderboard that the page shows, as SVG. Raises ``LookupError`` or ``ValueError`` with a Chinese message."""
    entry, within = indicator(indicator_id), ranked_within(area, level)
    with operators_source(within or area, at) as source:
        read = reading(source, entry, level, period, as_of, area=within or area, dated=True, own=area if within else "")
        board = leaderboard(source, read)
        edition = question(source, level, period, as_of).rules
        where = place_name(source, period, as_of, area) or "全部"
    until = as_of_words(counted_at(entry, period, at or as_of))
    return picture(board, [f"口径:{definition_line(entry.id, edition)}", f"{until} · 筛选 {board.period or period.label} · {where}"])


def add_picture(commands: Any, now: Callable[[], datetime]) -> None:
    """Registers the command; ``now`` gives the moment where none is named."""

    def run(arguments: argparse.Namespace) -> int:
        kind = arguments.format or arguments.out.suffix.removeprefix(".").lower()
        if kind not in ("svg", "png"):
            print("错误:请用 --format 指明 svg 或 png,或让文件名以 .svg、.png 结尾", file=sys.stderr)
            return 2
        try:
            period, level = Period.parse(arguments.period), Level(arguments.by)
            as_of, at = moment_asked(arguments, now)
            svg = ranking_picture(arguments.indicator, level, period, as_of, arguments.area, at)
        except (LookupError, ValueError) as problem:
            print(f"错误:{problem.args[0]}", file=sys.stderr)
            return 2
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        arguments.out.write_bytes(png(svg) if kind == "png" else svg.encode("utf-8"))
        print(arguments.out)
        return 0

    parser = commands.add_parser("picture", help="把一个指标的排名存为图片,与页面同一数据")
    parser.add_argument("indicator", help="指标编号,例如 duty.night_compliance")
    parser.add_argument("--by", default="township", choices=[str(level) for level in Level])
    parser.add_argument("--period", required=True, help="2026-10、2026-Q4 或 2026")
    add_moment(parser)
    parser.add_argument("--area", default="", help="区划代码前缀,缺省为全部")
    parser.add_argument("--format", choices=["svg", "png"], default=None, help="缺省看文件名")
    parser.add_argument("--out", type=Path, required=True, help="存到哪个文件")
    parser.set_defaults(run=run)
