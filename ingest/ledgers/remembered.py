"""``python -m ingest mapping`` and ``alias``: what has been said of layouts and units, and saying it."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select

from data_access.audit import Action, record
from data_access.board_tables import BoardLedgerMapping, BoardUnitAlias
from data_access.engine import engine
from data_access.scope import Scope
from ingest.ledgers.cells import Fault
from ingest.ledgers.checks import KINDS, checked, kind_named
from ingest.ledgers.directory import LEVEL_NAMES, Directory, directory
from ingest.ledgers.mappings import NotMapped, forget_mapping, keep_mapping, mapping_of, mappings, parsed, shipped_mappings, toml_text
from ingest.ledgers.names import normal_name


def draft(kind_name: str, file: Path, out: Path | None, now: datetime) -> int:
    """Writes what is known of a file's headings as a mapping to be completed. Raises ``LookupError``."""
    kind = kind_named(kind_name)
    with engine().connect() as connection:
        known = directory(Scope.operator(), connection, households=kind.households)
        try:
            layouts = tuple(checked(kind, file, known, now, mapped=mappings(connection, KINDS)).layouts)
        except NotMapped as problem:
            layouts = problem.layouts
    if not layouts:
        raise LookupError(f"“{file.name}”里没有像表头的一行。")
    layout = max(layouts, key=lambda one: len(one.missing))
    missing = "".join(f"# 还缺:{title}\n" for title in layout.missing)
    _say(missing + toml_text(layout.draft()), out)
    return 0


def _say(text: str, out: Path | None) -> None:
    if out is None:
        print(text, end="")
    else:
        out.write_text(text, encoding="utf-8")
        print(f"已写好 {out}")


def list_mappings(as_json: bool) -> int:
    columns = (BoardLedgerMapping.fingerprint, BoardLedgerMapping.kind, BoardLedgerMapping.name, BoardLedgerMapping.kept_by)
    with engine().connect() as connection:
        kept = [dict(row._mapping) for row in connection.execute(select(*columns).order_by(BoardLedgerMapping.kept_at))]
    if as_json:
        print(json.dumps(kept, ensure_ascii=False))
        return 0
    for one in kept:
        print(f"{one['fingerprint']} {KINDS[one['kind']].name if one['kind'] in KINDS else one['kind']} {one['name']}({one['kept_by']})")
    for shipped in shipped_mappings(KINDS):
        print(f"自带 {KINDS[shipped.kind].name} {shipped.name}")
    return 0


def show(of: str, out: Path | None) -> int:
    """The TOML of a kept mapping by the beginning of its fingerprint, or of a shipped one by its name. Raises ``LookupError``."""
    with engine().connect() as connection:
        found = _kept(connection, of)
    texts = [content for _, _, content in found] or [toml_text(one) for one in shipped_mappings(KINDS) if one.name == of]
    if len(texts) != 1:
        raise LookupError(f"没有“{of}”这一份对应表,全部见 python -m ingest mapping list。")
    _say(texts[0], out)
    return 0


def _kept(connection: Connection, of: str) -> list[tuple[str, str, str]]:
    columns = (BoardLedgerMapping.fingerprint, BoardLedgerMapping.kind, BoardLedgerMapping.content)
    return [(row.fingerprint, row.kind, row.content) for row in connection.execute(select(*columns)) if row.fingerprint.startswith(of)]


def keep(file: Path, by: str, now: datetime) -> int:
    """A TOML file, or what one holds as JSON. Raises ``LookupError``."""
    try:
        text = file.read_text(encoding="utf-8")
        mapping = mapping_of(json.loads(text), KINDS) if file.suffix == ".json" else parsed(text, KINDS)
    except (OSError, ValueError) as problem:
        raise LookupError(f"读不出对应表“{file}”:{problem}") from None
    with engine().begin() as connection:
        fingerprint = keep_mapping(connection, mapping, by=by, now=now)
    print(f"已记住“{mapping.name}”{fingerprint}:列名相同的{KINDS[mapping.kind].name}台账以后照此。")
    return 0


def forget(of: str, by: str, now: datetime) -> int:
    """Raises ``LookupError``."""
    with engine().begin() as connection:
        found = _kept(connection, of)
        if len(found) != 1:
            raise LookupError(f"没有“{of}”这一份对应表,全部见 python -m ingest mapping list。")
        forget_mapping(connection, found[0][0], found[0][1])
        record(connection, by, Action.IMPORT, now, f"删去列名对应 {found[0][0]}")
    print(f"已删去 {found[0][0]}。")
    return 0


# --- aliases of units ------------------------------------------------------------------------------------------------------


def keep_alias(connection: Connection, known: Directory, said: str, unit: str, *, by: str, now: datetime) -> str:
    """In the caller's transaction; returns the code. ``unit``: code or name of a unit or a department. Raises ``LookupError``."""
    name = normal_name(said)
    try:
        code = unit if unit in known.departments else known.unit(unit, tuple(LEVEL_NAMES))
    except Fault as problem:
        raise LookupError(str(problem)) from problem
    forget_alias(connection, name)
    connection.execute(insert(BoardUnitAlias).values(name=name, code=code, chosen_by=by, chosen_at=now))
    record(connection, by, Action.IMPORT, now, f"单位别名 {said} 指 {code}")
    return code


def forget_alias(connection: Connection, said: str) -> bool:
    return bool(connection.execute(delete(BoardUnitAlias).where(BoardUnitAlias.name == normal_name(said))).rowcount)


def alias(said: str, unit: str | None, by: str, now: datetime) -> int:
    """Keeps which unit or department a name means; without a unit forgets it. Raises ``LookupError``."""
    with engine().begin() as connection:
        known = directory(Scope.operator(), connection)
        if unit is None:
            if not forget_alias(connection, said):
                raise LookupError(f"没有记过“{said}”。")
            record(connection, by, Action.IMPORT, now, f"删去单位别名 {said}")
            print(f"已删去“{said}”。")
            return 0
        code = keep_alias(connection, known, said, unit, by=by, now=now)
    print(f"以后台账里的“{said}”指{known.departments.get(code) or known.path_of(code)}({code})。")
    return 0
