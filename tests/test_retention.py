"""What is old is put away, and the audit's chain is verified all the same: with its archives and without."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from data_access.audit import ANCHOR, Action, record, verified_chain
from data_access.board_tables import BoardAudit, BoardImport, BoardImportChange, BoardImportRow, BoardProperty
from data_access.retention import RetentionError, archived_links, months_before, old_rows, put_away
from tests.test_attacks_audit import own as own

NOW = datetime(2026, 11, 26, 9, 0)
ROWS = {"rows_total": 1, "rows_added": 1, "rows_changed": 0, "rows_same": 0, "rows_refused": 1}


@pytest.fixture
def kept(own: Engine) -> Engine:
    """An audit of twenty months, five entries a month, and a loading a month with one refused row and one change."""
    with own.begin() as connection:
        for month in range(20, 0, -1):
            at = months_before(NOW, month) + timedelta(days=3)
            for number in range(5):
                record(connection, f"u{number}", Action.SIGN_IN, at + timedelta(hours=number))
            loaded = connection.execute(
                insert(BoardImport).values(kind="area", file_name="f", digest="d", loaded_at=at, loaded_by="x", **ROWS)
            ).inserted_primary_key[0]
            refused = {"row_number": 1, "column_title": "姓名", "reason": "r", "personal": True, "restricted": False, "cells": "[]"}
            connection.execute(insert(BoardImportRow).values(import_id=loaded, **refused))
            connection.execute(insert(BoardImportChange).values(import_id=loaded, table_name="area", row_key="1"))
    return own


def count(database: Engine, table: type) -> int:
    with database.connect() as connection:
        return connection.scalar(select(func.count()).select_from(table))


def test_old_entries_lie_in_a_file_and_the_chain_goes_on(kept: Engine, tmp_path: Path) -> None:
    with kept.begin() as connection:
        whole = verified_chain(connection)
        old, path = put_away(connection, NOW, 12, 6, tmp_path, "root")
    assert (old.audit, old.refused, old.changes) == (40, 14, 14)
    assert path
    assert path.stat().st_mode & 0o777 == 0o600
    assert count(kept, BoardAudit) == 60 + 2
    assert (count(kept, BoardImportRow), count(kept, BoardImportChange), count(kept, BoardImport)) == (6, 6, 20)
    with kept.connect() as connection:
        alone, together = verified_chain(connection), verified_chain(connection, whole.end, archived_links([path]))
        assert (alone.rows, alone.broken, alone.begins) == (62, None, True)
        assert (together.rows, together.broken, together.begins, together.seen) == (102, None, True, True)
        first = archived_links([path]).rows[0].digest
        assert not verified_chain(connection, first).seen, "it lies in the archive"
        assert verified_chain(connection, first, archived_links([path])).seen
    with pytest.raises(DBAPIError, match="append-only"), kept.begin() as connection:
        connection.execute(text("DELETE FROM board_audit WHERE id = 60"))


def test_a_second_archive_follows_the_first(kept: Engine, tmp_path: Path) -> None:
    with kept.begin() as connection:
        first = put_away(connection, NOW, 12, 12, tmp_path, "root")[1]
        second = put_away(connection, NOW + timedelta(days=30), 6, 12, tmp_path, "root")[1]
        assert first
        assert second
        found = verified_chain(connection, archived=archived_links([first, second]))
        assert (found.broken, found.begins) == (None, True)
        assert verified_chain(connection).begins
        assert verified_chain(connection, archived=archived_links([first])).broken, "the second is missing between"
    with pytest.raises(RetentionError, match="不接着前一份"):
        archived_links([second, first])
    with pytest.raises(RetentionError, match="不是审计归档"):
        archived_links([tmp_path / "none"])


def test_an_archive_that_was_changed_is_noticed(kept: Engine, tmp_path: Path) -> None:
    with kept.begin() as connection:
        path = put_away(connection, NOW, 12, 12, tmp_path, "root")[1]
    assert path
    path.write_text(path.read_text(encoding="utf-8").replace('"u3"', '"u4"', 1), encoding="utf-8")
    with kept.connect() as connection:
        broken = verified_chain(connection, archived=archived_links([path])).broken
    assert broken
    assert broken.id == 4


def test_a_beginning_that_no_entry_names_is_no_beginning(kept: Engine) -> None:
    """Whoever owns the tables cuts the beginning off and sets the anchor, without the entry that tells of it."""
    with kept.begin() as connection:
        digest = connection.scalar(select(BoardAudit.digest).where(BoardAudit.id == 10))
        if connection.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE board_audit DISABLE TRIGGER USER"))
        else:
            connection.execute(text("DROP TRIGGER board_audit_keeps_delete"))
        connection.execute(text("DELETE FROM board_audit WHERE id <= 10"))
        connection.execute(insert(BoardProperty), {"name": ANCHOR, "value": digest})
        found = verified_chain(connection)
    assert (found.broken, found.begins) == (None, False)


def test_the_audit_is_kept_for_half_a_year_at_least(kept: Engine, tmp_path: Path) -> None:
    with kept.begin() as connection:
        with pytest.raises(RetentionError, match="至少保留 6 个月"):
            old_rows(connection, NOW, 5, 12)
        assert put_away(connection, NOW, 24, 24, tmp_path, "root") == (old_rows(connection, NOW, 24, 24), None)
        put_away(connection, NOW + timedelta(days=4000), 6, 24, tmp_path, "root")
        assert verified_chain(connection).begins, "the last entry never goes"


@pytest.mark.parametrize(("months", "first"), [(0, datetime(2026, 11, 1)), (10, datetime(2026, 1, 1)), (12, datetime(2025, 11, 1))])
def test_months_are_whole(months: int, first: datetime) -> None:
    assert months_before(NOW, months) == first
