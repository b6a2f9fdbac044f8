"""values of the column's own type: SQLite refuses a text in a date column as PostgreSQL does, and both a day that Python does not know"""

from alembic import op

from data_access.freshness import as_ddl
from data_access.value_types import require_own_types, value_guards

revision = "0012"
down_revision = "0011"

GUARDED = (
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
    "department",
)
"""The contract's tables of this time: a table that comes later brings its own guards."""
LATER = ("backfilled",)
"""Columns that came later and guard themselves."""


def upgrade() -> None:
    connection = op.get_bind()
    require_own_types(connection, GUARDED, LATER)
    for statement in value_guards(connection.dialect.name, GUARDED, LATER):
        op.execute(as_ddl(statement))


def downgrade() -> None:
    for statement in value_guards(op.get_bind().dialect.name, GUARDED, LATER):
        words = statement.split()  # CREATE TRIGGER name …, ALTER TABLE table ADD CONSTRAINT name …
        op.execute(f"DROP TRIGGER {words[2]}" if words[0] == "CREATE" else f"ALTER TABLE {words[2]} DROP CONSTRAINT {words[5]}")
