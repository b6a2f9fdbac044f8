"""住夜 as it is read: the night, and the month night by night."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import pandas as pd

from metrics.definition import Question
from metrics.duty import NO_ROLL_YET, has_begun, is_over, shortfall_words
from metrics.period import Period
from metrics.vocabulary import Status
from metrics.wording import day_text
from reports.conclusions import listed
from reports.days import HeatLine, HeatMap, Square, State, day_and_weekday, weekday
from reports.links import DUTY, ROWS, Link, to_person, to_tonight, to_village
from reports.parts import Exceptional, ExceptionSection, More, Sentence
from reports.tables import Column, Kind, Table, Verdict, table
from reports.view import View
from reports.views.people import origin

COMPLIANCE, VILLAGES = "duty.night_compliance", "duty.village_compliance"
POST_NAMES = {1: "党政正职", 2: "班子成员", 3: "职工"}
CHIEF_POST, TEAM_POST = 1, 2
NOT_COUNTED = "不计:当晚不在任或请假"
NOT_DUE, NOT_OVER, NOTHING_YET = "还没到", "还没过完,不计入", "还没有记录"
SHOWN_NAMES, MOST_LINES, MOST_NAMED = 3, 4, 3

OK, BLANK, OFF, AHEAD = State("ok", "✓", "达标"), State("blank", "空", "未填报"), State("off", "·", "非工作日"), State("ahead", "", "未到")
TO_COME, TONIGHT, LAST_NIGHT = (
    State("ahead", "今", f"今晚,{NOT_DUE}"),
    State("ahead", "今", f"今晚,{NOT_OVER}"),
    State("ahead", "昨", f"昨晚,{NOT_OVER}"),
)
UNFINISHED = (TO_COME, TONIGHT, LAST_NIGHT)
BEFORE = State("ahead", "", f"住夜{NO_ROLL_YET}")
CHIEF, LEADERS, STAFF, SEVERAL = (
    State("low", "正", "缺正职"),
    State("low", "班", "班子不足"),
    State("near", "职", "职工不足"),
    State("low", "多", "缺几样"),
)
VILLAGE_CHIEF, OTHERS = State("low", "主", "缺主干"), State("near", "干", "其他干部不足")
TOWNSHIP_STATES = (OK, CHIEF, LEADERS, STAFF, SEVERAL, BLANK, OFF)
VILLAGE_STATES = (OK, VILLAGE_CHIEF, OTHERS, SEVERAL, BLANK, OFF)


def person_name(name: object, person_id: object) -> str:
    """A name as the query gave it; the number where it names nobody."""
    return str(name) if isinstance(name, str) else f"编号{person_id}(不明)"


# --- one night ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Night:
    """A workday night that is looked at: tonight, the last one, or one that the address asks for.

    ``townships``: ``metrics.duty.township_nights`` with the names; ``villages`` likewise where they are looked at. ``asked``: at which
    moment, for of a night that is not over an empty roll says nothing.
    """

    day: date
    asked: Question
    townships: pd.DataFrame
    villages: pd.DataFrame | None = None

    @property
    def label(self) -> str:
        """今晚, in the morning hours 昨晚(11月25日 周三), once it is over 11月25日(周三)夜."""
        if self.day == self.asked.as_of:
            return "今晚"
        return self.dated if self.is_over else f"昨晚({day_and_weekday(self.day)})"

    @property
    def dated(self) -> str:
        """11月25日(周三)夜: as a file calls it, which is read on another day."""
        return f"{day_text(self.day)}({weekday(self.day)})夜"

    @property
    def short(self) -> str:
        if self.day == self.asked.as_of:
            return "今晚"
        return f"{self.day.month}/{self.day.day}夜" if self.is_over else "昨晚"

    @property
    def is_over(self) -> bool:
        return is_over(self.day, self.asked)

    @property
    def is_still_to_come(self) -> bool:
        return not has_begun(self.day, self.asked)

    def words(self, roll: Mapping[Any, Any]) -> str:
        """What a unit lacks; of a night that goes on an empty roll is none yet."""
        return NOTHING_YET if roll["unreported"] and not roll.get("before") and not self.is_over else shortfall_words(roll)

    @property
    def is_before(self) -> bool:
        """Whether it lies before the county's first record."""
        return "before" in self.townships and bool(self.townships["before"].all())

    @cached_property
    def sentence(self) -> str:
        """今晚 9 个乡镇中 7 个达标,西沟乡班子差1人;槐树湾乡缺正职、职工差1人."""
        total, short = len(self.townships), self.townships[~self.townships["compliant"].astype(bool)]
        if total == 0:
            return f"{self.label}没有应住夜的乡镇"
        if self.is_before:
            return f"{self.label}在住夜{NO_ROLL_YET},没有记录"
        if short.empty:
            return f"{self.label}{self.townships['name'].iloc[0]}达标" if total == 1 else f"{self.label} {total} 个乡镇全部达标"
        named = listed(f"{row['name']}{self.words(row)}" for row in short.head(MOST_NAMED).to_dict("records"))
        if total == 1:
            return f"{self.label}{named}"
        more = f"等 {len(short)} 个未达标" if len(short) > MOST_NAMED else ""
        return f"{self.label} {total} 个乡镇中 {total - len(short)} 个达标,{named}{more}"

    def verdict(self, roll: Mapping[Any, Any]) -> Verdict:
        return night_verdict(roll, self.asked)


def night_verdict(roll: Mapping[Any, Any], asked: Question) -> Verdict:
    """达标, what is missing, 未填报, or of a night that is not over that nothing is there yet.

    ``roll``: a row of ``township_nights`` or ``village_nights``.
    """
    if roll.get("before"):
        return Verdict(Status.NONE, BEFORE.words)
    if roll["unreported"]:
        if not is_over(roll["night"], asked):
            return Verdict(Status.NONE, NOTHING_YET if has_begun(roll["night"], asked) else NOT_DUE)
        return Verdict(Status.NONE, BLANK.words)
    return Verdict(Status.OK, OK.words) if roll["compliant"] else Verdict(Status.LOW, shortfall_words(roll))


def last_night_of(view: View) -> str:
    """The night that a past period is opened with, as an address writes it: its last; empty for a period that runs, which has a tonight."""
    nights = view.workdays.between(view.period.first, view.period.last) if view.is_past else []
    return nights[-1].isoformat() if nights else ""


def tonight_groups(night: Night) -> list[ExceptionSection]:
    """Townships, then villages, that lack someone; of a night nobody kept a roll of yet nothing is said."""
    if night.townships.empty or night.is_before:
        return []
    rolls = night.townships.assign(words=[night.words(row) for row in night.townships.to_dict("records")])
    short = rolls[rolls["words"] != ""].sort_values(["unreported", "has_chief"], ascending=[False, True])
    lines = [
        Exceptional(str(row["name"]), str(row["words"]), to_tonight(night.day, row["code"]))
        for row in short.head(2 * MOST_LINES).to_dict("records")
    ]
    alone = rolls["name"].iloc[0] if len(rolls) == 1 else ""
    count, quiet = f"{len(short)} 个" if not alone else "", f"{alone}达标" if alone else "所有乡镇达标"
    everybody = (More(f"{night.short}谁在岗、打给谁", to_tonight(night.day)),)
    that_night = Link(DUTY, {"night": night.day.isoformat(), **({"township": str(rolls["code"].iloc[0])} if alone else {})})
    groups = [ExceptionSection(f"{night.short}乡镇缺岗", count, tuple(lines), quiet, about=COMPLIANCE, below=everybody, link=that_night)]
    if night.villages is None or night.villages.empty:
        return groups
    empty = night.villages[~night.villages["has_chief"].astype(bool)]
    names = dict(zip(rolls["code"], rolls["name"], strict=True))
    counted = sorted(
        ((len(rows), str(code), rows) for code, rows in empty.groupby(empty["code"].str.slice(0, 9))), key=lambda each: (-each[0], each[1])
    )
    lines = [
        Exceptional(str(names.get(code, code)), _some_villages(rows), to_tonight(night.day, code)) for _, code, rows in counted[:MOST_LINES]
    ]
    count = f"{len(empty)}/{len(night.villages)} 村"
    everyone = Link(ROWS, {**that_night.query, "figure": VILLAGES, "show": "no_chief"})
    groups.append(ExceptionSection(f"{night.short}村无主干", count, tuple(lines), "没有无主干的村", Status.NEAR, VILLAGES, link=everyone))
    return groups


def _some_villages(rows: pd.DataFrame) -> str:
    named = "、".join(rows["name"].head(2))
    return f"{len(rows)}村:{named}{'等' if len(rows) > 2 else ''}"


TOWNSHIP_COLUMNS = (
    Column("name", "乡镇", tight=True),
    Column("chiefs", "正职", Kind.COUNT, "人", of="chiefs_due", small=("chief_names_short",)),
    Column("chiefs_due", "应到正职", Kind.COUNT, "人", screen=False),
    Column("chief_names", "正职姓名", screen=False),
    Column("chief_names_short", "正职姓名", screen=False, files=False),
    Column("leaders_counted", "班子", Kind.COUNT, "人", of="leaders_needed", small=("leader_names_short",)),
    Column("leaders_needed", "应到班子", Kind.COUNT, "人", screen=False),
    Column("leader_names", "班子姓名", screen=False),
    Column("leader_names_short", "班子姓名", screen=False, files=False),
    Column("staff", "职工", Kind.COUNT, "人", of="staff_needed", small=("in_post",)),
    Column("staff_needed", "应到职工", Kind.COUNT, "人", screen=False),
    Column("in_post", "在岗职工", Kind.COUNT, "人", words="在岗 {} 人", screen=False),
    Column("verdict", "结果", Kind.VERDICT),
)


def township_table(night: Night, stays: pd.DataFrame) -> Table:
    """Every township of the scope; a row leads to its own people and villages. ``stays``: see ``data_access.rolls.stays_at``."""
    rolls = night.townships.sort_values(["compliant", "unreported", "has_chief", "code"]).to_dict("records")
    due = night.asked.rules.number("duty", "chiefs")
    rows = [
        {
            **row,
            "chiefs_due": due,
            **_names("chief", stays, row["code"], CHIEF_POST),
            **_names("leader", stays, row["code"], TEAM_POST),
            "verdict": night.verdict(row),
        }
        for row in rolls
    ]
    return table(
        f"{night.day} 各乡镇住夜",
        TOWNSHIP_COLUMNS,
        rows,
        conclusion=f"{night.label}谁住夜",
        remark="住夜/应到;第二名正职可计一名班子成员;点一行看人员和各村",
        indicators=(COMPLIANCE,),
        chosen=night.dated,
        links=tuple(Link(DUTY, {"township": str(row["code"]), "night": night.day.isoformat()}) for row in rolls),
        empty="没有应住夜的乡镇",
    )


def _names(prefix: str, stays: pd.DataFrame, code: object, post: int) -> dict[str, str]:
    """All names of a post for the files, the first few for a screen."""
    own = stays[(stays["code"] == code) & (stays["post"] == post)]["name"]
    names = [str(name) for name in own if isinstance(name, str)]
    more = f"等{len(names)}人" if len(names) > SHOWN_NAMES else ""
    return {f"{prefix}_names": "、".join(names), f"{prefix}_names_short": "、".join(names[:SHOWN_NAMES]) + more}


PEOPLE_COLUMNS = (
    Column("who", "姓名"),
    Column("post_name", "岗位"),
    Column("recorded_at", "录入", Kind.TIMESTAMP, words="{} 录入", phone=False, small=("origin",)),
    Column("origin", "录入方式", screen=False),
)


def people_table(night: Night, stays: pd.DataFrame) -> Table:
    """Who stayed at one township that night, by post; who does not count is there too, with the reason."""
    found = stays.to_dict("records")
    rows = [
        {
            **row,
            "who": person_name(row["name"], row["person_id"]),
            "post_name": POST_NAMES[int(row["post"])] if row["post"] in POST_NAMES else NOT_COUNTED,
            "origin": origin(row),
        }
        for row in found
    ]
    return table(
        f"{night.day} 住夜人员",
        PEOPLE_COLUMNS,
        rows,
        conclusion=f"{night.label}谁住夜",
        remark="一人多职按最高职务计一次",
        indicators=(COMPLIANCE,),
        chosen=night.dated,
        links=tuple(to_person(row["person_id"]) for row in found),
        empty="未填报:这一夜没有任何住夜记录" if night.is_over else "还没有住夜记录",
    )


def township_verdict(night: Night, code: str) -> list[Sentence]:
    """A township's night against the rule, in a line."""
    lines = []
    for row in night.townships[night.townships["code"] == code].to_dict("records"):
        parts = (
            f"正职 {row['chiefs']}/{night.asked.rules.number('duty', 'chiefs')}",
            f"班子 {row['leaders_counted']}/{row['leaders_needed']}",
            f"职工 {row['staff']}/{row['staff_needed']}(在岗 {row['in_post']} 人)",
        )
        lines.append(Sentence(" · ".join(parts), "quiet", night.verdict(row)))
    return lines


VILLAGE_COLUMNS = (
    Column("name", "村", tight=True),
    Column("chiefs", "主干", Kind.COUNT, "人", of="chiefs_due", small=("chief_names_short",)),
    Column("chiefs_due", "应到主干", Kind.COUNT, "人", screen=False),
    Column("chief_names", "主干姓名", screen=False),
    Column("chief_names_short", "主干姓名", screen=False, files=False),
    Column("others_counted", "其他干部", Kind.COUNT, "人", of="others_needed", small=("other_names_short",)),
    Column("others_needed", "应到其他", Kind.COUNT, "人", screen=False),
    Column("other_names", "其他干部姓名", screen=False),
    Column("other_names_short", "其他干部姓名", screen=False, files=False),
    Column("verdict", "结果", Kind.VERDICT),
)


def ordered_villages(rolls: pd.DataFrame) -> pd.DataFrame:
    """Those that lack someone first."""
    return rolls.sort_values(["compliant", "unreported", "has_chief", "code"], ascending=[True, False, True, True], ignore_index=True)


def village_table(night: Night, rolls: pd.DataFrame, stays: pd.DataFrame, everyone: pd.DataFrame) -> Table:
    """The villages of one township that night. ``rolls``: those to list; ``everyone``: all of them, for the count."""
    due, missing = night.asked.rules.number("duty", "village_chiefs"), int((~everyone["compliant"].astype(bool)).sum())
    rows = [
        {
            **row,
            "chiefs_due": due,
            **_names("chief", stays, row["code"], CHIEF_POST),
            **_names("other", stays, row["code"], TEAM_POST),
            "verdict": night.verdict(row),
        }
        for row in rolls.to_dict("records")
    ]
    return table(
        f"{night.day} 各村住夜",
        VILLAGE_COLUMNS,
        rows,
        conclusion=f"{night.label}各村",
        remark=f"{len(everyone)} 个村中 {len(everyone) - missing} 个达标;住夜/应到" if len(everyone) else "",
        indicators=(VILLAGES,),
        chosen=night.dated,
        links=tuple(to_village(code) for code in rolls["code"]),
        empty="这个范围内没有应住夜的村",
    )


# --- a month --------------------------------------------------------------------------------------------------------


def state_of(roll: Mapping[Hashable, Any]) -> State:
    """The state of a row of ``township_nights`` or ``village_nights``; its words say how many are missing."""
    if roll.get("before"):
        return BEFORE
    if roll["unreported"]:
        return BLANK
    if roll["compliant"]:
        return OK
    at_township = "staff" in roll
    kinds = {"has_chief": CHIEF if at_township else VILLAGE_CHIEF, "has_leaders": LEADERS, "has_staff": STAFF, "has_others": OTHERS}
    lacking = [state for flag, state in kinds.items() if flag in roll and not roll[flag]]
    only = lacking[0] if len(lacking) == 1 else SEVERAL
    return State(only.shade, only.sign, shortfall_words(roll))


def state_on(roll: Mapping[Any, Any] | None, day: date, asked: Question) -> State:
    """How a day stands: its roll, or why there is none (非工作日, 未到, 今晚)."""
    if not asked.workdays.is_workday(day):
        name = asked.workdays.name(day)
        return State(OFF.shade, OFF.sign, f"{OFF.words}{f'({name})' if name else ''}")
    if roll is None:
        return AHEAD
    if is_over(day, asked):
        return state_of(roll)
    if day < asked.as_of:
        return LAST_NIGHT
    return TONIGHT if has_begun(day, asked) else TO_COME


DayLink = Callable[[str, date | None], Link | None]
"""Where a unit leads, or one night of it."""


def night_map(
    units: Sequence[tuple[str, str]],
    rolls: pd.DataFrame,
    month: Period,
    asked: Question,
    link: DayLink,
    states: tuple[State, ...] = TOWNSHIP_STATES,
    title: str = "",
) -> HeatMap:
    """Unit × night of a month. ``units``: (code, name) in the order shown; ``rolls``: judged nights of them, also of one that goes on."""
    days = [month.first + timedelta(days=offset) for offset in range((month.last - month.first).days + 1)]
    known: dict[tuple[Any, Any], Mapping[Any, Any]] = {(row["code"], row["night"]): row for row in rolls.to_dict("records")}
    lines = []
    for code, name in units:
        squares = tuple(_square(known.get((code, day)), day, asked, link(code, day)) for day in days)
        lines.append(HeatLine(name, squares, link(code, None)))
    shades = tuple((day, "today" if day == asked.as_of else "" if asked.workdays.is_workday(day) else "off") for day in days)
    return HeatMap(shades, tuple(lines), states, title, "一格一夜;点乡镇只看该乡镇,点一格看那一夜" if title else "", COMPLIANCE)


def _square(roll: Mapping[Any, Any] | None, day: date, asked: Question, link: Link | None) -> Square:
    state, works = state_on(roll, day, asked), asked.workdays.is_workday(day)
    name = asked.workdays.name(day) if day.weekday() >= 5 and works else None
    said = f"{day_and_weekday(day)}{f'({name})' if name else ''} {state.words}"
    return Square(day, state, said, link if roll is not None and works else None)


def night_map_table(it: HeatMap, title: str, unit: str = "乡镇") -> Table:
    """The map in words, for the files: one row a unit, one column a night."""
    days = [day for day, _ in it.days]
    columns = (
        Column("name", unit),
        Column("met", "达标", Kind.COUNT, "夜"),
        Column("due", "应住", Kind.COUNT, "夜"),
        *(Column(day.isoformat(), f"{day.day}日") for day in days),
    )
    rows = [
        {
            "name": line.name,
            "met": sum(square.state.shade == OK.shade for square in line.squares),
            "due": sum(square.state.shade not in (OFF.shade, AHEAD.shade) or square.state is BEFORE for square in line.squares),
            **{square.day.isoformat(): _filed_words(square.state) for square in line.squares},
        }
        for line in it.lines
    ]
    return table(title, columns, rows, indicators=(it.about,))


def _filed_words(state: State) -> str:
    """A night is no 今晚 or 昨晚 in a file, which is read on another day."""
    return NOT_DUE if state is TO_COME else NOT_OVER if state in UNFINISHED else state.words


def month_title(month: Period, rolls: pd.DataFrame, asked: Question) -> str:
    """2026年11月 153 个乡镇夜中 120 个达标,30 个未达标,3 个未填报: of the nights that are over."""
    rolls = rolls[rolls["night"] <= asked.night_over] if len(rolls) else rolls
    missed, blank = int((~rolls["compliant"].astype(bool)).sum()), int(rolls["unreported"].sum())
    before = int(rolls["before"].sum()) if "before" in rolls else 0
    said = f"{len(rolls) - missed} 个达标,{missed - blank - before} 个未达标,{blank} 个未填报"
    return f"{month.label} {len(rolls)} 个乡镇夜中 {said}" + (f",{before} 个在{NO_ROLL_YET}" if before else "")


def streak_words(streaks: pd.DataFrame) -> dict[str, str]:
    """By township with a miss: the longest run of them, for the leaderboard."""
    return {str(code): f"最长连缺{int(run)}夜" for code, run in zip(streaks["code"], streaks["value"], strict=True) if run > 0}
