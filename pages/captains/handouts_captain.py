"""One captain's year to take away: the months with what was due and done, and the rows of the month that is looked at."""

from __future__ import annotations

from datetime import date

from data_access.captain_lists import households_of, meetings_of, visits_of
from data_access.scope import Scope
from data_access.slots import Slot
from metrics.captain_months import month_of, stars_by_month
from metrics.period import Period, PeriodKind
from metrics.vocabulary import HOUSEHOLD_NAMES, MEETING_NAMES, OUTCOME_NAMES, SIZE_NAMES, HouseholdKind, MeetingKind, Outcome, Size
from metrics.wording import is_missing
from pages.captains.months import DONE, DUE, OF_ROLE, QUARTERLY, Year, besides, held
from pages.captains.person import Captain
from pages.common.filters import Filters
from pages.common.handouts import COUNT, DATE, TEXT, TIME, Rows, asked_once, offer_rows
from pages.common.sheets import name_of, names_of

VISITS = {"日期": DATE, "户号": TEXT, "户别": TEXT, "邻": TEXT, "情况": TEXT, "录入": TIME}
HOUSEHOLDS = {"邻": TEXT, "户号": TEXT, "户别": TEXT, "本月走访(次)": COUNT, "最近一次": DATE}
MEETINGS = {"日期": DATE, "会议": TEXT, "到会(人)": COUNT, "主持": TEXT}
PETITIONS = {"编号": TEXT, "大小": TEXT, "类别": TEXT, "收到": TIME, "期限": DATE, "结果": TEXT, "办结": TIME}
RATINGS = {"日期": DATE, "星级(星)": COUNT, "来源": TEXT, "诉求": TEXT}


def offer_captain(scope: Scope, captain: Captain, found: Year, part: Period, as_of: date) -> None:
    """All tables of the page. ``part``: the month whose rows are shown."""
    of_year = Filters(Period.holding(PeriodKind.YEAR, date(found.year, 1, 1)), as_of, None, scope)
    of_month = Filters(part, as_of, None, scope)
    who, last = captain.name, min(part.last, as_of)
    columns = {"月份": TEXT}
    for item in OF_ROLE[found.role]:
        name = (DUE | DONE)[item] + ("(季)" if item in QUARTERLY else "")
        columns |= {f"{name} 做了": COUNT, f"{name} 应做": COUNT}
    columns |= {"收到评价(条)": COUNT, "评价合计(星)": COUNT, "请假、参训、认定": TEXT}
    offer_rows(f"{who} 逐月应做与已做", columns, lambda: month_lines(found), of_year, "captains.key_visits", chosen=captain.title)
    posts = held(captain, Slot(part.text, part.first, last))
    days = {"first": part.first, "last": last}

    def visits() -> Rows:
        rows = asked_once(visits_of, scope, person_id=captain.person_id, **days).to_dict("records")
        return [[row["visited_on"], *_home(row), row["cell"], row["note"], row["recorded_at"]] for row in rows]

    def households() -> Rows:
        parts = [asked_once(households_of, scope, code=str(post["code"]), **days).to_dict("records") for post in posts]
        return [[row["cell"], *_home(row), row["visits"], row["seen"]] for rows in parts for row in rows]

    def meetings() -> Rows:
        rows = [row for post in posts for row in asked_once(meetings_of, scope, code=str(post["code"]), **days).to_dict("records")]
        names = names_of(scope, [row["convener_id"] for row in rows])
        kinds = {str(kind): MEETING_NAMES[kind] for kind in MeetingKind}
        return [[row["held_on"], kinds.get(row["kind"], row["kind"]), row["attendees"], name_of(names, row["convener_id"])] for row in rows]

    offer_rows(f"{who} 本人走访", VISITS, visits, of_month, chosen=captain.title)
    offer_rows(f"{who} 所辖各户", HOUSEHOLDS, households, of_month, chosen=captain.title)
    offer_rows(f"{who} 会议", MEETINGS, meetings, of_month, chosen=captain.title)
    offer_rows(f"{who} 全年承办诉求", PETITIONS, lambda: petition_lines(found), of_year, chosen=captain.title)
    offer_rows(f"{who} 收到评价", RATINGS, lambda: rating_lines(found, part), of_month, "satisfaction.rated", chosen=captain.title)


def month_lines(found: Year) -> Rows:
    """One line a month, newest first, then the year as it is scored."""
    stars, made = stars_by_month(found.ratings), []
    for number in range(found.last.month, 0, -1):
        month = Period.parse(f"{found.year}-{number:02d}")
        cells: list[object] = []
        for item in OF_ROLE[found.role]:
            row = found.figure(item, month)
            cells += [None, None] if row is None else [row["k"], row["n"]]
        made.append([month.text, *cells, *stars.get(month.text, (0, 0)), besides(found, month)])
    totals = [each for item in OF_ROLE[found.role] for each in found.total(item)]
    count, total = len(found.ratings), int(found.ratings["stars"].sum()) if len(found.ratings) else 0
    return [*made, ["全年(计分)", *totals, count, total, ""]]


def petition_lines(found: Year) -> Rows:
    made = []
    for row in found.handled.to_dict("records"):
        size = SIZE_NAMES[Size(row["size"])] if row["size"] in set(Size) else ""
        outcome = OUTCOME_NAMES[Outcome(row["outcome"])] if row["outcome"] in set(Outcome) else "办理中"
        made.append([row["number"], size, row["category"], row["opened_at"], row["due"], outcome, row["ended_at"]])
    return made


def rating_lines(found: Year, part: Period) -> Rows:
    return [
        [row["rated_at"].date(), row["stars"], "独立回访" if row["independent"] else "评单", row["number"]]
        for row in found.ratings.to_dict("records")
        if month_of(row["rated_at"]) == part.text
    ]


def _home(row: dict) -> list[object]:
    kind = HOUSEHOLD_NAMES[HouseholdKind(row["kind"])] if not is_missing(row["kind"]) else ""
    return [str(row["household_id"]), kind]
