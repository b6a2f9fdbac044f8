"""An indicator is added in one place: its entry with its figure, its target in the rulebook, its line in the table of subjects.

首次联系用时 (hours from 点单 to the first contact) exists only in this test. Once it is added, every place that shows indicators has it:
its page, 口径, the command line, the tables to take away, the deck, the circular, the annex and the picture.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pandas as pd
import pytest
from sqlalchemy import Connection, Engine, select

from data_access.accounts import Role
from data_access.clock import beijing_now
from data_access.fact import Fact
from data_access.facts import FACTS
from data_access.frames import frame
from data_access.scope import Scope, counted_petitions
from data_access.valid import Petition
from data_access.window import Window
from metrics import rulebook as rules
from metrics.definition import Facts, Indicator, Question, Span
from metrics.period import Period, PeriodKind
from metrics.registry import REGISTRY
from metrics.vocabulary import CODE_LENGTHS, Direction, Level, Measure, Module
from reports.__main__ import main
from reports.subjects import AGENDAS, SUBJECTS, Audience, Section
from reports.wording import chinese_marks
from tests.builders import TOWNSHIP, VILLAGE, a_county, a_petition, an_area
from tests.opened_pages import TODAY, files_offered, opened, words
from tests.signed_in import an_account

ID, NAME, GROUP = "petitions.first_contact", "首次联系用时", "按期与及时"
OTHER, OTHER_VILLAGE = "149981102", "149981102201"
PERIOD = Period.holding(PeriodKind.MONTH, TODAY).before
MONTH, LAST = PERIOD.text, PERIOD.last.isoformat()
"""The month before this one, whole: no test depends on the day it runs."""


def first_contacts(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Petitions contacted in the window. Columns: code (of the petition), hours."""
    statement = select(Petition.area_code, Petition.opened_at, Petition.contacted_at).where(
        counted_petitions(scope), Petition.contacted_at >= window.start, Petition.contacted_at < window.end
    )
    rows = frame(connection, statement, ["code", "opened_at", "contacted_at"])
    hours = [(end - start).total_seconds() / 3600 for start, end in zip(rows["opened_at"], rows["contacted_at"], strict=True)]
    return pd.DataFrame({"code": rows["code"], "hours": pd.array(hours, dtype="float64")})


def first_contact(facts: Facts, question: Question) -> pd.DataFrame:
    """value: the median hours from 点单 to the first contact; n: petitions contacted."""
    rows = facts["first_contacts"]
    units = rows.assign(code=rows["code"].str.slice(0, CODE_LENGTHS[question.level])).groupby("code")["hours"]
    return pd.DataFrame({"value": units.median(), "n": units.size()}).rename_axis("code").reset_index()


ENTRY = Indicator(
    id=ID,
    name=NAME,
    why="群众提出的事,多久有人联系",
    numerator="点单到首次联系群众的小时数(中位数)",
    denominator="",
    unit="小时",
    levels=(Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE),
    needs={"first_contacts": Span.PERIOD},
    figure=first_contact,
    basis=("R27",),
    measure=Measure.VALUE,
    direction=Direction.DOWN,
    owner="信访局",
    ranked_when_thin=True,
)


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The new indicator: a fact, an entry, a target, a line on its page, a line in an agenda."""
    monkeypatch.setitem(FACTS, "first_contacts", Fact(first_contacts, ("petition", "area")))
    monkeypatch.setitem(REGISTRY, ID, ENTRY)
    own = tmp_path / "rulebook.toml"
    own.write_text(rules.RULEBOOK_FILE.read_text("utf-8").replace("[edition.targets]", f'[edition.targets]\n"{ID}" = 24', 1), "utf-8")
    monkeypatch.setattr(rules, "RULEBOOK_FILE", own)
    rules.rulebook.cache_clear()
    rankings = SUBJECTS[Module.PETITIONS].rankings
    monkeypatch.setitem(rankings, GROUP, (*rankings[GROUP], ID))  # type: ignore[arg-type]
    monkeypatch.setitem(AGENDAS, Audience.PETITIONS, (*AGENDAS[Audience.PETITIONS], Section(ID)))
    yield
    monkeypatch.undo()
    rules.rulebook.cache_clear()


@pytest.fixture
def county(served: Engine, added: None) -> Engine:
    """Two townships: one contacts within 6 hours, the other after 30."""
    with served.begin() as connection:
        a_county(connection)
        an_area(connection, OTHER, "township", "西沟乡")
        an_area(connection, OTHER_VILLAGE, "village", "西沟村")
        opened_at = datetime.combine(PERIOD.first, time(9)) + timedelta(days=9)
        for village, hours in ((VILLAGE, 6), (OTHER_VILLAGE, 30)):
            for _ in range(3):
                a_petition(connection, str(opened_at), area=village, contacted=str(opened_at + timedelta(hours=hours)))
    return served


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], bytes]]:
    """What the pages opened in a test offer, by file name."""
    return files_offered(monkeypatch)


def test_it_stands_on_its_page_with_its_files(county: Engine, files: dict[str, Callable[[], bytes]]) -> None:
    name = an_account(county, Role.LEADER, now=beijing_now())
    page = words(opened(county, "petitions", name, rank=GROUP, period="指定", which=MONTH))
    assert f"{NAME}" in page
    assert "30小时" in page
    assert "目标 ≤24小时" in page
    assert "✓ 达标" in page
    offered = next(make for file, make in files.items() if file.startswith(f"{NAME} 按乡镇") and file.endswith(".xlsx"))
    sheet = openpyxl.load_workbook(io.BytesIO(offered())).worksheets[0]
    head, *rows = ([cell.value for cell in row] for row in sheet.iter_rows(min_row=3))
    values = {row[head.index("乡镇")]: (row[head.index(f"{NAME}(小时)")], row[head.index("评价")]) for row in rows}
    assert values == {"泥河镇": (6, "达标"), "西沟乡": (30, "未达标")}


def test_its_definition_can_be_read(county: Engine) -> None:
    name = an_account(county, Role.LEADER, now=beijing_now())
    page = opened(county, "definitions", name, id=ID)
    assert any(chinese_marks(ENTRY.numerator) in str(each.value) and "目标 ≤24小时" in str(each.value) for each in page.markdown)


def test_the_township_page_has_it(county: Engine) -> None:
    name = an_account(county, Role.LEADER, now=beijing_now())
    assert NAME in words(opened(county, "township", name, township=TOWNSHIP, period="指定", which=MONTH))


def test_the_command_line_prints_it(county: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["indicator", ID, "--by", "township", "--period", MONTH, "--as-of", LAST]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert (printed["name"], printed["unit"], printed["target"]) == (NAME, "小时", 24.0)
    assert {row["code"]: (row["value"], row["rank"]) for row in printed["rows"]} == {TOWNSHIP: (6.0, 1), OTHER: (30.0, 2)}


def text_of(file: Path) -> str:
    with ZipFile(file) as parts:
        return " ".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist() if name.endswith(".xml"))


def test_the_meetings_files_have_it(county: Engine, tmp_path: Path) -> None:
    arguments = ["--period", MONTH, "--as-of", LAST, "--out", str(tmp_path)]
    assert main(["pack", "--audience", "petitions", *arguments]) == 0
    for suffix in ("pptx", "docx", "xlsx"):
        [file] = tmp_path.glob(f"*.{suffix}")
        assert NAME in text_of(file), suffix


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_it_leaves_as_a_picture(county: Engine, tmp_path: Path, kind: str) -> None:
    out = tmp_path / f"picture.{kind}"
    assert main(["picture", ID, "--by", "township", "--period", MONTH, "--as-of", LAST, "--out", str(out)]) == 0
    content = out.read_bytes()
    if kind == "png":
        assert content.startswith(b"\x89PNG")
    else:
        drawn = content.decode("utf-8")
        assert NAME in drawn
        assert "点单到首次联系群众的小时数" in drawn
        assert "西沟乡" in drawn


def test_it_is_gone_where_it_was_not_added(served: Engine) -> None:
    """The other tests do not see it: the fixture takes everything back."""
    assert ID not in REGISTRY
    assert ID not in SUBJECTS[Module.PETITIONS].rankings[GROUP]
    assert rules.rulebook().on(TODAY).target(ID) is None
