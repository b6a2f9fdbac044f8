"""Names of people as the reader may see them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from data_access import areas
from data_access.captain_lists import captain_posts
from data_access.scope import Scope
from metrics.wording import is_missing
from pages.common import loaders
from reports.views.people import name_of as name_of
from reports.views.posts import captain_titles


def names_of(scope: Scope, person_ids: Iterable[object]) -> dict[int, str]:
    """Names as the scope may see them, by id, asked in one go."""
    wanted = tuple(sorted({int(each) for each in person_ids if not is_missing(each)}))  # type: ignore[call-overload]
    if not wanted:
        return {}
    people = loaders.answer(areas.people, scope, ("person",), person_ids=wanted)
    return {int(person): str(name) for person, name in zip(people["person_id"], people["name"], strict=True) if not is_missing(name)}


def titled_names(scope: Scope, person_ids: Iterable[object], day: date) -> dict[int, str]:
    """The same, a captain's with place and post before it: 马塘村西片片长 王强."""
    names = names_of(scope, person_ids)
    if not names:
        return {}
    posts = loaders.answer(captain_posts, scope, ("appointment", "area"), day=day, person_ids=tuple(sorted(names)))
    return names | {person: f"{title} {names[person]}" for person, title in captain_titles(posts).items()}
