"""What the county's database holds so far, as it is read: which modules there is something to say of, and what a new county does first.

Nothing there yet is not good news: of a module without a single record nothing is judged, counted or praised. Whoever asks which modules
a page, the wall or a meeting shows, asks :attr:`Contents.in_use`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from metrics.vocabulary import MODULE_NAMES, Module, Status
from metrics.wording import is_missing
from reports.links import ADMIN, Link
from reports.modules import SWITCHED, running_modules
from reports.parts import Callout, Exceptional, ExceptionSection, More
from reports.tables import Column, Kind, Table, Verdict, table
from reports.wording import chinese_marks


@dataclass(frozen=True)
class Ledger:
    """A ledger as an office calls it, and its kind on the command line and on the page 管理."""

    name: str
    kind: str


LEDGERS = {
    Module.DUTY: Ledger("住夜台账", "night_stay"),
    Module.NIGHTS: Ledger("夜学夜谈、夜访台账", "night_session"),
    Module.RECEPTION: Ledger("接待台账", "reception_slot"),
    Module.PETITIONS: Ledger("诉求台账", "petition"),
    Module.CAPTAINS: Ledger("户和走访台账", "household"),
}
"""By module the ledger it is told from."""
ALL_LEDGERS = "各项台账"


@dataclass(frozen=True)
class Contents:
    """``held``: parts there is anything of; ``first``: by module the day of its first record; ``running``: modules this county runs."""

    held: frozenset[str]
    first: Mapping[Module, date]
    running: frozenset[Module]

    @property
    def in_use(self) -> frozenset[Module]:
        """Modules that the county runs and has something of. 三长 stand on the households, satisfaction on 诉求, 数据 on any record."""
        told = {module for module in SWITCHED if module in self.first}
        told |= {Module.CAPTAINS} if "household" in self.held else set()
        told |= {Module.SATISFACTION} if Module.PETITIONS in told else set()
        told |= {Module.QUALITY} if self.first else set()
        return frozenset(told & self.running)

    @property
    def lacking(self) -> tuple[Module, ...]:
        """Modules that the county runs and has nothing of."""
        return tuple(module for module in SWITCHED if module in self.running - self.in_use)

    @property
    def lacking_words(self) -> str:
        """诉求台账、接待台账; empty where all are there."""
        return "、".join(LEDGERS[module].name for module in self.lacking)

    @property
    def earliest(self) -> date | None:
        """The day of the first record of all."""
        return min(self.first.values(), default=None)


def contents_of(rows: pd.DataFrame, running: frozenset[Module] | None = None) -> Contents:
    """``rows``: see ``data_access.contents.contents``."""
    found = rows.to_dict("records")
    first = {Module(row["part"]): row["first"] for row in found if not is_missing(row["first"])}
    return Contents(frozenset(row["part"] for row in found if row["held"]), first, running_modules() if running is None else running)


# --- a module with nothing in it --------------------------------------------------------------------------------------


def lacking_title(module: Module) -> str:
    """尚未装入诉求台账."""
    return f"尚未装入{LEDGERS[module].name if module in LEDGERS else ALL_LEDGERS}"


def to_load(module: Module) -> Link:
    """Where an administrator loads the ledger of a module."""
    return Link(ADMIN, {"section": "台账", **({"kind": LEDGERS[module].kind} if module in LEDGERS else {})}, keeps_period=False)


def lacking_notice(module: Module, may_load: bool) -> list[Callout | More]:
    """What stands in place of a module's page: nothing is counted before there is a record, and the way to the first one."""
    what = MODULE_NAMES[module] if module in LEDGERS else ALL_LEDGERS
    said = Callout(f"{what}还没有一条记录,不作统计。", f"{_whom(module, may_load)}有了记录,本页自动出现。")
    return [said, *([More("去装入 →", to_load(module))] if may_load else [])]


def _whom(module: Module, may_load: bool) -> str:
    return "" if may_load else f"请本县管理员装入{LEDGERS[module].name if module in LEDGERS else ALL_LEDGERS};"


def lacking_groups(contents: Contents, may_load: bool) -> list[ExceptionSection]:
    """The ledgers that are not there yet, among the things to act on; nothing where all are, nor where there is none at all."""
    if not contents.lacking or not contents.first:
        return []
    words = "去装入" if may_load else "请本县管理员装入"
    lines = tuple(Exceptional(LEDGERS[each].name, words, to_load(each)) for each in contents.lacking)
    return [ExceptionSection("尚未装入", f"{len(lines)} 项", lines, severity=Status.NONE)]


def quiet_words(due: float, praise: str, nothing: str = "没有应统计的") -> str:
    """What stands where nothing is amiss: praise only where something was ``due``."""
    return praise if due else nothing


# --- a new county ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """What a new county does: whether it is done, and the kind of ledger that does it."""

    name: str
    done: bool
    kind: str
    why: str


def first_steps(contents: Contents) -> list[Step]:
    """From nothing to the first record, in order. Households are asked for where the county has 三长."""
    first = next((module for module in SWITCHED if module in contents.running), Module.DUTY)
    steps = [
        Step("区划", "area" in contents.held, "area", "乡镇、村,有三长的到片组邻"),
        Step("人员任职", "person" in contents.held, "person", "谁在哪里任什么职,从哪一天起"),
        Step("户", "household" in contents.held, "household", "重点户和普通户,各在哪个邻"),
        Step("第一份台账", bool(contents.first), LEDGERS[first].kind, f"任何一份都行,如{LEDGERS[first].name}"),
    ]
    return [step for step in steps if step.kind != "household" or Module.CAPTAINS in contents.running]


STEP_COLUMNS = (
    Column("number", "步骤", tight=True),
    Column("name", "先做什么", small=("why",), strong=True),
    Column("why", "内容", screen=False),
    Column("how", "怎么做"),
    Column("verdict", "进度", Kind.VERDICT),
)


def first_steps_table(contents: Contents, may_load: bool) -> Table | None:
    """What a new county does first, ticked off as it is done; None where all of it is."""
    steps = first_steps(contents)
    if all(step.done for step in steps):
        return None
    rows = [
        {
            "number": str(number),
            "name": step.name,
            "why": chinese_marks(step.why),
            "how": "" if step.done else chinese_marks(_how(step, may_load)),
            "verdict": Verdict(Status.OK, "已有") if step.done else Verdict(Status.NONE, "待装入"),
        }
        for number, step in enumerate(steps, 1)
    ]
    return table(
        "新县起步",
        STEP_COLUMNS,
        rows,
        conclusion="按顺序装入,每一步有了记录自动打勾",
        links=tuple(Link(ADMIN, {"section": "台账", "kind": step.kind}, keeps_period=False) for step in steps),
        may_leave=False,
    )


def _how(step: Step, may_load: bool) -> str:
    if not may_load:
        return "请本县管理员在“管理 › 台账”装入"
    return f"点这一行,在“管理 › 台账”下载模板、填好、上传;或在服务器上 python -m ingest load {step.kind} 文件.xlsx"


def first_steps_title(contents: Contents) -> str:
    """新县起步:4 步中已完成 1 步,下一步装入人员任职."""
    steps = first_steps(contents)
    coming = next((step.name for step in steps if not step.done), "")
    return f"新县起步:{len(steps)} 步中已完成 {sum(step.done for step in steps)} 步" + (f",下一步装入{coming}" if coming else "")
