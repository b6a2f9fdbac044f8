"""The petition ledger (诉求台账): one line a petition, its steps as columns; loaded again when they have moved on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from data_access.scope import names_accusation
from data_access.tables import Petition
from ingest.ledgers import words
from ingest.ledgers.cells import normal_number, plain
from ingest.ledgers.kind import ALL_LEVELS, ENTERED, Kind, digest, name_column, place_column
from ingest.ledgers.numbers import bare_local, is_local, of_township
from ingest.ledgers.reading import Column, Form, Reading, Record

ACCUSATION = "检举控告"
"""The category under which every 检举控告 is kept, however an office writes it (检举、控告类, 举报控告)."""


@dataclass(frozen=True)
class Rating:
    """``timed``: the ledger tells when; else the end of the petition stands for it."""

    stars: int
    rated_at: datetime
    independent: bool
    method: str | None
    timed: bool = True


RATED = (("评单星级", "评单时间", "评单方式", False), ("回访星级", "回访时间", "回访方式", True))
"""Stars, when, how; and whether somebody independent asked."""
STEP_FLAGS = (("现场解决", "on_the_spot"), ("佐证在案", "evidence_on_file"), ("挂牌督办", "supervised"))
STEP_PEOPLE = (("经办人", "handler_id"), ("包案领导", "lead_id"))
STEPS = (
    ("联系时间", "contacted_at", "首次联系群众"),
    ("告知时间", "notified_at", "信访件告知受理"),
    ("派单时间", "dispatched_at", ""),
    ("接单时间", "accepted_at", ""),
    ("办结时间", "ended_at", "同时填办理结果"),
    ("回头看时间", "followed_up_at", ""),
    ("销号时间", "closed_at", ""),
    ("最近进展时间", "last_progress_at", "选填;不填取最近一步的时间"),
)
EVENTS = (
    ("open", "opened_at"),
    ("dispatch", "dispatched_at"),
    ("accept", "accepted_at"),
    ("resolve", "ended_at"),
    ("follow_up", "followed_up_at"),
    ("close", "closed_at"),
)
"""Steps of the timeline that a ledger's columns tell; what it does not tell (return, escalate, reopen) is not invented."""


def a_moment(title: str, sets: str | None, hint: str = "", required: bool = False, **more: Any) -> Column:
    return Column(title, Form.MOMENT, required, sets, "2026-10-08 09:30" if required else "", hint, **more)


def a_flag(title: str, sets: str, hint: str = "", **more: Any) -> Column:
    return Column(title, Form.FLAG, False, sets, "否", hint, **more)


COLUMNS = (
    Column(
        "编号",
        Form.TEXT,
        True,
        "number",
        "NH-2026-0001",
        "全县不重复;同一编号再次装入即更新。台账没有编号的,按地点、日期、类别和事由认同一件",
        synonyms=("诉求编号", "工单编号"),
        instead=("事由",),
    ),
    place_column(
        "发生地", "泥河镇河东村", "村或以下(邻、组、片)的全名或代码;只知道乡镇的写乡镇", required=False, synonyms=("地点", "所属村", "单位")
    ),
    Column("地址", Form.TEXT, False, None, "", "只有详细地址时填:取其中的乡镇、村、组", synonyms=("诉求地址", "事发地址"), personal=True),
    Column("渠道", Form.WORD, True, "channel", "微信群", words=words.CHANNELS, synonyms=("来源渠道", "来源")),
    Column("类别", Form.TEXT, True, "category", "道路交通", "本县统一的类别;“检举控告”自动限制知悉"),
    Column("大小", Form.WORD, True, "size", "小事", "还没有分的写“待定”", words=words.SIZES, synonyms=("事项大小",)),
    Column("公私", Form.WORD, False, "sphere", "公", words=words.SPHERES),
    a_flag("是否纠纷", "is_dispute", synonyms=("纠纷",)),
    a_flag("是否信访件", "is_xinfang", "适用法定时限的信访件", synonyms=("信访件",)),
    a_flag("是否检举控告", "restricted", "限制知悉,不计入任何数字", synonyms=("检举控告",)),
    Column("事由", Form.TEXT, False, "title", "村口路灯不亮", synonyms=("标题", "诉求内容"), personal=True),
    Column("诉求人", Form.TEXT, False, "petitioner_key", "", "只存不可还原的标识,用于识别重复", personal=True, synonyms=("诉求人标识",)),
    a_moment("点单时间", "opened_at", "登记的时间", required=True, synonyms=("登记时间", "受理时间")),
    *(a_moment(title, sets, hint) for title, sets, hint in STEPS[:4]),
    a_moment("时限", "due_at", "选填;不填按大小和工作日计算", synonyms=("办理时限",)),
    a_moment("延期至", "extended_to", "经批准延期到的时间"),
    *(a_moment(title, sets, hint) for title, sets, hint in STEPS[4:5]),
    Column("办理结果", Form.WORD, False, "outcome", "", "办结后填", words=words.OUTCOMES, synonyms=("结果",)),
    a_flag("现场解决", "on_the_spot"),
    a_flag("佐证在案", "evidence_on_file", synonyms=("佐证材料",)),
    *(a_moment(title, sets, hint) for title, sets, hint in STEPS[5:]),
    Column(
        "承办部门", Form.TEXT, False, "department_code", "", "派给县直部门的填部门;乡镇、村自己办的不填", synonyms=("主办部门", "责任部门")
    ),
    Column("当前层级", Form.WORD, False, "level", "邻", "现在(或办结时)在哪一级", words=words.HANDLING_LEVELS, synonyms=("办理层级",)),
    name_column("经办人", "handler_id", "在发生地所在乡镇的在任人员里查找", synonyms=("承办人",)),
    name_column("包案领导", "lead_id", "同上", synonyms=("包案人",)),
    a_flag("挂牌督办", "supervised", synonyms=("督办", "是否督办", "是否挂牌督办")),
    a_flag("集体访", "is_group"),
    a_flag("越级访", "skip_level"),
    Column("重复于", Form.TEXT, False, "repeat_of", "", "与哪个编号重复"),
    Column("退单次数", Form.NUMBER, False, "returned", "", most=100),
    Column("重办次数", Form.NUMBER, False, "reopened", "", "不满意重办", most=100),
    Column("评单星级", Form.NUMBER, False, None, "", "1–5", least=1, most=5, synonyms=("评单", "评价星级", "星级")),
    a_moment("评单时间", None, "与评单星级同填"),
    Column("回访星级", Form.NUMBER, False, None, "", "独立回访,1–5", least=1, most=5),
    a_moment("回访时间", None, "与回访星级同填"),
    Column("回访方式", Form.WORD, False, None, "", words=words.METHODS),
    Column("评单方式", Form.WORD, False, None, "", words=words.METHODS),
    ENTERED,
)


def is_restricted(row: Reading) -> bool:
    """Whether the row is, or cannot be shown not to be, a 检举控告 (信访工作条例 art. 30)."""
    said = plain(row.raw("是否检举控告"))
    return names_accusation(plain(row.raw("类别"))) or (bool(said) and said.lower() not in ("否", "无", "n", "no", "0", "×", "false"))


def _numbered(row: Reading, values: dict[str, Any], area: str | None, **extra: Any) -> Record:
    """A record by its number: which petition that is, the database has to say (:mod:`numbers`)."""
    said, repeat = row.said("编号"), row.said("重复于")
    number, repeated = bare_local(normal_number(said)), bare_local(normal_number(repeat))
    if not number and not row.has("编号"):
        number = _number_by_content(row, values, area)
    if not number:
        row.fault("编号", "“编号”没有填")
    if repeat and repeated == number:
        row.fault("重复于", "不能与自己重复")
    township = area[:9] if area else None
    keys = {"number": number, "raw_number": said, "township": township, "repeat": repeated or None}
    return Record(row.row, of_township(number, area) if is_local(number) else number, values, keys | extra)


def _number_by_content(row: Reading, values: dict[str, Any], area: str | None) -> str:
    """Of a ledger that numbers nothing: the same matter at the same place on the same day. Nothing of who brought it goes in."""
    opened: datetime | None = values.get("opened_at")
    said = (plain(row.raw("事由")), plain(row.raw("类别")), opened.date() if opened else None)
    return f"{(area or '')[:9]}-T{digest(area, *said)[:10].upper()}" if said[0] else ""


def _place(row: Reading, on: date | None) -> str | None:
    """Where it is: by name or code; else as near as an address tells; else, of a ledger without places, the unit whose ledger it is."""
    if row.has("地址") and not row.said("发生地"):
        return row.address("地址", on)
    own = row.unit if not row.has("发生地") else None
    area = row.area("发生地", ALL_LEVELS, on, default=own)
    if area is None and not any(title == "发生地" for title, _, _ in row.faults):
        row.fault("发生地", "“发生地”没有填")
    return area


def _petition(row: Reading) -> Record | None:
    opened = row.moment("点单时间", opening=True)
    opened_on = opened.date() if opened else None
    area = _place(row, opened_on)
    times = {sets: row.moment(title) for title, sets, _ in STEPS}
    due, extended = row.moment("时限", future=True), row.moment("延期至", future=True)
    _check_order(row, opened, times)
    outcome = row.word("办理结果")
    if times["ended_at"] is not None and outcome is None:
        row.fault("办理结果", "已有办结时间,须填办理结果")
    if outcome is not None and times["ended_at"] is None:
        row.fault("办结时间", "已有办理结果,须填办结时间")
    size = row.word("大小")
    on = opened_on if opened_on else None
    latest = max((value for name, value in times.items() if value and name != "followed_up_at"), default=opened)
    values: dict[str, Any] = {
        "number": None,
        "area_code": area,
        "channel": row.word("渠道"),
        "category": ACCUSATION if names_accusation(row.text("类别")) else row.text("类别"),
        "size": None if size == words.PENDING else size,
        "sphere": row.word("公私"),
        "is_dispute": row.flag("是否纠纷"),
        "is_xinfang": row.flag("是否信访件"),
        "restricted": row.flag("是否检举控告") or is_restricted(row),
        "title": row.text("事由"),
        "petitioner_key": row.said("诉求人") or None,
        "opened_at": opened,
        **times,
        "due_at": due,
        "extended_to": extended,
        "outcome": outcome,
        "department_code": row.department("承办部门"),
        "on_the_spot": row.flag("现场解决"),
        "evidence_on_file": row.flag("佐证在案"),
        "level": row.word("当前层级"),
        "handler_id": _of_township(row, "经办人", area, on),
        "lead_id": _of_township(row, "包案领导", area, on),
        "supervised": row.flag("挂牌督办"),
        "is_group": row.flag("集体访"),
        "skip_level": row.flag("越级访"),
        "returned": row.number("退单次数") or 0,
        "reopened": row.number("重办次数") or 0,
        "recorded_at": row.moment("填报时间"),
    }
    values["last_progress_at"] = times["last_progress_at"] or latest
    return _numbered(row, values, area, ratings=_ratings(row, times["ended_at"]))


def _step(row: Reading) -> Record | None:
    """How a known petition went on, by its number alone."""
    area = row.area("发生地", ALL_LEVELS) if row.has("发生地") else row.unit
    times = {sets: row.moment(title) for title, sets, _ in STEPS if row.has(title)}
    flags = {sets: row.flag(title) for title, sets in STEP_FLAGS if row.has(title)}
    values: dict[str, Any] = {
        "number": None,
        **times,
        **flags,
        **{sets: row.moment(title, future=True) for title, sets in (("时限", "due_at"), ("延期至", "extended_to")) if row.has(title)},
        **{sets: row.word(title) for title, sets in (("办理结果", "outcome"), ("当前层级", "level")) if row.has(title)},
        **({"department_code": row.department("承办部门")} if row.has("承办部门") else {}),
        **{sets: row.number(title) for title, sets in (("退单次数", "returned"), ("重办次数", "reopened")) if row.has(title)},
        **{sets: row.person(title, area, row.now.date(), identified=False) for title, sets in STEP_PEOPLE if row.has(title)},
    }
    if times.get("ended_at") is not None and row.has("办理结果") and values["outcome"] is None:
        row.fault("办理结果", "已有办结时间,须填办理结果")
    if values.get("outcome") is not None and row.has("办结时间") and times["ended_at"] is None:
        row.fault("办结时间", "已有办理结果,须填办结时间")
    latest = max((value for name, value in times.items() if value and name != "followed_up_at"), default=None)
    values["last_progress_at"] = times.get("last_progress_at") or latest
    return _numbered(row, values, area, ratings=_ratings(row, times.get("ended_at")))


def _of_township(row: Reading, title: str, area: str | None, on: date | None) -> int | None:
    """Whoever handles it is in post when it was opened, or now: handlers change while a case is open."""
    if not row.said(title) or area is None or on is None:
        return None
    before = len(row.faults)
    found = row.person(title, area, on, identified=False)
    if found is None and len(row.faults) > before:
        first = row.faults[before:]
        del row.faults[before:]
        found = row.person(title, area, row.now.date(), identified=False)
        if found is None:
            row.faults[before:] = first
    return found


def _check_order(row: Reading, opened: datetime | None, times: dict[str, datetime | None]) -> None:
    if opened is None:
        return
    for title, sets, _ in STEPS:
        value = times[sets]
        if value is not None and value < opened:
            row.fault(title, f"{value:%Y-%m-%d %H:%M} 早于点单时间 {opened:%Y-%m-%d %H:%M}")
    dispatched, accepted = times["dispatched_at"], times["accepted_at"]
    # On one day, a step without a clock stands at its end: only days can be compared then.
    if dispatched and accepted and accepted.date() < dispatched.date():
        row.fault("接单时间", f"{accepted:%Y-%m-%d} 早于派单时间 {dispatched:%Y-%m-%d}")
    ended, closed = times["ended_at"], times["closed_at"]
    if closed and ended and closed.date() < ended.date():
        row.fault("销号时间", f"{closed:%Y-%m-%d} 早于办结时间 {ended:%Y-%m-%d}")
    if closed and not ended:
        row.fault("销号时间", "没有办结时间,不能销号")


def _ratings(row: Reading, ended: datetime | None) -> list[Rating]:
    found: list[Rating] = []
    for stars_title, at_title, method_title, independent in RATED:
        method = row.word(method_title)
        stars, at = row.number(stars_title), row.moment(at_title)
        if stars is not None and at is None:
            at = ended
            if at is None:
                row.fault(at_title, f"有{stars_title},须填{at_title}")
            else:
                found.append(Rating(stars, at, independent, method, timed=False))
        elif stars is not None and at is not None:
            found.append(Rating(stars, at, independent, method))
    return found


PETITION = Kind(
    "petition",
    "诉求",
    "一件一行;流转后在原行补填时间,整本再装入一次即可",
    Petition,
    COLUMNS,
    _petition,
    natural=("number",),
    fixed=("opened_at",),
    needed=(("发生地", "村", "地址", "乡镇"),),
    called="诉求|工单|信访|纠纷|热线|12345",
)

_NUMBER_ALONE = (
    "发生地",
    "地址",
    "渠道",
    "类别",
    "大小",
    "点单时间",
    "公私",
    "是否纠纷",
    "是否信访件",
    "是否检举控告",
    "事由",
    "诉求人",
    "集体访",
    "越级访",
)
STEP_COLUMNS = tuple(
    replace(column, synonyms=("工单编号", "诉求编号", "单号"), instead=()) if column.title == "编号" else column
    for column in COLUMNS
    if column.title not in (*_NUMBER_ALONE, "重复于", "填报时间")
)
STEP_KIND = Kind(
    "petition_step",
    "诉求进展",
    "回访、评单、办结、督办等台账:凭编号补填已有的诉求,不新增",
    Petition,
    STEP_COLUMNS,
    _step,
    natural=("number",),
    any_of=tuple(column.title for column in STEP_COLUMNS if not column.required),
    called="回访|评单|办结|督办|销号|回头看",
)
