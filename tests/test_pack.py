"""The three files of a meeting agree to the digit, hold only what the county runs, and open in an office's programs."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from docx import Document
from pptx import Presentation

from data_access.engine import engine
from data_access.migrate import upgrade
from metrics.period import Period
from metrics.registry import REGISTRY
from metrics.vocabulary import Level
from metrics.wording import share
from reports import bulletin
from reports.__main__ import main
from reports.deck import deck_bytes
from reports.frames import indicator_frame
from reports.meeting_files import meeting_files
from reports.modules import running_modules
from reports.pack import meeting_pack
from reports.readings import row_level
from reports.source import DatabaseSource
from reports.subjects import AGENDAS, Audience, agenda
from tests.builders import (
    COUNTY,
    EVERYTHING,
    TOWNSHIP,
    VILLAGE,
    a_county,
    a_department,
    a_petition,
    a_stay,
    an_appointment,
    an_area,
    nights,
)
from tests.meeting_worlds import a_long_reading, a_pack, hostile_pack

OCTOBER, AS_OF = Period.parse("2026-10"), date(2026, 11, 2)
SECOND = COUNTY + "102"


def two_townships(connection) -> None:
    """泥河镇 is compliant from the 12th on, 西沟乡 never; one petition each."""
    a_county(connection)
    an_area(connection, SECOND, "township", "西沟乡")
    for area, first in ((TOWNSHIP, "2026-10-12"), (SECOND, None)):
        team = [
            an_appointment(connection, role, area) for role in ("township_chief", "township_leader", "township_leader", "township_staff")
        ]
        for night in nights(first, "2026-10-31") if first else []:
            for person in team:
                a_stay(connection, person, night, area)
        a_petition(connection, "2026-10-12 09:00:00", area=VILLAGE if area == TOWNSHIP else area, dispatched="2026-10-12 10:00:00")


def files_of(pack) -> dict[str, bytes]:
    return {file.name.rpartition(".")[2]: file.content for file in meeting_files(pack)}


def test_deck_circular_and_annex_hold_the_frames_numbers(connection):
    two_townships(connection)
    source = DatabaseSource(connection, EVERYTHING)
    pack = meeting_pack(source, Audience.MONTHLY, OCTOBER, AS_OF)
    files = files_of(pack)
    frame = indicator_frame(source, REGISTRY["duty.night_compliance"], Level.TOWNSHIP, OCTOBER, AS_OF)
    expected = {row["name"]: (row["k"], row["n"], share(row["value"])) for row in frame.to_dict("records")}
    assert expected == {"泥河镇": (15, 18, "83.3%"), "西沟乡": (0, 18, "0.0%")}

    charts = [shape.chart for slide in Presentation(io.BytesIO(files["pptx"])).slides for shape in slide.shapes if shape.has_chart]
    chart = next(chart for chart in charts if chart.plots[0].series[0].name == "乡镇住夜达标率")
    assert dict(zip(chart.plots[0].categories, chart.plots[0].series[0].values, strict=True)) == dict(
        zip(frame["name"], frame["value"], strict=True)
    )
    page = openpyxl.load_workbook(io.BytesIO(files["xlsx"]))["乡镇住夜达标率"]
    rows = {row[2].value: (row[3].value, row[4].value, share(row[5].value)) for row in page.iter_rows(min_row=4)}
    assert rows == {**expected, "全县": (15, 36, "41.7%")}
    document = Document(io.BytesIO(files["docx"]))
    table = next(table for table in document.tables if table.cell(0, 1).text == "乡镇住夜达标率")
    cells = {row.cells[0].text: row.cells[1].text for row in table.rows[1:]}
    assert cells == {**{name: f"{value} ({k}/{n})" for name, (k, n, value) in expected.items()}, "全县": "41.7% (15/36)"}
    text = "".join(paragraph.text for paragraph in document.paragraphs)
    assert "全县乡镇住夜达标率41.7%\uff0815/36\uff09" in text


def test_a_module_that_is_off_leaves_nothing_behind(connection):
    two_townships(connection)
    pack = meeting_pack(DatabaseSource(connection, EVERYTHING), Audience.MONTHLY, OCTOBER, AS_OF, modules=running_modules("duty,nights"))
    assert {chapter.entry.id.split(".")[0] for chapter in (*pack.chapters, *pack.background)} == {"duty", "nights", "quality"}
    for content in files_of(pack).values():
        assert content.startswith(b"PK")
    slides = Presentation(io.BytesIO(deck_bytes(pack))).slides
    words = "".join(shape.text_frame.text for slide in slides for shape in slide.shapes if shape.has_text_frame)
    assert not re.search("办结率|派单|走访率|回访满意|接待达标", words)


def test_a_township_sees_its_villages_and_only_itself(connection):
    two_townships(connection)
    source = DatabaseSource(connection, EVERYTHING.narrowed(TOWNSHIP))
    pack = meeting_pack(source, Audience.MONTHLY, OCTOBER, AS_OF, area=TOWNSHIP)
    assert pack.place == "泥河镇"
    codes = {code for chapter in pack.chapters if chapter.reading.level is not Level.CATEGORY for code in chapter.reading.frame["code"]}
    assert codes
    assert all(code.startswith(TOWNSHIP) for code in codes)
    assert pack.chapter("duty.village_compliance").reading.level is Level.VILLAGE
    assert pack.chapter("duty.village_compliance").reading.whole_name == "泥河镇"


def test_a_meeting_of_the_county_speaks_of_departments_where_it_has_any_and_a_townships_never(connection):
    two_townships(connection)
    source = DatabaseSource(connection, EVERYTHING)

    def levels(pack) -> set[Level]:
        return {chapter.reading.level for chapter in pack.chapters}

    assert Level.DEPARTMENT not in levels(meeting_pack(source, Audience.PETITIONS, OCTOBER, AS_OF))
    housing = a_department(connection, f"{COUNTY}D001")
    for number in range(12):
        a_petition(connection, "2026-10-08 09:00:00", due_at="2026-10-15 18:00:00", department_code=housing, number=f"D{number}")
    source = DatabaseSource(connection, EVERYTHING)  # what one meeting has asked it is not asked again by the next
    for audience in (Audience.COMMITTEE, Audience.MONTHLY, Audience.PETITIONS):
        pack = meeting_pack(source, audience, OCTOBER, AS_OF)
        chapter = pack.chapter("petitions.closed_on_time", Level.DEPARTMENT) or pack.chapter("petitions.overdue", Level.DEPARTMENT)
        assert (chapter.reading.frame["name"].tolist(), chapter.reading.whole) == (["县住建局"], ())
        assert chapter.title.startswith("县直部门 · ")
    assert chapter.reading.frame[["k", "n"]].to_numpy().tolist() == [[0, 12]]
    assert "(按部门)" in " ".join(table.title for table in pack.tables)
    words = " ".join(text for _, paragraphs in bulletin.parts(pack) for _, text in paragraphs)
    assert "县直部门" in words
    assert "县住建局" in words
    of_township = meeting_pack(DatabaseSource(connection, EVERYTHING.narrowed(TOWNSHIP)), Audience.PETITIONS, OCTOBER, AS_OF, area=TOWNSHIP)
    assert Level.DEPARTMENT not in levels(of_township)


def test_every_section_names_an_indicator_of_the_registry_and_a_level_it_has():
    for audience, sections in AGENDAS.items():
        assert agenda(audience) == list(sections)
        assert all(row_level(REGISTRY[section.indicator], "", section.level) for section in sections)


def test_earlier_months_are_asked_with_the_same_as_of(connection):
    two_townships(connection)
    source = DatabaseSource(connection, EVERYTHING)
    pack = meeting_pack(source, Audience.COMMITTEE, OCTOBER, AS_OF)
    series = pack.chapter("petitions.closed_on_time").reading.whole
    for point in series:
        row = indicator_frame(source, REGISTRY["petitions.closed_on_time"], Level.COUNTY, point.period, AS_OF).iloc[0]
        assert (point.k, point.n) == (row["k"], row["n"])


@pytest.fixture
def county_file(tmp_path, monkeypatch) -> Path:
    url = f"sqlite:///{tmp_path / 'board.db'}"
    database = engine(url)
    upgrade(database)
    with database.begin() as connection:
        two_townships(connection)
    monkeypatch.setenv("DATABASE_URL", url)
    return tmp_path


def test_the_command_writes_three_files_and_names_them(county_file, capsys):
    out = county_file / "new" / "folder"
    assert main(["pack", "--period", "2026-10", "--audience", "monthly", "--as-of", "2026-11-02", "--out", str(out)]) == 0
    names = sorted(path.name for path in out.iterdir())
    assert names == sorted(f"测试县_2026-10_月调度会_{kind}" for kind in ("演示.pptx", "通报.docx", "附表.xlsx"))
    assert {Path(line).name for line in capsys.readouterr().out.splitlines()} == set(names)


def test_the_command_refuses_what_it_cannot_do_in_chinese(county_file, capsys, monkeypatch):
    out = ["--audience", "monthly", "--out", str(county_file / "out")]
    assert main(["pack", "--period", "2026-13", "--as-of", "2026-11-02", *out]) == 2
    assert main(["pack", "--period", "2026-12", "--as-of", "2026-11-02", *out]) == 2
    monkeypatch.setenv("BOARD_MODULES", "duty,typo")
    assert main(["pack", "--period", "2026-10", "--as-of", "2026-11-02", *out]) == 2
    assert capsys.readouterr().err.count("错误:") == 3
    assert not (county_file / "out").exists()


def test_files_say_the_minute_they_were_counted_for_and_the_end_of_a_past_month_for_what_looks_at_a_moment(county_file):
    out = county_file / "at"
    assert main(["pack", "--period", "2026-10", "--audience", "petitions", "--at", "2026-11-02T09:30", "--out", str(out)]) == 0
    circular = "".join(paragraph.text for paragraph in Document(next(out.glob("*.docx"))).paragraphs)
    slides = [
        " ".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
        for slide in Presentation(next(out.glob("*.pptx"))).slides
    ]
    assert "截至2026年11月2日09:30" in circular  # a Chinese sentence has no space there
    assert "截至2026年11月2日 09:30" in slides[0]
    overdue = next(text for text in slides if "在办且已过时限的件数" in text)
    assert "截至2026年10月31日" in overdue
    assert not any("24时" in text for text in (circular, *slides))


@pytest.mark.parametrize(
    ("indicator_id", "until"), [("petitions.closed_on_time", "截至2026年11月2日 09:30"), ("petitions.overdue", "截至2026年10月31日")]
)
def test_a_picture_says_the_moment_it_was_counted_for(county_file, indicator_id, until):
    out = county_file / "one.svg"
    assert main(["picture", indicator_id, "--period", "2026-10", "--at", "2026-11-02T09:30", "--out", str(out)]) == 0
    assert until in out.read_text(encoding="utf-8")


# --- opened by an office program (make e2e) ----------------------------------------------------------------------------


def pages_as_text(content: bytes, suffix: str, folder: Path) -> list[str]:
    """The text of every page after LibreOffice has turned the file into PDF."""
    if not (office := shutil.which("soffice")) or not shutil.which("pdftotext"):
        pytest.fail("需要 LibreOffice 与 pdftotext:apt install libreoffice-impress libreoffice-writer libreoffice-calc poppler-utils")
    (folder / f"file.{suffix}").write_bytes(content)
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    subprocess.run(
        [office, "--headless", profile, "--convert-to", "pdf", "--outdir", str(folder), str(folder / f"file.{suffix}")],
        check=True,
        capture_output=True,
        timeout=180,
    )
    shown = subprocess.run(["pdftotext", "-layout", str(folder / "file.pdf"), "-"], check=True, capture_output=True, timeout=60)
    return [re.sub(r"\s", "", page) for page in shown.stdout.decode("utf-8").split("\f")[:-1]]  # it sets blanks around digits


@pytest.mark.e2e
@pytest.mark.parametrize("suffix", ["pptx", "docx", "xlsx"])
def test_libreoffice_opens_the_files_and_shows_hostile_names(suffix, tmp_path):
    pages = pages_as_text(files_of(hostile_pack())[suffix], suffix, tmp_path)
    text = "".join(pages)
    assert "=cmd|'/Ccalc'!A0" in text
    assert "𠮷田村" in text
    assert "<b>&amp;</b>" in text
    assert "Err:" not in text
    assert "#NAME" not in text


@pytest.mark.e2e
@pytest.mark.parametrize(("suffix", "heading"), [("pptx", "名次"), ("docx", "单位"), ("xlsx", "名次")])
def test_a_table_of_200_villages_has_its_headings_on_every_page(suffix, heading, tmp_path):
    pages = pages_as_text(files_of(a_pack(a_long_reading(200)))[suffix], suffix, tmp_path)
    rows = [page for page in pages if len(re.findall(r"第\d+村", page)) > 1 and ("%" in page or "—" in page) and "最低" not in page]
    assert len(rows) >= 4
    assert all(heading in page for page in rows)
    everything = "".join(pages)
    assert all(f"第{i}村" in everything for i in range(200))
