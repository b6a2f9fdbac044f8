"""Names of people as the reader may see them."""

from __future__ import annotations

from collections.abc import Iterable

from data_access import areas
from data_access.scope import Scope
from metrics.wording import is_missing
from pages.common import loaders
from reports.views.people import name_of as name_of


def names_of(scope: Scope, person_ids: Iterable[object]) -> dict[int, str]:
    """Names as the scope may see them, by id, asked in one go."""
    wanted = tuple(sorted({int(each) for each in person_ids if not is_missing(each)}))  # type: ignore[call-overload]
    if not wanted:
        return {}
    people = loaders.answer(areas.people, scope, ("person",), person_ids=wanted)
    return {int(person): str(name) for person, name in zip(people["person_id"], people["name"], strict=True) if not is_missing(name)}
