"""A roster sent again takes the place of the earlier one for its nights: who comes off, who stays, what is told of it, and the way back."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, insert, select

from data_access.board_tables import BoardAudit
from data_access.tables import DutyRoster, Person
from ingest.__main__ import main
from ingest.ledgers.replaced import EVENING_HOUR
from metrics.rulebook import rulebook
from tests.builders import TOWNSHIP, a_county, a_person, an_appointment, an_area, figure, kn
from tests.test_ledger_undo import undone, whole
from tests.test_ledgers import a_book, put

EARLY = datetime(2026, 11, 20, 9, 0)
HEAD = ("日期", "姓名", "单位", "岗位")
CHIEF, OTHERS = "正一", ("班甲", "班乙", "职丙")
FIRST = [(f"2026-11-{day}", name, "泥河镇", "带班" if name == CHIEF else "值班") for day in (20, 23) for name in (CHIEF, *OTHERS[:2])]


@pytest.fixture
def county(connection: Connection) -> Connection:
    a_county(connection)
    for name, role in zip((CHIEF, *OTHERS), ("township_chief", "township_leader", "township_leader", "township_staff"), strict=True):
        an_appointment(connection, role, TOWNSHIP, person=a_person(connection, name, None))
    return connection


def names(connection: Connection) -> dict[int, list[str]]:
    rows = connection.execute(select(DutyRoster.night, Person.name).join(Person, Person.id == DutyRoster.person_id))
    found: dict[int, list[str]] = {}
    for night, name in rows:
        found.setdefault(night.day, []).append(name)
    return {day: sorted(each) for day, each in found.items()}


def test_the_night_is_as_the_new_roster_says_and_other_nights_as_they_were(county: Connection, tmp_path: Path) -> None:
    put(county, "排班", a_book(tmp_path, HEAD, *FIRST), EARLY)
    between = whole(county)
    new = [("2026-11-23", name, "泥河镇", "带班" if name == CHIEF else "值班") for name in (CHIEF, *OTHERS[1:])]
    again = put(county, "排班", a_book(tmp_path, HEAD, *new), EARLY)
    assert names(county) == {20: sorted([CHIEF, *OTHERS[:2]]), 23: sorted([CHIEF, *OTHERS[1:]])}
    assert (again.added, again.same, again.taken_off) == (1, 2, 1)
    assert again.replaced == ["从原排班中去掉 1 人次:泥河镇 11月23日 班甲"]
    assert "从原排班去掉 1" in county.scalars(select(BoardAudit.detail).order_by(BoardAudit.id.desc())).first()
    undone(county, again.import_id)
    assert whole(county) == between, "taken back, the earlier roster stands as it stood"


@pytest.mark.parametrize(
    ("now", "off"),
    [
        ("2026-11-20T17:59:59", ["班甲", "班乙"]),
        ("2026-11-20T18:00:00", []),
        ("2026-11-21T09:00:00", []),
    ],
)
def test_once_its_evening_has_begun_a_roster_is_what_was_planned(county: Connection, tmp_path: Path, now: str, off: list[str]) -> None:
    put(county, "排班", a_book(tmp_path, HEAD, *FIRST[:3]), EARLY)
    only = put(county, "排班", a_book(tmp_path, HEAD, FIRST[0], ("2026-11-20", "职丙", "泥河镇", "值班")), datetime.fromisoformat(now))
    assert names(county)[20] == sorted({CHIEF, *OTHERS} - set(off))
    assert only.taken_off == len(off)
    assert ("原排班照留,只补不去" in "".join(only.replaced)) == (not off)
    planned = kn(figure(county, "duty.planned", "township", "2026-11", "2026-11-20"), TOWNSHIP)[0]
    assert planned == (0 if off else 1), "told by the roster that stood when the evening began"


def test_what_was_entered_when_the_evening_had_begun_was_no_plan_and_may_be_mended(county: Connection, tmp_path: Path) -> None:
    later = datetime(2026, 11, 24, 9, 0)
    put(county, "排班", a_book(tmp_path, HEAD, *FIRST), later)
    put(county, "排班", a_book(tmp_path, HEAD, FIRST[0], FIRST[1]), later)
    assert names(county)[20] == sorted([CHIEF, "班甲"])


def test_other_posts_other_units_and_rows_of_other_systems_stay(county: Connection, tmp_path: Path) -> None:
    other = an_area(county, "149981102", "township", name="石桥镇")
    stranger = an_appointment(county, "township_chief", other, person=a_person(county, "桥正一", None))
    put(county, "排班", a_book(tmp_path, HEAD, *FIRST, ("2026-11-23", "桥正一", "石桥镇", "带班")), EARLY)
    fed = {"area_code": TOWNSHIP, "night": date(2026, 11, 23), "person_id": stranger, "post": "lead", "source": "oa", "source_ref": "7"}
    county.execute(insert(DutyRoster).values(fed))
    put(county, "排班", a_book(tmp_path, HEAD, ("2026-11-23", "班甲", "泥河镇", "带班")), EARLY)
    assert names(county)[23] == sorted(["班甲", "班乙", "桥正一", "桥正一"]), "the file tells of who leads, and of nobody else"


def test_a_file_with_refused_lines_takes_nobody_off_nor_does_the_mended_one(county: Connection, tmp_path: Path) -> None:
    put(county, "排班", a_book(tmp_path, HEAD, *FIRST), EARLY)
    broken = put(county, "排班", a_book(tmp_path, HEAD, FIRST[3], FIRST[4], ("2026-11-23", "没有此人", "泥河镇", "值班")), EARLY)
    assert (len(broken.refused), broken.taken_off) == (1, 0)
    assert "先不去掉" in broken.replaced[0]
    mended = a_book(tmp_path, ("行号", "退回原因", *HEAD), ("3", "姓名:没有此人", "2026-11-23", "职丙", "泥河镇", "值班"))
    assert put(county, "排班", mended, EARLY).taken_off == 0
    assert names(county)[23] == sorted([CHIEF, *OTHERS])


def test_the_check_says_who_comes_off_and_writes_nothing(database: Engine, tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.setattr("ingest.__main__.beijing_now", lambda: EARLY)
    with database.begin() as writing:
        a_county(writing)
        for name, role in ((CHIEF, "township_chief"), (OTHERS[0], "township_leader"), (OTHERS[1], "township_leader")):
            an_appointment(writing, role, TOWNSHIP, person=a_person(writing, name, None))
        put(writing, "排班", a_book(tmp_path, HEAD, *FIRST), EARLY)
    path = str(a_book(tmp_path, HEAD, FIRST[3], FIRST[4]))
    assert main(["check", "duty_roster", path, "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["added"], told["same"], told["taken_off"]) == (0, 2, 1)
    assert told["preview"]["replaced"] == ["从原排班中去掉 1 人次:泥河镇 11月23日 班乙"]
    with database.connect() as reading:
        assert len(names(reading)[23]) == 3
    assert main(["load", "duty_roster", path]) == 0
    assert "去掉 1" in capsys.readouterr().out
    with database.connect() as reading:
        assert names(reading) == {20: sorted([CHIEF, *OTHERS[:2]]), 23: sorted([CHIEF, OTHERS[0]])}


def test_the_evening_is_the_rulebooks() -> None:
    assert all(edition.number("duty", "evening_hour") == EVENING_HOUR for edition in rulebook().editions)
