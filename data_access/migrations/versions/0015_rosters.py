"""who is to stay a night (排班): rosters of townships and villages"""

import sqlalchemy as sa
from alembic import op

from data_access.freshness import as_ddl, mark_triggers
from data_access.value_types import value_guards

revision = "0015"
down_revision = "0014"

TABLE = "duty_roster"
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("person_id", ROW_ID, nullable=False),
        sa.Column("substitute_id", ROW_ID, nullable=True),
        sa.Column("post", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("source_ref", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("source", "source_ref", name=op.f(f"uq_{TABLE}_source_source_ref")),
    )
    for columns in (["recorded_at"], ["area_code", "night", "person_id"], ["night", "area_code"], ["person_id", "night"]):
        op.create_index(op.f(f"ix_{TABLE}_{'_'.join(columns)}"), TABLE, columns)
    dialect = op.get_bind().dialect.name
    for statement in (*mark_triggers(dialect, [TABLE]), *value_guards(dialect, [TABLE])):
        op.execute(as_ddl(statement))


def downgrade() -> None:
    op.drop_table(TABLE)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP FUNCTION board_mark_{TABLE}()")
