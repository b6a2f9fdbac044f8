"""会议材料, 会议演示 and what leaves the board: who may, what is in it, and the row it leaves in the audit."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from html import escape, unescape

import openpyxl
import pytest
from sqlalchemy import Engine, select
from streamlit.testing.v1 import AppTest

from data_access import accounts
from data_access.accounts import Role
from data_access.audit import Action
from data_access.board_tables import BoardAudit
from data_access.clock import beijing_now
from data_access.scope import Scope
from metrics.period import Period, PeriodKind
from pages.common import downloads, navigation
from reports import subjects
from reports.html import HtmlWriter
from reports.pack import Pack
from reports.subjects import Audience
from reports.views import meeting
from reports.wording import chinese_marks
from tests.builders import TOWNSHIP, a_county, a_petition, a_stay, an_appointment, nights
from tests.meeting_worlds import COUNT, DOWN, UP, a_chapter, a_pack, a_reading, hostile_pack
from tests.opened_pages import TODAY, files_offered, markup
from tests.signed_in import a_board, a_session, a_token, an_account

LAST_MONTH = Period.holding(PeriodKind.MONTH, TODAY).before
NO_EXPORT = {"may_export": False}


@pytest.fixture(autouse=True)
def all_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BOARD_MODULES", raising=False)


def a_month_of_duty(database: Engine) -> None:
    with database.begin() as connection:
        a_county(connection)
        chief = an_appointment(connection, "township_chief")
        for night in nights(LAST_MONTH.first, LAST_MONTH.last):
            a_stay(connection, chief, night)
        a_petition(connection, f"{LAST_MONTH.first} 09:00:00", dispatched=f"{LAST_MONTH.first} 10:00:00")


def the_page(database: Engine, path: str = "pages/meeting/meeting.py", **account) -> AppTest:
    board = a_board(database, **account)
    board.run(timeout=60)
    board.switch_page(path)
    return board.run(timeout=60)


def words(board: AppTest) -> str:
    parts = [each.value for kind in (board.markdown, board.text) for each in kind]
    parts += [markup(board), *(str(each.proto) for each in board.get("bidi_component"))]
    return "\n".join(parts)


WRITER = HtmlWriter(lambda page: True)


def written(pack: Pack) -> list[str]:
    """The slides as they are sent to the browser."""
    return [str(WRITER.slide(each)) for each in meeting.slides(pack)]


def download_labels(board: AppTest) -> list[str]:
    return [each.proto.label for each in board.get("download_button")]


def test_a_click_makes_three_files_to_download(served: Engine):
    a_month_of_duty(served)
    board = the_page(served)
    assert not board.exception
    assert download_labels(board) == []
    next(button for button in board.button if button.label == "生成会议材料").click().run(timeout=120)
    assert not board.exception
    assert [label.partition("（")[0] for label in download_labels(board)] == ["下载演示", "下载通报", "下载附表"]
    _key, files = board.session_state["board_meeting_files"]
    period = board.session_state["board_meeting_pack"][1].period.text
    assert [file.name for file in files] == [f"测试县_{period}_常委会_{kind}" for kind in ("演示.pptx", "通报.docx", "附表.xlsx")]
    assert all(file.content.startswith(b"PK") for file in files)


def test_an_account_without_the_right_to_export_sees_no_button_that_makes_files(served: Engine):
    a_month_of_duty(served)
    name = an_account(served, Role.LEADER, now=beijing_now(), rights=NO_EXPORT)
    board = the_page(served, name=name)
    assert not board.exception
    assert [button.label for button in board.button if "生成" in button.label] == []
    assert "没有导出权限" in words(board)


def test_the_meeting_pages_are_the_countys_and_outcomes_each_townships_too():
    found = {entry.path: entry for entry in navigation.ENTRIES if entry.path.startswith("meeting/")}
    a_township = accounts.Account("name", "name", Role.TOWNSHIP, Scope(area=TOWNSHIP), beijing_now())
    assert found.pop("meeting/outcomes").open_to(a_township)
    entries = list(found.values())
    assert len(entries) == 2
    for role, opens in ((Role.ORGANISATION, True), (Role.TOWNSHIP, False), (Role.ADMINISTRATOR, False), (Role.WALL, False)):
        account = accounts.Account("name", "name", role, Scope(area=TOWNSHIP), beijing_now())
        assert [entry.open_to(account) for entry in entries] == [opens, opens]


def test_the_show_opens_with_the_meetings_slides(served: Engine):
    a_month_of_duty(served)
    board = the_page(served, "pages/meeting/show.py")
    assert not board.exception
    _key, pack = board.session_state["board_meeting_pack"]
    assert pack.audience is Audience.COMMITTEE
    assert pack.place == "测试县"
    made = written(pack)
    assert len(made) == 1 + len(pack.chapters) + sum(chapter.has_trend for chapter in pack.chapters)
    turns = [int(found) for found in re.findall(r'data-turn="(\d+)"', made[0])]
    assert len(turns) == min(len(pack.chapters), meeting.COVER_LINES)
    for turn, chapter in zip(turns, pack.chapters, strict=False):
        assert f"<h1>{escape(chinese_marks(chapter.title))}</h1>" in made[turn]


def test_a_module_that_is_off_is_not_offered(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BOARD_MODULES", "duty,nights")
    assert [str(each) for each in subjects.meetings()] == ["committee", "monthly"]
    monkeypatch.setenv("BOARD_MODULES", "petitions,captains")
    assert subjects.meetings() == list(Audience)


def test_slides_escape_what_the_database_says():
    made = "".join(written(hostile_pack()))
    assert "<b>&amp;</b>" not in made
    assert "&lt;b&gt;&amp;amp;&lt;/b&gt;" in made


def test_a_course_is_drawn_with_every_value_and_its_cases():
    months = [(20, 40), (30, 40), (39, 41)]
    chapter = a_chapter(a_reading(UP, [(13, 21), (20, 20)], whole=months), trend=True)
    drawn = str(WRITER.render(meeting.course(chapter.reading)))
    for text in ("50.0%", "(20/40)", "75.0%", "(30/40)", "95.1%", "(39/41)", "2026年10月"):
        assert f">{text}</text>" in drawn
    assert drawn.count("<circle") == 3
    assert chapter.has_trend


def test_a_running_period_of_a_course_is_open_and_says_so():
    reading = a_reading(COUNT, [(5, None)], whole=[(9, None), (8, None), (5, None)])
    reading = replace(reading, whole=(*reading.whole[:-1], replace(reading.whole[-1], unfinished=True)))
    drawn = str(WRITER.render(meeting.course(reading)))
    assert [len(line.split()) for line in re.findall('class="course[^"]*" points="([^"]*)"', drawn)] == [2, 2]
    assert drawn.count('class="course running"') == drawn.count('<circle class="open"') == 1
    assert "2026年10月\uff08进行中\uff09" in drawn
    assert "9月\uff08进行中\uff09" not in drawn


def test_the_slides_follow_the_packs_chapters():
    pack = a_pack(a_reading(UP, [(13, 21), (20, 20)], whole=[(1, 2), (33, 41)]), a_reading(DOWN, [(1, 20), (0, 20)]))
    cover, first, second = written(pack)
    assert all(chinese_marks(chapter.title) in cover for chapter in pack.chapters)
    assert chinese_marks(pack.chapters[0].title) in first
    assert chinese_marks(pack.chapters[1].title) in second


def test_a_row_leads_to_its_unit_and_a_point_to_its_subject_in_its_own_period():
    months = [(20, 40), (30, 40), (39, 41)]
    chapter = a_chapter(a_reading(UP, [(13, 21), (20, 20)], whole=months), trend=True)
    pack = replace(a_pack(), chapters=(chapter,))
    _cover, ranking, trend = meeting.slides(pack)
    writer = HtmlWriter(lambda page: True, {"period": "指定", "which": "2026-10"})
    found = [re.findall('data-go="([^"]*)"', str(writer.slide(it))) for it in (ranking, trend)]
    rows, points = ([json.loads(unescape(each)) for each in links] for links in found)
    # A line and its name lead to the same.
    assert list(dict.fromkeys(row["query"]["township"] for row in rows)) == ["149981102", "149981101"]
    assert {row["query"]["which"] for row in rows} == {"2026-10"}
    assert [(point["page"], point["query"]["which"]) for point in points] == [
        ("pages/duty/duty.py", month) for month in ("2026-08", "2026-09", "2026-10")
    ]
    assert "data-go" not in str(HtmlWriter(lambda page: False).slide(trend)), "who may not open a page is led nowhere"


def test_a_period_without_a_value_leaves_a_gap_in_the_course():
    chapter = a_chapter(a_reading(UP, [(13, 21)], whole=[(20, 40), (0, 0), (39, 41)]), trend=True)
    drawn = meeting.course(chapter.reading)
    assert [(point.label, point.along) for point in drawn.points] == [("2026年8月", 0.0), ("2026年10月", 1.0)]
    assert drawn.goal == 1.0


EXPORTS = Scope("", may_see_names=True, may_export=True)


# --- what leaves the board --------------------------------------------------------------------------------------------


def exports_of(database: Engine, name: str) -> list[str]:
    query = select(BoardAudit.detail).where(BoardAudit.username == name, BoardAudit.action == Action.EXPORT.value)
    with database.connect() as connection:
        return list(connection.scalars(query))


def test_an_export_leaves_a_row_with_who_and_what(served: Engine):
    name = an_account(served, Role.LEADER, now=beijing_now())
    downloads.put_on_record(a_session(served, name), "住夜排名 · 9行 · xlsx", EXPORTS)
    assert exports_of(served, name) == ["住夜排名 · 9行 · xlsx"]


@pytest.mark.parametrize("change", ["disabled", "right taken", "other names"])
def test_who_may_no_longer_export_gets_nothing_and_no_row(served: Engine, change: str):
    name = an_account(served, Role.LEADER, now=beijing_now())
    session = a_session(served, name)
    rights = {"may_export": False} if change == "right taken" else {"may_see_names": False}
    with served.begin() as connection:
        if change == "disabled":
            accounts.disable(connection, name, now=beijing_now(), by="test")
        else:
            accounts.set_role(connection, name, rights=rights, now=beijing_now(), by="test")
    with pytest.raises(downloads.ExportRefused):
        downloads.put_on_record(session, "住夜排名", EXPORTS)
    assert exports_of(served, name) == []


TABLES = """
from pages.common import downloads
from tests.meeting_worlds import UP, a_chapter, a_reading
downloads.offer_table("第一张", lambda: a_chapter(a_reading(UP, [(13, 21), (20, 20)])).table)
downloads.offer_table("第二张", lambda: a_chapter(a_reading(UP, [(1, 20)])).table)
downloads.page_downloads("meeting/meeting")
"""


def test_a_table_is_made_on_the_click_with_its_row_in_the_audit(served: Engine, monkeypatch: pytest.MonkeyPatch):
    name = an_account(served, Role.LEADER, now=beijing_now())
    with served.connect() as connection:
        account = accounts.account_named(connection, name)
    monkeypatch.setattr(downloads.auth, "known_account", lambda: account)
    monkeypatch.setattr(downloads.auth, "signed_in_scope", lambda: account.scope)
    made = files_offered(monkeypatch)
    board = AppTest.from_string(TABLES, default_timeout=60)
    board.session_state["board_token"] = a_token(served, name, beijing_now())
    board.run()
    assert not board.exception
    assert list(made) == ["第一张.xlsx", "第一张.csv", "第二张.xlsx", "第二张.csv"]
    assert exports_of(served, name) == []
    book = openpyxl.load_workbook(io.BytesIO(made["第一张.xlsx"]()))
    notes = {row[0].value: row[1].value for row in book["说明"].iter_rows() if row[0].value}
    assert notes["导出"].startswith(name)
    assert made["第一张.csv"]().startswith(b"\xef\xbb\xbf")
    assert [detail.rpartition(" · ")[2] for detail in exports_of(served, name)] == ["xlsx", "csv"]


def test_without_the_right_there_are_no_buttons(served: Engine, monkeypatch: pytest.MonkeyPatch):
    name = an_account(served, Role.LEADER, now=beijing_now(), rights=NO_EXPORT)
    with served.connect() as connection:
        account = accounts.account_named(connection, name)
    monkeypatch.setattr(downloads.auth, "known_account", lambda: account)
    monkeypatch.setattr(downloads.auth, "signed_in_scope", lambda: account.scope)
    board = AppTest.from_string(TABLES, default_timeout=60).run()
    assert not board.exception
    assert download_labels(board) == []
