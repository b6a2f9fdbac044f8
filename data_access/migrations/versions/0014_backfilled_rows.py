"""rows that a file brought without a time of entry (以文件补录) are known as such"""

import sqlalchemy as sa
from alembic import op

from data_access.freshness import as_ddl
from data_access.value_types import value_guards

revision = "0014"
down_revision = "0013"

TIMED = ("night_stay", "night_session", "night_visit", "reception_slot", "captain_visit", "captain_meeting")


def upgrade() -> None:
    _unguarded()
    for table in TIMED:
        op.add_column(table, sa.Column("backfilled", sa.Boolean(), server_default=sa.false(), nullable=True))
        op.execute(_of_earlier_loadings(table))
    if op.get_bind().dialect.name == "sqlite":  # PostgreSQL's guards are of days alone
        for statement in value_guards("sqlite", TIMED):
            op.execute(as_ddl(statement))


def downgrade() -> None:
    _unguarded()
    for table in TIMED:
        op.drop_column(table, "backfilled")
    if op.get_bind().dialect.name == "sqlite":
        for statement in value_guards("sqlite", TIMED, ("backfilled",)):
            op.execute(as_ddl(statement))


def _of_earlier_loadings(table: str) -> sa.Update:
    """A loaded row whose entry is the moment of a loading: its file did not say when it was."""
    rows = sa.table(table, sa.column("source"), sa.column("recorded_at"), sa.column("backfilled"))
    loadings = sa.select(sa.table("board_import", sa.column("loaded_at")).c.loaded_at)
    return sa.update(rows).where(rows.c.source == "ledger", rows.c.recorded_at.in_(loadings)).values(backfilled=sa.true())


def _unguarded() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in TIMED:
            for verb in ("insert", "update"):
                op.execute(f"DROP TRIGGER board_type_{table}_{verb}")
