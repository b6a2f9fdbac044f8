"""Imports run one way: app → pages/<area> → pages/common → {data_access, metrics, reports}, reports → metrics, ingest → data_access."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = ("server", "app", "pages", "reports", "metrics", "data_access", "ingest", "bench", "tests")

MAY_IMPORT = {
    "data_access": {"data_access"},
    "metrics": {"metrics"},
    "reports": {"reports", "metrics"},
    "ingest": {"ingest", "data_access"},
    "pages": {"pages", "reports", "metrics", "data_access"},
    "app": {"pages", "server"},
    "server": {"pages", "data_access"},
}
BY_FILE = {
    # Where reports meets the database: the source of facts, and the commands, whose default is the present.
    "reports/source.py": {"data_access"},
    "reports/__main__.py": {"data_access"},
    "reports/backup_command.py": {"data_access"},
    "reports/notices.py": {"data_access"},
    "reports/notify_command.py": {"data_access"},
}
STREAMLIT = ("server", "app", "pages")
SQLALCHEMY = ("data_access", "ingest", "tests", "bench")


def files(layer: str) -> list[Path]:
    if layer in ("server", "app"):
        return [ROOT / f"{layer}.py"]
    return sorted(file for file in (ROOT / layer).rglob("*.py") if "node_modules" not in file.parts)


def imported(file: Path) -> Iterator[str]:
    """Every module a file imports, wherever in it, with its full name."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file.relative_to(ROOT)} imports relative to itself"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def top(module: str) -> str:
    return module.partition(".")[0]


def breaches(layer: str, forbidden: str) -> list[str]:
    return [f"{file.relative_to(ROOT)} imports {name}" for file in files(layer) for name in imported(file) if top(name) == forbidden]


@pytest.mark.parametrize("layer", MAY_IMPORT)
def test_a_layer_imports_only_what_lies_below_it(layer: str) -> None:
    assert files(layer), f"nothing to check in {layer}"
    for file in files(layer):
        path = file.relative_to(ROOT).as_posix()
        used = {top(name) for name in imported(file)} & set(OURS)
        assert used <= MAY_IMPORT[layer] | BY_FILE.get(path, set()), path


def test_what_both_lower_floors_have_to_know_they_know_alike() -> None:
    """``data_access`` and ``metrics`` never import each other, so a few words of the contract are written in both."""
    from data_access import captains, nights, petitions, scope
    from metrics import vocabulary

    assert scope.CODE_LENGTHS == vocabulary.CODE_LENGTHS
    assert nights.TOWNSHIP_CADRES == vocabulary.TOWNSHIP_CADRES
    assert nights.VILLAGE_CADRES == vocabulary.VILLAGE_CADRES
    assert petitions.CAPTAIN_ROLES == vocabulary.CAPTAINS == tuple(captains.CAPTAIN_LEVELS)


def test_the_common_part_of_the_pages_knows_no_page() -> None:
    for file in files("pages"):
        area = file.relative_to(ROOT / "pages").parts[0]
        for name in imported(file):
            if top(name) == "pages":
                imports = name.split(".")[1]
                assert imports in ("common", area), f"{file.relative_to(ROOT)} imports {name}"


def test_a_page_is_imported_by_nobody_and_helpers_by_their_own_area() -> None:
    from pages.common.navigation import ENTRIES

    pages = {entry.file.removesuffix(".py").replace("/", ".") for entry in ENTRIES}
    for layer in MAY_IMPORT:
        for file in files(layer):
            assert not pages & {name.rsplit(".", 1)[0] for name in imported(file)}, file


@pytest.mark.parametrize("layer", [layer for layer in (*MAY_IMPORT, "bench") if layer not in STREAMLIT])
def test_streamlit_only_in_the_app_and_its_pages(layer: str) -> None:
    # The benchmark speaks Streamlit's wire format; it runs no Streamlit code of ours.
    found = [each for each in breaches(layer, "streamlit") if not (layer == "bench" and "streamlit.proto" in each)]
    assert found == []


@pytest.mark.parametrize("layer", [layer for layer in MAY_IMPORT if layer not in SQLALCHEMY])
def test_sqlalchemy_only_where_the_database_is(layer: str) -> None:
    assert breaches(layer, "sqlalchemy") == []


def test_caches_only_in_the_loaders() -> None:
    """Two kinds of things are kept elsewhere: assets that never change (``cache_resource``), never data."""
    for file in files("pages"):
        if file.name != "loaders.py":
            assert "cache_data" not in file.read_text(encoding="utf-8"), file


def test_no_python_directly_in_pages() -> None:
    """Streamlit would serve it to a cold deep link without running app.py, and so without the login."""
    assert list((ROOT / "pages").glob("*.py")) == []


def test_every_file_can_be_read_in_one_sitting() -> None:
    long = {}
    for layer in OURS:
        for file in files(layer):
            lines = len(file.read_text(encoding="utf-8").splitlines())
            if lines > 500 and "migrations" not in file.parts:
                long[file.relative_to(ROOT).as_posix()] = lines
    assert long == {}


def test_a_page_reads_as_filters_loader_chart_definition() -> None:
    """A page is under about eighty lines; what it is made of lies beside it."""
    from pages.common.navigation import existing_entries

    long = {entry.file: len((ROOT / entry.file).read_text(encoding="utf-8").splitlines()) for entry in existing_entries()}
    assert {name: lines for name, lines in long.items() if lines > 100} == {}
