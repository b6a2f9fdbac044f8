"""What has been tried against the board and what held: ``python -m tests.attacks`` runs the tests that attack it and prints three tables;
with ``--write`` docs/security.md keeps them with the date.

The first is a grid of kinds of accounts by pages, queries, answers kept, files and links (``tests.grid``), counted while it is tried, and
the tests beside it. The attacks are an outsider's, an office's and an administrator's, the faults are a machine's: there a row is a test,
in its own words. Paths and ``-k`` of pytest may be given, to try a part; nothing of this machine is needed but its loopback.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from data_access.clock import beijing_now
from tests import grid

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "docs" / "security.md"
MARK = "<!-- written by python -m tests.attacks -->"
TABLES: Mapping[str, Sequence[str]] = {
    "谁看得到什么 Roles × pages, queries, answers kept, files, links": (
        "tests/test_attacks_grid.py",
        "tests/test_app_pages.py",
        "tests/test_scope_properties.py",
        "tests/test_answers.py",
    ),
    "攻击 Attacks": (
        "tests/test_attacks_door.py",
        "tests/test_attacks_web.py",
        "tests/test_attacks_files.py",
        "tests/test_attacks_sign_in.py",
        "tests/test_attacks_accounts.py",
        "tests/test_attacks_three.py",
        "tests/test_attacks_sign_on.py",
        "tests/test_attacks_data.py",
        "tests/test_attacks_ledgers.py",
        "tests/test_attacks_notices.py",
        "tests/test_attacks_papers.py",
        "tests/test_attacks_words.py",
        "tests/test_attacks_audit.py",
        "tests/test_small_cells.py",
    ),
    "故障 Faults": (
        "tests/test_faults.py",
        "tests/test_faults_together.py",
        "tests/test_deadline.py",
        "tests/test_two_processes.py",
        "tests/test_backup.py",
    ),
}


@dataclass
class Tried:
    """A test of one name: how many cases of it ran, and how many of them held."""

    cases: int = 0
    held: int = 0
    skipped: int = 0


class Recorder:
    """A plugin of pytest's that counts cases by file and name."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, str], Tried] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        file, _, name = report.nodeid.partition("::")
        tried = self.found.setdefault((file, name.partition("[")[0]), Tried())
        if report.skipped:
            tried.skipped += 1
        elif report.when == "call":
            tried.cases += 1
            tried.held += report.passed
        elif report.failed:  # it could not even be tried
            tried.cases += 1


def in_words(name: str) -> str:
    """``test_a_session_id_alone_opens_nothing`` → a session id alone opens nothing."""
    return re.sub(r"^test_", "", name).replace("_", " ")


def tables(found: Mapping[tuple[str, str], Tried]) -> list[str]:
    lines = []
    for title, files in TABLES.items():
        ordered = sorted(found.items(), key=lambda each: (files.index(each[0][0]) if each[0][0] in files else -1, each[0][1]))
        rows = [(in_words(name), tried) for (file, name), tried in ordered if file in files and tried.cases]
        lines += [
            "",
            f"## {title}",
            *(grid.tables() if "tests/test_attacks_grid.py" in files else []),
            "",
            "| tried | cases | held |",
            "| --- | ---: | ---: |",
        ]
        lines += [f"| {words} | {tried.cases} | {tried.held if tried.held < tried.cases else 'all'} |" for words, tried in rows]
    return lines


def main(arguments: Sequence[str]) -> int:
    recorder = Recorder()
    given = [each for each in arguments if each != "--write"]
    if given and "--write" in arguments:
        print("--write keeps what a whole run has found, not a part's", file=sys.stderr)
        return 2
    files = [] if any(each.startswith("tests/") for each in given) else [file for each in TABLES.values() for file in each]
    code = pytest.main(["-q", "-m", "not e2e", "-p", "no:cacheprovider", *files, *given], [recorder])
    told = tables(recorder.found)
    print("\n".join(told))
    if "--write" in arguments:
        head = KEPT.read_text(encoding="utf-8").partition(MARK)[0]
        cases, looked_at = sum(each.cases for each in recorder.found.values()), sum(each.count for each in grid.TRIED.values())
        dated = f"*{beijing_now():%Y-%m-%d}, {cases} cases; the grid is of {looked_at} looks.*"
        KEPT.write_text("\n".join([head + MARK, "", dated, *told]) + "\n", encoding="utf-8")
    return int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
