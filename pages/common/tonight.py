"""Who is missing tonight: the judged roll of one night, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from data_access.clock import beijing_now
from data_access.facts import FACTS
from data_access.scope import Scope
from metrics.definition import Facts, Question, Span
from metrics.duty import duty_night, shortfall_words, township_nights, village_nights
from metrics.period import Period, PeriodKind
from metrics.vocabulary import Level
from metrics.wording import day_text
from pages.common import loaders

FACT_NAMES = ("townships", "township_roll", "staff_in_post", "villages", "village_roll")
WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class Tonight:
    """One workday night: ``townships`` and ``villages`` with columns code, name, words (empty where compliant), unreported, has_chief."""

    night: date
    label: str
    short: str
    townships: pd.DataFrame
    villages: pd.DataFrame

    @property
    def sentence(self) -> str:
        """今晚 9 个乡镇中 7 个达标,泥河镇缺正职."""
        missing = self.townships[self.townships["words"] != ""]
        total, short = len(self.townships), len(missing)
        if total == 0:
            return f"{self.label}没有应住夜的乡镇"
        if short == 0:
            return f"{self.label} {total} 个乡镇全部达标"
        named = "、".join(f"{row.name_}{row.words}" for row in missing.rename(columns={"name": "name_"}).head(3).itertuples())
        more = f"等 {short} 个未达标" if short > 3 else ""
        return f"{self.label} {total} 个乡镇中 {total - short} 个达标,{named}{more}"


def tonight(scope: Scope, as_of: date) -> Tonight | None:
    """The night a leader asks about now; None where there is none within three weeks."""
    tables = {table for name in FACT_NAMES for table in FACTS[name].tables} | {"area", "calendar_day"}
    return loaders.kept(_tonight, sorted(tables), loaders.figures_scope(scope, Level.TOWNSHIP), as_of, beijing_now().hour)


def _tonight(scope: Scope, as_of: date, hour: int) -> Tonight | None:
    asked = loaders.question_for(scope, Level.TOWNSHIP, Period.holding(PeriodKind.WEEK, as_of), as_of)
    night = duty_night(asked, hour)
    if night is None:
        return None
    one = Question(Level.TOWNSHIP, Period(PeriodKind.WEEK, night, night), as_of, asked.workdays, asked.rules)

    facts: Facts = {name: loaders.fact(scope, name, one, Span.PERIOD) for name in FACT_NAMES}
    label = "今晚" if night == as_of else f"{day_text(night)}(周{WEEKDAYS[night.weekday()]})夜"
    return Tonight(
        night,
        label,
        "今晚" if night == as_of else f"{night.month}/{night.day}夜",
        _in_words(township_nights(facts, one), facts["townships"]),
        _in_words(village_nights(facts, one), facts["villages"]),
    )


def _in_words(nights: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    named = units[["code", "name"]].merge(nights, on="code")
    words = [shortfall_words(night) for night in named.to_dict("records")]
    return named.assign(words=words)[["code", "name", "words", "unreported", "has_chief"]]
