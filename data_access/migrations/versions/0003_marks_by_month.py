"""change marks by the month of the rows' own dates, raised with the rights of the tables' owner"""

import sqlalchemy as sa
from alembic import op

from data_access.freshness import as_ddl, mark_triggers

revision = "0003"
down_revision = "0002"

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
    "board_decision",
)
"""The tables that 0001 gave marks."""


def upgrade() -> None:
    """What was counted stays counted, in month 0, so that no mark ever goes back to a value it had."""
    dialect = op.get_bind().dialect.name
    for table in MARKED:
        if dialect == "sqlite":
            for verb in ("insert", "update", "delete"):
                op.execute(f"DROP TRIGGER board_mark_{table}_{verb}")
        else:
            op.execute(f"DROP TRIGGER board_mark ON {table}")
    op.rename_table("board_change_mark", "board_change_mark_before")
    if dialect == "postgresql":  # the key's name goes to the new table
        op.execute("ALTER INDEX pk_board_change_mark RENAME TO pk_board_change_mark_before")
    op.create_table(
        "board_change_mark",
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("writer", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("table_name", "month", "writer", name=op.f("pk_board_change_mark")),
    )
    op.execute(
        "INSERT INTO board_change_mark (table_name, month, writer, version) "
        "SELECT table_name, 0, 0, sum(version) FROM board_change_mark_before GROUP BY table_name"
    )
    op.drop_table("board_change_mark_before")
    for statement in mark_triggers(dialect, MARKED):
        op.execute(as_ddl(statement))
