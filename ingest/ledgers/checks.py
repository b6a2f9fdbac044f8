"""From a file to records and refusals: nothing is written here.

A file's sheets become tables (:mod:`tables`), a table that is this ledger's becomes rows (:mod:`layouts`), a row becomes a record or says
what is wrong with it. Whatever is not read is named: hidden sheets, tables of another ledger, columns nobody asked for, lines of sums.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

from data_access.scope import Scope
from data_access.tables import NightStay
from ingest.ledgers.cells import Fault, plain, text_of
from ingest.ledgers.directory import Directory, PlaceQuestion, Question
from ingest.ledgers.files import opened
from ingest.ledgers.formats import Sheet, Unreadable
from ingest.ledgers.kind import Kind
from ingest.ledgers.kinds import EVENTS
from ingest.ledgers.layouts import Rows, first_days, known_titles, layout_of, told_titles
from ingest.ledgers.mappings import NONE, Layout, LedgerMapping, Mappings, NotMapped, fingerprint, headings_of, shipped_mappings
from ingest.ledgers.marks import MARK
from ingest.ledgers.petitions import PETITION, STEP_KIND, is_restricted
from ingest.ledgers.presence import CHECK_IN
from ingest.ledgers.reading import Reading, Record, Refusal, canonical_titles
from ingest.ledgers.registers import REGISTERS
from ingest.ledgers.tables import COMMON_TITLES, SERIAL_TITLE, Table, Unread, table_guessed, tables_on, title_of
from ingest.ledgers.years import calendar

KINDS: dict[str, Kind] = {
    kind.id: kind for kind in (*REGISTERS[:2], *REGISTERS[3:5], *EVENTS, PETITION, STEP_KIND, REGISTERS[2], REGISTERS[5], MARK)
}
"""By id, registers first: the order in which a new county loads them."""
TITLES = {kind.id: canonical_titles(kind.columns) for kind in KINDS.values()}
VOCABULARY = {title: None for titles in TITLES.values() for title in titles} | dict.fromkeys(COMMON_TITLES)
SHARED = frozenset(
    {"日期", "姓名", "单位", "类型", "手机号", "人员编号", "备注", "填报时间", "台账编号", "序号", "乡镇", "村", "片", "组", "邻"}
)
"""Titles that say nothing of which ledger it is."""
PLANNED_OR_DONE = {"duty_roster", "night_stay"}
"""A roster by days and posts says of the nights to come who is to stay, and of those that are over who did."""
TO_MAP = "可在“管理 › 台账”里指一下哪一列是什么,或用 python -m ingest mapping draft 写出对应表;也可用 python -m ingest template 取得模板。"
LONGEST_EXAMPLE = 40
STEP = 5000
"""Rows between two reports of progress."""


def kind_named(name: str) -> Kind:
    """By id or Chinese name (night_stay, 住夜). Raises ``LookupError``."""
    for kind in KINDS.values():
        if name in (kind.id, kind.name):
            return kind
    raise LookupError(f"没有“{name}”这种台账,可用:{'、'.join(f'{kind.id}({kind.name})' for kind in KINDS.values())}")


@dataclass(frozen=True)
class StrangeWord:
    """A word under a column of a layout, by the layout's fingerprint."""

    fingerprint: str
    column: str
    said: str


@dataclass
class Checked:
    """What a file holds: rows that can go in and rows that cannot, what was read and what was not."""

    kind: Kind
    scope: Scope
    """What the file may touch: rows that lie outside are another office's."""
    now: datetime
    records: list[Record] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    tables: list[Rows] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    questions: Counter[Question] = field(default_factory=Counter)
    """Who is meant by a name that several bear, with how many rows wait for the answer."""
    layouts: list[Layout] = field(default_factory=list)
    """Each layout once, with what is known of its headings."""
    places: Counter[PlaceQuestion] = field(default_factory=Counter)
    """Which unit or department is meant by what none is called, with how many rows wait for the answer."""
    words: Counter[StrangeWord] = field(default_factory=Counter)
    """Words that the ledger does not know, with how many rows wait for somebody to say what they mean."""
    year_asked: bool = False
    total: int = 0

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def skipped(self) -> int:
        return sum(len(rows.skipped) for rows in self.tables)

    def counted(self) -> list[tuple[str, int]]:
        """Each sheet that was read, with its rows."""
        found: Counter[str] = Counter()
        for rows in self.tables:
            found[rows.table.name] += rows.count
        return list(found.items())

    def left_out(self) -> list[str]:
        """Sentences about everything that was not taken in."""
        columns = [Unread(rows.table.name, f"未读的列:{'、'.join(titles)}") for rows in self.tables if (titles := rows.unread_titles())]
        lines = [each for rows in self.tables for each in rows.skipped]
        passed = [
            Unread(rows.table.name, f"{len(numbers)} 行{why},未读(第 {shortened(numbers)} 行)")
            for rows in self.tables
            for why, numbers in rows.passed_over.items()
        ]
        return list(dict.fromkeys(each.sentence() for each in (*self.unread, *columns, *lines, *passed)))


def shortened(numbers: Sequence[int], most: int = 5) -> str:
    """3、4、9 等: the first of them."""
    return "、".join(str(number) for number in numbers[:most]) + (" 等" if len(numbers) > most else "")


def checked(
    kind: Kind,
    path: Path,
    directory: Directory,
    now: datetime,
    year: int | None = None,
    progress: Callable[[float], None] = lambda share: None,
    name: str = "",
    area: str = "",
    mapped: Mappings | None = None,
) -> Checked:
    """Reads and checks a whole file. ``name``: what the office calls it; ``area``: the unit it comes from where it names none;
    ``mapped``: how headings of other offices are read (those that come with the board where none are given).

    Raises :class:`Unreadable`; :class:`NotMapped` where somebody has to say what the headings mean.
    """
    mapped = mapped or Mappings(shipped=shipped_mappings(KINDS))
    name = name or path.name
    try:
        sheets = opened(path)
    except Unreadable as problem:
        raise Unreadable(str(problem).replace(path.name, name)) from problem
    found = Checked(kind, directory.scope, now)
    for table in _tables(kind, sheets, name, found, mapped, lambda table: bool(area or _unit(table, directory, name))):
        found.tables.append(_rows(kind, table, directory, now, year, name, area, mapped))
    _take(found, directory, now, progress)
    return found


class NoUnit(NotMapped):
    """Nothing in the file tells whose ledger it is."""


class WhichKind(Unreadable):
    """A table may be one ledger or another; ``kinds`` are those."""

    def __init__(self, said: str, kinds: Sequence[Kind]) -> None:
        super().__init__(said)
        self.kinds = kinds


def kinds_in(path: Path, name: str, mapped: Mappings) -> list[Kind]:
    """The ledgers whose tables a file holds, in the order in which they are loaded; ``mapped``: how headings of other offices are read.

    Raises :class:`Unreadable` where there is none, :class:`WhichKind` where only somebody who knows the file can tell.
    """
    tables = [
        table for sheet in opened(path) if not sheet.hidden for table in tables_on(sheet, VOCABULARY | dict.fromkeys(mapped.headings()))[0]
    ]
    candidates = [kinds for table in tables if (kinds := _candidates(table, name, mapped))]
    if not candidates:
        raise Unreadable(f"“{name}”里没有哪种台账的表头;请对照模板(python -m ingest template)补上列名。")
    sure = {kinds[0].id for kinds in candidates if len(kinds) == 1}
    for kinds in candidates:
        if not sure & {kind.id for kind in kinds}:
            raise WhichKind(f"“{name}”可能是{'或'.join(kind.name for kind in kinds)}台账,从表头分不出来。", kinds)
    return [kind for kind in KINDS.values() if kind.id in sure]


def _candidates(table: Table, name: str, mapped: Mappings) -> list[Kind]:
    """The ledgers a table is most like; of several those that its titles name."""
    likeness = {kind.id: _likeness(kind, table, mapped) for kind in KINDS.values() if _another(kind, table, name, mapped) is None}
    most = max(likeness.values(), default=0)
    best = [KINDS[kind] for kind, found in likeness.items() if found == most and most]
    called = [kind for kind in best if kind in _called(table, name)]
    if not called and {kind.id for kind in best} == PLANNED_OR_DONE:
        return [kind for kind in best if kind.table is NightStay]  # nothing calls it a plan
    return called or best


# --- which tables are this ledger's --------------------------------------------------------------------------------------


def read_by(kind: Kind, table: Table, mapped: Mappings) -> tuple[dict[str, str], LedgerMapping | None]:
    """Canonical title → the header's own, and the mapping that says so: what somebody chose, else one of the board's that fits."""
    mapping = mapped.chosen(kind, table) or mapped.of_the_board(kind, table)
    return known_titles(table, TITLES[kind.id], mapping), mapping


def _is_readable(kind: Kind, table: Table, mapped: Mappings) -> bool:
    known, mapping = read_by(kind, table, mapped)
    return layout_of(kind, table, told_titles(known, mapping)) is not None


def _tables(
    kind: Kind, sheets: Sequence[Sheet], name: str, found: Checked, mapped: Mappings, tells_unit: Callable[[Table], bool]
) -> list[Table]:
    fitting: list[Table] = []
    others: list[Kind] = []
    nearest: list[Table] = []
    guessed: list[Table] = []
    nones: list[str] = []
    vocabulary = VOCABULARY | dict.fromkeys(mapped.headings())
    for sheet in sheets:
        if sheet.hidden:
            if any(sheet.rows):
                found.unread.append(Unread(sheet.name, "隐藏,未读"))
            continue
        tables, rest = tables_on(sheet, vocabulary)
        found.unread += rest
        if not tables and (unknown := table_guessed(sheet)) is not None:
            guessed.append(unknown)
        for table in tables:
            other = _another(kind, table, name, mapped)
            if other is None and (title := _title_of_none(kind, table, name, mapped)):
                nones.append(title)
                found.unread.append(Unread(table.address(table.top), f"标题是“{title}”,不是{kind.name}台账,未读"))
                continue
            if other is None and _is_readable(kind, table, mapped):
                fitting.append(table)
                continue
            rows = sum(1 for _ in table.lines())
            if other is not None:
                others.append(other)
                found.unread.append(Unread(table.address(table.top), f"{rows} 行,是{other.name}台账,未读"))
            else:
                nearest.append(table)
                found.unread.append(Unread(table.address(table.top), f"{rows} 行,{_missing(kind, table, mapped)},未读"))
    found.layouts = _layouts(kind, [*fitting, *nearest, *guessed], mapped, tells_unit)
    if fitting:
        return fitting
    if nones and not others:
        raise Unreadable(f"“{name}”的标题是“{nones[0]}”,不像{kind.name}台账;确是{kind.name}的,请把标题改过来再装入。")
    if others:
        raise Unreadable(f"“{name}”是{others[0].name}台账,不是{kind.name}台账;请改选“{others[0].name}”再装入。")
    if nearest:
        best = max(nearest, key=lambda table: len(read_by(kind, table, mapped)[0]))
        raise NotMapped(f"“{name}”{_missing(kind, best, mapped)}。{TO_MAP}", tuple(found.layouts))
    raise NotMapped(f"“{name}”里没有找到表头,应有:{'、'.join(titles[0] for titles in kind.required())}。", tuple(found.layouts))


def _layouts(kind: Kind, tables: Sequence[Table], mapped: Mappings, tells_unit: Callable[[Table], bool]) -> list[Layout]:
    by_fingerprint: dict[str, Layout] = {}
    units = {titles[0] for titles in kind.needed}
    for table in tables:
        layout = layout_as_known(kind, table, mapped)
        if units & set(layout.missing) and tells_unit(table):
            layout = replace(layout, missing=tuple(title for title in layout.missing if title not in units))
        by_fingerprint.setdefault(layout.fingerprint, layout)
    return list(by_fingerprint.values())


def layout_as_known(kind: Kind, table: Table, mapped: Mappings) -> Layout:
    """What is known of a table's headings; where nobody has said anything, with guesses for the columns that are missing."""
    known, mapping = read_by(kind, table, mapped)
    by = "" if mapping is None else "given" if mapping is mapped.given else "shipped" if mapping in mapped.shipped else "kept"
    guessed = {} if by in ("given", "kept") else mapped.guessed(kind, table)
    guesses = {title: where for title, where in guessed.items() if title not in known}
    pointed = {title: (heading,) for title, heading in known.items() if title != SERIAL_TITLE} | guesses
    said = mapping or NONE
    kept = replace(said, columns={**{title: () for title, headings in said.columns.items() if not headings}, **pointed})
    headings = headings_of(table)
    told = told_titles(known, mapping)
    readable = layout_of(kind, table, told) is not None
    missing = () if readable else _untold(kind, told | guesses.keys())
    return Layout(kind, table.name, headings, tuple(_example(table, title) for title in headings), kept, by, missing)


def _untold(kind: Kind, told: set[str]) -> tuple[str, ...]:
    """Columns that must be told and are not."""
    alone = [column.title for column in kind.columns if column.required and not told & {column.title, *column.instead}]
    return (*alone, *(titles[0] for titles in kind.needed if not told & set(titles)))


def _example(table: Table, title: str) -> str:
    """What stands first under a heading."""
    return next((text for line in table.lines() if (text := text_of(table.cell(line, table.places[title])))), "")[:LONGEST_EXAMPLE]


def _missing(kind: Kind, table: Table, mapped: Mappings) -> str:
    known, mapping = read_by(kind, table, mapped)
    told = told_titles(known, mapping)
    return "缺少列:" + "、".join(title for title in _untold(replace(kind, needed=()), told))


def _likeness(kind: Kind, table: Table, mapped: Mappings) -> float:
    """How many of the table's titles are this ledger's own (a synonym is half of one); 0 where a required one is missing, little where
    the lines alone say what it is (a roster with a post a line)."""
    known, mapping = read_by(kind, table, mapped)
    if layout_of(kind, table, told_titles(known, mapping)) is None:
        return 0
    exact = sum(1 for title in known if title in {title_of(written) for written in table.places})
    return max(exact + (len(known) - exact) / 2, 0.1)


def _another(kind: Kind, table: Table, name: str, mapped: Mappings) -> Kind | None:
    """The ledger that a table is, where it is surely not the one that is asked for: by its headings, else by what its titles call it."""
    if mapped.chosen(kind, table) is not None:
        return None
    mine = _likeness(kind, table, mapped)
    called = _called(table, name)
    if kind in called and (mine or len(called) == 1):
        return None
    best = max(KINDS.values(), key=lambda other: (_likeness(other, table, mapped), other is kind))
    own = set(read_by(kind, table, mapped)[0]) - SHARED
    likeliest = _likeness(best, table, mapped)
    if best is not kind and likeliest > mine and (not mine or set(read_by(best, table, mapped)[0]) - SHARED - own):
        return best
    if {kind.id, *(each.id for each in called)} == PLANNED_OR_DONE:  # whoever asks for it knows which of the two it is
        return None
    return called[0] if called and kind not in called and mine and not own else None


def _title_of_none(kind: Kind, table: Table, name: str, mapped: Mappings) -> str | None:
    """The title that says that a table, which looks like the ledger, is none: 未住夜人员名单, 会议签到表."""
    if not kind.not_called or mapped.chosen(kind, table) is not None:
        return None
    for text in (*table.above, table.sheet.name, Path(name).stem):
        if (said := re.search(kind.not_called, text)) and not re.search(kind.called, text.replace(said[0], "")):
            return text[:LONGEST_EXAMPLE]
        if re.search(kind.called, text):
            return None
    return None


def _called(table: Table, name: str) -> list[Kind]:
    """The ledgers that the table's titles name, else its sheet's name, else the file's."""
    for text in (" ".join(table.above), table.sheet.name, name):
        found = [kind for kind in KINDS.values() if kind.called and re.search(kind.called, text)]
        if found:
            return found
    return []


def _rows(kind: Kind, table: Table, directory: Directory, now: datetime, year: int | None, name: str, area: str, mapped: Mappings) -> Rows:
    known, mapping = read_by(kind, table, mapped)
    when = calendar(table.above, table.sheet.name, Path(name).stem, first_days(table, known), now.date(), year)
    unit = _unit(table, directory, name) or area or _default_unit(mapping, directory)
    rows = Rows(kind, table, known, when, directory.by_name, unit, directory.path_of(unit) if unit else None, mapping=mapping)
    _find_sections(rows, directory)
    needed = [titles for titles in kind.needed if not any(title in rows.told for title in titles)]
    if needed and rows.unit is None and not rows.sections:
        sheet = f"的工作表“{table.sheet.name}”" if table.sheet.name else ""
        said = f"“{name}”{sheet}缺少列:{needed[0][0]}(标题、工作表名和文件名里也没有写);请补上,或指明是哪个单位的台账(--area)。"
        raise NoUnit(said, (replace(layout_as_known(kind, table, mapped), missing=needed[0][:1]),))
    return rows


_COUNTED = re.compile(r"^\(?[一二三四五六七八九十\d]{1,3}[、.)]+|[(:].*$")
"""What stands around a heading: 一、上塘村: (5人)."""


def _find_sections(rows: Rows, directory: Directory) -> None:
    """Lines that hold nothing but a township's or village's name."""
    table = rows.table
    for line in table.lines():
        texts = {text for column in table.places.values() if (text := text_of(table.cell(line, column, False)))}
        if len(texts) != 1:
            continue
        try:
            code = directory.unit(_COUNTED.sub("", plain(texts.pop())), ("township", "village"), near=rows.unit)
        except Fault:
            continue
        rows.sections[table.sheet.numbers[line]] = code
        rows.section_names[code] = directory.path_of(code)


def _default_unit(mapping: LedgerMapping | None, directory: Directory) -> str | None:
    """The unit that a mapping tells for every row."""
    said = (mapping or NONE).defaults
    try:
        return directory.unit(said.get("单位") or said["发生地"], ("township", "village"))
    except (Fault, KeyError):
        return None  # every row says what is wrong with it


def _unit(table: Table, directory: Directory, name: str) -> str | None:
    for text in (*table.above, table.sheet.name, Path(name).stem):
        found = directory.unit_in(text) if text else None
        if found is not None:
            return found
    try:
        return directory.unit(table.sheet.name, ("township", "village")) if table.sheet.name else None
    except Fault:
        return None


# --- rows ----------------------------------------------------------------------------------------------------------------


def _take(found: Checked, directory: Directory, now: datetime, progress: Callable[[float], None]) -> None:
    kind, columns = found.kind, found.kind.by_title()
    first_at: dict[str, Record] = {}
    fingerprints = {id(rows): fingerprint(headings_of(rows.table)) for rows in found.tables}
    lines = sum(rows.table.last - rows.table.first for rows in found.tables) or 1
    for rows in found.tables:
        for row in rows:
            found.total += 1
            reading = Reading(row, rows, columns, directory, now)
            reading.check_cells()
            record = None if reading.faults else kind.read(reading)
            hidden = kind.id == PETITION.id and is_restricted(reading)
            if reading.faults or record is None:
                found.refused.append(reading.refusal(hidden))
                found.questions.update(set(reading.questions))
                found.places.update(set(reading.place_questions))
                found.words.update({StrangeWord(fingerprints[id(rows)], *word) for word in reading.strange_words})
            elif record.ref in first_at and CHECK_IN in rows.known:
                rows.pass_over("同一晚的其他打卡", row.number)
                found.total -= 1
            elif record.ref in first_at:
                found.refused.append(_twice(kind, reading, first_at[record.ref], hidden))
            else:
                first_at[record.ref] = record
                record.given = reading.given()
                found.records.append(record)
            if found.total % STEP == 0:
                progress(min(1.0, found.total / lines))
    found.year_asked = any(rows.calendar.year is None and rows.calendar.span is None and rows.calendar.doubted for rows in found.tables)


def _twice(kind: Kind, reading: Reading, first: Record, hidden: bool) -> Refusal:
    title = kind.columns[0].title
    sheet = first.row.place(title).rpartition("!")[0]
    other = f" {sheet} " if sheet and sheet != reading.row.place(title).rpartition("!")[0] else ""
    reason = f"与{other}第 {first.row.number} 行重复" + (";确为两次的,请填“台账编号”区分" if "台账编号" in reading.columns else "")
    return Refusal(reading.row, title, reading.said(title), reason, restricted=hidden)
