"""tickets: what a browser hands in for the cookie of a sign-in"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "board_ticket",
        sa.Column("ticket_digest", sa.Text(), primary_key=True),
        sa.Column("sealed_token", sa.Text(), nullable=False),
        sa.Column("good_until", sa.DateTime(), nullable=False),
    )
    op.create_index(op.f("ix_board_ticket_good_until"), "board_ticket", ["good_until"])


def downgrade() -> None:
    op.drop_table("board_ticket")
