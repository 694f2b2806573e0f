"""What a grade is: the public cases one by one, and what holds for every record there could be."""

import json
import time
import timeit
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.common.documents import from_document
from backend.grades import rules
from backend.grades.model import RANK, Fact, FactKind
from backend.records.model import Mark
from schemas.terms import Category, GradeValue, Nature, RecordMark, Severity
from tests.backend.grades.made import LATER, ON, ROOT, adverse, deed, the_rules
from tests.support.records import make_record
from tests.support.world import START

PACK = json.loads((ROOT / "tests/data/grades/shanghai-2026-1.cases.json").read_text())
RULES = the_rules()
BOTH = pytest.mark.parametrize(
    "rule_set", [RULES, rules.read(LATER.read_text())], ids=lambda one: one.version
)

FEW = settings(max_examples=40)
days = st.none() | st.dates(date(2019, 1, 1), date(2030, 1, 1))
kinds = st.tuples(st.sampled_from(Nature), st.sampled_from(Category), st.none() | st.sampled_from(Severity))
drawn = st.lists(st.tuples(kinds, days), max_size=9)
on_days = st.dates(date(2024, 1, 1), date(2028, 12, 31)) | st.just(date(2028, 2, 29))


def facts_of(found: list[tuple[FactKind, date | None]]) -> list[Fact]:
    return [Fact(f"r{at}", *kind, since) for at, (kind, since) in enumerate(found)]


def standing(facts: list[Fact], on: date, rule_set: Any = RULES) -> int:
    return RANK[rules.grade(rule_set, facts, on).standing]


@pytest.mark.parametrize("case", PACK["cases"], ids=lambda case: case["name"])
def test_the_public_cases_come_out_as_written(case: Any) -> None:
    facts = [from_document(Fact, fact) for fact in case["facts"]]
    verdict = rules.grade(RULES, facts, date.fromisoformat(case["on"]))
    said = {
        "value": verdict.value,
        "standing": verdict.standing,
        "grounds": [[ground.rule, ground.record_id] for ground in verdict.grounds],
    }
    assert said == case["expect"]


def test_the_pack_reaches_every_rule_and_every_grade() -> None:
    grounds = {rule for case in PACK["cases"] for rule, _ in case["expect"]["grounds"]}
    assert grounds == {rule.id for rule in RULES.rules} | {"base", "no_record"}
    assert {case["expect"]["value"] for case in PACK["cases"]} == {value.value for value in GradeValue}


@BOTH
@FEW
@given(drawn, st.sampled_from((None, *Severity)), st.sampled_from(Category), days, on_days)
def test_one_adverse_fact_more_never_improves_the_grade(
    rule_set: Any, found: Any, severity: Any, category: Category, since: date | None, on: date
) -> None:
    facts = facts_of(found)
    more = Fact("more", Nature.ADVERSE, category, severity, since)
    assert standing([*facts, more], on, rule_set) <= standing(facts, on, rule_set)


@BOTH
@FEW
@given(drawn, st.none() | st.sampled_from(Severity), st.dates(date(2019, 1, 1), date(2030, 1, 1)), on_days)
def test_one_good_deed_more_never_worsens_it(
    rule_set: Any, found: Any, severity: Any, since: date, on: date
) -> None:
    facts = facts_of(found)
    more = Fact("more", Nature.OTHER, Category.PUBLIC_WELFARE, severity, since)
    assert standing([*facts, more], on, rule_set) >= standing(facts, on, rule_set)


@BOTH
@FEW
@given(drawn, on_days, st.integers(1, 900))
def test_waiting_alone_never_worsens_it_for_who_has_done_no_good_deed(
    rule_set: Any, found: Any, on: date, later: int
) -> None:
    facts = [fact for fact in facts_of(found) if fact.category is not Category.PUBLIC_WELFARE]
    assert standing(facts, on + timedelta(days=later), rule_set) >= standing(facts, on, rule_set)


@FEW
@given(drawn, on_days, st.randoms(use_true_random=False))
def test_the_order_of_the_facts_never_matters(found: Any, on: date, chance: Any) -> None:
    facts = facts_of(found)
    mixed = chance.sample(facts, len(facts))
    assert rules.grade(RULES, mixed, on) == rules.grade(RULES, facts, on)


@FEW
@given(drawn, on_days)
def test_what_a_verdict_keeps_is_enough_to_work_it_out_again_and_no_more(found: Any, on: date) -> None:
    verdict = rules.grade(RULES, facts_of(found), on)
    assert rules.grade(RULES, verdict.facts, on, others=verdict.others) == verdict
    assert all(RULES.by_kind.get(fact.kind) for fact in verdict.facts)
    assert {one.record_id for one in verdict.grounds} - {None} <= {fact.record_id for fact in verdict.facts}


@FEW
@given(drawn, on_days)
def test_a_grade_has_at_least_one_reason_and_one_that_decides(found: Any, on: date) -> None:
    verdict = rules.grade(RULES, facts_of(found), on)
    assert verdict.grounds
    if verdict.value is not GradeValue.GOOD:
        assert any(rules.is_decisive(RULES, ground.rule, verdict.value) for ground in verdict.grounds)


AWAY: list[dict[str, Any]] = [
    {"marks": (Mark(RecordMark.CONTESTED, START, "c1"),)},
    {"suspended_at": START},
    {"suspends_at": START},
    {"hidden_at": START},
    {"query_until": START},
]
changes = st.fixed_dictionaries(
    {
        "nature": st.sampled_from(Nature),
        "category": st.sampled_from(Category),
        "severity": st.none() | st.sampled_from(Severity),
        "ended_on": days,
        "query_until": st.none(),
    }
)


@FEW
@given(st.lists(changes, max_size=4), changes, st.sampled_from(AWAY))
def test_what_is_contested_suspended_hidden_or_expired_never_counts(
    rest: list[dict[str, Any]], about: dict[str, Any], away: dict[str, Any]
) -> None:
    held = [make_record(**one) for one in rest]
    gone = make_record(**(about | away))
    counted, left_out = rules.sorted_out([*held, gone], START)
    assert counted == rules.sorted_out(held, START)[0]
    assert [record.id for record in left_out] == ([gone.id] if "marks" in away else [])


def test_a_record_that_is_still_disputed_after_review_counts_again() -> None:
    record = make_record(marks=(Mark(RecordMark.DISSENTED, START, "c1"),))
    assert rules.sorted_out([record], START) == ((rules.fact_of(record),), ())


def test_the_age_of_an_act_counts_from_its_end_and_that_of_a_good_deed_from_its_day() -> None:
    act = make_record(occurred_on=date(2020, 1, 1), ended_on=date(2025, 1, 1))
    done = make_record(
        nature=Nature.OTHER,
        category=Category.PUBLIC_WELFARE,
        severity=None,
        occurred_on=date(2020, 1, 1),
        ended_on=None,
    )
    assert [rules.fact_of(one).since for one in (act, done)] == [date(2025, 1, 1), date(2020, 1, 1)]


def test_a_record_counts_until_the_last_instant_of_its_query_period() -> None:
    until = datetime(2026, 11, 21, 16, tzinfo=UTC)
    record = make_record(query_until=until)
    assert len(rules.sorted_out([record], until - timedelta(milliseconds=1))[0]) == 1
    assert rules.sorted_out([record], until) == ((), ())


def test_a_newcomer_stands_where_somebody_without_a_blemish_stands() -> None:
    newcomer, clean = rules.grade(RULES, [], ON), rules.grade(RULES, [], ON, others=True)
    assert (newcomer.value, clean.value) == (GradeValue.NO_RECORD, GradeValue.GOOD)
    assert newcomer.standing is clean.standing
    forgotten = rules.grade(RULES, [adverse(Severity.MINOR, date(2022, 1, 1))], ON)
    assert (forgotten.value, forgotten.facts, forgotten.others) == (GradeValue.GOOD, (), True)


def test_only_what_a_rule_spoke_of_is_kept_of_a_record() -> None:
    facts = [adverse(Severity.GENERAL, date(2026, 1, 1)), deed(date(2015, 1, 1))]
    verdict = rules.grade(RULES, facts, ON)
    assert ([fact.record_id for fact in verdict.facts], verdict.others) == (["r1"], True)


def measure() -> float:
    """Microseconds for 13 records, as a report has them: `python -m tests.backend.grades.test_rules`."""
    held = [make_record(nature=nature, category=category) for nature in Nature for category in Category][:13]

    def once() -> None:
        rules.grade(RULES, rules.sorted_out(held, START)[0], ON)

    return min(timeit.repeat(once, timer=time.process_time, number=1_000, repeat=9)) * 1_000


if __name__ == "__main__":
    print(f"{measure():.1f} µs")
