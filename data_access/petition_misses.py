"""The petitions behind a red rate: those of its denominator that are not in its numerator, as conditions of the list.

Each stands beside the fact it is the rest of (``data_access.petitions``); a test holds that both agree.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select

from data_access.frames import AnySelect
from data_access.petition_clocks import Deadline, civil_clock, day_of, workday_clock
from data_access.petitions import ended_by_then, known_outcome, seconds_between, within
from data_access.valid import Petition, PetitionEvent, PetitionRating
from data_access.window import Window

LEFT_OUT = ("withdrawn", "transferred", "not_accepted")
RESOLVED = "resolved"


def missed(window: Window, due: Deadline, name: str) -> ColumnElement[bool]:
    """Whether a petition is one that a rate misses. Raises ``KeyError`` for an unknown name.

    ``late``, ``unresolved`` and ``unresolved_at_reception`` ask ``due``: the statement has to join its clock (``petition_lists.CLOCKED``).
    """
    return _MISSES[name](window, due)


def _ids() -> AnySelect:
    return select(Petition.id).select_from(Petition)


def _among(ids: AnySelect) -> ColumnElement[bool]:
    """By a list of its own, so that its clock or its rows are no part of the statement around it."""
    return Petition.id.in_(ids.correlate(None))


def _not(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Neither false nor unknown is met: what has no date was not in time."""
    return or_(condition.is_(None), ~condition)


def _outcome_not(window: Window, *outcomes: str) -> ColumnElement[bool]:
    outcome = known_outcome(window)
    return or_(outcome.is_(None), outcome.not_in(outcomes))


def _late(window: Window, due: Deadline) -> ColumnElement[bool]:
    """按期办结率: the deadline in the window and past, not resolved by it; open overdue ones too."""
    in_time = and_(ended_by_then(window), due.kept(Petition.ended_at))
    return and_(
        due.between(window.first, window.last),
        due.past(window.end),
        Petition.opened_at < window.as_of_end,
        _outcome_not(window, *LEFT_OUT),
        or_(_outcome_not(window, RESOLVED), _not(in_time)),
    )


def _unresolved(window: Window, due: Deadline) -> ColumnElement[bool]:
    """化解率: opened in the window, due or ended, and not resolved."""
    settled = or_(due.past(window.as_of_end), ended_by_then(window))
    return and_(within(Petition.opened_at, window), settled, _outcome_not(window, *LEFT_OUT, RESOLVED))


def _undispatched(window: Window, due: Deadline) -> ColumnElement[bool]:
    """派单及时率 (R27)."""
    clock = workday_clock(window.number("petitions.dispatch_workdays"), "dispatch_clock")
    never = and_(ended_by_then(window), or_(Petition.dispatched_at.is_(None), Petition.dispatched_at > Petition.ended_at))
    late = _not(day_of(Petition.dispatched_at) <= clock.c.due)
    ids = _ids().join(clock, clock.c.day == day_of(Petition.opened_at))
    return _among(ids.where(within(Petition.opened_at, window), clock.c.due <= window.day_over, ~never, late))


def _unaccepted(window: Window, due: Deadline) -> ColumnElement[bool]:
    """接单及时率 (R27)."""
    clock = workday_clock(window.number("petitions.accept_workdays"), "accept_clock")
    late = _not(day_of(Petition.accepted_at) <= clock.c.due)
    ids = _ids().join(clock, clock.c.day == day_of(Petition.dispatched_at))
    return _among(ids.where(within(Petition.dispatched_at, window), clock.c.due <= window.day_over, late))


def _unanswered(window: Window, due: Deadline) -> ColumnElement[bool]:
    """响应率: nobody called the citizen within the hours."""
    hours = window.number("petitions.response_hours")
    in_time = seconds_between(Petition.dispatched_at, Petition.contacted_at) <= int(hours * 3600)
    past = Petition.dispatched_at < window.as_of_end - timedelta(hours=hours)
    return and_(within(Petition.dispatched_at, window), past, _not(in_time))


def _unnotified(window: Window, due: Deadline) -> ColumnElement[bool]:
    """受理告知及时率 (信访工作条例 arts. 22–23)."""
    clock = civil_clock(window.number("petitions.notify_days"), "notice_clock")
    late = _not(day_of(Petition.notified_at) <= clock.c.due)
    ids = _ids().join(clock, clock.c.day == day_of(Petition.opened_at))
    return _among(ids.where(within(Petition.opened_at, window), Petition.is_xinfang.is_(True), clock.c.due <= window.day_over, late))


def _improper(window: Window, due: Deadline) -> ColumnElement[bool]:
    """销号规范率 (R31): closed without evidence, follow-up or 评单 on file."""
    rated = exists().where(
        PetitionRating.petition_id == Petition.id,
        PetitionRating.independent.is_not(True),
        PetitionRating.rated_at <= Petition.closed_at,
    )
    followed_up = and_(Petition.followed_up_at.is_not(None), Petition.followed_up_at <= Petition.closed_at)
    return and_(within(Petition.closed_at, window), _not(and_(Petition.evidence_on_file.is_(True), followed_up, rated)))


def _returned(window: Window, due: Deadline) -> ColumnElement[bool]:
    """退单率."""
    return and_(within(Petition.dispatched_at, window), Petition.returned >= 1)


def _reopened(window: Window, due: Deadline) -> ColumnElement[bool]:
    """不满意重办率."""
    return _among(select(PetitionEvent.petition_id).where(PetitionEvent.kind == "reopen", within(PetitionEvent.at, window)))


def _below(window: Window, *, independent: bool) -> ColumnElement[bool]:
    """满意率: rated in the window with fewer stars than 满意."""
    whose = PetitionRating.independent.is_(True) if independent else PetitionRating.independent.is_not(True)
    few = PetitionRating.stars < window.number("satisfaction.satisfied_stars")
    return _among(select(PetitionRating.petition_id).where(within(PetitionRating.rated_at, window), whose, few))


def _not_on_the_spot(window: Window, due: Deadline) -> ColumnElement[bool]:
    """现场解决率 (R11)."""
    return and_(within(Petition.opened_at, window), Petition.channel == "night_visit", Petition.on_the_spot.is_not(True))


def _not_followed_up(window: Window, due: Deadline) -> ColumnElement[bool]:
    """回头看完成率 (R10)."""
    long_ago = window.as_of_end - timedelta(days=window.number("nights.follow_up_after_days"))
    followed_up = and_(Petition.followed_up_at.is_not(None), Petition.followed_up_at < window.as_of_end)
    resolved = and_(Petition.outcome == RESOLVED, within(Petition.ended_at, window), Petition.ended_at < long_ago)
    return and_(Petition.channel == "night_visit", resolved, ~followed_up)


def _unresolved_at_reception(window: Window, due: Deadline) -> ColumnElement[bool]:
    """接待化解率 (R19): of 化解率 the disputes heard at receptions."""
    return and_(_unresolved(window, due), Petition.channel == "reception", Petition.is_dispute.is_(True))


_MISSES: dict[str, Callable[[Window, Deadline], ColumnElement[bool]]] = {
    "late": _late,
    "unresolved": _unresolved,
    "undispatched": _undispatched,
    "unaccepted": _unaccepted,
    "unanswered": _unanswered,
    "unnotified": _unnotified,
    "improper": _improper,
    "returned": _returned,
    "reopened": _reopened,
    "not_on_the_spot": _not_on_the_spot,
    "not_followed_up": _not_followed_up,
    "unresolved_at_reception": _unresolved_at_reception,
    "unhappy": lambda window, due: _below(window, independent=False),
    "unhappy_callback": lambda window, due: _below(window, independent=True),
}
MISSES = tuple(_MISSES)
ANSWERED = ("unhappy", "unhappy_callback")
"""Those whose rows say what a citizen has answered."""
