"""notices: where they go, who gets which, and the outbox"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def _times(*names: str, nullable: bool = False) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.DateTime(), nullable=nullable) for name in names]


def upgrade() -> None:
    op.create_table(
        "board_notice_channel",
        sa.Column("id", ROW_ID, nullable=False),
        *_text("name", "address"),
        *_text("secret", nullable=True),
        *_times("made_at"),
        *_text("made_by"),
        *_times("removed_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_notice_channel")),
    )
    op.create_table(
        "board_notice_subscription",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("channel_id", ROW_ID, nullable=False),
        *_text("what"),
        *_text("username", nullable=True),
        sa.Column("area_code", sa.Text(), server_default="", nullable=False),
        *_text("indicator", nullable=True),
        sa.Column("threshold", sa.Double(), nullable=True),
        *_times("made_at"),
        *_text("made_by"),
        *_times("granted_at", nullable=True),
        *_text("granted_by", nullable=True),
        *_times("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_notice_subscription")),
    )
    op.create_index(op.f("ix_board_notice_subscription_channel_id"), "board_notice_subscription", ["channel_id"])
    op.create_table(
        "board_notice",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("subscription_id", ROW_ID, nullable=False),
        *_text("what", "occasion"),
        *_times("at"),
        *_text("state"),
        sa.Column("tries", sa.Integer(), nullable=False),
        *_times("next_try_at"),
        *_text("claimed_by", nullable=True),
        *_times("claimed_until", "done_at", nullable=True),
        *_text("problem", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_notice")),
        sa.UniqueConstraint("subscription_id", "what", "occasion", name=op.f("uq_board_notice_subscription_id_what_occasion")),
    )
    op.create_index(op.f("ix_board_notice_state_next_try_at"), "board_notice", ["state", "next_try_at"])


def downgrade() -> None:
    for table in ("board_notice", "board_notice_subscription", "board_notice_channel"):
        op.drop_table(table)
