"""The licences of what is installed with the board: ``python -m tests.licences`` writes docs/licences.md from what packages say."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK, LIST = ROOT / "requirements.lock", ROOT / "docs" / "licences.md"
HEAD = """# 第三方软件许可 Licences

运行看板时安装的全部软件包，版本与校验值见 `requirements.lock`。由 `make lock` 生成。

| 软件包 | 版本 | 许可 |
| --- | --- | --- |
"""
ELSEWHERE = "（仅其他系统安装）"


TOLD_ELSEWHERE = {"resvg-py": "MIT"}
"""In the text of the licence alone."""


def locked(lock: Path = LOCK) -> list[tuple[str, str]]:
    """(package, version) of every entry of a lock file; a package may have one version for an older Python and another for newer ones."""
    return re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==([\w.+-]+)", lock.read_text(encoding="utf-8"), re.MULTILINE)


def licence(package: str) -> str:
    """What a package says of itself: SPDX where it does, else its classifiers, else the first line of its text."""
    try:
        said = metadata(package)
    except PackageNotFoundError:
        return ELSEWHERE
    classifiers = [each.rsplit(" :: ", 1)[1] for each in said.get_all("Classifier", []) if each.startswith("License ::")]
    found = TOLD_ELSEWHERE.get(package) or said.get("License-Expression") or "、".join(classifiers) or said.get("License") or ""
    return found.strip().splitlines()[0] if found.strip() else ""


def written() -> str:
    return HEAD + "".join(f"| {package} | {version} | {licence(package)} |\n" for package, version in locked())


if __name__ == "__main__":
    LIST.write_text(written(), encoding="utf-8")
