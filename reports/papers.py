"""The county's own papers: a 红头 template for the circular (Word) and a master for the deck (slides), where the office has given them.

They lie in one folder (``BOARD_PAPERS``, else ``var/papers``): ``通报.docx`` and ``演示.pptx``. Without them the board's own form is used.
One that cannot be used is no reason to write in another form without a word: it raises :class:`PaperError`, which says what to mend.
``python -m reports papers`` checks both. docs/papers.md is for whoever makes them.

They are files like any other that comes in: looked at before a library unpacks them, and a template names fields and can do nothing else.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from docx.document import Document as Docx
from docx.opc.exceptions import PackageNotFoundError as NoDocx
from docx.oxml import parse_xml
from docxtpl import DocxTemplate
from jinja2 import TemplateError, TemplateSyntaxError
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pptx import Presentation
from pptx.exc import PackageNotFoundError as NoPptx
from pptx.presentation import Presentation as Deck
from pptx.util import Inches

from reports.meeting_files import PaperError as PaperError

FOLDER = Path("var/papers")
CIRCULAR, DECK = "通报.docx", "演示.pptx"
BODY, ANNEXES, DATE = "正文", "附件", "成文日期"
PLACES = (BODY, ANNEXES)
FIELDS = ("标题", "主送", BODY, DATE, ANNEXES, "县", "时段")
"""What a template may name in {{ }}; 正文, the text with its headings, it must, and 附件 (the annexed tables) where it names 成文日期,
which stands between the two."""
STYLES = ("Normal", "Title", "Heading 1", "Heading 2", "Table Grid")
TITLE_LAYOUTS = ("仅标题", "Title Only")
WIDTH, HEIGHT = 13.333, 7.5
CLOSE = 0.02
MOST_UNPACKED, MOST_PARTS = 200 * 2**20, 3000
"""Of a file's parts together; pictures of a master are its largest."""
_DECLARED = tuple("<!DOCTYPE".encode(code) for code in ("ascii", "utf-16-le", "utf-16-be"))
"""No office program writes it; entities are declared there, and with them a file that grows without end or reads others."""
_ENCODING = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"'](?!utf-?8[\"']|us-ascii[\"'])", re.IGNORECASE)
_ELSEWHERE = re.compile(r"\s*(?:https?:|ftp:|\\\\|//|file:/{2}[^/])", re.IGNORECASE)
"""What is fetched from another machine when the paper is opened: a picture, a template. A link is not, nor a folder of this one."""


def _mark(name: str) -> str:
    """What stands in a place until it is filled; nobody writes it."""
    return f"\N{WORD JOINER}{name}在此\N{WORD JOINER}"


def folder() -> Path:
    return Path(os.environ.get("BOARD_PAPERS") or FOLDER)


def _looked_at(path: Path) -> None:
    """Raises :class:`PaperError` for a file that is not to be unpacked, or that fetches something from elsewhere."""
    with ZipFile(path) as file:
        parts = file.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise PaperError(f"{path} 展开后超过 {MOST_UNPACKED // 2**20} MB 或 {MOST_PARTS} 个部件:删去大图片后另存")
        for part in parts:
            if part.filename.endswith((".xml", ".rels")):
                held = file.read(part)
                if _is_strange(held):
                    raise PaperError(f"{path} 的 {part.filename} 不是 Office 写的:用 Word、PowerPoint 或 WPS 打开后另存")
                if part.filename.endswith(".rels") and _fetches(held):
                    raise PaperError(f"{path} 引用了别的机器上的图片或模板({part.filename}):把图片嵌入文件,或去掉这个引用")


def _is_strange(part: bytes) -> bool:
    """Whether a part is what no office program writes: with a declaration, or in signs in which one could hide."""
    begins = part.removeprefix(b"\xef\xbb\xbf").lstrip()
    in_two_bytes = part[:2] in (b"\xff\xfe", b"\xfe\xff") and part[2:4] != b"\0\0"  # as UTF-32 begins
    is_plain = in_two_bytes or (begins[:1] == b"<" and not _ENCODING.match(begins))
    return not is_plain or any(sign in part for sign in _DECLARED)


def _fetches(relations: bytes) -> bool:
    external = (each for each in parse_xml(relations) if each.get("TargetMode") == "External")
    return any(_ELSEWHERE.match(each.get("Target", "")) and not each.get("Type", "").endswith("/hyperlink") for each in external)


# --- the circular ---------------------------------------------------------------------------------------------------


class _FieldsOnly(Extension):
    """Of Jinja's language a template has ``{{ 名称 }}`` and nothing else: no attribute, call, filter, reckoning, loop."""

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        return self._checked(stream)

    def _checked(self, stream: TokenStream) -> Iterator[Token]:
        inside = 0
        for token in stream:
            inside = 0 if token.type in ("data", "variable_begin") else inside + 1
            expected = {0: ("data", "variable_begin"), 1: ("name",), 2: ("variable_end",)}
            if token.type not in expected.get(inside, ()):
                raise TemplateSyntaxError("只能写 {{名称}},里面不能有别的", token.lineno)
            yield token


def _fields_only() -> ImmutableSandboxedEnvironment:
    """For whatever of a template is rendered: text, headers, footers, notes, the file's properties."""
    return ImmutableSandboxedEnvironment(autoescape=True, extensions=[_FieldsOnly])


class Circular:
    """A circular in the office's form: what is added to :attr:`document` from now on stands where the template says 正文, and after
    :meth:`annexes_begin` where it says 附件."""

    def __init__(self, path: Path, fields: dict[str, str]) -> None:
        template = _template(path)
        self.named = _named(path, template)
        try:
            filled = {**{name: fields.get(name, "") for name in FIELDS}, **{name: _mark(name) for name in PLACES}}
            template.render(filled, _fields_only(), autoescape=True)
        except TemplateError as problem:
            raise PaperError(f"{path} 的占位写错了:{problem}") from problem
        self.document: Docx = template.docx
        self._places = {name: self._place(path, name) for name in PLACES if name in self.named}
        missing = [name for name in STYLES if name not in {style.name for style in self.document.styles}]
        if missing:
            raise PaperError(
                f"{path} 缺少样式 {'、'.join(missing)}(Word 里是 正文、标题、标题 1、标题 2、网格型):在样式里显示并使用一次后保存"
            )
        self._there = list(self.document.element.body)
        self._text: list[Any] | None = None

    def _place(self, path: Path, name: str) -> Any:
        found = [each for each in self.document.paragraphs if _mark(name) in each.text]
        if len(found) != 1 or found[0].text.strip() != _mark(name):
            raise PaperError(f"{path} 的 {{{{{name}}}}} 应独占一段,不在表格或文本框里,只出现一次")
        return found[0]._p

    def _added(self) -> list[Any]:
        before = set(map(id, self._there))
        return [each for each in self.document.element.body if id(each) not in before]

    def annexes_begin(self) -> None:
        self._text = self._added()

    def finished(self) -> Docx:
        """The document, all that was added moved to where it belongs."""
        added = self._added()
        text = added if self._text is None else self._text
        annexes = added[len(text) :]
        for element in text:
            self._places[BODY].addprevious(element)
        for element in annexes:
            self._places.get(ANNEXES, self._places[BODY]).addprevious(element)
        for place in self._places.values():
            place.getparent().remove(place)
        return self.document


def circular(fields: dict[str, str]) -> Circular | None:
    """In the office's form; None where it has given none."""
    path = folder() / CIRCULAR
    return Circular(path, fields) if path.is_file() else None


def _template(path: Path) -> DocxTemplate:
    try:
        _looked_at(path)
        template = DocxTemplate(path)
        template.init_docx()
    except PaperError:
        raise
    except (NoDocx, BadZipFile, KeyError, ValueError) as problem:
        raise PaperError(f"{path} 不是 Word 文档(.docx):用 Word 或 WPS 打开后另存为 .docx") from problem
    return template


def _named(path: Path, template: DocxTemplate) -> set[str]:
    """The fields that the template names, in its text, headers and footers."""
    try:
        named: set[str] = template.get_undeclared_template_variables(_fields_only())
    except TemplateError as problem:
        raise PaperError(f"{path} 的占位写错了({problem}):写成 {{{{标题}}}},两层花括号,中间不换行") from problem
    unknown = sorted(named - set(FIELDS))
    if unknown:
        raise PaperError(f"{path} 里的 {'、'.join(unknown)} 不认识:可用的是 {'、'.join(FIELDS)}")
    if BODY not in named:
        raise PaperError(f"{path} 里没有 {{{{{BODY}}}}}:在正文的位置单独写一段 {{{{{BODY}}}}}")
    if DATE in named and ANNEXES not in named:
        raise PaperError(f"{path} 写了 {{{{{DATE}}}}} 没有 {{{{{ANNEXES}}}}}:附件在成文日期之后,在那里单独写一段 {{{{{ANNEXES}}}}}")
    return named


# --- the deck -------------------------------------------------------------------------------------------------------


def deck() -> Deck | None:
    """An empty deck on the office's master; None where it has given none."""
    path = folder() / DECK
    if not path.is_file():
        return None
    try:
        _looked_at(path)
        given = Presentation(str(path))
    except PaperError:
        raise
    except (NoPptx, BadZipFile, KeyError, ValueError) as problem:
        raise PaperError(f"{path} 不是演示文稿(.pptx):用 PowerPoint 或 WPS 打开后另存为 .pptx") from problem
    wide, high = (given.slide_width or 0) / Inches(1), (given.slide_height or 0) / Inches(1)
    if abs(wide - WIDTH) > CLOSE or abs(high - HEIGHT) > CLOSE:
        told = f"{wide * 2.54:.1f}×{high * 2.54:.1f} 厘米"
        raise PaperError(f"{path} 的页面是 {told}:在“设计 › 幻灯片大小”里改为宽屏 16:9(33.87×19.05 厘米)")
    title_layout(given, path)
    for slide in list(given.slides._sldIdLst):  # the example slides of the master
        given.part.drop_rel(slide.rId)
        given.slides._sldIdLst.remove(slide)
    return given


def _has_title(layout: Any) -> bool:
    return any(place.placeholder_format.idx == 0 for place in layout.placeholders)


def title_layout(given: Deck, path: Path | None = None) -> Any:
    """The layout with a title and nothing else, which all slides stand on."""
    for layout in given.slide_layouts:
        if layout.name in TITLE_LAYOUTS and _has_title(layout):
            return layout
    names = "、".join(layout.name for layout in given.slide_layouts)
    raise PaperError(f"{path or DECK} 的母版里没有“仅标题”版式(有:{names}):在母版视图里加上,带标题占位")


# --- the check ------------------------------------------------------------------------------------------------------


def checked() -> list[tuple[str, str, bool]]:
    """(file, how it is, whether it can be used) of both."""
    checks: tuple[tuple[str, Callable[[], object]], ...] = (
        (CIRCULAR, lambda: circular({})),
        (DECK, deck),
    )
    found = []
    for name, check in checks:
        try:
            used = check() is not None
        except PaperError as problem:
            found.append((name, str(problem), False))
        else:
            found.append((name, f"{folder() / name} 可用" if used else f"{folder()} 里没有,用看板自己的格式", True))
    return found
