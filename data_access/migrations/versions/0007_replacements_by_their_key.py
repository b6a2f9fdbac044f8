"""SQLite's triggers ask for a replaced row by each key's own index"""

from alembic import op

from data_access.freshness import MARKED, as_ddl, drop_mark_triggers, mark_triggers

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for statement in (*drop_mark_triggers(MARKED), *mark_triggers("sqlite", MARKED)):
        op.execute(as_ddl(statement))


def downgrade() -> None:
    """The triggers of this program are those of any."""
