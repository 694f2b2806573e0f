"""Working a grade out: pure, the same for the same facts, in whatever order they come."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache

from backend.common.periods import add_months
from backend.grades.model import RANK, Fact, Ground, Rule, RuleSet, Verdict, When
from backend.records.model import Record
from backend.records.rules import contested, visible
from schemas.terms import Category, GradeValue, Nature, RuleEffect

BASE, NO_RECORD = "base", "no_record"
"""The names of the two statements that speak without a record."""
GOOD_DEED = (Nature.OTHER, Category.PUBLIC_WELFARE)
"""Commendations, volunteering and donations (Measures 13 (1), (2)): what may raise a grade, and nothing else may."""
LAST_YEAR = date.max.year - 100


def sorted_out(records: Iterable[Record], at: datetime) -> tuple[tuple[Fact, ...], tuple[Record, ...]]:
    """The facts that count at `at`, and the records that may be shown but do not count, because they are contested.

    Whatever is hidden, suspended or past its period is in neither.
    """
    facts, left_out = [], []
    for record in records:
        if not visible(record, at):
            continue
        if record.marks and contested(record, at):
            left_out.append(record)
        else:
            facts.append(fact_of(record))
    return tuple(facts), tuple(left_out)


def fact_of(record: Record) -> Fact:
    deed = record.category is GOOD_DEED[1] and record.nature is GOOD_DEED[0]
    since = record.occurred_on if deed else record.ended_on
    return Fact(record.id, record.nature, record.category, record.severity, since)


def grade(rules: RuleSet, facts: Iterable[Fact], on: date, *, others: bool = False) -> Verdict:
    """What the rules say of the facts on a day in Shanghai; `others`: there are further facts that no rule spoke of.

    Ceilings are put on whatever good deeds raised, and there is no sum: so one adverse fact more never improves the
    grade and one good deed more never worsens it, which holds for every rule set that was let in (`checking`).
    """
    hits: dict[int, list[Fact]] = {}
    spoken: dict[str, Fact] = {}
    by_kind, ordered = rules.by_kind, rules.rules
    for fact in facts:
        before = len(spoken)
        for at in by_kind.get((fact.nature, fact.category, fact.severity), ()):
            if holds(ordered[at].when, fact.since, on):
                hits.setdefault(at, []).append(fact)
                spoken[fact.record_id] = fact
        others = others or len(spoken) == before
    used = tuple(spoken[record_id] for record_id in sorted(spoken))
    if not used and not others:
        return Verdict(GradeValue.NO_RECORD, rules.floor, (Ground(NO_RECORD, None),), (), others=False)
    met = [(rules.rules[at], found) for at, found in sorted(hits.items())]
    met = [(rule, found) for rule, found in met if len(found) >= rule.when.at_least]
    value = _value(rules.base, [rule for rule, _ in met])
    return Verdict(value, None, _grounds(met), used, others)


def holds(when: When, since: date | None, on: date) -> bool:
    """Whether a fact of this age is what the rule asks for; what lasts has no age and is always recent."""
    if since is None:
        return when.after_months is None
    if when.within_months is not None and on > _last_day(since, when.within_months):
        return False
    return when.after_months is None or on > _last_day(since, when.after_months)


def is_decisive(rules: RuleSet, rule_id: str, value: GradeValue) -> bool:
    """Whether the grade is what it is because of this rule."""
    rule = rules.rule_of.get(rule_id)
    return rule_id in (BASE, NO_RECORD) if rule is None else rule.value is value


def _value(base: GradeValue, met: Iterable[Rule]) -> GradeValue:
    lifted, ceiling = base, GradeValue.EXCELLENT
    for rule in met:
        if rule.effect is RuleEffect.LIFTS_TO:
            lifted = max(lifted, rule.value, key=RANK.__getitem__)
        else:
            ceiling = min(ceiling, rule.value, key=RANK.__getitem__)
    return min(lifted, ceiling, key=RANK.__getitem__)


def _grounds(met: list[tuple[Rule, list[Fact]]]) -> tuple[Ground, ...]:
    """The lowest ceilings first, then what raised; the same rule by record."""
    order = sorted(met, key=lambda one: (one[0].effect is RuleEffect.LIFTS_TO, RANK[one[0].value]))
    found = [Ground(rule.id, id_) for rule, facts in order for id_ in sorted({f.record_id for f in facts})]
    return tuple(found) or (Ground(BASE, None),)


@lru_cache(maxsize=65_536)
def _last_day(since: date, months: int) -> date:
    """The last day of the period; an end that stands for "never" stays one."""
    return date.max if since.year > LAST_YEAR else add_months(since, months)
