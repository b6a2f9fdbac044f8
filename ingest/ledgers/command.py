"""``python -m ingest template | check | load | correct | refused``. Exit: 0 good, 1 rows refused, 2 unreadable, 3 no database."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from data_access.engine import engine
from data_access.imports import refused_row_cells
from data_access.scope import Scope
from ingest.ledgers import correct as correcting
from ingest.ledgers.checks import Checked, checked, kind_named
from ingest.ledgers.directory import Directory, directory
from ingest.ledgers.kinds import Kind
from ingest.ledgers.load import file_digest, load, matched
from ingest.ledgers.reading import Refusal
from ingest.ledgers.sheets import Row, Unreadable
from ingest.ledgers.template import write_refused, write_template

GOOD, SOME_REFUSED, UNREADABLE, AWAY = 0, 1, 2, 3
SHOWN = 50
"""Faults printed; all of them stand in the refused workbook and in the log."""
SENT = 2000
"""Faults in the JSON answer."""


@dataclass(frozen=True)
class Task:
    """What a command line asks for."""

    kind: Kind
    path: Path
    scope: Scope
    now: datetime
    by: str
    year: int | None
    dry_run: bool
    as_json: bool
    refused_path: Path | None
    shown_name: str


def operator() -> str:
    try:
        return f"命令行:{getpass.getuser()}"
    except (OSError, KeyError):  # no name for this user id (a container)
        return "命令行"


def template(name: str, out: Path | None) -> int:
    try:
        kind = kind_named(name)
    except LookupError as problem:
        print(problem, file=sys.stderr)
        return UNREADABLE
    path = out or Path(f"{kind.name}台账模板.xlsx")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_template(kind, path)
    print(f"已写好 {path}({kind.name}:{kind.purpose})")
    return GOOD


def task(options: Any, now: datetime) -> Task:
    """Raises ``LookupError`` for an unknown kind of ledger."""
    path = Path(options.file)
    return Task(
        kind=kind_named(options.kind),
        path=path,
        scope=Scope.operator(options.area),
        now=now,
        by=options.by or operator(),
        year=options.year,
        dry_run=getattr(options, "dry_run", False),
        as_json=options.json,
        refused_path=Path(options.refused) if options.refused else None,
        shown_name=options.name or path.name,
    )


def _read(asked: Task, connection: Connection) -> tuple[Checked, Directory]:
    def progress(rows: int) -> None:
        if sys.stderr.isatty():
            print(f"\r已检查 {rows:,} 行…", end="", file=sys.stderr, flush=True)

    known = directory(asked.scope, connection, households=asked.kind.households)
    return checked(asked.kind, asked.path, known, asked.now, asked.year, progress), known


def check(asked: Task) -> int:
    """Reads and compares; writes nothing to the database, and a workbook only where one is asked for."""
    with engine().connect() as connection:
        found, _ = _read(asked, connection)
        plan = matched(connection, found)
    counts = {"added": len(plan.added), "changed": len(plan.changed), "same": len(plan.same)}
    return _told(asked, found, counts, plan.refused, None, asked.refused_path)


def load_file(asked: Task) -> int:
    """Loads in one transaction; with ``--dry-run`` does all of it and takes it back."""
    with engine().connect() as connection:
        found, _ = _read(asked, connection)  # before the write lock: reading a large file takes longer than writing it
        connection.rollback()
        with connection.begin() as transaction:
            result = load(connection, found, file_name=asked.shown_name, digest=file_digest(asked.path), now=asked.now, by=asked.by)
            if asked.dry_run:
                transaction.rollback()
    counts = {"added": result.added, "changed": result.changed, "same": result.same}
    beside = None if asked.dry_run else asked.path.with_suffix(".refused.xlsx")
    return _told(asked, found, counts, result.refused, None if asked.dry_run else result.import_id, asked.refused_path or beside)


def _told(
    asked: Task, found: Checked, counts: dict[str, int], refused: Sequence[Refusal], import_id: int | None, refused_path: Path | None
) -> int:
    in_order = sorted(refused, key=lambda each: each.row.number)
    written = None
    if in_order and refused_path is not None:
        write_refused(in_order, found.titles, refused_path)
        written = str(refused_path)
    if asked.as_json:
        faults = [
            {"row": one.row.number, "column": one.column, "value": one.value, "reason": one.reason} for one in in_order[:SENT]
        ]  # fmt: skip
        answer = {"kind": asked.kind.id, "rows": found.total, **counts, "refused": len(in_order), "skipped": found.skipped}
        print(json.dumps(answer | {"faults": faults, "refused_file": written, "import_id": import_id}, ensure_ascii=False))
        return SOME_REFUSED if in_order else GOOD
    for one in in_order[:SHOWN]:
        print(one.sentence())
    if len(in_order) > SHOWN:
        print(f"…… 还有 {len(in_order) - SHOWN} 行")
    done = import_id is not None
    words = ("新增", "更新", "退回") if done else ("可新增", "可更新", "有问题")
    numbers = (counts["added"], counts["changed"], len(in_order))
    new, moved, bad = (f"{word} {number}" for word, number in zip(words, numbers, strict=True))
    skipped = f",跳过示例、合计 {found.skipped} 行" if found.skipped else ""
    end = f"装入编号 {import_id}。" if done else "没有写入数据库。"
    print(f"{asked.kind.name}:共 {found.total} 行,{new},{moved},已有 {counts['same']},{bad}{skipped}。{end}")
    if written:
        print(f"退回的行和原因:{written}")
    return SOME_REFUSED if in_order else GOOD


def correct(asked: Task, why: str, yes: bool) -> int:
    """Shows rows loaded wrong field by field, old → new; with ``--yes`` writes the new values, and both into the audit."""
    why = " ".join(why.split())
    if yes and not why:
        raise LookupError("更正须写明原因:--why “……”。")
    with engine().connect() as connection:
        checked_rows, known = _read(asked, connection)
        connection.rollback()
        with connection.begin():
            if yes:
                correcting.lock(connection)
            found = correcting.corrections(connection, checked_rows, asked.scope)
            if yes:
                rows, name = found.rows, asked.shown_name
                correcting.write(connection, asked.kind, rows, known, file_name=name, why=why, by=asked.by, now=asked.now)
    lines = [correcting.sentence(asked.kind, one, known) for one in found.rows]
    if asked.as_json:
        faults = [{"row": one.row.number, "column": one.column, "value": one.value, "reason": one.reason} for one in found.refused[:SENT]]
        counts = {"corrected" if yes else "differ": len(lines), "same": found.same, "refused": len(found.refused)}
        print(json.dumps({"kind": asked.kind.id, **counts, "changes": lines[:SENT], "faults": faults}, ensure_ascii=False))
    else:
        for line in (*lines, *(one.sentence() for one in found.refused)):
            print(line)
        done = "已更正" if yes else "可更正"
        end = "新旧值已记入审计。" if yes else "没有写入;核对无误后加 --yes --why “原因”。"
        print(f"{asked.kind.name}:{done} {len(lines)} 行,相同 {found.same} 行,不能更正 {len(found.refused)} 行。{end}")
    return SOME_REFUSED if found.refused else GOOD


def refused(import_id: int, out: Path) -> int:
    """The refused rows of an earlier loading as a workbook."""
    with engine().connect() as connection:
        rows = refused_row_cells(Scope.operator(), connection, import_id)
    if rows.empty:
        print(f"装入编号 {import_id} 没有退回的行(限制知悉的行不在此列)。", file=sys.stderr)
        return SOME_REFUSED
    listed = [
        Refusal(Row(int(row["row_number"]), dict(json.loads(row["cells"]))), row["column_title"], row["value"] or "", row["reason"])
        for row in rows.to_dict("records")
    ]
    titles = list(dict.fromkeys(title for one in listed for title in one.row.cells))
    write_refused(listed, titles, out)
    print(f"已写好 {out}:{len(listed)} 行")
    return GOOD


def guarded(run: Any, as_json: bool) -> int:
    """Runs a command; what is wrong with file, kind or database is one Chinese sentence, not a traceback."""
    try:
        return int(run())
    except (Unreadable, LookupError) as problem:
        said, code = str(problem.args[0]), UNREADABLE
    except DBAPIError as problem:
        said, code = f"数据库出错,什么都没有写入:{problem.orig}。请稍后重试;是否已运行 python -m data_access migrate?", AWAY
    if as_json:
        print(json.dumps({"error": said}, ensure_ascii=False))
    print(said, file=sys.stderr)
    return code
