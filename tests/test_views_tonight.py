"""今晚 by name: who is missing and why, at every hour, and whom to call."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd
import pytest
from sqlalchemy import Connection

from data_access.scope import Scope
from metrics.vocabulary import Status
from reports.links import to_person
from reports.source import DatabaseSource
from reports.tonight import night_on, tonights_day, units_on
from reports.views import tonight
from reports.views.duty import Night
from reports.views.tonight import Unit
from tests.builders import EVERYTHING, TOWNSHIP, VILLAGE, a_county, a_leave, a_person, a_stay, a_turn, an_appointment, an_area

THURSDAY, FRIDAY, SATURDAY = "2026-10-15", "2026-10-16", "2026-10-17"
OTHER = "149981102"


@pytest.fixture
def county(connection: Connection) -> dict[str, int]:
    """泥河镇 with two chiefs, three leaders and five staff, its 河东村, and 西沟乡 with one chief. The county has kept a ledger since the
    night before."""
    a_county(connection)
    an_area(connection, OTHER, "township", "西沟乡")

    def serves(name: str, role: str, area: str = TOWNSHIP, phone: str | None = "13812345678") -> int:
        return an_appointment(connection, role, area, person=a_person(connection, name, phone))

    people = {name: serves(name, "township_chief") for name in ("王强", "李刚")}
    people |= {name: serves(name, "township_leader") for name in ("赵一", "钱二", "孙三")}
    people |= {f"职{number}": serves(f"职{number}", "township_staff") for number in range(5)}
    people |= {"村主任": serves("村主任", "village_chief", VILLAGE), "村委": serves("村委", "village_committee", VILLAGE)}
    people |= {"西正": serves("西正", "township_chief", OTHER, phone=None)}
    a_stay(connection, people["王强"], "2026-10-14")
    return people


def at(connection: Connection, moment: str, scope: Scope = EVERYTHING) -> tuple[Night, dict[str, Unit]]:
    clock = datetime.fromisoformat(moment)
    source = DatabaseSource(connection, scope, at=clock)
    asked = night_on(source, clock.date(), clock.date()).asked
    night = night_on(source, clock.date(), tonights_day(asked))
    units = units_on(source, night)
    return night, {unit.name: unit for unit in units}


@pytest.mark.parametrize(
    ("moment", "night"),
    [
        (f"{THURSDAY}T07:59:59", "2026-10-14"),
        (f"{THURSDAY}T08:00", THURSDAY),
        (f"{THURSDAY}T22:00", THURSDAY),
        (f"{FRIDAY}T07:59", THURSDAY),
    ],
)
def test_a_night_is_tonight_until_the_rulebooks_hour(connection: Connection, county: dict[str, int], moment: str, night: str) -> None:
    assert at(connection, moment)[0].day == date.fromisoformat(night)


def test_who_is_missing_is_told_with_the_reason(connection: Connection, county: dict[str, int]) -> None:
    a_leave(connection, county["王强"], THURSDAY, FRIDAY, "training")
    a_turn(connection, county["李刚"], THURSDAY, phone="13900000000")
    a_turn(connection, county["赵一"], THURSDAY, post="member")
    a_stay(connection, county["钱二"], THURSDAY)
    a_stay(connection, county["孙三"], THURSDAY, VILLAGE)
    _, units = at(connection, f"{THURSDAY}T22:00")
    unit = units["泥河镇"]
    assert unit.lacking == "缺正职、班子差1人、职工差1人"
    assert [(each.name, each.post, each.reason) for each in unit.absent] == [
        ("李刚", "正职", "排了没到"),
        ("王强", "正职", "培训"),
        ("赵一", "班子", "排了没到"),
        ("孙三", "班子", "住在河东村"),
    ]
    assert unit.sentence.startswith("泥河镇缺正职、班子差1人、职工差1人:李刚(排了没到)、王强(培训)、赵一")
    assert unit.group_words == "泥河镇缺正职、班子差1人、职工差1人"
    assert unit.present == (("班子", ("钱二",)),)
    assert [(turn.name, turn.post, turn.state) for turn in unit.turns] == [("李刚", "带班领导", "还没到"), ("赵一", "值班成员", "还没到")]
    assert county["王强"] not in unit.callable_people, "who is in training is not called"


@pytest.mark.parametrize(("kind", "reason"), [("leave", "请假"), ("secondment", "借调"), ("training", "培训"), ("", "未排班")])
def test_every_reason_has_its_word(connection: Connection, county: dict[str, int], kind: str, reason: str) -> None:
    if kind:
        a_leave(connection, county["西正"], THURSDAY, None, kind)
    _, units = at(connection, f"{THURSDAY}T22:00")
    assert [each.reason for each in units["西沟乡"].absent] == [reason]


def test_a_unit_that_has_told_nothing_says_whom_to_ask(connection: Connection, county: dict[str, int]) -> None:
    a_turn(connection, county["职0"], THURSDAY, post="staff")
    _night, units = at(connection, f"{THURSDAY}T22:00")
    silent = units["泥河镇"]
    assert (silent.unreported, silent.lacking, silent.verdict.status) == (True, "还没有记录", Status.NONE)
    assert silent.ask == tonight.Contact(county["职0"], "职0", "值班人员"), "somebody on the roster"
    assert units["西沟乡"].ask == tonight.Contact(county["西正"], "西正", "党政正职")
    assert [each.name for each in silent.absent] == ["王强", "李刚", "赵一", "钱二", "孙三"]
    assert [unit.name for unit in tonight.short_villages(list(units.values()))] == ["河东村"]
    over, units = at(connection, f"{FRIDAY}T07:59")
    assert over.label.startswith("昨晚")
    assert units["泥河镇"].lacking == "还没有记录"


def test_before_the_evening_the_roster_is_what_can_be_told(connection: Connection, county: dict[str, int]) -> None:
    for name in ("王强", "赵一"):
        a_turn(connection, county[name], THURSDAY)
    night, units = at(connection, f"{THURSDAY}T17:59")
    assert night.is_still_to_come
    assert (units["泥河镇"].lacking, units["泥河镇"].verdict.words, units["泥河镇"].absent) == ("", "已排 2 人", ())
    assert [turn.state for turn in units["泥河镇"].turns] == ["还没到", "还没到"]
    assert (units["西沟乡"].lacking, [each.reason for each in units["西沟乡"].absent]) == ("未排班", ["未排班"])
    assert tonight.title(night, list(units.values())) == "今晚还没到(18时起),2 个乡镇中 1 个已排班,西沟乡未排班"
    a_turn(connection, county["职1"], FRIDAY)
    night, units = at(connection, f"{FRIDAY}T12:00")
    assert (units["泥河镇"].lacking, [each.name for each in units["泥河镇"].absent]) == ("未排正职", ["王强", "李刚"])


def test_who_stands_in_is_called_and_counts(connection: Connection, county: dict[str, int]) -> None:
    a_turn(connection, county["王强"], THURSDAY, substitute_id=county["李刚"])
    _, units = at(connection, f"{THURSDAY}T20:00")
    [turn] = units["泥河镇"].turns
    assert (turn.who, turn.state, turn.calls) == ("王强(李刚替)", "还没到", county["李刚"])
    a_stay(connection, county["李刚"], THURSDAY)
    _, units = at(connection, f"{THURSDAY}T20:00")
    assert (units["泥河镇"].turns[0].state, units["泥河镇"].turns[0].came) == ("替班已到", True)
    assert all(each.post != "正职" for each in units["泥河镇"].absent)


def test_a_day_off_has_nobody_missing(connection: Connection, county: dict[str, int]) -> None:
    night, units = at(connection, f"{SATURDAY}T21:00")
    assert (len(night.townships), units) == (0, {})
    assert tonight.no_workday_title(date(2026, 10, 3), "国庆节") == "10月3日(国庆节)不是工作日,住夜不作要求"


def test_names_are_masked_and_only_the_own_township_is_told(connection: Connection, county: dict[str, int]) -> None:
    _, units = at(connection, f"{THURSDAY}T22:00", Scope(area=OTHER))
    assert list(units) == ["西沟乡"]
    assert [each.name for each in units["西沟乡"].absent] == ["西*"]


# --- as it is read --------------------------------------------------------------------------------------------------


def test_the_first_thing_is_whom_to_call(connection: Connection, county: dict[str, int]) -> None:
    a_leave(connection, county["王强"], THURSDAY, None)
    a_turn(connection, county["李刚"], THURSDAY)
    a_stay(connection, county["赵一"], THURSDAY)
    an_appointment(connection, "township_leader")  # a fifth to name
    night, units = at(connection, f"{THURSDAY}T22:00")
    numbers = {county["李刚"]: "13900000000", county["王强"]: "13800000000"}
    sheet = tonight.call_sheet(night, list(units.values()), numbers)
    assert [group.name for group in sheet.groups] == ["西沟乡", "泥河镇"]
    first, second = sheet.groups[1].calls[:2]
    assert (first.name, first.words, first.phone) == ("李刚", "正职 · 排了没到", "13900000000")
    assert (second.name, second.words, second.phone) == ("王强", "正职 · 请假", ""), "who is on leave is not called"
    assert first.link == to_person(county["李刚"])
    assert sheet.groups[1].small == "在岗:班子 赵一;另有 1 人见下表"
    table = tonight.township_people(night, list(units.values()), numbers)
    assert table.texts()[1][0] == "泥河镇"
    assert "13900000000" not in str(table.texts()), "numbers go into no file"


def test_the_villages_without_a_chief_are_counted_among_all(connection: Connection, county: dict[str, int]) -> None:
    night, units = at(connection, f"{THURSDAY}T22:00")
    every = list(units.values())
    table = tonight.village_people(night, tonight.short_villages(every), every, {})
    assert table.conclusion == "今晚 1 个村中 1 个还没有主干的记录"
    a_stay(connection, county["村主任"], THURSDAY, VILLAGE)
    night, units = at(connection, f"{THURSDAY}T22:00")
    assert tonight.short_villages(list(units.values())) == []


def test_a_note_of_the_unit_stands_beside_what_is_missing(connection: Connection, county: dict[str, int]) -> None:
    night, _ = at(connection, f"{THURSDAY}T22:00")
    source = DatabaseSource(connection, EVERYTHING)
    lists = source.night_lists(night.day, [TOWNSHIP, OTHER])
    notes = pd.DataFrame([{"code": OTHER, "note": "正职在县里开会", "saved_at": datetime(2026, 10, 15, 21, 40)}])
    found = {unit.name: unit for unit in tonight.units_of(night, *lists._replace(notes=notes))}
    assert found["西沟乡"].note == "正职在县里开会(10月15日 21:40 填报)"
    assert found["泥河镇"].note == ""
