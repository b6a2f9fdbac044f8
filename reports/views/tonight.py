"""今晚 by name: of each township and village who is there, whose post is empty and why, who is on the roster, whom to call.

:func:`units_of` is what page, notices and reports make everything of; it is pure. Numbers to call are not in it: it says whom to call
(``person_id``), and whoever shows it asks for the numbers that its reader may have.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

import pandas as pd

from metrics.vocabulary import DUTY_POST_NAMES, LEAVE_NAMES, ROLE_NAMES, DutyPost, LeaveKind, Role, Status
from metrics.wording import is_missing, moment_text
from reports.calls import Call, CallGroup, Calls
from reports.conclusions import listed
from reports.links import to_person
from reports.tables import Column, Kind, Table, Verdict, table
from reports.views.duty import COMPLIANCE, NOT_DUE, VILLAGES, Night, person_name

NOT_PLANNED, NOT_COME, CAME, STOOD_IN, TO_COME = "未排班", "排了没到", "已到", "替班已到", "还没到"
AWAY = frozenset(LEAVE_NAMES.values())
PLANNED = "duty.planned"
SHORT_POSTS = {1: "正职", 2: "班子", 3: "职工"}
SHORT_VILLAGE_POSTS = {1: "主干", 2: "其他干部"}
MOST_CALLS = 4
"""Lines of a unit on the first screen; the table below has everybody."""
Numbers: TypeAlias = Mapping[int, str]
"""Person → the number as this reader may see it."""


@dataclass(frozen=True)
class Absent:
    """Somebody who holds a post that is empty tonight, and why, as far as the records say."""

    person_id: int
    name: str
    post: str
    reason: str

    @property
    def is_away(self) -> bool:
        """On leave, lent out or in training: nobody to call for the night."""
        return self.reason in AWAY


@dataclass(frozen=True)
class Turn:
    """Somebody on the roster of the night."""

    person_id: int
    name: str
    post: str
    state: str
    came: bool
    substitute: str = ""
    calls: int = 0
    """Whom to call: the person, or whoever stands in."""

    @property
    def who(self) -> str:
        return f"{self.name}({self.substitute}替)" if self.substitute else self.name


@dataclass(frozen=True)
class Contact:
    """Whom to ask at a unit that has told nothing."""

    person_id: int
    name: str
    post: str


@dataclass(frozen=True)
class Unit:
    """A township or village tonight. ``lacking``: what it lacks in the office's words, empty where nothing. ``present``: names by post."""

    code: str
    name: str
    lacking: str
    verdict: Verdict
    unreported: bool
    lacks_chief: bool
    """No chief has stayed; before the evening: none is on the roster."""
    present: tuple[tuple[str, tuple[str, ...]], ...]
    absent: tuple[Absent, ...]
    turns: tuple[Turn, ...]
    ask: Contact | None = None
    note: str = ""
    """What the unit itself has said of the night (填报), with when."""

    @property
    def is_village(self) -> bool:
        return len(self.code) > 9

    @property
    def sentence(self) -> str:
        """西沟乡缺正职:王强(请假)、李刚(排了没到). Without names: :attr:`group_words`."""
        named = "、".join(f"{each.name}({each.reason})" for each in self.absent)
        return f"{self.name}{self.lacking}{f':{named}' if named else ''}"

    @property
    def group_words(self) -> str:
        """What may be said of it to a group: no names."""
        return f"{self.name}{self.lacking}"

    @property
    def callable_people(self) -> tuple[int, ...]:
        """Whom somebody may want to call about tonight: who is missing and not away, who is to come and has not, who can be asked."""
        people = [each.person_id for each in self.absent if not each.is_away]
        people += [each.calls for each in self.turns if each.calls and not each.came]
        return tuple(dict.fromkeys([*people, *([self.ask.person_id] if self.ask else [])]))


def units_of(
    night: Night,
    posts: pd.DataFrame,
    stays: pd.DataFrame,
    turns: pd.DataFrame,
    contacts: pd.DataFrame | None = None,
    notes: pd.DataFrame | None = None,
) -> list[Unit]:
    """The townships of the night, then its villages; of each kind those first that have told nothing, then those without a chief.

    ``posts``: ``data_access.rolls.people_in_post`` of the day; ``stays``: ``stays_at`` of the night, wherever in the scope; ``turns``:
    ``data_access.rosters.rosters`` of the night; ``contacts``: see ``data_access.contacts``, of both levels; ``notes``: see
    ``data_access.night_entries.entries``.
    """
    said = _Said(night, posts, stays, turns, contacts, notes)
    found = []
    for rolls in (night.townships, night.villages):
        if rolls is not None and len(rolls):
            ordered = rolls.sort_values(["compliant", "unreported", "has_chief", "code"], ascending=[True, False, True, True])
            found += [said.unit(row) for row in ordered.to_dict("records")]
    return found


class _Said:
    """What the lists say of a night, by unit."""

    def __init__(
        self,
        night: Night,
        posts: pd.DataFrame,
        stays: pd.DataFrame,
        turns: pd.DataFrame,
        contacts: pd.DataFrame | None,
        notes: pd.DataFrame | None,
    ) -> None:
        self.night = night
        self.names = {str(row["code"]): str(row["name"]) for rolls in (night.townships, night.villages) for row in _rows(rolls)}
        self.posts, self.stays, self.turns = _by_unit(posts), _by_unit(stays), _by_unit(turns)
        self.contacts = {code: rows[0] for code, rows in _by_unit(contacts).items()}
        self.notes = {code: rows[0] for code, rows in _by_unit(notes).items()}
        self.places: dict[int, set[str]] = defaultdict(set)
        for row in _rows(stays):
            self.places[int(row["person_id"])].add(str(row["code"]))

    def unit(self, roll: Mapping[Any, Any]) -> Unit:
        code = str(roll["code"])
        turns = tuple(self._turn(row) for row in self.turns.get(code, []))
        lacking, verdict = self._state(roll, turns)
        to_come = self.night.is_still_to_come
        unreported = bool(roll["unreported"]) and not to_come
        return Unit(
            code,
            str(roll["name"]),
            lacking,
            verdict,
            unreported,
            not self._planned_chiefs(code) if to_come else not roll["has_chief"],
            self._present(code),
            self._absent(code, roll, turns),
            turns,
            self._ask(code, turns) if unreported else None,
            self._note(code),
        )

    def _state(self, roll: Mapping[Any, Any], turns: Sequence[Turn]) -> tuple[str, Verdict]:
        """What the night lacks; before it begins, what its roster does."""
        if not self.night.is_still_to_come:
            lacking = self.night.words(roll)
            return lacking, self.night.verdict(roll)
        if not turns:
            return NOT_PLANNED, Verdict(Status.NEAR, NOT_PLANNED)
        if not self._planned_chiefs(str(roll["code"])):
            words = f"未排{self._short_posts(str(roll['code']))[1]}"
            return words, Verdict(Status.NEAR, words)
        return "", Verdict(Status.NONE, f"已排 {len(turns)} 人")

    def _planned_chiefs(self, code: str) -> set[int]:
        chiefs = {int(row["person_id"]) for row in self.posts.get(code, []) if _rank(row["role"]) == 1 and is_missing(row["leave"])}
        return chiefs & {int(row["person_id"]) for row in self.turns.get(code, [])}

    @staticmethod
    def _short_posts(code: str) -> Mapping[int, str]:
        return SHORT_VILLAGE_POSTS if len(code) > 9 else SHORT_POSTS

    def _turn(self, row: Mapping[Any, Any]) -> Turn:
        has_substitute = not is_missing(row["substitute_id"])
        stayed, stood_in = bool(row["stayed"]), bool(row["stood_in"])
        away = None if is_missing(row["leave"]) else LEAVE_NAMES[LeaveKind(row["leave"])]
        if stayed:
            state = CAME
        elif stood_in:
            state = STOOD_IN
        elif away and not has_substitute:
            state = away
        else:
            state = TO_COME if not self.night.is_over else "没到"
        return Turn(
            int(row["person_id"]),
            person_name(row["name"], row["person_id"]),
            "" if is_missing(row["post"]) else DUTY_POST_NAMES[DutyPost(row["post"])],
            state,
            stayed or stood_in,
            person_name(row["substitute"], int(row["substitute_id"])) if has_substitute else "",
            int(row["substitute_id"]) if has_substitute else 0 if away else int(row["person_id"]),
        )

    def _present(self, code: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        names: dict[int, list[str]] = defaultdict(list)
        for row in self.stays.get(code, []):
            if not is_missing(row["post"]):
                names[int(row["post"])].append(person_name(row["name"], row["person_id"]))
        words = self._short_posts(code)
        return tuple((words[post], tuple(dict.fromkeys(names[post]))) for post in sorted(names) if post in words)

    def _absent(self, code: str, roll: Mapping[Any, Any], turns: Sequence[Turn]) -> tuple[Absent, ...]:
        """The holders of the posts that are empty: the chiefs, then the leaders (of a village the others); who is on the roster first."""
        if self.night.is_still_to_come:
            wanted = set() if self._planned_chiefs(code) else {1}
        else:
            short = {1: not roll["has_chief"], 2: not roll.get("has_leaders", roll.get("has_others", True))}
            wanted = {post for post, lacks in short.items() if lacks}
        planned = {turn.person_id for turn in turns}
        found: dict[int, tuple[tuple[int, int], Absent]] = {}
        for row in self.posts.get(code, []):
            person, rank = int(row["person_id"]), _rank(row["role"])
            if rank not in wanted or person in found or code in self.places[person]:
                continue
            reason = self._reason(row, person in planned)
            order = (rank, 0 if person in planned else 2 if reason in AWAY else 1)
            found[person] = (order, Absent(person, person_name(row["name"], person), self._short_posts(code)[rank], reason))
        return tuple(each for _, each in sorted(found.values(), key=lambda each: each[0]))

    def _reason(self, row: Mapping[Any, Any], planned: bool) -> str:
        if not is_missing(row["leave"]):
            return LEAVE_NAMES[LeaveKind(row["leave"])]
        elsewhere = [self.names[code] for code in sorted(self.places[int(row["person_id"])]) if code in self.names]
        if elsewhere:
            return f"住在{elsewhere[0]}"
        if not planned:
            return NOT_PLANNED
        return TO_COME if self.night.is_still_to_come else NOT_COME

    def _ask(self, code: str, turns: Sequence[Turn]) -> Contact | None:
        """Somebody on tonight's roster, else the highest in post who has a phone."""
        first = next((turn for turn in turns if turn.calls), None)
        if first is not None:
            return Contact(first.calls, first.substitute or first.name, first.post)
        row = self.contacts.get(code)
        if row is None:
            return None
        return Contact(int(row["person_id"]), person_name(row["name"], row["person_id"]), ROLE_NAMES[Role(row["role"])])

    def _note(self, code: str) -> str:
        row = self.notes.get(code)
        if row is None or is_missing(row["note"]):
            return ""
        return f"{row['note']}({moment_text(row['saved_at'])} 填报)"


def _rank(role: str) -> int:
    return {
        Role.TOWNSHIP_CHIEF: 1,
        Role.VILLAGE_CHIEF: 1,
        Role.TOWNSHIP_LEADER: 2,
        Role.VILLAGE_COMMITTEE: 2,
        Role.TOWNSHIP_STAFF: 3,
    }[Role(role)]


def _rows(frame: pd.DataFrame | None) -> list[dict[Any, Any]]:
    return [] if frame is None else frame.to_dict("records")


def _by_unit(frame: pd.DataFrame | None) -> dict[str, list[dict[Any, Any]]]:
    found: dict[str, list[dict[Any, Any]]] = defaultdict(list)
    for row in _rows(frame):
        found[str(row["code"])].append(row)
    return found


NOTES = (
    "正职、班子按当日任职;请假、借调、培训按请假台账;“排了没到”是排了班、还没有住夜记录。一夜到次日{duty.night_over_hour}时前是今晚,"
    "{duty.evening_hour}时前还没到。"
)


def about(night: Night) -> str:
    """What a reason for seeing numbers is given for."""
    return f"今晚 {night.day.isoformat()}"


# --- as it is read --------------------------------------------------------------------------------------------------


def title(night: Night, units: Sequence[Unit]) -> str:
    """今晚 9 个乡镇中 7 个达标,西沟乡缺正职; before the evening how many have a roster: 今晚还没到(18时起),9 个乡镇中 7 个已排班."""
    if not night.is_still_to_come:
        return night.sentence
    townships = [unit for unit in units if not unit.is_village]
    planned = [unit for unit in townships if unit.turns]
    hour = night.asked.rules.number("duty", "evening_hour")
    begins = f"{night.label}{NOT_DUE}({hour}时起)"
    if not townships:
        return begins
    if len(townships) == 1:
        return f"{begins},{townships[0].name}{'已排班' if planned else NOT_PLANNED}"
    missing = listed(unit.name for unit in townships if not unit.turns)
    more = f",{missing}{NOT_PLANNED}" if missing and planned else ""
    return f"{begins},{len(townships)} 个乡镇中 {len(planned)} 个已排班{more}"


def no_workday_title(day: date, name: str | None) -> str:
    """10月3日(国庆节)不是工作日,不要求住夜."""
    return f"{day.month}月{day.day}日{f'({name})' if name else ''}不是工作日,住夜不作要求"


def call_sheet(night: Night, units: Sequence[Unit], numbers: Numbers) -> Calls:
    """The townships that lack someone, each with whom to call; the first thing on a phone."""
    short = [unit for unit in units if not unit.is_village and _wants(unit, night)]
    quiet = "各乡镇排班都有正职" if night.is_still_to_come else "各乡镇都在岗,没有缺正职、缺班子的"
    return Calls(tuple(_group(unit, numbers) for unit in short), quiet=quiet, about=PLANNED if night.is_still_to_come else COMPLIANCE)


def _wants(unit: Unit, night: Night) -> bool:
    return unit.verdict.status in (Status.LOW, Status.NEAR) or (unit.unreported and not night.is_before)


def _group(unit: Unit, numbers: Numbers) -> CallGroup:
    lines, told = [], set[int]()
    for each in unit.absent:
        number = "" if each.is_away else numbers.get(each.person_id, "")
        lines.append(Call(each.name, f"{each.post} · {each.reason}", number, to_person(each.person_id)))
        told.add(each.person_id)
    for turn in unit.turns:
        if turn.calls in told or turn.came or not turn.calls:
            continue
        lines.append(Call(turn.who, f"{turn.post} · {turn.state}", numbers.get(turn.calls, ""), to_person(turn.calls)))
        told.add(turn.calls)
    if unit.ask and unit.ask.person_id not in told:
        asked = unit.ask.person_id
        lines.append(Call(unit.ask.name, f"{unit.ask.post} · 可以问", numbers.get(asked, ""), to_person(asked)))
    more = len(lines) - MOST_CALLS
    small = [present_words(unit), f"另有 {more} 人见下表" if more > 0 else "", unit.note]
    return CallGroup(unit.name, unit.verdict, tuple(lines[:MOST_CALLS]), ";".join(part for part in small if part))


def present_words(unit: Unit) -> str:
    """在岗:班子 李四、王五;职工 6 人."""
    if not unit.present:
        return ""
    parts = [f"{post} {'、'.join(names) if len(names) <= 3 else f'{len(names)} 人'}" for post, names in unit.present]
    return f"在岗:{';'.join(parts)}"


PEOPLE_COLUMNS = (
    Column("unit", "单位", tight=True, small=("parent",)),
    Column("parent", "乡镇", screen=False),
    Column("state", "缺什么", Kind.VERDICT),
    Column("absent", "谁不在,为什么"),
    Column("roster", "排班", phone=False),
    Column("phone", "打给谁", files=False, calls=True, tight=True, small=("whom",)),
    Column("whom", "联系人", screen=False),
    Column("note", "说明", screen=False),
)


def people_table(
    night: Night, units: Sequence[Unit], numbers: Numbers, name: str, parents: Mapping[str, str], conclusion: str, empty: str
) -> Table:
    """A row a unit: what it lacks, who is absent and why, who is on the roster and whether they came, one number to call."""
    rows = []
    for unit in units:
        call = next((each for each in unit.callable_people if numbers.get(each)), None)
        rows.append(
            {
                "unit": unit.name,
                "parent": parents.get(unit.code[:9], "") if unit.is_village else "",
                "state": unit.verdict,
                "absent": absent_words(unit),
                "roster": "、".join(f"{turn.who} {turn.state}" for turn in unit.turns) or NOT_PLANNED,
                "phone": numbers.get(call, "") if call is not None else "",
                "whom": _name_of(unit, call),
                "note": unit.note,
            }
        )
    return table(
        f"{night.day} {name}",
        PEOPLE_COLUMNS,
        rows,
        conclusion=conclusion,
        indicators=(VILLAGES if units and units[0].is_village else COMPLIANCE,),
        chosen=night.dated,
        empty=empty,
    )


def absent_words(unit: Unit) -> str:
    """正职 王强(请假)、李刚(排了没到);班子 赵一(未排班). Of a village without a chief the chiefs alone."""
    by_post: dict[str, list[str]] = defaultdict(list)
    chief = SHORT_VILLAGE_POSTS[1]
    for each in [each for each in unit.absent if not (unit.is_village and unit.lacks_chief) or each.post == chief]:
        by_post[each.post].append(f"{each.name}({each.reason})")
    return ";".join(f"{post} {'、'.join(named)}" for post, named in by_post.items())


def _name_of(unit: Unit, person: int | None) -> str:
    """Whose number it is."""
    if person is None:
        return ""
    names = {each.person_id: each.name for each in unit.absent}
    names |= {turn.calls: turn.substitute or turn.name for turn in unit.turns if turn.calls}
    names |= {unit.ask.person_id: unit.ask.name} if unit.ask else {}
    return names.get(person, "")


def township_people(night: Night, units: Sequence[Unit], numbers: Numbers) -> Table:
    """Every township of the night by name."""
    townships = [unit for unit in units if not unit.is_village]
    return people_table(night, townships, numbers, "各乡镇谁不在", {}, f"{night.label}各乡镇", "没有应住夜的乡镇")


def short_villages(units: Sequence[Unit]) -> list[Unit]:
    """The villages without a chief tonight, township by township; before the evening those without a roster that names one."""
    return sorted((unit for unit in units if unit.is_village and unit.lacks_chief), key=lambda unit: unit.code)


def village_people(night: Night, shown: Sequence[Unit], units: Sequence[Unit], numbers: Numbers) -> Table:
    """Those villages, ``shown`` a page of them, of all ``units``."""
    every = sum(unit.is_village for unit in units)
    names = {unit.code: unit.name for unit in units if not unit.is_village}
    count = len(short_villages(units))
    what = "未排班或未排主干" if night.is_still_to_come else "没有主干住夜" if night.is_over else "还没有主干的记录"
    conclusion = f"{night.label} {every} 个村中 {count} 个{what}"
    return people_table(night, shown, numbers, "各村谁不在", names, conclusion, "各村都有主干" if every else "没有应住夜的村")
