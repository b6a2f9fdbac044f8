"""The manual (docs/手册): chapters for who reads, keeps ledgers, administers and operates, as values that a page draws.

A chapter is Markdown of a few kinds: sections, paragraphs, lists, tables, pictures that lie beside it, and at a section's end one line of
terms (``用语：``), each of which leads to its definition. The same files are read in the repository and in the bundle.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "docs" / "手册"
CHAPTERS = ("领导", "台账员", "管理员", "运维")
_PICTURE = re.compile(r"^!\[(?P<words>[^\]]*)\]\((?P<file>[^)]+)\)$", re.MULTILINE)
_TERMS = re.compile(r"^用语：(?P<terms>.+)$", re.MULTILINE)
_TERM = re.compile(r"\[(?P<name>[^\]]+)\]\(口径:(?P<indicator>[\w.]+)\)")


@dataclass(frozen=True)
class Picture:
    file: Path
    words: str


@dataclass(frozen=True)
class Term:
    """A word of the section and the indicator that says how it is counted."""

    name: str
    indicator: str


@dataclass(frozen=True)
class Section:
    """``blocks``: Markdown texts and pictures, in their order."""

    title: str
    blocks: tuple[str | Picture, ...]
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class Chapter:
    name: str
    title: str
    sections: tuple[Section, ...]


@lru_cache(maxsize=len(CHAPTERS))
def chapter(name: str) -> Chapter:
    """One of :data:`CHAPTERS`; another one raises :class:`KeyError`."""
    if name not in CHAPTERS:
        raise KeyError(name)
    head, *parts = re.split(r"^## ", (FOLDER / f"{name}.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    return Chapter(name, head.strip().removeprefix("# "), tuple(map(_section, parts)))


def _section(text: str) -> Section:
    title, _, body = text.partition("\n")
    terms = tuple(Term(found["name"], found["indicator"]) for line in _TERMS.finditer(body) for found in _TERM.finditer(line["terms"]))
    return Section(title.strip(), tuple(_blocks(_TERMS.sub("", body))), terms)


def _blocks(body: str) -> list[str | Picture]:
    blocks: list[str | Picture] = []
    end = 0
    for found in _PICTURE.finditer(body):
        blocks += [body[end : found.start()], Picture(FOLDER / found["file"], found["words"])]
        end = found.end()
    return [each.strip() if isinstance(each, str) else each for each in (*blocks, body[end:]) if not isinstance(each, str) or each.strip()]


WHERE = {
    "admin": ("管理员", "建一个账号"),
    "quality": ("台账员", "数据页每周看一次"),
    "meeting": ("领导", "开会用"),
    "show": ("领导", "开会用"),
    "overview": ("领导", "每天看什么"),
    "definitions": ("领导", "每天看什么"),
    "township": ("领导", "从数字到人和事"),
    "village": ("领导", "从数字到人和事"),
    "person": ("领导", "从数字到人和事"),
    "duty": ("领导", "从数字到人和事"),
    "petitions": ("领导", "从数字到人和事"),
    "cases": ("领导", "从数字到人和事"),
    "case": ("领导", "从数字到人和事"),
    "selection": ("领导", "从数字到人和事"),
    "rows": ("领导", "从数字到人和事"),
    "compare": ("领导", "从数字到人和事"),
    "nights": ("领导", "从数字到人和事"),
    "reception": ("领导", "从数字到人和事"),
    "captains": ("领导", "从数字到人和事"),
    "captain": ("领导", "从数字到人和事"),
    "tonight": ("领导", "每天看什么"),
    "morning": ("领导", "每天看什么"),
    "outcomes": ("领导", "开会用"),
    "enter": ("台账员", "填报今晚"),
}
"""Page → the chapter and section that tell of it; a page that is not here: the reader's own chapter."""
OF_ADMIN = {"台账": ("台账员", "装一份台账"), "推送": ("管理员", "推送"), "审计": ("管理员", "审计")}
"""Part of 管理 → the same."""


def where(page: str, part: str, own: str) -> tuple[str, str]:
    """Chapter and section for who asks from a page (its address, and which part of it); ``own``: his own chapter."""
    if page == "admin" and part in OF_ADMIN:
        return OF_ADMIN[part]
    return WHERE.get(page, (own, chapter(own).sections[0].title))
