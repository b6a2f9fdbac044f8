"""A clerk before tomorrow's meeting: sign in, three files and one picture, all of them ready to open."""

from __future__ import annotations

import io

import openpyxl
from docx import Document
from playwright.sync_api import Locator, Page
from pptx import Presentation

from tests.e2e.board import Board, offered, opened, signed_in
from tests.e2e.conftest import NewBrowser


def downloaded(page: Page, button: Locator) -> tuple[str, io.BytesIO]:
    with page.expect_download() as saved:
        button.click()
    return saved.value.suggested_filename, io.BytesIO(saved.value.path().read_bytes())


def test_three_files_and_a_picture(board: Board, new_browser: NewBrowser) -> None:
    page = signed_in(new_browser(), board, "zuzhibu", "/meeting")
    page.get_by_role("button", name="生成会议材料").click()
    files = {kind: downloaded(page, page.get_by_role("button", name=f"下载{kind}")) for kind in ("演示", "通报", "附表")}
    assert [name.rsplit(".", 1)[1] for name, _ in files.values()] == ["pptx", "docx", "xlsx"]
    slides = Presentation(files["演示"][1]).slides
    titles = [slide.shapes.title.text for slide in slides if slide.shapes.title is not None]
    assert any(shape.has_chart for slide in slides for shape in slide.shapes)
    assert all(titles)
    paragraphs = [each.text for each in Document(files["通报"][1]).paragraphs]
    assert any("通报" in each for each in paragraphs)
    assert len(openpyxl.load_workbook(files["附表"][1]).sheetnames) > 2
    opened(page, board)
    name, picture = downloaded(page, offered(page, "乡镇住夜达标率", "PNG"))
    assert name.endswith(".png")
    head = picture.read(24)
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert min(int.from_bytes(head[16:20]), int.from_bytes(head[20:24])) > 800, "large enough to project"
