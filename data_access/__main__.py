"""``python -m data_access migrate``: create or upgrade the tables and fill the calendar."""

from __future__ import annotations

import argparse
import sys

from data_access.calendar import fill_calendar
from data_access.clock import beijing_now
from data_access.engine import engine
from data_access.migrate import upgrade


def migrate() -> int:
    database = engine()
    upgrade(database)
    with database.begin() as connection:
        provisional = fill_calendar(connection, last_year=beijing_now().year + 1)
    print(f"数据库已就绪:{database.url.render_as_string()}")
    for year in provisional:
        print(f"提示:{year} 年放假安排尚未公布,工作日暂按周一至周五计算;公布后升级 chinesecalendar 并重新运行 migrate。")
    return 0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m data_access", description="共享数据库的维护命令")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("migrate", help="建立或升级数据表,填充工作日历")
    parser.parse_args(arguments)
    return migrate()


if __name__ == "__main__":
    sys.exit(main())
