"""The manual: every term is one of the registry, every page leads to a section that there is, every command is one that the program has."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine
from streamlit.util import calc_hash

from data_access.accounts import Role
from data_access.clock import beijing_now
from metrics.registry import REGISTRY
from pages.common.navigation import ENTRIES
from reports.manual import CHAPTERS, FOLDER, OF_ADMIN, WHERE, Picture, Section, chapter, where
from tests.builders import TOWNSHIP, a_county
from tests.signed_in import a_board, an_account

ROOT = Path(__file__).parents[1]


def sections(name: str) -> dict[str, Section]:
    return {section.title: section for section in chapter(name).sections}


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_is_read_whole(name: str) -> None:
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    read = chapter(name)
    assert len(read.sections) == len(re.findall("^## ", text, re.MULTILINE)) >= 3
    assert read.title.startswith(name)
    blocks = [block for section in read.sections for block in section.blocks]
    assert sum(isinstance(block, Picture) for block in blocks) == text.count("![")
    assert sum(len(section.terms) for section in read.sections) == text.count("](口径:")
    assert not [block for block in blocks if isinstance(block, str) and ("用语：" in block or "![" in block)]


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_term_is_called_what_its_definition_is_called(name: str) -> None:
    for section in chapter(name).sections:
        for term in section.terms:
            assert REGISTRY[term.indicator].name == term.name


def test_a_page_leads_to_a_section_that_there_is() -> None:
    assert set(WHERE) <= {entry.url_path for entry in ENTRIES}
    for name, section in (*WHERE.values(), *OF_ADMIN.values()):
        assert section in sections(name), (name, section)
    assert where("admin", "台账", "管理员") == ("台账员", "装一份台账")
    assert where("admin", "审计", "管理员") == ("管理员", "审计")
    assert where("admin", "推送", "管理员") == ("管理员", "推送")
    assert where("wall", "", "台账员") == ("台账员", "装一份台账")
    assert where("enter", "", "台账员") == ("台账员", "填报今晚")
    with pytest.raises(KeyError):
        chapter("../decisions")


def test_the_commands_of_the_manual_are_the_programs() -> None:
    commands = set(re.findall(r"python -m (data_access|reports|ingest) ([a-z-]+)", "".join(chapter_text(name) for name in CHAPTERS)))
    assert len(commands) >= 6
    for module in {module for module, _ in commands}:
        told = subprocess.run([sys.executable, "-m", module, "--help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        assert not [command for of, command in commands if of == module and command not in told]


def chapter_text(name: str) -> str:
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("role", "title"), [(Role.LEADER, "领导"), (Role.TOWNSHIP, "台账员"), (Role.AUDITOR, "管理员")])
def test_the_help_page_begins_with_the_readers_own_chapter(served: Engine, role: Role, title: str) -> None:
    with served.begin() as connection:
        a_county(connection)
    board = a_board(served, an_account(served, role, now=beijing_now(), area=TOWNSHIP if role is Role.TOWNSHIP else ""))
    board._page_hash = calc_hash("help")
    board.context["url"] = "http://localhost:8501/help"
    board.run()
    assert not board.exception
    assert f'<h1 class="board-title">{title}' in " ".join(block.proto.body for block in board.get("html"))
    assert [heading.value for heading in board.subheader] == list(sections(title))


def test_every_file_that_the_documents_of_an_operator_name_is_there() -> None:
    for document in (ROOT / "README.zh-CN.md", ROOT / "deploy" / "README.md"):
        for target in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), (document.name, target)


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_buttons_of_the_manual_are_the_boards(name: str) -> None:
    """点“装入 N 行”: a button of some page; N and …… stand for what the page fills in."""
    source = "\n".join(path.read_text(encoding="utf-8") for folder in ("pages", "reports/views") for path in (ROOT / folder).rglob("*.py"))
    for words in re.findall(r"(?:点|按)“([^”]+)”", chapter_text(name)):
        pattern = r"[^\n]{0,60}?".join(map(re.escape, re.split("N|……", words)))
        assert re.search(f'"{pattern}', source), words
