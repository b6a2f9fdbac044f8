"""The import log: which ledger was loaded when and by whom, and the rows that were refused."""

from __future__ import annotations

import re

import pandas as pd
from sqlalchemy import ColumnElement, Connection, and_, exists, false, func, or_, select, true

from data_access.areas import SHORTEST_TO_SHOW, masked_name
from data_access.board_tables import BoardImport, BoardImportChange, BoardImportRow, BoardLedgerMapping, BoardUnitAlias
from data_access.frames import AnySelect, frame
from data_access.scope import Scope, in_scope, under

LEDGER_NAMES = {
    "area": "区划",
    "person": "人员任职",
    "department": "部门",
    "household": "户",
    "night_stay": "住夜",
    "night_session": "夜学夜谈",
    "night_visit": "夜访",
    "reception_slot": "接待",
    "captain_visit": "走访",
    "captain_meeting": "会议",
    "training_attendance": "参训",
    "petition": "诉求",
    "petition_step": "诉求进展",
    "leave_period": "请假",
    "survey_response": "满意度测评",
    "captain_mark": "三长认定",
}
"""Kinds of ledgers, in the order in which a new county loads them; ``ingest.ledgers`` knows their columns."""

NOT_CORRECTED = frozenset({"training_attendance"})
"""Kinds whose rows have nothing beside what they are known again by: a wrong one is taken back, not corrected."""

LOG_COLUMNS = (
    BoardImport.id,
    BoardImport.kind,
    BoardImport.file_name,
    BoardImport.digest,
    BoardImport.loaded_at,
    BoardImport.loaded_by,
    BoardImport.rows_total,
    BoardImport.rows_added,
    BoardImport.rows_changed,
    BoardImport.rows_same,
    BoardImport.rows_refused,
    BoardImport.undone_at,
    BoardImport.undone_by,
    exists().where(BoardImportChange.import_id == BoardImport.id).label("has_journal"),
)
ROW_COLUMNS = (
    BoardImportRow.row_number,
    BoardImportRow.place,
    BoardImportRow.column_title,
    BoardImportRow.value,
    BoardImportRow.reason,
    BoardImportRow.personal,
)


def visible_imports(scope: Scope) -> ColumnElement[bool]:
    """Loadings for the scope's area or a part of it; none without the right to administer."""
    if not scope.may_administer or scope.area is None:
        return false()
    return true() if scope.area == "" else in_scope(BoardImport.area_code, scope)


def _allowed(scope: Scope) -> ColumnElement[bool]:
    """Refused rows of the loadings that are the scope's; those that may be 检举控告 only for a role that holds them."""
    whose = BoardImportRow.import_id.in_(select(BoardImport.id).where(visible_imports(scope)))
    return whose if scope.may_see_restricted else and_(whose, BoardImportRow.restricted.is_not(True))


def imports(scope: Scope, connection: Connection, limit: int = 50, offset: int = 0) -> pd.DataFrame:
    """One page of the log, newest first; see :func:`visible_imports`. The counts leave out 检举控告.

    Grain: loading of a file. Columns: id, kind, file_name, digest, loaded_at, loaded_by, rows_total, rows_added, rows_changed, rows_same,
    rows_refused, undone_at, undone_by, has_journal (whether what it wrote was kept, so that it can be taken back).
    """
    query = select(*LOG_COLUMNS).where(visible_imports(scope)).order_by(BoardImport.id.desc()).limit(limit).offset(offset)
    return frame(connection, query, [column.key for column in LOG_COLUMNS], {"has_journal": "bool"})


def import_count(scope: Scope, connection: Connection) -> int:
    """How many loadings the log holds for the scope."""
    return int(connection.scalar(select(func.count()).select_from(BoardImport).where(visible_imports(scope))) or 0)


def _rows(scope: Scope, import_id: int, *columns: object) -> AnySelect:
    return select(*columns).where(and_(BoardImportRow.import_id == import_id, _allowed(scope))).order_by(BoardImportRow.row_number)  # type: ignore[call-overload]


def refused_rows(scope: Scope, connection: Connection, import_id: int, limit: int = 100, offset: int = 0) -> pd.DataFrame:
    """One page of a loading's refused rows: where and why. Names are masked unless the scope may see them.

    Grain: refused row. Columns: row_number, place (sheet and cell, None for a file without sheets), column_title, value, reason.
    """
    query = _rows(scope, import_id, *ROW_COLUMNS).limit(limit).offset(offset)
    found = frame(connection, query, [column.key for column in ROW_COLUMNS])
    if not scope.may_see_names and len(found):
        shown = [
            _masked(row["value"], row["reason"]) if row["personal"] else (row["value"], row["reason"]) for row in found.to_dict("records")
        ]
        found = found.assign(value=[value for value, _ in shown], reason=[reason for _, reason in shown])
    return found.drop(columns="personal")


def _masked(value: str | None, reason: str) -> tuple[str | None, str]:
    """A value that names people is masked one by one, and what the reason quotes or names by number too."""
    parts = re.split(r"([、,,;;/\s]+)", value or "")
    masked = "".join(part if position % 2 else _masked_part(part) for position, part in enumerate(parts))
    quoted = re.sub(r"“([^”]*)”", lambda found: f"“{_masked_part(found[1])}”", reason)
    return masked or None, re.sub(r"\d{7,}", lambda found: f"{found[0][:3]}****{found[0][-4:]}", quoted)


MAPPING_COLUMNS = ("fingerprint", "kind", "area_code", "name", "content", "kept_by", "kept_at")
ALIAS_COLUMNS = ("name", "area_code", "code", "chosen_by", "chosen_at")


def ledger_mappings(scope: Scope, connection: Connection) -> pd.DataFrame:
    """What has been said of offices' layouts in the scope's area and above it, newest first; nothing without the right to administer.

    Grain: layout × kind of ledger × area. Columns: fingerprint, kind, area_code ('' all), name, content (TOML), kept_by, kept_at.
    """
    query = select(*(getattr(BoardLedgerMapping, name) for name in MAPPING_COLUMNS)).order_by(BoardLedgerMapping.kept_at.desc())
    return frame(connection, query.where(_said_for(scope, BoardLedgerMapping)), list(MAPPING_COLUMNS))


def _said_for(scope: Scope, table: type[BoardLedgerMapping] | type[BoardUnitAlias]) -> ColumnElement[bool]:
    """What ledgers of the scope's area, or of one in it, are read by."""
    if not scope.may_administer or scope.area is None:
        return false()
    above = table.area_code == func.substr(scope.area, 1, func.length(table.area_code))
    return or_(above, under(table.area_code, scope.area))


def unit_aliases(scope: Scope, connection: Connection) -> pd.DataFrame:
    """What else units and departments are called, newest first; nothing without the right to administer.

    Grain: name × area. Columns: name, area_code ('' all), code, chosen_by, chosen_at.
    """
    query = select(*(getattr(BoardUnitAlias, name) for name in ALIAS_COLUMNS)).order_by(BoardUnitAlias.chosen_at.desc())
    return frame(connection, query.where(_said_for(scope, BoardUnitAlias)), list(ALIAS_COLUMNS))


PEOPLE_TITLES = ("姓名", "单位", "手机号", "人员编号", "A岗", "B岗", "实际接待人", "授课人", "召集人", "经办人", "包案领导")
TITLES = frozenset({*PEOPLE_TITLES, "台账编号", "问卷编号", "户编号", "文号", "分值", "佐证", "抽查结果"})
"""What a reason quotes besides people: names of columns stay readable."""


def _masked_part(text: str) -> str:
    if text in TITLES or not text:
        return text
    if text.isdigit():
        return f"{text[:3]}****{text[-4:]}" if len(text) >= SHORTEST_TO_SHOW else text
    return masked_name(text) or text


def refused_count(scope: Scope, connection: Connection, import_id: int) -> int:
    """How many refused rows of a loading this scope may see."""
    query = select(func.count()).select_from(BoardImportRow).where(BoardImportRow.import_id == import_id, _allowed(scope))
    return int(connection.scalar(query) or 0)


def refused_row_cells(scope: Scope, connection: Connection, import_id: int) -> pd.DataFrame:
    """A loading's refused rows whole, for the workbook; nothing unless the scope may see names and export.

    Grain: refused row. Columns: row_number, place, column_title, value, reason, above (JSON text: the lines over its table, None of a
    loading that did not keep them), cells (JSON text: a list of title and text).
    """
    columns = (*ROW_COLUMNS[:5], BoardImportRow.above, BoardImportRow.cells)
    query = _rows(scope, import_id, *columns)
    if not (scope.may_see_names and scope.may_export):
        query = query.where(false())
    return frame(connection, query, [column.key for column in columns])
