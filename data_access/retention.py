"""What is old leaves the database and lies in a file of its own: the audit as a chain that can still be verified, and of ledgers' loadings
what holds people's data.

The audit's triggers refuse every DELETE, and rightly so: only the tables' owner can run this, with the triggers away for this one
transaction. The rows go into an archive (JSON lines, 0600), the database keeps the digest of the last one of them (:data:`ANCHOR`), from
which its chain goes on, and an entry of the chain names that digest and the archive: ``verified_chain`` believes no other beginning.

Of a loading the line in the log stays; its refused rows, and what it would take to undo it, go without an archive: they hold names.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, Select, delete, func, insert, select, text

from data_access.audit import ANCHOR, AT_ONCE, LINKED, Action, Link, Links, record
from data_access.board_tables import BoardAudit, BoardImport, BoardImportChange, BoardImportRow, BoardProperty

LEAST_MONTHS = 6
"""等保 and 网络安全法: a log is kept for six months at least."""
OWNERS_ONLY = 0o600
TABLE = BoardAudit.__tablename__


class RetentionError(ValueError):
    """Why nothing was put away, in words for an operator."""


@dataclass(frozen=True)
class Old:
    """How many rows are older than asked: of the audit, of refused ledger rows, of what undoing needs."""

    audit: int
    refused: int
    changes: int


def months_before(now: datetime, months: int) -> datetime:
    """Midnight of the first day of the month that lies so many months before."""
    index = now.year * 12 + now.month - 1 - months
    return datetime(index // 12, index % 12 + 1, 1)


def old_rows(connection: Connection, now: datetime, audit_months: int, import_months: int) -> Old:
    """Counts them. Raises :class:`RetentionError` where the audit would be kept too shortly."""
    if audit_months < LEAST_MONTHS:
        raise RetentionError(f"审计至少保留 {LEAST_MONTHS} 个月")
    loadings = _loadings(now, import_months)
    return Old(
        int(connection.scalar(select(func.count()).select_from(BoardAudit).where(_old(now, audit_months))) or 0),
        *(int(connection.scalar(select(func.count()).select_from(each).where(each.import_id.in_(loadings))) or 0) for each in _OF_LOADINGS),
    )


_OF_LOADINGS = (BoardImportRow, BoardImportChange)


def _old(now: datetime, months: int) -> ColumnElement[bool]:
    """All before the first row of the months that are kept, by number, so that the chain is cut at one place; never the last row."""
    first_kept = select(func.min(BoardAudit.id)).where(BoardAudit.at >= months_before(now, months)).scalar_subquery()
    last = select(func.max(BoardAudit.id)).scalar_subquery()
    return BoardAudit.id < func.coalesce(first_kept, last)


def _loadings(now: datetime, months: int) -> Select[int]:
    return select(BoardImport.id).where(BoardImport.loaded_at < months_before(now, months))


def put_away(
    connection: Connection, now: datetime, audit_months: int, import_months: int, folder: Path, by: str
) -> tuple[Old, Path | None]:
    """Does it, in the caller's transaction. Returns what went, and the audit's archive (None where nothing was old enough)."""
    old, path = old_rows(connection, now, audit_months, import_months), None
    if old.audit:
        path, last = _archived(connection, now, audit_months, folder)
        with _without_refusal(connection):
            connection.execute(delete(BoardAudit).where(BoardAudit.id <= last.id))
        connection.execute(delete(BoardProperty).where(BoardProperty.name == ANCHOR))
        connection.execute(insert(BoardProperty), {"name": ANCHOR, "value": last.digest})
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        record(connection, by, Action.RETENTION, now, f"审计归档 {old.audit} 条,链上最后一条 {last.digest};{path.name} SHA-256 {digest}")
    loadings = _loadings(now, import_months)
    for table in _OF_LOADINGS:
        connection.execute(delete(table).where(table.import_id.in_(loadings)))
    if old.refused or old.changes:
        before = months_before(now, import_months).date()
        record(
            connection, by, Action.RETENTION, now, f"{before} 以前的台账装入:清除退回的行 {old.refused} 条、撤销用的底账 {old.changes} 条"
        )
    return old, path


def _archived(connection: Connection, now: datetime, months: int, folder: Path) -> tuple[Path, Link]:
    before = connection.scalar(select(BoardProperty.value).where(BoardProperty.name == ANCHOR)) or ""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = folder / f"audit-{now:%Y%m%d-%H%M%S}.jsonl.part"
    query = select(BoardAudit.id, *LINKED, BoardAudit.digest).where(_old(now, months)).order_by(BoardAudit.id)
    last = None
    with os.fdopen(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, OWNERS_ONLY), "w", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps({"before": before}) + "\n")
        for row in connection.execute(query, execution_options={"yield_per": AT_ONCE}):
            last = Link(*row)
            file.write(json.dumps({**row._mapping, "at": f"{row.at:%Y-%m-%d %H:%M:%S}"}, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
    if last is None:
        raise RetentionError("审计在归档时变了,请再来一次")
    return part.replace(part.with_suffix("")), last


def archived_links(paths: list[Path]) -> Links:
    """What archives hold, oldest first, as one beginning of the chain. Raises :class:`RetentionError`."""
    before, links = "", list[Link]()
    for number, path in enumerate(paths):
        try:
            lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
            head, rows = lines[0]["before"], [Link(**{**line, "at": datetime.fromisoformat(line["at"])}) for line in lines[1:]]
        except (OSError, ValueError, KeyError, TypeError, IndexError) as problem:
            raise RetentionError(f"{path} 不是审计归档") from problem
        if number == 0:
            before = head
        elif links and head != links[-1].digest:
            raise RetentionError(f"{path} 不接着前一份归档:请按时间先后写")
        links += rows
    return Links(before, links)


@contextmanager
def _without_refusal(connection: Connection) -> Iterator[None]:
    """The triggers that refuse a DELETE are away meanwhile; for the tables' owner alone."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"ALTER TABLE {TABLE} DISABLE TRIGGER USER"))
        yield
        connection.execute(text(f"ALTER TABLE {TABLE} ENABLE TRIGGER USER"))
        return
    name = f"{TABLE}_keeps_delete"
    made = connection.scalar(text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = :name"), {"name": name})
    connection.execute(text(f"DROP TRIGGER {name}"))
    yield
    connection.exec_driver_sql(str(made))
