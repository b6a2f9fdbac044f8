"""Sets the board up, or upgrades it, from the bundle that this file lies in: nothing is asked of any network.

Called by ``install.sh`` and ``install.ps1`` with a Python from 3.11 on; needs its standard library alone. What is there already stays:
the database (``var/``), settings (``board.env``), secrets (``.streamlit/secrets.toml``). Before an upgrade the database is backed up by
the program that made it.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
IS_WINDOWS = os.name == "nt"
MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}
SETTINGS = Path("deploy") / "board.env"
KEPT = {".venv", "var", "board.env", ".streamlit"}
"""Of an installation's folder: what is not the program's, or (``.streamlit``) not wholly."""


class NotInstalled(Exception):
    """Why it was not done, in words for whoever installs."""


def faults(folder: Path) -> list[str]:
    """What of the bundle is not as it was made."""
    found, listed = [], set()
    for line in (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, _, name = line.partition("  ")
        listed.add(name)
        try:
            same = hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
        except OSError:
            found.append(f"缺少 {name}")
            continue
        if not same:
            found.append(f"{name} 与清单不符")
    strange = {path.relative_to(folder).as_posix() for path in (folder / "wheels").iterdir()} - listed
    return found + [f"多出 {name}" for name in sorted(strange)]


def suits(folder: Path) -> None:
    """Raises where the bundle has nothing for this machine and this Python."""
    system = "windows" if IS_WINDOWS else "linux" if sys.platform == "linux" else sys.platform
    mine = f"{system}-{MACHINES.get(platform.machine().lower(), platform.machine())}"
    targets = [line.split() for line in (folder / "wheels" / "targets.txt").read_text(encoding="utf-8").splitlines()]
    platforms = sorted({name for name, _ in targets})
    if mine not in platforms:
        raise NotInstalled(f"这台机器是 {mine},安装包里只有 {'、'.join(platforms)}(龙芯、申威等没有现成的软件包)")
    pythons = [python for name, python in targets if name == mine]
    if f"{sys.version_info[0]}.{sys.version_info[1]}" not in pythons:
        raise NotInstalled(
            f"这里的 Python 是 {platform.python_version()},安装包里是给 {'、'.join(pythons)} 的;请另装一个,用 PYTHON=路径 指定"
        )


def run(*command: object, within: Path, otherwise: str) -> None:
    done = subprocess.run([str(each) for each in command], cwd=within, check=False)
    if done.returncode:
        raise NotInstalled(otherwise)


def python_of(target: Path) -> Path:
    return target / ".venv" / ("Scripts/python.exe" if IS_WINDOWS else "bin/python")


def backed_up(target: Path) -> None:
    """By the program that is there now."""
    address = os.environ.get("DATABASE_URL", "")
    if not address and not (target / "var" / "board.db").exists():
        return
    print("升级前备份数据库…", flush=True)
    run(
        python_of(target),
        "-m",
        "reports",
        "backup",
        within=target,
        otherwise="升级前的备份没有做成,什么都没有改动;确已另有备份的,加 --no-backup 再来",
    )


def settings_of(target: Path) -> None:
    """``board.env``, as systemd reads it: the database of an installation that has one is the one to back up and to upgrade."""
    path = target / "board.env"
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            name, is_set, value = line.strip().partition("=")
            if is_set and not name.startswith("#"):
                os.environ.setdefault(name.strip(), value.strip().strip("\"'"))


def placed(program: Path, target: Path) -> None:
    """The program's files; those of an older one go."""
    for old in target.iterdir():
        if old.name not in KEPT:
            shutil.rmtree(old) if old.is_dir() and not old.is_symlink() else old.unlink()
    shutil.copytree(program, target, dirs_exist_ok=True)
    if not (target / "board.env").exists():
        shutil.copy(program / SETTINGS, target / "board.env")
        (target / "board.env").chmod(0o600)


def environment(folder: Path, target: Path) -> None:
    print("安装软件包…", flush=True)
    run(
        sys.executable,
        "-m",
        "venv",
        "--clear",
        target / ".venv",
        within=target,
        otherwise="建立虚拟环境失败:这个 Python 缺少 venv(Debian、UOS:apt install python3-venv;或换 安装说明.md 里的独立 Python)",
    )
    pip = [python_of(target), "-I", "-m", "pip", "--isolated", "--disable-pip-version-check", "--no-input"]
    chosen = ["install", "--quiet", "--no-index", f"--find-links={folder / 'wheels'}", "--require-hashes", "-r", "requirements.lock"]
    run(*pip, *chosen, within=target, otherwise="软件包没有装成,上面是原因")
    (target / ".venv" / ".installed").touch()  # for make: nothing is to be fetched


def installed(folder: Path, target: Path, *, with_backup: bool) -> None:
    broken = faults(folder)
    if broken:
        raise NotInstalled("安装包不完整,请重新复制:" + ";".join(broken[:5]) + (f" 等 {len(broken)} 处" if len(broken) > 5 else ""))
    suits(folder)
    is_upgrade = (target / "data_access").is_dir() and python_of(target).exists()
    if target.exists() and not is_upgrade and any(each.name not in KEPT for each in target.iterdir()):
        raise NotInstalled(f"{target} 不是空的,也不是看板;请换一个目录:--to 目录")
    if is_upgrade:
        settings_of(target)
        if with_backup:
            backed_up(target)
    target.mkdir(parents=True, exist_ok=True)
    placed(folder / "program", target)
    environment(folder, target)
    settings_of(target)
    run(python_of(target), "-m", "data_access", "migrate", within=target, otherwise="建库没有做成,上面是原因;改好后再运行一次本安装")
    run(python_of(target), "-m", "compileall", "-q", "-x", r"\.venv", ".", within=target, otherwise="程序文件有误")
    print(f"看板{'已升级' if is_upgrade else '已装好'}:{target}", flush=True)
    subprocess.run([str(python_of(target)), "-m", "data_access", "doctor"], cwd=target, check=False)
    print("下一步见 安装说明.md:" + ("重新启动服务。" if is_upgrade else "建账号、启动服务、接入 nginx。"))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="install", description="从离线安装包安装或升级看板")
    default = Path("C:/board") if IS_WINDOWS else Path("/opt/board")
    parser.add_argument("--to", type=Path, default=default, help=f"装到哪里,缺省 {default}")
    parser.add_argument("--no-backup", action="store_true", help="升级前不备份(已另有备份)")
    options = parser.parse_args(arguments)
    try:
        installed(HERE, options.to.resolve(), with_backup=not options.no_backup)
    except NotInstalled as problem:
        print(f"没有装成:{problem}。", file=sys.stderr)
        return 1
    except OSError as problem:
        print(f"没有装成:{problem.filename or options.to} {problem.strerror}。", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
