"""Judging the day of a decision again as it ought to have been judged, when a record was found to be wrong.

What somebody was short of on a day that is over follows from the record of that day without the mistake, and not from what
has happened since.
"""

from dataclasses import replace

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.grades import errors, rules, store, texts
from backend.grades.model import Decision, Verdict
from backend.grades.service import deciding, published
from backend.records import service as records
from schemas.terms import GradeValue, RippleCause
from schemas.text import Text


@atomic
def put_right(
    deps: Deps, actor: Actor, *, decision: Decision, record_id: str, cause: RippleCause, purpose: Text
) -> Decision | None:
    """Supersede what is in force for the owner of `decision` by the same decision of the same day, with one record as it
    stands now, or without it where it may not count. None where the rules of that day are gone.

    409 `grades.changed` when somebody was faster.
    """
    actor.require(*deciding.DECIDERS)
    verdict = _ought(deps, decision, record_id)
    in_force = store.find_live(deps.db, decision.owner, deps.now())
    if verdict is None or in_force is None:
        return None
    right = _righted(deps, decision, verdict)
    if not deciding.end(deps, actor, in_force, cause, right.id) or not store.insert(deps.db, right):
        raise errors.changed()
    audit.look(
        deps,
        actor,
        "grades.put_right",
        subject_id=right.subject_id,
        purpose=purpose,
        scope=texts.SCOPE,
        target_id=right.id,
        rule_version=right.rule_version,
        owner=right.owner.kind.value,
    )
    return right


def ought_to_stand(deps: Deps, decision: Decision, record_id: str) -> GradeValue | None:
    """Where the person would have stood on the day of a decision (see `put_right`); None where its rules are gone."""
    verdict = _ought(deps, decision, record_id)
    return verdict.standing if verdict else None


def _ought(deps: Deps, decision: Decision, record_id: str) -> Verdict | None:
    """Ceilings come off and lifts come down as facts go, so those that no rule spoke of then are still spoken of by none."""
    rule_set = published.book().find(decision.rule_version)
    if rule_set is None or rule_set.digest != decision.rule_digest:
        return None
    record = records.find_any(deps, record_id)
    now, _ = rules.sorted_out([record] if record else [], deps.now())
    records.hold(deps, decision.subject_id, [fact.record_id for fact in now])
    others = [fact for fact in decision.facts if fact.record_id != record_id]
    return rules.grade(rule_set, [*others, *now], decision.on, others=decision.others)


def _righted(deps: Deps, decision: Decision, verdict: Verdict) -> Decision:
    return replace(
        decision,
        id=deps.new_id(),
        decided_at=deps.now(),
        value=verdict.value,
        floor=verdict.floor,
        grounds=verdict.grounds,
        facts=verdict.facts,
        others=verdict.others,
        record_ids=tuple(fact.record_id for fact in verdict.facts),
        superseded_at=None,
        superseded_by=None,
        successor_id=None,
        erased_at=None,
        proved=None,
    )
