"""The flow of a selection as it is read: how far it has come, what is on record, what comes next, whom a step is about, the notice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from metrics.selection.flow import LISTED, MAIN_LINE, STEP_NAMES, STEP_ROLES, Record, Step, next_step, pending_overrides, waiting_until
from metrics.selection.words import name_of
from metrics.vocabulary import CODE_LENGTHS, Level, Status
from metrics.wording import day_of, day_text
from metrics.workdays import Workdays
from reports.parts import Milestone, Milestones
from reports.tables import Column, Kind, Table, table
from reports.views.selection import Ranking, place_text
from reports.wording import as_of_words

BUTTONS = {
    Step.DRAFT: "立项起草",
    Step.FROZEN: "冻结名单和依据",
    Step.APPEALS: "开始核对申诉({selection.appeal_workdays}个工作日)",
    Step.REVIEW: "登记民主评议结果",
    Step.TOWNSHIP: "登记乡镇党委审定",
    Step.JOINT_CHECK: "登记联审结果",
    Step.NOTICE: "开始公示({selection.notice_workdays}个工作日)",
    Step.FINAL: "终定名单",
}
RECORD = (
    Column("step", "步骤", small=("about",)),
    Column("about", "涉及", screen=False),
    Column("at", "何时 · 何人", Kind.TIMESTAMP, small=("username",)),
    Column("username", "何人", screen=False),
    Column("reason", "依据", small=("until",)),
    Column("until", "期限", Kind.DATE, words="到 {} 止", screen=False),
)


def milestones(ranking: Ranking, today: date) -> Milestones:
    """The main line: what has been taken, what is on, until when."""
    taken = {record.step: record for record in ranking.records}
    coming, last = next_step(ranking.records, ranking.made.seats), waiting_until(ranking.records)
    waits = last is not None and today <= last  # the working days of the step before are not over
    shown = []
    for step in MAIN_LINE:
        until = taken[step].until if step in taken else None
        runs = step is ranking.stage and until is not None and today <= until
        done, now = step in taken and step is not coming and not runs, runs or (step is coming and not waits)
        end = f"{'进行中,' if runs else ''}到{day_text(until)}止" if until else ""
        shown.append(Milestone(STEP_NAMES[step], Status.OK if done else Status.NEAR if now else Status.NONE, end))
    return Milestones(tuple(shown))


def record_table(ranking: Ranking) -> Table:
    """Every step on record that the reader is told of, the newest first."""
    proposed, lines = {record.id: record for record in ranking.told}, []
    for record in reversed(ranking.told):
        answered = proposed.get(record.confirms or 0)  # an answer is about whoever the proposal was about
        person = ranking.person((answered or record).person_id)
        what = f"{STEP_NAMES[answered.step]} {person}" if answered else person
        place = ranking.made.townships.get(record.area_code or "", "")
        lines.append(
            {
                "step": STEP_NAMES[record.step],
                "about": " ".join(word for word in (what, place) if word),
                "at": record.at,
                "username": record.username,
                "reason": record.reason,
                "until": record.until,
            }
        )
    return table(
        f"{ranking.title} 办理记录",
        RECORD,
        lines,
        conclusion="办理记录",
        remark="只增不改;每一步有人、有时间、有依据",
        empty="还没有立项",
        may_leave=False,
    )


def button(ranking: Ranking, step: Step) -> str:
    return ranking.edition.filled(BUTTONS[step])


def why_not_now(ranking: Ranking, role: str, today: date, offices: Mapping[str, str]) -> str:
    """Why an account of this role takes no step of the main line today; empty where it may take the next one.

    ``offices``: the names of roles.
    """
    step = next_step(ranking.records, ranking.made.seats)
    if step is None:
        return "本次评选已办结。" if ranking.stage is Step.FINAL else "本次评选已作废,可以重新立项。"
    if role not in STEP_ROLES[step]:
        whose = "或".join(name for office, name in offices.items() if office in STEP_ROLES[step])
        return f"下一步“{STEP_NAMES[step]}”由{whose}办理。"
    until = waiting_until(ranking.records)
    if until is not None and today <= until:
        return f"{STEP_NAMES[ranking.stage or step]}到 {day_text(until)}止,次日起可以办理“{STEP_NAMES[step]}”。"
    return ""


def frozen_early(ranking: Ranking) -> str:
    """What freezing before the year is over means; empty afterwards."""
    made = ranking.made
    return "" if made.complete else f"{made.year}年还没有结束:冻结后只含{as_of_words(made.moment)}的数据,不会再变。"


def override_words(ranking: Ranking, record: Record) -> str:
    """取消资格:张三 · 本人申请退出(zhang)."""
    return f"{STEP_NAMES[record.step]}:{ranking.person(record.person_id)} · {record.reason}({record.username})"


def candidate_choices(ranking: Ranking) -> dict[int, str]:
    """Everybody whom a step can be about, those on the list first: seats go by township, so they may stand far down the county's ranks.

    Who is not ranked may appeal as well: that is what an appeal is most often about.
    """
    rows = ranking.rows.assign(listed=ranking.rows["standing"].isin(LISTED))
    found = rows.sort_values("listed", ascending=False, kind="stable")

    def words(row: Mapping[Any, Any]) -> str:
        parts = [f"{ranking.post(row)} {name_of(row)}", ranking.township(row["township_code"]), place_text(row["rank"])]
        return " · ".join([*parts, *(["名单内"] if row["listed"] else [])])

    return {int(row["person_id"]): words(row) for row in found.to_dict("records")}


def digest_words(ranking: Ranking) -> tuple[str, str]:
    made = ranking.made
    frozen = f"冻结摘要 {ranking.digest} · 规则 {made.rules.version} · 数据{as_of_words(made.moment)}。"
    return frozen, "此后数据和规则怎么变,这份名单都不变。"


# --- the public notice ----------------------------------------------------------------------------------------------


def why_no_notice(ranking: Ranking) -> str:
    """Why no notice can be made of this ranking; empty from the joint check on, while nothing waits for a second account."""
    at, waiting = ranking.stage, pending_overrides(ranking.records)
    if at is Step.VOID:
        return "本次评选已作废,不能出公示稿。"
    if at is None or MAIN_LINE.index(at) < MAIN_LINE.index(Step.JOINT_CHECK):
        now = "尚未立项" if at is None else f"已办到“{STEP_NAMES[at]}”"
        return f"公示稿要在联审登记之后才能出:本次评选{now}。"
    if waiting:
        return f"还有 {len(waiting)} 项变更等待第二人复核,复核后才能出公示稿。"
    if ranking.masked:
        return "本账号不看姓名,公示稿请由能看姓名的账号出。"
    return "" if len(ranking.listed) else f"{ranking.where}名单上没有人,不用出公示稿。"


def notice_table(ranking: Ranking) -> Table:
    """By township and name, not by rank: the notice ranks nobody."""
    columns = (
        Column("place", "序号", Kind.COUNT),
        Column("name", "姓名", tight=True),
        Column("township", "乡镇"),
        Column("village", "村(社区)"),
        Column("post", "岗位"),
    )
    rows = ranking.listed.sort_values(["township_code", "area_code", "person_id"], kind="stable").to_dict("records")
    lines = [
        {
            "place": place,
            "name": name_of(row),
            "township": ranking.township(row["township_code"]),
            "village": ranking.units.get(str(row["area_code"])[: CODE_LENGTHS[Level.VILLAGE]]),
            "post": _post(ranking, row),
        }
        for place, row in enumerate(rows, start=1)
    ]
    return table(f"{ranking.title}拟表彰人选", columns, lines, own_notes=True)


def _post(ranking: Ranking, row: Mapping[Any, Any]) -> str:
    """东片一组组长: the units below the village, then the post; of somebody with several posts the first."""
    code, several = str(row["area_code"]), int(row["units"])
    lengths = [length for length in CODE_LENGTHS.values() if CODE_LENGTHS[Level.VILLAGE] < length <= len(code)]
    below = "".join(ranking.units.get(code[:length], "") for length in lengths)
    return f"{below}{ranking.role_name}" + (f"等{several}处" if several > 1 else "")


COURSE = {
    Step.FROZEN: "{}冻结名单和依据",
    Step.APPEALS: "{}起核对申诉",
    Step.REVIEW: "{}登记民主评议结果",
    Step.TOWNSHIP: "{}登记乡镇党委审定",
    Step.JOINT_CHECK: "{}登记联审结果",
}
"""What a notice says of the steps before it."""


def course_words(ranking: Ranking) -> str:
    """2026年12月31日冻结名单和依据,2027年1月4日起核对申诉(到1月8日止),…: the steps on record, each with its days, and no other.

    A year is named where it is another than that of the day before.
    """
    said, before = [], date.min
    for step, words in COURSE.items():
        taken = [record for record in ranking.records if record.step is step]
        if not taken:
            continue
        first, last, until = taken[0].at.date(), taken[-1].at.date(), taken[-1].until
        days = day_of(first, before) + (f"至{day_of(last, first)}" if last != first else "")
        said.append(words.format(days) + (f"(到{day_of(until, last)}止)" if until else ""))
        before = until or last
    return ",".join(said)


def notice_days(ranking: Ranking, workdays: Workdays) -> tuple[date, date] | None:
    """The first and the last of the notice's working days; None until the notice is on record."""
    record = next((each for each in reversed(ranking.records) if each.step is Step.NOTICE), None)
    return None if record is None or record.until is None else (workdays.after(record.at.date(), 1), record.until)
