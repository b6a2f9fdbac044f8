"""People as they are named: what a scope may see of a name is decided where it is asked for."""

from __future__ import annotations

from collections.abc import Mapping

from metrics.wording import MISSING, is_missing


def name_of(names: Mapping[int, str], person_id: object, nobody: str = MISSING) -> str:
    """A person's name; ``nobody`` where there is none, the number where it names nobody."""
    return nobody if is_missing(person_id) else names.get(int(person_id), f"编号{int(person_id)}(不明)")  # type: ignore[call-overload]
