"""Whether a rule set may be used: it is fair in the ways a machine can tell, and says nothing that can never be so.

A rule set that passes keeps these promises for every record: one adverse fact more never improves a grade, one good deed more
never worsens it, what is older or less severe never weighs more, and a first record that no rule speaks of changes nothing.
"""

from collections.abc import Iterator
from datetime import date
from itertools import combinations, pairwise

from backend.common.periods import add_months
from backend.grades.model import RANK, SCALE, Fact, FactKind, Rule, RuleSet, Verdict
from backend.grades.rules.grading import BASE, GOOD_DEED, NO_RECORD, grade
from backend.grades.rules.reading import RuleFault
from schemas.terms import Nature, RuleEffect, Severity

ANY_DAY = date(2026, 6, 15)
MILDEST_FIRST = (None, *Severity)
"""A record without a severity may not weigh more than a minor one."""


def check(rules: RuleSet) -> None:
    """Raise `RuleFault` with the first thing that is wrong."""
    _names(rules)
    _newcomers(rules)
    for rule in rules.rules:
        _effect(rules, rule)
        _ages(rule)
    _overlaps(rules)
    cases = list(_cases(rules))
    _reached(cases)
    _speaks(rules, cases)
    _order(rules)


def _names(rules: RuleSet) -> None:
    names = [rule.id for rule in rules.rules]
    for at, name in enumerate(names):
        if name in (BASE, NO_RECORD) or name in names[:at]:
            raise RuleFault(f"rules[{at + 1}].id", f"{name!r} is taken")


def _newcomers(rules: RuleSet) -> None:
    if rules.floor is not rules.base:
        raise RuleFault(
            "no_record.floor", f"must be the base, {rules.base.value}: else a first record moves it"
        )


def _effect(rules: RuleSet, rule: Rule) -> None:
    deeds = [kind for kind in rules.by_kind if rule.when.selects(kind) and kind[:2] == GOOD_DEED]
    rest = [kind for kind in rules.by_kind if rule.when.selects(kind) and kind[:2] != GOOD_DEED]
    if rule.effect is RuleEffect.LIFTS_TO:
        if rest:
            raise RuleFault(rule.id, f"only good deeds may raise a grade, not {_said(rest[0])}")
        if RANK[rule.value] <= RANK[rules.base]:
            raise RuleFault(rule.id, f"raises to {rule.value.value}, which is not above the base")
        return
    if deeds or Nature.BASIC in rule.when.nature:
        raise RuleFault(rule.id, "a good deed or basic information may never lower a grade")
    if rule.value is SCALE[-1]:
        raise RuleFault(rule.id, f"a ceiling of {rule.value.value} is none")


def _ages(rule: Rule) -> None:
    within, after = rule.when.within_months, rule.when.after_months
    if within is not None and after is not None and after >= within:
        raise RuleFault(rule.id, f"never holds: after {after} and within {within} months")


def _overlaps(rules: RuleSet) -> None:
    for one, other in combinations(rules.rules, 2):
        shared = [kind for kind in rules.by_kind if one.when.selects(kind) and other.when.selects(kind)]
        if shared and one.when.at_least == other.when.at_least and _meet(one, other):
            raise RuleFault(other.id, f"overlaps {one.id}: both speak of {_said(shared[0])} of the same age")


def _meet(one: Rule, other: Rule) -> bool:
    """Whether some age is in both spans; a span is open below, closed above, and what lasts is in those from 0."""
    begins = max(_begin(one), _begin(other))
    ends = min(_end(one), _end(other))
    return begins < ends


def _begin(rule: Rule) -> float:
    return -1 if rule.when.after_months is None else rule.when.after_months


def _end(rule: Rule) -> float:
    return float("inf") if rule.when.within_months is None else rule.when.within_months


Case = tuple[FactKind, Verdict, Verdict]
"""So many facts of one kind and age, judged by themselves and beside a good deed that raises."""


def _cases(rules: RuleSet) -> Iterator[Case]:
    """One kind stands for all that the same rules speak of."""
    alike = {places: kind for kind, places in rules.by_kind.items()}
    for kind in alike.values():
        for since in _sinces(rules):
            for number in _numbers(rules):
                facts = [Fact(f"r{n}", *kind, since) for n in range(number)]
                yield kind, grade(rules, facts, ANY_DAY), grade(rules, [*facts, *_deeds(rules)], ANY_DAY)


def _sinces(rules: RuleSet) -> list[date | None]:
    """What lasts, and one day on each side of every age at which a rule begins or ends; the youngest first."""
    months = {rule.when.within_months for rule in rules.rules} | {
        rule.when.after_months for rule in rules.rules
    }
    edges = sorted({0} | {edge for edge in months if edge is not None})
    days = [add_months(ANY_DAY, -edge).replace(day=day) for edge in edges for day in (15, 14)]
    return [None, *days]


def _numbers(rules: RuleSet) -> list[int]:
    return sorted({1} | {rule.when.at_least for rule in rules.rules})


def _deeds(rules: RuleSet) -> list[Fact]:
    """Enough good deeds of today to raise as far as these rules do."""
    raising = [rule for rule in rules.rules if rule.effect is RuleEffect.LIFTS_TO]
    kinds = [kind for kind in rules.by_kind if any(rule.when.selects(kind) for rule in raising)]
    return [
        Fact(f"d{at}-{n}", *kind, ANY_DAY)
        for at, kind in enumerate(kinds)
        for n in range(max(_numbers(rules)))
    ]


def _reached(cases: list[Case]) -> None:
    reached = {verdict.value for _, alone, beside in cases for verdict in (alone, beside)}
    for value in SCALE:
        if value not in reached:
            raise RuleFault("rules", f"nobody can ever be {value.value}")


def _speaks(rules: RuleSet, cases: list[Case]) -> None:
    decided = {
        (ground.rule, verdict.value)
        for _, alone, beside in cases
        for verdict in (alone, beside)
        for ground in verdict.grounds
    }
    for rule in rules.rules:
        if (rule.id, rule.value) not in decided:
            raise RuleFault(rule.id, "never decides: others already go as far")


def _order(rules: RuleSet) -> None:
    """What is milder or older never weighs more, one by one and in numbers."""
    for kinds in _by_severity(rules):
        for number in _numbers(rules):
            weights = {
                kind: [_weight(rules, kind, since, number) for since in _sinces(rules)] for kind in kinds
            }
            _no_worse_with_age(weights)
            _no_worse_when_milder(weights, kinds)


def _by_severity(rules: RuleSet) -> list[list[FactKind]]:
    """The kinds that differ by severity alone, mildest first; one row stands for all that the same rules speak of."""
    alike = {}
    for nature, category, _ in rules.by_kind:
        kinds: list[FactKind] = [(nature, category, severity) for severity in MILDEST_FIRST]
        if (nature, category) != GOOD_DEED:
            alike[tuple(rules.by_kind.get(kind) for kind in kinds)] = kinds
    return list(alike.values())


def _weight(rules: RuleSet, kind: FactKind, since: date | None, number: int) -> int:
    """How high somebody stands who has so many of these, and every good deed beside them."""
    facts = [Fact(f"r{n}", *kind, since) for n in range(number)]
    return RANK[grade(rules, [*facts, *_deeds(rules)], ANY_DAY).standing]


def _no_worse_with_age(weights: dict[FactKind, list[int]]) -> None:
    for kind, by_age in weights.items():
        if any(older < younger for younger, older in pairwise(by_age)):
            raise RuleFault("rules", f"{_said(kind)} weighs more when it is older")


def _no_worse_when_milder(weights: dict[FactKind, list[int]], kinds: list[FactKind]) -> None:
    for milder, graver in pairwise(kinds):
        if any(mild < grave for mild, grave in zip(weights[milder], weights[graver], strict=True)):
            raise RuleFault("rules", f"{_said(milder)} weighs more than {_said(graver)}")


def _said(kind: FactKind) -> str:
    nature, category, severity = kind
    return f"{nature.value} {category.value} {severity.value if severity else 'unset'}"
