"""A township is never 1 of 1: its place is that among all of the county, and it sees no other's row or name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Engine, select

from data_access.accounts import Role
from data_access.board_tables import BoardAccount
from data_access.scope import Scope
from data_access.tables import Area
from ingest.demo.world import Size
from metrics.definition import Question
from metrics.period import Period, PeriodKind
from metrics.registry import REGISTRY
from metrics.rulebook import rulebook
from metrics.vocabulary import Level, Status
from metrics.workdays import Week, Workdays
from pages.common import freshness
from pages.common import page as frame_of_page
from pages.common.page import Page
from reports import readings
from reports.conclusions import subtitle, title
from reports.csv_file import csv_bytes
from reports.meeting_files import meeting_files
from reports.pack import meeting_pack
from reports.parts import Leaderboard
from reports.readings import of_one, whole_row
from reports.source import DatabaseSource
from reports.subjects import Audience
from reports.tables import Table, figure_table
from reports.view import View
from reports.views import nights, quality, reception
from reports.views.duty import Night, tonight_groups
from reports.views.nights import LastWeek
from tests.conftest import in_memory_alone
from tests.demo_county import a_small_county
from tests.meeting_worlds import NO_TARGET, UP, a_reading
from tests.opened_pages import TODAY, words
from tests.test_app_pages import ENTRIES, ROLES, account_of, drawn, pointed, shown

BY_PATH = {entry.url_path: entry for entry in ENTRIES}

ALL = [(13, 21), (20, 20), (20, 20), (3, 4)]


@pytest.mark.parametrize(
    ("indicator", "units", "changes", "said"),
    [
        (UP, ALL, {}, "泥河镇住夜达标率 61.9% (13/21),未达到目标,列全县 3 个乡镇第 3 位"),
        (UP, [(20, 20), *ALL], {}, "泥河镇住夜达标率 100.0% (20/20),达到目标,并列全县 4 个乡镇第 1 位"),
        (UP, [(3, 4), (20, 20)], {}, "泥河镇住夜达标率样本不足 (3/4),不排名"),
        (UP, [(0, 0), (20, 20)], {}, "泥河镇住夜达标率:2026年10月无应统计的数据"),
        (UP, [(13, 21)], {}, "泥河镇住夜达标率 61.9% (13/21),未达到目标"),  # nobody to be ranked with
        (NO_TARGET, [(8, 10), (10, 10)], {}, "泥河镇授课覆盖率 80.0% (8/10),列全县 2 个乡镇第 2 位"),
        ("petitions.mass", [(3, None), (0, None)], {}, "泥河镇集体访、越级访 3 件"),
        (
            "captains.ordinary_visits",
            [(5, 40), (6, 40)],
            {"as_of": date(2026, 10, 20)},
            "泥河镇普通户季走访率本季进行中,已完成 12.5% (5/40),暂不评比",
        ),
        (
            UP,
            ALL,
            {"runs": {"泥河镇": [(20, 21), (18, 21), (15, 21), (13, 21)]}},
            "泥河镇住夜达标率连续三个月下降,10月 61.9% (13/21),列全县 3 个乡镇第 3 位",
        ),
    ],
)
def test_of_one_unit_the_title_says_its_place_among_all(
    indicator: str, units: list[tuple[int, int | None]], changes: dict[str, Any], said: str
) -> None:
    everyone = a_reading(indicator, units, whole=[(33, 41)], **changes)
    mine = of_one(everyone, everyone.frame.loc[everyone.frame["name"] == "泥河镇", "code"].iloc[0])
    assert title(mine) == said
    assert list(mine.frame["name"]) == ["泥河镇"]
    assert subtitle(mine).startswith("全县 80.5% (33/41)" if units and units[0][1] else "全县"), "the county stands beside it"
    assert "样本不足,不排名" not in subtitle(mine), "what is said of the others is not for this reader"


def test_a_units_row_bears_its_place_and_its_file_how_many_are_ranked() -> None:
    everyone = a_reading(UP, ALL, whole=[(56, 65)])
    mine = of_one(everyone, "149981101")
    asked = (mine.entry, mine.level, mine.period, mine.as_of, mine.frame)
    made = figure_table(*asked, (), whole=whole_row(mine), ranked=mine.place.ranked)
    head, own, county = (line.split(",") for line in csv_bytes(made).decode("utf-8-sig").splitlines()[-3:])
    assert (head[:2], own[:2], own[3], county[:2], county[3]) == (["名次", "参加排名(个)"], ["3", "3"], "泥河镇", ["", ""], "全县")
    board = Leaderboard(mine.entry, mine.frame, "", "", 1.0, {"149981101": 1}, ranked=3)
    unit = board.units()[0]
    assert (unit.place, unit.moved) == ("3/3", "↓2")


# --- on the pages -----------------------------------------------------------------------------------------------------------

FOUR = Size(townships=4, villages=2, patches=1, groups=1, cells=2, staff=(8, 10), months=3, petitions_a_village=60)
COMPLIANCE = "duty.night_compliance"


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    yield from pointed(a_small_county(tmp_path_factory.mktemp("places"), FOUR))


@pytest.fixture(autouse=True)
def short_trends(monkeypatch: pytest.MonkeyPatch) -> None:
    in_memory_alone(monkeypatch)
    monkeypatch.setattr(readings, "CARD_PERIODS", dict.fromkeys(PeriodKind, 2))
    monkeypatch.setattr(readings, "RUN_PERIODS", 2)
    monkeypatch.setattr(freshness, "LONGEST_HOLD_SECONDS", 0.0)


MONTH = Period.holding(PeriodKind.MONTH, TODAY).before
PICKED = {"period": "指定", "which": MONTH.text}


def mine_and_others(database: Engine) -> tuple[str, str, list[str]]:
    """The code and name of the demo township's account, and the names of the other townships."""
    with database.connect() as connection:
        mine = connection.scalar(select(BoardAccount.area_prefix).where(BoardAccount.username == ROLES[Role.TOWNSHIP]))
        names = {row[0]: row[1] for row in connection.execute(select(Area.code, Area.name).where(Area.level == "township"))}
    assert mine is not None
    return mine, names.pop(mine), list(names.values())


def the_countys_frame(database: Engine, indicator_id: str) -> pd.DataFrame:
    with database.connect() as connection:
        source = DatabaseSource(connection, Scope.operator())
        return source.frame(REGISTRY[indicator_id], Level.TOWNSHIP, MONTH, TODAY)


@pytest.mark.parametrize("who", ["its own account", "a leader who has chosen it"])
def test_a_townships_row_and_number_bear_its_place_in_the_county(county: Engine, who: str, monkeypatch: pytest.MonkeyPatch) -> None:
    code, name, _others = mine_and_others(county)
    boards: list[Leaderboard] = []
    monkeypatch.setattr(Page, "show_ranking", lambda self, board, **_: boards.append(board))
    role, chosen = (Role.TOWNSHIP, {}) if who == "its own account" else (Role.LEADER, {"township": code})
    said = words(drawn(account_of(county, role), BY_PATH["overview"], **PICKED, **chosen))
    frame = the_countys_frame(county, COMPLIANCE)
    rank, ranked = int(frame.set_index("code")["rank"][code]), int(frame["rank"].notna().sum())
    assert ranked > 1
    board = next(each for each in boards if each.entry.id == COMPLIANCE)
    units = board.units()
    assert [(unit.name, unit.place) for unit in units] == [(name, f"{rank}/{ranked}")]
    assert board.title.endswith(f"列全县 {ranked} 个乡镇第 {rank} 位")
    assert board.subtitle.startswith("全县 "), "the county's figure beside it"
    assert f"第{rank}/{ranked}" in said, "the headline number says it too"


def test_its_moves_are_those_among_all(county: Engine) -> None:
    code, _name, _others = mine_and_others(county)
    with county.connect() as connection:
        source = DatabaseSource(connection, Scope(area=code[:6]))
        entry, asked = REGISTRY[COMPLIANCE], (Level.TOWNSHIP, MONTH, TODAY)
        everyone = readings.leaderboard(source, readings.reading(source, entry, *asked, area=code[:6]))
        own = readings.leaderboard(source, readings.reading(source, entry, *asked, area=code[:6], own=code))
    assert own.before == {code: everyone.before[code]}, "no other's rank is handed on"
    assert [unit.moved for unit in own.units()] == [unit.moved for unit in everyone.units() if unit.code == code]


def test_no_page_of_a_township_names_another_township(county: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither on screen nor in the rows of what is handed out."""
    _code, _name, others = mine_and_others(county)
    tables: list[Table] = []
    offer_table = frame_of_page.offer_table

    def noted(title: str, make: Callable[[], Table]) -> None:
        tables.append(make())
        offer_table(title, make)

    monkeypatch.setattr(frame_of_page, "offer_table", noted)
    board = account_of(county, Role.TOWNSHIP)
    for path, entry in BY_PATH.items():
        tables.clear()
        seen = shown(drawn(board, entry, **PICKED))
        assert not board.exception, path
        handed = "\n".join(csv_bytes(table).decode("utf-8-sig") for table in tables)
        assert not [name for name in others if name in seen or name in handed], path


def test_a_townships_papers_say_its_place_and_name_no_other(county: Engine) -> None:
    code, _name, others = mine_and_others(county)
    with county.connect() as connection:
        own, wide = (DatabaseSource(connection, Scope.operator(area)) for area in (code, code[:6]))
        pack = meeting_pack(own, Audience.MONTHLY, MONTH, TODAY, area=code, around=wide)
        alone = meeting_pack(own, Audience.MONTHLY, MONTH, TODAY, area=code)
    mine = [chapter for chapter in pack.chapters if chapter.reading.level is Level.TOWNSHIP]
    assert mine, "some figures have no villages"
    frame = the_countys_frame(county, COMPLIANCE).set_index("code")
    duty = pack.chapter(COMPLIANCE)
    assert duty is not None
    assert f"列全县 {frame['rank'].notna().sum()} 个乡镇第 {frame['rank'][code]} 位" in duty.title
    assert [line[:2] for line in duty.table.texts()] == [[str(frame["rank"][code]), str(frame["rank"].notna().sum())], ["—", "—"]]
    assert all(file.content for file in meeting_files(pack))
    said = [text for chapter in pack.chapters for text in (chapter.title, chapter.subtitle)]
    texts = [*said, *(cell for table in pack.tables for line in table.texts() for cell in line)]
    assert not [name for name in others if any(name in text for text in texts)]
    villages = [chapter.title for chapter in alone.chapters if chapter.reading.level is Level.VILLAGE]
    assert villages == [chapter.title for chapter in pack.chapters if chapter.reading.level is Level.VILLAGE], "all else is as it was"


def test_a_village_is_ranked_in_its_township_and_a_county_alone() -> None:
    assert readings.ranked_within("149981101", Level.TOWNSHIP) == "149981"
    assert readings.ranked_within("149981101201", Level.VILLAGE) == "149981101"
    for area, level in (("149981101", Level.VILLAGE), ("149981", Level.TOWNSHIP), ("", Level.TOWNSHIP), ("149981", Level.COUNTY)):
        assert readings.ranked_within(area, level) == "", (area, level)


# --- of one township nothing is said as of several ----------------------------------------------------------------------------


def test_of_one_township_nobody_says_how_many_of_one() -> None:
    one, both = {"149981101": "泥河镇"}, {"149981101": "泥河镇", "149981102": "西沟乡"}
    none, ahead = pd.DataFrame(columns=["code", "weeks"]), pd.DataFrame(columns=["code"])
    view = View(MONTH, TODAY, Workdays({}))
    idle = pd.DataFrame({"person_id": pd.Series(dtype="int64"), "code": pd.Series(dtype="str")})
    owed = pd.DataFrame(columns=["number", "category", "township", "ended_at", "total"])
    cases = (
        (one, ("", "泥河镇开了夜学"), ("", "泥河镇已公示")),
        (both, ("0 个乡镇", "各乡镇都开了夜学"), ("2 个乡镇", "各乡镇都已公示")),
    )
    for townships, study, announced in cases:
        week = LastWeek(view, Week(MONTH.first, ()), townships, none, none, idle)
        group = nights.exceptions(week, {}, owed).groups[0]
        assert (group.count, group.quiet) == study
        group = reception.nothing_ahead(ahead, townships)
        assert (group.count, group.quiet) == announced


def test_tonight_of_one_township_is_said_by_its_name() -> None:
    rolls = pd.DataFrame(
        [{"code": "149981101", "name": "泥河镇", **dict.fromkeys(("compliant", "has_chief", "has_leaders", "has_staff"), True)}]
    )
    rolls = rolls.assign(unreported=False, leaders_needed=2)
    rolls = rolls.assign(leaders_counted=2, staff_needed=1, staff=1)
    asked = Question(Level.TOWNSHIP, MONTH, TODAY, Workdays({}), rulebook().on(TODAY))
    night = Night(TODAY, asked, rolls)
    assert night.sentence == "今晚泥河镇达标"
    assert [(group.count, group.quiet) for group in tonight_groups(night)] == [("", "泥河镇达标")]
    two = Night(TODAY, asked, pd.concat([rolls, rolls.assign(code="149981102", name="西沟乡")]))
    assert two.sentence == "今晚 2 个乡镇全部达标"
    assert tonight_groups(two)[0].quiet == "所有乡镇达标"


def test_the_books_of_one_township_are_said_by_its_name() -> None:
    frame = pd.DataFrame([{"code": "149981101", "name": "泥河镇", "k": 1, "n": 100, "value": 0.01, "rank": 1, "status": Status.OK}])
    for frames, who in ((frame, "泥河镇"), (pd.concat([frame, frame.assign(name="西沟乡")]), "各乡镇")):
        assert quality.sentence(MONTH, dict.fromkeys(quality.WATCHED, frames)) == f"{MONTH.label}{who}台账及时、没有明显异常"
