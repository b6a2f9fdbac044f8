"""诉求 as it is read: how things stand, what was decided, what to act on, the rankings, who leads what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from metrics.decisions import DECISION_NAMES, Kept
from metrics.petition_case import known
from metrics.petition_forecast import CHECKED_WEEKS, LEAST_AT_RISK, CameTrue, HitRate, Learned
from metrics.vocabulary import Level, Status
from metrics.wording import day_text, fraction, share, share_points, whole
from reports.links import VILLAGE, Link, to_case, to_cases
from reports.parts import ExceptionSection, More, Sentence
from reports.subjects import CASES_BEHIND, rows_behind
from reports.tables import Column, Kind, Layout, Table, Verdict, table
from reports.view import View
from reports.views import petition_words as words
from reports.views.people import name_of
from reports.views.petition_cases import cases_table, short_cases_table
from reports.wording import number

ON_TIME, BACKLOG = "petitions.closed_on_time", "petitions.backlog"
MOST_LINES = 4


def overdue_words(overdue: pd.DataFrame) -> dict[str, str]:
    """By township code: 超期2/13, from the frame of 超期在办."""
    return {str(row["code"]): f"超期{fraction(row['k'], row['n'])}" for row in overdue.to_dict("records")}


def standing_sentence(standing: pd.DataFrame, townships: Mapping[str, str], view: View) -> str:
    """在办 221 件,超期 91 件(清水坪镇 21 件最多),本周到期 30 件;积案 61 件,14 件没有包案领导. Of the past: 截至6月30日在办 …

    ``standing``: ``data_access.petition_state.open_by_dimension``.
    """
    total = standing[standing["dimension"] == "all"].iloc[0]
    if not total["open"]:
        return f"{view.until}没有在办诉求"
    units = standing[standing["dimension"] == "township"].sort_values("overdue", ascending=False)
    worst = ""
    if len(units) > 1 and units["overdue"].iloc[0]:
        name = townships.get(str(units["value"].iloc[0]), "")
        worst = f"({name} {units['overdue'].iloc[0]} 件最多)" if name else ""
    unled = f",{total['backlog_unled']} 件没有包案领导" if total["backlog_unled"] else ""
    backlog = f";积案 {total['backlog']} 件{unled}" if total["backlog"] else ""
    soon = "" if view.is_past else f",{words.STANDING_NAMES['due_soon']} {total['due_soon']} 件"
    return f"{view.until}在办 {whole(total['open'])} 件,超期 {whole(total['overdue'])} 件{worst}{soon}{backlog}"


# --- what was decided -----------------------------------------------------------------------------------------------

MOST_DECISIONS = 12
DECISION_COLUMNS = (
    Column("what", "事项", files=False, small=("note",)),
    Column("course", "进展", files=False, small=("decided",)),
    Column("decided", "决定", screen=False, files=False),
    Column("decided_on", "决定日期", Kind.DATE, screen=False),
    Column("decider", "决定人", screen=False),
    Column("number", "编号", screen=False),
    Column("township", "乡镇", screen=False),
    Column("category", "类别", screen=False),
    Column("decision", "决定", screen=False),
    Column("lead", "包案领导", screen=False),
    Column("note", "要求", screen=False),
    Column("due_on", "时限", Kind.DATE, screen=False),
    Column("verdict", "兑现", Kind.VERDICT),
    Column("moved", "决定后", screen=False),
)


def to_talk_about(decisions: pd.DataFrame) -> pd.DataFrame:
    """Decisions of the last day on which any were taken, and older ones that were not kept: what a meeting looks at first.

    ``decisions``: ``metrics.decisions.judged_decisions``.
    """
    standing = decisions[decisions["kept"] != Kept.LIFTED]
    days = pd.to_datetime(standing["decided_at"]).dt.date
    return standing[(days == days.max()) | (standing["kept"] == Kept.BROKEN)]


def decisions_table(found: pd.DataFrame, names: Mapping[int, str], townships: Mapping[str, str]) -> Table:
    """上次定的事. ``found``: at least one of :func:`to_talk_about`, newest first; ``names``: of the leaders in it."""
    rows = []
    for row in found.to_dict("records"):
        town, category, due = townships.get(str(row["area_code"])[:9], ""), known(row["category"]), known(row["due_on"])
        moved = "有进展" if row["moved"] else "没有进展"
        day, decider = row["decided_at"].date(), known(row["decided_name"]) or row["decided_by"]
        rows.append(
            {
                "what": f"{town} {category or ''} · {words.decision_words(row, names)}".strip(),
                "course": f"决定后{moved}" if due is None else f"{day_text(due)}前 · 决定后{moved}",
                "decided": f"{day_text(day)} {decider}",
                "decided_on": day,
                "decider": decider,
                "number": row["number"],
                "township": town,
                "category": category,
                "decision": DECISION_NAMES[row["kind"]],
                "lead": name_of(names, row["lead_id"], ""),
                "note": known(row["note"]),
                "due_on": due,
                "verdict": words.kept_verdict(row["kept"]),
                "moved": moved,
            }
        )
    kept, broken = int(found["kept"].isin([Kept.KEPT, Kept.LATE]).sum()), int((found["kept"] == Kept.BROKEN).sum())
    last = day_text(pd.to_datetime(found["decided_at"]).max().date())
    return table(
        "上次定的事",
        DECISION_COLUMNS,
        rows,
        layout=Layout.CASES,
        conclusion=f"上次定的事({last}):{len(rows)} 项,已办结 {kept} 项,到期未兑现 {broken} 项",
        links=tuple(to_case(number) for number in found["number"]),
    )


# --- what to act on -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Watched:
    """A list whose head stands on the page: its standing and order, what is said where there is none, whose definition it has."""

    standing: str
    sort: str
    quiet: str
    about: str
    by_age: bool = False


WATCHED = (
    Watched("overdue", "due", "没有超期的诉求", "petitions.overdue"),
    Watched("backlog_unled", "opened", "没有未包案的积案", BACKLOG, by_age=True),
)


def watched_group(it: Watched, total: int, rows: pd.DataFrame, names: Mapping[int, str], view: View) -> ExceptionSection:
    """The head of a list (``rows``) with handler, 包案领导 and since when nothing moved, and the way to all ``total`` of it."""
    title = words.STANDING_NAMES[it.standing]
    everything = to_cases(it.standing, view.township, sort=it.sort)
    below = (More(f"全部 {total} 件 →", everything),) if total else ()
    cases = short_cases_table(title, rows, names, view, by_age=it.by_age)
    return ExceptionSection(title, f"{total} 件", quiet=it.quiet, about=it.about, table=cases, below=below, link=everything)


DAYS_AHEAD = 7
LATE_TITLE = f"{DAYS_AHEAD} 天内可能超期"
LATE_COLUMNS = (
    Column("what", "诉求", files=False, small=("due_day", "grounds")),
    Column("grounds", "依据", screen=False, files=False),
    Column("number", "编号", screen=False),
    Column("township", "乡镇", screen=False),
    Column("category", "类别", screen=False),
    Column("due_day", "时限", Kind.DATE, words="{}到期", screen=False),
    Column("chance", "可能超期", Kind.SHARE, screen=False),
    Column("alike", "依据同类", Kind.COUNT, "件", screen=False),
    Column("verdict", "提示", Kind.VERDICT, files=False),
)


def likely_late_table(forecast: pd.DataFrame, warn_at: float, townships: Mapping[str, str], came_true: Sequence[CameTrue] = ()) -> Table:
    """Open cases that will miss their deadline with a chance from ``warn_at`` (0–1) on, most probable first.

    ``forecast``: ``metrics.petition_forecast.miss_chances``. Where no chance can be said, the estimate decides and stays unsaid.
    """
    surely = forecast["chance"].where(forecast["chance"].notna(), forecast["estimate"])
    found, rows = forecast[surely >= warn_at], []
    for row in found.to_dict("records"):
        town, category = townships.get(str(row["code"])[:9], ""), words.category_name(row["category"])
        said = f"可能 {row['chance']:.0%}" if pd.notna(row["chance"]) else "可能超期"
        rows.append(
            {
                **row,
                "what": f"{town} {category}".strip(),
                "grounds": f"依据同类 {whole(row['alike'])} 件{_so_far(row['chance'], came_true)}",
                "township": town,
                "category": category,
                "verdict": Verdict(Status.NEAR, said),
            }
        )
    links = tuple(to_case(number) for number in found["number"])
    return table("可能超期的诉求", LATE_COLUMNS, rows, layout=Layout.CASES, conclusion="", indicators=(ON_TIME,), links=links)


def _so_far(chance: float, came_true: Sequence[CameTrue]) -> str:
    """,以往这样说的 5 件中 4 件超期: what became of those of whom the same was said."""
    same = next((each for each in came_true if each.low <= chance < each.high), None)
    return f",以往这样说的 {whole(same.cases)} 件中 {whole(same.late)} 件超期" if same else ""


CAME_TRUE_COLUMNS = (
    Column("said", "说可能"),
    Column("late", "后来超期", Kind.COUNT, "件", of="cases", head="超期/件数", right=True),
    Column("cases", "说过", Kind.COUNT, "件", screen=False),
    Column("share", "实际", Kind.SHARE),
)


def came_true_table(came_true: Sequence[CameTrue]) -> Table:
    """What was said in the last weeks, by how sure it was, and what came true of it; of few cases as a count only."""
    rows = [
        {
            "said": _band(each),
            "late": each.late,
            "cases": each.cases,
            "share": each.late / each.cases if each.cases >= LEAST_AT_RISK else None,
        }
        for each in came_true
    ]
    return table(f"前 {CHECKED_WEEKS} 周说的可能与后来的实际", CAME_TRUE_COLUMNS, rows, conclusion="", indicators=(ON_TIME,))


def _band(said: CameTrue) -> str:
    """不到 10%, 10%–20%, 80% 以上."""
    if not said.low:
        return f"不到 {said.high:.0%}"
    return f"{said.low:.0%} 以上" if said.high == 1 else f"{said.low:.0%}–{said.high:.0%}"


TOO_LITTLE_PAST = "样本不够,只提示不给概率。"


def likely_late_group(late: Table, known: Learned) -> ExceptionSection:
    """The first of :func:`likely_late_table`, with how often forecasts were right and what came true of each chance that was said."""
    head = replace(late.page(1, MOST_LINES), may_leave=False)
    said = "按全县以往办结用时推算,概率按以往说准的程度校正。" if known.calibration else TOO_LITTLE_PAST
    below: list[Sentence | Table] = [Sentence(f"{said}{hit_words(known.hits)}", "sub")]
    if known.came_true:
        below += [Sentence(f"前 {CHECKED_WEEKS} 周说的可能,后来的实际:", "sub"), replace(came_true_table(known.came_true), may_leave=False)]
    return ExceptionSection(
        LATE_TITLE,
        f"{len(late.frame)} 件",
        quiet="没有大概率超期的诉求",
        severity=Status.NEAR,
        about=ON_TIME,
        table=head,
        below=tuple(below),
    )


def likely_late_awaited() -> ExceptionSection:
    """As :func:`likely_late_group` while the forecast is still being learned."""
    return ExceptionSection(LATE_TITLE, "", quiet="正在推算,几秒后显示", severity=Status.NEAR, about=ON_TIME)


def hit_words(result: HitRate) -> str:
    """前 8 周全县提示 51 件,31 件确实超期(60.8%)."""
    if not result.named:
        return f"前 {CHECKED_WEEKS} 周全县没有提示过"
    right = f"{result.right} 件确实超期({share(result.precision)})"
    return f"前 {CHECKED_WEEKS} 周全县提示 {result.named} 件,{right};另有 {result.missed - result.right} 件没提示到"


# --- rankings -------------------------------------------------------------------------------------------------------

DEPARTMENTS = "县直部门"
RANKING_REMARKS = {
    "按期与及时": "派单、接单、联系群众的时限依次为点单后{petitions.dispatch_workdays}个工作日、派单后{petitions.accept_workdays}个工作日"
    "和派单后{petitions.response_hours}小时。",
    "化解": "撤回、转送、不予受理的不计入,可在清单中查看。诉求多少不参与排名。",
    "满意": "评单由经办方收集,回访由第三方独立询问;两者相差超过{targets.satisfaction.gap}个百分点,应查是否有“教”群众打分。",
    "规范": "销号须佐证、回头看、评单齐全。",
    DEPARTMENTS: "只列派给县直部门的诉求,与乡镇的排名分开;同一件在发生地的乡镇也计。",
}
"""By group of rankings (``reports.subjects``), with places for the edition's numbers."""


def row_links(indicator_id: str, level: Level) -> dict[str, Any]:
    """Where the rows of a leaderboard lead: villages to their page, townships to their red cases, or to their page without any."""
    if level is Level.VILLAGE:
        return {"link": Link(VILLAGE), "parameter": "village"}
    link = rows_behind(indicator_id)
    if level is Level.DEPARTMENT:
        return {"link": link, "parameter": "department"}
    return {} if link is None else {"link": link}


FORMULA_COLUMNS = (
    Column("name", "单位"),
    Column("k", "按期", Kind.COUNT, "件", screen=False),
    Column("n", "应办结", Kind.COUNT, "件", screen=False),
    Column("value", "按期办结率", Kind.SHARE, counts=("k", "n")),
    Column("ended_k", "已结按期", Kind.COUNT, "件", screen=False),
    Column("ended_n", "已结", Kind.COUNT, "件", screen=False),
    Column("flattering", "只算已结", Kind.SHARE, counts=("ended_k", "ended_n")),
    Column("outside", "撤回转送不受理", Kind.COUNT, "件", screen=False),
    Column("points", "相差", Kind.NUMBER, "个百分点", words="高 {} 个百分点"),
)


def two_formulas(frame: pd.DataFrame, flattering: pd.DataFrame, outside: pd.DataFrame) -> tuple[Table, Table]:
    """按期办结率 beside the flattering formula that only looks at what has ended, the largest difference first: the units in which they
    differ, and all units.

    ``frame``: the judged one of 按期办结率; ``flattering``, ``outside``: ``metrics.petitions.flattering_on_time`` and ``left_out``.
    """
    ended = flattering.rename(columns={"k": "ended_k", "n": "ended_n"})
    found = frame[frame["n"] > 0].merge(ended, on="code").merge(outside.rename(columns={"k": "outside"}), on="code", how="left")
    found = found[found["ended_n"] > 0].fillna({"outside": 0}).astype({"outside": "int64"})
    found["flattering"] = found["ended_k"] / found["ended_n"]
    pairs = zip(found["flattering"], found["value"], strict=True)
    found["points"] = [float(share_points(float(higher)) - share_points(float(value))) for higher, value in pairs]
    found = found.sort_values(["points", "code"], ascending=[False, True], ignore_index=True)
    higher = int((found["points"] > 0).sum())
    conclusion, remark = "按期办结率与“只算已结”没有差别", "没有超期未结的诉求被算法掩盖"
    if higher:
        conclusion = f"“只算已结”会把{found['name'].iloc[0]}抬高 {number(found['points'].iloc[0])} 个百分点"
        same = f";其余 {len(found) - higher} 个单位两种算法相同" if len(found) > higher else ""
        remark = f"“只算已结”拖着不办也不扣分,只作对照{same};撤回、转送、不予受理共 {int(found['outside'].sum())} 件两种都不计"
    everything = table(
        "两种算法对照",
        FORMULA_COLUMNS,
        found.to_dict("records"),
        conclusion=conclusion,
        remark=remark,
        indicators=(ON_TIME,),
        links=tuple(to_cases(CASES_BEHIND[ON_TIME], str(code)) for code in found["code"]),
        empty="",
    )
    return everything.page(1, higher), everything


# --- who leads what -------------------------------------------------------------------------------------------------

SUPERVISED, MOST_SUPERVISED = "supervised", 12
SUPERVISED_SORT = "moved"
LEAD_COLUMNS = (
    Column("lead", "包案领导"),
    Column("open", "在办", Kind.COUNT, "件", head="在办"),
    Column("overdue", "超期", Kind.COUNT, "件", head="超期"),
    Column("backlog", "积案", Kind.COUNT, "件", head="积案"),
    Column("still", "最久未动", Kind.COUNT, "天", small=("since",)),
    Column("since", "自", Kind.DATE, words="{}后", screen=False),
)


def leads_table(found: pd.DataFrame, names: Mapping[int, str], view: View) -> Table:
    """Which leader has which cases, the one that rests longest first. ``found``: ``data_access.petition_state.leads``."""
    rows = [
        {
            **row,
            "lead": name_of(names, row["lead_id"]),
            "still": (view.moment - row["last_moved"].date()).days,
            "since": row["last_moved"].date(),
        }
        for row in found.to_dict("records")
    ]
    return table(
        "领导包案",
        LEAD_COLUMNS,
        rows,
        conclusion=f"{len(found)} 位领导包案 {int(found['open'].sum())} 件,其中积案 {int(found['backlog'].sum())} 件",
        remark="最久未动的在前",
        indicators=(BACKLOG,),
        links=tuple(to_cases("open", view.township, lead=str(lead), sort="moved") for lead in found["lead_id"]),
        empty="没有领导包案",
    )


def supervised_table(rows: pd.DataFrame, names: Mapping[int, str], view: View) -> Table:
    """The cases under 督办, the one that rests longest first. ``rows``: ``data_access.petition_lists.petition_list``."""
    return cases_table(
        words.STANDING_NAMES[SUPERVISED],
        rows,
        names,
        view,
        remark="来源系统登记的,最久未动的在前",
        chosen=f"{words.STANDING_NAMES[SUPERVISED]} · {words.SORT_NAMES[SUPERVISED_SORT]}",
        empty="没有挂牌督办的诉求",
    )
