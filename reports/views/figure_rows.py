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
from metrics.vocabulary import CODE_LENGTHS, SESSION_NAMES, Direction, Level, Measure, SessionKind, Status
from metrics.wording import day_text, fraction, is_missing, value_text, whole
from reports.days import WEEKDAYS
from reports.links import DUTY, NIGHTS, Link, to_person, to_township, to_village
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
        said = f"{day_text(night)} 周{WEEKDAYS[night.weekday()]}"
        lines.append(Line(*_places(code, names), night, said, verdict, bool(missed), link, not row["has_chief"]))
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
            f"{day_text(row['day'])} 周{WEEKDAYS[row['day'].weekday()]}",
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


def unit_lines(entry: Indicator, frame: pd.DataFrame, names: Names) -> list[Line]:
    """Villages with what each has done of what was due, the most missing first. ``frame``: of the indicator by village."""
    found = frame[frame["n"].fillna(0) > 0].assign(left=frame["n"] - frame["k"]).sort_values("left", ascending=False, kind="stable")
    return [
        Line(
            *_places(str(row["code"]), {**names, str(row["code"]): str(row["name"])}),
            None,
            "本期",
            Verdict(row["status"], f"{value_text(entry, row['value'])} ({fraction(row['k'], row['n'])})"),
            row["left"] > 0,
            to_village(row["code"]),
        )
        for row in found.to_dict("records")
    ]


# --- the list ---------------------------------------------------------------------------------------------------------


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
