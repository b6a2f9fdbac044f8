"""A selection as text that can be recomputed at any later time: data and rulebook in, the same ranking and the same digest out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import pandas as pd

from metrics.selection.result import Selection, selection
from metrics.selection.rules import WORK_ITEMS, SelectionRules
from metrics.selection.work import Facts
from metrics.vocabulary import Role

FORMAT = 1
DATE_COLUMNS = {"valid_from", "valid_to", "first_day", "last_day", "decided_on"}
DECIMALS = 6
"""Points in the digest: the same on every machine, whatever its floating point does in the last bits."""
DIGESTED = ("person_id", "township_code", "score", "rank", "gate", "in_quota")
"""What of the result the digest covers besides data and rules. Drawn figures (interval, chance) follow from both and the seed."""


def snapshot_text(facts: Facts, rules: SelectionRules, year: int, as_of: date, at: datetime | None = None) -> str:
    """Everything the ranking is made from, as canonical JSON. Without ``at`` (the as-of day was over) it says nothing of a minute."""
    content = {
        "format": FORMAT,
        "year": year,
        "as_of": as_of.isoformat(),
        **({} if at is None else {"at": at.isoformat()}),
        "rules": {**asdict(rules), "role": str(rules.role), "items": dict(rules.items)},
        "facts": {name: _plain_frame(frame) for name, frame in facts.items()},
    }
    return _canonical(content)


def recomputed(text: str) -> Selection:
    """The ranking again from its snapshot. Raises ``ValueError`` with a Chinese message for a text that is no snapshot."""
    try:
        content = json.loads(text)
        if content["format"] != FORMAT:
            raise ValueError(f"快照格式 {content['format']} 不认识")
        role, items = Role(content["rules"]["role"]), content["rules"]["items"]
        # Canonical text sorts its keys; the draws follow the role's own order of items.
        rules = SelectionRules(**{**content["rules"], "role": role, "items": {item: items[item] for item in WORK_ITEMS[role]}})
        facts = {name: _frame(plain) for name, plain in content["facts"].items()}
        year, as_of = int(content["year"]), date.fromisoformat(content["as_of"])
        at = None if "at" not in content else datetime.fromisoformat(content["at"])
    except (KeyError, TypeError, json.JSONDecodeError) as problem:
        raise ValueError(f"不是评选快照:{problem}") from problem
    return selection(facts, rules, year, as_of, at=at)


def digest(text: str, made: Selection) -> str:
    """SHA-256 over the snapshot (data and rulebook) and the ranking made from it."""
    rows = made.rows[list(DIGESTED)].sort_values("person_id").to_dict("records")
    ranking = [{name: _plain(round(value, DECIMALS) if name == "score" else value) for name, value in row.items()} for row in rows]
    return hashlib.sha256((text + "\n" + _canonical(ranking)).encode()).hexdigest()


def verified(text: str, recorded: str) -> bool:
    """Whether the snapshot, computed anew, gives the digest on record."""
    return digest(text, recomputed(text)) == recorded


def _canonical(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if value is None or value is pd.NA or value != value:
        return None
    return value.item() if hasattr(value, "item") else value


def _plain_frame(frame: pd.DataFrame) -> dict[str, Any]:
    rows = [[_plain(value) for value in row] for row in frame.astype(object).itertuples(index=False)]
    return {"columns": list(frame.columns), "types": {name: str(kind) for name, kind in frame.dtypes.items()}, "rows": rows}


def _frame(plain: Mapping[str, Any]) -> pd.DataFrame:
    frame = pd.DataFrame(plain["rows"], columns=plain["columns"], dtype=object)
    for name in DATE_COLUMNS & set(frame.columns):
        frame[name] = pd.Series([None if value is None else date.fromisoformat(value) for value in frame[name]], dtype=object)
    kept = {name: kind for name, kind in plain["types"].items() if kind.startswith(("int", "float", "str"))}
    return frame.astype({name: kind for name, kind in kept.items() if name not in DATE_COLUMNS})
