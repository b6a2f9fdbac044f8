"""The ledger of what meetings decided about captains (三长认定): bonus with evidence, spot checks, vetoes. They weigh on 年度评选."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from data_access.tables import CaptainMark
from ingest.ledgers import words
from ingest.ledgers.cells import plain
from ingest.ledgers.kind import NAME, NUMBER, PHONE, UNIT, WHO, Kind, a_day, digest, unit_of
from ingest.ledgers.reading import Column, Form, Reading, Record

MOST_POINTS = 5
"""Bonus points of a captain and year are at most 5 in all; a single one cannot be more."""
VETOES = ("违纪违法", "造假", "瞒报重大隐患", "侵害群众利益")
"""The grounds of a veto (一票否决) are a closed list."""


def _points(row: Reading) -> float | None:
    said = plain(row.raw("分值")).removesuffix("分")
    if not said:
        return None
    try:
        points = Decimal(said)
    except InvalidOperation:
        points = Decimal(-1)
    if not (re.fullmatch(r"\d+(\.\d+)?", said) and 0 < points <= MOST_POINTS):
        row.fault("分值", f"“{row.said('分值')}”应大于 0、不超过 {MOST_POINTS} 分")
        return None
    return float(points)


def _mark(row: Reading) -> Record | None:
    year, decided = row.number("年度"), row.day("认定日期")
    person = row.person("姓名", unit_of(row, decided), decided)
    kind, reason, evidence = row.word("类别"), row.text("事由"), row.text("佐证")
    points, passed = _points(row), row.word("抽查结果")
    _check_days(row, year, decided is not None and year is not None and decided.year < year)
    if person is not None and not any(post.role in words.CAPTAIN_ROLES for post in row.directory.posts.get(person, ())):
        row.fault("姓名", f"“{row.said('姓名')}”没有担任过片长、组长或邻长")
    if kind is not None:
        _check_kind(row, kind, reason, evidence)
    values = {
        "person_id": person,
        "year": year,
        "kind": kind,
        "points": points,
        "passed": None if passed is None else passed == "passed",
        "reason": reason,
        "evidence": evidence,
        "decided_by": row.text("认定单位"),
        "decided_on": decided,
    }
    number = row.said("文号")
    said = f"{year}|no:{number}" if number else f"{year}|{person}|{kind}|{decided}|{digest(reason)}"
    return Record(row.row, said, values)


def _check_days(row: Reading, year: int | None, too_early: bool) -> None:
    if year is not None and year > row.now.year:
        row.fault("年度", f"{year} 年还没有到")
    if too_early:
        row.fault("认定日期", f"早于所认定的年度 {year} 年")


def _check_kind(row: Reading, kind: str, reason: str | None, evidence: str | None) -> None:
    """What each sort of mark must say, and must not."""
    if kind == "bonus":
        if not row.said("分值"):
            row.fault("分值", "加分须填“分值”")
        if not evidence:
            row.fault("佐证", "加分须有“佐证”,没有佐证的不计分")
    elif row.said("分值"):
        row.fault("分值", "只有加分填“分值”")
    if kind == "spot_check" and not row.said("抽查结果"):
        row.fault("抽查结果", "抽查须填“抽查结果”:通过或未通过")
    if kind != "spot_check" and row.said("抽查结果"):
        row.fault("抽查结果", "只有抽查填“抽查结果”")
    if kind == "veto" and reason and not any(ground in reason for ground in VETOES):
        row.fault("事由", f"一票否决的事由限于:{'、'.join(VETOES)}")


MARK = Kind(
    "captain_mark",
    "三长认定",
    "加分、抽查、一票否决,一次认定一行;计入年度评选",
    CaptainMark,
    (
        Column("年度", Form.NUMBER, True, "year", "2026", "计入哪一年的评选", least=2000, most=2100, synonyms=("年份", "评选年度")),
        NAME,
        UNIT,
        Column("类别", Form.WORD, True, "kind", "加分", words=words.MARKS, synonyms=("认定类别", "类型")),
        Column("分值", Form.TEXT, False, "points", "2", f"只有加分填;大于 0、不超过 {MOST_POINTS},可带小数", synonyms=("加分", "分数")),
        Column("抽查结果", Form.WORD, False, "passed", "", "只有抽查填", words=words.CHECKS, synonyms=("结果",)),
        Column("事由", Form.TEXT, True, "reason", "带头调解山林纠纷", "一票否决限于:" + "、".join(VETOES), synonyms=("原因",)),
        Column("佐证", Form.TEXT, False, "evidence", "村民代表会议纪要〔2026〕3号", "加分必填;没有佐证的不计分", synonyms=("佐证材料",)),
        Column("认定单位", Form.TEXT, True, "decided_by", "泥河镇党委", synonyms=("认定机关",)),
        a_day("认定日期", "decided_on", "开会认定的日期", synonyms=("决定日期",)),
        Column("文号", Form.TEXT, False, None, "", "选填;当年不重复的编号,用它认出同一条", synonyms=("认定编号", "编号")),
        PHONE,
        NUMBER,
    ),
    _mark,
    keyed=True,
    called="认定|加分|否决|抽查",
    fixed=("year", "person_id", "kind"),
    needed=(WHO,),
)
