"""How an office's own headings and words are read: which heading is which column of a ledger, what a word means, what is told nowhere.

A mapping is chosen once for a layout, by whoever loads its first file, and kept by the fingerprint of its headings; those in
``ingest/mappings`` come with the board, for exports that look alike everywhere. One is a TOML file::

    name = "12345热线导出"
    kind = "petition"

    [columns]                  # the ledger's column → the office's heading, or several, the first that is there
    "点单时间" = "受理时间"

    [words."渠道"]              # the office's word → the ledger's; "" is an empty cell
    "来电" = "热线"

    [defaults]                 # what no column tells, or an empty cell
    "大小" = "待定"
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from data_access.audit import Action, record
from data_access.board_tables import BoardLedgerMapping
from ingest.ledgers.cells import plain
from ingest.ledgers.formats import Unreadable
from ingest.ledgers.kind import Kind
from ingest.ledgers.reading import canonical_titles
from ingest.ledgers.tables import SERIAL_TITLE, Table, is_day_title, title_of

FOLDER = Path(__file__).parents[1] / "mappings"
ADDED_TITLES = frozenset({"行号", "退回原因"})
"""What the workbook of refused rows puts before the office's own columns."""
LONGEST_NAME = 60
_KEYS = frozenset({"name", "kind", "headings", "known_by", "columns", "words", "defaults"})


@dataclass(frozen=True)
class LedgerMapping:
    """``columns``: a ledger's column → headings of the office, likeliest first (none: that column is not read).

    ``headings``: of a kept one, those of the layout it was chosen for. ``known_by``: of one that comes with the board, columns for which
    the layout must have one of the headings named here.
    """

    name: str
    kind: str
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    headings: tuple[str, ...] = ()
    known_by: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.headings)

    def all_headings(self) -> set[str]:
        return {title_of(heading) for headings in self.columns.values() for heading in headings}

    def fits(self, table: Table) -> bool:
        """Whether a layout is surely one of those this comes with the board for."""
        there = {title_of(title) for title in table.places}
        return bool(self.known_by) and all(there & {title_of(heading) for heading in self.columns[column]} for column in self.known_by)

    def translated(self, column: str, value: Any) -> Any:
        """A cell with the office's word put as the ledger's, an empty one with what is told nowhere."""
        words = self.words.get(column)
        if words:
            value = words.get(plain(value), value)
        return self.defaults.get(column, value) if value is None or value == "" else value


NONE = LedgerMapping("", "")


def fingerprint(headings: Iterable[str]) -> str:
    """Of a layout: its headings, in whatever order and however spaced; days of a month (1日, 2日 …) are none."""
    titles = {title_of(heading) for heading in headings if heading and not is_day_title(heading)} - ADDED_TITLES
    return hashlib.sha256("\x1f".join(sorted(titles)).encode()).hexdigest()[:24]


def headings_of(table: Table) -> tuple[str, ...]:
    return tuple(title for title in table.titles if title and title_of(title) not in ADDED_TITLES)


# --- as text -------------------------------------------------------------------------------------------------------------


def parsed(text: str, kinds: Mapping[str, Kind]) -> LedgerMapping:
    """From TOML. Raises ``LookupError`` with a Chinese sentence where it says what no ledger knows."""
    try:
        said = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as problem:
        raise LookupError(f"对应表不是 TOML:{problem}") from None
    return mapping_of(said, kinds)


def mapping_of(said: Mapping[str, Any], kinds: Mapping[str, Kind]) -> LedgerMapping:
    """From what a TOML file holds. Raises ``LookupError``."""
    strange = sorted(set(said) - _KEYS)
    if strange:
        raise LookupError(f"对应表里不认识“{strange[0]}”,可用:{'、'.join(sorted(_KEYS))}")
    kind = next((each for each in kinds.values() if said.get("kind") in (each.id, each.name)), None)
    if kind is None:
        raise LookupError(f"对应表的 kind“{said.get('kind', '')}”不是一种台账")
    tables = {name: said.get(name, {}) for name in ("columns", "words", "defaults")}
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise LookupError(f"对应表的 [{name}] 写法不对")  # noqa: TRY004 (a sentence for the operator)
    columns = {column: _several(f"columns.{column}", headings) for column, headings in tables["columns"].items()}
    words = {column: _texts(f"words.{column}", pairs) for column, pairs in tables["words"].items()}
    found = LedgerMapping(
        name=str(said.get("name") or kind.name)[:LONGEST_NAME],
        kind=kind.id,
        columns=columns,
        words={column: {plain(word): meant for word, meant in pairs.items()} for column, pairs in words.items()},
        defaults=_texts("defaults", tables["defaults"]),
        headings=_several("headings", said.get("headings", ())),
        known_by=_several("known_by", said.get("known_by", ())),
    )
    _check_columns(found, kind)
    return found


def _several(name: str, said: Any) -> tuple[str, ...]:
    listed = [said] if isinstance(said, str) else said
    if not isinstance(listed, list | tuple) or not all(isinstance(one, str) for one in listed):
        raise LookupError(f"对应表的 {name} 应是文字或几个文字")
    return tuple(one for one in listed if one.strip())


def _texts(name: str, said: Any) -> dict[str, str]:
    if not isinstance(said, dict) or not all(isinstance(value, str | int) for value in said.values()):
        raise LookupError(f"对应表的 [{name}] 应是“词 = 词”")
    return {str(key): str(value) for key, value in said.items()}


def _check_columns(mapping: LedgerMapping, kind: Kind) -> None:
    known = set(canonical_titles(kind.columns).values())
    named = [*mapping.columns, *mapping.words, *mapping.defaults, *mapping.known_by]
    strange = [column for column in named if column not in known]
    if strange:
        raise LookupError(f"{kind.name}台账没有“{strange[0]}”这一列,可用:{'、'.join(column.title for column in kind.columns)}")
    missing = [column for column in mapping.known_by if not mapping.columns.get(column)]
    if missing:
        raise LookupError(f"对应表的 known_by 有“{missing[0]}”,[columns] 里却没有它的列名")
    for column in kind.columns:
        meant = [*mapping.words.get(column.title, {}).values(), *filter(None, [mapping.defaults.get(column.title)])]
        wrong = [word for word in meant if column.words and word and word not in column.words]
        if wrong:
            raise LookupError(f"“{column.title}”不能是“{wrong[0]}”,可填:{'、'.join(dict.fromkeys(column.words or {}))}")


def toml_text(mapping: LedgerMapping) -> str:
    """As a TOML file, to be kept, shown, edited, given to another county."""
    lines = [f"name = {_quoted(mapping.name)}", f"kind = {_quoted(mapping.kind)}"]
    for name, listed in (("headings", mapping.headings), ("known_by", mapping.known_by)):
        if listed:
            lines.append(f"{name} = {_listed(listed)}")
    lines += ["", "[columns]"]
    lines += [
        f"{_quoted(column)} = {_quoted(headings[0]) if len(headings) == 1 else _listed(headings)}"
        for column, headings in mapping.columns.items()
    ]
    for column, words in mapping.words.items():
        lines += ["", f"[words.{_quoted(column)}]", *(f"{_quoted(word)} = {_quoted(meant)}" for word, meant in words.items())]
    if mapping.defaults:
        lines += ["", "[defaults]", *(f"{_quoted(column)} = {_quoted(value)}" for column, value in mapping.defaults.items())]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")  # a JSON string is a TOML one, but for DEL


def _listed(texts: Iterable[str]) -> str:
    return f"[{', '.join(_quoted(text) for text in texts)}]"


# --- those there are ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mappings:
    """What a file may be read by: ``given`` with it, else kept for its headings, else one that comes with the board."""

    kept: Mapping[tuple[str, str], LedgerMapping] = field(default_factory=dict)
    """By fingerprint and kind."""
    shipped: tuple[LedgerMapping, ...] = ()
    given: LedgerMapping | None = None

    def chosen(self, kind: Kind, table: Table) -> LedgerMapping | None:
        """What somebody has said of this layout."""
        if self.given is not None and self.given.kind == kind.id:
            return self.given
        return self.kept.get((fingerprint(headings_of(table)), kind.id))

    def of_the_board(self, kind: Kind, table: Table) -> LedgerMapping | None:
        return next((one for one in self.shipped if one.kind == kind.id and one.fits(table)), None)

    def headings(self) -> set[str]:
        """Every heading that one of them knows."""
        every = [*self.kept.values(), *self.shipped, *([self.given] if self.given else [])]
        return set().union(*(one.all_headings() for one in every))

    def guessed(self, kind: Kind, table: Table) -> dict[str, tuple[str, ...]]:
        """Which heading may be which column, from what mappings of that ledger say of other layouts: to be looked at by somebody."""
        found: dict[str, tuple[str, ...]] = {}
        there = {title_of(title): title for title in table.places}
        for one in (*self.kept.values(), *self.shipped):
            for column, headings in one.columns.items() if one.kind == kind.id else ():
                same = [there[title_of(heading)] for heading in headings if title_of(heading) in there]
                if same:
                    found.setdefault(column, (same[0],))
        return found


def shipped_mappings(kinds: Mapping[str, Kind]) -> tuple[LedgerMapping, ...]:
    """Those that come with the board, by file name."""
    return tuple(parsed(text, kinds) for text in _files())


@cache
def _files() -> tuple[str, ...]:
    return tuple(path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.toml")))


def kept_mappings(connection: Connection, kinds: Mapping[str, Kind], area: str = "") -> dict[tuple[str, str], LedgerMapping]:
    """By fingerprint and kind, what files of an area are read by: of several the one of the nearest area upward.

    One that this program's ledgers no longer understand is left out.
    """
    found: dict[tuple[str, str], LedgerMapping] = {}
    table = BoardLedgerMapping
    order = (func.length(table.area_code), table.kept_at, table.fingerprint)
    for row in connection.execute(select(table.fingerprint, table.kind, table.area_code, table.content).order_by(*order)):
        try:
            if area.startswith(row.area_code):
                found[row.fingerprint, row.kind] = parsed(row.content, kinds)
        except LookupError:
            continue
    return found


def mappings(connection: Connection, kinds: Mapping[str, Kind], given: LedgerMapping | None = None, area: str = "") -> Mappings:
    return Mappings(kept_mappings(connection, kinds, area), shipped_mappings(kinds), given)


def nearest_kept(there: Iterable[str], area: str, of: str) -> str:
    """Under which area something said is kept: that of who says it, or the nearer one that ``of`` is already read by, if it lies in it.

    Else what somebody says of a file would stand behind what its own unit has said before.
    """
    nearer = [code for code in there if of.startswith(code) and code.startswith(area)]
    return max(nearer, key=len, default=area)


def keep_mapping(connection: Connection, mapping: LedgerMapping, *, by: str, now: datetime, area: str = "", of: str = "") -> str:
    """In the caller's transaction; returns the fingerprint it is kept by. ``area``: of who says it, ``of``: of the file in hand.

    Raises ``LookupError`` where it names no headings.
    """
    if not mapping.headings:
        raise LookupError("对应表没有写 headings(这种表格的全部列名),不知道给哪种表格用;可先装入一次,或用 mapping draft 写出。")
    same = (BoardLedgerMapping.fingerprint == mapping.fingerprint, BoardLedgerMapping.kind == mapping.kind)
    area = nearest_kept(connection.scalars(select(BoardLedgerMapping.area_code).where(*same)), area, of)
    forget_mapping(connection, mapping.fingerprint, mapping.kind, area)
    row = {
        "fingerprint": mapping.fingerprint,
        "kind": mapping.kind,
        "area_code": area,
        "name": mapping.name,
        "content": toml_text(mapping),
        "kept_by": by,
        "kept_at": now,
    }
    connection.execute(insert(BoardLedgerMapping).values(row))
    record(connection, by, Action.IMPORT, now, f"列名对应 {mapping.name} {mapping.fingerprint}{f' 用于 {area}' if area else ''}")
    return mapping.fingerprint


def forget_mapping(connection: Connection, of: str, kind: str, area: str = "") -> bool:
    same = (BoardLedgerMapping.fingerprint == of, BoardLedgerMapping.kind == kind, BoardLedgerMapping.area_code == area)
    return bool(connection.execute(delete(BoardLedgerMapping).where(*same)).rowcount)


# --- what somebody has to say ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Layout:
    """A table as its headings show it, with what is known of them: what the clerk is asked about, and may change.

    ``by``: given, kept, shipped, or '' where nobody has said anything. ``missing``: columns that must be told and are not.
    """

    kind: Kind
    sheet: str
    headings: tuple[str, ...]
    examples: tuple[str, ...]
    mapping: LedgerMapping
    by: str
    missing: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.headings)

    def draft(self) -> LedgerMapping:
        """A mapping for this layout, to be looked at and completed."""
        return replace(self.mapping, kind=self.kind.id, headings=self.headings, known_by=(), name=self.mapping.name or self.kind.name)

    def told(self) -> dict[str, Any]:
        """For the JSON answer."""
        known = self.draft()
        return {
            "fingerprint": self.fingerprint,
            "sheet": self.sheet,
            "by": self.by,
            "name": known.name,
            "headings": [list(pair) for pair in zip(self.headings, self.examples, strict=True)],
            "columns": {column: list(headings) for column, headings in known.columns.items()},
            "words": {column: dict(words) for column, words in known.words.items()},
            "defaults": dict(known.defaults),
            "missing": list(self.missing),
            "kind": self.kind.id,
            "fields": [
                {
                    "title": column.title,
                    "required": column.required and not column.instead,
                    "hint": column.hint,
                    "choices": column.meanings() if column.is_translated else [],
                }
                for column in self.kind.columns
            ]
            + [{"title": title, "required": False, "hint": "", "choices": []} for title in self._more_titles()],
        }

    def _more_titles(self) -> list[str]:
        """What a heading may be besides a column of the ledger: a part of an area, a role's phone."""
        own = {column.title for column in self.kind.columns}
        return [title for title in dict.fromkeys(canonical_titles(self.kind.columns).values()) if title not in {*own, SERIAL_TITLE}]


class NotMapped(Unreadable):
    """A file of headings nobody knows yet; ``layouts``: what has to be said."""

    def __init__(self, said: str, layouts: tuple[Layout, ...]) -> None:
        super().__init__(said)
        self.layouts = layouts
