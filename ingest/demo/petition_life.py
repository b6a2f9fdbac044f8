"""One petition's life: what happens and when, as a list of steps; and the row that those steps leave behind.

The life is drawn to its end; :func:`as_of` then applies the steps up to a moment, so a petition's columns always agree
with its events, and reopening clears ``ended_at``, ``outcome`` and ``closed_at`` as the contract says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

import numpy as np

from ingest.demo import texts
from ingest.demo.world import DAY, HOUR, NONE, World

Chosen = TypeVar("Chosen")

LEVELS = ("cell", "group", "patch", "village", "township", "county")
FIRST_LEVEL = {"small": 0, "big": 1, "hard": 2}
DEADLINE_WORKDAYS = {"small": 3, "big": 7, "hard": 15}
XINFANG_DAYS, XINFANG_EXTENSION_DAYS, XINFANG_NOTICE_DAYS = 60, 30, 15


def in_office_hours(at: int) -> int:
    """The same day between 8:24 and 18:24; what came later stays later."""
    day, second = divmod(at, DAY)
    return day * DAY + int(8.4 * HOUR + second / DAY * 10 * HOUR)


class Dice:
    """Plain random numbers from a numpy source, drawn in blocks because a petition needs dozens one by one."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._left: list[float] = []

    def __call__(self) -> float:
        if not self._left:
            self._left = self._rng.random(20_000).tolist()
        return self._left.pop()

    def chance(self, probability: float) -> bool:
        return self() < probability

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self()

    def whole(self, low: int, high: int) -> int:
        return low + int((high - low + 1) * self())

    def pick(self, choices: Sequence[Chosen]) -> Chosen:
        return choices[int(len(choices) * self())]


class Step(NamedTuple):
    """A thing that happens. Kinds outside the contract's events (``contact``, ``notify``, ``callback``, ``end``) change the row only."""

    at: int
    kind: str
    from_level: str | None = None
    to_level: str | None = None
    person: int = NONE
    note: str | None = None
    value: int | str | None = None


@dataclass
class Row:
    """A petition's columns that its life decides."""

    level: str
    contacted_at: int = NONE
    notified_at: int = NONE
    dispatched_at: int = NONE
    accepted_at: int = NONE
    extended_to: int = NONE
    ended_at: int = NONE
    outcome: str | None = None
    on_the_spot: bool = False
    evidence_on_file: bool = False
    followed_up_at: int = NONE
    closed_at: int = NONE
    handler_id: int = NONE
    returned: int = 0
    reopened: int = 0
    last_progress_at: int = NONE
    events: list[Step] = field(default_factory=list)
    ratings: list[tuple[int, int, str, bool]] = field(default_factory=list)


MOVES = {"dispatch", "return", "accept", "escalate", "extend", "progress", "resolve", "reopen"}
"""Events that count as movement (``last_progress_at``)."""
SILENT = {"contact", "notify", "callback"}


def as_of(steps: list[Step], moment: int, first_level: str) -> Row:
    """The row that the steps up to ``moment`` leave, with its events and ratings."""
    row = Row(level=first_level)
    for step in steps:
        if step.at > moment:
            break
        _apply(row, step)
        if step.kind not in SILENT:
            event = step._replace(kind="progress") if step.kind == "end" else step
            row.events.append(event)
            if event.kind in MOVES:
                row.last_progress_at = step.at
    return row


def _apply(row: Row, step: Step) -> None:
    match step.kind:
        case "dispatch":
            row.dispatched_at, row.handler_id = step.at, step.person
        case "return":
            row.returned, row.accepted_at = row.returned + 1, NONE
        case "accept":
            row.accepted_at, row.handler_id = step.at, step.person
        case "contact":
            row.contacted_at = step.at
        case "notify":
            row.notified_at = step.at
        case "escalate":
            row.level, row.handler_id = step.to_level or row.level, step.person
        case "extend":
            row.extended_to = int(step.value or NONE)
        case "resolve":
            row.ended_at, row.outcome, row.handler_id = step.at, "resolved", step.person
            row.on_the_spot, row.evidence_on_file = step.value in ("spot", "spot+evidence"), step.value in ("evidence", "spot+evidence")
        case "end":
            row.ended_at, row.outcome = step.at, str(step.value)
        case "rate":
            row.ratings.append((step.at, int(step.value or 1), step.note or "phone", False))
        case "callback":
            row.ratings.append((step.at, int(step.value or 1), step.note or "phone", True))
        case "follow_up":
            row.followed_up_at = step.at
        case "close":
            row.closed_at = step.at
        case "reopen":
            row.reopened += 1
            row.ended_at, row.outcome, row.closed_at = NONE, None, NONE
            row.on_the_spot = False


@dataclass
class Case:
    """What is known of a petition before its life begins."""

    opened: int
    size: str
    category: str
    is_xinfang: bool
    from_visit: bool
    opener: int  # who recorded it, NONE for a hotline
    rates: dict[str, float]
    holder: Callable[[str, int], int]
    """Who handles at a level on a day."""


class Life:
    """Draws one petition's steps in order of time."""

    def __init__(self, world: World, dice: Dice, case: Case) -> None:
        self.world, self.dice, self.case = world, dice, case
        self.level = FIRST_LEVEL[case.size] if dice.chance(0.82) else min(FIRST_LEVEL[case.size] + 1, 3)
        self.first_level = LEVELS[self.level]
        self.steps: list[Step] = []
        self.at = case.opened

    def drawn(self) -> list[Step]:
        dice, case = self.dice, self.case
        self._add(case.opened, "open", to_level=self.first_level, person=case.opener)
        rate = case.rates["on_the_spot"] * (1.0 if case.from_visit else 0.45)
        if case.size == "small" and not case.is_xinfang and case.opener != NONE and dice.chance(rate):
            at = self.at + dice.whole(10, 55) * 60
            proof = "spot+evidence" if dice.chance(case.rates["evidence"]) else "spot"
            self._add(at, "resolve", person=case.opener, note="当场解决", value=proof)
            self._after(resolved=at)
        else:
            self._dispatched()
            self._handled()
        ended = min((step.at for step in self.steps if step.kind in ("resolve", "end")), default=self.at)
        # the citizen has been called, and told, before the matter ends
        self.steps = [step._replace(at=min(step.at, ended - 30)) if step.kind in ("contact", "notify") else step for step in self.steps]
        self.steps.sort(key=lambda step: step.at)
        return self.steps

    def _add(self, at: int, kind: str, **more: Any) -> None:
        self.steps.append(Step(at, kind, **more))
        self.at = max(self.at, at)

    def _workday(self, after: int, count: int) -> int:
        """A moment in office hours on the ``count``-th working day after the moment ``after``."""
        day = self.world.nth_workday_after(after // DAY, count)
        return day * DAY + int(self.dice.between(8.4, 17.6) * HOUR)

    def _soon(self, on_time: float) -> int:
        """Within the rule (by the end of the next working day) or some working days late."""
        dice = self.dice
        if dice.chance(on_time):
            later = self.at + int(dice.between(0.2, 4.5) * HOUR)
            if dice.chance(0.62) and later // DAY == self.at // DAY:
                return later
            return self._workday(self.at, 1)
        return self._workday(self.at, dice.whole(2, 3))

    def _holder(self, at: int) -> int:
        return self.case.holder(LEVELS[self.level], at // DAY)

    def _dispatched(self) -> None:
        dice, rates = self.dice, self.case.rates
        handler = self._holder(self.at)
        for again in range(3):
            at = self._soon(rates["dispatch"])
            self._add(at, "dispatch", to_level=LEVELS[self.level], person=handler)
            if again == 2 or not dice.chance(rates["returned"]):
                break
            self._add(self._soon(0.9), "return", from_level=LEVELS[self.level], person=handler, note=dice.pick(texts.RETURNED))
            handler = self._holder(self.at)
        dispatched = self.at
        if dice.chance(rates["response"]):
            contact = dispatched + int(dice.between(0.3, 20) * HOUR)
        else:
            contact = dispatched + int(dice.between(25, 90) * HOUR)
        self.steps.append(Step(contact, "contact"))
        if self.case.is_xinfang:
            days = dice.between(1, 14) if dice.chance(0.93) else dice.between(16, 24)
            self.steps.append(Step(self.case.opened + int(days * DAY), "notify"))
        self._add(self._soon(rates["accept"]), "accept", person=handler)

    def deadline(self) -> int:
        """The end of the last day by the rulebook's ordinary clock, in seconds."""
        day = self.case.opened // DAY
        last = day + XINFANG_DAYS if self.case.is_xinfang else self.world.nth_workday_after(day, DEADLINE_WORKDAYS[self.case.size])
        return (last + 1) * DAY

    def _handled(self) -> None:
        dice, case = self.dice, self.case
        due = self.deadline()
        stuck = dice.chance(case.rates["stuck"] * {"small": 0.25, "big": 1.6, "hard": 5.0}[case.size])
        on_time = not stuck and dice.chance(case.rates["on_time"])
        if (case.size == "hard" or case.is_xinfang) and self.at < due - 2 * DAY and dice.chance(0.22 if on_time else 0.3):
            due = self._extended(due)
        if stuck:
            end = self.at + int(dice.between(95, 320) * DAY)
        elif on_time:
            share = (dice() + dice()) / 2
            end = self.at + max(1800, int(share * (due - 6 * HOUR - self.at)))
        else:
            end = max(due, self.at) + int((0.3 + 7 * dice() ** 2) * DAY)
        end = max(self._on_a_workday(end, latest=due - 1 if on_time else None), self.at + 900)
        self._worked_on(end, stuck)
        ending = dice()
        if ending < 0.045:
            kind = ("withdrawn", "transferred", "not_accepted")[min(2, int(ending / 0.017))]
            self._add(end, "end", person=self._holder(end), note=dice.pick(texts.ENDED[kind]), value=kind)
            return
        self._resolved(end)

    def _on_a_workday(self, at: int, latest: int | None) -> int:
        day = at // DAY
        if not self.world.workday[day] and self.dice.chance(0.75):
            day = self.world.nth_workday_after(day, 1)
        moved = day * DAY + int(self.dice.between(8.5, 18.5) * HOUR)
        return min(in_office_hours(at), latest) if latest is not None and moved > latest else moved

    def _extended(self, due: int) -> int:
        """One extension at most, granted before the deadline (信访工作条例 art. 34)."""
        asked = max(in_office_hours(int(self.dice.between(max(self.at + HOUR, due - 6 * DAY), due - DAY))), self.at + 300)
        day = due // DAY - 1
        if self.case.is_xinfang:
            new = (day + self.dice.whole(10, XINFANG_EXTENSION_DAYS) + 1) * DAY - 1
        else:
            new = (self.world.nth_workday_after(day, self.dice.whole(3, 10)) + 1) * DAY - 1
        level = LEVELS[self.level]
        note = self.dice.pick(texts.EXTENDED)
        self._add(asked, "extend", from_level=level, to_level=level, person=self._holder(asked), note=note, value=new)
        return new + 1

    def _worked_on(self, end: int, stuck: bool) -> None:
        """Progress notes and escalations, one level at a time, between acceptance and the end."""
        dice = self.dice
        climbs = (0.72, 0.90, 0.97) if self.case.size == "hard" or stuck else (0.84, 0.95, 0.985)
        chance = dice()
        up = min(sum(chance > step for step in climbs) + (1 if stuck and dice.chance(0.6) else 0), 5 - self.level)
        if self.level + up == 5 and dice.chance(0.6):
            up -= 1  # few reach the county
        begin, span = self.at, end - self.at
        for number in range(up):
            at = begin + int(span * (number + dice.between(0.2, 0.8)) / (up + 1))
            lower, self.level = LEVELS[self.level], self.level + 1
            self._add(
                max(min(in_office_hours(at), end - 120), self.at + 60),
                "escalate",
                from_level=lower,
                to_level=LEVELS[self.level],
                person=self._holder(at),
                note=dice.pick(texts.ESCALATED),
            )
        reached = self.level
        notes = int(span / (28 * DAY)) if stuck else (dice.chance(0.24) + dice.chance(0.08) if span > 6 * HOUR else 0)
        silent_after = end - int(span * dice.between(0.0, 0.5)) if stuck else end
        for _ in range(notes):
            at = in_office_hours(self.at + int((end - self.at) * dice.between(0.05, 0.5)))
            if self.at + 60 < at < min(end, silent_after):
                self._add(at, "progress", person=self._holder(at), note=dice.pick(texts.PROGRESS))
        self.level = reached
        self.at = max(self.at, begin)

    def _resolved(self, at: int) -> None:
        dice = self.dice
        proof = "evidence" if dice.chance(self.case.rates["evidence"]) else "plain"
        at = max(at, self.at + 60)
        self._add(at, "resolve", person=self._holder(at), note=dice.pick(texts.RESOLVED[self.case.category]), value=proof)
        self._after(resolved=at)

    def _stars(self, good: float) -> int:
        dice = self.dice
        if dice.chance(good):
            return 5 if dice.chance(0.66) else 4
        return (3, 3, 2, 2, 1)[int(5 * dice())]

    def _after(self, resolved: int, again: bool = False) -> None:
        """评单, an independent call-back, 回头看, 销号; or the citizen is not satisfied and it is opened again."""
        dice, rates = self.dice, self.case.rates
        rated, stars = NONE, 5
        if dice.chance(rates["rated"]):
            rated = max(in_office_hours(resolved + int(dice.between(0.3, 6) * DAY)), resolved + 600)
            stars = self._stars(rates["good_rating"])
            method = dice.pick(("phone", "questionnaire", "face"))
            self.steps.append(Step(rated, "rate", person=NONE, note=method, value=stars))
        if not again and ((rated != NONE and stars <= 2 and dice.chance(0.65)) or dice.chance(0.006)):
            self._opened_again(in_office_hours(max(rated, resolved) + int(dice.between(1, 3) * DAY)))
            return
        if dice.chance(0.17):
            good = rates["good_callback"] if stars >= 4 else 0.4
            called = in_office_hours(resolved + int(dice.between(5, 25) * DAY))
            self.steps.append(Step(called, "callback", note="phone", value=self._stars(good)))
        followed = NONE
        if dice.chance(rates["follow_up"] * (1.0 if self.case.from_visit else 0.5)):  # R10 asks it of the night visits
            followed = in_office_hours(resolved + int(dice.between(6, 27 if dice.chance(0.85) else 60) * DAY))
            self.steps.append(Step(followed, "follow_up", person=self._holder(resolved), note=dice.pick(texts.FOLLOWED)))
        complete = NONE not in (rated, followed)
        if dice.chance(0.93 if complete else 0.10):
            closed = in_office_hours(max(followed, rated, resolved) + int(dice.between(1, 5) * DAY))
            self.steps.append(Step(closed, "close", person=self._holder(resolved)))

    def _opened_again(self, at: int) -> None:
        dice = self.dice
        level = LEVELS[self.level]
        if dice.chance(0.12):  # closed too early, then opened again
            self.steps.append(Step(at - 600, "close", person=self._holder(at)))
        self._add(at, "reopen", from_level=level, to_level=level, person=self._holder(at), note=dice.pick(texts.REOPENED))
        if dice.chance(0.5):
            self._add(self._workday(self.at, 1), "progress", person=self._holder(at), note=dice.pick(texts.PROGRESS))
        at = self._workday(self.at, dice.whole(1, 8))
        proof = "evidence" if dice.chance(self.case.rates["evidence"]) else "plain"
        self._add(at, "resolve", person=self._holder(at), note=dice.pick(texts.RESOLVED[self.case.category]), value=proof)
        self._after(resolved=at, again=True)
