"""The grid of who sees what: kinds of accounts, a county with marks planted in it, and what was tried of each kind.

A mark is a word that stands in the county's data once and says whose it is: another township's, a 检举控告's, a person's name, somebody's
own words, a phone. Whatever a kind of account is shown, asked for, handed from the cache or given as a file is searched for the marks it
must not see. ``TRIED`` counts, by kind and by way, what was looked at and what of it held: ``python -m tests.attacks`` prints it.
"""

from __future__ import annotations

import inspect
import io
import pkgutil
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from importlib import import_module
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, text

import data_access
from data_access import accounts
from data_access.accounts import CALLERS, Account, Role
from data_access.administration import AuditSearch
from data_access.board_tables import BoardDecision, BoardNightEntry, BoardSpotCheck
from data_access.clock import beijing_now
from data_access.petition_lists import Asked
from data_access.scope import Scope
from data_access.selection import Ballot
from data_access.slots import month_slots, quarter_slots, week_slots
from data_access.spot_checks import FOUND
from data_access.tables import Appointment, Area, CaptainMark, GoodDeed, Petition
from data_access.window import Window
from metrics.definition import Span
from metrics.period import Period, PeriodKind
from metrics.vocabulary import Level
from reports.frames import question
from reports.source import DatabaseSource, window
from tests.signed_in import RIGHT

# --- kinds of accounts ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """One column of the grid. ``rights``: beside the role's; ``area``: "" the county, "own" one township, "village" one village of it."""

    name: str
    username: str
    role: Role
    area: str = ""
    rights: tuple[tuple[str, bool], ...] = ()
    granted: bool = True


KINDS = (
    Kind("县领导", "grid-leader", Role.LEADER),
    Kind("县领导,不看姓名", "grid-nameless", Role.LEADER, rights=(("may_see_names", False),)),
    Kind("县领导,只看一镇", "grid-narrow", Role.LEADER, "own"),
    Kind("组织部", "grid-organisation", Role.ORGANISATION),
    Kind("信访局", "grid-petitions", Role.PETITION_OFFICE),
    Kind("政法委", "grid-political", Role.POLITICAL_LEGAL),
    Kind("政法委,看检举控告", "grid-holder", Role.POLITICAL_LEGAL, rights=(("may_see_restricted", True),)),
    Kind("乡镇", "grid-township", Role.TOWNSHIP, "own"),
    Kind("乡镇,不看姓名", "grid-town-nameless", Role.TOWNSHIP, "own", (("may_see_names", False),)),
    Kind("系统管理员", "grid-administrator", Role.ADMINISTRATOR),
    Kind("系统管理员,一镇", "grid-town-admin", Role.ADMINISTRATOR, "own"),
    Kind("安全管理员", "grid-security", Role.SECURITY),
    Kind("审计员", "grid-auditor", Role.AUDITOR),
    Kind("大屏", "grid-wall", Role.WALL),
    Kind("填报(乡镇)", "grid-reporter", Role.REPORTER, "own"),
    Kind("填报(村)", "grid-village", Role.REPORTER, "village"),
    Kind("未授权", "grid-waiting", Role.LEADER, granted=False),
)
NOBODY = "未登录"
WAYS = ("页面", "查询", "缓存", "导出", "链接")


@dataclass
class Tried:
    count: int = 0
    held: int = 0

    def add(self, held: bool) -> None:
        self.count += 1
        self.held += held


TRIED: dict[tuple[str, str], Tried] = defaultdict(Tried)
"""(kind, way) → what was looked at and what held."""
PAGES: dict[tuple[str, str], str] = {}
"""(page's title, kind) → shown, refused, or what of it did not hold."""


def tables() -> list[str]:
    """The grid as Markdown: kinds by ways with counts, then pages by kinds. Empty where nothing was tried."""
    if not TRIED:
        return []
    names = [name for name in (*(kind.name for kind in KINDS), NOBODY) if any((name, way) in TRIED for way in WAYS)]
    lines = ["", "SQLite 与 PostgreSQL 各一遍。每格:试了多少次 · 守住多少次;— 是没有可试的(例如没有导出权限,也没有文件)。", ""]
    lines += [f"| 账号 | {' | '.join(WAYS)} |", f"| --- |{' ---: |' * len(WAYS)}"]
    lines += [f"| {name} | {' | '.join(_cell(TRIED.get((name, way))) for way in WAYS)} |" for name in names]
    titles = list(dict.fromkeys(title for title, _ in PAGES))
    lines += ["", "每页:● 打开,只见该见的;○ 不给打开;✕ 没守住。", ""]
    lines += [f"| 页面 | {' | '.join(names)} |", f"| --- |{' :-: |' * len(names)}"]
    lines += [f"| {title} | {' | '.join(PAGES.get((title, name), '—') for name in names)} |" for title in titles]
    return lines


def _cell(tried: Tried | None) -> str:
    if tried is None or not tried.count:
        return "—"
    return f"{tried.count} · 全部" if tried.held == tried.count else f"**{tried.count} · {tried.held}**"


# --- the county and its marks -----------------------------------------------------------------------------------------

OWN_PHONE, OTHER_PHONE = "13800000002", "13900000001"
RESTRICTED = ("SECRET-1", "SECRET-2", "检举某人", "检举又一人", "检举进展")
OTHERS, OTHERS_NAMES = ("他乡秘村", "OTHER-1", OTHER_PHONE), ("禹外乡", "他乡秘事")
TOLD = ("私密要求", "私密抽查", "私密填报", "私密善事", "私密奖惩", "私密依据", "私密否决")
NAMES, WORDS = ("殷真名", "殷三长"), ("私密笔记", "私密进展", "本乡私事", *TOLD)
PHONES = (OWN_PHONE, "13800000003", OTHER_PHONE)


@dataclass(frozen=True)
class Places:
    """What addresses and arguments name: codes, people and petitions of one township."""

    township: str
    village: str
    person: int
    captain: int
    number: str
    petition: int

    @property
    def query(self) -> dict[str, str]:
        """Under every name that a page reads."""
        named = {"township": self.township, "village": self.village, "person": str(self.person), "number": self.number}
        return named | {"figure": "duty.night_compliance", "show": "all", "id": str(self.petition)}


@dataclass
class County:
    """A county with marks: one's own township, another, and the 检举控告 in one's own."""

    own: Places
    other: Places
    accused: Places
    accounts: dict[str, Account] = field(default_factory=dict)


def planted(database: Engine) -> County:
    """Plants the marks and makes the accounts of all kinds."""
    with database.begin() as connection:
        towns = list(connection.scalars(select(Area.code).where(Area.level == "township", Area.ranked).order_by(Area.code).limit(2)))
        own, other = (_places(connection, town) for town in towns)
        _marked(connection, own, other)
        _told(connection, own)
        now = beijing_now()
        for kind in KINDS:
            area = {"own": own.township, "village": own.village}.get(kind.area, "")
            who = (connection, kind.username, kind.name, kind.role, RIGHT)
            accounts.add_account(*who, now=now, area=area, rights=dict(kind.rights), by="grid", granted=kind.granted)
        found = {name: connection.scalar(text("SELECT id FROM petition WHERE number = :name"), {"name": name}) for name in _PETITIONS}
        county = County(
            replace(own, number="OWN-1", petition=int(found["OWN-1"] or 0)),
            replace(other, number="OTHER-1", petition=int(found["OTHER-1"] or 0)),
            replace(own, number="SECRET-1", petition=int(found["SECRET-1"] or 0)),
        )
        for kind in KINDS:
            account = accounts.account_named(connection, kind.username)
            assert account is not None
            county.accounts[kind.name] = account
    return county


def _places(connection: Connection, township: str) -> Places:
    village = connection.scalar(select(Area.code).where(Area.level == "village", Area.code.startswith(township)).order_by(Area.code))

    def holder(role: str, under: str) -> int:
        query = select(Appointment.person_id).where(
            Appointment.role == role, Appointment.area_code.startswith(under), Appointment.valid_to.is_(None)
        )
        return int(connection.scalar(query.order_by(Appointment.id)) or 0)

    assert village is not None
    return Places(township, village, holder("village_chief", village), holder("cell_captain", village), "", 0)


_PETITIONS = {
    "OWN-1": ("own", "道路", False, "本乡私事"),
    "OTHER-1": ("other", "道路", False, "他乡秘事"),
    "SECRET-1": ("own", "检举控告", True, "检举某人"),
    "SECRET-2": ("own", "检举、控告", False, "检举又一人"),
}


def _marked(connection: Connection, own: Places, other: Places) -> None:
    def done(statement: str, **bound: Any) -> None:
        connection.execute(text(statement), bound)

    done("UPDATE area SET name = '他乡秘村' WHERE code = :code", code=other.village)
    for person, name, phone in (
        (other.person, "禹外乡", OTHER_PHONE),
        (own.person, "殷真名", OWN_PHONE),
        (own.captain, "殷三长", "13800000003"),
    ):
        done("UPDATE person SET name = :name, phone = :phone WHERE id = :id", name=name, phone=phone, id=person)
    for table in ("night_stay", "night_visit", "captain_visit"):
        people = f"(SELECT person_id FROM appointment WHERE area_code LIKE '{own.township}%')"
        done(f"UPDATE {table} SET note = '私密笔记' WHERE person_id IN {people}")
    for number, (whose, category, restricted, title) in _PETITIONS.items():
        at = own if whose == "own" else other
        now = beijing_now()
        done(
            "INSERT INTO petition (number, area_code, opened_at, due_at, title, category, size, level, restricted, handler_id, channel) "
            "VALUES (:number, :area, :opened, :due, :title, :category, 'small', 'village', :restricted, :handler, 'hotline')",
            number=number, area=at.village, opened=now - timedelta(days=9), due=now - timedelta(days=5), title=title,
            category=category, restricted=restricted, handler=at.person,
        )  # fmt: skip
        said = "检举进展" if number.startswith("SECRET") else "私密进展" if whose == "own" else "他乡秘事"
        done(
            "INSERT INTO petition_event (petition_id, at, kind, note) "
            "SELECT id, :at, 'progress', :note FROM petition WHERE number = :number",
            at=now - timedelta(days=8), note=said, number=number,
        )  # fmt: skip


def accused_more(connection: Connection, count: int = 7) -> None:
    """As many more 检举控告 in one's own township, by flag and by category, with events and a rating: nothing may count them."""
    kept = ", ".join(column.name for column in Petition.__table__.columns if column.name not in ("id", "number", "category", "restricted"))
    like = "(SELECT id FROM petition WHERE number = 'OWN-1')"
    for place in range(count):
        category, restricted = (("检举控告", True), ("检举、控告", False))[place % 2]
        named = {"number": f"SECRET-MORE-{place}", "category": category, "restricted": restricted, "at": beijing_now() - timedelta(days=1)}
        mine = "(SELECT id FROM petition WHERE number = :number)"
        for statement in (
            f"INSERT INTO petition (number, category, restricted, {kept}) SELECT :number, :category, :restricted, {kept} "
            f"FROM petition WHERE id = {like}",
            f"INSERT INTO petition_event (petition_id, at, kind, note) SELECT {mine}, at, kind, note FROM petition_event "
            f"WHERE petition_id = {like}",
            f"INSERT INTO petition_rating (petition_id, rated_at, stars, method, independent) SELECT {mine}, :at, 1, 'form', FALSE",
        ):
            connection.execute(text(statement), named)


def _told(connection: Connection, own: Places) -> None:
    """What offices of one's own township have said in their own words, wherever the board keeps such."""
    now = beijing_now()
    yesterday = now.date() - timedelta(days=1)
    case = connection.scalar(text("SELECT id FROM petition WHERE number = 'OWN-1'"))
    asked, checked, entered, deed, reason, evidence, veto = TOLD
    decided = {"kind": "task", "note": asked, "due_on": now.date(), "decided_at": now, "decided_by": "grid"}
    connection.execute(insert(BoardDecision).values(petition_id=case, **decided))
    found = {"ledger": "night_stay", "area_code": own.village, "day": yesterday, "seed": "grid", "outcome": FOUND[1], "note": checked}
    connection.execute(insert(BoardSpotCheck).values(row_id=1, checked_at=now, checked_by="grid", **found))
    for night in (yesterday, now.date()):
        connection.execute(insert(BoardNightEntry).values(area_code=own.village, night=night, note=entered, saved_at=now, saved_by="grid"))
    for person in (own.person, own.captain):
        connection.execute(insert(GoodDeed).values(person_id=person, done_on=yesterday, what=deed, recorded_at=now))
        for kind, said in (("bonus", reason), ("veto", veto)):
            decided = {"decided_by": "县委组织部", "decided_on": yesterday, "reason": said, "evidence": evidence}
            connection.execute(insert(CaptainMark).values(person_id=person, year=now.year, kind=kind, points=1.0, **decided))


# --- what a kind must not see -----------------------------------------------------------------------------------------


def forbidden(scope: Scope, own: str, *, phones: bool = True) -> tuple[str, ...]:
    """The marks that this scope must not see. ``phones``: whole ones are among them."""
    sees_own = scope.area is not None and (own.startswith(scope.area) or scope.area.startswith(own))
    hidden: list[str] = []
    if not (scope.may_see_restricted and sees_own):
        hidden += RESTRICTED
    if scope.area != "":
        hidden += OTHERS
    if scope.area != "" or not scope.may_see_names:
        hidden += OTHERS_NAMES
    if not (scope.may_see_names and sees_own):
        hidden += [*NAMES, *WORDS]
    return (*hidden, *(PHONES if phones else ()))


def leaked(shown: str, marks: Sequence[str]) -> list[str]:
    return [mark for mark in marks if mark in shown]


def text_of(content: bytes) -> str:
    """All words of a file: of an office file its parts', of others its own."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            return " ".join(file.read(name).decode("utf-8", "replace") for name in file.namelist())
    return content.decode("utf-8", "replace")


def may_call(account: Account) -> bool:
    return account.role in CALLERS and account.scope.may_see_names


# --- every query there is ---------------------------------------------------------------------------------------------

Query = Callable[..., Any]
DAYS = 60
"""How far back queries are asked; the marks are of the last ten days."""
WRITES = frozenset({"decide", "enter", "record_check"})
GATES = frozenset({"areas.whole_phones", "rosters.night_phones"})
"""What tells whole phones, to who may see names: pages ask them only past a reason or for whom is called tonight."""
EXEMPT: Mapping[str, Sequence[str]] = {
    "areas.people": OTHERS_NAMES,  # the name of whoever is named in a row that the reader may see: who asks has the row
    "quality.notes": WORDS,  # compared with one another to be counted, and listed nowhere
}


def queries() -> dict[str, Query]:
    """All functions of ``data_access`` that take a scope and a connection and only read."""
    found = {}
    for module in pkgutil.iter_modules(data_access.__path__):
        if module.name in ("__main__", "migrations"):
            continue
        held = import_module(f"data_access.{module.name}")
        for name, function in inspect.getmembers(held, inspect.isfunction):
            is_ours = function.__module__ == held.__name__ and not name.startswith("_") and name not in WRITES
            if is_ours and list(inspect.signature(function).parameters)[:2] == ["scope", "connection"]:
                found[f"{module.name}.{name}"] = function
    return found


@dataclass(frozen=True)
class Arguments:
    """Values for whatever a query asks beside scope and connection, by the argument's name."""

    window: Window
    at: Places

    def of(self, name: str, query: Query) -> dict[str, Any]:
        asked = list(inspect.signature(query).parameters.values())[2:]
        return {each.name: self._value(name, each.name) for each in asked if self._value(name, each.name) is not ...}

    def _value(self, query: str, argument: str) -> Any:
        first, last = self.window.first, self.window.last
        slots = tuple(month_slots(first, last)), tuple(quarter_slots(first, last)), tuple(week_slots(first, last))
        values: Mapping[str, Any] = {
            "window": self.window,
            "before": replace(self.window, last=last - timedelta(days=1), as_of=last - timedelta(days=1)),
            "asked": AuditSearch(beijing_now() - timedelta(days=2), beijing_now() + timedelta(days=1))
            if query.startswith("administration")
            else Asked("all_and_open", soon=last, restricted=self.at.number == "SECRET-1"),
            **dict.fromkeys(("last", "day", "as_of", "on", "night", "soon", "last_day", "moment"), last),
            "first": first,
            "now": beijing_now(),
            "limit": 500,
            "rows": 500,
            "most": 500,
            "still_days": 1,
            "least": 1,
            "level": "village",
            "own_level": "village",
            "code": self.at.village,
            "codes": (self.at.township, self.at.village),
            "county": self.at.township[:6],
            "unit": self.at.village,
            "village": self.at.village,
            "area_code": self.at.township,
            "person_id": self.at.person,
            "person_ids": (self.at.person, self.at.captain),
            "number": self.at.number,
            "petition_id": self.at.petition,
            "repeat_of": None,
            "words": "长",
            "kinds": ("study", "talk", "review"),
            "raised_only": False,
            "missed": False,
            "items": ("certificate", "card", "training"),
            "session_ids": tuple(range(1, 400)),
            "roles": ("village_chief", "township_leader"),
            "role": "cell_captain",
            "months": slots[0],
            "quarters": slots[1],
            "weeks": slots[2],
            "slots": slots[0],
            "year": last.year,
            "ballot": Ballot(last.year, "cell_captain", self.window, *slots),
            "selection_id": 1,
            "import_id": 1,
            "seed": "grid",
            "size": 200,
            "ledger": "night_stay",
            "problem_id": "住夜.person",
            "record_id": 1,
            "visit_id": 1,
            "slot_id": 1,
        }
        kinds = {"profiles": "stay", "captain_lists.meetings_of": "weekly", "captains.meeting_shares": "weekly"}
        if query == "spot_checks.checks" and argument in ("rows", "ledger"):
            return () if argument == "rows" else None
        if argument == "kind":
            return kinds.get(query, kinds.get(query.partition(".")[0], "key"))
        return values.get(argument, ...)


def arguments(connection: Connection, county: County, level: Level) -> Iterator[Arguments]:
    """Those of one's own township; at the level of townships also those of another, and of a 检举控告."""
    today = beijing_now().date()
    year = window(question(DatabaseSource(connection, Scope.operator()), level, Period.holding(PeriodKind.YEAR, today), today), Span.PERIOD)
    of_late = replace(year, first=today - timedelta(days=DAYS))
    for places in (county.own, county.other, county.accused) if level is Level.TOWNSHIP else (county.own,):
        yield Arguments(of_late, places)


def plain(answer: Any) -> str:
    """An answer as words, whole: a frame's every cell."""
    return answer.to_csv() if hasattr(answer, "to_csv") else repr(answer)
