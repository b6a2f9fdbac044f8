"""Decisions from the board: who, when, and whether they were kept; nothing the source systems own is touched."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from data_access.board_tables import BoardDecision
from data_access.decisions import Decision, DecisionError, decide, decisions
from data_access.leaders import leaders
from data_access.tables import Petition
from metrics.decisions import Kept, judged_decisions
from tests.builders import EVERYTHING, VILLAGE, a_county, a_leave, a_petition, an_appointment
from tests.petition_worlds import OTHER_TOWNSHIP

NOW = datetime(2026, 10, 12, 9, 0, 0)
HOLDER = replace(EVERYTHING, may_see_restricted=True)


def decided(connection, petition, kind=Decision.SUPERVISE, note="11月底前面谈", due=date(2026, 10, 20), now=NOW, scope=EVERYTHING, **more):
    return decide(scope, connection, petition, kind, note, due, "shuji", now, **more)


def kept(connection, as_of: str) -> list[Kept]:
    return list(judged_decisions(decisions(EVERYTHING, connection), date.fromisoformat(as_of))["kept"])


def test_a_decision_says_who_and_when_and_leaves_the_petition_alone(connection):
    a_county(connection)
    lead = an_appointment(connection, "township_chief")
    petition = a_petition(connection, "2026-10-08")
    before = connection.execute(select(Petition.__table__)).all()
    decided(connection, petition, Decision.LEAD, lead_id=lead)
    row = decisions(EVERYTHING, connection, petition).iloc[0]
    assert (row["kind"], row["lead_id"], row["decided_by"], row["decided_at"]) == ("lead", lead, "shuji", NOW)
    assert connection.execute(select(Petition.__table__)).all() == before


@pytest.mark.parametrize("statement", [update(BoardDecision).values(note="改过"), delete(BoardDecision)], ids=["update", "delete"])
def test_a_decision_cannot_be_rewritten(connection, statement):
    a_county(connection)
    decided(connection, a_petition(connection, "2026-10-08"))
    with pytest.raises(DBAPIError, match="append-only"):
        connection.execute(statement)


@pytest.mark.parametrize(
    ("ended", "outcome", "as_of", "expected"),
    [
        (None, None, "2026-10-20", Kept.PENDING),
        (None, None, "2026-10-21", Kept.BROKEN),
        ("2026-10-20 23:59:59", "resolved", "2026-10-21", Kept.KEPT),
        ("2026-10-21 00:00:00", "resolved", "2026-10-21", Kept.LATE),
        ("2026-10-21 00:00:00", "resolved", "2026-10-20", Kept.PENDING),  # it ends later: not known yet
        ("2026-10-15 00:00:00", "not_accepted", "2026-10-21", Kept.BROKEN),
    ],
)
def test_a_decision_is_kept_when_its_case_ends_by_the_day_that_was_set(connection, ended, outcome, as_of, expected):
    a_county(connection)
    decided(connection, a_petition(connection, "2026-10-08", ended=ended, outcome=outcome))
    assert kept(connection, as_of) == [expected]


def test_lifting_takes_back_what_was_decided_before_and_not_after(connection):
    a_county(connection)
    petition = a_petition(connection, "2026-10-08")
    decided(connection, petition)
    decided(connection, petition, Decision.LIFT, "已移交县级", None, datetime(2026, 10, 13))
    decided(connection, petition, Decision.TASK, now=datetime(2026, 10, 14))
    assert kept(connection, "2026-10-14") == [Kept.PENDING, Kept.LIFTED]


def test_progress_after_the_decision_is_told_from_progress_before(connection):
    a_county(connection)
    decided(connection, a_petition(connection, "2026-10-08", last_progress_at="2026-10-12 09:00:00"))
    decided(connection, a_petition(connection, "2026-10-08", last_progress_at="2026-10-12 09:00:01"))
    assert list(judged_decisions(decisions(EVERYTHING, connection), date(2026, 10, 14))["moved"]) == [True, False]


@pytest.mark.parametrize(
    "wrong",
    [{"note": "  "}, {"note": "长" * 501}, {"due": None}, {"due": date(2026, 10, 11)}, {"kind": Decision.LEAD}],
    ids=["no words", "too long", "no date", "a date gone by", "no lead"],
)
def test_a_decision_without_words_date_or_lead_is_refused_and_not_written(connection, wrong):
    a_county(connection)
    petition = a_petition(connection, "2026-10-08")
    with pytest.raises(DecisionError):
        decided(connection, petition, **wrong)
    assert decisions(EVERYTHING, connection).empty


def test_nobody_decides_about_or_reads_of_what_he_may_not_see(connection):
    a_county(connection)
    secret, theirs = a_petition(connection, "2026-10-08", restricted=True), a_petition(connection, "2026-10-08", area=VILLAGE)
    with pytest.raises(DecisionError):
        decided(connection, secret)
    with pytest.raises(DecisionError):
        decided(connection, theirs, scope=EVERYTHING.narrowed(OTHER_TOWNSHIP))
    decided(connection, secret, scope=HOLDER)
    decided(connection, theirs)
    assert list(decisions(EVERYTHING, connection)["petition_id"]) == [theirs]
    assert decisions(EVERYTHING, connection, secret).empty
    assert list(decisions(HOLDER, connection)["petition_id"]) == [theirs]  # never among the others
    assert list(decisions(HOLDER, connection, secret)["petition_id"]) == [secret]
    assert decisions(EVERYTHING.narrowed(OTHER_TOWNSHIP), connection).empty
    assert decisions(replace(EVERYTHING, may_see_names=False), connection)["title"].isna().all()


def test_leaders_in_post_can_be_given_a_case_those_of_its_township_first(connection):
    a_county(connection)
    chief, member = an_appointment(connection, "township_chief"), an_appointment(connection, "township_leader")
    away = an_appointment(connection, "township_leader")
    a_leave(connection, away, "2026-10-01", None)
    an_appointment(connection, "township_staff")
    found = leaders(EVERYTHING, connection, date(2026, 10, 12), VILLAGE)
    assert list(found["person_id"]) == [chief, member]
    assert set(found["area"]) == {"泥河镇"}
