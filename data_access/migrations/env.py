"""Alembic's entry: upgrades the database whose connection ``data_access.migrate`` hands over."""

from alembic import context

from data_access import board_tables  # noqa: F401 (its tables belong to the metadata)
from data_access.revisions import VERSION_TABLE
from data_access.tables import Table

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Table.metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
    compare_server_default=False,
)
with context.begin_transaction():
    context.run_migrations()
