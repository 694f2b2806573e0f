"""Working a decision out again from what was kept of it, and what has to go when a record is deleted by law."""

from backend.audit import service as audit
from backend.common.actor import Actor, system
from backend.common.deps import Deps
from backend.grades import rules, store
from backend.grades.model import Decision, Replay, Verdict
from backend.grades.service import published
from backend.records.model import Ripple
from schemas.terms import Channel, ReplayOutcome, RippleCause

BY_ITSELF = system(Channel.WORKER, "grades")
DELETED = frozenset({RippleCause.ERASED, RippleCause.WITHDRAWN})


def replay(deps: Deps, decision: Decision) -> Replay:
    """Work the decision out again by its own rules and facts: neither today's record nor today's rules have a say."""
    outcome, verdict = _again(decision)
    return Replay(
        at=deps.now(),
        outcome=outcome,
        rule_version=decision.rule_version,
        value=verdict.value if verdict else None,
        floor=verdict.floor if verdict else None,
        proved=decision.proved,
    )


def forget(deps: Deps, *, record_id: str, subject_id: str) -> None:
    """Of a deleted record no fact stays in any decision (Regulation 37, Measures 27); in the transaction that deletes it.

    The decision itself stays: what was decided, when, by which rules, and that a record with this id had a part in it, so
    that its owner can judge again. A replay says from then on that it cannot be done, and what the last one had said.
    """
    for decision in store.list_telling_of(deps.db, record_id):
        outcome, _ = _again(decision)
        store.drop_facts(deps.db, decision.id, record_id, deps.now(), outcome)
        audit.record(deps, BY_ITSELF, "grades.forget", decision.id, subject_id=subject_id)


class Forgetting:
    """A consumer of ripples that looks once more: it reaches what a process of another release, which does not know `forget`,
    decided meanwhile."""

    name = "grades.forgetting"

    def judge_again(self, deps: Deps, actor: Actor, ripple: Ripple) -> None:
        if ripple.what in DELETED:
            forget(deps, record_id=ripple.record_id, subject_id=ripple.subject_id)


def _again(decision: Decision) -> tuple[ReplayOutcome, Verdict | None]:
    if decision.erased_at is not None:
        return ReplayOutcome.FACTS_ERASED, None
    rule_set = published.book().find(decision.rule_version)
    if rule_set is None or rule_set.digest != decision.rule_digest:
        return ReplayOutcome.RULES_GONE, None
    verdict = rules.grade(rule_set, decision.facts, decision.on, others=decision.others)
    kept = Verdict(decision.value, decision.floor, decision.grounds, decision.facts, decision.others)
    return (ReplayOutcome.SAME if verdict == kept else ReplayOutcome.DIFFERENT), verdict
