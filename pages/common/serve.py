"""``python -m pages.common.serve``: ``streamlit run app.py``, ready before the first reader comes and before he asks again.

Two threads fill the caches: with what the first reader will ask (``pages.common.warm``), and, whenever data have changed, with what
readers have asked lately (``pages.common.freshness``). Two more things a server does better before its first session than in it: it imports
what the pages need (seconds, once), and it tells Streamlit that ``pages/`` is not Streamlit's own pages directory. Without that, the
very first reader of a fresh server who opens a deep link sees "Page not found" over the login, because Streamlit learns it only from the
first ``st.navigation``. Arguments go to ``streamlit run``.
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
THREADS = (("board-looks", "pages.common.ahead", "keep_looking"),)


def _once_serving(module: str, work: str) -> None:
    """Runs what fills the caches once there is a server to fill them for."""
    while not runtime.exists():
        time.sleep(0.2)
    getattr(importlib.import_module(module), work)()


def main(arguments: list[str]) -> None:
    for module in NEEDED:
        importlib.import_module(module)
    PagesManager.uses_pages_directory = False
    for name, module, work in THREADS:
        threading.Thread(target=_once_serving, args=(module, work), name=name, daemon=True).start()
    cli.main(["run", str(ROOT / "app.py"), *arguments])


if __name__ == "__main__":
    main(sys.argv[1:])
