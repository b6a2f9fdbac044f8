"""the contract and the board's own tables"""

import sqlalchemy as sa
from alembic import op

from data_access.freshness import as_ddl

revision = "0001"
down_revision = None

MARKED = (
    "calendar_day",
    "area",
    "person",
    "appointment",
    "leave_period",
    "household",
    "night_stay",
    "night_session",
    "night_lecturer",
    "night_visit",
    "reception_slot",
    "petition",
    "petition_event",
    "petition_rating",
    "captain_visit",
    "captain_meeting",
    "training_attendance",
    "survey_response",
    "captain_mark",
    "board_decision",  # so that open pages notice a decision at once
)
KEPT = {
    "board_audit": (("id",),),
    "board_decision": (("id",),),
    "board_selection": (("id",), ("year", "role", "number")),
    "board_selection_step": (("id",), ("selection_id", "mark")),
}
"""Tables whose rows stay as they were written, with their unique keys: SQLite's REPLACE takes a row away without a DELETE trigger."""
FROZEN = "board_selection"
FREEZES = "OLD.digest IS NULL AND NEW.digest IS NOT NULL AND " + " AND ".join(
    f"NEW.{column} = OLD.{column}" for column in ("id", "year", "role", "number")
)
"""The one change a selection knows: a draft gets its snapshot and digest. A frozen one never changes again."""


def _sqlite_refusal(table: str, name: str, when: str) -> str:
    return f"CREATE TRIGGER {table}_keeps_{name} BEFORE {when} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"


def _sqlite_refusals(table: str) -> list[str]:
    same = " OR ".join(
        f"EXISTS (SELECT 1 FROM {table} WHERE {' AND '.join(f'{column} = NEW.{column}' for column in key)})" for key in KEPT[table]
    )
    unless = f" WHEN NOT ({FREEZES})" if table == FROZEN else ""
    return [
        _sqlite_refusal(table, "update", f"UPDATE ON {table}{unless}"),
        _sqlite_refusal(table, "delete", f"DELETE ON {table}"),
        _sqlite_refusal(table, "replace", f"INSERT ON {table} WHEN {same}"),
    ]


def _postgresql_refusals(table: str) -> list[str]:
    refuse = "EXECUTE FUNCTION board_refuse_change()"
    if table != FROZEN:
        return [f"CREATE TRIGGER {table}_keeps BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT {refuse}"]
    return [
        f"CREATE TRIGGER {table}_keeps BEFORE DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT {refuse}",
        f"CREATE TRIGGER {table}_keeps_frozen BEFORE UPDATE ON {table} FOR EACH ROW WHEN (NOT ({FREEZES})) {refuse}",
    ]


APPEND_ONLY = {
    "sqlite": [statement for table in KEPT for statement in _sqlite_refusals(table)],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION board_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$",
        *(statement for table in KEPT for statement in _postgresql_refusals(table)),
    ],
}
MARKS = {
    "sqlite": [
        f"CREATE TRIGGER board_mark_{table}_{verb} AFTER {verb.upper()} ON {table} BEGIN "
        f"INSERT INTO board_change_mark (table_name, writer, version) VALUES ('{table}', 0, 1) "
        "ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END"
        for table in MARKED
        for verb in ("insert", "update", "delete")
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION board_raise_mark() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "INSERT INTO board_change_mark AS m (table_name, writer, version) VALUES (TG_TABLE_NAME, pg_backend_pid(), 1) "
        "ON CONFLICT (table_name, writer) DO UPDATE SET version = m.version + 1; RETURN NULL; END $$",
        *(
            f"CREATE TRIGGER board_mark AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION board_raise_mark()"
            for table in MARKED
        ),
    ],
}
"""Marks as they were until 0003 gave them months."""
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "appointment",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("person_id", ROW_ID, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("certificate_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
    )
    op.create_index(op.f("ix_appointment_area_code_role"), "appointment", ["area_code", "role"], unique=False)
    op.create_index(op.f("ix_appointment_person_id"), "appointment", ["person_id"], unique=False)
    op.create_index(op.f("ix_appointment_role_area_code_person_id"), "appointment", ["role", "area_code", "person_id"], unique=False)
    op.create_table(
        "area",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("parent_code", sa.Text(), nullable=True),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("ranked", sa.Boolean(), server_default=sa.true(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_area")),
    )
    op.create_index(op.f("ix_area_level_code"), "area", ["level", "code"], unique=False)
    op.create_index(op.f("ix_area_parent_code"), "area", ["parent_code"], unique=False)
    op.create_table(
        "board_account",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("area_prefix", sa.Text(), nullable=False),
        sa.Column("may_see_names", sa.Boolean(), nullable=False),
        sa.Column("may_see_restricted", sa.Boolean(), nullable=False),
        sa.Column("may_export", sa.Boolean(), nullable=False),
        sa.Column("may_administer", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("password_changed_at", sa.DateTime(), nullable=False),
        sa.Column("disabled_at", sa.DateTime(), nullable=True),
        sa.Column("failed_attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("locked_until", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_account")),
        sa.UniqueConstraint("username", name=op.f("uq_board_account_username")),
    )
    op.create_table(
        "board_audit",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_audit")),
    )
    op.create_index(op.f("ix_board_audit_at"), "board_audit", ["at"], unique=False)
    op.create_index(op.f("ix_board_audit_username_at"), "board_audit", ["username", "at"], unique=False)
    op.create_table(
        "board_change_mark",
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("writer", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("table_name", "writer", name=op.f("pk_board_change_mark")),
    )
    op.create_table(
        "board_property",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_board_property")),
    )
    op.create_table(
        "board_session",
        sa.Column("token_digest", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("password_mark", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_board_session")),
    )
    op.create_index(op.f("ix_board_session_username"), "board_session", ["username"], unique=False)
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_workday", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "captain_mark",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("person_id", ROW_ID, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("points", sa.Double(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_captain_mark")),
    )
    op.create_index(op.f("ix_captain_mark_year_person_id"), "captain_mark", ["year", "person_id"], unique=False)
    op.create_table(
        "captain_meeting",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("convener_id", ROW_ID, nullable=True),
        sa.Column("attendees", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("source_ref", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_captain_meeting")),
        sa.UniqueConstraint("source", "source_ref", name=op.f("uq_captain_meeting_source_source_ref")),
    )
    op.create_index(op.f("ix_captain_meeting_recorded_at"), "captain_meeting", ["recorded_at"], unique=False)
    op.create_index(op.f("ix_captain_meeting_area_code_held_on"), "captain_meeting", ["area_code", "held_on"], unique=False)
    op.create_index(op.f("ix_captain_meeting_convener_id_held_on"), "captain_meeting", ["convener_id", "held_on"], unique=False)
    op.create_index(op.f("ix_captain_meeting_held_on_kind"), "captain_meeting", ["held_on", "kind"], unique=False)
    op.create_table(
        "captain_visit",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("person_id", ROW_ID, nullable=False),
        sa.Column("household_id", ROW_ID, nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("source_ref", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_captain_visit")),
        sa.UniqueConstraint("source", "source_ref", name=op.f("uq_captain_visit_source_source_ref")),
    )
    op.create_index(op.f("ix_captain_visit_recorded_at"), "captain_visit", ["recorded_at"], unique=False)
    op.create_index(op.f("ix_captain_visit_household_id_visited_on"), "captain_visit", ["household_id", "visited_on"], unique=False)
    op.create_index(op.f("ix_captain_visit_person_id_visited_on"), "captain_visit", ["person_id", "visited_on"], unique=False)
    op.create_index(op.f("ix_captain_visit_visited_on_household_id"), "captain_visit", ["visited_on", "household_id"], unique=False)
    op.create_table(
        "household",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("card_on", sa.Date(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
    )
    op.create_index(op.f("ix_household_area_code"), "household", ["area_code"], unique=False)
    op.create_table(
        "leave_period",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("person_id", ROW_ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leave_period")),
    )
    op.create_index(op.f("ix_leave_period_person_id_first_day"), "leave_period", ["person_id", "first_day"], unique=False)
    op.create_table(
        "night_lecturer",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("session_id", ROW_ID, nullable=False),
        sa.Column("person_id", ROW_ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_night_lecturer")),
    )
    op.create_index(op.f("ix_night_lecturer_person_id"), "night_lecturer", ["person_id"], unique=False)
    op.create_index(op.f("ix_night_lecturer_session_id_person_id"), "night_lecturer", ["session_id", "person_id"], unique=False)
    op.create_table(
        "night_session",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("theme", sa.Text(), nullable=True),
        sa.Column("attendees", sa.Integer(), nullable=True),
        sa.Column("measures", sa.Integer(), nullable=True),
        sa.Column("measures_done", sa.Integer(), nullable=True),
        sa.Column("needs", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("source_ref", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_night_session")),
        sa.UniqueConstraint("source", "source_ref", name=op.f("uq_night_session_source_source_ref")),
    )
    op.create_index(op.f("ix_night_session_recorded_at"), "night_session", ["recorded_at"], unique=False)
    op.create_index(op.f("ix_night_session_area_code_held_on"), "night_session", ["area_code", "held_on"], unique=False)
    op.create_index(op.f("ix_night_session_held_on_area_code"), "night_session", ["held_on", "area_code"], unique=False)
    op.create_table(
        "night_stay",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("person_id", ROW_ID, nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("source_ref", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_night_stay")),
        sa.UniqueConstraint("source", "source_ref", name=op.f("uq_night_stay_source_source_ref")),
    )
    op.create_index(op.f("ix_night_stay_recorded_at"), "night_stay", ["recorded_at"], unique=False)
    op.create_index(op.f("ix_night_stay_area_code_night_person_id"), "night_stay", ["area_code", "night", "person_id"], unique=False)
    op.create_index(op.f("ix_night_stay_night_area_code_person_id"), "night_stay", ["night", "area_code", "person_id"], unique=False)
    op.create_index(op.f("ix_night_stay_person_id_night"), "night_stay", ["person_id", "night"], unique=False)
    op.create_table(
        "night_visit",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("person_id", ROW_ID, nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("source_ref", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_night_visit")),
        sa.UniqueConstraint("source", "source_ref", name=op.f("uq_night_visit_source_source_ref")),
    )
    op.create_index(op.f("ix_night_visit_recorded_at"), "night_visit", ["recorded_at"], unique=False)
    op.create_index(op.f("ix_night_visit_area_code_visited_on"), "night_visit", ["area_code", "visited_on"], unique=False)
    op.create_index(op.f("ix_night_visit_person_id_visited_on"), "night_visit", ["person_id", "visited_on"], unique=False)
    op.create_index(op.f("ix_night_visit_visited_on_person_id"), "night_visit", ["visited_on", "person_id"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_table(
        "petition",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("origin_visit_id", ROW_ID, nullable=True),
        sa.Column("origin_slot_id", ROW_ID, nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("size", sa.Text(), nullable=True),
        sa.Column("sphere", sa.Text(), nullable=True),
        sa.Column("is_dispute", sa.Boolean(), server_default=sa.false(), nullable=True),
        sa.Column("is_xinfang", sa.Boolean(), server_default=sa.false(), nullable=True),
        sa.Column("restricted", sa.Boolean(), server_default=sa.false(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("petitioner_key", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("contacted_at", sa.DateTime(), nullable=True),
        sa.Column("notified_at", sa.DateTime(), nullable=True),
        sa.Column("dispatched_at", sa.DateTime(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(), nullable=True),
        sa.Column("due_at", sa.DateTime(), nullable=True),
        sa.Column("extended_to", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("on_the_spot", sa.Boolean(), server_default=sa.false(), nullable=True),
        sa.Column("evidence_on_file", sa.Boolean(), server_default=sa.false(), nullable=True),
        sa.Column("followed_up_at", sa.DateTime(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("handler_id", ROW_ID, nullable=True),
        sa.Column("lead_id", ROW_ID, nullable=True),
        sa.Column("supervised", sa.Boolean(), server_default=sa.false(), nullable=True),
        sa.Column("is_group", sa.Boolean(), server_default=sa.false(), nullable=True),
        sa.Column("skip_level", sa.Boolean(), server_default=sa.false(), nullable=True),
        sa.Column("repeat_of", ROW_ID, nullable=True),
        sa.Column("returned", sa.Integer(), server_default=sa.text("0"), nullable=True),
        sa.Column("reopened", sa.Integer(), server_default=sa.text("0"), nullable=True),
        sa.Column("last_progress_at", sa.DateTime(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("source_ref", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_petition")),
        sa.UniqueConstraint("number", name=op.f("uq_petition_number")),
        sa.UniqueConstraint("source", "source_ref", name=op.f("uq_petition_source_source_ref")),
    )
    op.create_index(op.f("ix_petition_recorded_at"), "petition", ["recorded_at"], unique=False)
    op.create_index(op.f("ix_petition_area_code_opened_at"), "petition", ["area_code", "opened_at"], unique=False)
    op.create_index(op.f("ix_petition_closed_at"), "petition", ["closed_at"], unique=False)
    op.create_index(op.f("ix_petition_dispatched_at"), "petition", ["dispatched_at"], unique=False)
    op.create_index(op.f("ix_petition_ended_at_area_code"), "petition", ["ended_at", "area_code"], unique=False)
    op.create_index(op.f("ix_petition_handler_id_opened_at"), "petition", ["handler_id", "opened_at"], unique=False)
    op.create_index(op.f("ix_petition_lead_id"), "petition", ["lead_id"], unique=False)
    op.create_index(op.f("ix_petition_opened_at_area_code"), "petition", ["opened_at", "area_code"], unique=False)
    op.create_index(op.f("ix_petition_origin_slot_id"), "petition", ["origin_slot_id"], unique=False)
    op.create_index(op.f("ix_petition_origin_visit_id"), "petition", ["origin_visit_id"], unique=False)
    op.create_index(op.f("ix_petition_repeat_of"), "petition", ["repeat_of"], unique=False)
    op.create_table(
        "petition_event",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("petition_id", ROW_ID, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("from_level", sa.Text(), nullable=True),
        sa.Column("to_level", sa.Text(), nullable=True),
        sa.Column("person_id", ROW_ID, nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_petition_event")),
    )
    op.create_index(op.f("ix_petition_event_kind_at"), "petition_event", ["kind", "at"], unique=False)
    op.create_index(op.f("ix_petition_event_person_id"), "petition_event", ["person_id"], unique=False)
    op.create_index(op.f("ix_petition_event_petition_id_at"), "petition_event", ["petition_id", "at"], unique=False)
    op.create_table(
        "petition_rating",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("petition_id", ROW_ID, nullable=False),
        sa.Column("rated_at", sa.DateTime(), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("independent", sa.Boolean(), server_default=sa.false(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_petition_rating")),
    )
    op.create_index(op.f("ix_petition_rating_petition_id"), "petition_rating", ["petition_id"], unique=False)
    op.create_index(op.f("ix_petition_rating_rated_at"), "petition_rating", ["rated_at"], unique=False)
    op.create_table(
        "reception_slot",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("leader_id", ROW_ID, nullable=True),
        sa.Column("backup_id", ROW_ID, nullable=True),
        sa.Column("published", sa.Boolean(), server_default=sa.false(), nullable=True),
        sa.Column("received_by", ROW_ID, nullable=True),
        sa.Column("batches", sa.Integer(), nullable=True),
        sa.Column("visitors", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("source_ref", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reception_slot")),
        sa.UniqueConstraint("source", "source_ref", name=op.f("uq_reception_slot_source_source_ref")),
    )
    op.create_index(op.f("ix_reception_slot_recorded_at"), "reception_slot", ["recorded_at"], unique=False)
    op.create_index(op.f("ix_reception_slot_area_code_day"), "reception_slot", ["area_code", "day"], unique=False)
    op.create_index(op.f("ix_reception_slot_day_area_code"), "reception_slot", ["day", "area_code"], unique=False)
    op.create_index(op.f("ix_reception_slot_leader_id_day"), "reception_slot", ["leader_id", "day"], unique=False)
    op.create_index(op.f("ix_reception_slot_received_by_day"), "reception_slot", ["received_by", "day"], unique=False)
    op.create_table(
        "survey_response",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("person_id", ROW_ID, nullable=False),
        sa.Column("household_id", ROW_ID, nullable=True),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_response")),
    )
    op.create_index(op.f("ix_survey_response_household_id"), "survey_response", ["household_id"], unique=False)
    op.create_index(op.f("ix_survey_response_year_person_id"), "survey_response", ["year", "person_id"], unique=False)
    op.create_table(
        "training_attendance",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("person_id", ROW_ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_attendance")),
    )
    op.create_index(op.f("ix_training_attendance_held_on"), "training_attendance", ["held_on"], unique=False)
    op.create_index(op.f("ix_training_attendance_person_id_held_on"), "training_attendance", ["person_id", "held_on"], unique=False)

    op.create_table(
        "board_decision",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("petition_id", ROW_ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("lead_id", ROW_ID, nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_decision")),
    )
    op.create_index(op.f("ix_board_decision_decided_at"), "board_decision", ["decided_at"], unique=False)
    op.create_index(op.f("ix_board_decision_petition_id"), "board_decision", ["petition_id"], unique=False)

    op.create_table(
        "board_selection",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("rulebook", sa.Text(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("snapshot", sa.Text(), nullable=True),
        sa.Column("ranking", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_selection")),
        sa.UniqueConstraint("year", "role", "number", name=op.f("uq_board_selection_year_role_number")),
    )
    op.create_table(
        "board_selection_step",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("selection_id", ROW_ID, nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("area_code", sa.Text(), nullable=True),
        sa.Column("person_id", ROW_ID, nullable=True),
        sa.Column("confirms", ROW_ID, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_selection_step")),
        sa.UniqueConstraint("selection_id", "mark", name=op.f("uq_board_selection_step_selection_id_mark")),
    )

    op.create_table(
        "board_import",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(), nullable=False),
        sa.Column("loaded_by", sa.Text(), nullable=False),
        sa.Column("rows_total", sa.Integer(), nullable=False),
        sa.Column("rows_added", sa.Integer(), nullable=False),
        sa.Column("rows_changed", sa.Integer(), nullable=False),
        sa.Column("rows_same", sa.Integer(), nullable=False),
        sa.Column("rows_refused", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_import")),
    )
    op.create_index(op.f("ix_board_import_loaded_at"), "board_import", ["loaded_at"], unique=False)
    op.create_table(
        "board_import_row",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("import_id", ROW_ID, nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("column_title", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("personal", sa.Boolean(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("cells", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_import_row")),
    )
    op.create_index(op.f("ix_board_import_row_import_id_row_number"), "board_import_row", ["import_id", "row_number"], unique=False)
    op.create_table(
        "board_import_key",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("row_id", ROW_ID, nullable=False),
        sa.PrimaryKeyConstraint("kind", "ref", name=op.f("pk_board_import_key")),
    )

    dialect = op.get_bind().dialect.name
    for statement in (*MARKS[dialect], *APPEND_ONLY[dialect]):
        op.execute(as_ddl(statement))
