"""What an operator copies is what the programs that read it accept: nginx, systemd, compose."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import yaml

from tests import nginx
from tests.e2e.board import a_free_port, lacking

DEPLOY = Path(__file__).parents[1] / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.[st]*e*r*"))
NO_CHECK = ssl._create_unverified_context()  # noqa: S323 (a certificate of its own, on this machine)


@pytest.fixture
def program() -> str:
    return nginx.nginx() or lacking("没有找到 nginx:apt install nginx-light")


def test_nginx_takes_the_configuration(program: str, tmp_path: Path) -> None:
    main = nginx.configured(tmp_path, a_free_port(), a_free_port())
    checked = subprocess.run([program, "-t", "-p", tmp_path, "-c", main], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert "[warn]" not in checked.stderr


def test_what_nginx_answers_by_itself(program: str, tmp_path: Path) -> None:
    """The board is away: what is closed stays closed, too much is refused, and readers are told in Chinese."""
    port, plain = a_free_port(), a_free_port()

    def status(path: str, data: bytes | None = None) -> tuple[int, str, str]:
        request = urllib.request.Request(f"https://127.0.0.1:{port}{path}", data)
        with pytest.raises(urllib.error.HTTPError) as answer:
            urllib.request.urlopen(request, timeout=20, context=NO_CHECK)
        return answer.value.code, answer.value.headers.get("strict-transport-security", ""), answer.value.read().decode()

    with nginx.running(program, nginx.configured(tmp_path, port, plain, f"127.0.0.1:{a_free_port()}")):
        for closed in ("/metrics", "/healthz", "/readyz", "/_stcore/metrics", "/under/_stcore/metrics", "/_stcore/script-health-check"):
            assert status(closed)[:2] == (404, "max-age=31536000"), closed
        assert "文件超过 20 MB" in status("/_stcore/upload_file/x/y", bytes(23_000_000))[2]
        code, _, words = status("/duty")
        assert (code, "看板正在启动或维护" in words) == (503, True)
        moved = urllib.request.build_opener(NoRedirects).open(f"http://127.0.0.1:{plain}/duty?period=x", timeout=20)
        assert (moved.status, moved.headers["location"]) == (301, "https://127.0.0.1/duty?period=x")


class NoRedirects(urllib.request.HTTPErrorProcessor):
    def http_response(self, _request: object, response: object) -> object:
        return response


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze") or lacking("没有找到 systemd-analyze:apt install systemd")
    board = tmp_path / "board"
    (board / ".venv" / "bin").mkdir(parents=True)
    (board / ".venv" / "bin" / "python").symlink_to(sys.executable)
    copies = []
    for unit in UNITS:
        copies.append(tmp_path / unit.name)
        copies[-1].write_text(unit.read_text(encoding="utf-8").replace("/opt/board", str(board)), encoding="utf-8")
    assert len(copies) == 5
    checked = subprocess.run([analyze, "verify", "--man=no", *copies], capture_output=True, text=True, check=False)
    ours = [line for line in checked.stderr.splitlines() if "board" in line]
    assert (checked.returncode, ours) == (0, [])


@pytest.mark.parametrize("unit", [path for path in UNITS if path.suffix == ".service"], ids=lambda path: path.stem)
def test_a_unit_starts_what_the_program_has(unit: Path) -> None:
    (line,) = [line for line in unit.read_text(encoding="utf-8").splitlines() if line.startswith("ExecStart=")]
    words = line.partition("=")[2].split()
    assert words[:2] == ["/opt/board/.venv/bin/python", "-m"]
    assert words[2] in ("server", "reports")


def test_the_containers_are_the_board_its_database_and_no_password() -> None:
    text = (DEPLOY / "container" / "compose.yaml").read_text(encoding="utf-8")
    services = yaml.safe_load(text)["services"]
    assert set(services) == {"database", "migrate", "board"}
    assert services["database"]["ports"] == ["127.0.0.1:5433:5432"]
    assert services["board"]["network_mode"] == services["migrate"]["network_mode"] == "host", (
        "nginx's word for a reader counts from here alone"
    )
    assert services["board"]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert services["board"]["environment"]["DATABASE_URL"] == "postgresql://board:${BOARD_DB_PASSWORD}@127.0.0.1:5433/board"
    recipe = (DEPLOY / "container" / "Dockerfile").read_text(encoding="utf-8")
    assert "--require-hashes -r requirements.lock" in recipe
    assert recipe.index("USER board") < recipe.index("CMD")
    ignored = (DEPLOY / "container" / "Dockerfile.dockerignore").read_text(encoding="utf-8").split()
    assert {"var", "board.env", ".streamlit/secrets.toml"} <= set(ignored)
