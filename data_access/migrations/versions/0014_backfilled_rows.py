"""rows that a file brought without a time of entry (以文件补录) are known as such; mappings and other names of units belong to an area"""

import sqlalchemy as sa
from alembic import op

from data_access.freshness import as_ddl
from data_access.value_types import value_guards

revision = "0014"
down_revision = "0013"

TIMED = ("night_stay", "night_session", "night_visit", "reception_slot", "captain_visit", "captain_meeting")


SAID = {"board_ledger_mapping": ("fingerprint", "kind"), "board_unit_alias": ("name",)}


def upgrade() -> None:
    for table, key in SAID.items():
        _key(table, key, (*key, "area_code"))
    _unguarded()
    for table in TIMED:
        op.add_column(table, sa.Column("backfilled", sa.Boolean(), server_default=sa.false(), nullable=True))
        op.execute(_of_earlier_loadings(table))
    if op.get_bind().dialect.name == "sqlite":  # PostgreSQL's guards are of days alone
        for statement in value_guards("sqlite", TIMED):
            op.execute(as_ddl(statement))


def downgrade() -> None:
    for table, key in SAID.items():
        op.execute(f"DELETE FROM {table} WHERE area_code <> ''")
        _key(table, (*key, "area_code"), key)
    _unguarded()
    for table in TIMED:
        op.drop_column(table, "backfilled")
    if op.get_bind().dialect.name == "sqlite":
        for statement in value_guards("sqlite", TIMED, ("backfilled",)):
            op.execute(as_ddl(statement))


def _key(table: str, before: tuple[str, ...], now: tuple[str, ...]) -> None:
    """Another primary key; ``area_code`` comes or goes with it. SQLite makes the table anew."""
    name = op.f(f"pk_{table}")
    comes = "area_code" in now
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(name, type_="primary")
        if comes:
            batch.add_column(sa.Column("area_code", sa.Text(), server_default="", nullable=False))
        else:
            batch.drop_column("area_code")
        batch.create_primary_key(name, list(now))


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
