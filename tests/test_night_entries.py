"""填报: what a unit tells of its own night, until which hour, and that nothing is entered twice."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from data_access.board_tables import BoardAudit, BoardNightEntry
from data_access.night_entries import EntryError, Hours, Told, enter, entries, stays_told, unit_of
from data_access.scope import Scope
from data_access.tables import DutyRoster, NightStay
from ingest.ledgers.checks import checked, kind_named
from ingest.ledgers.directory import directory
from ingest.ledgers.load import load
from tests.builders import EVERYTHING, TOWNSHIP, VILLAGE, a_county, a_leave, a_person, a_stay, a_turn, an_appointment

HOURS = Hours(evening=18, over=8)
THURSDAY = date(2026, 10, 15)
OWN = Scope(area=TOWNSHIP, may_see_names=True)
TEN = datetime(2026, 10, 15, 22, 0)


@pytest.fixture
def team(connection: Connection) -> list[int]:
    a_county(connection)
    names = ("township_chief", "township_leader", "township_leader")
    return [an_appointment(connection, role, person=a_person(connection, f"干部{place}")) for place, role in enumerate(names)]


def told(connection: Connection, *came: int, now: datetime = TEN, scope: Scope = OWN, night: date = THURSDAY, **more: object):
    return enter(scope, connection, night, Told(frozenset(came), **more), HOURS, now=now, by="tianbao")  # type: ignore[arg-type]


def audited(connection: Connection) -> int:
    return connection.scalar(select(func.count()).where(BoardAudit.action == "entry")) or 0


def stays(connection: Connection) -> list[tuple[int, str | None, str | None]]:
    return [
        tuple(row) for row in connection.execute(select(NightStay.person_id, NightStay.source, NightStay.source_ref).order_by(NightStay.id))
    ]


def test_the_same_sent_again_changes_nothing_and_is_on_record_once(connection: Connection, team: list[int]) -> None:
    before = audited(connection)
    first, again = told(connection, *team[:2], note="齐"), told(connection, *team[:2], note="齐")
    assert (first.added, first.changed, again.added, again.changed) == (tuple(team[:2]), True, (), False)
    assert stays(connection) == [(person, "form", f"{person}|{TOWNSHIP}|{THURSDAY}") for person in team[:2]]
    assert audited(connection) == before + 1
    detail = connection.scalars(select(BoardAudit.detail).where(BoardAudit.action == "entry").order_by(BoardAudit.id.desc())).first()
    assert detail == f"住夜 {TOWNSHIP} 2026-10-15:登记 2 人(人员编号 {team[0]}、{team[1]});说明有改动"


def test_a_tick_taken_away_takes_back_what_was_told_here_and_nothing_else(connection: Connection, team: list[int]) -> None:
    told(connection, team[0])
    a_stay(connection, team[1], THURSDAY, source="oa", source_ref="1")
    assert told(connection, left=frozenset({team[0]})).removed == (team[0],)
    with pytest.raises(EntryError, match="其他系统登记"):
        told(connection, left=frozenset({team[1]}))
    assert stays(connection) == [(team[1], "oa", "1")]
    assert stays_told(OWN, connection, TOWNSHIP, THURSDAY).to_dict("records") == [{"person_id": team[1], "by_form": False}]


def test_two_phones_of_one_unit_add_up(connection: Connection, team: list[int]) -> None:
    told(connection, team[0])
    told(connection, team[1])  # a phone that had not heard of the first
    assert [row[0] for row in stays(connection)] == team[:2]


@pytest.mark.parametrize(
    ("now", "night", "said"),
    [
        (datetime(2026, 10, 15, 17, 59), THURSDAY, "18时起"),
        (datetime(2026, 10, 15, 18, 0), THURSDAY, None),
        (datetime(2026, 10, 16, 7, 59), THURSDAY, None),
        (datetime(2026, 10, 16, 8, 0), THURSDAY, "已过填报时限"),
        (datetime(2026, 10, 15, 22, 0), date(2026, 10, 16), "已过填报时限"),
    ],
)
def test_a_night_is_told_of_from_the_evening_to_the_morning_hour(
    connection: Connection, team: list[int], now: datetime, night: date, said: str | None
) -> None:
    if said is None:
        assert told(connection, team[0], now=now, night=night).added == (team[0],)
        return
    with pytest.raises(EntryError, match=said):
        told(connection, team[0], now=now, night=night)
    assert stays(connection) == []


def test_only_people_of_the_own_unit_and_only_its_own_account(connection: Connection, team: list[int]) -> None:
    stranger, villager = a_person(connection), an_appointment(connection, "village_chief", VILLAGE)
    a_leave(connection, team[2], "2026-10-15", None)
    for person in (stranger, villager, team[2], 987654):
        with pytest.raises(EntryError, match="不在本单位任职"):
            told(connection, person)
    a_turn(connection, stranger, THURSDAY, post="staff")  # on tonight's roster, though no cadre
    assert told(connection, stranger).added == (stranger,)
    for scope in (Scope(area=""), Scope(area="149981"), Scope(), EVERYTHING):
        assert unit_of(scope) is None
        with pytest.raises(EntryError, match="不能填报"):
            told(connection, team[0], scope=scope)
    village = Scope(area=VILLAGE, may_see_names=True)
    assert told(connection, villager, scope=village).added == (villager,)


def test_who_stands_in_is_kept_with_the_turn(connection: Connection, team: list[int]) -> None:
    turn = a_turn(connection, team[0], THURSDAY)
    assert told(connection, substitutes={turn: team[1]}).changed
    assert connection.scalar(select(DutyRoster.substitute_id)) == team[1]
    assert not told(connection, substitutes={turn: team[1]}).changed
    with pytest.raises(EntryError, match="就是本人"):
        told(connection, substitutes={turn: team[0]})
    with pytest.raises(EntryError, match="排班已有变动"):
        told(connection, substitutes={turn + 1: team[1]})
    assert told(connection, substitutes={turn: None}).changed


def test_the_note_is_of_the_unit_and_masked_readers_do_not_see_it(connection: Connection, team: list[int]) -> None:
    told(connection, note="正职在县里开会")
    [row] = entries(OWN, connection, THURSDAY).to_dict("records")
    assert (row["code"], row["note"], row["saved_at"], row["saved_by"]) == (TOWNSHIP, "正职在县里开会", TEN, "tianbao")
    assert entries(Scope(area=""), connection, THURSDAY)["note"].tolist() == [None]
    assert entries(Scope(area="149982"), connection, THURSDAY).empty
    with pytest.raises(EntryError, match="200"):
        told(connection, note="长" * 201)
    assert connection.scalar(select(func.count()).select_from(BoardNightEntry)) == 1


def test_a_ledger_of_the_same_night_finds_what_was_told(connection: Connection, team: list[int], tmp_path: Path) -> None:
    told(connection, team[0])
    path = tmp_path / "住夜.csv"
    path.write_text("日期,姓名,单位\n2026-10-15,干部0,泥河镇\n2026-10-15,干部1,泥河镇\n", encoding="utf-8")
    now = datetime(2026, 10, 20, 9)
    found = checked(kind_named("住夜"), path, directory(EVERYTHING, connection), now)
    loaded = load(connection, found, file_name="住夜.csv", digest="", now=now, by="test")
    assert (loaded.added, loaded.same) == (1, 1)
    assert [row[:2] for row in stays(connection)] == [(team[0], "form"), (team[1], "ledger")]
