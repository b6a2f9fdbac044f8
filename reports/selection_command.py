"""``python -m reports selection …``: the ranking of the page, and whether a frozen one still computes to its digest."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from metrics.selection.result import ROW_COLUMNS, Selection
from metrics.selection.snapshot import digest, recomputed
from metrics.vocabulary import CAPTAINS, ROLE_NAMES, Role
from reports.moment_arguments import add_moment
from reports.selection import ranking_on_record, records
from reports.source import frozen_selections, operators_source
from reports.views.selection import Ranking, provisional, ranking_table, seats_words


def roles_named(words: list[str]) -> list[Role]:
    """``patch_captain`` or 片长, several, or all. Raises ``ValueError`` with a Chinese message."""
    known = {**{str(role): role for role in CAPTAINS}, **{ROLE_NAMES[role]: role for role in CAPTAINS}}
    if words == ["all"]:
        return list(CAPTAINS)
    try:
        return [known[word] for word in words]
    except KeyError as unknown:
        raise ValueError(f"角色 {unknown.args[0]} 不参加年度评选,可选:{'、'.join(known)} 或 all") from None


def summary(made: Selection) -> dict[str, Any]:
    return {
        "year": made.year,
        "role": str(made.rules.role),
        "role_name": ROLE_NAMES[made.rules.role],
        "as_of": made.as_of.isoformat(),
        "rulebook": made.rules.version,
        "complete": made.complete,
        "captains": sum(made.captains.values()),
        "seats": dict(made.seats),
    }


def print_json(rankings: Sequence[Ranking], area: str, at: datetime | None) -> None:
    minute = {} if at is None else {"at": at.isoformat()}
    for made in (ranking.made for ranking in rankings):
        print(json.dumps({**summary(made), **minute, "rows": records(made, area)}, ensure_ascii=False))


def print_csv(rankings: Sequence[Ranking], area: str, at: datetime | None) -> None:
    writer = csv.DictWriter(sys.stdout, [*ROW_COLUMNS, "terms"], lineterminator="\n")
    writer.writeheader()
    for ranking in rankings:
        writer.writerows({**row, "terms": json.dumps(row["terms"], ensure_ascii=False)} for row in records(ranking.made, area))


def print_table(rankings: Sequence[Ranking], area: str, at: datetime | None) -> None:
    """The page's table of everyone, ranked or not."""
    for ranking in rankings:
        made = ranking.made
        table = ranking_table(ranking, ranking.rows, "全部人选", reasons=True)
        print(" · ".join(part for part in (table.title, table.subtitle, provisional(made)) if part))
        if made.seats:
            print(f"全县{sum(made.captains.values())}人,名额 {seats_words(made)}")
        frame = pd.DataFrame(table.texts(), columns=[column.heading for column in table.file_columns])
        print("(没有人选)" if frame.empty else frame.to_string(index=False), end="\n\n")


PRINTERS = {"json": print_json, "csv": print_csv, "table": print_table}


def ranked(arguments: argparse.Namespace) -> int:
    if arguments.year is None or (arguments.as_of or arguments.at) is None:
        print("错误:请给出 --year 与 --as-of 或 --at(或用 --verify 核验已冻结的评选)", file=sys.stderr)
        return 2
    as_of = arguments.as_of or arguments.at.date()
    try:
        with operators_source(at=arguments.at) as source:  # the ranking is county-wide whatever --area asks to see
            asked = (arguments.year, as_of, arguments.at, lambda code: code.startswith(arguments.area))
            rankings = [ranking_on_record(source, role, *asked) for role in roles_named(arguments.role)]
    except ValueError as problem:
        print(f"错误:{problem.args[0]}", file=sys.stderr)
        return 2
    PRINTERS[arguments.format](rankings, arguments.area, arguments.at)
    return 0


def verification(frozen: Iterator[dict[str, Any]] | list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each frozen selection with whether its snapshot, computed anew, gives the digest on record."""
    found = []
    for entry in frozen:
        try:
            again: str | None = digest(entry["snapshot"], recomputed(entry["snapshot"]))
        except ValueError:
            again = None
        found.append({**{name: entry[name] for name in ("id", "year", "role", "digest")}, "again": again, "same": again == entry["digest"]})
    return found


def verify(arguments: argparse.Namespace) -> int:
    roles = {str(role) for role in roles_named(arguments.role)}
    checked = verification([e for e in frozen_selections() if e["role"] in roles and arguments.year in (None, e["year"])])
    for entry in checked:
        if arguments.format == "json":
            print(json.dumps(entry, ensure_ascii=False))
        else:
            verdict, role = "一致" if entry["same"] else "不一致", ROLE_NAMES[Role(entry["role"])]
            print(f"{verdict} · {entry['year']}年 {role} · 第{entry['id']}号 · {entry['digest']}")
    if not checked:
        print("没有已冻结的评选", file=sys.stderr)
    return 0 if all(entry["same"] for entry in checked) else 1


def run(arguments: argparse.Namespace) -> int:
    return verify(arguments) if arguments.verify else ranked(arguments)


def add_selection(commands: Any) -> None:
    parser = commands.add_parser("selection", help="年度最佳三长:全部名次与依据,或核验已冻结的评选")
    parser.add_argument("--year", type=int)
    parser.add_argument("--role", nargs="+", default=["all"], help="patch_captain、group_captain、cell_captain 或 all")
    add_moment(parser, otherwise="")
    parser.add_argument("--area", default="", help="只列出该区划下的人选,名次仍为全县名次")
    parser.add_argument("--format", default="json", choices=list(PRINTERS))
    parser.add_argument("--verify", action="store_true", help="由快照重算已冻结的评选,核对摘要")
    parser.set_defaults(run=run)
