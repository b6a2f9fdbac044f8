"""``python -m reports backup | restore | restore-drill | digest``: the whole database in one file, back from it, and the proof that it
comes back.

The proof is of the board's own kind: in a database restored from the copy each table has as many rows, and every figure is what it was.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from data_access.backup import Account, BackupError, account_beside, account_of, backup, restore, restored_aside
from data_access.engine import DATABASE_AWAY, Connection, database_url, engine, trouble
from data_access.scope import Scope
from metrics.period import Period, PeriodKind
from metrics.registry import REGISTRY
from reports.moment_arguments import a_moment
from reports.source import DatabaseSource

FOLDER = Path("var/backup")
PERIODS = (PeriodKind.MONTH, PeriodKind.YEAR)


def figures_digest(connection: Connection, at: datetime) -> str:
    """Of every indicator at each of its levels, for the month and the year that hold ``at``: equal where each value and place is."""
    digest, source = hashlib.sha256(), DatabaseSource(connection, Scope.operator(), at=at)
    for entry in REGISTRY.values():
        for level in entry.levels:
            for kind in PERIODS:
                frame = source.frame(entry, level, Period.holding(kind, at.date()), at.date())
                digest.update(f"{entry.id} {level} {kind}\n{frame.to_csv(index=False)}".encode())
    return digest.hexdigest()


def _backed_up(options: argparse.Namespace, now: datetime) -> int:
    path = backup(engine(), options.to, now, figures_digest)
    said = account_beside(path)
    size = path.stat().st_size / 1e6
    print(f"已备份到 {path}({size:,.0f} MB,{sum(said.rows.values()):,} 行)。请复制到另一台机器,并定期做恢复演练。")
    return 0


def _restored(options: argparse.Namespace, _now: datetime) -> int:
    account_beside(options.file)
    restore(options.file, database_url())
    print(f"已恢复到 {database_url().render_as_string()}。请运行 python -m data_access migrate,再启动看板。")
    return 0


def _drilled(options: argparse.Namespace, now: datetime) -> int:
    """Of a given copy, else of one that is made now."""
    path = options.file or backup(engine(), options.to, now, figures_digest)
    before = account_beside(path)
    with restored_aside(path) as scratch, scratch.connect() as connection:
        after = account_of(connection, before.moment, figures_digest)
    differences = list(_differences(before, after))
    for line in differences:
        print(line)
    if differences:
        print(f"恢复演练没有通过:{path} 恢复后与备份时不同。", file=sys.stderr)
        return 1
    print(
        f"恢复演练通过:{path} 恢复到临时库,{len(after.rows)} 张表 {sum(after.rows.values()):,} 行一行不差,全部指标数字一致。临时库已删除。"
    )
    return 0


def _digested(options: argparse.Namespace, now: datetime) -> int:
    at = options.at or now
    with engine().connect() as connection:
        print(f"{figures_digest(connection, at)}  截至 {at:%Y-%m-%dT%H:%M}")
    return 0


def _differences(before: Account, after: Account) -> list[str]:
    found = [
        f"{table}:备份时 {before.rows.get(table, 0):,} 行,恢复后 {after.rows.get(table, 0):,} 行"
        for table in sorted({*before.rows, *after.rows})
        if before.rows.get(table, 0) != after.rows.get(table, 0)
    ]
    if before.revision != after.revision:
        found.append(f"表结构版本:备份时 {before.revision},恢复后 {after.revision}")
    if before.figures != after.figures:
        found.append("指标数字:恢复后与备份时不同")
    return found


def add_backup(commands: Any, clock: Callable[[], datetime]) -> None:
    def added(name: str, words: str, run: Callable[[argparse.Namespace, datetime], int]) -> Any:
        command = commands.add_parser(name, help=words)
        command.set_defaults(run=lambda options: _told(run, options, clock()))
        return command

    making = added("backup", "把整个数据库备份成一个文件", _backed_up)
    added("restore", "从备份文件恢复到空库", _restored).add_argument("file", type=Path)
    drill = added("restore-drill", "恢复演练:恢复到临时库,核对行数和全部数字", _drilled)
    drill.add_argument("file", type=Path, nargs="?", help="已有的备份文件;缺省为现做一份")
    digest = added("digest", "全部指标数字的摘要:两个库同一时刻的摘要相同,数字就全都相同", _digested)
    digest.add_argument("--at", type=a_moment, default=None, metavar="MOMENT", help="截至时刻(北京时间),例如 2026-11-26T00:01,不写为此刻")
    for command in (making, drill):
        command.add_argument("--to", type=Path, default=FOLDER, help=f"备份目录,缺省 {FOLDER}")


def _told(run: Callable[[argparse.Namespace, datetime], int], options: argparse.Namespace, now: datetime) -> int:
    try:
        return run(options, now)
    except (BackupError, *DATABASE_AWAY) as problem:
        print(f"没有做成:{problem if isinstance(problem, BackupError) else trouble(problem)}。", file=sys.stderr)
        return 1
