"""``board.env`` beside the program: settings that hold for the server and for every command alike, however they are started.

One ``NAME=value`` a line; what the environment says already stands above it. So an operator who types a command looks at the same database
as the service that systemd, or Windows, has started.
"""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILE = ROOT / "board.env"


def settings(text: str) -> dict[str, str]:
    """The settings of such a file; lines that begin with # and lines without = are remarks."""
    found = {}
    for line in text.splitlines():
        name, is_set, value = line.strip().partition("=")
        if is_set and not name.startswith("#"):
            found[name.strip()] = value.strip().strip("\"'")
    return found


def taken_over(file: Path = FILE) -> None:
    """Puts them into the environment, where it has none of that name. A file that this user may not read is another user's."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, PermissionError):
        return
    for name, value in settings(text).items():
        os.environ.setdefault(name, value)
