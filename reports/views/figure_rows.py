"""记录 as it is read: the nights, weeks, people or units that stand behind one figure, those that miss it first.

A :class:`Line` is one of what the figure's denominator counts, so that of all lines the missed ones are n − k.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from metrics.definition import Indicator, Question
from metrics.duty import shortfall_words
from metrics.period import Period, PeriodKind
from metrics.vocabulary import (
    CODE_LENGTHS,
    MEETING_NAMES,
    ROLE_NAMES,
    SESSION_NAMES,
    Direction,
    Level,
    Measure,
    MeetingKind,
    Role,
    SessionKind,
    Status,
)
from metrics.wording import day_text, fraction, is_missing, value_text, whole
from reports.days import day_and_weekday
from reports.links import CAPTAIN, DUTY, NIGHTS, Link, to_person, to_tonight, to_township, to_village
from reports.subjects import TOWNSHIP_NIGHTS
from reports.tables import Column, Kind, Table, Verdict, table
from reports.view import View
from reports.views.duty import night_verdict
from reports.views.people import name_of

MISSED, NO_CHIEF, ALL = "missed", "no_chief", "all"
"""Which of the lines are listed: those that miss the figure, the villages without 主干, all of them."""
OK, LOW = Status.OK, Status.LOW


@dataclass(frozen=True)
class Line:
    """What was due (a township's night, a person's week), when, and how it stands. ``place``: the township, where ``what`` is smaller."""

    what: str
    place: str
    when: date | None
    said: str
    """The day, week or month in words."""
    verdict: Verdict
    missed: bool
    link: Link | None = None
    no_chief: bool = False


Names = Mapping[str, str]
"""Of units by code: townships, and what is counted itself."""


def _township(code: object) -> str:
    return str(code)[: CODE_LENGTHS[Level.TOWNSHIP]]


def _places(code: str, names: Names) -> tuple[str, str]:
    """The unit, and the township where that is another."""
    above = _township(code)
    return names.get(code, code), "" if above == code else names.get(above, above)


def night_lines(figure: str, rolls: pd.DataFrame, names: Names, asked: Question) -> list[Line]:
    """``rolls``: ``metrics.duty.township_nights`` or ``village_nights``, as told since the first record."""
    flag = TOWNSHIP_NIGHTS.get(figure, "compliant")
    lines = []
    for row in rolls.to_dict("records"):
        code, night = str(row["code"]), row["night"]
        missed = row["stays"] == 0 if flag == "unreported" else not row[flag]
        at_township = len(code) == CODE_LENGTHS[Level.TOWNSHIP]
        link = Link(DUTY, {"township": code, "night": night.isoformat()}) if at_township else to_village(code)
        verdict = _flag_verdict(row, flag, missed) or night_verdict(row, asked)
        lines.append(Line(*_places(code, names), night, day_and_weekday(night), verdict, bool(missed), link, not row["has_chief"]))
    return lines


def _flag_verdict(row: Mapping[Any, Any], flag: str, missed: bool) -> Verdict | None:
    """Of one of the night's demands; None where the night as a whole is told."""
    counts = {
        "has_chief": f"正职 {row['chiefs']} 人",
        "has_leaders": f"班子 {row.get('leaders_counted')}/{row.get('leaders_needed')}",
        "has_staff": f"职工 {row.get('staff')}/{row.get('staff_needed')}",
    }
    if flag not in counts or row.get("before") or row["unreported"]:
        return None
    return Verdict(LOW, f"{counts[flag]},{shortfall_words(row)}") if missed else Verdict(OK, counts[flag])


def week_lines(held: pd.DataFrame, kind: SessionKind, names: Names) -> list[Line]:
    """``held``: ``metrics.nights.held_weeks``."""
    name = SESSION_NAMES[kind]
    return [
        Line(
            *_places(str(row["code"]), names),
            row["monday"],
            f"{day_text(row['monday'])}起的一周",
            Verdict(OK, f"开了{name}") if row["held"] else Verdict(LOW, f"未开{name}"),
            not row["held"],
            Link(NIGHTS, {"view": name, "township": str(row["code"])}),
        )
        for row in held.to_dict("records")
    ]


def quarter_lines(held: pd.DataFrame, names: Names) -> list[Line]:
    """``held``: ``metrics.nights.reviewed_quarters``."""
    return [
        Line(
            *_places(str(row["code"]), names),
            row["quarter"],
            Period.holding(PeriodKind.QUARTER, row["quarter"]).label,
            Verdict(OK, "已开展") if row["held"] else Verdict(LOW, "未开展"),
            not row["held"],
            Link(NIGHTS, {"view": SESSION_NAMES[SessionKind.STUDY], "township": str(row["code"])}),
        )
        for row in held.to_dict("records")
    ]


def person_week_lines(weeks: pd.DataFrame, needed: float, unit: str, people: Mapping[int, str], names: Names) -> list[Line]:
    """``weeks``: ``metrics.nights.judged_weeks``; ``unit``: of what was done (次, 场)."""
    lines = []
    for row in weeks.to_dict("records"):
        code, monday = str(row["code"]), row["monday"]
        unit_name, above = _places(code, names)
        done = f"{int(row['done'])} {unit},应 {needed:g} {unit}"
        verdict = Verdict(OK if row["reached"] else LOW, done)
        where, said = f"{above}{unit_name}", f"{day_text(monday)}起的一周"
        lines.append(Line(name_of(people, row["person_id"]), where, monday, said, verdict, not row["reached"], to_person(row["person_id"])))
    return lines


def desk_lines(days: pd.DataFrame, names: Names) -> list[Line]:
    """``days``: ``metrics.reception.staffed_days``."""
    return [
        Line(
            *_places(str(row["code"]), names),
            row["day"],
            day_and_weekday(row["day"]),
            Verdict(OK, "有人坐班") if row["staffed"] else Verdict(LOW, "没有坐班记录"),
            not row["staffed"],
            to_township(row["code"]),
        )
        for row in days.to_dict("records")
    ]


def chief_lines(months: pd.DataFrame, people: Mapping[int, str], names: Names) -> list[Line]:
    """``months``: ``metrics.duty.chief_month_nights``."""
    return [
        Line(
            name_of(people, row["person_id"]),
            names.get(_township(row["code"]), str(row["code"])),
            Period.parse(row["month"]).first,
            Period.parse(row["month"]).label,
            Verdict(OK if row["reached"] else LOW, f"住 {row['nights']} 夜,应住 {row['required']} 夜"),
            not row["reached"],
            to_person(row["person_id"]),
        )
        for row in months.to_dict("records")
    ]


def load_lines(team: pd.DataFrame, people: Mapping[int, str], names: Names) -> list[Line]:
    """Every member of a leadership team, the most nights first; nobody misses anything. ``team``: the fact ``team_nights``."""
    ordered = team.sort_values(["code", "nights"], ascending=[True, False], kind="stable")
    return [
        Line(
            name_of(people, row["person_id"]),
            names.get(_township(row["code"]), str(row["code"])),
            None,
            "本期",
            Verdict(Status.NONE, f"住 {row['nights']} 夜"),
            False,
            to_person(row["person_id"]),
        )
        for row in ordered.to_dict("records")
    ]


def plan_lines(nights: pd.DataFrame, names: Names) -> list[Line]:
    """``nights``: ``metrics.duty.planned_nights``."""
    lines = []
    for row in nights.to_dict("records"):
        code, night = str(row["code"]), row["night"]
        at_township = len(code) == CODE_LENGTHS[Level.TOWNSHIP]
        counts = f"当晚前排了 {int(row['people'])} 人,其中{'正职' if at_township else '主干'} {int(row['chiefs'])} 人"
        verdict = Verdict(OK if row["named"] else LOW, counts if row["people"] else "当晚前没有排班")
        link = to_tonight(night, code) if at_township else to_village(code)
        lines.append(Line(*_places(code, names), night, day_and_weekday(night), verdict, not row["named"], link))
    return lines


def turn_lines(turns: pd.DataFrame, names: Names) -> list[Line]:
    """Each turn of a roster, whoever was on leave left out. ``turns``: ``data_access.rosters.rosters``."""
    lines = []
    for row in turns.to_dict("records"):
        unit, above = _places(str(row["code"]), names)
        kept = row["stayed"] or row["stood_in"]
        stood_in = f"{row['substitute']}替班" if row["stood_in"] and not row["stayed"] else "本人"
        said = f"{stood_in}到岗" if kept else "没有到岗" if is_missing(row["substitute"]) else f"没有到岗,{row['substitute']}也没有替"
        who = "不明" if is_missing(row["name"]) else str(row["name"])
        verdict = Verdict(OK if kept else LOW, said)
        lines.append(
            Line(who, f"{above}{unit}", row["night"], day_and_weekday(row["night"]), verdict, not kept, to_person(row["person_id"]))
        )
    return lines


def meeting_lines(due: pd.DataFrame, names: Names) -> list[Line]:
    """Each meeting that a unit was due. ``due``: ``metrics.captains.meetings_due`` by the units themselves."""
    lines = []
    for row in due.to_dict("records"):
        code, name, when = str(row["code"]), MEETING_NAMES[MEETING_FACTS[row["kind"]]], _slot_first(str(row["slot"]))
        said = f"{day_text(when)}起的一周" if row["kind"] == "weekly_meetings" else Period.parse(str(row["slot"])).label
        verdict = Verdict(OK if row["k"] else LOW, f"开了{name}" if row["k"] else f"未开{name}")
        village = names.get(code[: CODE_LENGTHS[Level.VILLAGE]], "")
        own = names.get(code, code)
        what = own if len(code) == CODE_LENGTHS[Level.VILLAGE] else f"{village}{own.removeprefix(village)}"
        place = names.get(_township(code), "")
        lines.append(Line(what, place, when, said, verdict, not row["k"], to_village(code[: CODE_LENGTHS[Level.VILLAGE]])))
    return lines


def cell_lines(cells: pd.DataFrame, least: int, most: int, names: Names) -> list[Line]:
    """Every cell with its households. ``cells``: the fact ``households_by_cell``."""
    lines = []
    for row in cells.to_dict("records"):
        code, homes = str(row["code"]), int(row["households"])
        fits = least <= homes <= most
        verdict = Verdict(OK if fits else LOW, f"{homes} 户" if fits else f"{homes} 户,应为 {least}–{most} 户")
        village = code[: CODE_LENGTHS[Level.VILLAGE]]
        lines.append(Line(names.get(code, code), names.get(_township(code), ""), None, "", verdict, not fits, to_village(village)))
    return lines


def lecturer_lines(cadres: pd.DataFrame, people: Mapping[int, str], names: Names) -> list[Line]:
    """Every cadre, whether they have lectured this year. ``cadres``: ``data_access.nights.cadres_lecturing``."""
    lines = []
    for row in cadres.to_dict("records"):
        missed, township = not row["lectured"], names.get(_township(row["code"]), str(row["code"]))
        verdict = Verdict(LOW, "还没有授课") if missed else Verdict(OK, "已授课")
        lines.append(Line(name_of(people, row["person_id"]), township, None, "", verdict, missed, to_person(row["person_id"])))
    return lines


def _slot_first(slot: str) -> date:
    """The first day of ``2026-10``, ``2026-Q4`` or of the week of a Monday."""
    return date.fromisoformat(slot) if len(slot) == len("2026-10-12") else Period.parse(slot).first


MEETING_FACTS = {
    "heart_talks": MeetingKind.HEART_TALK,
    "analysis_meetings": MeetingKind.ANALYSIS,
    "weekly_meetings": MeetingKind.WEEKLY,
    "monthly_meetings": MeetingKind.MONTHLY,
}
"""By fact: which meeting it counts."""

# --- what is due once ---------------------------------------------------------------------------------------------------

DUE_NAMES = {"certificate": "代表证", "card": "联系卡", "training": "培训"}
DONE_WORDS = {"certificate": "{}发证", "card": "{}发卡", "training": "{}参训"}
MISSED_WORDS = {"certificate": "未发证", "card": "未发卡", "training": "未参训"}
DUE_COLUMNS = (
    Column("what", "人员或户", small=("place",)),
    Column("place", "所在", screen=False),
    Column("item", "应有"),
    Column("verdict", "情况", Kind.VERDICT),
)


def dues_table(entry: Indicator, rows: pd.DataFrame, people: Mapping[int, str], names: Names, words: str) -> Table:
    """What each captain or household is due, of them a page. ``rows``: ``data_access.captain_dues.dues``; ``words``: which of them."""
    found, lines, links = rows.to_dict("records"), [], []
    for row in found:
        code, of_home = str(row["code"]), row["item"] == "card"
        village = "" if is_missing(row["village"]) else str(row["village"])
        unit = "" if is_missing(row["unit"]) or len(code) == CODE_LENGTHS[Level.VILLAGE] else str(row["unit"])
        post = f"{unit}{'' if of_home else ROLE_NAMES[Role(row['role'])]}"
        done = DONE_WORDS[row["item"]].format("" if is_missing(row["done_on"]) else f"{row['done_on'].year}年{day_text(row['done_on'])}")
        verdict = Verdict(LOW, MISSED_WORDS[row["item"]]) if is_missing(row["done_on"]) else Verdict(OK, done)
        what = f"户 {int(row['id'])}" if of_home else name_of(people, row["id"])
        place = " ".join(part for part in (names.get(_township(code), ""), village, post.removeprefix(village)) if part)
        lines.append({"what": what, "place": place, "item": DUE_NAMES[row["item"]], "verdict": verdict})
        links.append(to_village(code[: CODE_LENGTHS[Level.VILLAGE]]) if of_home else Link(CAPTAIN, {"person": f"p:{int(row['id'])}"}))
    return table(
        f"{entry.name} 记录",
        DUE_COLUMNS,
        lines,
        conclusion=words,
        indicators=(entry.id,),
        chosen=words,
        links=tuple(links),
        empty="都已发放、都已参训" if not found else "",
    )


# --- the list ---------------------------------------------------------------------------------------------------------


def choices_of(missed: int, whole_count: int) -> dict[str, str]:
    """The two lists of what is due once."""
    return {MISSED: f"未做到 {whole(missed)}", ALL: f"全部 {whole(whole_count)}"}


def choices(lines: Sequence[Line], figure: str) -> dict[str, str]:
    """Which lists there are, with their counts; those that miss first."""
    missed, empty = sum(line.missed for line in lines), sum(line.no_chief for line in lines)
    word = "未填报" if figure == "duty.unreported" else "未做到"
    return {
        **({MISSED: f"{word} {whole(missed)}"} if figure != "duty.load_ratio" else {}),
        **({NO_CHIEF: f"无主干 {whole(empty)}"} if figure == "duty.village_compliance" else {}),
        ALL: f"全部 {whole(len(lines))}",
    }


def first_choice(lines: Sequence[Line]) -> str:
    """What is to be acted on; all of them where nothing is."""
    return MISSED if any(line.missed for line in lines) else ALL


def chosen(lines: Sequence[Line], which: str) -> list[Line]:
    """The latest first; of the same day as they came."""
    kept = [line for line in lines if which == ALL or (line.no_chief if which == NO_CHIEF else line.missed)]
    return sorted(kept, key=lambda line: line.when or date.min, reverse=True)


def sentence(entry: Indicator, row: Mapping[str, Any] | None, where: str, view: View) -> str:
    """泥河镇 2026年11月乡镇住夜达标率 66.7% (12/18 夜)."""
    if row is None or is_missing(row["value"]):
        return f"{where} {view.period.label}{entry.name}:没有应统计的"
    counts = fraction(row["k"], row["n"]) if entry.measure is Measure.RATE else ""
    return f"{where} {view.period.label}{entry.name} {value_text(entry, row['value'])}" + (f" ({counts} {entry.unit})" if counts else "")


def night_sentence(lines: Sequence[Line], label: str, where: str) -> str:
    """今晚 全县 110 个村中 34 个没有主干在岗."""
    return f"{label} {where} {whole(len(lines))} 个村中 {whole(sum(line.no_chief for line in lines))} 个没有主干在岗"


def rows_table(entry: Indicator, lines: Sequence[Line], shown: Sequence[Line], which: str, words: str) -> Table:
    """``words``: which of the lines these are, as the choice says it."""
    day = next((line for line in lines if line.when is not None), None)
    places = any(line.place for line in lines)
    columns = (
        Column("what", "单位或人员", small=("place",) if places else ()),
        *((Column("place", "所在", screen=False),) if places else ()),
        *((Column("said", "时间"),) if day else ()),
        Column("verdict", "情况", Kind.VERDICT),
    )
    rows = [{"what": each.what, "place": each.place, "said": each.said, "verdict": each.verdict} for each in shown]
    good = "没有未填报的" if entry.direction is Direction.DOWN else "应做的都做到了"
    return table(
        f"{entry.name} 记录",
        columns,
        rows,
        conclusion=words,
        indicators=(entry.id,),
        chosen=words,
        links=tuple(each.link for each in shown),
        empty=good if which != ALL and lines else "这个时段没有应统计的",
    )
