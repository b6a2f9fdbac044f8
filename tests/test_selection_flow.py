"""年度评选 on record: the order of steps, five working days by the calendar, overrides by two accounts, who moves up."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd
import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from data_access.board_tables import BoardAudit, BoardSelection, BoardSelectionStep
from data_access.calendar import calendar_days
from data_access.scope import Scope
from data_access.selection_flow import StepTaken, add_step, freeze, frozen_texts, open_draft, selections, steps
from metrics.selection.flow import (
    MAIN_LINE,
    FlowError,
    Record,
    Step,
    confirmed_overrides,
    deadline,
    final_list,
    next_step,
    pending_overrides,
    require,
    stage,
    waiting_until,
)
from metrics.workdays import Workdays
from tests.builders import EVERYTHING

WORKDAYS = Workdays.from_frame(pd.DataFrame(calendar_days(2026, 2026)))
SEATS = {"a": 2, "b": 1}
DAYS = {Step.APPEALS: 5, Step.NOTICE: 5}
NOW = datetime(2026, 9, 24, 10)


def a_record(number: int, step: Step, username: str = "one", **more) -> Record:
    return Record(number, step, NOW, username, "依据", **more)


def so_far(*names: Step) -> list[Record]:
    """The main line up to and with some steps; township approvals by every township."""
    records = []
    for name in names:
        for area in SEATS if name is Step.TOWNSHIP else (None,):
            until = date(2026, 10, 9) if name in DAYS else None
            records.append(a_record(len(records) + 1, name, until=until, area_code=area))
    return records


def may(step: Step, records: list[Record], *, today: date = date(2026, 10, 12), role: str = "organisation", **more) -> bool:
    asked = {"username": "one", "reason": "依据", "seats": SEATS, **more}
    try:
        require(step, records, role=role, today=today, **asked)
    except FlowError:
        return False
    return True


@pytest.mark.parametrize("place", range(len(MAIN_LINE)))
def test_each_step_follows_the_one_before_and_no_other(place):
    records = so_far(*MAIN_LINE[:place])
    for step in MAIN_LINE:
        about = {"area_code": "a"} if step is Step.TOWNSHIP else {}
        assert may(step, records, **about) == (step is MAIN_LINE[place])


@pytest.mark.parametrize(
    ("begun", "until"),
    [
        (date(2026, 9, 1), date(2026, 9, 8)),
        (date(2026, 9, 24), date(2026, 10, 9)),  # Mid-Autumn, the make-up Sunday and National Day week between
        (date(2026, 10, 9), date(2026, 10, 15)),  # Saturday the 10th is a working day
    ],
)
def test_appeals_and_notice_last_five_working_days_by_the_calendar(begun, until):
    assert deadline(Step.APPEALS, begun, WORKDAYS, DAYS) == until
    assert deadline(Step.REVIEW, begun, WORKDAYS, DAYS) is None


@pytest.mark.parametrize(("today", "allowed"), [(date(2026, 10, 8), False), (date(2026, 10, 9), False), (date(2026, 10, 10), True)])
def test_nothing_follows_before_the_last_of_the_days_is_over(today, allowed):
    records = so_far(Step.DRAFT, Step.FROZEN, Step.APPEALS)
    assert waiting_until(records) == date(2026, 10, 9)
    assert may(Step.REVIEW, records, today=today) == allowed
    assert may(Step.FINAL, so_far(*MAIN_LINE[:-1]), today=today) == allowed


def test_every_township_with_seats_decides_for_itself():
    records = so_far(Step.DRAFT, Step.FROZEN, Step.APPEALS, Step.REVIEW)
    assert may(Step.TOWNSHIP, records, role="township", area_code="a")
    records.append(a_record(9, Step.TOWNSHIP, area_code="a"))
    assert next_step(records, SEATS) is Step.TOWNSHIP
    assert not may(Step.TOWNSHIP, records, area_code="a")
    assert not may(Step.JOINT_CHECK, records)
    records.append(a_record(10, Step.TOWNSHIP, area_code="b"))
    assert next_step(records, SEATS) is Step.JOINT_CHECK


def test_a_step_needs_the_right_and_a_reason():
    assert not may(Step.DRAFT, [], role="township")
    assert not may(Step.DRAFT, [], reason="  ")
    assert may(Step.DRAFT, [])


def test_an_override_needs_a_second_account_before_anything_is_published():
    records = so_far(*MAIN_LINE[:6])
    assert not may(Step.WITHDRAW, so_far(Step.DRAFT), person_id=1)
    assert not may(Step.WITHDRAW, records)
    assert may(Step.WITHDRAW, records, person_id=1)
    records.append(a_record(50, Step.WITHDRAW, person_id=1))
    assert pending_overrides(records) == records[-1:]
    assert not may(Step.NOTICE, records)
    assert not may(Step.WITHDRAW, records, person_id=1)
    assert not may(Step.CONFIRM, records, confirms=50)
    assert may(Step.CONFIRM, records, confirms=50, username="two")
    records.append(a_record(51, Step.CONFIRM, "two", confirms=50))
    assert [record.id for record in confirmed_overrides(records)] == [50]
    assert not may(Step.CONFIRM, records, confirms=50, username="three")
    assert may(Step.NOTICE, records)


def test_nothing_follows_a_final_or_a_void_selection():
    for last in (so_far(*MAIN_LINE), [*so_far(Step.DRAFT, Step.FROZEN), a_record(9, Step.VOID)]):
        assert stage(last) in (Step.FINAL, Step.VOID)
        assert next_step(last, SEATS) is None
        assert not any(may(step, last, person_id=1) for step in Step)


def the_rows(*rows) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["person_id", "township_code", "rank", "in_quota", "to_settle"])
    return frame.astype({"rank": "Int64"})


ROWS = the_rows(
    (1, "a", 1, True, False), (2, "a", 2, True, False), (3, "a", 4, False, False), (4, "b", 3, True, False), (5, "b", None, False, False)
)


def standing(rows: pd.DataFrame, records: list[Record], seats=None) -> list[str]:
    return list(final_list(rows, seats or SEATS, records)["standing"])


def test_who_is_withdrawn_leaves_and_the_next_of_the_township_moves_up_once_confirmed():
    proposed = [a_record(1, Step.WITHDRAW, person_id=2)]
    assert standing(ROWS, proposed) == ["拟入选", "拟入选", "", "拟入选", ""]
    confirmed = [*proposed, a_record(2, Step.CONFIRM, "two", confirms=1)]
    assert standing(ROWS, confirmed) == ["拟入选", "退出", "拟递补", "拟入选", ""]
    refused = [*proposed, a_record(2, Step.REFUSE, "two", confirms=1)]
    assert standing(ROWS, refused) == ["拟入选", "拟入选", "", "拟入选", ""]


def test_nobody_moves_up_where_nobody_is_eligible():
    records = [a_record(1, Step.WITHDRAW, person_id=4), a_record(2, Step.CONFIRM, "two", confirms=1)]
    assert standing(ROWS, records) == ["拟入选", "拟入选", "", "退出", ""]


def test_a_tie_for_the_last_seat_is_settled_by_the_meeting_and_takes_no_better_ranks_seat():
    rows = the_rows((1, "a", 1, True, False), (2, "a", 2, False, True), (3, "a", 2, False, True), (4, "a", 4, False, False))
    assert standing(rows, []) == ["拟入选", "", "", ""]
    chosen = [a_record(1, Step.SEAT, person_id=3), a_record(2, Step.CONFIRM, "two", confirms=1)]
    assert standing(rows, chosen) == ["拟入选", "", "拟入选", ""]
    below = [a_record(1, Step.SEAT, person_id=4), a_record(2, Step.CONFIRM, "two", confirms=1)]
    assert standing(rows, below) == ["拟入选", "", "", ""]


def test_who_is_proposed_is_chosen_once_the_final_step_is_on_record_and_not_before():
    moved = [a_record(1, Step.WITHDRAW, person_id=2), a_record(2, Step.CONFIRM, "two", confirms=1)]
    for length in range(1, len(MAIN_LINE)):
        assert standing(ROWS, [*so_far(*MAIN_LINE[:length]), *moved]) == ["拟入选", "退出", "拟递补", "拟入选", ""]
    assert standing(ROWS, [*so_far(*MAIN_LINE), *moved]) == ["入选", "退出", "递补", "入选", ""]


def test_a_selection_is_kept_once_with_every_step_and_its_line_in_the_audit(connection):
    number = open_draft(connection, 2026, "cell_captain", "one", "立项", NOW)
    frozen = {"as_of": date(2026, 12, 31), "rulebook": "2024.1", "digest": "d" * 64, "snapshot": "{}", "ranking": "[]"}
    freeze(connection, number, frozen, "one", "部务会", NOW)
    with pytest.raises(StepTaken), connection.begin_nested():
        freeze(connection, number, frozen, "two", "部务会", NOW)
    add_step(connection, number, "withdraw", "one", "本人申请", NOW, person_id=7)
    add_step(connection, number, "withdraw", "one", "又一次", NOW, person_id=7)
    add_step(connection, number, "confirm", "two", "属实", NOW, confirms=3)
    with pytest.raises(StepTaken), connection.begin_nested():
        add_step(connection, number, "refuse", "three", "也来答", NOW, confirms=3)
    with pytest.raises(StepTaken), connection.begin_nested():
        add_step(connection, number, "frozen", "two", "再冻一次", NOW)
    recorded = steps(EVERYTHING, connection, number)
    assert list(recorded["step"]) == ["draft", "frozen", "withdraw", "withdraw", "confirm"]
    assert frozen_texts(EVERYTHING, connection)[0]["digest"] == "d" * 64
    assert selections(Scope(), connection).empty
    assert steps(Scope(), connection, number).empty
    details = list(connection.scalars(select(BoardAudit.detail).where(BoardAudit.action == "selection")))
    assert len([line for line in details if line.startswith(f"评选{number} ")]) >= 5


def test_a_second_attempt_gets_the_next_number(connection):
    first = open_draft(connection, 2026, "patch_captain", "one", "立项", NOW)
    add_step(connection, first, "void", "one", "数据有误", NOW)
    open_draft(connection, 2026, "patch_captain", "one", "重新立项", NOW)
    known = selections(EVERYTHING, connection)
    assert list(known["number"]) == [2, 1]


FROZEN = {"as_of": date(2026, 12, 31), "rulebook": "2024.1", "digest": "d" * 64, "snapshot": "{}", "ranking": "[]"}


def a_frozen_selection(connection) -> int:
    number = open_draft(connection, 2026, "group_captain", "one", "立项", NOW)
    freeze(connection, number, FROZEN, "one", "部务会", NOW)
    return number


@pytest.mark.parametrize(
    "statement",
    [
        update(BoardSelectionStep).values(reason="另一个理由"),
        delete(BoardSelectionStep),
        update(BoardSelection).values(digest="e" * 64),
        update(BoardSelection).values(snapshot="[]"),
        update(BoardSelection).values(digest=None),
        delete(BoardSelection),
    ],
)
def test_the_database_itself_refuses_to_rewrite_a_step_or_a_frozen_ranking(connection, statement):
    a_frozen_selection(connection)
    with pytest.raises(DBAPIError, match="append-only"):
        connection.execute(statement)


def test_a_draft_can_only_be_frozen(connection):
    open_draft(connection, 2026, "group_captain", "one", "立项", NOW)
    for values in ({"year": 2025}, {"rulebook": "2024.1"}, {**FROZEN, "number": 7}):
        with pytest.raises(DBAPIError, match="append-only"), connection.begin_nested():
            connection.execute(update(BoardSelection).values(**values))


@pytest.mark.parametrize("key", ["id", "mark"])
def test_replacing_a_row_is_a_rewriting_too(connection, key):
    if connection.dialect.name != "sqlite":
        pytest.skip("REPLACE is SQLite's own")
    number = a_frozen_selection(connection)
    kept = connection.execute(
        select(BoardSelectionStep.id, BoardSelectionStep.mark).where(BoardSelectionStep.selection_id == number)
    ).first()
    values = {"selection_id": number, "mark": kept.mark, "step": "frozen", "at": NOW, "username": "x", "reason": "x"}
    values |= {"id": kept.id, "mark": "new"} if key == "id" else {}
    with pytest.raises(DBAPIError, match="append-only"):
        connection.execute(insert(BoardSelectionStep).prefix_with("OR REPLACE").values(**values))
