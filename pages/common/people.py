"""Names of people as the reader may see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from data_access import areas
from data_access.scope import Scope
from metrics.wording import MISSING, is_missing
from pages.common import loaders


def names_of(scope: Scope, person_ids: Iterable[object]) -> dict[int, str]:
    """Names as the scope may see them, by id, asked in one go."""
    wanted = tuple(sorted({int(each) for each in person_ids if not is_missing(each)}))  # type: ignore[call-overload]
    if not wanted:
        return {}
    people = loaders.answer(areas.people, scope, ("person",), person_ids=wanted)
    return {int(person): str(name) for person, name in zip(people["person_id"], people["name"], strict=True) if not is_missing(name)}


def name_of(names: Mapping[int, str], person_id: object, nobody: str = MISSING) -> str:
    """A person's name; ``nobody`` where there is none, the number where it names nobody."""
    return nobody if is_missing(person_id) else names.get(int(person_id), f"编号{int(person_id)}(不明)")  # type: ignore[call-overload]
