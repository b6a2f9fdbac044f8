"""Every page there is, for every role: it renders, on a full county, on an empty one, and at addresses that make no sense."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import Engine, select, text
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from data_access import accounts
from data_access.accounts import DEMO_ACCOUNTS, Role
from data_access.board_tables import BoardAccount
from data_access.clock import beijing_now
from data_access.engine import engine
from data_access.migrate import upgrade
from data_access.tables import Appointment, Area, CaptainVisit, NightStay, Person, Petition
from ingest.demo.world import MINIATURE
from metrics.period import PeriodKind
from pages.common import freshness, loaders, navigation
from pages.common import markup as markup_of_pages
from reports import readings
from tests.demo_county import a_county_on_postgresql, a_small_county
from tests.opened_pages import components, markup, panels
from tests.signed_in import a_board, an_account

ROOT = Path(__file__).parents[1]
ENTRIES = navigation.existing_entries()
ROLES = {role: name for name, _title, role in DEMO_ACCOUNTS}
ACCUSATION = (
    "INSERT INTO petition (number, area_code, opened_at, due_at, title, size, level, restricted) SELECT 'SECRET-1', min(code), "
    "datetime('now', '+8 hours', '-9 days'), datetime('now', '+8 hours', '-5 days'), '检举某人', 'small', 'village', TRUE "
    "FROM area WHERE level = 'village'"
)
REFUSED, UNKNOWN = "这个页面不在您的账号权限内", "没有这个页面"


def pointed(url: str) -> Iterator[Engine]:
    """The app's database for a while, with no frame kept from another one."""
    before, os.environ["DATABASE_URL"] = os.environ.get("DATABASE_URL"), url
    loaders.forget()
    yield engine(url)
    loaders.forget()
    os.environ.pop("DATABASE_URL")
    if before is not None:
        os.environ["DATABASE_URL"] = before


@pytest.fixture(autouse=True)
def short_trends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two periods are a trend as twelve are; each costs every page as much as the figure itself."""
    monkeypatch.setattr(readings, "CARD_PERIODS", dict.fromkeys(PeriodKind, 2))
    monkeypatch.setattr(readings, "RUN_PERIODS", 2)
    monkeypatch.setattr(freshness, "LONGEST_HOLD_SECONDS", 0.0)  # what a test commits it sees at once


@pytest.fixture
def frames_as_shown(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[int, tuple[pd.DataFrame, pd.DataFrame]]]:
    """Every frame is in the end what it was when a page first showed it: its panel is kept by that (``pages.common.markup``)."""
    first, look = dict[int, tuple[pd.DataFrame, pd.DataFrame]](), markup_of_pages._frame_digest

    def looked(frame: pd.DataFrame) -> str:
        first.setdefault(id(frame), (frame, frame.copy()))
        return look(frame)

    dispatch = {**markup_of_pages._Values.dispatch_table, pd.DataFrame: lambda frame: (str, (looked(frame),))}
    monkeypatch.setattr(markup_of_pages._Values, "dispatch_table", dispatch)
    yield first
    for frame, then in first.values():
        pd.testing.assert_frame_equal(frame, then)


@pytest.fixture(scope="module")
def small_county(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = a_small_county(tmp_path_factory.mktemp("pages"), MINIATURE)
    with engine(url).begin() as connection:
        connection.execute(text(ACCUSATION))
    return url


@pytest.fixture(scope="module")
def county(small_county: str) -> Iterator[Engine]:
    """Read by all tests here that do not write: what one of them has computed is there for the next, as for the next reader."""
    yield from pointed(small_county)


@pytest.fixture
def county_on_postgresql(postgresql_url: str) -> Iterator[Engine]:
    with a_county_on_postgresql(postgresql_url, "county") as url:
        yield from pointed(url)


@pytest.fixture
def nothing(tmp_path: Path) -> Iterator[Engine]:
    """A database that was migrated a moment ago: not even a county in it."""
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    upgrade(engine(url))
    yield from pointed(url)


def drawn(board: AppTest, entry: navigation.Entry, **query: str) -> AppTest:
    """The page as a link with these parameters opens it."""
    board._page_hash = calc_hash(entry.url_path)
    board.context["url"] = f"http://localhost:8501/{entry.url_path}"
    board.query_params.clear()
    for name, value in query.items():
        board.query_params[name] = value
    return board.run(timeout=60)


def shown(board: AppTest) -> str:
    """All text of the page, whatever element holds it."""
    return "\n".join(
        [
            *(str(element.proto) for element in board.main.children.values()),
            *(str(board._tree), markup(board), *map(str, components(board))),
        ]
    )


def fine(board: AppTest, where: object) -> None:
    assert not board.exception, (where, [problem.message for problem in board.exception], [p.stack_trace[-3:] for p in board.exception])
    assert "board-title" in markup(board) or panels(board), f"{where} shows nothing"


def account_of(database: Engine, role: Role) -> AppTest:
    return a_board(database, ROLES[role])


def a_link(county: Engine) -> dict[str, str]:
    """Parameters that lead somewhere, under every name a page of this board reads."""
    with county.connect() as connection:
        village = connection.scalar(select(Area.code).where(Area.level == "village").order_by(Area.code))
        chief = connection.scalar(select(Appointment.person_id).where(Appointment.role == "village_chief"))
        number = connection.scalar(select(Petition.number).where(Petition.restricted.is_not(True)).order_by(Petition.id.desc()))
    assert village is not None
    return {"township": village[:9], "village": village, "person": str(chief), "number": str(number)}


def test_every_page_renders_on_postgresql(county_on_postgresql: Engine) -> None:
    for role in (Role.LEADER, Role.ADMINISTRATOR):
        board = account_of(county_on_postgresql, role)
        for entry in ENTRIES:
            drawn(board, entry, **a_link(county_on_postgresql))
            fine(board, entry.url_path)


@pytest.mark.parametrize("role", ROLES, ids=[role.value for role in ROLES])
def test_every_page_renders_for_every_role(county: Engine, frames_as_shown: dict[int, object], role: Role) -> None:
    board = account_of(county, role)
    for entry in ENTRIES:
        drawn(board, entry)
        fine(board, (role.value, entry.url_path))
        with county.connect() as connection:
            account = accounts.account_named(connection, ROLES[role])
        assert account is not None
        assert (REFUSED in markup(board)) is not entry.open_to(account), (role.value, entry.url_path)
        assert UNKNOWN not in markup(board), entry.url_path
    assert frames_as_shown or role in (Role.WALL, Role.REPORTER), "nothing was looked at"


@pytest.mark.parametrize("role", [Role.LEADER, Role.TOWNSHIP], ids=str)
def test_every_page_renders_where_a_link_leads(county: Engine, role: Role) -> None:
    board, link = account_of(county, role), a_link(county)
    for entry in ENTRIES:
        fine(drawn(board, entry, **link), (role.value, entry.url_path))


@pytest.mark.parametrize("period", ["本周", "本年"])
def test_every_page_renders_for_every_period(county: Engine, period: str) -> None:
    board = account_of(county, Role.LEADER)
    for entry in ENTRIES:
        fine(drawn(board, entry, period=period), (entry.url_path, period))


def test_a_captains_own_page_renders_for_each_kind_of_captain(county: Engine) -> None:
    people = [entry for entry in ENTRIES if entry.url_path in ("captain", "person")]
    board = account_of(county, Role.LEADER)
    with county.connect() as connection:
        chosen = [
            connection.scalar(select(Appointment.person_id).where(Appointment.role == role).order_by(Appointment.id))
            for role in ("cell_captain", "group_captain", "patch_captain", "township_chief", "township_staff", "village_committee")
        ]
    for entry in people:
        for person in chosen:
            fine(drawn(board, entry, person=str(person)), (entry.url_path, person))


SENSELESS = [
    {"township": "999999999", "village": "999999999999", "person": "999999999", "number": "nobody"},
    {"township": "x", "village": "'; DROP TABLE area; --", "person": "abc", "number": "<script>", "period": "nonsense", "which": "2026-99"},
    {"township": "", "village": "", "person": "", "number": "", "period": ""},
    {"person": "²", "record": "stay-²", "id": "²"},
    {"person": "-1", "township": "１４９９８１１０１", "village": "14"},
    {"person": "99999999999999999999999999", "period": "指定", "which": "1999-01"},
]


@pytest.mark.parametrize("query", SENSELESS, ids=["unknown", "malformed", "blank", "a power", "odd digits", "too large"])
def test_no_address_breaks_a_page(county: Engine, query: dict[str, str]) -> None:
    board = account_of(county, Role.LEADER)
    for entry in ENTRIES:
        drawn(board, entry, **query)
        assert not board.exception, (entry.url_path, query, [problem.message for problem in board.exception])
        assert "<script>" not in markup(board), entry.url_path


def test_a_township_sees_no_village_or_name_of_another(county: Engine) -> None:
    with county.connect() as connection:
        mine = connection.scalar(select(BoardAccount.area_prefix).where(BoardAccount.username == ROLES[Role.TOWNSHIP]))
        villages = connection.execute(select(Area.code, Area.name).where(Area.level == "village")).all()
        number = connection.scalar(select(Petition.number).where(~Petition.area_code.startswith(mine)).order_by(Petition.id.desc()))
        stranger = connection.execute(
            select(Person.id, Person.name)
            .join(Appointment, Appointment.person_id == Person.id)
            .where(~Appointment.area_code.startswith(mine), Appointment.role == "village_chief")
        ).first()
    assert stranger is not None
    own = {name for code, name in villages if code.startswith(mine)}
    others = {name: code for code, name in villages if not code.startswith(mine) and name not in own}
    assert others, "the county has a second township"
    name, code = next(iter(others.items()))
    board = account_of(county, Role.TOWNSHIP)
    for entry in ENTRIES:
        drawn(board, entry, township=code[:9], village=code, person=str(stranger.id), number=str(number))
        fine(board, entry.url_path)
        seen = shown(board)
        assert name not in seen, (entry.url_path, name)
        assert stranger.name not in seen, (entry.url_path, stranger.name)


def test_a_screen_on_the_wall_names_nobody(county: Engine) -> None:
    wall = next((entry for entry in ENTRIES if entry.url_path == "wall"), None)
    if wall is None:
        pytest.skip("no wall page")
    with county.connect() as connection:
        names = set(connection.scalars(select(Person.name)))
    seen = shown(drawn(account_of(county, Role.WALL), wall))
    assert [name for name in names if len(name) >= 3 and name in seen] == []


WRITTEN = {
    "night_stay": ("note",),
    "night_session": ("note",),
    "night_visit": ("note",),
    "petition": ("title",),
    "petition_event": ("note",),
    "captain_visit": ("note",),
    "captain_mark": ("reason", "evidence"),
}
"""What people write in their own words. A session's theme is announced, as its day is."""
PRIVATE, WHOLE_PHONE = re.compile(r"私密[a-z_.]+"), re.compile(r"\b1[3-9]\d{9}\b")


@pytest.mark.slow
def test_no_page_shows_what_somebody_wrote_to_who_sees_no_names_nor_a_whole_phone_to_anybody(small_county: str, tmp_path: Path) -> None:
    copy = tmp_path / "written.db"
    with engine(small_county).connect() as connection:
        connection.execute(text("VACUUM INTO :file"), {"file": str(copy)})
    url = f"sqlite:///{copy}"
    with engine(url).begin() as connection:
        for table, columns in WRITTEN.items():
            for column in columns:
                connection.execute(text(f"UPDATE {table} SET {column} = '私密{table}.{column}'"))
        connection.execute(
            text(f"INSERT INTO night_stay (person_id, area_code, night, note) VALUES (9999999, '14998', {TODAY}, '私密stray')")
        )
        connection.execute(
            text(
                "INSERT INTO board_decision (petition_id, kind, note, due_on, decided_at, decided_by) "
                f"SELECT max(id), 'task', '私密decision', date('now', '+9 days'), {NOW}, 'shuji' FROM petition WHERE ended_at IS NULL "
                "AND restricted IS NOT TRUE"
            )
        )
        number = connection.scalar(text("SELECT number FROM petition JOIN board_decision ON petition_id = petition.id"))
        captain = connection.scalar(select(CaptainVisit.person_id).limit(1))
        stay, stayer = connection.execute(select(NightStay.id, NightStay.person_id).where(NightStay.person_id < 9_999_999).limit(1)).one()
    addresses = (
        {"number": number, "person": f"p:{captain}"},
        {"person": f"p:{stayer}", "record": f"stay-{stay}", "reason": "住夜.person"},
    )
    for county in pointed(url):
        seen = {}
        for role, rights in ((Role.LEADER, {}), (Role.LEADER, {"may_see_names": False}), (Role.ADMINISTRATOR, {}), (Role.WALL, {})):
            board = a_board(county, an_account(county, role, now=beijing_now(), rights=rights))
            for entry in ENTRIES:
                shown_here = "".join(shown(drawn(board, entry, **query)) for query in addresses)
                seen[role, *rights] = seen.get((role, *rights), set()) | set(PRIVATE.findall(shown_here))
                may_call = role is Role.LEADER and not rights and entry.url_path == "tonight"  # whoever is on duty tonight, on record
                assert may_call or WHOLE_PHONE.findall(shown_here) == [], (role, entry.url_path)
        assert {"私密petition.title", "私密night_stay.note", "私密decision"} <= seen.pop((Role.LEADER,))
        assert seen == {key: set() for key in seen}


def test_an_accusation_stands_on_no_page_of_those_who_may_not_see_it(county: Engine) -> None:
    """信访工作条例 art. 30: overdue as it is, it is in no list, no count, and not at its own address."""
    board = account_of(county, Role.LEADER)
    for entry in ENTRIES:
        seen = shown(drawn(board, entry, number="SECRET-1", period="本年"))
        assert "检举某人" not in seen, entry.url_path


def test_what_is_shown_was_counted_and_not_made_up(county: Engine) -> None:
    """A county in which something happens shows at least one figure that is neither missing nor zero."""
    with county.connect() as connection:
        assert connection.scalar(select(NightStay.id).limit(1)) is not None
        assert connection.scalar(select(CaptainVisit.id).limit(1)) is not None
    overview = next(entry for entry in ENTRIES if entry.url_path == "overview")
    seen = shown(drawn(account_of(county, Role.LEADER), overview))
    assert re.search(r"[1-9]\d*(\.\d)?%", seen)


# --- other databases: these come last, for what is cached of the county is forgotten here ---------------------------------------


def test_every_page_renders_on_an_empty_database(nothing: Engine) -> None:
    with nothing.begin() as connection:
        accounts.cookie_key(connection)
    board = a_board(nothing, an_account(nothing, Role.LEADER, now=beijing_now()))
    for entry in ENTRIES:
        drawn(board, entry)
        assert not board.exception, (entry.url_path, [problem.message for problem in board.exception])


def test_rows_from_nowhere_break_no_page(small_county: str, tmp_path: Path) -> None:
    """Other systems write here: unknown people, unknown areas, days to come, words nobody agreed on."""
    copy = tmp_path / "strange.db"
    with engine(small_county).connect() as connection:
        connection.execute(text("VACUUM INTO :file"), {"file": str(copy)})
    url = f"sqlite:///{copy}"
    with engine(url).begin() as connection:
        for statement in STRANGE:
            connection.execute(text(statement))
    for county in pointed(url):
        board = account_of(county, Role.LEADER)
        for entry in ENTRIES:
            fine(drawn(board, entry), entry.url_path)
        strange = next((entry for entry in ENTRIES if entry.url_path == "case"), None)
        if strange:
            fine(drawn(account_of(county, Role.PETITION_OFFICE), strange, number="STRANGE-1"), "a strange case")


TODAY = "date('now', '+8 hours')"
NOW = "datetime('now', '+8 hours')"
STRANGE = (
    f"INSERT INTO night_stay (person_id, area_code, night) VALUES (99999999, '149981101', {TODAY})",
    f"INSERT INTO night_stay (person_id, area_code, night) VALUES (1, '999999999', {TODAY})",
    "INSERT INTO night_stay (person_id, area_code, night) VALUES (1, '', '2099-01-01')",
    f"INSERT INTO night_visit (person_id, area_code, visited_on, people) VALUES (99999999, 'x', {TODAY}, -5)",
    f"INSERT INTO night_session (kind, area_code, held_on, measures, measures_done) VALUES ('karaoke', '149981101', {TODAY}, 2, 5)",
    f"INSERT INTO reception_slot (area_code, day, place, leader_id, received_by) VALUES ('x', {TODAY}, 'moon', 99999999, 99999999)",
    "INSERT INTO petition (number, area_code, opened_at, size, channel, level, handler_id, lead_id, category, outcome) "
    f"SELECT 'STRANGE-1', min(code), {NOW}, 'enormous', 'pigeon', 'galaxy', 99999999, 99999999, NULL, NULL FROM area WHERE level='village'",
    f"INSERT INTO petition (number, area_code, opened_at, ended_at, outcome) "
    f"VALUES ('STRANGE-2', 'nowhere', {NOW}, '2001-01-01 00:00:00', 'won')",
    "INSERT INTO petition (number, area_code, opened_at, repeat_of) VALUES ('STRANGE-3', '', '2099-01-01 00:00:00', 99999999)",
    f"INSERT INTO petition_event (petition_id, at, kind, person_id) VALUES (99999999, {NOW}, 'dance', 99999999)",
    f"INSERT INTO petition_event (petition_id, at, kind, to_level) SELECT max(id), {NOW}, 'dance', 'galaxy' FROM petition",
    f"INSERT INTO petition_rating (petition_id, rated_at, stars) SELECT max(id), {NOW}, 17 FROM petition",
    f"INSERT INTO captain_visit (person_id, household_id, visited_on) VALUES (99999999, 99999999, {TODAY})",
    f"INSERT INTO captain_meeting (kind, area_code, held_on) VALUES ('party', 'x', {TODAY})",
    "INSERT INTO appointment (person_id, role, area_code) VALUES (99999999, 'emperor', '149981101')",
    "INSERT INTO appointment (person_id, role, area_code, valid_from, valid_to) "
    "VALUES (1, 'township_chief', '149981101', '2026-05-01', '2020-01-01')",
    "INSERT INTO leave_period (person_id, kind, first_day, last_day) VALUES (1, 'moon', '2026-05-01', NULL)",
    "INSERT INTO household (area_code, kind) VALUES ('x', 'castle')",
    "INSERT INTO area (code, level, name) VALUES ('14998199', 'planet', '不知名')",
    "INSERT INTO survey_response (year, person_id, score) VALUES (2026, 99999999, 99)",
    "INSERT INTO captain_mark (person_id, year, kind, points) VALUES (99999999, 2026, 'curse', 1e9)",
)
