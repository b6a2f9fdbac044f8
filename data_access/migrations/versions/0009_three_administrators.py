"""three administrators, sessions with their address, wrong passwords counted by name and address

``may_administer`` goes: whoever had it by another role than 管理员 keeps that role without it. A 管理员 from whom it had been taken
waits for a grant. Locks of accounts are forgotten; they lasted half an hour.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "board_attempt",
        sa.Column("name_digest", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name_digest", "address", name=op.f("pk_board_attempt")),
    )
    op.add_column("board_session", sa.Column("address", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("board_session", sa.Column("device", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("board_session", sa.Column("ended_by", sa.Text(), nullable=True))
    op.add_column("board_account", sa.Column("granted_at", sa.DateTime(), nullable=True))
    op.add_column("board_account", sa.Column("sign_on", sa.Text(), nullable=True))
    op.create_index(op.f("ix_board_account_sign_on"), "board_account", ["sign_on"], unique=True)
    op.execute("UPDATE board_account SET granted_at = created_at WHERE role <> 'administrator' OR may_administer")
    for column in ("may_administer", "failed_attempts", "locked_until"):
        op.drop_column("board_account", column)


def downgrade() -> None:
    op.add_column("board_account", sa.Column("locked_until", sa.DateTime(), nullable=True))
    op.add_column("board_account", sa.Column("failed_attempts", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("board_account", sa.Column("may_administer", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute("UPDATE board_account SET may_administer = true WHERE role = 'administrator' AND granted_at IS NOT NULL")
    op.drop_index(op.f("ix_board_account_sign_on"), "board_account")
    for column in ("sign_on", "granted_at"):
        op.drop_column("board_account", column)
    for column in ("ended_by", "device", "address"):
        op.drop_column("board_session", column)
    op.drop_table("board_attempt")
