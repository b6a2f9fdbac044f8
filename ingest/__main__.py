"""``python -m ingest``: fill a demo database, keep it moving, take in ledgers. One function per subcommand."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path

from data_access.clock import beijing_now
from data_access.engine import engine

EARLIEST = date(2024, 7, 1)
"""The calendar begins with 2023, and the demo county needs 18 months of it."""
MOST_COUNTIES = 200


def _add_demo(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("demo", help="把虚构的演示县装入空数据库")
    command.add_argument("--scale", type=int, default=1, help="县的个数,默认 1")
    command.add_argument("--seed", type=int, default=1, help="随机种子:同一种子同一截至日得到同样的数据")
    command.add_argument("--until", type=date.fromisoformat, default=None, help="数据截至日 YYYY-MM-DD,默认今天(北京时间)")
    command.set_defaults(run=demo)


def demo(options: argparse.Namespace) -> int:
    from ingest.demo.county import NotEmpty, fill

    now = beijing_now()
    until = options.until or now.date()
    if until > now.date():
        print("截至日不能晚于今天。", file=sys.stderr)
        return 2
    if until < EARLIEST:
        print(f"截至日不能早于 {EARLIEST}(工作日历从 2023 年起)。", file=sys.stderr)
        return 2
    if not 1 <= options.scale <= MOST_COUNTIES:
        print(f"--scale 应为 1–{MOST_COUNTIES}。", file=sys.stderr)
        return 2
    try:
        fill(engine(), seed=options.seed, until=until, moment=now, scale=options.scale)
    except NotEmpty as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


def _add_live(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("live", help="向演示库持续写入模拟事件,按 Ctrl-C 停止")
    command.add_argument("--rate", type=float, default=30, help="每分钟事件数,默认 30")
    command.add_argument("--seconds", type=float, default=None, help="运行多少秒后停止,默认一直运行")
    command.set_defaults(run=live)


def live(options: argparse.Namespace) -> int:
    from ingest.live import NotDemo
    from ingest.live import live as keep_moving

    if options.rate <= 0:
        print("--rate 应大于 0。", file=sys.stderr)
        return 2
    try:
        keep_moving(engine(), options.rate, options.seconds)
    except NotDemo as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("已停止。")
    return 0


def _add_template(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("template", help="写出一种台账的 Excel 模板")
    command.add_argument("kind", help="台账种类,如 night_stay 或 住夜")
    command.add_argument("--out", type=Path, default=None, help="写到哪里,默认当前目录")
    command.set_defaults(run=template)


def template(options: argparse.Namespace) -> int:
    from ingest.ledgers import command

    return command.template(options.kind, options.out)


def _ledger_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("kind", help="台账种类,如 night_stay 或 住夜")
    command.add_argument("file", help="表格文件:.xlsx、.xls、.et、.xlsb、.ods、.csv 或网页表格")
    command.add_argument("--year", type=int, default=None, help="“10月8日”这类日期的年份,默认看标题里的 20xx年")
    command.add_argument("--area", default="", help="只收这个区划代码之下的行")
    command.add_argument("--mapping", default=None, help="列名和用词的对应表(TOML);装入时按列名记住,以后不用再给")
    command.add_argument("--refused", default=None, help="退回的行写到哪个 .xlsx")
    command.add_argument("--json", action="store_true", help="结果写成一行 JSON")
    command.add_argument("--by", default=None, help="记在日志里的装入人")
    command.add_argument("--name", default=None, help="记在日志里的文件名")


def _add_check(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("check", help="检查一本台账,不写数据库")
    _ledger_options(command)
    command.set_defaults(run=check)


def check(options: argparse.Namespace) -> int:
    from ingest.ledgers import command

    return command.guarded(lambda: command.check(command.task(options, beijing_now())), options.json)


def _add_load(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("load", help="装入一本台账:合格的行写入,不合格的原样退回")
    _ledger_options(command)
    command.add_argument("--dry-run", action="store_true", help="全部做一遍再撤回,不留下任何改动")
    command.set_defaults(run=load)


def load(options: argparse.Namespace) -> int:
    from ingest.ledgers import command

    return command.guarded(lambda: command.load_file(command.task(options, beijing_now())), options.json)


def _add_correct(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("correct", help="更正已装入的错行:逐项列出旧值和新值,加 --yes 才写入")
    _ledger_options(command)
    command.add_argument("--yes", action="store_true", help="写入更正;不加只列出")
    command.add_argument("--why", default="", help="更正的原因,与新旧值一起记入审计")
    command.add_argument("--masked", action="store_true", help="列出时不显示原有的姓名等个人内容")
    command.set_defaults(run=correct)


def correct(options: argparse.Namespace) -> int:
    from ingest.ledgers import command

    asked = (options.why, options.yes, options.masked)
    return command.guarded(lambda: command.correct(command.task(options, beijing_now()), *asked), options.json)


def _add_feed(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("feed", help="装入目录里的台账文件,供定时任务用:装好的移到 done,有问题的移到 failed,要先回答的移到 asked")
    command.add_argument("folder", type=Path, help="目录")
    command.add_argument("--area", default="", help="只收这个区划代码之下的行")
    command.add_argument("--by", default=None, help="记在日志里的装入人")
    command.add_argument("--quiet", type=float, default=30, help="文件放好多少秒之后才装入,默认 30")
    command.set_defaults(run=feed)


def feed(options: argparse.Namespace) -> int:
    from ingest.ledgers import command

    asked = (options.folder, options.area, options.by, options.quiet, beijing_now())
    return command.guarded(lambda: command.feed(*asked), False)


def _add_undo(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("undo", help="撤销一次装入:新增的删去,改动的恢复原值,加 --yes 才写入")
    command.add_argument("import_id", type=int, help="装入编号")
    command.add_argument("--yes", action="store_true", help="写入;不加只说明会怎样")
    command.add_argument("--why", default="", help="撤销的原因,记入审计")
    command.add_argument("--by", default=None, help="记在日志里的撤销人")
    command.add_argument("--area", default="", help="只撤销为这个区划代码之下装入的")
    command.add_argument("--json", action="store_true", help="结果写成一行 JSON")
    command.set_defaults(run=undo)


def undo(options: argparse.Namespace) -> int:
    from ingest.ledgers import command

    asked = (options.import_id, options.why, options.yes, options.by, beijing_now(), options.json, options.area)
    return command.guarded(lambda: command.undo(*asked), options.json)


def _add_choose(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("choose", help="同名的人:选定某单位台账里的这个姓名指哪一位,以后照此")
    command.add_argument("name", help="姓名")
    command.add_argument("unit", help="单位的名称或代码")
    command.add_argument("person_id", type=int, help="人员编号")
    command.add_argument("--by", default=None, help="记在日志里的选定人")
    command.add_argument("--area", default="", help="只为这个区划代码之下的单位选定")
    command.set_defaults(run=choose)


def choose(options: argparse.Namespace) -> int:
    from ingest.ledgers import command

    asked = (options.name, options.unit, options.person_id, options.by, beijing_now(), options.area)
    return command.guarded(lambda: command.choose(*asked), False)


def _add_refused(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("refused", help="把某次装入退回的行写成 Excel")
    command.add_argument("import_id", type=int, help="装入编号")
    command.add_argument("--out", type=Path, required=True, help="写到哪个 .xlsx")
    command.set_defaults(run=refused)


def refused(options: argparse.Namespace) -> int:
    from ingest.ledgers import command

    return command.guarded(lambda: command.refused(options.import_id, options.out), False)


_OF_AREA = "只用于这个区划的台账(代码),默认全县"


def _add_for_area(command: argparse.ArgumentParser) -> None:
    command.add_argument("--by", default=None, help="记在审计里的人")
    command.add_argument("--area", default="", help=_OF_AREA)
    command.add_argument("--for", dest="unit_of_file", default="", help="手头文件的区划:它已另有记住的,就改那一份")


def _add_mapping(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("mapping", help="列名和用词的对应表(TOML):写出初稿、列出、显示、记住、删去")
    acts = command.add_subparsers(dest="act", required=True)
    act = acts.add_parser("draft", help="按一个文件的列名写出对应表的初稿")
    act.add_argument("kind", help="台账种类,如 petition 或 诉求")
    act.add_argument("file", type=Path, help="表格文件")
    act.add_argument("--out", type=Path, default=None, help="写到哪个 .toml,默认屏幕")
    acts.add_parser("list", help="列出记住的和自带的").add_argument("--json", action="store_true", help="写成一行 JSON")
    act = acts.add_parser("show", help="一份对应表的 TOML")
    act.add_argument("which", help="列出的编号(可只写开头),或自带的名称")
    act.add_argument("--out", type=Path, default=None, help="写到哪个 .toml,默认屏幕")
    act.add_argument("--area", default="", help=_OF_AREA)
    act = acts.add_parser("keep", help="记住一份对应表;同样列名的换成这份")
    act.add_argument("file", type=Path, help=".toml 文件")
    _add_for_area(act)
    act = acts.add_parser("forget", help="删去一份记住的对应表")
    act.add_argument("which", help="列出的编号(可只写开头)")
    act.add_argument("--by", default=None, help="记在审计里的人")
    act.add_argument("--area", default="", help=_OF_AREA)
    command.set_defaults(run=mapping)


def mapping(options: argparse.Namespace) -> int:
    from ingest.ledgers import command, remembered

    now = beijing_now()
    runs = {
        "draft": lambda: remembered.draft(options.kind, options.file, options.out, now),
        "list": lambda: remembered.list_mappings(options.json),
        "show": lambda: remembered.show(options.which, options.out, options.area),
        "keep": lambda: remembered.keep(options.file, options.by or command.operator(), now, options.area, options.unit_of_file),
        "forget": lambda: remembered.forget(options.which, options.by or command.operator(), now, options.area),
    }
    return command.guarded(runs[options.act], False)


def _add_alias(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("alias", help="台账里的一个单位名(旧名、简称)指哪个单位或部门,以后照此")
    command.add_argument("name", help="台账里写的")
    command.add_argument("unit", nargs="?", default=None, help="单位或部门的名称、代码;不写则删去")
    _add_for_area(command)
    command.set_defaults(run=alias)


def alias(options: argparse.Namespace) -> int:
    from ingest.ledgers import command, remembered

    asked = (options.name, options.unit, options.by or command.operator(), beijing_now(), options.area, options.unit_of_file)
    return command.guarded(lambda: remembered.alias(*asked), False)


SUBCOMMANDS = (
    _add_demo,
    _add_live,
    _add_template,
    _add_check,
    _add_load,
    _add_feed,
    _add_correct,
    _add_undo,
    _add_choose,
    _add_refused,
    _add_mapping,
    _add_alias,
)
"""Each adds one subcommand and names the function that runs it."""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m ingest", description="向共享数据库装入数据")
    commands = parser.add_subparsers(dest="command", required=True)
    for add in SUBCOMMANDS:
        add(commands)
    options = parser.parse_args(arguments)
    return int(options.run(options))


if __name__ == "__main__":
    sys.exit(main())
