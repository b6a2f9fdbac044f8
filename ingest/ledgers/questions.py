"""What a file that lies in the feed's folder leaves open, asked and answered in a small TOML beside it.

``10月住夜.xlsx.toml`` holds ``kind``, ``year`` and ``area`` and a table ``[people]``; a value that is "" waits for its answer.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.ledgers.checks import Checked, kind_named
from ingest.ledgers.directory import Directory, Question
from ingest.ledgers.formats import Unreadable
from ingest.ledgers.kind import Kind

EVERYWHERE = "全县"


@dataclass(frozen=True)
class Asked:
    """One thing to be answered: its place in the TOML, what is asked, and what can be written."""

    key: str
    question: str
    examples: str
    of_people: bool = False


@dataclass(frozen=True)
class Answers:
    """What has been answered so far; ``people``: 泥河镇 张三 → 人员编号."""

    kind: Kind | None = None
    year: int | None = None
    area: str = ""
    people: Mapping[str, int] = field(default_factory=dict)


def beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.toml")


def answered(path: Path) -> dict[str, Any] | None:
    """The TOML beside a file, None where there is none. Raises :class:`Unreadable`."""
    try:
        return tomllib.loads(beside(path).read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise Unreadable(f"“{beside(path).name}”写得不对({problem});例子见文件里的说明。") from problem


def is_complete(told: Mapping[str, Any]) -> bool:
    """Whether nothing waits any more."""
    return all(value != "" for value in (*_plain(told).values(), *told.get("people", {}).values()))


def _plain(told: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in told.items() if key != "people"}


def answers_of(told: Mapping[str, Any]) -> Answers:
    """Raises :class:`Unreadable` for what is no answer."""
    known = {"kind", "year", "area", "people"}
    if unknown := sorted(set(told) - known):
        raise Unreadable(f"不认得“{'、'.join(unknown)}”;可以写 kind、year、area 和 [people]。")
    try:
        kind = kind_named(str(told["kind"])) if told.get("kind") else None
        year = int(told["year"]) if told.get("year") else None
        people = {str(who): int(number) for who, number in told.get("people", {}).items() if number != ""}
    except LookupError as problem:
        raise Unreadable(str(problem.args[0])) from problem
    except (TypeError, ValueError) as problem:
        raise Unreadable("年份和人员编号要写成数字,例如 2026。") from problem
    return Answers(kind, year, str(told.get("area") or ""), people)


def asked_by(found: Checked, known: Directory) -> list[Asked]:
    """What a checked file leaves open: the year, and who is meant by a name that several bear."""
    asked = []
    if found.year_asked:
        told = next((one.sentence() for one in found.refused if "年" in one.reason), "日期没有写年份")
        asked.append(Asked("year", f"{told}。是哪一年?", "例如 2026"))
    for one, rows in found.questions.items():
        choices = ";".join(f"{number} {roles}" for number, roles in one.choices)
        where = _where(one, known)
        asked.append(Asked(f"{where} {one.name}", f"{where}的“{one.name}”是哪一位({rows} 行)?", choices, of_people=True))
    return asked


def _where(one: Question, known: Directory) -> str:
    return known.path_of(one.unit) if one.unit else EVERYWHERE


def toml_of(name: str, asked: Sequence[Asked], told: Mapping[str, Any]) -> str:
    """The TOML to be filled in: what has been answered stays, what is asked waits."""
    plain = _plain(told) | {one.key: "" for one in asked if not one.of_people}
    people = dict(told.get("people", {})) | {one.key: "" for one in asked if one.of_people}
    examples = {one.key: one.examples for one in asked}
    lines = [
        f"# “{name}”还没有装入,有 {len(asked)} 个问题要回答:",
        *(f"#   {number}. {one.question}" for number, one in enumerate(asked, start=1)),
        "# 把答案写在两个引号中间并保存,下一次自动装入;不想装入的,把这两个文件删去。",
        "",
        *(_line(key, value, examples.get(key)) for key, value in plain.items()),
    ]
    if people:
        lines += ["", "[people]", *(_line(json.dumps(who, ensure_ascii=False), value, examples.get(who)) for who, value in people.items())]
    return "\n".join(lines) + "\n"


def _line(key: str, value: Any, example: str | None) -> str:
    said = f"{key} = {json.dumps(value, ensure_ascii=False)}"
    return f"{said}   # {example}" if example else said
