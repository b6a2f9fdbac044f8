"""captains' good deeds (善事), which are shown and published, never scored"""

import sqlalchemy as sa
from alembic import op

from data_access.freshness import as_ddl, mark_triggers
from data_access.value_types import value_guards

revision = "0018"
down_revision = "0017"

DEED = "good_deed"


def upgrade() -> None:
    row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        DEED,
        sa.Column("id", row_id, nullable=False),
        sa.Column("person_id", row_id, nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("source_ref", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{DEED}")),
        sa.UniqueConstraint("source", "source_ref", name=op.f(f"uq_{DEED}_source_source_ref")),
    )
    for columns in (["recorded_at"], ["done_on", "person_id"], ["person_id", "done_on"]):
        op.create_index(op.f(f"ix_{DEED}_{'_'.join(columns)}"), DEED, columns)
    dialect = op.get_bind().dialect.name
    for statement in (*mark_triggers(dialect, [DEED]), *value_guards(dialect, [DEED])):
        op.execute(as_ddl(statement))


def downgrade() -> None:
    op.drop_table(DEED)
