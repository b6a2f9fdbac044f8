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
from ingest.ledgers.mappings import (
    NotMapped,
    forget_mapping,
    keep_mapping,
    mapping_of,
    mappings,
    nearest_kept,
    parsed,
    shipped_mappings,
    toml_text,
)
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
    table = BoardLedgerMapping
    columns = (table.fingerprint, table.kind, table.name, table.area_code, table.kept_by)
    with engine().connect() as connection:
        kept = [dict(row._mapping) for row in connection.execute(select(*columns).order_by(BoardLedgerMapping.kept_at))]
    if as_json:
        print(json.dumps(kept, ensure_ascii=False))
        return 0
    for one in kept:
        where = one["area_code"] or "全县"
        ledger = KINDS[one["kind"]].name if one["kind"] in KINDS else one["kind"]
        print(f"{one['fingerprint']} {ledger} {one['name']}({where},{one['kept_by']})")
    for shipped in shipped_mappings(KINDS):
        print(f"自带 {KINDS[shipped.kind].name} {shipped.name}")
    return 0


def show(of: str, out: Path | None, area: str = "") -> int:
    """The TOML of a kept mapping by the beginning of its fingerprint, or of a shipped one by its name. Raises ``LookupError``."""
    with engine().connect() as connection:
        found = _kept(connection, of, area)
    texts = [content for *_, content in found] or [toml_text(one) for one in shipped_mappings(KINDS) if one.name == of]
    if len(texts) != 1:
        raise LookupError(f"没有“{of}”这一份对应表,全部见 python -m ingest mapping list。")
    _say(texts[0], out)
    return 0


def _kept(connection: Connection, of: str, area: str) -> list[tuple[str, str, str, str]]:
    """Of the area itself if there is one, else of those in it: fingerprint, kind, area, content."""
    table = BoardLedgerMapping
    rows = connection.execute(select(table.fingerprint, table.kind, table.area_code, table.content)).all()
    found = [(row[0], row[1], row[2], row[3]) for row in rows if row.fingerprint.startswith(of) and row.area_code.startswith(area)]
    return [one for one in found if one[2] == area] or found


def keep(file: Path, by: str, now: datetime, area: str = "", unit: str = "") -> int:
    """A TOML file, or what one holds as JSON, for the files of an area. ``unit``: see ``keep_mapping``'s ``of``. Raises ``LookupError``."""
    try:
        text = file.read_text(encoding="utf-8")
        mapping = mapping_of(json.loads(text), KINDS) if file.suffix == ".json" else parsed(text, KINDS)
    except (OSError, ValueError) as problem:
        raise LookupError(f"读不出对应表“{file}”:{problem}") from None
    with engine().begin() as connection:
        fingerprint = keep_mapping(connection, mapping, by=by, now=now, area=area, of=unit)
    print(f"已记住“{mapping.name}”{fingerprint}:列名相同的{KINDS[mapping.kind].name}台账以后照此。")
    return 0


def forget(of: str, by: str, now: datetime, area: str = "") -> int:
    """One of the area's own or, where it has none, of an area in it. Raises ``LookupError``."""
    with engine().begin() as connection:
        found = _kept(connection, of, area)
        if len(found) != 1:
            raise LookupError(f"没有“{of}”这一份对应表,全部见 python -m ingest mapping list。")
        forget_mapping(connection, *found[0][:3])
        record(connection, by, Action.IMPORT, now, f"删去列名对应 {found[0][0]}")
    print(f"已删去 {found[0][0]}。")
    return 0


# --- aliases of units ------------------------------------------------------------------------------------------------------


def keep_alias(connection: Connection, known: Directory, said: str, unit: str, *, by: str, now: datetime, of: str = "") -> str:
    """In the caller's transaction, for ledgers of the directory's area; returns the code. ``unit``: code or name of a unit or a
    department; ``of``: the area of the file in hand. Raises ``LookupError``."""
    name = normal_name(said)
    try:
        code = unit if unit in known.departments else known.unit(unit, tuple(LEVEL_NAMES))
    except Fault as problem:
        raise LookupError(str(problem)) from problem
    there = connection.scalars(select(BoardUnitAlias.area_code).where(BoardUnitAlias.name == name))
    area = nearest_kept(there, known.scope.area or "", of)
    forget_alias(connection, name, area)
    connection.execute(insert(BoardUnitAlias).values(name=name, area_code=area, code=code, chosen_by=by, chosen_at=now))
    record(connection, by, Action.IMPORT, now, f"单位别名 {said} 指 {code}{f',用于 {area}' if area else ''}")
    return code


def forget_alias(connection: Connection, said: str, area: str = "") -> bool:
    same = (BoardUnitAlias.name == normal_name(said), BoardUnitAlias.area_code == area)
    return bool(connection.execute(delete(BoardUnitAlias).where(*same)).rowcount)


def alias(said: str, unit: str | None, by: str, now: datetime, area: str = "", of: str = "") -> int:
    """Keeps which unit or department a name means in ledgers of an area; without a unit forgets it. Raises ``LookupError``."""
    with engine().begin() as connection:
        known = directory(Scope.operator(area), connection)
        if unit is None:
            if not forget_alias(connection, said, area):
                raise LookupError(f"没有记过“{said}”。")
            record(connection, by, Action.IMPORT, now, f"删去单位别名 {said}")
            print(f"已删去“{said}”。")
            return 0
        code = keep_alias(connection, known, said, unit, by=by, now=now)
    print(f"以后台账里的“{said}”指{known.departments.get(code) or known.path_of(code)}({code})。")
    return 0
