"""满意度: what citizens say of the handling, in the 评单 itself and in independent call-backs (R27)."""

from __future__ import annotations

import pandas as pd

from metrics.definition import Facts, Indicator, Question, Span
from metrics.petitions import TOWNSHIP_LEVELS, VILLAGE_LEVELS, by_unit, total
from metrics.vocabulary import AREA_LEVELS, Direction, Level, Measure, Outcome

_POINTS = 100


def satisfied(facts: Facts, question: Question, independent: bool) -> pd.DataFrame:
    """k: ratings of enough stars; n: ratings, of one kind. Columns: code, k, n."""
    rows = facts["petition_ratings"]
    rows = rows[rows["independent"] == int(independent)]
    enough = rows["stars"] >= question.rules.number("satisfaction", "satisfied_stars")
    return by_unit({"k": total(rows, enough, "ratings"), "n": total(rows, None, "ratings")})


def rated(facts: Facts, question: Question) -> pd.DataFrame:
    return satisfied(facts, question, independent=False)


def callback(facts: Facts, question: Question) -> pd.DataFrame:
    return satisfied(facts, question, independent=True)


def response(facts: Facts, question: Question) -> pd.DataFrame:
    """k: resolved with a 评单; n: resolved in the period."""
    rows = facts["petitions_ended_and_rated"]
    resolved = rows["outcome"] == Outcome.RESOLVED
    return by_unit({"k": total(rows, resolved, "rated"), "n": total(rows, resolved)})


def gap(facts: Facts, question: Question) -> pd.DataFrame:
    """value: rated − callback in percentage points; missing where either has no answers."""
    shares = {}
    for name, rows in (("rated", rated(facts, question)), ("callback", callback(facts, question))):
        counts = rows.set_index("code")
        shares[name] = counts["k"] / counts["n"].where(counts["n"] > 0)
    both = pd.DataFrame(shares, dtype="float64")
    return ((both["rated"] - both["callback"]) * _POINTS).rename("value").rename_axis("code").reset_index()


INDICATORS = (
    Indicator(
        id="satisfaction.rated",
        name="评单满意率",
        why="办得好不好,群众说了算",
        numerator="{satisfaction.satisfied_stars}星及以上的评单数",
        denominator="本期评单数",
        unit="单",
        levels=(*AREA_LEVELS, Level.PERSON, Level.DEPARTMENT),
        needs={"petition_ratings": Span.PERIOD},
        figure=rated,
        basis=("R27",),
        owner="信访局",
        of_answers=True,
        notes="不含独立回访。",
    ),
    Indicator(
        id="satisfaction.response",
        name="参评率",
        why="评的人太少,满意率靠不住",
        numerator="有评单的化解件数",
        denominator="本期化解件数",
        unit="件",
        levels=(*VILLAGE_LEVELS, Level.DEPARTMENT),
        needs={"petitions_ended_and_rated": Span.PERIOD},
        figure=response,
        basis=("R27",),
        owner="信访局",
    ),
    Indicator(
        id="satisfaction.callback",
        name="回访满意率",
        why="不经办的人再问一遍",
        numerator="{satisfaction.satisfied_stars}星及以上的独立回访数",
        denominator="本期独立回访数",
        unit="次",
        levels=(*TOWNSHIP_LEVELS, Level.DEPARTMENT),
        needs={"petition_ratings": Span.PERIOD},
        figure=callback,
        basis=("R27",),
        owner="信访局",
        of_answers=True,
    ),
    Indicator(
        id="satisfaction.gap",
        name="评访差",
        why="评单比回访高太多,可能有人“教”群众打分",
        numerator="评单满意率减回访满意率",
        denominator="",
        unit="个百分点",
        levels=(*TOWNSHIP_LEVELS, Level.DEPARTMENT),
        needs={"petition_ratings": Span.PERIOD},
        figure=gap,
        basis=("R27",),
        measure=Measure.VALUE,
        direction=Direction.DOWN,
        owner="信访局",
    ),
)
