"""What a reader of the meeting's files sees in an office program (LibreOffice, ``make e2e``): all of it, and nothing over anything else.

Kept pictures would differ with every version and face; what must hold of each page is asked of its text and boxes instead.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

import pytest
from lxml import etree

from reports.meeting_files import meeting_files
from reports.pack import Pack
from tests.meeting_worlds import NAMES, UP, a_long_reading, a_pack, a_reading, hostile_pack
from tests.test_bulletin import a_full_pack
from tests.test_pack import files_of, pages_as_text

Box = tuple[float, float, float, float]


def pages(pdf: Path) -> Iterator[tuple[float, float, list[tuple[str, Box]]]]:
    """Width and height of each page with its lines of text and their boxes, in points."""
    said = subprocess.run(["pdftotext", "-bbox-layout", pdf, "-"], check=True, capture_output=True, timeout=60).stdout
    for page in etree.fromstring(said, etree.XMLParser(recover=True)).iter("{*}page"):
        lines = []
        for line in page.iter("{*}line"):
            left, top, right, bottom = (float(line.get(side) or 0) for side in ("xMin", "yMin", "xMax", "yMax"))
            lines.append((" ".join(word.text or "" for word in line.iter("{*}word")), (left, top, right, bottom)))
        yield float(page.get("width") or 0), float(page.get("height") or 0), lines


def covers(one: Box, other: Box) -> bool:
    """More than half of the lower one's height, side by side at least a point."""
    across, down = min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1])
    return across > 1 and down > 0.5 * min(one[3] - one[1], other[3] - other[1])


@pytest.mark.e2e
@pytest.mark.parametrize("suffix", ["pptx", "docx", "xlsx"])
@pytest.mark.parametrize("pack", [a_full_pack, hostile_pack, lambda: a_pack(a_long_reading(60))], ids=["full", "hostile", "long"])
def test_every_line_is_on_its_page_and_over_no_other(pack: Callable[[], Pack], suffix: str, tmp_path: Path) -> None:
    (file,) = (file for file in meeting_files(pack()) if file.name.endswith(suffix))
    assert pages_as_text(file.content, suffix, tmp_path)
    seen = 0
    for number, (width, height, lines) in enumerate(pages(tmp_path / "file.pdf"), start=1):
        seen += len(lines)
        outside = [text for text, box in lines if min(box) < -1 or box[2] > width + 1 or box[3] > height + 1]
        assert outside == [], f"page {number}"
        assert [(one, other) for (one, a), (other, b) in combinations(lines, 2) if covers(a, b)] == [], f"page {number}"
    assert seen > 5
    faces = subprocess.run(["pdffonts", tmp_path / "file.pdf"], check=True, capture_output=True, text=True, timeout=60).stdout
    assert {line.split()[-5] for line in faces.splitlines()[2:]} == {"yes"}, "every face is in the file"


@pytest.mark.e2e
def test_the_bars_name_their_units(tmp_path: Path) -> None:
    """LibreOffice leaves the names of an axis away whose id it cannot read."""
    pack = a_pack(a_reading(UP, [(10 + place, 20) for place in range(len(NAMES))], whole=[(50, 100), (60, 100)]))
    (bars,) = [page for page in pages_as_text(files_of(pack)["pptx"], "pptx", tmp_path) if "名次" in page]
    assert {name: bars.count(name) >= 2 for name in NAMES} == dict.fromkeys(NAMES, True), "in the chart and in the table beside it"
