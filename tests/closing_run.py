"""The closing run: a machine of its own without any network goes from the bundle to the same figures after it has lost everything.

``make closing-run`` (as root on Debian or Ubuntu with debootstrap, some minutes, not a part of make test). With network: a bundle, and a
minimal Debian in a folder with what its packages bring: Python, nginx, PostgreSQL, openssl, a Chinese font. Then in namespaces of its
own, where there is no network but loopback, as the handbook says it: install, roles, accounts, the unit's own command lines, nginx with
the shipped file, a doctor that has nothing to say, a sign-in in Chromium through nginx, a copy, everything lost (program, files and
database), installed again, restored, signed in again; the digest of every figure is the same.

It prints each step with the seconds since its beginning and ends with 1 at the first thing that is not as said.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import re
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from data_access.accounts import DEMO_PASSWORD as PASSWORD

ROOT = Path(__file__).parents[1]
DEBIAN = "python3,python3-venv,nginx-light,postgresql,openssl,fonts-noto-cjk"
BOARD = Path("/opt/board")
BUNDLE = "/srv/bundle"
COPIES = Path("/srv/elsewhere")
"""Stands for the other machine: what is lost is not lost there."""
OWNER, RUNTIME = (f"postgresql://{role}:{PASSWORD}@127.0.0.1/board" for role in ("board_owner", "board"))
ADDRESS = "https://127.0.0.1"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
BEGAN = time.monotonic()
HOLIDAYS = {
    "元旦": ("01-01", "01-03"),
    "春节": ("02-05", "02-11"),
    "清明节": ("04-03", "04-05"),
    "劳动节": ("05-01", "05-05"),
    "端午节": ("06-09", "06-09"),
    "中秋节": ("09-15", "09-15"),
    "国庆节": ("10-01", "10-07"),
}
"""Made up: from November on the doctor asks for the next year's notice."""


def said(words: str) -> None:
    print(f"[{time.monotonic() - BEGAN:6.1f} s] {words}", flush=True)


def failed(words: str) -> SystemExit:
    return SystemExit(f"closing run failed: {words}")


# --- with network ---------------------------------------------------------------------------------------------------


def prepared(folder: Path, root: Path | None, bundle: Path | None) -> None:
    """The machine's root in ``folder/root`` and the bundle's file in it."""
    machine = folder / "root"
    if root is None:
        root = folder / "debian"
        subprocess.run(["debootstrap", "--variant=minbase", f"--include={DEBIAN}", "bookworm", root], check=True, stdout=subprocess.DEVNULL)
        said("a minimal Debian 12")
    subprocess.run(["cp", "-a", "--reflink=auto", root, machine], check=True)
    if bundle is None:
        asked = ["--to", folder / "dist", "--platform", f"linux-{os.uname().machine}", "--python", "3.11"]
        subprocess.run([sys.executable, ROOT / "deploy" / "bundle" / "bundle.py", *asked], check=True, stdout=subprocess.DEVNULL)
        (bundle,) = (folder / "dist").iterdir()
    (machine / BUNDLE[1:]).mkdir(parents=True)
    shutil.copy(bundle, machine / BUNDLE[1:])
    said(f"the bundle: {bundle.name}, {bundle.stat().st_size / 1e6:.0f} MB")


# --- without --------------------------------------------------------------------------------------------------------


class Machine:
    """A root folder that commands run in."""

    def __init__(self, root: Path, *, on_postgresql: bool) -> None:
        self.root, self.on_postgresql = root, on_postgresql
        self.started: list[subprocess.Popen[bytes]] = []

    def command(self, *words: object, user: str = "root") -> list[str]:
        return ["chroot", str(self.root), "setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", *map(str, words)]

    def run(self, *words: object, user: str = "root", within: Path = Path("/"), given: str = "", **environment: str) -> str:
        """What it printed. Ends the run where it fails."""
        clean = {"PATH": PATH, "LANG": "C.UTF-8", "HOME": "/tmp", **environment}  # noqa: S108 (the machine's own)
        inside = self.command("env", f"--chdir={within}", *words, user=user)
        done = subprocess.run(inside, env=clean, input=given, capture_output=True, text=True, check=False)
        if done.returncode:
            raise failed(f"{' '.join(map(str, words))}\n{done.stdout}{done.stderr}")
        return done.stdout

    def board(self, *words: str, given: str = "", **environment: str) -> str:
        """A command of the board's, as its own user."""
        return self.run(".venv/bin/python", "-m", *words, user="board", within=BOARD, given=given, **environment)

    def as_owner(self, *words: str, given: str = "") -> str:
        """As who owns the tables; on SQLite that is the board's user."""
        return self.board(*words, given=given, **({"DATABASE_URL": OWNER} if self.on_postgresql else {}))

    def write(self, path: Path, text: str) -> None:
        (self.root / str(path)[1:]).write_text(text, encoding="utf-8")

    def begin(self, *words: object, user: str, within: Path = Path("/"), **environment: str) -> None:
        log = (self.root / "var/log" / f"{Path(str(words[0])).name}.log").open("ab")
        clean = {"PATH": PATH, "LANG": "C.UTF-8", **environment}
        inside = self.command("env", f"--chdir={within}", *words, user=user)
        self.started.append(subprocess.Popen(inside, env=clean, stdout=log, stderr=subprocess.STDOUT))

    def end(self) -> None:
        for process in reversed(self.started):
            process.terminate()
        for process in self.started:
            process.wait(timeout=60)
        self.started.clear()


def loopback_alone() -> None:
    """Brings loopback up and makes sure that there is nothing else."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        fcntl.ioctl(asked, 0x8914, struct.pack("16sH14s", b"lo", 0x1 | 0x40, b""))  # SIOCSIFFLAGS: up, running
    if (found := [name for _, name in socket.if_nameindex()]) != ["lo"]:
        raise failed(f"there is a network: {found}")


def unit_line(name: str, what: str) -> list[str]:
    """A command of a shipped systemd unit, which a machine without systemd starts by hand."""
    text = (ROOT / "deploy" / "systemd" / name).read_text(encoding="utf-8")
    return re.findall(rf"^{what}=(.*)$", text, re.MULTILINE)[0].split()


def installed(machine: Machine) -> None:
    (bundle,) = (machine.root / BUNDLE[1:]).glob("*.zip")
    inside = f"{BUNDLE}/{bundle.stem}"
    if not (machine.root / inside[1:]).exists():
        machine.run("python3", "-m", "zipfile", "-e", f"{BUNDLE}/{bundle.name}", BUNDLE)
    machine.run("sh", f"{inside}/install.sh", "--to", BOARD)
    if "board:" not in (machine.root / "etc/passwd").read_text(encoding="utf-8"):
        machine.run("useradd", "--system", "--home-dir", BOARD, "--shell", "/usr/sbin/nologin", "board")
    if machine.on_postgresql:
        machine.write(BOARD / "board.env", f"DATABASE_URL={RUNTIME}\n")
    machine.run("chown", "-R", "board:board", BOARD / "var", BOARD / "board.env")
    machine.run("chmod", "600", BOARD / "board.env")
    said("installed from the bundle")


def an_empty_database(machine: Machine) -> None:
    """What a new server has, or one whose database is gone."""
    if machine.on_postgresql:
        machine.run("dropdb", "--if-exists", "board", user="postgres")
        machine.run("createdb", "--owner", "board_owner", "board", user="postgres")
    else:
        for file in (machine.root / str(BOARD)[1:] / "var").glob("board.db*"):
            file.unlink()


def migrated(machine: Machine) -> None:
    machine.as_owner("data_access", "migrate")
    if machine.on_postgresql:
        machine.as_owner("data_access", "grants", "--runtime", "board", "--writer", "feed", "--apply")


def a_county(machine: Machine) -> None:
    """The fictional county as if it were one, with accounts of its own and next year's calendar."""
    machine.as_owner("ingest", "demo")
    forget = "DELETE FROM board_property WHERE name = 'demo'"
    if machine.on_postgresql:
        machine.run("psql", "--quiet", "board", "--command", forget, user="postgres")
    else:
        change = f"import sqlite3; c = sqlite3.connect('var/board.db'); c.execute(\"{forget}\"); c.commit()"
        machine.run("python3", "-c", change, user="board", within=BOARD)
    migrated(machine)
    for role in ("administrator", "security", "auditor", "leader"):
        machine.as_owner("data_access", "account", "add", f"the-{role}", "--name", role, "--role", role, given=f"{PASSWORD}\n")
    year = time.localtime().tm_year + 1
    rows = "".join(f"{name},放假,{year}-{first},{year}-{last}\n" for name, (first, last) in HOLIDAYS.items())
    machine.write(Path("/srv/next.csv"), f"节日,安排,开始日期,结束日期\n{rows}")
    machine.as_owner("data_access", "calendar", "load", "/srv/next.csv")
    said("a county with its three administrators")


def served(machine: Machine) -> None:
    """The unit's own command line behind nginx with the shipped file."""
    machine.begin(*unit_line("board.service", "ExecStart"), user="board", within=BOARD, HOME=f"{BOARD}/var")
    machine.run("nginx", "-t", "-q")
    machine.begin("nginx", "-g", "daemon off;", user="root")
    for _ in range(600):
        if status("http://127.0.0.1:8501/readyz") == 200 and status(ADDRESS) == 200:
            break
        time.sleep(0.5)
    else:
        raise failed((machine.root / "var/log/python.log").read_text(encoding="utf-8")[-2000:])
    if (seen := [status(f"{ADDRESS}/{closed}") for closed in ("readyz", "metrics")]) != [404, 404]:
        raise failed(f"nginx lets readers ask what is for the machine: {seen}")
    said("two processes behind nginx are ready")


def status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=5, context=ssl._create_unverified_context()) as answer:  # noqa: S323
            return int(answer.status)
    except urllib.error.HTTPError as problem:
        return problem.code
    except OSError:
        return 0


def nginx_made_ready(machine: Machine) -> None:
    subject = ["-subj", "/CN=127.0.0.1", "-keyout", "/etc/nginx/board.key", "-out", "/etc/nginx/board.crt"]
    machine.run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject)
    conf = (machine.root / str(BOARD)[1:] / "deploy/nginx/board.conf").read_text(encoding="utf-8")
    machine.write(Path("/etc/nginx/conf.d/board.conf"), conf.replace("board.county.example", "127.0.0.1"))


def nothing_to_say(machine: Machine) -> None:
    """The doctor, as the board's user."""
    told = machine.board("data_access", "doctor")
    if "结论:一切正常。" not in told:
        raise failed(told)
    said("doctor: " + "; ".join(line.partition("] ")[2] for line in told.splitlines()[:-1]))


def read_in_a_browser(picture: Path) -> str:
    """Two readers sign in through nginx, one at each process; returns what the cards and leaderboards of 总览 say."""
    from playwright.sync_api import sync_playwright

    from tests.e2e.board import FLAGS, Board, chromium, signed_in

    board, processes, lines = Board(ADDRESS, ""), set(), []
    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=chromium(), args=FLAGS)
        for _ in range(2):
            context = browser.new_context(ignore_https_errors=True, locale="zh-CN", viewport={"width": 1440, "height": 900})
            page = signed_in(context, board, "the-leader", "/")
            processes |= {cookie["value"] for cookie in context.cookies() if cookie["name"] == "board_process"}
            lines = [line for line in page.locator(".lb, .card").all_inner_texts() if line.strip()]
        page.screenshot(path=str(picture))
        browser.close()
    if processes != {"1", "2"}:
        raise failed(f"the readers' processes: {processes}")
    if not lines:
        raise failed("nothing is on the page")
    said(f"signed in through nginx, at both processes; {len(lines)} cards and leaderboards on the page")
    return "\n".join(lines)


def lost_and_found(machine: Machine, pictures: Path) -> str:
    """The whole of it, from the first installation to the second; returns the digest of every figure."""
    if machine.on_postgresql:
        machine.run("pg_ctlcluster", "15", "main", "start")
        for role in ("board_owner", "board", "feed"):
            machine.run("psql", "--quiet", "--command", f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'", user="postgres")
        an_empty_database(machine)
    installed(machine)
    nginx_made_ready(machine)
    migrated(machine)
    a_county(machine)
    served(machine)
    before = read_in_a_browser(pictures / "before.png")
    machine.run(*unit_line("board-backup.service", "ExecStart"), user="board", within=BOARD)
    nothing_to_say(machine)
    at = machine.run("env", "TZ=Asia/Shanghai", "date", "+%Y-%m-%dT%H:%M").strip()
    figures = machine.board("reports", "digest", "--at", at)
    said(f"every figure: {figures.strip()}")

    machine.end()
    machine.run("mkdir", "-p", COPIES)
    machine.run("sh", "-c", f"cp -a {BOARD}/var/backup/. {COPIES}")
    machine.run("rm", "-rf", BOARD)
    an_empty_database(machine)
    said("program, files and database are gone; one copy is elsewhere")

    installed(machine)
    an_empty_database(machine)
    (copy,) = [path for path in (machine.root / str(COPIES)[1:]).iterdir() if path.suffix != ".json"]
    machine.as_owner("reports", "restore", str(COPIES / copy.name))
    migrated(machine)
    machine.run("sh", "-c", f"install -d -o board -g board -m 700 {BOARD}/var/backup && cp -a {COPIES}/. {BOARD}/var/backup")
    after = machine.board("reports", "digest", "--at", at)
    said(f"restored: {after.strip()}")
    if after != figures:
        raise failed("the figures are others")
    served(machine)
    if (again := read_in_a_browser(pictures / "after.png")) != before:  # may be: minutes have passed, and figures are live
        said(f"the page is another one:\n{before}\n---\n{again}")
    nothing_to_say(machine)
    machine.end()
    return figures.split()[0]


def inside(folder: Path, *, on_postgresql: bool) -> None:
    loopback_alone()
    machine = Machine(folder / "root", on_postgresql=on_postgresql)
    for kind, where in (("proc", "proc"), ("tmpfs", "dev/shm"), ("tmpfs", "tmp")):
        subprocess.run(["mount", "-t", kind, kind, machine.root / where], check=True)
    digest = lost_and_found(machine, folder)
    said(f"closing run passed on {'PostgreSQL 15' if on_postgresql else 'SQLite'}: {digest}")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.closing_run", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="a new folder for the machine; it stays, with the pictures before.png and after.png")
    parser.add_argument("--root", type=Path, help="a Debian made before, with " + DEBIAN)
    parser.add_argument("--bundle", type=Path, help="a bundle made before")
    parser.add_argument("--sqlite", action="store_true", help="without PostgreSQL")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.inside:
        inside(options.folder, on_postgresql=not options.sqlite)
        return 0
    options.folder.mkdir(parents=True, exist_ok=True)
    prepared(options.folder, options.root, options.bundle)
    again = [sys.executable, "-m", "tests.closing_run", options.folder, "--inside", *(["--sqlite"] if options.sqlite else [])]
    alone = ["unshare", "--net", "--mount", "--pid", "--ipc", "--fork", "--kill-child"]
    return subprocess.run([*alone, *again], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
