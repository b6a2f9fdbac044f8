"""The bundle: what is in it, what its installer finds wrong, and an installation and an upgrade where there is no network."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest
from tree_sitter import Language, Node, Parser

ROOT = Path(__file__).parents[1]
BUNDLE = ROOT / "deploy" / "bundle"
MINE = f"{sys.version_info[0]}.{sys.version_info[1]}"


def module(name: str) -> ModuleType:
    """A script of the folder, which is no package."""
    found = importlib.util.spec_from_file_location(f"bundle_{name}", BUNDLE / f"{name}.py")
    assert found
    assert found.loader
    made = importlib.util.module_from_spec(found)
    found.loader.exec_module(made)
    return made


bundle, install = module("bundle"), module("install")

LOCK = """# a comment
numpy==2.4.6 ; python_full_version < '3.12' \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via pandas
numpy==2.5.5 ; python_full_version >= '3.12' \\
    --hash=sha256:cc
colorama==1.0 ; sys_platform == 'win32' \\
    --hash=sha256:dd
plotly==7.1.0 \\
    --hash=sha256:ee
"""


def test_what_the_lock_names_for_one_system_is_taken_for_that_system() -> None:
    assert bundle.locked_for(LOCK, "linux-aarch64", "3.11") == [
        "numpy==2.4.6 --hash=sha256:aa --hash=sha256:bb",
        "plotly==7.1.0 --hash=sha256:ee",
    ]
    assert bundle.locked_for(LOCK, "windows-x86_64", "3.12") == [
        "numpy==2.5.5 --hash=sha256:cc",
        "colorama==1.0 --hash=sha256:dd",
        "plotly==7.1.0 --hash=sha256:ee",
    ]


def test_the_program_is_what_runs_without_tests_and_secrets() -> None:
    files = {path.as_posix() for path in bundle.program()}
    assert {"server.py", "app.py", "requirements.lock", ".streamlit/config.toml", "data_access/__main__.py", "deploy/board.env"} <= files
    assert "docs/operations.md" in files
    assert not [name for name in files if name.startswith(("tests/", "bench/", ".git", "var/")) or "secrets" in name]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bundle without wheels."""
    made = tmp_path / "county-board-0"
    (made / "wheels").mkdir(parents=True)
    (made / "program").mkdir()
    (made / "program" / "server.py").write_text("pass\n", encoding="utf-8")
    (made / "wheels" / "a.whl").write_bytes(b"a")
    (made / "wheels" / "targets.txt").write_text("linux-x86_64 3.11\nlinux-aarch64 3.12\n", encoding="utf-8")
    bundle.checked(made)
    return made


def test_a_bundle_that_was_copied_badly_says_which_file(folder: Path) -> None:
    assert install.faults(folder) == []
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder, check=True)
    (folder / "program" / "server.py").write_text("other\n", encoding="utf-8")
    (folder / "wheels" / "a.whl").unlink()
    (folder / "wheels" / "b.whl").write_bytes(b"b")
    assert install.faults(folder) == ["program/server.py 与清单不符", "缺少 wheels/a.whl", "多出 wheels/b.whl"]
    with pytest.raises(install.NotInstalled, match="安装包不完整"):
        install.installed(folder, folder.parent / "board", with_backup=True)
    assert not (folder.parent / "board").exists()


@pytest.mark.parametrize(("machine", "said"), [("loongarch64", "龙芯"), ("aarch64", "安装包里是给 3.12 的")])
def test_a_machine_or_a_python_that_the_bundle_is_not_for(folder: Path, monkeypatch: pytest.MonkeyPatch, machine: str, said: str) -> None:
    monkeypatch.setattr(install.platform, "machine", lambda: machine)
    monkeypatch.setattr(install.sys, "version_info", (3, 11, 7))
    with pytest.raises(install.NotInstalled, match=said):
        install.suits(folder)


def test_another_folder_is_not_written_over(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "suits", lambda _folder: None)
    others = folder.parent / "others"
    others.mkdir()
    (others / "letter.doc").write_text("mine", encoding="utf-8")
    with pytest.raises(install.NotInstalled, match="不是空的"):
        install.installed(folder, others, with_backup=True)
    assert (others / "letter.doc").read_text(encoding="utf-8") == "mine"


def test_without_a_python_that_is_new_enough_it_says_so(tmp_path: Path) -> None:
    shutil.copy(BUNDLE / "install.sh", tmp_path)
    (tmp_path / "bin").mkdir()
    old = tmp_path / "bin" / "python3"
    old.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    old.chmod(0o755)
    (tmp_path / "bin" / "dirname").symlink_to(shutil.which("dirname") or "")
    done = subprocess.run(
        ["/bin/sh", tmp_path / "install.sh"], env={"PATH": str(tmp_path / "bin")}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "没有找到 Python 3.11" in done.stderr
    assert "麒麟" in done.stderr


def errors(node: Node) -> list[str]:
    mine = [f"{node.start_point.row + 1}: {node.text!r}"] if node.is_error or node.is_missing else []
    return mine + [fault for child in node.children for fault in errors(child)]


def test_the_script_for_windows_can_be_read() -> None:
    """By PowerShell's own parser where there is one, else by a grammar of it; it has never been run on Windows here."""
    script = BUNDLE / "install.ps1"
    raw = script.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf"), "Windows PowerShell 5.1 reads a file without a mark in the machine's own code page"
    shell = shutil.which("pwsh")
    if shell:
        words = f"$e = $null; [void][Management.Automation.Language.Parser]::ParseFile('{script}', [ref]$null, [ref]$e); $e; exit $e.Count"
        subprocess.run([shell, "-NoProfile", "-Command", words], check=True)
    import tree_sitter_powershell

    parser = Parser(Language(tree_sitter_powershell.language()))
    assert errors(parser.parse(raw).root_node) == []
    assert errors(parser.parse(raw.replace(b"{ continue }", b"{ continue", 1)).root_node), "the grammar notices a brace that is missing"


# --- without network --------------------------------------------------------------------------------------------------


def without_network() -> list[str]:
    """A command in front of another one that takes the network from it."""
    for flags in ("-n", "-rn"):
        if shutil.which("unshare") and subprocess.run(["unshare", flags, "true"], capture_output=True, check=False).returncode == 0:
            return ["unshare", flags]
    pytest.skip("no network namespace may be made here")


@pytest.mark.slow
def test_a_machine_without_network_is_set_up_and_upgraded(tmp_path: Path) -> None:
    alone = without_network()
    python = Path(sys.base_prefix) / "bin" / f"python{MINE}"
    cut = subprocess.run(
        [*alone, python, "-c", "import socket; socket.create_connection(('127.0.0.1', 1), 2)"], capture_output=True, check=False
    )
    assert b"unreachable" in cut.stderr, "not even itself"
    machine = f"linux-{install.MACHINES[os.uname().machine]}"
    assert bundle.main(["--to", str(tmp_path / "dist"), "--platform", machine, "--python", MINE]) == 0
    (file,) = (tmp_path / "dist").iterdir()
    with zipfile.ZipFile(file) as archive:
        archive.extractall(tmp_path)
    (folder,) = tmp_path.glob("county-board-*")
    assert {name.split("/")[0] for name in zipfile.ZipFile(file).namelist()} == {folder.name}

    target = tmp_path / "board"
    clean = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "PYTHON": str(python), "HOME": str(tmp_path), "LANG": "C.UTF-8"}

    def installed() -> str:
        done = subprocess.run(
            [*alone, "sh", folder / "install.sh", "--to", target], env=clean, capture_output=True, text=True, check=False, cwd=tmp_path
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def asked(*command: str, said: str = "") -> str:
        mine = [*alone, target / ".venv" / "bin" / "python", *command]
        return subprocess.run(mine, cwd=target, env=clean, capture_output=True, text=True, input=said, check=True).stdout

    assert "看板已装好" in installed()
    assert asked("-m", "data_access", "state").strip() == "empty"
    add = ("-m", "data_access", "account", "add", "zhangsan", "--name", "张三", "--role", "administrator")
    asked(*add, said="Kept-2026-Pass\n")
    asked("-c", "import server")
    (target / "pages" / "stale.py").write_text("", encoding="utf-8")
    (target / "board.env").write_text("BOARD_IDLE_MINUTES=20\n", encoding="utf-8")
    assert "看板已升级" in installed()
    assert asked("-m", "data_access", "state").strip() == "county"
    assert "张三" in asked("-m", "data_access", "account", "list")
    assert not (target / "pages" / "stale.py").exists()
    assert (target / "board.env").read_text(encoding="utf-8") == "BOARD_IDLE_MINUTES=20\n"
    assert list((target / "var" / "backup").glob("board-*.db")), "backed up before"
