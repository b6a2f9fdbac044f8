"""imports that can be taken back: what each loading wrote with the values before it, who chose which of two people of a name"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "board_import_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("import_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("row_key", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
    )
    op.create_index(op.f("ix_board_import_change_import_id"), "board_import_change", ["import_id"])
    op.create_index(op.f("ix_board_import_change_table_name_row_key"), "board_import_change", ["table_name", "row_key"])
    op.create_table(
        "board_person_choice",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("area_code", sa.Text(), primary_key=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("chosen_by", sa.Text(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(), nullable=False),
    )
    op.add_column("board_import", sa.Column("undone_at", sa.DateTime(), nullable=True))
    op.add_column("board_import", sa.Column("undone_by", sa.Text(), nullable=True))
    op.add_column("board_import", sa.Column("undone_why", sa.Text(), nullable=True))
    op.add_column("board_import_row", sa.Column("place", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("board_import_row", "place")
    for column in ("undone_why", "undone_by", "undone_at"):
        op.drop_column("board_import", column)
    op.drop_table("board_person_choice")
    op.drop_table("board_import_change")
