"""SQLite's triggers ask for a replaced row and for the month at a third of what it took"""

from alembic import op

from data_access.freshness import as_ddl, drop_mark_triggers, mark_triggers

revision = "0019"
down_revision = "0018"

BY_MONTH = (
    "night_stay",
    "duty_roster",
    "night_session",
    "night_visit",
    "reception_slot",
    "petition",
    "petition_event",
    "petition_rating",
    "captain_visit",
    "captain_meeting",
    "training_attendance",
    "good_deed",
)


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for statement in (*drop_mark_triggers(BY_MONTH), *mark_triggers("sqlite", BY_MONTH)):
        op.execute(as_ddl(statement))


def downgrade() -> None:
    """The triggers of this program are those of any."""
