"""Attacks by a paper that the office has given: a template that would run something, a file that would not end, one that calls home."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from pptx import Presentation

from reports import papers
from reports.__main__ import main
from reports.papers import CIRCULAR, DECK, PaperError
from tests.test_papers import a_master, a_red_head, given

__all__ = ["given"]

INJECTED = (
    "{{ 标题.__class__.__mro__[1].__subclasses__() }}",
    "{{ 标题.__init__.__globals__ }}",
    "{{ 标题|attr('__class__') }}",
    "{{ 标题['__class__'] }}",
    "{{ 标题 * 100000000 }}",
    "{{ 'x' * 10**9 }}",
    "{{ 标题() }}",
    "{{ cycler.__init__.__globals__.os.popen('touch owned').read() }}",
    "{{ self.__init__.__globals__ }}",
    "{{ lipsum(100000) }}",
    "{{ 标题 if 1 else 主送 }}",
    "{% for x in 标题 %}{{ x }}{% endfor %}",
    "{% set x = 标题.__class__ %}",
    "{% include '/etc/passwd' %}",
    "{% if 标题.__class__ %}x{% endif %}",
    "{%p for x in 标题 %}",
    "{{r 标题.__class__ }}",
)


@pytest.mark.parametrize("where", ["text", "header", "properties"])
@pytest.mark.parametrize("injected", INJECTED)
def test_a_template_names_fields_and_can_do_nothing_else(given: Path, injected: str, where: str) -> None:
    a_red_head(given, "{{正文}}", *([injected] if where == "text" else []), header=injected if where == "header" else "")
    if where == "properties":
        from docx import Document

        document = Document(str(given / CIRCULAR))
        document.core_properties.title = injected
        document.save(str(given / CIRCULAR))
    with pytest.raises(PaperError, match="占位写错了"):
        papers.circular({"标题": "通报"})


def changed(path: Path, change: Callable[[str, bytes], bytes], *more: tuple[str, bytes]) -> None:
    """The paper with its parts changed, and more of them."""
    held = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(held) as before, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as after:
        for part in before.infolist():
            after.writestr(part.filename, change(part.filename, before.read(part)))
        for name, content in more:
            after.writestr(name, content)


def a_paper(folder: Path, name: str) -> Path:
    if name == CIRCULAR:
        a_red_head(folder, "{{正文}}")
    else:
        a_master(folder)
    return folder / name


def used(name: str) -> None:
    papers.circular({}) if name == CIRCULAR else papers.deck()


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "哈"}">' for n in range(12))
ENTITIES = {
    "a billion laughs": f"<!DOCTYPE x [{LAUGHS}]>",
    "another file": '<!DOCTYPE x [<!ENTITY l11 SYSTEM "file:///etc/passwd">]>',
    "from elsewhere": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
}


@pytest.mark.parametrize("name", [CIRCULAR, DECK])
@pytest.mark.parametrize("declared", ENTITIES.values(), ids=list(ENTITIES))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-32", "cp037", "cp500"])
def test_a_paper_that_declares_entities_is_refused(given: Path, name: str, declared: str, encoding: str) -> None:
    def with_entities(part: str, held: bytes) -> bytes:
        if not part.endswith(("document.xml", "presentation.xml")):
            return held
        text = held.decode("utf-8")
        head, _, rest = text.partition("?>")
        return f"{head.replace('UTF-8', encoding)}?>{declared}{rest}".encode(encoding, "xmlcharrefreplace")

    changed(a_paper(given, name), with_entities)
    with pytest.raises(PaperError, match="不是 Office 写的"):
        used(name)


@pytest.mark.parametrize("name", [CIRCULAR, DECK])
def test_a_paper_that_unpacks_without_end_is_refused_before_it_is_unpacked(given: Path, name: str) -> None:
    path = a_paper(given, name)
    changed(path, lambda _part, held: held, ("docProps/large.xml", b" " * (papers.MOST_UNPACKED + 1)))
    assert path.stat().st_size < 2**20
    with pytest.raises(PaperError, match="展开后超过"):
        used(name)
    changed(a_paper(given, name), lambda _part, held: held, *((f"x/{n}.xml", b"") for n in range(papers.MOST_PARTS)))
    with pytest.raises(PaperError, match="个部件"):
        used(name)


ELSEWHERE = {
    "a picture": ("image", "http://10.9.9.9/seen.png"),
    "a template": ("attachedTemplate", "https://10.9.9.9/t.dotm"),
    "a picture behind signs": ("image", "&#104;ttp&#58;//10.9.9.9/seen.png"),
    "a share": ("image", "\\\\10.9.9.9\\share\\x.png"),
    "a share as a file": ("attachedTemplate", "file://10.9.9.9/share/t.dotm"),
}


@pytest.mark.parametrize("name", [CIRCULAR, DECK])
@pytest.mark.parametrize(("kind", "target"), ELSEWHERE.values(), ids=list(ELSEWHERE))
def test_a_paper_that_fetches_something_when_it_is_read_is_refused(given: Path, name: str, kind: str, target: str) -> None:
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relation = f'<Relationship Id="rId999" Type="{base}/{kind}" Target="{target}" TargetMode="External"/>'

    def with_relation(part: str, held: bytes) -> bytes:
        wanted = part.endswith(("document.xml.rels", "presentation.xml.rels"))
        return held.replace(b"</Relationships>", f"{relation}</Relationships>".encode()) if wanted else held

    changed(a_paper(given, name), with_relation)
    with pytest.raises(PaperError, match="引用了别的机器上"):
        used(name)


def test_a_link_and_a_template_of_this_machine_are_no_reason(given: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = (
        f'<Relationship Id="rId998" Type="{base}/hyperlink" Target="https://county.example/" TargetMode="External"/>'
        f'<Relationship Id="rId999" Type="{base}/attachedTemplate" Target="file:///C:\\x\\Normal.dotm" TargetMode="External"/>'
    ).encode()

    def with_relations(part: str, held: bytes) -> bytes:
        return held.replace(b"</Relationships>", relations + b"</Relationships>") if part.endswith("document.xml.rels") else held

    for name in (CIRCULAR, DECK):
        changed(a_paper(given, name), with_relations)
    assert main(["papers"]) == 0, capsys.readouterr().out
    assert isinstance(papers.deck(), type(Presentation()))
