"""One case as it is read: its sentence, its clocks, what happened, what is on file, what was decided about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pandas as pd

from metrics.petition_case import CLOCK_NAMES, ClockState, case_clocks, extension_beyond_law, held_since, known, last_moved
from metrics.rulebook import rulebook
from metrics.vocabulary import EVENT_NAMES, PLACE_NAMES, EventKind, Place, Status
from metrics.wording import day_text, moment_text, whole
from metrics.workdays import Workdays
from reports.calls import Call, CallLine
from reports.links import to_case
from reports.parts import Event, Fact, Facts, Sentence, Steps, Timeline
from reports.tables import Column, Kind, Table, Verdict, table
from reports.view import View
from reports.views import petition_words as words
from reports.views.people import name_of

CLOCK_STATUS = {
    ClockState.KEPT: Status.OK,
    ClockState.LATE: Status.NEAR,
    ClockState.RUNNING: Status.RUNNING,
    ClockState.OVERDUE: Status.LOW,
    ClockState.STOPPED: Status.NONE,
}
RELATION_NAMES = {"first": "本件重复它", "again": "它重复本件", "fellow": "同为重复"}
FLAGS = {"is_xinfang": "信访件", "is_dispute": "矛盾纠纷", "is_group": "集体", "skip_level": "越级", "supervised": "挂牌督办"}
BEYOND_LAW = "延期超过法定最长时限({petitions.xinfang_days}日加{petitions.xinfang_extension_days}日)"
NOT_FOUND = "编号可能有误,或不在您的范围内。请从清单中查找。"
RESTRICTED_NOTE = "检举控告件:不计入任何统计、排名和导出,仅限持有权限的人员查看。"


def steps(stands: Mapping[str, Any], name: str) -> Steps:
    """← 上一件, 超期在办 第 3/50 件, 下一件 →. ``stands``: see ``data_access.petition_lists.petition_neighbours``."""
    before, after = known(stands["before"]), known(stands["after"])
    return Steps(
        (
            *((("← 上一件", to_case(before)),) if before else ()),
            *((("下一件 →", to_case(after)),) if after else ()),
        ),
        f"{name} 第 {whole(stands['place'])}/{whole(stands['total'])} 件",
    )


def sentence(case: Mapping[str, Any], events: pd.DataFrame, names: Mapping[int, str], view: View) -> str:
    """超期 12 天,组张三经办 20 天,7 天未动. ``case``, ``events``: ``data_access.petition_lists``."""
    as_of, state = view.as_of, words.case_verdict(case, view)
    if known(case["ended_at"]) is not None:
        closed = "未销号" if known(case["closed_at"]) is None else "已销号"
        return f"{state},{day_text(case['ended_at'].date())}办结,{closed}"
    held = max(0, (as_of - held_since(case, events).date()).days)
    name = "" if known(case["handler_id"]) is None else name_of(names, case["handler_id"])
    level = "" if " " in name else words.level_name(case["level"])  # a captain's name comes with place and post
    handler = f"{name}经办" if name else words.NOBODY
    return f"{state},{level}{handler} {held} 天,{words.rest_words(last_moved(case, events), view)}"


def subtitle(case: Mapping[str, Any], places: Mapping[str, str], names: Mapping[int, str]) -> str:
    """Category and title, number, place below the county (``places``: names by level), size, what is special about it."""
    where = "".join(name for level, name in places.items() if level != "county")
    lead = name_of(names, case["lead_id"], "")
    flags = [word for key, word in FLAGS.items() if known(case[key])]
    parts = [words.headline(case), case["number"], where, words.size_name(case["size"]), *flags, lead and f"包案领导 {lead}"]
    return " · ".join(part for part in dict.fromkeys(parts) if part)


# --- time -----------------------------------------------------------------------------------------------------------

CLOCK_COLUMNS = (
    Column("name", "", small=("how",)),
    Column("how", "怎么算", screen=False),
    Column("due", "时限", small=("holidays",)),
    Column("holidays", "期间", screen=False),
    Column("done", "实际"),
    Column("state", "", Kind.VERDICT),
)


def clocks(case: Mapping[str, Any], view: View, now: datetime) -> tuple[Table, Sentence | None]:
    """Each clock that has begun with its deadline, when it was met and the rule it runs by; a warning where the law is overstepped."""
    found, book = case_clocks(case, view.workdays, view.edition, now), view.rules or rulebook()
    rows = [
        {
            "name": clock.name,
            "how": f"{clock.how} · {book.rules[clock.rule].basis}" if book.rules[clock.rule].source else clock.how,
            "due": words.moment_words(clock.due, view.as_of),
            "holidays": _holidays(case["opened_at"].date(), clock.due.date(), view.workdays) if clock.name == "办结" else "",
            "done": clock.done and words.moment_words(clock.done, view.as_of),
            "state": Verdict(CLOCK_STATUS[clock.state], CLOCK_NAMES[clock.state]),
        }
        for clock in found
    ]
    sources = "、".join(dict.fromkeys(book.rules[clock.rule].basis for clock in found))
    remark = f"工作日按国务院放假调休安排 · 依据 {sources}"
    drawn = table("时限", CLOCK_COLUMNS, rows, remark=remark, indicators=("petitions.closed_on_time",), may_leave=False)
    return drawn, Sentence(view.edition.filled(BEYOND_LAW), "low") if extension_beyond_law(case, view.edition) else None


def _holidays(first: date, last: date, workdays: Workdays) -> str:
    """Which holidays and 调休 days a clock ran over."""
    days = (date.fromordinal(each) for each in range(first.toordinal() + 1, last.toordinal() + 1))
    names = dict.fromkeys(name for name in map(workdays.name, days) if name)
    return f"期间有{'、'.join(names)}" if names else ""


def history(events: pd.DataFrame, names: Mapping[int, str], as_of: date) -> Timeline:
    """Everything that happened, newest first."""
    lines = tuple(_event(event, names, as_of) for event in reversed(events.to_dict("records")))
    remark = f"{len(lines)} 条,最近的在前" if lines else ""
    return Timeline("办理经过", lines, remark, empty="没有办理记录,请向经办人核实")


def _event(event: Mapping[Any, Any], names: Mapping[int, str], as_of: date) -> Event:
    kind = EVENT_NAMES[EventKind(event["kind"])] if event["kind"] in set(EventKind) else str(event["kind"])
    moved = "" if known(event["to_level"]) is None else f"到{words.level_name(event['to_level'])}"
    parts = (moved, name_of(names, event["person_id"], ""), known(event["note"]))
    return Event(words.moment_words(event["at"], as_of), kind, " · ".join(part for part in parts if part))


# --- what is on file ------------------------------------------------------------------------------------------------


def facts(case: Mapping[str, Any], ratings: pd.DataFrame, origin: Mapping[str, Any] | None, names: Mapping[int, str]) -> Facts:
    """Where it came from, what is on file for closing it out, what the citizen says."""
    independent = ratings["independent"].astype(bool)
    own, called, followed = _stars(ratings[~independent]), _stars(ratings[independent]), known(case["followed_up_at"])
    evidence = _on_file("佐证在档" if known(case["evidence_on_file"]) else "", "尚无佐证")
    follow = _on_file("" if followed is None else f"{day_text(followed.date())}回头看", "未回头看")
    rating = _on_file(own and f"评单 {own}", "未评单")
    return Facts(
        "来源与销号",
        (
            Fact("来源", words.channel_name(case["channel"]), _origin(origin, names)),
            Fact("领域", words.sphere_name(case["sphere"])),
            Fact("退单", f"{int(known(case['returned']) or 0)} 次"),
            Fact("重办", f"{int(known(case['reopened']) or 0)} 次"),
            Fact("销号三要件", verdicts=(evidence, follow, rating)),
            Fact("独立回访", called or "无"),
        ),
        "佐证、回头看、评单齐全方可销号",
        "petitions.proper_closure",
    )


def _on_file(said: str, absent: str) -> Verdict:
    return Verdict(Status.OK, said) if said else Verdict(Status.NONE, absent)


def _stars(ratings: pd.DataFrame) -> str:
    """What was answered; to who may see no names only that it was."""
    return "、".join(
        f"{'已评' if known(row['stars']) is None else '{:.0f} 星'.format(row['stars'])}"
        f"({words.METHOD_NAMES.get(row['method'], '方式未记录')} {day_text(row['rated_at'].date())})"
        for row in ratings.to_dict("records")
    )


def _origin(origin: Mapping[str, Any] | None, names: Mapping[int, str]) -> str:
    if origin is None:
        return ""
    place = PLACE_NAMES[Place(origin["place"])] if origin["place"] in set(Place) else ""
    what = "夜访" if origin["kind"] == "visit" else f"接待({place})"
    return f"{day_text(origin['day'])} {origin['area'] or ''}{what} {name_of(names, origin['person_id'], '')}".strip()


def phones_of_case(case: Mapping[str, Any], phones: Mapping[int, tuple[str, str | None]]) -> CallLine:
    """经办 李四海 139****1234 · 包案 王守田 无电话. ``phones``: name and phone by person, as they may be shown."""
    roles = (("经办", known(case["handler_id"])), ("包案", known(case["lead_id"])))
    found = ((role, *phones[int(person)]) for role, person in roles if person is not None and int(person) in phones)
    return CallLine(tuple(Call(name, role, phone or "") for role, name, phone in found))


KIN_COLUMNS = (
    Column("relation", ""),
    Column("what", "", small=("number", "opened_on")),
    Column("number", "编号", screen=False),
    Column("opened_on", "点单", screen=False),
    Column("state", ""),
)


def kin(related: pd.DataFrame, as_of: date) -> Table | None:
    """The case it repeats, and those that repeat it; None where there is none."""
    if related.empty:
        return None
    found = related.to_dict("records")
    rows = [
        {
            "relation": RELATION_NAMES[row["relation"]],
            "what": words.headline(row),
            "number": row["number"],
            "opened_on": words.opened_words(row["opened_at"], as_of),
            "state": "在办" if known(row["ended_at"]) is None else words.outcome_name(known(row["outcome"])),
        }
        for row in found
    ]
    return table(
        "重复诉求",
        KIN_COLUMNS,
        rows,
        remark=f"同一件事前后 {len(rows) + 1} 次",
        indicators=("petitions.repeat",),
        links=tuple(to_case(row["number"]) for row in found),
        may_leave=False,
    )


# --- decisions ------------------------------------------------------------------------------------------------------

DECISION_COLUMNS = (
    Column("what", "", small=("by",)),
    Column("by", "决定", screen=False),
    Column("note", "", small=("due",)),
    Column("due", "时限", Kind.DATE, screen=False, words="时限 {}"),
    Column("kept", "", Kind.VERDICT),
)


def decisions(judged: pd.DataFrame, names: Mapping[int, str]) -> Table:
    """What was decided about the case, newest first. ``judged``: ``metrics.decisions.judged_decisions``."""
    rows = [
        {
            "what": words.decision_words(row, names),
            "by": f"{row['decided_name'] or row['decided_by']} {moment_text(row['decided_at'])}",
            "note": row["note"],
            "due": known(row["due_on"]),
            "kept": words.kept_verdict(row["kept"]),
        }
        for row in judged.to_dict("records")
    ]
    remark, empty = "写在看板自己的表里,只增不改", "还没有督办、包案或交办"
    return table("领导决定", DECISION_COLUMNS, rows, remark=remark, empty=empty, may_leave=False)
