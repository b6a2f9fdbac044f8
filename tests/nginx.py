"""The real nginx with ``deploy/nginx/board.conf``, in a folder of its own and without root's ports."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CONF = Path(__file__).parents[1] / "deploy" / "nginx" / "board.conf"
MAIN = """daemon off;
pid {folder}/nginx.pid;
error_log stderr warn;
worker_processes 1;
events {{ worker_connections 512; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    include {folder}/board.conf;
}}
"""


def nginx() -> str | None:
    return shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")


def configured(folder: Path, port: int, plain: int, board: str = "127.0.0.1:8501") -> Path:
    """The shipped file with this machine's ports and a certificate of its own; returns nginx's main file."""
    key, certificate = folder / "board.key", folder / "board.crt"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=127.0.0.1",
            "-keyout",
            key,
            "-out",
            certificate,
        ],
        check=True,
        capture_output=True,
    )
    conf = CONF.read_text(encoding="utf-8")
    for shipped, here in (
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        ("board.county.example", "127.0.0.1"),
        ("/etc/nginx/board.crt", str(certificate)),
        ("/etc/nginx/board.key", str(key)),
        ("127.0.0.1:8501", board),
    ):
        assert shipped in conf, shipped
        conf = conf.replace(shipped, here)
    (folder / "board.conf").write_text(conf, encoding="utf-8")
    main = folder / "nginx.conf"
    main.write_text(("user root;\n" if os.geteuid() == 0 else "") + MAIN.format(folder=folder), encoding="utf-8")
    return main


@contextmanager
def running(program: str, main: Path) -> Iterator[Path]:
    """Yields its log."""
    log = main.with_name("nginx.log")
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen([program, "-p", main.parent, "-c", main], stdout=output, stderr=subprocess.STDOUT)
        try:
            for _ in range(100):
                if main.with_name("nginx.pid").exists() or process.poll() is not None:
                    break
                time.sleep(0.1)
            assert process.poll() is None, log.read_text(encoding="utf-8")
            yield log
        finally:
            process.terminate()
            process.wait(timeout=20)
