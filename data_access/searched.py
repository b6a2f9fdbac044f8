"""Words that somebody looks for, as a database takes them. Of too long ones SQLite says that it cannot, and the page, that it is away."""

from __future__ import annotations

MOST_WORDS = 5
LONGEST = 200
"""Signs: longer than any name; SQLite takes no pattern beyond 50,000 bytes."""


def searched(text: str) -> str:
    """One text to be found as it stands. PostgreSQL takes no zero byte."""
    return text.replace("\x00", "").strip()[:LONGEST]


def searched_words(text: str) -> list[str]:
    return searched(text).split()[:MOST_WORDS]
