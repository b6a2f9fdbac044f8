"""住夜: nights against the rules (R01–R03), from counts of who stayed and who was in post."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import pandas as pd

from metrics.definition import Facts, Indicator, Question, Span, rolled_up
from metrics.vocabulary import Direction, Level, Measure

TOWNSHIP_LEVELS = (Level.COUNTY, Level.TOWNSHIP)
VILLAGE_LEVELS = (Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE)


def unit_nights(units: pd.DataFrame, nights: list[date]) -> pd.DataFrame:
    """Every workday night of every unit that existed that day. Columns: code, night."""
    if units.empty or not nights:
        return pd.DataFrame({"code": pd.Series(dtype="str"), "night": pd.Series(dtype="object")})
    grid = units[["code", "valid_from", "valid_to"]].merge(pd.DataFrame({"night": nights}), how="cross")
    if grid[["valid_from", "valid_to"]].notna().any(axis=None):
        started = grid["valid_from"].fillna(date.min) <= grid["night"]
        grid = grid[started & (grid["valid_to"].fillna(date.max) >= grid["night"])]
    return grid[["code", "night"]].reset_index(drop=True)


def township_nights(facts: Facts, question: Question) -> pd.DataFrame:
    """The judged roll: one row a township × workday night, also where nothing was recorded.

    Columns: code, night, stays, chiefs, leaders, staff, in_post, staff_needed (a share of the staff in post, rounded up),
    leaders_counted (a second chief counts as a leader), leaders_needed, has_chief, has_leaders, has_staff, compliant, unreported.
    """
    rules = question.rules
    roll = unit_nights(facts["townships"], question.workday_nights)
    roll = roll.merge(facts["township_roll"], on=["code", "night"], how="left").merge(
        facts["staff_in_post"], on=["code", "night"], how="left"
    )
    counts = ["stays", "chiefs", "leaders", "staff", "in_post"]
    roll[counts] = roll[counts].fillna(0).astype("int64")
    # Integer ceiling: 0.2 × 35 is 7.000000000000001 in floating point, and one more clerk would be asked for.
    roll["staff_needed"] = -(-roll["in_post"] * rules.number("duty", "staff_percent") // 100)
    roll["leaders_counted"] = roll["leaders"] + (roll["chiefs"] - 1).clip(lower=0)
    roll["leaders_needed"] = rules.number("duty", "leaders")
    roll["has_chief"] = roll["chiefs"] >= rules.number("duty", "chiefs")
    roll["has_leaders"] = roll["leaders_counted"] >= roll["leaders_needed"]
    roll["has_staff"] = roll["staff"] >= roll["staff_needed"]
    roll["compliant"] = roll["has_chief"] & roll["has_leaders"] & roll["has_staff"]
    roll["unreported"] = roll["stays"] == 0
    return roll


def village_nights(facts: Facts, question: Question) -> pd.DataFrame:
    """The judged roll of villages: one row a village × workday night.

    Columns: code, night, stays, chiefs, committee, others_counted (a second chief counts as one), others_needed, has_chief, has_others,
    compliant, unreported.
    """
    rules = question.rules
    roll = unit_nights(facts["villages"], question.workday_nights).merge(facts["village_roll"], on=["code", "night"], how="left")
    counts = ["stays", "chiefs", "committee"]
    roll[counts] = roll[counts].fillna(0).astype("int64")
    roll["others_counted"] = roll["committee"] + (roll["chiefs"] - 1).clip(lower=0)
    roll["has_chief"] = roll["chiefs"] >= rules.number("duty", "village_chiefs")
    roll["others_needed"] = rules.number("duty", "village_others")
    roll["has_others"] = roll["others_counted"] >= roll["others_needed"]
    roll["compliant"] = roll["has_chief"] & roll["has_others"]
    roll["unreported"] = roll["stays"] == 0
    return roll


NO_ROLL_YET = "台账启用前"


def since_first_record(roll: pd.DataFrame, first: date | None) -> pd.DataFrame:
    """A judged roll as it is told: nights before the county's first record (``first``; None: there is none) are nobody's 未填报.

    Adds the column before (bool). What indicators count stays as it is.
    """
    before = roll["night"].map(lambda night: first is None or night < first).astype(bool)
    return roll.assign(before=before, unreported=roll["unreported"] & ~before)


def shortfall_words(night: Mapping[Hashable, Any]) -> str:
    """What a township's or village's night lacks, in the office's words; empty where it is compliant.

    ``night``: a row of :func:`township_nights` or :func:`village_nights`, or of :func:`since_first_record`.
    """
    if night.get("before"):
        return NO_ROLL_YET
    if night["unreported"]:
        return "未填报"
    at_township = "staff" in night
    lacking = []
    if not night["has_chief"]:
        lacking.append("缺正职" if at_township else "缺主干")
    if at_township:
        if not night["has_leaders"]:
            lacking.append(f"班子差{night['leaders_needed'] - night['leaders_counted']}人")
        if not night["has_staff"]:
            lacking.append(f"职工差{night['staff_needed'] - night['staff']}人")
    elif not night["has_others"]:
        lacking.append(f"干部差{night['others_needed'] - night['others_counted']}人")
    return "、".join(lacking)


def has_begun(night: date, question: Question) -> bool:
    """Whether a night has begun at the question's moment: it does at the rulebook's evening hour."""
    evening = datetime.combine(night, time(int(question.rules.number("duty", "evening_hour"))))
    return evening < question.until


def is_over(night: date, question: Question) -> bool:
    """Whether a night is over at the question's moment: it counts nowhere before."""
    return night <= question.night_over


def duty_night(question: Question) -> date | None:
    """The night a reader asks about at the question's moment: the last workday night that has begun. None within three weeks: none."""
    nights = question.workdays.between(question.as_of - timedelta(days=21), question.as_of)
    return next((night for night in reversed(nights) if has_begun(night, question)), None)


def _nights_share(roll: pd.DataFrame, flag: str, level: Level) -> pd.DataFrame:
    return rolled_up(roll.assign(k=roll[flag].astype("int64"), n=1), level)


def night_compliance(facts: Facts, question: Question) -> pd.DataFrame:
    """k: workday nights on which chief, leaders and staff all suffice; n: workday nights."""
    return _nights_share(township_nights(facts, question), "compliant", question.level)


def chief_cover(facts: Facts, question: Question) -> pd.DataFrame:
    return _nights_share(township_nights(facts, question), "has_chief", question.level)


def leader_cover(facts: Facts, question: Question) -> pd.DataFrame:
    return _nights_share(township_nights(facts, question), "has_leaders", question.level)


def staff_share(facts: Facts, question: Question) -> pd.DataFrame:
    """k: Σ staff stayed, n: Σ staff in post, over workday nights."""
    roll = township_nights(facts, question)
    return rolled_up(roll.assign(k=roll["staff"], n=roll["in_post"]), question.level)


def unreported(facts: Facts, question: Question) -> pd.DataFrame:
    """k: workday nights without any stay at the unit itself. A village's nights at village level, else the townships'."""
    roll = (village_nights if question.level is Level.VILLAGE else township_nights)(facts, question)
    return _nights_share(roll, "unreported", question.level)


def village_compliance(facts: Facts, question: Question) -> pd.DataFrame:
    return _nights_share(village_nights(facts, question), "compliant", question.level)


def miss_streak(facts: Facts, question: Question) -> pd.DataFrame:
    """value: the longest run of consecutive workday nights that are not compliant (nights)."""
    roll = (village_nights if question.level is Level.VILLAGE else township_nights)(facts, question)
    return longest_misses(roll)


def longest_misses(roll: pd.DataFrame) -> pd.DataFrame:
    """From columns code, night, compliant: the longest run of misses by unit. Columns: code, value (nights)."""
    ordered = roll.sort_values(["code", "night"], kind="stable")
    missed = ~ordered["compliant"].astype(bool)
    run = (~missed).groupby(ordered["code"]).cumsum()
    lengths = missed.groupby([ordered["code"], run]).sum()
    longest = lengths.groupby(level=0).max()
    return longest.rename("value").rename_axis("code").reset_index()


def required_chief_nights(workdays: int, question: Question) -> int:
    """⌈nights × min(1, workdays / workdays of a full month)⌉: a short month, leave or a change of post asks for fewer (R03)."""
    whole, full = question.rules.number("duty", "chief_nights"), question.rules.number("duty", "full_month_workdays")
    return math.ceil(whole * min(workdays, full) / full)


def chief_month_nights(facts: Facts, question: Question) -> pd.DataFrame:
    """A chief's months that count. Columns: person_id, code, month, workdays, nights, required, reached."""
    counted = {month.text for month in question.night_months()}
    months = facts["chief_months"]
    months = months[months["month"].isin(counted) & (months["workdays"] > 0)].copy()
    months["required"] = [required_chief_nights(workdays, question) for workdays in months["workdays"]]
    months["reached"] = months["nights"] >= months["required"]
    return months


def chief_nights(facts: Facts, question: Question) -> pd.DataFrame:
    """By person k: nights, n: nights required; by unit k: chief-months that reach it, n: chief-months."""
    months = chief_month_nights(facts, question)
    if question.level is Level.PERSON:
        people = months.assign(code="p:" + months["person_id"].astype("str"), k=months["nights"], n=months["required"])
        return people.groupby("code")[["k", "n"]].sum().reset_index()
    return rolled_up(months.assign(k=months["reached"].astype("int64"), n=1), question.level)


def load_ratio(facts: Facts, question: Question) -> pd.DataFrame:
    """value: highest / median workday nights among chiefs and leaders; missing where the median is 0."""
    nights = facts["team_nights"].groupby("code")["nights"]
    median = nights.median()
    return (nights.max() / median.where(median > 0)).rename("value").rename_axis("code").reset_index()


def planned_nights(facts: Facts, question: Question) -> pd.DataFrame:
    """Every workday night of each unit with what its roster named before the evening; a village's at village level, else the townships'.

    Columns: code, night, chiefs, people (all that are named), named (bool: a chief and others beside; a second chief is one of them).
    """
    at_village = question.level is Level.VILLAGE
    kind, prefix, others = ("village", "village_", "village_others") if at_village else ("township", "", "leaders")
    roll = unit_nights(facts[f"{kind}s"], question.workday_nights).merge(facts[f"{kind}_plan"], on=["code", "night"], how="left")
    roll[["chiefs", "people"]] = roll[["chiefs", "people"]].astype("float64").fillna(0)
    chiefs = question.rules.number("duty", f"{prefix}chiefs")
    roll["named"] = (roll["chiefs"] >= chiefs) & (roll["people"] >= chiefs + question.rules.number("duty", others))
    return roll


def planned(facts: Facts, question: Question) -> pd.DataFrame:
    """k: workday nights whose roster named a chief and others beside before the evening; n: workday nights."""
    return _nights_share(planned_nights(facts, question), "named", question.level)


def plan_kept(facts: Facts, question: Question) -> pd.DataFrame:
    """k: turns of workday nights whose person stayed at the unit, or whoever stood in; n: turns, those of people on leave left out."""
    turns = facts["village_turns" if question.level is Level.VILLAGE else "township_turns"]
    return rolled_up(turns.assign(k=turns["kept"], n=turns["due"]), question.level)


_TOWNSHIP_ROLL = {"townships": Span.NIGHTS, "township_roll": Span.NIGHTS, "staff_in_post": Span.NIGHTS}
_VILLAGE_ROLL = {"villages": Span.NIGHTS, "village_roll": Span.NIGHTS}

INDICATORS = (
    Indicator(
        id="duty.night_compliance",
        name="乡镇住夜达标率",
        why="干部晚上住在乡镇,群众有事找得到人",
        numerator="正职≥{duty.chiefs}、班子≥{duty.leaders}(第二名正职可计一名)、职工≥在岗职工{duty.staff_percent}%(向上取整)三项同时满足的工作日夜数",
        denominator="工作日夜数",
        unit="夜",
        levels=TOWNSHIP_LEVELS,
        needs=_TOWNSHIP_ROLL,
        figure=night_compliance,
        basis=("R01",),
        notes="只计在乡镇本级住夜、当日在任且未请假的人员;一人多职按最高职务计一次。一夜到次日{duty.night_over_hour}时过完才计入。",
    ),
    Indicator(
        id="duty.unreported",
        name="未填报夜",
        why="没有记录不等于没人,但说不清;与未达标分开看",
        numerator="没有任何住夜记录的工作日夜数",
        denominator="工作日夜数",
        unit="夜",
        levels=VILLAGE_LEVELS,
        needs=_TOWNSHIP_ROLL,
        level_needs={Level.VILLAGE: _VILLAGE_ROLL},
        figure=unreported,
        basis=("LEDGER",),
        direction=Direction.DOWN,
        notes="县、乡镇两级看乡镇本级的夜,村级看村的夜;一夜到次日{duty.night_over_hour}时过完才计入。",
    ),
    Indicator(
        id="duty.chief_cover",
        name="正职覆盖率",
        why="一把手住下来,事情不过夜",
        numerator="至少{duty.chiefs}名党政正职住夜的工作日夜数",
        denominator="工作日夜数",
        unit="夜",
        levels=TOWNSHIP_LEVELS,
        needs=_TOWNSHIP_ROLL,
        figure=chief_cover,
        basis=("R01",),
    ),
    Indicator(
        id="duty.leader_cover",
        name="班子覆盖率",
        why="带班力量够不够",
        numerator="至少{duty.leaders}名班子成员住夜的工作日夜数(第二名正职可计一名)",
        denominator="工作日夜数",
        unit="夜",
        levels=TOWNSHIP_LEVELS,
        needs=_TOWNSHIP_ROLL,
        figure=leader_cover,
        basis=("R01",),
    ),
    Indicator(
        id="duty.staff_share",
        name="职工住夜比例",
        why="职工轮值是否达到{duty.staff_percent}%",
        numerator="各工作日夜住夜职工人数之和",
        denominator="各工作日在编在岗职工人数之和",
        unit="人夜",
        levels=TOWNSHIP_LEVELS,
        needs=_TOWNSHIP_ROLL,
        figure=staff_share,
        basis=("R01",),
        notes="在岗职工不含当日任正职或班子成员者,不含请假、借调、培训者。",
    ),
    Indicator(
        id="duty.chief_nights",
        name="正职月住夜",
        why="书记、乡镇长每月住满应住夜数",
        numerator="住满应住夜数的正职月数(按人:工作日住夜数)",
        denominator="正职月数(按人:应住夜数)",
        unit="人月",
        level_units={Level.PERSON: "夜"},
        levels=(*TOWNSHIP_LEVELS, Level.PERSON),
        needs={"chief_months": Span.NIGHT_MONTHS},
        figure=chief_nights,
        basis=("R03",),
        ranked_when_thin=True,
        notes="在岗满{duty.full_month_workdays}个工作日的月份应住{duty.chief_nights}夜,不足的按比例折算、向上取整;请假、借调、培训的工作日不计;季、年只计已结束的月份。",
    ),
    Indicator(
        id="duty.village_compliance",
        name="村住夜达标率",
        why="村里晚上也有人管事",
        numerator="两委主干≥{duty.village_chiefs}且其他两委干部≥{duty.village_others}(第二名主干可计一名)的村工作日夜数",
        denominator="村工作日夜数",
        unit="夜",
        levels=VILLAGE_LEVELS,
        needs=_VILLAGE_ROLL,
        figure=village_compliance,
        basis=("R02",),
    ),
    Indicator(
        id="duty.miss_streak",
        name="连续未达标",
        why="偶尔一次和连着几夜是两回事",
        numerator="最长连续未达标的工作日夜数",
        denominator="",
        unit="夜",
        levels=(Level.TOWNSHIP, Level.VILLAGE),
        needs=_TOWNSHIP_ROLL,
        level_needs={Level.VILLAGE: _VILLAGE_ROLL},
        figure=miss_streak,
        basis=("R01", "R02"),
        measure=Measure.VALUE,
        direction=Direction.DOWN,
    ),
    Indicator(
        id="duty.load_ratio",
        name="班子负荷比",
        why="不让少数人长期顶班",
        numerator="班子(含正职)中住夜最多者的工作日夜数",
        denominator="班子住夜数的中位数",
        unit="倍",
        levels=(Level.TOWNSHIP,),
        needs={"team_nights": Span.NIGHTS},
        figure=load_ratio,
        basis=("JIANFU",),
        measure=Measure.VALUE,
        direction=Direction.DOWN,
        notes="含一夜未住者;中位数为0时不计。",
    ),
    Indicator(
        id="duty.planned",
        name="排班率",
        why="谁带班早定下来,轮着住,不靠临时找人",
        numerator="当晚{duty.evening_hour}时前已排出至少{duty.chiefs}名正职和另外{duty.leaders}人(村:{duty.village_chiefs}名主干和另外{duty.village_others}人)的工作日夜数",
        denominator="工作日夜数",
        unit="夜",
        levels=VILLAGE_LEVELS,
        needs={"townships": Span.NIGHTS, "township_plan": Span.NIGHTS},
        level_needs={Level.VILLAGE: {"villages": Span.NIGHTS, "village_plan": Span.NIGHTS}},
        figure=planned,
        basis=("ROSTER",),
        notes="正职须当晚在任且未请假;第二名正职计作另外的人。县、乡镇两级看乡镇本级的排班,村级看村的排班;一夜到次日{duty.night_over_hour}时过完才计入。",
    ),
    Indicator(
        id="duty.plan_kept",
        name="排班到岗率",
        why="排了班就要到岗,来不了的要有人替",
        numerator="排班人员当晚在本单位住夜的人次,本人没到而写明的替班人住夜的也算",
        denominator="工作日夜的排班人次,请假、借调、培训的除外",
        unit="人次",
        levels=VILLAGE_LEVELS,
        needs={"township_turns": Span.NIGHTS},
        level_needs={Level.VILLAGE: {"village_turns": Span.NIGHTS}},
        figure=plan_kept,
        basis=("ROSTER",),
        notes="县、乡镇两级看乡镇本级的排班,村级看村的排班;一夜到次日{duty.night_over_hour}时过完才计入。",
    ),
)
