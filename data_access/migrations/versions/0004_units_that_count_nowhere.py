"""an index of the units that count nowhere: a county's statements read no other county's units to find them"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

NAME = "ix_area_unranked"


def upgrade() -> None:
    op.create_index(NAME, "area", ["code"], postgresql_where=sa.text("ranked IS FALSE"), sqlite_where=sa.text("ranked IS 0"))


def downgrade() -> None:
    op.drop_index(NAME, "area")
