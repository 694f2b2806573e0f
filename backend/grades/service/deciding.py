"""Deciding by a grade, for something the resident asked for. Ownership and consent are the calling feature's; the look
into the record is written down here, so that no caller can forget it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.common.periods import add_years, end_of
from backend.grades import errors, rules, store, texts
from backend.grades.model import Decision, Owner, RuleSet, Verdict
from backend.grades.service import gathering, published
from backend.grades.service.gathering import Basis
from backend.records import service as records
from backend.records.model import Record
from schemas.terms import DecisionOwner, RippleCause, Role
from schemas.text import Text

KEPT_YEARS = 3
"""PIPL 55, 56: what shows how automated decisions were made is kept at least three years; PIPL 19: and no longer than needed.
By then the time to claim is over as well (Civil Code 188)."""
SHOWN = 50
"""The latest decisions for one thing; nobody is judged as often as that for one without trying for days."""
DECIDERS = (Role.CITIZEN, Role.MERCHANT, Role.SYSTEM)


@dataclass(frozen=True)
class _Judged:
    """What the rules in force said of a subject at one instant, and which records that rests on."""

    at: datetime
    on: date
    rule_set: RuleSet
    verdict: Verdict
    used: tuple[Record, ...]


@atomic
def decide(deps: Deps, actor: Actor, *, subject_id: str, owner: Owner, purpose: Text) -> Decision:
    """Decide by the grade of this instant and keep what a replay needs; joins the caller's transaction.

    Refuses with 409 `grades.no_rules` where none are in force, `grades.already_decided` when the owner has a decision.
    """
    actor.require(*DECIDERS)
    return _decide(deps, actor, (subject_id, owner, purpose), deps.new_id())


@atomic
def judge_again(
    deps: Deps, actor: Actor, *, decision: Decision, cause: RippleCause, purpose: Text
) -> Decision:
    """Supersede a decision by one of this instant, for the same owner; for a consumer of ripples.

    409 `grades.changed` when it is not in force any more: somebody was faster.
    """
    actor.require(*DECIDERS)
    successor_id = deps.new_id()
    if not end(deps, actor, decision, cause, successor_id):
        raise errors.changed()
    return _decide(deps, actor, (decision.subject_id, decision.owner, purpose), successor_id)


@atomic
def supersede(deps: Deps, actor: Actor, *, decision: Decision, cause: RippleCause | None = None) -> bool:
    """End a decision without another in its place, as when its benefit is over; false when it had ended."""
    actor.require(*DECIDERS)
    return end(deps, actor, decision, cause, None)


def find(deps: Deps, decision_id: str) -> Decision | None:
    """A decision by its id, superseded ones too, as long as it is kept. Whose it is, is the caller's question."""
    return store.find(deps.db, decision_id, deps.now())


def find_of(deps: Deps, owner: Owner) -> Decision | None:
    """The decision in force for this owner."""
    return store.find_live(deps.db, owner, deps.now())


def find_using(deps: Deps, record_id: str, kind: DecisionOwner) -> tuple[Decision, ...]:
    """The decisions in force of one kind of owner that used the record, also when it was deleted since."""
    return tuple(store.list_live_using(deps.db, record_id, kind, deps.now()))


def history(deps: Deps, owner: Owner) -> tuple[Decision, ...]:
    """What was decided for this owner, the newest first, superseded ones too, as long as each is kept."""
    return tuple(store.list_of(deps.db, owner, deps.now(), limit=SHOWN))


def _decide(deps: Deps, actor: Actor, asked: tuple[str, Owner, Text], decision_id: str) -> Decision:
    subject_id, owner, purpose = asked
    gather = gathering.evenly if actor.role is Role.MERCHANT else gathering.gathered
    basis = gather(deps, subject_id)
    judged = _judge(deps, actor, subject_id, basis)
    decision = _written(basis, subject_id, owner, judged, decision_id)
    if not store.insert(deps.db, decision):
        raise errors.already_decided()
    audit.look(
        deps,
        actor,
        "grades.decide",
        subject_id=subject_id,
        purpose=purpose,
        scope=texts.SCOPE,
        target_id=decision.id,
        newest=basis.looks,
        rule_version=decision.rule_version,
        owner=owner.kind.value,
    )
    return decision


def _judge(deps: Deps, actor: Actor, subject_id: str, basis: Basis) -> _Judged:
    """The records that were used are held: none of them can change unnoticed between this and the commit. A merchant waits as
    long when there is none to hold."""
    at = deps.now()
    rule_set = published.book().in_force(basis.subject.kind, shanghai_date(at))
    if rule_set is None:
        raise errors.no_rules()
    facts, _ = rules.sorted_out(basis.held, at)
    verdict = rules.grade(rule_set, facts, shanghai_date(at))
    ids = {fact.record_id for fact in verdict.facts}
    if ids or actor.role is Role.MERCHANT:
        records.hold(deps, subject_id, ids)
    return _Judged(at, shanghai_date(at), rule_set, verdict, tuple(r for r in basis.held if r.id in ids))


def _written(basis: Basis, subject_id: str, owner: Owner, judged: _Judged, decision_id: str) -> Decision:
    verdict = judged.verdict
    return Decision(
        id=decision_id,
        subject_id=subject_id,
        owner=owner,
        decided_at=judged.at,
        on=judged.on,
        kept_until=end_of(add_years(judged.on, KEPT_YEARS)),
        rule_version=judged.rule_set.version,
        rule_digest=judged.rule_set.digest,
        catalogue_version=_catalogue_version(basis, judged.used, judged.on),
        calendar_version=basis.calendar.describe([judged.on]),
        value=verdict.value,
        floor=verdict.floor,
        grounds=verdict.grounds,
        facts=verdict.facts,
        others=verdict.others,
        record_ids=tuple(fact.record_id for fact in verdict.facts),
    )


def _catalogue_version(basis: Basis, used: Sequence[Record], on: date) -> str:
    """Which catalogues gave the records their nature, category and severity, as `2025=1;2026=2`."""
    years: Iterable[int] = {record.catalogue_year for record in used} or {on.year}
    return ";".join(f"{year}={basis.catalogues.get(year, 'none')}" for year in sorted(years))


def end(
    deps: Deps, actor: Actor, decision: Decision, cause: RippleCause | None, successor_id: str | None
) -> bool:
    """Supersede it and write that down; false when it had ended."""
    if not store.supersede(deps.db, decision.id, deps.now(), cause, successor_id):
        return False
    audit.record(
        deps,
        actor,
        "grades.supersede",
        decision.id,
        subject_id=decision.subject_id,
        cause=cause and cause.value,
    )
    return True
