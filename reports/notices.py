"""What each notice holds, made from the database at the moment it speaks of and for one scope: :func:`letter`.

An account's notice is made with exactly the account's scope. A group's is made with the area's figures and no right at all, and names
nobody, not even masked.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from data_access.engine import Connection
from data_access.scope import Scope
from metrics.notices import Notice
from metrics.period import Period, PeriodKind
from metrics.registry import indicator
from metrics.vocabulary import Level, Module
from reports.changes import DAY, last_night
from reports.conclusions import title, whole_and_change
from reports.frames import question
from reports.letters import Enclosed, Letter, lines_of
from reports.links import CASES, MORNING, OVERVIEW, Link, in_period, to_tonight
from reports.meeting_files import DOCX, bulletin_bytes, file_name
from reports.pack import meeting_pack
from reports.parts import Exceptions, ExceptionSection
from reports.readings import ranked_within, reading, row_level, whole_level
from reports.source import DatabaseSource, changes_between
from reports.subjects import Audience, overview_numbers
from reports.svg import picture, png
from reports.tonight import night_on, tonights_day, units_on
from reports.views import changes, notices
from reports.views.changes import OVERDUE
from reports.views.duty import Night

MOST_CASES = 8
PICTURE_SCALE = 2


@dataclass(frozen=True)
class Addressee:
    """For whom a letter is made. ``named``: whether people may be named in it at all. ``who``: whose copy a picture says it is."""

    scope: Scope
    named: bool
    who: str


@dataclass(frozen=True)
class Asked:
    """Which notice: of a kind, as of a moment; ``indicator`` and ``threshold`` of a rule."""

    what: Notice
    at: datetime
    indicator: str | None = None
    threshold: float | None = None


def letter(connection: Connection, to: Addressee, asked: Asked) -> Letter | None:
    """The letter, or None where there is nothing to say (nobody is missing, nothing has become overdue)."""
    makers = {
        Notice.MORNING: _morning,
        Notice.TONIGHT: _tonight,
        Notice.OVERDUE: _overdue,
        Notice.WEEKLY: _weekly,
        Notice.MONTHLY: _monthly,
        Notice.RULE: _rule,
    }
    return makers[asked.what](connection, to, asked)


def board_address(link: Link) -> str:
    """A page of the board as an address to open from elsewhere; empty where ``BOARD_URL`` is not set. It asks for the sign-in."""
    base = os.environ.get("BOARD_URL", "").rstrip("/")
    query = urlencode(link.query)
    return f"{base}/{link.page.rsplit('/', 1)[-1]}{f'?{query}' if query else ''}" if base else ""


def _source(connection: Connection, scope: Scope, at: datetime) -> DatabaseSource:
    return DatabaseSource(connection, scope, at=at)


# --- by kind ----------------------------------------------------------------------------------------------------------


def morning(connection: Connection, to: Addressee, at: datetime) -> Exceptions:
    """晨报 of a morning: last night by name, then what changed since yesterday at this minute."""
    now, then = (_source(connection, to.scope, each) for each in (at, at - DAY))
    groups = list[ExceptionSection]()
    day = last_night(now)
    if Module.DUTY in now.contents().in_use and day is not None and day != last_night(then):
        night = night_on(now, at.date(), day)
        units = units_on(now, night)
        villages = notices.villages_group(night, units)
        groups += [notices.night_group(night, units, named=to.named), *([] if villages is None else [villages])]
    found = changes_between(now, then, connection)
    if groups:  # the night has been told by itself
        found = replace(found, turned=[each for each in found.turned if each.entry is not None])
    groups += changes.groups(found, named=to.named)
    return notices.morning(notices.title_of(Notice.MORNING, at), at, groups)


def _morning(connection: Connection, to: Addressee, asked: Asked) -> Letter:
    part = morning(connection, to, asked.at)
    lines = lines_of(part.groups) or ["昨日以来没有要说的变化"]
    link = board_address(Link(MORNING, {"at": f"{asked.at:%Y-%m-%dT%H:%M}"}))
    return Letter(part.title, tuple(lines), link, _drawn(part, to, f"晨报_{asked.at:%Y-%m-%d}"))


def tonight(connection: Connection, to: Addressee, at: datetime) -> tuple[Night, ExceptionSection] | None:
    """今晚缺岗: the townships whose night lacks somebody at a moment of it; None where nobody is missing or there is no night to keep."""
    now = _source(connection, to.scope, at)
    if Module.DUTY not in now.contents().in_use:
        return None
    day = tonights_day(question(now, Level.TOWNSHIP, Period.holding(PeriodKind.MONTH, at.date()), at.date()))
    night = night_on(now, at.date(), day)
    group = notices.night_group(night, units_on(now, night), named=to.named)
    return (night, group) if group.lines else None


def _tonight(connection: Connection, to: Addressee, asked: Asked) -> Letter | None:
    found = tonight(connection, to, asked.at)
    if found is None:
        return None
    night, group = found
    part = notices.evening(notices.title_of(Notice.TONIGHT, asked.at), asked.at, [group])
    return Letter(part.title, tuple(lines_of(part.groups)), board_address(to_tonight(night.day)), _drawn(part, to, f"今晚缺岗_{night.day}"))


def _drawn(part: Exceptions, to: Addressee, name: str) -> Enclosed:
    image = png(picture(part, ["依据看板各项口径,点开链接可看每一项"], to.who), PICTURE_SCALE)
    return Enclosed(f"{name}.png", "image/png", image)


def _overdue(connection: Connection, to: Addressee, asked: Asked) -> Letter | None:
    now, then = (_source(connection, to.scope, each) for each in (asked.at, asked.at - DAY))
    found = changes_between(now, then, connection, Module.PETITIONS, most=MOST_CASES)
    only = changes.Changes(found.now, found.then, {OVERDUE: found.cases[OVERDUE]} if OVERDUE in found.cases else {})
    groups = changes.groups(only, named=to.named, most=MOST_CASES)
    if not groups:
        return None
    return Letter(notices.title_of(Notice.OVERDUE, asked.at), tuple(lines_of(groups)), board_address(Link(CASES, {"standing": "overdue"})))


def _weekly(connection: Connection, to: Addressee, asked: Asked) -> Letter:
    """The week before, each headline number in the sentences that its slide has."""
    week, area = Period.holding(PeriodKind.WEEK, asked.at.date()).before, to.scope.area or ""
    source, lines = _source(connection, to.scope, asked.at), list[str]()
    for indicator_id in overview_numbers(source.contents().in_use):
        entry = indicator(indicator_id)
        level = row_level(entry, area)
        if level is None or entry.counted_over(week) != week:
            continue
        within = ranked_within(area, level)
        ranked = _source(connection, Scope(area=within), asked.at) if within else source
        read = reading(ranked, entry, level, week, asked.at.date(), area=within or area, dated=True, own=area if within else "")
        lines.append(f"· {'。'.join(each for each in (whole_and_change(read), title(read)) if each)}")
    head = f"{week.label}的一周:" if lines else f"{week.label}没有可报的数"
    return Letter(notices.title_of(Notice.WEEKLY, asked.at), (head, *lines), board_address(in_period(OVERVIEW, week)))


def _monthly(connection: Connection, to: Addressee, asked: Asked) -> Letter:
    """The circular of the month before, as the meeting's page makes it; the file for who may take files along, and for groups."""
    month, area = Period.holding(PeriodKind.MONTH, asked.at.date()).before, to.scope.area or ""
    source = _source(connection, to.scope, asked.at)
    around = _source(connection, Scope(area=ranked_within(area, whole_level(area)) or area), asked.at)
    there = source.contents()
    lacking, asked_of = there.lacking_words, (Audience.MONTHLY, month, asked.at.date())
    pack = meeting_pack(source, *asked_of, area=area, modules=there.in_use, lacking=lacking, around=around)
    lines = [f"{month.label}通报", *(f"· {chapter.title}" for chapter in pack.chapters)]
    may_take = to.scope.may_export or not to.named
    file = Enclosed(file_name(pack, "通报", "docx"), DOCX, bulletin_bytes(pack)) if may_take and pack.chapters else None
    return Letter(f"{month.label}月通报", tuple(lines), board_address(in_period("meeting/meeting", month)), file=file)


def _rule(connection: Connection, to: Addressee, asked: Asked) -> Letter | None:
    """The units that have crossed a threshold of an indicator since yesterday at this minute, in the month that holds yesterday."""
    entry = indicator(asked.indicator or "")
    now, then = (_source(connection, to.scope, each) for each in (asked.at, asked.at - DAY))
    level = row_level(entry, to.scope.area or "")
    if level is None:
        return None
    month = entry.counted_over(Period.holding(PeriodKind.MONTH, (asked.at - DAY).date()))
    target = question(now, level, month, asked.at.date()).rules.target(entry.id)
    threshold = target if asked.threshold is None else asked.threshold
    if threshold is None:
        return None
    late, early = (source.frame(entry, level, month, at.date()) for source, at in ((now, asked.at), (then, asked.at - timedelta(days=1))))
    found = notices.crossed(entry, late, early, threshold)
    if found.empty:
        return None
    lines = notices.crossed_lines(entry, found, threshold)
    return Letter(notices.title_of(Notice.RULE, asked.at), tuple(lines), board_address(in_period(OVERVIEW, month)))
