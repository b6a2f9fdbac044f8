"""Six charts alike to the overview's as a dashboard of Apache Superset: ``python -m bench.superset ADDRESS USERNAME PASSWORD DATABASE``.

:mod:`bench.beside` measures the board beside it. ``ADDRESS`` is Superset's, ``DATABASE`` the one under which it reaches the board's
PostgreSQL (``postgresql+psycopg2://…``). The charts are ``bench/superset.toml``. Prints the dashboard's address.

Superset itself, in an environment of its own, with an empty database beside the board's for what it knows, and a Redis for its answers::

    python -m venv superset && . superset/bin/activate
    pip install apache-superset==6.1.0 flask-caching==2.3.1 rich cachetools psycopg2-binary gunicorn   # what 6.1.0 needs and does not name
    export FLASK_APP='superset.app:create_app()' SUPERSET_CONFIG_PATH=…/bench/superset_config.py SCARF_ANALYTICS=false
    export SUPERSET_SECRET_KEY=… SUPERSET_METADATA=postgresql+psycopg2://…/superset SUPERSET_REDIS=redis://127.0.0.1:6379/0
    superset db upgrade && superset fab create-admin && superset init
    gunicorn -w 2 -k gthread --threads 4 --timeout 120 --keep-alive 60 -b 127.0.0.1:8088 'superset.app:create_app()'

Everything else is as Superset ships it. As many workers as the board has processes. On two cores four threads each answered most: with
20, as its container image has them, a quarter less from the cache; four or five workers no more.
"""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path
from typing import Any

import httpx

CHARTS = Path(__file__).with_suffix(".toml")
IN_A_ROW = 3
WIDTH, HEIGHT = 4, 36
"""Of a chart, in Superset's units: three beside each other, two rows of them on a screen."""


class Superset:
    """A signed-in client of the REST API."""

    def __init__(self, url: str, username: str, password: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=60, headers={"Referer": url})
        account = {"username": username, "password": password, "provider": "db"}
        token = self._answer("POST", "security/login", account)["access_token"]
        self._client.headers["Authorization"] = f"Bearer {token}"
        self._client.headers["X-CSRFToken"] = self._answer("GET", "security/csrf_token/")["result"]

    def _answer(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = self._client.request(method, f"/api/v1/{path}", json=body)
        if answer.is_error:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text}")
        found: dict[str, Any] = answer.json()
        return found

    def made(self, kind: str, body: dict[str, Any]) -> int:
        """The id of a new database, dataset, chart or dashboard."""
        return int(self._answer("POST", f"{kind}/", body)["id"])

    def changed(self, kind: str, number: int, body: dict[str, Any]) -> None:
        self._answer("PUT", f"{kind}/{number}", body)


def form(chart: dict[str, Any], dataset: int) -> dict[str, Any]:
    """A chart's ``params`` as Superset's own editor would write them."""
    written: dict[str, Any] = {
        "datasource": f"{dataset}__table",
        "viz_type": chart["viz_type"],
        "metrics": [{"expressionType": "SQL", "sqlExpression": sql, "label": label} for label, sql in chart["metrics"].items()],
        "adhoc_filters": [],
        "row_limit": 1000,
    }
    if "filter" in chart:
        written["adhoc_filters"] = [
            {
                "expressionType": "SIMPLE",
                "clause": "WHERE",
                "subject": chart["filter"],
                "operator": "TEMPORAL_RANGE",
                "comparator": chart["time_range"],
            }
        ]
    if chart["viz_type"] == "table":
        return {**written, "query_mode": "aggregate", "groupby": ["name"], "order_desc": True}
    return {**written, "x_axis": chart["x_axis"], "time_grain_sqla": "P1W", "groupby": [], "show_legend": False}


def layout(charts: dict[int, str]) -> dict[str, Any]:
    """The dashboard's ``position_json``: id → name of its charts, row after row."""
    parts: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": [], "parents": ["ROOT_ID"]},
    }
    for place, (number, name) in enumerate(charts.items()):
        row, chart = f"ROW-{place // IN_A_ROW}", f"CHART-{number}"
        if row not in parts:
            look = {"background": "BACKGROUND_TRANSPARENT"}
            parts[row] = {"type": "ROW", "id": row, "children": [], "parents": ["ROOT_ID", "GRID_ID"], "meta": look}
            parts["GRID_ID"]["children"].append(row)
        parts[row]["children"].append(chart)
        meta = {"chartId": number, "sliceName": name, "width": WIDTH, "height": HEIGHT}
        parts[chart] = {"type": "CHART", "id": chart, "children": [], "parents": ["ROOT_ID", "GRID_ID", row], "meta": meta}
    return parts


def dashboard(superset: Superset, database: str) -> int:
    """The id of a new dashboard over a database that Superset did not know yet."""
    told = tomllib.loads(CHARTS.read_text(encoding="utf-8"))
    source = superset.made("database", {"database_name": "county", "sqlalchemy_uri": database, "expose_in_sqllab": False})
    datasets = {
        name: superset.made("dataset", {"database": source, "schema": "public", "table_name": name, "sql": each["sql"].strip()})
        for name, each in told["dataset"].items()
    }
    page = superset.made("dashboard", {"dashboard_title": "总览", "published": True})
    charts = {}
    for each in told["chart"]:
        dataset = datasets[each["dataset"]]
        body = {"slice_name": each["name"], "viz_type": each["viz_type"], "datasource_id": dataset, "datasource_type": "table"}
        charts[superset.made("chart", {**body, "params": json.dumps(form(each, dataset)), "dashboards": [page]})] = each["name"]
    superset.changed("dashboard", page, {"position_json": json.dumps(layout(charts))})
    return page


def main(url: str, username: str, password: str, database: str) -> None:
    print(f"{url.rstrip('/')}/superset/dashboard/{dashboard(Superset(url, username, password), database)}/")


if __name__ == "__main__":
    main(*sys.argv[1:])
