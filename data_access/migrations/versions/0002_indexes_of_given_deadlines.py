"""indexes of the deadlines that a petition was given: what is due in a month is found without reading every petition"""

from alembic import op

revision = "0002"
down_revision = "0001"

COLUMNS = ("due_at", "extended_to")


def upgrade() -> None:
    for column in COLUMNS:
        op.create_index(op.f(f"ix_petition_{column}"), "petition", [column])


def downgrade() -> None:
    for column in COLUMNS:
        op.drop_index(op.f(f"ix_petition_{column}"), "petition")
