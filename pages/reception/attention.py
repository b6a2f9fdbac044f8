"""What a leader acts on: slots nobody came to, leaders who received nobody last week, townships without slots ahead."""

from __future__ import annotations

from datetime import timedelta

from data_access.reception_lists import LIST_TABLES, coming_slots, slot_count, slot_list
from metrics.definition import Question, Span
from metrics.nights import full_weeks, unreached
from metrics.period import Period, PeriodKind
from metrics.vocabulary import PLACE_NAMES, Level, Place
from metrics.wording import day_text, fraction, is_missing, share, whole
from pages.common import loaders
from pages.common.filters import Filters
from pages.common.markup import Exceptions
from pages.common.panel import go_definition, go_to
from pages.common.sheets import name_of, names_of, period_window, to_township, township_names

MOST_LINES = 4
WEEKS_BACK = 3
RECEPTION_PAGE = "pages/reception/reception.py"


def sentence(totals: dict[str, int], filters: Filters) -> str:
    """2026年11月公示接待 430 场,A岗或B岗到岗 410 场(95.3%),20 场没有人来."""
    slots, kept = totals["slots"], totals["by_a"] + totals["by_b"]
    if not slots:
        return f"{filters.period.label}还没有公示接待场次"
    missed = f",{totals['nobody']} 场没有人来" if totals["nobody"] else ",场场有人"
    return f"{filters.period.label}公示接待 {whole(slots)} 场,A岗或B岗到岗 {whole(kept)} 场({share(kept / slots)}){missed}"


def groups(filters: Filters) -> list[Exceptions]:
    return [_nobody_came(filters), _received_nobody(filters), _nothing_ahead(filters), _unresolved(filters)]


def _nobody_came(filters: Filters) -> Exceptions:
    window = period_window(filters)
    total = loaders.answer(slot_count, filters.narrowed, LIST_TABLES, window=window, how="nobody")
    rows = loaders.answer(slot_list, filters.narrowed, LIST_TABLES, window=window, how="nobody", rows=MOST_LINES)
    names = names_of(filters.scope, [*rows["leader_id"], *rows["backup_id"]])
    lines = []
    for row in rows.to_dict("records"):
        place = PLACE_NAMES[Place(row["place"])] if row["place"] in set(Place) else "地点未写"
        duty = f"A岗{name_of(names, row['leader_id'], '未排')}、B岗{name_of(names, row['backup_id'], '未排')}"
        where = row["code"] if is_missing(row["unit"]) else row["unit"]
        lines.append((f"{day_text(row['day'])} {where}", f"{place} · {duty}", to_township(str(row["code"]), filters)))
    if total > len(lines):
        lines.append((f"全部 {total} 场 →", "", go_to(RECEPTION_PAGE, {"view": "场次", "how": "nobody", **filters.query})))
    return Exceptions("公示了没人来", f"{whole(total)} 场", lines, quiet="公示的场次都有人接待", info=go_definition("reception.kept"))


def _received_nobody(filters: Filters) -> Exceptions:
    """Chiefs and leaders in post all last week without a published slot received in person, by township."""
    scope, as_of = filters.narrowed, filters.as_of
    stretch = Period(PeriodKind.WEEK, as_of - timedelta(days=7 * WEEKS_BACK), as_of)
    asked = loaders.question_for(scope, Level.TOWNSHIP, stretch, as_of)
    title, info = "上周没接待的班子成员", go_definition("reception.leader_weeks")
    if not asked.weeks:
        return Exceptions(title, "0 人", [], quiet="还没有可统计的完整周", info=info)
    week = asked.weeks[-1]
    one = Question(Level.TOWNSHIP, Period(PeriodKind.WEEK, week.monday, week.sunday), as_of, asked.workdays, asked.rules)
    posts, leaves, received = (loaders.fact(scope, name, one, Span.WEEKS) for name in ("leader_posts", "leader_leaves", "slots_received"))
    short = unreached(full_weeks(posts, leaves, [week]), received, "slots", asked.rules.number("reception", "slots_a_week"))
    townships, names = township_names(scope, as_of), names_of(filters.scope, short["person_id"])
    by_township = sorted(((len(rows), str(code), rows) for code, rows in short.groupby("code")), key=lambda each: (-each[0], each[1]))
    lines = [
        (
            townships.get(code, code),
            f"{count} 人:" + "、".join(name_of(names, person) for person in rows["person_id"]),
            to_township(code, filters),
        )
        for count, code, rows in by_township[: 2 * MOST_LINES]
    ]
    return Exceptions(title, f"{len(short)} 人", lines, quiet="班子成员上周都接待过", severity="near", info=info)


def _nothing_ahead(filters: Filters) -> Exceptions:
    scope, first = filters.narrowed, filters.as_of + timedelta(days=1)
    ahead = loaders.answer(coming_slots, scope, LIST_TABLES, first=first, last=first + timedelta(days=6))
    missing = {code: name for code, name in township_names(scope, filters.as_of).items() if code not in set(ahead["code"])}
    lines = [(name, "尚未公示", to_township(code, filters)) for code, name in missing.items()]
    title, info = "未来一周没有公示场次", go_definition("reception.kept")
    return Exceptions(title, f"{len(missing)} 个乡镇", lines[: 2 * MOST_LINES], quiet="各乡镇都已公示", info=info)


def _unresolved(filters: Filters) -> Exceptions:
    """By township: disputes from receptions of the period that are due and not resolved."""
    rows = loaders.frame(filters.narrowed, "reception.resolved", Level.TOWNSHIP, filters.period, filters.as_of)
    open_ = rows.assign(left=rows["n"] - rows["k"])
    open_ = open_[open_["left"] > 0].sort_values("left", ascending=False, kind="stable")
    lines = [
        (str(row["name"]), f"{row['left']} 件未化解({fraction(row['k'], row['n'])})", to_township(str(row["code"]), filters))
        for row in open_.head(MOST_LINES).to_dict("records")
    ]
    return Exceptions(
        "到期未化解的接待纠纷",
        f"{int(open_['left'].sum())} 件",
        lines,
        quiet="到期的都已化解",
        severity="near",
        info=go_definition("reception.resolved"),
    )
