"""The 住夜 page's tables to take away, from the frames the page shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pandas as pd

from data_access.rolls import stays_at
from metrics.definition import Question
from metrics.duty import shortfall_words
from metrics.period import Period
from metrics.wording import is_missing
from pages.common.filters import Filters
from pages.common.handouts import COUNT, NUMBER, SHARE, TEXT, TIME, Rows, asked_once, offer_rows
from pages.common.sheets import name_of
from pages.duty.markup import state_on
from pages.duty.night import BLANK, TONIGHT, Night, is_still_to_come, state_of
from reports.tables import verdict

TOWNSHIPS = {
    "乡镇": TEXT,
    "正职(人)": COUNT,
    "应到正职(人)": COUNT,
    "正职姓名": TEXT,
    "班子(人)": COUNT,
    "应到班子(人)": COUNT,
    "班子姓名": TEXT,
    "职工(人)": COUNT,
    "应到职工(人)": COUNT,
    "在岗职工(人)": COUNT,
    "结果": TEXT,
}
PEOPLE = {"姓名": TEXT, "岗位": TEXT, "录入": TIME}
VILLAGES = {
    "村": TEXT,
    "主干(人)": COUNT,
    "应到主干(人)": COUNT,
    "主干姓名": TEXT,
    "其他干部(人)": COUNT,
    "应到其他(人)": COUNT,
    "其他干部姓名": TEXT,
    "结果": TEXT,
}
CHIEFS = {"正职": TEXT, "乡镇": TEXT, "已住(夜)": COUNT, "应住(夜)": COUNT, "在岗工作日(个)": COUNT, "说明": TEXT, "评价": TEXT}
LOAD = {"乡镇": TEXT, "班子成员": TEXT, "住夜(夜)": COUNT, "中位数(夜)": NUMBER, "负荷比(倍)": NUMBER, "评价": TEXT}
RANKED = {
    "名次": COUNT,
    "村": TEXT,
    "乡镇": TEXT,
    "达标(夜)": COUNT,
    "应住(夜)": COUNT,
    "达标率": SHARE,
    "未填报(夜)": COUNT,
    "最长连缺(夜)": COUNT,
    "评价": TEXT,
}


def result(row: Mapping[Any, Any], night: Night) -> str:
    """达标, what is missing, 未填报, or that nothing is due yet."""
    if state_of(row) is BLANK:
        return TONIGHT.words if is_still_to_come(night.day, night.asked) else "未填报"
    return "达标" if row["compliant"] else shortfall_words(row)


def _names(stays: pd.DataFrame, code: object, post: int) -> str:
    here = stays[(stays["code"] == code) & (stays["post"] == post)]
    return "、".join(str(name) for name in here["name"] if isinstance(name, str))


def offer_townships(night: Night, filters: Filters, ordered: pd.DataFrame, stays: pd.DataFrame) -> None:
    chiefs = night.asked.rules.number("duty", "chiefs")

    def lines() -> Rows:
        return [
            [
                row["name"],
                row["chiefs"],
                chiefs,
                _names(stays, row["code"], 1),
                row["leaders_counted"],
                row["leaders_needed"],
                _names(stays, row["code"], 2),
                row["staff"],
                row["staff_needed"],
                row["in_post"],
                result(row, night),
            ]
            for row in ordered.to_dict("records")
        ]

    offer_rows(f"{night.day} 各乡镇住夜", TOWNSHIPS, lines, filters, "duty.night_compliance", chosen=night.label)


def offer_people(night: Night, filters: Filters, stays: pd.DataFrame, posts: Mapping[int, str]) -> None:
    def lines() -> Rows:
        return [
            [
                row["name"] if isinstance(row["name"], str) else f"编号{row['person_id']}(不明)",
                posts[int(row["post"])] if row["post"] in posts else "不计:当晚不在任或请假",
                row["recorded_at"],
            ]
            for row in stays.to_dict("records")
        ]

    offer_rows(f"{night.day} 住夜人员", PEOPLE, lines, filters, "duty.night_compliance", chosen=night.label)


def offer_villages(night: Night, filters: Filters, rolls: pd.DataFrame) -> None:
    """All villages with their names; the page asks only for the names it shows."""
    chiefs = night.asked.rules.number("duty", "village_chiefs")

    def lines() -> Rows:
        stays = asked_once(stays_at, filters.narrowed, codes=tuple(rolls["code"]), first=night.day, last=night.day)
        return [
            [
                row["name"],
                row["chiefs"],
                chiefs,
                _names(stays, row["code"], 1),
                row["others_counted"],
                row["others_needed"],
                _names(stays, row["code"], 2),
                result(row, night),
            ]
            for row in rolls.to_dict("records")
        ]

    offer_rows(f"{night.day} 各村住夜", VILLAGES, lines, filters, "duty.village_compliance", chosen=night.label)


def offer_month(units: Sequence[tuple[str, str]], rolls: pd.DataFrame, month: Period, asked: Question, filters: Filters) -> None:
    """The month map in words: one row a township, one column a night."""
    days = [month.first + timedelta(days=offset) for offset in range((month.last - month.first).days + 1)]
    columns = {"乡镇": TEXT, "达标(夜)": COUNT, "应住(夜)": COUNT, **{f"{day.day}日": TEXT for day in days}}

    def lines() -> Rows:
        known: dict[tuple[Any, Any], Mapping[Any, Any]] = {(row["code"], row["night"]): row for row in rolls.to_dict("records")}
        made = []
        for code, name in units:
            own = rolls[rolls["code"] == code]
            words = [state_on(known.get((code, day)), day, asked).words for day in days]
            made.append([name, int(own["compliant"].sum()), len(own), *words])
        return made

    offer_rows(f"{month.label}住夜逐夜情况", columns, lines, filters, "duty.night_compliance")


def offer_chiefs(
    filters: Filters, ordered: pd.DataFrame, summed: pd.DataFrame, reasons: Mapping[int, str], towns: Mapping[str, str]
) -> None:
    def lines() -> Rows:
        made = []
        for row in ordered.to_dict("records"):
            person = int(row["code"][2:])
            own = summed.loc[person]
            name = row["name"] if isinstance(row["name"], str) else f"编号{person}(不明)"
            town = towns.get(str(own["code"]), str(own["code"]))
            made.append(
                [name, town, row["k"], row["n"], own["workdays"], reasons.get(person, ""), verdict(row["status"], row["n"])],
            )
        return made

    offer_rows("正职月住夜", CHIEFS, lines, filters, "duty.chief_nights")


def offer_load(filters: Filters, frame: pd.DataFrame, team: pd.DataFrame, names: Mapping[int, str]) -> None:
    """One row a member of a leadership team, those with no night too."""

    def lines() -> Rows:
        made = []
        for row in frame.to_dict("records"):
            own = team[team["code"] == row["code"]]
            for each in own.to_dict("records"):
                shared = [own["nights"].median(), row["value"], verdict(row["status"], row["n"])]
                made.append([row["name"], name_of(names, each["person_id"]), each["nights"], *shared])
        return made

    offer_rows("班子负荷", LOAD, lines, filters, "duty.load_ratio")


def offer_ranked_villages(filters: Filters, found: pd.DataFrame, words: str, sort: str) -> None:
    """The villages found, in the order shown."""

    def lines() -> Rows:
        return [
            [
                None if is_missing(row["rank"]) else row["rank"],
                row["name"],
                row["township"],
                row["k"],
                row["n"],
                row["value"],
                row["blank"],
                row["streak"],
                verdict(row["status"], row["n"]),
            ]
            for row in found.to_dict("records")
        ]

    chosen = " · ".join(part for part in (words and f"含“{words}”", sort) if part)
    offer_rows("村住夜", RANKED, lines, filters, "duty.village_compliance", chosen=chosen)
