"""What somebody with an account or a ledger must not get: 检举控告, what names people in free text, whole phones.

Each test does what an attacker would do, and looks at everything that could have told or changed something.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, select

from data_access import valid
from data_access.administration import AuditSearch, audit_count, audit_page, table_facts
from data_access.areas import people, whole_phones
from data_access.board_tables import BoardImport
from data_access.captain_lists import captain_count, captain_search, visits_of
from data_access.captain_year import marks_of
from data_access.contents import contents
from data_access.decisions import Decision, decide, decisions
from data_access.imports import imports, refused_count, refused_rows
from data_access.night_entries import EntryError, Hours, Told, enter
from data_access.petition_lists import Asked, case_events, categories, petition_count
from data_access.problems import problem_counts, problem_rows
from data_access.profiles import known_person
from data_access.scope import Scope, is_accusation, names_accusation
from data_access.selection_flow import open_draft, steps
from data_access.tables import Petition, PetitionEvent, PetitionRating
from ingest.ledgers.checks import checked, kind_named
from ingest.ledgers.correct import corrections, sentence, write
from ingest.ledgers.directory import directory
from ingest.ledgers.load import Loaded, load
from ingest.ledgers.undo import plan, take_back
from metrics.definition import Span
from metrics.period import Period
from metrics.vocabulary import Level
from reports.frames import question
from reports.source import DatabaseSource, window
from tests.all_answers import differing, figures, lists, selections
from tests.builders import (
    CELL,
    EVERYTHING,
    TOWNSHIP,
    VILLAGE,
    a_captain_visit,
    a_county,
    a_household,
    a_mark,
    a_person,
    a_petition,
    a_stay,
    an_appointment,
)
from tests.random_worlds import World, a_world, store, stored
from tests.test_ledgers import NOW, a_book
from tests.test_problems import OCTOBER

SPELLINGS = ("检举控告", "检举、控告", "检举控告类", "举报控告", "检举-控告", "检 举 控 告", "检\u3000举类", "涉嫌违纪的控告", "检举")
NO_ACCUSATIONS = ("环境卫生", "举报", "安全检查举措", "管控广告", "", None)
KEEPER = Scope("", may_administer=True, may_audit=True)
HOLDER = Scope("", may_see_names=True, may_see_restricted=True, may_administer=True, may_audit=True)


# --- 检举控告 ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("flag", [None, False, True])
def test_an_accusation_is_known_by_its_flag_or_by_its_category_however_that_is_spelled(connection: Connection, flag: bool | None) -> None:
    for place, category in enumerate((*SPELLINGS, *NO_ACCUSATIONS)):
        a_petition(connection, "2026-10-08 09:00", number=str(place), category=category, restricted=flag)
    found = set(connection.scalars(select(Petition.category).where(is_accusation(Petition))))
    others = set(connection.scalars(select(Petition.category).where(~is_accusation(Petition))))
    assert found | others == {*SPELLINGS, *NO_ACCUSATIONS}
    assert found == ({*SPELLINGS, *NO_ACCUSATIONS} if flag else set(SPELLINGS))
    assert {category for category in (*SPELLINGS, *NO_ACCUSATIONS) if names_accusation(category)} == set(SPELLINGS)


def with_accusations(world: World) -> list[Any]:
    """Every petition of the world once more as an accusation, with all that happened to it; half only by their category."""
    ahead, rows = 10**6, []
    for table, values, place in world.rows:
        if table is Petition:
            by_category = {"restricted": False, "category": SPELLINGS[values["id"] % len(SPELLINGS)]}
            by_flag = {"restricted": True} if values["id"] % 2 else by_category
            again = {"number": f"SECRET-{values['id']}", "id": values["id"] + ahead, "repeat_of": values["repeat_of"] and values["id"]}
            rows.append((table, values | again | by_flag, place))
        elif table in (PetitionEvent, PetitionRating):
            rows.append((table, values | {"id": values["id"] + ahead, "petition_id": values["petition_id"] + ahead}, place))
    return rows


@pytest.mark.slow
def test_nothing_that_can_be_asked_changes_with_accusations(migrated: Engine) -> None:
    """Every figure, every list, every selection and what pages know of a county, without them and with as many of them as of the others."""
    world = a_world(3)

    def everything(connection: Connection) -> dict[Any, Any]:
        unordered = lists(connection, world) | selections(connection, world)  # not every question says an order
        found: dict[Any, Any] = {name: sorted(map(repr, rows)) for name, rows in unordered.items()}
        found |= figures(connection, Scope(area=""), tuple(Level), Period.parse("2026-10"))
        for name, query in (("contents", contents), ("decisions", decisions), ("categories", categories), ("facts", table_facts)):
            answer = query(KEEPER, connection)
            found[name] = answer if isinstance(answer, list) else answer.astype(str).to_numpy().tolist()
        return found

    with migrated.connect() as connection:
        stored(connection, world.rows)
        connection.execute(delete(Petition).where(Petition.restricted.is_(True)))  # so that 'facts' begin without any
        before = everything(connection)
        accusations = with_accusations(world)
        store(connection, accusations)
        first = connection.scalars(select(valid.Petition.id).where(valid.Petition.id >= 10**6).order_by(valid.Petition.id)).first()
        assert first is not None
        decide(HOLDER, connection, first, Decision.TASK, "限期核查", (NOW + timedelta(days=9)).date(), "xinfangju", NOW)
        assert before["petitions all"]
        assert differing(before, everything(connection)) == {}
        assert case_events(EVERYTHING, connection, first).empty
        assert not case_events(HOLDER, connection, first).empty
        connection.rollback()


def test_what_cannot_count_never_lists_an_accusation_not_even_for_who_holds_them(connection: Connection) -> None:
    a_county(connection)
    for place, area in enumerate((VILLAGE, "149981999")):
        faulty = {"ended_at": "2026-10-01 08:00", "handler_id": 987654, "origin_visit_id": 987654, "area": area}
        a_petition(connection, "2026-10-08 09:00", number=f"S-{place}", category="检举、控告", **faulty)
        a_petition(connection, "2026-10-08 09:00", number=f"T-{place}", restricted=True, **faulty)
    for scope in (EVERYTHING, HOLDER, KEEPER):
        assert problem_counts(scope, connection, OCTOBER).empty


# --- ledgers of 检举控告 ----------------------------------------------------------------------------------------------------

HEAD = ("编号", "发生地", "渠道", "类别", "大小", "点单时间", "是否检举控告", "事由")


def a_line(number: str, category: str = "道路", flag: str = "否", title: str = "村口路灯") -> tuple[Any, ...]:
    return (number, VILLAGE, "热线", category, "小事", "2026-10-08 09:00", flag, title)


@pytest.fixture
def county(connection: Connection) -> Connection:
    a_county(connection)
    an_appointment(connection, "township_leader", person=a_person(connection, "张三", "13800000001"))
    return connection


def put(connection: Connection, kind: str, path: Path, scope: Scope = EVERYTHING, by: str = "test") -> Loaded:
    known = kind_named(kind)
    found = checked(known, path, directory(scope, connection, households=known.households), NOW)
    return load(connection, found, file_name=path.name, digest="d", now=NOW, by=by)


def is_restricted(connection: Connection, number: str) -> bool:
    return bool(connection.scalar(select(Petition.restricted).where(Petition.number == number)))


@pytest.mark.parametrize("spelled", SPELLINGS)
def test_an_accusation_loaded_by_any_spelling_is_kept_under_one_category(county: Connection, tmp_path: Path, spelled: str) -> None:
    put(county, "诉求", a_book(tmp_path, HEAD, a_line("N-1", spelled)))
    assert county.execute(select(Petition.category, Petition.restricted)).one() == ("检举控告", True)


def test_no_ledger_correction_or_undo_takes_the_flag_away(county: Connection, tmp_path: Path) -> None:
    a_petition(county, "2026-10-08 09:00", number="N-1", source="ledger", source_ref="N-1", category="道路")
    a_petition(county, "2026-10-08 09:00", number="N-2", source="ledger", source_ref="N-2", category="检举、控告")
    raised = put(county, "诉求", a_book(tmp_path, HEAD, a_line("N-1", flag="是")))
    assert is_restricted(county, "N-1")
    for line in (a_line("N-1"), a_line("N-1", flag=""), a_line("N-2"), a_line("N-2", title="换个说法")):
        put(county, "诉求", a_book(tmp_path, HEAD, line))
        put(county, "诉求", a_book(tmp_path, HEAD[:6], line[:6]))
    assert is_restricted(county, "N-1")
    assert is_restricted(county, "N-2"), "known by its category alone before that was changed"

    known = directory(EVERYTHING, county)
    file = checked(kind_named("诉求"), a_book(tmp_path, HEAD, a_line("N-1", title="更正")), known, NOW)
    corrected = corrections(county, file)
    assert [sentence(file.kind, one, known) for one in corrected.rows] == ["第 2 行:限制知悉,内容不列"]
    write(county, file.kind, corrected.rows, known, file_name="f", why="w", by="test", now=NOW)
    assert is_restricted(county, "N-1")

    standing = select(BoardImport.id).where(BoardImport.undone_at.is_(None), BoardImport.id >= raised.import_id)
    for last in county.scalars(standing.order_by(BoardImport.id.desc())).all():
        found = plan(county, last, EVERYTHING)
        take_back(county, found, why="装错", by="test", now=NOW)
        assert is_restricted(county, "N-1"), last


def entries(connection: Connection, scope: Scope) -> list[str]:
    asked = AuditSearch(NOW - timedelta(days=1), NOW + timedelta(days=1), "loader")
    return [str(detail) for detail in audit_page(scope, connection, asked, limit=100)["detail"]]


def test_an_administrator_learns_no_number_and_no_count_of_accusations(county: Connection, tmp_path: Path) -> None:
    lines = [a_line("N-1"), *(a_line(f"SECRET-{number}", "检举控告") for number in range(7))]
    first = put(county, "诉求", a_book(tmp_path, HEAD, *lines), by="loader")
    again = put(
        county, "诉求", a_book(tmp_path, HEAD, a_line("N-1", title="新"), a_line("SECRET-1", title="新"), a_line("", "检举")), by="loader"
    )
    # A step whose handler is unknown is refused, and the refused line names an accusation's number.
    step = put(county, "诉求进展", a_book(tmp_path, ("编号", "经办人"), ("SECRET-2", "无名氏")), by="loader")
    assert (first.added, again.changed, len(step.refused)) == (8, 2, 1), "who loads a file is told what became of it"

    log = imports(KEEPER, county).set_index("id")
    shown = ["rows_total", "rows_added", "rows_changed", "rows_same", "rows_refused"]
    assert log.loc[first.import_id, shown].tolist() == [1, 1, 0, 0, 0]
    assert log.loc[again.import_id, shown].tolist() == [1, 0, 1, 0, 0]
    assert log.loc[step.import_id, shown].tolist() == [0, 0, 0, 0, 0]
    assert refused_rows(KEEPER, county, step.import_id).empty
    assert refused_count(KEEPER, county, step.import_id) == 0
    assert "SECRET-2" in refused_rows(HOLDER, county, step.import_id).to_string() or refused_count(HOLDER, county, step.import_id) == 1

    said = entries(county, KEEPER)
    assert not [line for line in said if "SECRET" in line or "7" in line or "8" in line]
    assert "诉求 台账.xlsx:共 1 行,新增 0,更新 1,已有 0,退回 0(改动:事由 1)" in said, "what really changed"
    assert "诉求 台账.xlsx 检举控告:新增 7,更新 0,已有 0,退回 0" in entries(county, HOLDER)

    facts = table_facts(KEEPER, county).set_index("table_name")["rows"]
    assert (facts["petition"], facts["petition_event"]) == (1, 1)
    assert table_facts(HOLDER, county).set_index("table_name")["rows"]["petition"] == 8

    undone = plan(county, first.import_id, EVERYTHING)
    assert (undone.removed, len(undone.hidden)) == (2, 14), "a petition and its first step; seven of each are not told"


def test_a_flag_that_a_load_raises_is_on_record_by_its_number(county: Connection, tmp_path: Path) -> None:
    put(county, "诉求", a_book(tmp_path, HEAD, a_line("N-1")), by="loader")
    put(county, "诉求", a_book(tmp_path, HEAD, a_line("N-1", flag="是")), by="loader")
    assert "诉求 台账.xlsx 检举控告:新增 0,更新 1,已有 0,退回 0;新标为检举控告:N-1" in entries(county, HOLDER)
    assert "(限制知悉)" in entries(county, KEEPER)


# --- what somebody wrote, and phones -----------------------------------------------------------------------------------------


def test_what_somebody_wrote_is_hidden_from_who_may_see_no_names(connection: Connection) -> None:
    a_county(connection)
    captain = an_appointment(connection, "cell_captain", CELL)
    a_stay(connection, 987654, "2026-10-08", note="私密")
    a_captain_visit(connection, captain, a_household(connection), "2026-10-08", note="私密")
    a_mark(connection, captain, "bonus", points=1, reason="私密", evidence="私密", decided_on="2026-10-08")
    petition = a_petition(connection, "2026-10-08 09:00", title="私密")
    decide(EVERYTHING, connection, petition, Decision.TASK, "私密", (NOW + timedelta(days=9)).date(), "shuji", NOW)
    selection = open_draft(connection, 2026, "cell_captain", "zuzhibu", "私密", NOW)
    days = (date(2026, 10, 1), date(2026, 10, 31))

    def everything(scope: Scope) -> str:
        found = (
            problem_rows(scope, connection, OCTOBER, "住夜.person"),
            visits_of(scope, connection, captain, *days),
            marks_of(scope, connection, captain, 2026, days[1]),
            decisions(scope, connection),
            steps(scope, connection, selection),
        )
        assert all(len(rows) for rows in found)
        return " ".join(rows.to_string() for rows in found)

    assert everything(EVERYTHING).count("私密") == 7
    assert "私密" not in everything(replace(EVERYTHING, may_see_names=False))
    assert everything(replace(EVERYTHING, may_see_names=False)).count("(不显示)") == 6


def test_a_whole_phone_is_asked_for_alone_and_by_who_may_see_names(connection: Connection) -> None:
    a_county(connection)
    person = an_appointment(connection, "township_chief", person=a_person(connection, "张三", "13812345678"))
    for scope in (EVERYTHING, HOLDER, KEEPER):
        assert people(scope, connection, [person])["phone"].tolist() == ["138****5678"]
        assert "13812345678" not in str(known_person(replace(scope, area=""), connection, person))
    assert whole_phones(EVERYTHING, connection, [person]) == {person: "13812345678"}
    assert whole_phones(KEEPER, connection, [person]) == {}


def test_whole_phones_are_of_people_who_have_to_do_with_the_scope(connection: Connection) -> None:
    """Whoever makes up the number of a person of another township is told no phone, on whatever page he asks."""
    a_county(connection)
    names = ("张三", "李四", "王五", "赵六")
    ours, theirs, handler, nobody = (a_person(connection, name, f"1380000000{place}") for place, name in enumerate(names))
    an_appointment(connection, "village_chief", VILLAGE, person=ours)
    for stranger in (theirs, handler):
        an_appointment(connection, "township_chief", "149981102", person=stranger)
    a_petition(connection, "2026-10-08 09:00", handler_id=handler)
    a_petition(connection, "2026-10-08 09:00", number="S", restricted=True, handler_id=theirs)
    everybody = [ours, theirs, handler, nobody]
    assert set(whole_phones(replace(EVERYTHING, area=TOWNSHIP), connection, everybody)) == {ours, handler, nobody}
    assert set(whole_phones(replace(EVERYTHING, area=CELL), connection, everybody)) == {ours, nobody}
    assert set(whole_phones(EVERYTHING, connection, everybody)) == set(everybody)
    assert whole_phones(replace(EVERYTHING, area=None), connection, everybody) == {}


def test_nobody_learns_by_searching_what_he_may_not_read(connection: Connection) -> None:
    """A count of what was found would tell, letter by letter, whose name it is and what a title says."""
    a_county(connection)
    an_appointment(connection, "cell_captain", CELL, person=a_person(connection, "殷真名"))
    a_petition(connection, "2026-10-08 09:00", title="私密")
    masked, source = replace(EVERYTHING, may_see_names=False), DatabaseSource(connection, EVERYTHING)
    month = window(question(source, Level.TOWNSHIP, Period.parse("2026-10"), OCTOBER.as_of), Span.PERIOD)
    for words in ("殷真名", "殷", "真", "_", "%", "殷%"):
        assert captain_count(masked, connection, words, OCTOBER.as_of) == 0, words
        assert captain_search(masked, connection, words, OCTOBER.as_of).empty
    assert captain_count(EVERYTHING, connection, "殷", OCTOBER.as_of) == 1
    assert [petition_count(scope, connection, month, Asked("all_and_open", words="私密")) for scope in (masked, EVERYTHING)] == [0, 1]


@pytest.mark.parametrize(
    "words", ["x" * 60_000, "长" * 60_000, "a " * 60_000, "\x00", "%" * 60_000], ids=["long", "wide", "many", "zero", "any"]
)
def test_no_words_to_look_for_are_more_than_a_database_takes(connection: Connection, words: str) -> None:
    """Of a pattern beyond 50,000 bytes SQLite says the same as of a file that is locked, and the page, that the database is away."""
    a_county(connection)
    source = DatabaseSource(connection, EVERYTHING)
    month = window(question(source, Level.TOWNSHIP, Period.parse("2026-10"), OCTOBER.as_of), Span.PERIOD)
    assert captain_search(EVERYTHING, connection, words, OCTOBER.as_of).empty
    assert petition_count(EVERYTHING, connection, month, Asked("all_and_open", words=words)) == 0
    told = AuditSearch(datetime(2026, 1, 1), datetime(2027, 1, 1), username=words, text=words)
    assert audit_count(Scope("", may_audit=True), connection, told) == 0


def test_a_form_that_was_made_up_tells_nobodys_name(connection: Connection) -> None:
    a_county(connection)
    stranger = an_appointment(connection, "township_chief", "149981102", person=a_person(connection, "禹外乡"))
    night, now = date(2026, 10, 15), NOW.replace(year=2026, month=10, day=15, hour=22)
    for told in (Told(frozenset({stranger})), Told(frozenset({987654}))):
        with pytest.raises(EntryError, match="有人当晚不在本单位任职"):
            enter(Scope(TOWNSHIP, may_see_names=True), connection, night, told, Hours(evening=18, over=8), now=now, by="tianbao")
