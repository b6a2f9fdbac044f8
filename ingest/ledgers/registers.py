"""The registers (名册): areas, people with their posts, leave, households, survey answers. Same shape as the event ledgers."""

from __future__ import annotations

import re
from datetime import date

from data_access.scope import CODE_LENGTHS
from data_access.tables import Appointment, Area, Department, Household, LeavePeriod, SurveyResponse
from ingest.ledgers import words
from ingest.ledgers.cells import normal_number, plain
from ingest.ledgers.directory import HOUSEHOLD, Unit
from ingest.ledgers.kind import ALL_LEVELS, NAME, NUMBER, PHONE, UNIT, WHO, Kind, a_day, place_column, unit_of
from ingest.ledgers.names import normal_name
from ingest.ledgers.reading import Column, Form, Reading, Record

NEW = "新"
"""人员编号 of somebody who bears a colleague's name."""
PARENT_LENGTHS = {9: 6, 12: 9, 14: 12, 16: 14, 19: 16}


def _area(row: Reading) -> Record | None:
    code = plain(row.raw("代码"))
    name = row.text("名称")
    levels = {length: level for level, length in CODE_LENGTHS.items()}
    level = levels.get(len(code)) if code.isdigit() else None
    if not code:
        row.fault("代码", "“代码”没有填")
    elif level is None:
        row.fault("代码", f"“{code}”不是区划代码:县 6 位、乡镇 9、村 12、片 14、组 16、邻 19 位数字(请把单元格设为文本)")
    elif code.endswith("0000") and len(code) == CODE_LENGTHS["cell"]:
        row.fault("代码", f"“{code}”像是被 Excel 改写过,请把单元格设为文本再填")
    said = row.word("级别")
    if said is not None and level is not None and said != level:
        row.fault("级别", f"{len(code)} 位代码是{words_of(level)},不是“{row.said('级别')}”")
    parent = code[: PARENT_LENGTHS[len(code)]] if len(code) in PARENT_LENGTHS else None
    if parent and level and parent not in row.directory.units:
        row.fault("代码", f"上级区划 {parent} 不在名册里,请先装入上级")
    values = {
        "code": code,
        "name": name,
        "level": level,
        "parent_code": parent,
        "ranked": row.flag("参加排名"),
        **_validity(row, "启用日期", "撤销日期"),
    }
    if values["ranked"] is None:
        values["ranked"] = True
    if level is not None and not row.faults:
        row.directory.add_unit(Unit(code, level, name or "", parent, None, None))  # the parent of lines that follow
    return Record(row.row, code, values)


def _department(row: Reading) -> Record | None:
    code = plain(row.raw("代码")).upper()
    if not re.fullmatch(r"\d{6}D\d{3}", code):
        row.fault("代码", f"“{code}”不是部门代码:县的 6 位代码、字母 D、3 位数字" if code else "“代码”没有填")
    ranked = row.flag("参加排名")
    name = row.text("名称")
    validity = _validity(row, "启用日期", "撤销日期")
    return Record(row.row, code, {"code": code, "name": name, "ranked": True if ranked is None else ranked, **validity})


def words_of(level: str) -> str:
    return next(word for word, code in words.LEVELS.items() if code == level)


def _validity(row: Reading, since: str, until: str) -> dict[str, object]:
    first, last = row.day(since, future=True), row.day(until, future=True)
    if first is not None and last is not None and last < first:
        row.fault(until, f"{last} 早于{since} {first}")
    return {"valid_from": first, "valid_to": last}


def _appointment(row: Reading) -> Record | None:
    name, role = row.text("姓名"), row.word("职务")
    validity = _validity(row, "任职日期", "免职日期")
    area = row.area("单位", (words.ROLE_LEVELS[role],) if role else ALL_LEVELS)
    if area is None and not row.faults:
        row.fault("单位", "“单位”没有填")
    phone = row.phone()
    is_new = row.said("人员编号") == NEW
    number = None if is_new else row.number("人员编号")
    certificate = row.day("代表证日期")
    person: int | None = None
    if name and not row.faults and not is_new:
        person = _known_person(row, name, phone, number, str(area), str(role), row.day("任职日期", future=True))
    # One not known yet is told apart by phone, else by name and unit.
    key = str(person) if person is not None else f"new:{phone or ''}:{normal_name(name or '')}:{'' if phone else area}"
    values = {"person_id": person, "role": role, "area_code": area, **validity, "certificate_on": certificate}
    return Record(row.row, f"{key}|{role}|{area}|{validity['valid_from']}", values, {"person": (key, name, phone)})


def _known_person(row: Reading, name: str, phone: str | None, number: int | None, area: str, role: str, since: date | None) -> int | None:
    """Who this is if already registered: by number, by phone and name, by name and the very post, else by name within the unit.

    A new phone makes nobody another person: the same post since the same day is the same holder's.
    """
    directory = row.directory
    same_name = directory.by_name.get(normal_name(name), [])
    if number is not None:
        if number not in same_name:
            row.fault("人员编号", f"编号 {number} 登记的不是“{name}”")
        return number
    if phone and phone in directory.by_phone:
        holders = [who for who in directory.by_phone[phone] if who in same_name]
        if not holders:
            row.fault("手机号", f"手机号 {phone} 登记的不是“{name}”")
            return None
        return holders[0]
    here = [who for who in same_name if any(post.area == area for post in directory.posts.get(who, ()))]
    holding = [who for who in here if any((post.area, post.role, post.valid_from) == (area, role, since) for post in directory.posts[who])]
    if len(holding) == 1:
        return holding[0]
    if phone and any(directory.people[who][1] for who in here):
        row.fault(
            "手机号", f"{directory.path_of(area)}已有叫“{name}”的人员,手机号不同:是同一人的填“人员编号”({_numbers(here)}),不是的填“{NEW}”"
        )
        return None
    if len(here) > 1:
        row.fault("姓名", f"{directory.path_of(area)}有 {len(here)} 名叫“{name}”的人员,请填手机号或人员编号({_numbers(here)})")
        return None
    return here[0] if here else None


def _numbers(people: list[int]) -> str:
    return "、".join(str(who) for who in people)


def _leave(row: Reading) -> Record | None:
    first, last = row.day("开始日期", future=True), row.day("结束日期", future=True)
    if first is not None and last is not None and last < first:
        row.fault("结束日期", f"{last} 早于开始日期 {first}")
    person = row.person("姓名", unit_of(row, first), first)
    kind = row.word("类型")
    return Record(row.row, f"{person}|{kind}|{first}", {"person_id": person, "kind": kind, "first_day": first, "last_day": last})


def _household(row: Reading) -> Record | None:
    number = row.text("户编号")
    area = row.area("所属邻", ("cell", "village"))
    if area is None and not row.faults:
        row.fault("所属邻", "“所属邻”没有填")
    kind = row.word("户类型")
    card = row.day("联系卡日期")
    values = {"area_code": area, "kind": kind, "card_on": card, **_validity(row, "起始日期", "终止日期")}
    spelled = normal_number(number or "")
    alias = {"head": normal_name(row.said("户主")), "door": normal_number(row.said("门牌"))}
    return Record(row.row, row.directory.household_refs.get(spelled, spelled), values, alias)


def _survey(row: Reading) -> Record | None:
    year, answered = row.number("年度"), row.day("作答日期")
    household = row.household() if row.said("户编号") else None
    on = answered or row.now.date()
    person = row.person("姓名", unit_of(row, on), on)
    score, number = row.number("得分"), row.said("问卷编号")
    if not number and household is None and not row.faults:
        row.fault("问卷编号", "不记名的问卷须填“问卷编号”,记名的须填“户编号”")
    if year is not None and year > row.now.year:
        row.fault("年度", f"{year} 年还没有到")
    values = {"year": year, "person_id": person, "household_id": household, "score": score, "answered_on": answered}
    return Record(row.row, f"{year}|no:{number}" if number else f"{year}|{person}|{household}", values)


REGISTERS = (
    Kind(
        "area",
        "区划",
        "县、乡镇、村、片、组、邻;先上级后下级",
        Area,
        (
            Column(
                "代码",
                Form.TEXT,
                True,
                "code",
                "149981101201",
                "文本格式;县 6 位、乡镇 9、村 12、片 14、组 16、邻 19 位",
                synonyms=("区划代码",),
            ),
            Column("名称", Form.TEXT, True, "name", "河东村", synonyms=("区划名称",)),
            Column("级别", Form.WORD, False, "level", "村", "可不填,由代码位数得出", words=words.LEVELS),
            Column("参加排名", Form.FLAG, False, "ranked", "是", "非实体单位(开发区、虚拟乡镇)填“否”", synonyms=("是否排名",)),
            a_day("启用日期", "valid_from", "选填", required=False, synonyms=("设立日期",)),
            a_day("撤销日期", "valid_to", "选填;最后有效的一天", required=False),
        ),
        _area,
        natural=("code",),
        called="区划",
    ),
    Kind(
        "person",
        "人员任职",
        "一人一职一行;免职、换岗时填免职日期再装入一次",
        Appointment,
        (
            Column("姓名", Form.TEXT, True, None, "张三", personal=True, synonyms=("人员姓名",)),
            Column("职务", Form.WORD, True, "role", "党政正职", words=words.ROLES, synonyms=("角色", "岗位", "职务类别")),
            place_column("单位", "泥河镇", "乡镇、村、片、组、邻的全名或代码", synonyms=("任职单位", "所在单位", "工作单位")),
            Column(
                "手机号", Form.PHONE, False, None, "13800000000", "同名的人用它区分", personal=True, synonyms=("手机", "电话", "联系电话")
            ),
            a_day("任职日期", "valid_from", synonyms=("任职时间",)),
            a_day("免职日期", "valid_to", "选填;在任的最后一天", required=False, synonyms=("离任日期",)),
            a_day("代表证日期", "certificate_on", "选填;三长代表证发放日", required=False, synonyms=("发证日期",)),
            NUMBER,
        ),
        _appointment,
        natural=("person_id", "role", "area_code", "valid_from"),
        called="人员|任职|名册",
        needed=(("单位", "乡镇", "村", "片", "组", "邻"),),
    ),
    Kind(
        "leave_period",
        "请假",
        "请假、借调、脱产培训;假未满可先不填结束日期",
        LeavePeriod,
        (
            NAME,
            UNIT,
            Column("类型", Form.WORD, True, "kind", "请假", words=words.LEAVES, synonyms=("请假类型",)),
            a_day("开始日期", "first_day", synonyms=("起始日期",)),
            a_day("结束日期", "last_day", "选填;最后一天", required=False, synonyms=("终止日期",)),
            PHONE,
            NUMBER,
        ),
        _leave,
        natural=("person_id", "kind", "first_day"),
        a_person_a_row=True,
        called="请假|借调|休假",
        needed=(WHO,),
    ),
    Kind(
        "department",
        "部门",
        "诉求派给的县直部门,一个一行",
        Department,
        (
            Column("代码", Form.TEXT, True, "code", "149981D001", "县的 6 位代码、字母 D、3 位数字", synonyms=("部门代码",)),
            Column("名称", Form.TEXT, True, "name", "县住建局", synonyms=("部门名称", "部门")),
            Column("参加排名", Form.FLAG, False, "ranked", "是", "不参加部门排名的填“否”", synonyms=("是否排名",)),
            a_day("启用日期", "valid_from", "选填", required=False, synonyms=("设立日期",)),
            a_day("撤销日期", "valid_to", "选填;最后有效的一天", required=False),
        ),
        _department,
        natural=("code",),
        called="部门名册|部门台账",
    ),
    Kind(
        HOUSEHOLD,
        "户",
        "一户一行;户编号全县不重复,走访和测评台账用它",
        Household,
        (
            Column("户编号", Form.TEXT, True, None, "HD-0012", "全县不重复", synonyms=("户号",)),
            place_column("所属邻", "泥河镇河东村东片一组第1邻", "还没有划邻的写村", synonyms=("所在邻", "单位")),
            Column(
                "户类型",
                Form.WORD,
                True,
                "kind",
                "普通户",
                "低保、五保、留守儿童、老弱病残为重点户",
                words=words.HOUSEHOLDS,
                synonyms=("类型",),
            ),
            Column("户主", Form.TEXT, False, None, "", "选填;只存不可还原的标识,走访台账可凭它找户", personal=True, synonyms=("户主姓名",)),
            Column("门牌", Form.TEXT, False, None, "", "选填;同组有同名户主的填", personal=True, synonyms=("门牌号",)),
            a_day("联系卡日期", "card_on", "选填;发联系卡的日期", required=False, synonyms=("发卡日期",)),
            a_day("起始日期", "valid_from", "选填", required=False),
            a_day("终止日期", "valid_to", "选填;迁出、并户前的最后一天", required=False),
        ),
        _household,
        keyed=True,
        households=True,
        needed=(("所属邻", "邻", "村"),),
        called="户台账|户籍|农户|住户",
    ),
    Kind(
        "survey_response",
        "满意度测评",
        "一份答卷一行;记名填户编号,不记名填问卷编号",
        SurveyResponse,
        (
            Column("年度", Form.NUMBER, True, "year", "2026", least=2000, most=2100, synonyms=("年份",)),
            NAME,
            UNIT,
            Column("户编号", Form.TEXT, False, "household_id", "HD-0012", "记名问卷填", synonyms=("户号",)),
            Column("问卷编号", Form.TEXT, False, None, "", "不记名问卷填,当年不重复"),
            Column("得分", Form.NUMBER, True, "score", "5", "1–5 分", least=1, most=5, synonyms=("评分", "满意度")),
            a_day("作答日期", "answered_on", "选填", required=False, synonyms=("测评日期",)),
            PHONE,
            NUMBER,
        ),
        _survey,
        keyed=True,
        fixed=("year", "person_id"),
        called="测评|满意度",
        households=True,
        needed=(WHO,),
    ),
)
