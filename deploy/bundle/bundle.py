"""One file that holds all a machine without network needs: ``make bundle`` writes ``dist/county-board-VERSION.zip``.

In it is one folder: ``install.sh``, ``install.ps1`` and what they call (``install.py``), ``program/``, ``wheels/`` for each platform and
Python asked for, and ``SHA256SUMS`` over all of it. Wheels are those of ``requirements.lock``, by its hashes; what the lock names for one
system only is taken for that system. The program is what git has under its name, without tests and benchmark.

A zip, because Windows opens one by itself and Python (``python -m zipfile -e``) everywhere else.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
AT_THE_TOP = ("install.sh", "install.ps1", "install.py", "安装说明.md")
NOT_TO_RUN = ("tests/", "bench/", ".ci/", ".git", ".pre-commit")
GLIBC = (28, 27, 26, 24, 17, 12, 5)
"""Of which manylinux a wheel may be: 麒麟 V10 and UOS 20 have glibc 2.28."""
OLD_NAMES = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}


def linux(machine: str) -> tuple[list[str], dict[str, str]]:
    tags = [f"manylinux_2_{minor}_{machine}" for minor in GLIBC] + [f"{name}_{machine}" for name in OLD_NAMES.values()]
    return tags, {"sys_platform": "linux", "platform_system": "Linux", "platform_machine": machine, "os_name": "posix"}


PLATFORMS = {
    "linux-x86_64": linux("x86_64"),
    "linux-aarch64": linux("aarch64"),
    "windows-x86_64": (
        ["win_amd64"],
        {"sys_platform": "win32", "platform_system": "Windows", "platform_machine": "AMD64", "os_name": "nt"},
    ),
}
"""Name of a platform → pip's tags for it, and what requirements' markers are to be told."""
PYTHONS = ("3.11", "3.12", "3.13")


def version() -> str:
    with (ROOT / "pyproject.toml").open("rb") as file:
        said: str = tomllib.load(file)["project"]["version"]
    return said


def locked_for(lock: str, platform: str, python: str) -> list[str]:
    """The lines of a lock file that hold for a platform and a Python (3.11), without their markers, each with its hashes."""
    told = {
        **PLATFORMS[platform][1],
        "python_version": python,
        "python_full_version": f"{python}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    lines = []
    for line in lock.replace("\\\n", " ").splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, *hashes = re.split(r"\s+--hash=", line.strip())
        asked = Requirement(name)
        if asked.marker is None or asked.marker.evaluate(told):
            asked.marker = None
            lines.append(" ".join([str(asked), *(f"--hash={each.strip()}" for each in hashes)]))
    return lines


def wheels(folder: Path, platform: str, python: str) -> None:
    """Downloads them; raises :class:`SystemExit` where one is not to be had as a wheel."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as asked:
        asked.write("\n".join(locked_for((ROOT / "requirements.lock").read_text(encoding="utf-8"), platform, python)))
        asked.flush()
        tags = [f"--platform={tag}" for tag in PLATFORMS[platform][0]]
        abis = [f"--abi={abi}" for abi in (f"cp{python.replace('.', '')}", "abi3", "none")]
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]
        chosen = ["--require-hashes", f"--dest={folder}", f"--python-version={python}", "--implementation=cp", *abis, *tags]
        done = subprocess.run([*pip, *chosen, "-r", asked.name], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{platform} 的 Python {python} 缺少软件包:\n{done.stderr[-2000:]}")


def program() -> Iterator[Path]:
    """The files of the program, relative to its folder."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S607
    for name in filter(None, listed.split("\0")):
        if not name.startswith(NOT_TO_RUN) and (ROOT / name).is_file():
            yield Path(name)


def checked(folder: Path) -> None:
    """Writes ``SHA256SUMS``, in the form that ``sha256sum --check`` reads."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n" for path in files]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8", newline="\n")


def bundled(to: Path, platforms: Sequence[str], pythons: Sequence[str]) -> Path:
    """Writes the bundle into a folder; returns its file."""
    name = f"county-board-{version()}"
    to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=to, prefix="bundle-") as scratch:
        folder = Path(scratch) / name
        (folder / "wheels").mkdir(parents=True)
        for platform in platforms:
            for python in pythons:
                print(f"取 {platform} 的 Python {python} 软件包…", flush=True)
                wheels(folder / "wheels", platform, python)
        targets = "".join(f"{platform} {python}\n" for platform in platforms for python in pythons)
        (folder / "wheels" / "targets.txt").write_text(targets, encoding="utf-8", newline="\n")
        for file in program():
            target = folder / "program" / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / file, target)
        for file_name in AT_THE_TOP:
            shutil.copy2(HERE / file_name, folder)
        checked(folder)
        part = to / f"{name}.zip.part"
        with zipfile.ZipFile(part, "w") as archive:
            for path in sorted(folder.rglob("*")):
                packed = zipfile.ZIP_STORED if path.suffix == ".whl" else zipfile.ZIP_DEFLATED  # a wheel is packed already
                if path.is_file():
                    archive.write(path, path.relative_to(folder.parent), packed)
        return part.replace(to / f"{name}.zip")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make bundle", description="离线安装包")
    parser.add_argument("--to", type=Path, default=ROOT / "dist", help="写到哪个目录,缺省 dist")
    parser.add_argument("--platform", action="append", choices=list(PLATFORMS), help="只要哪些平台,可写多次;缺省全部")
    parser.add_argument("--python", action="append", choices=PYTHONS, help="只要哪些 Python,可写多次;缺省全部")
    options = parser.parse_args(arguments)
    path = bundled(options.to, options.platform or list(PLATFORMS), options.python or PYTHONS)
    print(f"已写好 {path}({path.stat().st_size / 1e6:,.0f} MB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
