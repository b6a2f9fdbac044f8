"""What pages say through Streamlit's own elements no template puts right: it stands in the source as a reader is to see it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from reports.wording import chinese_marks

ROOT = Path(__file__).parents[1]
SOURCES = [ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py"))]
SHOWN = [*sorted((ROOT / "reports" / "templates").rglob("*.html")), *sorted((ROOT / "pages").rglob("*.js"))]
HAN = re.compile("[\u4e00-\u9fff]")
COMMENTS = re.compile(r"{#.*?#}|<!--.*?-->|/\*.*?\*/|(?<!:)//[^\n]*", re.DOTALL)
NARROW = re.compile("[\u4e00-\u9fff][,;:?!]|[,;:?!][\u4e00-\u9fff]|\\([\u4e00-\u9fff][^()]*\\)|[\u4e00-\u9fff]\\([^()]*\\)")


def texts(source: str) -> Iterator[str]:
    """Every text of a module but its docstrings; what an f-string fills in as a Chinese sign."""
    tree = ast.parse(source)
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) and any(isinstance(part, ast.Constant) and HAN.search(str(part.value)) for part in node.values):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "某" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said | parts:
            yield node.value


def test_the_texts_of_a_module_are_found() -> None:
    source = '"""说明,一"""\nst.error(f"没有做成:{why}。", help="再试(一次)")\n'
    assert list(texts(source)) == ["没有做成:某。", "再试(一次)"]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_page_writes_the_marks_of_chinese(path: Path) -> None:
    assert [text for text in texts(path.read_text(encoding="utf-8")) if chinese_marks(text) != text] == []


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_templates_and_scripts_write_the_marks_of_chinese(path: Path) -> None:
    assert NARROW.findall(COMMENTS.sub("", path.read_text(encoding="utf-8"))) == []
