"""``python -m reports indicator …``: the frames of the screen, for cron jobs, other programs and checks."""

from __future__ import annotations

import argparse
import csv
import json
import math
import sys
from datetime import date, datetime
from typing import Any

import pandas as pd

from data_access.clock import beijing_now
from metrics.definition import Indicator
from metrics.period import Period
from metrics.registry import REGISTRY, chosen, require_level
from metrics.vocabulary import Level
from reports.backup_command import add_backup
from reports.changes_command import add_changes
from reports.moment_arguments import add_moment, moment_asked
from reports.notify_command import add_notify
from reports.pack_command import add_pack
from reports.picture_command import add_picture
from reports.readings import ranked_within
from reports.selection_command import add_selection
from reports.source import operators_source
from reports.wording import as_of_words, counted_at


def plain(value: Any) -> Any:
    """A cell as JSON knows it: missing is null, whole numbers are integers."""
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    if hasattr(value, "item"):
        return value.item()
    return value


def as_record(
    entry: Indicator, frame: pd.DataFrame, period: Period, as_of: date, at: datetime | None, target: float | None, own: str = ""
) -> dict[str, Any]:
    """``own``: the code of the one unit whose row is wanted; its place stays that among all of the frame, and how many they are is said."""
    ranked = {"ranked": int(frame["rank"].notna().sum())} if own else {}
    frame = frame[frame["code"] == own] if own else frame
    rows = [{column: plain(value) for column, value in row.items()} for row in frame.to_dict("records")]
    return {
        "id": entry.id,
        "name": entry.name,
        "unit": entry.unit,
        "period": period.text,
        "as_of": as_of.isoformat(),
        **({} if at is None else {"at": at.isoformat()}),
        "target": target,
        **ranked,
        "rows": rows,
    }


def print_csv(records: list[dict[str, Any]]) -> None:
    columns = ["id", *dict.fromkeys(column for record in records for row in record["rows"] for column in row)]
    writer = csv.DictWriter(sys.stdout, columns, lineterminator="\n")
    writer.writeheader()
    for record in records:
        writer.writerows({"id": record["id"], **row} for row in record["rows"])


def print_table(records: list[dict[str, Any]]) -> None:
    for record in records:
        target = "" if record["target"] is None else f" · 目标 {record['target']:g}"
        moment = datetime.fromisoformat(record["at"]) if "at" in record else date.fromisoformat(record["as_of"])
        until = as_of_words(counted_at(REGISTRY[record["id"]], Period.parse(record["period"]), moment))
        among = f" · 名次在 {record['ranked']} 个单位中排" if "ranked" in record else ""
        print(f"{record['id']} {record['name']} · {record['period']} · {until}{target}{among}")
        frame = pd.DataFrame(record["rows"])
        print("(没有单位)" if frame.empty else frame.to_string(index=False, na_rep="—"))
        print()


def indicator(arguments: argparse.Namespace) -> int:
    if arguments.list:
        for entry in REGISTRY.values():
            print(f"{entry.id}\t{entry.name}\t{' '.join(entry.levels)}")
        return 0
    try:
        entries, period, level = chosen(arguments.ids), Period.parse(arguments.period), Level(arguments.by)
        if len(entries) == 1:
            require_level(entries[0], level)
        entries = [entry for entry in entries if level in entry.levels]
    except (LookupError, ValueError) as problem:
        print(f"错误:{problem.args[0]}", file=sys.stderr)
        return 2
    (as_of, at), records = moment_asked(arguments, beijing_now), []
    within = ranked_within(arguments.area, level)
    with operators_source(within or arguments.area, at) as source:
        rules = source.rules.on(min(period.last, as_of))
        for entry in entries:
            frame = source.frame(entry, level, period, as_of)
            records.append(as_record(entry, frame, period, as_of, at, rules.target(entry.id), arguments.area if within else ""))
    if arguments.format == "json":
        for record in records:
            print(json.dumps(record, ensure_ascii=False))
    else:
        (print_csv if arguments.format == "csv" else print_table)(records)
    return 0


def add_indicator(commands: Any) -> None:
    parser = commands.add_parser("indicator", help="打印指标,与页面同一数据")
    parser.add_argument("ids", nargs="*", default=["all"], help="指标编号、一族('duty.*')或 all")
    parser.add_argument("--by", default="township", choices=[str(level) for level in Level])
    parser.add_argument("--period", default=None, required="--list" not in sys.argv)
    add_moment(parser)
    parser.add_argument("--area", default="", help="区划代码前缀,缺省为全部")
    parser.add_argument("--format", default="json", choices=["json", "csv", "table"])
    parser.add_argument("--list", action="store_true", help="列出全部指标")
    parser.set_defaults(run=indicator)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m reports", description="看板的数据与会议材料")
    commands = parser.add_subparsers(dest="command", required=True)
    add_indicator(commands)
    add_selection(commands)
    add_pack(commands, beijing_now)
    add_picture(commands, beijing_now)
    add_backup(commands, beijing_now)
    add_notify(commands)
    add_changes(commands, beijing_now)
    chosen_command = parser.parse_args(arguments)
    return int(chosen_command.run(chosen_command))


if __name__ == "__main__":
    sys.exit(main())
