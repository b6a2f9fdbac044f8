"""The tables: the contract's words, the same on both databases, ready for programs that know only the contract."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, inspect, text
from sqlalchemy.exc import OperationalError

from data_access.engine import engine
from data_access.freshness import change_marks
from data_access.migrate import alembic_config, upgrade
from data_access.revisions import at_head, head, is_made, revision
from data_access.tables import CONTRACT, Table
from ingest.ledgers.journal import digest_of
from tests.builders import table_marks

RECORDED = "recorded_at source source_ref"
PROMISED = {
    "calendar_day": "day is_workday name",
    "area": "code parent_code level name ranked valid_from valid_to",
    "department": "code name ranked valid_from valid_to",
    "person": "id name phone",
    "appointment": "id person_id role area_code valid_from valid_to certificate_on",
    "leave_period": "id person_id kind first_day last_day",
    "household": "id area_code kind card_on valid_from valid_to",
    "night_stay": f"id person_id area_code night note {RECORDED}",
    "duty_roster": f"id area_code night person_id substitute_id post phone {RECORDED}",
    "night_session": f"id kind area_code held_on minutes theme attendees measures measures_done needs note {RECORDED}",
    "night_lecturer": "id session_id person_id",
    "night_visit": f"id person_id area_code visited_on people note {RECORDED}",
    "reception_slot": f"id area_code day place leader_id backup_id published received_by batches visitors {RECORDED}",
    "petition": "id number area_code channel origin_visit_id origin_slot_id category size sphere is_dispute is_xinfang restricted title "
    "petitioner_key opened_at contacted_at notified_at dispatched_at accepted_at due_at extended_to ended_at outcome on_the_spot "
    "evidence_on_file followed_up_at closed_at department_code level handler_id lead_id supervised is_group skip_level repeat_of returned "
    f"reopened last_progress_at {RECORDED}",
    "petition_event": "id petition_id at kind from_level to_level person_id note",
    "petition_rating": "id petition_id rated_at stars method independent",
    "captain_visit": f"id person_id household_id visited_on note {RECORDED}",
    "captain_meeting": f"id kind area_code held_on convener_id attendees {RECORDED}",
    "training_attendance": "id person_id kind held_on",
    "good_deed": f"id person_id done_on what published_on {RECORDED}",
    "survey_response": "id year person_id household_id score answered_on",
    "captain_mark": "id person_id year kind points passed reason evidence decided_by decided_on",
}

# What another office's program writes: the columns it has, in its own SQL, nothing of ours.
FOREIGN = {
    "calendar_day": "INSERT INTO calendar_day (day, is_workday) VALUES ('2031-01-01', FALSE)",
    "area": "INSERT INTO area (code, level, name) VALUES ('149981', 'county', '青石县')",
    "department": "INSERT INTO department (code, name) VALUES ('149981D001', '县住建局')",
    "person": "INSERT INTO person (name) VALUES ('张三')",
    "appointment": "INSERT INTO appointment (person_id, role, area_code) VALUES (1, 'township_chief', '149981101')",
    "leave_period": "INSERT INTO leave_period (person_id, kind, first_day) VALUES (1, 'leave', '2026-10-08')",
    "household": "INSERT INTO household (area_code, kind) VALUES ('149981101201', 'key')",
    "night_stay": "INSERT INTO night_stay (person_id, area_code, night) VALUES (1, '149981101', '2026-10-08')",
    "duty_roster": "INSERT INTO duty_roster (area_code, night, person_id, post) VALUES ('149981101', '2026-10-08', 1, 'lead')",
    "night_session": "INSERT INTO night_session (kind, area_code, held_on) VALUES ('study', '149981101', '2026-10-12')",
    "night_lecturer": "INSERT INTO night_lecturer (session_id, person_id) VALUES (1, 1)",
    "night_visit": "INSERT INTO night_visit (person_id, area_code, visited_on) VALUES (1, '149981101201', '2026-10-08')",
    "reception_slot": "INSERT INTO reception_slot (area_code, day, place) VALUES ('149981101', '2026-10-08', 'office')",
    "petition": "INSERT INTO petition (number, area_code, opened_at) VALUES ('P1', '149981101201', '2026-10-08 09:00:00')",
    "petition_event": "INSERT INTO petition_event (petition_id, at, kind) VALUES (1, '2026-10-08 09:00:00', 'open')",
    "petition_rating": "INSERT INTO petition_rating (petition_id, rated_at, stars) VALUES (1, '2026-10-08 09:00:00', 5)",
    "captain_visit": "INSERT INTO captain_visit (person_id, household_id, visited_on) VALUES (1, 1, '2026-10-08')",
    "captain_meeting": "INSERT INTO captain_meeting (kind, area_code, held_on) VALUES ('weekly', '14998110120101', '2026-10-08')",
    "training_attendance": "INSERT INTO training_attendance (person_id, held_on) VALUES (1, '2026-10-08')",
    "good_deed": "INSERT INTO good_deed (person_id, done_on, what) VALUES (1, '2026-10-08', '帮邻居收玉米')",
    "survey_response": "INSERT INTO survey_response (year, person_id, score) VALUES (2026, 1, 5)",
    "captain_mark": "INSERT INTO captain_mark (person_id, year, kind) VALUES (1, 2026, 'bonus')",
}


def test_the_contract_names_every_table_and_column() -> None:
    assert set(CONTRACT) == set(PROMISED) == set(FOREIGN)
    for table, columns in PROMISED.items():
        assert set(columns.split()) <= set(Table.metadata.tables[table].columns.keys()), table


def test_our_own_tables_say_so() -> None:
    assert [name for name in Table.metadata.tables if name not in PROMISED and not name.startswith("board_")] == []


def test_the_database_is_what_the_tables_say(migrated: Engine) -> None:
    with migrated.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "board_migration"})
        assert compare_metadata(context, Table.metadata) == []


def described(database: Engine) -> dict[str, object]:
    """Tables, columns, keys and indexes as the database itself tells them, without the names of types."""
    found = inspect(database)
    return {
        table: (
            {column["name"]: column["nullable"] for column in found.get_columns(table)},
            found.get_pk_constraint(table)["constrained_columns"],
            sorted((index["name"] or "", tuple(index["column_names"]), bool(index["unique"])) for index in found.get_indexes(table)),
            sorted(tuple(unique["column_names"]) for unique in found.get_unique_constraints(table)),
        )
        for table in sorted(found.get_table_names())
    }


def without_the_indexes_of_constraints(description: dict[str, object]) -> dict[str, object]:
    """PostgreSQL lists the index behind a unique constraint among the indexes too."""
    return {
        table: (columns, key, [index for index in indexes if not index[0].startswith("uq_")], uniques)
        for table, (columns, key, indexes, uniques) in description.items()  # type: ignore[misc]
    }


def test_both_databases_have_the_same_tables(sqlite_url: str, postgresql_url: str) -> None:
    descriptions = []
    for url in (sqlite_url, postgresql_url):
        database = engine(url)
        upgrade(database)
        descriptions.append(without_the_indexes_of_constraints(described(database)))
    assert descriptions[0] == descriptions[1]


def test_a_server_knows_without_alembic_what_alembic_knows(database: Engine, tmp_path: Path) -> None:
    with database.connect() as connection:
        assert [head()] == ScriptDirectory.from_config(alembic_config(connection)).get_heads()
        assert revision(connection) == head()
        assert at_head(connection)
        connection.execute(text("UPDATE board_migration SET version_num = '0002'"))
        assert not at_head(connection)
        assert is_made(connection)
        connection.rollback()
    with create_engine(f"sqlite:///{tmp_path / 'nothing.db'}").connect() as connection:
        assert revision(connection) == ""
        assert not is_made(connection)


def test_a_second_migration_changes_nothing(database: Engine) -> None:
    with database.begin() as connection:
        connection.execute(text(FOREIGN["night_stay"]))
    before = described(database)
    with database.connect() as connection:
        marks = change_marks(connection)
    upgrade(database)
    assert described(database) == before
    with database.connect() as connection:
        assert change_marks(connection) == marks
        assert connection.scalar(text("SELECT count(*) FROM night_stay")) == 1


def test_a_migration_that_fails_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    database = engine(f"sqlite:///{tmp_path / 'half.db'}")
    with database.begin() as connection:
        connection.execute(text("CREATE TABLE petition (number TEXT)"))  # another program has taken a name of the contract
    with pytest.raises(OperationalError, match="petition"):
        upgrade(database)
    assert set(inspect(database).get_table_names()) <= {"petition", "board_migration"}
    with database.begin() as connection:
        connection.execute(text("DROP TABLE petition"))
    upgrade(database)
    assert set(inspect(database).get_table_names()) >= set(CONTRACT)


def test_marks_of_whole_tables_are_kept_when_they_come_to_have_months(migrated: Engine, tmp_path: Path) -> None:
    """A database as 0002 left it, with rows and marks; PostgreSQL's in a schema of its own."""
    if migrated.dialect.name == "sqlite":
        old = create_engine(f"sqlite:///{tmp_path / 'old.db'}")
    else:
        with migrated.begin() as connection:
            connection.execute(text("CREATE SCHEMA before_months"))
        old = create_engine(migrated.url, connect_args={"options": "-c search_path=before_months"})
    try:
        with old.begin() as connection:
            command.upgrade(alembic_config(connection), "0002")
            for _ in range(2):
                connection.execute(text(FOREIGN["night_stay"]))
            assert connection.scalar(text("SELECT sum(version) FROM board_change_mark")) == 2
        upgrade(old)
        with old.begin() as connection:
            assert change_marks(connection) == {("night_stay", 0): 2}, "no mark goes back to a value it had"
            connection.execute(text(FOREIGN["night_stay"]))
            connection.execute(text(FOREIGN["person"]))
            assert change_marks(connection) == {("night_stay", 0): 2, ("night_stay", 202610): 1, ("person", 0): 1}
            assert connection.scalar(text("SELECT count(*) FROM night_stay")) == 3
    finally:
        old.dispose()
        if migrated.dialect.name == "postgresql":
            with migrated.begin() as connection:
                connection.execute(text("DROP SCHEMA before_months CASCADE"))


def test_rows_of_earlier_loadings_without_a_time_of_entry_are_known_as_such_and_can_be_taken_back(tmp_path: Path) -> None:
    old = create_engine(f"sqlite:///{tmp_path / 'old.db'}")
    loading = "'2026-11-02 09:00:00'"
    with old.begin() as connection:
        command.upgrade(alembic_config(connection), "0013")
        connection.execute(
            text(
                "INSERT INTO board_import (area_code, kind, file_name, digest, loaded_at, loaded_by, rows_total, rows_added, rows_changed, "
                f"rows_same, rows_refused) VALUES ('', 'night_stay', 'a.xlsx', 'd', {loading}, 'x', 2, 2, 0, 0, 0)"
            )
        )
        stay = (
            "INSERT INTO night_stay (person_id, area_code, night, recorded_at, source, source_ref) VALUES (1, '149981101', '2026-10-08', "
        )
        for at, source, ref in ((loading, "ledger", "1"), ("'2026-10-08 22:00:00'", "ledger", "2"), (loading, "feed", "3")):
            connection.execute(text(f"{stay}{at}, '{source}', '{ref}')"))
        table = Table.metadata.tables["night_stay"]
        first = text("SELECT * FROM night_stay WHERE source_ref = '1'")
        before = digest_of(table, connection.execute(first).mappings().one())
    upgrade(old)
    with old.begin() as connection:
        assert connection.scalars(text("SELECT backfilled FROM night_stay ORDER BY source_ref")).all() == [1, 0, 0]
        assert digest_of(table, connection.execute(first).mappings().one()) == before, "the loading could not be taken back any more"
        with pytest.raises(Exception, match=r"night_stay\.backfilled 不是是否"):
            connection.execute(text("UPDATE night_stay SET backfilled = 'ja'"))
        command.downgrade(alembic_config(connection), "0013")
        assert "backfilled" not in {column["name"] for column in inspect(connection).get_columns("night_stay")}
        connection.execute(text(FOREIGN["night_stay"]))
    old.dispose()


def test_two_programs_that_migrate_at_once_both_succeed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'both.db'}"
    with ThreadPoolExecutor(2) as pool:
        for running in [pool.submit(upgrade, create_engine(url, connect_args={"timeout": 30})) for _ in range(2)]:
            running.result()
    assert set(inspect(engine(url)).get_table_names()) >= set(CONTRACT)


@pytest.mark.parametrize("table", FOREIGN)
def test_other_programs_write_only_what_they_have_and_the_board_notices(connection: Connection, table: str) -> None:
    before = table_marks(change_marks(connection)).get(table, 0)
    connection.execute(text(FOREIGN[table]))
    assert table_marks(change_marks(connection))[table] == before + 1
    row = connection.execute(text(f"SELECT * FROM {table}")).mappings().one()
    for flag in {"is_dispute", "is_xinfang", "restricted", "supervised", "is_group", "skip_level", "published", "independent"} & set(row):
        assert not row[flag], f"{table}.{flag} is not false where it was not given"
    if table == "area":
        assert row["ranked"]


@pytest.mark.parametrize("table", ["night_stay", "petition", "captain_visit"])
def test_a_feed_loaded_twice_is_refused_the_second_time(connection: Connection, table: str) -> None:
    statement = FOREIGN[table].replace(") VALUES (", ", source, source_ref) VALUES (").removesuffix(")") + ", 'feed', '7')"
    connection.execute(text(statement))
    with pytest.raises(Exception, match=r"(?i)unique"), connection.begin_nested():
        connection.execute(text(statement.replace("'P1'", "'P2'")))
    assert connection.scalar(text(f"SELECT count(*) FROM {table}")) == 1


def test_rows_without_a_source_are_never_taken_for_each_other(connection: Connection) -> None:
    connection.execute(text(FOREIGN["night_stay"]))
    connection.execute(text(FOREIGN["night_stay"]))
    assert connection.scalar(text("SELECT count(*) FROM night_stay")) == 2


def test_the_audit_can_only_grow(database: Engine) -> None:
    with database.begin() as connection:
        connection.execute(text("INSERT INTO board_audit (at, username, action) VALUES ('2026-10-08 09:00:00', 'kept', 'sign_in')"))
    for statement in ("UPDATE board_audit SET username = 'other'", "DELETE FROM board_audit"):
        with pytest.raises(Exception, match="append-only"), database.begin() as connection:
            connection.execute(text(statement))
    with database.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM board_audit WHERE username = 'kept'")) >= 1
