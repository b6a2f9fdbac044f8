"""The board's own tables: accounts and sessions, audit, change marks, decisions, frozen selections, imports. Nobody else writes them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from data_access.tables import ROW_ID, Identified, Table


class BoardChangeMark(Table):
    """One counter per contract table, month of the rows' own dates and writer, raised by triggers in the writer's own transaction.

    ``month``: 202611, or 0 where a table keeps no months or a row no date. The sum over writers is the month's mark. A row per writer
    (PostgreSQL: the backend's pid by 256, or -1 for all who wrote to a month long over; SQLite: 0), so that two feeds that load at once
    hardly ever wait for each other.
    """

    __tablename__ = "board_change_mark"

    table_name: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    writer: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(BigInteger)


class BoardAnswer(Table):
    """The last answer to each question (``data_access.answers``): Arrow bytes beside what they were made under.

    Without ``content`` somebody counts until ``claimed_until``. Nothing is lost with a row: what is missing is counted again.
    """

    __tablename__ = "board_answer"
    __table_args__ = (Index(None, "keep_until"),)

    question_digest: Mapped[str] = mapped_column(primary_key=True)
    question: Mapped[str]
    under: Mapped[str]
    content: Mapped[bytes | None]
    claimed_until: Mapped[datetime | None]
    made_at: Mapped[datetime | None]
    keep_until: Mapped[date]


class BoardAccount(Identified):
    """Who may sign in. ``granted_at``: since when role, area and rights are in force; NULL while they wait for who grants them.
    ``sign_on``: the county's single sign-on's own name (OIDC ``sub``) for this person."""

    __tablename__ = "board_account"
    __table_args__ = (Index(None, "sign_on", unique=True),)

    username: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    role: Mapped[str]
    area_prefix: Mapped[str]
    may_see_names: Mapped[bool]
    may_see_restricted: Mapped[bool]
    may_export: Mapped[bool]
    password_hash: Mapped[str]
    password_changed_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    granted_at: Mapped[datetime | None]
    sign_on: Mapped[str | None]


class BoardSession(Table):
    """One sign-in of one browser. The cookie holds the token, the table only its digest; ended and idle sessions open nothing.

    ``address``: '' where it is not known; ``device``: what the browser says it is; ``ended_by``: the administrator who has ended it.
    """

    __tablename__ = "board_session"
    __table_args__ = (Index(None, "username"),)

    token_digest: Mapped[str] = mapped_column(primary_key=True)
    username: Mapped[str]
    password_mark: Mapped[str]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(server_default=text("''"))
    device: Mapped[str] = mapped_column(server_default=text("''"))
    ended_by: Mapped[str | None]


class BoardAttempt(Table):
    """Wrong passwords that still count (``data_access.attempts``), up to ``until``: of a name from an address, of all names from an
    address, of a name from all addresses ('*' stands for all). The name is a keyed digest: people type their password into that field."""

    __tablename__ = "board_attempt"

    name_digest: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)
    failed: Mapped[int]
    until: Mapped[datetime]


class BoardTicket(Table):
    """What a browser may hand in, once and soon, for the cookie of a sign-in (``data_access.tickets``). The token lies in it under seal."""

    __tablename__ = "board_ticket"
    __table_args__ = (Index(None, "good_until"),)

    ticket_digest: Mapped[str] = mapped_column(primary_key=True)
    sealed_token: Mapped[str]
    good_until: Mapped[datetime]


class BoardAudit(Identified):
    """Append-only: triggers refuse UPDATE and DELETE. Kept for at least six months (等保).

    ``digest`` chains the rows: it is made of the row and of the digest of the one before (``data_access.audit``).
    """

    __tablename__ = "board_audit"
    __table_args__ = (Index(None, "at"), Index(None, "username", "at"))

    at: Mapped[datetime]
    username: Mapped[str]
    action: Mapped[str]
    detail: Mapped[str | None]
    digest: Mapped[str]


class BoardProperty(Table):
    """Facts about this database: whether it is the demo county, which calendar years are not official yet."""

    __tablename__ = "board_property"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class BoardDecision(Identified):
    """What a leader decided about a petition on the board (督办, 包案, a task with a date). Append-only: triggers refuse UPDATE and DELETE.

    A decision is taken back by a later one (``lift``); the petition itself belongs to the source system and is not touched.
    """

    __tablename__ = "board_decision"
    __table_args__ = (Index(None, "petition_id"), Index(None, "decided_at"))

    petition_id: Mapped[int] = mapped_column(ROW_ID)
    kind: Mapped[str]
    lead_id: Mapped[int | None] = mapped_column(ROW_ID)
    note: Mapped[str | None]
    due_on: Mapped[date | None]
    decided_at: Mapped[datetime]
    decided_by: Mapped[str]


class BoardSpotCheck(Identified):
    """What a spot check (抽查) found about one record of an event ledger. Append-only: the last one about a record counts.

    ``ledger``: the record's table. ``area_code`` and ``day`` are the record's own, also after it is gone. ``seed``: what the sample was
    drawn with, so that anyone can draw it again.
    """

    __tablename__ = "board_spot_check"
    __table_args__ = (Index(None, "ledger", "row_id"), Index(None, "day"))

    ledger: Mapped[str]
    row_id: Mapped[int] = mapped_column(ROW_ID)
    area_code: Mapped[str]
    day: Mapped[date]
    seed: Mapped[str]
    outcome: Mapped[str]
    note: Mapped[str | None]
    checked_at: Mapped[datetime]
    checked_by: Mapped[str]


class BoardSelection(Identified):
    """One annual selection of one role on record. ``snapshot`` (data and rulebook as text) and ``digest`` are written once, when frozen:
    triggers refuse every other UPDATE, and DELETE.

    ``number`` counts the attempts of a year and role: a void one is followed by the next, never overwritten.
    """

    __tablename__ = "board_selection"
    __table_args__ = (UniqueConstraint("year", "role", "number"),)

    year: Mapped[int]
    role: Mapped[str]
    number: Mapped[int]
    as_of: Mapped[date | None]
    rulebook: Mapped[str | None]
    digest: Mapped[str | None]
    snapshot: Mapped[str | None]
    ranking: Mapped[str | None]


class BoardSelectionStep(Identified):
    """A step of a selection: who, when, why. ``mark`` names what can happen once (a step, a township's approval, a confirmation).

    Append-only: triggers refuse UPDATE and DELETE.
    """

    __tablename__ = "board_selection_step"
    __table_args__ = (UniqueConstraint("selection_id", "mark"),)

    selection_id: Mapped[int] = mapped_column(ROW_ID)
    mark: Mapped[str]
    step: Mapped[str]
    at: Mapped[datetime]
    username: Mapped[str]
    reason: Mapped[str]
    until: Mapped[date | None]
    area_code: Mapped[str | None]
    person_id: Mapped[int | None] = mapped_column(ROW_ID)
    confirms: Mapped[int | None] = mapped_column(ROW_ID)


class BoardImport(Identified):
    """One loading of one ledger file (台账装入): who, when, for which area ('' the whole), which file, what became of its rows.

    The counts leave out 检举控告, as an administrator reads them.
    """

    __tablename__ = "board_import"
    __table_args__ = (Index(None, "loaded_at"),)

    kind: Mapped[str]
    file_name: Mapped[str]
    area_code: Mapped[str] = mapped_column(server_default="")
    digest: Mapped[str]
    loaded_at: Mapped[datetime]
    loaded_by: Mapped[str]
    rows_total: Mapped[int]
    rows_added: Mapped[int]
    rows_changed: Mapped[int]
    rows_same: Mapped[int]
    rows_refused: Mapped[int]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None]
    undone_why: Mapped[str | None]


class BoardImportChange(Identified):
    """A row that a loading added or changed, so that the loading can be taken back.

    ``before``: JSON text of the values it changed, NULL for a row it added. ``after``: of an added row a digest of the whole row, of a
    changed one JSON text of the values it wrote; a row that holds other values now is somebody's later work.
    """

    __tablename__ = "board_import_change"
    __table_args__ = (Index(None, "import_id"), Index(None, "table_name", "row_key"))

    import_id: Mapped[int] = mapped_column(ROW_ID)
    table_name: Mapped[str]
    row_key: Mapped[str]
    before: Mapped[str | None]
    after: Mapped[str | None]


class BoardPersonChoice(Table):
    """Of several people of one name, whom ledgers mean at a unit ('' the whole county), as somebody has chosen."""

    __tablename__ = "board_person_choice"

    name: Mapped[str] = mapped_column(primary_key=True)
    area_code: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ROW_ID)
    chosen_by: Mapped[str]
    chosen_at: Mapped[datetime]


class BoardUnitAlias(Table):
    """What else an office calls a unit or a department (an old name, a short one), as somebody of ``area_code`` has said for the ledgers
    of that area ('' all). ``code``: of either."""

    __tablename__ = "board_unit_alias"

    name: Mapped[str] = mapped_column(primary_key=True)
    area_code: Mapped[str] = mapped_column(primary_key=True, server_default="")
    code: Mapped[str]
    chosen_by: Mapped[str]
    chosen_at: Mapped[datetime]


class BoardHouseholdAlias(Table):
    """By what else than its number a ledger may mean a household: keyed digests of who heads it and of its door, never the words."""

    __tablename__ = "board_household_alias"

    household_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True, autoincrement=False)
    head_key: Mapped[str]
    door_key: Mapped[str | None]


class BoardLedgerMapping(Table):
    """What the headings and words of an office's layout mean for a kind of ledger; ``content`` is the TOML text. Files of ``area_code``
    ('' all) are read by it, as somebody who may load them has said."""

    __tablename__ = "board_ledger_mapping"

    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    area_code: Mapped[str] = mapped_column(primary_key=True, server_default="")
    name: Mapped[str]
    content: Mapped[str]
    kept_by: Mapped[str]
    kept_at: Mapped[datetime]


class BoardImportRow(Identified):
    """A refused row, whole: where it stood, what is wrong, ``above`` (JSON text: the lines over its table, which tell year, month and unit)
    and ``cells`` (JSON text: a list of title and text). Nothing is lost.

    ``personal``: ``value`` (also inside ``reason``) names a person. ``restricted``: the row is or may be a 检举控告.
    """

    __tablename__ = "board_import_row"
    __table_args__ = (Index(None, "import_id", "row_number"),)

    import_id: Mapped[int] = mapped_column(ROW_ID)
    place: Mapped[str | None]
    row_number: Mapped[int]
    column_title: Mapped[str]
    value: Mapped[str | None]
    reason: Mapped[str]
    personal: Mapped[bool]
    restricted: Mapped[bool]
    above: Mapped[str | None]
    cells: Mapped[str]


class BoardImportKey(Table):
    """A ledger's own number for a row of a table without ``source_ref`` (户编号, 问卷编号): the same number is the same row."""

    __tablename__ = "board_import_key"

    kind: Mapped[str] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(primary_key=True)
    row_id: Mapped[int] = mapped_column(ROW_ID)
