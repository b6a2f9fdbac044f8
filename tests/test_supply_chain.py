"""What is installed is what was locked, and its licences are told."""

from __future__ import annotations

import re
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.licences import LIST, LOCK, ROOT, locked

PAIRS = [("requirements.txt", LOCK), ("requirements-dev.txt", ROOT / "requirements-dev.lock")]


def asked_for(path: Path) -> set[tuple[str, str]]:
    """(package, version) of the lines of a requirements file."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith(("-", "#"))]
    return {(each.name.lower(), str(each.specifier).removeprefix("==")) for each in map(Requirement, lines)}


@pytest.mark.parametrize(("requirements", "lock"), PAIRS)
def test_the_lock_is_of_the_requirements(requirements: str, lock: Path) -> None:
    """After a change of requirements: ``make lock``."""
    assert asked_for(ROOT / requirements) <= set(locked(lock))


@pytest.mark.parametrize("lock", [lock for _, lock in PAIRS])
def test_every_package_is_pinned_by_the_hashes_of_its_files(lock: Path) -> None:
    entries = re.split(r"\n(?=[\w.,\[\]-]+==)", lock.read_text(encoding="utf-8"))[1:]
    assert len(entries) == len(locked(lock))
    assert [entry.split("==")[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("lock", [lock for _, lock in PAIRS])
def test_what_is_asked_for_with_an_extra_is_pinned_with_it(lock: Path) -> None:
    """Else an older pip looks past the pin at the newest version, and refuses the day there is one."""
    text = lock.read_text(encoding="utf-8").lower()
    asked: set[tuple[str, str]] = set()
    for package, _ in locked(lock):
        with suppress(PackageNotFoundError):
            for each in map(Requirement, requires(package) or ()):
                if each.extras and (each.marker is None or each.marker.evaluate({"extra": ""})):
                    asked |= {(each.name.lower(), extra) for extra in each.extras}
    unpinned = [f"{name}[{extra}]" for name, extra in sorted(asked) if not re.search(rf"^{name}\[[\w,-]*\b{extra}\b", text, re.MULTILINE)]
    assert unpinned == []
    assert re.search(r"^[\w.-]+\[", text, re.MULTILINE)


def test_tests_run_with_the_packages_that_the_board_runs_with() -> None:
    assert set(locked()) <= set(locked(PAIRS[1][1]))


def test_the_licence_of_every_package_is_listed() -> None:
    rows = re.findall(r"^\| ([\w.-]+) \| ([\d.]\S*) \| (.*) \|$", LIST.read_text(encoding="utf-8"), re.MULTILINE)
    assert [(name, version) for name, version, _ in rows] == locked()
    assert [name for name, _, licence in rows if not licence] == []
