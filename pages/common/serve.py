"""``python -m pages.common.serve``: ``streamlit run app.py``, ready before the first reader comes.

Two things a server does better before its first session than in it: it imports what the pages need (seconds, once), and it tells Streamlit
that ``pages/`` is not Streamlit's own pages directory. Without the second, the very first reader of a fresh server who opens a deep link
sees "Page not found" over the login, because Streamlit learns it only from the first ``st.navigation``. Arguments go to ``streamlit run``.
"""

from __future__ import annotations

import importlib
import sys
import threading
import time
from pathlib import Path

from streamlit import runtime
from streamlit.runtime.pages_manager import PagesManager
from streamlit.web import cli

ROOT = Path(__file__).parents[2]
NEEDED = ("pandas", "plotly.graph_objects", "scipy.stats", "sqlalchemy", "bcrypt", "data_access.engine")


def _warm_once_serving() -> None:
    """Fills the caches (``pages.common.warm``) once there is a server to fill them for."""
    while not runtime.exists():
        time.sleep(0.2)
    importlib.import_module("pages.common.warm").keep_warm()


def main(arguments: list[str]) -> None:
    for module in NEEDED:
        importlib.import_module(module)
    PagesManager.uses_pages_directory = False
    threading.Thread(target=_warm_once_serving, name="board-warm", daemon=True).start()
    cli.main(["run", str(ROOT / "app.py"), *arguments])


if __name__ == "__main__":
    main(sys.argv[1:])
