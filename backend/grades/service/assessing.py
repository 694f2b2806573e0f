"""A grade to be shown: worked out of records in hand, kept nowhere."""

from collections.abc import Iterable, Sequence

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.grades import errors, rules, texts
from backend.grades.model import Decision, Grade, Ground, Reason, RuleSet, Statement
from backend.grades.service import published
from backend.records import service as records
from backend.records.model import Record
from backend.registry import service as registry
from schemas.terms import GradeValue, SubjectKind
from schemas.text import Text

READ = "grades.read"


def assess(deps: Deps, kind: SubjectKind, held: Sequence[Record]) -> Grade:
    """The grade of a subject of this kind whose records are `held`, by the rules in force. It asks the database nothing.

    What may not be shown or does not count now is left out here again, whatever was read.
    """
    at = deps.now()
    on = shanghai_date(at)
    rule_set = published.book().in_force(kind, on)
    if rule_set is None:
        return _none_for(kind)
    facts, contested = rules.sorted_out(held, at)
    verdict = rules.grade(rule_set, facts, on)
    return Grade(
        value=verdict.value,
        floor=verdict.floor,
        rule_version=rule_set.version,
        reasons=_reasons(rule_set, verdict.value, verdict.grounds),
        left_out=tuple(map(_left_out, contested)),
        notice=texts.NOTICE,
    )


def not_shared() -> Grade:
    """What stands where somebody else reads: a grade is only for what its subject asks for (DOMAIN 6)."""
    return _without(Reason("grade.not_shared", texts.NOT_SHARED))


def mine(deps: Deps, actor: Actor) -> Grade:
    """The caller's own grade and why; the look is written down before it leaves."""
    subject_id = actor.require_verified(deps.now())
    subject = registry.find(deps, subject_id)
    if subject is None:
        raise errors.no_subject()
    held = records.of_subject(deps, subject_id)
    grade = assess(deps, subject.kind, held)
    audit.look(
        deps,
        actor,
        READ,
        subject_id=subject_id,
        purpose=texts.OWN_PURPOSE,
        scope=texts.SCOPE,
        records=len(held),
    )
    return grade


def explain(decision: Decision) -> tuple[Reason, ...]:
    """Why a decision came out as it did, in the words of the rules it was made by."""
    rule_set = published.book().find(decision.rule_version)
    if rule_set is None:
        return (Reason("grade.rules_gone", texts.RULES_GONE),)
    return _reasons(rule_set, decision.value, decision.grounds)


def _reasons(rule_set: RuleSet, value: GradeValue, grounds: Iterable[Ground]) -> tuple[Reason, ...]:
    return tuple(_reason(rule_set, value, ground) for ground in grounds)


def _reason(rule_set: RuleSet, value: GradeValue, ground: Ground) -> Reason:
    said = _said(rule_set, ground.rule)
    return Reason(
        code=f"grade.{ground.rule}",
        text=said.sentence if said else texts.RULES_GONE,
        rule=ground.rule,
        record_id=ground.record_id,
        article=said.article if said else None,
        decisive=rules.is_decisive(rule_set, ground.rule, value),
    )


def _said(rule_set: RuleSet, rule_id: str) -> Statement | None:
    if rule_id == rules.BASE:
        return rule_set.base_said
    if rule_id == rules.NO_RECORD:
        return rule_set.floor_said
    rule = rule_set.rule_of.get(rule_id)
    return rule.said if rule else None


def _left_out(record: Record) -> Reason:
    return Reason("grade.contested", texts.CONTESTED, None, record.id, texts.CONTESTED_ARTICLE)


def _none_for(kind: SubjectKind) -> Grade:
    text: Text = texts.ENTITY if kind is SubjectKind.ENTITY else texts.NO_RULES
    code = "grade.no_rules_for_entities" if kind is SubjectKind.ENTITY else "grade.rules_not_published"
    return _without(Reason(code, text))


def _without(reason: Reason) -> Grade:
    return Grade(None, None, None, (reason,))
