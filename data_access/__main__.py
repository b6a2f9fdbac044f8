"""The shared database from the command line.

::

    python -m data_access migrate                                    create or upgrade the tables, fill the calendar
    python -m data_access doctor                                     what is wrong with this installation; 1 where something is
    python -m data_access state                                      empty, demo or county
    python -m data_access account add zhangsan --name 张三 --role township --area 149981101
    python -m data_access account list
    python -m data_access account password|disable|enable|unlock zhangsan
    python -m data_access account role zhangsan --role leader --right may_export=no     grants; without options what was meant
    python -m data_access account sign-on zhangsan SUB               who he is for the county's single sign-on; '' for nobody
    python -m data_access demo-accounts                              only in a demo database
    python -m data_access own-ids 149981                             a county that will feed a city: its ids from its own range
    python -m data_access federate 149981 149982                     a city: its tables are its counties' (docs/scale.md)
    python -m data_access outlines FILE.geojson                      the townships' outlines for the map; without a file: none
    python -m data_access audit verify [--seen DIGEST]               whether the audit is whole; DIGEST: an end written down before
    python -m data_access retain [--apply]                           puts old audit entries into a file; the chain stays verifiable
    python -m data_access calendar load 2027.csv                     a year's 放假安排, as the notice has it (docs/operations.md)
    python -m data_access grants --runtime ROLE --writer ROLE        SQL that lets two roles run the board without owning it; --apply

A password is asked for twice; without a terminal it is one line of standard input. It is never an argument: arguments are seen by everyone
on the machine. Every change stands in the audit under the name of the system's user.
"""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError

from data_access import accounts
from data_access.accounts import DUTIES, PASSWORD_RULE, RIGHT_NAMES, RIGHTS, ROLE_NAMES, AccountError, Role
from data_access.attempts import attempts_now
from data_access.audit import Action, record, verified_chain
from data_access.board_tables import BoardAccount
from data_access.calendar import fill_calendar
from data_access.clock import beijing_now
from data_access.doctor import told
from data_access.engine import DATABASE_AWAY, engine, said, trouble
from data_access.federation import FederationError, federate, number_from_own_range
from data_access.grants import GrantError, grants
from data_access.holiday_notice import NoticeError, load_notice, read_notice
from data_access.migrate import upgrade
from data_access.outlines import OutlineError, keep_outlines, read_outlines
from data_access.retention import RetentionError, archived_links, old_rows, put_away
from data_access.scope import Scope
from data_access.tables import Area, Person, Petition, own_ids
from data_access.value_types import ForeignValues


def migrate() -> int:
    database = engine()
    upgrade(database)
    with database.begin() as connection:
        provisional = fill_calendar(connection, last_year=beijing_now().year + 1)
        present = set() if accounts.is_demo(connection) else set(accounts.accounts(Scope.operator(), connection)["role"])
    print(f"数据库已就绪:{database.url.render_as_string()}")
    absent = [f"{name}(--role {role})" for role, name in ROLE_NAMES.items() if role in DUTIES and role not in present]
    if present and absent:
        print(f"提示:还没有{'、'.join(absent)}。三员分立,各建一个:python -m data_access account add 账号名 --name 名称 --role …")
    for year in provisional:
        print(f"提示:{year} 年放假安排尚未公布,工作日暂按周一至周五计算;公布后照通知填一张表,运行 … calendar load 表.csv。")
    return 0


FIRST_ACCOUNT = (
    "还没有账号。先建第一个系统管理员:python -m data_access account add 账号名 --name 名称 --role administrator;"
    "再以 --role security、--role auditor 建安全管理员和审计员。建好后再启动"
)


# --- accounts -----------------------------------------------------------------------------------------------------


def _operator() -> str:
    try:
        return f"命令行:{getpass.getuser()}"
    except (OSError, KeyError):  # no name for this user id (a container)
        return "命令行"


def _new_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass(f"新密码({PASSWORD_RULE}):")
    fault = accounts.password_fault(password)
    if fault:
        raise AccountError(fault)
    if getpass.getpass("再输入一次:") != password:
        raise AccountError("两次输入不一致")
    return password


def _rights(given: Sequence[str]) -> dict[str, bool]:
    answers = {"yes": True, "no": False}
    rights: dict[str, bool] = {}
    for each in given:
        name, _, answer = each.partition("=")
        if name not in RIGHTS or answer not in answers:
            raise AccountError(f"--right 写作 名称=yes 或 名称=no,名称为 {'、'.join(RIGHTS)}")
        rights[name] = answers[answer]
    return rights


def _add(connection: Connection, options: argparse.Namespace) -> str:
    role, rights = Role(options.role), _rights(options.right)
    account = accounts.add_account(
        connection,
        options.username,
        options.name or "",
        role,
        _new_password(),
        now=beijing_now(),
        area=options.area or "",
        rights=rights,
        by=_operator(),
    )
    return f"已新增账号 {account.username}({ROLE_NAMES[role]})"


def _list(connection: Connection, _options: argparse.Namespace) -> str:
    table = accounts.accounts(Scope.operator(), connection)
    if table.empty:
        raise AccountError(FIRST_ACCOUNT)
    locks = attempts_now(Scope.operator(), connection, beijing_now())
    locked, lines = set(locks.loc[locks["is_locked"].astype(bool), "username"]), []
    for row in table.astype(object).where(table.notna(), None).itertuples():
        rights = "、".join(RIGHT_NAMES[name] for name in RIGHTS if getattr(row, name)) or "无"
        state = "停用" if row.disabled_at else "待授权" if row.granted_at is None else "锁定" if row.username in locked else "正常"
        role = ROLE_NAMES[Role(row.role)] if row.role in set(Role) else row.role
        lines.append("\t".join([row.username, row.display_name, role, row.area_prefix or "全部", state, rights]))
    return "\n".join(["账号\t名称\t角色\t范围\t状态\t权限", *lines])


def _password(connection: Connection, options: argparse.Namespace) -> str:
    account = accounts.set_password(connection, options.username, _new_password(), now=beijing_now(), by=_operator())
    return f"已更改 {account.username} 的密码,此前的登录全部失效"


def _role(connection: Connection, options: argparse.Namespace) -> str:
    account = accounts.set_role(
        connection,
        options.username,
        role=Role(options.role) if options.role else None,
        area=options.area,
        rights=_rights(options.right),
        now=beijing_now(),
        by=_operator(),
    )
    return f"{account.username}:{ROLE_NAMES[account.role]},下一次点击即生效"


def _sign_on(connection: Connection, options: argparse.Namespace) -> str:
    account = accounts.set_sign_on(connection, options.username, options.subject, now=beijing_now(), by=_operator())
    return f"已{'设定' if options.subject.strip() else '清除'} {account.username} 的统一登录标识"


def _simple(change: Callable[..., object], said: str) -> Callable[[Connection, argparse.Namespace], str]:
    def run(connection: Connection, options: argparse.Namespace) -> str:
        change(connection, options.username, now=beijing_now(), by=_operator())
        return f"{said} {options.username}"

    return run


def _state(connection: Connection, _options: argparse.Namespace) -> str:
    if accounts.is_demo(connection):
        return "demo"
    firsts = [connection.scalar(select(key).limit(1)) for key in (BoardAccount.username, Area.code, Person.id, Petition.id)]
    return "empty" if all(first is None for first in firsts) else "county"


def _demo_accounts(connection: Connection, _options: argparse.Namespace) -> str:
    added = accounts.add_demo_accounts(connection, now=beijing_now())
    names = " ".join(f"{name}({title})" for name, title, _role in accounts.DEMO_ACCOUNTS)
    return f"演示账号{'已建好' if added else '已在'}:{names}\n密码均为 {accounts.DEMO_PASSWORD}"


def _own_ids(connection: Connection, options: argparse.Namespace) -> str:
    number_from_own_range(connection, options.county)
    own = own_ids(options.county)
    return f"新行的编号取自本县号段:{own[0]} 至 {own[-1]}"


def _outlines(connection: Connection, options: argparse.Namespace) -> str:
    if options.file is None:
        keep_outlines(connection, {})
        return "已清除乡镇边界,地图按方格画"
    rows = connection.execute(
        select(Area.code, Area.name).where(Area.level == "township", Area.ranked.is_not(False), Area.valid_to.is_(None))
    )
    townships = {str(code): str(name) for code, name in rows}
    try:
        found = read_outlines(options.file.read_bytes(), townships)
    except OSError as problem:
        raise OutlineError(f"读不了文件 {options.file}:{problem.strerror}") from None
    keep_outlines(connection, found)
    absent = [name for code, name in townships.items() if code not in found]
    return f"已装入 {len(found)} 个乡镇的边界" + (f";还缺 {'、'.join(absent)},补齐以前地图按方格画" if absent else "")


def _federate(connection: Connection, options: argparse.Namespace) -> str:
    federate(connection, options.counties)
    return f"已并入:{'、'.join(options.counties)}"


def _verify(connection: Connection, options: argparse.Namespace) -> str:
    chain = verified_chain(connection, options.seen, archived_links(options.archive) if options.archive else None)
    if chain.broken is not None:
        at = f"第 {chain.broken.id} 号({chain.broken.at:%Y-%m-%d %H:%M:%S} {chain.broken.username})"
        raise AuditBroken(f"审计链断在{at}:这一条或它之前的一条被改动、删去或插入;此前 {chain.rows} 条完好")
    if not chain.begins:
        raise AuditBroken("审计链开头的条目被删去:没有哪一条归档记录说明过它们")
    if not chain.seen:
        raise AuditBroken(f"记下的链尾 {options.seen} 不在审计里:记下之后有条目被删去或整链被重写;现有 {chain.rows} 条前后相连")
    return f"审计完好:{chain.rows} 条前后相连,链尾 {chain.end or '(空)'}。请另行记下链尾,下次用 --seen 核对。"


def _calendar(connection: Connection, options: argparse.Namespace) -> str:
    now, said = beijing_now(), read_notice(options.file)
    changed = load_notice(connection, said, now.date(), past=options.past)
    words = f"{said.year} 年放假安排:放假 {said.off} 天,调休上班 {len(said.days) - said.off} 天"
    record(connection, _operator(), Action.IMPORT, now, f"{words}({options.file.name})")
    return f"已装入 {words};比原来的日历改了 {changed} 天。开着的页面随即照新日历计算。"


def _retain(connection: Connection, options: argparse.Namespace) -> str:
    now = beijing_now()
    if not options.apply:
        old = old_rows(connection, now, options.audit_months, options.import_months)
        return f"可归档审计 {old.audit} 条,可清除退回的台账行 {old.refused} 条、撤销用的底账 {old.changes} 条。加 --apply 执行(先备份)。"
    old, path = put_away(connection, now, options.audit_months, options.import_months, options.to, _operator())
    told = f"审计 {old.audit} 条已归档到 {path},请与备份一起保存。" if path else "没有可归档的审计。"
    return f"{told}清除退回的台账行 {old.refused} 条、撤销用的底账 {old.changes} 条。"


class AuditBroken(ValueError):
    """The audit is not whole; the text (Chinese) says where."""


def _grants(connection: Connection, options: argparse.Namespace) -> str:
    statements = grants(connection, options.runtime, options.writer)
    if not options.apply:
        return "\n".join(f"{statement};" for statement in statements)
    for statement in statements:
        connection.execute(text(statement))
    return f"已授权:运行角色 {options.runtime},写入角色 {options.writer}({len(statements)} 条)"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m data_access", description="共享数据库的维护命令")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("migrate", help="建立或升级数据表,填充工作日历")
    commands.add_parser("doctor", help="自检:哪里不对、怎么办")
    commands.add_parser("state", help="数据库的状态:empty(空)、demo(演示县)或 county(真实数据)").set_defaults(run=_state)
    commands.add_parser("demo-accounts", help="在演示库里建好演示账号").set_defaults(run=_demo_accounts)
    own = commands.add_parser("own-ids", help="县库从本县号段编号,以便将来并入市级")
    own.add_argument("county", help="六位县级代码")
    own.set_defaults(run=_own_ids)
    city = commands.add_parser("federate", help="市级库建立在各县库之上(PostgreSQL)")
    city.add_argument("counties", nargs="+", metavar="county", help="六位县级代码")
    city.set_defaults(run=_federate)
    map_of = commands.add_parser("outlines", help="地图用的乡镇边界(GeoJSON);不给文件为清除")
    map_of.add_argument("file", nargs="?", type=Path, help="FeatureCollection,每个乡镇一项,properties 里写乡镇代码")
    map_of.set_defaults(run=_outlines)
    audit = commands.add_parser("audit", help="审计").add_subparsers(dest="subcommand", required=True)
    verify = audit.add_parser("verify", help="核对审计链:第一条对不上的是哪一条")
    verify.add_argument("--archive", type=Path, action="append", help="连同归档一起核对,可写多次,按时间先后")
    verify.add_argument("--seen", default="", help="以前记下的链尾,核对它还在链上")
    verify.set_defaults(run=_verify)
    calendar = commands.add_parser("calendar", help="工作日历").add_subparsers(dest="subcommand", required=True)
    load = calendar.add_parser("load", help="装入一年的放假安排(CSV:节日,安排,开始日期,结束日期)")
    load.add_argument("file", type=Path)
    load.add_argument("--past", action="store_true", help="更正已经过去的日子")
    load.set_defaults(run=_calendar)
    retain = commands.add_parser("retain", help="归档旧审计(链照样可核对),清除旧台账里退回的行;由数据表的所有者执行")
    retain.add_argument("--audit-months", type=int, default=12, help="审计保留几个月,至少 6,缺省 12")
    retain.add_argument("--import-months", type=int, default=12, help="退回的行和撤销用的底账保留几个月,缺省 12")
    retain.add_argument("--to", type=Path, default=Path("var/archive"), help="归档目录,缺省 var/archive")
    retain.add_argument("--apply", action="store_true", help="执行;不加只数一数")
    retain.set_defaults(run=_retain)
    roles = commands.add_parser("grants", help="给运行角色和写入角色的授权语句(PostgreSQL)")
    roles.add_argument("--runtime", required=True, help="看板服务器和台账用的角色")
    roles.add_argument("--writer", required=True, help="其他系统写入业务表用的角色")
    roles.add_argument("--apply", action="store_true", help="立即执行;不加只列出")
    roles.set_defaults(run=_grants)
    account = commands.add_parser("account", help="维护账号").add_subparsers(dest="subcommand", required=True)

    def named(name: str, words: str, run: Callable[[Connection, argparse.Namespace], str]) -> argparse.ArgumentParser:
        one = account.add_parser(name, help=words)
        one.add_argument("username", help="账号名")
        one.set_defaults(run=run)
        return one

    kinds = {"choices": [role.value for role in Role], "help": ",".join(f"{role.value} {title}" for role, title in ROLE_NAMES.items())}
    account.add_parser("list", help="列出账号").set_defaults(run=_list)
    add = named("add", "新增账号", _add)
    add.add_argument("--name", help="显示名称")
    change = named("role", "授予角色、地区范围或单项权限;不写则照已填的授权", _role)
    named("sign-on", "设统一登录标识", _sign_on).add_argument("subject", help="统一登录里这个人的标识(sub),空文本为清除")
    for one, required in ((add, True), (change, False)):
        one.add_argument("--role", required=required, **kinds)  # type: ignore[arg-type]
        one.add_argument("--area", help="地区代码;不写为全部" if required else "地区代码,空文本为全部")
        one.add_argument("--right", action="append", default=[], metavar="名称=yes|no", help="单项权限:" + "、".join(RIGHTS))
    named("password", "更改密码", _password)
    named("disable", "停用", _simple(accounts.disable, "已停用"))
    named("enable", "启用", _simple(accounts.enable, "已启用"))
    named("unlock", "解除锁定", _simple(accounts.unlock, "已解锁"))
    return parser


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        if options.command == "migrate":
            return migrate()
        if options.command == "doctor":
            return told(beijing_now())
        with engine().begin() as connection:
            print(options.run(connection, options))
    except NoticeError as error:
        print("没有做成:\n" + "\n".join(f"  {fault}" for fault in error.faults), file=sys.stderr)
        return 1
    except (AccountError, AuditBroken, FederationError, ForeignValues, GrantError, OutlineError, RetentionError) as error:
        print(f"没有做成:{error}", file=sys.stderr)
        return 1
    except DATABASE_AWAY as error:
        print(f"没有做成:{trouble(error)}。", file=sys.stderr)
        return 2
    except DBAPIError as error:
        print(f"没有做成:{trouble(error) or f'数据库出错,{said(error)}'}。", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
