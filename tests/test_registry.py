"""The registry is complete: every indicator that was agreed, each with its words, its rules, its target and its levels."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from data_access.facts import FACTS
from data_access.freshness import MARKED
from metrics.definition import Indicator
from metrics.outcomes import TOTALS
from metrics.period import PeriodKind
from metrics.registry import REGISTRY, chosen, indicator, require_level
from metrics.rulebook import parse_rulebook, rulebook
from metrics.vocabulary import Direction, Level, Measure, Module
from reports.tables import basis_words

ALL = "county township village patch group cell person category"
CELL_UP = "county township village patch group cell"

# id → the levels at which the county must be able to ask for it.
AGREED = {
    "duty.night_compliance": "county township",
    "duty.unreported": "county township village",
    "duty.chief_cover": "county township",
    "duty.leader_cover": "county township",
    "duty.staff_share": "county township",
    "duty.chief_nights": "county township person",
    "duty.village_compliance": "county township village",
    "duty.miss_streak": "township village",
    "duty.load_ratio": "township",
    "nights.study_weeks": "county township",
    "nights.lecturers": "county township",
    "nights.reviews": "county township",
    "nights.township_visits": "county township",
    "nights.village_visits": "county township village",
    "nights.on_the_spot": "county township",
    "nights.follow_up": "county township",
    "nights.talk_weeks": "county township",
    "nights.measures_done": "county township",
    "reception.leader_weeks": "county township",
    "reception.kept": "county township",
    "reception.desk_days": "county township village",
    "reception.resolved": "county township",
    "petitions.dispatch_on_time": "county township village",
    "petitions.accept_on_time": "county township village person",
    "petitions.response": "county township village",
    "petitions.closed_on_time": "county township village person",
    "petitions.resolved": "county township village",
    "petitions.disputes_resolved": "county township village",
    "petitions.open": ALL,
    "petitions.overdue": ALL,
    "petitions.days": "county township category",
    "petitions.level_closed": "county township",
    "petitions.repeat": "county township",
    "petitions.returned": "county township",
    "petitions.proper_closure": "county township person",
    "petitions.reopened": "county township",
    "petitions.backlog": "county township",
    "petitions.notified": "county township",
    "petitions.mass": "county",
    "captains.key_visits": CELL_UP,
    "captains.ordinary_visits": CELL_UP,
    "captains.cell_size": "county township village",
    "captains.coverage": "county township village",
    "captains.meetings": "county township village patch",
    "captains.cards": "county township village",
    "captains.training": "county township village",
    "satisfaction.rated": f"{CELL_UP} person",
    "satisfaction.response": "county township village",
    "satisfaction.callback": "county township",
    "satisfaction.gap": "county township",
    "duty.planned": "county township village",
    "duty.plan_kept": "county township village",
    "quality.in_time": "county township",
    "quality.backfilled": "county township",
    "quality.bulk": "county township person",
    "quality.same_text": "county township person",
    "quality.two_places": "county township person",
    "quality.perfect": "township village",
    "quality.stale": "county township",
    "quality.spot_true": "county township",
}

TARGETS = [
    ("duty.night_compliance", 1.0),
    ("duty.staff_share", 0.2),
    ("duty.load_ratio", 2),
    ("duty.miss_streak", 0),
    ("duty.planned", 1.0),
    ("duty.plan_kept", 0.95),
    ("nights.measures_done", 0.9),
    ("nights.lecturers", None),
    ("nights.on_the_spot", None),
    ("petitions.closed_on_time", 0.95),
    ("petitions.repeat", 0.05),
    ("petitions.open", None),
    ("petitions.days", None),
    ("captains.training", 0.9),
    ("satisfaction.response", 0.6),
    ("satisfaction.gap", 10),
    ("quality.bulk", 0.02),
    ("quality.same_text", 0.1),
    ("quality.stale", 72),
]
WORKS_WITH_NO_RULE_OF_ITS_OWN = {"petitions.open"}


def has_chinese(text: str) -> bool:
    return any("一" <= letter <= "鿿" for letter in text)


every_entry = pytest.mark.parametrize("entry", REGISTRY.values(), ids=list(REGISTRY))


def test_the_registry_holds_what_was_agreed_and_nothing_else() -> None:
    assert set(REGISTRY) == set(AGREED)


@pytest.mark.parametrize(("indicator_id", "levels"), AGREED.items(), ids=list(AGREED))
def test_an_indicator_is_there_at_every_level_agreed(indicator_id: str, levels: str) -> None:
    assert {Level(level) for level in levels.split()} <= set(REGISTRY[indicator_id].levels)


@every_entry
def test_an_entry_says_in_chinese_what_it_is(entry: Indicator) -> None:
    for field in (entry.name, entry.why, entry.numerator, entry.unit, entry.owner):
        assert has_chinese(field) or (field == entry.unit and field in ("%",)), f"{entry.id}: {field!r}"
    if entry.measure is Measure.RATE:
        assert has_chinese(entry.denominator), entry.id
    assert entry.id.split(".")[0] in set(Module)
    assert date.fromisoformat(entry.since)


@every_entry
def test_an_entry_rests_on_rules_that_are_written_down(entry: Indicator) -> None:
    assert entry.basis or entry.id in WORKS_WITH_NO_RULE_OF_ITS_OWN, f"{entry.id} names no rule"
    for rule_id in entry.basis:
        assert has_chinese(rulebook().rules[rule_id].words)


@every_entry
def test_an_entry_asks_for_facts_that_exist(entry: Indicator) -> None:
    for level in entry.levels:
        for fact in entry.needs_at(level):
            assert fact in FACTS, f"{entry.id} at {level} needs {fact}"


@every_entry
def test_what_has_a_target_has_a_direction(entry: Indicator) -> None:
    for edition in rulebook().editions:
        if edition.target(entry.id) is not None:
            assert entry.direction is not Direction.WATCH, f"{entry.id} is only watched, yet has a target"
    assert entry.counted_in in (None, PeriodKind.MONTH, PeriodKind.QUARTER)


def test_two_indicators_never_share_a_name() -> None:
    names = [entry.name for entry in REGISTRY.values()]
    assert sorted(names) == sorted(set(names))


def test_every_rule_of_the_rulebook_is_well_formed_and_every_target_has_its_indicator() -> None:
    for edition in rulebook().editions:
        assert set(edition.tables["targets"]) <= set(REGISTRY)
        assert set(edition.tables["margins"]) - {"rate"} <= set(REGISTRY)
    assert all(has_chinese(rule.words) and has_chinese(rule.basis) for rule in rulebook().rules.values())


def test_no_other_countys_name_or_published_result_stands_as_this_countys_basis() -> None:
    for entry in REGISTRY.values():
        words = basis_words(entry)
        assert words or not entry.basis
        assert not re.search(r"阳曲|湖南|泥屯|R\d\d|LAW|LEDGER|JIANFU|累计|\d余人次", words), words
    assert basis_words(REGISTRY["duty.night_compliance"]).startswith("规则手册“至少有1名乡镇党政正职")
    assert basis_words(REGISTRY["petitions.notified"]).startswith("信访工作条例(2022)第二十二、二十三条“")


@pytest.mark.parametrize(("indicator_id", "target"), TARGETS, ids=[case[0] for case in TARGETS])
def test_targets_are_those_of_the_agreement(indicator_id: str, target: float | None) -> None:
    assert rulebook().on(date(2026, 11, 21)).target(indicator_id) == target


def test_a_fact_says_its_columns_and_which_tables_make_it_stale() -> None:
    for name, fact in FACTS.items():
        assert fact.tables, name
        assert set(fact.tables) <= set(MARKED), f"{name}: {set(fact.tables) - set(MARKED)} raise no marks"
        said = fact.query.__doc__ or ""  # its columns, or the query whose columns it has
        assert "Columns: " in said or ":func:`" in said, f"{name} does not say its columns"


def test_every_fact_is_used() -> None:
    """By an indicator, by a total of 成效, or by a page that shows its rows."""
    used = {fact for entry in REGISTRY.values() for level in entry.levels for fact in entry.needs_at(level)}
    used |= {total.fact for total in TOTALS}
    pages = "".join(file.read_text(encoding="utf-8") for file in (Path(__file__).parents[1] / "pages").rglob("*.py"))
    assert {fact for fact in set(FACTS) - used if f'"{fact}"' not in pages} == set()


def test_patterns_choose_in_the_registrys_order() -> None:
    assert [entry.id for entry in chosen(["petitions.mass", "duty.*"])][-1] == "petitions.mass"
    assert {entry.module for entry in chosen(["duty.*"])} == {Module.DUTY}
    assert chosen(["all"]) == list(REGISTRY.values())


def test_what_is_not_there_is_named() -> None:
    with pytest.raises(LookupError, match="flying"):
        indicator("duty.flying")
    with pytest.raises(LookupError, match="nothing"):
        chosen(["duty.*", "nothing.*"])
    with pytest.raises(ValueError, match=r"petitions.mass.*village"):
        require_level(REGISTRY["petitions.mass"], Level.VILLAGE)


EDITION = '[[edition]]\nversion = "1"\nvalid_from = 2024-01-01\n'
BROKEN = [
    ("no edition", "", "没有任何版本"),
    ("unknown table", EDITION + "[edition.tagrets]\n", "tagrets"),
    ("negative target", EDITION + '[edition.targets]\n"duty.unreported" = -1\n', "非负数"),
    ("target in words", EDITION + '[edition.targets]\n"duty.unreported" = "low"\n', "非负数"),
    ("half a chief", EDITION + "[edition.duty]\nchiefs = 0.5\n", "非负整数"),
    ("not later than the edition before", EDITION + EDITION.replace('"1"', '"2"'), "晚于"),
    ("a rule twice", '[[rule]]\nid="R01"\nwords="a"\nsource="b"\n' * 2 + EDITION, "两次"),
]


@pytest.mark.parametrize(("text", "said"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_a_broken_rulebook_is_refused_with_the_entry_named(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_rulebook(text)


def test_a_new_edition_changes_the_future_and_not_the_past() -> None:
    first = EDITION + '[edition.targets]\n"duty.staff_share" = 0.2\n[edition.duty]\nchiefs = 1\n'
    second = '[[edition]]\nversion = "2"\nvalid_from = 2026-07-01\n[edition.targets]\n"duty.staff_share" = 0.25\n'
    book = parse_rulebook(first + second)
    days = [date(2026, 6, 30), date(2026, 7, 1)]
    assert [book.on(day).target("duty.staff_share") for day in days] == [0.2, 0.25]
    assert book.on(days[1]).number("duty", "chiefs") == 1
    assert book.on(date(2020, 1, 1)).version == "1"
