"""The parts of a case's page as markup. Every text is escaped here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pandas as pd

from data_access.clock import beijing_now
from metrics.petition_case import CLOCK_NAMES, ClockState, case_clocks, extension_beyond_law, known
from metrics.rulebook import rulebook
from metrics.vocabulary import EVENT_NAMES, PLACE_NAMES, EventKind, Place, Status
from metrics.wording import day_text, moment_text
from pages.common import loaders
from pages.common.filters import Filters
from pages.common.panel import go_to
from pages.petitions import wording
from pages.petitions.markup import CASE_PAGE, cell, heading, sheet, verdict_words

CLOCK_STATUS = {
    ClockState.KEPT: Status.OK,
    ClockState.LATE: Status.NEAR,
    ClockState.RUNNING: Status.RUNNING,
    ClockState.OVERDUE: Status.LOW,
    ClockState.STOPPED: Status.NONE,
}


def sentence(case: Mapping[str, Any], names: Mapping[int, str], since: datetime, moved: datetime, as_of: date) -> str:
    """超期 12 天,在组 · 张三手上 20 天,7 天未动."""
    words, _ = wording.standing_words(case, as_of, loaders.workdays())
    if known(case["ended_at"]) is not None:
        closed = "已销号" if known(case["closed_at"]) is not None else "未销号"
        return f"{words},{day_text(case['ended_at'].date())}办结,{closed}"
    held = max(0, (as_of - since.date()).days)
    handler = known(case["handler_id"])
    who = "无经办人" if handler is None else f"{names.get(int(handler), '经办人不详')}经办"
    return f"{words},{wording.level_name(case['level'])}{who} {held} 天,{wording.rest_words(moved, as_of)}"


def subtitle(case: Mapping[str, Any], places: Mapping[str, str], names: Mapping[int, str]) -> str:
    where = "".join(name for level, name in places.items() if level != "county")
    marks = [
        word
        for word, on in (
            ("信访件", case["is_xinfang"]),
            ("矛盾纠纷", case["is_dispute"]),
            ("集体", case["is_group"]),
            ("越级", case["skip_level"]),
            ("挂牌督办", case["supervised"]),
        )
        if known(on)
    ]
    lead = known(case["lead_id"])
    marks += [] if lead is None else [f"包案领导 {names.get(int(lead), '不详')}"]
    parts = [wording.headline(case), case["number"], where, wording.size_name(case["size"]), *marks]
    return " · ".join(part for part in dict.fromkeys(parts) if part)


def clocks_table(case: Mapping[str, Any], filters: Filters) -> str:
    """Each clock with its deadline, when it was met, and the rule it runs by."""
    rules = loaders.rules_on(filters.period, filters.as_of)
    clocks = case_clocks(case, loaders.workdays(), rules, beijing_now())
    rows = [
        [
            cell(clock.name, f"{clock.how} · {clock.rule}"),
            cell(_moment(clock.due, filters.as_of), _holidays(case["opened_at"].date(), clock.due.date()) if clock.name == "办结" else ""),
            cell("—" if clock.done is None else _moment(clock.done, filters.as_of)),
            verdict_words(CLOCK_NAMES[clock.state], CLOCK_STATUS[clock.state]),
        ]
        for clock in clocks
    ]
    sources = "、".join(dict.fromkeys(rulebook().rules[clock.rule].source for clock in clocks))
    warning = '<p class="low">延期超过法定最长时限(60日加30日)</p>' if extension_beyond_law(case, rules) else ""
    title = heading("时限", f"工作日按国务院放假调休安排 · 依据 {sources}", "petitions.closed_on_time")
    return title + sheet(["", "时限", "实际", ""], rows) + warning


def _holidays(first: date, last: date) -> str:
    """Which holidays and 调休 days the clock ran over."""
    workdays = loaders.workdays()
    days = [date.fromordinal(each) for each in range(first.toordinal() + 1, last.toordinal() + 1)]
    names = dict.fromkeys(name for name in map(workdays.name, days) if name)
    return f"期间有{'、'.join(names)}" if names else ""


def _moment(moment: datetime, as_of: date) -> str:
    year = "" if moment.year == as_of.year else f"{moment.year}年"
    return f"{year}{moment_text(moment)}"


def history(events: pd.DataFrame, names: Mapping[int, str], as_of: date) -> str:
    """Everything that happened, newest first."""
    if events.empty:
        return heading("办理经过") + '<div class="empty">没有办理记录,请向经办人核实</div>'
    lines = []
    for event in reversed(events.to_dict("records")):
        kind = EVENT_NAMES[EventKind(event["kind"])] if event["kind"] in set(EventKind) else str(event["kind"])
        to_level, person = known(event["to_level"]), known(event["person_id"])
        who = "" if person is None else names.get(int(person), "")
        moved = "" if to_level is None else f"到{wording.level_name(to_level)}"
        words = " · ".join(part for part in (moved, who, known(event["note"]) or "") if part)
        lines.append(f"<li><span>{cell(_moment(event['at'], as_of))}</span><b>{cell(kind)}</b><span>{cell(words)}</span></li>")
    return heading("办理经过", f"{len(lines)} 条,最近的在前") + f'<ul class="history">{"".join(lines)}</ul>'


def facts(case: Mapping[str, Any], ratings: pd.DataFrame, origin: Mapping[str, Any] | None, names: Mapping[int, str]) -> str:
    """Where it came from, what is on file for closing it out, what the citizen says."""
    rows = [["来源", cell(wording.channel_name(case["channel"]), _origin(origin, names))]]
    rows.append(["领域", cell(wording.SPHERE_NAMES.get(known(case["sphere"]) or "", wording.UNKNOWN))])
    rows.append(["退单", cell(f"{int(known(case['returned']) or 0)} 次")])
    rows.append(["重办", cell(f"{int(known(case['reopened']) or 0)} 次")])
    evidence = ("佐证在档", Status.OK) if known(case["evidence_on_file"]) else ("尚无佐证", Status.NONE)
    followed = known(case["followed_up_at"])
    follow = ("未回头看", Status.NONE) if followed is None else (f"{day_text(followed.date())}回头看", Status.OK)
    own = ratings[~ratings["independent"].astype(bool)]
    rating = ("未评单", Status.NONE) if own.empty else (f"评单 {_stars(own)}", Status.OK)
    called = ratings[ratings["independent"].astype(bool)]
    rows.append(["销号三要件", " ".join(verdict_words(*each) for each in (evidence, follow, rating))])
    rows.append(["独立回访", cell("无" if called.empty else _stars(called))])
    return heading("来源与销号", "佐证、回头看、评单齐全方可销号", "petitions.proper_closure") + sheet(["", ""], rows)


def _stars(ratings: pd.DataFrame) -> str:
    words = [
        f"{int(row['stars'])} 星({wording.METHOD_NAMES.get(row['method'], '方式未记录')} {day_text(row['rated_at'].date())})"
        for row in ratings.to_dict("records")
    ]
    return "、".join(words)


def _origin(origin: Mapping[str, Any] | None, names: Mapping[int, str]) -> str:
    if origin is None:
        return ""
    person = known(origin["person_id"])
    who = "" if person is None else names.get(int(person), "")
    what = "夜访" if origin["kind"] == "visit" else f"接待({PLACE_NAMES[Place(origin['place'])] if origin['place'] in set(Place) else ''})"
    return f"{day_text(origin['day'])} {origin['area'] or ''}{what} {who}".strip()


def kin(related: pd.DataFrame) -> str:
    """The case it repeats, and those that repeat it."""
    if related.empty:
        return ""
    names = {"first": "本件重复它", "again": "它重复本件", "fellow": "同为重复"}
    rows, links = [], []
    for row in related.to_dict("records"):
        ended = known(row["ended_at"])
        state = "在办" if ended is None else wording.outcome_name(known(row["outcome"]))
        rows.append(
            [
                cell(names[row["relation"]]),
                cell(wording.headline(row), f"{row['number']} · {day_text(row['opened_at'].date())}点单"),
                cell(state),
            ]
        )
        links.append(go_to(CASE_PAGE, {"number": row["number"]}))
    return heading("重复诉求", f"同一件事前后 {len(rows) + 1} 次", "petitions.repeat") + sheet(["", "", ""], rows, links)
