"""The ledgers: which columns each has and how a row becomes a record. One :class:`Kind` a ledger; ``KINDS`` is the whole list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from data_access.tables import (
    CaptainMeeting,
    CaptainVisit,
    DutyRoster,
    GoodDeed,
    NightSession,
    NightStay,
    NightVisit,
    ReceptionSlot,
    TrainingAttendance,
)
from ingest.ledgers import words
from ingest.ledgers.directory import Post
from ingest.ledgers.kind import (
    ALL_LEVELS,
    ENTERED,
    NAME,
    NUMBER,
    OWN,
    PHONE,
    TAIL,
    UNIT,
    WHO,
    Kind,
    a_day,
    digest,
    entered,
    name_column,
    own_ref,
    place_column,
    unit_of,
)
from ingest.ledgers.layouts import TURN
from ingest.ledgers.presence import CHECK_IN, MORNING, STAYED, absence, is_of_the_next_day
from ingest.ledgers.reading import Column, Form, Reading, Record

# --- 住夜, 夜访 ------------------------------------------------------------------------------------------------------


def _night_stay(row: Reading) -> Record | None:
    night = _night(row)
    unit = unit_of(row, night)
    place = row.area("住夜地点", ("township", "village"), night, default=unit)
    person = row.person("姓名", unit or place, night)
    _check_stayed(row)
    if place is not None and row.directory.units[place].level not in ("township", "village"):
        row.fault("住夜地点", "住夜地点应为乡镇或村")
    if place is None and not row.faults:
        row.fault("住夜地点", "“住夜地点”和“单位”都没有填")
    if person is not None and place is not None and night is not None and place == row.unit and not row.said("单位"):
        _check_place(row, person, place, night)
    values = {"person_id": person, "area_code": place, "night": night, "note": row.text("备注"), "recorded_at": entered(row)}
    return Record(row.row, own_ref(row, place, f"{person}|{place}|{night}"), values)


def _night(row: Reading) -> date | None:
    """The evening: 10月9日 with a check-in at 00:30 is still the 8th, unless the check-in writes its own day or says 次日."""
    night, checked_in = row.day("日期", night=True), row.clock(CHECK_IN)
    if night is None or checked_in is None or checked_in.hour >= MORNING or row.clock("日期") is not None:
        return night
    on = row.day_in(CHECK_IN)
    if is_of_the_next_day(row.raw(CHECK_IN)) or on == night + timedelta(days=1):
        return night
    return night - timedelta(days=1)


def _check_stayed(row: Reading) -> None:
    """A line that says itself that nobody stayed is no night, and whoever stood in for somebody is the one who did."""
    name, note = absence(row.said("姓名")), row.said("备注")
    if name:
        row.fault("姓名", f"写着“{name}”:没有住夜的删去这一行,由别人代的写那个人")
    elif row.row.column is None and absence(note) == note != "":
        row.fault("备注", f"写着“{note}”:没有住夜的删去这一行,住了的改一下备注")


def _check_place(row: Reading, person: int, place: str, night: date) -> None:
    """Who serves only in a village below the township of the title stayed nobody knows where."""
    held = [post.area for post in row.directory.posts.get(person, ()) if post.held_on(night)]
    if held and all(area != place and area.startswith(place) for area in held):
        below, above = row.directory.path_of(held[0]), row.directory.path_of(place)
        row.fault("单位", f"“{row.said('姓名')}”在{below}任职,台账是{above}的:请在“单位”或“住夜地点”写明住在哪里")


def _duty_roster(row: Reading) -> Record | None:
    night = row.day("日期", future=True)
    unit = row.area("单位", ("township", "village"), night)
    if unit is None and not row.faults:
        row.fault("单位", "“单位”没有填")
    person = row.person("姓名", unit, night)
    other = row.person("替班人", unit, night, identified=False)
    if other is not None and other == person:
        row.fault("替班人", "替班人就是本人")
    values = {
        "area_code": unit,
        "night": night,
        "person_id": person,
        "substitute_id": other,
        "post": row.word(TURN),
        "phone": row.phone("值班电话") or row.phone(),
        "recorded_at": entered(row),
    }
    return Record(row.row, own_ref(row, unit, f"{unit}|{night}|{person}"), values)


def _night_visit(row: Reading) -> Record | None:
    visited = row.day("日期", night=True)
    unit = unit_of(row, visited)
    place = row.area("走访村", ("village",), visited)
    person = row.person("姓名", unit or place, visited)
    people, note = row.number("人次"), row.text("备注")
    values = {"person_id": person, "area_code": place, "visited_on": visited, "people": people, "note": note, "recorded_at": entered(row)}
    return Record(row.row, own_ref(row, place, f"{person}|{place}|{visited}|{people}|{digest(note)}"), values)


# --- 夜学 夜谈 -------------------------------------------------------------------------------------------------------


def _night_session(row: Reading) -> Record | None:
    held = row.day("日期")
    kind = row.word("类型")
    unit = row.area("单位", ("township",), held)
    if unit is None and not row.faults:
        row.fault("单位", "“单位”没有填")
    measures, done = row.number("举措数"), row.number("已落实")
    if done is not None and done > (measures or 0):
        row.fault("已落实", f"已落实 {done} 条多于举措 {measures or 0} 条")
    lecturers = row.people("授课人", unit, held)
    theme = row.text("主题")
    values = {
        "kind": kind,
        "area_code": unit,
        "held_on": held,
        "minutes": row.number("时长"),
        "theme": theme,
        "attendees": row.number("参加人数"),
        "measures": measures,
        "measures_done": done,
        "needs": row.number("需求数"),
        "note": row.text("备注"),
        "recorded_at": entered(row),
    }
    return Record(row.row, own_ref(row, unit, f"{kind}|{unit}|{held}|{digest(theme)}"), values, {"lecturers": lecturers})


# --- 接待 ------------------------------------------------------------------------------------------------------------

NOBODY = frozenset({"无", "无人", "缺", "缺岗", "未到岗", "空岗"})


def _reception_slot(row: Reading) -> Record | None:
    day = row.day("日期", future=True)
    unit = row.area("单位", ("township", "village"), day)
    if unit is None and not row.faults:
        row.fault("单位", "“单位”没有填")
    place = row.word("接待场所")
    township = unit and unit[:9]

    def of(title: str) -> int | None:
        absent = title == "实际接待人" and row.said(title) in NOBODY
        return None if absent else row.person(title, township, day, identified=False)

    leader, backup, received = of("A岗"), of("B岗"), of("实际接待人")
    batches, visitors = row.number("批次"), row.number("人次")
    later = day is not None and day > row.now.date()
    for title, value in (("实际接待人", received), ("批次", batches), ("人次", visitors)):
        if later and value:
            row.fault(title, f"{day} 在今天之后,还不会有接待情况")
    if batches is not None and visitors is not None and visitors < batches:
        row.fault("人次", f"人次 {visitors} 少于批次 {batches}")
    values = {
        "area_code": unit,
        "day": day,
        "place": place,
        "leader_id": leader,
        "backup_id": backup,
        "published": row.flag("是否公示"),
        "received_by": received,
        "batches": batches,
        "visitors": visitors,
        "recorded_at": entered(row),
    }
    return Record(row.row, own_ref(row, unit, f"{unit}|{day}|{place}|{leader}"), values)


# --- 三长 ------------------------------------------------------------------------------------------------------------


def _check_captain(row: Reading, person: int | None, day: date | None) -> Sequence[Post]:
    """Whoever did it must have been a captain on the day: what others do is no captain's work. Gives all their posts."""
    posts = () if person is None or day is None else row.directory.posts.get(person, ())
    if posts and day is not None and not any(post.role in words.CAPTAIN_ROLES and post.held_on(day) for post in posts):
        row.fault("姓名", f"“{row.said('姓名')}”{day} 不是片长、组长或邻长")
    return posts


def _captain_visit(row: Reading) -> Record | None:
    visited = row.day("日期")
    household = row.household()
    unit = unit_of(row, visited)
    if unit is None and household is not None and not row.faults:
        unit = row.directory.household_areas[household]  # its own captain, or whoever else serves there
    person = row.person("姓名", unit, visited)
    if household is not None:
        _check_captain(row, person, visited)
    note = row.text("备注")
    values = {"person_id": person, "household_id": household, "visited_on": visited, "note": note, "recorded_at": entered(row)}
    area = row.directory.household_areas.get(household or 0)
    return Record(row.row, own_ref(row, area, f"{person}|{household}|{visited}"), values)


def _captain_meeting(row: Reading) -> Record | None:
    held = row.day("日期")
    kind = row.word("类型")
    unit = row.area("单位", words.MEETING_LEVELS.get(kind or "", ALL_LEVELS), held)
    if unit is None and not row.faults:
        row.fault("单位", "“单位”没有填")
    convener = row.person("召集人", unit and unit[:12], held, identified=False) if unit or not row.said("召集人") else None
    values = {
        "kind": kind,
        "area_code": unit,
        "held_on": held,
        "convener_id": convener,
        "attendees": row.number("参加人数"),
        "recorded_at": entered(row),
    }
    return Record(row.row, own_ref(row, unit, f"{kind}|{unit}|{held}"), values)


def _training(row: Reading) -> Record | None:
    held = row.day("日期")
    person = row.person("姓名", unit_of(row, held), held)
    kind = row.word("类型")
    return Record(row.row, f"{person}|{kind}|{held}", {"person_id": person, "kind": kind, "held_on": held})


def _good_deed(row: Reading) -> Record | None:
    done, published = row.day("日期"), row.day("公示日期")
    person = row.person("姓名", unit_of(row, done), done)
    what = row.text("善事")
    posts = _check_captain(row, person, done)
    if done is not None and published is not None and published < done:
        row.fault("公示日期", f"公示早于善事的日期 {done}")
    values = {"person_id": person, "done_on": done, "what": what, "published_on": published, "recorded_at": entered(row)}
    area = next((post.area for post in posts if post.role in words.CAPTAIN_ROLES), None)
    return Record(row.row, own_ref(row, area, f"{person}|{done}|{digest(what)}"), values)


UNITS = ("单位", "乡镇", "村", "片", "组", "邻")
EVENTS = (
    Kind(
        "night_stay",
        "住夜",
        "每人每晚一行:谁、哪一晚、住在哪里",
        NightStay,
        (
            a_day(
                "日期", "night", "当晚的日期,写成 2026-10-08", synonyms=("住夜日期", "值班日期", "值守日期", "住夜时间", "值班时间", "时间")
            ),
            NAME,
            UNIT,
            Column(
                CHECK_IN,
                Form.TEXT,
                False,
                None,
                "",
                "选填;有这一列的,只收当晚 18 时以后、次日 6 时以前的打卡",
                synonyms=("签到时间", "到岗时间", "打卡时刻"),
            ),
            Column(
                STAYED,
                Form.TEXT,
                False,
                None,
                "",
                "选填;有这一列的,写“否”“请假”的不收",
                synonyms=(
                    "住夜情况",
                    "是否在岗",
                    "在岗情况",
                    "在岗状态",
                    "是否到岗",
                    "到岗情况",
                    "是否值班",
                    "是否住宿",
                    "考勤情况",
                    "出勤情况",
                ),
            ),
            place_column("住夜地点", "泥河镇", "住在乡镇机关写乡镇,住在村写村;不填为本单位", synonyms=("住宿地点", "地点")),
            PHONE,
            NUMBER,
            *TAIL,
        ),
        _night_stay,
        fixed=("person_id", "area_code", "night"),
        needed=((*WHO, "住夜地点"),),
        a_person_a_row=True,
        called="住夜|值班|值守|带班|住宿",
        not_called="(?:未|没有?|缺)(?:住夜|值班|住宿|在岗)|考勤|加班|会议|[会课]签到|下乡|出差|报销|补贴|津贴|慰问|体检|缺勤|来电",
    ),
    Kind(
        "duty_roster",
        "排班",
        "每人每晚一行:哪一晚、谁带班、谁值班;事先报,可以是今后的日期",
        DutyRoster,
        (
            a_day(
                "日期",
                "night",
                "当晚的日期,可以是今后的;写成 2026-10-08",
                synonyms=("排班日期", "值班日期", "值守日期", "带班日期", "时间"),
            ),
            NAME,
            place_column("单位", "泥河镇", "排班的乡镇或村", synonyms=("排班单位", "值班单位", "所在单位")),
            Column(TURN, Form.WORD, False, "post", "带班领导", words=words.TURNS, synonyms=("班次", "排班岗位", "值班岗位")),
            name_column("替班人", "substitute_id", "本人来不了、由谁替的", synonyms=("替班", "代班人", "替班人员")),
            Column("值班电话", Form.PHONE, False, "phone", "", "选填;当晚打得通的电话,不填为手机号", personal=True, synonyms=("当晚电话",)),
            PHONE,
            NUMBER,
            ENTERED,
            OWN,
        ),
        _duty_roster,
        fixed=("area_code", "night", "person_id"),
        needed=(("单位", "乡镇", "村"),),
        a_person_a_row=True,
        called="排班|轮班|轮值|[值带]班.{0,6}(?:安排|表)|值守.{0,6}(?:安排|表)",
    ),
    Kind(
        "night_session",
        "夜学夜谈",
        "每场一行:夜学、夜谈、述学评学考学",
        NightSession,
        (
            a_day("日期", "held_on"),
            Column("类型", Form.WORD, True, "kind", "夜学", words=words.SESSIONS),
            place_column("单位", "泥河镇", "举办的乡镇", synonyms=("举办单位", "所在单位")),
            Column("时长", Form.NUMBER, False, "minutes", "60", "分钟", most=1440, synonyms=("时长分钟", "分钟")),
            Column("主题", Form.TEXT, False, "theme", "学习《信访工作条例》"),
            Column("参加人数", Form.NUMBER, False, "attendees", "40", synonyms=("人数",)),
            Column("授课人", Form.NAME, False, None, "张三、李四", "夜学的授课干部,用顿号隔开", personal=True),
            Column("举措数", Form.NUMBER, False, "measures", "", "夜谈定下的举措", synonyms=("举措",)),
            Column("已落实", Form.NUMBER, False, "measures_done", "", "其中已落实", synonyms=("落实数",)),
            Column("需求数", Form.NUMBER, False, "needs", "", "夜谈收集的需求", synonyms=("需求",)),
            *TAIL,
        ),
        _night_session,
        fixed=("kind", "area_code", "held_on"),
        needed=(("单位", "乡镇"),),
        called="夜学|夜谈|述学",
    ),
    Kind(
        "night_visit",
        "夜访",
        "每次夜访一行:谁、哪一晚、哪个村、见了多少人",
        NightVisit,
        (
            a_day("日期", "visited_on", synonyms=("夜访日期", "走访日期")),
            NAME,
            UNIT,
            place_column("走访村", "泥河镇河东村", "走访的村", required=True, synonyms=("夜访村", "走访地点", "地点")),
            Column("人次", Form.NUMBER, False, "people", "3", "见到的人次", synonyms=("走访人次", "人数")),
            PHONE,
            NUMBER,
            *TAIL,
        ),
        _night_visit,
        fixed=("person_id", "area_code", "visited_on"),
        a_person_a_row=True,
        called="夜访",
    ),
    Kind(
        "reception_slot",
        "接待",
        "每个公示场次一行;以后的场次可以先报,接待后再装入一次补上情况",
        ReceptionSlot,
        (
            a_day("日期", "day", "接待日;可以是今后的日期", synonyms=("接待日期",)),
            place_column("单位", "泥河镇", "接待的乡镇或村", synonyms=("接待单位", "所在单位")),
            Column("接待场所", Form.WORD, True, "place", "乡镇机关", words=words.PLACES, synonyms=("场所", "地点", "接待地点")),
            name_column("A岗", "leader_id", "公示的接待领导", synonyms=("A岗领导", "接待领导")),
            name_column("B岗", "backup_id", "替补", synonyms=("B岗领导",)),
            Column("是否公示", Form.FLAG, False, "published", "是", synonyms=("公示",)),
            name_column("实际接待人", "received_by", "没有人到岗写“无”或空着", synonyms=("接待人",)),
            Column("批次", Form.NUMBER, False, "batches", "2", synonyms=("接待批次",)),
            Column("人次", Form.NUMBER, False, "visitors", "3", synonyms=("接待人次",)),
            ENTERED,
            OWN,
        ),
        _reception_slot,
        fixed=("area_code", "day", "place"),
        needed=(("单位", "乡镇"),),
        called="接待",
    ),
    Kind(
        "captain_visit",
        "走访",
        "三长入户走访,每户每次一行",
        CaptainVisit,
        (
            a_day("日期", "visited_on", synonyms=("走访日期",)),
            NAME,
            Column("户编号", Form.TEXT, True, "household_id", "HD-0012", "户台账里的编号", synonyms=("户号", "户ID"), instead=("户主",)),
            Column("户主", Form.TEXT, False, None, "", "没有户编号的填;户台账里也要有“户主”列", personal=True, synonyms=("户主姓名",)),
            Column("门牌", Form.TEXT, False, None, "", "同组有同名户主的填", personal=True, synonyms=("门牌号",)),
            UNIT,
            PHONE,
            NUMBER,
            *TAIL,
        ),
        _captain_visit,
        fixed=("person_id", "household_id", "visited_on"),
        households=True,
        a_person_a_row=True,
        called="走访|入户",
    ),
    Kind(
        "captain_meeting",
        "会议",
        "三长的会议,每次一行",
        CaptainMeeting,
        (
            a_day("日期", "held_on", synonyms=("召开日期",)),
            Column("类型", Form.WORD, True, "kind", "民情恳谈会", words=words.MEETINGS, synonyms=("会议类型",)),
            place_column("单位", "泥河镇河东村东片一组第1邻", "恳谈会写邻,分析会写村,例会和碰头会写片", synonyms=("召开单位", "所在单位")),
            name_column("召集人", "convener_id", "选填", synonyms=("主持人",)),
            Column("参加人数", Form.NUMBER, False, "attendees", "12", synonyms=("人数", "参会人数")),
            ENTERED,
            OWN,
        ),
        _captain_meeting,
        fixed=("kind", "area_code", "held_on"),
        needed=(UNITS,),
        called="会议|恳谈会|分析会|碰头会|例会",
    ),
    Kind(
        "training_attendance",
        "参训",
        "三长参加培训,每人每次一行",
        TrainingAttendance,
        (
            a_day("日期", "held_on", synonyms=("培训日期",)),
            NAME,
            UNIT,
            Column("类型", Form.WORD, True, "kind", "集中培训", words=words.TRAININGS, synonyms=("培训类型",)),
            PHONE,
            NUMBER,
        ),
        _training,
        natural=("person_id", "kind", "held_on"),
        needed=(WHO,),
        a_person_a_row=True,
        called="参训|培训",
    ),
    Kind(
        "good_deed",
        "善事",
        "三长做的好事善事,一件一行;公示,不计分",
        GoodDeed,
        (
            a_day("日期", "done_on", "做这件事的日期,写成 2026-10-08", synonyms=("善事日期", "做好事日期")),
            NAME,
            UNIT,
            Column(
                "善事",
                Form.TEXT,
                True,
                "what",
                "帮独居老人修好漏水的屋顶",
                "做了什么;要公示,不写受助人姓名",
                synonyms=("善事内容", "好人好事", "事迹", "内容"),
            ),
            a_day("公示日期", "published_on", "选填;公示以后再装入一次补上", False, synonyms=("公开日期", "公示时间")),
            PHONE,
            NUMBER,
            ENTERED,
            OWN,
        ),
        _good_deed,
        fixed=("person_id", "done_on"),
        needed=(WHO,),
        called="善事|好人好事|善行",
    ),
)
