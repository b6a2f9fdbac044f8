"""what a unit itself tells of a night (填报): its note, when and by whom it was last saved"""

import sqlalchemy as sa
from alembic import op

from data_access.freshness import as_ddl, mark_triggers

revision = "0016"
down_revision = "0015"

TABLE = "board_night_entry"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.Column("saved_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("area_code", "night", name=op.f(f"pk_{TABLE}")),
    )
    for statement in mark_triggers(op.get_bind().dialect.name, [TABLE]):
        op.execute(as_ddl(statement))


def downgrade() -> None:
    op.drop_table(TABLE)
