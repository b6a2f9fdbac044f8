"""answers that have been counted, beside what they were made under"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "board_answer",
        sa.Column("question_digest", sa.Text(), primary_key=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("under", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary()),
        sa.Column("claimed_until", sa.DateTime()),
        sa.Column("made_at", sa.DateTime()),
        sa.Column("keep_until", sa.Date(), nullable=False),
    )
    op.create_index(op.f("ix_board_answer_keep_until"), "board_answer", ["keep_until"])


def downgrade() -> None:
    op.drop_table("board_answer")
