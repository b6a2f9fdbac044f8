"""Whom a ledger means by a name that several bear: asked once, remembered, and used by every later file."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert

from data_access.audit import Action, record
from data_access.board_tables import BoardPersonChoice
from ingest.ledgers.cells import Fault
from ingest.ledgers.directory import LEVEL_NAMES, Directory
from ingest.ledgers.names import normal_name


def keep_choice(connection: Connection, known: Directory, name: str, unit: str, person_id: int, *, by: str, now: datetime) -> str:
    """In the caller's transaction; returns what is kept as a sentence. Raises ``LookupError`` where the person does not bear the name."""
    if person_id not in known.bearers(name):
        raise LookupError(f"编号为 {person_id} 的人员不叫“{name}”。")
    try:
        code = known.unit(unit, tuple(LEVEL_NAMES)) if unit else ""
    except Fault as problem:
        raise LookupError(str(problem)) from problem
    if not known.scope.covers(code):
        raise LookupError("全县的选定须由管理全县数据的人员作出。")
    kept = normal_name(known.people[person_id][0])
    same = (BoardPersonChoice.name == kept, BoardPersonChoice.area_code == code)
    connection.execute(delete(BoardPersonChoice).where(*same))
    row = {"name": kept, "area_code": code, "person_id": person_id, "chosen_by": by, "chosen_at": now}
    connection.execute(insert(BoardPersonChoice).values(row))
    where = known.path_of(code) if code else "全县"
    record(connection, by, Action.IMPORT, now, f"同名选定 {where} 人员编号{person_id}")
    return f"以后台账里{where}的“{name}”指人员编号 {person_id}。"
