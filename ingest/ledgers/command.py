"""``python -m ingest template | check | load | feed | correct | undo | choose | refused``.

Exit: 0 good, 1 rows refused, 2 unreadable, 3 no database.
"""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from data_access.accounts import is_demo
from data_access.engine import DATABASE_AWAY, engine, trouble
from data_access.engine import said as said_by
from data_access.imports import NOT_CORRECTED, refused_row_cells
from data_access.scope import Scope
from ingest.ledgers import correct as correcting
from ingest.ledgers import feed as feeding
from ingest.ledgers import undo as undoing
from ingest.ledgers.checks import KINDS, Checked, checked, kind_named
from ingest.ledgers.choices import keep_choice
from ingest.ledgers.directory import Directory, directory
from ingest.ledgers.formats import Unreadable
from ingest.ledgers.kind import Kind
from ingest.ledgers.load import file_digest, in_order, load, matched
from ingest.ledgers.mappings import LedgerMapping, NotMapped, keep_mapping, mappings, parsed
from ingest.ledgers.preview import Preview, preview
from ingest.ledgers.reading import Refusal
from ingest.ledgers.refused import Returned, returned, write_refused
from ingest.ledgers.replaced import sentences
from ingest.ledgers.template import write_template

GOOD, SOME_REFUSED, UNREADABLE, AWAY = 0, 1, 2, 3
SHOWN = 50
"""Faults printed; all of them stand in the refused workbook and in the log."""
SENT = 2000
"""Faults in the JSON answer."""
PROGRESS = "PROGRESS"
"""Begins a line on standard error that tells how far a large file has been read."""


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
    mapping: LedgerMapping | None = None


def operator(through: str = "命令行") -> str:
    try:
        return f"{through}:{getpass.getuser()}"
    except (OSError, KeyError):  # no name for this user id (a container)
        return through


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
        mapping=_mapping_file(Path(options.mapping)) if options.mapping else None,
    )


def _mapping_file(path: Path) -> LedgerMapping:
    """Raises ``LookupError``."""
    try:
        return parsed(path.read_text(encoding="utf-8"), KINDS)
    except (OSError, UnicodeDecodeError) as problem:
        raise LookupError(f"读不出对应表“{path}”:{problem}") from None


def _read(asked: Task, connection: Connection) -> tuple[Checked, Directory]:
    known = directory(asked.scope, connection, households=asked.kind.households)
    area = asked.scope.area or ""
    mapped = mappings(connection, KINDS, asked.mapping, area)
    found = checked(asked.kind, asked.path, known, asked.now, asked.year, _progress(asked), asked.shown_name, area, mapped)
    return found, known


BAR = 30


def _progress(asked: Task) -> Callable[[float], None]:
    """A bar for whoever watches; for a program that reads JSON a line with the share done."""

    def bar(share: float) -> None:
        if asked.as_json:
            print(f"{PROGRESS} {share:.3f}", file=sys.stderr, flush=True)
        elif sys.stderr.isatty():
            done = round(share * BAR)
            print(f"\r正在检查 {'█' * done}{'░' * (BAR - done)} {share:.0%}", end="", file=sys.stderr, flush=True)

    return bar


def check(asked: Task) -> int:
    """Reads and compares; writes nothing to the database, and a workbook only where one is asked for."""
    with engine().connect() as connection:
        found, known = _read(asked, connection)
        plan = matched(connection, found)
        counts = {"added": len(plan.added), "changed": len(plan.changed), "same": len(plan.same), "taken_off": len(plan.taken_off)}
        seen = preview(found, plan, known)
        seen.replaced = sentences(connection, plan.taken_off, plan.stays_on, len(plan.refused))
        return _told(asked, found, seen, counts, in_order(plan.refused), None, _written(asked, plan.refused, asked.refused_path))


NOT_INTO_THE_DEMO = (
    "这是虚构的演示库,不装入真实台账,可以检查。真实的县请用自己的库:把 DATABASE_URL 指向新库,"
    "依次运行 python -m data_access migrate、python -m data_access account add 账号名 --role administrator,再启动看板。"
)


def _no_demo(connection: Connection) -> None:
    """Raises ``LookupError`` in a demo database: everybody knows the password of its accounts."""
    if is_demo(connection):
        raise LookupError(NOT_INTO_THE_DEMO)


def load_file(asked: Task) -> int:
    """Loads in one transaction; with ``--dry-run`` does all of it and takes it back."""
    with engine().connect() as connection:
        if not asked.dry_run:
            _no_demo(connection)
        found, known = _read(asked, connection)  # before the write lock: reading a large file takes longer than writing it
        connection.rollback()
        with connection.begin() as transaction:
            result = load(connection, found, file_name=asked.shown_name, digest=file_digest(asked.path), now=asked.now, by=asked.by)
            _remember(connection, asked, found)
            beside = None if asked.dry_run else asked.path.with_suffix(".refused.xlsx")
            written = _written(asked, result.refused, asked.refused_path or beside)  # a full disk must not lose the refused rows
            if asked.dry_run:
                transaction.rollback()
    counts = {"added": result.added, "changed": result.changed, "same": result.same, "taken_off": result.taken_off}
    seen = preview(found, None, known)
    seen.replaced = result.replaced
    return _told(asked, found, seen, counts, result.refused, None if asked.dry_run else result.import_id, written)


def _remember(connection: Connection, asked: Task, found: Checked) -> None:
    """The mapping that was given with a file is kept for each of its layouts: the next one like it needs none."""
    for layout in found.layouts if asked.mapping is not None else ():
        if layout.by == "given":
            keep_mapping(connection, layout.draft(), by=asked.by, now=asked.now, area=asked.scope.area or "")


def _written(asked: Task, refused: Sequence[Refusal], path: Path | None) -> str | None:
    if not refused or path is None:
        return None
    return str(write_refused([returned(one, asked.kind) for one in in_order(refused)], path))


def _faults(refused: Sequence[Refusal]) -> list[dict[str, Any]]:
    """For the JSON answer."""
    return [
        {"place": one.place, "row": one.row.number, "column": one.column, "value": one.value, "reason": one.reason}
        for one in refused[:SENT]
    ]


def _told(
    asked: Task,
    found: Checked,
    seen: Preview,
    counts: dict[str, int],
    refused: Sequence[Refusal],
    import_id: int | None,
    written: str | None,
) -> int:
    if asked.as_json:
        answer = {"kind": asked.kind.id, "rows": found.total, **counts, "refused": len(refused), "skipped": found.skipped}
        answer |= {"faults": _faults(refused), "refused_file": written, "import_id": import_id, "preview": seen.told()}
        print(json.dumps(answer, ensure_ascii=False))
        return SOME_REFUSED if refused else GOOD
    for one in refused[:SHOWN]:
        print(one.sentence())
    if len(refused) > SHOWN:
        print(f"…… 还有 {len(refused) - SHOWN} 行")
    for line in seen.lines():
        print(line)
    done = import_id is not None
    words = ("新增", "更新", "退回") if done else ("可新增", "可更新", "有问题")
    numbers = (counts["added"], counts["changed"], len(refused))
    new, moved, bad = (f"{word} {number}" for word, number in zip(words, numbers, strict=True))
    off = f",{'' if done else '可'}去掉 {counts['taken_off']}" if counts["taken_off"] else ""
    end = f"装入编号 {import_id}。" if done else "没有写入数据库。"
    print(f"{asked.kind.name}:共 {found.total} 行,{new},{moved}{off},已有 {counts['same']},{bad}。{end}")
    if written:
        print(f"退回的行和原因:{written}")
    return SOME_REFUSED if refused else GOOD


def undo(import_id: int, why: str, yes: bool, by: str | None, now: datetime, as_json: bool, area: str = "") -> int:
    """Takes a whole loading back; without ``--yes`` says what that would be."""
    why = " ".join(why.split())
    if yes and not why:
        raise LookupError("撤销须写明原因:--why “……”。")
    with engine().connect() as connection, connection.begin():
        if yes:
            correcting.lock(connection)
        plan = undoing.plan(connection, import_id, Scope.operator(area))
        if yes and not plan.obstacles:
            undoing.take_back(connection, plan, why=why, by=by or operator(), now=now)
    done = yes and not plan.obstacles
    if as_json:
        counts = {"import_id": import_id, "removed": plan.removed, "restored": plan.restored, "undone": done, "tables": plan.tables}
        print(json.dumps(counts | {"obstacles": plan.obstacles[:SENT]}, ensure_ascii=False))
    else:
        for line in plan.obstacles[:SHOWN]:
            print(line)
        verb = "已撤销" if done else "不能撤销" if plan.obstacles else "可撤销"
        end = "原因已记入审计。" if done else "没有写入。" if plan.obstacles else "没有写入;核对无误后加 --yes --why “原因”。"
        print(f"装入编号 {import_id}({plan.title}):{verb},删去 {plan.removed} 行,恢复 {plan.restored} 行。{end}")
    return SOME_REFUSED if plan.obstacles else GOOD


def feed(folder: Path, area: str, by: str | None, quiet_seconds: float, now: datetime) -> int:
    """Loads what lies in a folder; for cron: says nothing where nothing was there."""
    if not folder.is_dir():
        raise LookupError(f"没有目录“{folder}”。")
    with engine().connect() as connection:
        _no_demo(connection)
    asked = feeding.Task(folder, engine(), area, by or operator("投送"), now, quiet_seconds)
    return GOOD if feeding.feed(asked) else SOME_REFUSED


def choose(name: str, unit: str, person_id: int, by: str | None, now: datetime, area: str = "") -> int:
    """Keeps whom ledgers mean by a name that several bear at a unit."""
    with engine().begin() as connection:
        known = directory(Scope.operator(area), connection)
        said = keep_choice(connection, known, name, unit, person_id, by=by or operator(), now=now)
    print(said)
    return GOOD


def correct(asked: Task, why: str, yes: bool, masked: bool) -> int:
    """Shows rows loaded wrong field by field, old → new; with ``--yes`` writes the new values, and both into the audit."""
    if asked.kind.id in NOT_CORRECTED:
        raise LookupError(f"{asked.kind.name}台账没有可以更正的列:请撤销那次装入(python -m ingest undo),再装入改好的文件。")
    why = " ".join(why.split())
    if yes and not why:
        raise LookupError("更正须写明原因:--why “……”。")
    with engine().connect() as connection:
        if yes:
            _no_demo(connection)
        checked_rows, known = _read(asked, connection)
        connection.rollback()
        with connection.begin():
            if yes:
                correcting.lock(connection)
            found = correcting.corrections(connection, checked_rows)
            if yes:
                rows, name = found.rows, asked.shown_name
                correcting.write(connection, asked.kind, rows, known, file_name=name, why=why, by=asked.by, now=asked.now)
    lines = [correcting.sentence(asked.kind, one, known, masked=masked) for one in found.rows]
    if asked.as_json:
        counts = {"corrected": len(lines) if yes else 0, "differ": len(lines), "same": found.same, "refused": len(found.refused)}
        told = {"kind": asked.kind.id, **counts, "changes": lines[:SENT], "faults": _faults(found.refused)}
        print(json.dumps(told | {"preview": preview(checked_rows, None, known).told()}, ensure_ascii=False))
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
        Returned(
            sheet=(row["place"] or "").rpartition("!")[0],
            above=tuple(json.loads(row["above"] or "[]")),
            number=int(row["row_number"]),
            column=row["column_title"],
            reason=row["reason"],
            cells=tuple((title, text) for title, text in json.loads(row["cells"])),
        )
        for row in rows.to_dict("records")
    ]
    print(f"已写好 {write_refused(listed, out)}:{len(listed)} 行")
    return GOOD


def guarded(run: Any, as_json: bool) -> int:
    """Runs a command; what is wrong with file, kind or database is one Chinese sentence, not a traceback."""
    more: dict[str, Any] = {}
    try:
        return int(run())
    except (Unreadable, LookupError) as problem:
        said, code = str(problem.args[0]), UNREADABLE
        more = {"layouts": [layout.told() for layout in problem.layouts]} if isinstance(problem, NotMapped) else {}
    except DATABASE_AWAY as problem:
        said, code = f"{trouble(problem)},什么都没有写入。请处理后重试。", AWAY
    except DBAPIError as problem:
        said, code = f"{trouble(problem) or f'数据库出错({said_by(problem)})'},什么都没有写入。请处理后重试。", AWAY
    except OSError as problem:
        said, code = f"文件读写出错,什么都没有写入:{problem.strerror}。", AWAY
    if as_json:
        print(json.dumps({"error": said} | more, ensure_ascii=False))
    print(said, file=sys.stderr)
    return code
