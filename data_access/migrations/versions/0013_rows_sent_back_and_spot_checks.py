"""the lines above a refused row are kept with it; spot checks and what was found, which only grow"""

import sqlalchemy as sa
from alembic import op

from data_access.freshness import as_ddl, mark_triggers

revision = "0013"
down_revision = "0012"

CHECK = "board_spot_check"
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
APPEND_ONLY = {
    "sqlite": [
        f"CREATE TRIGGER {CHECK}_keeps_{name} BEFORE {when} BEGIN SELECT RAISE(ABORT, '{CHECK} is append-only'); END"
        for name, when in (
            ("update", f"UPDATE ON {CHECK}"),
            ("delete", f"DELETE ON {CHECK}"),
            ("replace", f"INSERT ON {CHECK} WHEN EXISTS (SELECT 1 FROM {CHECK} WHERE id = NEW.id)"),
        )
    ],
    "postgresql": [
        f"CREATE TRIGGER {CHECK}_keeps BEFORE UPDATE OR DELETE OR TRUNCATE ON {CHECK} "
        "FOR EACH STATEMENT EXECUTE FUNCTION board_refuse_change()"
    ],
}


def upgrade() -> None:
    op.add_column("board_import_row", sa.Column("above", sa.Text(), nullable=True))
    op.create_table(
        CHECK,
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("ledger", sa.Text(), nullable=False),
        sa.Column("row_id", ROW_ID, nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("checked_at", sa.DateTime(), nullable=False),
        sa.Column("checked_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{CHECK}")),
    )
    op.create_index(op.f(f"ix_{CHECK}_ledger_row_id"), CHECK, ["ledger", "row_id"])
    op.create_index(op.f(f"ix_{CHECK}_day"), CHECK, ["day"])
    dialect = op.get_bind().dialect.name
    for statement in APPEND_ONLY[dialect]:
        op.execute(as_ddl(statement))
    for statement in mark_triggers(dialect, [CHECK]):
        op.execute(as_ddl(statement))


def downgrade() -> None:
    op.drop_table(CHECK)
    op.drop_column("board_import_row", "above")
