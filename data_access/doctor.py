"""``python -m data_access doctor``: what is wrong with an installation, and what to do about it.

Each check is a function that yields findings; one that cannot look because something before it is missing says nothing.
Nothing is changed. A 故障 keeps the board from working, or data from coming back; a 提醒 should be looked at some day.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select, text

from data_access import accounts, sealed
from data_access.board_tables import BoardAudit, BoardNoticeChannel
from data_access.calendar import provisional_years
from data_access.engine import DATABASE_AWAY, DBAPIError, database_url, engine, said, trouble
from data_access.grants import RUNTIME
from data_access.revisions import at_head, is_made
from data_access.scope import Scope
from data_access.settings import FILE, ROOT
from data_access.tables import CalendarDay

LOCK = ROOT / "requirements.lock"
SECRETS = ROOT / ".streamlit" / "secrets.toml"
BACKUPS = Path("var/backup")
OLDEST_PYTHON = (3, 11)
LEAST_BYTES, FEW_BYTES = 1_000_000_000, 5_000_000_000
BACKUP_DAYS, LONGEST_BACKUP_DAYS = 2, 7
CLOCKS_APART = timedelta(minutes=1)
NOTICE_MONTH = 11
"""In November the State Council says next year's 放假安排."""
SHORTEST_KEY = 32
FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO
ANSWER_SECONDS = 3.0
FONT_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.fonts",
    "~/.local/share/fonts",
    "C:/Windows/Fonts",
    "/System/Library/Fonts",
)
_GRANT = "以所有者运行 python -m data_access grants --runtime {} --writer … --apply"
CHINESE_FONT = re.compile(
    r"cjk|sourcehan|hansans|hanserif|wqy|simsun|simhei|msyh|uming|ukai|pingfang|fangsong|fangzheng|^fz|kylin|droidsansfallback", re.I
)


class Level(StrEnum):
    WELL = "正常"
    REMARK = "提醒"
    FAULT = "故障"


@dataclass(frozen=True)
class Finding:
    """``what`` is the thing looked at, ``found`` how it is, ``do`` what to do about it."""

    level: Level
    what: str
    found: str
    do: str = ""

    def __str__(self) -> str:
        return f"[{self.level}] {self.what}:{self.found}" + (f"\n       怎么办:{self.do}" if self.do else "")


Findings = Iterator[Finding]


# --- the program ----------------------------------------------------------------------------------------------------


def python() -> Findings:
    mine = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < OLDEST_PYTHON:
        yield Finding(Level.FAULT, "Python", f"{mine} 太旧", "装 Python 3.11 或更新的,重新安装看板")
    else:
        yield Finding(Level.WELL, "Python", mine)


def packages() -> Findings:
    """Against ``requirements.lock``: what is missing is a fault, another version a remark."""
    missing, other, count = [], [], 0
    try:
        wanted = dict(_locked())
    except (OSError, ImportError) as problem:
        yield Finding(Level.FAULT, "软件包", f"不能与 requirements.lock 核对({problem})", "重新安装看板")
        return
    for name, locked in wanted.items():
        count += 1
        try:
            mine = version(name)
        except PackageNotFoundError:
            missing.append(name)
            continue
        if mine != locked:
            other.append(f"{name} {mine}(应为 {locked})")
    again = "重新运行安装(离线:install.sh;联网:make install)"
    if missing:
        yield Finding(Level.FAULT, "软件包", f"缺少 {'、'.join(missing)}", again)
    if other:
        yield Finding(Level.REMARK, "软件包", f"与锁定的版本不同:{'、'.join(other)}", again)
    if not missing and not other:
        yield Finding(Level.WELL, "软件包", f"{count} 个,与 requirements.lock 一致")


def _locked() -> Iterator[tuple[str, str]]:
    from packaging.requirements import Requirement  # noqa: PLC0415 (a package too: it may be missing)

    for line in re.findall(r"^[\w.-]+(?:\[[^\]]*\])?==[^\\\n]+", LOCK.read_text(encoding="utf-8"), re.MULTILINE):
        asked = Requirement(line.strip())
        if asked.marker is None or asked.marker.evaluate():
            yield asked.name, next(iter(asked.specifier)).version


def fonts() -> Findings:
    """Pictures and files are drawn with the server's own fonts."""
    for folder in map(Path.expanduser, map(Path, FONT_FOLDERS)):
        for file in folder.rglob("*.[to]t[fc]") if folder.is_dir() else ():
            if CHINESE_FONT.search(file.name):
                yield Finding(Level.WELL, "中文字体", file.name)
                return
    yield Finding(
        Level.REMARK,
        "中文字体",
        "没有找到,图片和会议材料里的汉字会是空白",
        "装一种中文字体,如 fonts-noto-cjk 或 google-noto-sans-cjk-fonts",
    )


# --- the database ---------------------------------------------------------------------------------------------------


def database(now: datetime) -> Findings:
    """All that is asked of the database, over one connection."""
    address = database_url().render_as_string()
    try:
        with engine().connect() as connection:
            made = is_made(connection)
            yield Finding(Level.WELL, "数据库", f"连得上({address})")
            if not made:
                yield Finding(Level.FAULT, "数据表", "尚未建库", "运行 python -m data_access migrate")
                return
            if not at_head(connection):
                yield Finding(Level.FAULT, "数据表", "不是这个程序的版本", "先备份,再运行 python -m data_access migrate")
                return
            yield Finding(Level.WELL, "数据表", "与程序一致")
            for check in (rights, calendar, administrators, channels, clock):
                yield from check(connection, now)
    except (DBAPIError, *DATABASE_AWAY) as problem:
        words = trouble(problem) or (said(problem) if isinstance(problem, DBAPIError) else "没有应答")
        away = "看数据库服务是否启动,DATABASE_URL(环境变量或 board.env)是否正确"
        yield Finding(Level.FAULT, "数据库", f"{words}({address})", _GRANT.format("角色名") if "权限" in words else away)


def rights(connection: Connection, _now: datetime) -> Findings:
    if connection.dialect.name == "sqlite":
        yield from _rights_of_file(Path(database_url().database or ""))
        return
    role = str(connection.scalar(text("SELECT current_user")))
    owner = connection.scalar(text("SELECT tableowner FROM pg_tables WHERE tablename = :audit"), {"audit": BoardAudit.__tablename__})
    lacking = [
        f"{table} {right}"
        for table, wanted in RUNTIME.items()
        for right in wanted.split(", ")
        if not connection.scalar(text("SELECT has_table_privilege(:table, :right)"), {"table": table, "right": right})
    ]
    if lacking:
        told = "、".join(lacking[:5]) + (f" 等 {len(lacking)} 项" if len(lacking) > 5 else "")  # noqa: PLR2004
        yield Finding(
            Level.FAULT,
            "数据库权限",
            f"角色 {role} 缺少 {told}",
            _GRANT.format(role),
        )
    elif role == owner or connection.scalar(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")):
        yield Finding(
            Level.REMARK,
            "数据库权限",
            f"角色 {role} 拥有数据表,能拿掉审计的保护;所有者只用来升级,服务器用运行角色",
            "见 docs/operations.md 的 Roles on PostgreSQL",
        )
    else:
        yield Finding(Level.WELL, "数据库权限", f"运行角色 {role}")


def _rights_of_file(file: Path) -> Findings:
    if not os.access(file, os.W_OK) or not os.access(file.parent, os.W_OK):
        yield Finding(Level.FAULT, "数据库权限", f"{file} 或它的目录不可写", "以运行看板的系统用户执行,或把目录的所有者改为该用户")
    elif os.name != "nt" and file.stat().st_mode & FOR_OTHERS:
        yield Finding(Level.REMARK, "数据库权限", f"{file} 别的用户也能读写", f"chmod 600 {file}")
    else:
        yield Finding(Level.WELL, "数据库权限", "库文件只有运行看板的用户能读写")


def calendar(connection: Connection, now: datetime) -> Findings:
    guessed = set(provisional_years(connection))
    load = "照国务院办公厅通知填一张表,运行 python -m data_access calendar load 表.csv"
    for year in (now.year, now.year + 1):
        days = connection.scalar(
            select(func.count())
            .select_from(CalendarDay)
            .where(CalendarDay.day.between(datetime(year, 1, 1).date(), datetime(year, 12, 31).date()))
        )
        if (days or 0) < 365:  # noqa: PLR2004 (a year)
            yield Finding(Level.FAULT, "工作日历", f"{year} 年只有 {days} 天", "运行 python -m data_access migrate")
        elif year not in guessed:
            yield Finding(Level.WELL, "工作日历", f"{year} 年已按放假安排")
        elif year == now.year:
            yield Finding(Level.FAULT, "工作日历", f"{year} 年的放假安排还没有装入,工作日算得不准", load)
        elif now.month >= NOTICE_MONTH:
            yield Finding(Level.REMARK, "工作日历", f"{year} 年的放假安排还没有装入,暂按周一至周五", load)
        else:
            yield Finding(Level.WELL, "工作日历", f"{year} 年暂按周一至周五,通知一般在 11 月公布")


def administrators(connection: Connection, _now: datetime) -> Findings:
    if accounts.is_demo(connection):
        yield Finding(Level.REMARK, "账号", "这是演示库,账号和密码是公开的", "正式使用另建一个库:改 DATABASE_URL,运行 migrate")
        return
    present = accounts.accounts(Scope.operator(), connection)
    roles = set(present.loc[present["disabled_at"].isna(), "role"])
    absent = [name for role, name in accounts.ROLE_NAMES.items() if role in accounts.DUTIES and role not in roles]
    public = sorted(set(present["username"]) & {name for name, _, _ in accounts.DEMO_ACCOUNTS})
    if absent:
        yield Finding(
            Level.FAULT if present.empty else Level.REMARK,
            "账号",
            f"还没有{'、'.join(absent)}",
            "python -m data_access account add 账号名 --name 名称 --role administrator(安全管理员 security,审计员 auditor)",
        )
    if public:
        yield Finding(Level.REMARK, "账号", f"{'、'.join(public)} 与演示账号同名", "确认密码不是演示密码")
    if not absent and not public:
        yield Finding(Level.WELL, "账号", "三员齐备")


def channels(connection: Connection, _now: datetime) -> Findings:
    """Whether what opens the channels of notices is sealed, and by a key that is here."""
    columns = (BoardNoticeChannel.name, BoardNoticeChannel.address)
    kept = connection.execute(select(*columns).where(BoardNoticeChannel.removed_at.is_(None))).all()
    clear = [name for name, address in kept if not sealed.is_sealed(address)]
    for _, address in kept:
        try:
            sealed.unsealed(address)
        except accounts.AccountError as problem:
            told, _, todo = str(problem).partition(",")
            yield Finding(Level.FAULT, "推送通道", told, todo)
            return
    if clear:
        yield Finding(Level.REMARK, "推送通道", f"{len(clear)} 个通道的地址还没有加密", "用新程序启动服务,一分钟内自动加密")
    elif kept:
        yield Finding(Level.WELL, "推送通道", f"{len(kept)} 个,地址已加密,密钥可用")


def clock(connection: Connection, now: datetime) -> Findings:
    last = connection.scalar(select(func.max(BoardAudit.at)))
    if last is not None and last - now > CLOCKS_APART:
        yield Finding(
            Level.FAULT,
            "时钟",
            f"现在是 {now:%Y-%m-%d %H:%M},审计里却有 {last:%Y-%m-%d %H:%M} 的记录",
            "校准本机时间,接入单位的授时服务器(chrony)",
        )
        return
    if connection.dialect.name == "postgresql":
        theirs = connection.scalar(text("SELECT CAST(CURRENT_TIMESTAMP AT TIME ZONE 'Asia/Shanghai' AS timestamp(0))"))
        if theirs is not None and abs(theirs - now) > CLOCKS_APART:
            yield Finding(
                Level.FAULT, "时钟", f"本机 {now:%H:%M:%S},数据库服务器 {theirs:%H:%M:%S}", "两台机器都接入单位的授时服务器(chrony)"
            )
            return
    if _synchronised() is False:
        yield Finding(
            Level.REMARK, "时钟", f"北京时间 {now:%Y-%m-%d %H:%M};本机没有对时", "接入单位的授时服务器(chrony 或 systemd-timesyncd)"
        )
    else:
        yield Finding(Level.WELL, "时钟", f"北京时间 {now:%Y-%m-%d %H:%M}")


def _synchronised() -> bool | None:
    """What systemd says of it; None where nobody can say."""
    if not shutil.which("timedatectl"):
        return None
    try:
        done = subprocess.run(
            ["timedatectl", "show", "--property=NTPSynchronized"],  # noqa: S607 (wherever the system has it)
            capture_output=True,
            text=True,
            check=False,
            timeout=ANSWER_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return None
    return {"NTPSynchronized=yes": True, "NTPSynchronized=no": False}.get(done.stdout.strip())


# --- around it ------------------------------------------------------------------------------------------------------


def disk() -> Findings:
    url = database_url()
    folders = [Path(url.database).parent] if url.get_backend_name() == "sqlite" and url.database else [ROOT]
    folders.append(BACKUPS)
    seen = set()
    for folder in folders:
        there = next((each for each in (folder.absolute(), *folder.absolute().parents) if each.exists()), ROOT)
        if there.stat().st_dev in seen:
            continue
        seen.add(there.stat().st_dev)
        free = shutil.disk_usage(there).free
        told = f"{there} 还有 {free / 1e9:.1f} GB"
        if free < LEAST_BYTES:
            yield Finding(Level.FAULT, "磁盘", told, "清理磁盘或扩容;磁盘满后什么都写不进去")
        elif free < FEW_BYTES:
            yield Finding(Level.REMARK, "磁盘", told, "清理旧备份,或扩容")
        else:
            yield Finding(Level.WELL, "磁盘", told)


def secrets() -> Findings:
    found = False
    for file in (SECRETS, FILE, sealed.FILE):
        if os.name != "nt" and file.exists() and file.stat().st_mode & FOR_OTHERS:
            found = True
            yield Finding(Level.REMARK, "密钥", f"{file} 里有密码,别的用户也能读", f"chmod 600 {file}")
    key = os.environ.get("BOARD_COOKIE_KEY")
    if key is not None and len(key) < SHORTEST_KEY:
        found = True
        yield Finding(
            Level.FAULT,
            "密钥",
            f"BOARD_COOKIE_KEY 只有 {len(key)} 位,登录凭证可能被伪造",
            "去掉这项设置(自动生成),或换成 32 位以上的随机文本",
        )
    if not found:
        yield Finding(Level.WELL, "密钥", "只有本用户能读")


def backups(now: datetime) -> Findings:
    copies = [path for pattern in ("board-*.db", "board-*.dump") for path in BACKUPS.glob(pattern)]
    daily = "每天运行 python -m reports backup(deploy/systemd 里有定时器),并复制到另一台机器"
    if not copies:
        yield Finding(Level.REMARK, "备份", f"{BACKUPS} 里没有备份", daily)
        return
    newest = max(copies, key=lambda path: path.stat().st_mtime)
    days = (now - datetime.fromtimestamp(newest.stat().st_mtime, ZoneInfo("Asia/Shanghai")).replace(tzinfo=None)) / timedelta(days=1)
    told = f"最近一份 {newest.name},{max(0, int(days))} 天前"
    level = Level.FAULT if days > LONGEST_BACKUP_DAYS else Level.REMARK if days > BACKUP_DAYS else Level.WELL
    yield Finding(level, "备份", told, "" if level is Level.WELL else daily)


def server() -> Findings:
    """Asks the one that runs on this machine, with its worker."""
    address = f"http://127.0.0.1:{os.environ.get('PORT', '8501')}/readyz"
    try:
        with urllib.request.urlopen(address, timeout=ANSWER_SECONDS) as answer:
            failing = json.load(answer)["failing"]
    except urllib.error.HTTPError as problem:
        failing = _failing(problem.read())
    except (OSError, ValueError, KeyError):
        yield Finding(Level.REMARK, "服务", f"{address} 没有应答", "没有启动的,启动服务;换了端口的:PORT=端口 python -m data_access doctor")
        return
    if failing:
        names = {"database": "数据库", "migrations": "数据表版本", "worker": "后台计算"}
        yield Finding(
            Level.FAULT, "服务", f"没有就绪:{'、'.join(names.get(each, each) for each in failing)}", "看服务日志(journalctl -u board)"
        )
    else:
        yield Finding(Level.WELL, "服务", "已就绪,后台计算正常")


def _failing(body: bytes) -> list[str]:
    try:
        found: list[str] = json.loads(body)["failing"]
    except (ValueError, KeyError, TypeError):
        return ["没有说明"]
    return found


def findings(now: datetime) -> Findings:
    checks: tuple[Callable[[], Findings], ...] = (
        python,
        packages,
        fonts,
        lambda: database(now),
        disk,
        secrets,
        lambda: backups(now),
        server,
    )
    for check in checks:
        yield from check()


def told(now: datetime) -> int:
    """Prints them; 1 where there is a fault."""
    counts = dict.fromkeys(Level, 0)
    for finding in findings(now):
        counts[finding.level] += 1
        print(finding, flush=True)
    faults, remarks = counts[Level.FAULT], counts[Level.REMARK]
    print("结论:" + ("一切正常。" if not faults + remarks else f"{faults} 处故障,{remarks} 处提醒。"))
    return 1 if faults else 0
