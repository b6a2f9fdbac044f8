"""trust: the audit is a chain, a loading knows its area, what an office has spelled as 检举控告 is restricted"""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

from data_access.freshness import as_ddl

revision = "0010"
down_revision = "0009"

AT_ONCE = 5000
AUDIT = sa.table(
    "board_audit",
    *(sa.column(name, kind) for name, kind in (("id", sa.BigInteger()), ("at", sa.DateTime()))),
    *(sa.column(name, sa.Text()) for name in ("username", "action", "detail", "digest")),
)
KEEPS = {
    "sqlite": (
        "DROP TRIGGER board_audit_keeps_update",
        "CREATE TRIGGER board_audit_keeps_update BEFORE UPDATE ON board_audit BEGIN SELECT RAISE(ABORT, 'board_audit is append-only'); END",
    ),
    "postgresql": (
        "ALTER TABLE board_audit DISABLE TRIGGER USER",
        "ALTER TABLE board_audit ENABLE TRIGGER USER",
    ),
}
ACCUSATIONS = """
UPDATE petition SET restricted = true WHERE restricted IS NOT TRUE AND (
    replace(replace(category, ' ', ''), '\u3000', '') LIKE '%检举%' OR replace(replace(category, ' ', ''), '\u3000', '') LIKE '%控告%'
)
"""


def upgrade() -> None:
    connection = op.get_bind()
    op.add_column("board_import", sa.Column("area_code", sa.Text(), server_default="", nullable=False))
    connection.execute(sa.text(ACCUSATIONS))
    op.add_column("board_audit", sa.Column("digest", sa.Text(), server_default="", nullable=False))
    away, back = KEEPS[connection.dialect.name]
    op.execute(as_ddl(away))
    _chain(connection)
    op.execute(as_ddl(back))


def _chain(connection: sa.Connection) -> None:
    """Each row's digest, made of the row and of the digest of the one before."""
    before, last = "", 0
    change = sa.update(AUDIT).where(AUDIT.c.id == sa.bindparam("of_id")).values(digest=sa.bindparam("new_digest"))
    while rows := connection.execute(sa.select(AUDIT).where(AUDIT.c.id > last).order_by(AUDIT.c.id).limit(AT_ONCE)).all():
        linked = []
        for row in rows:
            told = json.dumps([before, f"{row.at:%Y-%m-%d %H:%M:%S}", row.username, row.action, row.detail], ensure_ascii=False)
            before = hashlib.sha256(told.encode()).hexdigest()
            linked.append({"of_id": row.id, "new_digest": before})
        connection.execute(change, linked)
        last = rows[-1].id


def downgrade() -> None:
    op.drop_column("board_audit", "digest")
    op.drop_column("board_import", "area_code")
