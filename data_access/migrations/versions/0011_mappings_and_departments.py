"""how offices' headings, words and units are read, as kept by whoever said so; the departments that petitions are dispatched to"""

import sqlalchemy as sa
from alembic import op

from data_access.freshness import as_ddl, mark_triggers

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "board_ledger_mapping",
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("kept_by", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", "kind", name=op.f("pk_board_ledger_mapping")),
    )
    op.create_table(
        "board_unit_alias",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("chosen_by", sa.Text(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_board_unit_alias")),
    )
    op.create_table(
        "board_household_alias",
        sa.Column("household_id", row_id, autoincrement=False, nullable=False),
        sa.Column("head_key", sa.Text(), nullable=False),
        sa.Column("door_key", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_board_household_alias")),
    )
    op.create_table(
        "department",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("ranked", sa.Boolean(), server_default=sa.true(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_department")),
    )
    for statement in mark_triggers(op.get_bind().dialect.name, ("department",)):
        op.execute(as_ddl(statement))
    op.add_column("petition", sa.Column("department_code", sa.Text(), nullable=True))
    given = sa.text("department_code IS NOT NULL")
    op.create_index("ix_petition_department", "petition", ["department_code"], postgresql_where=given, sqlite_where=given)


def downgrade() -> None:
    op.drop_index("ix_petition_department", "petition")
    op.drop_column("petition", "department_code")
    for table in ("department", "board_household_alias", "board_unit_alias", "board_ledger_mapping"):
        op.drop_table(table)
